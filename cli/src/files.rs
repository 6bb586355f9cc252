//! The image and the weights of a sweep: looked at here first, then given to the coordinator.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cotejo_model::{Digest, Model, SweepSpec};
use image::ImageReader;
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest as _, Sha256};

use crate::client::Client;
use crate::error::Error;
use crate::language;
use crate::message::Message;
use crate::reading::{about, open, unreadable};
use crate::request::Request;

/// Pixels of an image at most: the worker decodes no more.
const MAX_PIXELS: u64 = 100_000_000;

/// A sweep whose files were found sound.
#[derive(Debug)]
pub(crate) struct Checked {
    spec: SweepSpec,
    files: BTreeMap<Digest, PathBuf>,
}

/// Looks at every file of a sweep and puts their digests into it.
pub(crate) fn check(request: Request) -> Result<Checked, Error> {
    let Request { mut spec, image, weights } = request;
    let mut files = BTreeMap::new();
    if let Some(path) = image {
        let digest = check_image(&path)?;
        spec.classify_mut().image = Some(digest);
        files.insert(digest, path);
    }
    for (model, path) in weights {
        let digest = check_weights(model, &path)?;
        spec.classify_mut().weights.insert(model, digest);
        files.insert(digest, path);
    }
    Ok(Checked { spec, files })
}

impl Checked {
    /// Gives the coordinator what it lacks, and takes the finished sweep.
    pub(crate) async fn upload(self, client: &Client) -> Result<SweepSpec, Error> {
        for (digest, path) in self.files {
            let Some(offset) = client.missing_from(digest).await? else { continue };
            let metadata = std::fs::metadata(&path);
            let size = metadata.map_err(|error| unreadable(&Message::new("file-any"), &path, &error))?.len();
            let sending = Message::new("news-sending").with("file", path.display()).said(language::spoken());
            let bar = ProgressBar::new(size).with_position(offset).with_message(sending);
            let style = ProgressStyle::with_template("{msg}  {bytes} / {total_bytes}, {eta}");
            bar.set_style(style.expect("the template is sound"));
            let sent = bar.clone();
            client.upload(&path, digest, size, offset, move |bytes| sent.inc(bytes)).await?;
            bar.finish_and_clear();
        }
        Ok(self.spec)
    }

    /// The sweep, without giving its files away.
    pub(crate) fn spec(&self) -> &SweepSpec {
        &self.spec
    }
}

fn check_image(path: &Path) -> Result<Digest, Error> {
    let what = &Message::new("file-image");
    let file = open(what, path)?;
    let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format);
    let reader = reader.map_err(|error| unreadable(what, path, &error))?;
    let (width, height) = reader.into_dimensions().map_err(|error| {
        Error::usage(Message::new("problem-image").with("file", path.display()).with("error", error))
            .with_help(Message::new("remedy-image"))
    })?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let message = Message::new("problem-image-large").with("file", path.display());
        return Err(Error::usage(message.with("width", width).with("height", height))
            .with_help(Message::new("remedy-image-large").with("million", MAX_PIXELS / 1_000_000)));
    }
    hash(file).map_err(|error| unreadable(what, path, &error))
}

/// Looks at a weight file, and gives its digest.
pub(crate) fn check_weights(model: Model, path: &Path) -> Result<Digest, Error> {
    let what = &Message::new("file-weights").with("model", model);
    let file = open(what, path)?;
    if file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
        return Err(Error::usage(about("problem-empty", what, path)));
    }
    hash(file).map_err(|error| unreadable(what, path, &error))
}

fn hash(mut file: File) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest(hasher.finalize().into())),
            length => hasher.update(&buffer[..length]),
        }
    }
}

#[cfg(test)]
mod tests {
    use cotejo_model::sweep::Preset;

    use super::*;
    use crate::reading::read_bounded;

    fn request(image: Option<PathBuf>, weights: Option<PathBuf>) -> Request {
        let weights = weights.into_iter().map(|path| (Model::ResNet18, path)).collect();
        Request { spec: Preset::Practice.spec(), image, weights }
    }

    #[test]
    fn files_are_named_by_their_content() {
        let dir = tempfile::tempdir().unwrap();
        let (image, weights) = (dir.path().join("a.png"), dir.path().join("w.pth"));
        image::RgbImage::new(4, 3).save(&image).unwrap();
        std::fs::write(&weights, "abc").unwrap();
        let checked = check(request(Some(image.clone()), Some(weights))).unwrap();
        let classify = checked.spec.classify().unwrap();
        assert_eq!(classify.image, Some(Digest::of(&std::fs::read(image).unwrap())));
        assert_eq!(classify.weights[&Model::ResNet18], Digest::of(b"abc"));
        assert_eq!(checked.files.len(), 2);
    }

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(read_bounded("file", &path, 3).unwrap(), b"abc");
        assert!(read_bounded("file-bundle", &path, 2).unwrap_err().to_string().contains("too large"));
        assert!(read_bounded("file-bundle", dir.path(), 2).unwrap_err().to_string().contains("is not a file"));
    }

    #[test]
    fn bad_files_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::write(path("text.png"), "not an image").unwrap();
        std::fs::write(path("empty.pth"), "").unwrap();
        for (image, weights, expected) in [
            (Some("none.png"), None, "cannot read the image"),
            (Some(""), None, "is not a file"),
            (Some("text.png"), None, "cannot be decoded"),
            (None, Some("none.pth"), "cannot read the weights of resnet18"),
            (None, Some("empty.pth"), "are an empty file"),
        ] {
            let error = check(request(image.map(path), weights.map(path))).unwrap_err();
            assert_eq!(error.exit, crate::error::Exit::Usage);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
