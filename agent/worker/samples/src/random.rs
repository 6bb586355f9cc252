//! Layers with random weights, the same on every machine.

use cotejo_network::{Conv, Depthwise, Function, Linear, SqueezeExcite};

/// A stream of pseudo-random numbers (`SplitMix64`).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream that starts from this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Values between `-limit` and `limit`.
    pub fn values(&mut self, count: usize, limit: f32) -> Vec<f32> {
        let half = (1_u64 << 23) as f32;
        (0..count).map(|_| ((self.next() >> 40) as f32 / half - 1.0) * limit).collect()
    }

    /// Weights for sums of this many terms, scaled such that values keep their size (K. He et al., 2015).
    fn weights(&mut self, count: usize, terms: usize) -> Vec<f32> {
        self.values(count, (6.0 / terms as f32).sqrt())
    }

    /// A convolution.
    pub fn conv(
        &mut self,
        name: &str,
        [inputs, outputs]: [usize; 2],
        [kernel, stride]: [usize; 2],
        function: Function,
    ) -> Conv {
        let terms = inputs * kernel * kernel;
        let (weight, bias) = (self.weights(outputs * terms, terms), self.values(outputs, 0.2));
        Conv { name: name.to_owned(), inputs, outputs, kernel, stride, weight, bias, function }
    }

    /// A convolution of each channel by itself.
    pub fn depthwise(
        &mut self,
        name: &str,
        channels: usize,
        [kernel, stride]: [usize; 2],
        function: Function,
    ) -> Depthwise {
        let taps = kernel * kernel;
        let (weight, bias) = (self.weights(channels * taps, taps), self.values(channels, 0.2));
        Depthwise { name: name.to_owned(), channels, kernel, stride, weight, bias, function }
    }

    /// A fully connected layer.
    pub fn linear(&mut self, name: &str, [inputs, outputs]: [usize; 2], function: Function) -> Linear {
        let (weight, bias) = (self.weights(inputs * outputs, inputs), self.values(outputs, 0.2));
        Linear { name: name.to_owned(), inputs, outputs, weight, bias, function }
    }

    /// Factors for channels, from this many values.
    pub fn squeeze_excite(&mut self, name: &str, channels: usize, squeezed: usize) -> SqueezeExcite {
        SqueezeExcite {
            reduce: self.linear(&format!("{name}.fc1"), [channels, squeezed], Function::Relu),
            expand: self.linear(&format!("{name}.fc2"), [squeezed, channels], Function::HardSigmoid),
        }
    }
}
