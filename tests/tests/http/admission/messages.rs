//! Incomplete messages, and responses that clients do not read.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{Request, StatusCode, Version};
use mistmcp_tests::{Answer, Lifecycle, RawSocket, message};
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;

use super::{at, in_use, refusals, until};
use crate::fixture::{ALICE, Fixture, site, site_path};

const KILO: usize = 1_024;
/// The default byte quotas of messages and responses for one address.
const BODIES: u64 = 8_388_608;

fn head() -> String {
    format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\nContent-Length: 1000000\r\n\r\n"
    )
}

#[tokio::test]
async fn incomplete_messages_are_limited_in_bytes_per_address_and_in_total() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let unfinished = [head().into_bytes(), vec![b' '; 900 * KILO]].concat();
    // Five addresses, because one may use a quarter.
    let (mut wires, mut of_address, mut of_all) = (Vec::new(), 0, 0);
    for number in 0..100 {
        let own = IpAddr::from([127, 0, 1, 1 + number / 20]);
        let mut raw_socket = RawSocket::from_address(own, fixture.server.address()).await;
        raw_socket.send(&unfinished).await;
        wires.push(raw_socket);
    }
    until("some are refused", async || {
        refusals(&fixture, "bodies_of_address").await + refusals(&fixture, "bodies").await >= 30
    })
    .await;
    let held = in_use(&fixture, "body_bytes").await;
    assert!((BODIES / 2..=4 * BODIES).contains(&held), "{held}");
    // Complete messages are served in the meantime.
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    for raw_socket in wires {
        let output = raw_socket.rest().await;
        of_address += usize::from(output.starts_with("HTTP/1.1 429") && output.contains("--max-body-bytes"));
        of_all += usize::from(output.starts_with("HTTP/1.1 503") && output.contains("--max-body-bytes"));
    }
    assert!(of_address > 0 && of_address + of_all >= 30, "{of_address} {of_all}");
    until("all of it comes back", async || in_use(&fixture, "body_bytes").await == 0).await;
    fixture.assert_serving(process).await;
}

/// A cleartext HTTP/2 connection with a given stream window.
async fn connect(fixture: &Fixture, own: [u8; 4], window: u32) -> SendRequest<Bytes> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(own), 0).into()).unwrap();
    let stream = socket.connect(fixture.server.address()).await.unwrap();
    let handshake = h2::client::Builder::new().initial_window_size(window).handshake(stream);
    let (requests, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    requests
}

fn request(fixture: &Fixture, target: &str, method: &str) -> Request<()> {
    Request::post(fixture.server.url(target))
        .version(Version::HTTP_2)
        .header("x-authorization", ALICE)
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method)
        .body(())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_responses_are_limited_in_bytes_and_dropped() {
    let fixture = Fixture::start("--max-answer-bytes 8388608 --max-requests-per-address 4096").await;
    let process = fixture.server.id();
    let list = message("tools/list", &mistmcp_tests::StdioProcess::stateless_params(json!({})));
    let (mut connections, mut answers) = (Vec::new(), tokio::task::JoinSet::new());
    for _ in 0..3 {
        let mut requests = connect(&fixture, [127, 0, 0, 2], 0).await;
        for _ in 0..16 {
            requests = requests.ready().await.unwrap();
            let (answer, mut body) =
                requests.send_request(request(&fixture, "/mcp?mode=all", "tools/list"), false).unwrap();
            body.send_data(Bytes::from(list.clone()), true).unwrap();
            // The head is read, and nothing of the body.
            answers.spawn(async move { answer.await.map(|answer| (answer.status(), answer)) });
        }
        connections.push(requests);
    }
    let (mut held, mut served, mut refused) = (Vec::new(), 0, 0);
    while let Some(answer) = mistmcp_tests::soon("an answer's head", answers.join_next()).await {
        let (status, answer) = answer.unwrap().unwrap();
        served += usize::from(status == StatusCode::OK);
        refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
        held.push(answer);
    }
    assert_eq!((served + refused, served > 0, refused > 0), (48, true, true), "{served} {refused}");
    let bytes = in_use(&fixture, "answer_bytes").await;
    assert!((1..=2_097_152).contains(&bytes), "{bytes}");
    assert!(refusals(&fixture, "answers_of_address").await > 0);
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    // Stalled clients are disconnected.
    until("all of it comes back", async || in_use(&fixture, "answer_bytes").await == 0).await;
    drop((held, connections));
    fixture.assert_serving(process).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_stream_events_are_limited_in_bytes() {
    let fixture = Fixture::start("--max-answer-bytes 8388608 --max-requests-per-address 4096").await;
    let (mut connections, mut answers) = (Vec::new(), tokio::task::JoinSet::new());
    for _ in 0..3 {
        let session = fixture.alice("?mode=all").by(at([127, 0, 0, 2])).open().await.session().to_owned();
        let mut requests = connect(&fixture, [127, 0, 0, 2], 0).await;
        for _ in 0..16 {
            requests = requests.ready().await.unwrap();
            let mut listing = request(&fixture, "/mcp?mode=all", "tools/list");
            listing.headers_mut().insert("mcp-session-id", session.parse().unwrap());
            listing.headers_mut().insert("mcp-protocol-version", "2025-11-25".parse().unwrap());
            let (answer, mut body) = requests.send_request(listing, false).unwrap();
            body.send_data(message("tools/list", &json!({})).into(), true).unwrap();
            answers.spawn(async move { answer.await.map(|answer| (answer.status(), answer)) });
        }
        connections.push(requests);
    }
    let (mut held, mut refused) = (Vec::new(), 0);
    while let Some(answer) = mistmcp_tests::soon("an answer's head", answers.join_next()).await {
        let (status, answer) = answer.unwrap().unwrap();
        refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
        held.push(answer);
    }
    assert!(refused > 0 && refused < 48, "{refused}");
    let bytes = in_use(&fixture, "answer_bytes").await;
    assert!((1..=2_097_152).contains(&bytes), "{bytes}");
    until("all of it comes back", async || in_use(&fixture, "answer_bytes").await == 0).await;
    drop((held, connections));
}

#[tokio::test]
async fn a_request_has_an_id_of_its_own_in_its_session() {
    let fixture = Fixture::start("").await;
    let turnstile = Arc::new(Semaphore::new(0));
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({ "name": "late" })).once(&turnstile)]);
    let (alice, bob) = (fixture.alice("?mode=all").open().await, fixture.bob("?mode=all").open().await);
    let call = |number: usize, id: &str| {
        let params = json!({ "name": "getSiteInfo", "arguments": site(number) });
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string()
    };
    let first = tokio::spawn({
        let (alice, call) = (alice.clone(), call(1, "same"));
        async move { alice.post(call).await }
    });
    mistmcp_tests::soon("the first request", fixture.upstream.arrivals(1)).await;
    let refused = alice.post(call(2, "same")).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let error = &refused.message()["error"];
    assert!(error["code"] == -32600 && error["message"].as_str().unwrap().contains("of its own"), "{error}");
    // Other ids and other sessions are not affected.
    assert_eq!(alice.post(call(3, "other")).await.status, 200);
    assert_eq!(bob.post(call(4, "same")).await.status, 200);
    turnstile.close();
    assert!(first.await.unwrap().body.contains("late"));
    for number in 5..9 {
        assert_eq!(alice.post(call(number, "same")).await.status, 200, "one after the other");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_messages_are_limited_in_streams_and_bytes() {
    let fixture = Fixture::start("").await;
    let mut connections = Vec::new();
    for _ in 0..3 {
        let mut requests = connect(&fixture, [127, 0, 0, 2], 65_535).await;
        let mut streams = Vec::new();
        for _ in 0..32 {
            requests = requests.ready().await.unwrap();
            let (answer, mut body) =
                requests.send_request(request(&fixture, "/mcp", "tools/list"), false).unwrap();
            body.send_data(Bytes::from(vec![b' '; 900 * KILO]), false).unwrap();
            streams.push((answer, body));
        }
        // The server says so in its first frame, which may come after the requests were written.
        until("the server bounds streams", async || requests.current_max_send_streams() == 32).await;
        connections.push((requests, streams));
    }
    until("some are refused", async || refusals(&fixture, "bodies_of_address").await > 0).await;
    assert!(in_use(&fixture, "body_bytes").await <= BODIES);
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    drop(connections);
    until("all of it comes back", async || in_use(&fixture, "body_bytes").await == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_http_2_response_is_complete_with_a_small_window() {
    let fixture = Fixture::start("").await;
    let whole = fixture
        .alice("?mode=all")
        .lifecycle(Lifecycle::Stateless)
        .by(at([127, 0, 0, 1]))
        .ask("tools/list", json!({}))
        .await;
    let wanted = whole.result();
    let mut requests = connect(&fixture, [127, 0, 0, 2], 1_000).await.ready().await.unwrap();
    let list = message("tools/list", &mistmcp_tests::StdioProcess::stateless_params(json!({})));
    let (answer, mut body) =
        requests.send_request(request(&fixture, "/mcp?mode=all", "tools/list"), false).unwrap();
    body.send_data(Bytes::from(list), true).unwrap();
    let mut body = answer.await.unwrap().into_body();
    let mut taken = Vec::new();
    while let Some(piece) = mistmcp_tests::soon("a piece", body.data()).await {
        let piece = piece.unwrap();
        taken.extend_from_slice(&piece);
        body.flow_control().release_capacity(piece.len()).unwrap();
    }
    let response: serde_json::Value = serde_json::from_slice(&taken).unwrap();
    assert_eq!(response["result"], wanted);
}
