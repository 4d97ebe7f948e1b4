//! Which tools a session lists and may call, in both eras.

use mistmcp_tests::{Client, Launch, Lifecycle, MockUpstream, StdioProcess};
use mistmcp_tools as _;
use serde_json::{Value, json};

const MANAGED: [&str; 4] = ["manageMcpTools", "findTools", "callTool", "getSelf"];
const RRM: [&str; 4] = [
    "getSiteCurrentChannelPlanning",
    "getSiteCurrentRrmConsiderations",
    "listSiteCurrentRrmNeighbors",
    "listSiteRrmEvents",
];

/// What managed mode lists: the essential tools, and those of categories that are listed from the start.
fn managed() -> Vec<String> {
    let catalog = mistmcp::Catalog::gather().unwrap();
    let listed = catalog.entries().iter().filter(|entry| entry.is_listed()).map(|entry| entry.tool().name);
    MANAGED.into_iter().chain(listed).map(str::to_owned).collect()
}

async fn names(client: &Client) -> Vec<String> {
    client.tools().await.into_iter().map(|tool| tool.name.into_owned()).collect()
}

/// Names in a raw `tools/list`.
fn listed(answer: &Value) -> Vec<String> {
    let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

fn sorted(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut names: Vec<_> = names.into_iter().map(Into::into).collect();
    names.sort();
    names
}

#[tokio::test]
async fn managed_mode_lists_the_essential_tools_and_those_of_listed_categories() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo").client(lifecycle).await;
        assert_eq!(sorted(names(&client).await), sorted(managed()), "{lifecycle:?}");
    }
}

#[tokio::test]
async fn all_mode_lists_every_tool_and_none_of_managed_mode() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo -m all").client(lifecycle).await;
        let names = names(&client).await;
        assert!(names.len() >= 30, "{lifecycle:?}: {names:?}");
        assert!(names.contains(&"getSelf".to_owned()));
        assert!(!names.iter().any(|name| MANAGED[..3].contains(&name.as_str())), "{lifecycle:?}: {names:?}");
    }
}

#[tokio::test]
async fn custom_mode_lists_the_named_categories_and_get_self() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo -m custom -c sites_rrm").client(lifecycle).await;
        let wanted = sorted(RRM.into_iter().chain(["getSelf"]));
        assert_eq!(sorted(names(&client).await), wanted, "{lifecycle:?}");
        client.call("getSelf", json!({})).await;
        let error = client.try_call("getOrg", json!({})).await.unwrap_err();
        assert_eq!(error.code.0, -32602, "{error:?}");
    }
}

#[tokio::test]
async fn categories_bound_what_managed_mode_reaches() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo -c sites_rrm,sites").client(lifecycle).await;
        assert_eq!(sorted(names(&client).await), sorted(MANAGED), "{lifecycle:?}");
        let found = client.call("findTools", json!({ "query": "sites of the organization" })).await;
        assert!(!found.contains("searchOrgSites"), "{found}");
        let refusal =
            client.refusal("manageMcpTools", json!({ "enable_mcp_tools_categories": ["orgs_sites"] })).await;
        assert!(refusal.contains("sites_rrm"), "{refusal}");
        client.call("callTool", json!({ "tool": "getSelf" })).await;
    }
}

#[tokio::test]
async fn the_list_has_one_order() {
    let lists = [
        names(&Launch::new("--demo -m all").client(Lifecycle::Legacy).await).await,
        names(&Launch::new("--demo -m all").client(Lifecycle::Legacy).await).await,
        names(&Launch::new("--demo -m all").client(Lifecycle::Stateless).await).await,
    ];
    assert!(lists.iter().all(|list| *list == lists[0]), "{lists:?}");
}

#[tokio::test]
async fn every_listed_tool_has_what_a_client_needs() {
    for launch in ["--demo", "--demo -m all"] {
        let client = Launch::new(launch).client(Lifecycle::Legacy).await;
        for tool in client.tools().await {
            let written = serde_json::to_value(&tool).unwrap();
            assert!(tool.title.as_deref().is_some_and(|title| title.contains(' ')), "{written}");
            let description = tool.description.as_deref().unwrap();
            assert!(description.contains(' ') && !description.contains("This tool"), "{written}");
            assert_eq!(written["annotations"]["readOnlyHint"], true, "{written}");
            assert_eq!(written["inputSchema"]["type"], "object", "{written}");
            assert_eq!(written.get("outputSchema"), None, "{written}");
            let text = written["inputSchema"].to_string();
            for heavy in ["$ref", "$schema", "\"title\"", "anyOf", "oneOf", "allOf"] {
                assert!(!text.contains(heavy), "{heavy}: {written}");
            }
            for (name, property) in written["inputSchema"]["properties"].as_object().unwrap() {
                let described = property["description"].as_str().is_some_and(|text| !text.is_empty());
                assert!(described && property["type"].is_string(), "{}: {name}", tool.name);
            }
        }
    }
}

#[tokio::test]
async fn a_list_change_is_notified_before_the_answer_of_the_call_that_made_it() {
    let mut stdio = Launch::new("--demo").stdio();
    let hello = stdio.initialize().await;
    assert_eq!(hello["result"]["protocolVersion"], "2025-11-25");
    assert_eq!(hello["result"]["capabilities"]["tools"]["listChanged"], true);
    let manage = |change: Value| json!({ "name": "manageMcpTools", "arguments": change });
    let enable = json!({ "enable_mcp_tools_categories": "sites_rrm" });
    let told = |before: &[Value]| {
        before.iter().filter(|message| message["method"] == "notifications/tools/list_changed").count()
    };

    let (answer, before) = stdio.request("tools/call", manage(enable.clone())).await;
    assert_eq!(told(&before), 1, "{before:?}");
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("listSiteRrmEvents"));
    let (list, _) = stdio.request("tools/list", json!({})).await;
    assert_eq!(sorted(listed(&list)), sorted(managed().into_iter().chain(RRM.map(str::to_owned))));

    let (_, before) = stdio.request("tools/call", manage(enable)).await;
    assert_eq!(told(&before), 0, "nothing changed");

    let disable = json!({ "disable_mcp_tools_categories": ["sites_rrm"] });
    let (_, before) = stdio.request("tools/call", manage(disable)).await;
    assert_eq!(told(&before), 1, "{before:?}");
    let (list, before) = stdio.request("tools/list", json!({})).await;
    assert_eq!(sorted(listed(&list)), sorted(managed()));
    assert_eq!(before, Vec::<Value>::new());
}

#[tokio::test]
async fn a_category_that_is_none_switches_nothing() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    let change = json!({ "enable_mcp_tools_categories": ["sites", "sites_rmm"] });
    let refusal = client.refusal("manageMcpTools", change).await;
    assert!(refusal.contains("`sites_rmm`; did you mean \"sites_rrm\"?"), "{refusal}");
    assert_eq!(sorted(names(&client).await), sorted(managed()));
}

#[tokio::test]
async fn a_tool_that_is_not_switched_on_is_refused_with_the_way_to_it() {
    let upstream = MockUpstream::start().await;
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::at(&upstream, "").client(lifecycle).await;
        let refusal = client.refusal("listSiteRrmEvents", json!({ "site_id": "x" })).await;
        assert!(refusal.contains("`callTool`"), "{lifecycle:?}: {refusal}");
        assert_eq!(
            refusal.contains("`manageMcpTools`"),
            lifecycle == Lifecycle::Legacy,
            "{lifecycle:?}: {refusal}"
        );
    }
    assert_eq!(upstream.take().len(), 0);
}

#[tokio::test]
async fn an_unknown_tool_is_a_mistake_of_the_protocol_with_a_suggestion() {
    for lifecycle in Lifecycle::BOTH {
        for arguments in ["--demo", "--demo -m all"] {
            let client = Launch::new(arguments).client(lifecycle).await;
            let error = client.try_call("getself", json!({})).await.unwrap_err();
            assert_eq!(error.code.0, -32602, "{error:?}");
            assert!(error.message.contains("did you mean \"getSelf\"?"), "{error:?}");
            let long = client.try_call(&"x".repeat(100_000), json!({})).await.unwrap_err();
            assert!(long.message.len() <= 1_500, "{} bytes", long.message.len());
        }
    }
}

#[tokio::test]
async fn call_tool_with_an_unknown_name_suggests_the_nearest_tool() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo").client(lifecycle).await;
        let refusal = client.refusal("callTool", json!({ "tool": "listSiteRmmEvents" })).await;
        assert!(refusal.contains("did you mean \"listSiteRrmEvents\"?"), "{lifecycle:?}: {refusal}");
    }
}

#[tokio::test]
async fn call_tool_reaches_what_find_tools_finds() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo").client(lifecycle).await;
        let found = client.json("findTools", json!({ "query": "which channels do access points use" })).await;
        let tools: Vec<_> = found["tools"].as_array().unwrap().iter().map(|tool| &tool["tool"]).collect();
        assert!(tools.contains(&&json!("getSiteCurrentChannelPlanning")), "{lifecycle:?}: {tools:?}");
        assert!(found["tools"][0]["parameters"].is_object(), "{found}");

        let nothing = client.json("findTools", json!({ "query": "recipe of a chocolate cake" })).await;
        assert_eq!(nothing["fit"], "weak", "{nothing}");
        assert_eq!(nothing["tools"].as_array().unwrap().len(), 5, "{nothing}");
        assert!(nothing["note"].as_str().unwrap().contains("No tool fits this well"), "{nothing}");

        let narrowed = json!({ "query": "channels", "limit": 2, "category": "sites_rrm" });
        let narrowed = client.json("findTools", narrowed).await;
        let tools = narrowed["tools"].as_array().unwrap();
        assert!(tools.len() == 2 && tools.iter().all(|tool| tool["category"] == "sites_rrm"), "{narrowed}");

        for limit in [11, 50] {
            let refusal = client.refusal("findTools", json!({ "query": "channels", "limit": limit })).await;
            assert!(refusal.contains("`limit`") && refusal.contains("from 1 to 10"), "{refusal}");
        }

        let order = client.json("findTools", json!({ "query": "please delete the WLAN Guest" })).await;
        assert!(order["tools"].as_array().is_some_and(|tools| !tools.is_empty()), "{order}");

        // Arguments come as an object, or as one written in a text.
        for arguments in [json!({ "limit": 1 }), json!("{\"limit\": \"1\"}")] {
            let call = json!({ "tool": "searchOrgSites", "arguments": arguments });
            let sites = client.json("callTool", call).await;
            assert_eq!(sites["results"].as_array().unwrap().len(), 1, "{sites}");
        }
        let refusal = client.refusal("callTool", json!({ "tool": "getSiteInfo", "arguments": [1] })).await;
        assert!(refusal.contains("`arguments`"), "{refusal}");
        for tool in ["manageMcpTools", "findTools", "callTool"] {
            let refusal = client.refusal("callTool", json!({ "tool": tool })).await;
            assert!(refusal.contains("call it by itself"), "{refusal}");
        }
    }
}

#[tokio::test]
async fn find_tools_finds_what_people_ask_for_first() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    let mut missed = Vec::new();
    for (query, wanted) in [
        ("sites of the organization", "searchOrgSites"),
        ("find a site by name", "searchOrgSites"),
        ("list all sites", "searchOrgSites"),
        ("search sites", "searchOrgSites"),
        ("radio channel of an access point", "getSiteCurrentChannelPlanning"),
        ("devices of a site", "listSiteDevices"),
        ("events of devices at a site", "searchSiteDeviceEvents"),
        ("how many API calls are left", "getSelfApiUsage"),
    ] {
        let found = client.json("findTools", json!({ "query": query })).await;
        let tools: Vec<_> = found["tools"].as_array().unwrap().iter().map(|tool| &tool["tool"]).collect();
        if !tools.contains(&&json!(wanted)) {
            missed.push(format!("{query}: {tools:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test]
async fn in_the_modern_era_every_request_is_stateless() {
    let mut stdio = Launch::new("--demo").stdio();
    let (discovered, _) = stdio.request("server/discover", StdioProcess::stateless_params(json!({}))).await;
    let result = &discovered["result"];
    assert!(result["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{discovered}");
    assert!(result["instructions"].as_str().unwrap().contains("callTool"), "{discovered}");

    let change =
        json!({ "name": "manageMcpTools", "arguments": { "enable_mcp_tools_categories": ["sites_rrm"] } });
    let (answer, before) = stdio.request("tools/call", StdioProcess::stateless_params(change)).await;
    let told = answer["result"]["content"][0]["text"].as_str().unwrap();
    assert!(told.contains("callTool") && told.contains("listSiteRrmEvents"), "{answer}");
    assert_eq!(before, Vec::<Value>::new(), "no list has changed");

    let (list, _) = stdio.request("tools/list", StdioProcess::stateless_params(json!({}))).await;
    assert_eq!(sorted(listed(&list)), sorted(managed()));
    assert!(list["result"]["ttlMs"].as_u64().unwrap() > 0, "{list}");
    assert_eq!(list["result"]["cacheScope"], "private", "{list}");

    let call = json!({ "name": "getSelf", "arguments": {} });
    let (answer, _) = stdio.request("tools/call", StdioProcess::stateless_params(call)).await;
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
}

#[tokio::test]
async fn a_legacy_list_that_can_grow_is_not_to_be_kept() {
    let mut stdio = Launch::new("--demo").stdio();
    stdio.initialize().await;
    let (list, _) = stdio.request("tools/list", json!({})).await;
    assert!(list["result"].get("ttlMs").is_none_or(|ttl| *ttl == json!(0)), "{list}");
}

#[tokio::test]
async fn every_revision_of_the_legacy_era_is_spoken() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut stdio = Launch::new("--demo").stdio();
        let client = json!({ "name": "console", "version": "1" });
        let params = json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client });
        let (answer, _) = stdio.request("initialize", params).await;
        assert_eq!(answer["result"]["protocolVersion"], version);
        assert_eq!(answer["result"]["serverInfo"]["name"], "mistmcp");
        stdio.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
        let answer = stdio.call("getSelf", json!({})).await;
        assert_eq!(answer["result"].get("structuredContent"), None, "{answer}");
        assert_ne!(answer["result"]["isError"], true, "{answer}");
    }
}
