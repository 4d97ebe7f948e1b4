//! Filters, time windows, and counts that add up with the rows.

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
    assert_eq!(peer.rows(&path("name=*sw-02")).await.len(), 2);
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
async fn device_lists_are_of_access_points_unless_said() {
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
