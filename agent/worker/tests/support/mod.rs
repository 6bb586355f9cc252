//! What the tests share: golden values, formula images, requests.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cotejo_model::frames::Request;
use cotejo_model::job::{WEIGHTS_SEED, Weights};
use cotejo_model::{DeviceId, Engine, JobSpec, MeasuringPlan, Model, Precision, Task, Threads, Workload};
use image::{Rgb, RgbImage};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The seed of the golden values.
pub(crate) const SEED: u64 = 2026;

pub(crate) fn golden_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

pub(crate) fn golden<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_slice(&std::fs::read(golden_path(name)).unwrap()).unwrap()
}

#[derive(Deserialize)]
struct Logits {
    cases: Vec<LogitsCase>,
}

/// What PyTorch gives for the seeded weights and the seeded input.
#[derive(Deserialize)]
pub(crate) struct LogitsCase {
    pub(crate) model: Model,
    pub(crate) batch: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) rms: f64,
    pub(crate) logits: Vec<Vec<f64>>,
}

/// All of them.
pub(crate) fn logits() -> Vec<LogitsCase> {
    let golden: Logits = golden("logits.json");
    assert_eq!(golden.cases.len(), 18);
    golden.cases
}

pub(crate) fn unpack(pixels: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(pixels).unwrap()
}

/// An image by a formula of `golden/make_golden.py`.
pub(crate) fn draw(formula: &str, width: u32, height: u32) -> RgbImage {
    let noise = cotejo_worker::weights::uniform(SEED, "noise", (width * height * 3) as usize);
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([0, 1, 2].map(|c| {
            let value = match formula {
                "pattern" => ((x * 7 + y * 13 + c * 29) ^ ((x * y) >> 3)) & 255,
                "gradient" if c == 0 => x * 255 / (width - 1),
                "gradient" if c == 1 => y * 255 / (height - 1),
                "gradient" => (x + y) * 255 / (width + height - 2),
                // The top 8 of the 24 bits that the number keeps.
                "noise" => {
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
                    let level = ((noise[((y * width + x) * 3 + c) as usize] + 1.0) * 128.0).floor() as u32;
                    level
                }
                _ => panic!("{formula}"),
            };
            u8::try_from(value).unwrap()
        }))
    })
}

pub(crate) fn classify(model: Model, size: u32, batch: u32) -> Task {
    Task::Classify { model, size, batch }
}

/// Three samples of a task, with random weights and the built-in image.
pub(crate) fn request(task: Task) -> Request {
    Request {
        job: JobSpec {
            workload: Workload {
                task,
                precision: Precision::F32,
                threads: Threads::Exactly(2),
                engine: Engine::Reference,
                exact: false,
                streams: 1,
            },
            device: DeviceId::Cpu,
            weights: Weights::Random { seed: WEIGHTS_SEED },
            image: None,
            measuring: MeasuringPlan { runs: Some(3), ..MeasuringPlan::default() },
        },
        image: None,
        weights: None,
    }
}
