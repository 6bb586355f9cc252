//! Why a coordinator cannot be talked to.

use std::error::Error;

use cotejo_language::Message;
use tonic::{Code, Status};

/// How tonic reports an answer that is HTTP/2 but not gRPC; it has no code or type for that.
const NOT_GRPC: &str = "grpc-status header missing";

/// Why a coordinator cannot be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelError {
    /// Nobody answers, or the connection was lost.
    Unreachable {
        /// The system's or the transport's own words.
        detail: String,
    },
    /// Something answers that does not speak as a coordinator does, such as a web server.
    NotCoordinator,
}

cotejo_language::displayed_in_english!(ChannelError);
impl Error for ChannelError {}

impl ChannelError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Unreachable { detail } => Message::new("channel-unreachable").with("detail", detail),
            Self::NotCoordinator => Message::new("channel-not-coordinator"),
        }
    }

    /// What it means that connecting failed.
    pub fn of_transport(error: &tonic::transport::Error) -> Self {
        if speaks_otherwise(error) { Self::NotCoordinator } else { Self::Unreachable { detail: innermost(error) } }
    }

    /// What a status says of the connection; none if a coordinator answered.
    pub fn of_status(status: &Status) -> Option<Self> {
        if speaks_otherwise(status) || status.message().starts_with(NOT_GRPC) {
            return Some(Self::NotCoordinator);
        }
        let detail = || match status.source() {
            Some(source) => innermost(source),
            None => status.message().to_owned(),
        };
        // A coordinator's own word has no cause on this side; a connection that ends under a request has.
        let lost = status.code() != Code::DeadlineExceeded && status.source().is_some();
        (lost || status.code() == Code::Unavailable).then(|| Self::Unreachable { detail: detail() })
    }
}

/// Whether the other end broke the rules of HTTP/2: it speaks something else.
fn speaks_otherwise(error: &(dyn Error + 'static)) -> bool {
    use h2::Reason;
    const BROKEN_RULES: [Reason; 6] = [
        Reason::PROTOCOL_ERROR,
        Reason::FLOW_CONTROL_ERROR,
        Reason::FRAME_SIZE_ERROR,
        Reason::COMPRESSION_ERROR,
        Reason::SETTINGS_TIMEOUT,
        Reason::HTTP_1_1_REQUIRED,
    ];
    let broken = |error: &h2::Error| error.reason().is_some_and(|reason| BROKEN_RULES.contains(&reason));
    chain(error).any(|error| error.downcast_ref().is_some_and(broken))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The cause at the bottom, which names what happened.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().unwrap_or(error).to_string()
}

/// An error with all its causes: a transport's own text says nothing.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for cause in chain(error).map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
