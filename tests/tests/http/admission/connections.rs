//! Connection and request quotas, and what is served when they are used up.

use std::net::IpAddr;

use mistmcp_tests::{Lifecycle, RawSocket};
use serde_json::json;

use super::{refusals, sample};
use crate::fixture::{Fixture, site};

const STRANGER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

async fn get(fixture: &Fixture, path: &str) -> Option<(u16, String, String)> {
    let mut raw_socket = RawSocket::from_address(STRANGER, fixture.server.address()).await;
    raw_socket.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
    raw_socket.answer().await
}

#[tokio::test]
async fn idle_connections_of_an_address_are_closed_for_new_ones() {
    let fixture = Fixture::start("--max-connections-per-address 20").await;
    let process = fixture.server.id();
    let mut wires = Vec::new();
    for number in 0..100 {
        let mut raw_socket = RawSocket::from_address(STRANGER, fixture.server.address()).await;
        if number % 2 == 0 {
            raw_socket.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
            assert_eq!(raw_socket.answer().await.unwrap().0, 200);
        }
        wires.push(raw_socket);
    }
    assert!(sample(&fixture, "mistmcp_connections").await <= 30);
    for path in ["/livez", "/readyz", "/"] {
        assert_eq!(get(&fixture, path).await.unwrap().0, 200, "{path}");
    }
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    drop(wires);
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn idle_connections_are_closed_for_other_addresses() {
    let fixture = Fixture::start("--max-connections 30").await;
    let process = fixture.server.id();
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    alice.call("getSiteInfo", site(1)).await;
    let mut wires = Vec::new();
    for number in 0..200_u8 {
        let own = IpAddr::from([127, 0, 2, 1 + number % 50]);
        wires.push(RawSocket::from_address(own, fixture.server.address()).await);
    }
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(2)).await;
    assert_eq!(get(&fixture, "/livez").await.unwrap().0, 200);
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn without_idle_connections_only_probes_are_served() {
    let fixture = Fixture::start("--max-connections-per-address 8").await;
    let process = fixture.server.id();
    let client = super::at([127, 0, 0, 2]);
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream =
            fixture.alice("?mode=all").by(client.clone()).lifecycle(Lifecycle::Stateless).listen().await;
        mistmcp_tests::soon("an acknowledgement", stream.chunk()).await.unwrap();
        streams.push(stream);
    }
    for _ in 0..100 {
        let (status, head, _) = get(&fixture, "/livez").await.unwrap();
        assert!(status == 200 && head.to_lowercase().contains("connection: close"), "{head}");
    }
    let (status, head, body) = get(&fixture, "/mcp").await.unwrap();
    assert!(status == 429 && body.contains("--max-connections-per-address"), "{head} {body}");
    // Idle connections of the reserve are closed for a probe as well.
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(RawSocket::from_address(STRANGER, fixture.server.address()).await);
    }
    assert_eq!(get(&fixture, "/readyz").await.unwrap().0, 200);
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    drop((silent, streams));
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn requests_in_flight_are_limited_per_address() {
    let fixture = Fixture::start("--max-requests-per-address 6").await;
    let process = fixture.server.id();
    let client = super::at([127, 0, 0, 2]);
    let mut streams = Vec::new();
    for _ in 0..6 {
        let alice = fixture.alice("?mode=all").by(client.clone()).lifecycle(Lifecycle::Stateless);
        let mut stream = alice.listen().await;
        mistmcp_tests::soon("an acknowledgement", stream.chunk()).await.unwrap();
        streams.push(stream);
    }
    let refused = fixture
        .alice("?mode=all")
        .by(client.clone())
        .lifecycle(Lifecycle::Stateless)
        .ask("tools/list", json!({}))
        .await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.error().contains("--max-requests-per-address"), "{refused:?}");
    assert!(refusals(&fixture, "requests_of_address").await >= 1);
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    drop(streams);
    super::until("they are over", async || {
        fixture
            .alice("?mode=all")
            .by(client.clone())
            .lifecycle(Lifecycle::Stateless)
            .ask("tools/list", json!({}))
            .await
            .status
            == 200
    })
    .await;
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn an_unknown_host_sees_no_cloud_and_authority_is_validated_as_host_is() {
    let fixture = Fixture::start("").await;
    let address = fixture.upstream.address().to_string();
    for (host, names_it) in
        [("localhost", true), ("127.0.0.1:9", true), ("evil.example", false), ("10.1.2.3", false)]
    {
        let mut raw_socket = RawSocket::open(fixture.server.address()).await;
        raw_socket.send(format!("GET /readyz HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
        let (status, _, body) = raw_socket.answer().await.unwrap();
        assert_eq!((status, body.contains(&address)), (200, names_it), "{host}: {body}");
    }
    // In absolute form, as HTTP/2 has it in `:authority`.
    for (target, host, status) in [
        ("http://evil.example/metrics", "localhost", 403),
        ("http://localhost/metrics", "evil.example", 403),
        ("http://localhost/metrics", "localhost", 200),
    ] {
        let mut raw_socket = RawSocket::open(fixture.server.address()).await;
        raw_socket.send(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
        assert_eq!(raw_socket.answer().await.unwrap().0, status, "{target} {host}");
    }
    let socket = tokio::net::TcpStream::connect(fixture.server.address()).await.unwrap();
    let (requests, connection) = h2::client::handshake(socket).await.unwrap();
    tokio::spawn(connection);
    let mut requests = requests.ready().await.unwrap();
    for (authority, host, status) in [
        ("evil.example", "localhost", 403),
        ("localhost", "evil.example", 403),
        ("localhost", "localhost", 200),
    ] {
        let uri = format!("http://{authority}/metrics");
        let request =
            http::Request::get(uri).version(http::Version::HTTP_2).header("host", host).body(()).unwrap();
        let (answer, _) = requests.send_request(request, true).unwrap();
        assert_eq!(answer.await.unwrap().status(), status, "{authority} {host}");
    }
}
