//! Where sessions of the older era are written down, for other replicas to go on with.

mod memory;
mod record;
mod shared;

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use rmcp::transport::streamable_http_server::session::SessionStore;

pub(super) use memory::Memory;
pub(super) use record::Record;
pub(super) use shared::{Shared, keep_up, names};

use super::opened::{Opened, Terms};
use super::owner::Owner;

/// What is known of a session that a request names.
#[derive(Debug)]
pub(super) enum Found {
    /// It is here or nowhere.
    AsHeld,
    /// It is the owner's, not held here, and can be taken up.
    Elsewhere(Box<Record>),
    /// It has ended, or is not the owner's, or there never was one.
    Nowhere,
    /// It is not held here, and who knows of the others is away.
    Unknown,
}

/// The ledger of sessions: a process's own, or one that replicas share.
#[async_trait]
pub(super) trait Ledger: Debug + Send + Sync {
    /// Looks a session up. One that is held here is brought up to date on the way.
    async fn look_up(&self, id: &str, owner: Owner, held: bool) -> Found;

    /// Writes a session down that was opened here, before its client hears its name.
    async fn enter(&self, id: &str, owner: Owner, terms: Terms, opened: &Arc<Opened>);

    /// A session of another replica's goes on here. Nobody but the one who has looked it up may say so.
    fn take_up(&self, id: &str, record: &Record, opened: &Arc<Opened>);

    /// What a client said of itself when it opened a session, for rmcp to begin with once more.
    fn introduce(&self, id: &str, record: &Record);

    /// A session has ended, everywhere.
    async fn end(&self, id: &str);

    /// Where rmcp keeps what clients said of themselves; nowhere where no session is ever taken up.
    fn introductions(&self) -> Option<Arc<dyn SessionStore>>;

    /// Whether others can be asked; nothing where there are none.
    fn is_there(&self) -> Option<bool>;
}
