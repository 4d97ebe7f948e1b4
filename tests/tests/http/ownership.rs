//! A session belongs to the token and cloud that opened it, whatever the connection.

use std::collections::HashSet;

use mistmcp_tests::{HttpClient, HttpResponse, Launch, Lifecycle, MockUpstream, RawSocket, message, soon};
use reqwest::Method;
use serde_json::json;

use crate::fixture::{ALICE, BOB, Fixture, encoded, site};

const NOBODYS: &str = "5d0f6f0e-8f6c-4f43-9a53-3f0a5d1b7c11";

/// Sends every kind of request on a session.
async fn all_requests(client: &HttpClient) -> [HttpResponse; 5] {
    let initialize = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "thief", "version": "1" },
    });
    [
        client.ask("tools/list", json!({})).await,
        client.try_call("getSelf", json!({})).await,
        client.post(message("initialize", &initialize)).await,
        HttpResponse::of(client.request(Method::GET)).await,
        client.end().await,
    ]
}

/// The parts of a response that must be equal, without the request id.
fn told(response: &HttpResponse) -> (u16, String, Vec<String>) {
    let mut names: Vec<_> = response.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (response.status, response.body.clone(), names)
}

#[tokio::test]
async fn another_client_can_neither_use_nor_detect_a_session() {
    let other = MockUpstream::start().await;
    let upstream = MockUpstream::start().await;
    let server = Launch::at(&upstream, "").argument("--allow-cloud").argument(&other.url()).serve().await;
    let elsewhere = format!("?cloud={}", encoded(&other.url()));
    let alice = HttpClient::with_token(&server, "", ALICE).open().await;
    for (query, token) in [("", BOB), (&elsewhere, ALICE), (&elsewhere, BOB), ("", "AL1CE-T0KEN-7Kq2")] {
        let attacker = HttpClient::with_token(&server, query, token);
        let stolen = all_requests(&attacker.clone().on(alice.session())).await;
        let guessed = all_requests(&attacker.on(NOBODYS)).await;
        for (stolen, guessed) in stolen.iter().zip(&guessed) {
            assert_eq!(stolen.status, 404, "{stolen:?}");
            assert_eq!(told(stolen), told(guessed));
        }
    }
    let anonymous = HttpClient::new(&server, "").on(alice.session());
    for response in all_requests(&anonymous).await {
        assert_eq!(response.status, 401, "{response:?}");
    }
    assert_eq!((upstream.connections(), other.connections()), (0, 0));
    alice.call("getSelf", json!({})).await;
    assert_eq!(upstream.take()[0].header("authorization"), format!("Token {ALICE}"));
}

#[tokio::test]
async fn stateless_requests_cannot_use_a_legacy_session() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    let manage = json!({ "enable_mcp_tools_categories": "sites" });
    alice.call("manageMcpTools", manage).await;
    for version in ["2026-07-28", "2099-01-01"] {
        let attacker = fixture.bob("").on(alice.session()).header("MCP-Protocol-Version", version);
        let mut bodies = Vec::new();
        for method in ["initialize", "tools/list", "tools/call", "ping"] {
            let mut params = json!({
                "protocolVersion": version,
                "capabilities": {},
                "clientInfo": { "name": "thief", "version": "1" },
                "name": "getSelf",
            });
            bodies.push(message(method, &params));
            params["_meta"] = json!({ "io.modelcontextprotocol/protocolVersion": version });
            bodies.push(message(method, &params));
        }
        for body in bodies {
            let response = attacker.post(body.clone()).await;
            assert_ne!(response.header("mcp-session-id"), alice.session());
            assert!(!response.body.contains("getSiteInfo"), "{body}: {response:?}");
        }
        for method in [Method::GET, Method::DELETE] {
            let response = HttpResponse::of(attacker.request(method)).await;
            assert!(response.status >= 400, "{response:?}");
        }
    }
    // The stream of a legacy session only has notifications of its own client.
    assert!(alice.tools().await.contains(&"getSiteInfo".to_owned()));
    assert_eq!(fixture.upstream.connections(), 0);
}

#[tokio::test]
async fn sessions_on_one_connection_are_isolated() {
    let fixture = Fixture::start("").await;
    let mut socket = RawSocket::open(fixture.server.address()).await;
    let initialize = message(
        "initialize",
        &json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "wire", "version": "1" },
        }),
    );
    let mut sessions = Vec::new();
    for (target, token) in [("/mcp", ALICE), ("/mcp?mode=all", BOB), ("/mcp", BOB), ("/mcp", ALICE)] {
        let token = format!("X-Authorization: {token}");
        socket.post(target, &[&token], &initialize).await;
        let (status, head, _) = socket.answer().await.unwrap();
        assert_eq!(status, 200, "{head}");
        let session = head.lines().find(|line| line.to_ascii_lowercase().starts_with("mcp-session-id:"));
        sessions.push((target, token, session.unwrap().to_owned()));
    }
    let ask = |index: usize, body: String| {
        let (target, token, session): &(&str, String, String) = &sessions[index];
        (*target, [token.clone(), session.clone()], body)
    };
    let enable = json!({ "name": "manageMcpTools", "arguments": { "enable_mcp_tools_categories": "sites" } });
    for (index, body, wanted) in [
        (0, message("tools/call", &enable), "getSiteInfo"),
        (1, message("tools/call", &json!({ "name": "getSiteInfo", "arguments": site(1) })), "content"),
        (3, message("tools/call", &json!({ "name": "getSelf" })), "content"),
    ] {
        let (target, headers, body) = ask(index, body);
        socket.post(target, &[&headers[0], &headers[1]], body).await;
        let (status, _, answer) = socket.answer().await.unwrap();
        assert!(status == 200 && answer.contains(wanted), "{answer}");
    }
    for (index, sees, many) in [(0, true, false), (1, true, true), (2, false, false), (3, false, false)] {
        let (target, headers, body) = ask(index, message("tools/list", &json!({})));
        socket.post(target, &[&headers[0], &headers[1]], body).await;
        let (_, _, answer) = socket.answer().await.unwrap();
        assert_eq!(answer.contains("\"getSiteInfo\""), sees, "session {index}");
        assert_eq!(answer.contains("\"listSiteRrmEvents\""), many, "session {index}");
    }
    let tokens: Vec<_> =
        fixture.upstream.take().iter().map(|received| received.header("authorization").to_owned()).collect();
    assert_eq!(tokens, [format!("Token {BOB}"), format!("Token {ALICE}")]);
    // The next client on this connection must authenticate for itself.
    let (target, headers, body) = ask(0, message("tools/list", &json!({})));
    socket.post(target, &[&headers[1]], body).await;
    assert_eq!(socket.answer().await.unwrap().0, 401);
}

#[tokio::test]
async fn a_session_works_over_many_connections() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    // Each client has its own pool, and so its own connection.
    let again = || fixture.alice("").on(alice.session());
    again().call("manageMcpTools", json!({ "enable_mcp_tools_categories": "sites" })).await;
    assert!(again().tools().await.contains(&"getSiteInfo".to_owned()));
    again().call("getSiteInfo", site(1)).await;
    assert_eq!(again().end().await.status, 204);
    assert_eq!(again().ask("tools/list", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_reused_client_port_inherits_nothing() {
    let fixture = Fixture::start("").await;
    let token = format!("X-Authorization: {ALICE}");
    let mut socket = loop {
        let mut socket = RawSocket::open(fixture.server.address()).await;
        let port = socket.port();
        socket.post("/mcp", &[&token], message("ping", &json!({}))).await;
        socket.answer().await.unwrap();
        socket.reset();
        if let Some(socket) = RawSocket::from(port, fixture.server.address()).await {
            break socket;
        }
    };
    socket.post("/mcp", &[], message("tools/list", &json!({}))).await;
    assert_eq!(socket.answer().await.unwrap().0, 401);
}

#[tokio::test]
async fn a_stream_has_notifications_of_its_own_session_only() {
    const CHANGED: &str = "notifications/tools/list_changed";
    let fixture = Fixture::start("").await;
    let (alice, bob, again) =
        (fixture.alice("").open().await, fixture.bob("").open().await, fixture.alice("").open().await);
    let streams = [alice.listen().await, bob.listen().await, again.listen().await];
    for category in ["sites", "orgs"] {
        alice.call("manageMcpTools", json!({ "enable_mcp_tools_categories": category })).await;
    }
    again.call("manageMcpTools", json!({ "enable_mcp_tools_categories": "sites" })).await;
    fixture.server.signal("TERM").await;
    for (stream, changes) in streams.into_iter().zip([2, 0, 1]) {
        let text = soon("the end of the stream", stream.text()).await.unwrap();
        assert_eq!(text.matches(CHANGED).count(), changes, "{text}");
    }
}

#[tokio::test]
async fn session_ids_cannot_be_guessed() {
    let fixture = Fixture::start("").await;
    let mut seen = HashSet::new();
    let mut places: Vec<HashSet<char>> = vec![HashSet::new(); 36];
    for _ in 0..64 {
        let alice = fixture.alice("").open().await;
        let session = alice.session();
        assert_eq!(session.len(), 36, "{session}");
        for (place, letter) in places.iter_mut().zip(session.chars()) {
            place.insert(letter);
        }
        assert!(seen.insert(session.to_owned()), "{session} came twice");
    }
    // A version 4 UUID: 122 random bits and six fixed ones.
    for (index, letters) in places.iter().enumerate() {
        let varied = match index {
            8 | 13 | 18 | 23 => letters == &HashSet::from(['-']),
            14 => letters == &HashSet::from(['4']),
            19 => letters.is_subset(&HashSet::from(['8', '9', 'a', 'b'])) && letters.len() > 1,
            _ => letters.len() > 8,
        };
        assert!(varied, "{index}: {letters:?}");
    }
}

#[tokio::test]
async fn an_ended_session_cannot_be_used() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    assert_eq!(alice.end().await.status, 204);
    for response in all_requests(&alice).await {
        assert_eq!(response.status, 404, "{response:?}");
    }
    let next = fixture.alice("").open().await;
    assert_ne!(next.session(), alice.session());
    assert_eq!(alice.ask("tools/list", json!({})).await.status, 404);
}

#[tokio::test]
async fn every_stateless_request_uses_its_own_token() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    for token in [ALICE, BOB, ALICE] {
        let client = alice.clone().header("X-Authorization", token);
        client.call("getSiteInfo", site(1)).await;
        assert_eq!(fixture.upstream.take()[0].header("authorization"), format!("Token {token}"));
    }
}
