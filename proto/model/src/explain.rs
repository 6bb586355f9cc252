//! How the optimized engine computes a network, layer by layer.

use serde::{Deserialize, Serialize};

use crate::measurement::CompiledFor;
use crate::quality::BUSY_LOAD;
use crate::workload::Workload;

/// One network on one machine's processors, layer by layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What is computed.
    pub workload: Workload,
    /// The processor's product name.
    pub device_name: String,
    /// Worker and library versions.
    pub build: String,
    /// Vector instructions that the kernels are made of; of a GPU its compute capability, and how the plan is laid out.
    pub instruction_set: CompiledFor,
    /// CPU threads that take part; none on a GPU.
    pub threads: Option<u32>,
    /// FLOP/s of a short loop of fused multiply-adds on all the threads; of a GPU those of a large product of matrices.
    pub peak_flops: f64,
    /// Bytes a second that all the threads copy; of a GPU within its memory.
    pub copy_bytes_per_s: f64,
    /// The median of whole forwards, in nanoseconds.
    pub forward_ns: u64,
    /// The layers, in the order of computing.
    pub layers: Vec<ExplainedLayer>,
    /// Share of all processors that others used meanwhile, 0 to 1; none where nobody looked.
    #[serde(default)]
    pub background_load: Option<f64>,
}

/// One layer of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedLayer {
    /// Its name in the network.
    pub layer: String,
    /// The algorithm that the engine chose for it.
    pub algorithm: String,
    /// Channels, height and width of what it gives, for one image.
    pub output: [u32; 3],
    /// Floating-point operations of the direct algorithm for the whole batch: two a multiply-add.
    pub flop: u64,
    /// The median of its times, in nanoseconds.
    pub ns: u64,
}

/// A layer may be so many times as fast as the measured peak: both are measured, and clocks vary.
const PLAUSIBLE: f64 = 1.05;

impl ExplainedLayer {
    /// How many times as many operations as it needs are counted, at most: those of the direct algorithm are. Winograd's
    /// F(2x2, 3x3) needs 2.25 times fewer, F(4x4, 3x3) 4 times (Lavin and Gray, 2015).
    fn counted_times(&self) -> f64 {
        let algorithm = self.algorithm.to_lowercase();
        match () {
            () if algorithm.contains("f(2x2") => 2.25,
            () if algorithm.contains("winograd") || algorithm.contains("fft") => 4.0,
            () => 1.0,
        }
    }

    /// Operations a second, of the direct algorithm; none where there are none to count, or no time.
    pub fn flops_per_second(&self) -> Option<f64> {
        (self.flop > 0 && self.ns > 0).then(|| self.flop as f64 / (self.ns as f64 * 1e-9))
    }
}

impl Explanation {
    /// A layer's share of the time of all layers, 0 to 1.
    pub fn share(&self, layer: &ExplainedLayer) -> Option<f64> {
        let all: u64 = self.layers.iter().map(|layer| layer.ns).sum();
        (all > 0).then(|| layer.ns as f64 / all as f64)
    }

    /// A layer's operations a second over the measured peak. They are those of the direct algorithm, so that one
    /// which needs fewer can exceed 1.
    pub fn share_of_peak(&self, layer: &ExplainedLayer) -> Option<f64> {
        layer.flops_per_second().filter(|_| self.peak_flops > 0.0).map(|flops| flops / self.peak_flops)
    }

    /// Whether a layer came out faster than its processor can be: its time or the peak was taken while others had the
    /// processor.
    pub fn is_implausible(&self, layer: &ExplainedLayer) -> bool {
        self.share_of_peak(layer).is_some_and(|share| share > PLAUSIBLE * layer.counted_times())
    }

    /// Whether others used so much of the machine that the times are to be read with care.
    pub fn is_busy(&self) -> bool {
        self.background_load.is_some_and(|load| load >= BUSY_LOAD)
    }

    /// Operations of all layers, of the direct algorithms.
    pub fn flop(&self) -> u64 {
        self.layers.iter().map(|layer| layer.flop).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::{Engine, Model, Precision, Task, Threads};

    #[test]
    fn shares_are_those_of_the_layers() {
        let layer = |name: &str, flop, ns| ExplainedLayer {
            layer: name.to_owned(),
            algorithm: "direct".to_owned(),
            output: [64, 56, 56],
            flop,
            ns,
        };
        let explanation = Explanation {
            workload: Workload {
                task: Task::Classify { model: Model::ResNet18, size: 224, batch: 1 },
                precision: Precision::F32,
                threads: Threads::All,
                engine: Engine::Optimized,
                exact: false,
                streams: 1,
            },
            device_name: "Testium".to_owned(),
            build: "test".to_owned(),
            instruction_set: CompiledFor::Instructions("avx2".to_owned()),
            threads: Some(2),
            peak_flops: 1e11,
            copy_bytes_per_s: 1e10,
            forward_ns: 4_100_000,
            layers: vec![layer("conv1", 200_000_000, 1_000_000), layer("maxpool", 0, 3_000_000)],
            background_load: None,
        };
        let [conv, pool] = explanation.layers.as_slice() else { panic!("two layers") };
        assert_eq!(explanation.share(conv), Some(0.25));
        assert!((explanation.share_of_peak(conv).unwrap() - 2.0).abs() < 1e-9);
        assert!(explanation.is_implausible(conv) && !explanation.is_implausible(pool));
        let fewer = ExplainedLayer { algorithm: "Winograd F(4x4, 3x3)".to_owned(), ..conv.clone() };
        assert!(!explanation.is_implausible(&fewer), "it needs fewer operations than are counted");
        assert!(!explanation.is_busy() && Explanation { background_load: Some(0.5), ..explanation.clone() }.is_busy());
        assert_eq!((pool.flops_per_second(), explanation.share_of_peak(pool)), (None, None));
        assert_eq!(explanation.flop(), 200_000_000);
        let text = serde_json::to_string(&explanation).unwrap();
        assert_eq!(serde_json::from_str::<Explanation>(&text).unwrap(), explanation);
    }
}
