//! Each request of MCP is a span, named and described as OpenTelemetry's conventions for MCP have it.

use std::time::Duration;

use mistmcp_tests::{Answer, Collector, Launch, Lifecycle, MockUpstream, StdioProcess};
use serde_json::json;

use crate::fixture::{Fixture, GET_SITE, call_within, site, site_path};

const SERVER: i32 = 2;

#[tokio::test]
async fn a_call_over_http_is_a_span_of_the_tool() {
    let fixture = Fixture::start().await;
    for (number, lifecycle) in Lifecycle::BOTH.into_iter().enumerate() {
        let client = fixture.client(lifecycle).await;
        client.call("getSiteInfo", site(number)).await;
        let span = fixture.collector.named(GET_SITE, number + 1).await.remove(number);
        assert_eq!(span.span.kind, SERVER);
        assert!(!span.has_failed() && span.parent().is_empty(), "{span:?}");
        let version = if lifecycle == Lifecycle::Legacy { "2025-11-25" } else { "2026-07-28" };
        for (name, wanted) in [
            ("mcp.method.name", "tools/call"),
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.name", "getSiteInfo"),
            ("mcp.protocol.version", version),
            ("network.transport", "tcp"),
            ("network.protocol.name", "http"),
            ("network.protocol.version", "1.1"),
            ("mistmcp.outcome", "ok"),
            ("error.type", ""),
        ] {
            assert_eq!(span.attribute(name), wanted, "{name}: {span:?}");
        }
        assert!(span.attribute("jsonrpc.request.id").parse::<u64>().is_ok(), "{span:?}");
    }
}

#[tokio::test]
async fn a_call_over_stdio_is_one_as_well_in_both_eras() {
    let (upstream, collector) = (MockUpstream::start().await, Collector::start().await);
    for (number, lifecycle) in Lifecycle::BOTH.into_iter().enumerate() {
        let mut stdio = collector.of(Launch::at(&upstream, "--mode all")).stdio();
        let params = call_within(number, &json!({}));
        let params = match lifecycle {
            Lifecycle::Legacy => {
                stdio.initialize().await;
                params
            }
            Lifecycle::Stateless => StdioProcess::stateless_params(params),
        };
        let id = stdio.ask("tools/call", params).await;
        assert_ne!(stdio.read().await.unwrap()["result"]["isError"], true);
        let span = collector.named(GET_SITE, number + 1).await.remove(number);
        assert_eq!((span.span.kind, span.attribute("network.transport")), (SERVER, "pipe".to_owned()));
        assert_eq!(span.attribute("jsonrpc.request.id"), id.to_string());
        assert!(span.attribute("network.protocol.name").is_empty());
        assert_eq!(stdio.finish().await.code(), Some(0));
    }
}

#[tokio::test]
async fn requests_that_are_no_calls_are_spans_of_their_method() {
    let fixture = Fixture::start().await;
    let client = fixture.client(Lifecycle::Legacy).await;
    client.tools().await;
    client.ask("ping", json!({})).await.result();
    client.ask("prompts/get", json!({ "name": "site-health", "arguments": { "site": "Leeds" } })).await;
    client.ask("resources/read", json!({ "uri": "mistmcp://categories" })).await.result();
    let wanted = ["initialize", "tools/list", "ping", "prompts/get site-health", "resources/read"];
    let spans = fixture
        .collector
        .wait_until("each of them", |spans| {
            wanted.iter().all(|name| spans.iter().any(|span| span.name() == *name))
        })
        .await;
    assert_eq!(spans.len(), wanted.len(), "nothing else is one: {spans:?}");
    for span in spans {
        assert_eq!(span.attribute("mcp.method.name"), span.name().split(' ').next().unwrap());
        assert!(span.attribute("gen_ai.operation.name").is_empty() && !span.has_failed(), "{span:?}");
    }
}

#[tokio::test]
async fn a_call_that_fails_reports_it_and_not_why_in_words() {
    let fixture = Fixture::start().await;
    let client = fixture.client(Lifecycle::Stateless).await;
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({ "detail": "w0rds" })).status(404)]);
    client.refusal("getSiteInfo", site(1)).await;
    let span = fixture.collector.named(GET_SITE, 1).await.remove(0);
    assert_eq!(
        (span.attribute("error.type"), span.attribute("mistmcp.outcome")),
        ("tool_error".into(), "missing".into())
    );
    assert!(span.has_failed() && !format!("{span:?}").contains("w0rds"), "{span:?}");

    // What is made up by the client is no name.
    client.try_call("m4de-up", json!({})).await;
    let span = fixture.collector.named("tools/call", 1).await.remove(0);
    assert_eq!(
        (span.attribute("error.type"), span.attribute("gen_ai.tool.name")),
        ("-32602".into(), String::new())
    );
    assert_eq!(span.attribute("rpc.response.status_code"), "-32602");
    assert!(span.has_failed() && !format!("{span:?}").contains("m4de-up"), "{span:?}");
}

#[tokio::test]
async fn a_tool_that_calls_another_states_which() {
    let fixture = Fixture::start().await;
    let client = fixture.client(Lifecycle::Stateless).await.query("");
    client.call("callTool", json!({ "tool": "getSiteInfo", "arguments": site(1) })).await;
    let span = fixture.collector.named("tools/call callTool", 1).await.remove(0);
    assert_eq!(span.attribute("mistmcp.called_tool"), "getSiteInfo");
}

#[tokio::test]
async fn a_request_that_no_one_waits_for_any_more_ends_as_cancelled() {
    let fixture = Fixture::start().await;
    let client = fixture.client(Lifecycle::Stateless).await;
    fixture.upstream.answers(&site_path(1), [Answer::never()]);
    tokio::select! {
        reply = client.try_call("getSiteInfo", site(1)) => assert!(reply.body.is_empty(), "{reply:?}"),
        () = async { fixture.upstream.arrival().await; tokio::time::sleep(Duration::from_millis(50)).await; } => {}
    }
    drop(client);
    for name in [GET_SITE, crate::fixture::ASK_SITE] {
        let span = fixture.collector.named(name, 1).await.remove(0);
        assert_eq!(
            (span.attribute("error.type").as_str(), span.has_failed()),
            ("cancelled", true),
            "{span:?}"
        );
    }
}
