//! Which machine is meant, and what there is to compare it with.

use cotejo_agent::config::{Config, DAEMON};
use cotejo_agent::identity;
use cotejo_analysis::Records;
use cotejo_analysis::records::Unresolved;
use cotejo_daemon::variables;
use cotejo_model::comparison::GroupBy;
use cotejo_model::{MachineId, Reference};
use cotejo_render::clean;
use cotejo_render::pages::Material;

use crate::args::{Global, SourceArgs, WhoArgs};
use crate::client::Which;
use crate::embedded::{Store, agent_config};
use crate::error::Error;
use crate::message::Message;
use crate::output;
use crate::source::{self, Source};

/// What was found in a class's or this PC's own store.
pub(super) struct Found {
    /// The cells.
    pub(super) records: Records,
    /// The teacher's times.
    references: Vec<Reference>,
    /// It is this PC's own store.
    own: bool,
}

/// What these sweeps hold.
pub(super) async fn read(global: &Global, source: &SourceArgs, which: Which) -> Result<Found, Error> {
    let source = Source::open(global, source.local).await?;
    let comparison = source.client.compare(which, GroupBy::Size).await;
    let references = source.client.references().await;
    let own = source.is_own();
    source.close().await?;
    Ok(Found { records: Records::of([comparison?]), references: references?, own })
}

impl Found {
    /// What pages are made of.
    pub(super) fn material(&self) -> Material<'_> {
        Material { records: &self.records, references: &self.references, asked: !self.own }
    }

    /// The machine that is meant, this PC where none is named. What a class does not know of this PC comes from its own
    /// store.
    pub(super) async fn machine(&mut self, global: &Global, who: &WhoArgs) -> Result<MachineId, Error> {
        if let Some(name) = &who.machine {
            return self.find(name);
        }
        let identities = identities(global);
        if let Some(machine) = self.this_pc(&identities) {
            return Ok(machine);
        }
        if !self.own && Store::exists(&source::data_dir(global)?) {
            let own = read(global, &SourceArgs { local: true }, Which::All).await?.records;
            let machine = identities.iter().copied().find(|machine| own.name(*machine).is_some());
            if let Some(machine) = machine {
                output::say(Message::new("news-own-times"));
                self.records = std::mem::take(&mut self.records).and(own.only(|one| one == machine));
                return Ok(machine);
            }
        }
        let nothing = Error::failed(Message::new("problem-not-this-pc"));
        Err(match named(&self.records) {
            names if names.is_empty() => nothing.with_help(Message::new("remedy-measure-it")),
            names => nothing.with_help(Message::new("remedy-measure-or-take").with("machines", names)),
        })
    }

    /// By what an agent of this PC calls it, or else by its host name.
    fn this_pc(&self, identities: &[MachineId]) -> Option<MachineId> {
        let known = identities.iter().copied().find(|machine| self.records.name(*machine).is_some());
        known.or_else(|| self.records.find(&Config::default().name).ok())
    }

    /// The machine that is called so.
    pub(super) fn find(&self, name: &str) -> Result<MachineId, Error> {
        self.records.find(name).map_err(|unresolved| match unresolved {
            Unresolved::Unknown(_) => {
                let error = Error::usage(Message::new("problem-unknown-machine").with("name", clean(name)));
                match named(&self.records) {
                    names if names.is_empty() => error.with_help(Message::new("remedy-nothing-yet")),
                    names => error.with_help(Message::new("remedy-there-are").with("machines", names)),
                }
            }
            Unresolved::Ambiguous(machines) => {
                let ids = machines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                Error::usage(Message::new("problem-several-machines").with("name", clean(name)))
                    .with_help(Message::new("remedy-identity").with("ids", ids))
            }
        })
    }
}

fn named(records: &Records) -> String {
    records.machines().iter().map(|(_, name)| clean(name)).collect::<Vec<_>>().join(", ")
}

/// What agents call this PC: the one of the class, and the one of `cotejo local`.
fn identities(global: &Global) -> Vec<MachineId> {
    // Settings that make no sense are the agent's to complain of.
    let layers = DAEMON.layers(None, variables::all());
    let daemon = layers.ok().and_then(|layers| Config::from_layers(layers).ok()).unwrap_or_default();
    let own = source::data_dir(global).and_then(|folder| agent_config(&folder)).ok();
    let folders = [Some(daemon.data_dir), own.map(|config| config.data_dir)];
    folders.into_iter().flatten().filter_map(|folder| identity::machine_of(&folder).ok().flatten()).collect()
}
