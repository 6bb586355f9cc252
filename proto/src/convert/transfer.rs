//! Bundles, record by record, and reference times.

use cotejo_model::Reference;
use cotejo_model::bundle::{
    BundledJob, BundledMachine, BundledSweep, Ended, Export, Import, ImportSummary, Record, Refused, RefusedBecause,
};
use cotejo_model::reference::ReferenceSummary;

use super::{ConvertError, all, all_parsed, each, enumerated, enums, parsed, required};
use crate::v1 as wire;

enums! {
    RefusedBecause = wire::RefusedBecause { OtherResult = OtherResult, OtherCell = OtherCell }
}

impl From<Import> for wire::Import {
    fn from(import: Import) -> Self {
        Self {
            digest: import.digest.to_string(),
            version: import.version,
            exported_ms: import.exported_ms,
            imported_ms: import.imported_ms,
            sweep_ids: import.sweeps.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TryFrom<wire::Import> for Import {
    type Error = ConvertError;

    fn try_from(import: wire::Import) -> Result<Self, ConvertError> {
        Ok(Self {
            digest: parsed("import.digest", &import.digest)?,
            version: import.version,
            exported_ms: import.exported_ms,
            imported_ms: import.imported_ms,
            sweeps: all_parsed("import.sweep_ids", &import.sweep_ids)?,
        })
    }
}

impl From<BundledMachine> for wire::BundledMachine {
    fn from(machine: BundledMachine) -> Self {
        Self {
            id: machine.id.to_string(),
            name: machine.name,
            labels: machine.labels.into_iter().collect(),
            capability: Some(machine.capability.into()),
            last_seen_ms: machine.last_seen_ms,
        }
    }
}

impl TryFrom<wire::BundledMachine> for BundledMachine {
    type Error = ConvertError;

    fn try_from(machine: wire::BundledMachine) -> Result<Self, ConvertError> {
        Ok(Self {
            id: parsed("machine.id", &machine.id)?,
            name: machine.name,
            labels: machine.labels.into_iter().collect(),
            capability: required("machine.capability", machine.capability)?,
            last_seen_ms: machine.last_seen_ms,
        })
    }
}

impl From<BundledSweep> for wire::BundledSweep {
    fn from(sweep: BundledSweep) -> Self {
        Self { id: sweep.id.to_string(), spec: Some(sweep.spec.into()), created_ms: sweep.created_ms }
    }
}

impl TryFrom<wire::BundledSweep> for BundledSweep {
    type Error = ConvertError;

    fn try_from(sweep: wire::BundledSweep) -> Result<Self, ConvertError> {
        Ok(Self {
            id: parsed("sweep.id", &sweep.id)?,
            spec: required("sweep.spec", sweep.spec)?,
            created_ms: sweep.created_ms,
        })
    }
}

impl From<BundledJob> for wire::BundledJob {
    fn from(job: BundledJob) -> Self {
        use wire::bundled_job::Ended as Wire;
        Self {
            id: job.id.to_string(),
            sweep_id: job.sweep.to_string(),
            machine_id: job.machine.to_string(),
            spec: Some(job.spec.into()),
            ended: Some(match job.ended {
                Ended::Measured { digest, measurement } => Wire::Measured(wire::MeasuredJob {
                    digest: digest.to_string(),
                    measurement: Some((*measurement).into()),
                }),
                Ended::Failed { state, failure } => Wire::Failed(wire::FailedJob {
                    state: wire::JobState::from(state).into(),
                    failure: Some(failure.into()),
                }),
            }),
        }
    }
}

impl TryFrom<wire::BundledJob> for BundledJob {
    type Error = ConvertError;

    fn try_from(job: wire::BundledJob) -> Result<Self, ConvertError> {
        use wire::bundled_job::Ended as Wire;
        Ok(Self {
            id: parsed("job.id", &job.id)?,
            sweep: parsed("job.sweep_id", &job.sweep_id)?,
            machine: parsed("job.machine_id", &job.machine_id)?,
            spec: required("job.spec", job.spec)?,
            ended: match job.ended.ok_or(ConvertError::Missing { field: "job.ended" })? {
                Wire::Measured(measured) => Ended::Measured {
                    digest: parsed("measured.digest", &measured.digest)?,
                    measurement: Box::new(required("measured.measurement", measured.measurement)?),
                },
                Wire::Failed(failed) => Ended::Failed {
                    state: enumerated::<wire::JobState, _>("failed.state", failed.state)?,
                    failure: required("failed.failure", failed.failure)?,
                },
            },
        })
    }
}

impl From<Record> for wire::BundleRecord {
    fn from(record: Record) -> Self {
        use wire::bundle_record::Record as Wire;
        let record = match record {
            Record::Export(Export { version, exported_ms }) => Wire::Export(wire::Export { version, exported_ms }),
            Record::Import(import) => Wire::Import(import.into()),
            Record::Machine(machine) => Wire::Machine((*machine).into()),
            Record::Sweep(sweep) => Wire::Sweep((*sweep).into()),
            Record::Job(job) => Wire::Job((*job).into()),
        };
        Self { record: Some(record) }
    }
}

impl TryFrom<wire::BundleRecord> for Record {
    type Error = ConvertError;

    fn try_from(record: wire::BundleRecord) -> Result<Self, ConvertError> {
        use wire::bundle_record::Record as Wire;
        Ok(match record.record.ok_or(ConvertError::Missing { field: "record" })? {
            Wire::Export(wire::Export { version, exported_ms }) => Self::Export(Export { version, exported_ms }),
            Wire::Import(import) => Self::Import(import.try_into()?),
            Wire::Machine(machine) => Self::Machine(Box::new(machine.try_into()?)),
            Wire::Sweep(sweep) => Self::Sweep(Box::new(sweep.try_into()?)),
            Wire::Job(job) => Self::Job(Box::new(job.try_into()?)),
        })
    }
}

impl From<ImportSummary> for wire::ImportResultsResponse {
    fn from(summary: ImportSummary) -> Self {
        let refused = |refused: Refused| wire::Refused {
            job_id: refused.job.to_string(),
            reason: wire::RefusedBecause::from(refused.reason).into(),
        };
        Self {
            new: summary.new,
            duplicates: summary.duplicates,
            open: summary.open,
            refused: summary.refused.into_iter().map(refused).collect(),
        }
    }
}

impl TryFrom<wire::ImportResultsResponse> for ImportSummary {
    type Error = ConvertError;

    fn try_from(summary: wire::ImportResultsResponse) -> Result<Self, ConvertError> {
        let refused = |refused: wire::Refused| {
            Ok(Refused {
                job: parsed("refused.job_id", &refused.job_id)?,
                reason: enumerated::<wire::RefusedBecause, _>("refused.reason", refused.reason)?,
            })
        };
        Ok(Self {
            new: summary.new,
            duplicates: summary.duplicates,
            open: summary.open,
            refused: summary.refused.into_iter().map(refused).collect::<Result<_, ConvertError>>()?,
        })
    }
}

impl From<Reference> for wire::Reference {
    fn from(reference: Reference) -> Self {
        Self {
            set: reference.set,
            source: reference.source,
            device_name: reference.device_name,
            software: reference.software,
            task: Some(reference.task.into()),
            precision: wire::Precision::from(reference.precision).into(),
            seconds: reference.seconds,
            ci: reference.ci.map(Into::into),
            runs: reference.runs,
            measured_on: reference.measured_on,
            imported_ms: reference.imported_ms,
        }
    }
}

impl TryFrom<wire::Reference> for Reference {
    type Error = ConvertError;

    fn try_from(reference: wire::Reference) -> Result<Self, ConvertError> {
        Ok(Self {
            set: reference.set,
            source: reference.source,
            device_name: reference.device_name,
            software: reference.software,
            task: required("reference.task", reference.task)?,
            precision: enumerated::<wire::Precision, _>("reference.precision", reference.precision)?,
            seconds: reference.seconds,
            ci: reference.ci.map(Into::into),
            runs: reference.runs,
            measured_on: reference.measured_on,
            imported_ms: reference.imported_ms,
        })
    }
}

impl From<ReferenceSummary> for wire::ImportReferencesResponse {
    fn from(summary: ReferenceSummary) -> Self {
        Self { new: summary.new, duplicates: summary.duplicates, replaced: each(summary.replaced) }
    }
}

impl TryFrom<wire::ImportReferencesResponse> for ReferenceSummary {
    type Error = ConvertError;

    fn try_from(summary: wire::ImportReferencesResponse) -> Result<Self, ConvertError> {
        Ok(Self { new: summary.new, duplicates: summary.duplicates, replaced: all(summary.replaced)? })
    }
}
