use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use rmcp::service::{RequestContext, RoleServer};
use tokio_util::sync::CancellationToken;

use super::in_flight::InFlight;
use super::session_shared::SessionShared;
use crate::mist::{Cloud, Connection, Pacer, Pool, Tokens};
use crate::session::{Session, Settings};

/// Who a request over HTTP comes from. Worked out before MCP's part begins, and handed on in the request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequestContext {
    /// The tools that it may reach, and how they are loaded.
    pub(crate) settings: Arc<Settings>,
    /// The tokens and the cloud of this very request.
    pub(crate) tokens: Tokens,
    pub(crate) cloud: Cloud,
    pub(crate) org_id: Option<String>,
    pub(crate) pool: Arc<Pool>,
    /// What its session, or its token where there are no sessions, is doing.
    pub(crate) activity: Arc<InFlight>,
    /// What lasts as long as its session; none where there are no sessions.
    pub(crate) shared: Option<Arc<SessionShared>>,
    /// What logs and errors call this request.
    pub(crate) request_id: Arc<str>,
    /// It asked for verbose logs.
    pub(crate) verbose: bool,
    /// Decides what the client may do until Mist has accepted its token; none where its token is the operator's.
    pub(crate) admission: Option<Arc<dyn ClientAdmission>>,
    /// The server is about to end.
    pub(crate) closing: Arc<CancellationToken>,
}

/// Decides what a client may do until Mist has accepted its token.
#[async_trait]
pub(crate) trait ClientAdmission: Debug + Send + Sync {
    /// The rate limit of questions to Mist with tokens that it has not accepted.
    fn pacer(&self) -> Arc<Pacer>;

    /// Holds a place for a stream while it is awaited. Returns why the stream is not admitted, or has to end.
    async fn hold_stream(&self, pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens) -> String;
}

impl HttpRequestContext {
    /// The visitor of a request; none where it did not come over HTTP.
    pub(super) fn of(context: &RequestContext<RoleServer>) -> Option<&Self> {
        context.extensions.get::<http::request::Parts>()?.extensions.get()
    }

    /// A session of the visitor's. A request on one that is open needs no other.
    pub(super) fn session(&self, sees_changes: bool) -> Session {
        let Self { tokens, cloud, org_id, pool, .. } = self;
        let mut connection = Connection::new(Arc::clone(pool), cloud.clone(), tokens.clone(), org_id.clone());
        connection = match &self.admission {
            Some(admission) => connection.paced(admission.pacer()),
            None => connection.shared(),
        };
        let session = Session::new(Arc::clone(&self.settings), Arc::new(connection), sees_changes);
        match &self.shared {
            Some(shared) => session.with(Arc::clone(&shared.enabled)),
            None => session,
        }
    }
}
