//! How a call that fails ends, for scripts.

use mistmcp_tests::{Answer, Launch, Peer, soon};
use serde_json::json;

use super::stops;

const SELF: &str = "/api/v1/self";

#[tokio::test]
async fn wrong_usage_ends_with_2_and_says_where_the_right_one_stands() {
    let call = |line: &str| Launch::new(&format!("--demo call {line}"));
    stops(call("getself"), 2, &["did you mean \"getSelf\"?", "mistmcp tools"]).await;
    stops(call("getSiteInfo"), 2, &["`site_id` is missing", "`mistmcp tools getSiteInfo`"]).await;
    stops(call("searchOrgSites limit=many"), 2, &["`limit`", "`mistmcp tools searchOrgSites`"]).await;
    stops(call("searchOrgSites limit"), 2, &["`limit`", "name=value"]).await;
    stops(call(""), 2, &["<TOOL>"]).await;
}

#[tokio::test]
async fn each_way_to_fail_at_mist_has_its_code() {
    let said = |status: u16| Answer::json(&json!({ "detail": "no" })).status(status);
    let limited = said(429).header("retry-after", "900");
    for (answer, code) in [
        (said(500), 1),
        (Answer::new("application/json", "{broken"), 1),
        (said(400), 2),
        (said(401), 3),
        (said(403), 3),
        (said(404), 4),
        (limited, 5),
    ] {
        let peer = Peer::start().await;
        peer.answers(SELF, [answer]);
        stops(Launch::at(&peer, "call getSelf --retry-wait 0"), code, &["error: "]).await;
    }
}

#[tokio::test]
async fn mist_that_is_not_reached_or_silent_ends_with_6() {
    let nobody = Peer::start().await.url();
    stops(Launch::at_url(&nobody, "call getSelf --retry-wait 0"), 6, &["error: "]).await;
    let peer = Peer::start().await;
    peer.answers(SELF, [Answer::never()]);
    stops(Launch::at(&peer, "call getSelf --timeout 1"), 6, &["1 seconds"]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_call_ends_with_130_and_ends_its_request() {
    let peer = Peer::start().await;
    peer.answers(SELF, [Answer::never()]);
    let console = Launch::at(&peer, "call getSelf").console();
    soon("the request", peer.arrival()).await;
    console.signal("INT").await;
    let finished = console.ended().await;
    assert_eq!((finished.code(), finished.output().as_str()), (Some(130), ""));
    assert!(finished.stderr.contains("interrupted"), "{}", finished.stderr);
    soon("its end", peer.abandonment()).await;
}
