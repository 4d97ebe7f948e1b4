use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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

use crate::serving::serve;

/// An HTTP server in Mist's place. Dropping it stops it.
#[derive(Debug)]
pub struct MockUpstream {
    address: SocketAddr,
    desk: Arc<Desk>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Desk {
    answers: Mutex<HashMap<String, Vec<Answer>>>,
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    arrived: Notify,
    abandoned: Notify,
    /// For these tokens, whatever the path.
    for_tokens: Mutex<HashMap<String, Answer>>,
    /// Where nothing else is said.
    otherwise: Mutex<Option<Otherwise>>,
}

#[derive(Clone)]
struct Otherwise(Arc<dyn Fn(&Received) -> Answer + Send + Sync>);

impl fmt::Debug for Otherwise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Otherwise")
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its method.
    pub method: String,
    /// Its path as it stood in the request line, percent-encoding and all.
    pub path: String,
    /// Its query, decoded as a form is, in order.
    pub query: Vec<(String, String)>,
    /// Its headers.
    pub headers: HeaderMap,
}

impl Received {
    /// The segments of its path, each decoded by itself.
    pub fn segments(&self) -> Vec<String> {
        let segments = self.path.trim_start_matches('/').split('/');
        segments.map(|segment| percent_decode_str(segment).decode_utf8().unwrap().into_owned()).collect()
    }

    /// A header that it has once.
    pub fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name}: {values:?}");
        values[0].to_str().unwrap()
    }
}

/// What a peer answers.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    kind: Kind,
    turnstile: Option<Arc<Semaphore>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Whole,
    CutOff,
    Never,
    Late(Duration),
}

/// A request that is never answered. It ends when the one who asked has gone away.
struct Waiting(Arc<Desk>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.abandoned.notify_one();
    }
}

impl Answer {
    /// A body of that type.
    pub fn new(media_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { status: 200, headers, body: body.into(), kind: Kind::Whole, turnstile: None }
    }

    /// JSON.
    pub fn json(value: &Value) -> Self {
        Self::new("application/json", value.to_string())
    }

    /// Begins, and breaks off.
    pub fn cut_off() -> Self {
        Self { kind: Kind::CutOff, ..Self::new("application/json", r#"[{"id":"#) }
    }

    /// Takes the request, and is silent.
    pub fn never() -> Self {
        Self { kind: Kind::Never, ..Self::new("application/json", "") }
    }

    /// The same, after a while.
    #[must_use]
    pub fn late(self, delay: Duration) -> Self {
        Self { kind: Kind::Late(delay), ..self }
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Not before there is a permit for it, or the semaphore is closed.
    #[must_use]
    pub fn once(mut self, turnstile: &Arc<Semaphore>) -> Self {
        self.turnstile = Some(Arc::clone(turnstile));
        self
    }

    async fn respond(self, desk: Arc<Desk>) -> Response {
        if let Some(turnstile) = &self.turnstile
            && let Ok(permit) = turnstile.acquire().await
        {
            permit.forget();
        }
        match self.kind {
            Kind::Never => {
                let _waiting = Waiting(desk);
                std::future::pending::<()>().await;
            }
            Kind::Late(delay) => tokio::time::sleep(delay).await,
            Kind::Whole | Kind::CutOff => {}
        }
        let body = match self.kind {
            Kind::CutOff => {
                // A moment later: at once, the beginning would never leave the server's buffer.
                let end = async {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Err(std::io::Error::other("cut off"))
                };
                Body::from_stream(stream::iter([Ok(self.body)]).chain(stream::once(end)))
            }
            Kind::Whole | Kind::Never | Kind::Late(_) => Body::from(self.body),
        };
        let mut response = Response::builder().status(StatusCode::from_u16(self.status).unwrap());
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(body).unwrap()
    }
}

impl MockUpstream {
    /// A peer that answers `{}` to everything, until it is told otherwise.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    /// The same at another address of this machine.
    pub async fn start_at(address: &str) -> Self {
        let desk = Arc::new(Desk::default());
        let counted = Arc::clone(&desk);
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(move |connection| {
            counted.connections.fetch_add(1, Ordering::SeqCst);
            let _ = connection.set_nodelay(true);
        });
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&desk));
        Self { address, desk, _stop: serve(listener, router) }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests for a path so; several answers are given in turn, the last one again and again.
    pub fn answers(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        lock(&self.desk.answers).insert(path.to_owned(), answers);
    }

    /// Answers all requests with that token so.
    pub fn answers_token(&self, token: &str, answer: Answer) {
        lock(&self.desk.for_tokens).insert(format!("Token {token}"), answer);
    }

    /// Answers requests with that token as those with any other.
    pub fn accepts_token(&self, token: &str) {
        lock(&self.desk.for_tokens).remove(&format!("Token {token}"));
    }

    /// Answers requests for a path with JSON.
    pub fn json(&self, path: &str, value: &Value) {
        self.answers(path, [Answer::json(value)]);
    }

    /// Answers requests of which nothing else is said by what they are; that is `{}` until then.
    pub fn otherwise(&self, answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) {
        *lock(&self.desk.otherwise) = Some(Otherwise(Arc::new(answer)));
    }

    /// The requests that have arrived since this was last asked.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut lock(&self.desk.received))
    }

    /// Returns when a request has arrived, now or since this was last asked.
    pub async fn arrival(&self) {
        self.desk.arrived.notified().await;
    }

    /// Returns when somebody has gone away who waited for [`Answer::never`].
    pub async fn abandonment(&self) {
        self.desk.abandoned.notified().await;
    }

    /// Waits until so many requests have arrived, and takes them.
    pub async fn arrivals(&self, count: usize) -> Vec<Received> {
        let mut received = self.take();
        while received.len() < count {
            self.arrival().await;
            received.append(&mut self.take());
        }
        received
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.desk.connections.load(Ordering::SeqCst)
    }
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let received = Received {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: request.headers().clone(),
    };
    let authorization = received.headers.get("authorization").and_then(|value| value.to_str().ok());
    let for_token = authorization.and_then(|token| lock(&desk.for_tokens).get(token).cloned());
    let answer = for_token.or_else(|| {
        let mut answers = lock(&desk.answers);
        match answers.get_mut(&received.path) {
            Some(left) if left.len() > 1 => left.pop(),
            Some(left) => left.first().cloned(),
            None => None,
        }
    });
    let answer = answer.unwrap_or_else(|| {
        let otherwise = lock(&desk.otherwise).clone();
        otherwise.map_or_else(|| Answer::new("application/json", "{}"), |Otherwise(answer)| answer(&received))
    });
    lock(&desk.received).push(received);
    desk.arrived.notify_one();
    answer.respond(desk).await
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
