//! Raw samples as tidy CSV: one row a forward pass, for whoever wants other statistics.

use std::cmp::Reverse;
use std::collections::HashMap;

use cotejo_model::bundle::{BundledJob, Ended};
use cotejo_model::device::marked;
use cotejo_model::{Bundle, MachineId, Measurement, SweepId, Task};
use serde::Serialize;

/// A row; its fields are the columns. What is missing is an empty field.
#[derive(Debug, Clone, Serialize)]
struct Row<'a> {
    sweep: String,
    sweep_name: &'a str,
    job: String,
    machine_id: String,
    machine: &'a str,
    device: String,
    device_name: String,
    /// Nothing was computed: the time is made up, for a rehearsal.
    simulated: bool,
    kind: &'static str,
    model: Option<&'static str>,
    size_px: u32,
    batch: Option<u32>,
    precision: &'static str,
    threads: String,
    engine: &'static str,
    exact: bool,
    streams: u32,
    phase: &'static str,
    index: usize,
    seconds: f64,
}

/// Every forward pass of a bundle, in reading order; cells without a time have no row.
pub fn render(bundle: &Bundle) -> String {
    let machines: HashMap<MachineId, &str> =
        bundle.machines.iter().map(|machine| (machine.id, machine.name.as_str())).collect();
    let sweeps: HashMap<SweepId, &str> =
        bundle.sweeps.iter().map(|sweep| (sweep.id, sweep.spec.name.as_str())).collect();
    let name = |job: &BundledJob| machines.get(&job.machine).copied().unwrap_or_default();
    let mut jobs: Vec<&BundledJob> = bundle.jobs.iter().collect();
    jobs.sort_by_key(|job| (Reverse(job.sweep), name(job), job.machine, job.spec.workload, job.spec.device, job.id));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for job in jobs {
        let Ended::Measured { measurement, .. } = &job.ended else { continue };
        let sweep = sweeps.get(&job.sweep).copied().unwrap_or_default();
        let cell = row(job, measurement, sweep, name(job));
        for (phase, times_ns) in [
            ("first", &[measurement.first_ns][..]),
            ("warm_up", &measurement.warmup_ns),
            ("sample", &measurement.samples_ns),
        ] {
            for (index, ns) in times_ns.iter().enumerate() {
                // Divided, not multiplied: the nearest number to the nanoseconds that were read.
                let row = Row { phase, index, seconds: *ns as f64 / 1e9, ..cell.clone() };
                writer.serialize(row).expect("a row of plain fields is always CSV");
            }
        }
    }
    let bytes = writer.into_inner().expect("memory does not refuse");
    String::from_utf8(bytes).expect("made of text")
}

fn row<'a>(job: &BundledJob, measurement: &'a Measurement, sweep_name: &'a str, machine: &'a str) -> Row<'a> {
    let workload = job.spec.workload;
    let (kind, model) = match workload.task {
        Task::Classify { model, .. } => ("classify", Some(model.name())),
        Task::Matmul { .. } => ("matmul", None),
    };
    Row {
        sweep: job.sweep.to_string(),
        sweep_name,
        job: job.id.to_string(),
        machine_id: job.machine.to_string(),
        machine,
        device: job.spec.device.to_string(),
        device_name: marked(&measurement.device_name, measurement.simulated),
        simulated: measurement.simulated,
        kind,
        model,
        size_px: workload.task.size(),
        batch: workload.task.batch(),
        precision: workload.precision.name(),
        threads: workload.threads.to_string(),
        engine: workload.engine.name(),
        exact: workload.exact,
        streams: workload.streams,
        phase: "",
        index: 0,
        seconds: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_row_a_forward_pass() {
        insta::assert_snapshot!(render(&samples::bundle()), @r"
        sweep,sweep_name,job,machine_id,machine,device,device_name,simulated,kind,model,size_px,batch,precision,threads,engine,exact,streams,phase,index,seconds
        00000000-0000-0000-0000-00000000005e,practice,00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000001,home,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,224,1,f32,all,optimized,false,1,first,0,0.09
        00000000-0000-0000-0000-00000000005e,practice,00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000001,home,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,224,1,f32,all,optimized,false,1,warm_up,0,0.031
        00000000-0000-0000-0000-00000000005e,practice,00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000001,home,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,224,1,f32,all,optimized,false,1,warm_up,1,0.0301
        00000000-0000-0000-0000-00000000005e,practice,00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000001,home,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,224,1,f32,all,optimized,false,1,sample,0,0.030000061
        00000000-0000-0000-0000-00000000005e,practice,00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000001,home,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,224,1,f32,all,optimized,false,1,sample,1,0.0302
        00000000-0000-0000-0000-00000000005e,practice,00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000001,home,cpu,Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz,false,classify,resnet18,224,1,f32,all,optimized,false,1,sample,2,0.0299
        ");
    }

    #[test]
    fn nothing_measured_is_an_empty_text() {
        let mut bundle = samples::bundle();
        bundle.jobs.clear();
        assert_eq!(render(&bundle), "");
    }
}
