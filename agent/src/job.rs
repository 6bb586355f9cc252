//! One attempt from offer to outbox. It runs in a task of its own, so that it goes on whatever becomes of the
//! connection.

use std::convert::Infallible;
use std::sync::Arc;

use cotejo_model::frames::{Progress, Request};
use cotejo_model::job::Weights;
use cotejo_model::machine::Cpu;
use cotejo_model::measurement::Conditions;
use cotejo_model::reason::EndReason;
use cotejo_model::session::Offer;
use cotejo_model::{Assignment, DeviceKind, FailureCode, JobSpec, Measurement, Reason, Task, Threads};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::blobs::Blobs;
use crate::conditions::{Monitor, SleepWatch};
use crate::nvidia::{Nvidia, Watch};
use crate::outbox::Outbox;
use crate::runner::Run;
use crate::workers::Workers;

/// What an attempt needs.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) workers: Workers,
    /// None where the machine is played: this PC's driver has no part in it.
    pub(crate) nvidia: Option<Nvidia>,
    pub(crate) cpu: Cpu,
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) blobs: Blobs,
}

/// How far an attempt is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// Not begun; it may still be given back.
    Taken,
    /// Under way, and how far the worker is.
    Running(Option<Progress>),
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Its result is in the outbox.
    Finished,
    /// It was stopped, and has no result.
    Stopped,
    /// It could not begin.
    GivenBack,
}

/// What an attempt has to tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum News {
    /// It is further than before.
    Step(Step),
    /// It is over.
    End(End),
}

/// The attempt under way.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) assignment: Assignment,
    steps: watch::Receiver<Step>,
    stop: CancellationToken,
    task: JoinHandle<End>,
}

impl Attempt {
    /// Begins.
    pub(crate) fn start(bench: &Arc<Bench>, offer: Offer) -> Self {
        let (sender, steps) = watch::channel(Step::Taken);
        let (assignment, stop) = (offer.assignment, CancellationToken::new());
        let (bench, outbox, stopped) = (Arc::clone(bench), Arc::clone(&bench.outbox), stop.clone());
        let work = tokio::spawn(async move { bench.carry_out(offer, &stopped, &sender).await });
        let task = tokio::spawn(async move {
            match work.await {
                Ok(end) => end,
                Err(panic) => {
                    let failed = EndReason::AgentFailed { detail: panic.to_string() };
                    spool(&outbox, assignment, Err(failed.into())).await;
                    End::Finished
                }
            }
        });
        Self { assignment, steps, stop, task }
    }

    /// How far it is.
    pub(crate) fn step(&self) -> Step {
        *self.steps.borrow()
    }

    /// The next news; steps only where they are wanted. Not to be asked again after the end.
    pub(crate) async fn news(&mut self, steps: bool) -> News {
        tokio::select! {
            biased;
            Ok(()) = self.steps.changed(), if steps => News::Step(*self.steps.borrow_and_update()),
            end = &mut self.task => News::End(end.unwrap_or(End::Stopped)),
        }
    }

    /// Stops it, and waits until its processes are gone. A result that was there before stays.
    pub(crate) async fn stop(&mut self) -> End {
        self.stop.cancel();
        (&mut self.task).await.unwrap_or(End::Stopped)
    }
}

impl Bench {
    async fn carry_out(&self, offer: Offer, stop: &CancellationToken, steps: &watch::Sender<Step>) -> End {
        let outbox = Arc::clone(&self.outbox);
        let room = tokio::task::spawn_blocking(move || outbox.check()).await.expect("the check does not panic");
        if let Err(error) = room {
            tracing::error!(%error, "a job is given back: its result could not be kept");
            return End::GivenBack;
        }
        steps.send_replace(Step::Running(None));
        let Offer { assignment, job, .. } = &offer;
        tracing::info!(
            job = %assignment.job, attempt = assignment.attempt, device = %job.device, workload = %job.workload, "job"
        );
        let outcome = self.measure(&offer, stop, steps).await;
        match &outcome {
            // Nobody waits for it.
            Err(failure) if failure.code() == FailureCode::Cancelled && stop.is_cancelled() => {
                tracing::info!(job = %assignment.job, "job stopped");
                return End::Stopped;
            }
            Err(failure) => tracing::warn!(job = %assignment.job, "job failed: {failure}"),
            Ok(_) => tracing::info!(job = %assignment.job, "job done"),
        }
        spool(&self.outbox, *assignment, outcome).await;
        End::Finished
    }

    async fn measure(
        &self,
        offer: &Offer,
        stop: &CancellationToken,
        steps: &watch::Sender<Step>,
    ) -> Result<Box<Measurement>, Reason> {
        let request = tokio::select! {
            request = self.request(&offer.job) => request?,
            () = stop.cancelled() => return Err(EndReason::Cancelled.into()),
        };
        let device = offer.job.device;
        let watch = match &self.nvidia {
            Some(nvidia) => Watch::begin(nvidia, device).await,
            None => None,
        };
        let surroundings = self.monitor.job_begins();
        let sleep = SleepWatch::default();
        let run = Run {
            worker: self.workers.serving(device.kind()),
            request: &request,
            threads: self.threads(&offer.job),
            deadline: offer.deadline,
        };
        let progress = |now| {
            steps.send_replace(Step::Running(Some(now)));
            if let Some(watch) = &watch {
                watch.hear(now);
            }
        };
        let ended = tokio::select! {
            ended = run.run(stop, progress) => ended,
            never = sleep.watch() => match never {},
            never = looking(watch.as_ref()) => match never {},
        };
        self.monitor.job_ended(ended.processor_time);
        let mut measurement = ended.outcome?;
        // Nothing is measured of a machine that is played, whatever its worker says.
        measurement.simulated |= self.nvidia.is_none();
        let played = measurement.simulated.then_some(measurement.conditions);
        measurement.conditions = Conditions {
            background_load: surroundings.background_load,
            power: Some(surroundings.power),
            slept_ms: sleep.slept_ms(),
            clock_ratio: None,
            peak_flops: match device.kind() {
                DeviceKind::Cpu => self.cpu.peak_flops(),
                // Who plays a GPU knows what it could do.
                DeviceKind::Cuda => played.and_then(|played| played.peak_flops),
            },
        };
        if let Some(watch) = watch {
            watch.end().await.complete(&mut measurement);
        }
        Ok(measurement)
    }

    /// What the worker is told; the files that the job names are here then.
    async fn request(&self, job: &JobSpec) -> Result<Request, Reason> {
        let mut request = Request { job: job.clone(), image: None, weights: None };
        if matches!(job.workload.task, Task::Classify { .. }) {
            if let Some(digest) = job.image {
                request.image = Some(self.blobs.fetch(digest).await?);
            }
            if let Weights::File { digest } = job.weights {
                request.weights = Some(self.blobs.fetch(digest).await?);
            }
        }
        Ok(request)
    }

    fn threads(&self, job: &JobSpec) -> u32 {
        match job.workload.threads {
            Threads::All => self.cpu.physical_cores,
            Threads::Exactly(count) => count,
        }
    }
}

/// Looks at the job's GPU, if it has one.
async fn looking(watch: Option<&Watch>) -> Infallible {
    match watch {
        Some(watch) => watch.look().await,
        None => std::future::pending().await,
    }
}

/// Keeps the result. Where the disk takes none it is still uploaded, from memory.
async fn spool(outbox: &Arc<Outbox>, assignment: Assignment, outcome: Result<Box<Measurement>, Reason>) {
    let outbox = Arc::clone(outbox);
    let kept = tokio::task::spawn_blocking(move || outbox.put(assignment, outcome)).await;
    if let Err(error) = kept.expect("keeping a result does not panic") {
        tracing::error!(%error, "a result is in memory only until the coordinator has it");
    }
}
