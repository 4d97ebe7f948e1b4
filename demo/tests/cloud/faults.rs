//! Failing on purpose, from Rust and over HTTP.

use std::time::{Duration, Instant};

use mistmcp_demo::Fault;
use serde_json::{Value, json};

use crate::peer::Peer;

#[tokio::test]
async fn a_status_comes_as_often_as_requested_with_its_retry_after() {
    let peer = Peer::start().await;
    peer.cloud.fail_next("/api/v1/self", 2, Fault::too_many_requests(798));
    for _ in 0..2 {
        let response = peer.ask("/api/v1/self").await;
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "798");
        assert!(response.json::<Value>().await.unwrap()["detail"].is_string());
    }
    assert_eq!(peer.ask("/api/v1/self").await.status(), 200);
}

#[tokio::test]
async fn statuses_without_retry_after_have_none() {
    let peer = Peer::start().await;
    for status in [500, 502, 503, 504] {
        peer.cloud.fail_next("", 1, Fault::status(status));
        let response = peer.ask("/api/v1/self").await;
        assert_eq!(response.status(), status);
        assert!(!response.headers().contains_key("retry-after"));
    }
}

#[tokio::test]
async fn a_fault_strikes_only_its_paths() {
    let peer = Peer::start().await;
    peer.cloud.fail_next("/api/v1/sites", 1, Fault::status(503));
    assert_eq!(peer.ask("/api/v1/self").await.status(), 200);
    let path = peer.at("Sydney Store", "").await;
    assert_eq!(peer.ask(&path).await.status(), 503);
}

#[tokio::test]
async fn slow_is_the_right_answer_late() {
    let peer = Peer::start().await;
    peer.cloud.fail_next("", 1, Fault::slow(Duration::from_millis(300)));
    let start = Instant::now();
    assert!(peer.json("/api/v1/self").await["privileges"].is_array());
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn cut_off_declares_the_whole_length_and_closes_halfway() {
    let peer = Peer::start().await;
    let whole = peer.ask("{org}/sites").await.bytes().await.unwrap().len();
    peer.cloud.fail_next("", 1, Fault::CutOff);
    let mut response = peer.ask("{org}/sites").await;
    assert_eq!(response.content_length(), Some(whole as u64));
    let half = response.chunk().await.unwrap().unwrap();
    assert_eq!(half.len(), whole / 2);
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn html_empty_and_broken_answers_are_what_they_say() {
    let peer = Peer::start().await;
    for status in [502, 200] {
        peer.cloud.fail_next("", 1, Fault::Html { status });
        let response = peer.ask("/api/v1/self").await;
        assert_eq!(response.status(), status);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        assert!(response.text().await.unwrap().contains("<html>"));
    }
    peer.cloud.fail_next("", 1, Fault::Empty);
    assert_eq!(peer.ask("/api/v1/self").await.text().await.unwrap(), "");
    peer.cloud.fail_next("", 1, Fault::BrokenJson);
    assert!(peer.ask("/api/v1/self").await.json::<Value>().await.is_err());
}

#[tokio::test]
async fn a_redirect_names_another_host() {
    let peer = Peer::start().await;
    let location = "https://elsewhere.example/api/v1/self".to_owned();
    peer.cloud.fail_next("", 1, Fault::Redirect { location: location.clone() });
    let response = peer.ask("/api/v1/self").await;
    assert_eq!(
        (response.status().as_u16(), response.headers()["location"].to_str().unwrap()),
        (302, &*location)
    );
}

#[tokio::test]
async fn faults_are_requested_and_cleared_over_http() {
    let peer = Peer::start().await;
    let faults = format!("{}/demo/faults", peer.cloud.url());
    let order =
        json!({ "path": "/api/v1/self", "times": 3, "fault": "status", "status": 429, "retry_after": 2 });
    assert_eq!(peer.client.post(&faults).json(&order).send().await.unwrap().status(), 204);
    let response = peer.ask("/api/v1/self").await;
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "2"));
    assert_eq!(peer.client.delete(&faults).send().await.unwrap().status(), 204);
    assert_eq!(peer.ask("/api/v1/self").await.status(), 200);

    for order in [
        json!({ "fault": "cut_off" }),
        json!({ "fault": "slow", "milliseconds": 1 }),
        json!({ "fault": "html", "status": 502 }),
    ] {
        assert_eq!(peer.client.post(&faults).json(&order).send().await.unwrap().status(), 204, "{order}");
    }
    for order in [json!({ "fault": "earthquake" }), json!({ "fault": "status" }), json!({})] {
        assert_eq!(peer.client.post(&faults).json(&order).send().await.unwrap().status(), 400, "{order}");
    }
}
