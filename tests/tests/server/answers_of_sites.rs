//! The answer tools for sites: `checkSite`, `rankSites`, `explainSle` and `whatChanged`, over incidents of the demo network,
//! over the untouched one, and where Mist fails.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";
const SITE: &str = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";

async fn with_incident(name: &str) -> Client {
    Launch::new(&format!("--demo --demo-incident {name}")).client(Lifecycle::Legacy).await
}

/// Whether a finding has this cause, and an object of this name.
fn is(finding: &Value, cause: &str, object: &str) -> bool {
    let objects = finding["objects"].as_array();
    finding["cause"] == cause && objects.into_iter().flatten().any(|one| one["name"] == object)
}

/// The first finding has this cause and object, its evidence and a call that shows it, within twelve calls.
async fn finds_first(incident: &str, tool: &str, arguments: Value, cause: &str, object: &str) -> Value {
    let answer = with_incident(incident).await.json(tool, arguments).await;
    let first = &answer["findings"][0];
    assert!(is(first, cause, object), "{incident}: {answer}");
    assert!(first["evidence"].is_object() && first["see"]["tool"].is_string(), "{incident}: {answer}");
    // What is not read has no request left, or is what another answer reads.
    let not_seen = answer["not_seen"].as_array().unwrap();
    let is_known = |line: &Value| {
        let line = line.as_str().unwrap();
        line.contains("at most 12 calls") || (tool == "rankSites" && line.contains("checkWan reads those"))
    };
    assert!(answer["calls"].as_u64().unwrap() <= 12 && not_seen.iter().all(is_known), "{incident}: {answer}");
    answer
}

#[tokio::test]
async fn check_site_lists_the_root_cause_first() {
    for (incident, site, cause, object) in [
        ("loop-patched-twice", "Sydney Store", "loop", "SYD-SW-01"),
        ("guest-dhcp-with-loop-elsewhere", "Singapore Office", "dhcp_failure", "Pine Guest"),
        ("site-down-singapore", "Singapore Office", "site_down", "Singapore Office"),
        ("two-unpowered-ap-and-slow-port", "Leeds Distribution Centre", "power_lost", "LDS-AP-11"),
    ] {
        finds_first(incident, "checkSite", json!({ "site_id": site }), cause, object).await;
    }
}

#[tokio::test]
async fn check_site_reports_effects_of_a_dead_switch_once() {
    let arguments = json!({ "site_id": "Chicago Flagship Store" });
    let answer =
        finds_first("two-dead-switch-and-guest-dhcp", "checkSite", arguments, "upstream_down", "CHI-SW-01")
            .await;
    let findings = answer["findings"].as_array().unwrap();
    assert!(is(&findings[0], "upstream_down", "CHI-AP-03"), "{answer}");
    let of_its_aps = findings.iter().filter(|finding| finding["objects"][0]["name"] == "CHI-AP-03");
    assert_eq!(of_its_aps.count(), 0, "{answer}");
}

#[tokio::test]
async fn check_site_puts_a_service_level_behind_the_outage_that_lowers_it() {
    let down = |names: &[&str]| {
        let down = names.iter().map(|name| json!({ "device": name, "offline_for": 8 * 3_600 }));
        json!({ "overlay": down.collect::<Vec<_>>() })
    };
    let sydney = ["SYD-GW-01", "SYD-SW-01", "SYD-AP-01", "SYD-AP-02", "SYD-AP-03"];
    for (names, site, cause) in [
        (&sydney[..], "Sydney Store", "site_down"),
        (&["SIN-AP-01", "SIN-AP-02"], "Singapore Office", "power_lost"),
        (&["CHI-AP-02", "CHI-AP-04", "CHI-AP-06"], "Chicago Flagship Store", "power_lost"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("down.json");
        std::fs::write(&file, down(names).to_string()).unwrap();
        let client = Launch::new(&format!("--demo --demo-overlay {}", file.display()));
        let client = client.client(Lifecycle::Legacy).await;
        let answer = client.json("checkSite", json!({ "site_id": site })).await;
        let lowest = &answer["facts"]["lowest_service_levels_percent"]["ap-availability"];
        assert!(lowest.as_f64().is_some_and(|percent| percent < 90.0), "{answer}");
        let findings = answer["findings"].as_array().unwrap();
        assert_eq!(findings[0]["cause"], cause, "{answer}");
        for finding in findings.iter().filter(|finding| finding["evidence"]["metric"] == "ap-availability") {
            let root = finding["because_of"].as_u64().unwrap_or_else(|| panic!("{answer}"));
            assert_eq!(findings[usize::try_from(root).unwrap()]["cause"], cause, "{answer}");
        }
    }
}

#[tokio::test]
async fn rank_sites_puts_the_worst_first_and_takes_a_limit() {
    let answer = finds_first(
        "site-down-worst-of-all",
        "rankSites",
        json!({ "limit": 2 }),
        "site_down",
        "Sydney Store",
    )
    .await;
    assert_eq!(answer["findings"].as_array().unwrap().len(), 2, "{answer}");
    assert!(is(&answer["findings"][1], "wan_link_degraded", "Singapore Office"), "{answer}");
    let client = Launch::new("--demo -m all").client(Lifecycle::Legacy).await;
    for limit in [21, 100] {
        let refusal = client.refusal("rankSites", json!({ "limit": limit })).await;
        assert!(refusal.contains("`limit`") && refusal.contains("from 1 to 20"), "{refusal}");
    }
}

#[tokio::test]
async fn explain_sle_names_the_classifier_and_since_when() {
    let arguments = json!({ "site_id": "Singapore Office", "metric": "Successful Connects" });
    let answer = finds_first(
        "explain-sle-connects-fail-at-dhcp",
        "explainSle",
        arguments,
        "dhcp_failure",
        "Singapore Office",
    )
    .await;
    let first = &answer["findings"][0];
    assert!(first["since"].is_i64() && first["severity"] == "critical", "{answer}");
}

#[tokio::test]
async fn what_changed_finds_the_change_before_it_with_its_difference() {
    let arguments = json!({ "site_id": "Singapore Office", "before": "-40m" });
    let answer = finds_first(
        "changed-before-dns-server",
        "whatChanged",
        arguments,
        "changed_before",
        "Singapore Office",
    )
    .await;
    let evidence = &answer["findings"][0]["evidence"];
    assert_eq!(evidence["who"], "Lucia Mendes");
    assert_eq!(evidence["before"]["dns_servers"][0], "10.14.10.2");
    assert_eq!(evidence["after"]["dns_servers"][0], "10.14.10.20");
    // A key that was changed is hidden, whatever the audit log tells of it.
    let keys = finds_first(
        "changed-before-new-scanner-key",
        "whatChanged",
        json!({ "duration": "3h", "before": "-45m" }),
        "changed_before",
        "Forklift terminals",
    )
    .await;
    assert!(!keys["findings"][0].to_string().contains("***"), "{keys}");
}

#[tokio::test]
async fn the_untouched_network_has_no_critical_finding_but_the_access_point_that_is_down() {
    let client = Launch::new("--demo").client(Lifecycle::Stateless).await;
    let sites = [
        "Leeds Distribution Centre",
        "Rotterdam Warehouse",
        "Chicago Flagship Store",
        "Singapore Office",
        "Sydney Store",
    ];
    let mut asked = vec![("rankSites", json!({})), ("whatChanged", json!({}))];
    for site in sites {
        for tool in ["checkSite", "explainSle", "whatChanged"] {
            asked.push((tool, json!({ "site_id": site })));
        }
    }
    for (tool, arguments) in asked {
        let answer = client.json(tool, arguments.clone()).await;
        for finding in answer["findings"].as_array().unwrap() {
            let is_down = finding["objects"].to_string().contains("RTM-AP-04");
            assert!(finding["severity"] != "critical" || is_down, "{tool} {arguments}: {finding}");
        }
        assert!(answer["calls"].as_u64().unwrap() <= 12, "{tool}: {answer}");
    }
}

#[tokio::test]
async fn a_service_level_that_a_site_does_not_have_is_an_error_that_names_those_it_has() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    for unknown in ["happiness", "connect"] {
        let arguments = json!({ "site_id": "Sydney Store", "metric": unknown });
        let refusal = client.refusal("explainSle", arguments).await;
        for words in ["`metric`", unknown, "time-to-connect"] {
            assert!(refusal.contains(words), "{unknown}: {refusal}");
        }
    }
}

/// What each tool is asked where Mist fails.
fn questions() -> [(&'static str, Value); 5] {
    [
        ("checkSite", json!({ "org_id": ORG, "site_id": SITE })),
        ("rankSites", json!({ "org_id": ORG })),
        ("explainSle", json!({ "org_id": ORG, "site_id": SITE })),
        ("explainSle", json!({ "org_id": ORG, "site_id": SITE, "metric": "coverage" })),
        ("whatChanged", json!({ "org_id": ORG, "site_id": SITE, "before": "-1h" })),
    ]
}

#[tokio::test]
async fn where_mist_fails_or_has_nothing_an_answer_reports_it_and_calls_nothing_healthy() {
    let failures = [
        Answer::json(&json!({})).status(403),
        Answer::json(&json!({})).status(404),
        Answer::json(&json!({ "detail": "no" })).status(429).header("retry-after", "700"),
        Answer::json(&json!({ "detail": "broken" })).status(500),
        Answer::json(&Value::Null),
        Answer::json(&json!([])),
        Answer::json(&json!({ "results": null, "total": 0 })),
        Answer::json(&json!([null, 1, "x", { "mac": [], "type": {}, "site_id": 5, "timestamp": "never" }])),
    ];
    for failure in failures {
        for (tool, arguments) in questions() {
            let upstream = MockUpstream::start().await;
            let answer = failure.clone();
            upstream.default_handler(move |_| answer.clone());
            let client = Launch::at(&upstream, "").client(Lifecycle::Legacy).await;
            let answer = client.json(tool, arguments).await;
            let told = answer.to_string();
            let verdict = answer["verdict"].as_str().unwrap().to_lowercase();
            assert_eq!(answer["findings"], json!([]), "{tool} {failure:?}: {told}");
            assert_ne!(answer["not_seen"], json!([]), "{tool} {failure:?}: {told}");
            assert!(
                !verdict.contains("healthy") && !verdict.contains("nothing wrong was found"),
                "{tool}: {told}"
            );
            assert!(answer["calls"].as_u64().unwrap() <= 12, "{tool}: {told}");
        }
    }
}

#[tokio::test]
async fn one_part_that_fails_stands_in_not_seen_and_the_rest_is_answered() {
    let upstream = MockUpstream::start().await;
    let device = json!([{
        "mac": "5c5b35000001", "type": "ap", "name": "AP-1", "status": "disconnected", "last_seen": "1795000000", "site_id": SITE,
        "uptime": "5",
    }]);
    upstream.json(&format!("/api/v1/sites/{SITE}/stats"), &json!({ "name": "Leeds", "num_clients": "3" }));
    upstream.json(&format!("/api/v1/sites/{SITE}/stats/devices"), &device);
    upstream.default_handler(|_| Answer::json(&json!({})).status(403));
    let client = Launch::at(&upstream, "").client(Lifecycle::Legacy).await;
    let answer = client.json("checkSite", json!({ "org_id": ORG, "site_id": SITE })).await;
    assert!(is(&answer["findings"][0], "device_down", "AP-1"), "{answer}");
    let hidden = answer["not_seen"].to_string();
    for part in ["alarms: 403", "ports: 403", "audit log: 403", "wireless service levels: 403"] {
        assert!(hidden.contains(part), "{part}: {answer}");
    }
}

/// A site with a gateway and a switch, of which nothing else is known; `peers` are fields of the gateway's statistics.
async fn site_with_a_gateway(peers: Value) -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let device = |mac: &str, kind: &str| json!({ "mac": mac, "type": kind, "name": kind, "status": "connected", "uptime": 5, "site_id": SITE });
    let devices = json!([device("5c5b35000001", "gateway"), device("5c5b35000002", "switch")]);
    upstream.json(&format!("/api/v1/sites/{SITE}/stats"), &json!({ "name": "Leeds" }));
    upstream.json(&format!("/api/v1/sites/{SITE}/stats/devices"), &devices);
    let mut gateway = device("5c5b35000001", "gateway");
    gateway.as_object_mut().unwrap().extend(peers.as_object().unwrap().clone());
    upstream.json(&format!("/api/v1/orgs/{ORG}/stats/devices"), &json!([gateway]));
    upstream.default_handler(|_| Answer::json(&json!({ "results": [], "total": 0 })));
    upstream
}

#[tokio::test]
async fn a_site_with_a_gateway_and_a_switch_is_asked_for_all_its_service_levels_and_what_its_wan_carries() {
    let peers = json!({
        "vpn_peers": [{ "port_id": "wan0", "peer_router_name": "hub", "up": true }], "tunnels": [],
        "bgp_peers": [{ "neighbor": "10.0.0.1", "neighbor_as": 64_512, "state": "idle", "up": false }],
    });
    let upstream = site_with_a_gateway(peers).await;
    let client = Launch::at(&upstream, "").client(Lifecycle::Legacy).await;
    let answer = client.json("checkSite", json!({ "org_id": ORG, "site_id": SITE })).await;
    let sent = upstream.take();
    for level in ["wifi", "wan", "wired"] {
        let wanted = ("sle".to_owned(), level.to_owned());
        let is_asked = sent.iter().any(|sent| sent.query.contains(&wanted));
        assert!(is_asked, "{level}: {answer}");
    }
    assert!(is(&answer["findings"][0], "bgp_down", "gateway"), "no event told of it: {answer}");
    let not_seen = answer["not_seen"].to_string();
    for known in ["VPN paths", "tunnels", "BGP neighbors"] {
        assert!(!not_seen.contains(known), "{answer}");
    }
    assert!(
        not_seen.contains("OSPF neighbors: not asked for") && not_seen.contains("; checkWan reads them"),
        "{answer}"
    );
    assert!(!sent.iter().any(|sent| sent.path.contains("_peers/search")), "one call has them: {answer}");
    assert!(answer["calls"].as_u64().unwrap() <= 12, "{answer}");
}

#[tokio::test]
async fn what_the_statistics_of_a_gateway_do_not_have_is_searched_for_and_else_told_with_the_tool_that_reads_it()
 {
    for (peers, searched) in [
        (json!({}), &["vpn_peers", "bgp_peers"][..]),
        (json!({ "vpn_peers": [], "bgp_peers": null }), &["bgp_peers", "tunnels"]),
    ] {
        let upstream = site_with_a_gateway(peers.clone()).await;
        let client = Launch::at(&upstream, "").client(Lifecycle::Legacy).await;
        let answer = client.json("checkSite", json!({ "org_id": ORG, "site_id": SITE })).await;
        let sent = upstream.take();
        for part in searched {
            assert!(sent.iter().any(|sent| sent.path.contains(part)), "{part} {peers}: {answer}");
        }
        let lines = answer["not_seen"].as_array().unwrap().iter();
        let lines: Vec<_> =
            lines.filter_map(Value::as_str).filter(|line| line.contains("at most 12 calls")).collect();
        assert!(!lines.is_empty(), "{answer}");
        for line in lines {
            let reader = if line.contains("service levels") { "explainSle" } else { "checkWan" };
            assert!(line.ends_with(&format!("; {reader} reads them")), "{line}");
        }
        assert!(answer["calls"].as_u64().unwrap() <= 12, "{answer}");
    }
}
