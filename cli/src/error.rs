//! How a command ends: its exit code, and what a person is told.

use std::fmt;
use std::process::ExitCode;

use cotejo_language::{Language, Texts};
use cotejo_model::Reason;

use crate::message::Message;

/// The exit codes, as `cotejo --help` and `cotejo doctor --help` document them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for.
    Ok,
    /// Something could not be done, or could not be measured.
    Failed,
    /// The command or its input is wrong; nothing was done.
    Usage,
    /// No coordinator answers.
    Unreachable,
    /// Ctrl-C.
    Interrupted,
    /// What the doctor found, by its own code.
    Doctor(u8),
}

impl Exit {
    /// The number that the system sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Interrupted => 130,
            Self::Doctor(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command ended early.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Error {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What happened, and where.
    pub(crate) message: Message,
    /// What to do about it, if there is something to say.
    pub(crate) help: Option<Message>,
}

impl Error {
    /// Something could not be done.
    pub(crate) fn failed(message: impl Into<Message>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), help: None }
    }

    /// The command or its input is wrong.
    pub(crate) fn usage(message: impl Into<Message>) -> Self {
        Self { exit: Exit::Usage, ..Self::failed(message) }
    }

    /// What a reason says, with what to do about it.
    pub(crate) fn because(exit: Exit, why: &Reason) -> Self {
        Self { exit, message: why.into(), help: Message::remedy(why) }
    }

    /// The same error, with what to do about it.
    pub(crate) fn with_help(mut self, help: impl Into<Message>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What a person is told, in this language.
    pub(crate) fn said(&self, texts: &Texts) -> String {
        let error = texts.fill("message-error", &[("message", self.message.said(texts).into())]);
        match &self.help {
            Some(help) => {
                format!("{error}\n  {}", texts.fill("message-help", &[("help", help.said(texts).into())]))
            }
            None => error,
        }
    }
}

/// In English, for logs.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(Texts::of(Language::English)))
    }
}

impl std::error::Error for Error {}
