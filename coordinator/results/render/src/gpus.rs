//! What measurements record of their GPUs, in sentences.

use cotejo_language::Texts;
use cotejo_model::comparison::Entry;
use cotejo_model::gpu::{GpuRecord, GpuState};

use super::{clean, words};

/// From here on a GPU is worth a note: most hold their clock down a few degrees above.
const HOT_C: u32 = 80;

/// What a GPU is, and the software that it was used with.
pub(super) fn described(entry: &Entry, gpu: &GpuRecord, texts: &Texts) -> String {
    let version =
        |what: &str, version: &Option<String>| version.as_ref().map(|version| format!("{what} {}", clean(version)));
    let said = |name: &str, argument, value: String| texts.fill(name, &[(argument, value.into())]);
    let parts = [
        Some(texts.product(&clean(&entry.device_name), entry.is_simulated())),
        gpu.memory_bytes.map(|bytes| said("memory-vram", "bytes", words::bytes(bytes, texts))),
        gpu.compute_capability.map(|capability| said("gpu-capability", "version", capability.to_string())),
        gpu.driver.as_ref().map(|driver| said("gpu-driver", "version", clean(driver))),
        version("CUDA", &gpu.cuda),
        version("cuDNN", &gpu.cudnn),
        power_limit_w(gpu).map(|watts| said("gpu-power-limit", "watts", format!("{watts:.0}"))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Why its times may be those of a slower GPU; nothing if there is no reason.
pub(super) fn trouble(gpu: &GpuRecord, texts: &Texts) -> Option<String> {
    let reasons = clean(&throttle_reasons(gpu).join(", ").replace('_', " "));
    let held = (!reasons.is_empty()).then(|| texts.fill("gpu-held-down", &[("reasons", reasons.into())]));
    let hottest = states(gpu).filter_map(|state| state.temperature_c).max();
    let hot = hottest.filter(|degrees| *degrees >= HOT_C);
    let hot = hot.map(|degrees| texts.fill("gpu-hot", &[("degrees", degrees.into())]));
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
    use cotejo_language::Language;

    use super::*;

    fn trouble(gpu: &GpuRecord) -> Option<String> {
        super::trouble(gpu, Texts::of(Language::English))
    }

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
