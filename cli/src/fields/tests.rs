use clap::{CommandFactory, Parser};

use super::*;
use crate::args::{Cli, SweepVerb, Verb};
use crate::draft::Draft;
use crate::sweep_file::SweepFile;

fn of_flags(line: &str) -> Draft {
    match Cli::try_parse_from(line.split(' ')).unwrap().verb {
        Verb::Sweep(SweepVerb::Start { sweep, .. }) => sweep.sweep.draft,
        other => panic!("{other:?}"),
    }
}

fn of_file(text: &str) -> Draft {
    let file = SweepFile::parse(std::path::Path::new("class.toml"), text);
    assert_eq!(file.problems, []);
    file.draft
}

/// Each field as a flag and as a line of a file that mean the same, both with what else they need.
const SAME: &[(&str, &str, &str)] = &[
    ("preset", "--preset quick", "preset = 'quick'"),
    ("models", "--models mobilenet_v2", "models = 'mobilenet_v2'"),
    ("sizes", "--sizes 64,128", "sizes = [64, 128]"),
    ("batches", "--batches 2 --batches 4", "batches = [2, 4]"),
    ("matmul", "--matmul 64", "matmul = 64"),
    ("devices", "--devices cpu,cuda:1", "devices = ['cpu', 'cuda:1']"),
    ("threads", "--threads all,2", "threads = ['all', 2]"),
    ("precision", "--precision f32,f16", "precision = ['f32', 'f16']"),
    ("engine", "--engine reference", "engine = 'reference'"),
    ("exact", "--exact", "exact = true"),
    ("streams", "--streams 1,2", "streams = [1, 2]"),
    ("image", "--image cat.jpg", "image = 'cat.jpg'"),
    ("weights", "--weights resnet18=w.pth", "weights.resnet18 = 'w.pth'"),
    ("cell-budget", "--cell-budget 2m", "cell-budget = '2m'"),
    ("runs", "--runs 5", "runs = 5"),
    ("sweep-budget", "--budget 25m", "sweep-budget = '25m'"),
    ("seed", "--seed 7", "seed = 7"),
    ("name", "--name B", "name = 'B'"),
    ("machines", "--machines pc-1,pc-2", "machines = ['pc-1', 'pc-2']"),
    ("labels", "--labels room=A1", "labels = { room = 'A1' }"),
];

#[test]
fn a_flag_and_a_line_of_a_file_mean_the_same() {
    let nothing = Draft::default().resolve().unwrap();
    assert_eq!(
        SAME.iter().map(|(key, ..)| *key).collect::<Vec<_>>(),
        FIELDS.iter().map(|f| f.key()).collect::<Vec<_>>()
    );
    for (key, flag, line) in SAME {
        let by_flag = of_flags(&format!("cotejo sweep start {flag}")).resolve().unwrap();
        assert_eq!(by_flag, of_file(line).resolve().unwrap(), "{key}");
        assert_ne!(by_flag, nothing, "{key} has no effect");
    }
}

#[test]
fn a_name_that_people_also_try_is_the_flag() {
    for field in FIELDS {
        let (_, flag, _) = SAME.iter().find(|(key, ..)| *key == field.key()).unwrap();
        let by_flag = of_flags(&format!("cotejo sweep start {flag}")).resolve().unwrap();
        for alias in field.arg().get_all_aliases().unwrap_or_default() {
            let aliased = flag.replace(&format!("--{}", field.flag()), &format!("--{alias}"));
            assert_eq!(of_flags(&format!("cotejo sweep start {aliased}")).resolve().unwrap(), by_flag, "{alias}");
        }
    }
}

#[test]
fn every_key_of_a_sweep_file_is_a_flag() {
    let command = Cli::command();
    let start = command.find_subcommand("sweep").unwrap().find_subcommand("start").unwrap();
    let flags: Vec<&str> = start.get_arguments().filter_map(Arg::get_long_and_visible_aliases).flatten().collect();
    for field in FIELDS {
        assert!(flags.contains(&field.key()), "--{}", field.key());
    }
}

#[test]
fn the_machines_of_a_class_are_no_matter_of_one_pc() {
    assert!(Cli::try_parse_from(["cotejo", "local", "--machines", "pc-1"]).is_err());
}
