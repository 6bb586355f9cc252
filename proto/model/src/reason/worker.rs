//! The worker's process: how it starts, what it says, and how it ends.

use super::facts::Exit;
use super::reasons;
use crate::device::DeviceId;

reasons! {
    /// Why a worker gave nothing.
    Worker WorkerReason {
        /// It ended without a result.
        Crashed {
            /// How; none where it had to be ended.
            exit: Option<Exit>,
            /// The last lines of its log.
            log: Vec<String>,
        } = "worker_crashed" => WorkerCrashed,
        /// It wrote a line that is longer than any frame.
        LineTooLong {
            /// The most that a frame has.
            most_bytes: u64,
            /// The last lines of its log.
            log: Vec<String>,
        } = "worker_line_too_long" => WorkerCrashed,
        /// What it writes cannot be read.
        OutputUnreadable {
            /// What the system says.
            detail: String,
            /// The last lines of its log.
            log: Vec<String>,
        } = "worker_output_unreadable" => WorkerCrashed,
        /// It wrote a line that is no frame, or none that its job asks for.
        NoFrame {
            /// What the reader says.
            detail: String,
            /// The beginning of the line.
            line: String,
            /// The last lines of its log.
            log: Vec<String>,
        } = "worker_wrote_no_frame" => WorkerCrashed,
        /// It gave no result before its deadline, and was ended.
        TimedOut {
            /// The deadline.
            seconds: u64,
        } = "worker_timed_out" => TimedOut,
        /// It did something else than its job.
        OtherJob = "worker_did_other_job" => Internal,
        /// It panicked.
        Panicked {
            /// What the panic says; none where it says nothing.
            detail: Option<String>,
        } = "worker_panicked" => Internal,
        /// It cannot start itself again with another environment.
        NotRestarted {
            /// What the system says.
            detail: String,
        } = "worker_not_restarted" => Internal,
        /// Nobody reads its frames any more.
        NobodyReads {
            /// What the system says.
            detail: String,
        } = "worker_unread" => Cancelled,
        /// A defect of Cotejo's own, or of a library.
        Internal {
            /// What it says.
            detail: String,
        } = "internal" => Internal,
    }
}

reasons! {
    /// Why there is no worker of this version to ask.
    Start StartReason {
        /// The system does not start it.
        NotStarted {
            /// Its program.
            program: String,
            /// What the system says.
            detail: String,
        } = "worker_not_started" => WorkerMissing,
        /// Asked what it offers, it says nothing.
        Silent {
            /// Its program.
            program: String,
            /// It was waited for so many seconds.
            seconds: u64,
        } = "worker_silent" => WorkerMissing,
        /// Asked what it offers, it ends.
        EndedWhenAsked {
            /// Its program.
            program: String,
            /// How.
            exit: Exit,
            /// The last line of its log.
            last_words: Option<String>,
        } = "worker_ended_when_asked" => WorkerMissing,
        /// What it offers is not said as a worker of this version says it.
        OtherVersion {
            /// Its program.
            program: String,
            /// What the reader says.
            detail: String,
        } = "worker_of_other_version" => WorkerMissing,
    }
}

reasons! {
    /// Why the check of a device gave no answer.
    Check CheckReason {
        /// It ended without an answer.
        Crashed {
            /// The device.
            device: DeviceId,
            /// How.
            exit: Exit,
            /// The last line of its log.
            last_words: Option<String>,
        } = "check_crashed" => WorkerCrashed,
        /// It was answered in another way than by a worker of this version.
        Unreadable {
            /// The device.
            device: DeviceId,
            /// The beginning of the answer.
            line: String,
        } = "check_unreadable" => WorkerCrashed,
        /// It was not answered.
        TimedOut {
            /// The device.
            device: DeviceId,
            /// It was waited for so many seconds.
            seconds: f64,
        } = "check_timed_out" => TimedOut,
    }
}
