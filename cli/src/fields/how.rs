//! How it is computed, and on which devices.

use clap::value_parser;
use cotejo_model::{DeviceSelector, Engine, Precision, Threads};

use super::reader::{named, number, threads, truth};
use super::{Field, Part, given_list, given_one, list, one};

/// The devices.
pub(crate) static DEVICES: Field<Vec<DeviceSelector>> = Field {
    key: "devices",
    flag: "devices",
    aliases: &["device"],
    part: Part::How,
    arg: |arg| {
        let help = "Devices: cpu, gpu, cuda:0, …; every device found by default";
        list(arg, "DEVICE").value_parser(value_parser!(DeviceSelector)).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, named),
    apply: |devices, request| {
        request.spec.devices = devices;
        Ok(())
    },
};

/// CPU threads.
pub(crate) static THREADS: Field<Vec<Threads>> = Field {
    key: "threads",
    flag: "threads",
    aliases: &["thread"],
    part: Part::How,
    arg: |arg| {
        let help = "CPU threads: all (one a physical core), or a number";
        list(arg, "THREADS").value_parser(value_parser!(Threads)).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, threads),
    apply: |threads, request| {
        request.spec.threads = threads;
        Ok(())
    },
};

/// The arithmetic.
pub(crate) static PRECISION: Field<Vec<Precision>> = Field {
    key: "precision",
    flag: "precision",
    aliases: &["precisions"],
    part: Part::How,
    arg: |arg| {
        let help = "Arithmetic: f32 (strict, the default); on GPUs also tf32, f16, bf16";
        list(arg, "FORMAT").value_parser(value_parser!(Precision)).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, named),
    apply: |precisions, request| {
        request.spec.precisions = precisions;
        Ok(())
    },
};

/// The engines.
pub(crate) static ENGINE: Field<Vec<Engine>> = Field {
    key: "engine",
    flag: "engine",
    aliases: &["engines"],
    part: Part::How,
    arg: |arg| {
        let help = "How to compute: optimized or reference; by default the best that each device has";
        list(arg, "ENGINE").value_parser(value_parser!(Engine)).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, named),
    apply: |engines, request| {
        request.spec.engines = engines;
        Ok(())
    },
};

/// Whether a CPU's optimized engine keeps to direct convolution.
pub(crate) static EXACT: Field<bool> = Field {
    key: "exact",
    flag: "exact",
    aliases: &[],
    part: Part::How,
    arg: |arg| {
        let help = "Keep the optimized CPU engine to direct convolution, without the rounding of faster algorithms";
        let arg = one(arg, "BOOL").num_args(0..=1).require_equals(true).default_missing_value("true");
        arg.value_parser(value_parser!(bool)).help(help)
    },
    given: given_one,
    read: |reader, key, value| reader.one(key, value, truth),
    apply: |exact, request| {
        request.spec.exact = exact;
        Ok(())
    },
};

/// Forwards at once.
pub(crate) static STREAMS: Field<Vec<u32>> = Field {
    key: "streams",
    flag: "streams",
    aliases: &["stream"],
    part: Part::How,
    arg: |arg| {
        let help = "Forwards at once, on a share of the CPU threads each (optimized engine); their images add up";
        list(arg, "COUNT").value_parser(value_parser!(u32)).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.list(key, value, number),
    apply: |streams, request| {
        request.spec.streams = streams;
        Ok(())
    },
};
