//! Where results go: the coordinator, its clock, and the data folder.

use cotejo_channel::ChannelError;
use cotejo_model::session::{OLDEST_PROTOCOL, PROTOCOL};

use super::{Check, GIB, gib, none, ok, problem, warning};
use crate::doctor::coordinator::Unanswered;
use crate::doctor::gather::{Coordinator, DataFolder, Findings};

/// Clocks that are further apart make records of different machines hard to put in order.
const SKEW_MS: u64 = 2000;
/// Results alone are small; images and weights are not.
const LITTLE_SPACE: u64 = GIB;
/// Below this, results are at risk.
const NO_SPACE: u64 = GIB / 10;

pub(super) fn all(findings: &Findings) -> [Check; 3] {
    let coordinator = findings.coordinator.as_ref();
    [reachable(coordinator), clock(coordinator), data_folder(&findings.data_dir)]
}

fn reachable(coordinator: Option<&Coordinator>) -> Check {
    const NAME: &str = "coordinator";
    let Some(Coordinator { address, answer }) = coordinator else {
        return none(NAME, "none is named");
    };
    match answer {
        Err(Unanswered::Channel(why @ ChannelError::NotCoordinator)) => {
            problem(NAME, format!("{address}: {why}"), "name the coordinator's address and port with --coordinator")
        }
        Err(why) => problem(
            NAME,
            match why {
                Unanswered::Channel(ChannelError::Unreachable { detail }) => {
                    format!("{address} does not answer: {detail}")
                }
                why => format!("{address} does not answer: {why}"),
            },
            "start it there with `cotejo-coordinator run`, name the right address with --coordinator, or open its port \
             in the firewall",
        ),
        Ok(answer) if !(OLDEST_PROTOCOL..=PROTOCOL).contains(&answer.protocol) => problem(
            NAME,
            format!(
                "{address} is of version {} and speaks protocol {}, this PC {OLDEST_PROTOCOL} to {PROTOCOL}",
                answer.version, answer.protocol
            ),
            "install the same version of Cotejo on both",
        ),
        Ok(answer) => ok(NAME, format!("{address} answers: version {}, protocol {}", answer.version, answer.protocol)),
    }
}

fn clock(coordinator: Option<&Coordinator>) -> Check {
    const NAME: &str = "clock";
    let Some(Ok(answer)) = coordinator.map(|coordinator| &coordinator.answer) else {
        return none(NAME, "no coordinator to compare with");
    };
    let Some(ahead_ms) = answer.ahead_ms else {
        return none(NAME, "the coordinator is of a version that does not tell its time");
    };
    let seconds = ahead_ms.unsigned_abs() as f64 / 1000.0;
    let found = match ahead_ms {
        0.. => format!("{seconds:.1} s behind the coordinator's"),
        _ => format!("{seconds:.1} s ahead of the coordinator's"),
    };
    if ahead_ms.unsigned_abs() > SKEW_MS {
        let remedy = if cfg!(windows) {
            "set the clock of both by a time server: w32tm /resync"
        } else {
            "set the clock of both by a time server: timedatectl set-ntp true"
        };
        return warning(NAME, found, remedy);
    }
    ok(NAME, found)
}

fn data_folder(folder: &DataFolder) -> Check {
    const NAME: &str = "data_folder";
    let path = folder.path.display();
    if let Err(why) = &folder.writable {
        let remedy = "make it writable for the agent's user, or name another one with --data-dir";
        return problem(NAME, format!("{path} cannot be written: {why}"), remedy);
    }
    let there = if folder.exists { "" } else { " (made when it is needed)" };
    let Some(free) = folder.free else {
        return ok(NAME, format!("{path}{there} can be written"));
    };
    let found = format!("{path}{there}: {} free", gib(free));
    let remedy = "free some space there, or name another folder with --data-dir";
    match free {
        free if free < NO_SPACE => problem(NAME, found, remedy),
        free if free < LITTLE_SPACE => warning(NAME, found, remedy),
        _ => ok(NAME, found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use crate::doctor::coordinator::Answered;

    fn answered(protocol: u32, ahead_ms: Option<i64>) -> Coordinator {
        let answer = Ok(Answered { version: "0.1.0".to_owned(), protocol, ahead_ms });
        Coordinator { address: "http://teacher:7420".to_owned(), answer }
    }

    #[test]
    fn a_coordinator_answers_or_is_a_problem() {
        let failing = |error| Coordinator { answer: Err(Unanswered::Channel(error)), ..answered(PROTOCOL, None) };
        let silent = failing(ChannelError::Unreachable { detail: "connection refused".to_owned() });
        let other = failing(ChannelError::NotCoordinator);
        for (coordinator, verdict, text) in [
            (None, Verdict::NotApplicable, "none is named"),
            (Some(answered(PROTOCOL, None)), Verdict::Ok, "http://teacher:7420 answers: version 0.1.0"),
            (Some(answered(PROTOCOL + 1, None)), Verdict::Problem, "speaks protocol"),
            (Some(silent), Verdict::Problem, "does not answer: connection refused"),
            (Some(other), Verdict::Problem, "it is no Cotejo coordinator"),
        ] {
            let check = reachable(coordinator.as_ref());
            assert_eq!((check.verdict, check.remedy.is_some()), (verdict, verdict == Verdict::Problem));
            assert!(check.finding.contains(text), "{}", check.finding);
        }
    }

    #[test]
    fn clocks_may_be_two_seconds_apart() {
        let of = |ahead_ms| clock(Some(&answered(PROTOCOL, ahead_ms)));
        assert_eq!(of(Some(-2000)).verdict, Verdict::Ok);
        assert_eq!(of(Some(2001)).verdict, Verdict::Warning);
        assert_eq!(of(Some(-60_000)).finding, "60.0 s ahead of the coordinator's");
        assert_eq!(of(Some(5000)).finding, "5.0 s behind the coordinator's");
        assert_eq!(of(None).verdict, Verdict::NotApplicable);
        assert_eq!(clock(None).verdict, Verdict::NotApplicable);
    }

    #[test]
    fn a_folder_needs_room_and_permission() {
        let folder = |writable, free| DataFolder { path: "data".into(), exists: false, writable, free };
        for (folder, verdict) in [
            (folder(Ok(()), Some(2 * GIB)), Verdict::Ok),
            (folder(Ok(()), None), Verdict::Ok),
            (folder(Ok(()), Some(GIB / 2)), Verdict::Warning),
            (folder(Ok(()), Some(GIB / 20)), Verdict::Problem),
            (folder(Err("read-only".to_owned()), Some(2 * GIB)), Verdict::Problem),
        ] {
            let check = data_folder(&folder);
            assert_eq!((check.verdict, check.remedy.is_some()), (verdict, verdict >= Verdict::Warning), "{check:?}");
        }
    }
}
