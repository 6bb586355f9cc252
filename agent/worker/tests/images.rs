//! Decoding and resizing against Pillow's and torchvision's own values, and images that must be refused.

mod support;

use std::path::Path;

use cotejo_model::{Digest, FailureCode};
use cotejo_worker::preprocess;
use image::{ImageFormat, RgbImage};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases<T> {
    cases: Vec<T>,
}

#[derive(Deserialize)]
struct ResizeCase {
    formula: String,
    in_width: u32,
    in_height: u32,
    out_width: u32,
    out_height: u32,
    step: usize,
    pixels: String,
}

#[derive(Deserialize)]
struct DecodeCase {
    file: String,
    exact: bool,
    width: u32,
    height: u32,
    pixels: String,
}

/// How far two images are apart: the largest difference of a channel, and the mean.
fn distance(a: impl IntoIterator<Item = u8>, b: &[u8]) -> (u8, f64) {
    let differences: Vec<u8> = a.into_iter().zip(b).map(|(a, b)| a.abs_diff(*b)).collect();
    assert_eq!(differences.len(), b.len());
    let total: u64 = differences.iter().map(|difference| u64::from(*difference)).sum();
    (differences.iter().copied().max().unwrap(), total as f64 / b.len() as f64)
}

#[test]
fn resized_images_are_torchvisions() {
    let golden: Cases<ResizeCase> = support::golden("resize.json");
    assert_eq!(golden.cases.len(), 48);
    for case in golden.cases {
        let source = support::draw(&case.formula, case.in_width, case.in_height);
        let resized = preprocess::resize(&source, case.out_width, case.out_height).unwrap();
        let rows = resized.rows().step_by(case.step);
        let pixels = rows.flat_map(|row| row.step_by(case.step).flat_map(|pixel| pixel.0));
        let (worst, mean) = distance(pixels, &support::unpack(&case.pixels));
        let name = format!("{} {}x{}", case.formula, case.in_width, case.in_height);
        assert!(worst <= 1, "{name} to {}x{}: off by {worst}", case.out_width, case.out_height);
        println!("{name} to {}x{}: {worst} at most, {mean:.3} in the mean", case.out_width, case.out_height);
    }
}

#[test]
fn decoded_images_are_pillows() {
    for case in support::golden::<Cases<DecodeCase>>("decode.json").cases {
        let bytes = std::fs::read(support::golden_path("images").join(&case.file)).unwrap();
        let image = preprocess::decode(&bytes).unwrap();
        assert_eq!(image.dimensions(), (case.width, case.height), "{}", case.file);
        let (worst, mean) = distance(image.into_raw(), &support::unpack(&case.pixels));
        // Decoders round differently, and enlarge the colour planes of 4:2:0 differently.
        let allowed = match case.file.as_str() {
            _ if case.exact => 0,
            "subsampled.jpg" => 12,
            _ => 3,
        };
        println!("{}: {worst} at most, {mean:.3} in the mean", case.file);
        assert!(worst <= allowed, "{}: off by {worst}", case.file);
    }
}

#[test]
fn an_input_is_the_image_normalised_and_repeated() {
    let image = support::draw("pattern", 5, 5);
    let input = preprocess::input(&image, 5, 2).unwrap();
    assert_eq!((input.shape, input.values.len()), ([2, 3, 5, 5], 150));
    let (first, second) = input.values.split_at(75);
    assert_eq!(first, second);
    assert_eq!(&*input.first_image().values, first);
    for channel in 0..3 {
        let value = f32::from(image.get_pixel(3, 2).0[channel]) / 255.0;
        let expected = (value - preprocess::MEAN[channel]) / preprocess::STD[channel];
        assert!((first[channel * 25 + 2 * 5 + 3] - expected).abs() < 1e-6);
    }
}

#[test]
fn the_built_in_image_is_the_same_everywhere() {
    let image = preprocess::built_in();
    assert_eq!(image.dimensions(), (640, 480));
    let digest = Digest::of(image.as_raw());
    assert_eq!(digest.short(), "7e9f12ac0699", "a new drawing makes old measurements incomparable");
}

fn png(image: &RgbImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// CRC-32 as PNG uses it, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// A few bytes that claim to be an image of this size.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&RgbImage::new(1, 1));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

#[test]
fn bombs_are_refused_by_their_header() {
    for (width, height) in [(20_000, 20_000), (16_000, 16_000), (100_000, 1), (u32::MAX >> 1, u32::MAX >> 1)] {
        let failure = preprocess::decode(&bomb(width, height)).unwrap_err();
        assert_eq!(failure.code(), FailureCode::ImageTooLarge, "{width}x{height}: {failure}");
        let said = failure.to_string();
        assert!(said.contains("most_megapixels=100") && said.contains("most_side=16384"), "{said}");
    }
    // Within the limits, a lie is found out.
    assert_eq!(preprocess::decode(&bomb(300, 300)).unwrap_err().code(), FailureCode::ImageCorrupt);
}

#[test]
fn broken_images_are_named_as_such() {
    let good = png(&support::draw("noise", 40, 30));
    for bytes in [&good[..good.len() / 2], &good[..20], b"no image at all", &[0xff, 0xd8, 0xff, 0xe0], b"BM", b"RIFF"] {
        let failure = preprocess::decode(bytes).unwrap_err();
        assert_eq!(failure.code(), FailureCode::ImageCorrupt, "{failure}");
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let empty = write("empty.png", b"");
    let text = write("text.png", b"hello");
    let other = Digest::of(b"something else");
    let code = |path: &Path, digest: Digest| {
        let failure = preprocess::load(path, &digest).unwrap_err();
        assert!(failure.to_string().contains(&*path.to_string_lossy()), "{failure}");
        failure.code()
    };
    assert_eq!(code(&folder.path().join("none.png"), other), FailureCode::ImageMissing);
    assert_eq!(code(folder.path(), other), FailureCode::ImageMissing);
    assert_eq!(code(&empty, Digest::of(b"")), FailureCode::ImageCorrupt);
    assert_eq!(code(&text, Digest::of(b"hello")), FailureCode::ImageCorrupt);
    let good = write("good.png", &png(&support::draw("gradient", 9, 9)));
    assert_eq!(code(&good, other), FailureCode::ImageCorrupt);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_colour_stays_that_colour(
        (width, height) in (1..150_u32, 1..150_u32),
        (out_width, out_height) in (1..150_u32, 1..150_u32),
        colour in any::<[u8; 3]>(),
    ) {
        let image = RgbImage::from_pixel(width, height, image::Rgb(colour));
        let resized = preprocess::resize(&image, out_width, out_height).unwrap();
        prop_assert_eq!(resized.dimensions(), (out_width, out_height));
        prop_assert!(resized.pixels().all(|pixel| pixel.0 == colour));
    }

    #[test]
    fn damaged_files_give_an_error_or_an_image(at in 0..600_usize, value in any::<u8>(), file in 0..4_usize) {
        let name = ["rgb.png", "progressive.jpg", "lossless.webp", "palette.png"][file];
        let mut bytes = std::fs::read(support::golden_path("images").join(name)).unwrap();
        let at = at % bytes.len();
        bytes[at] = value;
        // Either outcome will do; a panic or an endless allocation will not.
        drop(preprocess::decode(&bytes));
    }
}
