//! The handler of `/mcp`: [`McpHandler`] authenticates a request, finds its session, and calls rmcp.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use rmcp::handler::server::ServerHandler;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::admission::{Client, NewClient};
use super::answer;
use super::authentication::Authenticated;
use super::message::{self, RequestSummary};
use super::oauth::OAuth;
use super::page;
use super::principal::Principal;
use super::query::Query;
use super::rejection::Rejection;
use super::request_id::RequestId;
use super::request_ids::RequestIdGuard;
use super::restore::RestoreLocks;
use super::session_handle::{SessionHandle, SessionParams};
use super::session_store::SessionStore;
use super::sessions::{LocalSessions, SessionPermit};
use super::sse_peek::{PEEK_ALONE, PEEK_AMONG_REPLICAS, PeekedBody};
use super::{Configuration, Mcp};
use crate::Tokens;
use crate::key::Key;
use crate::metrics::Metrics;
use crate::mist::{Account, Cloud, Clouds, Pool};
use crate::server::json_rpc::Invalid;
use crate::server::{ClientAdmission, HttpRequestContext, InFlight, InFlightGuard, SessionShared};
use crate::session::{EnabledCategories, Settings};

/// The largest request body, in bytes. A tool call has a few hundred.
pub(super) const MAX_BODY_BYTES: usize = 1024 * 1024;
pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// Authenticates requests and looks sessions up before rmcp handles a message, so that a client cannot use a session
/// of another.
pub(super) struct McpHandler<H> {
    pub(super) configuration: Configuration,
    pub(super) oauth: Option<Arc<OAuth>>,
    pub(super) mcp: Mcp<H>,
    pub(super) local: LocalSessions,
    pub(super) session_store: Arc<dyn SessionStore>,
    pub(super) metrics: Arc<Metrics>,
    /// Keys the hash of [`Principal`].
    pub(super) key: Key,
    pub(super) closing: Arc<CancellationToken>,
    pub(super) calls: TaskTracker,
    pub(super) restore_locks: RestoreLocks,
}

impl<H: ServerHandler> McpHandler<H> {
    /// Handles a request to `/mcp`.
    pub(super) async fn serve(&self, request: Request) -> Response {
        if page::is_browser(request.method(), request.headers()) {
            self.metrics.refusal("browser");
            return page::browser_hint();
        }
        self.answer(request).await.unwrap_or_else(|rejection| rejection.counted(&self.metrics))
    }

    async fn answer(&self, request: Request) -> Result<Response, Rejection> {
        // The tracker token is taken before the shutdown check: shutdown waits for every request that passed the
        // check. A GET is a stream that lasts as long as its client likes, so shutdown does not wait for it.
        let call = (request.method() == Method::POST).then(|| self.calls.token());
        if self.closing.is_cancelled() {
            return Err(Rejection::full("closing", "This server is about to end. Try again in a while."));
        }
        let (mut parts, body) = request.into_parts();
        let query = Query::parse(parts.uri.query().unwrap_or_default())?;
        let client = parts.extensions.get::<Arc<Client>>().cloned().ok_or_else(Rejection::session)?;
        let Authenticated { tokens, cloud, is_shared, principal, subject, accounts } =
            self.authenticate(&parts.headers, &query).await?;
        let settings = self
            .configuration
            .settings
            .narrowed(query.mode, &query.categories)
            .map_err(|error| Rejection::request(error.to_string()))?;

        let session_id = single_value(&parts.headers, &SESSION)?.map(str::to_owned);
        let is_stateless = is_stateless_version(&parts.headers);
        let org_of_cloud = || query.cloud.as_deref().and_then(Clouds::organization);
        let org_id = query.org_id.clone().or_else(org_of_cloud).or_else(|| self.configuration.org_id.clone());
        let request_id =
            parts.extensions.get::<RequestId>().map_or_else(|| "".into(), |id| Arc::clone(&id.0));
        let pool = Arc::clone(&self.configuration.pool);
        let closing = Arc::clone(&self.closing);
        // The operator's own tokens need not be validated with Mist first.
        let admission = (!is_shared).then(|| Arc::clone(&client));
        let identity = RequestIdentity {
            tokens,
            cloud,
            subject,
            accounts,
            pool,
            request_id,
            verbose: query.debug,
            closing,
            admission,
        };
        let is_delete = parts.method == Method::DELETE;
        let handle = match &session_id {
            _ if is_stateless => {
                // rmcp treats an `initialize` as legacy whatever protocol version it names, and would route it to the
                // session in this header.
                parts.headers.remove(SESSION);
                None
            }
            Some(id) => match self.find(id, principal, &identity, is_delete).await? {
                Some(handle) => Some(handle),
                None => return Ok(uncached(StatusCode::NO_CONTENT.into_response())),
            },
            None => Some(Arc::new(SessionHandle::new(EnabledCategories::default()))),
        };
        let may_open = parts.method == Method::POST && session_id.is_none() && !is_stateless;
        let params = may_open.then(|| SessionParams::new(&query, &settings, org_id.clone()));
        let activity = handle
            .as_ref()
            .map_or_else(|| self.local.sessions.stateless(principal), |handle| Arc::clone(&handle.activity));
        let in_flight = activity.begin();
        let shared = handle.as_ref().map(|handle| Arc::clone(&handle.shared));
        parts.extensions.insert(identity.clone().context(settings, org_id, activity, shared));
        let accept = message::check_accept(&mut parts.headers, &parts.method)?;
        let (summary, body, received) = match call {
            Some(_) => {
                let (body, received) = client.receive(body).await?;
                let (summary, body) = message::read(&mut parts.headers, accept, body)?;
                (summary, body, Some(received))
            }
            None => (RequestSummary::default(), Body::empty(), None),
        };
        let id = match &handle {
            Some(handle) if !summary.id.is_null() => Some(handle.request_ids.take(&summary.id).await.ok_or_else(|| {
                let words = "another request with this `id` is under way in the session: give each request an `id` of \
                             its own";
                Rejection::of_message(StatusCode::BAD_REQUEST, "message", Invalid::request(words).of(summary.id.clone()))
            })?),
            _ => None,
        };
        let request = Request::from_parts(parts, body);
        // The permit is released at once if the request opens no session.
        let permit = if may_open { Some(self.permit(principal, &identity).await?) } else { None };
        let response = answer::rejections_to_json(self.mcp.handle(request).await, &summary).await;
        drop(received);
        if let Some(id) = response.headers().get(SESSION).and_then(|id| id.to_str().ok()) {
            self.register(id, principal, &identity, permit, handle.zip(params)).await?;
        }
        if let (true, true, Some(id)) = (is_delete, response.status().is_success(), &session_id) {
            self.local.sessions.remove(id);
            self.session_store.end(id).await;
        }
        let response = answer::fit(response, accept, &summary).await;
        let (mut parts, body) = response.into_parts();
        if is_delete && parts.status == StatusCode::ACCEPTED {
            // rmcp answers DELETE with 202. Some client libraries take that for a failure.
            parts.status = StatusCode::NO_CONTENT;
        }
        let mut body = PeekedBody::new(body);
        // Stateless answers arrive complete, and a GET stream starts at once.
        if call.is_some() && !is_stateless && answer::is(&parts.headers, "text/event-stream") {
            let replicas = self.session_store.is_available().is_some();
            body.peek(if replicas { PEEK_AMONG_REPLICAS } else { PEEK_ALONE }).await;
        }
        Ok(uncached(Response::from_parts(
            parts,
            Body::new(TrackedBody { body, _in_flight: in_flight, _call: call, _id: id }),
        )))
    }

    /// Registers a session that rmcp has opened, if a permit is available.
    async fn register(
        &self,
        id: &str,
        principal: Principal,
        identity: &RequestIdentity,
        permit: Option<NewSession>,
        handle: Option<(Arc<SessionHandle>, SessionParams)>,
    ) -> Result<(), Rejection> {
        let (permit, new_client) = match permit {
            Some(permit) => permit,
            // The request declared a stateless protocol version, but opened a session.
            None => match self.permit(principal, identity).await {
                Ok(permit) => permit,
                Err(rejection) => {
                    self.local.end(id).await;
                    return Err(rejection);
                }
            },
        };
        self.metrics.session_opened();
        let proof_task = new_client.map(|new_client| self.await_proof(id, new_client));
        match handle {
            Some((handle, params)) => {
                self.local.sessions.register(id, Arc::clone(&handle), permit, proof_task);
                self.session_store.insert(id, principal, params, &handle).await;
            }
            // Such a session is not stored: only rmcp has its enabled categories.
            None => self.local.sessions.register(
                id,
                Arc::new(SessionHandle::new(EnabledCategories::default())),
                permit,
                proof_task,
            ),
        }
        Ok(())
    }

    /// Takes a permit for another session, and a new-client permit if Mist has not accepted its token yet.
    pub(super) async fn permit(
        &self,
        principal: Principal,
        identity: &RequestIdentity,
    ) -> Result<NewSession, Rejection> {
        let permit = self.local.sessions.permit(principal)?;
        let new_client = match &identity.admission {
            Some(client) => client.proof(&identity.pool, &identity.cloud, &identity.tokens).admit().await?,
            None => None,
        };
        Ok((permit, new_client))
    }

    /// Ends the session `id` unless Mist accepts its token.
    pub(super) fn await_proof(&self, id: &str, new_client: NewClient) -> AbortOnDropHandle<()> {
        let (id, local, session_store) = (id.to_owned(), self.local.clone(), Arc::clone(&self.session_store));
        AbortOnDropHandle::new(tokio::spawn(async move {
            if !new_client.proven().await {
                tracing::debug!("a session ends whose token Mist has not accepted");
                session_store.end(&id).await;
                local.end(&id).await;
            }
        }))
    }

    /// The cloud that a client calls. A shared token is only ever sent to the cloud that the operator configured.
    pub(super) fn cloud(&self, query: &Query, shared: bool) -> Result<Cloud, Rejection> {
        let Configuration { clouds, cloud: default_cloud, .. } = &self.configuration;
        let Some(text) = &query.cloud else {
            return default_cloud.clone().ok_or_else(|| {
                Rejection::request(format!(
                    "The URL names no Mist cloud: add `?cloud=` with the one whose portal you use, `api.` in place \
                     of `manage.`:\n{clouds}"
                ))
            });
        };
        match default_cloud {
            Some(default_cloud) if default_cloud.is(text) => Ok(default_cloud.clone()),
            Some(default_cloud) if shared => Err(Rejection::request(format!(
                "This server shares its own token, which is for {default_cloud} alone: leave `cloud` out, or bring a \
                 token of your own."
            ))),
            _ => clouds.find(text).map_err(|error| Rejection::request(error.to_string())),
        }
    }
}

/// The identity of a request: client, token and cloud, independent of its session.
#[derive(Clone, Debug)]
pub(super) struct RequestIdentity {
    tokens: Tokens,
    cloud: Cloud,
    /// The subject of the access token.
    subject: Option<Arc<str>>,
    /// The accounts of the subject. `tokens` and `cloud` are those of the first.
    accounts: Option<Arc<[Arc<Account>]>>,
    pool: Arc<Pool>,
    request_id: Arc<str>,
    verbose: bool,
    closing: Arc<CancellationToken>,
    /// None if the tokens are the operator's.
    admission: Option<Arc<Client>>,
}

/// The permit of a session, with the one of its new client.
pub(super) type NewSession = (SessionPermit, Option<NewClient>);

impl RequestIdentity {
    pub(super) fn context(
        self,
        settings: Settings,
        org_id: Option<String>,
        activity: Arc<InFlight>,
        shared: Option<Arc<SessionShared>>,
    ) -> HttpRequestContext {
        let Self { tokens, cloud, subject, accounts, pool, request_id, verbose, closing, admission } = self;
        let settings = Arc::new(settings);
        let admission = admission.map(|client| client as Arc<dyn ClientAdmission>);
        HttpRequestContext {
            settings,
            tokens,
            cloud,
            org_id,
            subject,
            accounts,
            pool,
            activity,
            shared,
            request_id,
            verbose,
            admission,
            closing,
        }
    }
}

/// Marks a response as not cacheable.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether the request names a protocol version without sessions. rmcp compares the header with the body later.
fn is_stateless_version(headers: &HeaderMap) -> bool {
    let version = headers.get(PROTOCOL_VERSION).and_then(|value| value.to_str().ok());
    let version = version.and_then(|text| serde_json::from_value(text.into()).ok());
    version.is_some_and(|version: rmcp::model::ProtocolVersion| !version.has_initialize())
}

/// The value of a header that must not be repeated.
fn single_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Rejection> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Rejection::session())?;
            Ok(Some(text))
        }
        (Some(_), Some(_)) => Err(Rejection::request(format!("The header `{name}` is there twice."))),
    }
}

/// A response body with guards that are held until it has been sent.
struct TrackedBody<B> {
    body: B,
    _in_flight: InFlightGuard,
    _call: Option<TaskTrackerToken>,
    _id: Option<RequestIdGuard>,
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for TrackedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
