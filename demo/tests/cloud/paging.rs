//! Pages: each row once, in both forms.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::peer::Peer;

fn ids(rows: &[Value], field: &str) -> Vec<String> {
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_with_headers_visit_each_row_once() {
    let peer = Peer::start().await;
    let mut seen = Vec::new();
    let mut total = 0;
    for page in 1.. {
        let response = peer.ask(&format!("{{org}}/inventory?limit=7&page={page}")).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().parse::<usize>().unwrap();
        assert_eq!((header("x-page-limit"), header("x-page-page")), (7, page));
        total = header("x-page-total");
        let rows: Vec<Value> = response.json().await.unwrap();
        if rows.is_empty() {
            break;
        }
        seen.extend(ids(&rows, "mac"));
    }
    assert_eq!(seen.len(), total);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), total);
    assert!(total > 30, "{total}");
}

#[tokio::test]
async fn pages_by_next_visit_each_row_once() {
    let peer = Peer::start().await;
    let mut path = "{org}/clients/search?limit=40&sort=-hostname".to_owned();
    let (mut seen, mut total) = (Vec::new(), 0);
    loop {
        let answer = peer.json(&path).await;
        total = answer["total"].as_u64().unwrap().max(total);
        seen.extend(ids(answer["results"].as_array().unwrap(), "mac"));
        match answer["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
        assert!(path.starts_with("/api/v1/orgs/") && path.contains("search_after=%5B"), "{path}");
    }
    assert_eq!(seen.len() as u64, total);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len() as u64, total);
    assert!(total > 200, "{total}");
}

#[tokio::test]
async fn pages_in_an_envelope_visit_each_row_once() {
    let peer = Peer::start().await;
    let base = peer.at("Leeds Distribution Centre", "/rrm/events?duration=1w").await;
    let whole = peer.rows(&format!("{base}&limit=1000")).await;
    let mut seen = Vec::new();
    for page in 1..100 {
        let rows = peer.rows(&format!("{base}&limit=13&page={page}")).await;
        if rows.is_empty() {
            break;
        }
        seen.extend(rows);
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn there_is_no_next_on_the_last_page() {
    let peer = Peer::start().await;
    let answer = peer.json("{org}/sites/search?limit=5").await;
    assert_eq!(answer["results"].as_array().unwrap().len(), 5);
    assert!(answer.get("next").is_none());
    assert!(peer.json("{org}/sites/search?limit=4").await["next"].is_string());
}

#[tokio::test]
async fn a_limit_is_a_hundred_by_default_and_a_thousand_at_most() {
    let peer = Peer::start().await;
    assert_eq!(peer.json("{org}/clients/search").await["limit"], 100);
    assert_eq!(peer.json("{org}/clients/search?limit=5000").await["limit"], 1000);
}

#[tokio::test]
async fn a_search_is_sorted_as_requested() {
    let peer = Peer::start().await;
    let up = ids(&peer.rows("{org}/sites/search?sort=name").await, "name");
    let down = ids(&peer.rows("{org}/sites/search?sort=-name").await, "name");
    assert!(up.is_sorted());
    assert_eq!(up, down.into_iter().rev().collect::<Vec<_>>());
}
