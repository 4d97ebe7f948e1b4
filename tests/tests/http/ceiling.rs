//! What the operator allows is the most that anybody gets, whatever the URL asks for.

use mistmcp_tests::{Era, HttpClient};
use serde_json::{Map, json};

use crate::fixture::{Fixture, site};

/// A tool of a category that is not allowed, what would find it, and the path that it would call.
const BEYOND: &str = "listSiteRrmEvents";

const URLS: [&str; 6] = [
    "",
    "?mode=managed",
    "?mode=all",
    "?mode=custom&categories=orgs",
    "?mode=all&categories=sites",
    "?mode=managed&categories=sites",
];

async fn reaches_nothing_beyond(fixture: &Fixture, guest: &HttpClient, what: &str) {
    let tools = guest.tools().await;
    assert!(!tools.iter().any(|tool| tool == BEYOND), "{what}: {tools:?}");
    let called = guest.try_call(BEYOND, site(1)).await.message();
    assert_eq!(called["error"]["code"], -32602, "{what}: {called}");

    if tools.iter().any(|tool| tool == "callTool") {
        let call = json!({ "tool": BEYOND, "arguments": site(1) });
        let refused = guest.refusal("callTool", call).await;
        assert!(refused.contains(BEYOND), "{what}: {refused}");
        let found = guest.call("findTools", json!({ "query": "radio management changes at a site" })).await;
        assert!(!found.contains(BEYOND), "{what}: {found}");
        for category in ["sites_rrm", "SITES_RRM", "sites_rrm,sites"] {
            let manage = json!({ "enable_mcp_tools_categories": category });
            let refused = guest.try_call("manageMcpTools", manage).await.result();
            assert_eq!(refused["isError"], true, "{what}: {refused}");
        }
        let tools = guest.tools().await;
        assert!(!tools.iter().any(|tool| tool == BEYOND), "{what}: {tools:?}");
    } else {
        let call = json!({ "tool": BEYOND, "arguments": site(1) });
        let called = guest.try_call("callTool", call).await.message();
        assert_eq!(called["error"]["code"], -32602, "{what}: {called}");
    }
    let prompts = guest.ask("prompts/list", json!({})).await.message()["result"]["prompts"].clone();
    for prompt in prompts.as_array().into_iter().flatten() {
        let names = prompt["arguments"].as_array().into_iter().flatten();
        let names = names
            .map(|argument| (argument["name"].as_str().unwrap().to_owned(), json!("sites")))
            .collect::<Map<_, _>>();
        let params = json!({ "name": prompt["name"], "arguments": names });
        let heard = guest.ask("prompts/get", params).await;
        assert!(!heard.body.contains(BEYOND), "{what}: {heard:?}");
    }
    let glossary = guest.ask("resources/read", json!({ "uri": "mistmcp://categories" })).await;
    assert!(glossary.body.contains("orgs") || glossary.body.contains("sites"), "{what}: {glossary:?}");
    assert!(!glossary.body.contains("sites_rrm"), "{what}: {glossary:?}");
    let beyond = guest.ask("resources/read", json!({ "uri": "mistmcp://categories/sites_rrm" })).await;
    assert!(beyond.message()["error"].is_object() && !beyond.body.contains(BEYOND), "{what}: {beyond:?}");
    assert_eq!(fixture.peer.connections(), 0, "{what}");
}

#[tokio::test]
async fn no_url_reaches_beyond_the_operators_categories() {
    let fixture = Fixture::set("--categories orgs,sites").await;
    for query in URLS {
        for era in Era::BOTH {
            let guest = fixture.alice(query).enter(era).await;
            reaches_nothing_beyond(&fixture, &guest, &format!("{query} {era:?}")).await;
        }
    }
}

#[tokio::test]
async fn a_category_beyond_the_ceiling_is_refused_by_naming_those_within() {
    let fixture = Fixture::set("--categories orgs,sites").await;
    for query in ["?mode=custom&categories=sites_rrm", "?mode=all&categories=sites,sites_rrm"] {
        let heard = fixture.alice(query).knock().await;
        assert_eq!(heard.status, 400, "{heard:?}");
        assert!(heard.error().contains("orgs") && heard.error().contains("sites"), "{heard:?}");
        assert!(!heard.error().contains("sites_wlans"), "{heard:?}");
    }
}

#[tokio::test]
async fn a_url_chooses_how_what_is_allowed_is_loaded() {
    let fixture = Fixture::set("--mode all --categories sites").await;
    for era in Era::BOTH {
        let operators = fixture.alice("").enter(era).await.tools().await;
        let custom = fixture.alice("?mode=custom").enter(era).await.tools().await;
        let all = fixture.alice("?mode=all").enter(era).await.tools().await;
        assert!(operators == all && operators == custom, "{operators:?}");
        assert!(all.contains(&"getSiteInfo".to_owned()), "{all:?}");
        let managed = fixture.alice("?mode=managed").enter(era).await;
        assert_eq!(managed.tools().await.len(), 4);
        let call = json!({ "tool": "getSiteInfo", "arguments": site(1) });
        managed.call("callTool", call).await;
        assert_eq!(fixture.peer.take().len(), 1);
    }
}

#[tokio::test]
async fn what_a_url_leaves_out_cannot_be_had_by_another_way() {
    let fixture = Fixture::set("").await;
    for era in Era::BOTH {
        let guest = fixture.alice("?mode=managed&categories=orgs,sites").enter(era).await;
        reaches_nothing_beyond(&fixture, &guest, &format!("{era:?}")).await;
    }
}

#[tokio::test]
async fn a_session_keeps_the_tools_that_it_was_opened_with() {
    let fixture = Fixture::set("").await;
    let guest = fixture.alice("?mode=managed&categories=orgs,sites").open().await;
    let wider = guest.query("?mode=all");
    reaches_nothing_beyond(&fixture, &wider, "a wider URL on an open session").await;
}
