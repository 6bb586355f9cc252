# Results: tables and what must be read with them.

results-title = Results
column-machine = Machine
column-device = Device
column-model = Model
column-size = Size
column-batch = Batch
column-streams = Streams
column-speed-up = Speed-up
column-seconds = { $device } (s)
column-rate = { $device } (images/s)
seconds-unit = (s)

task-batch = batch { $batch }
task-streams =
    { $count ->
        [one] { $count } stream
       *[other] { $count } streams
    }
task-threads =
    { $count ->
        [one] { $count } thread
       *[other] { $count } threads
    }
task-threads-all = all threads
task-exact = exact
device-simulated = { $device } (simulated)
product-simulated = { $name } (simulated)
cell-place = { $device } of { $machine }
cell-on = { $what } on { $place }
cells-on =
    { $count ->
        [one] { $count } cell on { $places }
       *[other] { $count } cells on { $places }
    }

state-queued = waiting
state-offered = offered
state-running = running
state-uploading = uploading
state-unknown = out of reach
state-cancelling = being cancelled
state-succeeded = measured
state-failed = failed
state-lost = lost
state-cancelled = cancelled
state-expired = expired
state-timed_out = timed out

ended-failed = { $count } failed
ended-lost = { $count } lost
ended-cancelled = { $count } cancelled
ended-expired = { $count } expired
ended-timed_out = { $count } timed out

rehearsal = SIMULATED: what is marked SIM was made up by a program that only plays a machine, for a rehearsal. Nothing was computed, and it says nothing of any CPU or GPU.
watermark = SIMULATED

basis-sentence = Measured with { $settings }.
basis-beware = Beware: the answers { $answers }.
basis-precision = precision { $value }
basis-threads = threads { $value }
basis-engine = engine { $value }
basis-convolutions = convolutions { $value }
basis-weights = weights { $value }
basis-image = image { $value }
basis-build = build { $value }
basis-seed = random, seed { $seed }
basis-built-in = built-in
basis-all = all
basis-exact = exact
basis-file = file { $digest }
basis-differ = differ for { $what }: { $answers }
basis-class = class { $class } on { $by }
basis-but = {" "}but{" "}

notes-measuring = How it was measured
notes-environments = What it ran on
notes-gpus = GPUs
notes-flags = Read with care (*)
notes-trouble = GPUs that were held down or hot
notes-answers = Answers
notes-failures = Not measured
notes-pending = Not measured yet

measuring-runs =
    { $most ->
        [one] median of { $runs } warmed-up forward pass a cell, in seconds
       *[other] median of { $runs } warmed-up forward passes a cell, in seconds
    }
measuring-margin = { $runs }; ± is its 95 % confidence interval
range = { $low } to { $high }
measuring-streams = with several streams, as many forward passes run at once on a share of the threads each, and a time is that until all of them have ended
measuring-several-gpus = of several GPUs of a machine, the fastest stands in the table

cores =
    { $count ->
        [one] { $count } core
       *[other] { $count } cores
    }
cores-and-threads = { $cores } and { $threads }
memory-ram = { $bytes } RAM
memory-vram = { $bytes } VRAM
no-gpu = no GPU: { $reason }
gpu-capability = compute capability { $version }
gpu-driver = driver { $version }
gpu-power-limit = power limit { $watts } W
gpu-held-down = clock held down ({ $reasons })
gpu-hot = hot ({ $degrees } °C)

flag-noisy = noisy (IQR { $percent } % of the median)
flag-busy = busy (others used { $percent } % of the CPU)
flag-battery = battery
flag-throttled = throttled (clock fell to { $percent } %)
flag-slept = slept ({ $seconds } s)
flag-short = short (budget ended at ±{ $percent } %)
flag-implausible = implausible ({ $times }x the device's peak)
flag-noisy-plain = noisy
flag-busy-plain = busy
flag-battery-plain = battery
flag-throttled-plain = throttled
flag-slept-plain = slept
flag-short-plain = short
flag-implausible-plain = implausible

answer = { $cell }: { $label } ({ $percent } %)
answer-no-idea = { $cell }: { $label } ({ $percent } %, which is no better than a guess: were these weights trained?)
answer-random-weights = the image has no answer: the weights are random, which changes no time; --weights FILE gives trained ones

failure-remedy = { $message }. What to do: { $remedy }
pending-cells =
    { $count ->
        [one] { $count } cell { $state }
       *[other] { $count } cells { $state }
    }
pending-away =
    { $count ->
        [one] { $count } cell waits for { $machine }, which is out of reach since { $since }
       *[other] { $count } cells wait for { $machine }, which is out of reach since { $since }
    }

## What a worker is doing

phase-load = loading
phase-first = first run
phase-warm-up = warming up
phase-sample = measuring

## Which sweeps something was made from

sweeps-one = Sweep: { $sweep }.
sweeps-several = { $count } sweeps, of each cell the newest time: { $sweeps }.
sweeps-more = and { $count } more
sweeps-named = { $name } ({ $date }, { $id })
sweeps-newest = { $sweep }, the newest of { $count } of this name
sweeps-older = { $sweep }, one of { $count } of this name
