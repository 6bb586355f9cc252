//! Files that an agent fetches from its coordinator.

use super::reasons;

reasons! {
    /// Why a file that a job names is not on the machine.
    Blob BlobReason {
        /// It cannot be kept in the agent's data folder.
        NotKept {
            /// What the system says.
            detail: String,
        } = "file_not_kept" => Storage,
        /// The coordinator refuses it, or cannot be reached.
        Refused {
            /// What was answered.
            detail: String,
        } = "file_refused" => BlobUnavailable,
        /// The coordinator does not answer.
        NoAnswer = "file_no_answer" => BlobUnavailable,
        /// Nothing more came.
        Stalled {
            /// For so many seconds.
            seconds: u64,
        } = "file_stalled" => BlobUnavailable,
        /// The connection ended before the file did.
        EndedEarly = "file_ended_early" => BlobUnavailable,
        /// More came than the coordinator said that there is.
        TooLong = "file_too_long" => BlobUnavailable,
        /// What came is something else, by its SHA-256.
        OtherContent = "file_other_content" => BlobUnavailable,
        /// It is larger than an agent takes.
        TooLarge {
            /// Its size.
            has_bytes: u64,
            /// The most that is taken.
            most_bytes: u64,
        } = "file_too_large" => BlobUnavailable,
    }
}
