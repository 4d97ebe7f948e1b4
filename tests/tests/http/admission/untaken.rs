//! Answers and streams over HTTP/2 that their clients do not take, however small they are. The clients answer the
//! server's pings.

use std::net::IpAddr;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use http::Request;
use mistmcp_tests::{HttpClient, soon};
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::task::{JoinHandle, JoinSet};

use super::{at, in_use, until};
use crate::fixture::{ALICE, Fixture};

/// A cleartext HTTP/2 connection with a given stream window, and the task that ends with it.
async fn connect(fixture: &Fixture, own: [u8; 4], window: u32) -> (SendRequest<Bytes>, JoinHandle<()>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(own), 0).into()).unwrap();
    let stream = socket.connect(fixture.server.address()).await.unwrap();
    let handshake = h2::client::Builder::new().initial_window_size(window).handshake(stream);
    let (requests, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(async move {
        let _ = connection.await;
    });
    (requests, connection)
}

fn get(fixture: &Fixture, path: &str) -> Request<()> {
    Request::get(fixture.server.url(path)).header("accept-encoding", "gzip").body(()).unwrap()
}

/// The stream of a session.
fn stream(fixture: &Fixture, client: &HttpClient) -> Request<()> {
    Request::get(fixture.server.url("/mcp"))
        .header("x-authorization", ALICE)
        .header("accept", "text/event-stream")
        .header("mcp-session-id", client.session())
        .body(())
        .unwrap()
}

/// Sends requests, and returns what holds their streams open.
async fn send(
    mut requests: SendRequest<Bytes>,
    request: &Request<()>,
    count: usize,
) -> (SendRequest<Bytes>, Vec<ResponseFuture>) {
    let mut held = Vec::new();
    for _ in 0..count {
        requests = soon("a free stream", requests.ready()).await.unwrap();
        held.push(requests.send_request(request.clone(), true).unwrap().0);
    }
    (requests, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_answer_that_is_not_taken_ends_with_its_connection() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    // A stream that is taken goes on, although nothing happens on it.
    let alice = fixture.alice("").open().await;
    let (requests, taken) = connect(&fixture, [127, 0, 0, 1], 65_535).await;
    let listening = send(requests, &stream(&fixture, &alice), 1).await;

    let mut connections = Vec::new();
    for (number, (path, count)) in
        [("/nothing", 16), ("/livez", 1), ("/", 1), ("/search?query=sites", 1), ("/mcp", 1)]
            .into_iter()
            .enumerate()
    {
        // With a window of some bytes, an answer is begun and does not end.
        for window in [0, 10] {
            let own = [127, 0, 1, u8::try_from(number).unwrap() + 1];
            let (requests, connection) = connect(&fixture, own, window).await;
            let held = send(requests, &get(&fixture, path), count).await;
            connections.push((path, window, connection, held));
        }
    }
    until("the answers are held", async || in_use(&fixture, "requests").await >= 39).await;
    for (path, window, connection, held) in connections {
        soon(&format!("the end of the connection: {path}, window {window}"), connection).await.unwrap();
        drop(held);
    }
    // The stream and this request for metrics.
    until("the slots come back", async || in_use(&fixture, "requests").await == 2).await;
    assert!(!taken.is_finished(), "an idle stream was closed");
    drop(listening);
    fixture.assert_serving(process).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_a_stream_that_is_not_taken_do_not_keep_the_session_waiting() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").by(at([127, 0, 0, 3])).open().await;
    // One stream whose client never had a window, and one whose client closed it after the first bytes.
    for window in [0, 300] {
        let (requests, connection) = connect(&fixture, [127, 0, 0, 2], window).await;
        let held = send(requests, &stream(&fixture, &alice), 1).await;
        until("the stream is open", async || in_use(&fixture, "requests").await >= 2).await;
        // Each changes the list of tools, of which the stream is told.
        let mut calls = JoinSet::new();
        for number in 0..60 {
            let alice = alice.clone();
            let argument = ["enable_mcp_tools_categories", "disable_mcp_tools_categories"][number % 2];
            let params = json!({ "name": "manageMcpTools", "arguments": { argument: "orgs_sites" } });
            let id = format!("{window}-{number}");
            let message = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
            calls.spawn(async move { alice.post(message.to_string()).await.status });
        }
        soon("the end of the connection", connection).await.unwrap();
        while let Some(status) = soon("a call of the session", calls.join_next()).await {
            assert_eq!(status.unwrap(), 200);
        }
        assert_eq!(soon("a ping", alice.ask("ping", json!({}))).await.status, 200);
        drop(held);
    }
    assert_eq!(alice.end().await.status, 204);
    until("no slot is left taken", async || in_use(&fixture, "requests").await == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_to_probes_that_are_not_taken_keep_no_probe_out() {
    let fixture = Fixture::start("--max-connections 4 --max-connections-per-address 2").await;
    let mut connections = Vec::new();
    // Those of the reserve too.
    for number in 0..70 {
        let (requests, connection) = connect(&fixture, [127, 0, 0, 2 + number % 2], 0).await;
        connections.push((send(requests, &get(&fixture, "/livez"), 1).await, connection));
    }
    let probe = at([127, 0, 0, 9]).get(fixture.server.url("/livez")).send();
    assert_eq!(soon("the probe", probe).await.unwrap().status(), 200);
    drop(connections);
}
