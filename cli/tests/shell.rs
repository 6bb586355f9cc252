//! What shells and manuals are told of the command line.

mod support;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use support::Pc;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// Whether a program of the system is there.
fn has(program: &str) -> bool {
    let tried = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    tried.is_ok()
}

/// The commands that `--help` shows, without `help` itself.
fn commands(pc: &Pc, of: &str) -> Vec<String> {
    let help = pc.run(&format!("{of} --help")).code(0).out;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description that is broken is indented further.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

#[test]
fn every_shell_learns_every_command() {
    let pc = Pc::new();
    let known = commands(&pc, "");
    assert!(known.len() >= 9 && known.contains(&"demo".to_owned()), "{known:?}");
    for shell in SHELLS {
        let script = pc.run(&format!("completions {shell}")).code(0).out;
        for command in known.iter().chain(&["--coordinator".to_owned(), "--pace".to_owned()]) {
            let named = script.contains(command.as_str()) || script.contains(command.trim_start_matches('-'));
            assert!(named, "{shell} does not know {command}");
        }
        assert!(!script.contains("__worker") && !script.contains("__simulated"), "{shell} knows what is hidden");
    }
    pc.run("completions tcsh").code(2).says(&["bash", "fish"]);
}

#[test]
fn the_script_for_bash_is_one() {
    if !has("bash") {
        return;
    }
    let pc = Pc::new();
    let script = pc.write("cotejo.bash", pc.run("completions bash").code(0).out);
    let bash = |arguments: &[&str]| {
        let output = Command::new("bash").args(arguments).arg(&script).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    bash(&["-n"]);
    let complete =
        r#"source "$0"; COMP_WORDS=(cotejo sweep st); COMP_CWORD=2; _cotejo cotejo st sweep; echo "${COMPREPLY[@]}""#;
    assert_eq!(bash(&["-c", complete]).trim(), "start");
}

#[test]
fn there_is_a_page_for_every_command() {
    let pc = Pc::new();
    pc.run("man --output manual/man1").code(0).says(&["pages to manual"]);
    let folder = pc.path("manual").join("man1");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = entries.collect();
    let mut expected = BTreeSet::from(["cotejo.1".to_owned()]);
    for command in commands(&pc, "") {
        let below = commands(&pc, &command);
        expected.extend(below.iter().map(|below| format!("cotejo-{command}-{below}.1")));
        expected.insert(format!("cotejo-{command}.1"));
    }
    assert_eq!(files, expected);
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    assert!(read("cotejo-sweep-start.1").contains("cotejo sweep start"), "its synopsis is what is typed");
    assert!(read("cotejo.1").contains("cotejo\\-sweep(1)") && !read("cotejo.1").contains("__worker"));
    assert!(!read("cotejo.1").contains("cotejo\\-help"), "there is no such page");
    assert!(read("cotejo-demo.1").contains("\n  cotejo demo \\-\\-agents 5 \\-\\-once "), "examples stand as they are");
    assert_eq!(pc.run("man").code(0).out, read("cotejo.1"));
    // Again, over those of another version.
    pc.write("manual/man1/cotejo.1", "old");
    pc.run("man --output manual/man1").code(0);
    assert_ne!(read("cotejo.1"), "old");
    well_formed(&folder);
}

/// As far as this system has a program that knows.
fn well_formed(folder: &std::path::Path) {
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if has("groff") {
            let output =
                Command::new("groff").args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]).arg(&file).output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{}: {output:?}", file.display());
        }
        if has("mandoc") {
            let output = Command::new("mandoc").args(["-T", "lint", "-W", "error"]).arg(&file).output().unwrap();
            assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stdout));
        }
    }
}
