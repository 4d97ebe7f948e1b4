//! Free TCP ports: [`free_port`].

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use tokio::net::TcpListener;

/// A range below the ephemeral ports, so that a server can stop and listen on its port again.
const FIRST: u16 = 12_000;
const PORTS: u64 = 18_000;

/// A loopback port on which nothing listens.
///
/// # Panics
/// There is none.
pub async fn free_port() -> u16 {
    for _ in 0..100 {
        let offset = RandomState::new().hash_one(()) % PORTS;
        let port = FIRST + u16::try_from(offset).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
