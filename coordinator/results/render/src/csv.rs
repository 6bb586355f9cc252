//! Results as tidy CSV: one row a cell, every figure in a column of its own with its unit in the name.

use cotejo_language::{Facts, Language, Sentences};
use cotejo_model::comparison::{Comparison, Entry, Measured, Outcome};
use cotejo_model::device::marked;
use cotejo_model::gpu::GpuRecord;
use cotejo_model::job::Weights;
use cotejo_model::{Digest, JobState, Reason, Task};
use jiff::Timestamp;
use serde::Serialize;

use super::gpus;

/// A row; its fields are the columns. What is missing is an empty field.
#[derive(Debug, Default, Serialize)]
struct Row {
    sweep: String,
    job: String,
    machine_id: String,
    machine: String,
    device: String,
    device_name: String,
    /// Whether the figures are made up; empty where there are none.
    simulated: Option<bool>,
    kind: &'static str,
    model: Option<&'static str>,
    size_px: u32,
    batch: Option<u32>,
    precision: &'static str,
    threads: String,
    engine: &'static str,
    exact: bool,
    streams: u32,
    state: &'static str,
    n: Option<usize>,
    median_s: Option<f64>,
    ci95_low_s: Option<f64>,
    ci95_high_s: Option<f64>,
    mad_s: Option<f64>,
    min_s: Option<f64>,
    mean_s: Option<f64>,
    sd_s: Option<f64>,
    iqr_over_median: Option<f64>,
    p90_s: Option<f64>,
    p99_s: Option<f64>,
    outliers: Option<usize>,
    first_s: Option<f64>,
    flop_per_s: Option<f64>,
    images_per_s: Option<f64>,
    load_s: Option<f64>,
    decode_s: Option<f64>,
    preprocess_s: Option<f64>,
    upload_s: Option<f64>,
    download_s: Option<f64>,
    upload_event_s: Option<f64>,
    forward_event_s: Option<f64>,
    download_event_s: Option<f64>,
    threads_used: Option<u32>,
    weights: Option<String>,
    image: Option<String>,
    image_width_px: Option<u32>,
    image_height_px: Option<u32>,
    build: String,
    flags: String,
    top1_class: Option<u32>,
    top1_label: Option<String>,
    top1_probability: Option<f32>,
    logit_error: Option<f32>,
    peak_memory_bytes: Option<u64>,
    started_utc: Option<String>,
    gpu_memory_bytes: Option<u64>,
    gpu_compute_capability: Option<String>,
    gpu_driver: Option<String>,
    gpu_cuda: Option<String>,
    gpu_cudnn: Option<String>,
    gpu_power_limit_w: Option<f64>,
    gpu_clock_before_mhz: Option<u32>,
    gpu_clock_after_mhz: Option<u32>,
    gpu_temperature_before_c: Option<u32>,
    gpu_temperature_after_c: Option<u32>,
    gpu_throttle_reasons: String,
    failure: Option<&'static str>,
    failure_message: Option<String>,
    failure_remedy: Option<String>,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvDialect {
    /// Programs: RFC 4180 with decimal points.
    Plain,
    /// A spreadsheet that runs in this language, to which a double click hands the file.
    Spreadsheet(Language),
}

/// CSV with decimal points in another dialect.
pub fn in_dialect(csv: &str, dialect: CsvDialect) -> String {
    let CsvDialect::Spreadsheet(language) = dialect else { return csv.to_owned() };
    let Facts { decimal_sign, list_separator, .. } = *language.facts();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    let mut writer = csv::WriterBuilder::new()
        .delimiter(u8::try_from(list_separator).expect("an ASCII character"))
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    for record in reader.records() {
        let record = record.expect("text is always CSV where rows may be of any length");
        writer
            .write_record(record.iter().map(|field| for_spreadsheet(field, decimal_sign)))
            .expect("memory does not refuse");
    }
    let bytes = writer.into_inner().expect("memory does not refuse");
    String::from_utf8(bytes).expect("made of text")
}

/// A number as the spreadsheet's language writes it; a text that it does not take for a formula.
fn for_spreadsheet(field: &str, decimal_sign: char) -> String {
    let begins_a_number = field.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    if begins_a_number && field.parse::<f64>().is_ok() {
        return field.replace('.', &decimal_sign.to_string());
    }
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() }
}

/// Every cell of a comparison.
pub fn render(comparison: &Comparison) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for entry in &comparison.entries {
        writer.serialize(row(entry)).expect("a row of plain fields is always CSV");
    }
    let bytes = writer.into_inner().expect("memory does not refuse");
    String::from_utf8(bytes).expect("made of text")
}

fn row(entry: &Entry) -> Row {
    let workload = entry.workload;
    let (kind, model) = match workload.task {
        Task::Classify { model, .. } => ("classify", Some(model.name())),
        Task::Matmul { .. } => ("matmul", None),
    };
    let cell = Row {
        sweep: entry.sweep.to_string(),
        job: entry.job.to_string(),
        machine_id: entry.machine.to_string(),
        machine: entry.machine_name.clone(),
        device: entry.device.to_string(),
        device_name: marked(&entry.device_name, entry.is_simulated()),
        kind,
        model,
        size_px: workload.task.size(),
        batch: workload.task.batch(),
        precision: workload.precision.name(),
        threads: workload.threads.to_string(),
        engine: workload.engine.name(),
        exact: workload.exact,
        streams: workload.streams,
        ..Row::default()
    };
    match &entry.outcome {
        Outcome::Measured(measured) => figures(measured, cell),
        Outcome::Failed(failure) => failed(failure, cell),
        Outcome::Pending { state } => Row { state: state.name(), ..cell },
    }
}

fn figures(measured: &Measured, cell: Row) -> Row {
    let Measured { summary, stages, input, .. } = measured;
    let seconds = |ns: u64| ns as f64 * 1e-9;
    let flags: Vec<&str> = measured.flags.iter().map(|flag| flag.kind.name()).collect();
    let best = measured.answers.first();
    let cell = match &measured.gpu {
        Some(gpu) => gpu_figures(gpu, cell),
        None => cell,
    };
    Row {
        simulated: Some(measured.simulated),
        state: JobState::Succeeded.name(),
        n: Some(summary.n),
        median_s: Some(summary.median),
        ci95_low_s: summary.ci.map(|ci| ci.low),
        ci95_high_s: summary.ci.map(|ci| ci.high),
        mad_s: Some(summary.mad),
        min_s: Some(summary.min),
        mean_s: Some(summary.mean),
        sd_s: summary.sd,
        iqr_over_median: summary.iqr_ratio,
        p90_s: summary.p90,
        p99_s: summary.p99,
        outliers: Some(summary.outliers),
        first_s: Some(measured.first_seconds),
        flop_per_s: Some(measured.flops_per_second),
        images_per_s: measured.images_per_second,
        load_s: Some(seconds(stages.load_ns)),
        decode_s: stages.decode_ns.map(seconds),
        preprocess_s: stages.preprocess_ns.map(seconds),
        upload_s: stages.upload_ns.map(seconds),
        download_s: stages.download_ns.map(seconds),
        upload_event_s: stages.events.map(|events| seconds(events.upload_ns)),
        forward_event_s: stages.events.map(|events| seconds(events.forward_ns)),
        download_event_s: stages.events.map(|events| seconds(events.download_ns)),
        threads_used: Some(measured.threads),
        weights: measured.weights.as_ref().map(weights),
        image: input.map(|input| input.image.as_ref().map_or_else(|| "built-in".to_owned(), Digest::to_string)),
        image_width_px: input.map(|input| input.width),
        image_height_px: input.map(|input| input.height),
        build: measured.build.clone(),
        flags: flags.join(" "),
        top1_class: best.map(|answer| answer.class),
        top1_label: best.and_then(|answer| answer.label.clone()),
        top1_probability: best.map(|answer| answer.probability),
        logit_error: measured.logit_error,
        peak_memory_bytes: measured.peak_memory_bytes,
        started_utc: utc(measured.started_ms),
        ..cell
    }
}

fn gpu_figures(gpu: &GpuRecord, cell: Row) -> Row {
    let (before, after) = (gpu.before.as_ref(), gpu.after.as_ref());
    Row {
        gpu_memory_bytes: gpu.memory_bytes,
        gpu_compute_capability: gpu.compute_capability.map(|capability| capability.to_string()),
        gpu_driver: gpu.driver.clone(),
        gpu_cuda: gpu.cuda.clone(),
        gpu_cudnn: gpu.cudnn.clone(),
        gpu_power_limit_w: gpus::power_limit_w(gpu),
        gpu_clock_before_mhz: before.and_then(|state| state.clock_mhz),
        gpu_clock_after_mhz: after.and_then(|state| state.clock_mhz),
        gpu_temperature_before_c: before.and_then(|state| state.temperature_c),
        gpu_temperature_after_c: after.and_then(|state| state.temperature_c),
        gpu_throttle_reasons: gpus::throttle_reasons(gpu).join("; "),
        ..cell
    }
}

/// Programs read the code; the words are English, whoever reads them.
fn failed(reason: &Reason, cell: Row) -> Row {
    let Sentences { long, remedy, .. } = cotejo_language::reason(reason, Language::English);
    Row {
        state: JobState::Failed.name(),
        failure: Some(reason.code().name()),
        failure_message: Some(long),
        failure_remedy: remedy,
        ..cell
    }
}

fn weights(weights: &Weights) -> String {
    match weights {
        Weights::Random { seed } => format!("random:{seed}"),
        Weights::File { digest } => format!("sha256:{digest}"),
    }
}

/// ISO 8601, as in `2026-07-31T09:30:00.5Z`.
fn utc(ms: u64) -> Option<String> {
    let timestamp = Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()?;
    Some(timestamp.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cotejo_model::comparison::GroupBy;

    use super::super::samples;
    use super::*;

    #[test]
    fn measured_and_missing_cells() {
        insta::assert_snapshot!(render(&samples::with_gpu()), @r#"
        sweep,job,machine_id,machine,device,device_name,simulated,kind,model,size_px,batch,precision,threads,engine,exact,streams,state,n,median_s,ci95_low_s,ci95_high_s,mad_s,min_s,mean_s,sd_s,iqr_over_median,p90_s,p99_s,outliers,first_s,flop_per_s,images_per_s,load_s,decode_s,preprocess_s,upload_s,download_s,upload_event_s,forward_event_s,download_event_s,threads_used,weights,image,image_width_px,image_height_px,build,flags,top1_class,top1_label,top1_probability,logit_error,peak_memory_bytes,started_utc,gpu_memory_bytes,gpu_compute_capability,gpu_driver,gpu_cuda,gpu_cudnn,gpu_power_limit_w,gpu_clock_before_mhz,gpu_clock_after_mhz,gpu_temperature_before_c,gpu_temperature_after_c,gpu_throttle_reasons,failure,failure_message,failure_remedy
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-00000000e000,00000000-0000-0000-0000-000000000001,pc-01,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,224,1,f32,all,reference,false,1,succeeded,10,0.03012,0.029885733333333334,0.030354266666666664,0.00016733333333333184,0.0298188,0.030119999999999997,0.00020265073036759214,0.010000000000000049,,,0,0.09036,50000000000.0,33.200531208499335,0.25,0.004,,,,,,,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",,281,,0.25,,300000000,2026-07-31T09:30:00Z,,,,,,,,,,,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-00000000e001,00000000-0000-0000-0000-000000000001,pc-01,cuda:0,NVIDIA GeForce RTX 3060,false,classify,resnet18,224,1,f32,all,reference,false,1,succeeded,10,0.002031,0.0020152033333333333,0.0020467966666666663,0.00001128333333333311,0.00201069,0.002031,0.0000136647952648266,0.009999999999999974,,,0,0.0060929999999999995,50000000000.0,492.3682914820286,0.25,0.004,,0.000061000000000000005,9e-6,0.000052000000000000004,0.00198,3.5000000000000004e-6,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",,281,,0.25,,300000000,2026-07-31T09:30:00Z,12884901888,8.6,560.94,12.6,9.5.1,170.0,210,1777,44,61,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000020000,00000000-0000-0000-0000-000000000001,pc-01,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,512,1,f32,all,reference,false,1,succeeded,10,0.1512,0.150024,0.15237599999999998,0.0008400000000000074,0.149688,0.1512,0.0010172905189767625,0.010000000000000089,,,0,0.4536,50000000000.0,6.613756613756614,0.25,0.004,,,,,,,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",,281,,0.25,,300000000,2026-07-31T09:30:00Z,,,,,,,,,,,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000020001,00000000-0000-0000-0000-000000000001,pc-01,cuda:0,NVIDIA GeForce RTX 3060,false,classify,resnet18,512,1,f32,all,reference,false,1,succeeded,10,0.006119999999999999,0.0060723999999999995,0.006167599999999999,0.000034000000000000176,0.0060588,0.006119999999999999,0.0000411760448157258,0.009999999999999997,,,0,0.018359999999999998,50000000000.0,163.39869281045756,0.25,0.004,,0.000061000000000000005,9e-6,0.000052000000000000004,0.00198,3.5000000000000004e-6,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",,281,,0.25,,300000000,2026-07-31T09:30:00Z,12884901888,8.6,560.94,12.6,9.5.1,170.0,210,1777,44,61,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000040000,00000000-0000-0000-0000-000000000001,pc-01,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,1024,1,f32,all,reference,false,1,succeeded,10,0.6204,0.6155746666666666,0.6252253333333332,0.003446666666666709,0.614196,0.6204000000000001,0.004174120621515736,0.01000000000000016,,,0,1.8611999999999997,50000000000.0,1.6118633139909737,0.25,0.004,,,,,,,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",,281,,0.25,,300000000,2026-07-31T09:30:00Z,,,,,,,,,,,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000040001,00000000-0000-0000-0000-000000000001,pc-01,cuda:0,NVIDIA GeForce RTX 3060,false,classify,resnet18,1024,1,f32,all,reference,false,1,succeeded,10,0.021929999999999998,0.021759433333333335,0.022100566666666665,0.00012183333333333143,0.021710700000000003,0.021929999999999998,0.00014754749392301668,0.00999999999999994,,,0,0.06579,50000000000.0,45.59963520291838,0.25,0.004,,0.000061000000000000005,9e-6,0.000052000000000000004,0.00198,3.5000000000000004e-6,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",,281,,0.25,,300000000,2026-07-31T09:30:00Z,12884901888,8.6,560.94,12.6,9.5.1,170.0,210,1777,44,83,sw_power_cap,,,
        "#);
        insta::assert_snapshot!(render(&samples::troubled()), @r#"
        sweep,job,machine_id,machine,device,device_name,simulated,kind,model,size_px,batch,precision,threads,engine,exact,streams,state,n,median_s,ci95_low_s,ci95_high_s,mad_s,min_s,mean_s,sd_s,iqr_over_median,p90_s,p99_s,outliers,first_s,flop_per_s,images_per_s,load_s,decode_s,preprocess_s,upload_s,download_s,upload_event_s,forward_event_s,download_event_s,threads_used,weights,image,image_width_px,image_height_px,build,flags,top1_class,top1_label,top1_probability,logit_error,peak_memory_bytes,started_utc,gpu_memory_bytes,gpu_compute_capability,gpu_driver,gpu_cuda,gpu_cudnn,gpu_power_limit_w,gpu_clock_before_mhz,gpu_clock_after_mhz,gpu_temperature_before_c,gpu_temperature_after_c,gpu_throttle_reasons,failure,failure_message,failure_remedy
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000020000,00000000-0000-0000-0000-000000000001,pc-01,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,512,1,f32,all,reference,false,1,succeeded,10,0.1512,0.150024,0.15237599999999998,0.0008400000000000074,0.149688,0.1512,0.0010172905189767625,0.010000000000000089,,,0,0.4536,50000000000.0,6.613756613756614,0.25,0.004,,,,,,,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",noisy battery short,281,"tabby, tabby cat",0.25,,300000000,2026-07-31T09:30:00Z,,,,,,,,,,,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000020001,00000000-0000-0000-0000-000000000001,pc-01,cuda:0,NVIDIA GeForce RTX 3060,,classify,resnet18,512,1,f32,all,reference,false,1,running,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000040000,00000000-0000-0000-0000-000000000001,pc-01,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,1024,1,f32,all,reference,false,1,succeeded,10,0.6204,0.6155746666666666,0.6252253333333332,0.003446666666666709,0.614196,0.6204000000000001,0.004174120621515736,0.01000000000000016,,,0,1.8611999999999997,50000000000.0,1.6118633139909737,0.25,0.004,,,,,,,4,random:2026,built-in,640,480,"cotejo-worker 0.1.0, candle 0.11.0",,281,,0.25,,300000000,2026-07-31T09:30:00Z,,,,,,,,,,,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-000000040001,00000000-0000-0000-0000-000000000001,pc-01,cuda:0,NVIDIA GeForce RTX 3060,,classify,resnet18,1024,1,f32,all,reference,false,1,queued,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-00000186a000,00000000-0000-0000-0000-000000000001,pc-01,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,,classify,resnet18,100000,1,f32,all,reference,false,1,failed,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,out_of_memory,needs 13.2 TiB of memory; the device has 16.0 GiB,measure a smaller size or batch
        00000000-0000-0000-0000-00000000005e,00000000-0000-0000-0000-00000186a001,00000000-0000-0000-0000-000000000001,pc-01,cuda:0,NVIDIA GeForce RTX 3060,,classify,resnet18,100000,1,f32,all,reference,false,1,failed,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,out_of_memory,needs 13.2 TiB of memory; the device has 16.0 GiB,measure a smaller size or batch
        "#);
    }

    #[test]
    fn a_spreadsheet_takes_numbers_for_numbers_and_nothing_for_a_formula() {
        let plain = "name,median_s,version\n\"a;b\",0.030120,560.94\n=1+1,-3.5e-6,9.5.1\n-x,7,\"two\nlines\"\n";
        assert_eq!(in_dialect(plain, CsvDialect::Plain), plain);
        assert_eq!(
            in_dialect(plain, CsvDialect::Spreadsheet(Language::Spanish)),
            "\u{feff}name;median_s;version\r\n\"a;b\";0,030120;560,94\r\n'=1+1;-3,5e-6;9.5.1\r\n'-x;7;\"two\nlines\"\r\n"
        );
        assert_eq!(
            in_dialect(plain, CsvDialect::Spreadsheet(Language::English)),
            "\u{feff}name,median_s,version\r\na;b,0.030120,560.94\r\n'=1+1,-3.5e-6,9.5.1\r\n'-x,7,\"two\nlines\"\r\n"
        );
        let rows = in_dialect(&render(&samples::with_gpu()), CsvDialect::Spreadsheet(Language::Spanish));
        assert_eq!(rows.lines().count(), 1 + samples::with_gpu().entries.len());
    }

    #[test]
    fn rows_are_cells_however_they_are_grouped() {
        let csv = |by| render(&samples::class(by));
        assert_eq!(csv(GroupBy::Size), csv(GroupBy::Machine));
        assert_eq!(csv(GroupBy::Size).lines().count(), 1 + samples::class(GroupBy::Size).entries.len());
    }

    #[test]
    fn times_are_those_of_the_world() {
        assert_eq!(utc(1_785_490_200_500).as_deref(), Some("2026-07-31T09:30:00.5Z"));
        assert_eq!(utc(u64::MAX), None);
    }

    /// The fields of a row by the names of its columns.
    fn fields(text: &str, row: usize) -> BTreeMap<String, String> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names = reader.headers().unwrap().clone();
        let row = reader.records().nth(row).unwrap().unwrap();
        names.iter().zip(&row).map(|(name, field)| (name.to_owned(), field.to_owned())).collect()
    }

    #[test]
    fn what_is_made_up_says_so_in_its_row() {
        let text = render(&samples::simulated());
        let simulated = |row| fields(&text, row)["simulated"].clone();
        assert_eq!((simulated(0), simulated(1)), ("false".to_owned(), "true".to_owned()));
        assert_eq!(fields(&render(&samples::troubled()), 1)["simulated"], "", "nothing was measured");
    }

    #[test]
    fn a_gpu_has_its_record() {
        let text = render(&samples::with_gpu());
        let (cpu, hot) = (fields(&text, 0), fields(&text, 5));
        for (column, value) in [
            ("device_name", "NVIDIA GeForce RTX 3060"),
            ("gpu_memory_bytes", "12884901888"),
            ("gpu_compute_capability", "8.6"),
            ("gpu_driver", "560.94"),
            ("gpu_cuda", "12.6"),
            ("gpu_cudnn", "9.5.1"),
            ("gpu_power_limit_w", "170.0"),
            ("gpu_clock_before_mhz", "210"),
            ("gpu_clock_after_mhz", "1777"),
            ("gpu_temperature_before_c", "44"),
            ("gpu_temperature_after_c", "83"),
            ("gpu_throttle_reasons", "sw_power_cap"),
            ("upload_event_s", "0.000052000000000000004"),
        ] {
            assert_eq!(hot[column], value, "{column}");
            assert!(cpu[column].is_empty() || column == "device_name", "{column}");
        }
        assert!(
            !hot["upload_s"].is_empty() && !hot["forward_event_s"].is_empty() && !hot["download_event_s"].is_empty()
        );
    }
}
