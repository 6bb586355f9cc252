//! Files of results that are no bundle, or a damaged one.

use super::reasons;
use crate::ids::Digest;
use crate::job::JobState;
use crate::reason::Reason;

reasons! {
    /// Why a file is not a bundle that can be read.
    Bundle BundleReason {
        /// There is nothing in it.
        Empty = "bundle_empty" => InvalidJob,
        /// It is something else.
        NotABundle = "not_a_bundle" => InvalidJob,
        /// A later version wrote it.
        Newer {
            /// Its format.
            found: u64,
            /// The newest format that is read.
            known: u64,
        } = "bundle_newer" => InvalidJob,
        /// Its first line is not what it should be.
        BadHeader = "bundle_bad_header" => InvalidJob,
        /// It is larger than any.
        TooLarge {
            /// Bytes of records.
            has_bytes: u64,
            /// Bytes at most.
            most_bytes: u64,
        } = "bundle_too_large" => InvalidJob,
        /// It ends too early.
        Truncated {
            /// Bytes of records.
            found: u64,
            /// What its first line says.
            expected: u64,
        } = "bundle_truncated" => InvalidJob,
        /// Something follows its end.
        Overlong {
            /// Bytes.
            more: u64,
        } = "bundle_overlong" => InvalidJob,
        /// It was changed.
        OtherContent {
            /// The SHA-256 that its first line says.
            expected: Digest,
            /// Its SHA-256.
            found: Digest,
        } = "bundle_other_content" => InvalidJob,
        /// A record cannot be read.
        BadRecord {
            /// Its line, from 1.
            line: u64,
            /// What the reader says.
            detail: String,
        } = "bundle_bad_record" => InvalidJob,
        /// Its first record does not say who made it.
        NoMaker = "bundle_no_maker" => InvalidJob,
        /// It says twice who made it.
        TwoMakers = "bundle_two_makers" => InvalidJob,
        /// A machine, a sweep or a job stands twice in it.
        Twice {
            /// Its identity.
            id: String,
        } = "bundle_twice" => InvalidJob,
        /// It says how a sweep came, and has no such sweep.
        NoSuchSweep {
            /// The sweep.
            sweep: String,
        } = "bundle_no_such_sweep" => InvalidJob,
        /// A job's machine is not in it.
        NoMachineOf {
            /// The job.
            job: String,
        } = "bundle_no_machine_of_job" => InvalidJob,
        /// A job's sweep is not in it.
        NoSweepOf {
            /// The job.
            job: String,
        } = "bundle_no_sweep_of_job" => InvalidJob,
        /// A job asks for something that nobody can compute.
        BadJob {
            /// The job.
            job: String,
            /// What is wrong with it.
            why: Box<Reason>,
        } = "bundle_bad_job" => InvalidJob,
        /// A job's measurement is of something else.
        OtherMeasurement {
            /// The job.
            job: String,
        } = "bundle_other_measurement" => InvalidJob,
        /// A job has a sample that took no time.
        NoTime {
            /// The job.
            job: String,
        } = "bundle_sample_without_time" => InvalidJob,
        /// A job failed, and is in a state of those that did not.
        NotFailed {
            /// The job.
            job: String,
            /// Its state.
            state: JobState,
        } = "bundle_job_not_failed" => InvalidJob,
    }
}
