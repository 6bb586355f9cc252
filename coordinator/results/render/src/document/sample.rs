//! Documents to look at, and documents that are hard to write. Neither says anything about a machine.

use crate::chart::{Axis, Chart, ChartKind, Point, Role, Scale, Series};
use crate::document::{Block, Cell, Document, Figure, Head, Kind, Table, Tone};
use cotejo_language::Language;
use cotejo_model::stats::Interval;

/// A word that fits no line.
pub(crate) const LONG_WORD: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorstandsvorsitzender\
    stellvertreterbürodienstanweisungsentwurf";

/// Chooses by the language.
type Say = fn(Language, &'static str, &'static str) -> String;

const SAY: Say = |language, english, spanish| match language {
    Language::English => english.to_owned(),
    Language::Spanish => spanish.to_owned(),
};

/// One of everything.
pub(crate) fn small(language: Language) -> Document {
    let say = |english, spanish| SAY(language, english, spanish);
    Document {
        title: say("Session 3: CPU against GPU", "Sesión 3: CPU frente a GPU"),
        language,
        dated_ms: Some(1_785_490_200_000),
        watermark: Some(say("SIMULATED: no figure here was measured", "SIMULADO: ninguna cifra se ha medido")),
        blocks: vec![
            Block::Heading { level: 1, text: say("Results", "Resultados") },
            Block::Notice(say(
                "Option B: the GPU times were obtained from another group.",
                "Opción B: los tiempos de GPU se han obtenido de otro grupo.",
            )),
            Block::Paragraph(say(
                "Each time is a median with its 95 % confidence interval.\nAll in seconds.",
                "Cada tiempo es una mediana con su intervalo de confianza del 95 %.\nTodo en segundos.",
            )),
            Block::Table(times(language)),
            Block::Heading { level: 2, text: say("What it shows", "Lo que muestra") },
            Block::List(vec![
                say("the CPU takes longer at every size", "la CPU tarda más con todos los tamaños"),
                say("the difference grows with the size", "la diferencia crece con el tamaño"),
            ]),
            Block::Chart(Box::new(time_over_size(language))),
            Block::Checklist(vec![
                say("10 %: summary", "10 %: resumen"),
                say("20 %: table of results", "20 %: tabla de resultados"),
            ]),
            Block::Blank { prompt: say("Your analysis (1 page)", "Tu análisis (1 página)"), lines: 3 },
            Block::Paragraph(say("The end.", "Fin.")),
        ],
    }
}

fn written(language: Language, value: &str, margin: &str, mark: &str) -> Cell {
    let decimals = value.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
    let value_of = |text: &str| text.parse().ok();
    let figure =
        value_of(value).map(|number| Figure { value: number, margin: value_of(margin), decimals, scientific: false });
    let texts = cotejo_language::Texts::of(language);
    let text = texts.number(&format!("{value} ± {margin}")).into_owned();
    let short = texts.number(value).into_owned();
    let tone = match mark {
        " SIM" => Tone::Simulated,
        " *" => Tone::Care,
        _ => Tone::Plain,
    };
    Cell { text: format!("{text}{mark}"), short: Some(format!("{short}{mark}")), figure, tone }
}

fn times(language: Language) -> Table {
    let say = |english, spanish| SAY(language, english, spanish);
    let figures = |value, margin, mark| written(language, value, margin, mark);
    let absent = Cell {
        tone: Tone::Absent,
        ..Cell::words(say("needs 13.2 GiB, there are 8.0 GiB", "necesita 13,2 GiB y hay 8,0 GiB"))
    };
    Table {
        caption: say("ResNet18, batch 1, precision f32", "ResNet18, lote 1, precisión f32"),
        heads: vec![
            Head::new(&say("Image size", "Tamaño de la imagen"), Kind::Label),
            Head { lines: vec![say("CPU time", "Tiempo CPU"), "(s)".to_owned()], kind: Kind::Figures },
            Head {
                lines: vec![
                    say("GPU time (s)", "Tiempo GPU (s)"),
                    say("(from another group)", "(obtenido de otro grupo)"),
                ],
                kind: Kind::Figures,
            },
        ],
        rows: vec![
            vec![Cell::words("224 × 224"), figures("0.0301", "0.0002", ""), figures("0.002031", "0.000016", " SIM")],
            vec![Cell::words("512 × 512"), figures("0.1512", "0.0012", " *"), figures("0.00612", "0.00005", " SIM")],
            vec![Cell::words("1024 × 1024"), figures("0.620", "0.005", ""), absent],
        ],
        remarks: vec![say("* noisy: read with care", "* con ruido: léase con cuidado")],
    }
}

fn series(name: &str, role: Role, points: &[(f64, f64, f64)]) -> Series {
    let point = |&(x, y, margin): &(f64, f64, f64)| Point {
        x,
        y,
        ci: (margin > 0.0).then_some(Interval { low: y - margin, high: y + margin }),
    };
    Series { name: name.to_owned(), role, points: points.iter().map(point).collect() }
}

fn time_over_size(language: Language) -> Chart {
    let say = |english, spanish| SAY(language, english, spanish);
    Chart {
        language,
        title: say("Time over image size", "Tiempo según el tamaño de la imagen"),
        subtitle: say("ResNet18, batch 1, f32, optimized engine", "ResNet18, lote 1, f32, motor optimizado"),
        x: Axis {
            label: say("Image size (px)", "Tamaño de la imagen (px)"),
            scale: Scale::Linear,
            ticks: vec![(224.0, "224".to_owned()), (512.0, "512".to_owned()), (1024.0, "1024".to_owned())],
        },
        y: Axis { label: say("Time (s)", "Tiempo (s)"), scale: Scale::Log, ticks: Vec::new() },
        kind: ChartKind::Lines,
        series: vec![
            series("CPU", Role::Cpu, &[(224.0, 0.0301, 0.0002), (512.0, 0.1512, 0.0012), (1024.0, 0.62, 0.005)]),
            series(
                "GPU",
                Role::Gpu,
                &[(224.0, 0.002_031, 0.000_016), (512.0, 0.006_12, 0.000_05), (1024.0, 0.021_93, 0.0)],
            ),
        ],
        simulated: true,
    }
}

fn class_times(language: Language) -> Chart {
    let say = |english, spanish| SAY(language, english, spanish);
    Chart {
        language,
        title: say("The class", "La clase"),
        subtitle: say("224 × 224, every machine", "224 × 224, todas las máquinas"),
        x: Axis {
            label: say("Machine", "Máquina"),
            scale: Scale::Linear,
            ticks: vec![(0.0, "pc-01".to_owned()), (1.0, "pc-02".to_owned()), (2.0, "pc-03".to_owned())],
        },
        y: Axis { label: say("Time (s)", "Tiempo (s)"), scale: Scale::Linear, ticks: Vec::new() },
        kind: ChartKind::Points,
        series: vec![series("CPU", Role::Cpu, &[(0.0, 0.03, 0.001), (1.0, 0.025, 0.002), (2.0, 0.041, 0.001)])],
        simulated: false,
    }
}

/// A report as a student hands it in, over several pages.
pub(crate) fn report(language: Language, simulated: bool) -> Document {
    let say = |english, spanish| SAY(language, english, spanish);
    let small = small(language);
    let prose = say(
        "The time of a network grows with the number of pixels, since every layer visits each of them. A GPU has \
         thousands of arithmetic units but must first receive the image: for small images the way there can cost more \
         than the computation itself. The figures below come from warmed-up runs; the first run is shown apart.",
        "El tiempo de una red crece con el número de píxeles, porque cada capa los recorre todos. Una GPU dispone de \
         miles de unidades aritméticas, pero antes tiene que recibir la imagen: con imágenes pequeñas, el envío puede \
         costar más que el propio cálculo. Las cifras que siguen son de ejecuciones en caliente; la primera se muestra \
         aparte.",
    );
    let mut blocks = small.blocks;
    blocks.insert(1, Block::Paragraph(prose.clone()));
    blocks.extend([
        Block::Heading { level: 1, text: say("The class", "La clase") },
        Block::Paragraph(prose.clone()),
        Block::Chart(Box::new(class_times(language))),
        Block::Table(class(language, 60)),
        Block::Heading { level: 1, text: say("Questions", "Preguntas") },
        Block::Heading { level: 2, text: say("Which parts would you optimise?", "¿Qué partes optimizarías?") },
        Block::Paragraph(prose),
        Block::Blank { prompt: say("Your proposals", "Tus propuestas"), lines: 12 },
    ]);
    Document { blocks, watermark: small.watermark.filter(|_| simulated), ..small }
}

fn class(language: Language, machines: u32) -> Table {
    let say = |english, spanish| SAY(language, english, spanish);
    let texts = cotejo_language::Texts::of(language);
    let row = |at: u32| {
        let seconds = 0.02 + f64::from(at % 7) / 100.0;
        let figure = Some(Figure { decimals: 4, ..Figure::count(seconds) });
        let time = Cell { figure, ..Cell::words(texts.number(&format!("{seconds:.4}")).into_owned()) };
        vec![
            Cell::words(format!("pc-{at:02}")),
            Cell::words("AMD Ryzen 5 5600X 6-Core Processor"),
            Cell::count(at as usize % 5 + 10),
            time,
        ]
    };
    Table {
        caption: say("Every machine of the class", "Todas las máquinas de la clase"),
        heads: vec![
            Head::new(&say("Machine", "Máquina"), Kind::Label),
            Head::new(&say("Processor", "Procesador"), Kind::Words),
            Head::new(&say("Runs", "Ejecuciones"), Kind::Figures),
            Head::new(&say("CPU time (s)", "Tiempo CPU (s)"), Kind::Figures),
        ],
        rows: (1..=machines).map(row).collect(),
        remarks: Vec::new(),
    }
}

/// Everything that is hard to write: nothing, much, long, and what formats take for their own.
pub(crate) fn awkward() -> Document {
    const SPECIAL: &str = "<b>&amp; \"quotes\" 'single' \\end{document} 100 % $x^2_i$ #1 ~tilde~ {braces} |pipe| [link](x) *star* `tick` ]]> --> 你好";
    let heads = || vec![Head::new("Name <&>", Kind::Words), Head::new("Figure_1 | %", Kind::Figures)];
    let empty = Table { caption: String::new(), heads: heads(), rows: Vec::new(), remarks: Vec::new() };
    let words = |texts: [&str; 2]| texts.map(Cell::words).to_vec();
    let odd = Table {
        caption: SPECIAL.to_owned(),
        rows: vec![
            words(["", ""]),
            words([SPECIAL, "1\n2"]),
            words([LONG_WORD, "=1+1"]),
            vec![Cell::words("not a number"), Cell { figure: Some(Figure::count(f64::NAN)), ..Cell::words("NaN") }],
        ],
        remarks: vec![String::new(), SPECIAL.to_owned()],
        ..empty.clone()
    };
    let nothing = Table { caption: String::new(), heads: Vec::new(), rows: Vec::new(), remarks: Vec::new() };
    Document {
        title: "A title that does not end & ".repeat(11)[..300].to_owned(),
        language: Language::English,
        dated_ms: None,
        watermark: None,
        blocks: vec![
            Block::Heading { level: 9, text: SPECIAL.to_owned() },
            Block::Heading { level: 0, text: String::new() },
            Block::Paragraph(String::new()),
            Block::Paragraph("first line\r\n- second line\n\n1. third\u{1b}[31m\u{0}".to_owned()),
            Block::Paragraph(format!("{LONG_WORD} {SPECIAL}")),
            Block::Notice(String::new()),
            Block::Notice(format!("{SPECIAL}\n{LONG_WORD}")),
            Block::List(Vec::new()),
            Block::List(vec![String::new(), format!("{SPECIAL}\nsecond line"), LONG_WORD.to_owned()]),
            Block::Checklist(vec![SPECIAL.to_owned()]),
            Block::Table(nothing),
            Block::Table(empty),
            Block::Table(odd),
            Block::Table(class(Language::English, 60)),
            Block::Chart(Box::new(Chart {
                title: SPECIAL.to_owned(),
                series: Vec::new(),
                ..time_over_size(Language::English)
            })),
            Block::Blank { prompt: SPECIAL.to_owned(), lines: 0 },
            Block::Blank { prompt: String::new(), lines: 200 },
        ],
    }
}

/// A picture of the right shape, as long as only its place matters.
pub(crate) fn svg(chart: &Chart) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"600\" viewBox=\"0 0 960 600\">\
         <rect width=\"960\" height=\"600\" fill=\"#eef2f7\"/><text x=\"30\" y=\"50\" font-size=\"28\">{} points</text></svg>",
        chart.series.iter().map(|series| series.points.len()).sum::<usize>()
    )
}

/// The same as PNG.
pub(crate) fn png(chart: &Chart) -> Vec<u8> {
    let shade = u8::try_from(200 + chart.series.len()).unwrap();
    let picture = image::RgbImage::from_pixel(160, 100, image::Rgb([shade, 215, 230]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
