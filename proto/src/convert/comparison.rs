//! Measurements side by side.

use cotejo_model::basis::Basis;
use cotejo_model::comparison::{
    Absence, Column, Comparison, Entry, Environment, GroupBy, Grouping, Measured, Outcome, SeenGpu, Table, Value,
};
use cotejo_model::device::{DeviceKind, marked};
use cotejo_model::quality::{Flag, FlagKind};
use cotejo_model::stats::{Estimate, Interval, Summary};
use cotejo_model::{FailureCode, Reason};

use super::{ConvertError, all, all_parsed, each, enumerated, enums, json, no_gpu, optional, parsed, required};
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
            device_name: entry.device_name,
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

impl From<Column> for wire::Column {
    fn from(column: Column) -> Self {
        use wire::NameColumn;
        use wire::column::Column as Wire;
        let kind = |device| wire::DeviceKind::from(device).into();
        let column = match column {
            Column::Machine => Wire::Name(NameColumn::Machine.into()),
            Column::Device => Wire::Name(NameColumn::Device.into()),
            Column::Model => Wire::Name(NameColumn::Model.into()),
            Column::Size => Wire::Name(NameColumn::Size.into()),
            Column::Batch => Wire::Name(NameColumn::Batch.into()),
            Column::Streams => Wire::Name(NameColumn::Streams.into()),
            Column::SpeedUp => Wire::Name(NameColumn::SpeedUp.into()),
            Column::Time { device } => Wire::Time(kind(device)),
            Column::Throughput { device } => Wire::Throughput(kind(device)),
            Column::TaskTime { task, streams, device } => {
                Wire::TaskTime(wire::TaskTimeColumn { task: Some(task.into()), device: device.map(kind), streams })
            }
        };
        Self { column: Some(column) }
    }
}

impl TryFrom<wire::Column> for Column {
    type Error = ConvertError;

    fn try_from(column: wire::Column) -> Result<Self, ConvertError> {
        use wire::NameColumn;
        use wire::column::Column as Wire;
        let kind = |device| enumerated::<wire::DeviceKind, DeviceKind>("column.device", device);
        Ok(match column.column.ok_or(ConvertError::Missing { field: "column" })? {
            Wire::Name(name) => match NameColumn::try_from(name) {
                Ok(NameColumn::Machine) => Self::Machine,
                Ok(NameColumn::Device) => Self::Device,
                Ok(NameColumn::Model) => Self::Model,
                Ok(NameColumn::Size) => Self::Size,
                Ok(NameColumn::Batch) => Self::Batch,
                Ok(NameColumn::Streams) => Self::Streams,
                Ok(NameColumn::SpeedUp) => Self::SpeedUp,
                Ok(NameColumn::Unspecified) | Err(_) => {
                    return Err(ConvertError::UnknownEnum { field: "column.name", value: name });
                }
            },
            Wire::Time(device) => Self::Time { device: kind(device)? },
            Wire::Throughput(device) => Self::Throughput { device: kind(device)? },
            Wire::TaskTime(column) => Self::TaskTime {
                task: required("column.task", column.task)?,
                streams: column.streams.max(1),
                device: column.device.map(kind).transpose()?,
            },
        })
    }
}

impl From<Value> for wire::Value {
    fn from(value: Value) -> Self {
        use wire::value::Value as Wire;
        let simulated = value.is_simulated();
        let absence = match &value {
            Value::Missing { reason } => json(reason),
            _ => String::new(),
        };
        let value = match value {
            Value::Text { text } => Wire::Text(text),
            Value::Count { count } => Wire::Count(count),
            Value::Seconds { estimate, flagged, .. } => {
                Wire::Seconds(wire::SecondsValue { estimate: Some(estimate.into()), flagged })
            }
            Value::Ratio { estimate, .. } => Wire::Ratio(estimate.into()),
            Value::Rate { estimate, .. } => Wire::Rate(estimate.into()),
            Value::Missing { reason: Absence::Because { why } } => Wire::Missing(why.to_string()),
            Value::Missing { .. } => Wire::Missing(absence.clone()),
        };
        Self { value: Some(value), simulated, absence }
    }
}

impl TryFrom<wire::Value> for Value {
    type Error = ConvertError;

    fn try_from(value: wire::Value) -> Result<Self, ConvertError> {
        use wire::value::Value as Wire;
        let simulated = value.simulated;
        Ok(match value.value.ok_or(ConvertError::Missing { field: "value" })? {
            Wire::Text(text) => Self::Text { text },
            Wire::Count(count) => Self::Count { count },
            Wire::Seconds(seconds) => Self::Seconds {
                estimate: seconds.estimate.ok_or(ConvertError::Missing { field: "seconds.estimate" })?.into(),
                flagged: seconds.flagged,
                simulated,
            },
            Wire::Ratio(estimate) => Self::Ratio { estimate: estimate.into(), simulated },
            Wire::Rate(estimate) => Self::Rate { estimate: estimate.into(), simulated },
            Wire::Missing(words) => {
                let quoted = || Absence::Because { why: Reason::quoted(FailureCode::Internal, words) };
                Self::Missing { reason: serde_json::from_str(&value.absence).unwrap_or_else(|_| quoted()) }
            }
        })
    }
}

/// For an older version, what it compares the tables by.
fn in_words(basis: Basis) -> Vec<wire::Basis> {
    let pair = |name: &str, value: String| wire::Basis { name: name.to_owned(), value };
    let mut words = vec![pair("precision", basis.precision.to_string()), pair("engine", basis.engine.to_string())];
    words.extend(basis.threads.map(|threads| pair("threads", threads.to_string())));
    words.extend(basis.exact.then(|| pair("convolutions", "exact".to_owned())));
    words.extend(basis.build.map(|build| pair("build", build)));
    words
}

/// From an older version, what its words say for certain.
fn from_words(words: &[wire::Basis]) -> Result<Basis, ConvertError> {
    let value = |name: &str| words.iter().find(|basis| basis.name == name).map(|basis| basis.value.as_str());
    let needed = |field, name| value(name).ok_or(ConvertError::Missing { field });
    let precision = parsed("basis.precision", needed("basis.precision", "precision")?)?;
    let threads = value("threads").map(|threads| parsed("basis.threads", threads)).transpose()?;
    let engine = parsed("basis.engine", needed("basis.engine", "engine")?)?;
    let (exact, build) = (value("convolutions").is_some(), value("build").map(str::to_owned));
    Ok(Basis { exact, build, ..Basis::new(precision, threads, engine) })
}

impl From<Table> for wire::Table {
    fn from(table: Table) -> Self {
        Self {
            basis_facts: json(&table.basis),
            basis: in_words(table.basis),
            columns: each(table.columns),
            rows: table.rows.into_iter().map(|values| wire::Row { values: each(values) }).collect(),
        }
    }
}

impl TryFrom<wire::Table> for Table {
    type Error = ConvertError;

    fn try_from(table: wire::Table) -> Result<Self, ConvertError> {
        let columns: Vec<Column> = all(table.columns)?;
        let row = |row: wire::Row| {
            if row.values.len() == columns.len() {
                all(row.values)
            } else {
                let reason = format!("{} values for {} columns", row.values.len(), columns.len());
                Err(ConvertError::Invalid { field: "row.values", reason })
            }
        };
        Ok(Self {
            basis: if table.basis_facts.is_empty() {
                from_words(&table.basis)?
            } else {
                let invalid = |error: serde_json::Error| error.to_string();
                let facts = serde_json::from_str(&table.basis_facts).map_err(invalid);
                facts.map_err(|reason| ConvertError::Invalid { field: "table.basis_facts", reason })?
            },
            rows: table.rows.into_iter().map(row).collect::<Result<_, ConvertError>>()?,
            columns,
        })
    }
}

impl From<Environment> for wire::Environment {
    fn from(environment: Environment) -> Self {
        Self {
            machine_id: environment.machine.to_string(),
            name: environment.name,
            cpu: environment.cpu,
            physical_cores: environment.physical_cores,
            logical_cores: environment.logical_cores,
            simd: environment.simd,
            memory_bytes: environment.memory_bytes,
            os: environment.os,
            gpus: environment.gpus.iter().map(|gpu| marked(&gpu.name, gpu.simulated)).collect(),
            no_gpu: environment.no_gpu.as_ref().map(ToString::to_string),
            seen_gpus: each(environment.gpus),
            no_gpu_reason: environment.no_gpu.map(Into::into),
        }
    }
}

impl TryFrom<wire::Environment> for Environment {
    type Error = ConvertError;

    fn try_from(environment: wire::Environment) -> Result<Self, ConvertError> {
        Ok(Self {
            machine: parsed("environment.machine_id", &environment.machine_id)?,
            name: environment.name,
            cpu: environment.cpu,
            physical_cores: environment.physical_cores,
            logical_cores: environment.logical_cores,
            simd: environment.simd,
            memory_bytes: environment.memory_bytes,
            os: environment.os,
            gpus: if environment.seen_gpus.is_empty() {
                environment.gpus.into_iter().map(named).collect()
            } else {
                all(environment.seen_gpus)?
            },
            no_gpu: no_gpu(environment.no_gpu_reason, environment.no_gpu)?,
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
        Ok(Self { name: gpu.name, simulated: gpu.simulated, unusable: optional(gpu.unusable)? })
    }
}

/// A GPU of which an older version gives the name alone, with its mark and whatever it says of it.
fn named(name: String) -> SeenGpu {
    SeenGpu { simulated: name == marked(&name, true), name, unusable: None }
}

impl From<Comparison> for wire::Comparison {
    fn from(comparison: Comparison) -> Self {
        Self {
            by: wire::GroupBy::from(comparison.by).into(),
            sweep_ids: comparison.sweeps.iter().map(ToString::to_string).collect(),
            title: comparison.title,
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
        Ok(Self {
            by: enumerated::<wire::GroupBy, _>("comparison.by", comparison.by)?,
            sweeps: all_parsed("comparison.sweep_ids", &comparison.sweep_ids)?,
            title: comparison.title,
            tables: all(comparison.tables)?,
            environments: all(comparison.environments)?,
            entries,
            plans: all(comparison.plans)?,
            imports: all(comparison.imports)?,
            others: all(comparison.others)?,
        })
    }
}
