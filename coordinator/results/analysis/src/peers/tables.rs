//! The tables: what stands beside each row, and which rows share a table.

use std::collections::BTreeMap;

use cotejo_model::comparison::Measured;
use cotejo_model::stats::speed_up;
use cotejo_model::{Engine, Reference, Threads};

use super::choose::Chosen;
use super::rows::{Row, matches};
use super::{Gap, PeerRow, PeerTable, Time};
use crate::key::Key;
use crate::rank::highest;

/// The tables, and how many CPU times stand in none of them. Where some settings have GPU times, the others have no table;
/// of builds that differ in nothing else, the one with most GPU times has, and the newest of those.
pub(super) fn of(own: &[Row<'_>], chosen: &Chosen<'_>) -> (Vec<PeerTable>, usize) {
    let mut tables: BTreeMap<Key, Vec<PeerRow>> = BTreeMap::new();
    for row in own {
        tables.entry(row.settings()).or_default().push(beside(row, chosen));
    }
    let mut tables = products_join_classifiers(tables);
    let paired = tables.iter().any(|table| paired_rows(table) > 0);
    if paired {
        tables.retain(|table| paired_rows(table) > 0);
    }
    let of_one_build = tables.into_iter().map(|table| (table.settings.clone().of_any_build(), table));
    let best = highest(of_one_build, |table| (paired_rows(table), newest_ms(table)));
    let mut tables: Vec<PeerTable> = best.into_values().collect();
    // What is usual comes first: all threads, the optimized engine.
    tables.sort_by_cached_key(|table| {
        let Key { precision, threads, engine, exact, weights, build, .. } = table.settings.clone();
        (precision, threads != Some(Threads::All), threads, engine != Engine::Optimized, exact, weights, build)
    });
    let shown = tables.iter().map(|table| table.rows.len()).sum::<usize>();
    (tables, own.len() - shown)
}

fn paired_rows(table: &PeerTable) -> usize {
    table.rows.iter().filter(|row| row.gpu.is_ok()).count()
}

fn newest_ms(table: &PeerTable) -> Option<u64> {
    table.rows.iter().filter_map(|row| row.cpu.started_ms).max()
}

/// A product has no weights, and must not stand in a table of its own for that.
fn products_join_classifiers(mut tables: BTreeMap<Key, Vec<PeerRow>>) -> Vec<PeerTable> {
    let products: Vec<Key> = tables.keys().filter(|settings| settings.weights.is_none()).cloned().collect();
    for of_products in products {
        let same = |settings: &&Key| {
            let without = Key { weights: None, exact: false, ..(*settings).clone() };
            settings.weights.is_some() && without == of_products
        };
        let Some(home) = tables.keys().find(same).cloned() else { continue };
        if let Some(rows) = tables.remove(&of_products) {
            tables.entry(home).or_default().extend(rows);
        }
    }
    tables.into_iter().map(|(settings, rows)| PeerTable { settings, rows }).collect()
}

fn beside(row: &Row<'_>, chosen: &Chosen<'_>) -> PeerRow {
    let cpu = time(row.measured);
    let task = row.entry.workload.task;
    let gpu = gpu_time(row, chosen);
    let speed_up = gpu.as_ref().ok().and_then(|gpu| speed_up(cpu.estimate, gpu.estimate));
    PeerRow { task, cpu, gpu, speed_up }
}

fn gpu_time(row: &Row<'_>, chosen: &Chosen<'_>) -> Result<Time, Gap> {
    match chosen {
        Chosen::Own(candidate) | Chosen::Peer { candidate, .. } => match candidate.times.get(&row.key) {
            Some((_, measured)) => Ok(time(measured)),
            None => Err(candidate.gap(&row.key)),
        },
        Chosen::Reference(_, references) => {
            let found = references.iter().find(|reference| matches(reference, &row.entry.workload));
            found.map(|reference| of_reference(reference)).ok_or(Gap::NotMeasured)
        }
        Chosen::Nobody(_) => Err(Gap::Nobody),
    }
}

fn time(measured: &Measured) -> Time {
    Time {
        estimate: measured.summary.estimate(),
        runs: Some(measured.summary.n),
        flags: measured.flags.clone(),
        simulated: measured.simulated,
        started_ms: Some(measured.started_ms),
    }
}

fn of_reference(reference: &Reference) -> Time {
    let runs = reference.runs.and_then(|runs| usize::try_from(runs).ok());
    Time { estimate: reference.estimate(), runs, flags: Vec::new(), simulated: false, started_ms: None }
}
