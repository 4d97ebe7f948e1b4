//! State of a legacy HTTP session that the session store shares: [`SessionShared`].

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use rmcp::service::{Peer, RoleServer};

use crate::session::EnabledCategories;

/// Timeout of a notification to the client about a change at another replica.
const NOTIFY_TIMEOUT: Duration = Duration::from_secs(5);

/// State of a legacy HTTP session that is shared with the session store: enabled categories and the client's peer.
#[derive(Default)]
pub(crate) struct SessionShared {
    pub(crate) enabled: Arc<EnabledCategories>,
    peer: OnceLock<Peer<RoleServer>>,
    observer: OnceLock<Arc<dyn ToolListObserver>>,
}

/// Observes changes of the tool list before the client is notified.
#[async_trait]
pub(crate) trait ToolListObserver: Send + Sync {
    /// The enabled categories have changed.
    async fn list_changed(&self);
}

impl SessionShared {
    /// The shared state with these categories enabled.
    pub(crate) fn new(enabled: EnabledCategories) -> Self {
        Self { enabled: Arc::new(enabled), ..Self::default() }
    }

    /// Sets the peer of the client.
    pub(super) fn set_peer(&self, peer: &Peer<RoleServer>) {
        // Set once: a session has one client and one `initialize`.
        let _ = self.peer.set(peer.clone());
    }

    /// Sets the observer.
    pub(crate) fn set_observer(&self, observer: Arc<dyn ToolListObserver>) {
        let _ = self.observer.set(observer);
    }

    /// Reports to the observer that the session has changed its categories.
    pub(super) async fn list_changed(&self) {
        if let Some(observer) = self.observer.get() {
            observer.list_changed().await;
        }
    }

    /// Notifies the client, on its stream, that its tool list has changed.
    pub(crate) fn notify_list_changed(&self) {
        let Some(peer) = self.peer.get().cloned() else { return };
        tokio::spawn(async move {
            match tokio::time::timeout(NOTIFY_TIMEOUT, peer.notify_tool_list_changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::debug!(%error, "the client could not be notified of its changed tool list");
                }
                Err(_) => {
                    tracing::debug!("the client did not read the notification of its changed tool list");
                }
            }
        });
    }
}

impl fmt::Debug for SessionShared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionShared").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}
