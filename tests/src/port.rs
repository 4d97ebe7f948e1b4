use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use tokio::net::TcpListener;

/// Those that no system gives to outgoing connections: who listens there can end, and listen there again.
const FIRST: u16 = 12_000;
const PORTS: u64 = 18_000;

/// A port on loopback where nobody listens.
///
/// # Panics
/// There is none.
pub async fn free_port() -> u16 {
    for _ in 0..100 {
        let place = RandomState::new().hash_one(()) % PORTS;
        let port = FIRST + u16::try_from(place).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
