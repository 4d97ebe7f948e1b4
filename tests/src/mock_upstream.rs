//! A mock of the Mist cloud: [`MockUpstream`].

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt;
use futures_util::{StreamExt, stream};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, oneshot};

use crate::lock;
use crate::serving::serve;

/// An HTTP server in place of the Mist cloud. Dropping it stops it.
#[derive(Debug)]
pub struct MockUpstream {
    address: SocketAddr,
    state: Arc<MockState>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct MockState {
    answers: Mutex<HashMap<String, Vec<Answer>>>,
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    arrived: Notify,
    abandoned: Notify,
    /// Answers by token, whatever the path.
    for_tokens: Mutex<HashMap<String, Answer>>,
    /// The default answer.
    default_handler: Mutex<Option<DefaultHandler>>,
}

#[derive(Clone)]
struct DefaultHandler(Arc<dyn Fn(&Received) -> Answer + Send + Sync>);

impl fmt::Debug for DefaultHandler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DefaultHandler")
    }
}

/// A recorded request.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The path of the request line, percent-encoded.
    pub path: String,
    /// The decoded query parameters, in order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
}

impl Received {
    /// The path segments, each decoded.
    pub fn segments(&self) -> Vec<String> {
        let segments = self.path.trim_start_matches('/').split('/');
        segments.map(|segment| percent_decode_str(segment).decode_utf8().unwrap().into_owned()).collect()
    }

    /// The value of a parameter in the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that is a number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.parameter(name).map(|value| value.parse().unwrap())
    }

    /// A header that must occur once.
    pub fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name}: {values:?}");
        values[0].to_str().unwrap()
    }
}

/// An answer of the mock.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    kind: Kind,
    permits: Option<Arc<Semaphore>>,
    /// Where the body stops until there is a permit.
    pause: Option<(usize, Arc<Semaphore>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Whole,
    CutOff,
    Never,
    Late(Duration),
}

/// A request that is never answered, until its client disconnects.
struct UnansweredRequest(Arc<MockState>);

impl Drop for UnansweredRequest {
    fn drop(&mut self) {
        self.0.abandoned.notify_one();
    }
}

impl Answer {
    /// A body of a media type.
    pub fn new(media_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { status: 200, headers, body: body.into(), kind: Kind::Whole, permits: None, pause: None }
    }

    /// JSON.
    pub fn json(value: &Value) -> Self {
        Self::new("application/json", value.to_string())
    }

    /// Rows of a list, with the headers of a page of this number and limit, of so many rows in total.
    pub fn page(rows: &[Value], number: usize, limit: usize, total: usize) -> Self {
        let values = [("x-page-page", number), ("x-page-limit", limit), ("x-page-total", total)];
        let answer = Self::json(&rows.into());
        values.iter().fold(answer, |answer, (name, value)| answer.header(name, &value.to_string()))
    }

    /// A body that breaks off.
    pub fn cut_off() -> Self {
        Self { kind: Kind::CutOff, ..Self::new("application/json", r#"[{"id":"#) }
    }

    /// No answer.
    pub fn never() -> Self {
        Self { kind: Kind::Never, ..Self::new("application/json", "") }
    }

    /// The same answer after a delay.
    #[must_use]
    pub fn late(self, delay: Duration) -> Self {
        Self { kind: Kind::Late(delay), ..self }
    }

    /// Sets the status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits for a permit of the semaphore, or until it is closed.
    #[must_use]
    pub fn once(mut self, permits: &Arc<Semaphore>) -> Self {
        self.permits = Some(Arc::clone(permits));
        self
    }

    /// Sends so many bytes of the body, and the rest, without telling the length, when there is a permit of the semaphore.
    #[must_use]
    pub fn pausing(mut self, bytes: usize, permits: &Arc<Semaphore>) -> Self {
        self.pause = Some((bytes, Arc::clone(permits)));
        self
    }

    async fn respond(self, state: Arc<MockState>) -> Response {
        if let Some(permits) = &self.permits
            && let Ok(permit) = permits.acquire().await
        {
            permit.forget();
        }
        match self.kind {
            Kind::Never => {
                let _waiting = UnansweredRequest(state);
                std::future::pending::<()>().await;
            }
            Kind::Late(delay) => tokio::time::sleep(delay).await,
            Kind::Whole | Kind::CutOff => {}
        }
        let body = match (self.kind, self.pause) {
            (Kind::Whole, Some((bytes, permits))) => {
                let (start, rest) = (self.body.slice(..bytes), self.body.slice(bytes..));
                let rest = async move {
                    if let Ok(permit) = permits.acquire().await {
                        permit.forget();
                    }
                    Ok::<_, std::io::Error>(rest)
                };
                Body::from_stream(stream::iter([Ok(start)]).chain(stream::once(rest)))
            }
            (Kind::CutOff, _) => {
                // With a delay, because otherwise the beginning would never leave the write buffer.
                let end = async {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Err(std::io::Error::other("cut off"))
                };
                Body::from_stream(stream::iter([Ok(self.body)]).chain(stream::once(end)))
            }
            _ => Body::from(self.body),
        };
        let mut response = Response::builder().status(StatusCode::from_u16(self.status).unwrap());
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(body).unwrap()
    }
}

impl MockUpstream {
    /// Starts a mock that answers `{}` to everything until configured.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    /// The same at another local address.
    pub async fn start_at(address: &str) -> Self {
        let state = Arc::new(MockState::default());
        let counted = Arc::clone(&state);
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(move |connection| {
            counted.connections.fetch_add(1, Ordering::SeqCst);
            let _ = connection.set_nodelay(true);
        });
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&state));
        Self { address, state, _stop: serve(listener, router) }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the answers for a path. They are given in turn, and the last one is repeated.
    pub fn answers(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        lock(&self.state.answers).insert(path.to_owned(), answers);
    }

    /// Sets the answer for all requests with a token.
    pub fn answers_token(&self, token: &str, answer: Answer) {
        lock(&self.state.for_tokens).insert(format!("Token {token}"), answer);
    }

    /// Removes the answer for a token.
    pub fn accepts_token(&self, token: &str) {
        lock(&self.state.for_tokens).remove(&format!("Token {token}"));
    }

    /// Answers requests for a path with JSON.
    pub fn json(&self, path: &str, value: &Value) {
        self.answers(path, [Answer::json(value)]);
    }

    /// Sets the default answer, which depends on the request.
    pub fn default_handler(&self, answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) {
        *lock(&self.state.default_handler) = Some(DefaultHandler(Arc::new(answer)));
    }

    /// Takes the recorded requests.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut lock(&self.state.received))
    }

    /// Waits for a request, including one that arrived since the last wait.
    pub async fn arrival(&self) {
        self.state.arrived.notified().await;
    }

    /// Waits until a client of [`Answer::never`] has disconnected.
    pub async fn abandonment(&self) {
        self.state.abandoned.notified().await;
    }

    /// Waits for `count` requests, and takes them.
    pub async fn arrivals(&self, count: usize) -> Vec<Received> {
        let mut received = self.take();
        while received.len() < count {
            self.arrival().await;
            received.append(&mut self.take());
        }
        received
    }

    /// The number of connections accepted.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

async fn answer(State(state): State<Arc<MockState>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let received = Received {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: request.headers().clone(),
    };
    let authorization = received.headers.get("authorization").and_then(|value| value.to_str().ok());
    let for_token = authorization.and_then(|token| lock(&state.for_tokens).get(token).cloned());
    let answer = for_token.or_else(|| {
        let mut answers = lock(&state.answers);
        match answers.get_mut(&received.path) {
            Some(left) if left.len() > 1 => left.pop(),
            Some(left) => left.first().cloned(),
            None => None,
        }
    });
    let answer = answer.unwrap_or_else(|| {
        let default_handler = lock(&state.default_handler).clone();
        default_handler
            .map_or_else(|| Answer::new("application/json", "{}"), |DefaultHandler(answer)| answer(&received))
    });
    lock(&state.received).push(received);
    state.arrived.notify_one();
    answer.respond(state).await
}
