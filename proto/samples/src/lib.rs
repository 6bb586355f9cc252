//! Machines, jobs and measurements for tests: the same ones in every crate; and what tests of Spanish look for.

pub mod english;

use cotejo_model::job::{WEIGHTS_SEED, Weights};
use cotejo_model::machine::{Cpu, PowerSource};
use cotejo_model::measurement::{Answer, Conditions, Input, Measurement, Stages};
use cotejo_model::measuring::Stop;
use cotejo_model::reason::{DriverReason, Platform};
use cotejo_model::session::Hello;
use cotejo_model::sweep::ClassifyWork;
use cotejo_model::{
    Assignment, BootId, Capability, Device, DeviceId, Digest, Engine, JobId, JobSpec, Machine, MachineId,
    MeasuringPlan, Precision, SweepSpec, Task, Workload,
};

/// A machine without a GPU. Its identity follows from its name.
pub fn cpu_machine(name: &str) -> Machine {
    let cpu = device(DeviceId::Cpu, "Testium 9", 16 << 30);
    let capability = Capability {
        hostname: name.to_owned(),
        os: "Windows 11".to_owned(),
        arch: "x86_64".to_owned(),
        agent_version: "0.1.0".to_owned(),
        cpu: Cpu {
            name: "Testium 9".to_owned(),
            physical_cores: 4,
            logical_cores: 8,
            simd: vec!["avx2".to_owned(), "fma".to_owned()],
            max_mhz: Some(3000),
        },
        memory_bytes: 16 << 30,
        power: PowerSource::Ac,
        background_load: Some(0.01),
        devices: vec![cpu],
        no_gpu: Some(DriverReason::GpuWithoutDriver { platform: Platform::Unix }.into()),
    };
    let labels = [("room", "lab-2"), ("seat", name)].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    Machine {
        id: machine_id(name),
        name: name.to_owned(),
        labels,
        capability,
        online: true,
        last_seen_ms: 1,
        job: None,
        imported: false,
    }
}

/// A machine with one GPU.
pub fn gpu_machine(name: &str) -> Machine {
    let mut machine = cpu_machine(name);
    machine.capability.no_gpu = None;
    machine.capability.devices.push(device(DeviceId::Cuda(0), "Testforce 4", 8 << 30));
    machine
}

/// The identity of the machine of this name.
pub fn machine_id(name: &str) -> MachineId {
    let bytes = Digest::of(name.as_bytes()).0;
    MachineId(uuid::Uuid::from_slice(&bytes[..16]).expect("sixteen bytes"))
}

fn device(id: DeviceId, name: &str, memory_bytes: u64) -> Device {
    Device {
        id,
        name: name.to_owned(),
        memory_bytes: Some(memory_bytes),
        driver: None,
        compute_capability: None,
        simulated: false,
        engines: vec![Engine::Reference],
        precisions: vec![Precision::F32],
        unusable: None,
    }
}

/// A job that computes this on this device, with random weights and the built-in image.
pub fn job(workload: Workload, device: DeviceId) -> JobSpec {
    let weights = Weights::Random { seed: WEIGHTS_SEED };
    JobSpec { workload, device, weights, image: None, measuring: MeasuringPlan::default() }
}

/// This sweep with other dimensions of what it classifies.
#[must_use]
pub fn classifying(mut spec: SweepSpec, change: impl FnOnce(&mut ClassifyWork)) -> SweepSpec {
    change(spec.classify_mut());
    spec
}

/// This sweep with these products of matrices, and no others.
#[must_use]
pub fn multiplying(mut spec: SweepSpec, sizes: &[u32]) -> SweepSpec {
    spec.matmul_mut().sizes = sizes.to_vec();
    spec
}

/// A measurement that answers this job: ten samples around this median.
pub fn measurement(job: &JobSpec, median_ns: u64) -> Measurement {
    let classifies = matches!(job.workload.task, Task::Classify { .. });
    let answer = Answer { class: 7, label: None, logit: 3.0, probability: 0.5 };
    Measurement {
        workload: job.workload,
        device: job.device,
        device_name: if job.device == DeviceId::Cpu { "Testium 9" } else { "Testforce 4" }.to_owned(),
        build: "test 1".to_owned(),
        threads: 4,
        weights: classifies.then_some(job.weights),
        input: classifies.then_some(Input { image: job.image, width: 640, height: 480 }),
        started_ms: 1,
        first_ns: 3 * median_ns,
        warmup_ns: vec![median_ns; 3],
        samples_ns: (0..11).map(|sample| median_ns - 5 + sample).collect(),
        stages: Stages::default(),
        stop: Stop::Converged,
        answers: if classifies { vec![answer] } else { Vec::new() },
        logit_error: None,
        peak_memory_bytes: None,
        conditions: Conditions::default(),
        plan: None,
        gpu: None,
        simulated: false,
    }
}

/// The first words of a machine without a GPU that holds nothing.
pub fn hello(name: &str) -> Hello {
    let machine = cpu_machine(name);
    Hello {
        protocol: cotejo_model::session::PROTOCOL,
        machine: machine.id,
        boot: BootId::random(),
        name: machine.name,
        labels: machine.labels,
        capability: machine.capability,
        held: Vec::new(),
    }
}

/// An assignment of no job that there is.
pub fn assignment() -> Assignment {
    Assignment { job: JobId::random(), attempt: 1, fence: 1 }
}
