//! The audit log of calls with invented tokens: short lines, and few of them for each address.

use std::time::{Duration, Instant};

use mistmcp_tests::{Answer, HttpClient, Lifecycle};
use serde_json::{Value, json};

use crate::admission::sample;
use crate::audit::{audited, lines_at_end};
use crate::fixture::{ALICE, BOB, Fixture, site};

const CALLS: usize = 100;
/// Lines of an address in a minute.
const LINES: usize = 60;

/// Calls that are refused before Mist is asked, and one that is answered without it.
fn without_mist(number: usize) -> (&'static str, Value) {
    let long = "x".repeat(5_000);
    let password = "hunter2hunter2";
    match number % 4 {
        0 => ("getSiteInfo", json!({ "psk": password, "unknown": long })),
        1 => ("noSuchTool", json!({ "text": long })),
        2 => (
            "callTool",
            json!({ "tool": "searchOrgSites", "arguments": { "unknown": long, "psk": password } }),
        ),
        _ => ("findTools", json!({ "question": long })),
    }
}

async fn call_without_mist(client: &HttpClient) {
    for number in 0..CALLS {
        let (tool, arguments) = without_mist(number);
        client.try_call(tool, arguments).await;
    }
}

async fn client(fixture: &Fixture, token: &str, lifecycle: Lifecycle) -> HttpClient {
    HttpClient::with_token(&fixture.server, "?mode=all", token).connect(lifecycle).await
}

#[cfg(unix)]
#[tokio::test]
async fn calls_with_invented_tokens_have_few_and_short_lines_and_their_number_is_told() {
    let fixture = audited("--audit-log-required").await;
    fixture.upstream.default_handler(|request| {
        let is_bobs = request.header("authorization") == format!("Token {BOB}");
        Answer::json(&json!({ "name": "x" })).status(if is_bobs { 200 } else { 401 })
    });
    let began = Instant::now();
    for lifecycle in Lifecycle::BOTH {
        call_without_mist(&client(&fixture, &format!("{ALICE}-{lifecycle:?}"), lifecycle).await).await;
    }
    let stranger = client(&fixture, ALICE, Lifecycle::BOTH[1]).await;
    let fields = (0..40).map(|number| format!("field_of_a_row_{number}")).collect::<Vec<_>>();
    let long = json!({ "site_id": site(1)["site_id"], "fields": fields });
    assert!(stranger.refusal("listSiteWlans", long.clone()).await.contains("token"));
    // Each period begins with a line.
    let periods = began.elapsed().as_secs() / Duration::from_mins(1).as_secs() + 1;
    let counted = sample(&fixture, "mistmcp_audit_lines_omitted_total").await;
    let lines = lines_at_end(fixture.server).await;
    let (omitted, calls): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line["omitted"].is_u64());
    let (asked, unasked): (Vec<_>, Vec<_>) = calls.into_iter().partition(|line| line["mist_calls"] != 0);
    assert!(unasked.len() <= LINES * usize::try_from(periods).unwrap(), "{} in {periods}", unasked.len());
    assert!(unasked.iter().all(|line| line.to_string().len() < 1_200), "{unasked:?}");
    let text = unasked.iter().map(ToString::to_string).collect::<String>();
    assert!(text.contains("[hidden]") && !text.contains("hunter2"), "{text}");
    let number: u64 = omitted.iter().filter_map(|line| line["omitted"].as_u64()).sum();
    assert_eq!((number, number + unasked.len() as u64), (counted, 2 * CALLS as u64));
    assert!(omitted.iter().all(|line| line["address"] == "127.0.0.1" && line["time"].is_string()));
    // What reached Mist is written as it came.
    assert!(asked.len() == 1 && asked[0]["arguments"] == long, "{asked:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn refused_calls_with_an_accepted_token_have_whole_lines() {
    let fixture = audited("").await;
    for lifecycle in Lifecycle::BOTH {
        let bob = client(&fixture, BOB, lifecycle).await;
        bob.call("getSiteInfo", site(1)).await;
        call_without_mist(&bob).await;
    }
    let lines = lines_at_end(fixture.server).await;
    assert_eq!(lines.len(), 2 * (CALLS + 1));
    let long = lines.iter().filter(|line| line.to_string().len() > 5_000).count();
    assert_eq!(long, 2 * CALLS);
}
