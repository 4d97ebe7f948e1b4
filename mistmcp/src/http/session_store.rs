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

/// Marks a session as ended in a store, also where the caller goes away before: another replica would go on with the session of
/// a client that has ended it and hung up.
pub(super) async fn end(store: &Arc<dyn SessionStore>, id: &str, is_accepted: bool) {
    let (store, id) = (Arc::clone(store), id.to_owned());
    let ending = tokio::spawn(async move { store.end(&id, is_accepted).await });
    if let Err(error) = ending.await {
        tracing::warn!(%error, "the end of a session was not stored");
    }
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::Semaphore;

    use super::*;

    /// A store that ends a session when it may.
    #[derive(Debug)]
    struct Slow {
        may_end: Semaphore,
        ended: Semaphore,
    }

    #[async_trait]
    impl SessionStore for Slow {
        async fn lookup(&self, _id: &str, _principal: Principal, _is_local: bool) -> Lookup {
            Lookup::Local
        }

        async fn insert(&self, _: &str, _: Principal, _: SessionParams, _: &Arc<HttpSession>) {}

        fn track(&self, _: &str, _: Record, _: &Arc<HttpSession>) {}

        async fn end(&self, _id: &str, _is_accepted: bool) {
            self.may_end.acquire().await.unwrap().forget();
            self.ended.add_permits(1);
        }

        fn is_available(&self) -> Option<bool> {
            Some(true)
        }
    }

    #[tokio::test]
    async fn a_session_that_a_client_ends_and_hangs_up_is_ended_all_the_same() {
        let slow = Arc::new(Slow { may_end: Semaphore::new(0), ended: Semaphore::new(0) });
        let store = Arc::clone(&slow) as Arc<dyn SessionStore>;
        assert!(end(&store, "id", true).now_or_never().is_none(), "the client has hung up");
        slow.may_end.add_permits(1);
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), slow.ended.acquire()).await;
        assert!(ended.is_ok());
    }
}
