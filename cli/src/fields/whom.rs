//! What the sweep is called, in which order it goes, and on which machines of a class.

use std::collections::BTreeMap;

use clap::value_parser;
use cotejo_daemon::usage::BadValue;

use super::reader::{number, text};
use super::{Field, Part, given_list, given_one, list, one};

/// What shuffles the cells.
pub(crate) static SEED: Field<u64> = Field {
    key: "seed",
    flag: "seed",
    aliases: &[],
    part: Part::How,
    arg: |arg| one(arg, "NUMBER").value_parser(value_parser!(u64)).help("What shuffles the cells"),
    given: given_one,
    read: |reader, key, value| reader.one(key, value, number),
    apply: |seed, request| {
        request.spec.seed = seed;
        Ok(())
    },
};

/// What the sweep is called.
pub(crate) static NAME: Field<String> = Field {
    key: "name",
    flag: "name",
    aliases: &[],
    part: Part::How,
    arg: |arg| one(arg, "NAME").value_parser(value_parser!(String)).help("What to call the sweep"),
    given: given_one,
    read: |reader, key, value| reader.one(key, value, text),
    apply: |name, request| {
        request.spec.name = name;
        Ok(())
    },
};

/// The machines.
pub(crate) static MACHINES: Field<Vec<String>> = Field {
    key: "machines",
    flag: "machines",
    aliases: &["machine"],
    part: Part::Class,
    arg: |arg| {
        let help = "Machines by name or identity; every machine by default";
        list(arg, "NAME").value_parser(value_parser!(String)).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, text),
    apply: |machines, request| {
        request.spec.machines = machines;
        Ok(())
    },
};

/// The labels that a machine must have.
pub(crate) static LABELS: Field<BTreeMap<String, String>> = Field {
    key: "labels",
    flag: "labels",
    aliases: &["label"],
    part: Part::Class,
    arg: |arg| {
        let help = "Only machines that have all these labels, such as room=A1";
        list(arg, "KEY=VALUE").value_parser(label).help(help)
    },
    given: |matches, id| {
        let labels = given_list::<(String, String)>(matches, id)?;
        Some(labels.into_iter().collect())
    },
    read: |reader, key, value| reader.table(key, value, text),
    apply: |labels, request| {
        request.spec.labels = labels;
        Ok(())
    },
};

fn label(text: &str) -> Result<(String, String), BadValue> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(BadValue::new("value-label")),
    }
}
