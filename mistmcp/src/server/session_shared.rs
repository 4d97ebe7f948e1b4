use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use rmcp::service::{Peer, RoleServer};

use crate::session::EnabledCategories;

/// How long a client may take to be told of a change that another replica made.
const TELLING: Duration = Duration::from_secs(5);

/// What a session of the older era over HTTP is to those who do not speak for its client: what is switched on in it, and
/// the way to the client.
#[derive(Default)]
pub(crate) struct SessionShared {
    pub(crate) enabled: Arc<EnabledCategories>,
    client: OnceLock<Peer<RoleServer>>,
    keeper: OnceLock<Arc<dyn ToolListObserver>>,
}

/// Who has to know what is switched on in a session, before its client does.
#[async_trait]
pub(crate) trait ToolListObserver: Send + Sync {
    /// The enabled categories have changed.
    async fn switched(&self);
}

impl SessionShared {
    /// The shared state with these categories enabled.
    pub(crate) fn new(enabled: EnabledCategories) -> Self {
        Self { enabled: Arc::new(enabled), ..Self::default() }
    }

    /// The session's client is there.
    pub(super) fn take(&self, client: &Peer<RoleServer>) {
        // A session has one client, and it begins but once.
        let _ = self.client.set(client.clone());
    }

    /// Who keeps the session from now on.
    pub(crate) fn keep(&self, keeper: Arc<dyn ToolListObserver>) {
        let _ = self.keeper.set(keeper);
    }

    /// The session itself has switched categories.
    pub(super) async fn switched(&self) {
        if let Some(keeper) = self.keeper.get() {
            keeper.switched().await;
        }
    }

    /// Tells the client, on its stream, that its list is another one.
    pub(crate) fn tell_list_changed(&self) {
        let Some(client) = self.client.get().cloned() else { return };
        tokio::spawn(async move {
            match tokio::time::timeout(TELLING, client.notify_tool_list_changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "the client could not be told of its new list"),
                Err(_) => tracing::debug!("the client takes no word of its new list"),
            }
        });
    }
}

impl fmt::Debug for SessionShared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionShared").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}
