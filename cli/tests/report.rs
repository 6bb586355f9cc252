//! Reports as files, from a class of real processes whose only GPU is played.

mod support;

use support::Pc;
use support::class::{Class, program};

/// Where in the text something stands.
fn place(text: &str, wanted: &str) -> usize {
    text.find(wanted).unwrap_or_else(|| panic!("`{wanted}` is not in\n{text}"))
}

#[test]
fn a_student_and_a_teacher_get_their_reports() {
    let player = program("examples/simulated_gpu_worker");
    let class = Class::of(&[&[], &["--cuda-worker".as_ref(), &player]]);
    class.run("sweep start --sizes 32,48,64 --runs 7 --name practice --watch").code(0);
    class.run("sweep start --sizes 32 --batches 1,4 --threads 1,2 --devices cpu --runs 7 --name more --watch").code(0);

    // The practice's sections in its order; what others measured is here without being asked for.
    let line = "report --machine pc-1 --lang es --output memoria";
    class.run(&format!("{line}.md")).code(0).says(&["se ha escrito memoria.md"]);
    let markdown = std::fs::read_to_string(class.pc.path("memoria.md")).unwrap();
    let sections = [
        "OPCIÓN B: ",
        "SIMULADO: ",
        "# Entorno",
        "# Reflexión sobre lo aprendido",
        "# Tabla de resultados de ejecución en CPU",
        "# Comparación con tiempos de GPU de otro grupo",
        "# Gráficos",
        "(memoria-charts/chart-1.png)",
        "# Análisis sobre las diferencias de rendimiento",
        "# Propuestas de optimización",
        "# Rúbrica",
        "- [ ] Estructura del informe (10 %)",
        "# Cómo se midió",
    ];
    let places = sections.map(|section| place(&markdown, section));
    assert!(places.is_sorted(), "{places:?} in\n{markdown}");
    assert!(!markdown.contains("pc-2"), "the other group's PC has a pseudonym: {markdown}");
    let picture = std::fs::read(class.pc.path("memoria-charts/chart-1.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    // Size, throughput and threads; this PC has no speed-up of its own.
    assert!(!class.pc.path("memoria-charts/chart-4.png").exists());
    assert!(
        !markdown.contains("ningún equipo tiene un tiempo de CPU"),
        "a chart that cannot be drawn is not spoken of"
    );

    for (ending, magic) in [("docx", b"PK\x03\x04".as_slice()), ("pdf", b"%PDF-"), ("html", b"<!DOCTYPE html>")] {
        class.run(&format!("{line}.{ending}")).code(0).says(&[&format!("se ha escrito memoria.{ending}")]);
        let once = std::fs::read(class.pc.path(&format!("memoria.{ending}"))).unwrap();
        assert!(once.starts_with(magic), "{ending}");
        class.run(&format!("{line}.{ending} --force")).code(0);
        assert!(once == std::fs::read(class.pc.path(&format!("memoria.{ending}"))).unwrap(), "{ending}: the same file");
    }
    class.run(&format!("{line}.pdf")).code(2).says(&["memoria.pdf ya existe", "--force"]);

    let own = class.run("report --machine pc-2 --lang en").code(0).shows(&["Comparative table of results", "Yes: "]);
    assert!(!own.out.contains("OPTION B"), "{}", own.out);

    class.run("report --class practice --output class.html").code(0).says(&["wrote class.html"]);
    let html = std::fs::read_to_string(class.pc.path("class.html")).unwrap();
    for wanted in ["Class report: practice", "SIMULATED", "pc-1", "pc-2", "Devices, fastest first", "<svg"] {
        place(&html, wanted);
    }
    assert!(!html.contains("http://") || !html.contains("src=\"http"), "it needs nothing from elsewhere");
    class.run("report --class nothing").code(2).says(&["there is no sweep nothing"]);
    class.run("report --class --machine pc-1").code(2).says(&["cannot be used with"]);
}

#[test]
fn what_cannot_be_reported_says_what_to_do() {
    let pc = Pc::new();
    pc.run("report --local").code(1).says(&["cotejo local"]);
    pc.run("report --class --local").code(1).says(&["cotejo local"]);
    pc.run("report --local --output report.xyz").code(2).says(&["report.xyz", "--format"]);
    assert!(!pc.path("report.xyz").exists());
}
