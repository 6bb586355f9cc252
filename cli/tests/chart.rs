//! Charts by the real binary, of what it measured itself.

mod support;

use support::{Pc, is_absent};

#[test]
fn what_was_measured_is_drawn() {
    let pc = Pc::new();
    pc.run("local --sizes 32,64 --batches 1,2 --threads 1 --devices cpu --runs 6").code(0);

    let term = pc.run("chart size --local --lang en").code(0);
    term.shows(&[
        "ResNet18: time over size",
        "● CPU: ",
        "Time (s)",
        "└",
        "32",
        "64",
        "Not in it: 2 measurements of other kinds",
    ]);
    pc.run("chart size --local --lang es").code(0).shows(&["ResNet18: tiempo según el tamaño", "Tiempo (s)"]);
    let of_two = pc.run("chart size --local --lang en --batch 2").code(0);
    of_two.shows(&["1 thread; optimized engine; batch 2"]);

    let twice = ["one", "other"].map(|name| {
        for ending in ["svg", "png"] {
            let ran = pc.run(&format!("chart throughput --local --lang en --output {name}.{ending}")).code(0);
            ran.says(&[&format!("wrote {name}.{ending}")]);
        }
        ["svg", "png"].map(|ending| std::fs::read(pc.path(&format!("{name}.{ending}"))).unwrap())
    });
    assert!(twice[0] == twice[1], "the same data gives the same files");
    let [svg, png] = &twice[0];
    assert!(svg.starts_with(b"<svg ") && String::from_utf8_lossy(svg).contains("Throughput (images/s)"));
    let picture = image::load_from_memory(png).unwrap();
    assert_eq!((picture.width(), picture.height()), (1600, 1000));
    let printed = pc.command("chart throughput --local --lang en --format png".split(' ')).output().unwrap();
    assert_eq!(&printed.stdout, png);

    pc.run("chart throughput --local --output one.svg").code(2).says(&["one.svg exists already", "--force"]);
    pc.run("chart size --local --lang en --output one.svg --force").code(0);
    assert!(String::from_utf8(std::fs::read(pc.path("one.svg")).unwrap()).unwrap().contains("time over size"));
}

#[test]
fn every_kind_goes_into_a_folder_and_what_is_missing_says_why() {
    let pc = Pc::new();
    pc.run("local --sizes 32 --batches 1,2 --threads 1 --devices cpu --runs 6").code(0);
    let ran = pc.run("chart all --local --lang en --output charts").code(0);
    ran.says(&[
        "wrote charts",
        "speed-up: no machine has a CPU time and a GPU time",
        "threads: no CPU was measured with 1 thread and with more; `cotejo local --threads 1,2,4 --sizes 224` does it",
        "class: only one machine was measured",
    ]);
    let mut files: Vec<String> = std::fs::read_dir(pc.path("charts"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["size.svg", "throughput.svg"]);
    pc.run("chart all --local --output charts").code(2).says(&["exists already"]);
    pc.run("chart all --local --lang es --output charts --format png --force").code(0);
    assert!(pc.path("charts").join("size.png").exists());

    let missing = pc.run("chart class --local --lang es").code(1);
    missing.says(&["solo se ha medido un equipo", "`cotejo sweep start --preset practice`"]);
    pc.run("chart size --local --lang en --machine pc-99")
        .code(1)
        .says(&["no measurements of a machine pc-99; measured: "]);
    pc.run("chart size --local --lang en --precision bf16").code(1).says(&["no measurement has the settings"]);
    assert!(pc.run("chart all --local --lang en").code(0).out.contains("throughput over batch size"));
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_read() {
    let pc = Pc::new();
    pc.write("file", "");
    for (line, texts) in [
        ("chart pie", vec!["invalid value 'pie'", "speed-up"]),
        ("chart size --output times.gif", vec!["times.gif does not say how", ".txt, .svg, .png", "--format"]),
        ("chart size --output times", vec!["times does not say how"]),
        ("chart all --output file", vec!["it is not a folder"]),
        ("chart all --format png", vec!["a terminal cannot show PNG", "--output"]),
        ("chart size --force", vec!["--output"]),
        (
            "chart size --model vgg",
            vec!["unknown model `vgg`; known: resnet18, mobilenet_v2, resnet34, resnet50, mobilenet_v3_large, matmul"],
        ),
        ("chart size x --all", vec!["cannot be used with"]),
    ] {
        pc.run(line).code(2).says(&texts);
    }
    assert!(is_absent(&pc.data()), "nothing was read");
    pc.run("chart size --local").code(1).says(&["nothing has been measured on this PC yet"]);
}
