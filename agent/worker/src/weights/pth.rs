//! PyTorch's files: a zip archive of a pickle and its storages (since PyTorch 1.6), or one pickle after another with
//! the storages behind them (before).

use std::collections::HashMap;
use std::io::Cursor;

use cotejo_model::Reason;
use cotejo_model::reason::WeightsReason;
use zip::{CompressionMethod, ZipArchive};

use super::pickle::{self, Node, Pickle, Ref};
use super::stored::{Format, Stored};

/// The first pickle of an old file: a magic number.
pub(super) const LEGACY_MAGIC: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e";

/// Bytes of a storage by its key.
type Storages<'a> = HashMap<String, &'a [u8]>;

/// The tensors of a zip archive.
pub(super) fn read_zip(bytes: &[u8]) -> Result<Vec<Stored<'_>>, Reason> {
    let bad_zip = |error: zip::result::ZipError| WeightsReason::BadArchive { detail: error.to_string() };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(bad_zip)?;
    let mut entries = HashMap::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(bad_zip)?;
        let content = (entry.compression() == CompressionMethod::Stored)
            .then(|| slice(bytes, entry.data_start()?, entry.size()))
            .flatten();
        entries.insert(entry.name().map_err(bad_zip)?.into_owned(), content);
    }
    let root = entries.keys().filter_map(|name| name.strip_suffix("data.pkl")).min_by_key(|name| name.len());
    let root = root.ok_or(WeightsReason::NoPickle)?;
    let content = |name: &str| {
        let content = entries.get(&format!("{root}{name}")).copied().flatten();
        content.ok_or_else(|| WeightsReason::EntryMissing { entry: name.to_owned() })
    };
    if content("byteorder").is_ok_and(|order| order != b"little") {
        return Err(WeightsReason::BigEndian.into());
    }
    let pickle = pickle::load(&mut content("data.pkl")?)?;
    let folder = format!("{root}data/");
    let storages = entries
        .iter()
        .filter_map(|(name, content)| Some((name.strip_prefix(&folder)?.to_owned(), (*content)?)))
        .collect();
    tensors(&pickle, &storages)
}

fn slice(bytes: &[u8], start: u64, size: u64) -> Option<&[u8]> {
    let (start, size) = (usize::try_from(start).ok()?, usize::try_from(size).ok()?);
    bytes.get(start..start.checked_add(size)?)
}

/// The tensors of an old file.
pub(super) fn read_legacy(mut bytes: &[u8]) -> Result<Vec<Stored<'_>>, Reason> {
    let bytes = &mut bytes;
    // Magic number, protocol version and the writer's word sizes.
    for _ in 0..3 {
        pickle::load(bytes)?;
    }
    let pickle = pickle::load(bytes)?;
    let classes: HashMap<&str, &str> = pickle
        .nodes()
        .iter()
        .filter_map(|node| match node {
            Node::Storage(storage) => Some((storage.key.as_str(), storage.class.as_str())),
            _ => None,
        })
        .collect();
    let keys = pickle::load(bytes)?;
    let Node::Sequence(order) = keys.get(keys.root) else {
        return Err(WeightsReason::NoStorages.into());
    };
    let mut storages = Storages::new();
    for key in order {
        let key = keys.text(*key).ok_or(WeightsReason::BadStorage { storage: None })?;
        let bad_storage = || WeightsReason::BadStorage { storage: Some(key.to_owned()) };
        let format = classes.get(key).map(|class| Format::of_storage(class));
        let width = format.as_ref().and_then(Format::width);
        let width = width.ok_or_else(bad_storage)?;
        let count = usize::try_from(pickle::take_number(bytes, 8)?).ok();
        let length = count.and_then(|count| count.checked_mul(width));
        let length = length.ok_or_else(bad_storage)?;
        storages.insert(key.to_owned(), pickle::take(bytes, length)?);
    }
    tensors(&pickle, &storages)
}

/// Where training scripts put the state dict within what they save.
const WRAPPERS: [&str; 3] = ["state_dict", "model_state_dict", "model"];

fn tensors<'a>(pickle: &Pickle, storages: &Storages<'a>) -> Result<Vec<Stored<'a>>, Reason> {
    let Node::Dict(mut items) = pickle.get(pickle.root).clone() else {
        return Err(WeightsReason::NoStateDict.into());
    };
    let wrapped = WRAPPERS.iter().find_map(|wrapper| match pickle.get(value_of(pickle, &items, wrapper)?) {
        Node::Dict(items) => Some(items.clone()),
        _ => None,
    });
    if let Some(wrapped) = wrapped {
        items = wrapped;
    }
    let mut tensors = Vec::new();
    for (name, value) in items {
        let (Some(name), Node::Tensor(tensor)) = (pickle.text(name), pickle.get(value)) else {
            continue;
        };
        let storage = storages.get(&tensor.storage.key);
        let storage = storage.ok_or_else(|| WeightsReason::NumbersMissing { tensor: name.to_owned() })?;
        tensors.push(Stored {
            name: name.to_owned(),
            shape: tensor.shape.clone(),
            strides: tensor.strides.clone(),
            offset: tensor.offset,
            format: Format::of_storage(&tensor.storage.class),
            storage,
        });
    }
    if tensors.is_empty() { Err(WeightsReason::NoStateDict.into()) } else { Ok(tensors) }
}

fn value_of(pickle: &Pickle, items: &[(Ref, Ref)], key: &str) -> Option<Ref> {
    items.iter().find(|(name, _)| pickle.text(*name) == Some(key)).map(|(_, value)| *value)
}
