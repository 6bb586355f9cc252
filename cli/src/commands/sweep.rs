//! The sweeps of a class.

use cotejo_language::Texts;
use cotejo_model::comparison::GroupBy;
use cotejo_model::sweep::SweepStatus;
use cotejo_model::{JobState, SweepId};

use super::calibrate::{Calibrated, calibrate, say_dropped};
use super::deliver;
use super::watch::{Followed, follow};
use crate::args::{ClassArgs, Global, ListFormat, SweepVerb};
use crate::client::{Client, Started, Which};
use crate::complete::complete;
use crate::error::{Error, Exit};
use crate::files::{self, Checked};
use crate::interrupt::Interrupt;
use crate::language;
use crate::message::Message;
use crate::output;
use crate::source::{self, Source};
use cotejo_render::{clean, json, lists, plan};

/// `cotejo sweep …`
pub(super) async fn run(global: &Global, verb: SweepVerb) -> Result<Exit, Error> {
    match verb {
        SweepVerb::Start { sweep, watch } => start(global, &sweep, watch).await,
        SweepVerb::Plan { sweep, format } => plan(global, &sweep, format).await,
        SweepVerb::List { limit, source } => list(global, limit, source.local).await,
        SweepVerb::Show { sweep, source } => show(global, sweep.unwrap_or_default(), source.local).await,
        SweepVerb::Watch { sweep } => {
            let mut interrupt = Interrupt::listen();
            let client = source::coordinator(global).await?;
            let status = client.get(sweep.unwrap_or_default()).await?;
            watch(&client, status.id, language::texts(global.lang)?, &mut interrupt).await
        }
        SweepVerb::Cancel { sweep } => cancel(global, sweep).await,
    }
}

/// Everything that can be wrong on this side is found before the coordinator hears of it.
fn checked(args: &ClassArgs) -> Result<Checked, Error> {
    files::check(complete(args.sweep.draft.clone(), args.sweep.file.as_deref())?)
}

async fn start(global: &Global, args: &ClassArgs, watched: bool) -> Result<Exit, Error> {
    let checked = checked(args)?;
    let texts = language::texts(global.lang)?;
    let mut interrupt = Interrupt::listen();
    let client = source::coordinator(global).await?;
    if !args.sweep.no_calibrate
        && calibrate(&client, checked.spec(), texts, &mut interrupt).await? == Calibrated::Interrupted
    {
        return Ok(Exit::Interrupted);
    }
    let sending = async {
        let spec = checked.upload(&client).await?;
        client.start(spec).await
    };
    let Started { status, offline, dropped } = tokio::select! {
        started = sending => started?,
        () = interrupt.requested() => {
            return Err(Error { exit: Exit::Interrupted, ..Error::failed(Message::new("news-interrupted-sweep")) });
        }
    };
    let id = status.id.short();
    let started = Message::new("news-started").with("name", clean(&status.spec.name)).with("sweep", &id);
    let started = started.of("cells", Message::new("plan-cells").count("count", status.total()));
    let started = started.of("machines", Message::new("plan-machines").count("count", status.machines));
    output::print(started.said(texts) + "\n")?;
    say_dropped(dropped, &status.spec, texts);
    if !offline.is_empty() {
        let names: Vec<String> = offline.iter().map(|name| clean(name)).collect();
        output::say(Message::new("news-offline").with("machines", names.join(", ")));
    }
    // Where no cell can be measured it is over already, and the table says why.
    if watched || status.is_finished() {
        return watch(&client, status.id, language::texts(global.lang)?, &mut interrupt).await;
    }
    let refused = status.count(JobState::Failed);
    if refused > 0 {
        output::say(Message::new("news-cannot-be-measured").count("count", refused).with("sweep", &id));
    }
    output::say(Message::new("news-follow").with("sweep", &id));
    Ok(Exit::Ok)
}

async fn plan(global: &Global, args: &ClassArgs, format: ListFormat) -> Result<Exit, Error> {
    let checked = checked(args)?;
    let texts = language::texts(global.lang)?;
    let client = source::coordinator(global).await?;
    // Without a budget nothing is begun that would have to be ended, and Ctrl-C ends this at once.
    if !args.sweep.no_calibrate && checked.spec().budget_ms.is_some() {
        let mut interrupt = Interrupt::listen();
        if calibrate(&client, checked.spec(), texts, &mut interrupt).await? == Calibrated::Interrupted {
            return Ok(Exit::Interrupted);
        }
    }
    let planned = client.plan(checked.spec().clone()).await?;
    output::print(match format {
        ListFormat::Table => plan::plan(&planned, texts, &output::style()),
        ListFormat::Json => json::plan(&planned),
    })?;
    Ok(Exit::Ok)
}

async fn list(global: &Global, limit: u32, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let source = Source::open(global, local).await?;
    let sweeps = source.client.list(limit).await;
    source.close().await?;
    output::print(lists::sweeps(&sweeps?, texts, &output::style()))?;
    Ok(Exit::Ok)
}

async fn show(global: &Global, sweep: String, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let source = Source::open(global, local).await?;
    let status = source.client.get(sweep).await;
    source.close().await?;
    output::print(lists::sweep(&status?, texts, &output::style()))?;
    Ok(Exit::Ok)
}

/// The sweep that is not finished, where there is one.
async fn unfinished(client: &Client) -> Result<String, Error> {
    let unfinished = client.list(0).await?.into_iter().filter(|sweep| !sweep.is_finished());
    let named = |sweep: &SweepStatus| format!("{} ({})", clean(&sweep.spec.name), sweep.id.short());
    match unfinished.collect::<Vec<_>>().as_slice() {
        [] => Err(Error::usage(Message::new("problem-none-unfinished"))),
        [one] => Ok(one.id.to_string()),
        several => {
            let sweeps = several.iter().map(named).collect::<Vec<_>>().join(", ");
            Err(Error::usage(Message::new("problem-several-unfinished").with("sweeps", sweeps)))
        }
    }
}

async fn cancel(global: &Global, sweep: Option<String>) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let client = source::coordinator(global).await?;
    // An empty variable of a script names nothing.
    let sweep = match sweep.filter(|sweep| !sweep.trim().is_empty()) {
        Some(sweep) => sweep,
        None => unfinished(&client).await?,
    };
    let status = client.cancel(sweep).await?;
    let news = Message::new("news-cancelled").with("name", clean(&status.spec.name)).with("sweep", status.id.short());
    output::print(news.with("progress", lists::progress(&status, texts)).said(texts) + "\n")?;
    let stopping = status.jobs.iter().filter(|(state, _)| !state.is_final()).map(|(_, count)| count).sum();
    if stopping > 0 {
        output::say(Message::new("news-stopping").count("count", stopping));
    }
    Ok(Exit::Ok)
}

async fn watch(client: &Client, sweep: SweepId, texts: &Texts, interrupt: &mut Interrupt) -> Result<Exit, Error> {
    match follow(client, sweep, interrupt).await? {
        Followed::Interrupted => {
            output::say(Message::new("news-detached").with("sweep", sweep.short()));
            Ok(Exit::Interrupted)
        }
        Followed::Finished(status) => {
            let comparison = client.compare(Which::sweep(sweep), GroupBy::Size).await?;
            deliver::show(&comparison, texts)?;
            Ok(outcome(&status))
        }
    }
}

/// Whether everything was measured.
pub(super) fn outcome(status: &SweepStatus) -> Exit {
    if status.count(JobState::Succeeded) == status.total() { Exit::Ok } else { Exit::Failed }
}
