//! The help of the commands in the reader's language. In English it stands beside the arguments; in another language it
//! is laid over them, by names that follow from the commands and arguments.

use clap::{Arg, ArgAction, Command};
use cotejo_language::{Language, Texts};
use cotejo_model::Model;
use cotejo_render::formats;

/// What clap names itself.
const OPTIONS: &str = "help-heading-options";
const GLOBAL: &str = "help-heading-global";

/// The commands with their help in this language.
pub(crate) fn in_language(command: Command, language: Language) -> Command {
    if language.translates_help() { translated(command, "help", Texts::of(language)) } else { command }
}

fn translated(mut command: Command, name: &str, texts: &Texts) -> Command {
    if let Some(about) = texts.try_say(name) {
        command = command.about(about.clone()).long_about(about);
    }
    if let Some(after) = said(&format!("{name}-after"), texts) {
        command = command.after_help(after);
    }
    let arguments: Vec<_> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
    for id in arguments {
        command = command.mut_arg(id, |argument| argument_in(argument, name, texts));
    }
    let subcommands: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for subcommand in &subcommands {
        let of_subcommand = format!("{name}-{subcommand}");
        command = command.mut_subcommand(subcommand, |it| translated(it, &of_subcommand, texts));
    }
    let say = |name: &str| texts.say(name);
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help(say("help-help"));
    command = command.disable_help_flag(true).arg(help.help_heading(say(OPTIONS)));
    if name == "help" {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
        command = command.disable_version_flag(true).arg(version.help(say("help-version")).help_heading(say(OPTIONS)));
    }
    command
        .disable_help_subcommand(true)
        .subcommand_help_heading(say("help-heading-commands"))
        .subcommand_value_name(say("help-value-command"))
        .help_template(format!("{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}", say("help-usage")))
}

fn argument_in(argument: Arg, command: &str, texts: &Texts) -> Arg {
    let Some(mut help) = said_of(&argument, command, texts) else { return argument };
    let heading = match argument.get_help_heading() {
        Some(_) => GLOBAL,
        None if argument.is_positional() => "help-heading-arguments",
        None => OPTIONS,
    };
    let takes_values = argument.get_action().takes_values();
    let mut note = |name: &str, value: String| {
        help.push(' ');
        help.push_str(&texts.fill(name, &[("value", value.into())]));
    };
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() && takes_values {
        note("help-default", defaults.join(", "));
    }
    let values: Vec<String> = argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() && takes_values {
        note("help-values", values.join(", "));
    }
    let variable = argument.get_env().map(|variable| variable.to_string_lossy().into_owned());
    if let Some(variable) = variable {
        note("help-variable", variable);
    }
    let argument = argument.help(help.clone()).long_help(help).help_heading(texts.say(heading));
    if takes_values {
        return argument.hide_default_value(true).hide_possible_values(true).hide_env(true);
    }
    argument
}

/// A text of the help, which may name what the program's tables hold.
fn said(name: &str, texts: &Texts) -> Option<String> {
    let tables = [
        ("endings", formats::endings().into()),
        ("languages", cotejo_language::languages().into()),
        ("models", Model::names().into()),
    ];
    texts.try_fill(name, &tables)
}

/// What an argument means: by its command's name, or by its own where several commands share it.
fn said_of(argument: &Arg, command: &str, texts: &Texts) -> Option<String> {
    let id = argument.get_id().as_str().replace('_', "-");
    said(&format!("{command}--{id}"), texts).or_else(|| said(&format!("help--{id}"), texts))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    /// Every visible command and argument, and the text that it lacks.
    fn untranslated(command: &Command, name: &str, texts: &Texts, missing: &mut Vec<String>) {
        let mut need = |there: bool, what: String| {
            if !there {
                missing.push(what);
            }
        };
        need(texts.try_say(name).is_some(), name.to_owned());
        if command.get_after_help().is_some() {
            need(said(&format!("{name}-after"), texts).is_some(), format!("{name}-after"));
        }
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            need(said_of(argument, name, texts).is_some(), format!("{name}--{}", argument.get_id()));
        }
        for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
            untranslated(subcommand, &format!("{name}-{}", subcommand.get_name()), texts, missing);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_spanish_help() {
        let mut missing = Vec::new();
        untranslated(&Cli::command(), "help", Texts::of(Language::Spanish), &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn the_translated_command_line_is_sound() {
        in_language(Cli::command(), Language::Spanish).debug_assert();
    }

    #[test]
    fn no_english_is_left_in_the_frame_of_a_help_page() {
        let mut command = in_language(Cli::command(), Language::Spanish);
        let page = command.render_long_help().to_string();
        for english in ["Usage:", "Options:", "Commands:", "Print help", "[default", "[possible", "[env"] {
            assert!(!page.contains(english), "{english} in\n{page}");
        }
    }
}
