//! Names that people try because other programs have them, and what does the same here. clap compares letters only, and
//! then proposes `compare` for `measure`.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use cotejo_render::formats::Format;

/// Commands that are typed, and the commands that are meant.
const COMMANDS: &[(&[&str], &[&str])] = &[
    (&["run", "start", "launch"], &["cotejo local", "cotejo sweep start"]),
    (&["bench", "benchmark", "measure", "test", "time"], &["cotejo local"]),
    (&["gpu", "gpus", "cuda", "devices"], &["cotejo doctor", "cotejo local --devices gpu"]),
    (&["cpu"], &["cotejo local --devices cpu"]),
    (&["check", "info", "diagnose"], &["cotejo doctor"]),
    (&["list", "ls"], &["cotejo sweep list", "cotejo machines list"]),
    (&["show", "view", "print", "table"], &["cotejo results"]),
    (&["plot", "graph", "draw", "figure"], &["cotejo chart size"]),
    (&["export", "save"], &["cotejo results --output times.csv", "cotejo results export --bundle times.cotejo"]),
    (&["import", "load"], &["cotejo results import times.cotejo", "cotejo reference import times.csv"]),
    (&["informe", "memoria", "document"], &["cotejo report --output report.docx"]),
    (&["plan"], &["cotejo local --plan", "cotejo sweep plan"]),
    (&["watch", "follow"], &["cotejo sweep watch"]),
    (&["cancel", "stop", "abort"], &["cotejo sweep cancel"]),
    (&["pcs", "pc", "agents", "nodes"], &["cotejo machines list"]),
    (&["class", "classroom"], &["cotejo sweep start --preset practice --watch", "cotejo machines list"]),
    (&["simulate", "try"], &["cotejo demo"]),
    (&["profile", "layers"], &["cotejo explain"]),
    (&["version"], &["cotejo --version"]),
];

/// Flags that are typed, and what is meant.
const FLAGS: &[(&[&str], &[&str])] = &[
    (&["--gpu", "--cuda"], &["cotejo local --devices gpu"]),
    (&["--cpu"], &["cotejo local --devices cpu"]),
    (&["--plan", "--dry-run"], &["cotejo local --plan", "cotejo sweep plan"]),
    (&["--output", "--out", "--save", "-o"], &["cotejo results --output times.csv"]),
    (&["--watch", "--follow"], &["cotejo sweep start --watch", "cotejo sweep watch"]),
    (&["--pretrained"], &["cotejo local --weights resnet18.safetensors --image cat.jpg"]),
    (&["--iterations", "--repeat", "--repetitions", "--warmup"], &["cotejo local --runs 30"]),
];

/// What was probably meant by a name that there is not: whole command lines. Empty where clap's own guess is as good.
pub(crate) fn meant(error: &clap::Error) -> Vec<String> {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(typed)) => typed.as_str(),
        _ => "",
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => listed(COMMANDS, of(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => {
            let flag = of(ContextKind::InvalidArg);
            let format = flag.strip_prefix("--").and_then(Format::named);
            format
                .map_or_else(|| listed(FLAGS, flag), |format| vec![format!("cotejo results --format {}", format.name)])
        }
        _ => Vec::new(),
    }
}

fn listed(guesses: &[(&[&str], &[&str])], typed: &str) -> Vec<String> {
    let found = guesses.iter().find(|(names, _)| names.contains(&typed));
    found.map(|(_, lines)| lines.iter().map(|line| (*line).to_owned()).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cotejo_render::formats::FORMATS;

    use super::*;
    use crate::args;

    fn guesses(line: &str) -> Vec<String> {
        meant(&args::command().try_get_matches_from(line.split(' ')).unwrap_err())
    }

    #[test]
    fn what_is_proposed_can_be_typed() {
        for (_, lines) in COMMANDS.iter().chain(FLAGS) {
            for line in *lines {
                let parsed = args::command().try_get_matches_from(line.split(' '));
                let shown = parsed.is_err_and(|error| error.kind() != ErrorKind::DisplayVersion);
                assert!(!shown, "{line}");
            }
        }
    }

    #[test]
    fn no_guess_stands_for_what_there_is() {
        let command = args::command();
        for name in COMMANDS.iter().flat_map(|(names, _)| *names) {
            assert!(command.find_subcommand(name).is_none(), "{name}");
        }
    }

    #[test]
    fn other_programs_names_lead_to_what_is_called_otherwise_here() {
        assert_eq!(guesses("cotejo bench"), ["cotejo local"]);
        assert_eq!(guesses("cotejo local --gpu"), ["cotejo local --devices gpu"]);
        assert_eq!(guesses("cotejo local --modls x"), [""; 0], "clap's guess is better");
        for format in FORMATS {
            let flag = format!("cotejo results --{}", format.name);
            assert_eq!(guesses(&flag), [format!("cotejo results --format {}", format.name)]);
        }
    }
}
