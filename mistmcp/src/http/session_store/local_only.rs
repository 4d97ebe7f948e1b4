use std::sync::Arc;

use async_trait::async_trait;
use rmcp::transport::streamable_http_server::session::SessionStore as InitializeStore;

use super::super::principal::Principal;
use super::super::session_handle::{SessionHandle, SessionParams};
use super::{Found, Record, SessionStore};

/// The session store of a process that is alone: the sessions that it holds are all there are.
#[derive(Debug)]
pub(in super::super) struct LocalOnly;

#[async_trait]
impl SessionStore for LocalOnly {
    async fn look_up(&self, _id: &str, _principal: Principal, _held: bool) -> Found {
        Found::AsHeld
    }

    async fn enter(
        &self,
        _id: &str,
        _principal: Principal,
        _terms: SessionParams,
        _opened: &Arc<SessionHandle>,
    ) {
    }

    fn restore(&self, _id: &str, _record: &Record, _opened: &Arc<SessionHandle>) {}

    fn introduce(&self, _id: &str, _record: &Record) {}

    async fn end(&self, _id: &str) {}

    fn initialize_cache(&self) -> Option<Arc<dyn InitializeStore>> {
        None
    }

    fn is_there(&self) -> Option<bool> {
        None
    }
}
