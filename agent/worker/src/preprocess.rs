//! From an image to a network's input, as torchvision prepares one for its pretrained weights:
//! `Resize((size, size))`, `ToTensor()`, `Normalize(mean, std)` of ImageNet.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use cotejo_model::reason::{ImageReason, JobFile};
use cotejo_model::{Digest, Reason};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel as _, U8x3};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{ImageDecoder as _, ImageError, ImageReader, Limits, RgbImage};

use crate::weights::Uniform;
use crate::{input, internal};

/// Mean of ImageNet's pixels: red, green, blue, on a scale of 0 to 1.
pub const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// Their standard deviation.
pub const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// The largest height and width of an image, in pixels.
const MAX_SIDE: u32 = 16_384;
/// The largest image, in millions of pixels.
const MAX_MEGAPIXELS: u32 = 100;
/// Bytes that a decoder may allocate: the largest image in 16-bit RGBA, and some room.
const MAX_ALLOCATION: u64 = 1 << 30;

/// Decodes the file with this digest.
pub fn load(path: &Path, digest: &Digest) -> Result<RgbImage, Reason> {
    let bytes = input::read(path, JobFile::Image, digest)?;
    decode(&bytes).map_err(|reason| reason.in_file(path.display()))
}

/// Decodes a JPEG, PNG, BMP or WebP file to RGB as Pillow's `convert("RGB")` does: alpha is dropped, not blended, and
/// an EXIF orientation is ignored.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, Reason> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(internal)?;
    if reader.format().is_none() {
        return Err(ImageReason::UnknownFormat.into());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOCATION);
    reader.limits(limits);
    // Only the header is read here: a bomb is refused before it is decoded.
    let decoder = reader.into_decoder().map_err(explain)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > u64::from(MAX_MEGAPIXELS) * 1_000_000
        || decoder.total_bytes() > MAX_ALLOCATION
    {
        let (most_side, most_megapixels) = (MAX_SIDE, MAX_MEGAPIXELS);
        return Err(ImageReason::TooManyPixels { width, height, most_side, most_megapixels }.into());
    }
    let image = image::DynamicImage::from_decoder(decoder).map_err(explain)?;
    Ok(image.into_rgb8())
}

fn explain(error: ImageError) -> Reason {
    match error {
        ImageError::Limits(error) => {
            let (most_side, most_megapixels) = (MAX_SIDE, MAX_MEGAPIXELS);
            ImageReason::OverLimits { detail: error.to_string(), most_side, most_megapixels }.into()
        }
        error => ImageReason::Undecodable { detail: error.to_string() }.into(),
    }
}

/// Resizes as torchvision's `Resize((height, width))` does an RGB image: bilinear with antialiasing, aspect ignored.
pub fn resize(image: &RgbImage, width: u32, height: u32) -> Result<RgbImage, Reason> {
    // Pillow rounds to bytes between two passes, of which the one along rows is nearly always the first: in the same
    // order, most pixels are equal, and none is off by more than one level.
    let wide = resize_once(image, width, image.height())?;
    resize_once(&wide, width, height)
}

fn resize_once(image: &RgbImage, width: u32, height: u32) -> Result<RgbImage, Reason> {
    // Of this one type of pixel: a call for any type would have that of every other compiled as well.
    let source = TypedImageRef::<U8x3>::from_buffer(image.width(), image.height(), image).map_err(internal)?;
    let mut resized = TypedImage::<U8x3>::new(width, height);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize_typed(&source, &mut resized, &options).map_err(internal)?;
    let pixels = U8x3::components(resized.pixels()).to_vec();
    RgbImage::from_raw(width, height, pixels).ok_or_else(|| internal("the resized image is too short"))
}

/// A network's input, independent of any engine: image after image, channel after channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// `[batch, 3, size, size]`.
    pub shape: [usize; 4],
    /// The product of the shape's dimensions, in row-major order.
    pub values: Arc<[f32]>,
}

impl Input {
    /// The first image of the batch.
    #[must_use]
    pub fn first_image(&self) -> Self {
        let [_, channels, height, width] = self.shape;
        Self { shape: [1, channels, height, width], values: self.values[..channels * height * width].into() }
    }

    /// A copy in which every value is moved to an adjacent f32, up or down as the seed decides.
    #[must_use]
    pub(crate) fn moved(&self, seed: u64) -> Self {
        let directions = Uniform::new(seed, "directions");
        let move_one = |(index, value): (usize, &f32)| {
            if directions.get(index) < 0.0 { value.next_down() } else { value.next_up() }
        };
        Self { shape: self.shape, values: self.values.iter().enumerate().map(move_one).collect() }
    }
}

/// Resizes an image to `size` x `size`, normalises it, and repeats it `batch` times.
pub fn input(image: &RgbImage, size: u32, batch: u32) -> Result<Input, Reason> {
    let pixels = resize(image, size, size)?;
    let pixels_a_side = size as usize;
    let plane = pixels_a_side * pixels_a_side;
    let mut values = Vec::with_capacity(3 * plane * batch as usize);
    for channel in 0..3 {
        let normalised = |value: u8| (f32::from(value) / 255.0 - MEAN[channel]) / STD[channel];
        values.extend(pixels.as_raw().chunks_exact(3).map(|pixel| normalised(pixel[channel])));
    }
    for _ in 1..batch {
        values.extend_from_within(..3 * plane);
    }
    Ok(Input { shape: [batch as usize, 3, pixels_a_side, pixels_a_side], values: values.into() })
}

/// Width and height of the built-in image, in pixels.
const BUILT_IN: (u32, u32) = (640, 480);

/// The image that is used where none is given: a face before a sky, drawn with integers only, so that it is identical on
/// every machine.
pub fn built_in() -> RgbImage {
    let (width, height) = BUILT_IN;
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let inside = |cx: i64, cy: i64, rx: i64, ry: i64| {
            let (dx, dy) = ((x - cx) * ry, (y - cy) * rx);
            dx * dx + dy * dy <= rx * rx * ry * ry
        };
        let shade = |base: [i64; 3], amount: i64| image::Rgb(base.map(|value| clamp_to_byte(value + amount)));
        let eye = |cx| inside(cx, 210, 26, 16);
        let pupil = |cx| inside(cx, 212, 10, 12);
        match () {
            () if pupil(260) || pupil(380) => image::Rgb([35, 25, 20]),
            () if eye(260) || eye(380) => image::Rgb([245, 245, 240]),
            () if inside(320, 270, 14, 30) => shade([205, 150, 120], (x - 320) * 2),
            () if inside(320, 335, 62, 20) && y > 332 => image::Rgb([165, 50, 60]),
            () if inside(320, 175, 165, 130) && y < 140 + (x - 320).abs() / 4 => {
                shade([70, 45, 30], x * 7 % 23 + y % 9)
            }
            () if inside(320, 250, 140, 185) => shade([225, 175, 145], -((x - 290).abs() + (y - 230).abs()) / 6),
            () if inside(320, 500, 250, 90) => shade([40, 70, 140], (x / 16 + y / 16) % 2 * 40),
            () if y > 400 => shade([70, 130, 60], (x * 13 + y * 7) % 31),
            () => shade([110, 160, 225], (400 - y) / 5 - x / 32),
        }
    })
}

fn clamp_to_byte(value: i64) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}
