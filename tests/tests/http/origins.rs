//! Validation of `Host` and `Origin`, and CORS.

use mistmcp_tests::{HttpClient, HttpResponse, Launch, Lifecycle, MockUpstream, RawSocket, message};
use reqwest::Method;
use serde_json::json;

use crate::fixture::{ALICE, Fixture};

const PAGE: &str = "https://chat.example.com";

async fn asked(fixture: &Fixture, name: &str, value: &str) -> HttpResponse {
    let client = fixture.alice("").lifecycle(Lifecycle::Stateless).header(name, value);
    client.ask("tools/list", json!({})).await
}

#[tokio::test]
async fn only_allowed_hosts_are_served() {
    let fixture = Fixture::start("--allow-host mist.example.com,10.0.0.5:8443").await;
    let port = fixture.server.address().port();
    for host in [
        &format!("127.0.0.1:{port}"),
        &format!("localhost:{port}"),
        "LOCALHOST",
        "[::1]:1",
        "mist.example.com",
        "Mist.Example.com:443",
        "10.0.0.5:8443",
    ] {
        assert_eq!(asked(&fixture, "Host", host).await.status, 200, "{host}");
    }
    // DNS rebinding: a name of the attacker that resolves to the server.
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        &format!("127.0.0.1.evil.example:{port}"),
        "localhost.evil.example",
        "10.0.0.5",
        "mist.example.com.",
        "mist.example.com@evil.example",
        "0.0.0.0",
        "169.254.169.254",
    ] {
        let response = asked(&fixture, "Host", host).await;
        assert_eq!(response.status, 403, "{host}: {response:?}");
        assert!(response.error().contains("--allow-host"), "{host}: {response:?}");
    }
}

#[tokio::test]
async fn a_request_has_exactly_one_host() {
    let fixture = Fixture::start("").await;
    for hosts in [
        "",
        "Host: \r\n",
        "Host: localhost\r\nHost: evil.example\r\n",
        "Host: evil.example\r\nHost: localhost\r\n",
        "Host: localhost evil.example\r\n",
        "Host: \u{f6}rtlich\r\n",
    ] {
        for path in ["/mcp", "/metrics", "/elsewhere"] {
            let mut socket = RawSocket::open(fixture.server.address()).await;
            socket.send(format!("GET {path} HTTP/1.1\r\n{hosts}X-Authorization: {ALICE}\r\n\r\n")).await;
            let (status, ..) = socket.answer().await.unwrap();
            assert!([400, 403].contains(&status), "{hosts:?} {path}: {status}");
        }
    }
    // The refusal names the host.
    for host in ["evil", "evil:80", "evil.example:8443"] {
        let mut socket = RawSocket::open(fixture.server.address()).await;
        socket.send(format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
        let (status, _, body) = socket.answer().await.unwrap();
        assert!(status == 403 && body.contains(&format!("`{host}`")), "{status} {body}");
    }
    // An allowed authority in the request line does not replace the `Host` header.
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send("GET http://localhost/metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n").await;
    assert_eq!(socket.answer().await.unwrap().0, 403);
}

#[tokio::test]
async fn only_allowed_origins_are_served() {
    let fixture = Fixture::start("--allow-origin https://chat.example.com").await;
    let port = fixture.server.address().port();
    for page in [PAGE, "http://localhost:6274", &format!("http://127.0.0.1:{port}"), "https://[::1]"] {
        assert_eq!(asked(&fixture, "Origin", page).await.status, 200, "{page}");
    }
    for page in [
        "https://evil.example",
        "http://chat.example.com",
        "https://chat.example.com.evil.example",
        "https://chat.example.com:8443",
        "null",
        "file://",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
    ] {
        for response in [
            asked(&fixture, "Origin", page).await,
            fixture.alice("").header("Origin", page).initialize().await,
            HttpResponse::of(
                fixture
                    .alice("")
                    .header("Origin", page)
                    .to(&fixture.server.url("/metrics"))
                    .request(Method::GET),
            )
            .await,
        ] {
            assert_eq!(response.status, 403, "{page}: {response:?}");
            assert!(response.error().contains("--allow-origin"), "{page}: {response:?}");
            assert_eq!(response.header("access-control-allow-origin"), "");
        }
    }
    // An allowed origin does not excuse a second, foreign one.
    let mut socket = RawSocket::open(fixture.server.address()).await;
    let origins = [&format!("Origin: {PAGE}"), "Origin: https://evil.example", "X-Authorization: a"];
    socket.post("/mcp", &origins, message("ping", &json!({}))).await;
    assert_eq!(socket.answer().await.unwrap().0, 403);
}

#[tokio::test]
async fn a_browser_client_gets_cors_headers() {
    let fixture = Fixture::start("--allow-origin https://chat.example.com").await;
    let preflight = |origin: &str| {
        let client = HttpClient::new(&fixture.server, "?mode=all").header("Origin", origin);
        let asked = "content-type,x-authorization,mcp-session-id,mcp-protocol-version,mcp-param-site";
        client
            .request(Method::OPTIONS)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", asked)
    };
    let response = HttpResponse::of(preflight(PAGE)).await;
    assert_eq!(
        (response.status, response.header("access-control-allow-origin")),
        (200, PAGE),
        "{response:?}"
    );
    for method in ["GET", "POST", "DELETE"] {
        assert!(response.header("access-control-allow-methods").contains(method), "{response:?}");
    }
    for header in
        ["x-authorization", "mcp-session-id", "mcp-protocol-version", "content-type", "mcp-param-site"]
    {
        assert!(response.header("access-control-allow-headers").contains(header), "{response:?}");
    }
    assert_eq!(response.header("access-control-allow-credentials"), "", "no cookie is ever asked for");

    let mut client = fixture.alice("").header("Origin", PAGE);
    let response = client.initialize().await;
    assert_eq!(
        (response.status, response.header("access-control-allow-origin")),
        (200, PAGE),
        "{response:?}"
    );
    let exposed = response.header("access-control-expose-headers").to_ascii_lowercase();
    for header in
        ["mcp-session-id", "mcp-protocol-version", "x-request-id", "www-authenticate", "retry-after"]
    {
        assert!(exposed.contains(header), "{header}: {exposed}");
    }
    assert!(client.tools().await.contains(&"callTool".to_owned()));
    // Rejections have CORS headers, too.
    let response = HttpClient::new(&fixture.server, "").header("Origin", PAGE).initialize().await;
    assert_eq!(
        (response.status, response.header("access-control-allow-origin")),
        (401, PAGE),
        "{response:?}"
    );

    let response = HttpResponse::of(preflight("https://evil.example")).await;
    assert_eq!((response.status, response.header("access-control-allow-origin")), (403, ""), "{response:?}");
}

#[tokio::test]
async fn invalid_allowed_hosts_and_origins_fail_at_start() {
    for (arguments, wanted) in [
        ("--allow-host https://mist.example.com/x", "mist.example.com"),
        ("--allow-origin chat.example.com", "https://chat.example.com"),
        ("--allow-origin https://chat.example.com/page", "https://chat.example.com"),
    ] {
        let upstream = MockUpstream::start().await;
        let finished = Launch::at(&upstream, &format!("-t http -p 0 {arguments}")).run().await;
        assert_eq!(finished.code(), Some(1), "{arguments}: {finished:?}");
        assert!(finished.stderr.contains(wanted), "{arguments}: {finished:?}");
    }
}
