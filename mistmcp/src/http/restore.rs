//! Restore of a session: a session that another replica opened continues in this process, from its record in the
//! session store.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use rmcp::handler::server::ServerHandler;
use rmcp::model::InitializeRequestParams;
use rmcp::transport::streamable_http_server::session::store::SessionStoreError;
use rmcp::transport::streamable_http_server::session::{self as rmcp_session, SessionManager, SessionState};

use super::admission::Client;
use super::mcp_handler::{McpHandler, new_client};
use super::principal::Principal;
use super::rejection::Rejection;
use super::session_store::{self, Lookup, Record, SessionStore, known_categories};
use super::sessions::Sessions;
use crate::mist::TokenStatus;
use crate::server::{HttpRequestContext, HttpSession, Unrestored};
use crate::session::EnabledCategories;

tokio::task_local! {
    /// The `initialize` parameters of the session that the current request restores.
    static RESTORED: InitializeRequestParams;
}

/// rmcp's store of `initialize` parameters. It has those of the session that [`McpHandler::restore`] has looked up, and
/// of no other, so that rmcp restores none that belongs to another principal.
pub(super) struct RestoredByRequest;

#[async_trait]
impl rmcp_session::SessionStore for RestoredByRequest {
    async fn load(&self, _id: &str) -> Result<Option<SessionState>, SessionStoreError> {
        Ok(RESTORED.try_with(Clone::clone).ok().map(SessionState::new))
    }

    async fn store(&self, _id: &str, _state: &SessionState) -> Result<(), SessionStoreError> {
        Ok(())
    }

    async fn delete(&self, _id: &str) -> Result<(), SessionStoreError> {
        Ok(())
    }
}

impl<H: ServerHandler> McpHandler<H> {
    /// Finds the session that a request names, if it is the principal's: one of this process, or one of another
    /// replica, which this request then restores here. None if the request is a DELETE (`is_delete`) and the session
    /// is not in this process. `is_accepted` tells whether Mist has accepted the token.
    pub(super) async fn find(
        &self,
        id: &str,
        principal: Principal,
        is_delete: bool,
        is_accepted: impl Fn() -> bool,
    ) -> Result<Option<Arc<HttpSession>>, Rejection> {
        let local = self.sessions.get(id, principal);
        if let Some(session) = local.as_ref().filter(|session| !session.is_accepted())
            && is_accepted()
        {
            session.accept();
        }
        match self.session_store.lookup(id, principal, local.is_some()).await {
            Lookup::Local => local.ok_or_else(Rejection::session).map(Some),
            Lookup::Remote(_) if is_delete => {
                session_store::end(&self.session_store, id, false).await;
                Ok(None)
            }
            Lookup::Remote(record) => self.adopt(id, principal, *record).map(Some),
            Lookup::NotFound => {
                if local.is_some() {
                    self.sessions.end(id).await;
                }
                Err(Rejection::session())
            }
            Lookup::Unavailable => Err(Rejection::unknown_session()),
        }
    }

    /// Registers a session of another replica. The session store has checked that it belongs to the principal.
    fn adopt(&self, id: &str, principal: Principal, record: Record) -> Result<Arc<HttpSession>, Rejection> {
        let operator = &self.configuration.settings;
        let settings = record.params.settings(operator).map_err(|error| {
            tracing::warn!(%error, "a session cannot go on at this replica, whose settings are others");
            Rejection::session()
        })?;
        self.sessions.adopt(id, principal, || {
            let enabled = EnabledCategories::new(known_categories(&record.enabled, operator.catalog()));
            let org_id = record.params.org_id.clone();
            let unrestored = Unrestored { settings, org_id, client: record.client.clone() };
            let session = Arc::new(HttpSession::new(enabled, Some(unrestored)));
            self.session_store.track(id, record, &session);
            session
        })
    }

    /// Calls rmcp with a request of a session that it does not have yet, so that rmcp restores it on the way. Further
    /// requests of the session wait meanwhile: rmcp would route them to a session that is not initialized.
    ///
    /// This is a task of its own, because rmcp would keep a session that is restored by half if the client disconnected.
    pub(super) async fn restore(
        self: &Arc<Self>,
        id: &str,
        session: &Arc<HttpSession>,
        admission: Option<Arc<Client>>,
        (mut parts, body): (Parts, Body),
    ) -> Result<Response, Rejection> {
        let (handler, id, session) = (Arc::clone(self), id.to_owned(), Arc::clone(session));
        let restoring = tokio::spawn(async move {
            let mut unrestored = session.unrestored.lock().await;
            let context = parts.extensions.get_mut::<HttpRequestContext>();
            let (Some(restored), Some(context)) = (unrestored.as_deref(), context) else {
                drop(unrestored);
                return Ok(handler.mcp.handle(Request::from_parts(parts, body)).await.map(Body::new));
            };
            let new_client = new_client(admission.as_ref(), context).await?;
            let Unrestored { settings, org_id, client } = restored.clone();
            context.is_org_operators = org_id == handler.configuration.org_id;
            (context.settings, context.org_id) = (Arc::new(settings), org_id);
            let request = Request::from_parts(parts, body);
            let response = RESTORED.scope(client, handler.mcp.handle(request)).await;
            if handler.sessions.manager.has_session(&id.as_str().into()).await.unwrap_or(false) {
                *unrestored = None;
                handler.end_unless_accepted(&id, &session, new_client, true);
                handler.metrics.session_restored();
                tracing::debug!("restored a session of another replica");
            } else if response.status().is_server_error() {
                tracing::warn!(status = %response.status(), "a session could not be restored");
                return Err(failed());
            }
            Ok(response.map(Body::new))
        });
        restoring.await.unwrap_or_else(|_| Err(failed()))
    }
}

/// Ends a session whose token Mist has not accepted, at all replicas. A restored one whose token Mist could not be asked about
/// ends in this process alone: another replica may know that Mist accepts the token, and the next request restores it.
pub(super) async fn end_unaccepted(
    id: &str,
    status: TokenStatus,
    is_restored: bool,
    (sessions, session_store): (&Sessions, &dyn SessionStore),
) {
    if !(is_restored && matches!(status, TokenStatus::Unknown(_))) {
        session_store.end(id, false).await;
    }
    sessions.end(id).await;
}

fn failed() -> Rejection {
    Rejection::full("restore", "This session could not be restored. Try again in a while.")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::super::SessionLimits;
    use super::super::session_store::SessionParams;
    use super::*;
    use crate::Tokens;
    use crate::key::Key;
    use crate::metrics::Metrics;
    use crate::mist::Clouds;

    /// A store that counts the sessions which end at all replicas.
    #[derive(Debug, Default)]
    struct Counting(AtomicUsize);

    #[async_trait]
    impl SessionStore for Counting {
        async fn lookup(&self, _id: &str, _principal: Principal, _is_local: bool) -> Lookup {
            Lookup::Local
        }

        async fn insert(&self, _: &str, _: Principal, _: SessionParams, _: &Arc<HttpSession>) {}

        fn track(&self, _: &str, _: Record, _: &Arc<HttpSession>) {}

        async fn end(&self, _id: &str, _is_accepted: bool) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn is_available(&self) -> Option<bool> {
            Some(true)
        }
    }

    #[tokio::test]
    async fn a_restored_session_stays_at_other_replicas_while_mist_cannot_be_asked_about_its_token() {
        let limits = SessionLimits { total: 9, per_token: 9, idle: Duration::from_mins(1) };
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let principal = Principal::of(&Key::random(), &Tokens::parse("a").unwrap(), &cloud);
        for (status, is_restored, ends_elsewhere) in [
            (TokenStatus::Unknown(Duration::from_secs(10)), true, false),
            (TokenStatus::Unknown(Duration::ZERO), true, false),
            (TokenStatus::Unknown(Duration::from_secs(10)), false, true),
            (TokenStatus::Refused, true, true),
            (TokenStatus::Refused, false, true),
        ] {
            let sessions = Arc::new(Sessions::new(limits, Arc::new(Metrics::new())));
            let (id, _transport) = sessions.manager.create_session().await.unwrap();
            let session = Arc::new(HttpSession::new(EnabledCategories::default(), None));
            sessions.register(&id, session, sessions.permit(principal).unwrap());
            let store = Counting::default();
            end_unaccepted(&id, status, is_restored, (&sessions, &store)).await;
            let ends = store.0.load(Ordering::Relaxed);
            assert_eq!(ends, usize::from(ends_elsewhere), "{status:?}, {is_restored}");
            assert!(
                sessions.get(&id, principal).is_none() && !sessions.manager.has_session(&id).await.unwrap()
            );
        }
    }
}
