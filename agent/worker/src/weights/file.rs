//! Weight files: their tensors, and whether these are the model's.

use std::collections::{BTreeMap, HashMap, HashSet};

use candle_core::{Device, Tensor};
use cotejo_model::models::network;
use cotejo_model::reason::{TensorProblem, WeightsReason};
use cotejo_model::{Model, Reason};
use safetensors::{Dtype, SafeTensors};

use super::stored::{Format, Stored, contiguous};
use super::{Tensors, names, pth};
use crate::internal;

/// A weight file in any known format.
#[derive(Debug)]
pub struct WeightFile<'a> {
    /// Its tensors.
    pub tensors: Vec<Stored<'a>>,
}

impl<'a> WeightFile<'a> {
    /// Finds the tensors in the bytes of a file, whose format is detected from its content.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Reason> {
        let tensors = if bytes.starts_with(b"PK") {
            pth::read_zip(bytes)?
        } else if bytes.starts_with(pth::LEGACY_MAGIC) {
            pth::read_legacy(bytes)?
        } else if bytes.get(8) == Some(&b'{') {
            read_safetensors(bytes)?
        } else {
            let begins = String::from_utf8_lossy(&bytes[..bytes.len().min(16)]).escape_debug().to_string();
            return Err(WeightsReason::UnknownFormat { begins }.into());
        };
        Ok(Self { tensors })
    }

    /// The model's tensors, if the file holds all of them, in their shapes, and nothing else but counters.
    pub fn tensors(&self, model: Model) -> Result<Tensors, Reason> {
        let names: Vec<&str> = self.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        let names = names::to_torchvision(model, &names);
        let found: BTreeMap<&str, &Stored<'_>> = names.iter().map(String::as_str).zip(&self.tensors).collect();
        let expected = network(model).parameters();
        let mut problems = Vec::new();
        for parameter in &expected {
            let tensor = parameter.name.clone();
            match found.get(parameter.name.as_str()) {
                None => problems.push(TensorProblem::Missing { tensor }),
                Some(stored) if stored.shape != parameter.shape => {
                    let (found, expected) = (stored.shape.clone(), parameter.shape.clone());
                    problems.push(TensorProblem::Shape { tensor, found, expected });
                }
                Some(stored) if stored.format.real().is_none() => {
                    problems.push(TensorProblem::NotReal { tensor, format: stored.format.written() });
                }
                Some(_) => {}
            }
        }
        let known: HashSet<&str> = expected.iter().map(|parameter| parameter.name.as_str()).collect();
        let extra = found.keys().filter(|name| !known.contains(*name) && !name.ends_with("num_batches_tracked"));
        problems.extend(extra.map(|name| TensorProblem::Extra { tensor: (*name).to_owned() }));
        if !problems.is_empty() {
            let more = u32::try_from(problems.len().saturating_sub(NAMED_PROBLEMS)).unwrap_or(u32::MAX);
            problems.truncate(NAMED_PROBLEMS);
            return Err(WeightsReason::OtherModel { model, problems, more }.into());
        }
        let mut tensors = HashMap::with_capacity(expected.len());
        for parameter in expected {
            let values = found[parameter.name.as_str()].values()?;
            let tensor = Tensor::from_vec(values, parameter.shape, &Device::Cpu).map_err(internal)?;
            tensors.insert(parameter.name, tensor);
        }
        Ok(tensors)
    }
}

/// How many problems a reason lists.
const NAMED_PROBLEMS: usize = 10;

fn read_safetensors(bytes: &[u8]) -> Result<Vec<Stored<'_>>, Reason> {
    let file =
        SafeTensors::deserialize(bytes).map_err(|error| WeightsReason::BadHeader { detail: error.to_string() })?;
    let stored = file.iter().map(|(name, view)| Stored {
        name: name.to_owned(),
        shape: view.shape().to_vec(),
        strides: contiguous(view.shape()),
        offset: 0,
        format: match view.dtype() {
            Dtype::F16 => Format::F16,
            Dtype::BF16 => Format::Bf16,
            Dtype::F32 => Format::F32,
            Dtype::F64 => Format::F64,
            Dtype::I64 => Format::I64,
            other => Format::Other(format!("{other:?}")),
        },
        storage: view.data(),
    });
    Ok(stored.collect())
}
