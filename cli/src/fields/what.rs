//! What is computed.

use clap::value_parser;
use cotejo_model::Model;
use cotejo_model::sweep::{Preset, TaskKind};

use super::reader::{named, number};
use super::{Field, Part, given_list, given_one, list, one};

/// What to start from. It is applied before there is anything else.
pub(crate) static PRESET: Field<Preset> = Field {
    key: "preset",
    flag: "preset",
    aliases: &[],
    part: Part::How,
    arg: |arg| {
        let help = "What to start from: practice (default), quick or full";
        one(arg, "NAME").value_parser(value_parser!(Preset)).help(help)
    },
    given: given_one,
    read: |reader, key, value| reader.one(key, value, named),
    apply: |preset, request| {
        request.spec = preset.spec();
        Ok(())
    },
};

/// The classifiers.
pub(crate) static MODELS: Field<Vec<Model>> = Field {
    key: "models",
    flag: "models",
    aliases: &["model"],
    part: Part::Task(TaskKind::Classify),
    arg: |arg| {
        let known: Vec<&str> = Model::ALL.iter().map(|model| model.name()).collect();
        list(arg, "MODEL").value_parser(value_parser!(Model)).help(format!("Classifiers: {}", known.join(", ")))
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, named),
    apply: |models, request| {
        request.spec.classify_mut().models = models;
        Ok(())
    },
};

/// Sizes of the image.
pub(crate) static SIZES: Field<Vec<u32>> = Field {
    key: "sizes",
    flag: "sizes",
    aliases: &["size"],
    part: Part::Task(TaskKind::Classify),
    arg: |arg| list(arg, "PIXELS").value_parser(value_parser!(u32)).help("Image sizes, in pixels a side"),
    given: given_list,
    read: |reader, key, value| reader.list(key, value, number),
    apply: |sizes, request| {
        request.spec.classify_mut().sizes = sizes;
        Ok(())
    },
};

/// Images in one forward.
pub(crate) static BATCHES: Field<Vec<u32>> = Field {
    key: "batches",
    flag: "batches",
    aliases: &["batch"],
    part: Part::Task(TaskKind::Classify),
    arg: |arg| list(arg, "IMAGES").value_parser(value_parser!(u32)).help("Images in one forward pass"),
    given: given_list,
    read: |reader, key, value| reader.list(key, value, number),
    apply: |batches, request| {
        request.spec.classify_mut().batches = batches;
        Ok(())
    },
};

/// Sizes of matrix products.
pub(crate) static MATMUL: Field<Vec<u32>> = Field {
    key: "matmul",
    flag: "matmul",
    aliases: &[],
    part: Part::Task(TaskKind::Matmul),
    arg: |arg| {
        let help = "Matrix products of these sizes; alone, they are all that is measured";
        list(arg, "ROWS").value_parser(value_parser!(u32)).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, number),
    apply: |sizes, request| {
        request.spec.matmul_mut().sizes = sizes;
        Ok(())
    },
};
