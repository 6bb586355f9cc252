//! Measurements side by side.

use cotejo_model::SweepId;
use cotejo_model::comparison::{
    Comparison, Entry, Environment, GroupBy, Grouping, Measured, NamedSweep, Outcome, SeenGpu,
};
use cotejo_model::device::{DeviceKind, marked, split_mark};
use cotejo_model::quality::{Flag, FlagKind};
use cotejo_model::stats::{Estimate, Interval, Summary};

use super::{ConvertError, all, all_parsed, each, enumerated, enums, no_gpu, optional, parsed, required};
use crate::v1 as wire;

enums! {
    GroupBy = wire::GroupBy { Size = Size, Machine = Machine, Device = Device }
    DeviceKind = wire::DeviceKind { Cpu = Cpu, Cuda = Cuda }
    FlagKind = wire::FlagKind {
        Noisy = Noisy, Busy = Busy, Battery = Battery, Throttled = Throttled, Slept = Slept, Short = Short,
        Implausible = Implausible,
    }
}

impl TryFrom<wire::GroupBy> for GroupBy {
    type Error = ConvertError;

    fn try_from(by: wire::GroupBy) -> Result<Self, ConvertError> {
        super::Known::known(by).ok_or(ConvertError::Missing { field: "by" })
    }
}

impl From<Flag> for wire::Flag {
    fn from(flag: Flag) -> Self {
        Self { kind: wire::FlagKind::from(flag.kind).into(), figure: flag.figure }
    }
}

impl TryFrom<wire::Flag> for Flag {
    type Error = ConvertError;

    fn try_from(flag: wire::Flag) -> Result<Self, ConvertError> {
        Ok(Self { kind: enumerated::<wire::FlagKind, _>("flag.kind", flag.kind)?, figure: flag.figure })
    }
}

impl From<Interval> for wire::Interval {
    fn from(interval: Interval) -> Self {
        Self { low: interval.low, high: interval.high }
    }
}

impl From<wire::Interval> for Interval {
    fn from(interval: wire::Interval) -> Self {
        Self { low: interval.low, high: interval.high }
    }
}

impl From<Estimate> for wire::Estimate {
    fn from(estimate: Estimate) -> Self {
        Self { value: estimate.value, ci: estimate.ci.map(Into::into) }
    }
}

impl From<wire::Estimate> for Estimate {
    fn from(estimate: wire::Estimate) -> Self {
        Self { value: estimate.value, ci: estimate.ci.map(Into::into) }
    }
}

impl From<Summary> for wire::Summary {
    fn from(summary: Summary) -> Self {
        Self {
            n: summary.n as u64,
            median: summary.median,
            ci: summary.ci.map(Into::into),
            mad: summary.mad,
            min: summary.min,
            mean: summary.mean,
            sd: summary.sd,
            iqr_ratio: summary.iqr_ratio,
            p90: summary.p90,
            p99: summary.p99,
            outliers: summary.outliers as u64,
        }
    }
}

impl TryFrom<wire::Summary> for Summary {
    type Error = ConvertError;

    fn try_from(summary: wire::Summary) -> Result<Self, ConvertError> {
        let count = |field, count: u64| {
            usize::try_from(count).map_err(|error| ConvertError::Invalid { field, reason: error.to_string() })
        };
        Ok(Self {
            n: count("summary.n", summary.n)?,
            median: summary.median,
            ci: summary.ci.map(Into::into),
            mad: summary.mad,
            min: summary.min,
            mean: summary.mean,
            sd: summary.sd,
            iqr_ratio: summary.iqr_ratio,
            p90: summary.p90,
            p99: summary.p99,
            outliers: count("summary.outliers", summary.outliers)?,
        })
    }
}

impl From<Measured> for wire::Measured {
    fn from(measured: Measured) -> Self {
        Self {
            summary: Some(measured.summary.into()),
            first_seconds: measured.first_seconds,
            flops_per_second: measured.flops_per_second,
            stages: Some(measured.stages.into()),
            threads: measured.threads,
            weights: measured.weights.map(Into::into),
            input: measured.input.map(Into::into),
            build: measured.build,
            flags: each(measured.flags),
            answers: each(measured.answers),
            logit_error: measured.logit_error,
            peak_memory_bytes: measured.peak_memory_bytes,
            started_ms: measured.started_ms,
            plan: measured.plan,
            images_per_second: measured.images_per_second,
            gpu: measured.gpu.map(Into::into),
            simulated: measured.simulated,
        }
    }
}

impl TryFrom<wire::Measured> for Measured {
    type Error = ConvertError;

    fn try_from(measured: wire::Measured) -> Result<Self, ConvertError> {
        Ok(Self {
            summary: required("measured.summary", measured.summary)?,
            first_seconds: measured.first_seconds,
            flops_per_second: measured.flops_per_second,
            stages: measured.stages.ok_or(ConvertError::Missing { field: "measured.stages" })?.into(),
            threads: measured.threads,
            weights: optional(measured.weights)?,
            input: optional(measured.input)?,
            build: measured.build,
            flags: all(measured.flags)?,
            answers: each(measured.answers),
            logit_error: measured.logit_error,
            peak_memory_bytes: measured.peak_memory_bytes,
            started_ms: measured.started_ms,
            plan: measured.plan,
            images_per_second: measured.images_per_second,
            gpu: optional(measured.gpu)?,
            simulated: measured.simulated,
        })
    }
}

impl From<Entry> for wire::Entry {
    fn from(entry: Entry) -> Self {
        use wire::entry::Outcome as Wire;
        Self {
            sweep_id: entry.sweep.to_string(),
            job_id: entry.job.to_string(),
            machine_id: entry.machine.to_string(),
            machine_name: entry.machine_name,
            device: entry.device.to_string(),
            device_name: entry.device_name,
            workload: Some(entry.workload.into()),
            outcome: Some(match entry.outcome {
                Outcome::Measured(measured) => Wire::Measured((*measured).into()),
                Outcome::Failed(failure) => Wire::Failed(failure.into()),
                Outcome::Pending { state } => Wire::Pending(wire::JobState::from(state).into()),
            }),
            simulated: entry.simulated,
        }
    }
}

impl TryFrom<wire::Entry> for Entry {
    type Error = ConvertError;

    fn try_from(entry: wire::Entry) -> Result<Self, ConvertError> {
        use wire::entry::Outcome as Wire;
        Ok(Self {
            sweep: parsed("entry.sweep_id", &entry.sweep_id)?,
            job: parsed("entry.job_id", &entry.job_id)?,
            machine: parsed("entry.machine_id", &entry.machine_id)?,
            machine_name: entry.machine_name,
            device: parsed("entry.device", &entry.device)?,
            device_name: split_mark(&entry.device_name).0.to_owned(),
            simulated: entry.simulated,
            workload: required("entry.workload", entry.workload)?,
            outcome: match entry.outcome.ok_or(ConvertError::Missing { field: "entry.outcome" })? {
                Wire::Measured(measured) => Outcome::Measured(Box::new(measured.try_into()?)),
                Wire::Failed(failure) => Outcome::Failed(failure.try_into()?),
                Wire::Pending(state) => {
                    Outcome::Pending { state: enumerated::<wire::JobState, _>("entry.pending", state)? }
                }
            },
        })
    }
}

impl From<Environment> for wire::Environment {
    fn from(environment: Environment) -> Self {
        Self {
            machine_id: environment.machine.to_string(),
            name: environment.name,
            cpu: marked(&environment.cpu, environment.cpu_simulated),
            physical_cores: environment.physical_cores,
            logical_cores: environment.logical_cores,
            simd: environment.simd,
            memory_bytes: environment.memory_bytes,
            os: environment.os,
            gpus: environment.gpus.iter().map(|gpu| marked(&gpu.name, gpu.simulated)).collect(),
            no_gpu: environment.no_gpu.as_ref().map(ToString::to_string),
            seen_gpus: each(environment.gpus),
            no_gpu_reason: environment.no_gpu.map(Into::into),
            away_since_ms: environment.away_since_ms,
        }
    }
}

impl TryFrom<wire::Environment> for Environment {
    type Error = ConvertError;

    fn try_from(environment: wire::Environment) -> Result<Self, ConvertError> {
        let (cpu, cpu_simulated) = split_mark(&environment.cpu);
        Ok(Self {
            machine: parsed("environment.machine_id", &environment.machine_id)?,
            name: environment.name,
            cpu: cpu.to_owned(),
            cpu_simulated,
            physical_cores: environment.physical_cores,
            logical_cores: environment.logical_cores,
            simd: environment.simd,
            memory_bytes: environment.memory_bytes,
            os: environment.os,
            gpus: if environment.seen_gpus.is_empty() {
                environment.gpus.iter().map(|name| named(name)).collect()
            } else {
                all(environment.seen_gpus)?
            },
            no_gpu: no_gpu(environment.no_gpu_reason, environment.no_gpu)?,
            away_since_ms: environment.away_since_ms,
        })
    }
}

impl From<Grouping> for wire::Grouping {
    fn from(grouping: Grouping) -> Self {
        Self { by: wire::GroupBy::from(grouping.by).into(), tables: each(grouping.tables) }
    }
}

impl TryFrom<wire::Grouping> for Grouping {
    type Error = ConvertError;

    fn try_from(grouping: wire::Grouping) -> Result<Self, ConvertError> {
        let by = enumerated::<wire::GroupBy, _>("grouping.by", grouping.by)?;
        Ok(Self { by, tables: all(grouping.tables)? })
    }
}

impl From<SeenGpu> for wire::SeenGpu {
    fn from(gpu: SeenGpu) -> Self {
        Self { name: gpu.name, simulated: gpu.simulated, unusable: gpu.unusable.map(Into::into) }
    }
}

impl TryFrom<wire::SeenGpu> for SeenGpu {
    type Error = ConvertError;

    fn try_from(gpu: wire::SeenGpu) -> Result<Self, ConvertError> {
        let name = split_mark(&gpu.name).0.to_owned();
        Ok(Self { name, simulated: gpu.simulated, unusable: optional(gpu.unusable)? })
    }
}

/// A GPU of which an older version gives the name alone, with its mark and whatever it says of it.
fn named(name: &str) -> SeenGpu {
    let (name, simulated) = split_mark(name);
    SeenGpu { simulated, name: name.to_owned(), unusable: None }
}

impl From<Comparison> for wire::Comparison {
    fn from(comparison: Comparison) -> Self {
        Self {
            by: wire::GroupBy::from(comparison.by).into(),
            sweep_ids: comparison.sweeps.iter().map(|sweep| sweep.id.to_string()).collect(),
            title: comparison.title().to_owned(),
            sweeps: each(comparison.sweeps),
            tables: each(comparison.tables),
            environments: each(comparison.environments),
            entries: each(comparison.entries),
            plans: each(comparison.plans),
            imports: each(comparison.imports),
            others: each(comparison.others),
        }
    }
}

impl TryFrom<wire::Comparison> for Comparison {
    type Error = ConvertError;

    fn try_from(comparison: wire::Comparison) -> Result<Self, ConvertError> {
        let entries: Vec<Entry> = all(comparison.entries)?;
        let plans = comparison.plans.len();
        let stray = entries.iter().filter_map(|entry| match &entry.outcome {
            Outcome::Measured(measured) => measured.plan.filter(|plan| *plan as usize >= plans),
            _ => None,
        });
        if let Some(plan) = stray.max() {
            let reason = format!("is {plan}, and there are {plans} plans");
            return Err(ConvertError::Invalid { field: "measured.plan", reason });
        }
        let sweeps = match comparison.sweeps {
            none if none.is_empty() => of_older(&comparison.sweep_ids, &comparison.title)?,
            sweeps => all(sweeps)?,
        };
        Ok(Self {
            by: enumerated::<wire::GroupBy, _>("comparison.by", comparison.by)?,
            sweeps,
            tables: all(comparison.tables)?,
            environments: all(comparison.environments)?,
            entries,
            plans: all(comparison.plans)?,
            imports: all(comparison.imports)?,
            others: all(comparison.others)?,
        })
    }
}

impl From<NamedSweep> for wire::NamedSweep {
    fn from(sweep: NamedSweep) -> Self {
        let NamedSweep { id, name, created_ms, namesakes, newer } = sweep;
        Self { id: id.to_string(), name, created_ms, namesakes, newer }
    }
}

impl TryFrom<wire::NamedSweep> for NamedSweep {
    type Error = ConvertError;

    fn try_from(sweep: wire::NamedSweep) -> Result<Self, ConvertError> {
        let wire::NamedSweep { id, name, created_ms, namesakes, newer } = sweep;
        Ok(Self { id: parsed("named_sweep.id", &id)?, name, created_ms, namesakes, newer })
    }
}

/// The sweeps of an older version, which gives a name where there is one sweep alone. An identity tells when it was made.
fn of_older(ids: &[String], title: &str) -> Result<Vec<NamedSweep>, ConvertError> {
    let ids: Vec<SweepId> = all_parsed("comparison.sweep_ids", ids)?;
    let named =
        |id: SweepId| NamedSweep { id, name: title.to_owned(), created_ms: id.created_ms(), namesakes: 0, newer: 0 };
    Ok(ids.into_iter().map(named).collect())
}
