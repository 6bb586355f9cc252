//! The process of a simulated worker: it answers as `cotejo-worker` does, and computes nothing.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use cotejo_model::frames::{Description, DeviceCheck, Frame, Offer, Phase, Progress};
use cotejo_model::reason::{DeviceReason, GpuReason, JobReason};
use cotejo_model::{DeviceId, DeviceKind, Engine, JobSpec, Measurement, Precision, Reason};
use cotejo_worker_stdio::{self as stdio, Command, Invocation};

use crate::catalogue::{ANY_GPU, PlayedGpu};
use crate::cell::On;
use crate::class::{CUDA, CUDNN, Class, PlayedMachine};
use crate::times::Times;

const USAGE: &str = "\
Plays a worker of a simulated PC, for rehearsals: it computes nothing, and says so.

Usage: --class COUNT --seed NUMBER --machine INDEX --pace TIMES
       [--describe | --libraries | --check DEVICE] [--die-with-parent]
";

/// How many progress frames a cell has.
const STEPS: u32 = 10;
/// Cells in which the frames would follow each other faster than this show no progress.
const SHORTEST_STEP: Duration = Duration::from_millis(1);

/// Which PC of which class is played, and how fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seat {
    /// PCs of the class.
    pub class: usize,
    /// The seed from which the class is drawn.
    pub seed: u64,
    /// Index of the PC in the class, from 0.
    pub machine: usize,
    /// How many times faster than on a real PC a cell ends.
    pub pace: f64,
}

impl Seat {
    /// The arguments that tell a worker its seat.
    pub fn arguments(&self) -> Vec<OsString> {
        let Self { class, seed, machine, pace } = self;
        let arguments = [
            ("--class", class.to_string()),
            ("--seed", seed.to_string()),
            ("--machine", machine.to_string()),
            ("--pace", pace.to_string()),
        ];
        arguments.into_iter().flat_map(|(name, value)| [name.into(), value.into()]).collect()
    }

    /// Reads the seat from the front of a worker's arguments; the rest remains.
    fn parse(arguments: &mut dyn Iterator<Item = OsString>) -> Option<Self> {
        let mut value = |name: &str| {
            (arguments.next()? == OsStr::new(name)).then_some(())?;
            arguments.next()?.into_string().ok()
        };
        Some(Self {
            class: value("--class")?.parse().ok()?,
            seed: value("--seed")?.parse().ok()?,
            machine: value("--machine")?.parse().ok()?,
            pace: value("--pace")?.parse().ok().filter(|pace: &f64| *pace > 0.0)?,
        })
    }
}

/// Runs the worker of the PC that the arguments name. `build` is recorded in its measurements.
pub fn main_stdio(build: &str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter();
    let machine = Seat::parse(&mut arguments)
        .and_then(|seat| Some((Class::draw(seat.seed, seat.class).machines.into_iter().nth(seat.machine)?, seat.pace)));
    match machine {
        Some((machine, pace)) => Player { machine, cpu: true, build: build.to_owned(), pace }.main_stdio(arguments),
        None => usage(),
    }
}

fn usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}

/// A simulated worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Player {
    machine: PlayedMachine,
    /// Whether it simulates the processor too, or only the GPU.
    cpu: bool,
    build: String,
    pace: f64,
}

impl Player {
    /// A worker that simulates a GPU on a PC that is real otherwise, and does not wait for the times that it makes up.
    pub fn of_a_gpu(build: &str) -> Self {
        let mut class = Class::draw(0, 1).machines;
        let machine = PlayedMachine { gpu: Some(ANY_GPU), ..class.remove(0) };
        Self { machine, cpu: false, build: build.to_owned(), pace: f64::INFINITY }
    }

    /// Carries out the command that the arguments name, with a worker's exit status.
    pub fn main_stdio(&self, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
        let Ok(Invocation { command, dies_with_parent }) = Invocation::parse(arguments) else { return usage() };
        let outcome = match command {
            Command::Describe => return stdio::print_json(&self.description()),
            Command::Libraries => return stdio::print("[]\n"),
            Command::Help => return usage(),
            Command::Check(device) => stdio::device(&device)
                .and_then(|device| self.check(device))
                .map(|check| Frame::Checked(Box::new(check))),
            Command::Measure => stdio::read_request(io::stdin().lock()).and_then(|request| {
                if dies_with_parent {
                    std::thread::spawn(stdio::end_with_input);
                }
                let measurement = self.measure(&request.job, &mut |progress| say(&Frame::Progress(progress)))?;
                Ok(Frame::Done(Box::new(measurement)))
            }),
            Command::Explain => Err(JobReason::PlayedNotExplained.into()),
        };
        stdio::finish(outcome, &mut io::stdout()).map_or(ExitCode::FAILURE, stdio::exit_code)
    }

    fn description(&self) -> Description {
        let engines = Engine::ALL.to_vec();
        let cpu = Offer { kind: DeviceKind::Cpu, engines: engines.clone(), precisions: vec![Precision::F32] };
        let gpu = Offer { kind: DeviceKind::Cuda, engines, precisions: Precision::ALL.to_vec() };
        let devices = [self.cpu.then_some(cpu), self.machine.gpu.map(|_| gpu)];
        Description { build: self.build.clone(), devices: devices.into_iter().flatten().collect() }
    }

    /// The GPU of this name, if it can be used.
    fn gpu(&self, device: DeviceId) -> Result<&PlayedGpu, Reason> {
        let count = u32::from(self.machine.gpu.is_some());
        let gpu = self.machine.gpu.as_ref().filter(|_| device == DeviceId::Cuda(0));
        let gpu = gpu.ok_or(GpuReason::NotCounted { device, count })?;
        gpu.refusal().map_or(Ok(gpu), Err)
    }

    fn check(&self, device: DeviceId) -> Result<DeviceCheck, Reason> {
        let gpu = self.gpu(device)?;
        Ok(DeviceCheck {
            device,
            name: gpu.product.to_owned(),
            compute_capability: Some(gpu.capability),
            memory_bytes: Some(gpu.memory_gib << 30),
            free_memory_bytes: Some((gpu.memory_gib << 30) - (1 << 29)),
            cuda: Some(CUDA.to_owned()),
            cudnn: Some(CUDNN.to_owned()),
            precisions: gpu.capability.precisions(),
            simulated: true,
            took_ms: 1,
        })
    }

    /// Makes the measurement of a job up, after the time that it takes at this pace.
    fn measure(&self, job: &JobSpec, report: &mut dyn FnMut(Progress)) -> Result<Measurement, Reason> {
        job.workload.validate().map_err(JobReason::from)?;
        let on = match job.device {
            DeviceId::Cpu if self.cpu => On::Cpu(&self.machine.cpu),
            DeviceId::Cpu => {
                let (machine, device, has) = (None, DeviceId::Cpu, vec![DeviceId::Cuda(0)]);
                return Err(DeviceReason::Absent { machine, device, has }.into());
            }
            DeviceId::Cuda(_) => On::Gpu(self.gpu(job.device)?),
        };
        let offered = on.precisions();
        if !offered.contains(&job.workload.precision) {
            let (precision, kind, has) = (job.workload.precision, job.device.kind(), offered);
            return Err(DeviceReason::PrecisionMissing { precision, kind, has, capability: None }.into());
        }
        let course = on.course(&self.machine, &job.workload);
        let times = Times::draw(&course, &job.measuring, self.machine.seed_of(job));
        let stages = on.stages(&job.workload, course.run);
        self.pass(stages.load_ns as f64 * 1e-9, times.seconds(), report);
        Ok(on.measurement(job, &self.build, times, stages))
    }

    /// Waits for the cell's time, shortened by the pace, and reports progress meanwhile.
    fn pass(&self, load: f64, measuring: f64, report: &mut dyn FnMut(Progress)) {
        report(Progress { phase: Phase::Load, done: 0.0 });
        let step = Duration::try_from_secs_f64((load + measuring) / self.pace / f64::from(STEPS)).unwrap_or_default();
        if step < SHORTEST_STEP {
            return;
        }
        for at in 1..=STEPS {
            std::thread::sleep(step);
            let done = f64::from(at) / f64::from(STEPS);
            let phase = if done * (load + measuring) < load { Phase::Load } else { Phase::Sample };
            report(Progress { phase, done });
        }
    }
}

/// Writes a frame; a closed stdout is ignored.
fn say(frame: &Frame) {
    let _ = stdio::write_frame(&mut io::stdout(), frame);
}

#[cfg(test)]
mod tests {
    use cotejo_model::job::Weights;
    use cotejo_model::measuring::MeasuringPlan;
    use cotejo_model::{FailureCode, Model, Task, Threads, Workload, quality};

    use super::*;

    const SEAT: Seat = Seat { class: 20, seed: 7, machine: 3, pace: 50.0 };

    fn job(device: DeviceId, precision: Precision) -> JobSpec {
        let workload = Workload {
            task: Task::Classify { model: Model::ResNet18, size: 224, batch: 1 },
            precision,
            threads: Threads::All,
            engine: Engine::Optimized,
            exact: false,
            streams: 1,
        };
        let measuring = MeasuringPlan { runs: None, budget_ms: 15_000 };
        JobSpec { workload, device, weights: Weights::Random { seed: 2026 }, image: None, measuring }
    }

    fn players() -> impl Iterator<Item = Player> {
        let machines = Class::draw(5, 20).machines.into_iter();
        machines.map(|machine| Player { machine, cpu: true, build: "build".to_owned(), pace: f64::INFINITY })
    }

    fn played(player: &Player, job: &JobSpec) -> Result<Measurement, Reason> {
        player.measure(job, &mut |_| {})
    }

    #[test]
    fn a_seat_is_told_by_arguments() {
        let mut arguments = SEAT.arguments().into_iter().chain(["--describe".into()]);
        assert_eq!(Seat::parse(&mut arguments), Some(SEAT));
        assert_eq!(arguments.next(), Some("--describe".into()), "the worker's own are left");
        for bad in
            ["", "--class 3", "--class 3 --seed x --machine 1 --pace 1", "--class 3 --seed 1 --machine 1 --pace 0"]
        {
            assert_eq!(Seat::parse(&mut bad.split(' ').map(OsString::from)), None, "{bad}");
        }
    }

    #[test]
    fn every_measurement_says_that_it_is_made_up_and_answers_its_job() {
        for player in players() {
            for device in player.machine.capability().devices.iter().filter(|device| device.unusable.is_none()) {
                for precision in &device.precisions {
                    let job = job(device.id, *precision);
                    let measurement = played(&player, &job).unwrap();
                    assert!(measurement.simulated && measurement.answers_job(&job));
                    assert!(measurement.answers.is_empty() && measurement.logit_error.is_none());
                    assert_eq!(quality::flags(&measurement), [], "what it is flagged for is its agent's to say");
                }
            }
        }
    }

    #[test]
    fn equal_machines_differ_by_little_and_the_busy_one_by_more() {
        let median = |player: &Player| {
            let measurement = played(player, &job(DeviceId::Cpu, Precision::F32)).unwrap();
            measurement.summary().unwrap().median
        };
        let busy = players().find(|player| player.machine.background_load > 0.1).unwrap();
        let like = players().filter(|other| {
            other.machine.name != busy.machine.name && other.machine.capability().cpu == busy.machine.capability().cpu
        });
        let others: Vec<f64> = like.map(|other| median(&other)).collect();
        let (least, most) = others.iter().fold((f64::MAX, 0.0_f64), |(a, b), x| (a.min(*x), b.max(*x)));
        assert!(others.len() >= 3 && most / least < 1.04, "{others:?}");
        let slower = median(&busy) / most;
        assert!((1.12..1.22).contains(&slower), "{slower}");
    }

    #[test]
    fn what_cannot_be_played_says_why() {
        let code = |result: Result<Measurement, Reason>| result.unwrap_err().code();
        let neglected = players().find(|player| player.machine.gpu.is_some_and(|gpu| gpu.outdated.is_some())).unwrap();
        assert_eq!(code(played(&neglected, &job(DeviceId::Cuda(0), Precision::F32))), FailureCode::DriverTooOld);
        assert_eq!(neglected.check(DeviceId::Cuda(0)).unwrap_err().code(), FailureCode::DriverTooOld);
        let office = players().find(|player| player.machine.gpu.is_none()).unwrap();
        assert_eq!(code(played(&office, &job(DeviceId::Cuda(0), Precision::F32))), FailureCode::NoGpu);
        assert_eq!(code(played(&office, &job(DeviceId::Cpu, Precision::F16))), FailureCode::PrecisionUnavailable);
        let gpu = Player::of_a_gpu("build");
        assert_eq!(code(played(&gpu, &job(DeviceId::Cpu, Precision::F32))), FailureCode::DeviceUnavailable);
        assert!(gpu.check(DeviceId::Cuda(0)).unwrap().simulated && gpu.check(DeviceId::Cuda(1)).is_err());
        assert!(gpu.check(DeviceId::Cpu).is_err());
        assert!(gpu.description().devices.iter().all(|offer| offer.kind == DeviceKind::Cuda));
    }

    #[test]
    fn a_slow_pace_shows_how_far_it_is() {
        let player = Player { pace: 1000.0, ..players().next().unwrap() };
        let mut seen = Vec::new();
        player.measure(&job(DeviceId::Cpu, Precision::F32), &mut |progress| seen.push(progress)).unwrap();
        assert_eq!(seen.len(), 1, "too short a time to show");
        let player = Player { pace: 100.0, ..player };
        seen.clear();
        player.measure(&job(DeviceId::Cpu, Precision::F32), &mut |progress| seen.push(progress)).unwrap();
        assert_eq!(seen.len(), STEPS as usize + 1);
        assert!(seen.windows(2).all(|pair| pair[0].done <= pair[1].done && pair[0].phase <= pair[1].phase));
    }
}
