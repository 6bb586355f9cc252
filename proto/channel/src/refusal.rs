//! Why a coordinator refuses a request: a reason with its facts, which travels in the status' metadata. Programs that know
//! none read an English sentence in its message.

use cotejo_language::{Language, Sentences};
use cotejo_model::Reason;
use tonic::metadata::{BinaryMetadataValue, MetadataMap};
use tonic::{Code, Status};

/// Where the reason stands, as JSON.
const KEY: &str = "cotejo-reason-bin";
/// Bytes of a reason at most: a client takes so many of all headers together and no more.
const MOST_BYTES: usize = 6 * 1024;

/// The status of a request that is refused for this reason.
pub fn refusal(code: Code, reason: &Reason) -> Status {
    let Sentences { long, remedy, .. } = cotejo_language::reason(reason, Language::English);
    let message = remedy.map_or_else(|| long.clone(), |remedy| format!("{long}; {remedy}"));
    let mut metadata = MetadataMap::new();
    let facts = serde_json::to_vec(reason).expect("a reason's keys are texts");
    if facts.len() <= MOST_BYTES {
        metadata.insert_bin(KEY, BinaryMetadataValue::from_bytes(&facts));
    }
    Status::with_metadata(code, message, metadata)
}

/// The reason in a status; none where the other end gave none, as older coordinators do.
pub fn reason_of(status: &Status) -> Option<Reason> {
    let facts = status.metadata().get_bin(KEY)?.to_bytes().ok()?;
    serde_json::from_slice(&facts).ok()
}

#[cfg(test)]
mod tests {
    use cotejo_model::reason::{PlanReason, RequestReason};

    use super::*;

    #[test]
    fn a_reason_arrives_with_its_facts_and_a_sentence() {
        let reason = Reason::from(RequestReason::UnknownSet { set: "a".to_owned(), known: vec!["b".to_owned()] });
        let status = refusal(Code::NotFound, &reason);
        assert_eq!((status.code(), reason_of(&status)), (Code::NotFound, Some(reason)));
        assert_eq!(status.message(), "no set of reference times is called a; there are: b");
        assert_eq!(reason_of(&Status::not_found("from an older coordinator")), None);
    }

    #[test]
    fn a_reason_that_is_too_long_for_a_header_is_a_sentence_alone() {
        let known = (0..1000).map(|at| format!("machine {at}")).collect();
        let reason = PlanReason::UnknownMachines { unknown: vec!["x".to_owned()], known }.into();
        let status = refusal(Code::NotFound, &reason);
        assert!(reason_of(&status).is_none() && status.message().starts_with("no machine is called x; there are:"));
    }
}
