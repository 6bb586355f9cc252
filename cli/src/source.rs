//! Which coordinator a command talks to: one that was named, one that answers on this PC, or this PC's own store.

use std::path::PathBuf;

use cotejo_channel::Address;
use cotejo_daemon::folders;

use crate::args::Global;
use crate::client::{Client, parse_address};
use crate::embedded::Store;
use crate::error::Error;
use crate::message::Message;
use crate::output;

/// What a command reads or changes.
pub(crate) struct Source {
    /// The conversation with it.
    pub(crate) client: Client,
    store: Option<Store>,
}

impl Source {
    /// What these flags mean, opened. One line on standard error says which one it is, unless it was named.
    pub(crate) async fn open(global: &Global, local: bool) -> Result<Self, Error> {
        Self::find(global, local).await?.ok_or_else(|| {
            let folder = data_dir(global).map(|folder| folder.display().to_string()).unwrap_or_default();
            Error::failed(Message::new("problem-nothing-measured").with("folder", folder))
                .with_help(Message::new("remedy-nothing-measured"))
        })
    }

    /// The same; none where this PC has no store of its own yet.
    pub(crate) async fn find(global: &Global, local: bool) -> Result<Option<Self>, Error> {
        if let Some(client) = class(global, local).await? {
            if global.coordinator.is_none() {
                output::say(Message::new("news-reading-coordinator").with("address", client.address()));
            }
            return Ok(Some(Self { client, store: None }));
        }
        let folder = data_dir(global)?;
        if !Store::exists(&folder) {
            return Ok(None);
        }
        let store = Store::open(&folder).await?;
        output::say(Message::new("news-reading-own").with("folder", folder.display()));
        Ok(Some(Self { client: store.client().clone(), store: Some(store) }))
    }

    /// What these flags mean, for a command that changes it: this PC's own store is made where there is none. One line
    /// on standard error says which one it is.
    pub(crate) async fn to_change(global: &Global, local: bool) -> Result<Self, Error> {
        if let Some(client) = class(global, local).await? {
            let named = global.coordinator.is_some();
            let news = if named { "news-changing-coordinator" } else { "news-changing-unnamed" };
            output::say(Message::new(news).with("address", client.address()));
            return Ok(Self { client, store: None });
        }
        let folder = data_dir(global)?;
        let store = Store::open(&folder).await?;
        output::say(Message::new("news-changing-own").with("folder", folder.display()));
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

/// The coordinator that was named, or one that answers on this PC; none where this PC's own store is meant.
async fn class(global: &Global, local: bool) -> Result<Option<Client>, Error> {
    match &global.coordinator {
        _ if local => Ok(None),
        Some(address) => Client::connect(&parse_address(address)?).await.map(Some),
        None => Ok(Client::connect(&Address::default()).await.ok()),
    }
}

/// The coordinator of a class, for commands that change something.
pub(crate) async fn coordinator(global: &Global) -> Result<Client, Error> {
    let address = match &global.coordinator {
        Some(address) => parse_address(address)?,
        None => Address::default(),
    };
    Client::connect(&address).await
}

/// Where this PC keeps its own results.
pub(crate) fn data_dir(global: &Global) -> Result<PathBuf, Error> {
    match &global.data_dir {
        Some(folder) => Ok(folder.clone()),
        None => folders::data_dir("local").ok_or_else(|| {
            Error::failed(Message::new("problem-no-data-folder")).with_help(Message::new("remedy-no-data-folder"))
        }),
    }
}
