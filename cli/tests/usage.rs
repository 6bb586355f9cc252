//! What is refused before anything is started, each with its message and its exit code.

mod support;

use std::io::{Read, Write};

use support::{Pc, dead_url, is_absent};

#[test]
fn help_and_version() {
    let pc = Pc::new();
    pc.run("--help").code(0).shows(&["local", "sweep", "results", "Examples:", "Exit codes:", "130"]);
    pc.run("").code(0).shows(&["Usage: cotejo", "Examples:", "Exit codes:"]);
    pc.run("--version").code(0).shows(&[&format!("cotejo {}", env!("CARGO_PKG_VERSION"))]);
    pc.run("local --help").code(0).shows(&["--sizes", "--plan", "Examples:"]);
    pc.run("sweep start --help").code(0).shows(&["--machines", "--labels", "--watch", "Ctrl-C detaches"]);
    pc.run("local --help").code(0).shows(&["--precision <FORMAT>", "f32 (strict, the default)", "cotejo-worker-cuda"]);
    pc.run("sweep plan --help").code(0).shows(&["--budget", "--cell-budget", "--no-calibrate", "are the last to go"]);
    pc.run("explain --help").code(0).shows(&["--device", "--batch", "--exact", "Examples:"]);
    pc.run("compare --help").code(0).shows(&["--with", "best-gpu", "reference", "Examples:"]);
    pc.run("analyze --help").code(0).shows(&["--mine", "--machine", "Examples:"]);
    pc.run("results --help").code(0).shows(&["--by", "--format", "--force", "export", "import"]);
    pc.run("results export --help").code(0).shows(&["--bundle <FILE>", "--newest", "Examples:"]);
    pc.run("reference --help").code(0).shows(&["import", "list", "remove", "gpu, model, size"]);
    assert!(!pc.run("--help").out.contains("__worker"));
}

#[test]
fn bad_flags() {
    let pc = Pc::new();
    for (line, texts) in [
        ("measure", vec!["unrecognized subcommand 'measure'"]),
        ("sweep", vec!["Usage:"]),
        (
            "local --models resnet99",
            vec!["unknown model `resnet99`", "resnet18, mobilenet_v2, resnet34, resnet50, mobilenet_v3_large"],
        ),
        ("local --sizes big", vec!["'big'", "--sizes"]),
        ("local --sizes 0", vec!["--sizes: size 0 is outside 1 to 1000000"]),
        ("local --batches 0", vec!["--batches: batch 0"]),
        ("local --threads 0", vec!["--threads: threads 0"]),
        ("local --streams 0", vec!["--streams: streams 0 is outside 1 to 1024"]),
        ("local --threads 1 --streams 2", vec!["--streams: 2 streams need at least as many threads; there are 1"]),
        ("local --exact=perhaps", vec!["'perhaps'", "--exact"]),
        ("explain --size 0", vec!["--size: size 0 is outside"]),
        ("explain --batch 0", vec!["--batch: batch 0 is outside"]),
        ("explain --threads 0", vec!["--threads: threads 0 is outside"]),
        ("explain --device tpu", vec!["unknown device `tpu`"]),
        ("local --precisions f32,f17", vec!["unknown precision `f17`", "f32, tf32, f16, bf16"]),
        ("explain --model vgg", vec!["unknown model `vgg`"]),
        ("explain --weights none.pth", vec!["cannot read the weights of resnet18 none.pth"]),
        ("local --runs 0 --sizes 0", vec!["2 problems", "--runs: must be at least 1", "--sizes: size 0"]),
        ("local --cell-budget soon", vec!["`soon` is not a duration"]),
        ("local --cell-budget 2h", vec!["--cell-budget: must be 0.1 s to 1 h"]),
        ("local --budget 48h", vec!["--budget: must be 1 s to 24 h"]),
        ("local --devices tpu", vec!["unknown device `tpu`"]),
        ("local --machines pc-01", vec!["unexpected argument '--machines'"]),
        ("sweep start --labels room", vec!["KEY=VALUE"]),
        ("results --by colour", vec!["unknown grouping `colour`"]),
        ("results x --all", vec!["cannot be used with"]),
        ("results --force", vec!["--output"]),
        ("compare --mine --machine pc-1", vec!["cannot be used with"]),
        ("compare x --all", vec!["cannot be used with"]),
        ("analyze --force", vec!["--output"]),
        ("results export", vec!["--bundle <FILE>"]),
        ("results export x --all --bundle b", vec!["cannot be used with"]),
        ("results import", vec!["<FILE>"]),
        ("reference", vec!["Usage:"]),
        ("reference remove", vec!["<SET>"]),
        ("status --coordinator https://pc", vec!["this version does not encrypt"]),
    ] {
        pc.run(line).code(2).says(&texts);
    }
    assert!(is_absent(&pc.data()), "nothing was started");
}

#[test]
fn every_problem_of_a_sweep_file_is_named_at_once() {
    let pc = Pc::new();
    pc.write("class.toml", "modles = \"resnet18\"\nsizes = [0, 224]\nbatches = \"many\"\nweights = { vgg = \"w\" }\n");
    for verb in ["local", "sweep start", "sweep plan"] {
        let ran = pc.run(&format!("{verb} class.toml")).code(2);
        ran.says(&[
            "4 problems",
            "class.toml: line 1, column 1: unknown key `modles`; did you mean `models`?",
            "class.toml: line 2, column 1: sizes: size 0 is outside",
            "class.toml: line 3, column 11: batches: expected a whole number, found string",
            "class.toml: line 4, column 13: weights: unknown model `vgg`",
        ]);
    }
    pc.run("local none.toml").code(2).says(&["cannot read the sweep file none.toml"]);
    assert!(is_absent(&pc.data()), "nothing was started");
}

#[test]
fn the_budget_of_an_old_sweep_file_is_not_taken_for_another() {
    let pc = Pc::new();
    pc.write("class.toml", "budget = \"10s\"\n");
    for verb in ["local", "sweep start", "sweep plan"] {
        let ran = pc.run(&format!("{verb} class.toml")).code(2);
        ran.says(&["class.toml: line 1, column 1: `budget` may mean either", "`cell-budget`", "`sweep-budget`"]);
    }
}

#[test]
fn bad_images_and_weights() {
    let pc = Pc::new();
    pc.write("text.jpg", "not an image");
    pc.write("empty.pth", "");
    pc.write("w.pth", "weights");
    // A PNG that promises 20,000 x 20,000 pixels.
    let header = png_chunk(b"IHDR\0\0\x4e\x20\0\0\x4e\x20\x08\x02\0\0\0");
    pc.write("bomb.png", [b"\x89PNG\r\n\x1a\n".as_slice(), &header, &png_chunk(b"IDAT")].concat());
    for (line, texts) in [
        ("local --image none.jpg", vec!["cannot read the image none.jpg"]),
        ("local --image .", vec!["is not a file"]),
        ("local --image text.jpg", vec!["text.jpg cannot be decoded", "JPEG, PNG, BMP or WebP"]),
        ("local --image bomb.png", vec!["bomb.png is too large: 20000 x 20000 pixels", "100 million"]),
        ("local --weights none.pth", vec!["cannot read the weights of resnet18 none.pth"]),
        ("local --weights empty.pth", vec!["empty.pth are an empty file"]),
        ("local --weights vgg=w.pth", vec!["unknown model `vgg`"]),
        ("local --weights mobilenet_v2=w.pth", vec!["--weights: are given for mobilenet_v2"]),
        ("local --models resnet18,mobilenet_v2 --weights w.pth", vec!["must name their model"]),
    ] {
        pc.run(line).code(2).says(&texts);
    }
    assert!(is_absent(&pc.data()), "nothing was started");
}

/// A chunk of a PNG from its type and data.
fn png_chunk(chunk: &[u8]) -> Vec<u8> {
    let length = u32::try_from(chunk.len() - 4).unwrap();
    [&length.to_be_bytes(), chunk, &crc32(chunk).to_be_bytes()].concat()
}

/// ISO 3309, as PNG wants it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn a_dead_coordinator() {
    let pc = Pc::new();
    let url = dead_url();
    for line in [
        "status",
        "machines list",
        "results",
        "results export --bundle b",
        "reference list",
        "reference remove x",
        "sweep start",
        "sweep plan",
        "sweep list",
        "sweep show",
        "sweep watch",
        "sweep cancel x",
    ] {
        pc.run(&format!("{line} --coordinator {url}")).code(3).says(&[
            &format!("no coordinator answers at {url}"),
            "start one with `cotejo-coordinator run`, or name it with --coordinator",
        ]);
    }
}

#[test]
fn nothing_measured_yet() {
    let pc = Pc::new();
    for line in ["results --local", "results export --bundle b --local", "sweep list --local", "machines list --local"]
    {
        pc.run(line).code(1).says(&["nothing has been measured on this PC yet", "`cotejo local` measures it"]);
    }
    assert!(is_absent(&pc.data()), "reading makes nothing");
}

#[test]
fn an_output_file_is_checked_first() {
    let pc = Pc::new();
    pc.write("out.csv", "mine");
    pc.run("results --local --output out.csv").code(2).says(&["out.csv exists already", "--force"]);
    pc.run("results --local --output .").code(2).says(&["it is a folder"]);
    assert_eq!(std::fs::read_to_string(pc.path("out.csv")).unwrap(), "mine");
}

#[test]
fn a_bad_log_filter_is_named() {
    let pc = Pc::new();
    let output = pc.command(["results", "--local"]).env("COTEJO_LOG", "a=b=c").output().unwrap();
    support::ended(output).code(2).says(&["COTEJO_LOG"]);
}

#[test]
fn an_empty_variable_is_not_set() {
    let pc = Pc::new();
    let mut command = pc.command(["results", "--local"]);
    command.envs(["COTEJO_LANG", "COTEJO_COORDINATOR", "COTEJO_LOG"].map(|name| (name, ""))).env("LC_ALL", "C");
    support::ended(command.output().unwrap()).code(1).says(&["nothing has been measured on this PC yet"]);
}

#[test]
fn a_web_server_is_no_coordinator() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            // Whatever was asked; the client closes once it has understood the answer.
            let _ = connection.read(&mut [0; 24]);
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
            let _ = connection.read_to_end(&mut Vec::new());
        }
    });
    let pc = Pc::new();
    pc.run(&format!("status --coordinator {url}"))
        .code(3)
        .says(&[&format!("something answers at {url}, but it is no Cotejo coordinator"), "--coordinator"]);
}
