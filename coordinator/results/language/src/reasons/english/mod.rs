//! Reasons in English.

mod devices;
mod files;
mod jobs;
mod requests;
mod sweeps;
mod workers;

use cotejo_model::comparison::Absence;
use cotejo_model::reason::Relayed;
use cotejo_model::{DeviceKind, Reason};

use super::Sentences;
use crate::{Language, quantity};

/// What is said of a reason.
pub(super) fn reason(reason: &Reason) -> Sentences {
    match reason {
        Reason::Job(reason) => jobs::job(reason),
        Reason::File(reason) => files::file(reason),
        Reason::Image(reason) => files::image(reason),
        Reason::Weights(reason) => files::weights(reason),
        Reason::Memory(reason) => devices::memory(reason),
        Reason::Device(reason) => devices::device(reason),
        Reason::Driver(reason) => devices::driver(reason),
        Reason::Gpu(reason) => devices::gpu(reason),
        Reason::Library(reason) => devices::library(reason),
        Reason::Answer(reason) => jobs::answer(reason),
        Reason::Start(reason) => workers::start(reason),
        Reason::Check(reason) => workers::check(reason),
        Reason::Worker(reason) => workers::worker(reason),
        Reason::Blob(reason) => workers::blob(reason),
        Reason::End(reason) => jobs::end(reason),
        Reason::Field(reason) => sweeps::field(reason),
        Reason::Plan(reason) => sweeps::plan(reason),
        Reason::Request(reason) => requests::request(reason),
        Reason::Upload(reason) => requests::upload(reason),
        Reason::Store(reason) => requests::store(reason),
        Reason::Bundle(reason) => requests::bundle(reason),
        Reason::Relayed(reason) => relayed(reason),
    }
}

fn relayed(relayed: &Relayed) -> Sentences {
    match relayed {
        Relayed::Quoted { text, remedy, .. } => {
            let said = Sentences::of(text.trim_end_matches('.'));
            if remedy.is_empty() { said } else { said.remedy(remedy) }
        }
        Relayed::InFile { path, why } => {
            let said = reason(why);
            Sentences { long: format!("{path}: {}", said.long), ..said }
        }
        Relayed::Besides { first, then } => {
            let (first, then) = (reason(first), reason(then));
            let remedy = first.remedy.or(then.remedy);
            Sentences { short: first.short, long: format!("{}; {}", first.long, then.long), remedy }
        }
    }
}

/// What stands in a table where there is nothing else.
pub(super) fn absence(absence: &Absence) -> &'static str {
    match absence {
        Absence::Pending => "pending",
        Absence::NotInSweep => "not in the sweep",
        Absence::NoBatch => "has no batch",
        Absence::NoImages => "has no images",
        Absence::NoTimeAboveZero => "no time above zero",
        Absence::NoCpuTime => "no CPU time",
        Absence::NoGpuTime => "no GPU time",
        Absence::NoTimes => "no times",
        Absence::Because { .. } => "not measured",
    }
}

fn bytes(count: u64) -> String {
    quantity::bytes(count, Language::English)
}

fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "CPU",
        DeviceKind::Cuda => "GPU",
    }
}

/// The nothing among the things that there are.
fn or_none(list: String) -> String {
    if list.is_empty() { "none".to_owned() } else { list }
}
