//! NVIDIA GPUs: driver, worker, libraries, and each GPU by itself. A PC without one has no problem there.

use cotejo_language::Message;
use cotejo_model::frames::{DeviceCheck, Library};
use cotejo_model::{DeviceId, DeviceKind, FailureCode, Reason};

use super::{Check, because, described, failed, none, ok, problem, warning};
use crate::doctor::Verdict;
use crate::doctor::gather::Findings;
use crate::probe::{Gpu, Gpus};
use crate::workers::Offers;

pub(super) fn all(findings: &Findings) -> Vec<Check> {
    let gpus = &findings.gpus;
    let mut checks = vec![driver(gpus), worker(gpus, &findings.offers)];
    let all_work = gpus.found.iter().all(|gpu| gpu.check.is_ok());
    checks.extend(libraries(findings.libraries.as_ref(), all_work));
    for gpu in &gpus.found {
        let device = DeviceId::Cuda(gpu.index).to_string();
        checks.push(capability(gpu).about(&device));
        checks.push(smoke_test(gpu).about(&device));
    }
    if gpus.found.is_empty() {
        checks.extend(["compute_capability", "gpu_check"].map(|name| none(name, Message::new("doctor-no-gpu"))));
    }
    checks
}

/// What is said where there is nothing to look at.
fn not_needed() -> Message {
    Message::new("doctor-not-needed")
}

fn driver(gpus: &Gpus) -> Check {
    const NAME: &str = "nvidia_driver";
    match (&gpus.none, &gpus.driver) {
        (Some(failure), _) if failure.code() == FailureCode::NoGpu => none(NAME, failure.into()),
        (Some(failure), _) => failed(NAME, failure),
        (None, Some(version)) => {
            let with = |cuda| Message::new("doctor-driver-cuda").with("version", version).with("cuda", cuda);
            ok(NAME, gpus.cuda.as_ref().map_or_else(|| Message::words(version), with))
        }
        (None, None) => ok(NAME, Message::new("doctor-without-nvml")),
    }
}

fn worker(gpus: &Gpus, offers: &Offers) -> Check {
    const NAME: &str = "cuda_worker";
    if gpus.found.is_empty() {
        return none(NAME, not_needed());
    }
    match (&offers.cuda, offers.of(DeviceKind::Cuda)) {
        (Some(Ok(description)), Ok(offer)) => ok(NAME, described(&description.build, offer)),
        (None, Ok(_)) => ok(NAME, Message::new("doctor-cuda-worker-plain")),
        (Some(Err(failure)), Ok(_)) => {
            let found = Message::new("doctor-cuda-worker-instead").of("why", failure);
            because(NAME, Verdict::Warning, failure, found)
        }
        (_, Err(failure)) => failed(NAME, &failure),
    }
}

fn libraries(answer: Option<&Result<Vec<Library>, Reason>>, all_work: bool) -> Vec<Check> {
    const NAME: &str = "cuda_library";
    match answer {
        None => vec![none(NAME, not_needed())],
        Some(Err(failure)) if all_work => vec![none(NAME, failure.into())],
        Some(Err(failure)) => vec![because(NAME, Verdict::Warning, failure, failure.into())],
        Some(Ok(libraries)) => libraries.iter().map(|found| library(found, all_work).about(&found.name)).collect(),
    }
}

fn library(library: &Library, all_work: bool) -> Check {
    const NAME: &str = "cuda_library";
    if let Some(why) = &library.missing {
        let judge = if all_work { warning } else { problem };
        return judge(NAME, Message::new("doctor-library-missing").of("why", why), "doctor-library-remedy");
    }
    let version = library.version.as_ref();
    let version = version.map_or_else(|| Message::new("doctor-library-version"), Message::words);
    ok(
        NAME,
        match &library.path {
            Some(path) => Message::new("doctor-library-path").of("version", version).with("path", path),
            None => version,
        },
    )
}

fn capability(gpu: &Gpu) -> Check {
    const NAME: &str = "compute_capability";
    let known = gpu.compute_capability;
    let known = known.map_or_else(|| Message::new("doctor-capability-unknown"), Message::words);
    match &gpu.check {
        Err(failure) if failure.code() == FailureCode::WrongCapability => failed(NAME, failure),
        Err(_) => none(NAME, Message::new("doctor-capability-untried").of("capability", known)),
        Ok(_) => ok(NAME, Message::new("doctor-capability").of("capability", known)),
    }
}

fn smoke_test(gpu: &Gpu) -> Check {
    const NAME: &str = "gpu_check";
    match &gpu.check {
        Err(failure) => {
            let found = Message::new("doctor-gpu-broken").with("name", &gpu.name).of("why", failure);
            because(NAME, Verdict::Problem, failure, found)
        }
        Ok(check) if check.simulated => {
            let found = Message::new("doctor-gpu-simulated").with("name", &gpu.name);
            warning(NAME, found, "doctor-gpu-simulated-remedy")
        }
        Ok(check) => ok(NAME, works(gpu, check)),
    }
}

fn works(gpu: &Gpu, check: &DeviceCheck) -> Message {
    let precisions: Vec<&str> = check.precisions.iter().map(|precision| precision.name()).collect();
    let memory = check.free_memory_bytes.zip(check.memory_bytes.or(gpu.memory_bytes));
    let version = |name: &str, version: &Option<String>| {
        version.as_ref().map(|version| Message::words(format_args!("{name} {version}")))
    };
    let seconds = format!("{:.1}", check.took_ms as f64 / 1000.0);
    let parts = [
        Some(Message::new("doctor-gpu-works").with("name", &gpu.name).figure("seconds", seconds)),
        Some(precisions.join(" ")).filter(|precisions| !precisions.is_empty()).map(Message::words),
        memory.map(|(free, total)| Message::new("doctor-memory").bytes("free", free).bytes("total", total)),
        version("CUDA", &check.cuda),
        version("cuDNN", &check.cudnn),
    ];
    Message::joined(parts.into_iter().flatten(), "; ")
}

#[cfg(test)]
pub(super) mod tests {
    use cotejo_model::frames::{Description, Offer};
    use cotejo_model::machine::{Cpu, PowerSource};
    use cotejo_model::reason::{DriverReason, LibraryReason, Relayed};
    use cotejo_model::session::PROTOCOL;
    use cotejo_model::{Engine, Precision};

    use super::super::GIB;
    use super::*;
    use crate::doctor::coordinator::Answered;
    use crate::doctor::gather::{Coordinator, DataFolder, Memory};
    use crate::doctor::power_plan::PowerPlan;

    fn description(kinds: &[DeviceKind]) -> Description {
        let offer = |kind: &DeviceKind| Offer {
            kind: *kind,
            engines: vec![Engine::Optimized],
            precisions: vec![Precision::F32],
        };
        Description { build: "cotejo-worker 0.1.0".to_owned(), devices: kinds.iter().map(offer).collect() }
    }

    fn check() -> DeviceCheck {
        DeviceCheck {
            device: DeviceId::Cuda(0),
            name: "RTX".to_owned(),
            compute_capability: "8.6".parse().ok(),
            memory_bytes: Some(8 * GIB),
            free_memory_bytes: Some(7 * GIB),
            cuda: Some("12.8".to_owned()),
            cudnn: Some("9.8".to_owned()),
            precisions: vec![Precision::F32, Precision::F16],
            simulated: false,
            took_ms: 812,
        }
    }

    fn gpu(check: Result<DeviceCheck, Reason>) -> Gpu {
        Gpu {
            index: 0,
            name: "RTX".to_owned(),
            memory_bytes: Some(8 * GIB),
            compute_capability: "8.6".parse().ok(),
            check,
        }
    }

    fn library(missing: Option<&str>) -> Library {
        Library {
            name: "cuDNN".to_owned(),
            version: Some("9.8.0".to_owned()),
            path: Some("/usr/lib/libcudnn.so.9".to_owned()),
            missing: missing.map(|detail| LibraryReason::Broken { detail: detail.to_owned() }.into()),
        }
    }

    /// A PC where all is well, with a GPU.
    pub(in crate::doctor::judge) fn findings() -> Findings {
        Findings {
            cpu: Cpu {
                name: "Some CPU".to_owned(),
                physical_cores: 4,
                logical_cores: 8,
                simd: vec!["avx2".to_owned(), "fma".to_owned()],
                max_mhz: None,
            },
            memory: Memory { total: 16 * GIB, available: 12 * GIB },
            power_plans: vec![PowerPlan::Profile("balanced".to_owned())],
            power: PowerSource::Ac,
            background_load: Some(0.02),
            offers: Offers {
                plain: Ok(description(&[DeviceKind::Cpu])),
                cuda: Some(Ok(description(&[DeviceKind::Cpu, DeviceKind::Cuda]))),
            },
            gpus: Gpus {
                driver: Some("570.1".to_owned()),
                cuda: "12.8".parse().ok(),
                found: vec![gpu(Ok(check()))],
                none: None,
            },
            libraries: Some(Ok(vec![library(None)])),
            coordinator: Some(Coordinator {
                address: "http://teacher:7420".to_owned(),
                answer: Ok(Answered { version: "0.1.0".to_owned(), protocol: PROTOCOL, ahead_ms: Some(12) }),
            }),
            data_dir: DataFolder { path: "data".into(), exists: true, writable: Ok(()), free: Some(50 * GIB) },
        }
    }

    fn without_gpu(none: Reason) -> Findings {
        let gpus = Gpus { driver: None, cuda: None, found: vec![], none: Some(none) };
        Findings { gpus, libraries: None, ..findings() }
    }

    fn verdicts(findings: &Findings) -> Vec<(&'static str, Verdict)> {
        let checks = all(findings);
        for check in &checks {
            assert_eq!(check.remedy.is_some(), check.verdict >= Verdict::Warning, "{check:?}");
        }
        checks.iter().map(|check| (check.check, check.verdict)).collect()
    }

    fn failure(code: FailureCode) -> Reason {
        Relayed::Quoted { code, text: "as it was found".to_owned(), remedy: "what to do".to_owned() }.into()
    }

    /// PCs whose GPUs, drivers, workers and libraries are in every state that a check tells apart.
    pub(in crate::doctor::judge) fn pcs() -> Vec<Findings> {
        let with = |change: fn(&mut Findings)| {
            let mut pc = findings();
            change(&mut pc);
            pc
        };
        let mut pcs: Vec<Findings> = DriverReason::examples().into_iter().map(|why| without_gpu(why.into())).collect();
        pcs.extend([
            with(|pc| pc.gpus.cuda = None),
            with(|pc| pc.gpus.driver = None),
            with(|pc| pc.offers.cuda = Some(Err(failure(FailureCode::LibraryMissing)))),
            with(|pc| {
                pc.offers.cuda = Some(Err(failure(FailureCode::LibraryMissing)));
                pc.offers.plain = Ok(description(&[DeviceKind::Cpu, DeviceKind::Cuda]));
            }),
            with(|pc| {
                pc.offers.cuda = None;
                pc.offers.plain = Ok(description(&[DeviceKind::Cpu, DeviceKind::Cuda]));
            }),
            with(|pc| {
                pc.libraries = Some(Ok(vec![library(Some("Testlib")), Library { version: None, ..library(None) }]));
            }),
            with(|pc| pc.libraries = Some(Ok(vec![Library { path: None, ..library(None) }]))),
            with(|pc| pc.libraries = Some(Err(failure(FailureCode::WorkerMissing)))),
            with(|pc| pc.gpus.found = vec![gpu(Ok(DeviceCheck { simulated: true, ..check() }))]),
            with(|pc| {
                pc.gpus.found = vec![Gpu { compute_capability: None, ..gpu(Err(failure(FailureCode::DeviceBusy))) }];
            }),
            with(|pc| pc.gpus.found = vec![gpu(Err(failure(FailureCode::WrongCapability)))]),
        ]);
        pcs
    }

    #[test]
    fn a_gpu_that_works_tells_what_it_found() {
        let texts: Vec<String> = all(&findings()).into_iter().map(|check| check.finding.in_english()).collect();
        assert_eq!(
            texts,
            [
                "570.1, for CUDA up to 12.8",
                "cotejo-worker 0.1.0; engines: optimized",
                "9.8.0, /usr/lib/libcudnn.so.9",
                "8.6, which the worker was built for",
                "RTX computed rightly, in 0.8 s; f32 f16; 7.0 GiB of 8.0 GiB free; CUDA 12.8; cuDNN 9.8",
            ]
        );
    }

    #[test]
    fn a_pc_without_gpu_has_nothing_to_check() {
        let found = verdicts(&without_gpu(DriverReason::NoNvml.into()));
        assert_eq!(found.len(), 5);
        assert!(found.iter().all(|(_, verdict)| *verdict == Verdict::NotApplicable), "{found:?}");
    }

    #[test]
    fn a_gpu_without_driver_is_a_problem() {
        let found = verdicts(&without_gpu(failure(FailureCode::DriverMissing)));
        assert_eq!(found[0], ("nvidia_driver", Verdict::Problem));
        assert!(found[1..].iter().all(|(_, verdict)| *verdict == Verdict::NotApplicable), "{found:?}");
    }

    #[test]
    fn a_gpu_that_cannot_be_used_is_a_problem() {
        let mut broken = findings();
        broken.gpus.found = vec![gpu(Ok(check())), gpu(Err(failure(FailureCode::WrongCapability)))];
        let found = verdicts(&broken);
        assert_eq!(found[3..5], [("compute_capability", Verdict::Ok), ("gpu_check", Verdict::Ok)]);
        assert_eq!(found[5..], [("compute_capability", Verdict::Problem), ("gpu_check", Verdict::Problem)]);
        broken.gpus.found = vec![gpu(Err(failure(FailureCode::LibraryMissing)))];
        broken.libraries = Some(Ok(vec![library(None), library(Some("not found"))]));
        let found = verdicts(&broken);
        assert_eq!(found[2..4], [("cuda_library", Verdict::Ok), ("cuda_library", Verdict::Problem)]);
        assert_eq!(found[4], ("compute_capability", Verdict::NotApplicable));
    }

    #[test]
    fn a_worker_that_does_not_start_may_have_a_substitute() {
        let mut broken = findings();
        broken.offers.cuda = Some(Err(failure(FailureCode::LibraryMissing)));
        assert_eq!(verdicts(&broken)[1], ("cuda_worker", Verdict::Problem));
        broken.offers.plain = Ok(description(&[DeviceKind::Cpu, DeviceKind::Cuda]));
        assert_eq!(verdicts(&broken)[1], ("cuda_worker", Verdict::Warning));
        broken.offers.cuda = None;
        assert_eq!(verdicts(&broken)[1], ("cuda_worker", Verdict::Ok));
    }

    #[test]
    fn what_a_working_gpu_does_not_need_is_no_problem() {
        let mut odd = findings();
        odd.libraries = Some(Ok(vec![library(Some("not found"))]));
        assert_eq!(verdicts(&odd)[2], ("cuda_library", Verdict::Warning));
        odd.libraries = Some(Err(failure(FailureCode::WorkerMissing)));
        assert_eq!(verdicts(&odd)[2], ("cuda_library", Verdict::NotApplicable));
    }

    #[test]
    fn a_simulated_gpu_is_called_so() {
        let mut played = findings();
        played.gpus.found = vec![gpu(Ok(DeviceCheck { simulated: true, ..check() }))];
        played.gpus.driver = None;
        let checks = all(&played);
        let last = checks.last().unwrap();
        assert_eq!(last.verdict, Verdict::Warning);
        assert!(last.finding.in_english().contains("is simulated"), "{last:?}");
    }
}
