//! Pages: from data to whole documents. The command line and a web page call the same functions, and only deliver what
//! comes of them.

use cotejo_analysis::figures::Choice;
use cotejo_analysis::peers::{self, NoCpuTimes, Nobody, PeerComparison, Third, Wanted};
use cotejo_analysis::{Records, class, findings};
use cotejo_language::Texts;
use cotejo_model::comparison::{Comparison, Entry};
use cotejo_model::{MachineId, Reference};

use crate::chart::Chart;
use crate::chart::build::{self, Kind, NoChart};
use crate::document::{Block, Document};
use crate::findings::OfMachine;
use crate::formats::Format;
use crate::report::{self, Class, Student};
use crate::{class as of_class, findings as sentences, peers as beside, results, sweeps, workbook};

/// What pages about machines are made of: the cells of a class or of one PC, and a teacher's reference times.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The cells.
    pub records: &'a Records,
    /// The teacher's times.
    pub references: &'a [Reference],
    /// Whether a class was asked, and not only this PC's own results.
    pub asked: bool,
}

impl Material<'_> {
    /// A machine's CPU times with the GPU times that are wanted.
    fn peers(&self, machine: MachineId, wanted: Wanted) -> Result<PeerComparison, NoCpuTimes> {
        let mut compared = peers::compare(self.records, machine, wanted, self.references)?;
        if !self.asked && compared.third == Third::Nobody(Nobody::NoGpu) {
            compared.third = Third::Nobody(Nobody::NotAsked);
        }
        Ok(compared)
    }

    /// The document with the sweeps that it was made from.
    fn named(&self, mut document: Document, texts: &Texts) -> Document {
        document.blocks.extend(sweeps::paragraph(self.records.sweeps(), texts));
        document
    }

    /// When the newest of its times was measured, in milliseconds since 1970.
    fn newest_ms(&self) -> Option<u64> {
        self.records.measured().map(|(_, measured)| measured.started_ms).max()
    }
}

/// What was measured.
pub fn results(comparison: &Comparison, format: &Format, texts: &Texts) -> Document {
    let document = results::document(comparison, texts);
    if format.is_workbook { workbook::extended(document, comparison, texts) } else { document }
}

/// One machine's CPU times beside GPU times.
pub fn compare(material: Material<'_>, mine: MachineId, wanted: Wanted, texts: &Texts) -> Result<Document, NoCpuTimes> {
    let document = beside::document(texts, &material.peers(mine, wanted)?);
    Ok(material.named(document, texts))
}

/// What the figures of these machines say, and of several what they say of each other.
pub fn analysis(material: Material<'_>, machines: &[MachineId], texts: &Texts) -> Document {
    let mut class: Vec<Block> = Vec::new();
    if machines.len() > 1 {
        class.push(Block::Table(of_class::coverage(texts, &class::coverage(material.records))));
        class.extend(of_class::anomalies(texts, &class::anomalies(material.records), 1));
    }
    let of_machine = |machine: &MachineId| {
        let peers = material.peers(*machine, Wanted::Usual).ok();
        let findings = findings::of(material.records, *machine, peers.as_ref());
        OfMachine { name: material.records.name(*machine).unwrap_or_default().to_owned(), peers, findings }
    };
    let machines: Vec<OfMachine> = machines.iter().map(of_machine).collect();
    material.named(sentences::document(texts, &machines, class, material.newest_ms()), texts)
}

/// Why there is no report of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReport {
    /// Its CPU has no times to compare.
    NoCpuTimes,
    /// Nothing is known of what it is made of.
    UnknownMachine,
}

/// A student's report.
pub fn student(material: Material<'_>, mine: MachineId, wanted: Wanted, texts: &Texts) -> Result<Document, NoReport> {
    let peers = material.peers(mine, wanted).map_err(|NoCpuTimes| NoReport::NoCpuTimes)?;
    let found = findings::of(material.records, mine, Some(&peers));
    let own = material.records.clone().only(|machine| machine == mine);
    let report = Student {
        environment: own.environment(mine).ok_or(NoReport::UnknownMachine)?,
        sweeps: own.sweeps(),
        entries: own.entries().iter().collect(),
        peers: &peers,
        findings: &found,
        charts: charts_of_student(own.entries(), &peers, texts),
    };
    Ok(report::student(report, texts))
}

/// The practice's own chart first; then what the own PC's measurements give.
fn charts_of_student(own: &[Entry], peers: &PeerComparison, texts: &Texts) -> Vec<Chart> {
    let size = report::time_over_size(peers, texts).ok();
    size.into_iter().chain(drawn(&[Kind::SpeedUp, Kind::Throughput, Kind::Threads], own, texts)).collect()
}

/// A teacher's report of a class. The comparison has its cells by size, machine and device.
pub fn class(comparison: &Comparison, texts: &Texts) -> Document {
    let records = Records::of([comparison.clone()]);
    let report = Class {
        comparison,
        coverage: &class::coverage(&records),
        anomalies: &class::anomalies(&records),
        charts: drawn(
            &[Kind::Size, Kind::Class, Kind::SpeedUp, Kind::Throughput, Kind::Threads],
            &comparison.entries,
            texts,
        ),
    };
    report::class(report, texts)
}

/// Those of these charts that the cells give.
fn drawn(kinds: &[Kind], entries: &[Entry], texts: &Texts) -> Vec<Chart> {
    kinds.iter().filter_map(|kind| build::chart(*kind, entries, &Choice::default(), texts).ok()).collect()
}

/// A chart by itself, which says which sweeps it is of.
pub fn chart(comparison: &Comparison, kind: Kind, choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let mut chart = build::chart(kind, &comparison.entries, choice, texts)?;
    if let Some(origin) = sweeps::origin(&comparison.sweeps, texts) {
        chart.subtitle = format!("{}\n{origin}", chart.subtitle);
    }
    Ok(chart)
}

/// Every chart of these cells, or why it cannot be drawn.
pub fn charts(comparison: &Comparison, choice: &Choice, texts: &Texts) -> Vec<(Kind, Result<Chart, NoChart>)> {
    Kind::ALL.into_iter().map(|kind| (kind, chart(comparison, kind, choice, texts))).collect()
}
