//! What layers mean, in f64 and as plain loops: the kernels are compared with this.

use cotejo_network::{Block, Conv, Depthwise, Function, Linear, Network, SqueezeExcite};

/// `[images][channels][height][width]`.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Images of the batch.
    pub images: usize,
    /// Planes of each image.
    pub channels: usize,
    /// Rows of a plane.
    pub height: usize,
    /// Pixels of a row.
    pub width: usize,
    /// As many numbers as the dimensions say.
    pub values: Vec<f64>,
}

impl Tensor {
    /// Zeros in this shape.
    pub fn zeros([images, channels, height, width]: [usize; 4]) -> Self {
        Self { images, channels, height, width, values: vec![0.0; images * channels * height * width] }
    }

    /// These numbers in this shape.
    pub fn of([images, channels, height, width]: [usize; 4], values: &[f32]) -> Self {
        assert_eq!(values.len(), images * channels * height * width);
        Self { images, channels, height, width, values: values.iter().copied().map(f64::from).collect() }
    }

    /// Its values, image by image and channel by channel.
    pub fn planes(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.height * self.width)
    }

    fn plane(&self, image: usize, channel: usize) -> &[f64] {
        let pixels = self.height * self.width;
        &self.values[(image * self.channels + channel) * pixels..][..pixels]
    }

    /// The root of the mean square.
    pub fn rms(&self) -> f64 {
        (self.values.iter().map(|value| value * value).sum::<f64>() / self.values.len() as f64).sqrt()
    }

    /// The greatest difference, in units of this one's root mean square; infinite if it is not a number.
    pub fn distance(&self, actual: &[f32]) -> f64 {
        assert_eq!(actual.len(), self.values.len());
        let differences =
            self.values.iter().zip(actual).map(|(expected, actual)| (expected - f64::from(*actual)).abs());
        let greatest = differences.fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a });
        if greatest.is_nan() { f64::INFINITY } else { greatest / self.rms().max(1e-6) }
    }
}

fn apply(function: Function, value: f64) -> f64 {
    match function {
        Function::Identity => value,
        Function::Relu => value.max(0.0),
        Function::Relu6 => value.clamp(0.0, 6.0),
        Function::HardSwish => value * (value + 3.0).clamp(0.0, 6.0) / 6.0,
        Function::HardSigmoid => (value + 3.0).clamp(0.0, 6.0) / 6.0,
    }
}

/// A square filter with its stride, padded by half its side.
struct Filter<'a> {
    side: usize,
    stride: usize,
    weights: &'a [f32],
}

impl Filter<'_> {
    /// The output's pixels from which a tap reaches one inside, of as many as there are along one axis.
    fn inside(&self, tap: usize, input: usize, output: usize) -> std::ops::Range<usize> {
        let pad = self.side / 2;
        let first = pad.saturating_sub(tap).div_ceil(self.stride);
        let beyond = (input + pad).saturating_sub(tap).div_ceil(self.stride).min(output);
        first..beyond.max(first)
    }

    /// Adds the sum over one plane.
    fn add(&self, input: &[f64], [height, width]: [usize; 2], output: &mut [f64], [out_height, out_width]: [usize; 2]) {
        let pad = self.side / 2;
        for (tap, weight) in self.weights.iter().enumerate() {
            let (down, across) = (tap / self.side, tap % self.side);
            let weight = f64::from(*weight);
            let columns = self.inside(across, width, out_width);
            for y in self.inside(down, height, out_height) {
                let row = (y * self.stride + down - pad) * width;
                for x in columns.clone() {
                    output[y * out_width + x] += weight * input[row + x * self.stride + across - pad];
                }
            }
        }
    }
}

/// A convolution, what is added to it, and what follows.
pub fn conv(input: &Tensor, layer: &Conv, residual: Option<&Tensor>) -> Tensor {
    assert_eq!(input.channels, layer.inputs);
    let (height, width) = (input.height.div_ceil(layer.stride), input.width.div_ceil(layer.stride));
    let mut output = Tensor::zeros([input.images, layer.outputs, height, width]);
    let taps = layer.kernel * layer.kernel;
    for (index, plane) in output.values.chunks_exact_mut(height * width).enumerate() {
        let (image, channel) = (index / layer.outputs, index % layer.outputs);
        plane.fill(f64::from(layer.bias[channel]));
        for from in 0..layer.inputs {
            let weights = &layer.weight[(channel * layer.inputs + from) * taps..][..taps];
            let filter = Filter { side: layer.kernel, stride: layer.stride, weights };
            filter.add(input.plane(image, from), [input.height, input.width], plane, [height, width]);
        }
    }
    if let Some(residual) = residual {
        assert_eq!(residual.values.len(), output.values.len());
        for (value, more) in output.values.iter_mut().zip(&residual.values) {
            *value += more;
        }
    }
    for value in &mut output.values {
        *value = apply(layer.function, *value);
    }
    output
}

/// A convolution of each channel by itself, and what follows.
pub fn depthwise(input: &Tensor, layer: &Depthwise) -> Tensor {
    assert_eq!(input.channels, layer.channels);
    let (height, width) = (input.height.div_ceil(layer.stride), input.width.div_ceil(layer.stride));
    let mut output = Tensor::zeros([input.images, layer.channels, height, width]);
    for (index, plane) in output.values.chunks_exact_mut(height * width).enumerate() {
        let (image, channel) = (index / layer.channels, index % layer.channels);
        plane.fill(f64::from(layer.bias[channel]));
        let taps = layer.kernel * layer.kernel;
        let weights = &layer.weight[channel * taps..][..taps];
        let filter = Filter { side: layer.kernel, stride: layer.stride, weights };
        filter.add(input.plane(image, channel), [input.height, input.width], plane, [height, width]);
        for value in plane {
            *value = apply(layer.function, *value);
        }
    }
    output
}

/// The maximum of 3x3 pixels, with stride 2; what is outside does not count.
pub fn max_pool(input: &Tensor) -> Tensor {
    let (height, width) = (input.height.div_ceil(2), input.width.div_ceil(2));
    let mut output = Tensor::zeros([input.images, input.channels, height, width]);
    let around = |center: usize, length: usize| center.saturating_sub(1)..(center + 2).min(length);
    for (from, to) in input.planes().zip(output.values.chunks_exact_mut(height * width)) {
        for (index, value) in to.iter_mut().enumerate() {
            let (rows, columns) = (around(index / width * 2, input.height), around(index % width * 2, input.width));
            let pixels = rows.flat_map(|y| columns.clone().map(move |x| from[y * input.width + x]));
            *value = pixels.fold(f64::NEG_INFINITY, f64::max);
        }
    }
    output
}

/// The mean of each channel.
pub fn means(input: &Tensor) -> Tensor {
    let pixels = (input.height * input.width) as f64;
    let values = input.planes().map(|plane| plane.iter().sum::<f64>() / pixels).collect();
    Tensor { images: input.images, channels: input.channels, height: 1, width: 1, values }
}

/// A fully connected layer of values that stand for whole images, and what follows.
pub fn linear(input: &Tensor, layer: &Linear) -> Tensor {
    assert_eq!((input.channels, input.height * input.width), (layer.inputs, 1));
    let mut output = Tensor::zeros([input.images, layer.outputs, 1, 1]);
    for (index, value) in output.values.iter_mut().enumerate() {
        let (image, row) = (index / layer.outputs, index % layer.outputs);
        let weights = &layer.weight[row * layer.inputs..][..layer.inputs];
        let values = &input.values[image * layer.inputs..][..layer.inputs];
        let sum: f64 = weights.iter().zip(values).map(|(weight, value)| f64::from(*weight) * value).sum();
        *value = apply(layer.function, sum + f64::from(layer.bias[row]));
    }
    output
}

/// Each channel times the factor that two layers make of all channels' means.
pub fn squeeze_excite(input: &Tensor, layer: &SqueezeExcite) -> Tensor {
    let factors = linear(&linear(&means(input), &layer.reduce), &layer.expand);
    let mut output = input.clone();
    let pixels = input.height * input.width;
    for (plane, factor) in output.values.chunks_exact_mut(pixels).zip(&factors.values) {
        for value in plane.iter_mut() {
            *value *= factor;
        }
    }
    output
}

/// The logits of a whole network.
pub fn logits(network: &Network, input: &Tensor) -> Tensor {
    let mut x = conv(input, &network.stem, None);
    if network.pool {
        x = max_pool(&x);
    }
    for block in &network.blocks {
        x = match block {
            Block::Basic { first, second, shortcut } => {
                let carried = shortcut.as_ref().map(|shortcut| conv(&x, shortcut, None));
                conv(&conv(&x, first, None), second, Some(carried.as_ref().unwrap_or(&x)))
            }
            Block::Bottleneck { reduce, filter, expand, shortcut } => {
                let carried = shortcut.as_ref().map(|shortcut| conv(&x, shortcut, None));
                let filtered = conv(&conv(&x, reduce, None), filter, None);
                conv(&filtered, expand, Some(carried.as_ref().unwrap_or(&x)))
            }
            Block::InvertedResidual { expand, depthwise: filter, excite, project, residual } => {
                let expanded = expand.as_ref().map(|expand| conv(&x, expand, None));
                let mut filtered = depthwise(expanded.as_ref().unwrap_or(&x), filter);
                if let Some(excite) = excite {
                    filtered = squeeze_excite(&filtered, excite);
                }
                conv(&filtered, project, residual.then_some(&x))
            }
        };
    }
    if let Some(head) = &network.head {
        x = conv(&x, head, None);
    }
    let layers = network.hidden.iter().chain([&network.classifier]);
    layers.fold(means(&x), |x, layer| linear(&x, layer))
}
