//! No English in what a Spanish reader is told: every error that a person can cause, every list and every help page.

mod support;

use cotejo_samples::english::assert_spanish;
use support::class::Class;
use support::{Pc, Ran, dead_url};

/// What systems and libraries say, and what is typed or called so in every language.
const NAMES: &[&str] = &[
    "No such file or directory",
    "Connection refused",
    "stream did not contain valid UTF-8",
    "Is a directory",
    "File exists",
    "invalid filter directive",
    "The image format could not be determined",
    "Format error decoding Jpeg: Error parsing image. Illegal start bytes",
    // toml and csv.
    "missing comma between array elements, expected",
    "expected `=`",
    "unclosed array, expected",
    "dlopen failed",
    // Algorithms of layers, as the engine names them.
    "maximum in a ring of rows",
    "fully connected",
    // Products, and what is typed.
    "Processor",
    "exact y streams",
];

/// Everything that was said, on either output.
#[track_caller]
fn assert_ran_in_spanish(ran: &Ran, code: i32, names: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    let names: Vec<&str> = NAMES.iter().chain(names).copied().collect();
    assert!(!(ran.err.is_empty() && ran.out.is_empty()));
    assert_spanish(&ran.err, &names);
    assert_spanish(&ran.out, &names);
}

/// A line of prose after the words that begin every error.
#[track_caller]
fn refused(pc: &Pc, line: &str, code: i32) {
    let ran = pc.run_in_spanish(line);
    assert!(!ran.err.is_empty(), "{line}");
    // What can be typed instead.
    assert_ran_in_spanish(&ran, code, &["size, machine, device"]);
}

#[test]
fn flags() {
    let pc = Pc::new();
    for line in [
        "measure",
        "local --modls resnet18",
        "local --models resnet99",
        "local --models",
        "local --sizes big",
        "local --sizes 99999999999",
        "local --sizes 0",
        "local --batches 0",
        "local --threads 0",
        "local --threads many",
        "local --streams 0",
        "local --threads 1 --streams 2",
        "local --exact=perhaps",
        "local --precisions f17",
        "local --engine fast",
        "local --preset tiny",
        "local --devices tpu",
        "local --runs 0 --sizes 0",
        "local --runs 1000000000",
        "local --cell-budget soon",
        "local --cell-budget 2h",
        "local --budget 48h",
        "local --machines pc-01",
        "local --weights vgg=w.pth",
        "local --models resnet18,mobilenet_v2 --weights w.pth",
        "local --weights a.pth --weights b.pth",
        "local --matmul 64 --weights w.pth",
        "local --sizes 1,2 --matmul 1,2 --threads 1,1,1 --batches 5000",
        "explain --size 0",
        "explain --batch 0",
        "explain --threads 0",
        "explain --device tpu",
        "explain --model vgg",
        "sweep start --labels room",
        "results --by colour",
        "results --format doc",
        "results x --all",
        "results --all --all",
        "results --force",
        "results export",
        "chart size --model vgg",
        "chart all --format png",
        "chart size --output a.xyz",
        "compare --mine --machine pc-1",
        "compare --output a.xyz",
        "results --format xlsx",
        "reference remove",
        "demo --agents 0",
        "demo --pace 0",
        "demo --listen nowhere",
        "demo --listen 8.8.8.8:1",
        "status --coordinator https://pc",
        "status --coordinator http://pc/path",
        "status --coordinator http://",
        "status --coordinator pc:port",
        "status --coordinator ftp://pc",
    ] {
        refused(&pc, line, 2);
    }
    let ran =
        support::ended(pc.command(["status"]).env("COTEJO_LANG", "xx").env("LANG", "es_ES.UTF-8").output().unwrap());
    assert_eq!(ran.code, Some(2), "{ran:#?}");
}

#[test]
fn files() {
    let pc = Pc::new();
    pc.write("text.jpg", "no");
    pc.write("empty.pth", "");
    pc.write("w.pth", "pesos");
    pc.write("latin.toml", b"name = \"ni\xf1o\"");
    pc.write("broken.toml", "sizes = [224\n");
    pc.write(
        "class.toml",
        "modles = \"resnet18\"\nzzzzzz = 1\nsizes = [0, \"a\", -1]\nbatches = \"many\"\nweights = { vgg = \"w\" }\nlabels = 1\n\
         exact = 1\nbudget = \"1s\"\ncell-budget = \"soon\"\nsweep-budget = true\nmodels = [1, \"vgg\"]\nname = 1979-05-27\n",
    );
    pc.write("times.txt", "a");
    pc.write("empty.csv", "");
    pc.write("bad.csv", "gpu,gpu,colour,sizes,time\nRTX,RTX,red,0,x,7\n");
    let columns = "gpu,kind,model,size,batch,precision,time,unit,source,ci_low,ci_high,runs\n";
    let rows = [
        "RTX,,resnet18,224,1,f32,2.0,ms,curso,,,\n",
        "RTX,,resnet18,224,1,f32,2.0,ms,curso,,,\n",
        "RTX,matmul,resnet18,0,1,f17,\"2,0\",h,,1,,0\n",
        "RTX,train,vgg,a,b,f32,-1,ms,curso,5,6,x\n",
    ];
    pc.write("times.csv", [columns, &rows.concat()].concat());
    pc.write("none.csv", columns);
    pc.write("times.toml", "set = \"x\"\ncolour = 1\ntime = 3\n");
    pc.write("list.toml", "unit = [1]\n[[time]]\ncolour = 1\nsize = []\n");
    for line in [
        "local --image none.jpg",
        "local --image .",
        "local --image text.jpg",
        "local --weights none.pth",
        "local --weights empty.pth",
        "local none.toml",
        "local latin.toml",
        "local broken.toml",
        "local class.toml",
        "sweep plan class.toml",
        "reference import none.csv",
        "reference import times.txt",
        "reference import empty.csv",
        "reference import bad.csv",
        "reference import times.csv",
        "reference import none.csv",
        "reference import times.toml",
        "reference import list.toml",
        "explain --weights none.pth",
        "results import none.cotejo",
        "results import w.pth",
        "results import empty.pth",
    ] {
        let ran = pc.run_in_spanish(line);
        // Keys are named as they are typed.
        let keys = [
            "sizes",
            "batches",
            "devices",
            "threads",
            "engine",
            "weights",
            "cell-budget",
            "runs",
            "sweep-budget",
            "machines",
        ];
        let columns = ["set", "time", "unit", "batch", "size", "source"];
        assert_ran_in_spanish(&ran, 2, &[&keys[..], &columns].concat());
    }
}

#[test]
fn what_is_not_there() {
    let pc = Pc::new();
    for line in [
        "results",
        "compare",
        "analyze",
        "report",
        "machines list",
        "sweep list",
        "chart size",
        "results export --bundle b",
    ] {
        assert_ran_in_spanish(&pc.run_in_spanish(line), 1, &[]);
    }
    let dead = dead_url();
    for line in ["status", "machines list", "sweep start --sizes 32", "results", "sweep watch"] {
        assert_ran_in_spanish(&pc.run_in_spanish(&format!("{line} --coordinator {dead}")), 3, &[]);
    }
    let web = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = web.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in web.incoming().take(1) {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let ran = pc.run_in_spanish(&format!("status --coordinator http://{address}"));
    // Whether its answer or its end is read first is a matter of luck.
    assert!(matches!(ran.code, Some(1 | 3)), "{ran:#?}");
    assert_spanish(&ran.err, &[NAMES, &["transport error", "operation was canceled", "connection closed"]].concat());
    answering.join().unwrap();
}

/// A measurement of this PC, and what is said of it and of a device that it may not have.
#[test]
fn measuring_and_its_results() {
    let pc = Pc::new();
    // What the processor is called is nobody's language.
    let processor = pc.run("machines list --local").out;
    assert_eq!(processor, "");
    assert_ran_in_spanish(&pc.run_in_spanish("local --sizes 32 --runs 3 --plan --devices cpu"), 0, &[]);
    let measured = pc.run_in_spanish("local --sizes 32,64 --runs 3 --devices cpu,cuda:7");
    let json: serde_json::Value = serde_json::from_str(&pc.run("results --local --format json").out).unwrap();
    let cpu = json["environments"][0]["cpu"].as_str().unwrap().to_owned();
    let system = json["environments"][0]["os"].as_str().unwrap().to_owned();
    let names = [cpu.as_str(), system.as_str(), "prueba"];
    assert_ran_in_spanish(&measured, 1, &names);
    for line in [
        "results --local",
        "results --local --by device --format md",
        "results --local --format html",
        "analyze --local",
        "compare --local",
        "report --local --format md",
        "report --local --class --format md",
        "machines list --local",
        "sweep list --local",
        "sweep show --local",
        "chart size --local",
        "results export --local --bundle b.cotejo",
        "results import --local b.cotejo",
        "reference list --local",
    ] {
        let ran = pc.run_in_spanish(line);
        let ran = Ran { out: without_tags(&ran.out), ..ran };
        assert_ran_in_spanish(&ran, 0, &names);
    }
    for line in ["chart speed-up --local", "chart class --local", "compare --local --with nobody"] {
        let ran = pc.run_in_spanish(line);
        assert!(ran.code != Some(0), "{ran:#?}");
        assert_spanish(&ran.err, &[NAMES, &names].concat());
    }
    for line in [
        "results zzz --local",
        "results 01a21f4a-0e4e-702e-8525-9cec3de02f5f --local",
        "compare --local --machine pc-99",
        "reference remove zzz --local",
        "results --local --output b.cotejo --format csv",
        "results --local --output . --format csv",
        "demo --once --keep .",
    ] {
        assert_ran_in_spanish(&pc.run_in_spanish(line), 2, &names);
    }
    assert_ran_in_spanish(&pc.run_in_spanish("explain --size 32"), 0, &[&names[..], &["direct", "depthwise"]].concat());
    assert_ran_in_spanish(&pc.run_in_spanish("explain --device cuda:7 --size 32"), 1, &names);
}

/// The text between the tags of HTML, without its style sheet.
fn without_tags(text: &str) -> String {
    if !text.starts_with("<!DOCTYPE") {
        return text.to_owned();
    }
    let body = text.split("</style>").last().unwrap_or_default();
    body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_a_coordinator_refuses() {
    let class = Class::start(1);
    let spanish = |line: &str| {
        let mut command = class.pc.command(line.split_whitespace());
        support::ended(command.env("COTEJO_COORDINATOR", &class.address).env("COTEJO_LANG", "es").output().unwrap())
    };
    for line in [
        "sweep start --machines pc-9",
        "sweep start --labels room=Z9",
        "sweep start --budget 1s --no-calibrate --sizes 1024",
        "sweep show zzz",
        "sweep cancel zzz",
        "results zzz",
        "reference remove zzz",
        "results export --bundle b.cotejo",
    ] {
        assert_ran_in_spanish(&spanish(line), 2, &["pc-1"]);
    }
    for line in [
        "status",
        "machines list",
        "sweep list",
        "sweep plan --sizes 32 --devices cpu",
        "sweep plan --sizes 32 --devices cuda:3",
    ] {
        let cpu = class.json("machines list")["machines"][0]["capability"]["cpu"]["name"].as_str().unwrap().to_owned();
        assert_ran_in_spanish(&spanish(line), 0, &[&cpu, "pc-1"]);
    }
    for line in ["sweep start --sizes 32 --devices cpu --runs 3 --watch", "results", "sweep show", "doctor"] {
        let ran = spanish(line);
        assert!(matches!(ran.code, Some(0 | 1 | 3)), "{ran:#?}");
        let json = class.json("machines list");
        let cpu = json["machines"][0]["capability"]["cpu"]["name"].as_str().unwrap().to_owned();
        let system = json["machines"][0]["capability"]["os"].as_str().unwrap().to_owned();
        let names = [NAMES, &[cpu.as_str(), system.as_str(), "pc-1"]].concat();
        assert_spanish(&ran.out, &names);
        assert_spanish(&ran.err, &names);
    }
}

#[test]
fn every_help_page() {
    let pc = Pc::new();
    let commands = [
        "",
        "local",
        "doctor",
        "explain",
        "sweep",
        "sweep start",
        "sweep plan",
        "sweep list",
        "sweep show",
        "sweep watch",
        "sweep cancel",
        "machines",
        "machines list",
        "results",
        "results export",
        "results import",
        "compare",
        "analyze",
        "report",
        "reference",
        "reference import",
        "reference list",
        "reference remove",
        "chart",
        "status",
        "demo",
        "completions",
        "man",
    ];
    // What is typed: commands, values of flags, and names of columns and files.
    let typed = [
        "sweep ",
        "start ",
        "import ",
        "remove ",
        "machines ",
        "all (",
        "all o",
        "`all`",
        "machine o",
        "machine, ",
        "machine,",
        ", machine",
        "device",
        "reference",
        "size",
        "results",
        "run",
        "cpu, gpu",
        "throughput",
        "threads",
        "speed-up",
        "batch, precision, time, unit, source",
        "time",
        "unit",
        "source",
        "software",
        "runs",
        "columns",
        "measured_on",
        "batch",
        "text",
        "best-gpu",
        "median-gpu",
        "closest-cpu",
        "all",
        "machine",
    ];
    for command in commands {
        let ran = pc.run_in_spanish(&format!("{command} --help"));
        assert_ran_in_spanish(&ran, 0, &typed);
    }
}
