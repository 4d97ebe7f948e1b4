//! Filters, time windows, and counts that add up with the rows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::peer::Peer;

#[tokio::test]
async fn a_field_of_the_rows_filters_them() {
    let peer = Peer::start().await;
    let path = |query: &str| format!("{{org}}/inventory/search?limit=1000&{query}");
    for (query, field, value) in [
        ("type=switch", "type", "switch"),
        ("model=ap45", "model", "AP45"),
        ("status=disconnected", "status", "disconnected"),
        ("name=lds-sw-01", "name", "LDS-SW-01"),
    ] {
        let rows = peer.rows(&path(query)).await;
        assert!(!rows.is_empty(), "{query}");
        assert!(rows.iter().all(|row| row[field] == value), "{query}: {rows:?}");
    }
    assert_eq!(peer.rows(&path("name=LDS-SW*")).await.len(), 3);
    assert_eq!(peer.rows(&path("name=*sw-02*")).await.len(), 2);
    assert!(peer.rows(&path("name=*sw-02")).await.is_empty(), "Mist finds no part that ends a name alone");
    assert!(peer.rows(&path("name=*nowhere*")).await.is_empty());
}

#[tokio::test]
async fn a_mac_is_found_in_every_spelling() {
    let peer = Peer::start().await;
    let mac = peer.rows("{org}/devices/search").await[0]["mac"].as_str().unwrap().to_owned();
    let pairs = mac.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap()).collect::<Vec<_>>();
    for spelling in [mac.clone(), pairs.join(":").to_uppercase(), pairs.join("-")] {
        let rows = peer.rows(&format!("{{org}}/devices/search?mac={spelling}")).await;
        assert_eq!(rows.len(), 1, "{spelling}");
    }
}

#[tokio::test]
async fn device_lists_are_of_access_points_by_default() {
    let peer = Peer::start().await;
    let path = peer.at("Chicago Flagship Store", "/devices").await;
    for (query, number) in
        [("", 6), ("?type=ap", 6), ("?type=switch", 2), ("?type=gateway", 1), ("?type=all", 9)]
    {
        assert_eq!(peer.rows(&format!("{path}{query}")).await.len(), number, "{query}");
    }
}

#[tokio::test]
async fn counts_add_up_with_the_search() {
    let peer = Peer::start().await;
    let site = peer.at("Leeds Distribution Centre", "").await;
    for (count, search) in [
        ("{org}/clients/count?distinct=ssid".to_owned(), "{org}/clients/search?limit=1".to_owned()),
        ("{org}/inventory/count?distinct=type".to_owned(), "{org}/inventory/search?limit=1".to_owned()),
        ("{org}/devices/count?distinct=version".to_owned(), "{org}/devices/search?limit=1".to_owned()),
        (
            "{org}/alarms/count?distinct=severity&duration=1w".to_owned(),
            "{org}/alarms/search?limit=1&duration=1w".to_owned(),
        ),
        (format!("{site}/devices/count?distinct=model"), format!("{site}/devices/search?limit=1")),
        (
            format!("{site}/devices/events/count?distinct=type"),
            format!("{site}/devices/events/search?limit=1"),
        ),
        (format!("{site}/wired_clients/count"), format!("{site}/wired_clients/search?limit=1")),
        ("{org}/pskportals/logs/count".to_owned(), "{org}/pskportals/logs/search?limit=1".to_owned()),
        ("{org}/guests/count?distinct=company".to_owned(), "{org}/guests/search?limit=1".to_owned()),
        (format!("{site}/wan_clients/count"), format!("{site}/wan_clients/search?limit=1")),
        (format!("{site}/wan_client/events/count"), format!("{site}/wan_clients/events/search?limit=1")),
        ("{org}/otherdevices/events/count".to_owned(), "{org}/otherdevices/events/search?limit=1".to_owned()),
        ("{org}/events/system/count".to_owned(), "{org}/events/system/search?limit=1".to_owned()),
        (format!("{site}/events/system/count"), format!("{site}/events/system/search?limit=1")),
        ("{org}/stats/bgp_peers/count".to_owned(), "{org}/stats/bgp_peers/search?limit=1".to_owned()),
        ("{org}/stats/tunnels/count".to_owned(), "{org}/stats/tunnels/search?limit=1".to_owned()),
        (
            "{org}/stats/tunnels/count?type=wan&distinct=mac".to_owned(),
            "{org}/stats/tunnels/search?type=wan&limit=1".to_owned(),
        ),
        ("{org}/stats/vpn_peers/count".to_owned(), "{org}/stats/vpn_peers/search?limit=1".to_owned()),
        (format!("{site}/services/events/count"), format!("{site}/services/events/search?limit=1")),
        (format!("{site}/stats/calls/count"), format!("{site}/stats/calls/search?limit=1")),
        (
            format!("{site}/alarms/count?distinct=severity&duration=1w"),
            format!("{site}/alarms/search?limit=1&duration=1w"),
        ),
        (format!("{site}/stats/ports/count"), format!("{site}/stats/ports/search?limit=1")),
        (format!("{site}/stats/bgp_peers/count"), format!("{site}/stats/bgp_peers/search?limit=1")),
        (format!("{site}/stats/ospf_peers/count"), format!("{site}/stats/ospf_peers/search?limit=1")),
        (
            "{org}/stats/ospf_peers/count?distinct=mac".to_owned(),
            "{org}/stats/ospf_peers/search?limit=1".to_owned(),
        ),
        (format!("{site}/otherdevices/events/count"), format!("{site}/otherdevices/events/search?limit=1")),
        (format!("{site}/iotendpoints/count?distinct=ap_mac"), format!("{site}/iotendpoints/search?limit=1")),
        (format!("{site}/skyatp/events/count"), format!("{site}/skyatp/events/search?limit=1")),
        (format!("{site}/marvis_configs/count"), format!("{site}/marvis_configs/search?limit=1")),
        (
            "{org}/stats/assets/count?distinct=site_id".to_owned(),
            "{org}/stats/assets/search?limit=1".to_owned(),
        ),
        ("{org}/jsi/inventory/count".to_owned(), "{org}/jsi/inventory/search?limit=1".to_owned()),
        ("{org}/stats/marvisclients/count".to_owned(), "{org}/stats/marvisclients/search?limit=1".to_owned()),
        (
            "{org}/marvisclients/events/count".to_owned(),
            "{org}/marvisclients/events/search?limit=1".to_owned(),
        ),
        (
            format!("{site}/stats/discovered_switches/count"),
            format!("{site}/stats/discovered_switches/search?limit=1"),
        ),
    ] {
        let counted = peer.json(&count).await;
        let buckets = counted["results"].as_array().unwrap();
        assert_eq!(counted["total"], buckets.len(), "{count}");
        let sum = buckets.iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum::<u64>();
        assert_eq!(sum, peer.json(&search).await["total"].as_u64().unwrap(), "{count}");
        assert!(sum > 0, "{count}");
    }
}

#[tokio::test]
async fn one_bucket_of_a_count_is_what_the_search_finds() {
    let peer = Peer::start().await;
    let counted = peer.json("{org}/clients/count?distinct=ssid").await;
    for bucket in counted["results"].as_array().unwrap() {
        let (ssid, count) = (bucket["ssid"].as_str().unwrap(), &bucket["count"]);
        let found =
            peer.json(&format!("{{org}}/clients/search?ssid={}&limit=1", ssid.replace(' ', "%20"))).await;
        assert_eq!(&found["total"], count, "{ssid}");
    }
}

#[tokio::test]
async fn a_time_window_is_respected() {
    let peer = Peer::start().await;
    let mut fewer = 0;
    for window in ["duration=1h", "start=-6h", "", "duration=3d", "start=-1w&end=now"] {
        let answer = peer.json(&format!("{{org}}/devices/events/search?limit=1000&{window}")).await;
        let rows = answer["results"].as_array().unwrap();
        let (start, end) = (answer["start"].as_f64().unwrap(), answer["end"].as_f64().unwrap());
        let inside = |row: &Value| (start..=end).contains(&row["timestamp"].as_f64().unwrap());
        assert!(rows.iter().all(inside), "{window}");
        let total = answer["total"].as_u64().unwrap();
        assert!(total > fewer, "{window}: {total} after {fewer}");
        fewer = total;
    }
}

#[tokio::test]
async fn events_come_newest_first() {
    let peer = Peer::start().await;
    let rows = peer.rows("{org}/devices/events/search?duration=1w&limit=1000").await;
    assert!(rows.is_sorted_by(|one, other| one["timestamp"].as_f64() >= other["timestamp"].as_f64()));
}

#[tokio::test]
async fn bounds_and_the_last_of_each_leave_what_they_say() {
    let peer = Peer::start().await;
    let all = peer.rows("{org}/inventory?limit=1000").await;
    let middle = all[all.len() / 2]["modified_time"].as_i64().unwrap();
    let later = peer.rows(&format!("{{org}}/inventory?limit=1000&modified_after={middle}")).await;
    assert!(!later.is_empty() && later.len() < all.len());
    assert!(later.iter().all(|row| row["modified_time"].as_i64().unwrap() > middle));
    let down = peer.rows("{org}/inventory?disconnected_before=4000000000").await;
    assert_eq!(down.iter().map(|row| &row["connected"]).collect::<Vec<_>>(), [false]);

    let soon = peer.rows("{org}/nac_clients/search?limit=1000&cert_expiry_duration=30d").await;
    let whole = peer.rows("{org}/nac_clients/search?limit=1000").await;
    assert!(!soon.is_empty() && soon.len() < whole.len());

    let events = "{org}/devices/events/search?limit=1000&duration=1w";
    let last = peer.rows(&format!("{events}&last_by=mac")).await;
    let devices = peer.rows(events).await.iter().map(|row| row["mac"].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(last.iter().map(|row| row["mac"].to_string()).collect::<BTreeSet<_>>(), devices);
    assert_eq!(last.len(), devices.len());
}

#[tokio::test]
async fn a_date_bounds_rows_as_its_epoch_does() {
    let peer = Peer::start().await;
    let path = |query: &str| format!("{{org}}/jsi/inventory/search?limit=1000&{query}");
    let all = peer.rows(&path("")).await.len();
    let later = peer.rows(&path("eos_after=2000-01-01")).await;
    assert_eq!(later, peer.rows(&path("eos_after=946684800")).await);
    assert_eq!(later.len(), all);
    assert!(peer.rows(&path("eos_before=2000-01-01")).await.is_empty());
    let covered = peer.rows(&path("contract_end_after=2000-01-01&has_support=true")).await.len();
    assert!(covered > 0 && covered < all, "{covered} of {all}");
}

#[tokio::test]
async fn all_is_every_state_and_every_kind() {
    let peer = Peer::start().await;
    let devices = peer.at("Rotterdam Warehouse", "/stats/devices?type=all").await;
    let number = async |query: &str| peer.rows(&format!("{devices}{query}")).await.len();
    let [all, up, down] = [
        number("&status=all").await,
        number("&status=connected").await,
        number("&status=disconnected").await,
    ];
    assert_eq!((all, down), (up + down, 1));
    let ports = peer.at("Rotterdam Warehouse", "/stats/ports/search?limit=1000").await;
    let every = peer.rows(&format!("{ports}&device_type=all")).await;
    assert!(!every.is_empty());
    assert_eq!(every, peer.rows(&ports).await);
}
