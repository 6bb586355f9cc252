//! A comparison in a terminal.

use std::fmt::Write as _;

use cotejo_model::comparison::{Column, Comparison, Table, Value};

use super::grid::{Cell, Grid, Head, Kind, Tone};
use super::notes::{self, Note};
use super::{Style, clean, number, words, wrapped};

/// A reason longer than this stands below the table, with a mark in its place.
const LONGEST_REASON: usize = 20;

/// The tables of a comparison with everything that must be read with them.
pub(crate) fn render(comparison: &Comparison, style: &Style) -> String {
    let mut out = format!("{}\n", clean(&comparison.title));
    for table in &comparison.tables {
        let mut reasons = Reasons::default();
        let _ = write!(out, "\n{}\n", body(table, &mut reasons, style));
        for line in reasons.lines() {
            let _ = writeln!(out, "{}", wrapped(&line, style.width, 4));
        }
        if let Some(basis) = notes::basis(table) {
            let _ = writeln!(out, "{}", wrapped(&basis, style.width, 2));
        }
    }
    for Note { title, items } in notes::notes(comparison) {
        let _ = writeln!(out, "\n{title}");
        for item in items {
            let _ = writeln!(out, "{}", wrapped(&format!("  {item}"), style.width, 4));
        }
    }
    out
}

/// Margins are the first to go where there is no room, the frame is the second.
fn body(table: &Table, reasons: &mut Reasons, style: &Style) -> String {
    let full = grid(table, true, reasons);
    let plain = grid(table, false, reasons);
    full.framed(style).or_else(|| plain.framed(style)).unwrap_or_else(|| full.list(style.width))
}

fn grid(table: &Table, margins: bool, reasons: &mut Reasons) -> Grid {
    let kind = |column: &Column| match column {
        Column::Machine | Column::Device | Column::Model => Kind::Words,
        Column::Size | Column::Batch | Column::Streams => Kind::Label,
        Column::Time { .. } | Column::Throughput { .. } | Column::TaskTime { .. } | Column::SpeedUp => Kind::Figures,
    };
    let heads =
        table.columns.iter().map(|column| Head { lines: words::heading(*column), kind: kind(column) }).collect();
    let rows = table
        .rows
        .iter()
        .map(|row| {
            table.columns.iter().zip(row).map(|(column, value)| cell(*column, value, margins, reasons)).collect()
        })
        .collect();
    Grid { heads, rows }
}

fn cell(column: Column, value: &Value, margins: bool, reasons: &mut Reasons) -> Cell {
    match value {
        Value::Missing { reason } => Cell { text: reasons.mark(&clean(reason)), tone: Tone::Absent },
        Value::Seconds { flagged: true, .. } => Cell { text: text(column, value, margins), tone: Tone::Care },
        _ => Cell::plain(text(column, value, margins)),
    }
}

/// A value as it stands in a table, a missing one by its reason.
pub(super) fn text(column: Column, value: &Value, margins: bool) -> String {
    let written = |estimate| {
        let written = number::estimate(estimate);
        if margins { written.with_margin() } else { written.value }
    };
    match value {
        Value::Text { text } => clean(text),
        Value::Count { count } if column == Column::Size => words::side(*count),
        Value::Count { count } => count.to_string(),
        Value::Seconds { estimate, flagged } => format!("{}{}", written(estimate), if *flagged { " *" } else { "" }),
        Value::Ratio { estimate } => format!("{}x", written(estimate)),
        Value::Rate { estimate } => written(estimate),
        Value::Missing { reason } => clean(reason),
    }
}

/// The reasons too long for a cell, each once.
#[derive(Debug, Default)]
struct Reasons(Vec<String>);

impl Reasons {
    /// What stands in the cell: the reason itself, or its number.
    fn mark(&mut self, reason: &str) -> String {
        if reason.chars().count() <= LONGEST_REASON {
            return reason.to_owned();
        }
        let at = self.0.iter().position(|known| known == reason).unwrap_or_else(|| {
            self.0.push(reason.to_owned());
            self.0.len() - 1
        });
        format!("- ({})", at + 1)
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().enumerate().map(|(at, reason)| format!("({}) {reason}", at + 1))
    }
}

#[cfg(test)]
mod tests {
    use cotejo_model::DeviceKind;
    use cotejo_model::comparison::GroupBy;
    use cotejo_model::stats::{Estimate, Interval};
    use jiff::tz::TimeZone;

    use super::super::samples;
    use super::*;

    fn style(width: usize) -> Style {
        Style { width: Some(width), colour: false, zone: TimeZone::UTC }
    }

    #[test]
    fn the_practice_with_a_gpu() {
        insta::assert_snapshot!(render(&samples::with_gpu(), &style(80)), @r"
        practice

        ┌──────────┬─────────────┬─────────────────┬─────────────────────┬─────────────┐
        │ Model    ┆ Size        ┆         CPU (s) ┆             GPU (s) ┆    Speed-up │
        ╞══════════╪═════════════╪═════════════════╪═════════════════════╪═════════════╡
        │ ResNet18 ┆ 224 x 224   ┆ 0.0301 ± 0.0002 ┆ 0.002031 ± 0.000016 ┆ 14.8 ± 0.2x │
        │ ResNet18 ┆ 512 x 512   ┆ 0.1512 ± 0.0012 ┆   0.00612 ± 0.00005 ┆ 24.7 ± 0.4x │
        │ ResNet18 ┆ 1024 x 1024 ┆   0.620 ± 0.005 ┆   0.02193 ± 0.00017 ┆ 28.3 ± 0.4x │
        └──────────┴─────────────┴─────────────────┴─────────────────────┴─────────────┘
        Measured with precision f32; threads all; engine reference; weights random, seed
          2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

        How it was measured:
          median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 %
            confidence interval

        What it ran on:
          pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2
            fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060
        ");
    }

    #[test]
    fn the_practice_without_a_gpu() {
        insta::assert_snapshot!(render(&samples::without_gpu(), &style(80)), @r"
        practice

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

        How it was measured:
          median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 %
            confidence interval

        What it ran on:
          pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2
            fma; 16.0 GiB RAM; Windows 11 (26100); no GPU: no NVIDIA driver was found on
            this machine
        ");
    }

    #[test]
    fn flagged_failed_and_pending_cells() {
        insta::assert_snapshot!(render(&samples::troubled(), &style(80)), @r"
        practice

        ┌──────────┬─────────────────┬───────────────────┬─────────┬───────────────┐
        │ Model    ┆ Size            ┆           CPU (s) ┆ GPU (s) ┆      Speed-up │
        ╞══════════╪═════════════════╪═══════════════════╪═════════╪═══════════════╡
        │ ResNet18 ┆ 512 x 512       ┆ 0.1512 ± 0.0012 * ┆ running ┆ one time only │
        │ ResNet18 ┆ 1024 x 1024     ┆     0.620 ± 0.005 ┆  queued ┆ one time only │
        │ ResNet18 ┆ 100000 x 100000 ┆             - (1) ┆   - (1) ┆ one time only │
        └──────────┴─────────────────┴───────────────────┴─────────┴───────────────┘
        (1) needs 13.2 TiB of memory; the device has 16.0 GiB
        Measured with precision f32; threads all; engine reference; weights random, seed
          2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

        How it was measured:
          median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 %
            confidence interval

        What it ran on:
          pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2
            fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060

        Read with care (*):
          ResNet18 512 x 512 on cpu: noisy (IQR 17 % of the median), battery, short
            (budget ended at ±3.4 %)

        Answers:
          ResNet18 512 x 512 on cpu: tabby, tabby cat (25 %)

        Not measured:
          ResNet18 100000 x 100000 on cpu; ResNet18 100000 x 100000 on cuda:0: needs
            13.2 TiB of memory; the device has 16.0 GiB. What to do: measure a smaller
            size or batch

        Not measured yet:
          1 cell waiting
          1 cell running
        ");
    }

    #[test]
    fn several_machines() {
        insta::assert_snapshot!(render(&samples::class(GroupBy::Size), &style(120)), @r"
        practice

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

        How it was measured:
          median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

        What it ran on:
          pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
            no GPU: no NVIDIA driver was found on this machine
          pc-02: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); no GPU:
            no NVIDIA driver was found on this machine
          teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
            NVIDIA GeForce RTX 3060
        ");
        insta::assert_snapshot!(render(&samples::class(GroupBy::Machine), &style(120)), @r"
        practice

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

        How it was measured:
          median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

        What it ran on:
          pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
            no GPU: no NVIDIA driver was found on this machine
          pc-02: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); no GPU:
            no NVIDIA driver was found on this machine
          teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
            NVIDIA GeForce RTX 3060
        ");
        insta::assert_snapshot!(render(&samples::class(GroupBy::Device), &style(120)), @r"
        practice

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

        How it was measured:
          median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

        What it ran on:
          pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
            no GPU: no NVIDIA driver was found on this machine
          pc-02: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); no GPU:
            no NVIDIA driver was found on this machine
          teacher: AMD Ryzen 5 5600X 6-Core Processor; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100);
            NVIDIA GeForce RTX 3060
        ");
    }

    #[test]
    fn streams_and_what_they_give_together() {
        let estimate = |value: f64| Estimate { value, ci: Some(Interval { low: value * 0.99, high: value * 1.01 }) };
        let device = DeviceKind::Cpu;
        let row = |streams, seconds, rate| {
            let size = Value::Count { count: 224 };
            let time = Value::Seconds { estimate: estimate(seconds), flagged: false };
            vec![size, Value::Count { count: streams }, time, Value::Rate { estimate: estimate(rate) }]
        };
        let table = Table {
            basis: Vec::new(),
            columns: vec![Column::Size, Column::Streams, Column::Time { device }, Column::Throughput { device }],
            rows: vec![row(1, 0.0201, 49.8), row(4, 0.0512, 78.1)],
        };
        insta::assert_snapshot!(body(&table, &mut Reasons::default(), &style(80)), @r"
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
        let at = |width| body(&comparison.tables[0], &mut Reasons::default(), &style(width));
        insta::assert_snapshot!(at(80), @r"
        ┌─────────┬───────────┬───────────┬─────────────┬─────────────┐
        │ Machine ┆  ResNet18 ┆  ResNet18 ┆    ResNet18 ┆    ResNet18 │
        │         ┆ 224 x 224 ┆ 224 x 224 ┆ 1024 x 1024 ┆ 1024 x 1024 │
        │         ┆   CPU (s) ┆   GPU (s) ┆     CPU (s) ┆     GPU (s) │
        ╞═════════╪═══════════╪═══════════╪═════════════╪═════════════╡
        │ pc-01   ┆    0.0301 ┆     - (1) ┆       0.629 ┆       - (1) │
        │ pc-02   ┆   0.02317 ┆     - (1) ┆       0.484 ┆       - (1) │
        │ teacher ┆   0.01882 ┆  0.002031 ┆       0.393 ┆     0.00928 │
        └─────────┴───────────┴───────────┴─────────────┴─────────────┘
        ");
        insta::assert_snapshot!(at(40), @r"
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
        ");
    }

    #[test]
    fn a_table_never_exceeds_its_width_before_it_becomes_a_list() {
        for by in GroupBy::ALL {
            let comparison = samples::class(*by);
            for width in 36..160 {
                let text = body(&comparison.tables[0], &mut Reasons::default(), &style(width));
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
}
