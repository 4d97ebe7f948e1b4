//! What is made of arguments as models send them.

use mistmcp_tests::{Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

const SITE: &str = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";

async fn start() -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    (upstream, client)
}

fn query(upstream: &MockUpstream) -> Vec<(String, String)> {
    let received = upstream.take();
    assert_eq!(received.len(), 1, "{received:?}");
    received[0].query.clone()
}

#[tokio::test]
async fn sloppy_values_are_read_as_what_they_mean() {
    let (upstream, client) = start().await;
    for (name, sent, arrives) in [
        ("limit", json!("100"), Some("100")),
        ("limit", json!(" 7 "), Some("7")),
        ("limit", json!(7.0), Some("7")),
        ("limit", json!(null), None),
        ("limit", json!(""), None),
        ("limit", json!("null"), None),
        ("stats", json!("true"), Some("true")),
        ("stats", json!("False"), Some("false")),
        ("stats", json!(1), Some("true")),
        ("type", json!("SWITCH"), Some("switch")),
        ("type", json!(""), None),
        ("model", json!(43), Some("43")),
        ("mxedge_ids", json!(["a", "b"]), Some("a,b")),
        ("start", json!(1_760_000_000), Some("1760000000")),
        ("start", json!(1_760_000_000_000_i64), Some("1760000000")),
        ("start", json!("2025-10-09T08:53:20Z"), Some("1760000000")),
        ("start", json!("-2H"), Some("-2h")),
        ("search_after", json!("[1760000000, \"a&b\"]"), Some("[1760000000, \"a&b\"]")),
    ] {
        client.call("searchSiteDevices", json!({ "site_id": SITE, name: sent })).await;
        let wanted: Vec<_> = arrives.map(|text| (name.to_owned(), text.to_owned())).into_iter().collect();
        assert_eq!(query(&upstream), wanted, "{name}: {sent}");
    }
}

#[tokio::test]
async fn start_end_and_duration_may_come_together() {
    let (upstream, client) = start().await;
    let arguments = json!({ "site_id": SITE, "start": "-2d", "end": "-1d", "duration": "1d" });
    client.call("searchSiteDevices", arguments).await;
    assert_eq!(query(&upstream).len(), 3);
}

#[tokio::test]
async fn an_unreadable_value_is_refused_by_name_and_nothing_is_sent_to_mist() {
    let (upstream, client) = start().await;
    for (name, sent, wanted) in [
        ("limit", json!("many"), "an integer"),
        ("limit", json!(-1), "at least 1"),
        ("limit", json!(1.5), "an integer"),
        ("limit", json!([1, 2]), "an integer"),
        ("stats", json!("perhaps"), "true or false"),
        ("type", json!("toaster"), "\"ap\", \"gateway\", \"switch\""),
        ("start", json!("yesterday"), "-1d"),
        ("duration", json!("-1d"), "1d"),
        ("evpntopo_id", json!("none"), "a UUID"),
        ("model", json!({ "name": "AP45" }), "a text"),
    ] {
        let refusal = client.refusal("searchSiteDevices", json!({ "site_id": SITE, name: sent })).await;
        assert!(
            refusal.contains(&format!("`{name}`")) && refusal.contains(wanted),
            "{name} {sent}: {refusal}"
        );
    }
    let refusal = client.refusal("listSiteDevices", json!({ "site_id": SITE, "page": 0 })).await;
    assert!(refusal.contains("`page`") && refusal.contains("at least 1"), "{refusal}");
    assert_eq!(upstream.take().len(), 0);
}

#[tokio::test]
async fn all_mistakes_of_a_call_are_reported_at_once() {
    let (upstream, client) = start().await;
    let arguments = json!({ "limit": "many", "modl": "AP45", "stats": 7 });
    let refusal = client.refusal("searchSiteDevices", arguments).await;
    for wanted in ["`limit`", "`modl`; did you mean \"model\"?", "`stats`", "`site_id` is missing"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    let refusal = client.refusal("getSelf", json!({ "verbose": true })).await;
    assert!(refusal.contains("`verbose`; it takes none"), "{refusal}");
    assert_eq!(upstream.take().len(), 0);
}

#[tokio::test]
async fn a_refusal_is_short_however_long_the_mistake_is() {
    let (upstream, client) = start().await;
    let long = "x".repeat(100_000);
    let many: serde_json::Map<_, _> = (0..500).map(|number| (format!("p{number}"), Value::Null)).collect();
    client.refusal("searchSiteDevices", json!({ "site_id": SITE, "limit": long })).await;
    client.refusal("searchSiteDevices", json!({ "site_id": SITE, long.as_str(): 1 })).await;
    client.refusal("getSelf", Value::Object(many)).await;
    assert_eq!(upstream.take().len(), 0);
}

#[tokio::test]
async fn a_refusal_is_readable_whatever_the_name_of_the_tool_and_hides_secrets_that_were_given() {
    let upstream = MockUpstream::start().await;
    let client = Launch::at(&upstream, "").client(Lifecycle::Legacy).await;
    for (tool, arguments, words) in [
        ("listSitePsks", json!({}), "`site_id` is missing"),
        (
            "listSitePsks",
            json!({ "site_id": "0a000000-0000-4000-8000-000000000001", "limit": "many" }),
            "`limit` is \"many\", but",
        ),
        (
            "listOrgApiTokens",
            json!({ "org_id": "0a000000-0000-4000-8000-000000000001", "x": 1 }),
            "There is no parameter `x`",
        ),
        (
            "listOrgPsks",
            json!({ "org_id": "0a000000-0000-4000-8000-000000000001", "name": { "psk": "hunter2" } }),
            "`name` is {\"psk\":\"[hidden]\"}",
        ),
    ] {
        let refusal = client.refusal("callTool", json!({ "tool": tool, "arguments": arguments })).await;
        assert!(
            refusal.contains(tool) && refusal.contains(words) && !refusal.contains("hunter2"),
            "{refusal}"
        );
    }
    assert!(upstream.take().is_empty());
}

#[tokio::test]
async fn a_list_of_no_rows_and_a_window_that_ends_before_it_begins_are_refused_everywhere() {
    let (upstream, client) = start().await;
    for (tool, arguments, words) in [
        ("searchSiteDevices", json!({ "site_id": SITE, "limit": 0 }), "`limit` is 0"),
        ("getOrgInventory", json!({ "org_id": SITE, "limit": "0" }), "`limit` is 0"),
        (
            "searchSiteSystemEvents",
            json!({ "site_id": SITE, "start": "now", "end": "-1d" }),
            "`start` is later than `end`",
        ),
        (
            "checkSite",
            json!({ "org_id": SITE, "site_id": SITE, "start": "-1h", "end": "-2h" }),
            "`start` is later than `end`",
        ),
        (
            "searchOrgAlarms",
            json!({ "org_id": SITE, "start": 1_800_000_000, "end": 1_700_000_000 }),
            "`start` is later than `end`",
        ),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains(tool) && refusal.contains(words), "{refusal}");
    }
    assert_eq!(upstream.take().len(), 0);
}

#[tokio::test]
async fn call_tool_takes_the_tool_by_the_names_that_models_write() {
    let upstream = MockUpstream::start().await;
    let client = Launch::at(&upstream, "").client(Lifecycle::Legacy).await;
    for name in ["tool", "name", "tool_name"] {
        let refusal = client.refusal("callTool", json!({ name: "listSiteWlans", "arguments": {} })).await;
        assert!(
            refusal.contains("listSiteWlans") && refusal.contains("`site_id` is missing"),
            "{name}: {refusal}"
        );
    }
}

#[tokio::test]
async fn a_value_of_a_fixed_set_is_checked_also_where_several_are_taken() {
    let upstream = MockUpstream::start().await;
    let categories = "sites_devices,sites_devices_stats,orgs_devices,orgs_inventory,orgs_stats,orgs_alarms,orgs_clients,\
                      sites_clients,orgs_nac,orgs_jsi,sites_iot_endpoints,orgs_marvis_clients,sites_marvis_configs";
    let client = Launch::at(&upstream, &format!("-m all -c {categories}")).client(Lifecycle::Legacy).await;
    for (tool, parameter, wrong, meant) in [
        ("listSiteDevicesStats", "type", "switches", "switch"),
        ("listSiteDevices", "type", "ap,switches", "switch"),
        ("listOrgDevicesStats", "type", "switches", "switch"),
        ("listOrgDevicesStats", "status", "conected", "connected"),
        ("searchOrgDeviceEvents", "device_type", "gateways", "gateway"),
        ("getOrgInventory", "type", "switches", "switch"),
        ("searchOrgInventory", "status", "disconected", "disconnected"),
        ("searchOrgSwOrGwPorts", "device_type", "switches", "switch"),
        ("searchOrgPeerPathStats", "type", "ipsecs", "ipsec"),
        ("searchOrgAlarms", "group", "securty", "security"),
        ("searchOrgAlarms", "severity", "warn,critcal", "critical"),
        ("searchOrgWiredClients", "source", "lldpp", "lldp"),
        ("searchOrgWirelessClients", "band", "2.4", ""),
        ("searchSiteWirelessClients", "band", "5,7", ""),
        ("searchOrgWirelessClientEvents", "band", "2.4", ""),
        ("searchOrgWirelessClientEvents", "proto", "wifi6", ""),
        ("searchOrgWirelessClientSessions", "band", "2.4", ""),
        ("listOrgNacTags", "type", "vlans", "vlan"),
        ("listOrgNacTags", "match", "idp_rol", "idp_role"),
        ("searchOrgJsiPbn", "customer_risk", "Majr", "Major"),
        ("searchSiteIotEndpoints", "type", "zigbe", "zigbee"),
        ("countOrgMarvisClientEvents", "distinct", "hostnam", "hostname"),
        ("countOrgMarvisClientsStats", "distinct", "modl", "model"),
        ("countSiteMarvisConfigActions", "distinct", "reasons", "reason"),
    ] {
        let mut arguments = json!({ (parameter): wrong });
        arguments[if tool.contains("Site") { "site_id" } else { "org_id" }] = SITE.into();
        let refusal = client.refusal(tool, arguments).await;
        assert!(
            refusal.contains(&format!("`{parameter}`")) && refusal.contains("one of"),
            "{tool}: {refusal}"
        );
        assert!(
            refusal.contains(&format!("did you mean \"{meant}\"")) || meant.is_empty(),
            "{tool}: {refusal}"
        );
    }
    assert!(upstream.take().is_empty());
    let several = json!({ "site_id": SITE, "type": "Switch, gateway" });
    client.call("listSiteDevicesStats", several).await;
    let sent = ("type".to_owned(), "switch,gateway".to_owned());
    assert!(upstream.take().iter().any(|request| request.query.contains(&sent)));
}
