//! What clap finds wrong with a command line, in the reader's language. In English clap says it itself.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use cotejo_language::{Language, Texts};

use crate::error::Exit;
use crate::{guesses, output};

/// Tells a person why the command line was refused, or what was asked for: help or the version.
pub(crate) fn refuse(error: clap::Error, language: Language) -> Exit {
    let error = advised(error, Texts::of(language));
    if !error.use_stderr() || !language.translates_help() {
        // A closed output is no reason to fail.
        let _ = error.print();
    } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        output::say(&error);
    } else {
        output::say(said(&error, Texts::of(language)));
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

/// The sentence, what may have been meant, how the command is used, and where to read more.
fn said(error: &clap::Error, texts: &Texts) -> String {
    let message = texts.fill("message-error", &[("message", sentence(error, texts).into())]);
    let usage = context(error, ContextKind::Usage).map(|usage| {
        let usage = usage.trim_start_matches("Usage:").trim().to_owned();
        format!("\n{} {usage}", texts.say("help-usage"))
    });
    let more = texts.fill("usage-more", &[("help", "'--help'".into())]);
    let hints = hints(error, texts).into_iter().map(|hint| format!("  {hint}"));
    let lines = std::iter::once(message).chain(hints).chain(usage).chain([format!("\n{more}")]);
    lines.collect::<Vec<_>>().join("\n")
}

/// What is wrong.
fn sentence(error: &clap::Error, texts: &Texts) -> String {
    let of = |kind| context(error, kind).map(|text| format!("'{text}'")).unwrap_or_default();
    let fill = |name: &str, arguments: &[(&str, String)]| {
        let arguments: Vec<_> = arguments.iter().map(|(name, text)| (*name, text.as_str().into())).collect();
        texts.fill(name, &arguments)
    };
    let argument = ("argument", of(ContextKind::InvalidArg));
    let value = ("value", of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => fill("usage-unknown-argument", &[argument]),
        ErrorKind::InvalidSubcommand => {
            fill("usage-unknown-command", &[("command", of(ContextKind::InvalidSubcommand))])
        }
        ErrorKind::InvalidValue if value.1 == "''" => fill("usage-no-value", &[argument]),
        ErrorKind::InvalidValue => fill("usage-invalid-value", &[value, argument]),
        ErrorKind::ValueValidation => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            fill("usage-validation", &[value, argument, ("error", cause)])
        }
        ErrorKind::TooManyValues => fill("usage-too-many-values", &[value, argument]),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => fill("usage-wrong-count", &[argument]),
        ErrorKind::NoEquals => fill("usage-no-equals", &[argument]),
        ErrorKind::ArgumentConflict => {
            let other = of(ContextKind::PriorArg);
            let name = if other == argument.1 { "usage-twice" } else { "usage-conflict" };
            texts_with_other(fill, name, argument, other)
        }
        ErrorKind::MissingRequiredArgument => fill("usage-missing", &[("arguments", of(ContextKind::InvalidArg))]),
        ErrorKind::MissingSubcommand => {
            fill("usage-missing-command", &[("command", of(ContextKind::InvalidSubcommand))])
        }
        ErrorKind::InvalidUtf8 => texts.say("usage-not-text"),
        kind => fill("usage-other", &[("error", kind.to_string())]),
    }
}

fn texts_with_other(
    fill: impl Fn(&str, &[(&str, String)]) -> String,
    name: &str,
    argument: (&str, String),
    other: String,
) -> String {
    if name == "usage-twice" { fill(name, &[argument]) } else { fill(name, &[argument, ("other", other)]) }
}

/// What may have been meant.
fn hints(error: &clap::Error, texts: &Texts) -> Vec<String> {
    let listed =
        |kind, name: &str, place: &str| context(error, kind).map(|values| texts.fill(name, &[(place, values.into())]));
    let similar = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
        ContextKind::SuggestedCommand,
    ];
    let similar = similar.into_iter().filter_map(|kind| context(error, kind)).map(|suggestions| {
        texts.fill("usage-similar", &[("count", 1.into()), ("suggestions", format!("'{suggestions}'").into())])
    });
    let values =
        listed(ContextKind::ValidValue, "usage-values", "values").filter(|_| error.kind() == ErrorKind::InvalidValue);
    let commands = listed(ContextKind::ValidSubcommand, "usage-commands", "commands");
    let advice = match error.get(ContextKind::Suggested) {
        Some(ContextValue::StyledStrs(lines)) => lines.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    values.into_iter().chain(commands).chain(similar).chain(advice).collect()
}

/// What clap knows of the error.
fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => Some(texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::{self, Cli};
    use crate::help;

    fn spanish(line: &str) -> String {
        let command = help::in_language(Cli::command(), Language::Spanish);
        let error = command.try_get_matches_from(line.split(' ')).unwrap_err();
        let texts = Texts::of(Language::Spanish);
        said(&advised(error, texts), texts)
    }

    #[test]
    fn what_is_wrong_with_a_command_is_said_in_spanish() {
        for (line, sentence) in [
            ("cotejo local --modls resnet18", "error: no se reconoce la opción '--modls'"),
            ("cotejo lokal", "error: no se reconoce la orden 'lokal'"),
            ("cotejo results --format doc", "error: 'doc' no vale para '--format <FORMAT>'"),
            ("cotejo local --models vgg", "error: 'vgg' no vale para '--models <MODEL>': unknown model"),
            ("cotejo local --models", "error: falta el valor de '--models <MODEL>'"),
            ("cotejo results --all one", "error: '--all' no puede ir con '[SWEEP]...'"),
            ("cotejo results --all --all", "error: '--all' no puede ir dos veces"),
            ("cotejo reference remove", "error: falta lo que la orden necesita: '<SET>'"),
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
