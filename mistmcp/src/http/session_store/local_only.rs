//! [`LocalOnly`], the session store of a process without replicas.

use std::sync::Arc;

use async_trait::async_trait;
use rmcp::transport::streamable_http_server::session::SessionStore as InitializeStore;

use super::super::principal::Principal;
use super::super::session_handle::{SessionHandle, SessionParams};
use super::{Lookup, Record, SessionStore};

/// A session store that stores nothing: all sessions are in this process.
#[derive(Debug)]
pub(in super::super) struct LocalOnly;

#[async_trait]
impl SessionStore for LocalOnly {
    async fn look_up(&self, _id: &str, _principal: Principal, _is_local: bool) -> Lookup {
        Lookup::Local
    }

    async fn insert(
        &self,
        _id: &str,
        _principal: Principal,
        _params: SessionParams,
        _handle: &Arc<SessionHandle>,
    ) {
    }

    fn track(&self, _id: &str, _record: &Record, _handle: &Arc<SessionHandle>) {}

    fn cache_initialize(&self, _id: &str, _record: &Record) {}

    async fn end(&self, _id: &str) {}

    fn initialize_cache(&self) -> Option<Arc<dyn InitializeStore>> {
        None
    }

    fn is_available(&self) -> Option<bool> {
        None
    }
}
