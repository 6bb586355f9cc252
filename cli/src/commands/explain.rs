//! How the optimized engine computes a network on this PC.

use std::cell::Cell;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use cotejo_agent::probe;
use cotejo_agent::runner::Run;
use cotejo_model::frames::{Progress, Request};
use cotejo_model::job::{WEIGHTS_SEED, Weights};
use cotejo_model::reason::JobReason;
use cotejo_model::workload::{BadWorkload, Dimension};
use cotejo_model::{Engine, JobSpec, MeasuringPlan, Reason, Task, Threads, Workload, estimate};
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::args::{ExplainArgs, ExplainFormat};
use crate::embedded;
use crate::error::{Error, Exit};
use crate::files;
use crate::interrupt::Interrupt;
use crate::language;
use crate::message::Message;
use crate::output;
use cotejo_render::{explain, json, phase_name};

/// Nothing is shown of work that is done sooner.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
/// How often what is shown moves.
const TICK: Duration = Duration::from_millis(100);

/// `cotejo explain`
pub(super) async fn run(args: ExplainArgs) -> Result<Exit, Error> {
    let request = request(&args)?;
    let worker = embedded::worker()?;
    let threads = match args.threads {
        Threads::All => probe::physical_cores(),
        Threads::Exactly(count) => count,
    };
    let pace = estimate::Pace::assumed(args.device.kind(), threads);
    let deadline = estimate::deadline(estimate::cell_duration(&request.job, &pace));
    let run = Run { worker: &worker, request: &request, threads, deadline };

    let mut interrupt = Interrupt::listen();
    let cancel = CancellationToken::new();
    let latest = Cell::new(None);
    let explaining = run.explain(&cancel, |progress| latest.set(Some(progress)));
    tokio::pin!(explaining);
    let mut shown = Shown::new(request.job.workload.task);
    let mut tick = tokio::time::interval(TICK);
    let explained = loop {
        tokio::select! {
            explained = &mut explaining => break explained,
            // The worker is gone once this has returned.
            () = interrupt.requested(), if !cancel.is_cancelled() => cancel.cancel(),
            _ = tick.tick() => shown.tick(latest.get()),
        }
    };
    drop(shown);
    if cancel.is_cancelled() {
        output::say(Message::new("news-interrupted"));
        return Ok(Exit::Interrupted);
    }
    let explanation = explained.map_err(|why| Error::because(Exit::Failed, &why))?;
    output::print(match args.format {
        ExplainFormat::Table => explain::table(&explanation, language::spoken(), &output::style()),
        ExplainFormat::Json => json::explanation(&explanation),
        ExplainFormat::Csv => explain::csv(&explanation),
    })?;
    Ok(Exit::Ok)
}

/// What the worker is told.
fn request(args: &ExplainArgs) -> Result<Request, Error> {
    let workload = Workload {
        task: Task::Classify { model: args.model, size: args.size, batch: args.batch },
        precision: args.precision,
        threads: args.threads,
        engine: Engine::Optimized,
        exact: args.exact,
        streams: 1,
    };
    workload.validate().map_err(|error| {
        let flag = match error {
            BadWorkload::OutOfRange { dimension: Dimension::Size, .. } => "size",
            BadWorkload::OutOfRange { dimension: Dimension::Batch, .. } => "batch",
            BadWorkload::OutOfRange { dimension: Dimension::Threads | Dimension::Streams, .. }
            | BadWorkload::StreamsWithoutThreads { .. } => "threads",
        };
        let why = Reason::from(JobReason::from(error));
        Error::usage(Message::new("file-flag").with("flag", flag).of("what", why))
    })?;
    let weights = match &args.weights {
        Some(path) => Weights::File { digest: files::check_weights(args.model, path)? },
        None => Weights::Random { seed: WEIGHTS_SEED },
    };
    let job = JobSpec { workload, device: args.device, weights, image: None, measuring: MeasuringPlan::default() };
    Ok(Request { job, image: None, weights: args.weights.clone() })
}

/// What a person sees who waits: a bar on a terminal, a line elsewhere.
struct Shown {
    task: Task,
    since: Instant,
    bar: Option<ProgressBar>,
}

impl Shown {
    fn new(task: Task) -> Self {
        Self { task, since: Instant::now(), bar: None }
    }

    fn tick(&mut self, progress: Option<Progress>) {
        if self.since.elapsed() < SHOWN_AFTER {
            return;
        }
        let (task, texts) = (self.task, language::spoken());
        let bar = self.bar.get_or_insert_with(|| {
            if !io::stderr().is_terminal() {
                output::say(Message::new("news-looking").with("task", cotejo_render::task(task, texts)));
                return ProgressBar::hidden();
            }
            let style = ProgressStyle::with_template("[{bar:16}] {percent:>3} %  {wide_msg}");
            ProgressBar::new(1000).with_style(style.expect("the template is sound").progress_chars("=> "))
        });
        let Some(Progress { phase, done }) = progress else { return };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the steps")]
        bar.set_position((done.clamp(0.0, 1.0) * 1000.0) as u64);
        bar.set_message(format!("{}, {}", cotejo_render::task(task, texts), phase_name(phase, texts)));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
