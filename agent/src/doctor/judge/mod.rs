//! What the findings mean. Nothing is looked at here.

mod gpu;
mod place;

use cotejo_language::{Language, Sentences};
use cotejo_model::frames::Offer;
use cotejo_model::machine::PowerSource;
use cotejo_model::quality::BUSY_LOAD;
use cotejo_model::{DeviceKind, Reason};

use super::gather::Findings;
use super::{Check, Verdict};

const GIB: u64 = 1 << 30;

/// Every check, in the order of reading.
pub(super) fn all(findings: &Findings) -> Vec<Check> {
    let mut checks = vec![processor(findings), memory(findings), power_plan(findings), power(findings), load(findings)];
    checks.push(worker(findings));
    checks.extend(gpu::all(findings));
    checks.extend(place::all(findings));
    checks
}

fn check(check: &'static str, verdict: Verdict, finding: impl Into<String>) -> Check {
    Check { check, subject: None, verdict, finding: finding.into(), remedy: None }
}

fn ok(name: &'static str, finding: impl Into<String>) -> Check {
    check(name, Verdict::Ok, finding)
}

fn none(name: &'static str, finding: impl Into<String>) -> Check {
    check(name, Verdict::NotApplicable, finding)
}

fn warning(name: &'static str, finding: impl Into<String>, remedy: impl Into<String>) -> Check {
    check(name, Verdict::Warning, finding).remedy(remedy)
}

fn problem(name: &'static str, finding: impl Into<String>, remedy: impl Into<String>) -> Check {
    check(name, Verdict::Problem, finding).remedy(remedy)
}

/// The problem that a failure is.
fn failed(name: &'static str, failure: &Reason) -> Check {
    let Sentences { long, remedy, .. } = said(failure);
    problem(name, long, remedy.unwrap_or_default())
}

fn said(reason: &Reason) -> Sentences {
    cotejo_language::reason(reason, Language::English)
}

impl Check {
    fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()).filter(|remedy| !remedy.is_empty()), ..self }
    }

    fn of(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }
}

fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / GIB as f64)
}

fn processor(findings: &Findings) -> Check {
    let cpu = &findings.cpu;
    let vectors = if cpu.simd.is_empty() { "no vector extensions".to_owned() } else { cpu.simd.join(" ") };
    let found = format!("{}: {} cores and {} threads; {vectors}", cpu.name, cpu.physical_cores, cpu.logical_cores);
    let has = |name: &str| cpu.simd.iter().any(|simd| simd == name);
    if has("neon") || (has("avx2") && has("fma")) {
        return ok("processor", found);
    }
    warning(
        "processor",
        found,
        "without AVX2 and FMA a network takes several times longer; a virtual machine must pass the host's processor on",
    )
}

fn memory(findings: &Findings) -> Check {
    let memory = findings.memory;
    let found = format!("{} of {} free", gib(memory.available), gib(memory.total));
    let remedy = "close other programs";
    match memory.available {
        free if free < GIB / 2 => problem("memory", found, remedy),
        free if free < 2 * GIB => warning("memory", found, format!("{remedy}: large images and batches need more")),
        _ => ok("memory", found),
    }
}

fn power_plan(findings: &Findings) -> Check {
    const NAME: &str = "power_plan";
    let plans = &findings.power_plans;
    let found = plans.iter().map(super::power_plan::PowerPlan::words).collect::<Vec<_>>().join(", ");
    match plans.iter().find(|plan| plan.is_slow()) {
        Some(slow) => warning(NAME, format!("{found}: clocks are held down"), slow.remedy()),
        None if plans.is_empty() => none(NAME, "the system does not say"),
        None => ok(NAME, found),
    }
}

fn power(findings: &Findings) -> Check {
    match findings.power {
        PowerSource::Ac => ok("power", "mains"),
        PowerSource::Unknown => ok("power", "no battery found"),
        PowerSource::Battery => {
            warning("power", "battery: clocks are lower, and measurements are marked", "plug the PC in")
        }
    }
}

fn load(findings: &Findings) -> Check {
    const NAME: &str = "background_load";
    let Some(load) = findings.background_load else {
        return none(NAME, "the system does not say");
    };
    let found = format!("others use {:.0} % of the processors", load * 100.0);
    if load < BUSY_LOAD {
        return ok(NAME, found);
    }
    warning(NAME, found, "close other programs; updates and virus scans that run now end by themselves")
}

fn worker(findings: &Findings) -> Check {
    let offer = findings.offers.of(DeviceKind::Cpu);
    match findings.offers.plain.as_ref().map_err(Clone::clone).and_then(|plain| Ok((plain, offer?))) {
        Ok((plain, offer)) => ok("worker", described(&plain.build, offer)),
        Err(failure) => failed("worker", &failure),
    }
}

fn described(build: &str, offer: &Offer) -> String {
    let engines: Vec<&str> = offer.engines.iter().map(|engine| engine.name()).collect();
    format!("{build}; engines: {}", engines.join(", "))
}

#[cfg(test)]
mod tests {
    use cotejo_model::reason::StartReason;

    use super::gpu::tests::findings;
    use super::*;
    use crate::doctor::gather::Memory;
    use crate::doctor::power_plan::PowerPlan;

    #[test]
    fn a_pc_that_is_well_has_only_good_verdicts() {
        for check in all(&findings()) {
            assert!(matches!(check.verdict, Verdict::Ok | Verdict::NotApplicable), "{check:?}");
            assert_eq!(check.remedy, None, "{check:?}");
            assert!(!check.finding.is_empty(), "{check:?}");
        }
    }

    /// The verdict of the check with this name, which has a remedy unless all is well.
    #[track_caller]
    fn verdict(findings: &Findings, name: &str) -> Verdict {
        let checks = all(findings);
        let check = checks.iter().find(|check| check.check == name).expect("the check is there");
        assert_eq!(check.remedy.is_some(), check.verdict >= Verdict::Warning, "{check:?}");
        check.verdict
    }

    #[test]
    fn what_slows_a_pc_down_is_a_warning() {
        let slow = Findings {
            memory: Memory { total: 8 * GIB, available: GIB },
            power_plans: vec![PowerPlan::Profile("low-power".to_owned())],
            power: PowerSource::Battery,
            background_load: Some(0.25),
            ..findings()
        };
        for name in ["memory", "power_plan", "power", "background_load"] {
            assert_eq!(verdict(&slow, name), Verdict::Warning, "{name}");
        }
        let mut old = findings();
        old.cpu.simd = vec!["sse4.2".to_owned()];
        assert_eq!(verdict(&old, "processor"), Verdict::Warning);
    }

    #[test]
    fn what_the_system_does_not_say_is_no_fault() {
        let silent = Findings { power_plans: vec![], power: PowerSource::Unknown, background_load: None, ..findings() };
        assert_eq!(verdict(&silent, "power_plan"), Verdict::NotApplicable);
        assert_eq!(verdict(&silent, "background_load"), Verdict::NotApplicable);
        assert_eq!(verdict(&silent, "power"), Verdict::Ok);
    }

    #[test]
    fn without_memory_or_worker_nothing_is_measured() {
        let mut broken = findings();
        broken.memory.available = GIB / 4;
        broken.offers.plain = Err(StartReason::Silent { program: "cotejo-worker".to_owned(), seconds: 30 }.into());
        assert_eq!(verdict(&broken, "memory"), Verdict::Problem);
        assert_eq!(verdict(&broken, "worker"), Verdict::Problem);
    }
}
