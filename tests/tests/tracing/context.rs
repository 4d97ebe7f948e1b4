//! What a request is part of: what its `_meta` says, or else its headers.

use mistmcp_tests::{Collector, HttpClient, Launch, Lifecycle, MockUpstream, StdioProcess};
use serde_json::{Value, json};

use crate::fixture::{ALICE, ASK_SITE, Fixture, GET_SITE, call_within, site};

const IN_META: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const IN_HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The trace and the span of a trace context.
fn parts(context: &str) -> (String, String) {
    let parts: Vec<_> = context.split('-').collect();
    (parts[1].to_owned(), parts[2].to_owned())
}

#[tokio::test]
async fn a_request_is_part_of_what_its_meta_states_or_else_its_headers() {
    let fixture = Fixture::start().await;
    for lifecycle in Lifecycle::BOTH {
        let client = fixture.client(lifecycle).await;
        let seen = fixture.collector.spans().iter().filter(|span| span.name() == GET_SITE).count();
        let (meta, nothing) = (json!({ "traceparent": IN_META, "tracestate": "a=1" }), json!({}));
        let cases: [(&Value, Option<&str>, &str, &str); 3] = [
            (&meta, None, IN_META, "a=1"),
            (&nothing, Some(IN_HEADER), IN_HEADER, "b=2"),
            (&meta, Some(IN_HEADER), IN_META, "a=1"),
        ];
        for (number, (meta, header, wanted, state)) in cases.into_iter().enumerate() {
            let client = match header {
                Some(header) => client.clone().header("traceparent", header).header("tracestate", "b=2"),
                None => client.clone(),
            };
            client.ask("tools/call", call_within(number, meta)).await.result();
            let span = fixture.collector.named(GET_SITE, seen + number + 1).await.remove(seen + number);
            assert_eq!((span.trace(), span.parent()), parts(wanted), "{lifecycle:?} {number}");
            assert_eq!(span.span.trace_state, state);
            let links = if number == 2 { vec![parts(IN_HEADER).1] } else { Vec::new() };
            assert_eq!(span.links(), links, "what the headers say besides is linked");
        }
    }
}

#[tokio::test]
async fn malformed_contexts_are_ignored() {
    let fixture = Fixture::start().await;
    for lifecycle in Lifecycle::BOTH {
        let client = fixture.client(lifecycle).await;
        for meta in
            [json!("x"), json!(7), json!({}), json!(""), json!("00-0-0-01"), json!("x".repeat(100_000))]
        {
            let client = client.clone().header("traceparent", "n0ne");
            client
                .ask("tools/call", call_within(1, &json!({ "traceparent": meta, "tracestate": meta })))
                .await
                .result();
        }
    }
    for span in fixture.collector.named(GET_SITE, 12).await {
        assert!(span.parent().is_empty() && span.span.trace_state.is_empty(), "{span:?}");
    }
}

#[tokio::test]
async fn over_stdio_a_request_is_part_of_what_its_meta_states() {
    let (upstream, collector) = (MockUpstream::start().await, Collector::start().await);
    for (number, lifecycle) in Lifecycle::BOTH.into_iter().enumerate() {
        let mut stdio = collector.of(Launch::at(&upstream, "--mode all")).stdio();
        let params = call_within(number, &json!({ "traceparent": IN_META }));
        let params = match lifecycle {
            Lifecycle::Legacy => {
                stdio.initialize().await;
                params
            }
            Lifecycle::Stateless => StdioProcess::stateless_params(params),
        };
        stdio.ask("tools/call", params).await;
        stdio.read().await.unwrap();
        let span = collector.named(GET_SITE, number + 1).await.remove(number);
        assert_eq!((span.trace(), span.parent()), parts(IN_META), "{lifecycle:?}");
        let asked = collector.named(ASK_SITE, number + 1).await.remove(number);
        assert_eq!((asked.trace(), asked.parent()), (span.trace(), span.id()));
    }
}

#[tokio::test]
async fn calls_to_several_servers_are_one_trace() {
    let fixture = Fixture::start().await;
    let other = fixture.collector.of(Launch::at(&fixture.upstream, "")).serve().await;
    let one = fixture.client(Lifecycle::Stateless).await;
    for (number, client) in [one.clone(), one.to(&other.url("/mcp?mode=all"))].into_iter().enumerate() {
        client.header("traceparent", IN_HEADER).call("getSiteInfo", site(number)).await;
    }
    let spans = fixture.collector.named(ASK_SITE, 2).await;
    let all = fixture.collector.named(GET_SITE, 2).await.into_iter().chain(spans);
    assert!(all.map(|span| span.trace()).all(|trace| trace == parts(IN_HEADER).0));
}

#[tokio::test]
async fn an_unsampled_trace_is_not_exported_and_not_sent_to_mist() {
    let fixture = Fixture::start().await;
    let client = fixture.client(Lifecycle::Stateless).await;
    let unsampled = IN_META.replace("-01", "-00");
    client.ask("tools/call", call_within(1, &json!({ "traceparent": unsampled }))).await.result();
    let kept =
        client.header("traceparent", IN_HEADER).header("tracestate", "b=2").header("baggage", "user=alice");
    kept.call("getSiteInfo", site(2)).await;
    let spans = fixture.collector.named(ASK_SITE, 1).await;
    let all = fixture.collector.named(GET_SITE, 1).await.into_iter().chain(spans);
    assert!(all.map(|span| span.trace()).all(|trace| trace == parts(IN_HEADER).0));
    for asked in fixture.upstream.take() {
        for name in ["traceparent", "tracestate", "baggage"] {
            assert!(!asked.headers.contains_key(name), "{asked:?}");
        }
    }
}

#[tokio::test]
async fn the_line_of_a_call_has_its_trace() {
    let fixture = Fixture::start_with("--log-format json", |launch| launch).await;
    let client = fixture.client(Lifecycle::Stateless).await.header("X-Request-Id", "the-traced-0ne");
    client.clone().header("traceparent", IN_HEADER).call("getSiteInfo", site(1)).await;
    let told = fixture.server.wait_until("its line", |text| text.contains("the-traced-0ne")).await;
    let line = told.lines().find(|line| line.contains("the-traced-0ne")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["trace"], parts(IN_HEADER).0, "{line}");

    // Where nothing is traced, there is none, whatever a client says.
    let server = Launch::at(&fixture.upstream, "").serve().await;
    let client = HttpClient::with_token(&server, "?mode=all", ALICE)
        .lifecycle(Lifecycle::Stateless)
        .header("traceparent", IN_HEADER);
    client.call("getSiteInfo", site(1)).await;
    let told = server.wait_until("its line", |text| text.contains("getSiteInfo")).await;
    assert!(!told.contains("trace"), "{told}");
}
