//! The same from run to run.

use std::time::{Duration, Instant};

use mistmcp_demo::DemoCloud;
use serde_json::Value;

use crate::peer::Peer;

/// Makes every number that can be a recent time the same.
fn without_times(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|number| number > 1e9) => *value = Value::Null,
        Value::Array(members) => members.iter_mut().for_each(without_times),
        Value::Object(fields) => fields.values_mut().for_each(without_times),
        _ => {}
    }
}

#[tokio::test]
async fn two_clouds_answer_alike_but_for_the_times() {
    let (one, other) = (Peer::start().await, Peer::start().await);
    let site = one.at("Leeds Distribution Centre", "").await;
    for path in [
        "{org}/clients/search?limit=1000".to_owned(),
        "{org}/devices/events/search?limit=1000&duration=1w".to_owned(),
        "{org}/alarms/search".to_owned(),
        format!("{site}/rrm/current"),
        format!("{site}/setting"),
    ] {
        let (mut first, mut second) = (one.json(&path).await, other.json(&path).await);
        without_times(&mut first);
        without_times(&mut second);
        assert_eq!(first, second, "{path}");
    }
}

/// Ids are promised to stay from release to release: documents and scripts name them.
#[tokio::test]
async fn ids_are_those_of_earlier_runs() {
    let peer = Peer::start().await;
    let sites = peer.rows("{org}/sites").await;
    assert_eq!(sites[0]["id"], "c50037a7-178f-4890-b13a-6e506db8f944");
    let aps = peer.rows("{org}/devices/search").await;
    assert!(aps[0]["mac"].as_str().unwrap().starts_with("5c5b35"));
}

#[tokio::test]
async fn starting_takes_no_time() {
    // On a busy machine some starts are interrupted. One that is not shows that nothing is generated.
    let mut shortest = Duration::MAX;
    for _ in 0..2_000 {
        let start = Instant::now();
        DemoCloud::start().await.unwrap();
        shortest = shortest.min(start.elapsed());
        if shortest < Duration::from_millis(10) {
            return;
        }
    }
    panic!("{shortest:?}");
}
