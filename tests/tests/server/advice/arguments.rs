//! Advice on the arguments of a call: metrics, filters, and parameters that are not sent or left out.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::json;

use super::{ORG, SITE};

async fn sles() -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    upstream.json(
        &format!("/api/v1/sites/{SITE}/sle/site/{SITE}/metrics"),
        &json!({ "enabled": ["coverage"], "supported": ["coverage", "roaming", "time-to-connect"] }),
    );
    upstream
        .json("/api/v1/const/insight_metrics", &json!({ "bytes": { "unit": "byte" }, "num_clients": {} }));
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not found" })).status(404));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    (upstream, client)
}

#[tokio::test]
async fn a_metric_that_mist_does_not_know_is_reported_with_those_that_it_knows() {
    let (upstream, client) = sles().await;
    let sle = |metric: &str| json!({ "site_id": SITE, "scope": "site", "scope_id": SITE, "metric": metric });
    for (tool, arguments, wanted) in [
        ("getSiteSleThreshold", sle("coverge"), "did you mean \"coverage\"?"),
        ("getSiteSleHistogram", sle("xyz"), "there are coverage, roaming, time-to-connect."),
        ("getSiteSleSummary", sle("xyz"), "`listSiteSlesMetrics`"),
        (
            "getSiteInsightMetrics",
            json!({ "site_id": SITE, "metrics": "bytes,xyz" }),
            "\"xyz\" here; there are bytes, num_clients.",
        ),
        (
            "getSiteInsightMetricsForDevice",
            json!({ "site_id": SITE, "device_mac": "5c5b35000001", "metric": "num_client" }),
            "did you mean \"num_clients\"?",
        ),
        ("getOrgSle", json!({ "org_id": ORG, "metric": "xyz" }), "`listInsightMetrics`"),
        // The metric is right, so that something else is not.
        ("getSiteSleThreshold", sle("roaming"), "no object with this id"),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains(wanted), "{tool}: {wanted}: {refusal}");
        assert!(upstream.take().len() <= 2, "{tool}: one more request at most");
    }
    // Where the list cannot be had either, the error is what it was, and says where to look.
    upstream.answers(
        &format!("/api/v1/sites/{SITE}/sle/site/{SITE}/metrics"),
        [Answer::json(&json!({})).status(403)],
    );
    let refusal = client.refusal("getSiteSleThreshold", sle("xyz")).await;
    assert!(
        refusal.contains("no object with this id") && refusal.contains("`listSiteSlesMetrics`"),
        "{refusal}"
    );
}

#[tokio::test]
async fn the_metrics_that_are_listed_are_those_of_the_scope_of_the_call() {
    let upstream = MockUpstream::start().await;
    let listed = json!({
        "worst-sites": { "scopes": ["org"] }, "num_aps": { "scopes": ["site", "ap"] }, "top-app": { "scopes": ["client"] },
        "cpu_util": { "scopes": ["device", "switch"] }, "orgs-sle": { "scopes": ["msp"] },
    });
    upstream.json("/api/v1/const/insight_metrics", &listed);
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not a metric here" })).status(400));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let (site, mac) = (json!(SITE), json!("5c5b35000001"));
    for (tool, arguments, wanted) in [
        ("getOrgSle", json!({ "org_id": ORG, "metric": "cpu_util" }), "there are worst-sites."),
        ("getOrgSle", json!({ "org_id": ORG, "metric": "zzz" }), "there are worst-sites."),
        (
            "getSiteInsightMetrics",
            json!({ "site_id": site, "metrics": "num_aps,cpu_util" }),
            "there are num_aps.",
        ),
        (
            "getSiteInsightMetricsForClient",
            json!({ "site_id": site, "client_mac": mac, "metrics": "zzz" }),
            "there are top-app.",
        ),
        (
            "getSiteInsightMetricsForDevice",
            json!({ "site_id": site, "device_mac": mac, "metric": "worst-sites" }),
            "there are cpu_util, num_aps.",
        ),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains(wanted), "{tool}: {refusal}");
    }
}

#[tokio::test]
async fn an_argument_of_the_list_alone_is_not_sent_with_the_id_of_an_object_and_the_answer_says_so() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "id": "x" })));
    let client =
        Launch::at(&upstream, "-m custom -c sites_devices,orgs_wlans,orgs_wan,orgs_tickets,sites_stats")
            .client(Lifecycle::Legacy)
            .await;
    for (tool, arguments, sent, said) in [
        (
            "listSiteDevices",
            json!({ "site_id": SITE, "device_id": "00000000-0000-0000-1000-5c5b35000001", "type": "switch", "limit": 5 }),
            &[][..],
            Some("`type`, `limit` apply to the list alone, and not with `device_id`"),
        ),
        (
            "listOrgPsks",
            json!({ "org_id": ORG, "psk_id": SITE, "ssid": "corp" }),
            &[],
            Some("`ssid` applies to the list alone, and not with `psk_id`"),
        ),
        (
            "listOrgNetworks",
            json!({ "org_id": ORG, "network_id": SITE, "page": 2 }),
            &[],
            Some("`page` applies"),
        ),
        (
            "listOrgTickets",
            json!({ "org_id": ORG, "ticket_id": SITE, "duration": "1d" }),
            &["duration"],
            None,
        ),
        (
            "listSiteWirelessClientsStats",
            json!({ "site_id": SITE, "client_mac": "5c5b35000001", "wired": true, "duration": "1d" }),
            &["wired"],
            Some("`duration` applies"),
        ),
        (
            "listSiteDevices",
            json!({ "site_id": SITE, "device_id": "00000000-0000-0000-1000-5c5b35000001" }),
            &[],
            None,
        ),
    ] {
        upstream.take();
        let answer = client.json(tool, arguments).await;
        let asked = upstream.take();
        let names: Vec<_> = asked.last().unwrap().query.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, sent, "{tool}: {asked:?}");
        match said {
            Some(words) => {
                assert!(answer["taken"].as_str().unwrap_or_default().contains(words), "{tool}: {answer}");
            }
            None => assert_eq!(answer.get("taken"), None, "{tool}: {answer}"),
        }
    }
}

#[tokio::test]
async fn a_mac_filter_takes_the_forms_of_its_endpoint_and_its_error_names_these_alone() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "results": [] })));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let (one, several, part, end) = ("5C:5B:35:00:00:01", "5c5b35000001,5c5b35000002", "5c5b35*", "*4455");
    for (tool, arguments, name, taken, refused) in [
        ("searchOrgNacClientEvents", json!({}), "mac", &[one][..], &[several, part, end][..]),
        ("searchOrgNacClients", json!({}), "mac", &[one, part], &[several, end]),
        ("searchOrgDevices", json!({}), "mac", &[one, several, part], &[end]),
        ("searchSiteDevices", json!({ "site_id": SITE }), "mac", &[one, part], &[several, end]),
        ("getOrgInventory", json!({}), "vc_mac", &[one, several], &[part, end]),
        ("searchSiteSyntheticTest", json!({ "site_id": SITE }), "mac", &[one], &[several, part, end]),
    ] {
        let with = |value: &str| {
            let mut arguments = arguments.clone();
            arguments["org_id"] = ORG.into();
            if arguments.get("site_id").is_some() {
                arguments.as_object_mut().unwrap().remove("org_id");
            }
            arguments[name] = value.into();
            arguments
        };
        for value in taken {
            upstream.take();
            client.call(tool, with(value)).await;
            let asked = upstream.take();
            let wanted = value.replace(':', "").to_lowercase();
            assert_eq!(asked.last().unwrap().parameter(name), Some(wanted.as_str()), "{tool} {value}");
        }
        for value in refused {
            let refusal = client.refusal(tool, with(value)).await;
            let told = refusal.replace(value, "");
            assert_eq!(told.contains("several"), taken.contains(&several), "{tool} {value}: {refusal}");
            assert_eq!(told.contains("5c5b35*"), taken.contains(&part), "{tool} {value}: {refusal}");
        }
    }
}

#[tokio::test]
async fn filters_that_mist_takes_several_values_of_take_them_with_commas() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "results": [] })));
    let client = Launch::at(&upstream, "-m custom -c orgs_devices,orgs_clients,orgs_assets")
        .client(Lifecycle::Legacy)
        .await;
    let ids = format!("{SITE},{ORG}");
    for (tool, name, written, wanted) in [
        ("searchOrgDevices", "band_5_channel", json!("36, 40"), "36,40"),
        ("searchOrgDevices", "band_24_power", json!([8, 11]), "8,11"),
        ("searchOrgDevices", "eth0_port_speed", json!(1000), "1000"),
        ("searchOrgDevices", "mxedge_id", json!(ids), ids.as_str()),
        ("searchOrgNacClientEvents", "vlan", json!("10,20"), "10,20"),
        ("searchOrgNacClientEvents", "nacrule_id", json!(ids), ids.as_str()),
        ("searchOrgWirelessClientEvents", "nacrule_id", json!(ids), ids.as_str()),
        ("searchOrgAssets", "rssi", json!("-67,-70"), "-67,-70"),
    ] {
        upstream.take();
        client.call(tool, json!({ "org_id": ORG, name: written })).await;
        let asked = upstream.take();
        assert_eq!(asked.last().unwrap().parameter(name), Some(wanted), "{tool} {name}");
        let refusal = client.refusal(tool, json!({ "org_id": ORG, name: "1,corp" })).await;
        assert!(refusal.contains(&format!("`{name}`")) && refusal.contains("commas"), "{tool}: {refusal}");
    }
}

#[tokio::test]
async fn a_call_that_is_refused_without_an_advised_parameter_names_it() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "bad request" })).status(400));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let refusal = client.refusal("listSiteRrmEvents", json!({ "site_id": SITE })).await;
    assert!(refusal.contains("`band` was left out") && refusal.contains("bad request"), "{refusal}");
    let refusal = client.refusal("listSiteRrmEvents", json!({ "site_id": SITE, "band": "5" })).await;
    assert!(!refusal.contains("left out"), "{refusal}");
    let tools = client.tools().await;
    let tool = tools.iter().find(|tool| tool.name == "listSiteRrmEvents").unwrap();
    let band = tool.input_schema["properties"]["band"]["description"].as_str().unwrap();
    assert!(band.contains("refused"), "{band}");
}

#[tokio::test]
async fn a_word_like_no_other_brings_those_there_are() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    for (tool, arguments, wanted) in [
        ("manageMcpTools", json!({ "enable_mcp_tools_categories": "bogus" }), "there are answers, "),
        ("callTool", json!({ "tool": "bogus" }), "`findTools` finds the others"),
        ("getSelf", json!({ "bogus": 1 }), "it takes"),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains(wanted) && !refusal.contains("did you mean"), "{tool}: {refusal}");
        assert!(refusal.len() <= 1_500, "{refusal}");
    }
}

#[tokio::test]
async fn a_list_of_the_default_kind_alone_says_so() {
    const NOTE: &str = "so only `ap` was searched";
    let client = Launch::new("--demo -m all").client(Lifecycle::Legacy).await;
    for (tool, arguments, is_told) in [
        ("listOrgDevicesStats", json!({}), true),
        ("listOrgDevicesStats", json!({ "limit": 2, "page": 2 }), false),
        ("listOrgDevicesStats", json!({ "type": "ap" }), false),
        ("listOrgDevicesStats", json!({ "type": "all" }), false),
        ("searchOrgDevices", json!({}), true),
        ("searchSiteDevices", json!({ "site_id": "Rotterdam" }), true),
        ("searchSiteDevices", json!({ "site_id": "Rotterdam", "type": "switch" }), false),
        ("countOrgDevices", json!({ "distinct": "model" }), true),
        ("getOrgInventory", json!({}), false),
    ] {
        let told = client.call(tool, arguments.clone()).await;
        assert_eq!(told.contains(NOTE), is_told, "{tool} {arguments}: {told}");
    }
    for (arguments, is_told) in [(json!({}), true), (json!({ "type": "all" }), false)] {
        let table = json!({ "tool": "listOrgDevicesStats", "arguments": arguments });
        let query = json!({ "tables": { "d": table }, "sql": "select count(*) from d" });
        let told = client.call("queryRows", query).await;
        assert_eq!(told.contains(NOTE), is_told, "{arguments}: {told}");
    }
}
