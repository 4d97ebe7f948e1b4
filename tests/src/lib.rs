//! What the tests of the whole share: the real binary, MCP clients that talk to it, and a peer in Mist's place.
//!
//! [`Launch`] starts the binary in an environment that holds nothing but what the test says. [`Client`] is rmcp's
//! own client, in either era; [`Console`] writes and reads lines, where a test is about the lines themselves. [`Peer`]
//! answers what a test wants and remembers what it was asked; [`RawPeer`] answers bytes, however wrong they are. [`HttpServer`] is
//! the binary over HTTP, a [`RedisServer`] what several of them share, by way of a [`Relay`] where that is slow, and [`Nginx`]
//! what stands before them, a [`Proxy`] what stands before Mist; a [`Guest`] is a client of its, and a [`Wire`] a bare connection, for what no client would say.
//! A [`Collector`] takes the spans that it exports.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod certificate;
mod client;
mod collector;
mod console;
mod guest;
mod http_server;
mod launch;
mod nginx;
mod peer;
mod port;
mod program;
mod proxy;
mod raw;
mod redis_server;
mod relay;
mod serving;
mod wire;

pub use certificate::{certificate, certificate_for};
pub use client::{Client, Era, text};
pub use collector::{Collector, Exported};
pub use console::{Console, Finished};
pub use guest::{Guest, Heard, message};
pub use http_server::HttpServer;
pub use launch::{Launch, TOKEN, binary};
pub use nginx::{Balance, Nginx};
pub use peer::{Answer, Peer, Received};
pub use port::free_port;
pub use proxy::{Connects, Proxy};
pub use raw::{RawPeer, Then};
pub use redis_server::RedisServer;
pub use relay::Relay;
pub use wire::Wire;

use std::time::Duration;

/// The examples of the documentation, which Cargo compiles as it does those of code.
#[cfg(doctest)]
#[doc = include_str!("../../docs/macro.md")]
struct MacroPage;

/// How long a test waits for what should come at once. It only ever passes when something is broken.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what should come at once.
///
/// # Panics
/// It does not come.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: nothing within {PATIENCE:?}"))
}
