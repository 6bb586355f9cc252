//! Which cells may stand in one table.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cotejo_model::job::Weights;
use cotejo_model::{Digest, JobSpec, MachineId, Model, SweepId, Task};

use super::Item;
use crate::key::{Key, Varying};
use crate::rank::newness;

/// Cells with equal settings and build.
pub(super) struct Group<'a> {
    /// What they have in common; without a build where nothing was measured yet.
    pub(super) settings: Key,
    pub(super) items: Vec<&'a Item>,
}

/// What must be equal in a table beside its build: the settings, and the files of weights that the sweep names for its
/// models. A product has no weights, and must not stand in a table of its own for that.
type Shared = (Key, BTreeMap<Model, Digest>);

/// The groups, each with every cell at most once.
pub(super) fn groups(items: &[Item]) -> Vec<Group<'_>> {
    let mut files: HashMap<SweepId, BTreeMap<Model, Digest>> = HashMap::new();
    for item in items {
        if let Some((model, digest)) = weight_file(&item.spec) {
            files.entry(item.entry.sweep).or_default().insert(model, digest);
        }
    }
    let mut by_settings: BTreeMap<Shared, Vec<&Item>> = BTreeMap::new();
    for item in items {
        let settings = Key::of_workload(&item.entry.workload).over(Varying::Task);
        let files = files.get(&item.entry.sweep).cloned().unwrap_or_default();
        by_settings.entry((settings, files)).or_default().push(item);
    }
    by_settings.into_iter().flat_map(|((settings, _), items)| by_build(&settings, &items)).collect()
}

fn weight_file(spec: &JobSpec) -> Option<(Model, Digest)> {
    match (spec.workload.task, spec.weights) {
        (Task::Classify { model, .. }, Weights::File { digest }) => Some((model, digest)),
        _ => None,
    }
}

/// What was not measured has no build: it goes where its machine's newest measurement is, or else to the newest of all.
fn by_build<'a>(settings: &Key, items: &[&'a Item]) -> Vec<Group<'a>> {
    let mut newest: Vec<(u64, MachineId, &'a str)> = items
        .iter()
        .filter_map(|item| item.measured().map(|measured| (measured.started_ms, item.entry.machine, &*measured.build)))
        .collect();
    newest.sort_unstable_by(|a, b| b.cmp(a));
    let builds: BTreeSet<&str> = newest.iter().map(|(_, _, build)| *build).collect();
    let home = |item: &Item| {
        let own = newest.iter().find(|(_, machine, _)| *machine == item.entry.machine);
        own.or(newest.first()).map(|(_, _, build)| *build)
    };
    let keys: Vec<Option<&str>> = if builds.is_empty() { vec![None] } else { builds.into_iter().map(Some).collect() };
    let group = |build: Option<&'a str>| {
        let of_build = items.iter().copied().filter(|item| match item.measured() {
            Some(measured) => Some(measured.build.as_str()) == build,
            None => home(item) == build,
        });
        let settings = Key { build: build.map(str::to_owned), ..settings.clone() };
        Group { settings, items: latest(of_build) }
    };
    keys.into_iter().map(group).collect()
}

/// One item a cell: the latest measurement, a rehearsal only where there is no other, or else what the newest sweep
/// says. The items come newest sweep first.
fn latest<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<&'a Item> {
    let mut kept: Vec<&Item> = Vec::new();
    for item in items {
        let cell = |item: &Item| (item.entry.machine, item.entry.device, item.entry.workload);
        let age = |item: &Item| item.measured().map(newness);
        match kept.last_mut() {
            Some(last) if cell(last) == cell(item) => {
                if age(item) > age(last) {
                    *last = item;
                }
            }
            _ => kept.push(item),
        }
    }
    kept
}
