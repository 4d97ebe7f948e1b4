//! Admission control: quotas for unauthenticated and single clients, in total and per address. A request beyond a
//! limit is rejected cheaply, with the remedy. Whatever refuses a request, it is counted here by its reason.
//!
//! [`Admission`] is the policy, [`AdmissionLimits`] its numbers. A connection is admitted when it is accepted, a
//! request and its response in [`Admission::serve`], its body in [`Client::receive`], and a token that Mist has not
//! accepted yet when it opens a session or a stream, by [`Client::validation`].

mod addresses;
mod body;
mod budget;
mod connections;
mod forwarded;
mod guarded_body;
mod limits;
mod new_clients;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, Version, header};
use http_body::Body as HttpBody;
use tower::{Service, ServiceExt};

use addresses::{Address, Addresses};
pub(super) use body::{Received, within_size};
use budget::{Budget, BudgetPermit};
pub(super) use connections::ClientConnection;
use connections::Connections;
use guarded_body::GuardedBody;
pub(crate) use limits::AdmissionLimits;
#[cfg(feature = "redis")]
pub(super) use limits::UNACCEPTED_AT_MOST;
pub(super) use limits::{CONNECTION_WINDOW, STREAM_WINDOW, STREAMS};
use limits::{NEW_CLIENTS, SEARCHES};
pub(super) use new_clients::NewClient;

use super::rejection::{self, Rejection, is_mcp};
use crate::audit::AuditLog;
use crate::metrics::Metrics;
use crate::work::{self, JobQueue};

/// How often idle and stalled connections are closed.
const SWEEP_INTERVAL: Duration = Duration::from_secs(2);
/// Responses up to this size are not counted: the buffers of a connection are larger.
const UNCOUNTED_BYTES: u64 = 8 * 1024;

/// The admission policy of a server, with what is in use of each quota.
#[derive(Debug)]
pub(super) struct Admission {
    limits: Arc<AdmissionLimits>,
    addresses: Addresses,
    connections: Connections,
    requests: Arc<Budget>,
    body_bytes: Arc<Budget>,
    answer_bytes: Arc<Budget>,
    new_clients: Arc<Budget>,
    metrics: Arc<Metrics>,
}

/// The client of a request, for quotas. It is an extension of each request.
#[derive(Clone, Debug)]
pub(super) struct Client {
    admission: Arc<Admission>,
    address: Arc<Address>,
}

impl Admission {
    pub(super) fn new(
        limits: AdmissionLimits,
        metrics: Arc<Metrics>,
        audit: Option<Arc<AuditLog>>,
    ) -> Arc<Self> {
        let limits = Arc::new(limits);
        let gauge = |resource| Some(metrics.in_use(resource));
        Arc::new(Self {
            addresses: Addresses::new(Arc::clone(&limits), Arc::clone(&metrics), audit),
            connections: Connections::new(limits.connections),
            requests: Budget::new(limits.requests, gauge("requests")),
            body_bytes: Budget::new(limits.body_bytes, gauge("body_bytes")),
            answer_bytes: Budget::new(limits.answer_bytes, gauge("answer_bytes")),
            new_clients: Budget::new(NEW_CLIENTS, gauge("new_clients")),
            limits,
            metrics,
        })
    }

    /// Admits an accepted connection. None if no slot is free.
    pub(super) fn connect(&self, peer: IpAddr) -> Option<Arc<ClientConnection>> {
        let is_proxy = forwarded::is_trusted(&self.limits.trusted_proxies, peer);
        let connection = self.connections.open(self.addresses.get(peer), is_proxy);
        if connection.is_none() {
            self.metrics.refusal("connections");
        }
        connection
    }

    /// Releases a connection whose socket has been dropped.
    pub(super) fn disconnected(&self, connection: &ClientConnection) {
        self.connections.closed(connection);
    }

    /// Closes an idle connection when the process is out of file descriptors. Returns whether there was one.
    pub(super) fn make_room(&self) -> bool {
        self.connections.close_idle(|_| true)
    }

    /// Closes idle and stalled connections and returns free memory to the system, for as long as the server runs.
    pub(super) async fn sweep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(SWEEP_INTERVAL).await;
            self.connections.sweep();
            self.addresses.sweep();
            work::release_free_memory();
        }
    }

    /// Ends what is counted per address, when the server ends.
    pub(super) fn end(&self) {
        self.addresses.end();
    }

    /// Serves a request by `inner`, if the quotas allow it.
    pub(super) async fn serve<S>(
        self: Arc<Self>,
        connection: Arc<ClientConnection>,
        mut request: Request,
        inner: S,
    ) -> Response
    where
        S: Service<Request, Response = Response, Error = Infallible>,
    {
        let in_flight = connection.begin();
        let version = request.version();
        let client =
            Arc::new(Client { address: self.address(&connection, &request), admission: Arc::clone(&self) });
        let is_mcp = is_mcp(request.uri().path());
        let admitted = if matches!(request.uri().path(), "/livez" | "/readyz") {
            Ok(None)
        } else {
            client.admit(&connection).map(Some)
        };
        let of_path = |rejection: Rejection| if is_mcp { rejection.of_mcp() } else { rejection };
        let (response, slots) = match admitted {
            Ok(slots) => {
                request.extensions_mut().insert(Arc::clone(&client));
                (inner.oneshot(request).await.unwrap_or_else(|never| match never {}), slots)
            }
            Err(rejection) => (of_path(rejection).into_response(), None),
        };
        // The bytes of a complete body. Those of a stream are counted per event.
        let bytes = response.body().size_hint().lower();
        let (mut response, answer) = match client.count(&connection, bytes) {
            Ok(answer) => (response, answer),
            Err(rejection) => (of_path(rejection).into_response(), None),
        };
        rejection::count(&response, &self.metrics);
        if connection.is_reserve && version < Version::HTTP_2 {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        // A body over HTTP/1 that its client does not take blocks the socket.
        let taking = (version == Version::HTTP_2).then(|| connection.taking());
        let stream = StreamBytes { client, connection };
        response.map(|body| Body::new(GuardedBody::new(body, taking, answer, stream, (in_flight, slots))))
    }

    fn address(&self, connection: &ClientConnection, request: &Request) -> Arc<Address> {
        let proxies = &self.limits.trusted_proxies;
        let named = connection.is_proxy.then(|| forwarded::client(request.headers(), proxies)).flatten();
        named.map_or_else(|| Arc::clone(&connection.address), |address| self.addresses.get(address))
    }
}

impl Client {
    /// Takes a slot of the requests in flight.
    fn admit(&self, connection: &ClientConnection) -> Result<[BudgetPermit; 2], Rejection> {
        let Self { admission, address } = self;
        if connection.is_reserve {
            return Err(Rejection::too_many(
                "connections",
                "This address, or the server, has as many connections as it may have (--max-connections-per-address, \
                 --max-connections). Close some, or try again in a while.",
            ));
        }
        let of_address = address.requests.take(1).ok_or_else(|| {
            Rejection::too_many(
                "requests_of_address",
                format!(
                    "{} requests of this address are under way, which is as many as may be at once \
                     (--max-requests-per-address). Wait for one to end.",
                    admission.limits.requests_per_address
                ),
            )
        })?;
        let of_all = admission.requests.take(1).ok_or_else(|| {
            Rejection::full(
                "requests",
                "As many requests are under way as the server serves at once (--max-requests). Try again in a while.",
            )
        })?;
        Ok([of_address, of_all])
    }

    /// Counts the bytes of a response until the client has read them.
    fn count(
        &self,
        connection: &Arc<ClientConnection>,
        bytes: u64,
    ) -> Result<Option<connections::Answer>, Rejection> {
        if bytes <= UNCOUNTED_BYTES {
            return Ok(None);
        }
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let of_address = self.address.answer_bytes.take(bytes).ok_or_else(|| {
            Rejection::too_many(
                "answers_of_address",
                "This address has not read the answers that it was sent before (--max-answer-bytes). Read them first.",
            )
        })?;
        let of_all = self.admission.answer_bytes.take(bytes).ok_or_else(|| {
            Rejection::full(
                "answers",
                "Clients have not read as many answers as the server holds (--max-answer-bytes). Try again in a while.",
            )
        })?;
        Ok(Some(connection.send([of_address, of_all])))
    }

    /// Runs a job that parses a large message on a blocking thread. One address has few of them at once, so that others
    /// do not wait for all of its messages.
    pub(super) async fn parse<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        let failed = |message: String| Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message);
        let _permit = self.address.parses.acquire().await.map_err(|error| failed(error.to_string()))?;
        work::run_short(job).await.map_err(|error| failed(error.to_string()))
    }

    /// Runs a search of the web page, which anyone may use.
    pub(super) async fn search<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        let _permit = self.address.searches.take(1).ok_or_else(|| {
            let problem = format!(
                "{SEARCHES} searches of this address are under way, which is as many as may be at once. Wait for one to end."
            );
            Rejection::too_many("searches_of_address", problem).retry_after(1)
        })?;
        let searched = work::search(Some(&self.address.job_queue), job).await;
        searched
            .map_err(|error| Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))
    }

    /// The queue of the jobs of this address.
    pub(super) fn job_queue(&self) -> JobQueue {
        self.address.job_queue.clone()
    }
}

/// Counts the bytes of stream events until the client has read them.
struct StreamBytes {
    client: Arc<Client>,
    connection: Arc<ClientConnection>,
}

impl StreamBytes {
    /// Counts an event. None if it is small.
    ///
    /// # Errors
    /// The quota is used up. The stream ends.
    fn count(&self, bytes: u64) -> Result<Option<connections::Answer>, axum::Error> {
        self.client.count(&self.connection, bytes).map_err(|rejection| {
            rejection.count(&self.client.admission.metrics);
            axum::Error::new(std::io::Error::other(rejection.to_string()))
        })
    }
}
