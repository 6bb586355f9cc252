//! Whole reports, as a terminal shows them, and as files.

use cotejo_analysis::peers::{Wanted, compare};
use cotejo_analysis::{Records, class, findings};
use cotejo_language::Language;
use cotejo_model::comparison::{Comparison, GroupBy, Outcome};
use cotejo_model::{DeviceKind, MachineId, Model, Precision, Reference, Task};
use uuid::Uuid;

use super::*;
use crate::chart::build::{Choice, Kind, chart};
use crate::chart::{self, PngSize};
use crate::document::{self, ChartFiles, Document};
use crate::{Style, samples};

/// pc-01 of the sample class, which has no GPU; the teacher has one.
const WITHOUT_GPU: u128 = 1;
const WITH_GPU: u128 = 3;

fn student_of(language: Language, comparison: &Comparison, machine: u128, references: &[Reference]) -> Document {
    let texts = Texts::of(language);
    let machine = MachineId(Uuid::from_u128(machine));
    let records = Records::of([comparison.clone()]);
    let peers = compare(&records, machine, Wanted::Usual, references).unwrap();
    let found = findings::of(&records, machine, Some(&peers));
    let own = records.clone().only(|id| id == machine);
    let charts = vec![
        time_over_size(&peers, texts).map_err(|why| (Kind::Size, why)),
        chart(Kind::Threads, comparison, &Choice::default(), texts).map_err(|why| (Kind::Threads, why)),
    ];
    let report = Student {
        environment: own.environment(machine).unwrap(),
        entries: own.entries().iter().collect(),
        peers: &peers,
        findings: &found,
        charts,
    };
    student(report, texts)
}

fn class_of(language: Language) -> Document {
    let texts = Texts::of(language);
    let [by_size, by_machine, by_device] = [GroupBy::Size, GroupBy::Machine, GroupBy::Device].map(samples::class);
    let records = Records::of([by_size.clone()]);
    let drawn = chart(Kind::Size, &by_size, &Choice::default(), texts);
    let report = Class {
        by_size: &by_size,
        by_machine: &by_machine,
        by_device: &by_device,
        sweeps: vec!["practice".to_owned()],
        coverage: &class::coverage(&records),
        anomalies: &class::anomalies(&records),
        charts: vec![drawn.map_err(|why| (Kind::Size, why))],
    };
    class(report, texts)
}

fn shown(document: &Document) -> String {
    let style = Style { width: Some(110), colour: false, zone: jiff::tz::TimeZone::UTC };
    document::terminal(document, &style, &|drawn| format!("[{}]", drawn.title))
}

/// A class in which everybody's GPU is played.
fn rehearsed() -> Comparison {
    let mut class = samples::class(GroupBy::Size);
    for entry in &mut class.entries {
        if let Outcome::Measured(measured) = &mut entry.outcome {
            measured.simulated = entry.device.kind() == DeviceKind::Cuda;
        }
    }
    class
}

fn alone() -> Comparison {
    let mut class = samples::class(GroupBy::Size);
    class.entries.retain(|entry| entry.machine.0.as_u128() == WITHOUT_GPU);
    class
}

fn reference() -> Reference {
    Reference {
        set: "Course 2026".to_owned(),
        source: "measured by the teacher".to_owned(),
        device_name: "RTX 4090".to_owned(),
        software: None,
        task: Task::Classify { model: Model::ResNet18, size: 224, batch: 1 },
        precision: Precision::F32,
        seconds: 0.001_234,
        ci: None,
        runs: Some(20),
        measured_on: None,
        imported_ms: 1_785_490_200_000,
    }
}

#[test]
fn a_student_without_a_gpu_in_spanish() {
    let document = student_of(Language::Spanish, &samples::class(GroupBy::Size), WITHOUT_GPU, &[]);
    insta::assert_snapshot!(shown(&document), @"
    CPU frente a GPU: tiempo de inferencia en reconocimiento de imágenes
    ════════════════════════════════════════════════════════════════════

    ┃ OPCIÓN B: esta práctica se ha realizado con un PC que no dispone de GPU utilizable (no NVIDIA driver was
    ┃ found on this machine). Los tiempos de GPU se han obtenido de otro grupo: Grupo PRJR, NVIDIA GeForce RTX
    ┃ 3060.

    ___ Nombre y grupo:

    Las tablas, los gráficos y las cifras de este documento los escribió Cotejo a partir de mediciones. Lo que
    está en un recuadro lo escribes tú.

    Entorno
    ───────

    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 núcleos y 12 hilos; avx2 fma; 16,0 GiB de RAM; Windows 11
      (26100); sin GPU: no NVIDIA driver was found on this machine
    - ¿CUDA disponible? No: no NVIDIA driver was found on this machine.
    - Qué se midió: ResNet18; tamaños de imagen 224, 1024 px; precisión f32; motor reference.
    - Medido el 2026-07-31 con Cotejo (cotejo-worker 0.1.0, candle 0.11.0).

    Reflexión sobre lo aprendido
    ────────────────────────────

    ___ Un breve resumen de la práctica.

    ___ Análisis y discusión sobre la ejecución en CPU y cómo podría mejorarse el rendimiento.

    ___ Reflexión sobre los conceptos de paralelismo y qué beneficios podría ofrecer una GPU si estuviera
        disponible.

    Tabla de resultados de ejecución en CPU
    ───────────────────────────────────────

    ┌──────────────────────┬─────────────┬─────────────────┬───────────────────────┬─────────────┐
    │ Qué                  ┆ Dispositivo ┆      Tiempo (s) ┆ Primera ejecución (s) ┆ Ejecuciones │
    ╞══════════════════════╪═════════════╪═════════════════╪═══════════════════════╪═════════════╡
    │ ResNet18 224 x 224   ┆ cpu         ┆ 0,0301 ± 0,0002 ┆                0,0904 ┆          10 │
    │ ResNet18 1024 x 1024 ┆ cpu         ┆   0,629 ± 0,005 ┆                  1,89 ┆          10 │
    └──────────────────────┴─────────────┴─────────────────┴───────────────────────┴─────────────┘

    Comparación con tiempos de GPU de otro grupo
    ────────────────────────────────────────────

    ResNet18
    ┌─────────────────────┬─────────────────┬──────────────────────────┬─────────────┐
    │ Tamaño de la imagen ┆  Tiempo CPU (s) ┆           Tiempo GPU (s) ┆ Aceleración │
    │                     ┆                 ┆ (obtenido de otro grupo) ┆             │
    ╞═════════════════════╪═════════════════╪══════════════════════════╪═════════════╡
    │ 224 x 224           ┆ 0,0301 ± 0,0002 ┆      0,002031 ± 0,000016 ┆ 14,8 ± 0,2x │
    │ 1024 x 1024         ┆   0,629 ± 0,005 ┆        0,00928 ± 0,00007 ┆ 67,8 ± 1,1x │
    └─────────────────────┴─────────────────┴──────────────────────────┴─────────────┘
    Precisión f32; hilos: todos; motor reference; pesos: aleatorios, semilla 2026; versión cotejo-worker 0.1.0,
    candle 0.11.0.
    ± es el intervalo de confianza del 95 % de la mediana.

    De dónde vienen los tiempos de GPU

    - Grupo PRJR: un seudónimo, siempre el mismo para el mismo PC
    - GPU: NVIDIA GeForce RTX 3060
    - CPU de ese PC: AMD Ryzen 5 5600X 6-Core Processor
    - Medidos el 2026-07-31; cada tiempo es la mediana de 10 ejecuciones, con su intervalo de confianza del 95 %
    - Motor reference, precisión f32, versión cotejo-worker 0.1.0, candle 0.11.0
    - Por qué este: es la única GPU de la clase con tiempos comparables; su CPU tarda 0,625 veces lo que la de
      este PC (media geométrica de 2 tiempos de CPU que ambos tienen)

    De dónde vienen los tiempos de CPU

    - CPU: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz (pc-01)
    - Medidos el 2026-07-31; cada tiempo es la mediana de 10 ejecuciones, con su intervalo de confianza del 95 %

    ___ Reflexiona sobre las diferencias observadas.

    Gráficos
    ────────

    [ResNet18: tiempo según el tamaño]

    - Escalado con los hilos: ninguna CPU se ha medido con 1 hilo y con más; `cotejo sweep start --threads 1,2,4
      --sizes 224` lo hace

    Análisis sobre las diferencias de rendimiento
    ─────────────────────────────────────────────

    Datos para la discusión

    Estas frases recogen lo que dicen las mediciones. Explicarlo es tarea tuya.

    Lo que dicen las cifras
    - ResNet18 (motor reference): la GPU gana en todo lo medido en ambas (224, 1024 px); la CPU tarda 14,8 ± 0,2
      veces lo que la GPU con 224 px y 67,8 ± 1,1 veces con 1024 px.
    - ResNet18 en la CPU (motor reference): de 224 px a 1024 px, el tiempo crece como el número de píxeles elevado
      a 1,000 ± 0,004; con dos tamaños el margen es solo el de los tiempos, y nada muestra si es una única
      potencia; conviene medir más tamaños (2 tamaños).
    - ResNet18 en la GPU del Grupo PRJR (motor reference): de 224 px a 1024 px, el tiempo crece como el número de
      píxeles elevado a 0,500 ± 0,004; con dos tamaños el margen es solo el de los tiempos, y nada muestra si es
      una única potencia; conviene medir más tamaños (2 tamaños).
    - ResNet18 en la CPU (motor reference): la primera ejecución tarda 3,00 ± 0,02 veces lo que una en caliente
      con 224 px y 3,00 ± 0,02 veces con 1024 px; un script que mide una sola ejecución da la primera.
    - ResNet18 en la GPU del Grupo PRJR (motor reference): la primera ejecución tarda 3,00 ± 0,02 veces lo que una
      en caliente con 224 px y 3,00 ± 0,02 veces con 1024 px; un script que mide una sola ejecución da la primera.

    Lo que las cifras no permiten saber
    - Qué aporta el lote: un solo tamaño de lote no basta; `cotejo local --sizes 224 --batches 1,2,4,8,16` mide
      más.
    - Qué aportan los hilos: un solo número de hilos no basta; `cotejo local --sizes 224 --threads 1,2,4,6` mide
      más.
    - Cuánto se acerca la CPU a su máximo: no se le ha medido ningún producto de matrices; `cotejo local --devices
      cpu --matmul 2048` mide uno.
    - Cuánto se acerca la GPU a su máximo: no se le ha medido ningún producto de matrices; `cotejo local --devices
      gpu --matmul 4096` en su PC mide uno.

    Preguntas

    - ¿Por qué la GPU es más rápida (o no) en este caso?
    - ¿Qué pasa cuando aumenta el tamaño de las imágenes? ¿Cómo afecta la cantidad de datos al rendimiento?
    - ¿Por qué la primera ejecución tarda más que las siguientes?
    - ¿Qué factores influyen en el tiempo de la CPU, y cómo cambiaría con una GPU?
    - ¿En qué tipo de situaciones reales este conocimiento sería clave?

    ___ Explica, con las cifras anteriores, por qué los tiempos de la GPU son más cortos (o no).

    ___ Discute cómo afectan al rendimiento el tamaño de la imagen y la cantidad de datos procesados.

    Propuestas de optimización (no es necesario implementarlas)
    ───────────────────────────────────────────────────────────

    Considera opciones como:

    - modelos más ligeros (por ejemplo, MobileNet en lugar de ResNet); `cotejo local --models mobilenet_v2` lo
      mide
    - imágenes más pequeñas; `cotejo local --sizes 128,256` las mide
    - más paralelismo: lotes en la GPU, varios núcleos y varias imágenes a la vez en la CPU; `--batches`,
      `--threads` y `--streams` lo miden
    - una mejor gestión de la memoria de la GPU

    ___ Tus propuestas, razonadas.

    Rúbrica, como lista de comprobación
    ───────────────────────────────────

    [ ] Estructura del informe (10 %): estructura clara y ordenada, con secciones diferenciadas; redacción
        coherente y bien organizada.
    [ ] Resultados experimentales (20 %): la tabla incluye tiempos de ejecución para diferentes tamaños de imagen
        en CPU y GPU (o CPU y tiempos de referencia); resultados claros y precisos.
    [ ] Análisis de los resultados (30 %): explicación detallada de las diferencias entre CPU y GPU; reflexión
        sobre cómo afecta el paralelismo al rendimiento; justificación técnica correcta.
    [ ] Propuestas de optimización (20 %): originales y bien fundamentadas; se consideran modelos ligeros,
        paralelismo adicional y una gestión eficiente de la GPU.
    [ ] Reflexión y aplicación práctica (20 %): reflexión profunda sobre lo aprendido y su aplicación en otros
        escenarios; relación con casos reales (inteligencia artificial en situaciones críticas).

    Cómo se midió y qué leer con cautela
    ────────────────────────────────────

    Todas las celdas de este PC: la mediana de las inferencias en caliente con su intervalo de confianza del 95 %;
    la primera ejecución, aparte.
    ");
}

#[test]
fn a_student_with_a_gpu_in_english() {
    let document = student_of(Language::English, &samples::class(GroupBy::Size), WITH_GPU, &[]);
    insta::assert_snapshot!(shown(&document), @"
    CPU against GPU: inference time of image recognition
    ════════════════════════════════════════════════════

    ___ Name and group:

    The tables, charts and figures of this document were written by Cotejo from measurements. What stands in a
    frame is for you to write.

    Environment
    ───────────

    - teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11
      (26100); NVIDIA GeForce RTX 3060
    - Is CUDA available? Yes: NVIDIA GeForce RTX 3060.
    - What was measured: ResNet18; image sizes 224, 1024 px; precision f32; engine reference.
    - Measured on 2026-07-31 with Cotejo (cotejo-worker 0.1.0, candle 0.11.0).

    Reflection on what was learned
    ──────────────────────────────

    ___ A brief summary of the practice.

    ___ Analysis and discussion of how the choice of hardware (CPU or GPU) affected the execution time.

    ___ An explanation of the concepts of parallelism, and of why GPUs are more efficient in certain tasks.

    Comparative table of results
    ────────────────────────────

    ResNet18
    ┌─────────────┬───────────────────┬─────────────────────┬──────────────┐
    │ Image size  ┆      CPU time (s) ┆        GPU time (s) ┆     Speed-up │
    ╞═════════════╪═══════════════════╪═════════════════════╪══════════════╡
    │ 224 x 224   ┆ 0.01882 ± 0.00015 ┆ 0.002031 ± 0.000016 ┆ 9.27 ± 0.15x │
    │ 1024 x 1024 ┆     0.393 ± 0.003 ┆   0.00928 ± 0.00007 ┆  42.4 ± 0.7x │
    └─────────────┴───────────────────┴─────────────────────┴──────────────┘
    Precision f32; threads all; engine reference; weights random, seed 2026; build cotejo-worker 0.1.0, candle
    0.11.0.
    ± is the 95 % confidence interval of the median.

    Where the GPU times come from

    - GPU: NVIDIA GeForce RTX 3060
    - Measured on 2026-07-31; each time is the median of 10 runs, with its 95 % confidence interval

    Where the CPU times come from

    - CPU: AMD Ryzen 5 5600X 6-Core Processor (teacher)
    - Measured on 2026-07-31; each time is the median of 10 runs, with its 95 % confidence interval

    Charts
    ──────

    [ResNet18: time over size]

    - Thread scaling: no CPU was measured with 1 thread and with more; `cotejo sweep start --threads 1,2,4 --sizes
      224` does it

    Analysis of the differences in performance
    ──────────────────────────────────────────

    Data to discuss

    These sentences state what the measurements say. Explaining it is your part.

    What the figures say
    - ResNet18 (engine reference): the GPU wins wherever both were measured (224, 1024 px); the CPU takes 9.27 ±
      0.15 times as long at 224 px and 42.4 ± 0.7 times at 1024 px.
    - ResNet18 on the CPU (engine reference): from 224 px to 1024 px, time grows as the number of pixels to the
      power of 1.000 ± 0.004; with two sizes the margin is that of the times alone, and nothing shows whether it
      is one power; measure more sizes (2 sizes).
    - ResNet18 on the GPU (engine reference): from 224 px to 1024 px, time grows as the number of pixels to the
      power of 0.500 ± 0.004; with two sizes the margin is that of the times alone, and nothing shows whether it
      is one power; measure more sizes (2 sizes).
    - ResNet18 on the CPU (engine reference): the first run takes 3.00 ± 0.02 times as long as a warmed-up one at
      224 px and 3.00 ± 0.02 times at 1024 px; a script that times one run reports the first.
    - ResNet18 on the GPU (engine reference): the first run takes 3.00 ± 0.02 times as long as a warmed-up one at
      224 px and 3.00 ± 0.02 times at 1024 px; a script that times one run reports the first.

    What the figures cannot tell
    - What a batch brings: one batch is not enough; `cotejo local --sizes 224 --batches 1,2,4,8,16` measures more.
    - What threads bring: one number of threads is not enough; `cotejo local --sizes 224 --threads 1,2,4,6`
      measures more.
    - How near the CPU comes to its peak: no matrix product was measured on it; `cotejo local --devices cpu
      --matmul 2048` measures one.
    - How near the GPU comes to its peak: no matrix product was measured on it; `cotejo local --devices gpu
      --matmul 4096` on its PC measures one.

    Questions

    - Why is the GPU faster (or not) in this case?
    - What happens when the images get larger? How does the amount of data affect performance?
    - Why does the first run take longer than the following ones?
    - Which factors influence the time of the CPU, and how would it change with a GPU?
    - In what kind of real situations would this knowledge be decisive?

    ___ Explain why the times of the GPU are shorter (or not), with the figures above.

    ___ Discuss how the size of the image and the amount of data processed affect performance.

    Optimisation proposals (they need not be implemented)
    ─────────────────────────────────────────────────────

    Consider options such as:

    - lighter models (for example MobileNet instead of ResNet); `cotejo local --models mobilenet_v2` measures it
    - smaller images; `cotejo local --sizes 128,256` measures them
    - more parallelism: batches on the GPU, several cores and several images at once on the CPU; `--batches`,
      `--threads` and `--streams` measure it
    - better management of the GPU's memory

    ___ Your proposals, with reasons.

    Rubric, as a checklist
    ──────────────────────

    [ ] Structure of the report (10 %): clear and orderly, with distinct sections; coherent, well-organised
        writing.
    [ ] Experimental results (20 %): the table has execution times for several image sizes on CPU and GPU (or CPU
        and reference times); clear and precise results.
    [ ] Analysis of the results (30 %): detailed explanation of the differences between CPU and GPU; reflection on
        how parallelism affects performance; correct technical reasoning.
    [ ] Optimisation proposals (20 %): original and well founded; lighter models, additional parallelism and
        efficient use of the GPU considered.
    [ ] Reflection and practical application (20 %): deep reflection on what was learned and its use elsewhere;
        related to real cases (artificial intelligence in critical situations).

    How it was measured, and what to read with care
    ───────────────────────────────────────────────

    Every cell of this PC: the median of warmed-up forward passes with its 95 % confidence interval; the first run
    apart.

    ┌──────────────────────┬────────┬─────────────────────┬───────────────┬──────┐
    │ What                 ┆ Device ┆            Time (s) ┆ First run (s) ┆ Runs │
    ╞══════════════════════╪════════╪═════════════════════╪═══════════════╪══════╡
    │ ResNet18 224 x 224   ┆ cpu    ┆   0.01882 ± 0.00015 ┆        0.0565 ┆   10 │
    │ ResNet18 224 x 224   ┆ cuda:0 ┆ 0.002031 ± 0.000016 ┆       0.00609 ┆   10 │
    │ ResNet18 1024 x 1024 ┆ cpu    ┆       0.393 ± 0.003 ┆          1.18 ┆   10 │
    │ ResNet18 1024 x 1024 ┆ cuda:0 ┆   0.00928 ± 0.00007 ┆        0.0279 ┆   10 │
    └──────────────────────┴────────┴─────────────────────┴───────────────┴──────┘
    ");
}

#[test]
fn a_class_in_english() {
    insta::assert_snapshot!(shown(&class_of(Language::English)), @"
    Class report: practice
    ══════════════════════

    3 machines, 8 of 8 cells measured.

    Sweeps: practice.

    What was measured
    ─────────────────

    ┌─────────┬──────────┬────────┬─────────┬─────────┬────────┐
    │ PC      ┆ Measured ┆ Failed ┆ Pending ┆ Missing ┆ Remark │
    ╞═════════╪══════════╪════════╪═════════╪═════════╪════════╡
    │ pc-01   ┆        2 ┆      0 ┆       0 ┆       0 ┆ no GPU │
    │ pc-02   ┆        2 ┆      0 ┆       0 ┆       0 ┆ no GPU │
    │ teacher ┆        4 ┆      0 ┆       0 ┆       0 ┆        │
    └─────────┴──────────┴────────┴─────────┴─────────┴────────┘

    Identical PCs that differ
    ─────────────────────────

    - pc-02: 1.231 ± 0.019 times the time of its twin at ResNet18 224 x 224 (0.02317 ± 0.00018 s beside 0.01882 ±
      0.00015 s; AMD Ryzen 5 5600X 6-Core Processor, 6 cores, 16 GiB RAM, Windows); 2 cells differ; no flag
      explains it.
    - compared: 2 PCs with AMD Ryzen 5 5600X 6-Core Processor, 6 cores, 16 GiB RAM, Windows
    - 2 devices have no twin in the class, so that nothing can be told of them: pc-01 (Intel(R) Core(TM) i5-10400
      CPU @ 2.90GHz); teacher (NVIDIA GeForce RTX 3060)

    Charts
    ──────

    [ResNet18: time over size]

    Comparison
    ──────────

    Machine by machine

    ┌─────────┬───────────────────┬─────────────────────┬───────────────┬───────────────────┐
    │ Machine ┆          ResNet18 ┆            ResNet18 ┆      ResNet18 ┆          ResNet18 │
    │         ┆         224 x 224 ┆           224 x 224 ┆   1024 x 1024 ┆       1024 x 1024 │
    │         ┆           CPU (s) ┆             GPU (s) ┆       CPU (s) ┆           GPU (s) │
    ╞═════════╪═══════════════════╪═════════════════════╪═══════════════╪═══════════════════╡
    │ pc-01   ┆   0.0301 ± 0.0002 ┆               - (1) ┆ 0.629 ± 0.005 ┆             - (1) │
    │ pc-02   ┆ 0.02317 ± 0.00018 ┆               - (1) ┆ 0.484 ± 0.004 ┆             - (1) │
    │ teacher ┆ 0.01882 ± 0.00015 ┆ 0.002031 ± 0.000016 ┆ 0.393 ± 0.003 ┆ 0.00928 ± 0.00007 │
    └─────────┴───────────────────┴─────────────────────┴───────────────┴───────────────────┘
    (1) no NVIDIA driver was found on this machine

    Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build
    cotejo-worker 0.1.0, candle 0.11.0.

    Devices, fastest first

    ┌─────────┬──────────────────────────────────────────┬─────────────────────┬───────────────────┐
    │ Machine ┆ Device                                   ┆            ResNet18 ┆          ResNet18 │
    │         ┆                                          ┆           224 x 224 ┆       1024 x 1024 │
    │         ┆                                          ┆                 (s) ┆               (s) │
    ╞═════════╪══════════════════════════════════════════╪═════════════════════╪═══════════════════╡
    │ teacher ┆ NVIDIA GeForce RTX 3060                  ┆ 0.002031 ± 0.000016 ┆ 0.00928 ± 0.00007 │
    │ teacher ┆ AMD Ryzen 5 5600X 6-Core Processor       ┆   0.01882 ± 0.00015 ┆     0.393 ± 0.003 │
    │ pc-02   ┆ AMD Ryzen 5 5600X 6-Core Processor       ┆   0.02317 ± 0.00018 ┆     0.484 ± 0.004 │
    │ pc-01   ┆ Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz ┆     0.0301 ± 0.0002 ┆     0.629 ± 0.005 │
    └─────────┴──────────────────────────────────────────┴─────────────────────┴───────────────────┘

    Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build
    cotejo-worker 0.1.0, candle 0.11.0.

    How it was measured, and what to read with care
    ───────────────────────────────────────────────

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11
      (26100); no GPU: no NVIDIA driver was found on this machine
    - pc-02: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11
      (26100); no GPU: no NVIDIA driver was found on this machine
    - teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11
      (26100); NVIDIA GeForce RTX 3060
    ");
}

/// What stands above everything else.
fn notices(document: &Document) -> Vec<String> {
    let blocks = document.blocks.iter().map_while(|block| match block {
        Block::Notice(text) => Some(text.clone()),
        _ => None,
    });
    blocks.collect()
}

#[test]
fn without_a_gpu_of_ones_own_the_notice_comes_first() {
    let class = samples::class(GroupBy::Size);
    for (language, option_b) in [(Language::English, "OPTION B: "), (Language::Spanish, "OPCIÓN B: ")] {
        assert!(notices(&student_of(language, &class, WITHOUT_GPU, &[]))[0].starts_with(option_b));
        assert_eq!(notices(&student_of(language, &class, WITH_GPU, &[])), [""; 0]);
        // Of simulated times, that is said too, on every page.
        let rehearsal = student_of(language, &rehearsed(), WITHOUT_GPU, &[]);
        let said = notices(&rehearsal);
        assert!(said[0].starts_with(option_b) && said[1].starts_with("SIMUL"), "{said:?}");
        assert!(rehearsal.watermark.is_some());
    }
    let from_the_teacher = notices(&student_of(Language::English, &alone(), WITHOUT_GPU, &[reference()]));
    assert!(from_the_teacher[0].contains("RTX 4090 (measured by the teacher)"), "{from_the_teacher:?}");
    let from_nobody = notices(&student_of(Language::English, &alone(), WITHOUT_GPU, &[]));
    assert!(from_nobody[0].contains("only the CPU was measured"), "{from_nobody:?}");
}

#[test]
fn a_students_own_words_are_left_to_the_student() {
    let document = student_of(Language::English, &samples::class(GroupBy::Size), WITHOUT_GPU, &[]);
    let places = document.blocks.iter().filter(|block| matches!(block, Block::Blank { .. })).count();
    // Name, summary, hardware, parallelism, reflection, why, size, proposals.
    assert_eq!(places, 8);
    let checklists: Vec<usize> = document
        .blocks
        .iter()
        .filter_map(|block| if let Block::Checklist(items) = block { Some(items.len()) } else { None })
        .collect();
    assert_eq!(checklists, [5], "the rubric's rows");
}

#[test]
fn a_report_is_the_same_file_twice_in_every_format() {
    let write = |document: &Document| {
        let files = ChartFiles { folder: "charts", extension: "png" };
        let png = |drawn: &Chart| chart::png(drawn, PngSize::of(drawn));
        let style = Style { width: Some(80), colour: false, zone: jiff::tz::TimeZone::UTC };
        [
            document::markdown(document, files).into_bytes(),
            document::html(document, &chart::svg).into_bytes(),
            document::latex(document, files).into_bytes(),
            document::terminal(document, &style, &|drawn| chart::terminal(drawn, &style)).into_bytes(),
            document::docx(document, &png).unwrap(),
            document::pdf(document, &png).unwrap(),
            document::xlsx(document).unwrap(),
        ]
    };
    for document in [student_of(Language::Spanish, &rehearsed(), WITHOUT_GPU, &[]), class_of(Language::English)] {
        assert!(document.charts().next().is_some());
        assert!(write(&document) == write(&document), "{}", document.title);
    }
}
