//! The session store: [`SessionStore`] keeps records of legacy sessions, so that other replicas can restore them.

mod local_only;
mod record;
#[cfg(feature = "redis")]
mod redis_store;

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use rmcp::transport::streamable_http_server::session::SessionStore as InitializeStore;

pub(super) use local_only::LocalOnly;
pub(super) use record::{Record, known_categories};
#[cfg(feature = "redis")]
pub(super) use redis_store::{RedisStore, sync};

use super::principal::Principal;
use super::session_handle::{SessionHandle, SessionParams};

/// The result of looking a session up in the store.
#[derive(Debug)]
pub(super) enum Lookup {
    /// The store has no say: the session is in this process, or does not exist.
    Local,
    /// The session belongs to the principal, is not in this process, and can be restored from its record.
    Remote(Box<Record>),
    /// The session has ended, belongs to another principal, or never existed.
    NotFound,
    /// The session is not in this process, and Redis is unavailable.
    Unavailable,
}

/// A session store: for one process alone, or shared by replicas.
#[async_trait]
pub(super) trait SessionStore: Debug + Send + Sync {
    /// Looks a session up. If this process has it (`is_local`), it is synchronized with the store on the way.
    async fn look_up(&self, id: &str, principal: Principal, is_local: bool) -> Lookup;

    /// Stores a session that was opened here, before its client learns the session id.
    async fn insert(
        &self,
        id: &str,
        principal: Principal,
        params: SessionParams,
        handle: &Arc<SessionHandle>,
    );

    /// Tracks a session that was restored here. The caller must have looked it up.
    fn track(&self, id: &str, record: &Record, handle: &Arc<SessionHandle>);

    /// Caches the `initialize` parameters of a session, for rmcp to restore it with.
    fn cache_initialize(&self, id: &str, record: &Record);

    /// Marks a session as ended, for all replicas.
    async fn end(&self, id: &str);

    /// The store in which rmcp keeps `initialize` parameters. None if sessions are never restored.
    fn initialize_cache(&self) -> Option<Arc<dyn InitializeStore>>;

    /// Whether Redis is available. None without Redis.
    fn is_available(&self) -> Option<bool>;
}
