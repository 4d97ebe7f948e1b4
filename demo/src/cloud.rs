//! A running demo cloud: [`DemoCloud`].

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    Fault, Overlay, Recorded, categories,
    server::{self, State},
};

/// A small Mist cloud on a loopback port. Dropping it stops it.
#[derive(Debug)]
pub struct DemoCloud {
    address: SocketAddr,
    state: Arc<State>,
    /// Told by being dropped.
    _stop: oneshot::Sender<()>,
}

impl DemoCloud {
    /// The API token that it accepts. With a dot and the name of a built-in incident behind it, as in `demo.NAME`, the
    /// network has this incident alone.
    pub const TOKEN: &str = "demo";

    /// Starts on a free port of 127.0.0.1, on the current tokio runtime.
    pub async fn start() -> io::Result<DemoCloud> {
        DemoCloud::start_on(0).await
    }

    /// Starts on a free port with changes laid over the network.
    pub async fn start_with(overlay: Overlay) -> io::Result<DemoCloud> {
        DemoCloud::serve(0, State::with(overlay)).await
    }

    /// Starts on a port of 127.0.0.1; 0 is any free one.
    pub async fn start_on(port: u16) -> io::Result<DemoCloud> {
        DemoCloud::serve(port, State::default()).await
    }

    async fn serve(port: u16, state: State) -> io::Result<DemoCloud> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(state);
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server::serve(listener, Arc::clone(&state), stopped));
        Ok(DemoCloud { address, state, _stop: stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The names of the collections that its answers are made of, which overlays change.
    pub fn collections() -> Vec<&'static str> {
        categories::collections().into_iter().map(|collection| collection.name).collect()
    }

    /// The paths that are answered from a collection alone, each with its name.
    pub fn answered_from() -> Vec<(&'static str, &'static str)> {
        categories::answered_from().collect()
    }

    /// The paths that it answers, with their holes: `/api/v1/sites/{site_id}/devices`.
    pub fn paths() -> Vec<&'static str> {
        categories::routes().map(|route| route.path).collect()
    }

    /// Makes the next `times` requests fail whose path starts with `path`; an empty `path` is any.
    /// Faults for one path are served in the order in which they were asked for.
    pub fn fail_next(&self, path: impl Into<String>, times: usize, fault: Fault) {
        self.state.faults.plan(path.into(), times, fault);
    }

    /// How many authorized calls an hour may see: 5,000 unless said. Those beyond it are refused with 429
    /// and `Retry-After` until the top of the hour, as Mist does; what was counted so far stays counted.
    pub fn limit_requests(&self, an_hour: u64) {
        self.state.limit_requests(an_hour);
    }

    /// The requests that arrived, oldest first: the last 10,000 of them.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.recorder.all()
    }
}
