//! The help of a program's commands in the reader's language. In English it stands beside the arguments; in another language
//! it is laid over them, by names that follow from the commands and arguments.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};
use cotejo_language::{Language, Texts};

/// What clap names itself.
const OPTIONS: &str = "help-heading-options";
const GLOBAL: &str = "help-heading-global";

/// What the place of a value is called, such as `ARCHIVO` or `[MODELO=]ARCHIVO`: word by word.
fn value_name(name: &str, texts: &Texts) -> String {
    let translated =
        |word: &str| texts.try_say(&format!("help-name-{}", word.to_lowercase())).unwrap_or(word.to_owned());
    let (mut said, mut word) = (String::new(), String::new());
    for c in name.chars() {
        if c.is_alphabetic() {
            word.push(c);
            continue;
        }
        said.push_str(&translated(&word));
        word.clear();
        said.push(c);
    }
    said + &translated(&word)
}

/// Lays how each command is used over it, without clap's own words.
fn with_usage(command: &mut Command, texts: &Texts) {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let usage = usage.replace("[OPTIONS]", &texts.say("help-value-options"));
    *command = std::mem::take(command).override_usage(usage);
    for subcommand in command.get_subcommands_mut() {
        with_usage(subcommand, texts);
    }
}

/// Where a program's texts are, and what its tables put into them.
#[derive(Debug, Clone)]
pub struct Help {
    /// What the names of its texts begin with: a command's follow after `-`, an argument's after `--`.
    pub root: &'static str,
    /// What its texts may name: a place, and the words for it.
    pub tables: Vec<(&'static str, String)>,
}

impl Help {
    /// The commands with their help in this language.
    pub fn in_language(&self, command: Command, language: Language) -> Command {
        if !language.translates_help() {
            return command;
        }
        let texts = Texts::of(language);
        let mut command = self.translated(command, self.root, texts);
        // What clap writes of how a command is used is known once the whole is built.
        command.build();
        with_usage(&mut command, texts);
        command
    }

    fn translated(&self, mut command: Command, name: &str, texts: &Texts) -> Command {
        if let Some(about) = texts.try_say(name) {
            command = command.about(about.clone()).long_about(about);
        }
        if let Some(after) = self.said(&format!("{name}-after"), texts) {
            command = command.after_help(after);
        }
        let arguments: Vec<_> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
        for id in arguments {
            command = command.mut_arg(id, |argument| self.argument(argument, name, texts));
        }
        let subcommands: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
        for subcommand in &subcommands {
            let of_subcommand = format!("{name}-{subcommand}");
            command = command.mut_subcommand(subcommand, |it| self.translated(it, &of_subcommand, texts));
        }
        let say = |name: &str| texts.say(name);
        let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help(say("help-help"));
        command = command.disable_help_flag(true).arg(help.help_heading(say(OPTIONS)));
        if name == self.root {
            let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
            let version = version.help(say("help-version")).help_heading(say(OPTIONS));
            command = command.disable_version_flag(true).arg(version);
        }
        command
            .disable_help_subcommand(true)
            .subcommand_help_heading(say("help-heading-commands"))
            .subcommand_value_name(say("help-value-command"))
            .help_template(format!(
                "{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}",
                say("help-usage")
            ))
    }

    fn argument(&self, argument: Arg, command: &str, texts: &Texts) -> Arg {
        let Some(mut help) = self.said_of(&argument, command, texts) else { return argument };
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
        let values = argument.get_possible_values();
        if !values.is_empty() && takes_values {
            let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            note("help-values", names.join(", "));
        }
        let variable = argument.get_env().map(|variable| variable.to_string_lossy().into_owned());
        if let Some(variable) = variable {
            note("help-variable", variable);
        }
        let said = |value: &PossibleValue| {
            let help = self.said_of_value(&argument, value, command, texts)?;
            Some(format!("\n  {}: {help}", value.get_name()))
        };
        let in_full: String = values.iter().filter(|_| takes_values).filter_map(said).collect();
        let value_names = argument.get_value_names().unwrap_or_default().iter().map(|name| value_name(name, texts));
        let value_names: Vec<String> = value_names.collect();
        let argument = if takes_values { argument.value_names(value_names) } else { argument };
        let argument = argument.help(help.clone()).long_help(help + &in_full).help_heading(texts.say(heading));
        if takes_values {
            return argument.hide_default_value(true).hide_possible_values(true).hide_env(true);
        }
        argument
    }

    /// A text of the help, which may name what the program's tables hold.
    fn said(&self, name: &str, texts: &Texts) -> Option<String> {
        let tables: Vec<_> = self.tables.iter().map(|(place, words)| (*place, words.as_str().into())).collect();
        texts.try_fill(name, &tables)
    }

    /// What an argument means: by its command's name, or by its own where several commands share it.
    fn said_of(&self, argument: &Arg, command: &str, texts: &Texts) -> Option<String> {
        let id = argument.get_id().as_str().replace('_', "-");
        self.said(&format!("{command}--{id}"), texts).or_else(|| self.said(&format!("help--{id}"), texts))
    }

    /// Likewise what a value of an argument means; formats and languages have texts of their own.
    fn said_of_value(&self, argument: &Arg, value: &PossibleValue, command: &str, texts: &Texts) -> Option<String> {
        let (id, value) = (argument.get_id().as_str().replace('_', "-"), value.get_name());
        let names = [format!("{command}--{id}-{value}"), format!("help--{id}-{value}"), format!("{id}-{value}")];
        names.iter().find_map(|name| self.said(name, texts))
    }

    /// What is visible in the help and has no text in this language: the names of the missing texts, for tests.
    pub fn untranslated(&self, command: &Command, language: Language) -> Vec<String> {
        let mut missing = Vec::new();
        self.find_untranslated(command, self.root, Texts::of(language), &mut missing);
        missing
    }

    fn find_untranslated(&self, command: &Command, name: &str, texts: &Texts, missing: &mut Vec<String>) {
        let mut need = |there: bool, what: String| {
            if !there {
                missing.push(what);
            }
        };
        need(texts.try_say(name).is_some(), name.to_owned());
        if command.get_after_help().is_some() {
            need(self.said(&format!("{name}-after"), texts).is_some(), format!("{name}-after"));
        }
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let argument_name = format!("{name}--{}", argument.get_id());
            need(self.said_of(argument, name, texts).is_some(), argument_name.clone());
            for value in argument.get_possible_values().iter().filter(|value| value.get_help().is_some()) {
                let there = self.said_of_value(argument, value, name, texts).is_some();
                need(there, format!("{argument_name}-{}", value.get_name()));
            }
        }
        for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
            self.find_untranslated(subcommand, &format!("{name}-{}", subcommand.get_name()), texts, missing);
        }
    }
}
