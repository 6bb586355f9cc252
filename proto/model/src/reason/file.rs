//! The files that a job names: whether they are there, and the image in one of them.

use super::facts::JobFile;
use super::reasons;
use crate::ids::Digest;

reasons! {
    /// Why a file cannot be used, whatever is in it.
    File FileReason {
        /// It is not there.
        Missing {
            /// What it is to be.
            file: JobFile,
            /// Where it was looked for.
            path: String,
        } = "file_missing" => file.missing(),
        /// It cannot be read.
        Unreadable {
            /// What it is to be.
            file: JobFile,
            /// Where it is.
            path: String,
            /// What the system says.
            detail: String,
        } = "file_unreadable" => file.missing(),
        /// It is a folder.
        Folder {
            /// What it is to be.
            file: JobFile,
            /// Where it is.
            path: String,
        } = "file_is_folder" => file.missing(),
        /// It has no content.
        Empty {
            /// What it is to be.
            file: JobFile,
            /// Where it is.
            path: String,
        } = "file_empty" => file.corrupt(),
        /// It has more bytes than are read.
        TooManyBytes {
            /// What it is to be.
            file: JobFile,
            /// Where it is.
            path: String,
            /// The most that is read.
            most_bytes: u64,
        } = "file_has_too_many_bytes" => file.too_large(),
        /// It is not the one that the job names.
        OtherThanNamed {
            /// What it is to be.
            file: JobFile,
            /// Where it is.
            path: String,
            /// The SHA-256 of what is there.
            found: Digest,
            /// The SHA-256 that the job names.
            expected: Digest,
        } = "file_other_than_named" => file.corrupt(),
    }
}

reasons! {
    /// Why an image cannot be classified.
    Image ImageReason {
        /// It is in none of the known formats.
        UnknownFormat = "image_format_unknown" => ImageCorrupt,
        /// The decoder gives up.
        Undecodable {
            /// What the decoder says.
            detail: String,
        } = "image_undecodable" => ImageCorrupt,
        /// It is beyond what the decoder may take, in the decoder's words.
        OverLimits {
            /// What the decoder says.
            detail: String,
            /// Pixels a side at most.
            most_side: u32,
            /// Megapixels at most.
            most_megapixels: u32,
        } = "image_over_limits" => ImageTooLarge,
        /// It has too many pixels.
        TooManyPixels {
            /// Pixels.
            width: u32,
            /// Pixels.
            height: u32,
            /// Pixels a side at most.
            most_side: u32,
            /// Megapixels at most.
            most_megapixels: u32,
        } = "image_has_too_many_pixels" => ImageTooLarge,
    }
}
