# Peers

peers-title = CPU and GPU times of { $machine }
peers-group = Group { $code }

## What must stand above everything else (the practice's "Option B")

peers-notice-peer = The GPU times of this work were obtained from another group: { $group }, with the GPU { $gpu }. They were not measured on this PC.
peers-notice-reference = The GPU times of this work are reference times, imported and not measured in this class: { $gpu }, from “{ $set }”. Source: { $source }.
peers-notice-instead = No GPU time of this class can stand here, so the reference times are shown.
peers-nobody-not-asked = Only the results of this PC were read, and it has no GPU time. With --coordinator http://TEACHER:7420 the coordinator of the class is asked for those of a classmate.
peers-nobody-no-gpu = No other PC of the class has a GPU time, and this PC has none.
peers-nobody-incomparable =
    { $gpus ->
        [one] One GPU of the class was measured, but none of its times may stand beside a CPU time of this PC.
       *[other] { $gpus } GPUs of the class were measured, but none of their times may stand beside a CPU time of this PC.
    }
peers-nobody-machine =
    { $gpus ->
        [0] { $group } has no GPU time.
       *[other] { $group } has GPU times, but none that may stand beside a CPU time of this PC.
    }
peers-nobody-references = There are no reference times; the teacher gives them with `cotejo reference import FILE`.
peers-nobody-matching =
    { $references ->
        [one] The only reference time is of another task or precision than was measured here.
       *[other] The { $references } reference times are all of other tasks or precisions than were measured here.
    }

## The table

peers-head-model = Model
peers-head-size = Image size
peers-head-size-mixed = Size
peers-head-batch = Batch
peers-head-cpu = CPU time (s)
peers-head-gpu-own = GPU time (s)
peers-head-gpu-peer =
    GPU time (s)
    (obtained from another group)
peers-head-gpu-reference =
    Reference time (GPU) (s)
peers-head-speed-up = Speed-up
peers-matmul = Matrix product
peers-gap-not-measured = not measured there
peers-gap-no-reference = no reference time
peers-gap-differs = other { $differences }
peers-gap-nobody = no GPU time
peers-no-speed-up = -
peers-settings = Precision { $precision }; { $threads }; engine { $engine }; weights { $weights }; build { $build }.
peers-settings-exact = Precision { $precision }; { $threads }; engine { $engine }, direct convolution on the CPU; weights { $weights }; build { $build }.
peers-weights-random = random, seed { $seed }
peers-weights-file = file { $digest }
peers-weights-none = none
peers-interval = ± is the 95 % confidence interval of the median.
peers-care = * To be read with care: { $reasons }.
peers-flag-between = { $least } to { $greatest }
peers-flag-noisy = samples spread widely ({ $figure } % of the median)
peers-flag-busy = other programs used the CPU ({ $figure } %)
peers-flag-battery = on battery
peers-flag-throttled = the clock fell to { $figure } %
peers-flag-slept = the PC slept ({ $figure } s)
peers-flag-short = too few samples for a narrow interval (± { $figure } %)
peers-flag-implausible = faster than the device can be ({ $figure } times its peak)

## Where the times come from

peers-provenance-gpu = Where the GPU times come from
peers-provenance-cpu = Where the CPU times come from
peers-who = { $group }: a pseudonym, always the same for the same PC
peers-who-imported = { $group }: a pseudonym, always the same for the same PC; its results were imported from a file
peers-gpu = GPU: { $gpu }
peers-cpu-of-peer = CPU of that PC: { $cpu }
peers-cpu-unknown = CPU of that PC: not known
peers-cpu-own = CPU: { $cpu } ({ $machine })
peers-cpu-own-imported = CPU: { $cpu } ({ $machine }); its results were imported from a file
peers-gpu-memory = { $memory } VRAM
peers-gpu-capability = compute capability { $capability }
peers-gpu-driver = driver { $version }
peers-gpu-simulated = simulated
peers-measured = Measured on { $first }; each time is the median of { $runs }, with its 95 % confidence interval
peers-measured-between = Measured between { $first } and { $last }; each time is the median of { $runs }, with its 95 % confidence interval
peers-runs =
    { $least ->
        [one] one run
       *[other] { $least } runs
    }
peers-runs-between = { $least } to { $most } runs
peers-how = Engine { $engine }, precision { $precision }, build { $build }
peers-why-asked = Why this one: it was asked for
peers-why-closest =
    { $candidates ->
        [one] Why this one: it is the only GPU of the class with comparable times; its CPU takes { $ratio } times as long as this PC's ({ $cells ->
            [one] by one CPU time that both have
           *[other] geometric mean of { $cells } CPU times that both have
        })
       *[other] Why this one: of { $candidates } GPUs of the class with comparable times, it is in the PC whose CPU is closest to this PC's: it takes { $ratio } times as long ({ $cells ->
            [one] by one CPU time that both have
           *[other] geometric mean of { $cells } CPU times that both have
        })
    }
peers-why-same-cpu =
    { $candidates ->
        [one] Why this one: it is the only GPU of the class with comparable times; its CPU is of the same model
       *[other] Why this one: of { $candidates } GPUs of the class with comparable times, it is the first whose PC has a CPU of the same model; no PC has CPU times in common with this one
    }
peers-why-first =
    { $candidates ->
        [one] Why this one: it is the only GPU of the class with comparable times
       *[other] Why this one: of { $candidates } GPUs of the class with comparable times, it is the first by name; no CPU could be compared with this PC's
    }
peers-why-best =
    { $candidates ->
        [one] Why this one: it is the only GPU of the class with comparable times
       *[other] Why this one: it is the fastest of { $candidates } GPUs of the class (geometric mean of its times over the fastest ones)
    }
peers-why-median =
    { $candidates ->
        [one] Why this one: it is the only GPU of the class with comparable times
       *[other] Why this one: it is the one in the middle of { $candidates } GPUs of the class (geometric mean of their times over the fastest ones)
    }
peers-reference-set = Reference times “{ $set }”, imported on { $imported }: not measured by Cotejo
peers-reference-source = Source: { $source }
peers-reference-software = Computed with { $software }
peers-reference-measured = Measured: { $when }
peers-reference-runs = Each time is of { $runs }
peers-reference-no-runs = The source does not say of how many runs they are made
peers-reference-others =
    { $others ->
        [one] There are reference times of one more GPU; these are of more of the rows, or first by name
       *[other] There are reference times of { $others } more GPUs; these are of more of the rows, or first by name
    }
peers-reference-caveat = Nothing but task and precision is known to be equal: the speed-up compares the programs too
peers-with = `--with best-gpu`, `median-gpu`, a PC's name or `reference` chooses other times.

## What was left out

peers-left-out = Left out, since they may not stand in one row
peers-left-out-item =
    { $results ->
        [one] one GPU time
       *[other] { $results } GPU times
    } of { $machines ->
        [one] one PC
       *[other] { $machines } PCs
    }: other { $differences }
peers-left-out-task =
    { $results ->
        [one] one GPU time
       *[other] { $results } GPU times
    } of { $machines ->
        [one] one PC
       *[other] { $machines } PCs
    }: of sizes, batches or models that the CPU of this PC did not compute
peers-unpaired =
    { $results ->
        [one] one CPU time of this PC: no GPU time has its settings
       *[other] { $results } CPU times of this PC: no GPU time has their settings
    }
peers-difference-precision = precision
peers-difference-threads = threads
peers-difference-engine = engine
peers-difference-weights = weights
peers-difference-build = build
