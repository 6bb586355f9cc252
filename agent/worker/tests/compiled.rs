//! The optimized engine against PyTorch's values and against the reference engine.

mod support;

use candle_core::{DType, Device, Module as _, Tensor};
use cotejo_cpu::{InstructionSet, Options, Plan};
use cotejo_model::{DeviceKind, Engine, Model, Precision, estimate};
use cotejo_worker::compiled::{self, Compiled};
use cotejo_worker::models::{CLASSES, Network};
use cotejo_worker::weights;

use support::{LogitsCase, SEED};

fn compile(model: Model, threads: usize, set: InstructionSet, exact: bool) -> Compiled {
    let network = compiled::network(model, &weights::random(model, SEED).unwrap()).unwrap();
    Compiled::new(network, threads, set, exact)
}

fn input(batch: usize, height: usize, width: usize) -> Tensor {
    let values = weights::uniform(SEED, "input", batch * 3 * height * width);
    Tensor::from_vec(values, (batch, 3, height, width), &Device::Cpu).unwrap()
}

fn rms(values: &[f32]) -> f32 {
    (values.iter().map(|value| value * value).sum::<f32>() / values.len() as f32).sqrt()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn top_5(logits: &[f32]) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..logits.len()).collect();
    classes.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
    classes.truncate(5);
    classes
}

#[test]
fn logits_are_pytorchs_on_every_instruction_set() {
    let cases: Vec<LogitsCase> = support::logits();
    for set in InstructionSet::available() {
        for model in Model::ALL {
            for exact in [false, true] {
                let compiled = compile(*model, 2, set, exact);
                for case in cases.iter().filter(|case| case.model == *model) {
                    let found = compiled.forward(&input(case.batch, case.height, case.width)).unwrap();
                    assert_eq!(found.dims(), [case.batch, CLASSES]);
                    let found: Vec<f32> = found.flatten_all().unwrap().to_vec1().unwrap();
                    let pairs = found.iter().zip(case.logits.iter().flatten());
                    let worst = pairs.map(|(found, wanted)| (f64::from(*found) - wanted).abs()).fold(0.0, f64::max);
                    let error = worst / case.rms;
                    let shape = format!("{model} {}x{}x{} on {set}", case.batch, case.height, case.width);
                    println!("{shape}, exact {exact}: {error:.1e}");
                    assert!(error < 1e-4, "{shape}: off by {error:.2e} of the RMS");
                }
            }
        }
    }
}

#[test]
fn the_reference_engine_gives_the_same_logits_and_top_5() {
    for model in Model::ALL {
        let reference = Network::new(*model, &weights::builder(weights::random(*model, SEED).unwrap())).unwrap();
        let compiled = compile(*model, 2, InstructionSet::detect().unwrap(), false);
        // Where F(4x4) is used, where it is not, and where nothing divides by anything.
        for (batch, height, width) in [(1, 224, 224), (2, 64, 64), (3, 97, 61), (1, 1, 1), (5, 33, 2)] {
            let input = input(batch, height, width);
            let wanted: Vec<Vec<f32>> = reference.forward(&input).unwrap().to_vec2().unwrap();
            let found: Vec<Vec<f32>> = compiled.forward(&input).unwrap().to_vec2().unwrap();
            for (found, wanted) in found.iter().zip(&wanted) {
                let error = largest_difference(found, wanted) / rms(wanted);
                println!("{model} {batch}x{height}x{width}: {error:.1e}");
                assert!(error < 1e-4, "{model} {batch}x{height}x{width}: off by {error:.2e} of the RMS");
                assert_eq!(top_5(found), top_5(wanted));
            }
        }
    }
}

#[test]
fn it_is_a_candle_module() {
    let compiled = compile(Model::MobileNetV2, 2, InstructionSet::detect().unwrap(), false);
    let plain = input(2, 40, 56);
    let logits =
        |tensor: &Tensor| -> Vec<f32> { compiled.forward(tensor).unwrap().flatten_all().unwrap().to_vec1().unwrap() };
    let expected = logits(&plain);
    // A view into a larger tensor, and one whose dimensions are swapped in memory.
    let larger = Tensor::cat(&[&plain, &plain], 0).unwrap();
    assert_eq!(logits(&larger.narrow(0, 2, 2).unwrap()), expected);
    let swapped = plain.transpose(2, 3).unwrap().contiguous().unwrap().transpose(2, 3).unwrap();
    assert!(!swapped.is_contiguous());
    assert_eq!(logits(&swapped), expected);
    // As an operation, it takes what it can read and refuses the rest.
    let operate = |tensor: &Tensor| tensor.apply_op1_no_bwd(&compiled);
    assert_eq!(operate(&plain).unwrap().dims(), [2, CLASSES]);
    for wrong in [
        swapped,
        plain.to_dtype(DType::F64).unwrap(),
        plain.narrow(1, 0, 2).unwrap().contiguous().unwrap(),
        plain.get(0).unwrap(),
    ] {
        assert!(operate(&wrong).is_err(), "{:?} {:?}", wrong.dtype(), wrong.dims());
    }
}

#[test]
fn the_memory_that_is_predicted_holds_the_buffers() {
    for (model, size, batch) in [
        (Model::ResNet18, 64, 1),
        (Model::ResNet18, 224, 8),
        (Model::ResNet18, 700, 1),
        (Model::MobileNetV2, 224, 8),
        (Model::MobileNetV2, 700, 1),
        (Model::ResNet34, 224, 8),
        (Model::ResNet50, 64, 1),
        (Model::ResNet50, 224, 8),
        (Model::ResNet50, 700, 1),
        (Model::MobileNetV3Large, 224, 8),
        (Model::MobileNetV3Large, 700, 1),
    ] {
        let network = compiled::network(model, &weights::random(model, SEED).unwrap()).unwrap();
        let instruction_set = InstructionSet::detect().unwrap();
        let side = size as usize;
        let options =
            Options { images: batch as usize, height: side, width: side, threads: 4, instruction_set, exact: false };
        let arena = Plan::compile(&network, options).unwrap().arena_bytes() as u64;
        let mut workload = support::request(support::classify(model, size, batch)).job.workload;
        workload.engine = Engine::Optimized;
        let predicted = estimate::memory_bytes(&workload, DeviceKind::Cpu);
        assert!(predicted > arena, "{model} {size} x{batch}: {predicted} bytes for {arena} of buffers alone");
    }
}

#[test]
fn the_gpu_memory_that_is_predicted_is_what_the_plan_takes_and_the_context() {
    const CONTEXT: u64 = 500 << 20;
    for model in Model::ALL {
        let network = compiled::network(*model, &weights::random(*model, SEED).unwrap()).unwrap();
        for (size, batch) in [(224, 1), (224, 32), (1024, 8)] {
            for (precision, in_engine) in
                [(Precision::F32, cotejo_cuda::Precision::F32), (Precision::F16, cotejo_cuda::Precision::F16)]
            {
                let side = size as usize;
                let options =
                    cotejo_cuda::Options { images: batch as usize, height: side, width: side, precision: in_engine };
                let needed = cotejo_cuda::memory_bytes(&network, &options).unwrap();
                let mut workload = support::request(support::classify(*model, size, batch)).job.workload;
                (workload.engine, workload.precision) = (Engine::Optimized, precision);
                let predicted = estimate::memory_bytes(&workload, DeviceKind::Cuda) - CONTEXT;
                let ratio = predicted as f64 / needed as f64;
                assert!(
                    (0.95..1.3).contains(&ratio),
                    "{model} {size} x{batch} in {precision}: {predicted} of {needed}"
                );
            }
        }
    }
}

#[test]
fn weights_that_lack_a_tensor_are_named() {
    for (model, missing) in [
        (Model::ResNet18, "layer3.0.downsample.1.running_var"),
        (Model::MobileNetV2, "classifier.1.bias"),
        (Model::MobileNetV3Large, "features.4.block.2.fc2.bias"),
    ] {
        let mut tensors = weights::random(model, SEED).unwrap();
        tensors.remove(missing).unwrap();
        let error = compiled::network(model, &tensors).unwrap_err().to_string();
        assert!(error.contains(missing), "{error}");
    }
}
