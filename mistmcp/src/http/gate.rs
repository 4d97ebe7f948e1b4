use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use rmcp::handler::server::ServerHandler;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::answer;
use super::beginning::{ALONE, AMONG_REPLICAS, Begun};
use super::credentials::Admitted;
use super::ledger::Ledger;
use super::message::{self, Asked};
use super::opened::{Opened, Terms};
use super::owner::Owner;
use super::page;
use super::query::Query;
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::sessions::{Local, Place};
use super::taking_up::TakingUp;
use super::{Configuration, Mcp};
use crate::Tokens;
use crate::metrics::Metrics;
use crate::mist::{Cloud, Clouds, Pool};
use crate::server::{Activity, Busy, Seat, Visitor};
use crate::session::{Settings, Switches};
use crate::shared::Key;

/// The largest message of a client, in bytes. A call has a few hundred.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// How long a client may take to send one.
const SENDING: Duration = Duration::from_secs(15);
pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// Works out who a request is from before MCP's part begins, and lets nobody into another's session.
pub(super) struct Gate<H> {
    pub(super) configuration: Configuration,
    pub(super) mcp: Mcp<H>,
    pub(super) local: Local,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) metrics: Arc<Metrics>,
    /// By which owners are known.
    pub(super) key: Key,
    pub(super) closing: Arc<CancellationToken>,
    pub(super) calls: TaskTracker,
    pub(super) taking_up: TakingUp,
}

impl<H: ServerHandler> Gate<H> {
    /// The way of a request to `/mcp`.
    pub(super) async fn serve(&self, request: Request) -> Response {
        if page::is_wanted(request.method(), request.headers()) {
            self.metrics.refusal("browser");
            return page::signpost();
        }
        self.answer(request).await.unwrap_or_else(|refusal| refusal.counted(&self.metrics))
    }

    async fn answer(&self, request: Request) -> Result<Response, Refusal> {
        // Before the look at whether it ends: the end waits for whoever got past that. A GET is a stream, which lasts as
        // long as its client likes, and nobody waits for it.
        let call = (request.method() == Method::POST).then(|| self.calls.token());
        if self.closing.is_cancelled() {
            return Err(Refusal::full("closing", "This server is about to end. Try again in a while."));
        }
        let (mut parts, body) = request.into_parts();
        let query = Query::read(parts.uri.query().unwrap_or_default())?;
        let Admitted { tokens, shared } = self.configuration.credentials.admit(&parts.headers)?;
        let cloud = self.cloud(&query, shared)?;
        let settings = self
            .configuration
            .settings
            .narrowed(query.mode, &query.categories)
            .map_err(|error| Refusal::request(error.to_string()))?;
        let owner = Owner::of(&self.key, &tokens, &cloud);

        let session = one(&parts.headers, &SESSION)?.map(str::to_owned);
        let modern = stands_for_itself(&parts.headers);
        let of_cloud = || query.cloud.as_deref().and_then(Clouds::organization);
        let org_id = query.org_id.clone().or_else(of_cloud).or_else(|| self.configuration.org_id.clone());
        let request_id =
            parts.extensions.get::<RequestId>().map_or_else(|| "".into(), |id| Arc::clone(&id.0));
        let pool = Arc::clone(&self.configuration.pool);
        let closing = Arc::clone(&self.closing);
        let who = Who { tokens, cloud, pool, request_id, verbose: query.debug, closing };
        let ends = parts.method == Method::DELETE;
        let opened = match &session {
            _ if modern => {
                // An `initialize` is of the older era whatever version it names, and would go to that session.
                parts.headers.remove(SESSION);
                None
            }
            Some(id) => match self.find(id, owner, &who, ends).await? {
                Some(opened) => Some(opened),
                None => return Ok(uncached(StatusCode::NO_CONTENT.into_response())),
            },
            None => Some(Arc::new(Opened::new(Switches::default()))),
        };
        let opens = parts.method == Method::POST && session.is_none() && !modern;
        let terms = opens.then(|| Terms::new(&query, &settings, org_id.clone()));
        let activity = opened
            .as_ref()
            .map_or_else(|| self.local.sessions.alone(owner), |opened| Arc::clone(&opened.activity));
        let busy = activity.begin();
        let seat = opened.as_ref().map(|opened| Arc::clone(&opened.seat));
        parts.extensions.insert(who.visitor(settings, org_id, activity, seat));
        let accept = message::check_accept(&mut parts.headers, parts.method == Method::GET)?;
        let (asked, body) = match call {
            Some(_) => message::read(&mut parts.headers, accept, received(body).await?)?,
            None => (Asked::default(), Body::empty()),
        };
        let request = Request::from_parts(parts, body);
        // What opens no session in the end gives its place back at once.
        let place = opens.then(|| self.local.sessions.place(owner)).transpose()?;
        let response = answer::in_json(self.mcp.handle(request).await, &asked).await;
        if let Some(id) = response.headers().get(SESSION).and_then(|id| id.to_str().ok()) {
            self.keep(id, owner, place, opened.zip(terms)).await?;
        }
        if let (true, true, Some(id)) = (ends, response.status().is_success(), &session) {
            self.local.sessions.forget(id);
            self.ledger.end(id).await;
        }
        let response = answer::fit(response, accept, &asked).await;
        let (mut parts, body) = response.into_parts();
        if ends && parts.status == StatusCode::ACCEPTED {
            // The session has ended. To `Accepted`, which is rmcp's, some clients' libraries say that it has not.
            parts.status = StatusCode::NO_CONTENT;
        }
        let mut body = Begun::new(body);
        // The newer era's answers begin with their end, and a stream that a client asked for begins at once.
        if call.is_some() && !modern && answer::is(&parts.headers, "text/event-stream") {
            let replicas = self.ledger.is_there().is_some();
            body.first_word(if replicas { AMONG_REPLICAS } else { ALONE }).await;
        }
        Ok(uncached(Response::from_parts(parts, Body::new(Held { body, _busy: busy, _call: call }))))
    }

    /// Keeps a session that has been opened, where there is room for it.
    async fn keep(
        &self,
        id: &str,
        owner: Owner,
        place: Option<Place>,
        opened: Option<(Arc<Opened>, Terms)>,
    ) -> Result<(), Refusal> {
        let place = match place {
            Some(place) => place,
            // It was opened by a request that said it would stand for itself.
            None => match self.local.sessions.place(owner) {
                Ok(place) => place,
                Err(refusal) => {
                    self.local.end(id).await;
                    return Err(refusal);
                }
            },
        };
        self.metrics.session_opened();
        match opened {
            Some((opened, terms)) => {
                self.local.sessions.keep(id, Arc::clone(&opened), place);
                self.ledger.enter(id, owner, terms, &opened).await;
            }
            // Such a one is not written down: what is switched on in it is known to rmcp's side alone.
            None => self.local.sessions.keep(id, Arc::new(Opened::new(Switches::default())), place),
        }
        Ok(())
    }

    /// The cloud that a client calls. A token that is not its own goes nowhere but where the operator sends it.
    fn cloud(&self, query: &Query, shared: bool) -> Result<Cloud, Refusal> {
        let Configuration { clouds, cloud: operators, .. } = &self.configuration;
        let Some(text) = &query.cloud else {
            return operators.clone().ok_or_else(|| {
                Refusal::request(format!(
                    "The URL names no Mist cloud: add `?cloud=` with the one whose portal you use, `api.` in place \
                     of `manage.`:\n{clouds}"
                ))
            });
        };
        match operators {
            Some(operators) if operators.is(text) => Ok(operators.clone()),
            Some(operators) if shared => Err(Refusal::request(format!(
                "This server shares its own token, which is for {operators} alone: leave `cloud` out, or bring a \
                 token of your own."
            ))),
            _ => clouds.find(text).map_err(|error| Refusal::request(error.to_string())),
        }
    }
}

/// Who asks, by which token, and where; whatever session it is in.
#[derive(Clone, Debug)]
pub(super) struct Who {
    tokens: Tokens,
    cloud: Cloud,
    pool: Arc<Pool>,
    request_id: Arc<str>,
    verbose: bool,
    closing: Arc<CancellationToken>,
}

impl Who {
    pub(super) fn visitor(
        self,
        settings: Settings,
        org_id: Option<String>,
        activity: Arc<Activity>,
        seat: Option<Arc<Seat>>,
    ) -> Visitor {
        let Self { tokens, cloud, pool, request_id, verbose, closing } = self;
        let settings = Arc::new(settings);
        Visitor { settings, tokens, cloud, org_id, pool, activity, seat, request_id, verbose, closing }
    }
}

/// An answer that nobody on the way may keep.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The whole of a client's message, which has to come soon and within bounds.
async fn received(body: Body) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(SENDING, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_size",
            format!("The message broke off, or has more than the {MOST_BYTES} bytes that are read."),
        )),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_time",
            format!("The message was not there after {} seconds.", SENDING.as_secs()),
        )),
    }
}

/// Whether the request is of a revision without sessions. What its body says is held against this header later.
fn stands_for_itself(headers: &HeaderMap) -> bool {
    let version = headers.get(PROTOCOL_VERSION).and_then(|value| value.to_str().ok());
    let version = version.and_then(|text| serde_json::from_value(text.into()).ok());
    version.is_some_and(|version: rmcp::model::ProtocolVersion| !version.has_initialize())
}

/// The one value of a header.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Refusal::session())?;
            Ok(Some(text))
        }
        (Some(_), Some(_)) => Err(Refusal::request(format!("The header `{name}` is there twice."))),
    }
}

/// An answer, and what lasts as long as it is being sent.
struct Held<B> {
    body: B,
    _busy: Busy,
    _call: Option<TaskTrackerToken>,
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Held<B> {
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
