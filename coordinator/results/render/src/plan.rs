//! What a sweep would do: its cells, what was left out of it for its budget, and how sure that is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cotejo_language::{Sentences, Texts};
use cotejo_model::sweep::{PlannedCell, PlannedSweep};
use cotejo_model::{Precision, Task, Threads, Workload};

use super::grid::{Cell, Grid, Head, Kind, Tone};
use super::{Style, clean, number, words, wrapped};

/// The cells of a plan, and what is to be said of it.
pub fn plan(plan: &PlannedSweep, texts: &Texts, style: &Style) -> String {
    let words = Words(texts);
    let mut out = format!("{}\n", words.table(&plan.cells).render(style));
    let paragraphs = [
        words.total(plan),
        words.certainty(plan),
        words.core(plan),
        words.offline(&plan.offline),
        words.dropped(plan),
        words.refused(&plan.cells),
    ];
    for line in paragraphs.into_iter().flatten() {
        let _ = writeln!(out, "{}", wrapped(&line, style.width, 2));
    }
    out
}

/// What a column says of a cell.
type CellText<'a> = Box<dyn Fn(&PlannedCell) -> String + 'a>;

struct Words<'a>(&'a Texts);

impl Words<'_> {
    fn table(&self, cells: &[PlannedCell]) -> Grid {
        let varies =
            |differs: fn(&PlannedCell, &PlannedCell) -> bool| cells.windows(2).any(|pair| differs(&pair[0], &pair[1]));
        let say = |name: &str| self.0.say(name);
        let mut columns: Vec<(&str, Kind, CellText<'_>)> = vec![
            ("plan-machine", Kind::Words, Box::new(|cell| clean(&cell.machine))),
            ("plan-device", Kind::Label, Box::new(|cell| self.device(cell))),
            ("plan-what", Kind::Words, Box::new(|cell| self.workload(&cell.workload))),
            ("plan-precision", Kind::Label, Box::new(|cell| cell.workload.precision.to_string())),
        ];
        if varies(|a, b| a.workload.threads != b.workload.threads) {
            columns.push(("plan-threads", Kind::Label, Box::new(|cell| words::threads(cell.workload.threads, self.0))));
        }
        if varies(|a, b| a.workload.engine != b.workload.engine) {
            columns.push(("plan-engine", Kind::Label, Box::new(|cell| cell.workload.engine.to_string())));
        }
        let expected = |cell: &PlannedCell| match cell.refused {
            Some(_) => say("plan-cannot"),
            None => number::duration(cell.seconds),
        };
        columns.push(("plan-expected", Kind::Figures, Box::new(expected)));
        let measured = |cell: &&PlannedCell| cell.refused.is_none();
        let calibrated: BTreeSet<bool> = cells.iter().filter(measured).map(|cell| cell.calibrated).collect();
        if calibrated.len() > 1 {
            let by = |cell: &PlannedCell| match (&cell.refused, cell.calibrated) {
                (Some(_), _) => String::new(),
                (None, true) => say("plan-by-measured"),
                (None, false) => say("plan-by-assumed"),
            };
            columns.push(("plan-by", Kind::Label, Box::new(by)));
        }
        let rows = cells.iter().map(|cell| {
            let tone = if cell.refused.is_some() { Tone::Absent } else { Tone::Plain };
            columns.iter().map(|(_, _, text)| Cell { text: text(cell), tone }).collect()
        });
        let rows = rows.collect();
        Grid { heads: columns.iter().map(|(head, kind, _)| Head::new(&say(head), *kind)).collect(), rows }
    }

    /// How many cells there are, and when the slowest machine is done.
    fn total(&self, plan: &PlannedSweep) -> Vec<String> {
        let machines: BTreeSet<&str> = plan.cells.iter().map(|cell| cell.machine.as_str()).collect();
        let cells = self.0.fill("plan-cells", &[("count", plan.cells.len().into())]);
        let on = self.0.fill("plan-machines", &[("count", machines.len().into())]);
        let (slowest, seconds) = plan.slowest().unwrap_or(("", 0.0));
        let total = [("cells", cells.into()), ("machines", on.into()), ("time", number::duration(seconds).into())];
        let mut lines = vec![self.0.fill("plan-total", &total)];
        let budget = plan.budget_ms.map(|budget| number::duration(budget as f64 / 1000.0));
        match budget {
            Some(budget) if !slowest.is_empty() => lines.push(self.0.fill(
                "plan-budget",
                &[
                    ("budget", budget.into()),
                    ("machine", clean(slowest).into()),
                    ("time", number::duration(seconds).into()),
                ],
            )),
            None if machines.len() > 1 && !slowest.is_empty() => {
                lines.push(self.0.fill("plan-slowest", &[("machine", clean(slowest).into())]));
            }
            _ => {}
        }
        lines
    }

    /// How sure the expected times are.
    fn certainty(&self, plan: &PlannedSweep) -> Vec<String> {
        let cells: Vec<&PlannedCell> = plan.cells.iter().filter(|cell| cell.refused.is_none()).collect();
        let (measured, assumed): (Vec<&PlannedCell>, Vec<&PlannedCell>) =
            cells.iter().partition(|cell| cell.calibrated);
        match (measured.len(), assumed.len()) {
            (0, 0) => Vec::new(),
            (_, 0) => vec![self.0.say("plan-all-measured")],
            (0, _) => vec![self.0.say("plan-all-assumed")],
            (_, count) => {
                let on = places(&assumed);
                vec![self.0.fill("plan-some-assumed", &[("count", count.into()), ("machines", on.into())])]
            }
        }
    }

    fn core(&self, plan: &PlannedSweep) -> Vec<String> {
        if plan.core.is_empty() || plan.dropped.is_empty() {
            return Vec::new();
        }
        let core: Vec<String> = plan.core.iter().map(|workload| self.workload_in_full(workload)).collect();
        vec![self.0.fill("plan-core", &[("workloads", core.join("; ").into())])]
    }

    fn offline(&self, machines: &[String]) -> Vec<String> {
        let names: Vec<String> = machines.iter().map(|name| clean(name)).collect();
        let text = || self.0.fill("plan-offline", &[("machines", names.join(", ").into())]);
        if names.is_empty() { Vec::new() } else { vec![text()] }
    }

    /// What was left out, a line a workload, with the machines on which it was.
    fn dropped(&self, plan: &PlannedSweep) -> Vec<String> {
        if plan.budget_ms.is_none() {
            return Vec::new();
        }
        if plan.dropped.is_empty() {
            return vec![self.0.say("plan-nothing-dropped")];
        }
        let mut lines = vec![self.0.fill("plan-dropped", &[("count", plan.dropped.len().into())])];
        let mut workloads: Vec<(Workload, Vec<&PlannedCell>)> = Vec::new();
        for cell in &plan.dropped {
            match workloads.iter_mut().find(|(workload, _)| *workload == cell.workload) {
                Some((_, cells)) => cells.push(cell),
                None => workloads.push((cell.workload, vec![cell])),
            }
        }
        let mut all: BTreeSet<&str> = plan.cells.iter().map(|cell| cell.machine.as_str()).collect();
        all.extend(plan.dropped.iter().map(|cell| cell.machine.as_str()));
        lines.extend(workloads.iter().map(|(workload, cells)| {
            let what = self.workload_in_full(workload).into();
            let of: BTreeSet<&str> = cells.iter().map(|cell| cell.machine.as_str()).collect();
            if all.len() > 1 && of == all {
                return self.0.fill("plan-dropped-everywhere", &[("what", what)]);
            }
            self.0.fill("plan-dropped-on", &[("what", what), ("machines", places(cells).into())])
        }));
        lines
    }

    /// What cannot be measured, cells with the same reason together.
    fn refused(&self, cells: &[PlannedCell]) -> Vec<String> {
        let mut by_reason: BTreeMap<(String, Option<String>), Vec<&PlannedCell>> = BTreeMap::new();
        for cell in cells {
            let Some(why) = &cell.refused else { continue };
            let Sentences { long, remedy, .. } = self.0.reason(why);
            let reason = (clean(&long), remedy.map(|remedy| clean(&remedy)));
            by_reason.entry(reason).or_default().push(cell);
        }
        let line = |((reason, remedy), cells): (&(String, Option<String>), &Vec<&PlannedCell>)| {
            let arguments = [("cells", self.cells(cells).into()), ("reason", reason.as_str().into())];
            let refused = self.0.fill("plan-refused", &arguments);
            let remedy =
                remedy.as_ref().map(|remedy| self.0.fill("plan-remedy", &[("remedy", remedy.as_str().into())]));
            refused + &remedy.unwrap_or_default()
        };
        by_reason.iter().map(line).collect()
    }

    /// Cells in a sentence: one by one, or by their machines where they are many.
    fn cells(&self, cells: &[&PlannedCell]) -> String {
        /// So many are named one by one.
        const LISTED: usize = 4;
        let (devices, machines) = (self.devices(cells), places(cells));
        if cells.len() > LISTED {
            let count = self.0.fill("plan-cells", &[("count", cells.len().into())]);
            let arguments = [("what", count.into()), ("device", devices.into()), ("machine", machines.into())];
            return self.0.fill("plan-cell", &arguments);
        }
        let one = |cell: &&PlannedCell| {
            let what = self.workload_in_full(&cell.workload).into();
            let machine = clean(&cell.machine).into();
            self.0.fill("plan-cell", &[("what", what), ("device", self.device(cell).into()), ("machine", machine)])
        };
        cells.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    fn devices(&self, cells: &[&PlannedCell]) -> String {
        let devices: BTreeSet<String> = cells.iter().map(|cell| self.device(cell)).collect();
        devices.into_iter().collect::<Vec<_>>().join(", ")
    }

    fn device(&self, cell: &PlannedCell) -> String {
        let device = cell.device.to_string();
        if cell.simulated { self.0.fill("plan-simulated", &[("device", device.into())]) } else { device }
    }

    /// A workload: its task, and of the rest what is unusual and in no column of its own.
    fn workload(&self, workload: &Workload) -> String {
        let (title, size) = (workload.task.title(), workload.task.size());
        let title = match workload.task {
            Task::Classify { .. } => title.to_owned(),
            Task::Matmul { .. } => self.0.say("plan-product"),
        };
        let mut text = format!("{title} {size} x {size}");
        let mut add = |name: &str, count: u32| {
            let count = count.to_string();
            let _ = write!(text, ", {}", self.0.fill(name, &[("count", count.into())]));
        };
        if let Some(batch) = workload.task.batch().filter(|batch| *batch > 1) {
            add("plan-batch", batch);
        }
        if workload.streams > 1 {
            add("plan-streams", workload.streams);
        }
        if workload.exact { format!("{text}, {}", self.0.say("plan-exact")) } else { text }
    }

    /// A workload where no column beside it tells precision and threads.
    fn workload_in_full(&self, workload: &Workload) -> String {
        let mut text = self.workload(workload);
        if workload.precision != Precision::F32 {
            let _ = write!(text, ", {}", workload.precision);
        }
        if workload.threads != Threads::All {
            let _ = write!(text, ", {}", words::threads(workload.threads, self.0));
        }
        text
    }
}

/// The machines of these cells, each once.
fn places(cells: &[&PlannedCell]) -> String {
    let machines: BTreeSet<String> = cells.iter().map(|cell| clean(&cell.machine)).collect();
    machines.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
