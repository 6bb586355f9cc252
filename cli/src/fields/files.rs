//! The files that it is computed with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{ArgAction, value_parser};
use cotejo_model::Model;
use cotejo_model::named::UnknownName;
use cotejo_model::reason::FieldReason;

use super::reader::text;
use super::{Field, Part, given_list, given_one, one};

/// A weight file, and the model that it is for; a sweep of one model need not name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightFile {
    /// The model, where it is named.
    pub(crate) model: Option<Model>,
    /// The file.
    pub(crate) path: PathBuf,
}

/// The image to classify.
pub(crate) static IMAGE: Field<PathBuf> = Field {
    key: "image",
    flag: "image",
    aliases: &["images"],
    part: Part::How,
    arg: |arg| {
        let help = "Image to classify (JPEG, PNG, BMP, WebP); a built-in one by default";
        one(arg, "FILE").value_parser(value_parser!(PathBuf)).help(help)
    },
    given: given_one,
    read: |reader, key, value| reader.one(key, value, text).map(|path| reader.beside(path)),
    apply: |image, request| {
        request.image = Some(image);
        Ok(())
    },
};

/// The weight files.
pub(crate) static WEIGHTS: Field<Vec<WeightFile>> = Field {
    key: "weights",
    flag: "weights",
    aliases: &["weight"],
    part: Part::How,
    arg: |arg| {
        let help = "Weights (.safetensors, .pth), for several models MODEL=FILE each; random ones by default";
        arg.value_name("[MODEL=]FILE").action(ArgAction::Append).value_parser(weight_file).help(help)
    },
    given: given_list,
    read: |reader, key, value| reader.weights(key, value),
    apply: |files, request| {
        request.weights = by_model(files, &request.spec.classify_mut().models)?;
        Ok(())
    },
};

/// `FILE` or `MODEL=FILE`. What stands before `=` is a model unless it can only be part of a path.
fn weight_file(text: &str) -> Result<WeightFile, UnknownName> {
    match text.split_once('=') {
        Some((model, path)) if !model.contains(['/', '\\', '.', ':']) => {
            Ok(WeightFile { model: Some(model.parse()?), path: path.into() })
        }
        _ => Ok(WeightFile { model: None, path: text.into() }),
    }
}

/// Weight files by model; one without a model is meant for the sweep's only one.
fn by_model(files: Vec<WeightFile>, models: &[Model]) -> Result<BTreeMap<Model, PathBuf>, FieldReason> {
    let mut found = BTreeMap::new();
    for file in files {
        let model = match (file.model, models) {
            (Some(model), _) => model,
            (None, [only]) => *only,
            (None, []) => return Err(FieldReason::WeightsWithoutModel),
            (None, [first, ..]) => {
                let path = file.path.display().to_string();
                return Err(FieldReason::WeightsUnnamed { model: *first, path });
            }
        };
        if found.insert(model, file.path).is_some() {
            return Err(FieldReason::WeightsTwice { model });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_name_their_model_or_not() {
        let file = |model, path: &str| Ok(WeightFile { model, path: path.into() });
        assert_eq!(weight_file("w.pth"), file(None, "w.pth"));
        assert_eq!(weight_file("resnet18=C:\\w.pth"), file(Some(Model::ResNet18), "C:\\w.pth"));
        assert_eq!(weight_file("./a=b.pth"), file(None, "./a=b.pth"));
        assert!(weight_file("vgg=w.pth").is_err());
    }

    #[test]
    fn weights_find_their_model() {
        let file = |model| WeightFile { model, path: PathBuf::from("w.pth") };
        let (one, other) = (Model::ResNet18, Model::MobileNetV2);
        assert_eq!(by_model(vec![file(None)], &[one]).unwrap()[&one], PathBuf::from("w.pth"));
        for (files, models, problem) in [
            (vec![file(None)], &[one, other][..], FieldReason::WeightsUnnamed { model: one, path: "w.pth".to_owned() }),
            (vec![file(None), file(Some(one))], &[one], FieldReason::WeightsTwice { model: one }),
            (vec![file(None)], &[], FieldReason::WeightsWithoutModel),
        ] {
            assert_eq!(by_model(files, models), Err(problem));
        }
    }
}
