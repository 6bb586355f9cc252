//! Measuring this PC: a coordinator, an agent and the workers, all from this one program.

use std::path::Path;
use std::time::Duration;

use cotejo_language::Texts;
use cotejo_model::comparison::GroupBy;
use cotejo_model::sweep::SweepStatus;
use cotejo_model::{JobState, MachineId, SweepSpec};

use super::deliver;
use super::sweep::outcome;
use super::watch::{Followed, follow};
use crate::args::{Global, LocalArgs};
use crate::client::Client;
use crate::command;
use crate::draft::Request;
use crate::embedded::{Agent, Store};
use crate::error::{Error, Exit};
use crate::files::{self, Checked};
use crate::interrupt::Interrupt;
use crate::language;
use crate::output;
use crate::source;
use cotejo_render::lists;

/// How long the agent may take to look at this PC and to connect: a virus scanner may look at the worker first.
const ONLINE_WITHIN: Duration = Duration::from_secs(60);
/// How often to look whether it has.
const ONLINE_POLL: Duration = Duration::from_millis(50);
/// How long a cancelled sweep may take to end.
const CANCEL_WITHIN: Duration = Duration::from_secs(20);

/// `cotejo local`
pub(super) async fn run(global: &Global, args: &LocalArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let mut request = command::request(args.sweep.draft(), args.sweep.file.as_deref())?;
    ignore_the_class(&mut request);
    let checked = files::check(request)?;
    let folder = source::data_dir(global)?;
    let mut interrupt = Interrupt::listen();
    let store = Store::open(&folder).await?;
    let done = with_agent(&store, &folder, checked, args.plan, texts, &mut interrupt).await;
    let closed = store.close().await;
    let exit = done?;
    closed?;
    Ok(exit)
}

/// A file made for a class serves at home too.
fn ignore_the_class(request: &mut Request) {
    if !request.spec.machines.is_empty() || !request.spec.labels.is_empty() {
        output::say("machines and labels choose among the PCs of a class; this PC is measured whatever they say");
        request.spec.machines.clear();
        request.spec.labels.clear();
    }
}

/// The agent starts after the store and ends before it.
async fn with_agent(
    store: &Store,
    folder: &Path,
    checked: Checked,
    plan: bool,
    texts: &Texts,
    interrupt: &mut Interrupt,
) -> Result<Exit, Error> {
    let client = store.client();
    discard_unfinished(client).await?;
    let mut agent = Agent::start(folder, client.address())?;
    let done = tokio::select! {
        done = measure(client, folder, checked, plan, texts, interrupt) => done,
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
    plan: bool,
    texts: &Texts,
    interrupt: &mut Interrupt,
) -> Result<Exit, Error> {
    let prepare = async {
        let machine = online(client).await?;
        let spec = if plan { checked.spec().clone() } else { checked.upload(client).await? };
        let spec = SweepSpec { machines: vec![machine.to_string()], ..spec };
        if plan {
            let (cells, offline) = client.plan(spec).await?;
            output::print(&lists::plan(&cells, &offline, &output::style()))?;
            return Ok(None);
        }
        client.start(spec).await.map(|(status, _)| Some(status))
    };
    let started = tokio::select! {
        started = prepare => started?,
        () = interrupt.requested() => {
            output::say("interrupted before anything was measured");
            return Ok(Exit::Interrupted);
        }
    };
    let Some(started) = started else { return Ok(Exit::Ok) };
    let (status, interrupted) = match follow(client, started.id, interrupt).await? {
        Followed::Finished(status) => (*status, false),
        Followed::Interrupted => (cancelled(client, &started).await?, true),
    };
    show(client, folder, &status, interrupted, texts).await
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
        Err(Error::failed(format!("this PC's own agent did not connect within {} s", ONLINE_WITHIN.as_secs()))
            .with_help(
                "-v says what it does; a firewall that blocks connections of this PC to itself may be the cause",
            ))
    })
}

/// Ends a sweep, keeping what is measured.
async fn cancelled(client: &Client, sweep: &SweepStatus) -> Result<SweepStatus, Error> {
    output::say("ending; Ctrl-C again ends at once");
    let mut status = client.cancel(sweep.id.to_string()).await?;
    let end = async {
        let mut watch = client.watch(sweep.id.to_string()).await?;
        while let Some(next) = watch.next().await? {
            status = next;
        }
        Ok(())
    };
    match tokio::time::timeout(CANCEL_WITHIN, end).await {
        Ok(ended) => ended?,
        Err(_) => output::say("the worker does not end by itself and is stopped"),
    }
    Ok(status)
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
        let comparison = client.compare(vec![status.id.to_string()], false, GroupBy::Size).await?;
        deliver::show(&comparison, texts)?;
    }
    let kept = format!("`cotejo results {} --local` shows it again (kept in {})", status.id.short(), folder.display());
    match (interrupted, measured) {
        (true, 0) => output::say("interrupted before anything was measured"),
        (true, _) => output::say(&format!("interrupted: {measured} of {} cells measured; {kept}", status.total())),
        (false, 0) => {}
        (false, _) => output::say(&kept),
    }
    Ok(if interrupted { Exit::Interrupted } else { outcome(status) })
}
