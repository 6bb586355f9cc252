//! What workers of the tests claim to have measured.

use cotejo_model::Task;
use cotejo_model::frames::Request;
use cotejo_model::measurement::{Conditions, Measurement, Stages};
use cotejo_model::measuring::Stop;

/// A measurement that answers the request.
pub(crate) fn measurement(request: &Request) -> Measurement {
    let job = &request.job;
    let classifies = matches!(job.workload.task, Task::Classify { .. });
    Measurement {
        workload: job.workload,
        device: job.device,
        device_name: "Test device".to_owned(),
        build: "test".to_owned(),
        threads: 1,
        weights: classifies.then_some(job.weights),
        input: None,
        started_ms: 1,
        first_ns: 2,
        warmup_ns: vec![3],
        samples_ns: vec![4, 5],
        stages: Stages::default(),
        stop: Stop::Runs,
        answers: Vec::new(),
        logit_error: None,
        peak_memory_bytes: None,
        conditions: Conditions::default(),
        plan: None,
        gpu: None,
        simulated: false,
    }
}
