//! The shipped Grafana dashboard and Prometheus alerts, compared with the metrics of a running server.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mistmcp_tests::{HttpClient, HttpResponse};
use reqwest::Method;
use serde_json::Value;

use crate::fixture::{Fixture, site};

/// Labels and metrics that Prometheus adds.
const OF_PROMETHEUS: [&str; 3] = ["job", "instance", "le"];

fn packaged(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages").join(path)).unwrap()
}

/// The metric names in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
        .filter(|word| word.starts_with("mistmcp_"))
        .collect()
}

/// The documentation of the metrics.
const DOCUMENTED: &str = include_str!("../../../docs/http.md");

/// The labels that a query groups by.
fn grouped(text: &str) -> BTreeSet<&str> {
    let lists = text.split(" by (").skip(1).filter_map(|rest| rest.split(')').next());
    lists.flat_map(|list| list.split(',').map(str::trim)).collect()
}

/// The metrics of a server after a session, a rejection, and a request to Mist.
async fn shown() -> String {
    let fixture = Fixture::start("").await;
    fixture.alice("?mode=all").open().await.call("getSiteInfo", site(1)).await;
    HttpClient::new(&fixture.server, "").initialize().await;
    let url = fixture.server.url("/metrics");
    HttpResponse::of(HttpClient::new(&fixture.server, "").to(&url).request(Method::GET)).await.body
}

#[tokio::test]
async fn the_dashboard_shows_every_metric_of_the_server_and_no_other() {
    let shown = shown().await;
    let samples: Vec<_> = shown.lines().filter(|line| !line.starts_with('#')).collect();
    let known: BTreeSet<_> = samples.iter().filter_map(|line| line.split(['{', ' ']).next()).collect();
    let dashboard = packaged("grafana/dashboard.json");
    let named = metrics(&dashboard);
    // Redis metrics exist only with Redis.
    let documented = metrics(DOCUMENTED);
    let of_redis = |name: &str| name.starts_with("mistmcp_redis_") && documented.contains(name);
    let strange: Vec<_> = named.difference(&known).filter(|name| !of_redis(name)).collect();
    assert!(strange.is_empty(), "not the server's: {strange:?}");
    for name in known {
        // Quantiles are computed from histogram buckets.
        let wanted =
            name.replace("_seconds_sum", "_seconds_bucket").replace("_seconds_count", "_seconds_bucket");
        assert!(named.contains(wanted.as_str()), "no panel shows {name}");
    }
    for label in grouped(&dashboard).difference(&OF_PROMETHEUS.into()) {
        assert!(shown.contains(&format!("{label}=\"")), "no metric has the label {label}");
    }
}

#[tokio::test]
async fn the_alerts_use_existing_metrics_and_labels() {
    let shown = shown().await;
    let alerts = packaged("prometheus/alerts.yml");
    let named = metrics(&alerts);
    assert!(!named.is_empty());
    for name in named {
        assert!(shown.contains(&format!("\n{name}")), "{name} is not the server's");
    }
    for label in grouped(&alerts).difference(&OF_PROMETHEUS.into()) {
        assert!(shown.contains(&format!("{label}=\"")), "no metric has the label {label}");
    }
    assert!(alerts.contains("calls_left=\"used_up\"") && shown.contains("calls_left=\"used_up\""));
}

#[test]
fn the_dashboard_can_be_imported_and_its_panels_do_not_overlap() {
    let dashboard: Value = serde_json::from_str(&packaged("grafana/dashboard.json")).unwrap();
    assert!(dashboard.get("id").is_none(), "an id of one Grafana's is another's in the next");
    let mut taken = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        assert!(at("x") + at("w") <= 24, "{panel}");
        for column in at("x")..at("x") + at("w") {
            for row in at("y")..at("y") + at("h") {
                assert!(taken.insert((column, row)), "{panel}");
            }
        }
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        for target in panel["targets"].as_array().unwrap() {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{panel}");
        }
    }
}
