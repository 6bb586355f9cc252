//! The tables of measurements side by side: columns, values, and what the rows have in common.

use cotejo_model::basis::Basis;
use cotejo_model::comparison::{Absence, Column, Table, Value};
use cotejo_model::device::{DeviceKind, marked, split_mark};
use cotejo_model::{FailureCode, Reason};

use super::{ConvertError, all, each, enumerated, json, parsed, required};
use crate::v1 as wire;

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
            // Versions that know no mark of a name read it in the name.
            Value::Text { text, simulated } => Wire::Text(marked(&text, simulated)),
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
            Wire::Text(text) => {
                let (text, simulated) = split_mark(&text);
                Self::Text { text: text.to_owned(), simulated }
            }
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
