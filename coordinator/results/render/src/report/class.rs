//! The report of a class.

use std::collections::BTreeSet;

use cotejo_analysis::class::{Anomalies, Coverage, MachineCoverage};
use cotejo_language::Texts;
use cotejo_model::comparison::{Comparison, GroupBy, Table};

use super::{charts, heading};
use crate::chart::Chart;
use crate::document::{self, Block, Document};
use crate::{class, clean, notes, results, sweeps};

/// So many names of sweeps stand in the title at most.
const TITLED: usize = 3;

/// What the report of a class is made of.
#[derive(Debug)]
pub struct Class<'a> {
    /// All cells, with their tables by size, by machine and by device.
    pub comparison: &'a Comparison,
    /// Who measured how much of it.
    pub coverage: &'a Coverage,
    /// Identical PCs that differ.
    pub anomalies: &'a Anomalies,
    /// The class's charts, as far as they can be drawn.
    pub charts: Vec<Chart>,
}

/// All machines, coverage, comparison and anomalies.
pub fn class(report: Class<'_>, texts: &Texts) -> Document {
    let Class { comparison, coverage, anomalies, charts: drawn } = report;
    let simulated = comparison.tables.iter().any(Table::is_simulated);
    let mut blocks: Vec<Block> = simulated.then(|| Block::Notice(texts.say("rehearsal"))).into_iter().collect();
    blocks.extend(summary(comparison, coverage, texts));
    blocks.push(heading(1, "class-coverage", texts));
    let who = class::coverage(texts, coverage);
    blocks.push(Block::Table(document::Table { caption: String::new(), ..who }));
    blocks.extend(class::anomalies(texts, anomalies, 1));
    blocks.extend(charts(drawn, texts));
    blocks.push(heading(1, "class-comparison", texts));
    for (title, by) in [("class-comparison-machine", GroupBy::Machine), ("class-comparison-device", GroupBy::Device)] {
        blocks.push(heading(2, title, texts));
        let tables = comparison.grouped(by).unwrap_or_default();
        for table in tables {
            blocks.extend(notes::heading(tables, table, texts).map(|text| Block::Heading { level: 3, text }));
            blocks.push(Block::Table(results::table(table, texts)));
            blocks.push(Block::Paragraph(notes::basis(&table.basis, texts)));
        }
    }
    blocks.push(heading(1, "report-annex", texts));
    blocks.extend(results::note_blocks(comparison, texts));
    let names: BTreeSet<&str> = comparison.sweeps.iter().map(|sweep| sweep.name.as_str()).collect();
    let title = names.into_iter().take(TITLED).collect::<Vec<_>>().join(", ");
    Document {
        title: texts.fill("class-title", &[("title", clean(&title).into())]),
        language: texts.language(),
        dated_ms: results::newest_ms(comparison),
        watermark: simulated.then(|| texts.say("watermark")),
        blocks,
    }
}

fn summary(comparison: &Comparison, coverage: &Coverage, texts: &Texts) -> Vec<Block> {
    // The same counts as in the table below.
    let sum = |of: fn(&MachineCoverage) -> usize| coverage.machines.iter().map(of).sum::<usize>();
    let measured = sum(|machine| machine.measured);
    let cells = measured + sum(|machine| machine.failed + machine.pending);
    let counts = [("machines", coverage.machines.len().into()), ("measured", measured.into()), ("cells", cells.into())];
    let summary = Block::Paragraph(texts.fill("class-summary", &counts));
    std::iter::once(summary).chain(sweeps::paragraph(&comparison.sweeps, texts)).collect()
}
