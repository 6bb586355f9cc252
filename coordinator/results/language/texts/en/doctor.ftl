# What `cotejo doctor` and `cotejo-agent doctor` find, and what to do about it; what `cotejo-agent probe` shows.

doctor-ok = ok
doctor-warning = warning
doctor-problem = PROBLEM
doctor-well = All is well.
doctor-problems =
    { $count ->
        [one] 1 problem
       *[other] { $count } problems
    }
doctor-warnings =
    { $count ->
        [one] 1 warning
       *[other] { $count } warnings
    }
doctor-doing-probe = looking at this PC, and having the worker try its GPUs
doctor-doing-libraries = looking for the CUDA libraries
doctor-doing-coordinator = asking the coordinator

## What is looked at

doctor-check-processor = processor
doctor-check-memory = memory
doctor-check-power-plan = power plan
doctor-check-power = power
doctor-check-background-load = background load
doctor-check-worker = worker
doctor-check-nvidia-driver = nvidia driver
doctor-check-cuda-worker = cuda worker
doctor-check-cuda-library = cuda library
doctor-check-compute-capability = compute capability
doctor-check-gpu-check = gpu check
doctor-check-coordinator = coordinator
doctor-check-clock = clock
doctor-check-data-folder = data folder

## This PC

doctor-processor = { $name }: { $cores } cores and { $threads } threads; { $vectors }
doctor-no-vectors = no vector extensions
doctor-processor-slow = without AVX2 and FMA a network takes several times longer; a virtual machine must pass the host's processor on
doctor-memory = { $free } of { $total } free
doctor-memory-little = close other programs
doctor-memory-less = close other programs: large images and batches need more
doctor-governor = governor { $name }
doctor-governor-driver = governor { $name } ({ $driver })
doctor-profile = platform profile { $name }
doctor-plan-slow = { $plans }: clocks are held down
doctor-governor-remedy = as root: cpupower frequency-set -g performance
doctor-profile-remedy = powerprofilesctl set balanced, or performance
doctor-scheme-remedy = choose the balanced scheme: powercfg /setactive SCHEME_BALANCED
doctor-unknown = the system does not say
doctor-mains = mains
doctor-battery-none = no battery found
doctor-battery = battery: clocks are lower, and measurements are marked
doctor-battery-remedy = plug the PC in
doctor-load = others use { $percent } % of the processors
doctor-load-remedy = close other programs; updates and virus scans that run now end by themselves
doctor-worker = { $build }; engines: { $engines }

## GPUs

doctor-not-needed = not needed without an NVIDIA GPU
doctor-no-gpu = no NVIDIA GPU
doctor-driver-cuda = { $version }, for CUDA up to { $cuda }
doctor-without-nvml = CUDA works without NVML; clocks and temperatures are not recorded
doctor-cuda-worker-plain = not installed; the plain worker serves GPUs
doctor-cuda-worker-instead = { $why }; the plain worker serves GPUs
doctor-library-missing = missing: { $why }
doctor-library-remedy = put it beside the worker, in the version that the worker was built with
doctor-library-version = of unknown version
doctor-library-path = { $version }, { $path }
doctor-capability-unknown = unknown
doctor-capability = { $capability }, which the worker was built for
doctor-capability-untried = { $capability }; whether the worker was built for it is not known
doctor-gpu-broken = { $name }: { $why }
doctor-gpu-simulated = { $name } is simulated: its times are made up
doctor-gpu-simulated-remedy = name a real worker with --cuda-worker
doctor-gpu-works = { $name } computed rightly, in { $seconds } s

## Where results go

doctor-none-named = none is named
doctor-coordinator-wrong = { $address }: { $why }
doctor-coordinator-wrong-remedy = name the coordinator's address and port with --coordinator
doctor-coordinator-silent = { $address } does not answer: { $why }
doctor-coordinator-late = no answer within { $seconds } s
doctor-coordinator-remedy = start it there with `cotejo-coordinator run`, name the right address with --coordinator, or open its port in the firewall
doctor-coordinator-version = { $address } is of version { $version } and speaks protocol { $protocol }, this PC { $oldest } to { $newest }
doctor-coordinator-version-remedy = install the same version of Cotejo on both
doctor-coordinator = { $address } answers: version { $version }, protocol { $protocol }
doctor-clock-none = no coordinator to compare with
doctor-clock-untold = the coordinator is of a version that does not tell its time
doctor-clock-behind = { $seconds } s behind the coordinator's
doctor-clock-ahead = { $seconds } s ahead of the coordinator's
doctor-clock-remedy = set the clock of both by a time server: { $command }
doctor-folder-unwritable = { $path } cannot be written: { $why }
doctor-folder-unwritable-remedy = make it writable for the agent's user, or name another one with --data-dir
doctor-folder-absent = { $path } (made when it is needed)
doctor-folder-writable = { $path } can be written
doctor-folder-free = { $path }: { $free } free
doctor-folder-free-remedy = free some space there, or name another folder with --data-dir

## The machine for people

probe-host = host
probe-system = system
probe-processor = processor
probe-cores = cores
probe-cores-counted = { $physical } physical, { $logical } logical
probe-vectors = vectors
probe-clock = clock
probe-clock-most = up to { $mhz } MHz
probe-memory = memory
probe-power = power
probe-power-ac = ac
probe-power-battery = battery
probe-power-unknown = unknown
probe-load = load
probe-load-others = { $percent } % by others
probe-gpu = gpu
probe-capability = compute capability { $capability }
probe-driver = driver { $version }
probe-unusable = { $device }; cannot be used: { $why }
