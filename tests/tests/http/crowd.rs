//! Thousands of connections on which nothing is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mistmcp_tests::{HttpResponse, Lifecycle, PATIENCE, RawSocket};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::fixture::{ALICE, Fixture, site};

/// How many are tried. The server holds 8,192; the system holds some more for it, and lets the rest knock again.
const CROWD: usize = 10_000;

/// The connections that this process, and the server that it starts, may have: no limit is raised for the test.
fn room() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = files.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    // Where it is not told, it is what most systems begin with.
    CROWD.min(soft.unwrap_or(1_024_usize).saturating_sub(500))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_says_nothing_keeps_nobody_out_for_long() {
    // The crowd and those who are served come from one address.
    let limits =
        "--max-connections-per-address 8192 --max-requests-per-address 8192 --max-body-bytes 268435456";
    let fixture = Fixture::start(limits).await;
    let process = fixture.server.id();
    let alice = fixture.alice("?mode=all").open().await;
    let address = fixture.server.address();
    let (inside, room) = (Arc::new(AtomicUsize::new(0)), room());
    let half = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\nContent-Le");
    let whole = format!("{half}ngth: 100\r\n\r\n{{");
    let mut crowd = JoinSet::new();
    for index in 0..room {
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
    // Who is inside is served on, as often as it likes.
    let mut number = 0;
    while inside.load(Ordering::SeqCst) < room * 3 / 4 {
        alice.call("getSiteInfo", site(number)).await;
        number += 1;
    }
    let count = async || {
        let metrics = alice.clone().to(&fixture.server.url("/metrics"));
        let response = HttpResponse::of(metrics.request(Method::GET)).await;
        let line = response.body.lines().find_map(|line| line.strip_prefix("mistmcp_connections "));
        line.unwrap().parse::<usize>().unwrap()
    };
    // The system lets some in before the server takes them.
    let taken = tokio::time::timeout(PATIENCE, async {
        while count().await <= room / 4 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    taken.await.expect("a quarter of the crowd is inside");
    alice.call("getSiteInfo", site(number)).await;

    // Who comes now gets in when the first of the crowd have been shown out.
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
    // Those who have got in are shown out. Some never have, and cannot tell: the system let them believe it.
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
async fn many_clients_may_come_at_one_moment() {
    let fixture = Fixture::start("--max-connections-per-address 8192").await;
    let process = fixture.server.id();
    // The server takes nobody in until it goes on.
    fixture.server.signal("STOP").await;
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    let most = most.trim().parse().unwrap_or(128_usize).min(1_024).min(room());
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
