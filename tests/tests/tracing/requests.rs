//! Each request of MCP is a span, named and described as OpenTelemetry's conventions for MCP have it.

use std::time::Duration;

use mistmcp_tests::{Answer, Collector, Era, Launch, MockUpstream, StdioProcess};
use serde_json::json;

use crate::stage::{Fixture, GET_SITE, call_within, site, site_path};

const SERVER: i32 = 2;

#[tokio::test]
async fn a_call_over_http_is_a_span_of_the_tool() {
    let stage = Fixture::set().await;
    for (number, era) in Era::BOTH.into_iter().enumerate() {
        let guest = stage.guest(era).await;
        guest.call("getSiteInfo", site(number)).await;
        let span = stage.collector.named(GET_SITE, number + 1).await.remove(number);
        assert_eq!(span.span.kind, SERVER);
        assert!(!span.has_failed() && span.parent().is_empty(), "{span:?}");
        let version = if era == Era::Legacy { "2025-11-25" } else { "2026-07-28" };
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
    let (peer, collector) = (MockUpstream::start().await, Collector::start().await);
    for (number, era) in Era::BOTH.into_iter().enumerate() {
        let mut console = collector.of(Launch::at(&peer, "--mode all")).console();
        let params = call_within(number, &json!({}));
        let params = match era {
            Era::Legacy => {
                console.initialize().await;
                params
            }
            Era::Modern => StdioProcess::modern(params),
        };
        let id = console.ask("tools/call", params).await;
        assert_ne!(console.read().await.unwrap()["result"]["isError"], true);
        let span = collector.named(GET_SITE, number + 1).await.remove(number);
        assert_eq!((span.span.kind, span.attribute("network.transport")), (SERVER, "pipe".to_owned()));
        assert_eq!(span.attribute("jsonrpc.request.id"), id.to_string());
        assert!(span.attribute("network.protocol.name").is_empty());
        assert_eq!(console.finish().await.code(), Some(0));
    }
}

#[tokio::test]
async fn requests_that_are_no_calls_are_spans_of_their_method() {
    let stage = Fixture::set().await;
    let guest = stage.guest(Era::Legacy).await;
    guest.tools().await;
    guest.ask("ping", json!({})).await.result();
    guest.ask("prompts/get", json!({ "name": "site-health", "arguments": { "site": "Leeds" } })).await;
    guest.ask("resources/read", json!({ "uri": "mistmcp://categories" })).await.result();
    let wanted = ["initialize", "tools/list", "ping", "prompts/get site-health", "resources/read"];
    let spans = stage
        .collector
        .told("each of them", |spans| wanted.iter().all(|name| spans.iter().any(|span| span.name() == *name)))
        .await;
    assert_eq!(spans.len(), wanted.len(), "nothing else is one: {spans:?}");
    for span in spans {
        assert_eq!(span.attribute("mcp.method.name"), span.name().split(' ').next().unwrap());
        assert!(span.attribute("gen_ai.operation.name").is_empty() && !span.has_failed(), "{span:?}");
    }
}

#[tokio::test]
async fn a_call_that_fails_says_so_and_not_why_in_words() {
    let stage = Fixture::set().await;
    let guest = stage.guest(Era::Modern).await;
    stage.peer.answers(&site_path(1), [Answer::json(&json!({ "detail": "w0rds" })).status(404)]);
    guest.refusal("getSiteInfo", site(1)).await;
    let span = stage.collector.named(GET_SITE, 1).await.remove(0);
    assert_eq!(
        (span.attribute("error.type"), span.attribute("mistmcp.outcome")),
        ("tool_error".into(), "missing".into())
    );
    assert!(span.has_failed() && !format!("{span:?}").contains("w0rds"), "{span:?}");

    // What is made up by the client is no name.
    guest.try_call("m4de-up", json!({})).await;
    let span = stage.collector.named("tools/call", 1).await.remove(0);
    assert_eq!(
        (span.attribute("error.type"), span.attribute("gen_ai.tool.name")),
        ("-32602".into(), String::new())
    );
    assert_eq!(span.attribute("rpc.response.status_code"), "-32602");
    assert!(span.has_failed() && !format!("{span:?}").contains("m4de-up"), "{span:?}");
}

#[tokio::test]
async fn a_tool_that_calls_another_says_which() {
    let stage = Fixture::set().await;
    let guest = stage.guest(Era::Modern).await.query("");
    guest.call("callTool", json!({ "tool": "getSiteInfo", "arguments": site(1) })).await;
    let span = stage.collector.named("tools/call callTool", 1).await.remove(0);
    assert_eq!(span.attribute("mistmcp.called_tool"), "getSiteInfo");
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_any_more_ends_as_cancelled() {
    let stage = Fixture::set().await;
    let guest = stage.guest(Era::Modern).await;
    stage.peer.answers(&site_path(1), [Answer::never()]);
    tokio::select! {
        heard = guest.try_call("getSiteInfo", site(1)) => assert!(heard.body.is_empty(), "{heard:?}"),
        () = async { stage.peer.arrival().await; tokio::time::sleep(Duration::from_millis(50)).await; } => {}
    }
    drop(guest);
    for name in [GET_SITE, crate::stage::ASK_SITE] {
        let span = stage.collector.named(name, 1).await.remove(0);
        assert_eq!(
            (span.attribute("error.type").as_str(), span.has_failed()),
            ("cancelled", true),
            "{span:?}"
        );
    }
}
