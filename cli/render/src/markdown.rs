//! A comparison as Markdown, for reports.

use std::fmt::Write as _;

use cotejo_model::comparison::{Column, Comparison, Table};

use super::notes::{self, Note};
use super::{clean, table, words};

/// The tables of a comparison with everything that must be read with them.
pub fn render(comparison: &Comparison) -> String {
    let mut out = format!("# {}\n", escaped(&clean(&comparison.title)));
    for table in &comparison.tables {
        if let Some(heading) = notes::heading(comparison, table) {
            let _ = writeln!(out, "\n## {}", escaped(&heading));
        }
        let rehearsal = notes::rehearsal(table).map(|text| format!("\n**{}**\n", escaped(text))).unwrap_or_default();
        let _ = write!(out, "{rehearsal}\n{}{rehearsal}", body(table));
        if let Some(basis) = notes::basis(table) {
            let _ = write!(out, "\n{}\n", escaped(&basis));
        }
    }
    for Note { title, items } in notes::notes(comparison) {
        let _ = write!(out, "\n{}\n\n", escaped(&title));
        for item in items {
            let _ = writeln!(out, "- {}", escaped(&item));
        }
    }
    out
}

fn body(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(table.columns.iter().map(|column| words::heading(*column).join(" ")).collect());
    let rule = |column: &Column| {
        let words = matches!(
            column,
            Column::Machine | Column::Device | Column::Model | Column::Size | Column::Batch | Column::Streams
        );
        if words { "---" } else { "---:" }.to_owned()
    };
    out.push_str(&line(table.columns.iter().map(rule).collect()));
    for row in &table.rows {
        let cells = table.columns.iter().zip(row);
        out.push_str(&line(cells.map(|(column, value)| escaped(&table::text(*column, value, true))).collect()));
    }
    out
}

/// Text that means nothing to Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use cotejo_model::comparison::GroupBy;

    use super::super::samples;
    use super::*;

    #[test]
    fn the_practice_with_and_without_a_gpu() {
        insta::assert_snapshot!(render(&samples::with_gpu()), @r"
        # practice

        | Model | Size | CPU (s) | GPU (s) | Speed-up |
        | --- | --- | ---: | ---: | ---: |
        | ResNet18 | 224 x 224 | 0.0301 ± 0.0002 | 0.002031 ± 0.000016 | 14.8 ± 0.2x |
        | ResNet18 | 512 x 512 | 0.1512 ± 0.0012 | 0.00612 ± 0.00005 | 24.7 ± 0.4x |
        | ResNet18 | 1024 x 1024 | 0.620 ± 0.005 | 0.02193 ± 0.00017 | 28.3 ± 0.4x |

        Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

        How it was measured:

        - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

        What it ran on:

        - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060

        GPUs:

        - cuda:0: NVIDIA GeForce RTX 3060; 12.0 GiB VRAM; compute capability 8.6; driver 560.94; CUDA 12.6; cuDNN 9.5.1; power limit 170 W

        GPUs that were held down or hot:

        - ResNet18 1024 x 1024 on cuda:0: clock held down (sw power cap), hot (83 °C)
        ");
        insta::assert_snapshot!(body(&samples::without_gpu().tables[0]), @r"
        | Model | Size | CPU (s) | GPU (s) | Speed-up |
        | --- | --- | ---: | ---: | ---: |
        | ResNet18 | 224 x 224 | 0.0301 ± 0.0002 | no NVIDIA driver was found on this machine | no GPU time |
        | ResNet18 | 512 x 512 | 0.1512 ± 0.0012 | no NVIDIA driver was found on this machine | no GPU time |
        | ResNet18 | 1024 x 1024 | 0.620 ± 0.005 | no NVIDIA driver was found on this machine | no GPU time |
        ");
    }

    #[test]
    fn flagged_failed_and_pending_cells() {
        insta::assert_snapshot!(render(&samples::troubled()), @r#"
        # practice

        | Model | Size | CPU (s) | GPU (s) | Speed-up |
        | --- | --- | ---: | ---: | ---: |
        | ResNet18 | 512 x 512 | 0.1512 ± 0.0012 \* | running | one time only |
        | ResNet18 | 1024 x 1024 | 0.620 ± 0.005 | queued | one time only |
        | ResNet18 | 100000 x 100000 | needs 13.2 TiB of memory; the device has 16.0 GiB | needs 13.2 TiB of memory; the device has 16.0 GiB | one time only |

        Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

        How it was measured:

        - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

        What it ran on:

        - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); NVIDIA GeForce RTX 3060

        Read with care (\*):

        - ResNet18 512 x 512 on cpu: noisy (IQR 17 % of the median), battery, short (budget ended at ±3.4 %)

        Answers:

        - ResNet18 512 x 512 on cpu: tabby, tabby cat (25 %)

        Not measured:

        - ResNet18 100000 x 100000 on cpu; ResNet18 100000 x 100000 on cuda:0: needs 13.2 TiB of memory; the device has 16.0 GiB. What to do: measure a smaller size or batch

        Not measured yet:

        - 1 cell waiting
        - 1 cell running
        "#);
    }

    #[test]
    fn a_rehearsal_cannot_be_taken_for_a_measurement() {
        insta::assert_snapshot!(render(&samples::simulated()), @r"
        # practice

        **SIMULATED: what is marked SIM was made up by a program that only plays devices, for a rehearsal. Nothing was computed, and it says nothing of any CPU or GPU.**

        | Model | Size | CPU (s) | GPU (s) | Speed-up |
        | --- | --- | ---: | ---: | ---: |
        | ResNet18 | 224 x 224 | 0.0301 ± 0.0002 | 0.002031 ± 0.000016 SIM | 14.8 ± 0.2x SIM |
        | ResNet18 | 512 x 512 | 0.1512 ± 0.0012 | 0.00612 ± 0.00005 SIM | 24.7 ± 0.4x SIM |
        | ResNet18 | 1024 x 1024 | 0.620 ± 0.005 | 0.02193 ± 0.00017 SIM | 28.3 ± 0.4x SIM |

        **SIMULATED: what is marked SIM was made up by a program that only plays devices, for a rehearsal. Nothing was computed, and it says nothing of any CPU or GPU.**

        Measured with precision f32; threads all; engine reference; weights random, seed 2026; image built-in; build cotejo-worker 0.1.0, candle 0.11.0.

        How it was measured:

        - median of 10 warmed-up forward passes a cell, in seconds; ± is its 95 % confidence interval

        What it ran on:

        - pc-01: Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz; 6 cores and 12 threads; avx2 fma; 16.0 GiB RAM; Windows 11 (26100); Simulated GPU (simulated)

        GPUs:

        - cuda:0 (simulated): Simulated GPU; 12.0 GiB VRAM; compute capability 8.6; driver 560.94; CUDA 12.6; cuDNN 9.5.1; power limit 170 W

        GPUs that were held down or hot:

        - ResNet18 1024 x 1024 on cuda:0 (simulated): clock held down (sw power cap), hot (83 °C)
        ");
        assert!(!render(&samples::with_gpu()).contains("SIM"));
    }

    #[test]
    fn precisions_stand_apart() {
        let text = render(&samples::two_precisions());
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, ["## precision f32", "## precision f16"]);
        assert!(text.contains("| ResNet18 | 224 x 224 | no f16 on this CPU | 0.001015"), "{text}");
    }

    #[test]
    fn several_machines() {
        for by in [GroupBy::Size, GroupBy::Machine, GroupBy::Device] {
            let text = body(&samples::class(by).tables[0]);
            match by {
                GroupBy::Size => insta::assert_snapshot!(text, @r"
                | Machine | Model | Size | CPU (s) | GPU (s) | Speed-up |
                | --- | --- | --- | ---: | ---: | ---: |
                | pc-01 | ResNet18 | 224 x 224 | 0.0301 ± 0.0002 | no NVIDIA driver was found on this machine | no GPU time |
                | pc-01 | ResNet18 | 1024 x 1024 | 0.629 ± 0.005 | no NVIDIA driver was found on this machine | no GPU time |
                | pc-02 | ResNet18 | 224 x 224 | 0.02317 ± 0.00018 | no NVIDIA driver was found on this machine | no GPU time |
                | pc-02 | ResNet18 | 1024 x 1024 | 0.484 ± 0.004 | no NVIDIA driver was found on this machine | no GPU time |
                | teacher | ResNet18 | 224 x 224 | 0.01882 ± 0.00015 | 0.002031 ± 0.000016 | 9.27 ± 0.14x |
                | teacher | ResNet18 | 1024 x 1024 | 0.393 ± 0.003 | 0.00928 ± 0.00007 | 42.4 ± 0.6x |
                "),
                GroupBy::Machine => insta::assert_snapshot!(text, @r"
                | Machine | ResNet18 224 x 224 CPU (s) | ResNet18 224 x 224 GPU (s) | ResNet18 1024 x 1024 CPU (s) | ResNet18 1024 x 1024 GPU (s) |
                | --- | ---: | ---: | ---: | ---: |
                | pc-01 | 0.0301 ± 0.0002 | no NVIDIA driver was found on this machine | 0.629 ± 0.005 | no NVIDIA driver was found on this machine |
                | pc-02 | 0.02317 ± 0.00018 | no NVIDIA driver was found on this machine | 0.484 ± 0.004 | no NVIDIA driver was found on this machine |
                | teacher | 0.01882 ± 0.00015 | 0.002031 ± 0.000016 | 0.393 ± 0.003 | 0.00928 ± 0.00007 |
                "),
                GroupBy::Device => insta::assert_snapshot!(text, @r"
                | Machine | Device | ResNet18 224 x 224 (s) | ResNet18 1024 x 1024 (s) |
                | --- | --- | ---: | ---: |
                | teacher | NVIDIA GeForce RTX 3060 | 0.002031 ± 0.000016 | 0.00928 ± 0.00007 |
                | teacher | AMD Ryzen 5 5600X 6-Core Processor | 0.01882 ± 0.00015 | 0.393 ± 0.003 |
                | pc-02 | AMD Ryzen 5 5600X 6-Core Processor | 0.02317 ± 0.00018 | 0.484 ± 0.004 |
                | pc-01 | Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz | 0.0301 ± 0.0002 | 0.629 ± 0.005 |
                "),
            }
        }
    }

    #[test]
    fn a_name_cannot_break_the_table() {
        assert_eq!(escaped("pc|1 <b> *x*"), "pc\\|1 \\<b\\> \\*x\\*");
    }
}
