//! One-shot cache of `initialize` parameters: [`InitializeCache`].

use std::time::Duration;

use async_trait::async_trait;
use moka::sync::Cache;
use rmcp::model::InitializeRequestParams;
use rmcp::transport::streamable_http_server::session::store::SessionStoreError;
use rmcp::transport::streamable_http_server::session::{SessionState, SessionStore as InitializeStore};

/// The longest time between the write and the read of an entry.
const TIME_TO_LIVE: Duration = Duration::from_mins(1);
const MAX_ENTRIES: u64 = 10_000;

/// The `initialize` parameters on their way between rmcp and the session store, both when a session is opened and
/// when it is restored. rmcp has no other source, so that it restores only sessions that `McpHandler` has looked up.
pub(super) struct InitializeCache(Cache<String, InitializeRequestParams>);

impl InitializeCache {
    pub(super) fn put(&self, id: &str, client: InitializeRequestParams) {
        self.0.insert(id.to_owned(), client);
    }

    pub(super) fn take(&self, id: &str) -> Option<InitializeRequestParams> {
        self.0.remove(id)
    }
}

impl Default for InitializeCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MAX_ENTRIES).time_to_live(TIME_TO_LIVE).build())
    }
}

#[async_trait]
impl InitializeStore for InitializeCache {
    async fn load(&self, id: &str) -> Result<Option<SessionState>, SessionStoreError> {
        Ok(self.take(id).map(SessionState::new))
    }

    async fn store(&self, id: &str, state: &SessionState) -> Result<(), SessionStoreError> {
        self.put(id, state.initialize_params.clone());
        Ok(())
    }

    async fn delete(&self, id: &str) -> Result<(), SessionStoreError> {
        self.0.invalidate(id);
        Ok(())
    }
}
