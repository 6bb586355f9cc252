//! What is known of a GPU.

use cotejo_model::gpu::{GpuRecord, GpuState};

use super::{ConvertError, bounded, parsed};
use crate::v1 as wire;

/// Reasons at most for which a clock is held down, and bytes of each: NVML knows about ten.
const MAX_REASONS: usize = 64;
const MAX_REASON: usize = 200;

impl From<GpuState> for wire::GpuState {
    fn from(state: GpuState) -> Self {
        Self {
            clock_mhz: state.clock_mhz,
            memory_clock_mhz: state.memory_clock_mhz,
            temperature_c: state.temperature_c,
            power_w: state.power_w,
            power_limit_w: state.power_limit_w,
            throttle_reasons: state.throttle_reasons,
            memory_used_bytes: state.memory_used_bytes,
        }
    }
}

impl TryFrom<wire::GpuState> for GpuState {
    type Error = ConvertError;

    fn try_from(state: wire::GpuState) -> Result<Self, ConvertError> {
        let reasons = state.throttle_reasons;
        if reasons.len() > MAX_REASONS {
            let reason = format!("are {}, at most {MAX_REASONS} are taken", reasons.len());
            return Err(ConvertError::Invalid { field: "gpu.throttle_reasons", reason });
        }
        let bounded = |reason| bounded("gpu.throttle_reasons", reason, MAX_REASON);
        Ok(Self {
            clock_mhz: state.clock_mhz,
            memory_clock_mhz: state.memory_clock_mhz,
            temperature_c: state.temperature_c,
            power_w: state.power_w,
            power_limit_w: state.power_limit_w,
            throttle_reasons: reasons.into_iter().map(bounded).collect::<Result<_, _>>()?,
            memory_used_bytes: state.memory_used_bytes,
        })
    }
}

impl From<GpuRecord> for wire::GpuRecord {
    fn from(gpu: GpuRecord) -> Self {
        Self {
            compute_capability: gpu.compute_capability.map(|capability| capability.to_string()),
            memory_bytes: gpu.memory_bytes,
            driver: gpu.driver,
            cuda: gpu.cuda,
            cudnn: gpu.cudnn,
            before: gpu.before.map(Into::into),
            after: gpu.after.map(Into::into),
        }
    }
}

impl TryFrom<wire::GpuRecord> for GpuRecord {
    type Error = ConvertError;

    fn try_from(gpu: wire::GpuRecord) -> Result<Self, ConvertError> {
        let capability = gpu.compute_capability.as_deref();
        Ok(Self {
            compute_capability: capability.map(|text| parsed("gpu.compute_capability", text)).transpose()?,
            memory_bytes: gpu.memory_bytes,
            driver: gpu.driver,
            cuda: gpu.cuda,
            cudnn: gpu.cudnn,
            before: gpu.before.map(TryInto::try_into).transpose()?,
            after: gpu.after.map(TryInto::try_into).transpose()?,
        })
    }
}
