//! Ambiguous and malicious request lines and headers.

use std::fmt::Write;

use mistmcp_tests::{HttpClient, RawSocket, message};
use serde_json::json;

use crate::fixture::{ALICE, BOB, Fixture};

/// The responses to these bytes, until the connection is closed.
async fn answers(fixture: &Fixture, bytes: impl AsRef<[u8]>) -> Vec<(u16, String)> {
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send(bytes).await;
    // Any smuggled request is answered before this last one, which closes the connection.
    socket.send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let mut answers = Vec::new();
    while let Some((status, head, body)) = socket.answer().await {
        answers.push((status, format!("{head}{body}")));
    }
    answers
}

#[tokio::test]
async fn a_url_cannot_inject_headers_or_log_lines() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    for value in [
        "%0d%0aX-Injected:%20yes",
        "%0aINFO%20injected",
        "api.mist.com%0d%0aHost:%20evil.example",
        "%00",
        "%ff%fe",
        "a%00b",
        "..%2f..%2fetc%2fpasswd",
        "%25%30%64",
        "\u{202e}x",
        "%1b[31mx",
    ] {
        for name in ["cloud", "mode", "categories", "org_id", "debug", "x", value] {
            let query = format!("?mode=custom&{name}={value}");
            let query = if name == "mode" { format!("?mode={value}") } else { query };
            let response = HttpClient::with_token(&fixture.server, &query, ALICE).initialize().await;
            assert_eq!(response.status, 400, "{query}: {response:?}");
            assert_eq!(response.header("x-injected"), "");
        }
    }
    let shown = fixture.server.errors();
    assert!(!shown.to_lowercase().contains("injected") && !shown.contains('\u{1b}'), "{shown}");
    assert_eq!(fixture.upstream.connections(), 0);
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn invalid_headers_are_rejected() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let body = message("ping", &json!({}));
    for header in [
        "X-Authorization: al\0ce",
        "X-Authorization: al\rce",
        "X-Authorization : alice",
        "X-Authorization: alice\r\n folded: yes",
        "X-\u{c4}uthorization: alice",
        ": alice",
        "no colon",
        "X-Authorization: alice\nX-Other: bare line feed\r",
        "Mcp-Session-Id: \u{1}",
    ] {
        let length = body.len();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\n{header}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        for (status, answer) in answers(&fixture, request).await {
            assert!([400, 401, 404, 406].contains(&status), "{header:?}: {answer}");
        }
    }
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn repeated_identity_headers_are_rejected() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    let session = format!("Mcp-Session-Id: {}", alice.session());
    let (own, others) = (format!("X-Authorization: {ALICE}"), format!("X-Authorization: {BOB}"));
    let (bearer, other) = (format!("Authorization: Bearer {ALICE}"), format!("Authorization: Bearer {BOB}"));
    let nobodys = "Mcp-Session-Id: 5d0f6f0e-8f6c-4f43-9a53-3f0a5d1b7c11";
    for headers in [
        [&*others, &*own, &*session],
        [&*own, &*others, &*session],
        [&*own, &*own, &*session],
        [&*other, &*bearer, &*session],
        [&*own, nobodys, &*session],
        [&*own, &*session, &*session],
    ] {
        let mut socket = RawSocket::open(fixture.server.address()).await;
        socket.post("/mcp", &headers, message("tools/list", &json!({}))).await;
        let (status, _, body) = socket.answer().await.unwrap();
        assert!(status == 400 && body.contains("twice"), "{headers:?}: {status} {body}");
    }
    assert!(alice.tools().await.contains(&"callTool".to_owned()));
}

#[tokio::test]
async fn request_heads_are_limited_in_bytes_and_lines() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let many = (0..5_000).fold(String::new(), |mut text, number| {
        write!(text, "X-{number}: a\r\n").unwrap();
        text
    });
    let few_but_too_many = (0..150).fold(String::new(), |mut text, number| {
        write!(text, "X-{number}: a\r\n").unwrap();
        text
    });
    let long = "a".repeat(64 * 1024);
    for (what, request) in [
        ("a long header", format!("GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {long}\r\n\r\n")),
        ("a long name", format!("GET /mcp HTTP/1.1\r\nHost: localhost\r\n{long}: a\r\n\r\n")),
        ("many headers", format!("GET /mcp HTTP/1.1\r\nHost: localhost\r\n{many}\r\n")),
        ("some headers", format!("GET /mcp HTTP/1.1\r\nHost: localhost\r\n{few_but_too_many}\r\n")),
        ("a long URL", format!("GET /mcp?cloud={long} HTTP/1.1\r\nHost: localhost\r\n\r\n")),
        ("no end", long.repeat(64)),
    ] {
        let mut socket = RawSocket::open(fixture.server.address()).await;
        socket.send(request).await;
        // If the server closes with bytes unread, the system may discard its response.
        let answer = socket.answer().await;
        assert!(
            answer.as_ref().is_none_or(|(status, ..)| [400, 414, 431].contains(status)),
            "{what}: {answer:?}"
        );
    }
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn requests_cannot_be_smuggled_in_a_body() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let hidden = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let in_a_chunk = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    let after_the_end = format!("0\r\n\r\n{hidden}");
    for (framing, body) in [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", &after_the_end),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", &after_the_end),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", &in_a_chunk),
        ("Content-Length: 0\r\nContent-Length: 45", &after_the_end),
        ("Content-Length: 0, 45", &after_the_end),
        ("Content-Length: +45", &after_the_end),
        ("Content-Length: -1", &after_the_end),
        ("Content-Length: 0x2d", &after_the_end),
        ("Transfer-Encoding: xchunked", &after_the_end),
        ("Transfer-Encoding: chunked, identity", &after_the_end),
        ("Transfer-Encoding: identity\r\nContent-Length: 0", &after_the_end),
        ("Transfer-Encoding : chunked", &after_the_end),
        ("Transfer-Encoding: chunked", &format!("-1\r\n\r\n{hidden}")),
        ("Transfer-Encoding: chunked", &format!("ffffffffffffffffff\r\n{hidden}")),
        ("Transfer-Encoding: chunked", &format!("0x0\r\n\r\n{hidden}")),
    ] {
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\n{framing}\r\n\r\n{body}"
        );
        let answers = answers(&fixture, request).await;
        let smuggled = answers.iter().any(|(_, answer)| answer.contains("\"live\""));
        assert!(!smuggled, "{framing:?}: {answers:?}");
        assert!(answers.iter().all(|(status, _)| *status >= 400), "{framing:?}: {answers:?}");
    }
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn unknown_methods_and_paths_are_rejected() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    for line in [
        "PUT /mcp HTTP/1.1",
        "PATCH /mcp HTTP/1.1",
        "TRACE /mcp HTTP/1.1",
        "CONNECT localhost:80 HTTP/1.1",
        "CONNECT evil:80 HTTP/1.1",
        "GET /mcp/../metrics/.. HTTP/1.1",
        "GET //mcp HTTP/1.1",
        "GET /mcp%2f HTTP/1.1",
        "GET /.env HTTP/1.1",
        "GET http://evil.example/mcp HTTP/1.1",
        "GET /mcp HTTP/9.9",
        "PRI * HTTP/2.0",
        "GET",
        "\u{16}\u{3}\u{1}",
        "",
    ] {
        let request = format!("{line}\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\n\r\n");
        for (status, answer) in answers(&fixture, request).await {
            assert!((400..500).contains(&status), "{line}: {answer}");
            assert!(!answer.contains(ALICE), "{line}: {answer}");
        }
    }
    fixture.assert_serving(process).await;
}
