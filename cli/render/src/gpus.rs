//! What measurements record of their GPUs, in sentences.

use cotejo_model::comparison::Entry;
use cotejo_model::gpu::{GpuRecord, GpuState};

use super::{clean, number};

/// From here on a GPU is worth a note: most hold their clock down a few degrees above.
const HOT_C: u32 = 80;

/// What a GPU is, and the software that it was used with.
pub(super) fn described(entry: &Entry, gpu: &GpuRecord) -> String {
    let version =
        |what: &str, version: &Option<String>| version.as_ref().map(|version| format!("{what} {}", clean(version)));
    let parts = [
        Some(clean(&entry.device_name)),
        gpu.memory_bytes.map(|bytes| format!("{} VRAM", number::bytes(bytes))),
        gpu.compute_capability.map(|capability| format!("compute capability {capability}")),
        version("driver", &gpu.driver),
        version("CUDA", &gpu.cuda),
        version("cuDNN", &gpu.cudnn),
        power_limit_w(gpu).map(|watts| format!("power limit {watts:.0} W")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Why its times may be those of a slower GPU; nothing if there is no reason.
pub(super) fn trouble(gpu: &GpuRecord) -> Option<String> {
    let reasons = throttle_reasons(gpu);
    let held =
        (!reasons.is_empty()).then(|| format!("clock held down ({})", clean(&reasons.join(", ").replace('_', " "))));
    let hottest = states(gpu).filter_map(|state| state.temperature_c).max();
    let hot = hottest.filter(|degrees| *degrees >= HOT_C).map(|degrees| format!("hot ({degrees} °C)"));
    let parts: Vec<String> = held.into_iter().chain(hot).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Why the clock was held down before or after, in NVML's words, each once.
pub(super) fn throttle_reasons(gpu: &GpuRecord) -> Vec<&str> {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in states(gpu).flat_map(|state| &state.throttle_reasons) {
        if !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    reasons
}

/// The latest word on what it may draw.
pub(super) fn power_limit_w(gpu: &GpuRecord) -> Option<f64> {
    states(gpu).filter_map(|state| state.power_limit_w).last()
}

fn states(gpu: &GpuRecord) -> impl Iterator<Item = &GpuState> {
    gpu.before.iter().chain(&gpu.after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(before: &[&str], after: &[&str], celsius: u32) -> GpuRecord {
        let state = |reasons: &[&str]| GpuState {
            throttle_reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
            temperature_c: Some(celsius),
            ..GpuState::default()
        };
        GpuRecord { before: Some(state(before)), after: Some(state(after)), ..GpuRecord::default() }
    }

    #[test]
    fn a_gpu_that_was_slowed_says_why() {
        assert_eq!(trouble(&GpuRecord::default()), None);
        assert_eq!(trouble(&record(&[], &[], HOT_C - 1)), None);
        let held = record(&["sw_power_cap"], &["hw_slowdown", "sw_power_cap"], HOT_C);
        assert_eq!(trouble(&held).as_deref(), Some("clock held down (sw power cap, hw slowdown), hot (80 °C)"));
        let hot = record(&["a"], &["b\u{1b}"], 40);
        assert_eq!(trouble(&hot).as_deref(), Some("clock held down (a, b\u{fffd})"));
    }
}
