//! Answers that are wrong as HTTP, and ways to Mist that are unusual.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use mistmcp_tests::{AfterResponse, Answer, Client, Launch, Lifecycle, MockUpstream, RawUpstream};
use serde_json::json;

const PATH: &str = "/api/v1/self/usage";
const TOOL: &str = "getSelfApiUsage";
const FINE: &str = r#"{"requests":1}"#;

fn answer(length: usize, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn fine() -> (Vec<u8>, AfterResponse) {
    (answer(FINE.len(), "", FINE.as_bytes()), AfterResponse::KeepOpen)
}

/// A client of a peer that answers these in turn.
async fn start(
    arguments: &str,
    answers: impl IntoIterator<Item = (Vec<u8>, AfterResponse)>,
) -> (RawUpstream, Client) {
    let upstream = RawUpstream::start(answers).await;
    let client =
        Launch::at_url(&upstream.url(), &format!("-m all {arguments}")).client(Lifecycle::Legacy).await;
    (upstream, client)
}

async fn works(client: &Client) {
    assert_eq!(client.json(TOOL, json!({})).await["requests"], 1);
}

/// The call fails with advice that has all of `wanted`, and the next one works.
async fn fails(wrong: (Vec<u8>, AfterResponse), wanted: &[&str]) {
    let (_peer, client) = start("--retry-wait 0", [wrong, fine()]).await;
    let refusal = client.refusal(TOOL, json!({})).await;
    for wanted in wanted {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    works(&client).await;
}

#[tokio::test]
async fn a_body_shorter_than_its_content_length_has_broken_off() {
    fails((answer(5_000, "", FINE.as_bytes()), AfterResponse::Close), &["broke off", "Try again once"]).await;
}

#[tokio::test]
async fn a_body_longer_than_its_content_length_is_cut_there() {
    fails((answer(5, "", FINE.as_bytes()), AfterResponse::Close), &["not JSON"]).await;
}

#[tokio::test]
async fn fifty_megabytes_are_not_read_to_their_end() {
    let body = vec![b' '; 50_000_000];
    fails((answer(body.len(), "", &body), AfterResponse::Close), &["33554432 bytes", "Ask for less"]).await;
}

#[tokio::test]
async fn a_bomb_is_not_unpacked_beyond_what_is_read() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    let mut megabyte = || {
        let before = bomb.get_ref().len();
        bomb.write_all("\0".repeat(1 << 20).as_bytes()).unwrap();
        bomb.flush().unwrap();
        bomb.get_ref()[before..].to_vec()
    };
    let (first, more) = (megabyte(), megabyte());
    let bomb = [first, more.repeat(1_000)].concat();
    assert!(bomb.len() < 2 << 20);
    let bomb = answer(bomb.len(), "Content-Encoding: gzip\r\n", &bomb);
    let upstream = RawUpstream::start([(bomb, AfterResponse::Close), fine()]).await;
    let mut stdio = Launch::at_url(&upstream.url(), "-m all").stdio();
    stdio.initialize().await;
    let refused = stdio.call(TOOL, json!({})).await;
    assert!(refused.to_string().contains("33554432 bytes"), "{refused}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", stdio.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 200_000, "{peak} kB");
    assert!(stdio.call(TOOL, json!({})).await.to_string().contains("requests"));
}

#[tokio::test]
async fn what_is_not_packed_as_it_states_is_reported() {
    let body = b"this is no gzip";
    fails((answer(body.len(), "Content-Encoding: gzip\r\n", body), AfterResponse::Close), &["broke off"])
        .await;
}

#[tokio::test]
async fn what_is_not_http_is_reported() {
    let words = b"SSH-2.0-OpenSSH_9.9\r\n".to_vec();
    let (upstream, client) = start("--retry-wait 0", [(words, AfterResponse::Close)]).await;
    let refusal = client.refusal(TOOL, json!({})).await;
    assert!(refusal.contains("if it stays, the network has to be checked"), "{refusal}");
    assert_eq!(upstream.requests(), 2);
}

#[tokio::test]
async fn a_connection_that_the_peer_has_closed_meanwhile_is_not_noticed() {
    let closed = || (Vec::new(), AfterResponse::Close);
    let (upstream, client) = start("--retry-wait 0", [fine(), closed(), fine(), closed(), fine()]).await;
    for _ in 0..3 {
        works(&client).await;
    }
    assert_eq!(upstream.requests(), 5);
}

#[tokio::test]
async fn a_peer_that_closes_every_connection_after_its_answer_is_not_noticed() {
    let (upstream, client) = start("--retry-wait 0", [(fine().0, AfterResponse::Close)]).await;
    for _ in 0..10 {
        works(&client).await;
    }
    assert_eq!(upstream.requests(), 10);
}

#[tokio::test]
async fn a_cloud_is_reached_over_ipv6() {
    let upstream = MockUpstream::start_at("[::1]:0").await;
    upstream.answers(PATH, [Answer::new("application/json", FINE)]);
    assert!(upstream.url().starts_with("http://[::1]:"));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    works(&client).await;
    assert_eq!(upstream.take()[0].header("host"), upstream.address().to_string());
}

#[tokio::test]
async fn a_cloud_on_this_machine_is_not_reached_through_a_proxy() {
    let (upstream, proxy) = (MockUpstream::start().await, MockUpstream::start().await);
    upstream.answers(PATH, [Answer::new("application/json", FINE)]);
    let mut launch = Launch::at(&upstream, "-m all");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        launch = launch.variable(name, &proxy.url());
    }
    works(&launch.client(Lifecycle::Legacy).await).await;
    assert_eq!((upstream.take().len(), proxy.connections()), (1, 0));
}

#[tokio::test]
async fn a_cloud_elsewhere_is_reached_through_the_proxy_of_the_environment() {
    let proxy = MockUpstream::start().await;
    let launch =
        Launch::new("-m all --retry-wait 0 --cloud api.mist.com").variable("MIST_APITOKEN", "a-token");
    let launch = launch.variable("HTTPS_PROXY", &proxy.url());
    let refusal = launch.client(Lifecycle::Legacy).await.refusal(TOOL, json!({})).await;
    let received = proxy.take();
    assert_eq!(received[0].method, "CONNECT");
    assert!(received[0].headers.get("authorization").is_none(), "the proxy does not see the token");
    assert!(refusal.contains("the network has to be checked"), "{refusal}");
}
