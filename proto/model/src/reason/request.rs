//! Requests that a coordinator does not grant.

use super::{Problem, reasons};
use crate::ids::Digest;
use crate::workload::{Model, Task};

reasons! {
    /// Why a coordinator does not do what it is asked to.
    Request RequestReason {
        /// A file of a sweep was not uploaded.
        FileNotUploaded {
            /// For which model its weights are; none for the image.
            model: Option<Model>,
            /// Its SHA-256.
            digest: Digest,
        } = "file_not_uploaded" => BlobUnavailable,
        /// There is no sweep at all.
        NoSweepYet = "no_sweep_yet" => InvalidJob,
        /// No sweep has this name or identity.
        UnknownSweep {
            /// What was asked for.
            text: String,
            /// Names and identities of the newest ones; empty where an identity was asked for.
            newest: Vec<String>,
        } = "unknown_sweep" => InvalidJob,
        /// No cell of the chosen sweeps has ended.
        NothingToExport = "nothing_to_export" => InvalidJob,
        /// More reference times than are taken at once.
        TooManyReferences {
            /// Of them.
            count: u64,
            /// At most.
            most: u64,
        } = "too_many_references" => InvalidJob,
        /// A reference time makes no sense.
        BadReference {
            /// What it is of.
            task: Task,
            /// On which GPU.
            device: String,
            /// What is wrong with it.
            problem: Box<Problem>,
        } = "reference_unsound" => InvalidJob,
        /// No set of reference times has this name.
        UnknownSet {
            /// What was asked for.
            set: String,
            /// What there is.
            known: Vec<String>,
        } = "unknown_reference_set" => InvalidJob,
        /// The coordinator ends.
        ShuttingDown = "shutting_down" => Cancelled,
    }
}

reasons! {
    /// Why a coordinator does not take a file, or does not give it.
    Upload UploadReason {
        /// It has none with this digest.
        Missing {
            /// The SHA-256.
            digest: Digest,
        } = "upload_missing" => BlobUnavailable,
        /// The file is larger than it takes.
        TooLarge {
            /// The file's size.
            has_bytes: u64,
            /// The most that is taken.
            most_bytes: u64,
        } = "upload_too_large" => BlobUnavailable,
        /// The upload does not go on where the last one ended.
        BadOffset {
            /// Where it starts.
            offset: u64,
            /// What is there.
            present: u64,
        } = "upload_bad_offset" => BlobUnavailable,
        /// More bytes than were announced.
        Overlong {
            /// What was announced.
            announced_bytes: u64,
        } = "upload_overlong" => BlobUnavailable,
        /// The upload ended before the file did.
        EndedEarly = "upload_ended_early" => BlobUnavailable,
        /// The content is not what its digest says.
        Damaged {
            /// The SHA-256 that was announced.
            digest: Digest,
        } = "upload_damaged" => BlobUnavailable,
        /// The same file is being uploaded by another.
        Busy {
            /// The SHA-256.
            digest: Digest,
        } = "upload_busy" => BlobUnavailable,
        /// The coordinator's disk refuses.
        NotKept {
            /// The folder.
            folder: String,
            /// What the system says.
            detail: String,
        } = "upload_not_kept" => Storage,
    }
}

reasons! {
    /// Why a coordinator's database does not do what it is asked to.
    Store StoreReason {
        /// It cannot be opened.
        NotOpened {
            /// Its file.
            path: String,
            /// What the database says.
            detail: String,
        } = "database_not_opened" => Storage,
        /// A newer coordinator wrote it.
        Newer {
            /// Its file.
            path: String,
            /// Its schema.
            found: u64,
            /// The newest that is known here.
            known: u64,
        } = "database_newer" => Storage,
        /// It fails at a query.
        Failed {
            /// What it says.
            detail: String,
        } = "database_failed" => Storage,
        /// A value in it cannot be read.
        Unreadable {
            /// Which, and what is wrong with it.
            detail: String,
        } = "database_unreadable" => Storage,
    }
}
