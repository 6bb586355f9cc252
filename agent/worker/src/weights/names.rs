//! The names under which other programs keep the same tensors.

use cotejo_model::Model;

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
    let timm = model == Model::MobileNetV2 && names.contains(&"conv_stem.weight");
    let translate = |name: &str| timm.then(|| from_timm_mobilenet(name)).flatten();
    names.into_iter().map(|name| translate(name).unwrap_or_else(|| name.to_owned())).collect()
}

/// First block of each of the seven stages, counted as torchvision does.
const STAGE_STARTS: [usize; 7] = [1, 2, 4, 7, 11, 14, 17];

/// timm's `mobilenetv2_100`; its `resnet18` has torchvision's own names.
fn from_timm_mobilenet(name: &str) -> Option<String> {
    let (module, kind) = name.rsplit_once('.')?;
    let module = match module {
        "conv_stem" => "features.0.0".to_owned(),
        "bn1" => "features.0.1".to_owned(),
        "conv_head" => "features.18.0".to_owned(),
        "bn2" => "features.18.1".to_owned(),
        "classifier" => "classifier.1".to_owned(),
        _ => {
            let mut parts = module.strip_prefix("blocks.")?.splitn(3, '.');
            let stage: usize = parts.next()?.parse().ok()?;
            let repeat: usize = parts.next()?.parse().ok()?;
            // The first block has no expansion.
            let layer = match (parts.next()?, stage) {
                ("conv_dw", 0) | ("conv_pw", 1..) => "0.0",
                ("bn1", _) => "0.1",
                ("conv_pw", 0) => "1",
                ("conv_dw", 1..) => "1.0",
                ("bn2", 1..) => "1.1",
                ("bn2", 0) | ("conv_pwl", 1..) => "2",
                ("bn3", 1..) => "3",
                _ => return None,
            };
            format!("features.{}.conv.{layer}", STAGE_STARTS.get(stage)?.checked_add(repeat)?)
        }
    };
    Some(format!("{module}.{kind}"))
}
