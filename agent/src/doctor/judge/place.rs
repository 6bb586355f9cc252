//! Where results go: the coordinator, its clock, and the data folder.

use cotejo_channel::ChannelError;
use cotejo_language::Message;
use cotejo_model::session::{OLDEST_PROTOCOL, PROTOCOL};

use super::{Check, GIB, none, ok, problem, warning};
use crate::doctor::Verdict;
use crate::doctor::coordinator::{Answered, Unanswered};
use crate::doctor::gather::{Coordinator, DataFolder, Findings};

/// Clocks that are further apart make records of different machines hard to put in order.
const SKEW_MS: u64 = 2000;
/// Results alone are small; images and weights are not.
const LITTLE_SPACE: u64 = GIB;
/// Below this, results are at risk.
const NO_SPACE: u64 = GIB / 10;
/// What sets this PC's clock.
const SET_CLOCK: &str = if cfg!(windows) { "w32tm /resync" } else { "timedatectl set-ntp true" };

pub(super) fn all(findings: &Findings) -> [Check; 3] {
    let coordinator = findings.coordinator.as_ref();
    [reachable(coordinator), clock(coordinator), data_folder(&findings.data_dir)]
}

fn reachable(coordinator: Option<&Coordinator>) -> Check {
    const NAME: &str = "coordinator";
    let Some(Coordinator { address, answer }) = coordinator else {
        return none(NAME, Message::new("doctor-none-named"));
    };
    let at = |name| Message::new(name).with("address", address);
    match answer {
        Err(why @ Unanswered::Channel(ChannelError::NotCoordinator)) => {
            problem(NAME, at("doctor-coordinator-wrong").of("why", why.message()), "doctor-coordinator-wrong-remedy")
        }
        Err(why) => {
            problem(NAME, at("doctor-coordinator-silent").of("why", why.message()), "doctor-coordinator-remedy")
        }
        Ok(Answered { version, protocol, .. }) if !(OLDEST_PROTOCOL..=PROTOCOL).contains(protocol) => problem(
            NAME,
            at("doctor-coordinator-version")
                .with("version", version)
                .with("protocol", protocol)
                .with("oldest", OLDEST_PROTOCOL)
                .with("newest", PROTOCOL),
            "doctor-coordinator-version-remedy",
        ),
        Ok(Answered { version, protocol, .. }) => {
            ok(NAME, at("doctor-coordinator").with("version", version).with("protocol", protocol))
        }
    }
}

fn clock(coordinator: Option<&Coordinator>) -> Check {
    const NAME: &str = "clock";
    let Some(Ok(answer)) = coordinator.map(|coordinator| &coordinator.answer) else {
        return none(NAME, Message::new("doctor-clock-none"));
    };
    let Some(ahead_ms) = answer.ahead_ms else {
        return none(NAME, Message::new("doctor-clock-untold"));
    };
    let name = if ahead_ms < 0 { "doctor-clock-ahead" } else { "doctor-clock-behind" };
    let seconds = ahead_ms.unsigned_abs() as f64 / 1000.0;
    let found = Message::new(name).figure("seconds", format!("{seconds:.1}"));
    if ahead_ms.unsigned_abs() <= SKEW_MS {
        return ok(NAME, found);
    }
    let remedy = Message::new("doctor-clock-remedy").with("command", SET_CLOCK);
    Check { remedy: Some(remedy), ..super::check(NAME, Verdict::Warning, found) }
}

fn data_folder(folder: &DataFolder) -> Check {
    const NAME: &str = "data_folder";
    let path = folder.path.display();
    if let Err(why) = &folder.writable {
        let found = Message::new("doctor-folder-unwritable").with("path", path).with("why", why);
        return problem(NAME, found, "doctor-folder-unwritable-remedy");
    }
    let place =
        if folder.exists { Message::words(path) } else { Message::new("doctor-folder-absent").with("path", path) };
    let Some(free) = folder.free else {
        return ok(NAME, Message::new("doctor-folder-writable").of("path", place));
    };
    let found = Message::new("doctor-folder-free").of("path", place).bytes("free", free);
    match free {
        free if free < NO_SPACE => problem(NAME, found, "doctor-folder-free-remedy"),
        free if free < LITTLE_SPACE => warning(NAME, found, "doctor-folder-free-remedy"),
        _ => ok(NAME, found),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use cotejo_channel::Address;

    use super::super::gpu::tests::findings;
    use super::*;

    fn answered(protocol: u32, ahead_ms: Option<i64>) -> Coordinator {
        let answer = Ok(Answered { version: "0.1.0".to_owned(), protocol, ahead_ms });
        Coordinator { address: "http://teacher:7420".to_owned(), answer }
    }

    /// PCs whose coordinator and data folder are in every state that a check tells apart.
    pub(in crate::doctor::judge) fn pcs() -> Vec<Findings> {
        let of = |coordinator| Findings { coordinator, ..findings() };
        let failing = |why| Some(Coordinator { answer: Err(why), ..answered(PROTOCOL, None) });
        let mut pcs =
            vec![of(None), of(Some(answered(PROTOCOL, None))), of(Some(answered(PROTOCOL + 1, Some(90_000))))];
        pcs.push(of(Some(answered(PROTOCOL, Some(-90_000)))));
        let unreachable = ChannelError::Unreachable { detail: "connection refused".to_owned() };
        let address = "https://server".parse::<Address>().unwrap_err();
        let failures = [unreachable.into(), ChannelError::NotCoordinator.into(), address.into(), Unanswered::Late];
        pcs.extend(failures.into_iter().map(|why| of(failing(why))));
        for (exists, writable, free) in [
            (false, Ok(()), None),
            (true, Ok(()), Some(1)),
            (false, Ok(()), Some(GIB / 2)),
            (true, Err("read-only".to_owned()), None),
        ] {
            pcs.push(Findings { data_dir: DataFolder { path: "data".into(), exists, writable, free }, ..findings() });
        }
        pcs
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
            assert!(check.finding.in_english().contains(text), "{check:?}");
        }
    }

    #[test]
    fn clocks_may_be_two_seconds_apart() {
        let of = |ahead_ms| clock(Some(&answered(PROTOCOL, ahead_ms)));
        assert_eq!(of(Some(-2000)).verdict, Verdict::Ok);
        assert_eq!(of(Some(2001)).verdict, Verdict::Warning);
        assert_eq!(of(Some(-60_000)).finding.in_english(), "60.0 s ahead of the coordinator's");
        assert_eq!(of(Some(5000)).finding.in_english(), "5.0 s behind the coordinator's");
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
