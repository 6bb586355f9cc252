use cotejo_language::Language;
use cotejo_model::basis::Basis;
use cotejo_model::comparison::{Entry, GroupBy, Outcome, Table};
use cotejo_model::reason::DriverReason;
use cotejo_model::stats::{Estimate, Interval};
use cotejo_model::{DeviceId, DeviceKind, Engine, Precision, Reason, Threads};
use jiff::tz::TimeZone;

use super::*;
use crate::document::{ChartFiles, markdown, terminal};
use crate::{Style, samples};

fn style(width: usize) -> Style {
    Style { width: Some(width), colour: false, zone: TimeZone::UTC }
}

fn english() -> &'static Texts {
    Texts::of(Language::English)
}

fn render(comparison: &Comparison, style: &Style) -> String {
    terminal(&document(comparison, english()), style, &|_| String::new())
}

fn render_spanish(comparison: &Comparison, style: &Style) -> String {
    terminal(&document(comparison, Texts::of(Language::Spanish)), style, &|_| String::new())
}

fn as_markdown(comparison: &Comparison) -> String {
    markdown(&document(comparison, english()), ChartFiles { folder: "", extension: "png" })
}

/// One table alone.
fn body(shown: &Table, style: &Style) -> String {
    let blocks = vec![Block::Table(table(shown, english()))];
    let alone = Document { title: String::new(), language: Language::English, dated_ms: None, watermark: None, blocks };
    terminal(&alone, style, &|_| String::new())
}

#[test]
fn the_practice_with_a_gpu() {
    insta::assert_snapshot!(render(&samples::with_gpu(), &style(80)), @"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

    ┌──────────┬─────────────┬─────────────────┬─────────────────────┬─────────────┐
    │ Model    ┆ Size        ┆         CPU (s) ┆             GPU (s) ┆    Speed-up │
    ╞══════════╪═════════════╪═════════════════╪═════════════════════╪═════════════╡
    │ ResNet18 ┆ 224 x 224   ┆ 0.0301 ± 0.0002 ┆ 0.002031 ± 0.000016 ┆ 14.8 ± 0.2x │
    │ ResNet18 ┆ 512 x 512   ┆ 0.1512 ± 0.0012 ┆   0.00612 ± 0.00005 ┆ 24.7 ± 0.4x │
    │ ResNet18 ┆ 1024 x 1024 ┆   0.620 ± 0.005 ┆   0.02193 ± 0.00017 ┆ 28.3 ± 0.4x │
    └──────────┴─────────────┴─────────────────┴─────────────────────┴─────────────┘

    Measured with precision f32; threads all; engine reference; weights random, seed
    2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 %
      confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2
      fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060

    GPUs
    - cuda:0: NVIDIA GeForce RTX 3060; 12.0 GiB VRAM; compute capability 8.6; driver
      560.94; CUDA 12.6; cuDNN 9.5.1; power limit 170 W

    GPUs that were held down or hot
    - ResNet18 1024 x 1024 on cuda:0: clock held down (sw power cap), hot (83 °C)
    ");
}

#[test]
fn the_practice_without_a_gpu() {
    insta::assert_snapshot!(render(&samples::without_gpu(), &style(80)), @"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

    ┌──────────┬─────────────┬─────────────────┬─────────┬─────────────┐
    │ Model    ┆ Size        ┆         CPU (s) ┆ GPU (s) ┆    Speed-up │
    ╞══════════╪═════════════╪═════════════════╪═════════╪═════════════╡
    │ ResNet18 ┆ 224 x 224   ┆ 0.0301 ± 0.0002 ┆   - (1) ┆ no GPU time │
    │ ResNet18 ┆ 512 x 512   ┆ 0.1512 ± 0.0012 ┆   - (1) ┆ no GPU time │
    │ ResNet18 ┆ 1024 x 1024 ┆   0.620 ± 0.005 ┆   - (1) ┆ no GPU time │
    └──────────┴─────────────┴─────────────────┴─────────┴─────────────┘
    (1) no NVIDIA driver was found on this machine

    Measured with precision f32; threads all; engine reference; weights random, seed
    2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 %
      confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2
      fma; 16.0 GiB RAM; Windows 11 (26100); no GPU: no NVIDIA driver was found on
      this machine
    ");
}

#[test]
fn flagged_failed_and_pending_cells() {
    insta::assert_snapshot!(render(&samples::troubled(), &style(80)), @"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

    ┌──────────┬─────────────────┬───────────────────┬─────────┬─────────────┐
    │ Model    ┆ Size            ┆           CPU (s) ┆ GPU (s) ┆    Speed-up │
    ╞══════════╪═════════════════╪═══════════════════╪═════════╪═════════════╡
    │ ResNet18 ┆ 512 x 512       ┆ 0.1512 ± 0.0012 * ┆ pending ┆ no GPU time │
    │ ResNet18 ┆ 1024 x 1024     ┆     0.620 ± 0.005 ┆ pending ┆ no GPU time │
    │ ResNet18 ┆ 100000 x 100000 ┆             - (1) ┆   - (1) ┆    no times │
    └──────────┴─────────────────┴───────────────────┴─────────┴─────────────┘
    (1) needs 13.2 TiB of memory; the device has 16.0 GiB

    Measured with precision f32; threads all; engine reference; weights random, seed
    2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 %
      confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2
      fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060

    Read with care (*)
    - ResNet18 512 x 512 on cpu: noisy (IQR 17 % of the median), battery, short
      (budget ended at ±3.4 %)

    Answers
    - ResNet18 512 x 512 on cpu: tabby, tabby cat (25 %)

    Not measured
    - ResNet18 100000 x 100000 on cpu; ResNet18 100000 x 100000 on cuda:0: needs
      13.2 TiB of memory; the device has 16.0 GiB. What to do: measure a smaller
      size or batch

    Not measured yet
    - 1 cell waiting
    - 1 cell running
    ");
}

#[test]
fn a_rehearsal_cannot_be_taken_for_a_measurement() {
    insta::assert_snapshot!(render(&samples::simulated(), &style(100)), @r"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

    ┃ SIMULATED: what is marked SIM was made up by a program that only plays a machine, for a rehearsal.
    ┃ Nothing was computed, and it says nothing of any CPU or GPU.

    ┌──────────┬─────────────┬─────────────────┬─────────────────────────┬─────────────────┐
    │ Model    ┆ Size        ┆         CPU (s) ┆                 GPU (s) ┆        Speed-up │
    ╞══════════╪═════════════╪═════════════════╪═════════════════════════╪═════════════════╡
    │ ResNet18 ┆ 224 x 224   ┆ 0.0301 ± 0.0002 ┆ 0.002031 ± 0.000016 SIM ┆ 14.8 ± 0.2x SIM │
    │ ResNet18 ┆ 512 x 512   ┆ 0.1512 ± 0.0012 ┆   0.00612 ± 0.00005 SIM ┆ 24.7 ± 0.4x SIM │
    │ ResNet18 ┆ 1024 x 1024 ┆   0.620 ± 0.005 ┆   0.02193 ± 0.00017 SIM ┆ 28.3 ± 0.4x SIM │
    └──────────┴─────────────┴─────────────────┴─────────────────────────┴─────────────────┘

    ┃ SIMULATED: what is marked SIM was made up by a program that only plays a machine, for a rehearsal.
    ┃ Nothing was computed, and it says nothing of any CPU or GPU.

    Measured with precision f32; threads all; engine reference; weights random, seed 2026; image
    built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM;
      Windows 11 (26100); Simulated GPU (simulated)

    GPUs
    - cuda:0 (simulated): Simulated GPU (simulated); 12.0 GiB VRAM; compute capability 8.6; driver
      560.94; CUDA 12.6; cuDNN 9.5.1; power limit 170 W

    GPUs that were held down or hot
    - ResNet18 1024 x 1024 on cuda:0 (simulated): clock held down (sw power cap), hot (83 °C)
    ");
    for width in [20, 60, 80, 200] {
        let text = render(&samples::simulated(), &style(width));
        assert_eq!(text.matches("SIMULATED: ").count(), 2, "above and below: {text}");
        let words = text.replace("SIMULATED", "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.matches(" SIM").count(), 2 + 6, "in each cell, at {width}: {text}");
    }
    let coloured = render(&samples::simulated(), &Style { colour: true, ..style(100) });
    assert!(coloured.contains("\u{1b}[31m\u{1b}[1m┃ SIMULATED: "), "{coloured:?}");
    assert!(!render(&samples::with_gpu(), &style(100)).contains("SIM"));
}

#[test]
fn precisions_stand_apart() {
    insta::assert_snapshot!(render(&samples::two_precisions(), &style(100)), @"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

    precision f32

    ┌──────────┬─────────────┬─────────────────┬─────────────────────┬─────────────┐
    │ Model    ┆ Size        ┆         CPU (s) ┆             GPU (s) ┆    Speed-up │
    ╞══════════╪═════════════╪═════════════════╪═════════════════════╪═════════════╡
    │ ResNet18 ┆ 224 x 224   ┆ 0.0301 ± 0.0002 ┆ 0.002031 ± 0.000016 ┆ 14.8 ± 0.2x │
    │ ResNet18 ┆ 512 x 512   ┆ 0.1512 ± 0.0012 ┆   0.00612 ± 0.00005 ┆ 24.7 ± 0.4x │
    │ ResNet18 ┆ 1024 x 1024 ┆   0.620 ± 0.005 ┆   0.02193 ± 0.00017 ┆ 28.3 ± 0.4x │
    └──────────┴─────────────┴─────────────────┴─────────────────────┴─────────────┘

    Measured with precision f32; threads all; engine reference; weights random, seed 2026; image
    built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    precision f16

    ┌──────────┬─────────────┬────────────────────┬─────────────────────┬─────────────┐
    │ Model    ┆ Size        ┆            CPU (s) ┆             GPU (s) ┆    Speed-up │
    ╞══════════╪═════════════╪════════════════════╪═════════════════════╪═════════════╡
    │ ResNet18 ┆ 224 x 224   ┆ no f16 on this CPU ┆ 0.001015 ± 0.000008 ┆ no CPU time │
    │ ResNet18 ┆ 512 x 512   ┆ no f16 on this CPU ┆   0.00306 ± 0.00002 ┆ no CPU time │
    │ ResNet18 ┆ 1024 x 1024 ┆ no f16 on this CPU ┆   0.01096 ± 0.00009 ┆ no CPU time │
    └──────────┴─────────────┴────────────────────┴─────────────────────┴─────────────┘

    Measured with precision f16; threads all; engine reference; weights random, seed 2026; image
    built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM;
      Windows 11 (26100); NVIDIA GeForce RTX 3060

    GPUs
    - cuda:0: NVIDIA GeForce RTX 3060; 12.0 GiB VRAM; compute capability 8.6; driver 560.94; CUDA 12.6;
      cuDNN 9.5.1; power limit 170 W

    GPUs that were held down or hot
    - ResNet18 1024 x 1024 on cuda:0; ResNet18 1024 x 1024, f16 on cuda:0: clock held down (sw power
      cap), hot (83 °C)
    ");
}

#[test]
fn of_several_gpus_the_table_says_which_stands_in_it() {
    const WHICH: &str = "of several GPUs of a machine, the fastest";
    let mut comparison = samples::with_gpu();
    assert!(!render(&comparison, &style(120)).contains(WHICH));
    let second = comparison.entries[1].clone();
    comparison.entries.push(Entry { device: DeviceId::Cuda(1), ..second });
    assert!(render(&comparison, &style(120)).contains(WHICH));
    comparison.by = GroupBy::Device;
    assert!(!render(&comparison, &style(120)).contains(WHICH));
}

#[test]
fn cells_are_told_apart_by_what_differs() {
    let mut comparison = samples::troubled();
    comparison.entries[0].workload.engine = Engine::Optimized;
    comparison.entries[0].workload.threads = Threads::Exactly(2);
    let text = render(&comparison, &style(200));
    assert!(text.contains("ResNet18 512 x 512, optimized, 2 threads on cpu: noisy"), "{text}");
    assert!(text.contains("ResNet18 100000 x 100000, reference, all threads on cpu;"), "{text}");
}

#[test]
fn a_heading_names_what_other_tables_have_otherwise() {
    let mut comparison = samples::two_precisions();
    comparison.tables[1].basis.build = None;
    let heading =
        |comparison: &Comparison, at: usize| notes::heading(&comparison.tables, &comparison.tables[at], english());
    assert_eq!(heading(&comparison, 0).as_deref(), Some("precision f32"), "nothing was measured in the other");
    comparison.tables[0].basis.exact = true;
    assert_eq!(heading(&comparison, 0).as_deref(), Some("precision f32; convolutions exact"));
    comparison.tables.pop();
    assert_eq!(heading(&comparison, 0), None);
}

#[test]
fn what_a_whole_class_lacks_is_said_once() {
    let mut comparison = samples::class(GroupBy::Size);
    let lacks = Reason::from(DriverReason::TooOld { serves: "11.4".to_owned(), needs: "12.6".to_owned() });
    for entry in &mut comparison.entries {
        (entry.device, entry.outcome) = (DeviceId::Cuda(0), Outcome::Failed(lacks.clone()));
    }
    let text = render(&comparison, &style(200));
    let said = "8 cells on cuda:0 of pc-01, pc-02, teacher: the NVIDIA driver serves CUDA 11.4, the libraries are of CUDA \
                12.6. What to do: install a driver for CUDA 12 or later from nvidia.com/drivers\n";
    assert!(text.contains(said), "{text}");
}

#[test]
fn several_machines() {
    insta::assert_snapshot!(render(&samples::class(GroupBy::Size), &style(120)), @"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

    ┌─────────┬──────────┬─────────────┬───────────────────┬─────────────────────┬──────────────┐
    │ Machine ┆ Model    ┆ Size        ┆           CPU (s) ┆             GPU (s) ┆     Speed-up │
    ╞═════════╪══════════╪═════════════╪═══════════════════╪═════════════════════╪══════════════╡
    │ pc-01   ┆ ResNet18 ┆ 224 x 224   ┆   0.0301 ± 0.0002 ┆               - (1) ┆  no GPU time │
    │ pc-01   ┆ ResNet18 ┆ 1024 x 1024 ┆     0.629 ± 0.005 ┆               - (1) ┆  no GPU time │
    │ pc-02   ┆ ResNet18 ┆ 224 x 224   ┆ 0.02317 ± 0.00018 ┆               - (1) ┆  no GPU time │
    │ pc-02   ┆ ResNet18 ┆ 1024 x 1024 ┆     0.484 ± 0.004 ┆               - (1) ┆  no GPU time │
    │ teacher ┆ ResNet18 ┆ 224 x 224   ┆ 0.01882 ± 0.00015 ┆ 0.002031 ± 0.000016 ┆ 9.27 ± 0.14x │
    │ teacher ┆ ResNet18 ┆ 1024 x 1024 ┆     0.393 ± 0.003 ┆   0.00928 ± 0.00007 ┆  42.4 ± 0.6x │
    └─────────┴──────────┴─────────────┴───────────────────┴─────────────────────┴──────────────┘
    (1) no NVIDIA driver was found on this machine

    Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build
    cotejo-worker 0.1.0, candle 0.11.0.

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
      no GPU: no NVIDIA driver was found on this machine
    - pc-02: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); no GPU:
      no NVIDIA driver was found on this machine
    - teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
      NVIDIA GeForce RTX 3060
    ");
    insta::assert_snapshot!(render(&samples::class(GroupBy::Machine), &style(120)), @"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

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

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
      no GPU: no NVIDIA driver was found on this machine
    - pc-02: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); no GPU:
      no NVIDIA driver was found on this machine
    - teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
      NVIDIA GeForce RTX 3060
    ");
    insta::assert_snapshot!(render(&samples::class(GroupBy::Device), &style(120)), @"
    practice
    ════════

    Sweep: practice (2026-07-31, 0000005e).

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

    How it was measured
    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    What it ran on
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
      no GPU: no NVIDIA driver was found on this machine
    - pc-02: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); no GPU:
      no NVIDIA driver was found on this machine
    - teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
      NVIDIA GeForce RTX 3060
    ");
}

#[test]
fn streams_and_what_they_give_together() {
    let estimate = |value: f64| Estimate { value, ci: Some(Interval { low: value * 0.99, high: value * 1.01 }) };
    let device = DeviceKind::Cpu;
    let row = |streams, seconds, rate| {
        let size = Value::Count { count: 224 };
        let time = Value::Seconds { estimate: estimate(seconds), flagged: false, simulated: false };
        let rate = Value::Rate { estimate: estimate(rate), simulated: false };
        vec![size, Value::Count { count: streams }, time, rate]
    };
    let table = Table {
        basis: Basis::new(Precision::F32, Some(Threads::All), Engine::Optimized),
        columns: vec![Column::Size, Column::Streams, Column::Time { device }, Column::Throughput { device }],
        rows: vec![row(1, 0.0201, 49.8), row(4, 0.0512, 78.1)],
    };
    insta::assert_snapshot!(body(&table, &style(80)), @r"
    ┌───────────┬─────────┬─────────────────┬────────────────┐
    │ Size      ┆ Streams ┆         CPU (s) ┆ CPU (images/s) │
    ╞═══════════╪═════════╪═════════════════╪════════════════╡
    │ 224 x 224 ┆ 1       ┆ 0.0201 ± 0.0002 ┆     49.8 ± 0.5 │
    │ 224 x 224 ┆ 4       ┆ 0.0512 ± 0.0005 ┆     78.1 ± 0.8 │
    └───────────┴─────────┴─────────────────┴────────────────┘
    ");
}

#[test]
fn margins_go_first_and_the_frame_second() {
    let comparison = samples::class(GroupBy::Machine);
    let at = |width| body(&comparison.tables[0], &style(width));
    insta::assert_snapshot!(at(80), @"
    ┌─────────┬───────────┬───────────┬─────────────┬─────────────┐
    │ Machine ┆  ResNet18 ┆  ResNet18 ┆    ResNet18 ┆    ResNet18 │
    │         ┆ 224 x 224 ┆ 224 x 224 ┆ 1024 x 1024 ┆ 1024 x 1024 │
    │         ┆   CPU (s) ┆   GPU (s) ┆     CPU (s) ┆     GPU (s) │
    ╞═════════╪═══════════╪═══════════╪═════════════╪═════════════╡
    │ pc-01   ┆    0.0301 ┆     - (1) ┆       0.629 ┆       - (1) │
    │ pc-02   ┆   0.02317 ┆     - (1) ┆       0.484 ┆       - (1) │
    │ teacher ┆   0.01882 ┆  0.002031 ┆       0.393 ┆     0.00928 │
    └─────────┴───────────┴───────────┴─────────────┴─────────────┘
    (1) no NVIDIA driver was found on this machine
    ");
    insta::assert_snapshot!(at(40), @"
    pc-01
      ResNet18 224 x 224 CPU (s)    0.0301 ± 0.0002
      ResNet18 224 x 224 GPU (s)    - (1)
      ResNet18 1024 x 1024 CPU (s)  0.629 ± 0.005
      ResNet18 1024 x 1024 GPU (s)  - (1)
    pc-02
      ResNet18 224 x 224 CPU (s)    0.02317 ± 0.00018
      ResNet18 224 x 224 GPU (s)    - (1)
      ResNet18 1024 x 1024 CPU (s)  0.484 ± 0.004
      ResNet18 1024 x 1024 GPU (s)  - (1)
    teacher
      ResNet18 224 x 224 CPU (s)    0.01882 ± 0.00015
      ResNet18 224 x 224 GPU (s)    0.002031 ± 0.000016
      ResNet18 1024 x 1024 CPU (s)  0.393 ± 0.003
      ResNet18 1024 x 1024 GPU (s)  0.00928 ± 0.00007
    (1) no NVIDIA driver was found on this
    machine
    ");
}

#[test]
fn a_table_never_exceeds_its_width_before_it_becomes_a_list() {
    for by in GroupBy::ALL {
        let comparison = samples::class(*by);
        for width in 36..160 {
            let text = body(&comparison.tables[0], &style(width));
            for line in text.lines() {
                assert!(console::measure_text_width(line) <= width.max(60), "{by} at {width}: {line}");
            }
        }
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let coloured = Style { colour: true, ..style(80) };
    assert!(render(&samples::troubled(), &coloured).contains("\u{1b}["));
    assert!(!render(&samples::troubled(), &style(80)).contains('\u{1b}'));
}

#[test]
fn results_as_markdown() {
    insta::assert_snapshot!(as_markdown(&samples::with_gpu()), @"
    # practice

    Sweep: practice (2026-07-31, 0000005e).

    | Model | Size | CPU (s) | GPU (s) | Speed-up |
    | --- | --- | ---: | ---: | ---: |
    | ResNet18 | 224 x 224 | 0.0301 ± 0.0002 | 0.002031 ± 0.000016 | 14.8 ± 0.2x |
    | ResNet18 | 512 x 512 | 0.1512 ± 0.0012 | 0.00612 ± 0.00005 | 24.7 ± 0.4x |
    | ResNet18 | 1024 x 1024 | 0.620 ± 0.005 | 0.02193 ± 0.00017 | 28.3 ± 0.4x |

    Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    #### How it was measured

    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    #### What it ran on

    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060

    #### GPUs

    - cuda:0: NVIDIA GeForce RTX 3060; 12.0 GiB VRAM; compute capability 8.6; driver 560.94; CUDA 12.6; cuDNN 9.5.1; power limit 170 W

    #### GPUs that were held down or hot

    - ResNet18 1024 x 1024 on cuda:0: clock held down (sw power cap), hot (83 °C)
    ");
    insta::assert_snapshot!(as_markdown(&samples::troubled()), @r"
    # practice

    Sweep: practice (2026-07-31, 0000005e).

    | Model | Size | CPU (s) | GPU (s) | Speed-up |
    | --- | --- | ---: | ---: | ---: |
    | ResNet18 | 512 x 512 | 0.1512 ± 0.0012 \* | pending | no GPU time |
    | ResNet18 | 1024 x 1024 | 0.620 ± 0.005 | pending | no GPU time |
    | ResNet18 | 100000 x 100000 | - (1) | - (1) | no times |

    (1) needs 13.2 TiB of memory; the device has 16.0 GiB

    Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

    #### How it was measured

    - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

    #### What it ran on

    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060

    #### Read with care (\*)

    - ResNet18 512 x 512 on cpu: noisy (IQR 17 % of the median), battery, short (budget ended at ±3.4 %)

    #### Answers

    - ResNet18 512 x 512 on cpu: tabby, tabby cat (25 %)

    #### Not measured

    - ResNet18 100000 x 100000 on cpu; ResNet18 100000 x 100000 on cuda:0: needs 13.2 TiB of memory; the device has 16.0 GiB. What to do: measure a smaller size or batch

    #### Not measured yet

    - 1 cell waiting
    - 1 cell running
    ");
    assert!(!as_markdown(&samples::with_gpu()).contains("SIM"));
}

#[test]
fn results_in_spanish() {
    insta::assert_snapshot!(render_spanish(&samples::simulated(), &style(100)), @r"
    practice
    ════════

    Barrido: practice (2026-07-31, 0000005e).

    ┃ SIMULADO: los datos marcados con SIM los ha generado un programa que simula un equipo, a modo de
    ┃ ensayo. No se ha calculado nada, de modo que no dicen nada de ninguna CPU ni GPU.

    ┌──────────┬─────────────┬─────────────────┬─────────────────────────┬─────────────────┐
    │ Modelo   ┆ Tamaño      ┆         CPU (s) ┆                 GPU (s) ┆     Aceleración │
    ╞══════════╪═════════════╪═════════════════╪═════════════════════════╪═════════════════╡
    │ ResNet18 ┆ 224 x 224   ┆ 0,0301 ± 0,0002 ┆ 0,002031 ± 0,000016 SIM ┆ 14,8 ± 0,2x SIM │
    │ ResNet18 ┆ 512 x 512   ┆ 0,1512 ± 0,0012 ┆   0,00612 ± 0,00005 SIM ┆ 24,7 ± 0,4x SIM │
    │ ResNet18 ┆ 1024 x 1024 ┆   0,620 ± 0,005 ┆   0,02193 ± 0,00017 SIM ┆ 28,3 ± 0,4x SIM │
    └──────────┴─────────────┴─────────────────┴─────────────────────────┴─────────────────┘

    ┃ SIMULADO: los datos marcados con SIM los ha generado un programa que simula un equipo, a modo de
    ┃ ensayo. No se ha calculado nada, de modo que no dicen nada de ninguna CPU ni GPU.

    Medido con precisión f32; hilos: todos; motor reference; pesos aleatorios, semilla 2026; imagen
    incorporada; versión: cotejo-worker 0.1.0, candle 0.11.0.

    Cómo se midió
    - mediana de 10 inferencias en caliente por celda, en segundos; ± es su intervalo de confianza del
      95 %

    En qué se ejecutó
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 núcleos y 12 hilos; avx2 fma; 16,0 GiB de RAM;
      Windows 11 (26100); Simulated GPU (simulada)

    GPU
    - cuda:0 (simulado): Simulated GPU (simulada); 12,0 GiB de VRAM; capacidad de cómputo 8.6;
      controlador 560.94; CUDA 12.6; cuDNN 9.5.1; límite de potencia 170 W

    GPU frenadas o calientes
    - ResNet18 1024 x 1024 en cuda:0 (simulado): reloj frenado (sw power cap), caliente (83 °C)
    ");
    insta::assert_snapshot!(render_spanish(&samples::troubled(), &style(100)), @r"
    practice
    ════════

    Barrido: practice (2026-07-31, 0000005e).

    ┌──────────┬─────────────────┬───────────────────┬───────────┬───────────────────┐
    │ Modelo   ┆ Tamaño          ┆           CPU (s) ┆   GPU (s) ┆       Aceleración │
    ╞══════════╪═════════════════╪═══════════════════╪═══════════╪═══════════════════╡
    │ ResNet18 ┆ 512 x 512       ┆ 0,1512 ± 0,0012 * ┆ pendiente ┆ sin tiempo de GPU │
    │ ResNet18 ┆ 1024 x 1024     ┆     0,620 ± 0,005 ┆ pendiente ┆ sin tiempo de GPU │
    │ ResNet18 ┆ 100000 x 100000 ┆             - (1) ┆     - (1) ┆       sin tiempos │
    └──────────┴─────────────────┴───────────────────┴───────────┴───────────────────┘
    (1) needs 13.2 TiB of memory; the device has 16.0 GiB

    Medido con precisión f32; hilos: todos; motor reference; pesos aleatorios, semilla 2026; imagen
    incorporada; versión: cotejo-worker 0.1.0, candle 0.11.0.

    Cómo se midió
    - mediana de 10 inferencias en caliente por celda, en segundos; ± es su intervalo de confianza del
      95 %

    En qué se ejecutó
    - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 núcleos y 12 hilos; avx2 fma; 16,0 GiB de RAM;
      Windows 11 (26100); NVIDIA GeForce RTX 3060

    Leer con cautela (*)
    - ResNet18 512 x 512 en cpu: con ruido (rango intercuartílico del 17 % de la mediana), con batería,
      corto (el plazo acabó con ±3,4 %)

    Respuestas
    - ResNet18 512 x 512 en cpu: tabby, tabby cat (25 %)

    Sin medir
    - ResNet18 100000 x 100000 en cpu; ResNet18 100000 x 100000 en cuda:0: needs 13.2 TiB of memory; the
      device has 16.0 GiB. Qué hacer: measure a smaller size or batch

    Aún sin medir
    - 1 celda en espera
    - 1 celda en curso
    ");
}

#[test]
fn spreadsheets_get_numbers() {
    let document = document(&samples::with_gpu(), english());
    let Some(Block::Table(table)) = document.blocks.get(1) else { panic!("{document:?}") };
    let numbers: Vec<Option<f64>> = table.rows[0].iter().map(|cell| cell.figure.map(|figure| figure.value)).collect();
    assert_eq!(numbers[..4], [None, Some(224.0), Some(0.030_12), Some(0.002_031)]);
}

#[test]
fn machines_that_are_alike_stand_in_one_line() {
    let mut class = samples::class(GroupBy::Size);
    let alike = class.environments[0].clone();
    class.environments[1] = cotejo_model::comparison::Environment { name: "pc-02".to_owned(), ..alike };
    let text = render(&class, &style(400));
    assert!(text.contains("- pc-01, pc-02: Intel(R) Core(TM)"), "{text}");
}
