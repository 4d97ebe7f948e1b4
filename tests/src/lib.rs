//! Test helpers: the real binary, MCP clients, and mock upstreams in place of the Mist cloud.
//!
//! [`Launch`] starts the server in an environment with only the given variables. [`Client`] is rmcp's own client over
//! stdio, in either lifecycle; [`StdioProcess`] writes and reads raw lines. [`MockUpstream`] answers as configured
//! and records requests; [`RawUpstream`] answers with raw bytes.
//!
//! [`HttpServer`] is the server over HTTP, [`HttpClient`] an MCP client of it, and [`RawSocket`] a TCP connection for
//! requests that no client would send. [`RedisServer`] is a Redis for replicas, optionally behind a [`TcpProxy`] with
//! delays; [`Nginx`] is a load balancer before them; [`Proxy`] is an HTTP and SOCKS5 proxy before Mist. [`Collector`]
//! receives exported spans.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod audit_line;
mod certificate;
mod client;
mod collector;
mod http_client;
mod http_server;
mod launch;
mod mock_upstream;
mod nginx;
mod port;
mod program;
mod proxy;
mod raw;
mod raw_socket;
mod redis_server;
mod serving;
mod stdio_process;
mod tcp_proxy;

pub use audit_line::fields_of;
pub use certificate::{certificate, certificate_for};
pub use client::{Client, Lifecycle, text};
pub use collector::{Collector, ExportedSpan};
pub use http_client::{HttpClient, HttpResponse, message};
pub use http_server::HttpServer;
pub use launch::{Launch, TOKEN, binary};
pub use mock_upstream::{Answer, MockUpstream, Received};
pub use nginx::{Balance, Nginx};
pub use port::free_port;
pub use proxy::{ConnectPolicy, Proxy};
pub use raw::{AfterResponse, RawUpstream};
pub use raw_socket::RawSocket;
pub use redis_server::RedisServer;
pub use stdio_process::{Finished, StdioProcess};
pub use tcp_proxy::TcpProxy;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The code examples of the documentation, as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/macro.md")]
struct MacroPage;

/// How long a test waits for something that should happen at once. It only passes if something is broken.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// The value of a mutex, also after a panic of another thread.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Polls for something that should happen at once.
///
/// # Panics
/// It does not happen within [`PATIENCE`].
pub async fn polled<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(what, found).await
}

/// Waits for something that should happen at once.
///
/// # Panics
/// It does not happen within [`PATIENCE`].
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: nothing within {PATIENCE:?}"))
}
