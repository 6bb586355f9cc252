use cotejo_analysis::Records;
use cotejo_analysis::class;
use cotejo_analysis::peers::{Wanted, compare};
use cotejo_language::Language;
use cotejo_model::comparison::{Comparison, GroupBy, Outcome};
use cotejo_model::{DeviceKind, Model, Precision, Reference, Task};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::*;
use crate::document::terminal;
use crate::{Style, samples};

fn first() -> MachineId {
    MachineId(Uuid::from_u128(1))
}

fn shown(language: Language, comparison: Comparison, wanted: Wanted, references: &[Reference]) -> String {
    let records = Records::of([comparison]);
    let comparison = compare(&records, first(), wanted, references).unwrap();
    let document = document(Texts::of(language), &comparison);
    terminal(&document, &Style { width: Some(100), colour: false, zone: TimeZone::UTC }, &|_| String::new())
}

fn of_class(language: Language) -> String {
    shown(language, samples::class(GroupBy::Size), Wanted::Usual, &[])
}

/// The same class, whose GPU is played, with a flag and a time of another build.
fn rehearsed() -> Comparison {
    let mut class = samples::class(GroupBy::Size);
    for entry in &mut class.entries {
        let Outcome::Measured(measured) = &mut entry.outcome else { continue };
        let on_gpu = entry.device.kind() == DeviceKind::Cuda;
        measured.simulated = on_gpu;
        if on_gpu && entry.workload.task.size() == 1024 {
            "another build".clone_into(&mut measured.build);
        }
        if !on_gpu {
            measured.flags = vec![Flag { kind: FlagKind::Busy, figure: Some(0.25) }];
        }
    }
    class
}

fn reference(size: u32) -> Reference {
    Reference {
        set: "Course 2026".to_owned(),
        source: "measured by the teacher".to_owned(),
        device_name: "RTX 4090".to_owned(),
        software: Some("PyTorch 2.4".to_owned()),
        task: Task::Classify { model: Model::ResNet18, size, batch: 1 },
        precision: Precision::F32,
        seconds: 0.001_234,
        ci: None,
        runs: Some(20),
        measured_on: None,
        imported_ms: 1_785_490_200_000,
    }
}

#[test]
fn a_classmates_gpu_in_spanish() {
    insta::assert_snapshot!(of_class(Language::Spanish), @r"
    Tiempos de CPU y GPU de pc-01
    ═════════════════════════════

    ┃ Los tiempos de GPU de este trabajo se han obtenido de otro grupo: Grupo PRJR, con la GPU NVIDIA
    ┃ GeForce RTX 3060. No se han medido en este PC.

    ResNet18
    ┌─────────────────────┬─────────────────┬──────────────────────────┬─────────────┐
    │ Tamaño de la imagen ┆  Tiempo CPU (s) ┆           Tiempo GPU (s) ┆ Aceleración │
    │                     ┆                 ┆ (obtenido de otro grupo) ┆             │
    ╞═════════════════════╪═════════════════╪══════════════════════════╪═════════════╡
    │ 224 x 224           ┆ 0,0301 ± 0,0002 ┆      0,002031 ± 0,000016 ┆ 14,8 ± 0,2x │
    │ 1024 x 1024         ┆   0,629 ± 0,005 ┆        0,00928 ± 0,00007 ┆ 67,8 ± 1,1x │
    └─────────────────────┴─────────────────┴──────────────────────────┴─────────────┘
    Precisión f32; todos los hilos; motor reference; pesos: aleatorios, semilla 2026; versión:
    cotejo-worker 0.1.0, candle 0.11.0.
    ± es el intervalo de confianza del 95 % de la mediana.

    De dónde vienen los tiempos de GPU
    ──────────────────────────────────

    - Grupo PRJR: un seudónimo, siempre el mismo para el mismo PC
    - GPU: NVIDIA GeForce RTX 3060
    - CPU de ese PC: AMD Ryzen 5 5600X 6-Core Processor
    - Medidos el 31/07/2026; cada tiempo es la mediana de 10 ejecuciones, con su intervalo de confianza
      del 95 %
    - Motor reference; precisión f32; versión: cotejo-worker 0.1.0, candle 0.11.0
    - Por qué este: es la única GPU de la clase con tiempos comparables; su CPU tarda 0,625 veces lo que
      la de este PC (media geométrica de 2 tiempos de CPU que ambos tienen)

    De dónde vienen los tiempos de CPU
    ──────────────────────────────────

    - CPU: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz (pc-01)
    - Medidos el 31/07/2026; cada tiempo es la mediana de 10 ejecuciones, con su intervalo de confianza
      del 95 %

    `--with best-gpu`, `median-gpu`, el nombre de un PC o `reference` elige otros tiempos.
    ");
}

#[test]
fn a_classmates_gpu_in_english() {
    insta::assert_snapshot!(of_class(Language::English), @"
    CPU and GPU times of pc-01
    ══════════════════════════

    ┃ The GPU times of this work were obtained from another group: Group PRJR, with the GPU NVIDIA
    ┃ GeForce RTX 3060. They were not measured on this PC.

    ResNet18
    ┌─────────────┬─────────────────┬───────────────────────────────┬─────────────┐
    │ Image size  ┆    CPU time (s) ┆                  GPU time (s) ┆    Speed-up │
    │             ┆                 ┆ (obtained from another group) ┆             │
    ╞═════════════╪═════════════════╪═══════════════════════════════╪═════════════╡
    │ 224 x 224   ┆ 0.0301 ± 0.0002 ┆           0.002031 ± 0.000016 ┆ 14.8 ± 0.2x │
    │ 1024 x 1024 ┆   0.629 ± 0.005 ┆             0.00928 ± 0.00007 ┆ 67.8 ± 1.1x │
    └─────────────┴─────────────────┴───────────────────────────────┴─────────────┘
    Precision f32; all threads; engine reference; weights random, seed 2026; build cotejo-worker 0.1.0,
    candle 0.11.0.
    ± is the 95 % confidence interval of the median.

    Where the GPU times come from
    ─────────────────────────────

    - Group PRJR: a pseudonym, always the same for the same PC
    - GPU: NVIDIA GeForce RTX 3060
    - CPU of that PC: AMD Ryzen 5 5600X 6-Core Processor
    - Measured on 2026-07-31; each time is the median of 10 runs, with its 95 % confidence interval
    - Engine reference, precision f32, build cotejo-worker 0.1.0, candle 0.11.0
    - Why this one: it is the only GPU of the class with comparable times; its CPU takes 0.625 times as
      long as this PC's (geometric mean of 2 CPU times that both have)

    Where the CPU times come from
    ─────────────────────────────

    - CPU: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz (pc-01)
    - Measured on 2026-07-31; each time is the median of 10 runs, with its 95 % confidence interval

    `--with best-gpu`, `median-gpu`, a PC's name or `reference` chooses other times.
    ");
}

#[test]
fn a_rehearsal_with_a_gap_and_flags() {
    insta::assert_snapshot!(shown(Language::English, rehearsed(), Wanted::Usual, &[]), @"
    CPU and GPU times of pc-01
    ══════════════════════════

    ┃ SIMULATED: what is marked SIM was made up by a program that only plays a machine, for a rehearsal.
    ┃ Nothing was computed, and it says nothing of any CPU or GPU.

    ┃ The GPU times of this work were obtained from another group: Group PRJR, with the GPU NVIDIA
    ┃ GeForce RTX 3060 (simulated, SIM). They were not measured on this PC.

    ResNet18
    ┌─────────────┬───────────────────┬───────────────────────────────┬─────────────────┐
    │ Image size  ┆      CPU time (s) ┆                  GPU time (s) ┆        Speed-up │
    │             ┆                   ┆ (obtained from another group) ┆                 │
    ╞═════════════╪═══════════════════╪═══════════════════════════════╪═════════════════╡
    │ 224 x 224   ┆ 0.0301 ± 0.0002 * ┆       0.002031 ± 0.000016 SIM ┆ 14.8 ± 0.2x SIM │
    │ 1024 x 1024 ┆   0.629 ± 0.005 * ┆                   other build ┆               - │
    └─────────────┴───────────────────┴───────────────────────────────┴─────────────────┘
    Precision f32; all threads; engine reference; weights random, seed 2026; build cotejo-worker 0.1.0,
    candle 0.11.0.
    ± is the 95 % confidence interval of the median.
    * To be read with care: other programs used the CPU (25 %).

    Where the GPU times come from
    ─────────────────────────────

    - Group PRJR: a pseudonym, always the same for the same PC
    - GPU: NVIDIA GeForce RTX 3060 (simulated, SIM)
    - CPU of that PC: AMD Ryzen 5 5600X 6-Core Processor
    - Measured on 2026-07-31; each time is the median of 10 runs, with its 95 % confidence interval
    - Engine reference, precision f32, build cotejo-worker 0.1.0, candle 0.11.0
    - Why this one: it is the only GPU of the class with comparable times; its CPU takes 0.625 times as
      long as this PC's (geometric mean of 2 CPU times that both have)

    Where the CPU times come from
    ─────────────────────────────

    - CPU: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz (pc-01)
    - Measured on 2026-07-31; each time is the median of 10 runs, with its 95 % confidence interval

    `--with best-gpu`, `median-gpu`, a PC's name or `reference` chooses other times.

    Left out, since they may not stand in one row
    ─────────────────────────────────────────────

    - one GPU time of one PC: other build
    ");
}

#[test]
fn reference_times_in_a_class_without_gpus() {
    insta::assert_snapshot!(shown(Language::Spanish, samples::without_gpu(), Wanted::Usual, &[reference(224)]), @r"
    Tiempos de CPU y GPU de pc-01
    ═════════════════════════════

    ┃ Ningún otro PC de la clase tiene tiempos de GPU, y este tampoco. Ningún tiempo de GPU de esta
    ┃ clase puede figurar aquí, así que se muestran los de referencia. Los tiempos de GPU de este
    ┃ trabajo son tiempos de referencia, importados y no medidos en esta clase: RTX 4090, de «Course
    ┃ 2026». Fuente: measured by the teacher.

    ResNet18
    ┌─────────────────────┬─────────────────┬────────────────────────────────┬─────────────┐
    │ Tamaño de la imagen ┆  Tiempo CPU (s) ┆ Tiempo de referencia (GPU) (s) ┆ Aceleración │
    ╞═════════════════════╪═════════════════╪════════════════════════════════╪═════════════╡
    │ 224 x 224           ┆ 0,0301 ± 0,0002 ┆                        0,00123 ┆       24,4x │
    │ 512 x 512           ┆ 0,1512 ± 0,0012 ┆       sin tiempo de referencia ┆           - │
    │ 1024 x 1024         ┆   0,620 ± 0,005 ┆       sin tiempo de referencia ┆           - │
    └─────────────────────┴─────────────────┴────────────────────────────────┴─────────────┘
    Precisión f32; todos los hilos; motor reference; pesos: aleatorios, semilla 2026; versión:
    cotejo-worker 0.1.0, candle 0.11.0.
    ± es el intervalo de confianza del 95 % de la mediana.

    De dónde vienen los tiempos de GPU
    ──────────────────────────────────

    - Tiempos de referencia «Course 2026», importados el 31/07/2026: no los ha medido Cotejo
    - GPU: RTX 4090
    - Fuente: measured by the teacher
    - Calculados con PyTorch 2.4
    - Cada tiempo es de 20 ejecuciones
    - Solo se sabe que coinciden la tarea y la precisión: la aceleración compara también los programas

    De dónde vienen los tiempos de CPU
    ──────────────────────────────────

    - CPU: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz (pc-01)
    - Medidos el 31/07/2026; cada tiempo es la mediana de 10 ejecuciones, con su intervalo de confianza
      del 95 %
    ");
}

#[test]
fn own_gpu_times_need_no_notice() {
    let records = Records::of([samples::with_gpu()]);
    let comparison = compare(&records, first(), Wanted::Usual, &[]).unwrap();
    for language in Language::ALL {
        assert_eq!(notice(Texts::of(language), &comparison), None);
        assert_eq!(tables(Texts::of(language), &comparison)[0].rows.len(), 3);
    }
}

#[test]
fn every_notice_and_every_reason_has_its_words() {
    for language in Language::ALL {
        let texts = Texts::of(language);
        for all in [
            Nobody::NoGpu,
            Nobody::NotAsked,
            Nobody::NothingComparable { gpus: 1 },
            Nobody::NothingComparable { gpus: 2 },
            Nobody::NotOfThatMachine { machine: first(), gpus: 0 },
            Nobody::NotOfThatMachine { machine: first(), gpus: 1 },
            Nobody::NoReferences,
            Nobody::NoMatchingReferences { references: 1 },
            Nobody::NoMatchingReferences { references: 2 },
        ] {
            assert!(nobody(texts, all).ends_with('.'), "{language} {all:?}");
        }
        let records = Records::of([samples::class(GroupBy::Size)]);
        let comparison = compare(&records, first(), Wanted::Usual, &[]).unwrap();
        let Third::Peer(peer) = comparison.third else { panic!("{:?}", comparison.third) };
        for reason in [
            Why::Asked,
            Why::ClosestCpu { ratio: 0.9, cells: 1 },
            Why::ClosestCpu { ratio: 0.9, cells: 3 },
            Why::SameCpu,
            Why::FirstByName,
            Why::BestGpu,
            Why::MedianGpu,
        ] {
            for candidates in [1, 3] {
                let said = why(texts, &Peer { why: reason, candidates, ..(*peer).clone() });
                assert!(said.contains(": ") && !said.contains('{'), "{said}");
            }
        }
        let busy = flags(texts, FlagKind::Busy, &[0.5, 0.25]);
        assert!(busy.contains("(25 to 50 %)") || busy.contains("(25 a 50 %)"), "{busy}");
        for kind in FlagKind::ALL {
            for figure in [None, Some(0.5)] {
                assert!(!flag(texts, &Flag { kind: *kind, figure }).contains("peers-"));
            }
        }
    }
}

#[test]
fn a_class_says_who_differs() {
    let mut class = samples::class(GroupBy::Size);
    // The third PC becomes a twin of the second, and slower by far.
    for environment in &mut class.environments {
        environment.cpu = "Testium".to_owned();
    }
    let records = Records::of([class]);
    for (language, said) in
        [(Language::English, "times the usual time at"), (Language::Spanish, "veces el tiempo habitual con")]
    {
        let texts = Texts::of(language);
        let blocks = crate::class::anomalies(texts, &class::anomalies(&records), 2);
        let Some(Block::List(items)) = blocks.last() else { panic!("{blocks:?}") };
        assert!(items[0].contains(said), "{items:#?}");
        let table = crate::class::coverage(texts, &class::coverage(&records));
        assert_eq!(table.rows.len(), 3);
        assert!(table.rows.iter().all(|row| row.len() == table.heads.len()));
    }
}
