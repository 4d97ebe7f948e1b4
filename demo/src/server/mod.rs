//! HTTP server of the demo cloud: authentication, faults and routing.

mod faults;
mod incidents;
mod usage;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
    serve::ListenerExt as _,
};
use serde_json::json;
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    DemoCloud, Overlay, categories,
    engine::{self, Answer, ApiError, Call, Query},
    fault::{self, Faults},
    recorded::Recorder,
    world::{Current, UNTOUCHED, World},
};

/// What one running cloud remembers.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) faults: Faults,
    pub(crate) recorder: Recorder,
    usage: usage::Counter,
    /// The changes of the network, and the network with them.
    overlaid: Option<(Overlay, Current)>,
    incidents: incidents::IncidentNetworks,
}

impl State {
    /// The state of a cloud with changes of its network.
    pub(crate) fn with(overlay: Overlay) -> State {
        State { overlaid: Some((overlay, Current::new())), ..State::default() }
    }

    /// The network that a token sees; none for a token that is not accepted.
    fn world(&self, token: &str) -> Option<Arc<World>> {
        match (token.strip_prefix(DemoCloud::TOKEN)?, &self.overlaid) {
            ("", Some((overlay, current))) => Some(current.world(overlay)),
            ("", None) => Some(UNTOUCHED.world(&Overlay::default())),
            (incident, _) => self.incidents.world(incident.strip_prefix('.')?),
        }
    }

    /// How many calls an hour may see from now on.
    pub(crate) fn limit_requests(&self, limit: u64) {
        self.usage.limit(limit);
    }
}

/// Serves until the other end of `stopped` is dropped.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>, stopped: oneshot::Receiver<()>) {
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "the demo cloud could not set TCP_NODELAY");
        }
    });
    let router = Router::new().fallback(handle).with_state(state);
    let stopped = async move { drop(stopped.await) };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
        tracing::warn!(%error, "the demo cloud stopped");
    }
}

async fn handle(Shared(state): Shared<Arc<State>>, request: Request) -> Response {
    if request.uri().path() == faults::PATH {
        return faults::handle(&state.faults, request).await;
    }
    let (request, _body) = request.into_parts();
    state.recorder.record(&request);
    let fault = state.faults.take(request.uri.path());
    if let Some(response) = fault.as_ref().and_then(fault::instead) {
        return response;
    }
    let right = answer(&state, &request).map_or_else(refused, answered);
    match fault {
        Some(fault) => fault::spoiled(&fault, right).await,
        None => right,
    }
}

fn answer(state: &State, request: &Parts) -> Result<Answer, ApiError> {
    let world = token(&request.headers).and_then(|token| state.world(token));
    let world = world.ok_or_else(ApiError::unauthorized)?;
    let usage = state.usage.count()?;
    let path = request.uri.path();
    let (route, holes) = engine::find(categories::routes(), path).ok_or_else(ApiError::unknown_path)?;
    if request.method != Method::GET {
        return Err(ApiError::method_not_allowed(request.method.as_str()));
    }
    let query = Query::of(&request.uri);
    let written_holes = holes.clone();
    let mut answer = engine::answer(route, Call { world: &world, path, holes, query, usage })?;
    world.overlay.lay_over_answer(&world, route, &written_holes, &mut answer);
    Ok(answer)
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Token ")
}

fn answered(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(answer.content_type));
    for (name, value) in answer.headers {
        headers.insert(HeaderName::from_static(name), value);
    }
    response
}

#[expect(clippy::needless_pass_by_value, reason = "the refusal ends here")]
fn refused(error: ApiError) -> Response {
    let mut response = error_response(error.status, &error.detail);
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn error_response(status: StatusCode, detail: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], json!({ "detail": detail }).to_string())
        .into_response()
}
