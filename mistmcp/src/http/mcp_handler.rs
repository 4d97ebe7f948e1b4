//! The handler of `/mcp`: [`McpHandler`] authenticates a request, finds its session, and calls rmcp.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rmcp::handler::server::ServerHandler;
use rmcp::transport::streamable_http_server::session::SessionManager;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::accept::Accept;
use super::admission::{Client, NewClient, Received, within_size};
use super::answer;
use super::authentication::Authenticated;
use super::message::{self, ReadMessage, RequestSummary};
use super::oauth::{OAuth, Verified};
use super::page;
use super::principal::Principal;
use super::query::Query;
use super::rejection::Rejection;
use super::request_id;
use super::request_session::{RequestSession, new_state};
use super::restore::end_unaccepted;
use super::session_store::{self, SessionParams, SessionStore};
use super::sessions::{SessionPermit, Sessions};
use super::sse_peek::{PEEK_ALONE, PEEK_AMONG_REPLICAS, PeekedBody};
use super::tracked_body::{StreamEnd, TrackedBody};
use super::{Configuration, Mcp};
use crate::key::Key;
use crate::metrics::Metrics;
use crate::mist::{Cloud, Clouds, TokenStatus};
use crate::server::json_rpc::{ID_IN_USE, Invalid};
use crate::server::{ClientAdmission, HttpRequestContext, HttpSession, RequestIdGuard};
use crate::session::Settings;

/// The largest request body, in bytes. A tool call has a few hundred.
pub(super) const MAX_BODY_BYTES: usize = 1024 * 1024;
pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// Authenticates requests and looks sessions up before rmcp handles a message, so that a client cannot use a session
/// of another.
pub(super) struct McpHandler<H> {
    pub(super) configuration: Configuration,
    pub(super) oauth: Option<Arc<OAuth>>,
    pub(super) mcp: Mcp<H>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) session_store: Arc<dyn SessionStore>,
    pub(super) metrics: Arc<Metrics>,
    /// Keys the hash of [`Principal`].
    pub(super) key: Key,
    pub(super) closing: Arc<CancellationToken>,
    pub(super) calls: TaskTracker,
}

impl<H: ServerHandler> McpHandler<H> {
    /// Handles a request to `/mcp`.
    pub(super) async fn serve(self: &Arc<Self>, request: Request) -> Response {
        if page::is_browser(request.method(), request.headers()) {
            return page::browser_hint();
        }
        let answer = self.answer(request).await.map(uncached);
        answer.unwrap_or_else(|rejection| rejection.of_mcp().into_response())
    }

    async fn answer(self: &Arc<Self>, request: Request) -> Result<Response, Rejection> {
        self.check_open()?;
        let (mut parts, body) = request.into_parts();
        let body = within_size(&parts.headers, body)?;
        let query = Query::parse(parts.uri.query().unwrap_or_default())?;
        let client = parts.extensions.get::<Arc<Client>>().cloned().ok_or_else(Rejection::session)?;
        let authenticated = self.authenticate(&parts.headers, &query).await?;
        let principal = authenticated.principal;
        let stream_limit =
            authenticated.access.clone().map(|access| (access, authenticated.accounts.is_some()));
        // The operator's own tokens need not be validated with Mist first.
        let admission = (!authenticated.is_shared).then(|| Arc::clone(&client));
        let settings = self
            .configuration
            .settings
            .narrowed(query.mode, &query.categories)
            .map_err(|error| Rejection::request(error.to_string()))?;
        let is_accepted = || {
            let Authenticated { cloud, tokens, .. } = &authenticated;
            let pool = &self.configuration.pool;
            admission.as_ref().is_none_or(|client| client.validation(pool, cloud, tokens).is_accepted())
        };
        let Some(session) = self.session(&mut parts, principal, is_accepted).await? else {
            return Ok(StatusCode::NO_CONTENT.into_response());
        };
        let context = self.context(&parts, &query, settings, authenticated, admission.clone(), &session);
        let in_flight = context.activity.begin();
        let accept = message::check_accept(&mut parts.headers, &parts.method)?;
        let (summary, body, call) = if parts.method == Method::POST {
            let (body, received) = client.receive(body).await?;
            // Shutdown waits for every call that has been received as a whole and passed this check after it took the
            // token. A GET is a stream that lasts as long as its client likes, so shutdown does not wait for it.
            let call = self.calls.token();
            self.check_open()?;
            let (summary, body) = read(&mut parts, accept, body, received, &client).await?;
            (summary, body, Some(call))
        } else {
            (RequestSummary::default(), Body::empty(), None)
        };
        let id = match session.state() {
            Some(state) if !summary.id.is_null() => Some(take_id(state, &summary).await?),
            _ => None,
        };
        let opening = if summary.is_initialize && session.id().is_none() {
            Some(self.permits(principal, admission.as_ref(), &context, &query).await?)
        } else {
            None
        };
        if let (&Method::GET, RequestSession::Known { id, state }) = (&parts.method, &session)
            && state.is_restored()
        {
            self.check_last_event(&mut parts.headers, id).await?;
        }
        parts.extensions.insert(context);
        let method = parts.method.clone();
        let response = match &session {
            RequestSession::Known { id, state } if method != Method::DELETE && !state.is_restored() => {
                self.restore(id, state, admission, (parts, body)).await?
            }
            _ => self.mcp.handle(Request::from_parts(parts, body)).await.map(Body::new),
        };
        let response = answer::rejections_to_json(response, &summary).await;
        if let (Some(id), Some(opening)) = (text(response.headers(), &SESSION), opening) {
            self.register(id, principal, opening, session.state()).await;
        }
        if let (&Method::DELETE, true, RequestSession::Known { id, state }) =
            (&method, response.status().is_success(), &session)
        {
            self.sessions.remove(id);
            session_store::end(&self.session_store, id, state.is_accepted()).await;
        }
        let mut response = answer::negotiate(response, accept, &summary).await;
        if method == Method::DELETE && response.status() == StatusCode::ACCEPTED {
            // rmcp answers DELETE with 202. Some client libraries take that for a failure.
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        let (parts, body) = response.into_parts();
        let mut body = PeekedBody::new(body);
        // Stateless answers arrive complete, and a GET stream starts at once.
        let is_peeked = call.is_some() && !matches!(session, RequestSession::Stateless);
        if is_peeked && answer::is(&parts.headers, "text/event-stream") {
            let replicas = self.session_store.is_available().is_some();
            body.peek(if replicas { PEEK_AMONG_REPLICAS } else { PEEK_ALONE }).await;
        }
        // A call goes on to its answer.
        let is_stream = method == Method::GET || summary.is_subscription;
        let until = stream_limit
            .filter(|_| is_stream)
            .and_then(|(access, is_of_accounts)| self.stream_end(access, is_of_accounts));
        Ok(Response::from_parts(parts, Body::new(TrackedBody::new(body, until, (in_flight, call, id)))))
    }

    /// Rejects a stream that is to go on after an event which the session does not have. rmcp answers it with a stream that
    /// ends at once. A status of 404 would mean that the session has ended. Where the stream is the common one of the session,
    /// a fresh one takes its place: clients open it again with the same header, also after a restart of the server.
    async fn check_last_event(&self, headers: &mut HeaderMap, session: &str) -> Result<(), Rejection> {
        let unknown = || {
            Rejection::request(
                "The session has no event of this `Last-Event-ID` to go on after: it was never sent, or its stream has ended \
                 too long ago. Open a stream without the header.",
            )
        };
        if !headers.contains_key(LAST_EVENT) {
            return Ok(());
        }
        let event = single_value(headers, &LAST_EVENT).ok().flatten().ok_or_else(unknown)?.to_owned();
        // Event ids are `N/M` in the stream of a request, and `N` in the common stream.
        let is_common = event.parse::<usize>().is_ok();
        let Err(error) = self.sessions.manager.resume(&session.into(), event).await else { return Ok(()) };
        tracing::debug!(%error, "a stream cannot go on");
        if !is_common {
            return Err(unknown());
        }
        headers.remove(LAST_EVENT);
        Ok(())
    }

    /// Rejects a request after shutdown has begun.
    fn check_open(&self) -> Result<(), Rejection> {
        if self.closing.is_cancelled() {
            return Err(Rejection::full("closing", "This server is about to end. Try again in a while."));
        }
        Ok(())
    }

    /// What the MCP server needs to know of a request.
    fn context(
        &self,
        parts: &Parts,
        query: &Query,
        settings: Settings,
        authenticated: Authenticated,
        admission: Option<Arc<Client>>,
        session: &RequestSession,
    ) -> HttpRequestContext {
        let org_of_cloud = || query.cloud.as_deref().and_then(Clouds::organization);
        let org_id = query.org_id.clone().or_else(org_of_cloud).or_else(|| self.configuration.org_id.clone());
        let address_queue =
            parts.extensions.get::<Arc<Client>>().map(|client| client.job_queue()).unwrap_or_default();
        let activity = session.state().map_or_else(
            || self.sessions.stateless(authenticated.principal),
            |state| Arc::clone(&state.activity),
        );
        HttpRequestContext {
            settings: Arc::new(settings),
            tokens: authenticated.tokens,
            cloud: authenticated.cloud,
            is_org_operators: org_id == self.configuration.org_id,
            org_id,
            subject: authenticated.subject,
            accounts: authenticated.accounts,
            pool: Arc::clone(&self.configuration.pool),
            activity,
            session: session.state().cloned(),
            request_id: request_id::of(&parts.extensions),
            verbose: query.debug,
            admission: admission.map(|client| client as Arc<dyn ClientAdmission>),
            address_queue,
            closing: Arc::clone(&self.closing),
        }
    }

    /// The end of a stream, which must not outlast the access token that has opened it, nor the last account of a person
    /// who has accounts.
    fn stream_end(&self, access: Arc<Verified>, is_of_accounts: bool) -> Option<StreamEnd> {
        let oauth = Arc::clone(self.oauth.as_ref()?);
        let accounts = self.configuration.accounts.clone().filter(|_| is_of_accounts);
        Some(Box::pin(async move {
            let person = Arc::clone(&access.person);
            let refused = oauth.refused_by_time(access);
            match accounts {
                Some(accounts) => tokio::select! {
                    () = refused => {}
                    () = accounts.removed(&person) => {}
                },
                None => refused.await,
            }
        }))
    }

    /// Takes the permits of a session that the request opens.
    async fn permits(
        &self,
        principal: Principal,
        admission: Option<&Arc<Client>>,
        context: &HttpRequestContext,
        query: &Query,
    ) -> Result<Opening, Rejection> {
        let permit = self.sessions.permit(principal)?;
        let new_client = new_client(admission, context).await?;
        Ok((permit, new_client, SessionParams::new(query, &context.settings, context.org_id.clone())))
    }

    /// Registers a session that rmcp has opened. One of a request that declared a stateless protocol version is not
    /// stored: only rmcp has its enabled categories.
    async fn register(
        &self,
        id: &str,
        principal: Principal,
        (permit, new_client, params): Opening,
        state: Option<&Arc<HttpSession>>,
    ) {
        self.metrics.session_opened();
        let session = state.cloned().unwrap_or_else(new_state);
        self.end_unless_accepted(id, &session, new_client, false);
        self.sessions.register(id, Arc::clone(&session), permit);
        if state.is_some() {
            self.session_store.insert(id, principal, params, &session).await;
        }
    }

    /// Ends the session `id` unless Mist accepts its token. Without `new_client`, that is known already. `is_restored` tells
    /// whether another replica opened the session.
    pub(super) fn end_unless_accepted(
        &self,
        id: &str,
        session: &Arc<HttpSession>,
        new_client: Option<NewClient>,
        is_restored: bool,
    ) {
        let Some(new_client) = new_client else { return session.accept() };
        let (id, sessions, session_store) =
            (id.to_owned(), Arc::clone(&self.sessions), Arc::clone(&self.session_store));
        let opened = Arc::downgrade(session);
        let validation = tokio::spawn(async move {
            let status = new_client.status().await;
            if status == TokenStatus::Accepted {
                if let Some(session) = opened.upgrade() {
                    session.accept();
                }
                return;
            }
            tracing::debug!("a session ends whose token Mist has not accepted");
            end_unaccepted(&id, status, is_restored, (&sessions, &*session_store)).await;
        });
        // Set once: a session is opened or restored once.
        let _ = session.validation.set(AbortOnDropHandle::new(validation));
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
            Some(_) if shared && self.configuration.demo => Err(Rejection::request(
                "This server answers from the demo network: leave `cloud` out of the URL.",
            )),
            Some(default_cloud) if shared => Err(Rejection::request(format!(
                "This server shares its own token, which is for {default_cloud} alone: leave `cloud` out, or bring a \
                 token of your own."
            ))),
            _ => clouds.find(text).map_err(|error| Rejection::request(error.to_string())),
        }
    }
}

/// The permits and parameters of a session that a request opens.
type Opening = (SessionPermit, Option<NewClient>, SessionParams);

/// Takes a new-client permit for a session, if Mist has not accepted the client's token yet. `admission` is None if the
/// tokens are the operator's.
pub(super) async fn new_client(
    admission: Option<&Arc<Client>>,
    context: &HttpRequestContext,
) -> Result<Option<NewClient>, Rejection> {
    let Some(client) = admission else { return Ok(None) };
    client.validation(&context.pool, &context.cloud, &context.tokens).admit().await
}

/// Reads the message of a POST. The quota that it uses is one of the extensions, which rmcp keeps with the parsed message
/// until the call has ended, which may be after the client has disconnected.
async fn read(
    parts: &mut Parts,
    accept: Accept,
    body: Bytes,
    mut received: Received,
    client: &Client,
) -> Result<(RequestSummary, Body), Rejection> {
    let ReadMessage { summary, body, memory } =
        message::read(&mut parts.headers, accept, body, client).await?;
    received.hold(memory)?;
    parts.extensions.insert(Arc::new(received));
    Ok((summary, Body::from(body)))
}

/// Takes the id of a request in its session.
async fn take_id(session: &HttpSession, summary: &RequestSummary) -> Result<RequestIdGuard, Rejection> {
    session.request_ids.take(&summary.id).await.ok_or_else(|| {
        let invalid = Invalid::request(ID_IN_USE).of(summary.id.clone());
        Rejection::of_message(StatusCode::BAD_REQUEST, "message", invalid)
    })
}

/// Marks a response as not cacheable.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The value of a header, if it is text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The value of a header that must not be repeated.
pub(super) fn single_value<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, Rejection> {
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
