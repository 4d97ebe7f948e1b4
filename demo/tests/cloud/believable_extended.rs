//! Providers, assets and insights: what one endpoint says is what the others say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::peer::Peer;

const MSP: &str = "/api/v1/msps/b3e0d7c2-5a16-4f8b-9c41-27d95e60a183";
const ORG: &str = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";

/// The buckets of a count by the value of its field.
async fn counts(peer: &Peer, path: &str, field: &str) -> BTreeMap<String, u64> {
    let rows = peer.rows(path).await;
    rows.iter().map(|row| (row[field].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap())).collect()
}

/// The rows by the value of a field.
fn by(rows: &[Value], field: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row[field].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn a_providers_counts_are_those_of_its_lists() {
    let peer = Peer::start().await;
    let actions =
        peer.rows("/api/v1/labs/orgs/6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428/suggestion?limit=1000").await;
    let counted = counts(&peer, &format!("{MSP}/suggestion/count"), "org_id").await;
    assert_eq!(counted[ORG], actions.len() as u64);
    let states = counts(&peer, &format!("{MSP}/suggestion/count?distinct=status"), "status").await;
    assert_eq!(states.values().sum::<u64>(), counted.values().sum::<u64>());
    for (status, number) in by(&actions, "status") {
        assert!(states[&status] >= number, "{status}: {states:?}");
    }
    for (list, count, field) in [
        (format!("{MSP}/logs?limit=1000"), format!("{MSP}/logs/count"), "admin_name"),
        (format!("{MSP}/tickets"), format!("{MSP}/tickets/count"), "status"),
        ("{org}/tickets".to_owned(), "{org}/tickets/count".to_owned(), "status"),
    ] {
        assert_eq!(counts(&peer, &count, field).await, by(&peer.rows(&list).await, field), "{list}");
    }
}

#[tokio::test]
async fn a_providers_figures_are_those_of_its_organizations() {
    let peer = Peer::start().await;
    let levels = peer.rows(&format!("{MSP}/insights/orgs-sle?sle=coverage")).await;
    let coverage = |row: &Value| row["coverage"].as_f64().unwrap();
    assert!(levels.windows(2).all(|pair| coverage(&pair[0]) <= coverage(&pair[1])), "{levels:?}");
    let sites = peer.rows("{org}/insights/sites-sle?limit=100").await;
    let own = levels.iter().find(|row| row["org_id"] == ORG).unwrap();
    let of_sites: Vec<_> = sites.iter().filter_map(|site| site["coverage"].as_f64()).collect();
    let (least, most) =
        of_sites.iter().fold((1.0_f64, 0.0_f64), |(low, high), it| (low.min(*it), high.max(*it)));
    assert!((least..=most).contains(&coverage(own)), "{own} {of_sites:?}");
    let before = peer.rows(&format!("{MSP}/insights/orgs-sle?sle=coverage&start=-3d&end=-2d")).await;
    assert_ne!(before, levels);
    for refused in ["insights/coverage", "insights/nothing", "insights/orgs-sle?sle=nothing"] {
        assert_eq!(peer.ask(&format!("{MSP}/{refused}")).await.status(), 400, "{refused}");
    }
    let licenses = peer.json(&format!("{MSP}/stats/licenses")).await;
    let found = peer.rows(&format!("{MSP}/orgs/search")).await;
    let entitled: i64 = found.iter().map(|org| org["sub_man_entitled"].as_i64().unwrap()).sum();
    assert_eq!(licenses["entitled"]["SUB-MAN"], entitled);
    let templates: BTreeSet<_> = peer
        .rows(&format!("{MSP}/stats/orgs"))
        .await
        .iter()
        .map(|org| org["alarmtemplate_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(templates.len(), 4, "each organization has a template of its own");
}

#[tokio::test]
async fn an_insight_is_a_number_of_its_size_for_each_interval() {
    let peer = Peer::start().await;
    let aps = peer.rows(&peer.at("Leeds Distribution Centre", "/devices?type=ap").await).await;
    let ap = aps.iter().find(|ap| ap["name"].as_str().unwrap().ends_with("01")).unwrap();
    let path = peer
        .at("Leeds Distribution Centre", &format!("/insights/ap/{}/stats", ap["id"].as_str().unwrap()))
        .await;
    for (interval, seconds, count) in [("10m", 600, 100), ("1h", 3_600, 24), ("1800", 1_800, 48)] {
        let answer = peer.json(&format!("{path}?metrics=num_clients&interval={interval}")).await;
        let (times, numbers) = (answer["rt"].as_array().unwrap(), answer["results"].as_array().unwrap());
        assert_eq!(answer["interval"], seconds);
        assert!((count..=count + 1).contains(&numbers.len()), "{interval}: {}", numbers.len());
        assert_eq!(times.len(), numbers.len());
        assert!(numbers.iter().all(|number| number.as_u64().unwrap() < 60), "{numbers:?}");
    }
    let two = peer.json(&format!("{path}?metrics=num_clients,rx_bps")).await;
    for sample in two["results"].as_array().unwrap() {
        assert!(sample["num_clients"].is_u64() && sample["rx_bps"].is_u64(), "{sample}");
    }
    let second = peer.json(&format!("{path}?metrics=num_clients&limit=10&page=2")).await;
    let first = peer.json(&format!("{path}?metrics=num_clients&limit=20")).await;
    assert_eq!(second["rt"][0], first["rt"][10]);
    assert_eq!(second["results"][0], first["results"][10]);
    let beyond = peer.json(&format!("{path}?metrics=num_clients&page=99")).await;
    assert_eq!((&beyond["rt"], &beyond["results"]), (&serde_json::json!([]), &serde_json::json!([])));
    let site = peer.at("Leeds Distribution Centre", "/insights").await;
    let whole = peer.rows(&format!("{site}?metrics=num_clients&interval=10m")).await;
    let clients = peer.rows(&peer.at("Leeds Distribution Centre", "/stats/clients").await).await.len();
    let clients = u32::try_from(clients).unwrap();
    assert!(
        whole.iter().all(|number| number.as_f64().unwrap() <= f64::from(clients)),
        "{clients}: {whole:?}"
    );
}

#[tokio::test]
async fn an_insight_of_a_port_is_answered_for_ports_that_there_are() {
    let peer = Peer::start().await;
    let ports =
        peer.rows(&peer.at("Leeds Distribution Centre", "/stats/ports/search?limit=1000").await).await;
    let port = ports.iter().find(|port| port["type"] == "switch").unwrap();
    let path = format!("/insights/switch/{}/bytes", port["mac"].as_str().unwrap());
    let path = peer.at("Leeds Distribution Centre", &path).await;
    let known = peer.rows(&format!("{path}?port_id={}", port["port_id"].as_str().unwrap())).await;
    assert!(!known.is_empty());
    assert!(peer.rows(&format!("{path}?port_id=ge-9/9/9")).await.is_empty());
}

#[tokio::test]
async fn a_window_in_the_past_has_other_rows() {
    let peer = Peer::start().await;
    let past = "start=-3d&end=-2d";
    for path in [
        "/stats/assets",
        "/stats/assets/search",
        "/stats/discovered_assets",
        "/stats/filtered_assets",
        "/stats/beacons",
    ] {
        let path = peer.at("Leeds Distribution Centre", path).await;
        assert!(!peer.rows(&format!("{path}?duration=1d")).await.is_empty(), "{path}");
        assert!(peer.rows(&format!("{path}?{past}")).await.is_empty(), "{path}");
    }
    for path in ["{org}/stats/assets", "{org}/stats/assets/search"] {
        assert!(peer.rows(&format!("{path}?{past}")).await.is_empty(), "{path}");
    }
    assert!(peer.rows(&format!("{MSP}/orgs/search?{past}")).await.is_empty());
    let ports = peer.at("Leeds Distribution Centre", "/stats/ports/count").await;
    assert!(!peer.rows(&ports).await.is_empty() && peer.rows(&format!("{ports}?{past}")).await.is_empty());
    for path in ["/rrm/channel_scores/band/5", "/sle/site/{site}/metric/coverage/summary-trend"] {
        let leeds = peer.at("Leeds Distribution Centre", "").await;
        let path = path.replace("{site}", leeds.rsplit('/').next().unwrap());
        let path = format!("{leeds}{path}");
        let (now, before) = (peer.json(&path).await, peer.json(&format!("{path}?{past}")).await);
        let samples = |answer: &Value| answer.get("sle").unwrap_or(answer).clone();
        assert_ne!(samples(&now), samples(&before), "{path}");
    }
    for path in ["{org}/jsi/pbn/search", "{org}/jsi/sirt/search"] {
        assert_eq!(peer.rows(path).await.len(), 3, "{path}");
        assert!(peer.rows(&format!("{path}?page=999")).await.is_empty(), "{path}");
        assert!(peer.rows(&format!("{path}?start=-1d")).await.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_metric_that_never_deviated_has_no_anomalies_and_an_unknown_one_is_refused() {
    let peer = Peer::start().await;
    let site = "Leeds Distribution Centre";
    let client =
        peer.rows(&peer.at(site, "/clients/search").await).await[0]["mac"].as_str().unwrap().to_owned();
    for of in [String::new(), format!("/client/{client}")] {
        let path = peer.at(site, &format!("/anomaly{of}")).await;
        assert!(!peer.rows(&format!("{path}/throughput")).await.is_empty(), "{path}");
        assert!(peer.rows(&format!("{path}/coverage")).await.is_empty(), "{path}");
        assert_eq!(peer.ask(&format!("{path}/nothing")).await.status(), 400, "{path}");
    }
    let unknown = peer.at(site, "/anomaly/client/ffffffffffff/coverage").await;
    assert_eq!(peer.ask(&unknown).await.status(), 404);
}

#[tokio::test]
async fn an_audit_log_is_found_by_a_part_of_its_message() {
    let peer = Peer::start().await;
    for path in ["{org}/logs/search", &format!("{MSP}/logs")] {
        let found = peer.rows(&format!("{path}?message=wlan&duration=2w&limit=1000")).await;
        assert!(!found.is_empty(), "{path}");
        assert!(found.iter().all(|row| row["message"].as_str().unwrap().contains("WLAN")), "{path}");
    }
    let admins = peer.rows("{org}/admins").await;
    let actions = peer.at("Leeds Distribution Centre", "/marvis_configs/search?duration=2w").await;
    for action in peer.rows(&actions).await {
        assert!(admins.iter().any(|admin| admin["admin_id"] == action["admin_id"]), "{action}");
    }
}
