//! What the findings mean. Nothing is looked at here.

mod gpu;
mod place;

use cotejo_language::Message;
use cotejo_model::frames::Offer;
use cotejo_model::machine::PowerSource;
use cotejo_model::quality::BUSY_LOAD;
use cotejo_model::{DeviceKind, Reason};

use super::gather::Findings;
use super::power_plan::PowerPlan;
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

fn check(check: &'static str, verdict: Verdict, finding: Message) -> Check {
    Check { check, subject: None, verdict, finding, remedy: None }
}

fn ok(name: &'static str, finding: Message) -> Check {
    check(name, Verdict::Ok, finding)
}

fn none(name: &'static str, finding: Message) -> Check {
    check(name, Verdict::NotApplicable, finding)
}

fn warning(name: &'static str, finding: Message, remedy: &'static str) -> Check {
    Check { remedy: Some(Message::new(remedy)), ..check(name, Verdict::Warning, finding) }
}

fn problem(name: &'static str, finding: Message, remedy: &'static str) -> Check {
    Check { remedy: Some(Message::new(remedy)), ..check(name, Verdict::Problem, finding) }
}

/// What is found because of a reason, with what to do about the reason.
fn because(name: &'static str, verdict: Verdict, reason: &Reason, finding: Message) -> Check {
    Check { remedy: Message::remedy(reason), ..check(name, verdict, finding) }
}

/// The problem that a failure is.
fn failed(name: &'static str, failure: &Reason) -> Check {
    because(name, Verdict::Problem, failure, failure.into())
}

impl Check {
    fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }
}

/// A share as whole percents.
fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

fn processor(findings: &Findings) -> Check {
    let cpu = &findings.cpu;
    let vectors =
        if cpu.simd.is_empty() { Message::new("doctor-no-vectors") } else { Message::words(cpu.simd.join(" ")) };
    let found = Message::new("doctor-processor")
        .with("name", &cpu.name)
        .with("cores", cpu.physical_cores)
        .with("threads", cpu.logical_cores)
        .of("vectors", vectors);
    let has = |name: &str| cpu.simd.iter().any(|simd| simd == name);
    if has("neon") || (has("avx2") && has("fma")) {
        return ok("processor", found);
    }
    warning("processor", found, "doctor-processor-slow")
}

fn memory(findings: &Findings) -> Check {
    const NAME: &str = "memory";
    let memory = findings.memory;
    let found = Message::new("doctor-memory").bytes("free", memory.available).bytes("total", memory.total);
    match memory.available {
        free if free < GIB / 2 => problem(NAME, found, "doctor-memory-little"),
        free if free < 2 * GIB => warning(NAME, found, "doctor-memory-less"),
        _ => ok(NAME, found),
    }
}

fn power_plan(findings: &Findings) -> Check {
    const NAME: &str = "power_plan";
    let plans = &findings.power_plans;
    let found = Message::joined(plans.iter().map(PowerPlan::found), ", ");
    match plans.iter().find(|plan| plan.is_slow()) {
        Some(slow) => warning(NAME, Message::new("doctor-plan-slow").of("plans", found), slow.remedy()),
        None if plans.is_empty() => none(NAME, Message::new("doctor-unknown")),
        None => ok(NAME, found),
    }
}

fn power(findings: &Findings) -> Check {
    const NAME: &str = "power";
    match findings.power {
        PowerSource::Ac => ok(NAME, Message::new("doctor-mains")),
        PowerSource::Unknown => ok(NAME, Message::new("doctor-battery-none")),
        PowerSource::Battery => warning(NAME, Message::new("doctor-battery"), "doctor-battery-remedy"),
    }
}

fn load(findings: &Findings) -> Check {
    const NAME: &str = "background_load";
    let Some(load) = findings.background_load else {
        return none(NAME, Message::new("doctor-unknown"));
    };
    let found = Message::new("doctor-load").with("percent", percent(load));
    if load < BUSY_LOAD { ok(NAME, found) } else { warning(NAME, found, "doctor-load-remedy") }
}

fn worker(findings: &Findings) -> Check {
    let offer = findings.offers.of(DeviceKind::Cpu);
    match findings.offers.plain.as_ref().map_err(Clone::clone).and_then(|plain| Ok((plain, offer?))) {
        Ok((plain, offer)) => ok("worker", described(&plain.build, offer)),
        Err(failure) => failed("worker", &failure),
    }
}

fn described(build: &str, offer: &Offer) -> Message {
    let engines: Vec<&str> = offer.engines.iter().map(|engine| engine.name()).collect();
    Message::new("doctor-worker").with("build", build).with("engines", engines.join(", "))
}

#[cfg(test)]
mod tests {
    use cotejo_language::{Language, Texts};
    use cotejo_model::reason::StartReason;
    use cotejo_samples::english::assert_spanish;

    use super::gpu::tests::findings;
    use super::*;
    use crate::doctor::gather::Memory;

    #[test]
    fn a_pc_that_is_well_has_only_good_verdicts() {
        for check in all(&findings()) {
            assert!(matches!(check.verdict, Verdict::Ok | Verdict::NotApplicable), "{check:?}");
            assert_eq!(check.remedy, None, "{check:?}");
            assert!(!check.finding.in_english().is_empty(), "{check:?}");
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

    /// PCs that are well and PCs that are not, in every way that a check tells apart.
    fn pcs() -> Vec<Findings> {
        let mut pcs = super::gpu::tests::pcs();
        pcs.extend(super::place::tests::pcs());
        pcs.push(findings());
        let plans = [
            PowerPlan::Profile("low-power".to_owned()),
            PowerPlan::Governor { name: "powersave".to_owned(), driver: "acpi-cpufreq".to_owned() },
            PowerPlan::Governor { name: "userspace".to_owned(), driver: String::new() },
            PowerPlan::Scheme {
                guid: "a1841308-3541-4fab-bc81-f71556f20b4a".to_owned(),
                name: "Economizador".to_owned(),
            },
        ];
        for (at, plan) in plans.into_iter().enumerate() {
            let mut slow = Findings {
                memory: Memory { total: 8 * GIB, available: GIB >> at },
                power_plans: vec![plan],
                power: PowerSource::Battery,
                background_load: Some(0.25),
                ..findings()
            };
            slow.cpu.simd.clear();
            slow.offers.plain = Err(StartReason::Silent { program: "cotejo-worker".to_owned(), seconds: 30 }.into());
            pcs.push(slow);
        }
        pcs.push(Findings { power_plans: vec![], power: PowerSource::Unknown, background_load: None, ..findings() });
        pcs
    }

    #[test]
    fn everything_is_said_in_spanish_without_an_english_word() {
        let texts = Texts::of(Language::Spanish);
        for pc in pcs() {
            let report = crate::doctor::Report::of(all(&pc));
            let shown = report.text(texts);
            assert!(report.checks.len() > 10, "{shown}");
            // What systems say and what is typed.
            let names = [
                "connection refused",
                "read-only",
                "cpupower frequency-set",
                "timedatectl set-ntp",
                "low-power",
                "powerprofilesctl set",
                "Some CPU",
                "as it was found",
                "what to do",
            ];
            assert_spanish(&shown, &names);
        }
        for step in ["doctor-doing-probe", "doctor-doing-libraries", "doctor-doing-coordinator"] {
            assert_spanish(&texts.say(step), &[]);
        }
    }
}
