//! The session store: [`SessionStore`] keeps records of legacy sessions, so that other replicas can restore them.
//!
//! rmcp's own `SessionStore` cannot keep them: it has the `initialize` parameters alone and sees no request, so it can
//! neither check whose session it is, nor keep the settings from the URL, the enabled categories and their changes.
//! rmcp still restores the sessions: `McpHandler` gives it the parameters of a session that it has looked up here.

mod record;
#[cfg(feature = "redis")]
mod redis_store;

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

pub(super) use record::{Record, SessionParams, known_categories};
#[cfg(feature = "redis")]
pub(super) use redis_store::{RedisStore, sync};

use super::principal::Principal;
use crate::server::HttpSession;

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

/// A session store that replicas share.
#[async_trait]
pub(super) trait SessionStore: Debug + Send + Sync {
    /// Looks a session up. If this process has it (`is_local`), it is synchronized with the store on the way.
    async fn lookup(&self, id: &str, principal: Principal, is_local: bool) -> Lookup;

    /// Stores a session that was opened here, before its client learns the session id.
    async fn insert(&self, id: &str, principal: Principal, params: SessionParams, session: &Arc<HttpSession>);

    /// Tracks a session that is restored here. The caller must have looked it up.
    fn track(&self, id: &str, record: Record, session: &Arc<HttpSession>);

    /// Marks a session as ended, for all replicas. `is_accepted` tells whether Mist is known to have accepted its token.
    async fn end(&self, id: &str, is_accepted: bool);

    /// Whether Redis is available. None without Redis.
    fn is_available(&self) -> Option<bool>;
}

/// The session store of a process without replicas, which stores nothing: all sessions are in this process.
#[derive(Debug)]
pub(super) struct LocalOnly;

#[async_trait]
impl SessionStore for LocalOnly {
    async fn lookup(&self, _id: &str, _principal: Principal, _is_local: bool) -> Lookup {
        Lookup::Local
    }

    async fn insert(&self, _: &str, _: Principal, _: SessionParams, _: &Arc<HttpSession>) {}

    fn track(&self, _: &str, _: Record, _: &Arc<HttpSession>) {}

    async fn end(&self, _id: &str, _is_accepted: bool) {}

    fn is_available(&self) -> Option<bool> {
        None
    }
}
