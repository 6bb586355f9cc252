//! Weights of the classifiers: from a seed, or from a file.

mod file;
mod names;
mod pickle;
mod pth;
mod stored;

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use cotejo_model::models::{Parameter, network};
use cotejo_model::reason::JobFile;
use cotejo_model::{Digest, Model, Reason};
use rayon::prelude::*;

use crate::input;

pub use file::WeightFile;
pub use stored::{Format, Stored};

/// The weights of a model under torchvision's names, in f32.
pub type Tensors = HashMap<String, Tensor>;

/// A source of layers for `models::Network::new`.
pub fn builder(tensors: Tensors) -> VarBuilder<'static> {
    VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)
}

/// He-scaled pseudo-random weights: the same on every machine for the same seed, and of such size that the logits are
/// neither tiny nor huge. `tests/golden/README.md` has the formula.
pub fn random(model: Model, seed: u64) -> Result<Tensors> {
    let parameters = network(model).parameters();
    let ranks: HashMap<&str, usize> =
        parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.shape.len())).collect();
    let rank_of_weight = |module: &str| ranks.get(format!("{module}.weight").as_str()).copied().unwrap_or(0);
    parameters
        .par_iter()
        .map(|Parameter { name, shape }| {
            let (module, kind) = name.rsplit_once('.').unwrap_or(("", name));
            let (centre, scale) = match kind {
                "weight" if shape.len() > 1 => (0.0, he_scale(shape)),
                "weight" => (1.0, 0.1),
                "running_var" => (1.0, 0.5),
                "bias" if rank_of_weight(module) == 2 => (0.0, 0.01),
                _ => (0.0, 0.1),
            };
            let mut values = uniform(seed, name, shape.iter().product());
            for value in &mut values {
                *value = centre + scale * *value;
            }
            Ok((name.clone(), Tensor::from_vec(values, shape.as_slice(), &Device::Cpu)?))
        })
        .collect()
}

/// The half width of a uniform distribution that keeps the variance through a `ReLU` layer (He et al., 2015).
fn he_scale(shape: &[usize]) -> f32 {
    let fan_in: usize = shape[1..].iter().product();
    #[allow(clippy::cast_possible_truncation, reason = "the formula rounds the root to f32")]
    let scale = (6.0 / fan_in as f64).sqrt() as f32;
    scale
}

/// The first `count` numbers of the stream `name`: uniform in [-1, 1), exact in f32 (`SplitMix64`, top 24 bits).
pub fn uniform(seed: u64, name: &str, count: usize) -> Vec<f32> {
    let stream = Uniform::new(seed, name);
    (0..count).into_par_iter().map(|index| stream.get(index)).collect()
}

/// A stream of `uniform`, of which any number can be had without those before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Uniform {
    state: u64,
}

impl Uniform {
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        Self { state: fnv1a(name.as_bytes()) ^ seed }
    }

    pub(crate) fn get(self, index: usize) -> f32 {
        let bits = splitmix(self.state.wrapping_add((index as u64).wrapping_mul(GAMMA)));
        #[allow(clippy::cast_precision_loss, reason = "24 bits fit an f32")]
        let unit = (bits >> 40) as f32 / 8_388_608.0;
        unit - 1.0
    }
}

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// One step of `SplitMix64` (Steele, Lea, Flood, 2014).
fn splitmix(state: u64) -> u64 {
    let mut z = state.wrapping_add(GAMMA);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// FNV-1a, 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}

/// The weights of a file, which must hold exactly the model's tensors and have this digest.
pub fn from_file(model: Model, path: &Path, digest: &Digest) -> std::result::Result<Tensors, Reason> {
    let bytes = input::read(path, JobFile::Weights, digest)?;
    let tensors = WeightFile::parse(&bytes).and_then(|file| file.tensors(model));
    tensors.map_err(|reason| reason.in_file(path.display()))
}
