//! Which coordinator a command talks to: one that was named, one that answers on this PC, or this PC's own store.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::args::Global;
use crate::client::{Client, DEFAULT_ADDRESS, parse_address};
use crate::embedded::Store;
use crate::error::Error;
use crate::output;

/// What a reading command reads.
pub(crate) struct Source {
    /// The conversation with it.
    pub(crate) client: Client,
    store: Option<Store>,
}

impl Source {
    /// What these flags mean, opened. One line on standard error says which one it is, unless it was named.
    pub(crate) async fn open(global: &Global, local: bool) -> Result<Self, Error> {
        match (&global.coordinator, local) {
            (Some(address), false) => {
                let client = Client::connect(&parse_address(address)?).await?;
                return Ok(Self { client, store: None });
            }
            (None, false) => {
                if let Ok(client) = Client::connect(DEFAULT_ADDRESS).await {
                    output::say(&format!(
                        "reading the coordinator at {DEFAULT_ADDRESS} (--local reads this PC's own results)"
                    ));
                    return Ok(Self { client, store: None });
                }
            }
            (_, true) => {}
        }
        let folder = data_dir(global)?;
        if !Store::exists(&folder) {
            return Err(Error::failed(format!("nothing has been measured on this PC yet (in {})", folder.display()))
                .with_help("`cotejo local` measures it; --coordinator names the coordinator of a class"));
        }
        let store = Store::open(&folder).await?;
        output::say(&format!("reading this PC's own results in {}", folder.display()));
        Ok(Self { client: store.client().clone(), store: Some(store) })
    }

    /// Whether this is this PC's own store, and no coordinator of a class.
    pub(crate) fn is_own(&self) -> bool {
        self.store.is_some()
    }

    /// Ends what was started for reading.
    pub(crate) async fn close(self) -> Result<(), Error> {
        match self.store {
            Some(store) => store.close().await,
            None => Ok(()),
        }
    }
}

/// The coordinator of a class, for commands that change something.
pub(crate) async fn coordinator(global: &Global) -> Result<Client, Error> {
    let address = match &global.coordinator {
        Some(address) => parse_address(address)?,
        None => DEFAULT_ADDRESS.to_owned(),
    };
    Client::connect(&address).await
}

/// Where this PC keeps its own results.
pub(crate) fn data_dir(global: &Global) -> Result<PathBuf, Error> {
    match &global.data_dir {
        Some(folder) => Ok(folder.clone()),
        None => ProjectDirs::from("", "", "cotejo")
            .map(|dirs| dirs.data_local_dir().join("local"))
            .ok_or_else(|| Error::failed("this system names no folder for data").with_help("name one with --data-dir")),
    }
}
