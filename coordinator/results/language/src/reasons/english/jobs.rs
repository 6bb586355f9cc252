//! Jobs, their answers, and how they end.

use cotejo_model::JobState;
use cotejo_model::reason::{AnswerReason, EndReason, JobFile, JobReason};
use cotejo_model::workload::Dimension;

use super::Sentences;
use crate::Language::English;
use crate::quantity;

/// What is said to everyone who meets a defect.
pub(super) const REPORT_IT: &str = "please report it, with the agent's log";

pub(super) fn job(reason: &JobReason) -> Sentences {
    const REQUEST: &str = "give one JSON object on the first line";
    match reason {
        JobReason::RequestMissing => {
            Sentences::of("standard input holds no request").short("no request").remedy(REQUEST)
        }
        JobReason::RequestUnreadable { detail } => {
            Sentences::of(format!("the request cannot be read: {detail}")).short("unreadable request").remedy(REQUEST)
        }
        JobReason::FileNotGiven { file } => {
            let file = match file {
                JobFile::Image => "an image",
                JobFile::Weights => "weights",
            };
            Sentences::of(format!("the job names {file} by digest, but no file was given")).short("no file given")
        }
        JobReason::OutOfRange { dimension, value, most } => {
            let what = match dimension {
                Dimension::Size => "size",
                Dimension::Batch => "batch",
                Dimension::Threads => "threads",
                Dimension::Streams => "streams",
            };
            let remedy = format!("choose a number from 1 to {most}");
            Sentences::of(format!("{what} {value} is outside 1 to {most}")).remedy(remedy)
        }
        JobReason::StreamsOverThreads { streams, threads } => {
            Sentences::of(format!("{streams} streams need at least as many threads; there are {threads}"))
                .short("more streams than threads")
                .remedy("ask for fewer streams or more threads")
        }
        JobReason::StreamsOverCores { streams, cores } => {
            Sentences::of(format!("{streams} streams need as many threads; this machine has {cores}"))
                .remedy("choose fewer streams")
        }
        JobReason::OptionsWithoutEngine => {
            Sentences::of("exact and streams are options of a classifier on the optimized engine")
                .short("options of the optimized engine")
                .remedy("leave them out, or choose the optimized engine")
        }
        JobReason::NoRuns => Sentences::of("runs must be at least 1").remedy("ask for at least one run"),
        JobReason::NotExplained => {
            Sentences::of("only a classifier on the optimized engine, in one stream, can be explained layer by layer")
                .short("cannot be explained")
        }
        JobReason::PlayedNotExplained => Sentences::of("a simulated PC has no layers to explain")
            .short("cannot be explained")
            .remedy("cotejo explain explains those of this PC"),
        JobReason::CpuNotChecked => Sentences::of("only GPUs are checked").remedy("name a GPU, such as cuda:0"),
        JobReason::UnknownDevice { text } => {
            Sentences::of(format!("there is no device called {text}")).remedy("name one such as cpu or cuda:0")
        }
    }
}

pub(super) fn answer(reason: &AnswerReason) -> Sentences {
    let off = |error: &Option<f64>| match error {
        Some(error) => format!("a logit is {} of their RMS off", quantity::magnitude(*error, English)),
        None => "a logit is not a number".to_owned(),
    };
    match reason {
        AnswerReason::NotFinite { logit } => {
            Sentences::of(format!("the network's answer is not finite: logit {logit} is infinite or not a number"))
                .short("the answer is not finite")
                .remedy("check the weight file")
        }
        AnswerReason::OffReference { error } => {
            Sentences::of(format!("the answer is not the reference engine's: {}", off(error)))
                .short("wrong answer")
                .remedy(REPORT_IT)
        }
        AnswerReason::DeviceWrong { device, error } => {
            Sentences::of(format!("{device} gives wrong answers: {}", off(error)))
                .short("gives wrong answers")
                .remedy(REPORT_IT)
        }
        AnswerReason::ProductWrong { row, column, found, expected } => {
            let found = found.map_or_else(|| "not a number".to_owned(), |found| found.to_string());
            let found = format!("element ({row}, {column}) of the product is {found} instead of {expected}");
            Sentences::of(found).short("wrong product").remedy(REPORT_IT)
        }
        AnswerReason::GraphDiffers => {
            Sentences::of("the GPU's CUDA graph gives other answers than the same kernels one by one")
                .short("wrong answer")
                .remedy(REPORT_IT)
        }
    }
}

pub(super) fn end(reason: &EndReason) -> Sentences {
    match reason {
        EndReason::Cancelled => Sentences::of("the job was cancelled").short("cancelled"),
        EndReason::Expired { hours } => Sentences::of(format!(
            "its machine did not connect within {hours} {}",
            if *hours == 1 { "hour" } else { "hours" }
        ))
        .short("expired")
        .remedy("start the agent on that machine and measure again"),
        EndReason::AgentLost { tries, most } => {
            Sentences::of(format!("the agent was lost in the middle of the job ({tries} of {most} tries)"))
                .short("agent lost")
                .remedy("see on that machine why its agent ended or lost its network, then measure again")
        }
        EndReason::AgentFailed { detail } => {
            Sentences::of(format!("the agent failed at the job: {detail}")).short("the agent failed").remedy(REPORT_IT)
        }
        EndReason::OtherResult => Sentences::of("the agent sent the result of something else")
            .short("result of something else")
            .remedy("install the coordinator's version of the agent on that machine"),
        EndReason::Unexplained { state } => Sentences::of(match state {
            JobState::Cancelled => "cancelled",
            JobState::Expired => "expired",
            JobState::Lost => "lost",
            JobState::TimedOut => "timed out",
            JobState::Queued
            | JobState::Offered
            | JobState::Running
            | JobState::Uploading
            | JobState::Unknown
            | JobState::Cancelling
            | JobState::Succeeded
            | JobState::Failed => "failed, and nobody said why",
        }),
    }
}
