//! Reports: a student's, and a teacher's of the class.

use cotejo_analysis::peers::PeerComparison;
use cotejo_analysis::{Records, class, findings};
use cotejo_language::Texts;
use cotejo_model::SweepId;
use cotejo_model::comparison::{Comparison, GroupBy};
use cotejo_render::chart::build::{self, Choice, Kind};
use cotejo_render::document::Document;
use cotejo_render::report::{self, Class, Drawable, Student};

use super::compare::{peers_of, wanted};
use super::deliver::deliver;
use super::machine::read;
use crate::args::{Global, ReportArgs};
use crate::client::Client;
use crate::error::{Error, Exit};
use crate::language;
use crate::source::Source;

/// `cotejo report`
pub(super) async fn run(global: &Global, args: ReportArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let (format, target) = args.target.resolve()?;
    let document =
        if args.class { of_class(global, &args, texts).await? } else { of_student(global, &args, texts).await? };
    deliver(&document, format, target)?;
    Ok(Exit::Ok)
}

async fn of_student(global: &Global, args: &ReportArgs, texts: &Texts) -> Result<Document, Error> {
    // A classmate may have measured in another sweep.
    let all = args.all || args.sweeps.is_empty();
    let mut material = read(global, &args.source, args.sweeps.clone(), all).await?;
    let mine = material.machine(global, &args.who).await?;
    let wanted = wanted(&material, mine, args.with.clone())?;
    let peers = peers_of(&material, mine, wanted)?;
    let found = findings::of(&material.records, mine, Some(&peers));
    let own = material.records.clone().only(|machine| machine == mine);
    let environment = own
        .environment(mine)
        .ok_or_else(|| Error::failed("nothing is known of this PC").with_help("`cotejo local` measures it"))?;
    let report = Student {
        environment,
        entries: own.entries().iter().collect(),
        peers: &peers,
        findings: &found,
        charts: charts_of(&own, &peers, texts),
    };
    Ok(report::student(report, texts))
}

/// The practice's own chart first; then what the own PC's measurements give.
fn charts_of(own: &Records, peers: &PeerComparison, texts: &Texts) -> Vec<Drawable> {
    let size = report::time_over_size(peers, texts).map_err(|why| (Kind::Size, why));
    let comparison = comparison_of(own);
    let further = [Kind::SpeedUp, Kind::Throughput, Kind::Threads];
    std::iter::once(size).chain(further.into_iter().map(|kind| drawable(kind, &comparison, texts))).collect()
}

fn drawable(kind: Kind, comparison: &Comparison, texts: &Texts) -> Drawable {
    let chart = build::chart(kind, comparison, &Choice::default(), texts);
    chart.map_err(|why| (kind, why))
}

/// Records as charts are built of them.
fn comparison_of(records: &Records) -> Comparison {
    Comparison {
        by: GroupBy::Size,
        sweeps: Vec::new(),
        title: String::new(),
        tables: Vec::new(),
        environments: records.machines().iter().filter_map(|(id, _)| records.environment(*id)).cloned().collect(),
        entries: records.entries().to_vec(),
        plans: Vec::new(),
        imports: Vec::new(),
    }
}

async fn of_class(global: &Global, args: &ReportArgs, texts: &Texts) -> Result<Document, Error> {
    let source = Source::open(global, args.source.local).await?;
    let read = class_comparisons(&source.client, args).await;
    source.close().await?;
    let ([by_size, by_machine, by_device], sweeps) = read?;
    let records = Records::of([by_size.clone()]);
    let report = Class {
        by_size: &by_size,
        by_machine: &by_machine,
        by_device: &by_device,
        sweeps,
        coverage: &class::coverage(&records),
        anomalies: &class::anomalies(&records),
        charts: [Kind::Size, Kind::Class, Kind::SpeedUp, Kind::Throughput, Kind::Threads]
            .map(|kind| drawable(kind, &by_size, texts))
            .into(),
    };
    Ok(report::class(report, texts))
}

/// The same cells three ways, and the names of their sweeps.
async fn class_comparisons(client: &Client, args: &ReportArgs) -> Result<([Comparison; 3], Vec<String>), Error> {
    let by_size = client.compare(args.sweeps.clone(), args.all, GroupBy::Size).await?;
    // The newest sweep may be another one by now.
    let chosen: Vec<String> = by_size.sweeps.iter().map(SweepId::to_string).collect();
    let by_machine = client.compare(chosen.clone(), false, GroupBy::Machine).await?;
    let by_device = client.compare(chosen, false, GroupBy::Device).await?;
    let known = client.list(0).await?;
    let name = |id: &SweepId| {
        known.iter().find(|sweep| sweep.id == *id).map_or_else(|| id.short(), |sweep| sweep.spec.name.clone())
    };
    let names = by_size.sweeps.iter().map(name).collect();
    Ok(([by_size, by_machine, by_device], names))
}
