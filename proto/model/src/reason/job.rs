//! Jobs, and questions, that make no sense to whoever is to carry them out.

use super::facts::JobFile;
use super::reasons;
use crate::workload::{BadWorkload, Dimension};

reasons! {
    /// Why a job is not carried out.
    Job JobReason {
        /// The worker's standard input holds no request.
        RequestMissing = "request_missing" => InvalidJob,
        /// The request cannot be read.
        RequestUnreadable {
            /// What the reader says.
            detail: String,
        } = "request_unreadable" => InvalidJob,
        /// The job names a file by its digest, and the request gives none.
        FileNotGiven {
            /// What it is to be.
            file: JobFile,
        } = "file_not_given" => InvalidJob,
        /// A number is outside its limits, of which the lower is 1.
        OutOfRange {
            /// Which number.
            dimension: Dimension,
            /// What was asked for.
            value: u32,
            /// The upper limit.
            most: u32,
        } = "out_of_range" => InvalidJob,
        /// Not every forward pass at once could have a thread.
        StreamsOverThreads {
            /// Forward passes at once.
            streams: u32,
            /// CPU threads.
            threads: u32,
        } = "streams_over_threads" => InvalidJob,
        /// The same, where the threads are those of the machine.
        StreamsOverCores {
            /// Forward passes at once.
            streams: u32,
            /// Cores of the machine.
            cores: u32,
        } = "streams_over_cores" => InvalidJob,
        /// Only a classifier on the optimized engine knows the options `exact` and `streams`.
        OptionsWithoutEngine = "options_without_engine" => InvalidJob,
        /// It is to be run no time.
        NoRuns = "no_runs" => InvalidJob,
        /// Only a classifier on the optimized engine in one stream is explained layer by layer.
        NotExplained = "workload_not_explained" => InvalidJob,
        /// A machine that is played has no layers.
        PlayedNotExplained = "played_not_explained" => EngineUnavailable,
        /// Only GPUs are checked by themselves.
        CpuNotChecked = "cpu_not_checked" => InvalidJob,
        /// This is the name of no device.
        UnknownDevice {
            /// What was written.
            text: String,
        } = "unknown_device" => InvalidJob,
    }
}

impl From<BadWorkload> for JobReason {
    fn from(bad: BadWorkload) -> Self {
        match bad {
            BadWorkload::OutOfRange { dimension, value, most } => Self::OutOfRange { dimension, value, most },
            BadWorkload::StreamsWithoutThreads { streams, threads } => Self::StreamsOverThreads { streams, threads },
        }
    }
}
