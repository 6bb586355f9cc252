//! Everything that can be said of a sweep. A field is one thing that a person gives or leaves open: its key in a sweep file,
//! its flag with its help, how its value is read from either, and what it makes of the sweep. The flags, the file and the
//! draft go through `FIELDS`; nothing else lists them. The help in other languages has the flag's name in `help.ftl`.

pub(crate) mod files;
mod how;
mod long;
mod reader;
#[cfg(test)]
mod tests;
mod what;
mod whom;

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches};
use cotejo_model::reason::FieldReason;
use cotejo_model::sweep::TaskKind;
use toml::Spanned;
use toml::de::DeValue;

pub(crate) use self::files::{IMAGE, WEIGHTS};
pub(crate) use self::how::{DEVICES, ENGINE, EXACT, PRECISION, STREAMS, THREADS};
pub(crate) use self::long::{CELL_BUDGET, RUNS, SWEEP_BUDGET};
pub(crate) use self::reader::{Reader, expected};
pub(crate) use self::what::{BATCHES, MATMUL, MODELS, PRESET, SIZES};
pub(crate) use self::whom::{LABELS, MACHINES, NAME, SEED};

use crate::request::Request;

/// Every field, in the order in which help lists them and they are applied: later ones see what earlier ones did.
pub(crate) static FIELDS: &[&dyn AnyField] = &[
    &PRESET,
    &MODELS,
    &SIZES,
    &BATCHES,
    &MATMUL,
    &DEVICES,
    &THREADS,
    &PRECISION,
    &ENGINE,
    &EXACT,
    &STREAMS,
    &IMAGE,
    &WEIGHTS,
    &CELL_BUDGET,
    &RUNS,
    &SWEEP_BUDGET,
    &SEED,
    &NAME,
    &MACHINES,
    &LABELS,
];

/// One thing that can be said of a sweep; `T` is what is said.
pub(crate) struct Field<T> {
    /// Its key in a sweep file.
    pub(crate) key: &'static str,
    /// The name of its flag.
    pub(crate) flag: &'static str,
    /// Names that people also try.
    pub(crate) aliases: &'static [&'static str],
    /// Of what it belongs to, where fields of several things are read apart.
    pub(crate) part: Part,
    /// What the flag takes, and its help in English.
    pub(crate) arg: fn(Arg) -> Arg,
    /// The value among the flags; by the argument's identity.
    pub(crate) given: fn(&ArgMatches, &str) -> Option<T>,
    /// The value in a file; none where it makes no sense, which the reader then knows.
    pub(crate) read: fn(&mut Reader<'_>, &str, &Spanned<DeValue<'_>>) -> Option<T>,
    /// What it makes of a sweep, or what is wrong with it there.
    pub(crate) apply: fn(T, &mut Request) -> Result<(), FieldReason>,
}

/// What a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What is computed: tasks of this kind.
    Task(TaskKind),
    /// How, and with what.
    How,
    /// How long each cell is measured. Whoever says one of these says all of them.
    Long,
    /// On which machines of a class.
    Class,
}

/// What was said, of any type.
pub(crate) type Value = Arc<dyn Any + Send + Sync>;

/// A field, whatever the type of its value.
pub(crate) trait AnyField: Sync {
    /// Its key in a sweep file.
    fn key(&self) -> &'static str;
    /// The name of its flag.
    fn flag(&self) -> &'static str;
    /// What it belongs to.
    fn part(&self) -> Part;
    /// Its flag.
    fn arg(&self) -> Arg;
    /// Its value among the flags, if it was given.
    fn given(&self, matches: &ArgMatches) -> Option<Value>;
    /// Its value in a file; none where it makes no sense.
    fn read(&self, reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<Value>;
    /// Makes of the sweep what the value says, or says what is wrong with it there.
    fn apply(&self, value: &Value, request: &mut Request) -> Result<(), FieldReason>;
}

impl<T: Clone + Send + Sync + 'static> AnyField for Field<T> {
    fn key(&self) -> &'static str {
        self.key
    }

    fn flag(&self) -> &'static str {
        self.flag
    }

    fn part(&self) -> Part {
        self.part
    }

    fn arg(&self) -> Arg {
        (self.arg)(Arg::new(self.id()).long(self.flag).aliases(self.aliases))
    }

    fn given(&self, matches: &ArgMatches) -> Option<Value> {
        (self.given)(matches, &self.id()).map(|value| Arc::new(value) as Value)
    }

    fn read(&self, reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        (self.read)(reader, self.key, value).map(|value| Arc::new(value) as Value)
    }

    fn apply(&self, value: &Value, request: &mut Request) -> Result<(), FieldReason> {
        (self.apply)(self.of(value).clone(), request)
    }
}

impl<T: 'static> Field<T> {
    /// The argument's identity, by which the help in other languages knows it.
    fn id(&self) -> String {
        self.flag.replace('-', "_")
    }

    /// The value as what it is.
    #[allow(clippy::unused_self, reason = "the field tells the type")]
    pub(crate) fn of<'a>(&self, value: &'a Value) -> &'a T {
        value.downcast_ref().expect("a field's value is of its type")
    }
}

/// A flag with one value.
fn one(arg: Arg, name: &'static str) -> Arg {
    arg.value_name(name).action(ArgAction::Set)
}

/// A flag with values that commas separate, and that may be repeated.
fn list(arg: Arg, name: &'static str) -> Arg {
    arg.value_name(name).value_delimiter(',').action(ArgAction::Append)
}

/// The value of a flag that has one.
fn given_one<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Option<T> {
    matches.get_one::<T>(id).cloned()
}

/// The values of a flag that has several.
fn given_list<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Option<Vec<T>> {
    matches.get_many::<T>(id).map(|values| values.cloned().collect())
}
