//! The session of a request: [`RequestSession`].

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderName, Method};
use rmcp::handler::server::ServerHandler;

use super::mcp_handler::{McpHandler, SESSION, single_value, text};
use super::principal::Principal;
use super::rejection::Rejection;
use crate::server::HttpSession;
use crate::session::EnabledCategories;

const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// The session of a request.
pub(super) enum RequestSession {
    /// None: the request's protocol version has no sessions.
    Stateless,
    /// The one that the request opens, if it is an `initialize`.
    New(Arc<HttpSession>),
    /// The one that the request names.
    Known { id: String, state: Arc<HttpSession> },
}

impl RequestSession {
    /// The id that the request names.
    pub(super) fn id(&self) -> Option<&str> {
        match self {
            Self::Known { id, .. } => Some(id),
            Self::Stateless | Self::New(_) => None,
        }
    }

    pub(super) fn state(&self) -> Option<&Arc<HttpSession>> {
        match self {
            Self::Known { state, .. } | Self::New(state) => Some(state),
            Self::Stateless => None,
        }
    }
}

impl<H: ServerHandler> McpHandler<H> {
    /// The session of a request. None if it deletes a session of another replica, which has been done then. `is_accepted`
    /// tells whether Mist has accepted the token.
    pub(super) async fn session(
        &self,
        parts: &mut Parts,
        principal: Principal,
        is_accepted: impl Fn() -> bool,
    ) -> Result<Option<RequestSession>, Rejection> {
        let id = single_value(&parts.headers, &SESSION)?.map(str::to_owned);
        if is_stateless_version(&parts.headers) {
            // rmcp treats an `initialize` as legacy whatever protocol version it names, and would route it to the
            // session in this header.
            parts.headers.remove(SESSION);
            return Ok(Some(RequestSession::Stateless));
        }
        let Some(id) = id else { return Ok(Some(RequestSession::New(new_state()))) };
        let state = self.find(&id, principal, parts.method == Method::DELETE, is_accepted).await?;
        Ok(state.map(|state| RequestSession::Known { id, state }))
    }
}

/// The state of a session that is opened.
pub(super) fn new_state() -> Arc<HttpSession> {
    Arc::new(HttpSession::new(EnabledCategories::default(), None))
}

/// Whether the request names a protocol version without sessions. rmcp compares the header with the body later.
fn is_stateless_version(headers: &HeaderMap) -> bool {
    let version = text(headers, &PROTOCOL_VERSION).and_then(|text| serde_json::from_value(text.into()).ok());
    version.is_some_and(|version: rmcp::model::ProtocolVersion| !version.has_initialize())
}
