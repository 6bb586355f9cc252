//! Others' words, and reasons that are part of another.

use super::{FailureCode, Reason, reasons};

reasons! {
    /// What is passed on.
    Relayed Relayed {
        /// The words of a program that gives no facts: another one's, or an older Cotejo's.
        Quoted {
            /// What kind of failure it is.
            code: FailureCode,
            /// What happened, in its words.
            text: String,
            /// What to do about it, in its words; empty where it does not say.
            remedy: String,
        } = "quoted" => *code,
        /// The content of a file is the trouble.
        InFile {
            /// The file.
            path: String,
            /// What is wrong with it.
            why: Box<Reason>,
        } = "in_file" => why.code(),
        /// A reason, and another that must be known with it.
        Besides {
            /// The one that decides.
            first: Box<Reason>,
            /// The other.
            then: Box<Reason>,
        } = "besides" => first.code(),
    }
}
