//! The practice's "Option B": a PC without a GPU, and another group's GPU times beside its CPU times, with their notice.
//! The GPU is played; the CPUs are real. `cargo test --workspace` builds all that runs here.

mod support;

use support::Pc;
use support::class::{Class, program};

/// Every number that a table gives in a language's own way.
fn decimals(text: &str, separator: char) -> usize {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let letters: Vec<char> = text.chars().collect();
    let is_one = |at: &usize| {
        letters[*at] == separator
            && digit(at.checked_sub(1).and_then(|at| letters.get(at)).copied())
            && digit(letters.get(at + 1).copied())
    };
    (0..letters.len()).filter(is_one).count()
}

#[test]
fn a_cpu_only_pc_gets_the_gpu_times_of_another_group() {
    let player = program("examples/simulated_gpu_worker");
    let class = Class::of(&[&[], &["--cuda-worker".as_ref(), &player]]);
    class.run("sweep start --sizes 32,48,64 --runs 7 --name practice --watch").code(0);
    // What may not stand in a row is counted.
    class.run("sweep start --sizes 32 --runs 7 --precision f16 --devices gpu --machines pc-2 --watch").code(0);

    let english = class.run("compare --machine pc-1 --lang en").code(0);
    let english = english.shows(&[
        "SIMULATED",
        "The GPU times of this work were obtained from another group: Group ",
        "GPU time (s)",
        "(obtained from another group)",
        "32 x 32",
        "64 x 64",
        " SIM",
        "x SIM",
        "Simulated GPU (simulated, SIM)",
        "is the only GPU of the class with comparable times; its CPU takes",
        "geometric mean of 3 CPU times that both have",
        "the median of 7 runs",
        "one GPU time of one PC: other precision",
    ]);
    let spanish = class.run("compare --machine pc-1 --lang es").code(0);
    let spanish = spanish.shows(&[
        "SIMULADO",
        "se han obtenido de otro grupo: Grupo ",
        "Tamaño de la imagen",
        "Tiempo CPU (s)",
        "(obtenido de otro grupo)",
        "Aceleración",
        "un tiempo de GPU de un PC: difiere en precisión",
    ]);
    let table = |text: &str| text.lines().filter(|line| line.starts_with('│')).collect::<String>();
    assert!(decimals(&table(&english.out), '.') >= 9 && decimals(&table(&english.out), ',') == 0, "{}", english.out);
    assert!(decimals(&table(&spanish.out), ',') >= 9 && decimals(&table(&spanish.out), '.') == 0, "{}", spanish.out);
    for shown in [&english.out, &spanish.out] {
        assert!(!shown.contains("pc-2"), "the other group's PC has a pseudonym: {shown}");
    }

    // The pseudonym is a name too, and the own GPU needs no notice.
    let code = english.out.split("Group ").nth(1).unwrap();
    let code = code.split([',', ':']).next().unwrap();
    class.run(&format!("compare --machine pc-1 --with {code} --lang en")).code(0).shows(&["it was asked for", code]);
    class.run("compare --machine pc-1 --with pc-2 --lang en").code(0).shows(&["it was asked for"]);
    for choice in ["best-gpu", "median-gpu", "closest-cpu"] {
        class.run(&format!("compare --machine pc-1 --with {choice} --lang en")).code(0).shows(&[code]);
    }
    let own = class.run("compare --machine pc-2 --lang en").code(0);
    let own = own.shows(&[" SIM", "GPU time (s)"]);
    assert!(!own.out.contains("another group"), "{}", own.out);
    class.run("compare --machine pc-1 --with reference --lang en").code(0).shows(&["There are no reference times"]);
    class.run("compare --machine pc-1 --with pc-1").code(2).says(&["cannot be its own peer"]);
    class.run("compare --machine pc-9").code(2).says(&["no machine with results is called `pc-9`", "pc-1, pc-2"]);

    this_pc(&class);
    sentences(&class);
}

/// By what this PC's agent is called, or by its own store where the class does not know it.
fn this_pc(class: &Class) {
    let run = |line: &str| {
        let mut command = class.pc.command(line.split_whitespace());
        command.env("COTEJO_COORDINATOR", &class.address);
        command
    };
    let folder = class.pc.path("agents").join("pc-1");
    let known = run("compare --mine --lang en").env("COTEJO__AGENT__DATA_DIR", &folder).output().unwrap();
    support::ended(known).code(0).shows(&["CPU and GPU times of pc-1", "(obtained from another group)"]);

    let stranger = class.pc.path("nobody");
    let unknown = run("compare --mine").env("COTEJO__AGENT__DATA_DIR", &stranger).output().unwrap();
    support::ended(unknown).code(1).says(&[
        "nothing that was measured here is of this PC",
        "--machine NAME",
        "pc-1, pc-2",
    ]);

    class.pc.run("local --sizes 32,48 --runs 7 --devices cpu").code(0);
    let own = run("compare --mine --lang en").env("COTEJO__AGENT__DATA_DIR", &stranger).output().unwrap();
    support::ended(own)
        .code(0)
        .says(&["the class does not know this PC: its times come from its own store"])
        .shows(&["(obtained from another group)", "that the CPU of this PC did not compute"]);
}

fn sentences(class: &Class) {
    class.run("analyze practice --lang en").code(0).shows(&[
        "pc-1",
        "pc-2",
        "GPU times here are those of Group ",
        "SIM ResNet18: ",
        "time grows as the number of pixels to the power of",
        "What the figures cannot tell",
        "`cotejo local --sizes 224 --threads",
        "What was measured",
        "Identical PCs that differ",
    ]);
    let spanish = class.run("analyze practice --machine pc-1 --lang es").code(0);
    spanish.shows(&["el tiempo crece como el número de píxeles elevado a", "Lo que las cifras no permiten saber"]);
    let path = class.pc.path("findings.txt");
    let line = format!("analyze practice --machine pc-1 --lang es --output {}", path.display());
    class.run(&line).code(0).says(&["se ha escrito"]);
    assert!(std::fs::read_to_string(&path).unwrap().contains("elevado a"));
    class.run(&line).code(2).says(&["ya existe"]);
}

#[test]
fn a_pc_that_measured_nothing_says_what_to_do() {
    let pc = Pc::new();
    pc.run("compare --mine --local").code(1).says(&["nothing has been measured on this PC yet", "`cotejo local`"]);
    pc.run("analyze --local").code(1).says(&["nothing has been measured on this PC yet"]);
}
