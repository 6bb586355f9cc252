//! How the optimized engine computes a network: a row a layer.

use std::fmt::Write as _;

use cotejo_language::{Language, Texts};
use cotejo_model::Task;
use cotejo_model::explain::{ExplainedLayer, Explanation};
use serde::Serialize;

use super::grid::{Cell, Grid, Head, Kind, Tone};
use super::{Style, clean, lists, number, words, wrapped};

/// For people.
pub fn table(explanation: &Explanation, texts: &Texts, style: &Style) -> String {
    let lines = facts(explanation, texts).into_iter().map(|(name, value)| (texts.say(name), value));
    let facts = lists::facts(&lines.collect::<Vec<_>>(), style);
    let remarks = remarks(explanation, texts).into_iter().map(|remark| wrapped(&remark, style.width, 0) + "\n");
    let remarks = remarks.collect::<Vec<_>>().join("\n");
    format!("{}\n\n{}\n\n{facts}\n{remarks}", title(explanation, texts), layers(explanation, texts, style))
}

/// What must be read with the figures.
fn remarks(explanation: &Explanation, texts: &Texts) -> Vec<String> {
    let busy = explanation.background_load.filter(|_| explanation.is_busy()).map(|load| {
        let percent = format!("{:.0}", load * 100.0);
        texts.fill("explain-busy", &[("percent", percent.into())])
    });
    let implausible = explanation.layers.iter().any(|layer| explanation.is_implausible(layer));
    let implausible = implausible.then(|| format!("{ABOVE} {}", texts.say("explain-implausible")));
    busy.into_iter().chain(implausible).chain([texts.say("explain-peak")]).collect()
}

/// Stands where a figure would be one that cannot be.
const ABOVE: &str = "*";

/// Where there is no room, what the other columns imply goes first, then the outputs, then the frame.
fn layers(explanation: &Explanation, texts: &Texts, style: &Style) -> String {
    let without = |columns: &[usize]| {
        let mut grid = grid(explanation, texts);
        for column in columns {
            grid.heads.remove(*column);
            grid.rows.iter_mut().for_each(|row| drop(row.remove(*column)));
        }
        grid
    };
    let framed = [&[][..], &[3], &[3, 2]].into_iter().find_map(|columns| without(columns).framed(style));
    framed.unwrap_or_else(|| grid(explanation, texts).list(style.width))
}

fn grid(explanation: &Explanation, texts: &Texts) -> Grid {
    let words = |name: &str, kind| Head::new(&texts.say(name), kind);
    // Headings in two lines: the names of layers need the room.
    let figures =
        |lines: &[&str]| Head { lines: lines.iter().map(|line| texts.say(line)).collect(), kind: Kind::Figures };
    let heads = vec![
        words("explain-head-layer", Kind::Words),
        words("explain-head-algorithm", Kind::Words),
        words("explain-head-output", Kind::Label),
        figures(&["explain-head-gflop"]),
        figures(&["explain-head-ms"]),
        figures(&["explain-head-share-of", "explain-head-time"]),
        figures(&["explain-head-gflop", "explain-head-per-second"]),
        figures(&["explain-head-share-of", "explain-head-peak"]),
    ];
    let rows = explanation.layers.iter().map(|layer| row(explanation, layer, texts)).collect();
    Grid { heads, rows }
}

/// `ResNet18 224 x 224, batch 8, exact, on …`
fn title(explanation: &Explanation, texts: &Texts) -> String {
    let what = words::workload(&explanation.workload, texts);
    texts.fill("cell-on", &[("what", what.into()), ("place", clean(&explanation.device_name).into())])
}

fn row(explanation: &Explanation, layer: &ExplainedLayer, texts: &Texts) -> Vec<Cell> {
    let [channels, height, width] = layer.output;
    let or_none = |text: Option<String>| match text {
        Some(number) => Cell::plain(texts.number(&number)),
        None => Cell { text: "-".to_owned(), tone: Tone::Absent },
    };
    let implausible = explanation.is_implausible(layer);
    let plausible = |text: Option<String>| match text {
        Some(_) if implausible => Cell { text: ABOVE.to_owned(), tone: Tone::Care },
        text => or_none(text),
    };
    vec![
        Cell::plain(clean(&layer.layer)),
        Cell::plain(clean(&layer.algorithm)),
        Cell::plain(format!("{channels}x{height}x{width}")),
        or_none((layer.flop > 0).then(|| number::plain(layer.flop as f64 * 1e-9))),
        or_none((layer.ns > 0).then(|| number::plain(layer.ns as f64 * 1e-6))),
        or_none(explanation.share(layer).map(|share| format!("{:.1}", share * 100.0))),
        plausible(layer.flops_per_second().map(|flops| number::plain(flops * 1e-9))),
        plausible(explanation.share_of_peak(layer).map(|share| format!("{:.0}", share * 100.0))),
    ]
}

fn compiled_for(explanation: &Explanation, language: Language) -> String {
    cotejo_language::compiled_for(&explanation.instruction_set, language)
}

/// What holds for all the layers, as names of texts and values.
fn facts(explanation: &Explanation, texts: &Texts) -> Vec<(&'static str, String)> {
    let number = |value: f64| texts.number(&number::plain(value)).into_owned();
    let seconds = explanation.forward_ns as f64 * 1e-9;
    let mut forward = format!("{} ms", number(seconds * 1e3));
    if seconds > 0.0 {
        let flops = explanation.flop() as f64 / seconds;
        let _ = write!(forward, ", {} GFLOP/s", number(flops * 1e-9));
        if explanation.peak_flops > 0.0 {
            let share = format!("{:.0}", flops / explanation.peak_flops * 100.0);
            let _ = write!(forward, ", {}", texts.fill("explain-of-peak", &[("share", share.into())]));
        }
    }
    let threads = explanation.threads.map(|threads| ("explain-threads", threads.to_string()));
    let code = if threads.is_some() { "explain-instruction-set" } else { "explain-gpu" };
    let before = [
        ("explain-precision", explanation.workload.precision.to_string()),
        (code, clean(&compiled_for(explanation, texts.language()))),
    ];
    let after = [
        ("explain-measured-peak", format!("{} GFLOP/s", number(explanation.peak_flops * 1e-9))),
        ("explain-measured-copy", format!("{} GB/s", number(explanation.copy_bytes_per_s * 1e-9))),
        ("explain-forward", forward),
        ("explain-build", clean(&explanation.build)),
    ];
    before.into_iter().chain(threads).chain(after).collect()
}

/// A row of CSV; its fields are the columns. What is missing is an empty field.
#[derive(Serialize)]
struct Row<'a> {
    device_name: &'a str,
    build: &'a str,
    model: Option<&'static str>,
    size_px: u32,
    batch: Option<u32>,
    precision: &'static str,
    exact: bool,
    threads_used: Option<u32>,
    instruction_set: String,
    peak_flop_per_s: f64,
    copy_byte_per_s: f64,
    forward_s: f64,
    layer: &'a str,
    algorithm: &'a str,
    channels: u32,
    height: u32,
    width: u32,
    flop: u64,
    median_s: f64,
    share: Option<f64>,
    flop_per_s: Option<f64>,
    share_of_peak: Option<f64>,
}

/// One row a layer, with what holds for all of them repeated in each.
pub fn csv(explanation: &Explanation) -> String {
    let workload = explanation.workload;
    let model = match workload.task {
        Task::Classify { model, .. } => Some(model.name()),
        Task::Matmul { .. } => None,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for layer in &explanation.layers {
        let [channels, height, width] = layer.output;
        let row = Row {
            device_name: &explanation.device_name,
            build: &explanation.build,
            model,
            size_px: workload.task.size(),
            batch: workload.task.batch(),
            precision: workload.precision.name(),
            exact: workload.exact,
            threads_used: explanation.threads,
            instruction_set: compiled_for(explanation, Language::English),
            peak_flop_per_s: explanation.peak_flops,
            copy_byte_per_s: explanation.copy_bytes_per_s,
            forward_s: explanation.forward_ns as f64 * 1e-9,
            layer: &layer.layer,
            algorithm: &layer.algorithm,
            channels,
            height,
            width,
            flop: layer.flop,
            median_s: layer.ns as f64 * 1e-9,
            share: explanation.share(layer),
            flop_per_s: layer.flops_per_second(),
            share_of_peak: explanation.share_of_peak(layer),
        };
        writer.serialize(row).expect("a row of plain fields is always CSV");
    }
    let bytes = writer.into_inner().expect("memory does not refuse");
    String::from_utf8(bytes).expect("made of text")
}

#[cfg(test)]
mod tests {
    use cotejo_model::measurement::CompiledFor;
    use cotejo_model::{Engine, Model, Precision, Threads, Workload};
    use jiff::tz::TimeZone;

    use super::super::{english, json};
    use super::*;

    fn style(width: usize) -> Style {
        Style { width: Some(width), colour: false, zone: TimeZone::UTC }
    }

    fn explanation() -> Explanation {
        let layer = |layer: &str, algorithm: &str, output, flop, ns| ExplainedLayer {
            layer: layer.to_owned(),
            algorithm: algorithm.to_owned(),
            output,
            flop,
            ns,
        };
        Explanation {
            workload: Workload {
                task: Task::Classify { model: Model::ResNet18, size: 224, batch: 1 },
                precision: Precision::F32,
                threads: Threads::All,
                engine: Engine::Optimized,
                exact: false,
                streams: 1,
            },
            device_name: "Testium 9".to_owned(),
            build: "test 1".to_owned(),
            instruction_set: CompiledFor::Instructions("avx512".to_owned()),
            threads: Some(2),
            peak_flops: 180e9,
            copy_bytes_per_s: 12.5e9,
            forward_ns: 4_000_000,
            layers: vec![
                layer("conv1", "direct 7x7", [64, 112, 112], 236_027_904, 2_000_000),
                layer("maxpool", "3x3", [64, 56, 56], 0, 200_000),
                layer("layer1.0.conv1", "winograd 4x4", [64, 56, 56], 231_211_008, 1_000_000),
            ],
            background_load: Some(0.02),
        }
    }

    #[test]
    fn layers_and_what_bounds_them() {
        insta::assert_snapshot!(table(&explanation(), english(), &style(90)), @r"
        ResNet18 224 x 224 on Testium 9

        ┌────────────────┬──────────────┬────────────┬───────┬───────┬──────┬───────┬──────┐
        │ Layer          ┆ Algorithm    ┆ Output     ┆ GFLOP ┆    ms ┆ % of ┆ GFLOP ┆ % of │
        │                ┆              ┆            ┆       ┆       ┆ time ┆    /s ┆ peak │
        ╞════════════════╪══════════════╪════════════╪═══════╪═══════╪══════╪═══════╪══════╡
        │ conv1          ┆ direct 7x7   ┆ 64x112x112 ┆ 0.236 ┆  2.00 ┆ 62.5 ┆   118 ┆   66 │
        │ maxpool        ┆ 3x3          ┆ 64x56x56   ┆     - ┆ 0.200 ┆  6.2 ┆     - ┆    - │
        │ layer1.0.conv1 ┆ winograd 4x4 ┆ 64x56x56   ┆ 0.231 ┆  1.00 ┆ 31.2 ┆   231 ┆  128 │
        └────────────────┴──────────────┴────────────┴───────┴───────┴──────┴───────┴──────┘

        Precision        f32
        Instruction set  avx512
        Threads          2
        Measured peak    180 GFLOP/s
        Measured copy    12.5 GB/s
        Whole forward    4.00 ms, 117 GFLOP/s, 65 % of the peak
        Build            test 1

        Operations are those of the direct algorithm, two for each multiply-add, whatever
        algorithm computes a layer: Winograd's needs fewer, so that its layers can exceed 100 % of
        the peak.
        ");
    }

    #[test]
    fn no_figure_is_shown_that_cannot_be() {
        let mut busy = Explanation { background_load: Some(0.37), ..explanation() };
        busy.layers[0].ns = 2_790;
        let shown = table(&busy, english(), &style(200));
        let conv1 = shown.lines().find(|line| line.starts_with("│ conv1")).unwrap();
        assert!(conv1.contains("┆ 0.00279 ┆") && conv1.ends_with("┆     * ┆    * │"), "{conv1}");
        assert!(shown.contains("others used 37 % of the CPU meanwhile"), "{shown}");
        assert!(shown.contains("\n* faster than the measured peak"), "{shown}");
        assert!(!table(&explanation(), english(), &style(200)).contains("others used"));
    }

    #[test]
    fn a_narrow_terminal_shows_fewer_columns() {
        let at = |width| layers(&explanation(), english(), &style(width));
        let head = |width| at(width).lines().nth(1).unwrap().split('┆').count();
        assert_eq!((head(90), head(76), head(64)), (8, 7, 6));
        assert!(at(40).starts_with("conv1, direct 7x7, 64x112x112"), "{}", at(40));
    }

    #[test]
    fn no_line_exceeds_a_narrow_terminal() {
        for width in 44..100 {
            for line in table(&explanation(), english(), &style(width)).lines() {
                assert!(console::measure_text_width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn missing_figures_are_empty_fields() {
        insta::assert_snapshot!(csv(&explanation()), @r"
        device_name,build,model,size_px,batch,precision,exact,threads_used,instruction_set,peak_flop_per_s,copy_byte_per_s,forward_s,layer,algorithm,channels,height,width,flop,median_s,share,flop_per_s,share_of_peak
        Testium 9,test 1,resnet18,224,1,f32,false,2,avx512,180000000000.0,12500000000.0,0.004,conv1,direct 7x7,64,112,112,236027904,0.002,0.625,118013952000.0,0.6556330666666667
        Testium 9,test 1,resnet18,224,1,f32,false,2,avx512,180000000000.0,12500000000.0,0.004,maxpool,3x3,64,56,56,0,0.0002,0.0625,,
        Testium 9,test 1,resnet18,224,1,f32,false,2,avx512,180000000000.0,12500000000.0,0.004,layer1.0.conv1,winograd 4x4,64,56,56,231211008,0.001,0.3125,231211008000.0,1.2845056
        ");
    }

    #[test]
    fn what_json_holds_is_the_explanation() {
        let text = json::explanation(&explanation());
        assert_eq!(serde_json::from_str::<Explanation>(&text).unwrap(), explanation());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["schema"], 1);
    }
}
