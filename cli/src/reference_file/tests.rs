use std::fmt::Write as _;

use super::*;

const CSV: &str = "\
gpu,model,size,batch,precision,time,unit,source,software,ci_low,ci_high,runs,measured_on
NVIDIA GeForce RTX 3060,resnet18,224,1,f32,2.03,ms,the teacher's PC,PyTorch 2.4,2.01,2.05,100,2026-02-14
NVIDIA GeForce RTX 3060,ResNet18,512,1,f32,0.00612,s,the teacher's PC,,,,,
";

const TOML: &str = r#"
set = "course"
source = "the teacher's PC"
unit = "ms"
gpu = "NVIDIA GeForce RTX 3060"
model = "resnet18"
batch = 1
precision = "f32"

[[time]]
size = 224
time = 2.03
ci_low = 2.01
ci_high = 2.05
runs = 100
measured_on = 2026-02-14
software = "PyTorch 2.4"

[[time]]
size = 512
time = 6_120
unit = "us"

[[time]]
kind = "matmul"
size = 4096
time = 12
"#;

fn parse(name: &str, content: impl AsRef<[u8]>) -> Result<Vec<Reference>, Vec<FileProblem>> {
    super::parse(Path::new(name), content.as_ref(), None)
}

fn problems(name: &str, content: impl AsRef<[u8]>) -> String {
    let mut out = String::new();
    for problem in parse(name, content).unwrap_err() {
        writeln!(out, "{}", problem.message().in_english()).unwrap();
    }
    out
}

#[test]
fn both_forms_say_the_same() {
    let csv = parse("course.csv", CSV).unwrap();
    assert_eq!(
        csv[0],
        Reference {
            set: "course".to_owned(),
            source: "the teacher's PC".to_owned(),
            device_name: "NVIDIA GeForce RTX 3060".to_owned(),
            software: Some("PyTorch 2.4".to_owned()),
            task: Task::Classify { model: Model::ResNet18, size: 224, batch: 1 },
            precision: Precision::F32,
            seconds: 0.00203,
            ci: Some(Interval { low: 0.00201, high: 0.00205 }),
            runs: Some(100),
            measured_on: Some("2026-02-14".to_owned()),
            imported_ms: 0,
        }
    );
    assert_eq!((csv[1].seconds, csv[1].ci, csv[1].runs), (0.00612, None, None));
    let toml = parse("x.toml", TOML).unwrap();
    assert_eq!(toml[..2], csv);
    assert_eq!((toml[2].task, toml[2].seconds), (Task::Matmul { size: 4096 }, 0.012));
}

#[test]
fn a_set_is_called_as_the_caller_or_the_file_says() {
    let set =
        |name: &str, content: &str, set| super::parse(Path::new(name), content.as_bytes(), set).unwrap()[0].set.clone();
    assert_eq!(set("a b.csv", CSV, None), "a b");
    assert_eq!(set("a.toml", TOML, None), "course");
    assert_eq!(set("a.toml", TOML, Some("mine")), "mine");
}

#[test]
fn a_file_of_a_spreadsheet_with_decimal_commas() {
    let text = "\u{feff}GPU;Model;Size;Batch;Precision;Time;Unit;Source;Kind\r\n\
                RTX 3060;resnet18;224;1;f32;2,03;ms;\"aula; 1\";\r\n\
                RTX 3060;;4096;;f16;1.5;ms;aula;matmul\r\n\
                ;;;;;;;;\r\n";
    let found = parse("aula.csv", text).unwrap();
    assert_eq!((found.len(), found[0].seconds, found[0].source.as_str()), (2, 0.00203, "aula; 1"));
    assert_eq!((found[1].seconds, found[1].precision), (0.0015, Precision::F16));
}

#[test]
fn every_problem_of_a_table_is_named_at_once() {
    insta::assert_snapshot!(problems("x.csv", "\
gpu,model,size,batch,precision,time,unit,source,ci_low,ci_high,runs,kind
RTX,resnet18,224,1,f32,-2,ms,here,,,,
RTX,resnet99,0,one,f17,fast,min,,1,,0,guess
RTX,,224,1,f32,\"2,5\",ms,here,,,,matmul
RTX,resnet18,224,1,f32,2,5,ms,here,,,,,
RTX,resnet18,512,1,f32,2,ms,here,3,4,,
RTX,resnet18,512,8,f32,inf,ms,here,,,1.5,
RTX,resnet18,96,1,f32,1,ms,here,,,,
RTX,resnet18,96,1,f32,2,ms,here,,,,
"), @r"
    line 2: time: must be more than 0
    line 3: source: is missing
    line 3: kind: unknown kind `guess`; known: classify, matmul
    line 3: model: unknown model `resnet99`; known: resnet18, mobilenet_v2, resnet34, resnet50, mobilenet_v3_large
    line 3: batch: `one` is not a whole number
    line 3: precision: unknown precision `f17`; known: f32, tf32, f16, bf16
    line 3: unit: unknown unit `min`; known: s, ms, us
    line 3: time: `fast` is not a number
    line 3: ci_high: is missing: an interval has two ends, and there is a ci_low
    line 3: size: size 0 is outside 1 to 1000000
    line 3: runs: must be at least 1
    line 4: batch: a matrix product has none: leave it empty
    line 4: time: `2,5` is not a number; write a decimal point, or separate the columns by semicolons
    line 5: has 14 fields, and the first line names 12 columns
    line 6: ci_low: the interval ci_low to ci_high must contain the time, and begin above 0
    line 7: time: `inf` is not a number
    line 7: runs: `1.5` is not a whole number
    line 9: the same GPU, computation and precision as in line 8
    ");
    insta::assert_snapshot!(problems("x.csv", "gpu,modle,size,size,batch,precision,time,unit\nRTX,resnet18,1,1,1,f32,0,ms\n"), @r"
    line 1: unknown column `modle`; did you mean `model`?
    line 1: the column `size` stands twice
    line 1: these columns are missing: model, source
    line 2: time: must be more than 0
    ");
}

#[test]
fn every_problem_of_a_toml_file_is_named_at_once() {
    insta::assert_snapshot!(problems("x.toml", "\
sourse = \"here\"
unit = true
gpu = \"RTX\"
time_ = 1

[[time]]
model = \"resnet18\"
size = -1
batch = 1
precision = \"f32\"
time = \"soon\"

[[time]]
size = [1]
tme = 3
"), @r"
    line 1: unknown key `sourse`; did you mean `source`?
    line 2: unit: expected a text or a number, found boolean
    line 4: unknown key `time_`; did you mean `time`?
    line 6: source: is missing
    line 8: size: `-1` is not a whole number
    line 11: time: `soon` is not a number
    line 13: source: is missing
    line 13: model: is missing
    line 13: batch: is missing
    line 13: precision: is missing
    line 13: time: is missing
    line 14: size: expected a text or a number, found array
    line 15: unknown key `tme`; did you mean `time`?
    ");
    insta::assert_snapshot!(problems("x.toml", "unit = \"ms\"\ntime = 3\n"), @"line 2: time: write a table `[[time]]` for each time");
    insta::assert_snapshot!(problems("x.toml", "unit = ms\n[[time]]\n"), @"line 1: string values must be quoted, expected literal string");
}

#[test]
fn what_is_no_such_file_says_so() {
    insta::assert_snapshot!(problems("x.csv", ""), @"it is empty: its first line must name the columns");
    insta::assert_snapshot!(problems("x.csv", CSV.lines().next().unwrap()), @"there is no reference time in it");
    insta::assert_snapshot!(problems("x.toml", ""), @"there is no reference time in it");
    insta::assert_snapshot!(problems("x.xlsx", ""), @"its name must end in .csv or .toml, which says how it is written");
    insta::assert_snapshot!(problems("x.csv", b"gpu\nNVIDIA\xe9\n"), @"line 2: this is not UTF-8; save the file as UTF-8 (in Excel: `CSV UTF-8`)");
    let many = (1..=501).fold(String::from("gpu,model,size,batch,precision,time,unit,source\n"), |text, size| {
        text + &format!("RTX,resnet18,{size},1,f32,1,ms,here\n")
    });
    insta::assert_snapshot!(problems("x.csv", many), @"it has 501 reference times, at most 500 are taken");
}
