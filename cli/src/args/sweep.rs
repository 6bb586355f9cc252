//! What to measure: a sweep file, and a flag for each field.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use crate::draft::Draft;
use crate::fields::{AnyField, FIELDS, Part};

const FILE: &str = "file";
const NO_CALIBRATE: &str = "no_calibrate";

/// What to measure.
#[derive(Debug)]
pub(crate) struct SweepArgs {
    /// The sweep file.
    pub(crate) file: Option<PathBuf>,
    /// With a budget: devices of which nothing is known are not measured first.
    pub(crate) no_calibrate: bool,
    /// What the flags give.
    pub(crate) draft: Draft,
}

/// What to measure on the machines of a class, and on which.
#[derive(Debug)]
pub(crate) struct ClassArgs {
    /// What to measure, and on which machines.
    pub(crate) sweep: SweepArgs,
}

fn fields(of_class: bool) -> impl Iterator<Item = &'static dyn AnyField> {
    FIELDS.iter().copied().filter(move |field| (field.part() == Part::Class) == of_class)
}

fn with_flags(command: Command, of_class: bool) -> Command {
    fields(of_class).fold(command, |command, field| command.arg(field.arg()))
}

fn read(draft: &mut Draft, matches: &ArgMatches, of_class: bool) {
    for field in fields(of_class) {
        if let Some(value) = field.given(matches) {
            draft.set(field.key(), value);
        }
    }
}

impl Args for SweepArgs {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new(FILE).value_name("FILE").value_parser(value_parser!(PathBuf));
        let no_calibrate = Arg::new(NO_CALIBRATE).long("no-calibrate").action(ArgAction::SetTrue);
        let command = command.arg(file.help("A sweep file (TOML); its keys are the names of these flags"));
        with_flags(command, false).arg(
            no_calibrate.help("With a budget: do not measure first how fast devices are of which that is not known"),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SweepArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut draft = Draft::default();
        read(&mut draft, matches, false);
        Ok(Self { file: matches.get_one(FILE).cloned(), no_calibrate: matches.get_flag(NO_CALIBRATE), draft })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ClassArgs {
    fn augment_args(command: Command) -> Command {
        with_flags(SweepArgs::augment_args(command), true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ClassArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut sweep = SweepArgs::from_arg_matches(matches)?;
        read(&mut sweep.draft, matches, true);
        Ok(Self { sweep })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
