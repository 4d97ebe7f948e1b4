//! Who may see what, and what is refused.

use mistmcp_demo::{DemoCloud, ORG_ID};
use reqwest::Method;
use serde_json::Value;

use crate::peer::Peer;

async fn status_and_detail(peer: &Peer, path: &str) -> (u16, String) {
    let response = peer.ask(path).await;
    let status = response.status().as_u16();
    let answer: Value = response.json().await.unwrap();
    (status, answer["detail"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_wrong_or_missing_token_is_refused() {
    let peer = Peer::start().await;
    let url = format!("{}/api/v1/self", peer.cloud.url());
    for token in [None, Some("Token wrong"), Some("Bearer demo"), Some("demo")] {
        let mut request = peer.client.get(&url);
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401, "{token:?}");
        assert!(response.json::<Value>().await.unwrap()["detail"].is_string());
    }
}

#[tokio::test]
async fn an_org_that_is_not_the_demos_is_forbidden() {
    let peer = Peer::start().await;
    let (status, detail) =
        status_and_detail(&peer, "/api/v1/orgs/00000000-0000-4000-8000-000000000000/sites").await;
    assert_eq!(status, 403);
    assert!(!detail.is_empty());
}

#[tokio::test]
async fn another_provider_is_forbidden_and_the_own_one_sees_its_customers() {
    let peer = Peer::start().await;
    let other = "/api/v1/msps/00000000-0000-4000-8000-000000000000";
    for path in ["", "/orgs", "/licenses", "/suggestion/count"] {
        assert_eq!(peer.ask(&format!("{other}{path}")).await.status(), 403, "{path}");
    }
    let account = peer.json("/api/v1/self").await;
    let own = format!("/api/v1/msps/{}", account["privileges"][0]["msp_id"].as_str().unwrap());
    let customers = peer.rows(&format!("{own}/orgs")).await;
    assert!(customers.len() > 1, "{customers:?}");
    for customer in &customers {
        let id = customer["id"].as_str().unwrap();
        assert_eq!(&peer.json(&format!("{own}/orgs/{id}")).await, customer);
    }
    let found = peer.rows(&format!("{own}/search?type=orgs&q=CALDER")).await;
    assert_eq!(found.len(), 1, "{found:?}");
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let peer = Peer::start().await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    let device = peer.at("Sydney Store", &format!("/devices/{unknown}")).await;
    for path in
        [format!("/api/v1/sites/{unknown}/devices"), device, "/api/v1/nothing".to_owned(), "/".to_owned()]
    {
        let (status, detail) = status_and_detail(&peer, &path).await;
        assert_eq!((status, detail.is_empty()), (404, false), "{path}");
    }
}

#[tokio::test]
async fn a_device_of_another_site_is_not_found_here() {
    let peer = Peer::start().await;
    let here = peer.at("Sydney Store", "/devices").await;
    let device = peer.rows(&here).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(peer.ask(&format!("{here}/{device}")).await.status(), 200);
    let there = peer.at("Leeds Distribution Centre", &format!("/devices/{device}")).await;
    assert_eq!(peer.ask(&there).await.status(), 404);
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let peer = Peer::start().await;
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let request =
            peer.client.request(method.clone(), format!("{}/api/v1/orgs/{ORG_ID}", peer.cloud.url()));
        let response = request.header("authorization", "Token demo").send().await.unwrap();
        assert_eq!(response.status(), 405, "{method}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_its_name() {
    let peer = Peer::start().await;
    for (query, name) in [
        ("limit=abc", "limit"),
        ("limit=0", "limit"),
        ("start=yesterday", "start"),
        ("duration=1fortnight", "duration"),
        ("sort=nothing", "sort"),
        ("search_after=nowhere", "search_after"),
    ] {
        let (status, detail) = status_and_detail(&peer, &format!("{{org}}/devices/search?{query}")).await;
        assert_eq!(status, 400, "{query}");
        assert!(detail.starts_with(name), "{detail}");
    }
    let (status, detail) = status_and_detail(&peer, "{org}/devices/count?distinct=colour").await;
    assert_eq!(status, 400);
    assert!(detail.contains("colour") && detail.contains("model"), "{detail}");
}

#[tokio::test]
async fn usage_counts_every_authorized_call() {
    let peer = Peer::start().await;
    let before = peer.json("/api/v1/self/usage").await;
    for _ in 0..3 {
        peer.ask("/api/v1/self").await;
    }
    peer.client.get(format!("{}/api/v1/self", peer.cloud.url())).send().await.unwrap();
    let after = peer.json("/api/v1/self/usage").await;
    assert_eq!(after["request_limit"], 5000);
    assert!((1..=3600).contains(&after["seconds"].as_u64().unwrap()));
    // At the top of the hour the count begins anew.
    if after["seconds"].as_u64() <= before["seconds"].as_u64() {
        assert_eq!(after["requests"].as_u64().unwrap() - before["requests"].as_u64().unwrap(), 4);
    }
}

#[tokio::test]
async fn calls_beyond_the_hours_limit_are_refused_until_it_ends() {
    let peer = Peer::start().await;
    peer.cloud.limit_requests(3);
    let mut allowed = 0;
    let refused = loop {
        let response = peer.ask("/api/v1/self").await;
        if response.status() == 429 {
            break response;
        }
        allowed += 1;
        // At the top of the hour the count begins anew.
        assert!(allowed <= 6);
    };
    assert!(allowed >= 3, "{allowed}");
    let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3600).contains(&seconds));
    assert!(refused.json::<Value>().await.unwrap()["detail"].is_string());
    let stranger = peer.client.get(format!("{}/api/v1/self", peer.cloud.url())).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    peer.cloud.limit_requests(5000);
    assert_eq!(peer.json("/api/v1/self/usage").await["request_limit"], 5000);
}

#[tokio::test]
async fn what_arrived_is_kept_for_tests() {
    let peer = Peer::start().await;
    peer.ask("{org}/sites/search?name=Leeds%20*&limit=5").await;
    let arrived = peer.cloud.requests();
    let last = arrived.last().unwrap();
    assert_eq!(
        (last.method.as_str(), last.path.as_str()),
        ("GET", &*format!("/api/v1/orgs/{ORG_ID}/sites/search"))
    );
    assert_eq!(last.parameter("name"), Some("Leeds *"));
    assert_eq!(last.header("authorization"), Some("Token demo"));
}

#[tokio::test]
async fn dropping_the_cloud_stops_it() {
    let peer = Peer::start().await;
    peer.ask("/api/v1/self").await;
    let Peer { cloud, client } = peer;
    let url = cloud.url();
    drop(cloud);
    let ask = || {
        client
            .get(format!("{url}/api/v1/self"))
            .header("authorization", format!("Token {}", DemoCloud::TOKEN))
            .send()
    };
    let mut stopped = false;
    for _ in 0..50 {
        if ask().await.is_err() {
            stopped = true;
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(stopped);
}
