//! Nobody waits for a collector: not while it is away, slow or unwilling, and not for long at the end.

use std::time::{Duration, Instant};

use mistmcp_tests::{Collector, HttpClient, Launch, Lifecycle, MockUpstream};
use serde_json::json;

use crate::fixture::{ALICE, Fixture, GET_SITE, call_within, site};

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";
const WARNING: &str = "takes no spans";

#[tokio::test]
async fn without_a_collector_calls_go_on_with_one_warning_and_the_end_is_graceful() {
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, "").variable("OTEL_EXPORTER_OTLP_ENDPOINT", NOBODY);
    let server = launch.variable("OTEL_BSP_SCHEDULE_DELAY", "20").serve().await;
    let client = HttpClient::with_token(&server, "?mode=all", ALICE).lifecycle(Lifecycle::Stateless);
    client.call("getSiteInfo", site(0)).await;
    server.wait_until("a warning", |text| text.contains(WARNING)).await;
    for number in 1..30 {
        client.call("getSiteInfo", site(number)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.signal("TERM").await;
    let (status, errors) = server.ended().await;
    assert_eq!(status.code(), Some(0), "{errors}");
    assert_eq!(errors.matches(WARNING).count(), 1, "{errors}");
    let line = errors.lines().find(|line| line.contains(WARNING)).unwrap();
    assert!(line.contains("WARN") && line.contains("127.0.0.1:9") && line.contains("refused"), "{line}");
}

#[tokio::test]
async fn a_collector_that_comes_back_gets_spans_again() {
    // The two spans of a call are one batch, and are exported as soon as both have ended. With the usual delay the second
    // could be exported after the collector has come back.
    let in_pairs = |launch: Launch| {
        let launch = launch.variable("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2");
        launch.variable("OTEL_BSP_SCHEDULE_DELAY", "600000")
    };
    let fixture = Fixture::start_with("", in_pairs).await;
    let client = fixture.client(Lifecycle::Stateless).await;
    fixture.collector.refuse(503, Duration::ZERO);
    client.call("getSiteInfo", site(1)).await;
    fixture.server.wait_until("a warning", |text| text.contains(WARNING)).await;
    fixture.collector.accept();
    client.call("getSiteInfo", site(2)).await;
    assert_eq!(fixture.collector.named(GET_SITE, 1).await.len(), 1);
    let told = fixture.server.wait_until("that it is back", |text| text.contains("takes spans again")).await;
    assert!(fixture.collector.refused() > 1, "what may pass is tried again");
    assert!(told.contains("lost=2"), "{told}");
}

#[tokio::test]
async fn a_collector_that_does_not_answer_holds_up_neither_calls_nor_the_end() {
    let fixture = Fixture::start().await;
    // Longer than a test waits for the end.
    fixture.collector.refuse(200, Duration::from_hours(1));
    let client = fixture.client(Lifecycle::Stateless).await;
    let began = Instant::now();
    // More than are kept for it.
    for _ in 0..2_500 {
        client.ask("tools/list", json!({ "cursor": null })).await;
        if began.elapsed() > Duration::from_secs(5) {
            break;
        }
    }
    client.call("getSiteInfo", site(1)).await;
    fixture.server.signal("TERM").await;
    let (status, errors) = fixture.server.ended().await;
    assert_eq!(status.code(), Some(0), "{errors}");
}

#[tokio::test]
async fn what_is_left_is_exported_at_the_end() {
    let later = |launch: Launch| launch.variable("OTEL_BSP_SCHEDULE_DELAY", "600000");
    let fixture = Fixture::start_with("", later).await;
    fixture.client(Lifecycle::Stateless).await.call("getSiteInfo", site(1)).await;
    assert!(fixture.collector.spans().is_empty());
    fixture.server.signal("TERM").await;
    assert_eq!(fixture.server.ended().await.0.code(), Some(0));
    assert_eq!(fixture.collector.named(GET_SITE, 1).await.len(), 1);

    let collector = Collector::start().await;
    let mut stdio = later(collector.of(Launch::at(&fixture.upstream, "--mode all"))).stdio();
    stdio.initialize().await;
    stdio.ask("tools/call", call_within(1, &json!({}))).await;
    stdio.read().await.unwrap();
    assert!(collector.spans().is_empty());
    let finished = stdio.finish().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(collector.named(GET_SITE, 1).await.len(), 1);
}
