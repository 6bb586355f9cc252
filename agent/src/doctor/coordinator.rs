//! What the coordinator answers when it is asked how it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cotejo_channel::{Address, AddressError, ChannelError};
use cotejo_language::Message;
use cotejo_proto::v1::GetStatusRequest;
use cotejo_proto::v1::status_service_client::StatusServiceClient;
use tonic::Status;

/// How long it may take to connect and to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A coordinator that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) version: String,
    pub(super) protocol: u32,
    /// How far its clock is ahead of this PC's, in milliseconds; none if it does not tell.
    pub(super) ahead_ms: Option<i64>,
}

/// Why a coordinator does not say how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// What names it is no address.
    Address(AddressError),
    /// It cannot be talked to.
    Channel(ChannelError),
    /// It takes too long.
    Late,
    /// It answered that it cannot tell.
    Refused(String),
}

impl Unanswered {
    /// What a person is told.
    pub(super) fn message(&self) -> Message {
        match self {
            Self::Address(error) => error.message(),
            Self::Channel(ChannelError::Unreachable { detail }) => Message::words(detail),
            Self::Channel(error @ ChannelError::NotCoordinator) => error.message(),
            Self::Late => Message::new("doctor-coordinator-late").count("seconds", ANSWER_WITHIN.as_secs()),
            Self::Refused(words) => Message::words(words),
        }
    }
}

impl From<AddressError> for Unanswered {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

impl From<ChannelError> for Unanswered {
    fn from(error: ChannelError) -> Self {
        Self::Channel(error)
    }
}

impl From<Status> for Unanswered {
    fn from(status: Status) -> Self {
        match ChannelError::of_status(&status) {
            Some(error) => Self::Channel(error),
            None => Self::Refused(status.message().to_owned()),
        }
    }
}

/// Asks the coordinator at this address.
pub(super) async fn ask(address: &Address) -> Result<Answered, Unanswered> {
    let asked = async {
        let channel = cotejo_channel::connect(address, ANSWER_WITHIN).await?;
        let mut service = StatusServiceClient::new(channel);
        let (sent_ms, began) = (now_ms(), Instant::now());
        let status = service.get_status(GetStatusRequest {}).await;
        let round_trip = began.elapsed();
        let status = status?.into_inner();
        let ahead_ms = (status.now_ms > 0).then(|| ahead(status.now_ms, sent_ms, round_trip));
        Ok(Answered { version: status.version, protocol: status.protocol, ahead_ms })
    };
    tokio::time::timeout(ANSWER_WITHIN, asked).await.unwrap_or(Err(Unanswered::Late))
}

fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// The answer was most likely written halfway.
fn ahead(theirs_ms: u64, sent_ms: u64, round_trip: Duration) -> i64 {
    let half = u64::try_from(round_trip.as_millis() / 2).unwrap_or(u64::MAX);
    let ours_ms = sent_ms.saturating_add(half);
    let apart = i64::try_from(theirs_ms.abs_diff(ours_ms)).unwrap_or(i64::MAX);
    if theirs_ms >= ours_ms { apart } else { -apart }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_round_trip_is_not_skew() {
        let round_trip = Duration::from_millis(400);
        assert_eq!(ahead(10_200, 10_000, round_trip), 0);
        assert_eq!(ahead(15_200, 10_000, round_trip), 5000);
        assert_eq!(ahead(5_200, 10_000, round_trip), -5000);
    }

    #[tokio::test]
    async fn an_address_where_nobody_listens() {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let why = ask(&address.into()).await.unwrap_err();
        assert!(matches!(why, Unanswered::Channel(ChannelError::Unreachable { .. })), "{why:?}");
    }
}
