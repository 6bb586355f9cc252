//! What the optimized engines compile: a classifier as a list of layers with their weights, batch norm already folded in.

use cotejo_model::models::layers;

pub use cotejo_model::models::Function;

/// A square convolution, padded by half its kernel.
#[derive(Debug, Clone)]
pub struct Conv {
    /// The layer's name.
    pub name: String,
    /// Channels that go in.
    pub inputs: usize,
    /// Channels that come out.
    pub outputs: usize,
    /// 1, 3 or 7 pixels a side.
    pub kernel: usize,
    /// 1 or 2.
    pub stride: usize,
    /// `[outputs, inputs, kernel, kernel]`.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
    /// What follows.
    pub function: Function,
}

/// A square convolution of each channel by itself, padded by half its kernel.
#[derive(Debug, Clone)]
pub struct Depthwise {
    /// The layer's name.
    pub name: String,
    /// Channels.
    pub channels: usize,
    /// 3 or 5 pixels a side.
    pub kernel: usize,
    /// 1 or 2.
    pub stride: usize,
    /// `[channels, kernel, kernel]`.
    pub weight: Vec<f32>,
    /// `[channels]`.
    pub bias: Vec<f32>,
    /// What follows.
    pub function: Function,
}

/// A fully connected layer.
#[derive(Debug, Clone)]
pub struct Linear {
    /// The layer's name.
    pub name: String,
    /// Values that go in.
    pub inputs: usize,
    /// Values that come out.
    pub outputs: usize,
    /// `[outputs, inputs]`.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
    /// What follows.
    pub function: Function,
}

/// Squeeze-and-excitation with its weights.
pub type SqueezeExcite = layers::SqueezeExcite<Linear>;
/// A group of layers with their weights.
pub type Block = layers::Block<Conv, Depthwise, Linear>;
/// A classifier with its weights.
pub type Network = layers::Layers<Conv, Depthwise, Linear>;

/// A batch norm with its stored statistics; each slice has one value for each channel.
#[derive(Debug, Clone, Copy)]
pub struct BatchNorm<'a> {
    /// Scale.
    pub weight: &'a [f32],
    /// Shift.
    pub bias: &'a [f32],
    /// Mean.
    pub running_mean: &'a [f32],
    /// Variance.
    pub running_var: &'a [f32],
    /// What is added to the variance.
    pub epsilon: f64,
}

impl BatchNorm<'_> {
    /// The weight and the bias of the convolution that gives, in one step, what the convolution with this weight and
    /// then this norm give. Computed in f64.
    pub fn fold(&self, weight: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let channels = self.weight.len();
        let scales: Vec<f64> = (0..channels)
            .map(|c| f64::from(self.weight[c]) / (f64::from(self.running_var[c]) + self.epsilon).sqrt())
            .collect();
        #[allow(clippy::cast_possible_truncation, reason = "the engine computes in f32")]
        let rounded = |value: f64| value as f32;
        let each = weight.len() / channels;
        let folded = weight
            .chunks_exact(each)
            .zip(&scales)
            .flat_map(|(filter, scale)| filter.iter().map(move |w| rounded(f64::from(*w) * scale)))
            .collect();
        let bias = (0..channels)
            .map(|c| rounded(f64::from(self.bias[c]) - f64::from(self.running_mean[c]) * scales[c]))
            .collect();
        (folded, bias)
    }
}
