use cotejo_analysis::figures::Choice;
use cotejo_language::Texts;
use cotejo_model::comparison::Comparison;
use cotejo_model::stats::Interval;
use jiff::tz::TimeZone;

use super::build::{Kind, chart};
use super::samples::{class_of, edited, sweep};
use super::*;
use crate::{Style, samples};

fn of(kind: Kind, comparison: &Comparison, language: Language) -> Chart {
    chart(kind, &comparison.entries, &Choice::default(), Texts::of(language)).unwrap()
}

fn practice() -> Chart {
    of(Kind::Size, &samples::with_gpu(), Language::English)
}

fn plain(width: usize) -> Style {
    Style { width: Some(width), colour: false, zone: TimeZone::UTC }
}

/// A chart of each kind, in both languages, of data that is hard to draw.
fn all_sorts() -> Vec<Chart> {
    let long = |at: usize| format!("INFORMATICA-PLANTA-{at}-EL-PUESTO-QUE-ESTÁ-JUNTO-A-LA-VENTANA");
    let wide = edited(sweep(&[64, 512], &[1], &[1]), |_, measured| {
        let median = measured.summary.median;
        measured.summary.ci = Some(Interval { low: median / 10.0, high: median * 10.0 });
    });
    let data = [
        (Kind::Size, samples::simulated()),
        (Kind::Size, sweep(&[224], &[1], &[1])),
        (Kind::Size, sweep(&[16, 32, 64, 96, 128, 192, 224, 512, 1024, 4096], &[1], &[1])),
        (Kind::Size, wide),
        (Kind::SpeedUp, samples::with_gpu()),
        (Kind::Throughput, sweep(&[224], &[1, 8, 32, 128], &[1])),
        (Kind::Threads, class_of(7, &[224], &[1, 2, 4, 8, 16], long)),
        (Kind::Class, class_of(30, &[224], &[1], long)),
        (Kind::Class, edited(class_of(2, &[224], &[1], long), |_, measured| measured.simulated = true)),
    ];
    let both = |(kind, data): &(Kind, Comparison)| Language::ALL.map(|language| of(*kind, data, language));
    data.iter().flat_map(both).collect()
}

/// What stands in the picture, from the first to the last text that is drawn.
fn texts_of(svg: &str) -> Vec<&str> {
    svg.split("<text ").skip(1).filter_map(|text| text.split(['>', '<']).nth(1)).map(str::trim).collect()
}

#[test]
fn the_picture_says_what_the_chart_says() {
    let text = svg(&practice());
    insta::assert_snapshot!(texts_of(&text).join("\n"), @"
    ResNet18: time over size
    pc-01; bars: 95 % confidence interval of the median
    f32; all threads; reference engine; cotejo-worker 0.1.0, candle 0.11.0
    CPU: Intel Core i5-10400 CPU @ 2.90GHz
    GPU: NVIDIA GeForce RTX 3060
    224
    512
    1024
    0.002
    0.005
    0.01
    0.02
    0.05
    0.1
    0.2
    0.5
    Image size (pixels a side), logarithmic scale
    Time (s), logarithmic scale
    ");
    let (head, _) = text.split_once("</desc>").unwrap();
    insta::assert_snapshot!(head, @r#"
    <svg role="img" width="1600" height="1000" viewBox="0 0 1600 1000" xmlns="http://www.w3.org/2000/svg">
    <title>ResNet18: time over size</title>
    <desc>pc-01; bars: 95 % confidence interval of the median
    f32; all threads; reference engine; cotejo-worker 0.1.0, candle 0.11.0
    Image size (pixels a side); Time (s)
    CPU: Intel Core i5-10400 CPU @ 2.90GHz: 224: 0.0301; 512: 0.151; 1024: 0.620
    GPU: NVIDIA GeForce RTX 3060: 224: 0.00203; 512: 0.00612; 1024: 0.0219
    "#);
    let count = |what: &str| text.matches(what).count();
    // Three points and one in the legend, each with its edge.
    assert_eq!((count("<circle"), count("fill=\"#0072B2\"")), (8, 4));
    assert_eq!(count("fill=\"#D55E00\""), 4);
    assert!(!text.contains("SIMUL"));
}

#[test]
fn the_same_data_gives_the_same_file() {
    for (one, other) in all_sorts().iter().zip(&all_sorts()) {
        assert_eq!(svg(one), svg(other));
        let small = PngSize { width: 320, height: 200 };
        assert_eq!(png(one, small), png(other, small));
        assert_eq!(terminal(one, &plain(80)), terminal(other, &plain(80)));
    }
}

#[test]
fn a_png_has_its_size_and_its_colours() {
    let chart = practice();
    let decoded = image::load_from_memory(&png(&chart, PngSize::default())).unwrap().into_rgb8();
    assert_eq!(decoded.dimensions(), (1600, 1000));
    let pixels = |colour: [u8; 3]| decoded.pixels().filter(|pixel| pixel.0 == colour).count();
    let (blue, vermillion, white) = (pixels([0, 114, 178]), pixels([213, 94, 0]), pixels([255; 3]));
    assert!(blue > 3000 && vermillion > 2000 && white > 1_300_000, "{blue} {vermillion} {white}");
    let small = image::load_from_memory(&png(&chart, PngSize { width: 400, height: 250 })).unwrap();
    assert_eq!((small.width(), small.height()), (400, 250));
    let smallest = image::load_from_memory(&png(&chart, PngSize { width: 0, height: 0 })).unwrap();
    assert_eq!((smallest.width(), smallest.height()), (64, 64));
}

#[test]
fn a_large_class_gets_a_high_picture() {
    let size = |count| {
        PngSize::of(&of(Kind::Class, &class_of(count, &[224], &[1], |at| format!("pc-{at}")), Language::English))
    };
    assert_eq!(size(12), PngSize::default());
    assert_eq!(size(100), PngSize { width: 1600, height: 3120 });
    assert_eq!(PngSize::of(&practice()), PngSize::default());
}

#[test]
fn what_is_made_up_is_written_across() {
    for (language, word) in [(Language::English, "SIMULATED"), (Language::Spanish, "SIMULADO")] {
        let chart = of(Kind::Size, &samples::simulated(), language);
        let picture = svg(&chart);
        let texts = texts_of(&picture);
        assert!(texts[0].starts_with(&format!("{word}: ResNet18")), "{texts:?}");
        assert_eq!(texts.last(), Some(&word));
        assert!(picture.contains("opacity=\"0.2\""));
        let text = terminal(&chart, &plain(80));
        let spaced: String = word.chars().flat_map(|c| [c, ' ']).collect();
        assert!(text.starts_with(word) && text.contains(spaced.trim()) && text.contains("Simulated GPU SIM"), "{text}");
    }
}

#[test]
fn a_terminal_shows_it_without_colours() {
    insta::assert_snapshot!(terminal(&practice(), &plain(80)), @"
    ResNet18: time over size
    pc-01; bars: 95 % confidence interval of the median
    f32; all threads; reference engine; cotejo-worker 0.1.0, candle 0.11.0

    ● CPU: Intel Core i5-10400 CPU @ 2.90GHz
    ▲ GPU: NVIDIA GeForce RTX 3060

    Time (s), logarithmic scale
          │
      0.5 ┤                                                                ⢀⣀⣀⠤●
          │                                                       ⣀⣀⡠⠤⠤⠒⠒⠉⠉⠁
          │                                             ⢀⣀⡠⠤⠤⠒⠒⠊⠉⠉
      0.2 ┤                                    ⢀⣀⡠●⠔⠒⠒⠉⠉⠁
          │                             ⢀⣀⠤⠤⠒⠊⠉⠁
      0.1 ┤                      ⣀⣀⠤⠔⠒⠊⠉⠁
          │              ⢀⣀⡠⠤⠔⠒⠉⠉
     0.05 ┤       ⢀⣀⡠⠤⠒⠒⠉⠁
          │    ●⠊⠉⠁
     0.02 ┤                                                              ⣀⣀⡠⠤⠤⠒▲
          │                                                    ⢀⣀⣀⠤⠤⠔⠒⠒⠉⠉
     0.01 ┤                                           ⣀⣀⡠⠤⠔⠒⠒⠉⠉⠁
          │                                ⣀⣀⣀⠤⠤⠤⠒▲⠊⠉⠉
    0.005 ┤                    ⢀⣀⣀⡠⠤⠤⠔⠒⠒⠉⠉⠉
          │         ⣀⣀⣀⠤⠤⠤⠒⠒⠊⠉⠉⠁
          │    ▲⠒⠉⠉⠉
    0.002 ┤
          └────┬──────────────────────────────────┬────────────────────────────┬────
              224                                512                         1024
                         Image size (pixels a side), logarithmic scale
    ");
    let class = of(Kind::Class, &class_of(6, &[224], &[1], |at| format!("pc-{at:02}")), Language::Spanish);
    insta::assert_snapshot!(terminal(&class, &plain(60)), @"
    ResNet18 224 x 224: los tiempos de la clase
    6 equipos, de la CPU más rápida a la más lenta; barras:
      intervalo de confianza del 95 % de la mediana
    f32; 1 hilo; motor de referencia; cotejo-worker 0.1.0,
      candle 0.11.0

    ● CPU
    ▲ GPU
    ┄ Mediana CPU: 0,0363 s
    ┄ Mediana GPU: 0,00242 s

    Equipo
    pc-00 ┤    ⢠                               ●  ⡄
    pc-01 ┤   ▲⢸                                ● ⡇
    pc-02 ┤   ▲⢸                                 ●⡇
    pc-04 ┤    ⢸▲                                 ⡇●
    pc-05 ┤    ⢸ ▲                                ⡇●
    pc-03 ┤    ⠘                                  ⠃         ●
          └──┬──────────┬────────┬────────┬───────────┬────────┬
           0,002      0,005    0,01     0,02        0,05     0,1
                      Tiempo (s), escala logarítmica
    ");
}

#[test]
fn a_terminal_shows_it_in_colours() {
    let style = Style { colour: true, ..plain(80) };
    let coloured = terminal(&practice(), &style);
    assert!(coloured.contains("\u{1b}[38;5;31m●") && coloured.contains("\u{1b}[38;5;172m▲"), "{coloured:?}");
    assert_eq!(console::strip_ansi_codes(&coloured), terminal(&practice(), &plain(80)));
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for chart in all_sorts() {
        for width in [40, 80, 120] {
            let text = terminal(&chart, &plain(width));
            for line in text.lines().filter(|line| !line.contains("INFORMATICA")) {
                assert!(console::measure_text_width(line) <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn a_name_cannot_break_the_picture() {
    let hostile = edited(samples::with_gpu(), |entry, _| {
        "<b>\"&\u{1b}[31m".clone_into(&mut entry.machine_name);
        "</text><script>".clone_into(&mut entry.device_name);
    });
    let mut chart = of(Kind::Size, &hostile, Language::English);
    chart.title.push_str(" \u{7}&<");
    let picture = svg(&chart);
    assert!(!picture.contains("<script>") && !picture.contains("<b>") && picture.matches("</text>").count() > 5);
    assert!(!picture.chars().any(|c| c.is_control() && c != '\n'));
    assert!(!terminal(&chart, &plain(80)).contains(['\u{1b}', '\u{7}']));
}

#[test]
fn nothing_at_all_can_be_drawn() {
    for kind in [ChartKind::Lines, ChartKind::Points] {
        let mut chart = Chart { kind, ..practice() };
        chart.series.clear();
        chart.x.ticks.clear();
        assert!(svg(&chart).ends_with("</svg>\n"));
        assert!(!png(&chart, PngSize { width: 100, height: 100 }).is_empty());
        assert!(!terminal(&chart, &plain(40)).is_empty());
    }
}
