# Analysis

analysis-title = What the figures say
analysis-cpu-only = GPU times here are those of { $group } ({ $gpu }): they were not measured on this PC.
analysis-reference = GPU times here are reference times ({ $gpu }, “{ $set }”): they were not measured on this PC.
analysis-what = What the figures say
analysis-unknown = What the figures cannot tell
finding-simulated = SIM { $sentence }

## Who and where

finding-on-cpu = { $what } on the CPU
finding-on-gpu = { $what } on the GPU
finding-on-peer = { $what } on the GPU of { $group }
finding-with = { $what } ({ $settings })
finding-engine = engine { $engine }
finding-exact = direct convolution
finding-pixels = { $at } px
finding-rows = { $at } rows
finding-batch = batch { $at }
finding-batches = batches { $at }
finding-range = { $from } to { $to }
finding-task-batch = { $size }, batch { $batch }

## From where on the GPU wins

finding-gpu-wins-once = { $what }: at { $place }, the only place where both were measured, the GPU wins; the CPU takes { $ratio } times as long.
finding-gpu-wins = { $what }: the GPU wins wherever both were measured ({ $places }); the CPU takes { $first } times as long at { $from } and { $last } times at { $to }.
finding-cpu-wins-once = { $what }: at { $place }, the only place where both were measured, the CPU wins; the GPU takes { $ratio } times as long.
finding-cpu-wins = { $what }: the CPU wins wherever both were measured ({ $places }); the GPU takes { $first } times as long at { $from } and { $last } times at { $to }.
finding-gpu-wins-from = { $what }: the GPU wins from about { $at } on, by the intervals of the times somewhere from { $low } to { $high }; the CPU takes { $first } times as long at { $from } and { $last } times at { $to }.
finding-gpu-sure-from = { $what }: the GPU wins from { $sure } on; below, at { $unsure }, the intervals of the times overlap and the data cannot tell.
finding-cpu-sure-to = { $what }: the CPU wins up to { $sure }; above, at { $unsure }, the intervals of the times overlap and the data cannot tell.
finding-unsure = { $what }: at { $places } the intervals of CPU and GPU times overlap, so the data cannot tell who wins; more runs would, or a larger range.
finding-mixed = { $what }: no single place divides CPU and GPU: the GPU wins at { $gpu }, the CPU at { $cpu }.
finding-mixed-unsure = { $what }: no single place divides CPU and GPU: the GPU wins at { $gpu }, the CPU at { $cpu }, and at { $unsure } the data cannot tell.
finding-nowhere = no place
finding-without-interval = Times without an interval were taken as they stand.
finding-none-crossover = From where on the GPU wins: there is no GPU time beside a CPU time; a PC with a GPU in the class, or `cotejo reference import FILE`, would give one.

## Time against pixels

finding-growth = { $what }: from { $from } to { $to }, time grows as the number of pixels to the power of { $exponent }{ $neighbours }; { $verdict } ({ $sizes } sizes).
finding-growth-neighbours = { " " }(between neighbouring sizes { $least } to { $greatest })
finding-growth-below = below 1, where time would be in proportion to the pixels: large images are cheaper by the pixel
finding-growth-above = above 1, where time would be in proportion to the pixels: large images are dearer by the pixel
finding-growth-near = that may be 1, time in proportion to the pixels: the data cannot tell it apart; more sizes would
finding-growth-bare = 1 would be in proportion to the pixels; with too few runs for intervals, the data cannot tell how sure this is
finding-growth-two = with two sizes the margin is that of the times alone, and nothing shows whether it is one power; measure more sizes
finding-none-growth = How time follows the image's size: one size is not enough; `cotejo local --sizes 128,224,384,512,768,1024` measures more.

## Throughput against batch

finding-saturated = { $what }, { $size }: from batch { $batch } on, a larger batch gives less than 10 % more images a second (at most { $gain } times as many): { $smallest-rate } at batch { $smallest }, at most { $best-rate } at batch { $best }.
finding-saturated-unsure = { $what }, { $size }: from about batch { $batch } on, a larger batch seems to give less than 10 % more images a second, but the intervals cannot tell it from 10 % ({ $gain } times as many): { $smallest-rate } at batch { $smallest }, at most { $best-rate } at batch { $best }.
finding-growing = { $what }, { $size }: up to the largest batch, { $largest }, images a second still grow, and the data cannot tell where that ends (measure larger batches): { $gain } times as many as at batch { $before }; { $smallest-rate } at batch { $smallest }, { $best-rate } at batch { $best }.
finding-none-throughput = What a batch brings: one batch is not enough; `cotejo local --sizes 224 --batches 1,2,4,8,16` measures more.

## Threads: Amdahl's law

finding-amdahl = { $what }: by Amdahl's law { $parallel } % of the work runs in parallel, so that no number of threads makes it more than { $limit } as fast; { $most } threads made it { $measured } times as fast as { $least }.
finding-amdahl-open = { $what }: by Amdahl's law { $parallel } % of the work runs in parallel; the data cannot tell where the gain of more threads ends, not before { $low } times; { $most } threads made it { $measured } times as fast as { $least }.
finding-amdahl-broken = { $what }: { $most } threads made it { $measured } times as fast as { $least }, more than in proportion, which Amdahl's law does not describe (its parallel share would be { $parallel } %).
finding-amdahl-nothing = { $what }: more threads bring nothing; { $most } threads made it { $measured } times as fast as { $least } (the parallel share of Amdahl's law would be { $parallel } %).
finding-limit = { $value } times
finding-limit-between = { $value } times ({ $low } to { $high })
finding-amdahl-two = With two numbers of threads nothing shows whether the law holds.
finding-amdahl-beyond =
    { $count ->
        [one] The time with { $threads } threads is not in the fit: they are more than the cores.
       *[other] The times with { $threads } threads are not in the fit: they are more than the cores.
    }
finding-none-scaling = What threads bring: one number of threads is not enough; `cotejo local --sizes 224 --threads { $threads }` measures more.
finding-none-scaling-one-core = What threads bring: this PC has one core, which cannot tell.

## Copies

finding-copies-once = { $what }: upload and download are { $share } % of an inference at { $place } ({ $clock }; no interval is known of it).
finding-copies = { $what }: upload and download are { $first } % of an inference at { $from } and { $last } % at { $to } ({ $clock }; no interval is known of it).
finding-clock-device = by the GPU's own clock
finding-clock-host = by the host's clock

## First run

finding-first-once = { $what }: at { $place } the first run takes { $ratio } times as long as a warmed-up one; a script that times one run reports the first.
finding-first = { $what }: the first run takes { $first } times as long as a warmed-up one at { $from } and { $last } times at { $to }; a script that times one run reports the first.

## Rate

finding-rate-once = { $what }: { $lowest } GFLOP/s at { $place }, { $share } % of the { $peak } GFLOP/s of the fastest matrix product measured on it ({ $rows }).
finding-rate = { $what }: from { $lowest } GFLOP/s at { $low-place } to { $highest } GFLOP/s at { $high-place }, { $low-share } % to { $high-share } % of the { $peak } GFLOP/s of the fastest matrix product measured on it ({ $rows }).
finding-rate-above = Values above 100 % are possible: operations are counted as in direct convolution, but Winograd's algorithm needs fewer; or the product was too small or disturbed to show the peak.
finding-none-rate-cpu = How near the CPU comes to its peak: no matrix product was measured on it; `cotejo local --devices cpu --matmul 2048` measures one.
finding-none-rate-gpu = How near the GPU comes to its peak: no matrix product was measured on it; `cotejo local --devices gpu --matmul 4096` on its PC measures one.

## The class

class-coverage = What was measured
class-head-machine = PC
class-head-measured = Measured
class-head-failed = Failed
class-head-pending = Pending
class-head-missing = Missing
class-head-remark = Remark
class-away = out of reach since { $since }
class-no-gpu = no GPU
class-simulated = SIM
class-anomalies = Identical PCs that differ
class-no-anomalies = No PC differs by more than 10 % from the median of those like it, with intervals apart.
class-anomaly-slower = { $machine }: { $ratio } times the usual time at { $task } ({ $time } s beside { $usual } s), of { $alike } PCs alike ({ $twins }); { $cells }; { $why }.
class-anomaly-pair = { $machine }: { $ratio } times the time of its twin at { $task } ({ $time } s beside { $usual } s; { $twins }); { $cells }; { $why }.
class-cells =
    { $cells ->
        [one] one cell differs
       *[other] { $cells } cells differ
    }
class-why = may be because of: { $reasons }
class-why-unknown = no flag explains it
class-hot = hot ({ $degrees } °C)
class-held = clock held down ({ $reason })
class-twins-cpu = { $cpu }, { $cores ->
        [one] one core
       *[other] { $cores } cores
    }, { $memory } GiB RAM, { $os }
class-compared =
    { $machines ->
        [one] compared: one PC with { $twins }
       *[other] compared: { $machines } PCs with { $twins }
    }
class-alone =
    { $devices ->
        [one] one device has no twin in the class, so that nothing can be told of it: { $names }
       *[other] { $devices } devices have no twin in the class, so that nothing can be told of them: { $names }
    }
class-alone-item = { $machine } ({ $device })
