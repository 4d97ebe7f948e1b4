//! What the tests of the whole share: the real binary, MCP clients that talk to it, and a peer in Mist's place.
//!
//! [`Launch`] starts the binary in an environment that holds nothing but what the test says. [`Client`] is rmcp's
//! own client, in either era; [`StdioProcess`] writes and reads lines, where a test is about the lines themselves. [`MockUpstream`]
//! answers what a test wants and remembers what it was asked; [`RawPeer`] answers bytes, however wrong they are. [`HttpServer`] is
//! the binary over HTTP, a [`RedisServer`] what several of them share, by way of a [`TcpProxy`] where that is slow, and [`Nginx`]
//! what stands before them, a [`Proxy`] what stands before Mist; a [`HttpClient`] is a client of its, and a [`RawSocket`] a bare connection, for what no client would say.
//! A [`Collector`] takes the spans that it exports.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

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

pub use certificate::{certificate, certificate_for};
pub use client::{Client, Era, text};
pub use collector::{Collector, Exported};
pub use http_client::{Heard, HttpClient, message};
pub use http_server::HttpServer;
pub use launch::{Launch, TOKEN, binary};
pub use mock_upstream::{Answer, MockUpstream, Received};
pub use nginx::{Balance, Nginx};
pub use port::free_port;
pub use proxy::{Connects, Proxy};
pub use raw::{RawPeer, Then};
pub use raw_socket::RawSocket;
pub use redis_server::RedisServer;
pub use stdio_process::{Finished, StdioProcess};
pub use tcp_proxy::TcpProxy;

use std::time::Duration;

/// The examples of the documentation, which Cargo compiles as it does those of code.
#[cfg(doctest)]
#[doc = include_str!("../../docs/macro.md")]
struct MacroPage;

/// How long a test waits for what should come at once. It only ever passes when something is broken.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Waits for what should come at once.
///
/// # Panics
/// It does not come.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: nothing within {PATIENCE:?}"))
}
