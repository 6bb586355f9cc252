//! What keeps this PC from measuring well.

use cotejo_agent::doctor::{self, Subject};
use cotejo_agent::nvidia::Nvidia;

use crate::args::{DoctorFormat, Global};
use crate::client::parse_address;
use crate::embedded;
use crate::error::{Error, Exit};
use crate::interrupt::Interrupt;
use crate::language;
use crate::message::Message;
use crate::output;
use crate::source;

/// `cotejo doctor`
pub(super) async fn run(global: &Global, format: DoctorFormat) -> Result<Exit, Error> {
    let coordinator = global.coordinator.as_deref().map(parse_address).transpose()?.map(|address| address.to_string());
    let config = embedded::agent_config(&source::data_dir(global)?)?;
    let texts = language::texts(global.lang)?;
    let mut interrupt = Interrupt::listen();
    let (workers, nvidia) = (config.workers(), Nvidia::of_this_machine());
    let subject =
        Subject { workers: &workers, nvidia: &nvidia, data_dir: &config.data_dir, coordinator: coordinator.as_deref() };
    let examined = doctor::examine_aloud(subject, texts);
    let report = tokio::select! {
        report = examined => report,
        () = interrupt.requested() => {
            output::say(Message::new("news-interrupted"));
            return Ok(Exit::Interrupted);
        }
    };
    output::print(match format {
        DoctorFormat::Text => report.text(texts),
        DoctorFormat::Json => report.json(),
    })?;
    Ok(Exit::Doctor(report.exit_code()))
}
