//! Health probes and metrics.

use std::collections::BTreeMap;

use mistmcp_tests::{HttpClient, HttpResponse, Launch, Lifecycle, MockUpstream, RawSocket, TOKEN};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{ALICE, BOB, Fixture, site, site_path};

const ORG: &str = "9f2c1e50-8c4b-4f0e-a1d7-0123456789ab";

async fn get(fixture: &Fixture, path: &str) -> HttpResponse {
    HttpResponse::of(HttpClient::new(&fixture.server, "").to(&fixture.server.url(path)).request(Method::GET))
        .await
}

#[tokio::test]
async fn health_probes_accept_any_host() {
    let fixture = Fixture::start("").await;
    for path in ["/livez", "/readyz"] {
        for host in ["10.1.2.3:8000", "mistmcp.default.svc"] {
            let mut socket = RawSocket::open(fixture.server.address()).await;
            socket.send(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
            let (status, _, body) = socket.answer().await.unwrap();
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(status, 200, "{body}");
            assert!(body["live"] == true || body["ready"] == true, "{body}");
        }
    }
    assert_eq!(fixture.upstream.connections(), 0, "to be asked costs Mist nothing");
}

#[tokio::test]
async fn a_server_whose_cloud_does_not_resolve_is_live_but_not_ready() {
    let launch = Launch::new("--allow-cloud mist.invalid --cloud mist.invalid");
    let fixture = Fixture { upstream: MockUpstream::start().await, server: launch.serve().await };
    assert_eq!(get(&fixture, "/livez").await.status, 200);
    let response = get(&fixture, "/readyz").await;
    assert_eq!(response.status, 503, "{response:?}");
    assert!(response.body.contains("mist.invalid"), "{response:?}");
}

/// Parses an OpenMetrics text, and asserts that it is valid.
fn samples(text: &str) -> BTreeMap<String, String> {
    assert!(text.ends_with("# EOF\n"), "{text}");
    let mut kinds = BTreeMap::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(meta) = line.strip_prefix("# ") {
            let words: Vec<_> = meta.splitn(3, ' ').collect();
            assert!(["HELP", "TYPE", "UNIT", "EOF"].contains(&words[0]), "{line}");
            if words[0] == "TYPE" {
                assert!(kinds.insert(words[1].to_owned(), words[2].to_owned()).is_none(), "{line}");
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let family = name.split('{').next().unwrap();
        let known = kinds.iter().any(|(kind, form)| {
            let suffixes: &[&str] = match form.as_str() {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            suffixes.iter().any(|suffix| format!("{kind}{suffix}") == family)
        });
        assert!(known, "{line} has no type");
        value.parse::<f64>().unwrap();
        assert!(samples.insert(name.to_owned(), value.to_owned()).is_none(), "{line} is there twice");
    }
    samples
}

#[tokio::test]
async fn metrics_count_calls_by_tool_and_outcome_without_client_data() {
    let fixture = Fixture::start("--max-sessions-per-token 1").await;
    fixture
        .upstream
        .answers(&site_path(2), [mistmcp_tests::Answer::json(&json!({ "detail": TOKEN })).status(404)]);
    let alice = fixture.alice(&format!("?mode=all&org_id={ORG}&debug=true")).open().await;
    alice.call("getSiteInfo", site(1)).await;
    alice.call("getOrg", json!({})).await;
    alice.refusal("getSiteInfo", site(2)).await;
    alice.refusal("getSiteInfo", json!({ "sight_id": 1 })).await;
    alice.try_call(ALICE, json!({})).await;
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(3)).await;
    assert_eq!(fixture.alice("").initialize().await.status, 503);
    HttpClient::new(&fixture.server, "").initialize().await;
    for path in ["/mcp", "/metrics"] {
        let mut foreign = fixture.alice("").to(&fixture.server.url(path)).header("Host", "mist.example.com");
        assert_eq!(foreign.initialize().await.status, 403, "{path}");
    }

    let response = get(&fixture, "/metrics").await;
    assert!(
        response.header("content-type").starts_with("application/openmetrics-text; version=1.0.0"),
        "{response:?}"
    );
    let counted = samples(&response.body);
    let calls = |tool: &str, outcome: &str| {
        let labels = format!("mistmcp_tool_calls_total{{tool=\"{tool}\",outcome=\"{outcome}\"}}");
        counted.get(&labels).map_or("", String::as_str)
    };
    let outcomes = ["ok", "missing", "arguments"].map(|outcome| calls("getSiteInfo", outcome));
    assert_eq!(outcomes, ["2", "1", "1"], "{counted:?}");
    assert_eq!((calls("getOrg", "ok"), calls("unknown", "tool")), ("1", "1"), "{counted:?}");
    for (name, wanted) in [
        ("mistmcp_tool_call_duration_seconds_count", "6"),
        ("mistmcp_sessions", "1"),
        ("mistmcp_sessions_opened_total", "1"),
        ("mistmcp_refusals_total{reason=\"sessions_of_token\"}", "1"),
        ("mistmcp_refusals_total{reason=\"unauthorized\"}", "1"),
        ("mistmcp_refusals_total{reason=\"origin\"}", "2"),
    ] {
        assert_eq!(counted[name], wanted, "{name}: {counted:?}");
    }
    assert!(counted["mistmcp_tool_result_bytes_total"] != "0", "{counted:?}");
    for message in [ALICE, BOB, TOKEN, ORG, alice.session(), "guest", "127.0.0.1"] {
        assert!(!response.body.contains(message), "{message}");
    }
}

/// The refusals so far, by their reason.
async fn refused(fixture: &Fixture) -> BTreeMap<String, u64> {
    let reason = |sample: &str| {
        let reason = sample.strip_prefix("mistmcp_refusals_total{reason=\"")?.strip_suffix("\"}")?;
        Some(reason.to_owned())
    };
    let counted = samples(&get(fixture, "/metrics").await.body);
    counted.iter().filter_map(|(sample, value)| Some((reason(sample)?, value.parse().unwrap()))).collect()
}

#[tokio::test]
async fn each_refusal_of_a_request_has_a_text_and_is_counted_once_by_its_reason() {
    let fixture = Fixture::start("").await;
    let mut wanted = BTreeMap::new();
    for (method, path, status, reason) in [
        (Method::GET, "/x", 404, "path"),
        (Method::GET, "/sse", 404, "path"),
        (Method::POST, "/mcp/x", 404, "path"),
        (Method::POST, "/MCP", 404, "path"),
        (Method::POST, "/register", 404, "path"),
        (Method::GET, "/views/x", 404, "path"),
        (Method::GET, "/views/%ff", 404, "path"),
        (Method::GET, "/search", 400, "request"),
        (Method::POST, "/", 405, "method"),
        (Method::POST, "/metrics", 405, "method"),
        (Method::PUT, "/search", 405, "method"),
        (Method::POST, "/views/x", 405, "method"),
        (Method::DELETE, "/favicon.ico", 405, "method"),
        (Method::POST, "/livez", 405, "method"),
        (Method::PATCH, "/readyz", 405, "method"),
        (Method::PUT, "/mcp", 405, "method"),
        (Method::GET, "/mcp", 400, "session"),
        (Method::DELETE, "/mcp", 400, "session"),
        (Method::POST, "/mcp", 400, "message"),
        (Method::GET, "/mcp?mode=none", 400, "request"),
    ] {
        let client = fixture.alice("").to(&fixture.server.url(path));
        let response = HttpResponse::of(client.request(method.clone())).await;
        assert_eq!(response.status, status, "{method} {path}: {response:?}");
        assert!(!response.error().is_empty(), "{method} {path}");
        assert_eq!(response.header("allow").is_empty(), status != 405, "{method} {path}: {response:?}");
        *wanted.entry(reason.to_owned()).or_insert(0) += 1;
        assert_eq!(refused(&fixture).await, wanted, "{method} {path}");
    }
}

#[tokio::test]
async fn a_request_state_that_is_none_of_the_call_is_counted_as_a_refusal() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("?mode=all").connect(Lifecycle::Stateless).await;
    for state in ["", "made-up"] {
        let params = json!({ "name": "getSiteInfo", "arguments": site(1), "requestState": state });
        let message = alice.ask("tools/call", params).await.message();
        assert!(message["error"]["message"].as_str().unwrap().contains("`requestState`"), "{message}");
    }
    assert_eq!(refused(&fixture).await, BTreeMap::from([("request_state".to_owned(), 2)]));
}
