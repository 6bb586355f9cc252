//! What is said beside the output: data, until it is written in the reader's language.

pub(crate) use cotejo_language::Message;
