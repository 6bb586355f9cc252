//! What clap finds wrong with a command line, in the reader's language. In English clap says it itself.

use std::error::Error;
use std::fmt::{self, Display};
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};
use std::process::ExitCode;
use std::str::ParseBoolError;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};
use cotejo_language::{Language, Message, Texts, UnknownLanguage};
use cotejo_model::named::UnknownName;

use crate::help::Help;
use crate::language;

/// What a wrong command line, or wrong settings, end with.
pub const USAGE: u8 = 2;

/// Why a flag's value makes no sense, as a flag's parser returns it to clap.
#[derive(Debug, Clone, PartialEq)]
pub struct BadValue(pub Message);

impl BadValue {
    /// For the reason that this text gives.
    pub fn new(name: &'static str) -> Self {
        Self(Message::new(name))
    }
}

/// In English, as clap says the rest.
impl Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.in_english())
    }
}

impl Error for BadValue {}

/// A daemon's command line in the reader's language, and the language; where it cannot be understood, or asks for help,
/// that is said, and this is how the daemon ends. `flag` is the language that was asked for.
pub fn parse<C: CommandFactory + FromArgMatches>(
    help: &Help,
    flag: impl Fn(&C) -> Option<Language>,
) -> Result<(C, Language), ExitCode> {
    let arguments: Vec<_> = std::env::args_os().collect();
    let likely = language::of_arguments(&arguments);
    let matches = help.in_language(C::command(), likely).try_get_matches_from(arguments);
    let parsed = matches.and_then(|matches| C::from_arg_matches(&matches)).map_err(|mut error| {
        // Of `--`: no argument of a daemon begins with a dash.
        error.remove(ContextKind::Suggested);
        refuse(&error, likely)
    })?;
    let chosen = language::chosen(flag(&parsed)).map_err(|error| fail(&error.message(), likely, USAGE))?;
    Ok((parsed, chosen))
}

/// Tells whoever started a daemon why it ends, and gives its exit code.
pub fn fail(message: &Message, language: Language, code: u8) -> ExitCode {
    let texts = Texts::of(language);
    eprintln!("{}", texts.fill("message-error", &[("message", message.said(texts).into())]));
    code.into()
}

/// Tells whoever started a daemon why its command line was refused, or what was asked for: help or the version.
fn refuse(error: &clap::Error, language: Language) -> ExitCode {
    let in_english = !error.use_stderr() || !language.translates_help();
    if in_english || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // A closed output is no reason to fail.
        let _ = error.print();
    } else {
        eprintln!("{}", said(error, Texts::of(language)));
    }
    if error.use_stderr() { USAGE.into() } else { ExitCode::SUCCESS }
}

/// The sentence, what may have been meant, how the command is used, and where to read more.
pub fn said(error: &clap::Error, texts: &Texts) -> String {
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
            let cause = error.source().map(|cause| cause_of(cause).said(texts)).unwrap_or_default();
            fill("usage-validation", &[value, argument, ("error", cause)])
        }
        ErrorKind::TooManyValues => fill("usage-too-many-values", &[value, argument]),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => fill("usage-wrong-count", &[argument]),
        ErrorKind::NoEquals => fill("usage-no-equals", &[argument]),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            other if other == argument.1 => fill("usage-twice", &[argument]),
            other => fill("usage-conflict", &[argument, ("other", other)]),
        },
        ErrorKind::MissingRequiredArgument => fill("usage-missing", &[("arguments", of(ContextKind::InvalidArg))]),
        ErrorKind::MissingSubcommand => {
            fill("usage-missing-command", &[("command", of(ContextKind::InvalidSubcommand))])
        }
        ErrorKind::InvalidUtf8 => texts.say("usage-not-text"),
        kind => fill("usage-other", &[("error", kind.to_string())]),
    }
}

/// Why a value makes no sense.
pub fn cause_of(error: &(dyn Error + 'static)) -> Message {
    if let Some(BadValue(message)) = error.downcast_ref() {
        return message.clone();
    }
    if let Some(name) = error.downcast_ref::<UnknownName>() {
        return unknown_name(name);
    }
    if let Some(language) = error.downcast_ref::<UnknownLanguage>() {
        return language.message();
    }
    if let Some(number) = error.downcast_ref::<ParseIntError>() {
        let name = match number.kind() {
            IntErrorKind::PosOverflow => "value-too-large",
            IntErrorKind::NegOverflow => "value-too-small",
            _ => "value-not-whole",
        };
        return Message::new(name);
    }
    if error.is::<ParseFloatError>() {
        return Message::new("value-not-number");
    }
    if error.is::<ParseBoolError>() {
        return Message::new("value-not-truth");
    }
    let words = error.to_string();
    // clap has no type for a number outside its range.
    match words.split_once(" is not in ") {
        Some((value, range)) => Message::new("value-outside").with("value", value).with("range", range),
        None => Message::words(words),
    }
}

/// A name that nothing has.
pub fn unknown_name(UnknownName { what, text, known }: &UnknownName) -> Message {
    let what = match *what {
        "model" => "model",
        "device" => "device",
        "precision" => "precision",
        "engine" => "engine",
        "preset" => "preset",
        "number of threads" => "threads",
        "grouping" => "grouping",
        _ => "other",
    };
    Message::new("value-unknown-name").with("what", what).with("text", text).with("known", known)
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
    // What a program puts there itself.
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
