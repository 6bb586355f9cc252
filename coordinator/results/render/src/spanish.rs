//! No English in what Spanish readers read: every reason, every absence and every kind of page, through every format that
//! people read. CSV and JSON are for programs, and in English by their schemas.

use std::io::{Cursor, Read};

use calamine::Reader;
use cotejo_analysis::Records;
use cotejo_analysis::figures::Choice;
use cotejo_analysis::peers::Wanted;
use cotejo_language::{Language, Texts};
use cotejo_model::bundle::ImportSummary;
use cotejo_model::comparison::{Absence, Comparison, GroupBy, Grouping, Outcome, SeenGpu, Value};
use cotejo_model::reference::ReferenceSummary;
use cotejo_model::sweep::{PlannedCell, PlannedSweep};
use cotejo_model::{DeviceId, Digest, Engine, Machine, MachineId, Model, Precision, Reason, Task, Threads, Workload};
use cotejo_samples::english::assert_spanish;
use cotejo_samples::{cpu_machine, gpu_machine};

use crate::chart::build::Kind;
use crate::document::Document;
use crate::document::pdf::tests::drawn;
use crate::formats::{FORMATS, Format, Place, Write};
use crate::pages::{self, Material};
use crate::{bundles, chart, lists, references, samples};

/// Names in the samples, which no language translates.
const NAMES: &[&str] = &[
    "Processor",
    "Simulated GPU",
    // A sweep, a machine, a set of reference times and its source are called as people call them.
    "practice",
    "measured by the teacher in room A1",
    "teacher",
    // A worker of another version, or an older one, says why in words of its own.
    "needs 13.2 TiB of memory; the device has 16.0 GiB",
    "no NVIDIA driver was found on this machine",
    "measure a smaller size or batch",
    // NVML's reasons for a slow clock.
    "sw power cap",
    // Keys are named as they are typed.
    "sizes: ",
    // A class of ImageNet.
    "tabby, tabby cat",
    // Options are named as they are typed.
    "exact y streams",
];

fn texts() -> &'static Texts {
    Texts::of(Language::Spanish)
}

fn formats() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().filter(|format| format.takes_documents())
}

/// What a person reads of a document in this format.
fn read(document: &Document, format: &Format) -> String {
    let Write::Document(write) = format.write else { unreachable!("{} takes documents", format.name) };
    let place = Place { style: &samples::plain(), folder: "graficos" };
    let written = write(document, &place).unwrap();
    let text = || String::from_utf8(written.clone()).unwrap();
    match format.name {
        "docx" => without_tags(&zipped(&written, "word/")),
        "xlsx" => cells(&written),
        // Its bytes hold glyphs: what is drawn is read before it is.
        "pdf" => drawn(document),
        "html" => without_tags(&text()),
        "latex" => without_commands(&text()),
        _ => text(),
    }
}

/// Every XML file in this folder of an archive.
fn zipped(file: &[u8], folder: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    for part in ["document", "header1", "footer1"] {
        archive.by_name(&format!("{folder}{part}.xml")).unwrap().read_to_string(&mut text).unwrap();
    }
    text
}

fn cells(file: &[u8]) -> String {
    let mut workbook = calamine::Xlsx::new(Cursor::new(file)).unwrap();
    let mut text = workbook.sheet_names().join("\n");
    for (_, sheet) in workbook.worksheets() {
        let strings = sheet.used_cells().filter_map(|(_, _, cell)| calamine::DataType::get_string(cell));
        strings.for_each(|cell| text = format!("{text}\n{cell}"));
    }
    text
}

/// The text between the tags of XML or HTML, without style sheets.
fn without_tags(xml: &str) -> String {
    let mut text = String::new();
    let mut rest = xml;
    while let Some((before, tag)) = rest.split_once('<') {
        text = format!("{text}{before} ");
        let (name, after) = tag.split_once('>').unwrap_or((tag, ""));
        let skipped = if name.starts_with("style") { after.find("</style>").unwrap_or(after.len()) } else { 0 };
        rest = &after[skipped..];
    }
    text + rest
}

/// The text of LaTeX: what is typeset, without the preamble and the commands.
fn without_commands(latex: &str) -> String {
    let (_, body) = latex.split_once("\\begin{document}").unwrap();
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, command)) = rest.split_once('\\') {
        text.push_str(before);
        let name: String = command.chars().take_while(char::is_ascii_alphabetic).collect();
        // A sign that stands for itself, such as an underscore, or a command.
        text.push(command.chars().next().filter(|_| name.is_empty()).unwrap_or(' '));
        rest = &command[name.len().max(1).min(command.len())..];
        if ["begin", "end", "includegraphics", "label"].contains(&name.as_str()) {
            rest = rest.split_once('}').map_or("", |(_, after)| after);
        }
    }
    text + rest
}

/// A sentence a line, however the format broke its lines.
fn sentences(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Names go before sentences are told apart: some have a full stop.
    text.replace(". ", ".\n").replace(" - ", "\n- ")
}

#[track_caller]
fn assert_in_every_format(document: &Document) {
    for format in formats() {
        let text = read(document, format);
        assert!(text.len() > 100, "{}: {text}", format.name);
        assert_spanish(&sentences(&text), NAMES);
    }
}

/// A class in which every reason and every absence stands in a table, in a cell that failed, and in a machine's description.
fn of_reasons(reasons: &[Reason]) -> Comparison {
    let mut comparison = samples::troubled();
    let (row, entry) = (comparison.tables[0].rows[0].clone(), comparison.entries[0].clone());
    let environment = comparison.environments[0].clone();
    let of_reasons = reasons.iter().map(|why| Absence::Because { why: why.clone() });
    for reason in
        Absence::examples().into_iter().filter(|absence| !matches!(absence, Absence::Because { .. })).chain(of_reasons)
    {
        let last = row.len() - 1;
        let mut row = row.clone();
        row[last] = Value::Missing { reason };
        comparison.tables[0].rows.push(row);
    }
    for (at, why) in reasons.iter().enumerate() {
        let mut failed = entry.clone();
        failed.workload.task = Task::Matmul { size: u32::try_from(at).unwrap() + 2 };
        failed.outcome = Outcome::Failed(why.clone());
        comparison.entries.push(failed);
        let gpu = SeenGpu { unusable: Some(why.clone()), ..samples::seen("RTX") };
        let mut with_gpu = environment.clone();
        (with_gpu.gpus, with_gpu.physical_cores) = (vec![gpu], u32::try_from(at).unwrap() + 2);
        let mut without = with_gpu.clone();
        (without.gpus, without.no_gpu) = (Vec::new(), Some(why.clone()));
        comparison.environments.extend([with_gpu, without]);
    }
    comparison
}

#[test]
fn every_reason_is_spanish_in_every_format() {
    // A few of each file, so that layouts stay as small as real ones.
    for some in Reason::examples().chunks(60) {
        assert_in_every_format(&pages::results(&of_reasons(some), &FORMATS[0], texts()));
    }
}

/// A student of the sample class with and without a GPU, and the class.
fn documents_of(comparison: &Comparison) -> Vec<Document> {
    let records = Records::of([comparison.clone()]);
    let references = samples::references();
    let mut documents = Vec::new();
    for (references, asked) in [(&references[..], true), (&[][..], true), (&[][..], false)] {
        let material = Material { records: &records, references, asked };
        let machines: Vec<MachineId> = records.machines().into_iter().map(|(machine, _)| machine).collect();
        documents.push(pages::analysis(material, &machines, texts()));
        for machine in &machines {
            let other = machines.iter().find(|other| *other != machine);
            let wanted = [Wanted::Usual, Wanted::BestGpu, Wanted::MedianGpu, Wanted::ClosestCpu, Wanted::Reference];
            let wanted = wanted.into_iter().chain(other.copied().map(Wanted::Machine));
            for wanted in wanted {
                documents.extend(pages::compare(material, *machine, wanted, texts()).ok());
                documents.extend(pages::student(material, *machine, wanted, texts()).ok());
            }
        }
    }
    documents.push(pages::class(comparison, texts()));
    let workbook = FORMATS.iter().find(|format| format.is_workbook).unwrap();
    documents.push(pages::results(comparison, workbook, texts()));
    documents
}

fn class() -> Comparison {
    let others = [GroupBy::Machine, GroupBy::Device].map(|by| Grouping { by, tables: samples::class(by).tables });
    Comparison { others: others.into(), ..samples::class(GroupBy::Size) }
}

#[test]
fn every_page_is_spanish_in_every_format() {
    for comparison in
        [class(), samples::simulated(), samples::two_precisions(), samples::without_gpu(), samples::imported()]
    {
        let documents = documents_of(&comparison);
        assert!(documents.len() > 5, "{}", documents.len());
        // Every page as a terminal shows it; the first of them in every format.
        for document in &documents {
            assert_spanish(&sentences(&read(document, &FORMATS[0])), NAMES);
        }
        documents.iter().take(3).for_each(assert_in_every_format);
    }
}

#[test]
fn every_chart_is_spanish_and_so_is_why_there_is_none() {
    let mut drawn = 0;
    for comparison in
        [class(), samples::simulated(), samples::without_gpu(), chart::samples::sweep(&[224, 512], &[1, 8], &[1, 2])]
    {
        for (kind, chart) in pages::charts(&comparison, &Choice::default(), texts()) {
            match chart {
                Ok(chart) => {
                    drawn += 1;
                    assert_spanish(&chart::terminal(&chart, &samples::plain()), NAMES);
                    assert_spanish(&without_tags(&chart::svg(&chart)), NAMES);
                }
                Err(none) => assert_spanish(&none.to_string(), NAMES),
            }
            assert_spanish(&texts().say(&format!("chart-kind-{}", kind.name())), NAMES);
        }
    }
    assert!(drawn > Kind::ALL.len(), "{drawn}");
}

/// A machine for each reason that its GPU, or its driver, may give.
fn machines() -> Vec<Machine> {
    let reasons = Reason::examples().into_iter();
    let of_reason = |(at, why): (usize, Reason)| {
        let mut with_gpu = gpu_machine(&format!("pc-{at}"));
        with_gpu.online = at.is_multiple_of(2);
        with_gpu.capability.devices[1].simulated = at.is_multiple_of(3);
        with_gpu.capability.devices[1].unusable = Some(why.clone());
        let mut without = cpu_machine(&format!("pc-{at}-b"));
        without.capability.no_gpu = Some(why);
        [with_gpu, without]
    };
    reasons.enumerate().flat_map(of_reason).collect()
}

/// A plan in which every reason keeps a cell from being measured.
fn plan() -> PlannedSweep {
    let task = Task::Classify { model: Model::ResNet18, size: 224, batch: 8 };
    let cell = |at: usize, refused| PlannedCell {
        machine: format!("pc-{at}"),
        workload: Workload {
            task,
            precision: Precision::F16,
            threads: Threads::Exactly(2),
            engine: Engine::Optimized,
            exact: true,
            streams: 2,
        },
        device: DeviceId::Cuda(0),
        simulated: at.is_multiple_of(2),
        seconds: 1.5,
        calibrated: at.is_multiple_of(3),
        refused,
    };
    let refused = Reason::examples().into_iter().enumerate().map(|(at, why)| cell(at, Some(why)));
    PlannedSweep {
        budget_ms: Some(60_000),
        cells: refused.chain([cell(1, None), cell(2, None)]).collect(),
        dropped: vec![cell(3, None)],
        core: vec![cell(1, None).workload],
        offline: vec!["pc-9".to_owned()],
    }
}

#[test]
fn every_list_is_spanish() {
    let style = samples::plain();
    let bundle = samples::bundle();
    let summary = ImportSummary { new: 2, duplicates: 1, ..ImportSummary::default() };
    let replaced = ReferenceSummary { new: 1, duplicates: 1, replaced: samples::references() };
    let shown = [
        lists::machines(&machines(), texts(), &style),
        lists::machines(&[], texts(), &style),
        lists::sweeps(&[], texts(), &style),
        crate::plan::plan(&plan(), texts(), &style),
        references::table(&samples::references(), texts(), &style),
        references::table(&[], texts(), &style),
        references::imported(&replaced, &samples::references(), texts()),
        references::removed(2, "curso", texts()),
        bundles::exported(2, "casa.cotejo", Digest::of(b""), texts()),
        bundles::shown(&bundle, texts()),
        bundles::imported(&summary, &bundle, texts()),
    ];
    for text in &shown {
        assert!(!text.is_empty());
        assert_spanish(&sentences(text), NAMES);
    }
}
