//! One job: start the worker, hear its frames, keep its deadline, and leave no process behind.

use std::collections::VecDeque;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use cotejo_model::explain::Explanation;
use cotejo_model::frames::{Frame, Progress, Request};
use cotejo_model::reason::{EndReason, WorkerReason};
use cotejo_model::{DeviceKind, Measurement, Precision, Reason};
use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::conditions::{self, Monitor};
use crate::loader;
use crate::worker::{WorkerCommand, shortened};

/// The longest frame: the largest measurement is far below.
const MAX_FRAME: usize = 4 * 1024 * 1024;
/// The longest part of a log line that is looked at.
const MAX_LOG_LINE: usize = 8 * 1024;
/// Last lines of a worker's log that a failure shows.
const LOG_LINES: usize = 10;
/// How long a worker may take to end after its last frame, and its output after its end.
const END_WITHIN: Duration = Duration::from_secs(2);
/// How long the system may take to end a killed process.
const DIE_WITHIN: Duration = Duration::from_secs(10);

/// A job for one worker.
#[derive(Debug)]
pub struct Run<'a> {
    /// How to start the worker.
    pub worker: &'a WorkerCommand,
    /// What to tell it.
    pub request: &'a Request,
    /// CPU threads that it may use.
    pub threads: u32,
    /// When to give it up.
    pub deadline: Duration,
}

/// What a worker gave.
#[derive(Debug)]
pub struct Ended {
    /// The measurement, or why there is none.
    pub outcome: Result<Box<Measurement>, Reason>,
    /// Processor time that the worker used; known only if it gave a measurement.
    pub processor_time: Option<Duration>,
}

/// What a worker's last frame holds.
enum Answer {
    Measurement(Box<Measurement>),
    Explanation(Box<Explanation>),
}

/// How the conversation with a worker ended.
enum Conversation {
    /// With its last frame.
    Last(Result<Answer, Reason>),
    /// Its output ended without one.
    Silent,
    /// With a line that is longer than any frame.
    TooLong,
    /// Its output cannot be read.
    Unreadable(io::Error),
    /// With a line that is no frame, and what its reader says.
    Garbage { detail: String, line: String },
    /// With a frame that its job does not ask for.
    OtherJob,
    /// The deadline passed.
    TimedOut,
    /// The caller wants no result.
    Cancelled,
}

impl Run<'_> {
    /// Runs the job. Whatever happens, the worker and everything that it started are gone when this returns.
    pub async fn run(&self, cancel: &CancellationToken, progress: impl Fn(Progress)) -> Ended {
        let (outcome, processor_time) = match self.ask(None, cancel, progress).await {
            Ok((answer, processor_time)) => (Ok(answer), processor_time),
            Err(failure) => (Err(failure), None),
        };
        let outcome = outcome.and_then(|answer| match answer {
            Answer::Measurement(measurement) if measurement.answers_job(&self.request.job) => Ok(measurement),
            _ => Err(WorkerReason::OtherJob.into()),
        });
        Ended { outcome, processor_time }
    }

    /// Has the worker explain how it would compute the job, instead, and looks what others do meanwhile. It is gone
    /// likewise when this returns.
    pub async fn explain(
        &self,
        cancel: &CancellationToken,
        progress: impl Fn(Progress),
    ) -> Result<Explanation, Reason> {
        let monitor = Monitor::new();
        let (answer, processor_time) = self.ask(Some("--explain"), cancel, progress).await?;
        monitor.job_ended(processor_time);
        match answer {
            Answer::Explanation(explanation) if explanation.workload == self.request.job.workload => {
                Ok(Explanation { background_load: monitor.last().background_load, ..*explanation })
            }
            _ => Err(WorkerReason::OtherJob.into()),
        }
    }

    /// A worker's answer, and the processor time that it used.
    async fn ask(
        &self,
        argument: Option<&str>,
        cancel: &CancellationToken,
        progress: impl Fn(Progress),
    ) -> Result<(Answer, Option<Duration>), Reason> {
        let mut child = self.spawn(argument).map_err(|error| self.worker.not_started(&error))?;
        let stdin = child.stdin().take();
        let stdout = child.stdout().take().expect("the output is piped");
        let log = child.stderr().take().map(|stderr| tokio::spawn(keep_last_lines(stderr)));

        let conversation = self.converse(child.as_mut(), stdin, stdout, cancel, progress).await;
        let processor_time = match conversation {
            Conversation::Last(Ok(_)) => conditions::worker_time(child.id()),
            _ => None,
        };
        let status = end(child.as_mut(), &conversation).await;
        let last_lines = finish(log).await;
        Ok((self.judge(conversation, status, last_lines)?, processor_time))
    }

    fn spawn(&self, argument: Option<&str>) -> io::Result<Box<dyn ChildWrapper>> {
        let mut command = self.worker.with("--die-with-parent");
        command
            .args(argument)
            .env("RAYON_NUM_THREADS", self.threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // A worker that finds its environment otherwise starts itself again, and what that second process uses would be
        // taken for others' load.
        let job = &self.request.job;
        match (job.device.kind(), job.workload.precision) {
            (DeviceKind::Cuda, Precision::F32) => command.env("NVIDIA_TF32_OVERRIDE", "0"),
            (DeviceKind::Cuda, _) => command.env_remove("NVIDIA_TF32_OVERRIDE"),
            (DeviceKind::Cpu, _) => &mut command,
        };
        let mut command = CommandWrap::from(command);
        command.wrap(KillOnDrop);
        // A group (Unix) or a job (Windows) of its own: what the worker starts dies with it.
        #[cfg(unix)]
        command.wrap(process_wrap::tokio::ProcessGroup::leader());
        #[cfg(windows)]
        command
            .wrap(process_wrap::tokio::CreationFlags(windows::Win32::System::Threading::CREATE_NO_WINDOW))
            .wrap(process_wrap::tokio::JobObject);
        command.spawn()
    }

    /// Tells the worker its job and hears its frames. The input stays open until then: its end would tell the worker
    /// that the agent has died.
    async fn converse(
        &self,
        child: &mut dyn ChildWrapper,
        mut stdin: Option<ChildStdin>,
        stdout: ChildStdout,
        cancel: &CancellationToken,
        progress: impl Fn(Progress),
    ) -> Conversation {
        let talk = async {
            let mut line = serde_json::to_vec(self.request).expect("a request has only string keys");
            line.push(b'\n');
            if let Some(stdin) = &mut stdin
                && let Err(error) = stdin.write_all(&line).await
            {
                // A worker that reads nothing is about to say why, or has died.
                tracing::debug!(%error, "the worker did not take its job");
            }
            hear(stdout, progress).await
        };
        tokio::pin!(talk);
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Conversation::Cancelled,
            conversation = &mut talk => return conversation,
            () = tokio::time::sleep(self.deadline) => return Conversation::TimedOut,
            // The worker alone; processes that it left behind would keep its output open.
            _ = child.inner_mut().wait() => {}
        }
        kill(child);
        timeout(END_WITHIN, talk).await.unwrap_or(Conversation::Silent)
    }

    fn judge(
        &self,
        conversation: Conversation,
        status: Option<ExitStatus>,
        log: Vec<String>,
    ) -> Result<Answer, Reason> {
        let reason = match conversation {
            Conversation::Last(outcome) => return outcome,
            Conversation::Silent => {
                let code = status.and_then(|status| status.code());
                if let Some(unloaded) = loader::diagnose(code, &log.join("\n")) {
                    return Err(unloaded.failure(&self.worker.name(), &[]));
                }
                WorkerReason::Crashed { exit: status.map(Into::into), log }
            }
            Conversation::TooLong => WorkerReason::LineTooLong { most_bytes: MAX_FRAME as u64, log },
            Conversation::Unreadable(error) => WorkerReason::OutputUnreadable { detail: error.to_string(), log },
            Conversation::Garbage { detail, line } => WorkerReason::NoFrame { detail, line, log },
            Conversation::OtherJob => WorkerReason::OtherJob,
            Conversation::TimedOut => WorkerReason::TimedOut { seconds: self.deadline.as_secs() },
            Conversation::Cancelled => return Err(EndReason::Cancelled.into()),
        };
        Err(reason.into())
    }
}

/// Hears frames up to the last one.
async fn hear(stdout: ChildStdout, progress: impl Fn(Progress)) -> Conversation {
    let mut stdout = BufReader::new(stdout);
    loop {
        let line = match read_line(&mut stdout, MAX_FRAME).await {
            Ok(Some(Line { bytes, whole: true })) => bytes,
            Ok(Some(Line { whole: false, .. })) => {
                return Conversation::TooLong;
            }
            Ok(None) => return Conversation::Silent,
            Err(error) => return Conversation::Unreadable(error),
        };
        match serde_json::from_slice(&line) {
            Ok(Frame::Progress(now)) => progress(now),
            Ok(Frame::Done(measurement)) => return Conversation::Last(Ok(Answer::Measurement(measurement))),
            Ok(Frame::Explained(explanation)) => return Conversation::Last(Ok(Answer::Explanation(explanation))),
            Ok(Frame::Checked(_)) => return Conversation::OtherJob,
            Ok(Frame::Failed(failure)) => return Conversation::Last(Err(failure)),
            Err(error) => {
                let line = shortened(&String::from_utf8_lossy(&line));
                return Conversation::Garbage { detail: error.to_string(), line };
            }
        }
    }
}

/// Waits for a worker that is done, kills it if it is not or does not end, and everything that it started.
async fn end(child: &mut dyn ChildWrapper, conversation: &Conversation) -> Option<ExitStatus> {
    let mut status = None;
    if matches!(conversation, Conversation::Last(_) | Conversation::Silent) {
        status = timeout(END_WITHIN, child.inner_mut().wait()).await.ok().and_then(Result::ok);
    }
    kill(child);
    match timeout(DIE_WITHIN, child.wait()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "cannot tell whether the worker has ended"),
        Err(_) => tracing::error!(process = child.id(), "the worker was killed but does not end"),
    }
    status
}

fn kill(child: &mut dyn ChildWrapper) {
    if let Err(error) = child.start_kill() {
        // As it should be where nothing is left to kill.
        tracing::trace!(%error, "nothing of the worker was killed");
    }
}

/// The last lines of the worker's log, once it has ended.
async fn finish(log: Option<JoinHandle<VecDeque<String>>>) -> Vec<String> {
    let Some(mut log) = log else { return Vec::new() };
    let Ok(lines) = timeout(END_WITHIN, &mut log).await else {
        // A process that left the worker's group holds it open.
        log.abort();
        return Vec::new();
    };
    lines.unwrap_or_default().into()
}

/// Reads the worker's log to its end, always: a full pipe would stop the worker.
async fn keep_last_lines(stderr: impl AsyncRead + Unpin) -> VecDeque<String> {
    let mut stderr = BufReader::new(stderr);
    let mut last = VecDeque::with_capacity(LOG_LINES);
    while let Ok(Some(line)) = read_line(&mut stderr, MAX_LOG_LINE).await {
        let text = String::from_utf8_lossy(&line.bytes);
        let text = text.trim_end();
        tracing::debug!(target: "cotejo_worker", "{text}");
        if last.len() == LOG_LINES {
            last.pop_front();
        }
        last.push_back(shortened(text));
    }
    last
}

/// A line without its end.
struct Line {
    bytes: Vec<u8>,
    /// Whether its end was reached; if not, the next line is the rest of this one.
    whole: bool,
}

/// The next line, or the first `limit` bytes of a longer one; none at the end.
async fn read_line(reader: &mut (impl AsyncBufRead + Unpin), limit: usize) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    loop {
        let buffer = reader.fill_buf().await?;
        if buffer.is_empty() {
            return Ok((!bytes.is_empty()).then_some(Line { bytes, whole: true }));
        }
        let room = limit - bytes.len();
        let end = buffer.iter().take(room + 1).position(|byte| *byte == b'\n');
        let part = end.unwrap_or(buffer.len().min(room));
        bytes.extend_from_slice(&buffer[..part]);
        let full = end.is_none() && part == room && buffer.len() > room;
        reader.consume(part + usize::from(end.is_some()));
        if end.is_some() || full {
            return Ok(Some(Line { bytes, whole: end.is_some() }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_bounded() {
        let mut reader = BufReader::with_capacity(3, &b"one\n\nfive5\nlast"[..]);
        let mut lines = Vec::new();
        while let Some(line) = read_line(&mut reader, 4).await.unwrap() {
            lines.push((String::from_utf8(line.bytes).unwrap(), line.whole));
        }
        let expected = [("one", true), ("", true), ("five", false), ("5", true), ("last", true)];
        assert_eq!(lines, expected.map(|(text, whole)| (text.to_owned(), whole)));
    }

    #[tokio::test]
    async fn the_last_lines_of_a_flood_are_kept() {
        let flood = (0..1000).map(|i| format!("line {i}")).collect::<Vec<_>>().join("\n");
        let last = keep_last_lines(flood.as_bytes()).await;
        assert_eq!(last.len(), LOG_LINES);
        assert_eq!(last.back().map(String::as_str), Some("line 999"));
    }
}
