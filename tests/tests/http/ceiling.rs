//! The settings of the operator are the upper limit of what a URL can request.

use mistmcp_tests::{HttpClient, HttpResponse, Launch, Lifecycle};
use serde_json::{Map, json};

use crate::fixture::{Fixture, site};

/// A tool of a category that is not allowed, a query that would find it, and its path at Mist.
const BEYOND: &str = "listSiteRrmEvents";

const URLS: [&str; 6] = [
    "",
    "?mode=managed",
    "?mode=all",
    "?mode=custom&categories=orgs",
    "?mode=all&categories=sites",
    "?mode=managed&categories=sites",
];

async fn assert_nothing_beyond_the_limit(fixture: &Fixture, client: &HttpClient, what: &str) {
    let tools = client.tools().await;
    assert!(!tools.iter().any(|tool| tool == BEYOND), "{what}: {tools:?}");
    let called = client.try_call(BEYOND, site(1)).await.message();
    assert_eq!(called["error"]["code"], -32602, "{what}: {called}");

    if tools.iter().any(|tool| tool == "callTool") {
        let call = json!({ "tool": BEYOND, "arguments": site(1) });
        let refused = client.refusal("callTool", call).await;
        assert!(refused.contains(BEYOND), "{what}: {refused}");
        let found = client.call("findTools", json!({ "query": "radio management changes at a site" })).await;
        assert!(!found.contains(BEYOND), "{what}: {found}");
        for category in ["sites_rrm", "SITES_RRM", "sites_rrm,sites"] {
            let manage = json!({ "enable_mcp_tools_categories": category });
            let refused = client.try_call("manageMcpTools", manage).await.result();
            assert_eq!(refused["isError"], true, "{what}: {refused}");
        }
        let tools = client.tools().await;
        assert!(!tools.iter().any(|tool| tool == BEYOND), "{what}: {tools:?}");
    } else {
        let call = json!({ "tool": BEYOND, "arguments": site(1) });
        let called = client.try_call("callTool", call).await.message();
        assert_eq!(called["error"]["code"], -32602, "{what}: {called}");
    }
    let prompts = client.ask("prompts/list", json!({})).await.message()["result"]["prompts"].clone();
    for prompt in prompts.as_array().into_iter().flatten() {
        let names = prompt["arguments"].as_array().into_iter().flatten();
        let names = names
            .map(|argument| (argument["name"].as_str().unwrap().to_owned(), json!("sites")))
            .collect::<Map<_, _>>();
        let params = json!({ "name": prompt["name"], "arguments": names });
        let response = client.ask("prompts/get", params).await;
        assert!(!response.body.contains(BEYOND), "{what}: {response:?}");
    }
    let glossary = client.ask("resources/read", json!({ "uri": "mistmcp://categories" })).await;
    assert!(glossary.body.contains("orgs") || glossary.body.contains("sites"), "{what}: {glossary:?}");
    assert!(!glossary.body.contains("sites_rrm"), "{what}: {glossary:?}");
    let beyond = client.ask("resources/read", json!({ "uri": "mistmcp://categories/sites_rrm" })).await;
    assert!(beyond.message()["error"].is_object() && !beyond.body.contains(BEYOND), "{what}: {beyond:?}");
    assert_eq!(fixture.upstream.connections(), 0, "{what}");
}

#[tokio::test]
async fn no_url_enables_more_than_the_operators_categories() {
    let fixture = Fixture::start("--categories orgs,sites").await;
    for query in URLS {
        for lifecycle in Lifecycle::BOTH {
            let client = fixture.alice(query).connect(lifecycle).await;
            assert_nothing_beyond_the_limit(&fixture, &client, &format!("{query} {lifecycle:?}")).await;
        }
    }
}

#[tokio::test]
async fn no_url_brings_back_a_tool_that_the_policy_removes() {
    for policy in [
        "--without-tools *Rrm*,getSiteCurrentChannelPlanning",
        "--tools getOrg*,getSite* --without-tools getSiteCurrent*",
    ] {
        let fixture = Fixture::start(policy).await;
        for query in URLS {
            for lifecycle in Lifecycle::BOTH {
                let client = fixture.alice(query).connect(lifecycle).await;
                let what = format!("{policy} {query} {lifecycle:?}");
                assert_nothing_beyond_the_limit(&fixture, &client, &what).await;
            }
        }
        let beyond = fixture.alice("?mode=custom&categories=sites_rrm").initialize().await;
        assert_eq!(beyond.status, 400, "{policy}: {beyond:?}");
    }
}

#[tokio::test]
async fn an_essential_tool_is_removed_by_the_policy_as_well() {
    let fixture = Fixture::start("--without-tools getSelf").await;
    for query in ["", "?mode=all", "?mode=custom&categories=orgs"] {
        for lifecycle in Lifecycle::BOTH {
            let client = fixture.alice(query).connect(lifecycle).await;
            assert!(!client.tools().await.contains(&"getSelf".to_owned()), "{query}");
            let called = client.try_call("getSelf", json!({})).await.message();
            assert_eq!(called["error"]["code"], -32602, "{query} {lifecycle:?}: {called}");
        }
    }
    assert_eq!(fixture.upstream.connections(), 0);
}

#[tokio::test]
async fn a_category_beyond_the_limit_is_rejected_with_the_allowed_ones() {
    let fixture = Fixture::start("--categories orgs,sites").await;
    for query in ["?mode=custom&categories=sites_rrm", "?mode=all&categories=sites,sites_rrm"] {
        let response = fixture.alice(query).initialize().await;
        assert_eq!(response.status, 400, "{response:?}");
        assert!(response.error().contains("orgs") && response.error().contains("sites"), "{response:?}");
        assert!(!response.error().contains("sites_wlans"), "{response:?}");
    }
}

#[tokio::test]
async fn a_url_chooses_the_mode() {
    let fixture = Fixture::start("--mode all --categories sites").await;
    for lifecycle in Lifecycle::BOTH {
        let operators = fixture.alice("").connect(lifecycle).await.tools().await;
        let custom = fixture.alice("?mode=custom").connect(lifecycle).await.tools().await;
        let all = fixture.alice("?mode=all").connect(lifecycle).await.tools().await;
        assert!(operators == all && operators == custom, "{operators:?}");
        assert!(all.contains(&"getSiteInfo".to_owned()), "{all:?}");
        let managed = fixture.alice("?mode=managed").connect(lifecycle).await;
        assert_eq!(managed.tools().await.len(), 4);
        let call = json!({ "tool": "getSiteInfo", "arguments": site(1) });
        managed.call("callTool", call).await;
        assert_eq!(fixture.upstream.take().len(), 1);
    }
}

#[tokio::test]
async fn categories_that_a_url_leaves_out_are_unavailable() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let client = fixture.alice("?mode=managed&categories=orgs,sites").connect(lifecycle).await;
        assert_nothing_beyond_the_limit(&fixture, &client, &format!("{lifecycle:?}")).await;
    }
}

#[tokio::test]
async fn a_session_keeps_the_tools_that_it_was_opened_with() {
    let fixture = Fixture::start("").await;
    let client = fixture.alice("?mode=managed&categories=orgs,sites").open().await;
    let wider = client.query("?mode=all");
    assert_nothing_beyond_the_limit(&fixture, &wider, "a wider URL on an open session").await;
}

#[tokio::test]
async fn the_page_names_no_tool_that_the_policy_removes() {
    let all = Launch::new("--demo --mode all").serve().await;
    let names = HttpClient::new(&all, "").open().await.tools().await;
    let removed: Vec<_> = names.iter().filter(|name| name.starts_with("list")).collect();
    assert!(removed.len() > 50, "{names:?}");
    let server = Launch::new("--demo --mode all --without-tools list*").serve().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = HttpResponse::of(http.get(server.url("/")).header("Accept", "text/html")).await;
    assert_eq!(page.status, 200);
    for name in removed {
        assert!(!page.body.contains(name.as_str()), "{name}");
    }
}
