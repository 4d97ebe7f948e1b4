//! Every tool against the demo cloud, in both eras: what a newcomer sees.

use mistmcp_tests::{Client, Launch, Lifecycle, text};
use rmcp::model::{ContentBlock, Tool};
use serde_json::{Map, Value, json};

const SITE: &str = "Leeds Distribution Centre";
/// The tools that answer no data but a file.
const FILES: [&str; 2] = ["downloadSiteRfdiagRecording", "exportSiteDevices"];
/// What a client gets at most.
const LONGEST: usize = 60_000;

/// Where the demo cloud has a value for a parameter: a list, and the field of its rows.
const SOURCES: [(&str, &str, &str); 20] = [
    ("alarmtemplate_id", "listOrgAlarmTemplates", "id"),
    ("caller_mac", "searchSiteCalls", "mac"),
    ("client_mac", "searchSiteWirelessClients", "mac"),
    ("device_id", "listSiteDevices", "id"),
    ("device_mac", "listSiteDevices", "mac"),
    ("guest_mac", "listOrgGuestAuthorizations", "mac"),
    ("map_id", "listSiteMaps", "id"),
    ("meeting_id", "searchSiteCalls", "meeting_id"),
    ("otherdevice_mac", "listOrgOtherDevices", "mac"),
    ("rfdiag_id", "getSiteSiteRfdiagRecording", "id"),
    ("rogue_bssid", "listSiteRogueAPs", "bssid"),
    ("scope_id", "listSiteDevices", "site_id"),
    ("site_guest_mac", "listSiteAllGuestAuthorizations", "mac"),
    ("site_webhook_id", "listSiteWebhooks", "id"),
    ("sitegroup_id", "listOrgSiteGroups", "id"),
    ("upgrade_id", "listOrgSsrUpgrades", "id"),
    ("usermac_id", "searchOrgUserMacs", "id"),
    ("webhook_id", "listOrgWebhooks", "id"),
    ("wlan_id", "listOrgWlans", "id"),
    ("wxtag_id", "listOrgWxTags", "id"),
];

/// A value that the demo cloud knows.
async fn known(client: &Client, tool: &str, name: &str) -> Value {
    let source = match (tool, name) {
        // The one site with a router that is upgraded this way.
        ("getSiteSsrUpgrade", "site_id") => return json!("Chicago Flagship Store"),
        (_, "site_id") => return json!(SITE),
        ("queryRows", "tables") => return json!({ "aps": { "tool": "listOrgDevicesStats" } }),
        (_, "text") => return json!("LDS-AP-03"),
        (_, "client" | "who") => "client_mac",
        (_, "band") => return json!("5"),
        (_, "scope") => return json!("site"),
        (_, "classifier") => return json!("weak-signal"),
        ("getOrgSle", "metric") => return json!("worst-sites-by-sle"),
        ("getSiteInsightMetricsForClient", "metrics") => return json!("rx_bps"),
        (_, "metrics") => return json!("num_clients"),
        (tool, "metric") if tool.contains("Insight") => return json!("num_clients"),
        (tool, "metric") if tool.contains("Switch") || tool.contains("Wired") => {
            return json!("switch-health");
        }
        (tool, "metric") if tool.contains("Gateway") => return json!("gateway-health"),
        (_, "metric") => return json!("coverage"),
        ("troubleshootSiteCall", "client_mac") => "caller_mac",
        (tool, "device_mac") if tool.contains("OtherDevice") => "otherdevice_mac",
        (tool, "webhook_id") if tool.contains("Site") => "site_webhook_id",
        (tool, "guest_mac") if tool.contains("Site") => "site_guest_mac",
        _ => name,
    };
    let (_, list, field) =
        SOURCES.iter().find(|(name, ..)| *name == source).unwrap_or_else(|| panic!("{tool}: {name}"));
    let mut arguments = json!({ "limit": 1 });
    let tools = client.tools().await;
    let schema = &tools.iter().find(|tool| tool.name == *list).unwrap().input_schema;
    if schema["properties"].get("site_id").is_some() {
        arguments["site_id"] = json!(SITE);
    }
    arguments.as_object_mut().unwrap().retain(|name, _| schema["properties"].get(name).is_some());
    let rows = client.json(list, arguments).await;
    let mut row = &rows["results"][0];
    // Mist's document has recordings in a list of lists.
    while row.is_array() {
        row = &row[0];
    }
    let value = row[*field].clone();
    assert!(value.is_string(), "{list} has no {field} for {tool}: {rows}");
    value
}

/// Arguments that find something in the demo cloud.
async fn arguments(client: &Client, tool: &Tool) -> Map<String, Value> {
    let required = tool.input_schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut arguments = Map::new();
    for name in required.iter().filter_map(Value::as_str) {
        arguments.insert(name.to_owned(), known(client, &tool.name, name).await);
    }
    arguments
}

#[tokio::test]
async fn every_tool_answers_something_that_a_client_can_read() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo -m all").client(lifecycle).await;
        let mut wrong = Vec::new();
        for tool in client.tools().await {
            let arguments = arguments(&client, &tool).await;
            let shown = format!("{lifecycle:?} {} {}", tool.name, Value::Object(arguments.clone()));
            let result = client.try_call(&tool.name, Value::Object(arguments)).await.unwrap();
            if FILES.contains(&&*tool.name) {
                assert!(matches!(result.content.as_slice(), [ContentBlock::Resource(_)]), "{shown}");
                continue;
            }
            let text = text(&result);
            if result.is_error == Some(true) {
                wrong.push(format!("{shown}: {text}"));
                continue;
            }
            let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{shown}: {error}"));
            // What is counted and searched are lists always, and lists have one shape.
            let is_list = ["count", "search"].iter().any(|verb| tool.name.starts_with(verb));
            let rows = value.get("results");
            let well_shaped = rows.map_or(!is_list, Value::is_array) && !value.is_array();
            let tidy = !text.contains(":null") && !text.contains(":{}");
            if !well_shaped || !tidy || text.len() > LONGEST {
                wrong.push(format!(
                    "{shown}: {} bytes, {}",
                    text.len(),
                    &text[..text.floor_char_boundary(300)]
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// All rows of a list, following `next` from page to page, and how many pages there were.
async fn rows(client: &Client, tool: &str, arguments: Value) -> (Vec<Value>, usize) {
    let mut arguments = arguments.as_object().unwrap().clone();
    let (mut rows, mut pages) = (Vec::new(), 0);
    loop {
        let mut list = client.json(tool, Value::Object(arguments.clone())).await;
        rows.append(list["results"].as_array_mut().unwrap());
        pages += 1;
        assert!(pages <= 500, "{tool} never ends");
        let Some(next) = list.get("next") else { return (rows, pages) };
        arguments.extend(next.as_object().unwrap().clone());
    }
}

fn sorted(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<_> = rows.iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

/// Holds what one way of reading a list finds against another, at a moment when the list stands still: the demo's
/// events move on with the clock, every few minutes.
async fn assert_same_rows(
    what: &str,
    whole: impl AsyncFn() -> Vec<Value>,
    parts: impl AsyncFn() -> Vec<Value>,
) {
    for _ in 0..5 {
        let before = whole().await;
        let visited = parts().await;
        if whole().await == before {
            assert!(before.len() > 2, "{what}: {} rows", before.len());
            assert_eq!(sorted(&visited), sorted(&before), "{what}");
            return;
        }
    }
    panic!("{what}: the list never stands still");
}

#[tokio::test]
async fn following_next_visits_each_row_once() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo -m all").client(lifecycle).await;
        let window = json!({ "site_id": SITE, "start": "-3h", "end": "-1h" });
        for (tool, arguments, limits) in [
            ("listSiteDevices", json!({ "site_id": SITE, "type": "all" }), [1, 4]),
            ("searchOrgSites", json!({}), [1, 2]),
            ("searchSiteDevices", json!({ "site_id": SITE, "type": "ap" }), [1, 5]),
            ("searchSiteDeviceEvents", window.clone(), [1, 3]),
            // Objects, but paged by number: with a total, and without one.
            ("listSelfAuditLogs", json!({ "start": "-2d", "end": "-1h" }), [4, 7]),
            ("listSiteRrmEvents", window.clone(), [1, 3]),
        ] {
            let with_limit = |limit: usize| {
                let mut arguments = arguments.clone();
                arguments["limit"] = json!(limit);
                arguments
            };
            for limit in limits {
                let whole = async || {
                    let (all, pages) = rows(&client, tool, with_limit(1_000)).await;
                    assert_eq!(pages, 1, "{tool}");
                    all
                };
                let parts = async || {
                    let (visited, pages) = rows(&client, tool, with_limit(limit)).await;
                    // Where nobody tells how many there are, the last page may be an empty one.
                    let least = visited.len().div_ceil(limit);
                    assert!((least..=least + 1).contains(&pages), "{tool} by {limit}: {pages} pages");
                    visited
                };
                assert_same_rows(&format!("{lifecycle:?} {tool} by {limit}"), whole, parts).await;
            }
        }
    }
}

#[tokio::test]
async fn a_list_that_is_too_long_is_cut_and_next_goes_on_without_a_gap() {
    let narrow = Launch::new("--demo -m all --max-result-bytes 4000").client(Lifecycle::Legacy).await;
    let wide = Launch::new("--demo -m all").client(Lifecycle::Legacy).await;
    let window = json!({ "site_id": SITE, "start": "-1d", "end": "-1h", "limit": 1000 });
    for (tool, arguments) in [
        ("listSiteDevices", json!({ "site_id": SITE, "type": "all" })),
        ("searchSiteDeviceEvents", window.clone()),
        ("listSelfAuditLogs", json!({ "start": "-7d", "limit": 1000 })),
        ("listSiteRrmEvents", window.clone()),
    ] {
        let first = narrow.call(tool, arguments.clone()).await;
        assert!(first.len() <= 4_000, "{tool}: {} bytes", first.len());
        assert!(first.contains("\"next\":"), "{tool}: {first}");
        let whole = async || rows(&wide, tool, arguments.clone()).await.0;
        let parts = async || rows(&narrow, tool, arguments.clone()).await.0;
        assert_same_rows(tool, whole, parts).await;
    }
}

#[tokio::test]
async fn a_file_is_an_embedded_resource() {
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::new("--demo -m all").client(lifecycle).await;
        let result = client.try_call("exportSiteDevices", json!({ "site_id": SITE })).await.unwrap();
        let written = serde_json::to_value(&result.content).unwrap();
        assert_eq!(written[0]["type"], "resource", "{written}");
        assert_eq!(written[0]["resource"]["mimeType"], "text/csv", "{written}");
        assert!(written[0]["resource"]["text"].as_str().unwrap().starts_with("name,"), "{written}");
    }
}

#[tokio::test]
async fn toon_takes_fewer_bytes_for_a_table() {
    let [json, toon] = ["json", "toon"].map(|format| Launch::new("--demo -m all --format").argument(format));
    let (as_json, as_toon) = (json.client(Lifecycle::Legacy).await, toon.client(Lifecycle::Legacy).await);
    let (json, toon) =
        (as_json.call("searchOrgSites", json!({})).await, as_toon.call("searchOrgSites", json!({})).await);
    assert!(toon.len() < json.len(), "{} and {}", toon.len(), json.len());
    assert!(serde_json::from_str::<Value>(&toon).is_err() && toon.contains(SITE), "{toon}");
}
