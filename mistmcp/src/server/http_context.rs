//! The context of a request over HTTP: [`HttpRequestContext`].

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use rmcp::service::{RequestContext, RoleServer};
use tokio_util::sync::CancellationToken;

use super::http_session::HttpSession;
use super::in_flight::InFlight;
use crate::audit::LineLimit;
use crate::mist::{Account, Cloud, Connection, Pool, Tokens, ValidationLimiter};
use crate::session::{Session, Settings};
use crate::work::JobQueue;

/// The client of a request over HTTP, and its settings. Created by `McpHandler`, and passed through rmcp as a request
/// extension.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequestContext {
    /// The tools that the request can use, and the mode.
    pub(crate) settings: Arc<Settings>,
    /// The tokens and the cloud of this request.
    pub(crate) tokens: Tokens,
    pub(crate) cloud: Cloud,
    pub(crate) org_id: Option<String>,
    /// Whether that is the operator's, and not the client's.
    pub(crate) is_org_operators: bool,
    /// The subject of the access token, where clients have one.
    pub(crate) subject: Option<Arc<str>>,
    /// The accounts of the subject, in place of the tokens and the cloud.
    pub(crate) accounts: Option<Arc<[Arc<Account>]>>,
    pub(crate) pool: Arc<Pool>,
    /// The in-flight limiter of the session, or of the token of a stateless client.
    pub(crate) activity: Arc<InFlight>,
    /// The legacy session. None for stateless requests.
    pub(crate) session: Option<Arc<HttpSession>>,
    /// The id of the request in logs and errors.
    pub(crate) request_id: Arc<str>,
    /// Whether the client asked for verbose logs.
    pub(crate) verbose: bool,
    /// The limits that apply until Mist has accepted the token. None if the token is the operator's.
    pub(crate) admission: Option<Arc<dyn ClientAdmission>>,
    /// The queue of the jobs of the client's address.
    pub(crate) address_queue: JobQueue,
    /// Cancelled when the server shuts down.
    pub(crate) closing: Arc<CancellationToken>,
}

/// The limits of a client whose token Mist has not accepted yet.
#[async_trait]
pub(crate) trait ClientAdmission: Debug + Send + Sync {
    /// The rate limit of requests to Mist with tokens that it has not accepted.
    fn validation_limiter(&self) -> Arc<ValidationLimiter>;

    /// The limit of lines of the audit log, if there is a log.
    fn line_limit(&self) -> Option<Arc<LineLimit>>;

    /// Holds a permit for a stream while it is awaited. Returns why the stream is rejected, or must end.
    async fn stream_rejection(&self, pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens) -> String;
}

impl HttpRequestContext {
    /// The context of a request. None if it did not come over HTTP.
    pub(super) fn of(context: &RequestContext<RoleServer>) -> Option<&Self> {
        context.extensions.get::<http::request::Parts>()?.extensions.get()
    }

    /// The connection of this request.
    pub(super) fn connection(&self) -> Connection {
        let Self { tokens, cloud, org_id, pool, .. } = self;
        let of_accounts = self
            .accounts
            .as_deref()
            .and_then(|accounts| Connection::of_accounts(pool, accounts, org_id.clone()))
            .map(|connection| connection.with_org_optional(self.is_org_operators));
        let connection = of_accounts.unwrap_or_else(|| {
            Connection::new(Arc::clone(pool), cloud.clone(), tokens.clone(), org_id.clone())
        });
        let connection = connection.with_address_queue(self.address_queue.clone());
        match &self.admission {
            Some(admission) => connection.with_validation_limiter(admission.validation_limiter()),
            None => connection.shared(),
        }
    }

    /// Creates the session of this client.
    pub(super) fn new_session(&self, sees_changes: bool) -> Session {
        let session = Session::new(Arc::clone(&self.settings), Arc::new(self.connection()), sees_changes);
        match &self.session {
            Some(http) => session.with(Arc::clone(&http.enabled)),
            None => session,
        }
    }
}
