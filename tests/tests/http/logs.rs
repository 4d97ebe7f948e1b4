//! The access log: enough to find a call, and never a token.

use mistmcp_tests::{Answer, HttpClient, Lifecycle, RawSocket, TOKEN, message};
use serde_json::{Value, json};

use crate::fixture::{ALICE, BOB, Fixture, site, site_path};

const VERBOSE: &str = "Mist answered";

#[tokio::test]
async fn a_call_is_logged_in_one_line_with_its_request_id() {
    let fixture = Fixture::start("--log-format json").await;
    fixture.upstream.answers(&site_path(2), [Answer::json(&json!({})).status(404)]);
    for lifecycle in Lifecycle::BOTH {
        let alice = fixture.alice("?mode=all").connect(lifecycle).await;
        for (number, outcome) in [(1, "ok"), (2, "missing")] {
            let response = alice.try_call("getSiteInfo", site(number)).await;
            let request = response.header("x-request-id").to_owned();
            assert!(request.len() == 32, "{response:?}");
            assert_eq!(
                response.outcome().1.contains(&format!("[request {request}]")),
                outcome != "ok",
                "{response:?}"
            );
            let shown = fixture.server.wait_until("a line of the call", |text| text.contains(&request)).await;
            let lines: Vec<_> = shown.lines().filter(|line| line.contains(&request)).collect();
            assert_eq!(lines.len(), 1, "{shown}");
            let line: Value = serde_json::from_str(lines[0]).unwrap();
            for (name, wanted) in [("request", &*request), ("tool", "getSiteInfo"), ("outcome", outcome)] {
                assert_eq!(line[name], wanted, "{line}");
            }
            assert!(line["milliseconds"].is_number() && line["level"] == "INFO", "{line}");
        }
    }
    let errors = fixture.server.errors();
    assert!(errors.lines().next().is_some_and(|line| line.contains(" listens; ")), "{errors}");
    for line in errors.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    fixture.assert_no_token_in_logs();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_call_that_is_refused_for_want_of_the_audit_log_is_counted_and_has_a_line_with_its_request_id() {
    let fixture = Fixture::start("--log-format json --audit-log /dev/full --audit-log-required").await;
    let mut calls = 0;
    for lifecycle in Lifecycle::BOTH {
        let alice = fixture.alice("?mode=all").connect(lifecycle).await;
        for number in 0..3 {
            let response = alice.try_call("getSiteInfo", site(number)).await;
            let request = response.header("x-request-id").to_owned();
            let (failed, text) = response.outcome();
            assert!(failed && text.ends_with(&format!("[request {request}]")), "{text}");
            calls += 1;
            let part = if calls == 1 { "answer is withheld" } else { "was not made" };
            assert!(text.contains(part), "{text}");
            let shown = fixture.server.wait_until("a line of the call", |text| text.contains(&request)).await;
            let lines: Vec<_> = shown.lines().filter(|line| line.contains(&request)).collect();
            assert!(lines.len() == 1 && lines[0].contains(r#""outcome":"audit""#), "{lines:?}");
        }
        let name = "mistmcp_tool_calls_total{tool=\"getSiteInfo\",outcome=\"audit\"}";
        assert_eq!(crate::admission::sample(&fixture, name).await, calls);
    }
}

#[tokio::test]
async fn text_logs_have_the_same_content_as_json() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("?mode=all").open().await.header("X-Request-Id", "by-a-proxy.1");
    alice.call("getSiteInfo", site(1)).await;
    let shown = fixture.server.wait_until("a line of the call", |text| text.contains("by-a-proxy.1")).await;
    let line = shown.lines().find(|line| line.contains("by-a-proxy.1")).unwrap();
    assert!(line.contains("getSiteInfo") && line.contains("ok") && line.contains("INFO"), "{line}");
    assert!(!shown.contains(VERBOSE), "{shown}");
}

#[tokio::test]
async fn a_request_id_that_could_forge_a_log_line_is_replaced() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    for given in ["abc", "4bf92f35-77b3_4da6.1", &"x".repeat(64)] {
        let response = alice.clone().header("X-Request-Id", given).try_call("getSiteInfo", site(1)).await;
        assert_eq!(response.header("x-request-id"), given);
    }
    for given in
        ["a b", "a\tINFO call", "a=b", "\"", "[request x]", "{}", &"x".repeat(65), "a;b", "\\u001b[31m"]
    {
        let response = alice.clone().header("X-Request-Id", given).try_call("getSiteInfo", site(1)).await;
        assert_eq!(
            (response.status, response.header("x-request-id").len()),
            (200, 32),
            "{given}: {response:?}"
        );
    }
    let (token, body) = (format!("X-Authorization: {ALICE}"), message("ping", &json!({})));
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.post("/mcp", &[&token, "X-Request-Id: f\u{f6}rged"], &body).await;
    let (_, head, _) = socket.answer().await.unwrap();
    assert!(!head.contains("rged"), "{head}");
    let shown = fixture.server.errors();
    assert!(!shown.contains("rged") && !shown.contains("INFO call\""), "{shown}");
}

#[tokio::test]
async fn verbose_logs_are_limited_to_the_client_that_requested_them() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let verbose = fixture.alice("?mode=all&debug=true").connect(lifecycle).await;
        let quiet = fixture.bob("?mode=all").connect(lifecycle).await;
        for number in [1, 2] {
            // Concurrently, so that a global switch would be detected.
            tokio::join!(
                verbose.call("getSiteInfo", site(number)),
                quiet.call("getSiteInfo", site(number + 100))
            );
        }
    }
    let last = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless).header("X-Request-Id", "the-last");
    last.call("getSiteInfo", site(9)).await;
    let shown = fixture.server.wait_until("the last line", |text| text.contains("the-last")).await;
    let lines: Vec<_> = shown.lines().filter(|line| line.contains(VERBOSE)).collect();
    assert_eq!(lines.len(), 4, "{shown}");
    for line in lines {
        let asked = [1, 2].iter().any(|number| line.contains(&site_path(*number)));
        assert!(asked && line.contains("DEBUG"), "{line}");
    }
    fixture.assert_no_token_in_logs();
}

#[tokio::test]
async fn no_token_is_ever_logged() {
    let fixture = Fixture::start("--debug").await;
    let words = format!("{TOKEN} {ALICE}");
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({ "detail": words })).status(400)]);
    fixture.upstream.answers(&site_path(2), [Answer::json(&json!({ "note": ALICE, ALICE: [ALICE] }))]);
    fixture.upstream.answers(&site_path(3), [Answer::cut_off()]);
    let mut bodies = Vec::new();
    for lifecycle in Lifecycle::BOTH {
        for query in ["?mode=all&debug=true", "?mode=all"] {
            let alice = fixture.alice(query).connect(lifecycle).await;
            for number in [1, 2] {
                bodies.push(alice.try_call("getSiteInfo", site(number)).await.body);
            }
            bodies.push(alice.try_call(ALICE, json!({ ALICE: BOB })).await.body.replace(ALICE, "asked"));
        }
        // Tokens in the wrong place: in the URL, in an unknown scheme, as a session id.
        for query in [format!("?token={ALICE}"), format!("?debug=x&{ALICE}=1")] {
            bodies.push(
                fixture
                    .bob(&query)
                    .lifecycle(lifecycle)
                    .ask("tools/list", json!({}))
                    .await
                    .body
                    .replace(ALICE, "asked"),
            );
        }
        for (name, value) in [
            ("Authorization", format!("Basic {ALICE}")),
            ("Authorization", ALICE.to_owned()),
            ("X-Authorization", format!("{ALICE} {ALICE} {ALICE}")),
            ("X-Authorization", format!("{ALICE}\u{e9}")),
        ] {
            let client = HttpClient::new(&fixture.server, "").header(name, &value).lifecycle(lifecycle);
            bodies.push(client.ask("tools/list", json!({})).await.body);
        }
        bodies.push(fixture.alice("").on(ALICE).end().await.body);
    }
    for body in bodies {
        assert!(!body.contains(ALICE) && !body.contains("al1ce"), "{body}");
    }
    fixture.server.wait_until("verbose lines", |text| text.contains(VERBOSE)).await;
    fixture.assert_no_token_in_logs();
}
