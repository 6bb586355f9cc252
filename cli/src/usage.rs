//! What clap finds wrong with a command line, in the reader's language. In English clap says it itself.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use cotejo_daemon::usage::said;
use cotejo_language::{Language, Texts};

use crate::error::Exit;
use crate::message::Message;
use crate::{guesses, output};

/// Tells a person why the command line was refused, or what was asked for: help or the version.
pub(crate) fn refuse(error: clap::Error, language: Language) -> Exit {
    let error = advised(error, Texts::of(language));
    if !error.use_stderr() || !language.translates_help() {
        // A closed output is no reason to fail.
        let _ = error.print();
    } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        output::say(Message::words(&error));
    } else {
        output::say(Message::words(said(&error, Texts::of(language))));
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Ok }
}

/// The error with advice that helps: what other programs call so in place of what is spelled alike, and no word of `--`,
/// for no argument of this program begins with a dash.
fn advised(mut error: clap::Error, texts: &Texts) -> clap::Error {
    error.remove(ContextKind::Suggested);
    let meant = guesses::meant(&error);
    if !meant.is_empty() {
        error.remove(ContextKind::SuggestedSubcommand);
        error.remove(ContextKind::SuggestedArg);
        // It shows the flag that is spelled alike.
        error.remove(ContextKind::Usage);
        let lines = meant.iter().map(|line| texts.fill("usage-try", &[("command", line.as_str().into())]).into());
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(lines.collect()));
    }
    error
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::{self, Cli};
    use crate::help;

    fn spanish(line: &str) -> String {
        let command = help::help().in_language(Cli::command(), Language::Spanish);
        let error = command.try_get_matches_from(line.split(' ')).unwrap_err();
        let texts = Texts::of(Language::Spanish);
        said(&advised(error, texts), texts)
    }

    #[test]
    fn what_is_wrong_with_a_command_is_said_in_spanish() {
        for (line, sentence) in [
            ("cotejo local --modls resnet18", "error: no se reconoce la opción '--modls'"),
            ("cotejo lokal", "error: no se reconoce la orden 'lokal'"),
            ("cotejo results --format doc", "error: 'doc' no vale para '--format <FORMATO>'"),
            (
                "cotejo local --models vgg",
                "error: 'vgg' no vale para '--models <MODELO>': ningún modelo se llama `vgg`",
            ),
            ("cotejo local --models", "error: falta el valor de '--models <MODELO>'"),
            ("cotejo results --all one", "error: '--all' no puede ir con '[BARRIDO]...'"),
            ("cotejo results --all --all", "error: '--all' no puede ir dos veces"),
            ("cotejo reference remove", "error: falta lo que la orden necesita: '<CONJUNTO>'"),
        ] {
            let said = spanish(line);
            assert!(said.starts_with(sentence), "{line}: {said}");
            for english in ["Usage:", "tip:", "For more information", "possible values", "unexpected"] {
                assert!(!said.contains(english), "{line}: {english} in {said}");
            }
            assert!(said.contains("Uso: cotejo") || line == "cotejo local --models vgg" || said.contains("'--help'"));
        }
        assert!(spanish("cotejo local --modls resnet18").contains("algo parecido: '--models'"));
        assert!(spanish("cotejo results --format doc").contains("valores posibles: table, csv"));
    }

    #[test]
    fn what_other_programs_call_so_is_proposed_and_nothing_that_is_only_spelled_alike() {
        let measure = spanish("cotejo measure");
        assert!(measure.contains("  pruebe 'cotejo local'\n") && !measure.contains("compare"), "{measure}");
        let csv = spanish("cotejo results --csv");
        assert!(csv.contains("'cotejo results --format csv'") && !csv.contains("csv-dialect"), "{csv}");
        let gpu = args::command().try_get_matches_from(["cotejo", "local", "--gpu"]).unwrap_err();
        let gpu = advised(gpu, Texts::of(Language::English)).to_string();
        assert!(gpu.contains("tip: try 'cotejo local --devices gpu'") && !gpu.contains("-- --gpu"), "{gpu}");
    }
}
