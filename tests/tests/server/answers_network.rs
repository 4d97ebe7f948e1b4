//! Answers about the radios, the WAN, the topology, the life cycle and the configuration of the demo network, and what
//! they say where a part of Mist fails.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

/// Tools, and arguments about a site where there are some.
const TOOLS: [&str; 5] = ["checkRadio", "checkWan", "showTopology", "checkCompliance", "auditConfig"];
const SITES: [&str; 5] = [
    "Leeds Distribution Centre",
    "Rotterdam Warehouse",
    "Chicago Flagship Store",
    "Singapore Office",
    "Sydney Store",
];
/// What each answer may cost, and how many tokens it may have (an upper estimate: four bytes are more than a token).
const MOST_CALLS: u64 = 12;
const MOST_BYTES: usize = 6_000;

async fn demo(arguments: &str) -> Client {
    Launch::new(&format!("--demo {arguments}")).client(Lifecycle::Legacy).await
}

fn findings(answer: &Value) -> &Vec<Value> {
    answer["findings"].as_array().unwrap_or_else(|| panic!("{answer}"))
}

/// The first finding is this cause, and about this object.
async fn finds(incident: &str, tool: &str, arguments: Value, cause: &str, object: &str) -> Value {
    let client = demo(&format!("--demo-incident {incident}")).await;
    let answer = client.json(tool, arguments).await;
    let first = &findings(&answer)[0];
    assert_eq!(first["cause"], cause, "{answer:#}");
    let objects = first["objects"].as_array().unwrap();
    assert!(objects.iter().any(|one| one["name"] == object), "{answer:#}");
    assert!(!first["evidence"].as_object().unwrap().is_empty(), "{answer:#}");
    answer
}

#[tokio::test]
async fn check_radio_finds_access_points_that_share_a_channel() {
    let site = json!({ "site_id": "Chicago Flagship Store", "band": "5" });
    let answer = finds("co-channel-all-on-36", "checkRadio", site, "co_channel", "CHI-AP-02").await;
    assert_eq!(answer["facts"]["access_points"], 6);
}

#[tokio::test]
async fn check_wan_finds_the_bad_line_before_the_path_that_went_with_it() {
    let site = json!({ "site_id": "Singapore Office" });
    let answer = finds("two-bad-line-and-lost-path", "checkWan", site, "wan_link_degraded", "ge-0/0/0").await;
    let path = findings(&answer).iter().find(|finding| finding["cause"] == "vpn_path_down");
    assert_eq!(path.unwrap()["because_of"], 0, "{answer:#}");
}

#[tokio::test]
async fn show_topology_draws_the_site_with_what_is_broken() {
    let site = json!({ "site_id": "Leeds Distribution Centre" });
    let answer = finds("upstream-down-in-the-map", "showTopology", site, "upstream_down", "LDS-SW-03").await;
    assert_eq!(
        findings(&answer).len(),
        1,
        "the access points behind it are no findings of their own: {answer:#}"
    );
    let mermaid = answer["facts"]["mermaid"].as_str().unwrap();
    assert!(mermaid.starts_with("graph TD\n") && mermaid.contains("LDS-SW-03 (down)"), "{mermaid}");
    let edges = answer["facts"]["edges"].as_array().unwrap();
    assert!(
        edges
            .iter()
            .any(|edge| edge.as_str().unwrap().starts_with("LDS-GW-01 ge-0/0/3 > xe-0/2/0 LDS-SW-01"))
    );
}

#[tokio::test]
async fn show_topology_draws_the_way_to_a_client() {
    let client = demo("-m all").await;
    let rows = client
        .json("listSiteWirelessClientsStats", json!({ "site_id": "Chicago Flagship Store", "limit": 1 }))
        .await;
    let laptop = rows["results"][0]["mac"].as_str().unwrap();
    let site = json!({ "site_id": "Chicago Flagship Store", "client": laptop });
    let answer = client.json("showTopology", site).await;
    let mermaid = answer["facts"]["mermaid"].as_str().unwrap();
    assert_eq!(mermaid.matches("CHI-AP").count(), 1, "{mermaid}");
    assert!(mermaid.contains("CHI-GW-01") && mermaid.contains("CHI-SW"), "{mermaid}");
    let nobody = json!({ "site_id": "Chicago Flagship Store", "client": "nobody-here" });
    let answer = client.json("showTopology", nobody).await;
    assert_eq!(findings(&answer)[0]["cause"], "never_seen", "{answer:#}");
}

#[tokio::test]
async fn check_compliance_finds_what_expired() {
    let answer =
        finds("license-expiring-switches", "checkCompliance", json!({}), "license_expiring", "SUB-EX48")
            .await;
    assert_eq!(findings(&answer)[0]["evidence"]["ends"], 1_704_067_200, "{answer:#}");
    assert!(answer["verdict"].as_str().unwrap().contains("days ago"), "{answer:#}");
    let site = json!({ "site_id": "Chicago Flagship Store" });
    finds("firmware-behind-one-of-six", "checkCompliance", site, "firmware_behind", "CHI-AP-06").await;
}

#[tokio::test]
async fn audit_config_finds_an_override_and_a_variable_without_a_value() {
    let site = json!({ "site_id": "Singapore Office" });
    finds("override-pinned-channel", "auditConfig", site, "override", "SIN-AP-02").await;
    finds("variable-unset-staff-vlan", "auditConfig", json!({}), "variable_unset", "Sydney Store").await;
}

#[tokio::test]
async fn the_untouched_network_has_no_critical_trouble_that_is_not_there() {
    let client = demo("").await;
    for site in SITES {
        for tool in TOOLS {
            let answer = client.json(tool, json!({ "site_id": site })).await;
            let critical: Vec<_> =
                findings(&answer).iter().filter(|finding| finding["severity"] == "critical").collect();
            // One access point of Rotterdam has no power, and its neighbors cover its place.
            assert!(critical.is_empty(), "{tool} {site}: {critical:#?}");
            let of_power = findings(&answer).iter().find(|finding| finding["cause"] == "power_lost");
            let power = tool == "showTopology" && site == "Rotterdam Warehouse";
            assert!(!power || of_power.is_some_and(|finding| finding["severity"] == "warning"), "{answer:#}");
            // Certificates of users are a search of their own.
            let is_known = |line: &&Value| !line.as_str().unwrap().starts_with("certificates of users");
            let not_seen: Vec<_> = answer["not_seen"].as_array().unwrap().iter().filter(is_known).collect();
            assert!(not_seen.is_empty(), "{tool} {site}: {not_seen:?}");
            assert!(answer["calls"].as_u64().unwrap() <= MOST_CALLS, "{tool} {site}: {}", answer["calls"]);
            assert!(answer.to_string().len() <= MOST_BYTES, "{tool} {site}: {answer}");
        }
    }
}

/// A server with a mock of Mist that answers all requests but for the sites in one way.
async fn failing(answer: impl Fn() -> Answer + Send + Sync + 'static) -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(move |_| answer());
    let arguments = "--retry-wait 0 --timeout 20";
    let client = Launch::at(&upstream, arguments).client(Lifecycle::Legacy).await;
    (upstream, client)
}

type MakeAnswer = fn() -> Answer;

const ORG: &str = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";
const SITE: &str = "2430c284-24cb-406a-9d20-f51932e0bc08";

#[tokio::test]
async fn a_part_that_fails_is_not_seen_and_no_answer_states_that_all_is_well() {
    let answers: [(&str, MakeAnswer); 6] = [
        ("403", || Answer::json(&json!({ "detail": "no" })).status(403)),
        ("404", || Answer::json(&json!({})).status(404)),
        ("429", || Answer::json(&json!({})).status(429).header("retry-after", "900")),
        ("500", || Answer::json(&json!({})).status(500)),
        ("null", || Answer::json(&Value::Null)),
        ("empty", || Answer::json(&json!({ "results": [] }))),
    ];
    for (name, answer) in answers {
        let (_upstream, client) = failing(answer).await;
        for tool in TOOLS {
            let arguments = json!({ "org_id": ORG, "site_id": SITE });
            let answer = client.json(tool, arguments_of(tool, arguments)).await;
            assert_eq!(findings(&answer).len(), 0, "{tool} {name}: {answer:#}");
            assert!(!answer["not_seen"].as_array().unwrap().is_empty(), "{tool} {name}: {answer:#}");
            let verdict = answer["verdict"].as_str().unwrap();
            assert!(
                verdict.contains("nothing is known") || verdict.contains("nothing to show"),
                "{tool} {name}: {verdict}"
            );
        }
    }
}

/// The arguments that a tool takes.
fn arguments_of(tool: &str, mut arguments: Value) -> Value {
    if ["checkRadio", "showTopology"].contains(&tool) {
        arguments.as_object_mut().unwrap().remove("org_id");
    }
    arguments
}

#[tokio::test]
async fn rows_of_any_form_do_no_harm() {
    let odd = || {
        let row = json!({
            "mac": "5C:5B:35:00:00:01", "id": 5, "name": ["a", null], "type": "ap", "model": null, "version": 12,
            "radio_stat": { "band_5": { "channel": "36", "util_all": "x" }, "band_24": [] }, "port_id": {}, "up": "maybe",
            "ssid": 7, "enabled": "no", "apply_to": 3, "vars": [], "dhcpd_stat": { "x": 5 }, "licenses": null,
            "usages": { "SUB": "many" }, "contract_end_date": "soon", "timestamp": "now", "neighbors": "none",
        });
        Answer::json(&json!({ "results": [row, null, 5, [], "x"], "next": null }))
    };
    let (_upstream, client) = failing(odd).await;
    for tool in TOOLS {
        let answer = client.json(tool, arguments_of(tool, json!({ "org_id": ORG, "site_id": SITE }))).await;
        assert!(answer["verdict"].is_string() && answer["calls"].is_u64(), "{tool}: {answer:#}");
    }
}
