# Lists of sweeps and machines, one sweep, and how the coordinator is.

## Sweeps

sweeps-none = No sweeps yet.
sweep-head-sweep = Sweep
sweep-head-name = Name
sweep-head-started = Started
sweep-head-machines = Machines
sweep-head-progress = Progress
sweep-head-left = Time left
sweep-head-models = Models
sweep-head-sizes = Sizes
sweep-head-batches = Batches
sweep-head-matmul = Matrix products
sweep-head-devices = Devices
sweep-head-threads = Threads
sweep-head-precision = Precision
sweep-head-engine = Engine
sweep-head-exact = Exact
sweep-head-streams = Streams
sweep-head-cell = Each cell
sweep-head-budget = Budget
sweep-head-seed = Seed
sweep-head-away = Out of reach
sweep-head-now = Now
sweep-progress = { $measured } of { $total } measured
sweep-finished = finished: { $progress }
sweep-calibration = { $name } (no results)
sweep-about = about { $time }
sweep-waits = waits for PCs
sweep-every-device = every device found
sweep-best-engine = the best of each device
sweep-yes = yes
sweep-runs =
    { $count ->
        [one] { $count } run
       *[other] { $count } runs
    }
sweep-at-most = { $time } at most
sweep-now = { $machine }: { $task } on { $device }: { $state }

## Machines out of reach

away-one = { $machine } since { $time } ({ $count ->
    [one] { $count } cell
   *[other] { $count } cells
})
away-many = { $machines } PCs ({ $cells } cells)

## Machines

machines-none = No machine has connected yet.
machine-head-machine = Machine
machine-head-state = State
machine-head-cpu = CPU
machine-head-memory = RAM
machine-head-gpu = GPU
machine-head-labels = Labels
machine-idle = idle
machine-measuring = measuring
machine-imported = imported
machine-away = away since { $time }
machine-cpu = { $cpu } ({ $cores })
machine-no-gpu = none
machine-unusable = { $gpu } { $mark }
machine-cannot-be-used = cannot be used: { $reason }
machines-alike = { $count } machines with { $product }: { $online } connected; { $memory } of memory
machines-namesakes = { $count } machines are called { $name }: tables cannot tell them apart. `cotejo-agent run --name` gives each a name of its own.
machines-range = { $median } ({ $least } to { $most })

## The coordinator

status-coordinator = Coordinator
status-version = Version
status-started = Started
status-machines = Machines
status-sweeps = Sweeps
status-cells = Cells
status-version-of = { $version } (protocol { $protocol })
status-connected = { $online } of { $machines } connected
status-unfinished = { $count } unfinished
status-waiting = { $waiting } waiting, { $measuring } being measured

## How the optimized engine computes a network

explain-head-layer = Layer
explain-head-algorithm = Algorithm
explain-head-output = Output
explain-head-gflop = GFLOP
explain-head-ms = ms
explain-head-share-of = % of
explain-head-time = time
explain-head-per-second = /s
explain-head-peak = peak
explain-of-peak = { $share } % of the peak
explain-precision = Precision
explain-instruction-set = Instruction set
explain-gpu = GPU
explain-threads = Threads
explain-measured-peak = Measured peak
explain-measured-copy = Measured copy
explain-forward = Whole forward
explain-build = Build
explain-busy = Read with care: others used { $percent } % of the CPU meanwhile. Close other programs and run it again.
explain-implausible = faster than the measured peak, which cannot be: the layer or the peak was timed while something else had the processor. Run it again.
explain-peak = Operations are those of the direct algorithm, two for each multiply-add, whatever algorithm computes a layer: Winograd's needs fewer, so that its layers can exceed 100 % of the peak.
