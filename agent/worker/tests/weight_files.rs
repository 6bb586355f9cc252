//! Weight files of every kind, sound and broken.

mod support;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use cotejo_model::reason::{TensorProblem, WeightsReason};
use cotejo_model::{Digest, FailureCode, Model, Reason};
use cotejo_worker::weights::{self, Format, Tensors, WeightFile};
use proptest::prelude::*;
use serde::Deserialize;

use support::SEED;

#[derive(Deserialize)]
struct Pth {
    files: HashMap<String, Vec<String>>,
    tensors: Vec<PthTensor>,
}

#[derive(Deserialize)]
struct PthTensor {
    name: String,
    dtype: String,
    shape: Vec<usize>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Names {
    models: Vec<NamesOfModel>,
}

#[derive(Deserialize)]
struct NamesOfModel {
    model: Model,
    torchvision: Vec<(String, Vec<usize>)>,
    timm: Vec<(String, Vec<usize>)>,
}

fn pth(name: &str) -> Vec<u8> {
    std::fs::read(support::golden_path("pth").join(name)).unwrap()
}

fn mobilenet() -> Tensors {
    weights::random(Model::MobileNetV2, SEED).unwrap()
}

fn safetensors(tensors: &Tensors) -> Vec<u8> {
    safetensors::serialize(tensors, None).unwrap()
}

fn load(model: Model, bytes: &[u8]) -> Result<Tensors, Reason> {
    WeightFile::parse(bytes)?.tensors(model)
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_dtype(DType::F32).unwrap().to_vec1().unwrap()
}

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap()
}

fn assert_same(found: &Tensors, expected: &Tensors) {
    assert_eq!(found.len(), expected.len());
    for (name, tensor) in expected {
        assert_eq!(found[name].dims(), tensor.dims(), "{name}");
        assert_eq!(values(&found[name]), values(tensor), "{name}");
    }
}

#[test]
fn pytorch_files_hold_what_pytorch_put_there() {
    let golden: Pth = support::golden("pth.json");
    for (kind, prefix) in [("plain", ""), ("wrapped", "module.")] {
        for file in &golden.files[kind] {
            let bytes = pth(file);
            let found = WeightFile::parse(&bytes).unwrap();
            let found: BTreeMap<&str, _> = found.tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
            assert_eq!(found.len(), golden.tensors.len(), "{file}");
            for expected in &golden.tensors {
                let tensor = found[format!("{prefix}{}", expected.name).as_str()];
                assert_eq!(tensor.shape, expected.shape, "{file} {}", expected.name);
                if expected.dtype == "int64" {
                    assert_eq!(tensor.format, Format::I64);
                    continue;
                }
                #[allow(clippy::cast_possible_truncation, reason = "nine digits of an f32")]
                let values: Vec<f32> = expected.values.iter().map(|value| *value as f32).collect();
                assert_eq!(tensor.values().unwrap(), values, "{file} {}", expected.name);
            }
        }
    }
    for file in &golden.files["unreadable"] {
        let failure = WeightFile::parse(&pth(file)).unwrap_err();
        assert!(matches!(failure, Reason::Weights(WeightsReason::BadArchive { .. })), "{failure}");
    }
}

#[test]
fn a_legacy_file_cut_short_is_corrupt_wherever_it_is_cut() {
    let whole = pth("tiny_legacy.pth");
    for length in 0..whole.len() {
        let failure = WeightFile::parse(&whole[..length]).unwrap_err();
        assert_eq!(failure.code(), FailureCode::WeightsCorrupt, "{length}");
    }
}

#[test]
fn names_of_torchvision_and_timm_mean_the_same_tensors() {
    for names in support::golden::<Names>("names.json").models {
        let expected = weights::random(names.model, SEED).unwrap();
        for (prefix, list) in [("", &names.torchvision), ("", &names.timm), ("module.", &names.timm)] {
            let tensors = list.iter().zip(&names.torchvision).map(|((name, shape), (torchvision, _))| {
                // A counter, which no network needs.
                let tensor = expected.get(torchvision).cloned().unwrap_or_else(|| zeros(shape));
                (format!("{prefix}{name}"), tensor)
            });
            let bytes = safetensors(&tensors.collect());
            assert_same(&load(names.model, &bytes).unwrap(), &expected);
        }
    }
}

#[test]
fn other_number_formats_become_f32() {
    let expected = mobilenet();
    for (dtype, tolerance) in [(DType::F64, 0.0), (DType::F16, 1e-3), (DType::BF16, 8e-3)] {
        let tensors = expected.iter().map(|(name, tensor)| (name.clone(), tensor.to_dtype(dtype).unwrap())).collect();
        let found = load(Model::MobileNetV2, &safetensors(&tensors)).unwrap();
        for (name, tensor) in &expected {
            assert_eq!(found[name].dtype(), DType::F32);
            let pairs = values(tensor).into_iter().zip(values(&found[name]));
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= tolerance, "{name} as {dtype:?}: {worst}");
        }
    }
}

#[test]
fn every_difference_from_the_model_is_named() {
    let mut tensors = mobilenet();
    tensors.remove("features.3.conv.2.weight");
    tensors.insert("classifier.1.bias".to_owned(), zeros(&[10]));
    tensors.insert("features.0.0.weight".to_owned(), Tensor::zeros((32, 3, 3, 3), DType::I64, &Device::Cpu).unwrap());
    tensors.insert("extra.weight".to_owned(), zeros(&[1]));
    tensors.insert("features.0.1.num_batches_tracked".to_owned(), zeros(&[]));
    let failure = load(Model::MobileNetV2, &safetensors(&tensors)).unwrap_err();
    let tensor = |name: &str| name.to_owned();
    let problems = vec![
        TensorProblem::NotReal { tensor: tensor("features.0.0.weight"), format: "I64".to_owned() },
        TensorProblem::Missing { tensor: tensor("features.3.conv.2.weight") },
        TensorProblem::Shape { tensor: tensor("classifier.1.bias"), found: vec![10], expected: vec![1000] },
        TensorProblem::Extra { tensor: tensor("extra.weight") },
    ];
    assert_eq!(failure, WeightsReason::OtherModel { model: Model::MobileNetV2, problems, more: 0 }.into());
}

#[test]
fn another_models_weights_give_the_first_differences_and_a_count() {
    let failure = load(Model::ResNet18, &safetensors(&mobilenet())).unwrap_err();
    assert_eq!(failure.code(), FailureCode::WeightsMismatch);
    let Reason::Weights(WeightsReason::OtherModel { problems, more, .. }) = failure else { panic!("{failure}") };
    assert_eq!(problems[0], TensorProblem::Missing { tensor: "conv1.weight".to_owned() });
    // 102 missing and 262 extra, of which ten are named.
    assert_eq!((problems.len(), more), (10, 354));
}

#[test]
fn weights_that_are_no_numbers_are_corrupt() {
    let mut tensors = mobilenet();
    let broken = Tensor::new(vec![f32::NAN; 1000], &Device::Cpu).unwrap();
    tensors.insert("classifier.1.bias".to_owned(), broken);
    let failure = load(Model::MobileNetV2, &safetensors(&tensors)).unwrap_err();
    assert_eq!(failure, WeightsReason::NotFinite { tensor: "classifier.1.bias".to_owned(), element: 0 }.into());
}

/// A safetensors file of this header alone.
fn headed(header: &str) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat()
}

#[test]
fn what_is_no_weight_file_is_corrupt() {
    let whole = safetensors(&mobilenet());
    let absurd = headed(r#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}"#);
    let outside = headed(r#"{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}"#);
    let longest = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    let truncated = &whole[..whole.len() / 2];
    for bytes in
        [truncated, &absurd, &outside, &longest, b"<html>not found</html>", b"PK\x03\x04", b"\x80\x02}q\x00.", b""]
    {
        let failure = load(Model::MobileNetV2, bytes).unwrap_err();
        assert_eq!(failure.code(), FailureCode::WeightsCorrupt, "{failure}");
    }
}

#[test]
fn a_file_is_the_one_with_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights");
    let expected = mobilenet();
    let bytes = safetensors(&expected);
    std::fs::write(&path, &bytes).unwrap();
    // Whatever its name, content decides.
    assert_same(&weights::from_file(Model::MobileNetV2, &path, &Digest::of(&bytes)).unwrap(), &expected);
    let code = |path: &Path, digest| weights::from_file(Model::MobileNetV2, path, &digest).unwrap_err().code();
    assert_eq!(code(&path, Digest::of(b"other")), FailureCode::WeightsCorrupt);
    assert_eq!(code(&folder.path().join("none"), Digest::of(b"")), FailureCode::WeightsMissing);
    assert_eq!(code(folder.path(), Digest::of(b"")), FailureCode::WeightsMissing);
    std::fs::write(&path, b"").unwrap();
    assert_eq!(code(&path, Digest::of(b"")), FailureCode::WeightsCorrupt);
}

/// Reads everything in it; either outcome will do, a panic or an endless allocation will not.
fn survive(bytes: &[u8]) {
    if let Ok(file) = WeightFile::parse(bytes) {
        for tensor in &file.tensors {
            drop(tensor.values());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        file in prop::sample::select(vec!["tiny.pth", "tiny_legacy.pth", "tiny_wrapped.pth", "tiny_parameter.pth"]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = pth(file);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        survive(&bytes);
    }

    #[test]
    fn any_opcodes_never_panic(opcodes in prop::collection::vec(
        prop::sample::select(b"(.0qrhjNGKJX}])tleasubRQcd\x80\x81\x85\x86\x87\x88\x8a\x8c\x93\x94\x95\x00\x01\x02\n".to_vec()),
        0..200,
    )) {
        // Behind the first three pickles of an old file.
        let mut bytes = pth("tiny_legacy.pth")[..15].to_vec();
        bytes.extend(b"N.N.");
        bytes.extend(opcodes);
        survive(&bytes);
    }
}
