//! Traces across replicas.

use mistmcp_tests::{Collector, HttpClient};
use serde_json::json;

use crate::fixture::Fixture;

const CONTEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_restored_session_is_one_trace_with_only_the_requests_of_its_client() {
    let mut fixture = Fixture::start(0, "").await;
    let collector = Collector::start().await;
    for replica in ["one", "other"] {
        let launch = collector.of(fixture.launch()).variable("OTEL_SERVICE_NAME", replica);
        fixture.replicas.push(launch.serve().await);
    }
    let client = fixture.alice(0, "?mode=all").open().await.header("traceparent", CONTEXT);
    let there: HttpClient = fixture.at(1, &client);
    for client in [&client, &there] {
        client.call("getSelf", json!({})).await;
    }
    let asked = collector.named("GET /api/v1/self", 2).await;
    let calls = collector.named("tools/call getSelf", 2).await;
    for (calls, replica) in calls.iter().zip(["one", "other"]) {
        assert_eq!(calls.of_service("service.name"), replica);
    }
    for span in asked.iter().chain(&calls) {
        assert!(CONTEXT.contains(&span.trace()), "{span:?}");
    }
    let begun = collector.named("initialize", 1).await;
    assert_eq!(begun.len(), 1, "the other replica begins it for itself: {begun:?}");
}
