//! The models against PyTorch's and torchvision's own values.

mod support;

use candle_core::{Device, Module as _, Tensor};
use cotejo_model::{Digest, Model, models};
use cotejo_worker::models::{CLASSES, Network};
use cotejo_worker::weights;
use serde::Deserialize;

use support::SEED;

#[derive(Deserialize)]
struct WeightsFile {
    models: Vec<WeightsOfModel>,
}

#[derive(Deserialize)]
struct WeightsOfModel {
    model: Model,
    sha256: Digest,
    /// Name, shape, bits of elements 0, 1, 2 and last.
    tensors: Vec<(String, Vec<usize>, [u32; 4])>,
}

fn network(model: Model) -> Network {
    Network::new(model, &weights::builder(weights::random(model, SEED).unwrap())).unwrap()
}

fn logits(network: &Network, batch: usize, height: usize, width: usize) -> Vec<Vec<f32>> {
    let input = weights::uniform(SEED, "input", batch * 3 * height * width);
    let input = Tensor::from_vec(input, (batch, 3, height, width), &Device::Cpu).unwrap();
    network.forward(&input).unwrap().to_vec2().unwrap()
}

#[test]
fn random_weights_follow_the_formula_bit_by_bit() {
    for golden in support::golden::<WeightsFile>("weights.json").models {
        let tensors = weights::random(golden.model, SEED).unwrap();
        assert_eq!(tensors.len(), golden.tensors.len());
        let mut bytes = Vec::new();
        for (name, shape, bits) in &golden.tensors {
            let tensor = &tensors[name];
            assert_eq!(tensor.dims(), shape, "{name}");
            let values: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
            let found = [0, 1, 2, values.len() - 1].map(|index| values[index].to_bits());
            assert_eq!(found, *bits, "{name}");
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        assert_eq!(Digest::of(&bytes), golden.sha256, "{}", golden.model);
    }
}

#[test]
fn networks_ask_for_torchvisions_tensors() {
    for golden in support::golden::<WeightsFile>("weights.json").models {
        let mut expected: Vec<_> = golden.tensors.into_iter().map(|(name, shape, _)| (name, shape)).collect();
        let found = models::network(golden.model).parameters();
        let mut found: Vec<_> = found.into_iter().map(|parameter| (parameter.name, parameter.shape)).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[test]
fn logits_are_pytorchs() {
    let cases = support::logits();
    for model in Model::ALL {
        let network = network(*model);
        for case in cases.iter().filter(|case| case.model == *model) {
            let found = logits(&network, case.batch, case.height, case.width);
            let pairs = found.iter().flatten().zip(case.logits.iter().flatten());
            let worst = pairs.map(|(found, expected)| (f64::from(*found) - expected).abs()).fold(0.0, f64::max);
            let error = worst / case.rms;
            let shape = format!("{model} {}x{}x{}", case.batch, case.height, case.width);
            println!("{shape}: {error:.1e}");
            assert_eq!((found.len(), found[0].len()), (case.batch, CLASSES));
            assert!(error < 1e-4, "{shape}: off by {error:.2e} of the RMS");
        }
    }
}

#[test]
fn any_image_size_will_do() {
    for model in Model::ALL {
        let network = network(*model);
        for (batch, height, width) in [(1, 1, 1), (2, 1, 9), (1, 33, 2), (1, 31, 65)] {
            let found = logits(&network, batch, height, width);
            assert_eq!((found.len(), found[0].len()), (batch, CLASSES));
            assert!(found.iter().flatten().all(|logit| logit.is_finite()), "{model} {height}x{width}");
        }
    }
}
