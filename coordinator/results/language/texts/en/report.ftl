# The report that a student hands in, in the practice's own order, and the teacher's report of a class.

report-title = CPU against GPU: inference time of image recognition
report-author = Name and group:
report-about = The tables, charts and figures of this document were written by Cotejo from measurements. What stands in a frame is for you to write.

report-option-b = OPTION B: this practice was done on a PC that has no GPU that can be used ({ $reason }). The GPU times were obtained from another group: { $peer }.
report-option-b-reference = OPTION B: this practice was done on a PC that has no GPU that can be used ({ $reason }). The GPU times are reference times that were given by the teacher: { $source }.
report-option-b-alone = OPTION B: this practice was done on a PC that has no GPU that can be used ({ $reason }). No other group has given GPU times, so that only the CPU was measured.
report-no-gpu-found = no GPU was measured on it

report-environment = Environment
report-environment-machine = { $machine }: { $description }
report-environment-cuda-yes = Is CUDA available? Yes: { $gpus }.
report-environment-cuda-no = Is CUDA available? No: { $reason }.
report-environment-workload = What was measured: { $models }; image sizes { $sizes } px; precision { $precision }; engine { $engine }.
report-environment-dates = Measured on { $date } with Cotejo ({ $build }).

report-reflection = Reflection on what was learned
report-reflection-summary = A brief summary of the practice.
report-reflection-hardware = Analysis and discussion of how the choice of hardware (CPU or GPU) affected the execution time.
report-reflection-hardware-b = Analysis and discussion of the execution on the CPU and of how its performance could be improved.
report-reflection-parallelism = An explanation of the concepts of parallelism, and of why GPUs are more efficient in certain tasks.
report-reflection-parallelism-b = Reflection on the concepts of parallelism, and on what a GPU would bring if there were one.

report-results = Comparative table of results
report-results-b = Table of results of the execution on the CPU
report-reference = Comparison with GPU times of another group
report-reference-reference = Comparison with reference times of a GPU
report-reference-reflection = Reflect on the differences observed.
report-charts = Charts
report-chart-left-out = { $chart }: { $reason }

report-analysis = Analysis of the differences in performance
report-analysis-data = Data to discuss
report-analysis-data-about = These sentences state what the measurements say. Explaining it is your part.
report-questions = Questions
report-question-faster = Why is the GPU faster (or not) in this case?
report-question-size = What happens when the images get larger? How does the amount of data affect performance?
report-question-first = Why does the first run take longer than the following ones?
report-question-cpu = Which factors influence the time of the CPU, and how would it change with a GPU?
report-question-real = In what kind of real situations would this knowledge be decisive?
report-analysis-explain = Explain why the times of the GPU are shorter (or not), with the figures above.
report-analysis-size = Discuss how the size of the image and the amount of data processed affect performance.

report-proposals = Optimisation proposals (they need not be implemented)
report-proposals-consider = Consider options such as:
report-proposal-model = lighter models (for example MobileNet instead of ResNet); `cotejo local --models mobilenet_v2` measures it
report-proposal-size = smaller images; `cotejo local --sizes 128,256` measures them
report-proposal-parallel = more parallelism: batches on the GPU, several cores and several images at once on the CPU; `--batches`, `--threads` and `--streams` measure it
report-proposal-memory = better management of the GPU's memory
report-proposals-yours = Your proposals, with reasons.

report-rubric = Rubric, as a checklist
report-rubric-structure = Structure of the report (10 %): clear and orderly, with distinct sections; coherent, well-organised writing.
report-rubric-results = Experimental results (20 %): the table has execution times for several image sizes on CPU and GPU (or CPU and reference times); clear and precise results.
report-rubric-analysis = Analysis of the results (30 %): detailed explanation of the differences between CPU and GPU; reflection on how parallelism affects performance; correct technical reasoning.
report-rubric-proposals = Optimisation proposals (20 %): original and well founded; lighter models, additional parallelism and efficient use of the GPU considered.
report-rubric-application = Reflection and practical application (20 %): deep reflection on what was learned and its use elsewhere; related to real cases (artificial intelligence in critical situations).

report-annex = How it was measured, and what to read with care

class-title = Class report: { $title }
class-summary =
    { $machines ->
        [one] { $machines } machine, { $measured } of { $cells } cells measured.
       *[other] { $machines } machines, { $measured } of { $cells } cells measured.
    }
class-sweeps = Sweeps: { $names }.
class-comparison = Comparison
class-comparison-machine = Machine by machine
class-comparison-device = Devices, fastest first

cells-what = What
cells-device = Device
cells-time = Time (s)
cells-first = First run (s)
cells-runs = Runs
report-annex-about = Every cell of this PC: the median of warmed-up forward passes with its 95 % confidence interval; the first run apart.
cells-low = 95 % interval, low (s)
cells-high = 95 % interval, high (s)
cells-caption = Every cell
