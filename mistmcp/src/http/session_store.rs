//! Where sessions of the older era are written down, for other replicas to go on with.

mod local_only;
mod record;
#[cfg(feature = "redis")]
mod redis_store;

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use rmcp::transport::streamable_http_server::session::SessionStore as InitializeStore;

pub(super) use local_only::LocalOnly;
pub(super) use record::{Record, names};
#[cfg(feature = "redis")]
pub(super) use redis_store::{RedisStore, keep_up};

use super::principal::Principal;
use super::session_handle::{SessionHandle, SessionParams};

/// What is known of a session that a request names.
#[derive(Debug)]
pub(super) enum Found {
    /// It is here or nowhere.
    AsHeld,
    /// It is the principal's, not held here, and can be taken up.
    Elsewhere(Box<Record>),
    /// It has ended, or is not the principal's, or there never was one.
    Nowhere,
    /// It is not held here, and who knows of the others is away.
    Unknown,
}

/// The session store: a process's own, or one that replicas share.
#[async_trait]
pub(super) trait SessionStore: Debug + Send + Sync {
    /// Looks a session up. One that is held here is brought up to date on the way.
    async fn look_up(&self, id: &str, principal: Principal, held: bool) -> Found;

    /// Writes a session down that was opened here, before its client hears its name.
    async fn enter(&self, id: &str, principal: Principal, terms: SessionParams, opened: &Arc<SessionHandle>);

    /// A session of another replica's goes on here. Nobody but the one who has looked it up may say so.
    fn restore(&self, id: &str, record: &Record, opened: &Arc<SessionHandle>);

    /// What a client said of itself when it opened a session, for rmcp to begin with once more.
    fn introduce(&self, id: &str, record: &Record);

    /// A session has ended, everywhere.
    async fn end(&self, id: &str);

    /// Where rmcp keeps what clients said of themselves; nowhere where no session is ever taken up.
    fn initialize_cache(&self) -> Option<Arc<dyn InitializeStore>>;

    /// Whether others can be asked; nothing where there are none.
    fn is_there(&self) -> Option<bool>;
}
