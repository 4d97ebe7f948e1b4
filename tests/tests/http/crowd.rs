//! Thousands of idle connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mistmcp_tests::{HttpResponse, Lifecycle, PATIENCE, RawSocket};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::fixture::{ALICE, Fixture, site};

/// The number of connections attempted. The server holds 8,192, the backlog of the system holds some more, and the
/// rest retry.
const CROWD: usize = 10_000;

/// The file descriptor limit of this process and its server: the test does not raise it.
fn connection_limit() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = files.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    // The usual default, if it cannot be read.
    CROWD.min(soft.unwrap_or(1_024_usize).saturating_sub(500))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_do_not_block_other_clients_for_long() {
    // Idle and active clients share one address.
    let limits =
        "--max-connections-per-address 8192 --max-requests-per-address 8192 --max-body-bytes 268435456";
    let fixture = Fixture::start(limits).await;
    let process = fixture.server.id();
    let alice = fixture.alice("?mode=all").open().await;
    let address = fixture.server.address();
    let (inside, connection_limit) = (Arc::new(AtomicUsize::new(0)), connection_limit());
    let half = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\nContent-Le");
    let whole = format!("{half}ngth: 100\r\n\r\n{{");
    let mut crowd = JoinSet::new();
    for index in 0..connection_limit {
        let said = [String::new(), half.clone(), whole.clone()][index % 3].clone();
        let inside = Arc::clone(&inside);
        crowd.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            inside.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(said.as_bytes()).await;
            let mut response = Vec::new();
            let _ = stream.read_to_end(&mut response).await;
        });
    }
    // An open connection is served any number of times.
    let mut number = 0;
    while inside.load(Ordering::SeqCst) < connection_limit * 3 / 4 {
        alice.call("getSiteInfo", site(number)).await;
        number += 1;
    }
    let count = async || {
        let metrics = alice.clone().to(&fixture.server.url("/metrics"));
        let response = HttpResponse::of(metrics.request(Method::GET)).await;
        let line = response.body.lines().find_map(|line| line.strip_prefix("mistmcp_connections "));
        line.unwrap().parse::<usize>().unwrap()
    };
    // The backlog accepts some before the server does.
    let taken = tokio::time::timeout(PATIENCE, async {
        while count().await <= connection_limit / 4 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    taken.await.expect("a quarter of the crowd is inside");
    alice.call("getSiteInfo", site(number)).await;

    // A new client is served once the first idle connections have been closed.
    let late = tokio::time::timeout(Duration::from_mins(2), async {
        loop {
            let client = fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless);
            let body = mistmcp_tests::message("ping", &serde_json::json!({}));
            let asked = client.request(Method::POST).header("Content-Type", "application/json").body(body);
            if asked.timeout(Duration::from_secs(100)).send().await.is_ok() {
                return;
            }
        }
    });
    late.await.unwrap();
    // Accepted connections are closed. Some were only in the backlog, and cannot tell.
    let shown_out = tokio::time::timeout(Duration::from_mins(2), async {
        while count().await > 100 {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    shown_out.await.unwrap();
    alice.call("getSiteInfo", site(number)).await;
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn many_clients_can_connect_at_once() {
    let fixture = Fixture::start("--max-connections-per-address 8192").await;
    let process = fixture.server.id();
    // The server accepts nothing until it continues.
    fixture.server.signal("STOP").await;
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    let most = most.trim().parse().unwrap_or(128_usize).min(1_024).min(connection_limit());
    let mut wires = Vec::new();
    for _ in 0..most {
        wires.push(RawSocket::open(fixture.server.address()).await);
    }
    fixture.server.signal("CONT").await;
    for socket in &mut wires {
        socket.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    }
    for socket in &mut wires {
        assert_eq!(socket.answer().await.unwrap().0, 200);
    }
    fixture.assert_serving(process).await;
}
