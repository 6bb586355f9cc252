//! The names under which other programs keep the same tensors.

use std::collections::HashMap;

use cotejo_model::Model;
use cotejo_model::models::network;

/// What data-parallel training and `torch.compile` put before every name.
const PREFIXES: [&str; 2] = ["module.", "_orig_mod."];

/// The names as torchvision writes them, in the same order; names that nobody knows stay as they are.
pub(super) fn to_torchvision(model: Model, names: &[&str]) -> Vec<String> {
    let mut names = names.to_vec();
    while let Some(prefix) = PREFIXES.iter().find(|prefix| names.iter().all(|name| name.starts_with(**prefix)))
        && !names.is_empty()
    {
        for name in &mut names {
            *name = &name[prefix.len()..];
        }
    }
    let modules = network(model).modules();
    let aliases: HashMap<&str, &str> =
        modules.iter().filter_map(|module| Some((module.timm.as_deref()?, module.name.as_str()))).collect();
    let translate = |name: &str| {
        let (module, tensor) = name.rsplit_once('.')?;
        Some(format!("{}.{tensor}", aliases.get(module)?))
    };
    names.into_iter().map(|name| translate(name).unwrap_or_else(|| name.to_owned())).collect()
}
