//! Measuring this PC: a coordinator, an agent and the workers, all from this one program.

use std::path::Path;
use std::time::Duration;

use cotejo_language::Texts;
use cotejo_model::comparison::GroupBy;
use cotejo_model::sweep::SweepStatus;
use cotejo_model::{JobState, MachineId, SweepSpec};

use super::calibrate::{Calibrated, calibrate, say_dropped};
use super::deliver;
use super::sweep::outcome;
use super::watch::{Followed, cancelled, follow};
use crate::args::{Global, LocalArgs};
use crate::client::{Client, Started, Which};
use crate::complete::complete;
use crate::embedded::{Agent, Store};
use crate::error::{Error, Exit};
use crate::files::{self, Checked};
use crate::interrupt::Interrupt;
use crate::language;
use crate::message::Message;
use crate::output;
use crate::request::Request;
use crate::source;
use cotejo_render::plan;

/// How long the agent may take to look at this PC and to connect: a virus scanner may look at the worker first.
const ONLINE_WITHIN: Duration = Duration::from_secs(60);
/// How often to look whether it has.
const ONLINE_POLL: Duration = Duration::from_millis(50);

/// `cotejo local`
pub(super) async fn run(global: &Global, args: &LocalArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let mut request = complete(args.sweep.draft.clone(), args.sweep.file.as_deref())?;
    ignore_the_class(&mut request);
    let checked = files::check(request)?;
    let folder = source::data_dir(global)?;
    let mut interrupt = Interrupt::listen();
    let store = Store::open(&folder).await?;
    let how = How { plan: args.plan, calibrate: !args.sweep.no_calibrate, texts };
    let done = with_agent(&store, &folder, checked, &how, &mut interrupt).await;
    let closed = store.close().await;
    let exit = done?;
    closed?;
    Ok(exit)
}

/// A file made for a class serves at home too.
fn ignore_the_class(request: &mut Request) {
    if !request.spec.machines.is_empty() || !request.spec.labels.is_empty() {
        output::say(Message::new("news-class-ignored"));
        request.spec.machines.clear();
        request.spec.labels.clear();
    }
}

/// What is to be done with the sweep, and said of it.
struct How {
    /// It is only planned.
    plan: bool,
    /// What is not known is found out first.
    calibrate: bool,
    texts: &'static Texts,
}

/// The agent starts after the store and ends before it.
async fn with_agent(
    store: &Store,
    folder: &Path,
    checked: Checked,
    how: &How,
    interrupt: &mut Interrupt,
) -> Result<Exit, Error> {
    let client = store.client();
    discard_unfinished(client).await?;
    let mut agent = Agent::start(folder, client.address())?;
    let done = tokio::select! {
        done = measure(client, folder, checked, how, interrupt) => done,
        error = agent.broken() => Err(error),
    };
    let stopped = agent.stop().await;
    let exit = done?;
    stopped?;
    Ok(exit)
}

/// What an earlier run left unmeasured, because it was killed, is not wanted any more.
async fn discard_unfinished(client: &Client) -> Result<(), Error> {
    for sweep in client.list(0).await?.into_iter().filter(|sweep| !sweep.is_finished()) {
        client.cancel(sweep.id.to_string()).await?;
    }
    Ok(())
}

async fn measure(
    client: &Client,
    folder: &Path,
    checked: Checked,
    how: &How,
    interrupt: &mut Interrupt,
) -> Result<Exit, Error> {
    let nothing_done = || {
        output::say(Message::new("news-interrupted-nothing"));
        Ok(Exit::Interrupted)
    };
    let machine = tokio::select! {
        machine = online(client) => machine?,
        () = interrupt.requested() => return nothing_done(),
    };
    let here = |spec: SweepSpec| SweepSpec { machines: vec![machine.to_string()], ..spec };
    if how.calibrate
        && calibrate(client, &here(checked.spec().clone()), how.texts, interrupt).await? == Calibrated::Interrupted
    {
        return Ok(Exit::Interrupted);
    }
    let prepare = async {
        if how.plan {
            let planned = client.plan(here(checked.spec().clone())).await?;
            output::print(plan::plan(&planned, how.texts, &output::style()))?;
            return Ok(None);
        }
        let spec = here(checked.upload(client).await?);
        client.start(spec).await.map(Some)
    };
    let started = tokio::select! {
        started = prepare => started?,
        () = interrupt.requested() => return nothing_done(),
    };
    let Some(Started { status: started, dropped, .. }) = started else { return Ok(Exit::Ok) };
    say_dropped(dropped, &started.spec, how.texts);
    let (status, interrupted) = match follow(client, started.id, interrupt).await? {
        Followed::Finished(status) => (*status, false),
        Followed::Interrupted => (cancelled(client, &started).await?, true),
    };
    show(client, folder, &status, interrupted, how.texts).await
}

/// This machine, once its agent is connected.
async fn online(client: &Client) -> Result<MachineId, Error> {
    let look = async {
        loop {
            if let Some(machine) = client.machines().await?.into_iter().find(|machine| machine.online) {
                return Ok(machine.id);
            }
            // Nothing tells of a machine that comes: there is no sweep to watch yet.
            tokio::time::sleep(ONLINE_POLL).await;
        }
    };
    tokio::time::timeout(ONLINE_WITHIN, look).await.unwrap_or_else(|_| {
        Err(Error::failed(Message::new("problem-own-agent-late").with("seconds", ONLINE_WITHIN.as_secs()))
            .with_help(Message::new("remedy-own-agent-late")))
    })
}

async fn show(
    client: &Client,
    folder: &Path,
    status: &SweepStatus,
    interrupted: bool,
    texts: &Texts,
) -> Result<Exit, Error> {
    let measured = status.count(JobState::Succeeded);
    if measured > 0 || !interrupted {
        let comparison = client.compare(Which::sweep(status.id), GroupBy::Size).await?;
        deliver::show(&comparison, texts)?;
    }
    let kept = Message::new("news-kept").with("sweep", status.id.short()).with("folder", folder.display());
    match (interrupted, measured) {
        (true, 0) => output::say(Message::new("news-interrupted-nothing")),
        (true, _) => {
            let counted =
                Message::new("news-interrupted-kept").with("measured", measured).with("total", status.total());
            output::say(counted.of("kept", kept));
        }
        (false, 0) => {}
        (false, _) => output::say(kept),
    }
    Ok(if interrupted { Exit::Interrupted } else { outcome(status) })
}
