//! The record of one successful attempt.

use cotejo_model::Measurement;
use cotejo_model::device::split_mark;
use cotejo_model::measurement::{
    Answer, CompiledFor, Conditions, EnginePlan, EventTimes, Input, LayerAlgorithm, Stages,
};
use cotejo_model::measuring::Stop;

use super::{ConvertError, all, bounded, each, enumerated, enums, optional, parsed, required, share};
use crate::v1 as wire;

enums! {
    Stop = wire::Stop { Converged = Converged, Runs = Runs, Full = Full, Budget = Budget }
}

impl From<Stages> for wire::Stages {
    fn from(stages: Stages) -> Self {
        Self {
            load_ns: stages.load_ns,
            decode_ns: stages.decode_ns,
            preprocess_ns: stages.preprocess_ns,
            upload_ns: stages.upload_ns,
            download_ns: stages.download_ns,
            events: stages.events.map(Into::into),
        }
    }
}

impl From<wire::Stages> for Stages {
    fn from(stages: wire::Stages) -> Self {
        Self {
            load_ns: stages.load_ns,
            decode_ns: stages.decode_ns,
            preprocess_ns: stages.preprocess_ns,
            upload_ns: stages.upload_ns,
            download_ns: stages.download_ns,
            events: stages.events.map(Into::into),
        }
    }
}

impl From<EventTimes> for wire::EventTimes {
    fn from(events: EventTimes) -> Self {
        let EventTimes { upload_ns, forward_ns, download_ns } = events;
        Self { upload_ns, forward_ns, download_ns }
    }
}

impl From<wire::EventTimes> for EventTimes {
    fn from(events: wire::EventTimes) -> Self {
        let wire::EventTimes { upload_ns, forward_ns, download_ns } = events;
        Self { upload_ns, forward_ns, download_ns }
    }
}

impl From<Input> for wire::Input {
    fn from(input: Input) -> Self {
        Self { image_digest: input.image.map(|digest| digest.to_string()), width: input.width, height: input.height }
    }
}

impl TryFrom<wire::Input> for Input {
    type Error = ConvertError;

    fn try_from(input: wire::Input) -> Result<Self, ConvertError> {
        let image = input.image_digest.as_deref();
        Ok(Self {
            image: image.map(|digest| parsed("input.image_digest", digest)).transpose()?,
            width: input.width,
            height: input.height,
        })
    }
}

impl From<Answer> for wire::Answer {
    fn from(answer: Answer) -> Self {
        Self { class: answer.class, label: answer.label, logit: answer.logit, probability: answer.probability }
    }
}

impl From<wire::Answer> for Answer {
    fn from(answer: wire::Answer) -> Self {
        Self { class: answer.class, label: answer.label, logit: answer.logit, probability: answer.probability }
    }
}

impl From<Conditions> for wire::Conditions {
    fn from(conditions: Conditions) -> Self {
        Self {
            background_load: conditions.background_load,
            power: conditions.power.map(|power| wire::PowerSource::from(power).into()),
            slept_ms: conditions.slept_ms,
            clock_ratio: conditions.clock_ratio,
            peak_flops: conditions.peak_flops,
        }
    }
}

impl TryFrom<wire::Conditions> for Conditions {
    type Error = ConvertError;

    fn try_from(conditions: wire::Conditions) -> Result<Self, ConvertError> {
        let load = conditions.background_load;
        let power = conditions.power;
        Ok(Self {
            background_load: load.map(|load| share("conditions.background_load", load)).transpose()?,
            power: power.map(|power| enumerated::<wire::PowerSource, _>("conditions.power", power)).transpose()?,
            slept_ms: conditions.slept_ms,
            clock_ratio: conditions.clock_ratio.map(|ratio| share("conditions.clock_ratio", ratio)).transpose()?,
            peak_flops: conditions.peak_flops,
        })
    }
}

/// Layers of a plan at most.
const MAX_LAYERS: usize = 1024;
/// Bytes of a layer's or an algorithm's name at most.
const MAX_LAYER_NAME: usize = 200;

impl From<LayerAlgorithm> for wire::LayerAlgorithm {
    fn from(layer: LayerAlgorithm) -> Self {
        Self { layer: layer.layer, algorithm: layer.algorithm }
    }
}

impl TryFrom<wire::LayerAlgorithm> for LayerAlgorithm {
    type Error = ConvertError;

    fn try_from(layer: wire::LayerAlgorithm) -> Result<Self, ConvertError> {
        Ok(Self {
            layer: bounded("plan.layers.layer", layer.layer, MAX_LAYER_NAME)?,
            algorithm: bounded("plan.layers.algorithm", layer.algorithm, MAX_LAYER_NAME)?,
        })
    }
}

impl From<EnginePlan> for wire::EnginePlan {
    fn from(plan: EnginePlan) -> Self {
        let (instruction_set, gpu) = match plan.instruction_set {
            CompiledFor::Instructions(name) => (name, None),
            CompiledFor::Gpu { compute_capability, channels_last, graph } => {
                let compute_capability = compute_capability.to_string();
                (compute_capability.clone(), Some(wire::GpuPlan { compute_capability, channels_last, graph }))
            }
        };
        Self { instruction_set, layers: each(plan.layers), gpu }
    }
}

impl TryFrom<wire::EnginePlan> for EnginePlan {
    type Error = ConvertError;

    fn try_from(plan: wire::EnginePlan) -> Result<Self, ConvertError> {
        if plan.layers.len() > MAX_LAYERS {
            let reason = format!("are {}, at most {MAX_LAYERS} are taken", plan.layers.len());
            return Err(ConvertError::Invalid { field: "plan.layers", reason });
        }
        let instruction_set = match plan.gpu {
            None => CompiledFor::Instructions(bounded("plan.instruction_set", plan.instruction_set, MAX_LAYER_NAME)?),
            Some(wire::GpuPlan { compute_capability, channels_last, graph }) => CompiledFor::Gpu {
                compute_capability: parsed("plan.gpu.compute_capability", &compute_capability)?,
                channels_last,
                graph,
            },
        };
        Ok(Self { instruction_set, layers: all(plan.layers)? })
    }
}

impl From<Measurement> for wire::Measurement {
    fn from(measurement: Measurement) -> Self {
        Self {
            workload: Some(measurement.workload.into()),
            device: measurement.device.to_string(),
            device_name: measurement.device_name,
            build: measurement.build,
            threads: measurement.threads,
            weights: measurement.weights.map(Into::into),
            input: measurement.input.map(Into::into),
            started_ms: measurement.started_ms,
            first_ns: measurement.first_ns,
            warmup_ns: measurement.warmup_ns,
            samples_ns: measurement.samples_ns,
            stages: Some(measurement.stages.into()),
            stop: wire::Stop::from(measurement.stop).into(),
            answers: each(measurement.answers),
            logit_error: measurement.logit_error,
            peak_memory_bytes: measurement.peak_memory_bytes,
            conditions: Some(measurement.conditions.into()),
            plan: measurement.plan.map(Into::into),
            gpu: measurement.gpu.map(Into::into),
            simulated: measurement.simulated,
        }
    }
}

impl TryFrom<wire::Measurement> for Measurement {
    type Error = ConvertError;

    fn try_from(measurement: wire::Measurement) -> Result<Self, ConvertError> {
        if measurement.samples_ns.is_empty() {
            return Err(ConvertError::Missing { field: "measurement.samples_ns" });
        }
        Ok(Self {
            workload: required("measurement.workload", measurement.workload)?,
            device: parsed("measurement.device", &measurement.device)?,
            device_name: split_mark(&measurement.device_name).0.to_owned(),
            build: measurement.build,
            threads: measurement.threads,
            weights: optional(measurement.weights)?,
            input: optional(measurement.input)?,
            started_ms: measurement.started_ms,
            first_ns: measurement.first_ns,
            warmup_ns: measurement.warmup_ns,
            samples_ns: measurement.samples_ns,
            stages: measurement.stages.ok_or(ConvertError::Missing { field: "measurement.stages" })?.into(),
            stop: enumerated::<wire::Stop, _>("measurement.stop", measurement.stop)?,
            answers: each(measurement.answers),
            logit_error: measurement.logit_error,
            peak_memory_bytes: measurement.peak_memory_bytes,
            conditions: required("measurement.conditions", measurement.conditions)?,
            plan: optional(measurement.plan)?,
            gpu: optional(measurement.gpu)?,
            simulated: measurement.simulated,
        })
    }
}
