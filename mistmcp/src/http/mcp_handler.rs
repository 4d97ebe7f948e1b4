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
use super::credentials::Admitted;
use super::message::{self, RequestSummary};
use super::page;
use super::principal::Principal;
use super::query::Query;
use super::rejection::Rejection;
use super::request_id::RequestId;
use super::request_ids::RequestIdGuard;
use super::restore::RestoreLocks;
use super::session_handle::{SessionHandle, SessionParams};
use super::session_store::SessionStore;
use super::sessions::{Local, SessionPermit};
use super::sse_peek::{ALONE, AMONG_REPLICAS, PeekedBody};
use super::{Configuration, Mcp};
use crate::Tokens;
use crate::key::Key;
use crate::metrics::Metrics;
use crate::mist::{Cloud, Clouds, Pool};
use crate::server::json_rpc::Invalid;
use crate::server::{ClientAdmission, HttpRequestContext, InFlight, InFlightGuard, SessionShared};
use crate::session::{EnabledCategories, Settings};

/// The largest message of a client, in bytes. A call has a few hundred.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// Works out who a request is from before MCP's part begins, and lets nobody into another's session.
pub(super) struct McpHandler<H> {
    pub(super) configuration: Configuration,
    pub(super) mcp: Mcp<H>,
    pub(super) local: Local,
    pub(super) session_store: Arc<dyn SessionStore>,
    pub(super) metrics: Arc<Metrics>,
    /// By which principals are known.
    pub(super) key: Key,
    pub(super) closing: Arc<CancellationToken>,
    pub(super) calls: TaskTracker,
    pub(super) taking_up: RestoreLocks,
}

impl<H: ServerHandler> McpHandler<H> {
    /// The way of a request to `/mcp`.
    pub(super) async fn serve(&self, request: Request) -> Response {
        if page::is_wanted(request.method(), request.headers()) {
            self.metrics.refusal("browser");
            return page::signpost();
        }
        self.answer(request).await.unwrap_or_else(|refusal| refusal.counted(&self.metrics))
    }

    async fn answer(&self, request: Request) -> Result<Response, Rejection> {
        // Before the look at whether it ends: the end waits for whoever got past that. A GET is a stream, which lasts as
        // long as its client likes, and nobody waits for it.
        let call = (request.method() == Method::POST).then(|| self.calls.token());
        if self.closing.is_cancelled() {
            return Err(Rejection::full("closing", "This server is about to end. Try again in a while."));
        }
        let (mut parts, body) = request.into_parts();
        let query = Query::read(parts.uri.query().unwrap_or_default())?;
        let Admitted { tokens, shared } = self.configuration.credentials.admit(&parts.headers)?;
        let client = parts.extensions.get::<Arc<Client>>().cloned().ok_or_else(Rejection::session)?;
        let cloud = self.cloud(&query, shared)?;
        let settings = self
            .configuration
            .settings
            .narrowed(query.mode, &query.categories)
            .map_err(|error| Rejection::request(error.to_string()))?;
        let principal = Principal::of(&self.key, &tokens, &cloud);

        let session = one(&parts.headers, &SESSION)?.map(str::to_owned);
        let modern = stands_for_itself(&parts.headers);
        let of_cloud = || query.cloud.as_deref().and_then(Clouds::organization);
        let org_id = query.org_id.clone().or_else(of_cloud).or_else(|| self.configuration.org_id.clone());
        let request_id =
            parts.extensions.get::<RequestId>().map_or_else(|| "".into(), |id| Arc::clone(&id.0));
        let pool = Arc::clone(&self.configuration.pool);
        let closing = Arc::clone(&self.closing);
        // The operator's own tokens need no proof.
        let admission = (!shared).then(|| Arc::clone(&client));
        let who =
            RequestIdentity { tokens, cloud, pool, request_id, verbose: query.debug, closing, admission };
        let ends = parts.method == Method::DELETE;
        let opened = match &session {
            _ if modern => {
                // An `initialize` is of the older era whatever version it names, and would go to that session.
                parts.headers.remove(SESSION);
                None
            }
            Some(id) => match self.find(id, principal, &who, ends).await? {
                Some(opened) => Some(opened),
                None => return Ok(uncached(StatusCode::NO_CONTENT.into_response())),
            },
            None => Some(Arc::new(SessionHandle::new(EnabledCategories::default()))),
        };
        let opens = parts.method == Method::POST && session.is_none() && !modern;
        let terms = opens.then(|| SessionParams::new(&query, &settings, org_id.clone()));
        let activity = opened
            .as_ref()
            .map_or_else(|| self.local.sessions.stateless(principal), |opened| Arc::clone(&opened.activity));
        let busy = activity.begin();
        let shared = opened.as_ref().map(|opened| Arc::clone(&opened.shared));
        parts.extensions.insert(who.clone().context(settings, org_id, activity, shared));
        let accept = message::check_accept(&mut parts.headers, &parts.method)?;
        let (summary, body, room) = match call {
            Some(_) => {
                let (body, room) = client.receive(body).await?;
                let (summary, body) = message::read(&mut parts.headers, accept, body)?;
                (summary, body, Some(room))
            }
            None => (RequestSummary::default(), Body::empty(), None),
        };
        let id = match &opened {
            Some(opened) if !summary.id.is_null() => Some(opened.request_ids.take(&summary.id).await.ok_or_else(|| {
                let words = "another request with this `id` is under way in the session: give each request an `id` of \
                             its own";
                Rejection::of_message(StatusCode::BAD_REQUEST, "message", Invalid::request(words).of(summary.id.clone()))
            })?),
            _ => None,
        };
        let request = Request::from_parts(parts, body);
        // What opens no session in the end gives its place back at once.
        let place = if opens { Some(self.permit(principal, &who).await?) } else { None };
        let response = answer::in_json(self.mcp.handle(request).await, &summary).await;
        drop(room);
        if let Some(id) = response.headers().get(SESSION).and_then(|id| id.to_str().ok()) {
            self.keep(id, principal, &who, place, opened.zip(terms)).await?;
        }
        if let (true, true, Some(id)) = (ends, response.status().is_success(), &session) {
            self.local.sessions.forget(id);
            self.session_store.end(id).await;
        }
        let response = answer::fit(response, accept, &summary).await;
        let (mut parts, body) = response.into_parts();
        if ends && parts.status == StatusCode::ACCEPTED {
            // The session has ended. To `Accepted`, which is rmcp's, some clients' libraries say that it has not.
            parts.status = StatusCode::NO_CONTENT;
        }
        let mut body = PeekedBody::new(body);
        // The newer era's answers begin with their end, and a stream that a client summary for begins at once.
        if call.is_some() && !modern && answer::is(&parts.headers, "text/event-stream") {
            let replicas = self.session_store.is_there().is_some();
            body.first_word(if replicas { AMONG_REPLICAS } else { ALONE }).await;
        }
        Ok(uncached(Response::from_parts(
            parts,
            Body::new(GuardedBody { body, _busy: busy, _call: call, _id: id }),
        )))
    }

    /// Keeps a session that has been opened, where there is room for it.
    async fn keep(
        &self,
        id: &str,
        principal: Principal,
        who: &RequestIdentity,
        place: Option<NewPlace>,
        opened: Option<(Arc<SessionHandle>, SessionParams)>,
    ) -> Result<(), Rejection> {
        let (place, new_client) = match place {
            Some(place) => place,
            // It was opened by a request that said it would stand for itself.
            None => match self.permit(principal, who).await {
                Ok(place) => place,
                Err(refusal) => {
                    self.local.end(id).await;
                    return Err(refusal);
                }
            },
        };
        self.metrics.session_opened();
        let proving = new_client.map(|new_client| self.prove(id, new_client));
        match opened {
            Some((opened, terms)) => {
                self.local.sessions.keep(id, Arc::clone(&opened), place, proving);
                self.session_store.enter(id, principal, terms, &opened).await;
            }
            // Such a one is not written down: what is switched on in it is known to rmcp's side alone.
            None => self.local.sessions.keep(
                id,
                Arc::new(SessionHandle::new(EnabledCategories::default())),
                place,
                proving,
            ),
        }
        Ok(())
    }

    /// Room for another session, and its place among the new clients where Mist has not accepted its token yet.
    pub(super) async fn permit(
        &self,
        principal: Principal,
        who: &RequestIdentity,
    ) -> Result<NewPlace, Rejection> {
        let place = self.local.sessions.permit(principal)?;
        let new_client = match &who.admission {
            Some(client) => client.proof(&who.pool, &who.cloud, &who.tokens).admit().await?,
            None => None,
        };
        Ok((place, new_client))
    }

    /// Ends a session whose token Mist does not come to accept.
    pub(super) fn prove(&self, id: &str, new_client: NewClient) -> AbortOnDropHandle<()> {
        let (id, local, session_store) = (id.to_owned(), self.local.clone(), Arc::clone(&self.session_store));
        AbortOnDropHandle::new(tokio::spawn(async move {
            if !new_client.proven().await {
                tracing::debug!("a session ends whose token Mist has not accepted");
                session_store.end(&id).await;
                local.end(&id).await;
            }
        }))
    }

    /// The cloud that a client calls. A token that is not its own goes nowhere but where the operator sends it.
    fn cloud(&self, query: &Query, shared: bool) -> Result<Cloud, Rejection> {
        let Configuration { clouds, cloud: operators, .. } = &self.configuration;
        let Some(text) = &query.cloud else {
            return operators.clone().ok_or_else(|| {
                Rejection::request(format!(
                    "The URL names no Mist cloud: add `?cloud=` with the one whose portal you use, `api.` in place \
                     of `manage.`:\n{clouds}"
                ))
            });
        };
        match operators {
            Some(operators) if operators.is(text) => Ok(operators.clone()),
            Some(operators) if shared => Err(Rejection::request(format!(
                "This server shares its own token, which is for {operators} alone: leave `cloud` out, or bring a \
                 token of your own."
            ))),
            _ => clouds.find(text).map_err(|error| Rejection::request(error.to_string())),
        }
    }
}

/// The identity of a request: client, token and cloud, whatever session it is in.
#[derive(Clone, Debug)]
pub(super) struct RequestIdentity {
    tokens: Tokens,
    cloud: Cloud,
    pool: Arc<Pool>,
    request_id: Arc<str>,
    verbose: bool,
    closing: Arc<CancellationToken>,
    /// None where the tokens are the operator's.
    admission: Option<Arc<Client>>,
}

/// Room for a session, and its place among the new clients.
pub(super) type NewPlace = (SessionPermit, Option<NewClient>);

impl RequestIdentity {
    pub(super) fn context(
        self,
        settings: Settings,
        org_id: Option<String>,
        activity: Arc<InFlight>,
        shared: Option<Arc<SessionShared>>,
    ) -> HttpRequestContext {
        let Self { tokens, cloud, pool, request_id, verbose, closing, admission } = self;
        let settings = Arc::new(settings);
        let admission = admission.map(|client| client as Arc<dyn ClientAdmission>);
        HttpRequestContext {
            settings,
            tokens,
            cloud,
            org_id,
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

/// An answer that nobody on the way may keep.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether the request is of a revision without sessions. What its body says is held against this header later.
fn stands_for_itself(headers: &HeaderMap) -> bool {
    let version = headers.get(PROTOCOL_VERSION).and_then(|value| value.to_str().ok());
    let version = version.and_then(|text| serde_json::from_value(text.into()).ok());
    version.is_some_and(|version: rmcp::model::ProtocolVersion| !version.has_initialize())
}

/// The one value of a header.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Rejection> {
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

/// An answer, and what lasts as long as it is being sent.
struct GuardedBody<B> {
    body: B,
    _busy: InFlightGuard,
    _call: Option<TaskTrackerToken>,
    _id: Option<RequestIdGuard>,
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for GuardedBody<B> {
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
