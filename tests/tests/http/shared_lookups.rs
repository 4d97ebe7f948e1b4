//! Name lookups with a shared token: errors, notes and completions contain only what the tools of the session can
//! list.

use mistmcp_tests::{HttpClient, HttpServer, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

use crate::fixture::ALICE;

const ORG: &str = "0a000000-0000-4000-8000-000000000001";
const OTHER_ORG: &str = "0a000000-0000-4000-8000-000000000002";
const SITE: &str = "05000000-0000-4000-8000-000000000001";
const TWIN: &str = "05000000-0000-4000-8000-000000000002";
const OTHER_TWIN: &str = "05000000-0000-4000-8000-000000000003";
const DEVICE: &str = "00000000-0000-0000-1000-5c5b35000001";
const STACK: &str = "00000000-0000-0000-1000-5c5b35000002";
const MEMBER_MAC: &str = "5c5b350000aa";

/// Everything in the lists of the mock that a client could not have written itself.
const PRIVATE: [&str; 13] = [
    "Harbour",
    SITE,
    TWIN,
    OTHER_TWIN,
    "Rue",
    DEVICE,
    STACK,
    "Reception",
    "EX4400-48",
    "AP45-US",
    "5c5b35000001",
    "5c5b35000002",
    "there are",
];

const CEILING: &str = "--shared-token --categories orgs,sites,sites_stats";

async fn upstream() -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let org = |id: &str, name: &str| json!({ "scope": "org", "org_id": id, "name": name, "role": "read" });
    upstream.json("/api/v1/self", &json!({ "name": "token", "privileges": [org(ORG, "Globex Freight")] }));
    upstream.json(
        &format!("/api/v1/orgs/{ORG}/sites"),
        &json!([
            { "id": SITE, "name": "Harbour Warehouse", "country_code": "DE" },
            { "id": TWIN, "name": "Depot", "address": "Rue 1" },
            { "id": OTHER_TWIN, "name": "Depot", "address": "Rue 2" },
        ]),
    );
    let devices = json!([
        { "id": DEVICE, "name": "Reception AP", "mac": "5c5b35000001", "type": "ap", "model": "AP45-US" },
        { "id": STACK, "name": "Reception Stack", "mac": "5c5b35000002", "type": "switch", "model": "EX4400-48",
          "virtual_chassis": { "members": [{ "mac": MEMBER_MAC }] } },
    ]);
    upstream.json(&format!("/api/v1/sites/{SITE}/devices"), &devices);
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &devices);
    upstream
}

/// A server with a tool that reads a device, and none that lists devices.
async fn serve(upstream: &MockUpstream, arguments: &str) -> HttpServer {
    Launch::at(upstream, arguments).serve().await
}

fn is_private(text: &str) -> bool {
    PRIVATE.iter().any(|private| text.contains(private))
}

async fn completions(client: &HttpClient, written: &str) -> Value {
    let params = json!({
        "ref": { "type": "ref/prompt", "name": "site-health" },
        "argument": { "name": "site", "value": written },
    });
    let response = client.ask("completion/complete", params).await;
    response.result()["completion"]["values"].clone()
}

#[tokio::test]
async fn without_a_tool_that_lists_sites_no_error_or_completion_shows_one() {
    let upstream = upstream().await;
    let server = serve(&upstream, CEILING).await;
    for (lifecycle, query) in
        [(Lifecycle::Legacy, "?mode=all"), (Lifecycle::Stateless, "?mode=all"), (Lifecycle::Stateless, "")]
    {
        let client = HttpClient::new(&server, query).connect(lifecycle).await;
        for written in ["Harbor Warehouse", "Harb", "arbour", "Quito", "Depo", "Depot", "*", "AB"] {
            let refused = refusal(&client, "getSiteInfo", json!({ "site_id": written })).await;
            assert!(!is_private(&refused), "{written}: {refused}");
            assert!(refused.contains("Give") && refused.contains("id"), "{written}: {refused}");
        }
        let [part, other] =
            ["Harbour", "Zzzzzzz"].map(|written| {
                let client = &client;
                async move {
                    refusal(client, "getSiteInfo", json!({ "site_id": written })).await.replace(written, "")
                }
            });
        // Each error contains the request id.
        let sentence = |text: String| text.split(" [request").next().unwrap_or_default().to_owned();
        assert_eq!(sentence(part.await), sentence(other.await), "a part of a name reads as any other text");
        for written in ["", "Harb", "d"] {
            assert_eq!(completions(&client, written).await, json!([]), "{written}");
        }
        // The exact name is resolved, in any letter case.
        for written in ["Harbour Warehouse", "harbour  warehouse"] {
            call(&client, "getSiteInfo", json!({ "site_id": written })).await;
            let asked = upstream.take();
            assert_eq!(asked.last().unwrap().path, format!("/api/v1/sites/{SITE}"), "{written}");
        }
    }
}

#[tokio::test]
async fn without_a_tool_that_lists_devices_no_error_or_note_shows_one() {
    let upstream = upstream().await;
    let server =
        serve(&upstream, "--shared-token --categories orgs_sites,sites_stats,sites_synthetic_tests").await;
    for lifecycle in Lifecycle::BOTH {
        let client = HttpClient::new(&server, "?mode=all").connect(lifecycle).await;
        let arguments = |device: &str| json!({ "site_id": "Harbour Warehouse", "device_id": device });
        for written in ["Recep", "eception A", "Lobby", "5c5b350000ff"] {
            let refused = refusal(&client, "getSiteDeviceSyntheticTest", arguments(written)).await;
            assert!(!is_private(&refused), "{written}: {refused}");
        }
        for (written, found) in [("Reception AP", DEVICE), ("5c:5b:35:00:00:02", STACK), (MEMBER_MAC, STACK)]
        {
            let answer = call(&client, "getSiteDeviceSyntheticTest", arguments(written)).await;
            assert!(!is_private(&answer), "{written}: {answer}");
            let asked = upstream.take();
            let last = &asked.last().unwrap().path;
            assert!(last.contains(found), "{written}: {last}");
        }
        // Its tools list sites, so sites are shown.
        let refused = refusal(
            &client,
            "getSiteDeviceSyntheticTest",
            json!({ "site_id": "Harbor Warehouse", "device_id": "x" }),
        );
        assert!(refused.await.contains("\"Harbour Warehouse\""));
        assert_eq!(completions(&client, "harb").await, json!(["Harbour Warehouse"]));
    }
}

#[tokio::test]
async fn organizations_are_shown_because_every_session_can_list_them() {
    let upstream = upstream().await;
    let org = |id: &str, name: &str| json!({ "scope": "org", "org_id": id, "name": name, "role": "read" });
    let both = [org(ORG, "Globex Freight"), org(OTHER_ORG, "Initech")];
    upstream.json("/api/v1/self", &json!({ "name": "token", "privileges": both }));
    let server = serve(&upstream, CEILING).await;
    for lifecycle in Lifecycle::BOTH {
        let client = HttpClient::new(&server, "?mode=all").connect(lifecycle).await;
        assert!(call(&client, "getSelf", json!({})).await.contains("Initech"));
        for arguments in [json!({}), json!({ "org_id": "Initeck" })] {
            assert!(refusal(&client, "getOrg", arguments).await.contains("Initech"));
        }
    }
}

#[tokio::test]
async fn a_client_with_its_own_token_sees_its_names() {
    let upstream = upstream().await;
    let server = serve(&upstream, CEILING).await;
    for lifecycle in Lifecycle::BOTH {
        let client = HttpClient::with_token(&server, "?mode=all", ALICE).connect(lifecycle).await;
        let refused = refusal(&client, "getSiteInfo", json!({ "site_id": "Harbor Warehouse" })).await;
        assert!(refused.contains("\"Harbour Warehouse\""), "{refused}");
        assert_eq!(completions(&client, "harb").await, json!(["Harbour Warehouse"]));
    }
    // Over stdio the token belongs to the user as well.
    let launch = Launch::at(&upstream, "--mode custom --categories sites");
    let mut process = launch.stdio();
    process.initialize().await;
    let answer = process.call("getSiteInfo", json!({ "site_id": "Harbor Warehouse" })).await;
    assert!(answer.to_string().contains("Harbour Warehouse"), "{answer}");
}

#[tokio::test]
async fn without_a_category_limit_a_shared_token_lists_everything() {
    let upstream = upstream().await;
    let server = serve(&upstream, "--shared-token").await;
    let client = HttpClient::new(&server, "").connect(Lifecycle::Stateless).await;
    let refused = refusal(&client, "getSiteInfo", json!({ "site_id": "Depot" })).await;
    assert!(refused.contains(TWIN) && refused.contains("Rue 2"), "{refused}");
    assert_eq!(completions(&client, "").await, json!(["Depot", "Harbour Warehouse"]));
    // A URL with fewer categories restricts this, too.
    let narrowed = HttpClient::new(&server, "?mode=all&categories=sites").connect(Lifecycle::Stateless).await;
    let refused = refusal(&narrowed, "getSiteInfo", json!({ "site_id": "Depot" })).await;
    assert!(!is_private(&refused), "{refused}");
}

/// Calls a tool, through `callTool` if it is not listed.
async fn call(client: &HttpClient, tool: &str, arguments: Value) -> String {
    if client.tools().await.iter().any(|listed| listed == tool) {
        return client.call(tool, arguments).await;
    }
    client.call("callTool", json!({ "tool": tool, "arguments": arguments })).await
}

async fn refusal(client: &HttpClient, tool: &str, arguments: Value) -> String {
    if client.tools().await.iter().any(|listed| listed == tool) {
        return client.refusal(tool, arguments).await;
    }
    client.refusal("callTool", json!({ "tool": tool, "arguments": arguments })).await
}

#[tokio::test]
async fn organizations_of_an_msp_and_the_place_of_a_device_are_not_told_without_a_tool_that_lists_them() {
    const MSP: &str = "0b000000-0000-4000-8000-000000000001";
    let peer = upstream().await;
    let inventory = json!([{ "id": STACK, "name": "Dock Switch", "mac": "5c5b35000009", "site_id": TWIN }]);
    peer.json(&format!("/api/v1/orgs/{ORG}/inventory"), &inventory);
    let server = serve(&peer, &format!("{CEILING},sites_synthetic_tests")).await;
    let client = HttpClient::new(&server, "?mode=all").connect(Lifecycle::Legacy).await;
    let arguments = json!({ "site_id": "Harbour Warehouse", "device_id": "Dock Switch" });
    let refused = refusal(&client, "getSiteDeviceSyntheticTest", arguments).await;
    assert!(refused.contains("at this site") && !refused.contains(TWIN), "{refused}");
    // A token that sees the organizations as those of an MSP.
    let privileges = json!([{ "scope": "msp", "msp_id": MSP, "name": "Partners", "role": "read" }]);
    let peer = MockUpstream::start().await;
    peer.json("/api/v1/self", &json!({ "name": "token", "privileges": privileges }));
    let orgs =
        json!([{ "id": ORG, "name": "Globex Freight" }, { "id": OTHER_ORG, "name": "Hidden Customer" }]);
    peer.json(&format!("/api/v1/msps/{MSP}/orgs"), &orgs);
    let server = serve(&peer, CEILING).await;
    let client = HttpClient::new(&server, "?mode=all").connect(Lifecycle::Legacy).await;
    for arguments in [json!({ "org_id": "Hidden" }), json!({ "org_id": "Globex F" }), json!({})] {
        let refused = refusal(&client, "getOrg", arguments).await;
        for private in ["Hidden Customer", "Freight", OTHER_ORG, ORG, "listMspOrgs"] {
            assert!(!refused.contains(private), "{private}: {refused}");
        }
    }
    call(&client, "getOrg", json!({ "org_id": "globex freight" })).await;
    assert_eq!(peer.take().last().unwrap().path, format!("/api/v1/orgs/{ORG}"));
}
