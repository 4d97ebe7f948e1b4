//! Service levels of a site, its access points, clients, switches and gateways, and clients over time.

use serde_json::Value;

use crate::peer::Peer;

const LEEDS: &str = "Leeds Distribution Centre";

/// The numbers of a series of samples.
fn samples(answer: &Value, name: &str) -> Vec<i64> {
    let samples = answer["sle"]["samples"][name].as_array().unwrap();
    samples.iter().map(|it| it.as_i64().unwrap()).collect()
}

/// The things of a site with a scope, by id.
async fn ids(peer: &Peer, site: &str, scope: &str) -> Vec<String> {
    let (path, field) = match scope {
        "client" => (format!("{site}/clients/search?limit=1000&duration=1w"), "mac"),
        kind => (format!("{site}/devices?type={kind}"), "id"),
    };
    let rows = peer.rows(&path).await;
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// What one way of asking for a level at each thing of a scope answers.
async fn each(peer: &Peer, site: &str, scope: &str, path: &str) -> Vec<Value> {
    let mut answers = Vec::new();
    for id in ids(peer, site, scope).await {
        answers.push(peer.json(&format!("{site}/sle/{scope}/{id}/{path}")).await);
    }
    answers
}

#[tokio::test]
async fn the_minutes_of_the_things_of_a_site_are_the_sites() {
    let peer = Peer::start().await;
    for (name, metric, scopes) in [
        (LEEDS, "coverage", &["ap", "client"][..]),
        ("Singapore Office", "time-to-connect", &["ap", "client"]),
        ("Rotterdam Warehouse", "ap-availability", &["ap"]),
        (LEEDS, "ap-health", &["ap"]),
        (LEEDS, "switch-health", &["switch"]),
        ("Sydney Store", "wan-link-health", &["gateway"]),
    ] {
        let site = peer.at(name, "").await;
        let id = site.rsplit('/').next().unwrap();
        let path = format!("metric/{metric}/summary-trend?duration=6h");
        let whole = peer.json(&format!("{site}/sle/site/{id}/{path}")).await;
        for scope in scopes {
            let parts = each(&peer, &site, scope, &path).await;
            for series in ["total", "degraded"] {
                let mut sums = vec![0; samples(&whole, series).len()];
                for part in &parts {
                    for (sum, number) in sums.iter_mut().zip(samples(part, series)) {
                        *sum += number;
                    }
                }
                assert_eq!(sums, samples(&whole, series), "{name} {metric} {scope} {series}");
            }
            for part in &parts {
                let (total, bad) = (samples(part, "total"), samples(part, "degraded"));
                assert!(total.iter().zip(&bad).all(|(total, bad)| (0..=*total).contains(bad)), "{part}");
                if *scope == "client" {
                    assert!(total.iter().all(|minutes| *minutes <= 60), "{part}");
                }
                let classified = part["classifiers"].as_array().unwrap().iter().flat_map(|classifier| {
                    let degraded = classifier["samples"]["degraded"].as_array().unwrap();
                    degraded.iter().map(|it| it.as_i64().unwrap()).collect::<Vec<_>>()
                });
                assert_eq!(classified.sum::<i64>(), bad.iter().sum::<i64>(), "{part}");
            }
        }
    }
}

#[tokio::test]
async fn a_thing_has_the_levels_of_its_kind_alone() {
    let peer = Peer::start().await;
    let site = peer.at(LEEDS, "").await;
    for (scope, has, lacks) in [
        ("ap", "ap-availability", "switch-health"),
        ("client", "roaming", "ap-health"),
        ("switch", "switch-throughput", "coverage"),
        ("gateway", "application-health", "capacity"),
    ] {
        let id = ids(&peer, &site, scope).await.remove(0);
        let below = format!("{site}/sle/{scope}/{id}");
        let metrics = peer.json(&format!("{below}/metrics")).await;
        for list in ["enabled", "supported"] {
            let list = metrics[list].as_array().unwrap();
            assert!(list.contains(&has.into()) && !list.contains(&lacks.into()), "{scope}: {metrics}");
        }
        for path in ["summary", "summary-trend", "histogram", "threshold", "classifiers", "impact-summary"] {
            let known = peer.ask(&format!("{below}/metric/{has}/{path}")).await;
            assert_eq!(known.status(), 200, "{scope} {path}");
            let refused = peer.ask(&format!("{below}/metric/{lacks}/{path}")).await;
            assert_eq!(refused.status(), 400, "{scope} {path}");
            assert!(refused.text().await.unwrap().contains(has), "{scope} {path}");
        }
    }
    let switch = ids(&peer, &site, "switch").await.remove(0);
    assert_eq!(peer.ask(&format!("{site}/sle/ap/{switch}/metrics")).await.status(), 404);
}

#[tokio::test]
async fn what_a_level_hits_is_within_the_scope_and_has_its_minutes() {
    let peer = Peer::start().await;
    let site = peer.at("Chicago Flagship Store", "").await;
    let id = site.rsplit('/').next().unwrap();
    let sum = |rows: &Value, field: &str| {
        rows.as_array().unwrap().iter().map(|row| row[field].as_i64().unwrap()).sum::<i64>()
    };
    let whole = peer.json(&format!("{site}/sle/site/{id}/metric/capacity/impact-summary")).await;
    let trend = peer.json(&format!("{site}/sle/site/{id}/metric/capacity/summary-trend")).await;
    for kind in ["ap", "band", "wlan", "device_os", "device_type"] {
        for field in ["total", "degraded"] {
            assert_eq!(
                sum(&whole[kind], field),
                samples(&trend, field).iter().sum::<i64>(),
                "{kind} {field}"
            );
        }
    }
    let aps = peer.rows(&format!("{site}/devices?type=ap")).await;
    for ap in aps.iter().take(3) {
        let below = format!("{site}/sle/ap/{}/metric/capacity", ap["id"].as_str().unwrap());
        let impact = peer.json(&format!("{below}/impact-summary")).await;
        assert_eq!(impact["ap"].as_array().unwrap().len(), 1, "{impact}");
        assert_eq!(impact["ap"][0]["ap_mac"], ap["mac"]);
        let row = whole["ap"].as_array().unwrap().iter().find(|row| row["ap_mac"] == ap["mac"]);
        assert_eq!(row, Some(&impact["ap"][0]));
        let users = peer.json(&format!("{below}/impacted-users")).await;
        assert!(users["users"].as_array().unwrap().iter().all(|user| user["ap_mac"] == ap["mac"]), "{users}");
    }
    let client = ids(&peer, &site, "client").await.remove(0);
    let impact = peer.json(&format!("{site}/sle/client/{client}/metric/capacity/impact-summary")).await;
    for kind in ["ap", "band", "wlan", "device_os"] {
        assert_eq!(impact[kind].as_array().unwrap().len(), 1, "{kind}: {impact}");
        assert!(sum(&impact[kind], "total") <= 24 * 60, "{kind}: {impact}");
    }
}

#[tokio::test]
async fn the_availability_of_access_points_is_one_figure_everywhere() {
    let peer = Peer::laid(&serde_json::json!([
        { "offline_for": 7200, "device": "SYD-AP-01" }, { "offline_for": 7200, "device": "SYD-AP-02" },
        { "offline_for": 7200, "device": "SYD-AP-03" },
    ]))
    .await;
    for (name, least, most, classifier) in [
        ("Sydney Store", 0.91, 0.92, "site-down"),
        ("Rotterdam Warehouse", 0.95, 0.96, "ap-unreachable"),
        (LEEDS, 1.0, 1.0, ""),
    ] {
        let site = peer.at(name, "").await;
        let id = site.rsplit('/').next().unwrap();
        let rows = peer.rows("{org}/insights/sites-sle?sle=wifi").await;
        let row = rows.iter().find(|row| row["site_id"] == id).unwrap();
        let level = row["ap-availability"].as_f64().unwrap();
        assert!((least..=most).contains(&level), "{name}: {level}");
        let trend = peer.json(&format!("{site}/sle/site/{id}/metric/ap-availability/summary-trend")).await;
        let sum = |name: &str| {
            samples(&trend, name).iter().map(|it| f64::from(i32::try_from(*it).unwrap())).sum::<f64>()
        };
        assert!((1.0 - sum("degraded") / sum("total") - level).abs() < 1e-9, "{name}: {trend}");
        let blamed =
            trend["classifiers"].as_array().unwrap().iter().filter(|one| {
                one["samples"]["degraded"].as_array().unwrap().iter().any(|minutes| *minutes != 0)
            });
        assert!(blamed.into_iter().all(|one| one["name"] == classifier), "{name}: {trend}");
    }
}

#[tokio::test]
async fn the_levels_of_a_provider_are_those_of_its_organizations() {
    let peer = Peer::start().await;
    let account = peer.json("/api/v1/self").await;
    let msp = account["privileges"][0]["msp_id"].as_str().unwrap();
    let levels = peer.rows(&format!("/api/v1/msps/{msp}/insights/orgs-sle")).await;
    let stats = peer.rows(&format!("/api/v1/msps/{msp}/stats/orgs")).await;
    assert!(levels.len() >= 4);
    for row in levels {
        let org = stats.iter().find(|org| org["id"] == row["org_id"]).unwrap();
        for level in org["sle"].as_array().unwrap() {
            let minutes = |name: &str| level["user_minutes"][name].as_f64().unwrap();
            let shown = row[level["path"].as_str().unwrap()].as_f64().unwrap();
            assert!((minutes("ok") / minutes("total") - shown).abs() < 1e-9, "{row} {level}");
        }
    }
}

#[tokio::test]
async fn ports_in_use_are_the_ports_that_are_up() {
    let peer = Peer::start().await;
    for site in peer.rows("{org}/sites").await {
        let site = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        let ports = peer.rows(&format!("{site}/stats/ports/search?limit=1000&device_type=switch")).await;
        let up = |mac: Option<&Value>| {
            let up =
                ports.iter().filter(|port| port["up"] == true && mac.is_none_or(|mac| port["mac"] == *mac));
            up.count()
        };
        let metrics = format!("{site}/stats/switches/metrics");
        let used = |answer: &Value| answer["active_ports_summary"]["details"]["active_port_count"].clone();
        assert_eq!(used(&peer.json(&metrics).await), up(None));
        let each = peer.rows(&format!("{metrics}?scope=switch")).await;
        let switches = peer.rows(&format!("{site}/devices?type=switch")).await;
        assert_eq!(each.len(), switches.len());
        for switch in &switches {
            let mac = switch["mac"].as_str().unwrap();
            let row = each.iter().find(|row| row["switch_mac"] == mac).unwrap();
            let path = format!("{metrics}?scope=switch&switch_mac={mac}&type=active_ports_summary");
            let one = peer.json(&path).await;
            assert_eq!(one["active_ports_summary"], row["active_ports_summary"]);
            assert_eq!(
                (used(&one), &one["active_ports_summary"]["total_switch_count"]),
                (up(Some(&switch["mac"])).into(), &1.into())
            );
        }
    }
}

#[tokio::test]
async fn the_newest_count_of_clients_is_the_count_now() {
    let peer = Peer::start().await;
    let last = |answer: &Value| answer["results"].as_array().unwrap().last().unwrap().as_i64().unwrap();
    let counts = |answer: &Value| {
        let counts = answer["results"].as_array().unwrap().iter();
        counts.map(|it| it.as_i64().unwrap_or_else(|| panic!("{it} is no whole number"))).collect::<Vec<_>>()
    };
    for query in ["duration=1h&interval=10m", "duration=1d", "duration=1w&interval=1h&limit=1000"] {
        let mut all = 0;
        for stats in peer.rows("{org}/stats/sites").await {
            let site = format!("/api/v1/sites/{}", stats["id"].as_str().unwrap());
            let answer = peer.json(&format!("{site}/insights?metrics=num_clients&{query}")).await;
            assert_eq!(last(&answer), stats["num_clients"].as_i64().unwrap(), "{}", stats["name"]);
            let mut sums = vec![0; counts(&answer).len()];
            for ap in peer.rows(&format!("{site}/stats/devices?type=ap&limit=100")).await {
                let path = format!("{site}/insights/ap/{}/stats", ap["id"].as_str().unwrap());
                let of_ap = peer.json(&format!("{path}?metrics=num_clients&{query}")).await;
                assert_eq!(last(&of_ap), ap["num_clients"].as_i64().unwrap(), "{}", ap["name"]);
                for (sum, count) in sums.iter_mut().zip(counts(&of_ap)) {
                    *sum += count;
                }
            }
            assert_eq!(sums, counts(&answer), "{}", stats["name"]);
            all += last(&answer);
        }
        let organization = peer.json(&format!("{{org}}/insights/num_clients?{query}")).await;
        assert_eq!(last(&organization), all);
    }
}

#[tokio::test]
async fn a_metric_is_answered_at_the_scopes_that_its_definition_has() {
    let peer = Peer::start().await;
    let site = peer.at(LEEDS, "").await;
    let client = ids(&peer, &site, "client").await.remove(0);
    let mut paths = Vec::new();
    for (kind, path) in [("ap", "ap/{id}/stats?metrics="), ("gateway", "gateway/{id}/stats?metrics=")] {
        let id = ids(&peer, &site, kind).await.remove(0);
        paths.push((vec![kind, "device"], format!("{site}/insights/{}", path.replace("{id}", &id))));
    }
    let switches = peer.rows(&format!("{site}/devices?type=switch")).await;
    let mac = switches[0]["mac"].as_str().unwrap();
    let edges = peer.rows(&format!("{site}/stats/mxedges")).await;
    let edge = edges[0]["mac"].as_str().unwrap();
    paths.push((vec!["switch", "device"], format!("{site}/insights/switch/{mac}/")));
    paths.push((vec!["switch", "device"], format!("{site}/insights/device/{mac}/")));
    paths.push((vec!["mxedge", "device"], format!("{site}/insights/mxedge/{edge}/")));
    paths.push((vec!["client"], format!("{site}/insights/client/{client}?metrics=")));
    paths.push((vec!["site"], format!("{site}/insights?metrics=")));
    paths.push((vec!["org"], "{org}/insights/".to_owned()));
    let metrics = peer.json("/api/v1/const/insight_metrics").await;
    for (name, definition) in metrics.as_object().unwrap() {
        for (scopes, path) in &paths {
            let scoped = definition["scopes"].as_array().unwrap();
            let has = scoped.iter().any(|scope| scopes.iter().any(|one| scope == one));
            let status = peer.ask(&format!("{path}{name}")).await.status();
            assert_eq!(status, if has { 200 } else { 400 }, "{path}{name}");
        }
    }
    // The examples of Mist's document.
    for (path, examples) in [
        (&paths[0].1, "num_clients,num_stressed_clients"),
        (&paths[1].1, "tx_bps,rx_bps"),
        (&paths[2].1, "rx_bytes?port_id=ge-0/0/1"),
        (&paths[4].1, "rx_bytes?port_id=port0"),
        (&paths[5].1, "top-app-by-num_client"),
        (&paths[5].1, "top-app-by-bytes"),
    ] {
        let answer = peer.json(&format!("{path}{examples}")).await;
        assert!(!answer["results"].as_array().unwrap().is_empty(), "{path}{examples}: {answer}");
    }
}
