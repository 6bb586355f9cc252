//! A mixed classroom: old and new PCs, some with graphics cards, and what goes wrong in every one.

use std::collections::BTreeMap;

use cotejo_model::machine::{Cpu, PowerSource};
use cotejo_model::reason::DriverReason;
use cotejo_model::{Capability, Device, DeviceId, Digest, Engine, JobSpec, Precision, Reason, measurement::Conditions};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::catalogue::{LAB, LAPTOP, NEGLECTED, NEW_LAB, OFFICE, OLD_LAPTOP, OTHER, PlayedCpu, PlayedGpu, WORKSTATION};
use crate::times::Spread;

/// PCs in a room of the class at most.
const SEATS: usize = 20;

/// What stands at a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Office,
    /// One of the office PCs on which something else runs.
    Busy,
    Lab,
    NewLab,
    Workstation,
    Neglected,
    OldLaptop,
    Laptop,
    Other,
}

/// The PCs of a full room. Every beginning of the list is a mixed class too, and a larger class has it again.
const ROOM: [Kind; SEATS] = [
    Kind::Office,
    Kind::Lab,
    Kind::Busy,
    Kind::Laptop,
    Kind::Neglected,
    Kind::Lab,
    Kind::NewLab,
    Kind::Office,
    Kind::OldLaptop,
    Kind::Lab,
    Kind::Office,
    Kind::NewLab,
    Kind::Workstation,
    Kind::Office,
    Kind::Lab,
    Kind::NewLab,
    Kind::Office,
    Kind::Lab,
    Kind::Other,
    Kind::Office,
];

/// The played PCs of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// By their seats.
    pub machines: Vec<PlayedMachine>,
}

/// A played PC.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayedMachine {
    /// What people call it, such as `pc-01`.
    pub name: String,
    /// The room that it stands in.
    pub room: String,
    /// Its processor.
    pub cpu: PlayedCpu,
    /// Its graphics card, usable or not.
    pub gpu: Option<PlayedGpu>,
    /// What feeds it.
    pub power: PowerSource,
    /// Share of its processors that others use.
    pub background_load: f64,
    /// How much longer its runs take than those of its like: no two PCs are quite equal.
    pub own: f64,
    /// How much longer those on its processor take beyond that.
    pub slower: f64,
    /// Draws the noise of its times.
    pub seed: Digest,
}

impl Class {
    /// The class of this many PCs that this seed draws.
    pub fn draw(seed: u64, count: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let models = Models::draw(&mut rng);
        let mut kinds: Vec<Kind> = ROOM.into_iter().cycle().take(count).collect();
        kinds.shuffle(&mut rng);
        let digits = count.to_string().len().max(2);
        let machine = |(at, kind): (usize, Kind)| {
            let name = format!("pc-{:0digits$}", at + 1);
            let room = format!("A{}", at / SEATS + 1);
            let seed = Digest::of(format!("{seed} {name}").as_bytes());
            models.machine(kind, name, room, seed)
        };
        Self { machines: kinds.into_iter().enumerate().map(machine).collect() }
    }
}

/// Which models this class has: all PCs of a kind are alike.
struct Models {
    office: PlayedCpu,
    lab: (PlayedCpu, PlayedGpu),
    new_lab: (PlayedCpu, PlayedGpu),
    workstation: (PlayedCpu, PlayedGpu),
}

impl Models {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        fn one<T: Copy>(rng: &mut ChaCha8Rng, all: &[T]) -> T {
            *all.choose(rng).expect("every kind has a model")
        }
        Self {
            office: one(rng, OFFICE),
            lab: one(rng, LAB),
            new_lab: one(rng, NEW_LAB),
            workstation: one(rng, WORKSTATION),
        }
    }

    fn machine(&self, kind: Kind, name: String, room: String, seed: Digest) -> PlayedMachine {
        let (cpu, gpu) = match kind {
            Kind::Office | Kind::Busy => (self.office, None),
            Kind::Lab => with_card(self.lab),
            Kind::NewLab => with_card(self.new_lab),
            Kind::Workstation => with_card(self.workstation),
            Kind::Neglected => with_card(NEGLECTED),
            Kind::OldLaptop => (OLD_LAPTOP, None),
            Kind::Laptop => (LAPTOP, None),
            Kind::Other => (OTHER, None),
        };
        let mut rng = ChaCha8Rng::from_seed(seed.0);
        let own = rng.random_range(0.99..1.01);
        let (slower, background_load, power) = match kind {
            Kind::Busy => (rng.random_range(1.16..1.19), rng.random_range(0.18..0.30), PowerSource::Unknown),
            Kind::Laptop => (1.45, 0.03, PowerSource::Battery),
            Kind::OldLaptop => (1.0, 0.04, PowerSource::Ac),
            _ => (1.0, rng.random_range(0.0..0.04), PowerSource::Unknown),
        };
        PlayedMachine { name, room, cpu, gpu, power, background_load, own, slower, seed }
    }
}

fn with_card((cpu, gpu): (PlayedCpu, PlayedGpu)) -> (PlayedCpu, Option<PlayedGpu>) {
    (cpu, Some(gpu))
}

impl PlayedMachine {
    /// What its agent says of it: every device is simulated.
    pub fn capability(&self) -> Capability {
        let memory_bytes = self.cpu.memory_gib << 30;
        let cpu = Device {
            id: DeviceId::Cpu,
            name: self.cpu.product.to_owned(),
            memory_bytes: Some(memory_bytes),
            driver: None,
            compute_capability: None,
            simulated: true,
            engines: Engine::ALL.to_vec(),
            precisions: vec![Precision::F32],
            unusable: None,
        };
        let gpu = self.gpu.as_ref().map(PlayedGpu::device);
        Capability {
            hostname: self.name.clone(),
            os: self.cpu.os.to_owned(),
            arch: self.cpu.arch.to_owned(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            cpu: Cpu {
                name: self.cpu.product.to_owned(),
                physical_cores: self.cpu.cores,
                logical_cores: self.cpu.threads,
                simd: self.cpu.simd.iter().map(|name| (*name).to_owned()).collect(),
                max_mhz: Some(self.cpu.max_mhz),
            },
            memory_bytes,
            power: self.power,
            background_load: Some(self.background_load),
            no_gpu: gpu.is_none().then(|| DriverReason::NoGpu { driver: None }.into()),
            devices: std::iter::once(cpu).chain(gpu).collect(),
        }
    }

    /// What sweeps can select it by.
    pub fn labels(&self) -> BTreeMap<String, String> {
        [("room".to_owned(), self.room.clone())].into()
    }

    /// The spread of its runs on its processor.
    pub(crate) fn cpu_spread(&self) -> Spread {
        if self.background_load > 0.1 {
            Spread { deviation: 0.03, disturbed: 0.02 }
        } else {
            Spread { deviation: 0.006, disturbed: 0.003 }
        }
    }

    /// The seed of a job's times on it.
    pub(crate) fn seed_of(&self, job: &JobSpec) -> [u8; 32] {
        Digest::of(format!("{} {} {}", self.seed, job.device, job.workload).as_bytes()).0
    }
}

impl PlayedGpu {
    /// As a device of its machine.
    pub(crate) fn device(&self) -> Device {
        let unusable = self.refusal();
        let offered = unusable.is_none();
        Device {
            id: DeviceId::Cuda(0),
            name: self.product.to_owned(),
            memory_bytes: Some(self.memory_gib << 30),
            driver: Some(self.driver.to_owned()),
            compute_capability: Some(self.capability),
            simulated: true,
            engines: if offered { Engine::ALL.to_vec() } else { Vec::new() },
            precisions: if offered { self.capability.precisions() } else { Vec::new() },
            unusable,
        }
    }

    /// Why it cannot be used, if it cannot: as an agent says that finds such a driver.
    pub(crate) fn refusal(&self) -> Option<Reason> {
        let serves = self.outdated?;
        Some(DriverReason::TooOld { serves: serves.to_owned(), needs: CUDA.to_owned() }.into())
    }

    /// What surrounds a measurement on it that nobody but its player can know.
    pub(crate) fn conditions(&self, precision: Precision) -> Conditions {
        Conditions { peak_flops: (precision == Precision::F32).then_some(self.peak_flops), ..Conditions::default() }
    }
}

/// The version of the CUDA libraries that are played.
pub(crate) const CUDA: &str = "12.6";
/// The version of cuDNN that is played.
pub(crate) const CUDNN: &str = "9.5.1";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn usable_gpus(class: &Class) -> usize {
        class.machines.iter().filter(|machine| machine.gpu.is_some_and(|gpu| gpu.outdated.is_none())).count()
    }

    #[test]
    fn a_full_room_is_mixed() {
        for seed in 0..50 {
            let class = Class::draw(seed, SEATS);
            let machines = &class.machines;
            assert!((SEATS / 3..=SEATS / 2).contains(&usable_gpus(&class)));
            let count = |is: fn(&PlayedMachine) -> bool| machines.iter().filter(|machine| is(machine)).count();
            assert_eq!(count(|it| it.power == PowerSource::Battery), 1);
            assert_eq!(count(|it| it.background_load >= cotejo_model::quality::BUSY_LOAD), 1);
            assert_eq!(count(|it| it.gpu.is_some_and(|gpu| gpu.outdated.is_some())), 1);
            let cpus: BTreeSet<&str> = machines.iter().map(|machine| machine.cpu.product).collect();
            let gpus: BTreeSet<&str> =
                machines.iter().filter_map(|machine| machine.gpu).map(|gpu| gpu.product).collect();
            assert!(cpus.len() >= 7 && gpus.len() >= 4, "{cpus:?} {gpus:?}");
        }
    }

    #[test]
    fn one_of_the_office_pcs_is_slower_than_its_like() {
        let class = Class::draw(7, SEATS);
        let busy = class.machines.iter().find(|machine| machine.background_load > 0.1).unwrap();
        let like: Vec<&PlayedMachine> = class
            .machines
            .iter()
            .filter(|it| it.cpu == busy.cpu && it.gpu == busy.gpu && it.name != busy.name)
            .collect();
        assert!(like.len() >= 3);
        for other in like {
            let ratio = busy.slower * busy.own / (other.slower * other.own);
            assert!((1.13..1.22).contains(&ratio), "{ratio}");
            assert_eq!(other.capability().cpu, busy.capability().cpu, "identical to look at");
        }
    }

    #[test]
    fn the_seed_is_all_that_decides() {
        assert_eq!(Class::draw(3, 20), Class::draw(3, 20));
        assert_ne!(Class::draw(3, 20), Class::draw(4, 20));
    }

    #[test]
    fn names_and_rooms_are_those_of_a_school() {
        let names = |count| {
            let machines = Class::draw(1, count).machines;
            let last = machines.last().unwrap().clone();
            (machines[0].name.clone(), last.name, last.room)
        };
        let texts = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(names(5), texts("pc-01", "pc-05", "A1"));
        assert_eq!(names(100), texts("pc-001", "pc-100", "A5"));
    }

    proptest! {
        #[test]
        fn whatever_is_drawn_says_that_it_is_simulated(seed: u64, count in 1..60_usize) {
            let class = Class::draw(seed, count);
            prop_assert_eq!(class.machines.len(), count);
            for machine in &class.machines {
                let capability = machine.capability();
                for device in &capability.devices {
                    prop_assert!(device.simulated);
                    prop_assert_eq!(device.engines.is_empty(), device.unusable.is_some());
                }
                prop_assert_eq!(capability.no_gpu.is_some(), capability.devices.len() == 1);
            }
            prop_assert_eq!(count >= 2, usable_gpus(&class) > 0);
        }
    }
}
