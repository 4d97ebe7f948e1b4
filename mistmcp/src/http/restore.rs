//! Restore of a session: a session that another replica opened continues in this process, from its record in the
//! session store.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderValue, Method, StatusCode, header};
use rmcp::handler::server::ServerHandler;
use rmcp::transport::streamable_http_server::session::SessionManager;
use tokio::sync::{Mutex, MutexGuard};

use super::mcp_handler::{McpHandler, RequestIdentity, SESSION};
use super::principal::Principal;
use super::rejection::Rejection;
use super::session_handle::SessionHandle;
use super::session_store::{Lookup, Record, known_categories};
use crate::session::EnabledCategories;

/// Locks that let concurrent requests of one session restore it only once. Restores are rare, so a fixed number of
/// locks serves all sessions.
#[derive(Debug, Default)]
pub(super) struct RestoreLocks {
    locks: [Mutex<()>; 32],
    hasher: RandomState,
}

impl RestoreLocks {
    async fn lock(&self, id: &str) -> MutexGuard<'_, ()> {
        // The remainder is less than the length of the array, so it fits.
        let index = self.hasher.hash_one(id) % self.locks.len() as u64;
        self.locks[usize::try_from(index).unwrap_or_default()].lock().await
    }
}

impl<H: ServerHandler> McpHandler<H> {
    /// Finds the session that a request names, if it is the principal's: one of this process, or one of another
    /// replica, which is restored here. None if the request is a DELETE (`is_delete`) and the session is not in this
    /// process.
    pub(super) async fn find(
        &self,
        id: &str,
        principal: Principal,
        identity: &RequestIdentity,
        is_delete: bool,
    ) -> Result<Option<Arc<SessionHandle>>, Rejection> {
        let local = self.local.sessions.get(id, principal);
        match self.session_store.look_up(id, principal, local.is_some()).await {
            Lookup::Local => local.ok_or_else(Rejection::session).map(Some),
            Lookup::Remote(_) if is_delete => {
                self.session_store.end(id).await;
                Ok(None)
            }
            Lookup::Remote(record) => self.restore(id, principal, identity, &record).await.map(Some),
            Lookup::NotFound => {
                if local.is_some() {
                    self.local.end(id).await;
                }
                Err(Rejection::session())
            }
            Lookup::Unavailable => Err(Rejection::unknown_session()),
        }
    }

    /// Restores a session of another replica. The session store has checked that it belongs to the principal.
    async fn restore(
        &self,
        id: &str,
        principal: Principal,
        identity: &RequestIdentity,
        record: &Record,
    ) -> Result<Arc<SessionHandle>, Rejection> {
        let _lock = self.restore_locks.lock(id).await;
        if let Some(handle) = self.local.sessions.get(id, principal) {
            return Ok(handle);
        }
        // Whatever the store says, a session of this process that belongs to another principal stays out of reach.
        if self.local.sessions.contains(id) {
            return Err(Rejection::session());
        }
        let operator = &self.configuration.settings;
        let settings = record.params.settings(operator).map_err(|error| {
            tracing::warn!(%error, "a session cannot go on at this replica, whose settings are others");
            Rejection::session()
        })?;
        let (permit, new_client) = self.permit(principal, identity).await?;
        // Left over from a restore that was cancelled half-way.
        if self.local.manager.has_session(&id.into()).await.unwrap_or(false) {
            self.local.end(id).await;
        }
        let handle = Arc::new(SessionHandle::new(EnabledCategories::new(known_categories(
            &record.enabled,
            operator.catalog(),
        ))));
        let (activity, shared) = (Arc::clone(&handle.activity), Arc::clone(&handle.shared));
        let org_id = record.params.org_id.clone();
        let context = identity.clone().context(settings, org_id, activity, Some(shared));
        self.session_store.cache_initialize(id, record);
        let mut request = Request::new(Body::from(INITIALIZED));
        *request.method_mut() = Method::POST;
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.insert(SESSION, HeaderValue::from_str(id).map_err(|_| Rejection::session())?);
        request.extensions_mut().insert(context);
        let response = self.mcp.handle(request).await;
        if !response.status().is_success() {
            tracing::warn!(status = %response.status(), "a session could not be restored");
            return Err(match response.status() {
                StatusCode::NOT_FOUND => Rejection::session(),
                _ => Rejection::full("restore", "This session could not be restored. Try again in a while."),
            });
        }
        let proof_task = new_client.map(|new_client| self.await_proof(id, new_client));
        self.local.sessions.register(id, Arc::clone(&handle), permit, proof_task);
        self.session_store.track(id, record, &handle);
        self.metrics.session_restored();
        tracing::debug!("restored a session of another replica");
        Ok(handle)
    }
}

/// The smallest message of a client. rmcp restores a session for any message.
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
