# Charts

chart-size-title = { $what }: time over size
chart-speed-up-title = { $what }: speed-up by the GPU
chart-throughput-title = { $what }: throughput over batch size
chart-threads-title = { $what }: speed-up by threads
chart-class-title = { $what }: the times of the class

chart-size-axis = Image size (pixels a side)
chart-rows-axis = Matrix size (rows)
chart-batch-axis = Batch size (images)
chart-threads-axis = CPU threads
chart-machine-axis = Machine
chart-time-axis = Time (s)
chart-throughput-axis = Throughput (images/s)
chart-speed-up-axis = Speed-up (CPU time / GPU time)
chart-thread-speed-up-axis = Speed-up over one thread
chart-log-axis = { $label }, logarithmic scale

# The legend
chart-device = { $kind }: { $device }
chart-device-of = { $kind } of { $machine }: { $device }
chart-median = { $kind }, median of { $count } machines
chart-speed-up-name = Speed-up
chart-against = { $gpu } over { $cpu }
chart-equally-fast = As fast as the CPU
chart-ideal = Ideal
chart-median-line = Median { $kind }: { $seconds } s
chart-imported = { $device } (imported time)
chart-simulated-name = { $name } SIM
chart-simulated = SIMULATED
chart-simulated-title = SIMULATED: { $title }

# Remarks under the title
chart-of-one = { $machine }; bars: 95 % confidence interval of the median
chart-of-several = Median of the machines; bars from the fastest to the slowest
chart-of-class =
    { $count ->
        [one] 1 machine
       *[other] { $count } machines, fastest CPU first
    }; bars: 95 % confidence interval of the median
chart-bars = Bars: 95 % confidence interval of the median
chart-machines-left-out =
    { $count ->
        [one] 1 more machine is not drawn
       *[other] { $count } more machines are not drawn
    }
chart-engine-optimized = optimized engine
chart-engine-reference = reference engine
chart-exact = exact convolutions
chart-streams = { $count } streams
chart-batch = batch { $count }
chart-weights = weights { $digest }
chart-others =
    { $count ->
        [one] Not in it: 1 measurement of another kind
       *[other] Not in it: { $count } measurements of other kinds
    }
chart-care = To be read with care: { $flagged } of { $count } measurements

# What a chart is called that cannot be drawn
chart-kind-size = Time over image size
chart-kind-speed-up = Speed-up
chart-kind-throughput = Throughput over batch
chart-kind-threads = Thread scaling
chart-kind-class = The class's times

# Why there is no chart
chart-nothing-measured = nothing has been measured yet; `{ $command }` measures
chart-nothing-chosen = no measurement has the settings that were asked for
chart-no-such-machine = there are no measurements of a machine { $machine }; measured: { $known }
chart-no-speed-up = no machine has a CPU time and a GPU time at the same size and with the same settings; a PC with an NVIDIA GPU gives both with `cotejo local` or `cotejo sweep start`
chart-no-batches = no machine was measured with two batch sizes and otherwise equal settings; `{ $command } --batches 1,8,32` does it
chart-no-threads = no CPU was measured with 1 thread and with more; `{ $command } --threads 1,2,4 --sizes 224` does it
chart-no-class = only one machine was measured, or no two with equal settings; `cotejo sweep start --preset practice` measures a class
