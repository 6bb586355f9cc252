//! Whether a classifier answers as the reference engine does.

use cotejo_model::frames::Request;
use cotejo_model::models::network;
use cotejo_model::reason::AnswerReason;
use cotejo_model::{Model, Precision, Reason};

use crate::engine::{Classify, Engine as _, error_of_logits, finite};
use crate::preprocess::Input;
use crate::reference::Reference;

/// How far a logit in f32 may be from the reference engine's, over their root mean square.
const F32_TOLERANCE: f32 = 1e-3;

/// Runs of the reference engine that show what rounding alone changes.
const PROBES: u64 = 3;
/// How many times as far as these an answer may be. They round the same input twice; another engine adds in another
/// order and fuses what the reference rounds apart.
const BEYOND_PROBES: f32 = 10.0;
/// From this difference on, rounding explains nothing. Another image's logits differ by more than 3.
const BEYOND_ROUNDING: f32 = 0.1;

/// How far a logit may be from the reference engine's on the CPU, over their root mean square.
fn tolerance(model: Model, precision: Precision) -> f32 {
    let measured = &network(model).measured;
    match precision {
        Precision::F32 => F32_TOLERANCE,
        Precision::Tf32 | Precision::F16 => measured.half_tolerance,
        Precision::Bf16 => measured.bf16_tolerance,
    }
}

/// The largest difference of a logit of the first image from the reference engine's on the CPU, over their root mean
/// square.
///
/// # Errors
/// `OffReference`: it is more than rounding can be.
pub(crate) fn check(request: &Request, task: Classify, input: &Input, logits: &[f32]) -> Result<f32, Reason> {
    let image = input.first_image();
    let mut reference = Reference::new(request, task.model, &image)?;
    reference.run()?;
    let expected = reference.logits()?;
    let error = error_of_logits(&expected, logits);
    let precision = request.job.workload.precision;
    if error <= tolerance(task.model, precision)
        || precision == Precision::F32 && is_rounding(error, || probe(&mut reference, &image, &expected))?
    {
        return Ok(error);
    }
    Err(AnswerReason::OffReference { error: finite(error) }.into())
}

/// Whether a difference beyond the tolerance is no more than the network makes of rounding. `MobileNetV3-Large` does with
/// seeded weights: its gates (squeeze-and-excitation) are given numbers of several hundred and are half open only between
/// -3 and 3, so that the last bits of a sum decide how much passes of a channel that is larger than any logit. Two correct
/// orders of summation differ by 9e-3 at 128 pixels a side, and by 2e-5 at 144, where no half-open gate matters.
fn is_rounding(error: f32, probe: impl FnOnce() -> Result<f32, Reason>) -> Result<bool, Reason> {
    Ok(error < BEYOND_ROUNDING && error <= BEYOND_PROBES * probe()?)
}

/// How far the reference's logits move when each number of its input is moved to the next that f32 has.
fn probe(reference: &mut Reference, image: &Input, expected: &[f32]) -> Result<f32, Reason> {
    (0..PROBES).try_fold(0.0_f32, |farthest, seed| {
        reference.take(&image.moved(seed))?;
        reference.run()?;
        Ok(farthest.max(error_of_logits(expected, &reference.logits()?)))
    })
}

#[cfg(test)]
mod tests {
    use cotejo_model::job::WEIGHTS_SEED;

    use super::*;
    use crate::{preprocess, weights};

    /// What the seeded network makes of rounding, for the built-in image.
    fn rounding(model: Model, size: u32) -> f32 {
        let image = preprocess::input(&preprocess::built_in(), size, 1).unwrap();
        let tensors = weights::random(model, WEIGHTS_SEED).unwrap();
        let mut reference = Reference::of_weights(model, tensors, &image).unwrap();
        reference.run().unwrap();
        let expected = reference.logits().unwrap();
        probe(&mut reference, &image, &expected).unwrap()
    }

    #[test]
    fn rounding_is_magnified_by_gates_that_are_near_their_ends_alone() {
        for (model, size) in [(Model::ResNet18, 72), (Model::MobileNetV2, 72), (Model::MobileNetV3Large, 144)] {
            let moved = rounding(model, size);
            assert!(moved > 0.0 && BEYOND_PROBES * moved < F32_TOLERANCE, "{model} at {size}: {moved}");
        }
        let moved = rounding(Model::MobileNetV3Large, 128);
        assert!(BEYOND_PROBES * moved > F32_TOLERANCE && moved < BEYOND_ROUNDING, "{moved}");
    }

    #[test]
    fn what_rounding_does_not_explain_is_wrong() {
        let moved = 2e-3;
        for (error, expected) in
            [(1.1e-3, true), (1.9e-2, true), (2.1e-2, false), (f32::INFINITY, false), (f32::NAN, false)]
        {
            assert_eq!(is_rounding(error, || Ok(moved)).unwrap(), expected, "{error}");
        }
        assert!(!is_rounding(BEYOND_ROUNDING, || panic!("nothing is computed for it")).unwrap());
        assert!(!is_rounding(2e-3, || Ok(1e-6)).unwrap(), "a network that magnifies nothing has no excuse");
    }
}
