//! Before a sweep is planned for a budget: a few seconds of measuring wherever nobody knows how fast a device is.

use std::collections::BTreeSet;
use std::time::Instant;

use cotejo_language::Texts;
use cotejo_model::{JobState, SweepSpec};

use super::watch::{Followed, cancelled, follow};
use crate::client::Client;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::message::Message;
use crate::output;
use cotejo_render::number;

/// How calibrating ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calibrated {
    /// What could be known is known.
    Done,
    /// A person asked to end.
    Interrupted,
}

/// Measures what is not known of the devices of this sweep, if it has a budget to be planned for.
pub(super) async fn calibrate(
    client: &Client,
    spec: &SweepSpec,
    texts: &Texts,
    interrupt: &mut Interrupt,
) -> Result<Calibrated, Error> {
    if spec.budget_ms.is_none() {
        return Ok(Calibrated::Done);
    }
    let calibration = spec.calibration();
    let starting = async {
        let plan = client.plan(calibration.clone()).await?;
        if plan.cells.is_empty() {
            return Ok(None);
        }
        let machines: BTreeSet<&str> = plan.cells.iter().map(|cell| cell.machine.as_str()).collect();
        let cells = texts.fill("plan-cells", &[("count", plan.cells.len().into())]);
        let on = texts.fill("plan-machines", &[("count", machines.len().into())]);
        let time = number::duration(plan.slowest().map_or(0.0, |(_, seconds)| seconds));
        let arguments = [("cells", cells.into()), ("machines", on.into()), ("time", time.into())];
        output::say(Message::words(texts.fill("plan-calibrating", &arguments)));
        client.start(calibration).await.map(Some)
    };
    let begun = Instant::now();
    let started = tokio::select! {
        started = starting => started?,
        () = interrupt.requested() => return Ok(interrupted()),
    };
    let Some(started) = started else { return Ok(Calibrated::Done) };
    match follow(client, started.status.id, interrupt).await? {
        Followed::Interrupted => {
            cancelled(client, &started.status).await?;
            Ok(interrupted())
        }
        Followed::Finished(status) => {
            let time = number::duration(begun.elapsed().as_secs_f64()).into();
            let missing = status.total() - status.count(JobState::Succeeded);
            output::say(Message::words(match missing {
                0 => texts.fill("plan-calibrated", &[("time", time)]),
                _ => texts.fill("plan-calibrated-in-part", &[("time", time), ("count", missing.into())]),
            }));
            Ok(Calibrated::Done)
        }
    }
}

fn interrupted() -> Calibrated {
    output::say(Message::new("plan-calibration-cancelled"));
    Calibrated::Interrupted
}

/// Says how many cells were left out of a sweep that was started.
pub(super) fn say_dropped(dropped: u64, spec: &SweepSpec, texts: &Texts) {
    if let Some(budget) = spec.budget_ms.filter(|_| dropped > 0) {
        let budget = number::duration(budget as f64 / 1000.0).into();
        output::say(Message::words(texts.fill("plan-left-out", &[("count", dropped.into()), ("budget", budget)])));
    }
}
