//! An HTTP proxy between a session and the demo cloud, which can delay requests and change responses: [`Proxy`].

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::FutureExt as _;
use futures_util::future::{Either, LocalBoxFuture};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// Turns of the runtime without a new request after which all that were sent are held.
const QUIET_TURNS: usize = 12;

/// Answer of the cloud: status and body.
pub(crate) struct ProxiedResponse {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Changes the answer to a path with a query.
type Change = Arc<dyn Fn(&str, &str, &mut ProxiedResponse) + Send + Sync>;

/// A proxy on a loopback port. Dropping it stops it.
pub(crate) struct Proxy {
    url: String,
    state: Arc<ProxyState>,
    _stop: oneshot::Sender<()>,
}

struct ProxyState {
    upstream: String,
    client: reqwest::Client,
    change: Mutex<Option<Change>>,
    paths: Mutex<Vec<String>>,
    silent: Mutex<Vec<String>>,
    holds: AtomicBool,
    held: AtomicUsize,
    in_service: AtomicUsize,
    released: watch::Sender<usize>,
}

impl Proxy {
    pub(crate) async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(ProxyState {
            upstream: upstream.to_owned(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            change: Mutex::default(),
            paths: Mutex::default(),
            silent: Mutex::default(),
            holds: AtomicBool::default(),
            held: AtomicUsize::default(),
            in_service: AtomicUsize::default(),
            released: watch::channel(0).0,
        });
        let router = Router::new().fallback(handle).with_state(Arc::clone(&state));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let served = axum::serve(listener, router);
            futures_util::future::select(std::pin::pin!(served.into_future()), stopped).await;
        });
        Self { url, state, _stop: stop }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Changes answers from now on.
    pub(crate) fn change(&self, change: impl Fn(&str, &mut ProxiedResponse) + Send + Sync + 'static) {
        self.change_by_query(move |path, _, response| change(path, response));
    }

    /// The same by the query of a request as well.
    pub(crate) fn change_by_query(
        &self,
        change: impl Fn(&str, &str, &mut ProxiedResponse) + Send + Sync + 'static,
    ) {
        *self.state.change.lock().unwrap() = Some(Arc::new(change));
    }

    /// Never answers these paths.
    pub(crate) fn never_answer(&self, paths: Vec<String>) {
        *self.state.silent.lock().unwrap() = paths;
    }

    /// The paths that were asked for since the last time.
    pub(crate) fn take_paths(&self) -> Vec<String> {
        std::mem::take(&mut self.state.paths.lock().unwrap())
    }

    /// Runs `work` in rounds: requests are held until no more arrive, then all of them are answered. Returns the number
    /// of rounds. It is never less than the longest chain of requests that wait for each other; a disturbance of the
    /// machine can only make it more.
    pub(crate) fn in_rounds<'a, T: 'a>(
        &'a self,
        work: impl Future<Output = T> + 'a,
    ) -> LocalBoxFuture<'a, (T, usize)> {
        self.count_rounds(work.boxed_local()).boxed_local()
    }

    async fn count_rounds<T>(&self, mut work: LocalBoxFuture<'_, T>) -> (T, usize) {
        self.state.holds.store(true, Ordering::SeqCst);
        let mut rounds = 0;
        loop {
            match futures_util::future::select(work.as_mut(), std::pin::pin!(self.all_held())).await {
                Either::Left((done, _)) => {
                    self.state.holds.store(false, Ordering::SeqCst);
                    return (done, rounds);
                }
                Either::Right(_) => {
                    rounds += 1;
                    self.state.released.send_modify(|round| *round += 1);
                    // The released requests are no longer held before the next count.
                    while self.state.held.load(Ordering::SeqCst) > 0 {
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
    }

    /// Waits until requests are held, none is being answered, and no more arrive.
    async fn all_held(&self) {
        let (mut before, mut quiet) = (0, 0);
        loop {
            // Each turn polls every ready task and the sockets; the pause leaves time for jobs on other threads.
            for _ in 0..4 {
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
            let held = self.state.held.load(Ordering::SeqCst);
            let is_quiet = held > 0 && held == before && self.state.in_service.load(Ordering::SeqCst) == 0;
            quiet = if is_quiet { quiet + 1 } else { 0 };
            before = held;
            if quiet == QUIET_TURNS {
                return;
            }
        }
    }
}

async fn handle(State(state): State<Arc<ProxyState>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    state.paths.lock().unwrap().push(path.clone());
    if state.silent.lock().unwrap().contains(&path) {
        std::future::pending::<()>().await;
    }
    if state.holds.load(Ordering::SeqCst) {
        let mut released = state.released.subscribe();
        state.held.fetch_add(1, Ordering::SeqCst);
        released.changed().await.unwrap();
        state.in_service.fetch_add(1, Ordering::SeqCst);
        state.held.fetch_sub(1, Ordering::SeqCst);
    } else {
        state.in_service.fetch_add(1, Ordering::SeqCst);
    }
    let response = forward(&state, &path, request).await;
    state.in_service.fetch_sub(1, Ordering::SeqCst);
    response
}

async fn forward(state: &ProxyState, path: &str, request: Request) -> Response {
    let target = request.uri().path_and_query().unwrap().as_str();
    let mut forwarded = state.client.get(format!("{}{target}", state.upstream));
    for name in ["authorization", "accept"] {
        if let Some(value) = request.headers().get(name) {
            forwarded = forwarded.header(name, value);
        }
    }
    let answered = forwarded.send().await.unwrap();
    let headers = answered.headers().clone();
    let mut proxied = ProxiedResponse {
        status: answered.status().as_u16(),
        body: answered.bytes().await.unwrap().to_vec(),
    };
    let change = state.change.lock().unwrap().clone();
    if let Some(change) = change {
        change(path, request.uri().query().unwrap_or_default(), &mut proxied);
    }
    let mut response = Response::builder().status(proxied.status);
    for (name, value) in
        headers.iter().filter(|(name, _)| name.as_str().starts_with("x-") || *name == "content-type")
    {
        response = response.header(name, value);
    }
    response.body(Body::from(proxied.body)).unwrap()
}

impl ProxiedResponse {
    /// A success with this body.
    pub(crate) fn body(text: &str) -> Self {
        Self { status: 200, body: text.as_bytes().to_vec() }
    }

    /// An answer without a success.
    pub(crate) fn status(status: u16) -> Self {
        Self { status, body: b"{}".to_vec() }
    }

    /// Changes the body as JSON, where it is JSON.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        if let Ok(mut value) = serde_json::from_slice(&self.body) {
            edit(&mut value);
            self.body = value.to_string().into_bytes();
        }
    }
}
