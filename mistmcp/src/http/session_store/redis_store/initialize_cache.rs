use std::time::Duration;

use async_trait::async_trait;
use moka::sync::Cache;
use rmcp::model::InitializeRequestParams;
use rmcp::transport::streamable_http_server::session::store::SessionStoreError;
use rmcp::transport::streamable_http_server::session::{SessionState, SessionStore as InitializeStore};

/// How long rmcp takes at most from one's word to the other's.
const KEPT: Duration = Duration::from_mins(1);
const MOST: u64 = 10_000;

/// What clients said of themselves, on its way from rmcp to the session store when a session is opened, and back when one is
/// taken up. rmcp asks nobody else, so that it takes up what the gate has let in, and nothing besides.
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
        Self(Cache::builder().max_capacity(MOST).time_to_live(KEPT).build())
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
