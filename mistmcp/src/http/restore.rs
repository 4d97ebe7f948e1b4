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
use super::session_store::{Found, Record, names};
use crate::session::EnabledCategories;

/// Requests of one session that come at once take it up but once. Few are taken up at the same time, so that a few locks
/// serve all.
#[derive(Debug, Default)]
pub(super) struct RestoreLocks {
    locks: [Mutex<()>; 32],
    scatter: RandomState,
}

impl RestoreLocks {
    async fn alone(&self, id: &str) -> MutexGuard<'_, ()> {
        // The remainder of a `u64` by the length of an array is within it.
        let place = self.scatter.hash_one(id) % self.locks.len() as u64;
        self.locks[usize::try_from(place).unwrap_or_default()].lock().await
    }
}

impl<H: ServerHandler> McpHandler<H> {
    /// The session that a request names, where it is the principal's: held here, or another replica's that goes on here.
    /// Nothing where it `ends` by this request, and is not held here.
    pub(super) async fn find(
        &self,
        id: &str,
        principal: Principal,
        who: &RequestIdentity,
        ends: bool,
    ) -> Result<Option<Arc<SessionHandle>>, Rejection> {
        let held = self.local.sessions.of(id, principal);
        match self.session_store.look_up(id, principal, held.is_some()).await {
            Found::AsHeld => held.ok_or_else(Rejection::session).map(Some),
            Found::Elsewhere(_) if ends => {
                self.session_store.end(id).await;
                Ok(None)
            }
            Found::Elsewhere(record) => self.restore(id, principal, who, &record).await.map(Some),
            Found::Nowhere => {
                if held.is_some() {
                    self.local.end(id).await;
                }
                Err(Rejection::session())
            }
            Found::Unknown => Err(Rejection::unknown_session()),
        }
    }

    /// Goes on with a session of another replica's. The session store has told that it is the principal's.
    async fn restore(
        &self,
        id: &str,
        principal: Principal,
        who: &RequestIdentity,
        record: &Record,
    ) -> Result<Arc<SessionHandle>, Rejection> {
        let _alone = self.taking_up.alone(id).await;
        if let Some(opened) = self.local.sessions.of(id, principal) {
            return Ok(opened);
        }
        // Whatever is written elsewhere, nobody gets at what is here and another's.
        if self.local.sessions.has(id) {
            return Err(Rejection::session());
        }
        let operator = &self.configuration.settings;
        let settings = record.terms.settings(operator).map_err(|error| {
            tracing::warn!(%error, "a session cannot go on at this replica, whose settings are others");
            Rejection::session()
        })?;
        let (place, new_client) = self.permit(principal, who).await?;
        // What is left of a request that was given up half-way.
        if self.local.manager.has_session(&id.into()).await.unwrap_or(false) {
            self.local.end(id).await;
        }
        let opened =
            Arc::new(SessionHandle::new(EnabledCategories::new(names(&record.on, operator.catalog()))));
        let (activity, shared) = (Arc::clone(&opened.activity), Arc::clone(&opened.shared));
        let org_id = record.terms.org_id.clone();
        let context = who.clone().context(settings, org_id, activity, Some(shared));
        self.session_store.introduce(id, record);
        let mut request = Request::new(Body::from(BEGUN));
        *request.method_mut() = Method::POST;
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.insert(SESSION, HeaderValue::from_str(id).map_err(|_| Rejection::session())?);
        request.extensions_mut().insert(context);
        let response = self.mcp.handle(request).await;
        if !response.status().is_success() {
            tracing::warn!(status = %response.status(), "a session could not be taken up");
            return Err(match response.status() {
                StatusCode::NOT_FOUND => Rejection::session(),
                _ => {
                    Rejection::full("taking_up", "This session could not be taken up. Try again in a while.")
                }
            });
        }
        let proving = new_client.map(|new_client| self.prove(id, new_client));
        self.local.sessions.keep(id, Arc::clone(&opened), place, proving);
        self.session_store.restore(id, record, &opened);
        self.metrics.session_taken_up();
        tracing::debug!("a session of another replica's goes on here");
        Ok(opened)
    }
}

/// The least that a client says: rmcp takes the session up for it as for anything else.
const BEGUN: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
