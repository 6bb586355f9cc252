//! How long it is measured.

use std::time::Duration;

use clap::value_parser;
use cotejo_daemon::usage::BadValue;

use super::reader::{budget, number};
use super::{Field, Part, given_one, one};
use crate::message::Message;

/// The time of each cell, in milliseconds.
pub(crate) static CELL_BUDGET: Field<u64> = Field {
    key: "cell-budget",
    flag: "cell-budget",
    aliases: &[],
    part: Part::Long,
    arg: |arg| one(arg, "DURATION").value_parser(parse_budget).help("Time for each cell, such as 25s or 2m"),
    given: given_one,
    read: |reader, key, value| reader.one(key, value, budget),
    apply: |budget_ms, request| {
        // Runs that are given beside it are applied after it.
        request.spec.measuring.budget_ms = budget_ms;
        request.spec.measuring.runs = None;
        Ok(())
    },
};

/// Runs of each cell.
pub(crate) static RUNS: Field<u32> = Field {
    key: "runs",
    flag: "runs",
    aliases: &[],
    part: Part::Long,
    arg: |arg| {
        let help = "Exactly so many runs of each cell; by default their spread decides";
        one(arg, "COUNT").value_parser(value_parser!(u32)).help(help)
    },
    given: given_one,
    read: |reader, key, value| reader.one(key, value, number),
    apply: |runs, request| {
        request.spec.measuring.runs = Some(runs);
        Ok(())
    },
};

/// The time until the slowest machine is done, in milliseconds. As a flag it is `--budget`, since nobody means the other one
/// there; in a file `budget` could be either.
pub(crate) static SWEEP_BUDGET: Field<u64> = Field {
    key: "sweep-budget",
    flag: "budget",
    aliases: &[],
    part: Part::How,
    arg: |arg| {
        let help = "Time until the slowest machine is done, such as 25m; what does not fit is dropped";
        one(arg, "DURATION").visible_alias("sweep-budget").value_parser(parse_budget).help(help)
    },
    given: given_one,
    read: |reader, key, value| reader.one(key, value, budget),
    apply: |budget_ms, request| {
        request.spec.budget_ms = Some(budget_ms);
        Ok(())
    },
};

/// A budget in milliseconds from `25s`, `2m`, `1m 30s`, or a bare number of seconds.
pub(crate) fn parse_budget(text: &str) -> Result<u64, BadValue> {
    let bad = || BadValue(Message::new("value-duration").with("text", text));
    let duration = match text.trim().parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| bad())?,
        Err(_) => humantime::parse_duration(text.trim()).map_err(|_| bad())?,
    };
    u64::try_from(duration.as_millis()).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_durations_or_seconds() {
        for (text, ms) in [("25s", 25_000), ("2m", 120_000), ("1m 30s", 90_000), ("20", 20_000), ("0.5", 500)] {
            assert_eq!(parse_budget(text), Ok(ms), "{text}");
        }
        for bad in ["", "soon", "-1", "nan", "inf", "1e300", "5 parsecs"] {
            assert!(parse_budget(bad).is_err(), "{bad}");
        }
    }
}
