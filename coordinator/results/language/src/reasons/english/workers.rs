//! The worker's process, and the files that it is given.

use cotejo_model::reason::{BlobReason, CheckReason, Exit, StartReason, WorkerReason};

use super::jobs::REPORT_IT;
use super::{Sentences, bytes};
use crate::Language::English;
use crate::quantity;

fn exit(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => format!("signal {signal}"),
        Exit::Unknown => "for an unknown reason".to_owned(),
    }
}

/// The same, with the last line of a log.
fn exit_and_words(how: Exit, last_words: Option<&str>) -> String {
    match last_words {
        Some(words) => format!("({}): {words}", exit(how)),
        None => format!("({}) and said nothing", exit(how)),
    }
}

/// A crash: the log stands below what happened.
fn crashed(what: &str, log: &[String]) -> Sentences {
    let lines: Vec<&str> = std::iter::once(what).chain(log.iter().map(String::as_str)).collect();
    Sentences::of(lines.join("\n"))
        .short("the worker crashed")
        .remedy("run it again; if it happens again, the agent's log at level debug tells more")
}

pub(super) fn worker(reason: &WorkerReason) -> Sentences {
    match reason {
        WorkerReason::Crashed { exit: how, log } => {
            let how = how.map_or_else(|| "without being asked".to_owned(), exit);
            crashed(&format!("the worker ended without a result ({how})"), log)
        }
        WorkerReason::LineTooLong { most_bytes, log } => {
            crashed(&format!("the worker wrote a line of more than {}", bytes(*most_bytes)), log)
        }
        WorkerReason::OutputUnreadable { detail, log } => {
            crashed(&format!("what the worker writes cannot be read: {detail}"), log)
        }
        WorkerReason::NoFrame { detail, line, log } => {
            crashed(&format!("the worker wrote a line that is no frame ({detail}): {line}"), log)
        }
        WorkerReason::TimedOut { seconds } => {
            Sentences::of(format!("the worker gave no result within {seconds} s and was ended"))
                .short("timed out")
                .remedy("measure a smaller size or batch on this machine, or fewer runs")
        }
        WorkerReason::OtherJob => Sentences::of("the worker did something else than its job")
            .short("the worker did something else")
            .remedy("install the agent and the worker in the same version"),
        WorkerReason::Panicked { detail } => {
            let detail = detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
            Sentences::of(format!("the worker panicked{detail}")).short("the worker panicked").remedy(REPORT_IT)
        }
        WorkerReason::NotRestarted { detail } => {
            Sentences::of(format!("the worker cannot start itself again: {detail}"))
                .short("the worker does not start")
                .remedy("reinstall Cotejo")
        }
        WorkerReason::NobodyReads { detail } => {
            Sentences::of(format!("nobody reads what the worker writes: {detail}")).short("cancelled")
        }
        WorkerReason::Internal { detail } => {
            Sentences::of(format!("internal error: {detail}")).short("internal error").remedy(REPORT_IT)
        }
    }
}

/// A worker that does not start, or not as one of this version.
pub(super) fn start(reason: &StartReason) -> Sentences {
    let long = match reason {
        StartReason::NotStarted { program, detail } => format!("the worker {program} cannot be started: {detail}"),
        StartReason::Silent { program, seconds } => {
            format!("the worker {program} cannot be used: it said nothing within {seconds} s")
        }
        StartReason::EndedWhenAsked { program, exit, last_words } => {
            let how = exit_and_words(*exit, last_words.as_deref());
            format!("the worker {program} cannot be used: it ended {how}")
        }
        StartReason::OtherVersion { program, detail } => {
            format!("the worker {program} cannot be used: it answers as one of another version ({detail})")
        }
    };
    Sentences::of(long)
        .short("no worker")
        .remedy("reinstall Cotejo, or name the worker's program with --worker or --cuda-worker")
}

/// The check of a device that broke down.
pub(super) fn check(reason: &CheckReason) -> Sentences {
    const RESTART: &str = "restart the PC or update the NVIDIA driver; cotejo-agent doctor tries again";
    match reason {
        CheckReason::Crashed { device, exit, last_words } => {
            let how = exit_and_words(*exit, last_words.as_deref());
            Sentences::of(format!("the check of {device} ended without an answer {how}")).remedy(RESTART)
        }
        CheckReason::Unreadable { device, line } => {
            Sentences::of(format!("the check of {device} was not answered by a worker of this version: {line}"))
                .remedy(RESTART)
        }
        CheckReason::TimedOut { device, seconds } => {
            let seconds = quantity::number(&seconds.to_string(), English);
            Sentences::of(format!("the check of {device} gave no answer within {seconds} s"))
                .remedy("see with nvidia-smi whether the GPU answers; a restart of the PC often helps")
        }
    }
    .short("the check of the GPU failed")
}

pub(super) fn blob(reason: &BlobReason) -> Sentences {
    let why = match reason {
        BlobReason::NotKept { detail } => {
            return Sentences::of(format!("a file cannot be kept in the data folder: {detail}"))
                .short("data folder not writable")
                .remedy("free some space there, or make the folder writable");
        }
        BlobReason::Refused { detail } => detail.clone(),
        BlobReason::NoAnswer => "no answer".to_owned(),
        BlobReason::Stalled { seconds } => format!("nothing came for {seconds} s"),
        BlobReason::EndedEarly => "it ended early".to_owned(),
        BlobReason::TooLong => "more came than it has".to_owned(),
        BlobReason::OtherContent => "what arrived is not what was asked for".to_owned(),
        BlobReason::TooLarge { has_bytes, most_bytes } => {
            format!("it has {}; at most {} fit", bytes(*has_bytes), bytes(*most_bytes))
        }
    };
    Sentences::of(format!("a file could not be had from the coordinator: {why}"))
        .short("file not received")
        .remedy("start the sweep again with the file")
}
