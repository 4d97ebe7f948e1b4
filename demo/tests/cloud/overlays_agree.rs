//! What is laid over one collection shows in the others that are about the same things.

use serde_json::{Value, json};

use crate::overlays::find;
use crate::peer::Peer;

#[tokio::test]
async fn collections_of_the_same_things_agree_whichever_is_changed() {
    let peer = Peer::laid(&json!([
        { "collection": "device stats", "where": { "name": "LDS-AP-01" }, "set": { "version": "0.9.1", "status": "disconnected" } },
        { "collection": "inventory", "where": { "name": "LDS-SW-01" }, "set": { "connected": false } },
        { "collection": "inventory found", "where": { "name": "LDS-SW-02" }, "set": { "version": "20.1R1" } },
        { "collection": "devices found", "where": { "mac": "LDS-AP-02" }, "set": { "band_5_channel": 165, "power_constrained": true } },
        { "collection": "device stats", "where": { "mac": "LDS-AP-04" }, "set": { "radio_stat.band_24.channel": 13 } },
        { "collection": "clients", "where": { "ap": "CHI-AP-01" }, "set": { "last_ssid": "Elsewhere" } },
    ]))
    .await;
    let stats = peer.rows("{org}/stats/devices?type=all&limit=1000").await;
    let inventory = peer.rows("{org}/inventory?limit=1000").await;
    let found = peer.rows("{org}/inventory/search?limit=1000").await;
    let searched = peer.rows("{org}/devices/search?limit=1000").await;
    let of = |rows: &[Value], name: &str| {
        let row = rows.iter().find(|row| row["name"] == name || row["last_hostname"] == name);
        row.unwrap_or_else(|| panic!("no {name}")).clone()
    };
    assert_eq!(
        (&of(&inventory, "LDS-AP-01")["connected"], &of(&found, "LDS-AP-01")["status"]),
        (&json!(false), &json!("disconnected"))
    );
    assert_eq!([&of(&found, "LDS-AP-01")["version"], &of(&searched, "LDS-AP-01")["version"]], ["0.9.1"; 2]);
    assert_eq!([&of(&stats, "LDS-SW-01")["status"], &of(&found, "LDS-SW-01")["status"]], ["disconnected"; 2]);
    assert_eq!(of(&stats, "LDS-SW-02")["version"], "20.1R1");
    let ap = of(&stats, "LDS-AP-02");
    assert_eq!(
        (&ap["radio_stat"]["band_5"]["channel"], &ap["power_constrained"]),
        (&json!(165), &json!(true))
    );
    assert_eq!(of(&searched, "LDS-AP-04")["band_24_channel"], 13);
    // One of the same model that nobody changed is as it was.
    assert_eq!(of(&stats, "LDS-AP-03")["version"], of(&searched, "LDS-AP-03")["version"]);

    let leeds = peer.at("Leeds Distribution Centre", "").await;
    let site = peer.json(&format!("{leeds}/stats")).await;
    assert_eq!((&site["num_ap_connected"], &site["num_switch_connected"]), (&json!(11), &json!(2)));
    let plan = peer.json(&format!("{leeds}/rrm/current")).await;
    assert_eq!(plan["band_24"][of(&stats, "LDS-AP-04")["mac"].as_str().unwrap()]["curr_channel"], 13);
    assert!(plan["band_24"].get(of(&stats, "LDS-AP-01")["mac"].as_str().unwrap()).is_none());
    let metrics = peer.json(&format!("{leeds}/stats/switches/metrics")).await;
    assert!(metrics["version_compliance"]["score"].as_i64().unwrap() < 100, "{metrics}");
    let clients = peer.at("Chicago Flagship Store", "/stats/clients?ssid=Elsewhere").await;
    assert!(!peer.rows(&clients).await.is_empty());
}

#[tokio::test]
async fn a_device_that_is_added_to_one_list_or_removed_is_so_in_the_other() {
    let peer = Peer::laid(&json!([
        { "collection": "inventory", "add": { "site": "Sydney Store", "type": "ap", "mac": "5c5b35aa1010", "name": "SYD-AP-09",
            "model": "AP34", "connected": false } },
        { "collection": "inventory found", "where": { "name": "LDS-AP-01" }, "remove": true },
        { "collection": "device stats", "where": { "name": "LDS-AP-02" }, "remove": true },
    ]))
    .await;
    let found = peer.rows("{org}/inventory/search?limit=1000").await;
    let new = find(&found, "name", "SYD-AP-09");
    assert_eq!(
        (&new["status"], &new["model"], &new["mac"]),
        (&json!("disconnected"), &json!("AP34"), &json!("5c5b35aa1010"))
    );
    let inventory = peer.rows("{org}/inventory?limit=1000").await;
    assert!(inventory.iter().all(|row| row["name"] != "LDS-AP-01"));
    assert_eq!(inventory.len(), found.len());
    let searched = peer.rows("{org}/devices/search?limit=1000").await;
    assert!(searched.iter().all(|row| row["last_hostname"] != "LDS-AP-02"));
    let summary = peer.json("{org}/devices/summary").await;
    assert_eq!(summary["num_aps"], inventory.iter().filter(|row| row["type"] == "ap").count());
}

#[tokio::test]
async fn licenses_and_clients_are_counted_as_they_are() {
    let peer = Peer::laid(&json!([
        { "collection": "licenses", "where": { "type": "SUB-MAN" }, "set": { "quantity": 3 } },
        { "collection": "client stats", "where": { "ap_mac": "LDS-AP-05" }, "set": { "ap_mac": "LDS-AP-06" } },
    ]))
    .await;
    let licenses = peer.json("{org}/licenses").await;
    assert_eq!(licenses["entitled"]["SUB-MAN"], 3);
    assert_eq!(find(licenses["licenses"].as_array().unwrap(), "type", "SUB-MAN")["quantity"], 3);
    let usages = peer.at("Sydney Store", "/licenses/usages").await;
    assert_eq!(peer.json(&usages).await["org_entitled"]["SUB-MAN"], 3);
    let devices = peer.rows("{org}/stats/devices?limit=1000").await;
    let clients = peer.at("Leeds Distribution Centre", "/stats/clients").await;
    let clients = peer.rows(&clients).await;
    for name in ["LDS-AP-05", "LDS-AP-06"] {
        let ap = find(&devices, "name", name);
        let there = clients.iter().filter(|row| row["ap_mac"] == ap["mac"]).count();
        assert_eq!((ap["num_clients"] == there, name == "LDS-AP-06"), (true, there > 0), "{name}");
    }
}

#[tokio::test]
async fn settings_and_wlans_show_in_what_is_derived_from_them() {
    let peer = Peer::laid(&json!([
        { "collection": "site settings", "where": { "site_id": "Sydney Store" }, "set": { "vars": { "staff_vlan": null, "new": "1" } } },
        { "collection": "org wlans", "where": { "ssid": "Pine Guest" }, "set": { "enabled": false } },
        { "collection": "audit logs", "where": { "message": "Update WLAN \"Pine Guest\"" }, "set": { "message": "told apart" } },
    ]))
    .await;
    let sydney = peer.at("Sydney Store", "").await;
    for path in ["/setting", "/setting/derived"] {
        let vars = &peer.json(&format!("{sydney}{path}")).await["vars"];
        assert!(vars.get("staff_vlan").is_none() && vars["new"] == "1", "{path}: {vars}");
    }
    let defined = peer.rows("{org}/vars/search?var=staff_vlan").await.len();
    assert_eq!((defined, peer.rows("{org}/vars/search?var=new").await.len()), (4, 1));
    let wlans = peer.rows(&format!("{sydney}/wlans/derived")).await;
    assert_eq!(find(&wlans, "ssid", "Pine Guest")["enabled"], false);
    assert_eq!(find(&wlans, "ssid", "Pine Staff")["enabled"], true);
    assert!(!peer.rows("{org}/logs/search?message=told%20apart&duration=7d").await.is_empty());
}

#[tokio::test]
async fn a_service_level_is_the_same_in_every_answer_about_it() {
    let peer = Peer::laid(&json!([
        { "collection": "sle", "where": { "site_id": "Leeds Distribution Centre", "metric": "coverage" },
          "set": { "bad": 40, "hours": 3, "blame": { "weak-signal": 1, "asymmetry-uplink": 10, "asymmetry-downlink": 0 } } },
        { "collection": "sle impacts", "where": { "site_id": "Leeds Distribution Centre", "metric": "coverage", "kind": "aps", "ap_mac": "LDS-AP-07" },
          "set": { "degraded": 80 } },
        { "collection": "sle", "where": { "site_id": "Sydney Store", "metric": "switch-health" }, "remove": true },
    ]))
    .await;
    let leeds = peer.at("Leeds Distribution Centre", "").await;
    let id = leeds.rsplit('/').next().unwrap().to_owned();
    let metric = format!("{leeds}/sle/site/{id}/metric/coverage");
    let summary = peer.json(&format!("{metric}/summary?duration=6h")).await;
    let values = summary["sle"]["samples"]["value"].as_array().unwrap().clone();
    let values = values.iter().map(|value| value.as_i64().unwrap()).collect::<Vec<_>>();
    assert!(
        values[..3].iter().all(|value| *value > 80)
            && values[3..].iter().all(|value| (60..=61).contains(value)),
        "{values:?}"
    );
    let trend = peer.json(&format!("{metric}/summary-trend?duration=6h")).await;
    assert_eq!(trend["sle"], summary["sle"]);
    let sum = |samples: &Value| {
        samples["degraded"].as_array().unwrap().iter().map(|it| it.as_i64().unwrap()).sum::<i64>()
    };
    let of = |name: &str| {
        let classifiers = trend["classifiers"].as_array().unwrap();
        sum(&classifiers.iter().find(|it| it["name"] == name).unwrap()["samples"])
    };
    let bad = sum(&trend["sle"]["samples"]);
    assert_eq!(of("weak-signal") + of("asymmetry-uplink") + of("asymmetry-downlink"), bad);
    assert!(of("asymmetry-uplink") > 8 * of("weak-signal") && of("asymmetry-downlink") == 0);
    let one = peer.json(&format!("{metric}/classifier/asymmetry-uplink/summary-trend?duration=6h")).await;
    assert_eq!(sum(&one["classifier"]["samples"]), of("asymmetry-uplink"));
    let histogram = peer.json(&format!("{metric}/histogram?duration=6h")).await;
    assert_eq!(histogram["data"][0]["value"].as_f64().map(|it| it.to_string()), Some(bad.to_string()));

    let hit = peer.json(&format!("{metric}/impacted-aps?duration=6h")).await;
    assert_eq!(hit["aps"][0]["name"], "LDS-AP-07");
    let impact = peer.json(&format!("{metric}/impact-summary?duration=6h")).await;
    let worst = impact["ap"].as_array().unwrap().iter().find(|row| row["name"] == "LDS-AP-07").unwrap();
    assert_eq!(worst["degraded"], hit["aps"][0]["degraded"]);

    let all = peer.rows("{org}/insights/sites-sle?sle=wired").await;
    let sydney = peer.at("Sydney Store", "").await;
    let sydney_id = sydney.rsplit('/').next().unwrap();
    let has =
        |site: &str| all.iter().find(|row| row["site_id"] == site).unwrap().get("switch-health").is_some();
    assert!(has(&id) && !has(sydney_id));
    let metrics = peer.json(&format!("{sydney}/sle/site/{sydney_id}/metrics")).await;
    let lists = |list: &str| metrics[list].as_array().unwrap().contains(&json!("switch-health"));
    assert!(lists("supported") && !lists("enabled"));
    let wireless = peer.rows("{org}/insights/sites-sle?sle=wifi").await;
    let level = |site: &str| {
        wireless.iter().find(|row| row["site_id"] == site).unwrap()["coverage"].as_f64().unwrap()
    };
    assert!(level(&id) < level(sydney_id), "{wireless:?}");
}

#[tokio::test]
async fn a_chassis_and_a_cluster_are_changed_by_path_or_by_collection() {
    let peer = Peer::laid(&json!([
        { "path": "/api/v1/sites/{site_id}/devices/LDS-SW-01/vc", "set": { "members.0.vc_state": "not-present" } },
        { "collection": "gateway clusters", "where": { "mac": "SIN-GW-01" }, "set": { "nodes": [] } },
    ]))
    .await;
    let devices = peer.rows("{org}/inventory?limit=1000").await;
    let part = |name: &'static str, part: &'static str| {
        let device = find(&devices, "name", name).clone();
        let [site, id] = ["site_id", "id"].map(|field| device[field].as_str().unwrap().to_owned());
        format!("/api/v1/sites/{site}/devices/{id}/{part}")
    };
    let state = |chassis: &Value| chassis["members"][0]["vc_state"].clone();
    assert_eq!(state(&peer.json(&part("LDS-SW-01", "vc")).await), "not-present");
    assert_eq!(state(&peer.json(&part("LDS-SW-02", "vc")).await), "present");
    assert_eq!(peer.json(&part("SIN-GW-01", "ha")).await["nodes"], json!([]));
    assert_eq!(peer.json(&part("SYD-GW-01", "ha")).await["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(peer.ask(&part("LDS-SW-02", "ha")).await.status(), 404);
}
