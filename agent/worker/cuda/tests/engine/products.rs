//! Matrix products.

use cotejo_cuda::{Precision, Product, Reason};
use cotejo_worker_samples::random::Random;

use super::{GOOD, OLD, SMALL, distance, open};

#[test]
fn products_are_right_in_every_precision() {
    let device = open(GOOD).unwrap();
    let size = 37;
    let (left, right) = (Random::new(1).values(size * size, 1.0), Random::new(2).values(size * size, 1.0));
    let expected: Vec<f32> = (0..size * size)
        .map(|at| (0..size).map(|k| left[at / size * size + k] * right[k * size + at % size]).sum())
        .collect();
    let limits = [(Precision::F32, 1e-6), (Precision::Tf32, 3e-3), (Precision::F16, 3e-3), (Precision::Bf16, 3e-2)];
    for (precision, limit) in limits {
        let mut product = Product::new(&device, size, precision, &left, &right).unwrap();
        product.compute().unwrap();
        let error = distance(&expected, &product.download().unwrap());
        assert!(error < limit && (precision == Precision::F32 || error > 1e-5), "{precision:?}: {error}");
        assert!(product.event_times().unwrap().is_some());
    }
}

#[test]
fn a_product_that_does_not_fit_or_that_the_gpu_cannot_do_is_refused() {
    let refused = |gpu, size: usize, precision| {
        let factor = vec![0.0; size * size];
        Product::new(&open(gpu).unwrap(), size, precision, &factor, &factor).err().unwrap()
    };
    let error = refused(SMALL, 3000, Precision::F32);
    assert!(matches!(error.reason, Reason::TooLittleMemory { needs, free, .. } if needs > free), "{error}");
    let missing = Reason::PrecisionMissing { precision: Precision::Bf16, capability: (6, 1) };
    assert_eq!(refused(OLD, 8, Precision::Bf16).reason, missing);
}
