//! What a call asks of Mist is below it: each try, and what needed none.

use std::sync::Arc;

use mistmcp_tests::{Answer, Collector, Launch, Lifecycle};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::fixture::{ASK_SITE, Fixture, GET_SITE, site, site_path};

const CLIENT: i32 = 3;

#[tokio::test]
async fn a_request_to_mist_is_a_span_below_the_call() {
    let fixture = Fixture::start().await;
    fixture.client(Lifecycle::Stateless).await.call("getSiteInfo", site(1)).await;
    let call = fixture.collector.named(GET_SITE, 1).await.remove(0);
    let asked = fixture.collector.named(ASK_SITE, 1).await.remove(0);
    assert_eq!((asked.trace(), asked.parent(), asked.span.kind), (call.trace(), call.id(), CLIENT));
    let port = fixture.upstream.address().port().to_string();
    for (name, wanted) in [
        ("http.request.method", "GET"),
        ("url.template", "/api/v1/sites/{site_id}"),
        ("url.scheme", "http"),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(asked.attribute(name), wanted, "{name}: {asked:?}");
    }
    assert_eq!(asked.attributes().len(), 6, "{asked:?}");
    assert!(call.span.start_time_unix_nano <= asked.span.start_time_unix_nano);
    assert!(call.span.end_time_unix_nano >= asked.span.end_time_unix_nano);
}

#[tokio::test]
async fn each_try_is_a_span_and_states_which_one_it_is() {
    let fixture = Fixture::start().await;
    let away = Answer::json(&json!({})).status(503);
    fixture.upstream.answers(&site_path(1), [away.clone(), away, Answer::json(&json!({ "name": "Leeds" }))]);
    fixture.client(Lifecycle::Stateless).await.call("getSiteInfo", site(1)).await;
    let call = fixture.collector.named(GET_SITE, 1).await.remove(0);
    let tries = fixture.collector.named(ASK_SITE, 3).await;
    let wanted = [("503", "", "503"), ("503", "1", "503"), ("200", "2", "")];
    for (asked, (status, resent, error)) in tries.iter().zip(wanted) {
        assert_eq!(asked.parent(), call.id());
        assert_eq!(asked.attribute("http.response.status_code"), status);
        assert_eq!(asked.attribute("http.request.resend_count"), resent);
        assert_eq!((asked.attribute("error.type").as_str(), asked.has_failed()), (error, !error.is_empty()));
    }
    assert!(!call.has_failed(), "{call:?}");
}

#[tokio::test]
async fn a_request_without_an_answer_states_what_there_is_in_its_place() {
    let fixture = Fixture::start_with("--retry-wait 0", |launch| launch).await;
    fixture.upstream.answers(&site_path(1), [Answer::cut_off()]);
    fixture.client(Lifecycle::Stateless).await.refusal("getSiteInfo", site(1)).await;
    let asked = fixture.collector.named(ASK_SITE, 1).await.remove(0);
    assert_eq!((asked.attribute("error.type").as_str(), asked.has_failed()), ("network", true), "{asked:?}");
    assert!(asked.attribute("http.response.status_code").is_empty());
}

#[tokio::test]
async fn a_cache_hit_is_recorded_and_requested_only_once() {
    let collector = Collector::start().await;
    let client = collector.of(Launch::new("--demo --mode all")).client(Lifecycle::Legacy).await;
    for _ in 0..2 {
        client.call("getSiteInfo", json!({ "site_id": "Leeds Distribution Centre" })).await;
        client.call("listInsightMetrics", json!({})).await;
    }
    let calls = collector.named(GET_SITE, 2).await;
    let remembered = ("mistmcp.remembered", "/api/v1/orgs/{org_id}/sites".to_owned());
    assert!(calls[1].events().contains(&remembered), "{:?}", calls[1]);
    let calls = collector.named("tools/call listInsightMetrics", 2).await;
    assert_eq!(calls[0].events(), []);
    assert_eq!(calls[1].events(), [("mistmcp.remembered", "/api/v1/const/insight_metrics".to_owned())]);
    let below = |id: String| collector.spans().iter().filter(|span| span.parent() == id).count();
    assert_eq!((below(calls[0].id()), below(calls[1].id())), (1, 0));
}

#[tokio::test]
async fn a_call_that_waits_for_anothers_request_names_that_call() {
    let fixture = Fixture::start().await;
    let gate = Arc::new(Semaphore::new(0));
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({})).once(&gate)]);
    let mcp_client = fixture.client(Lifecycle::Stateless).await;
    let first = async {
        mcp_client.call("getSiteInfo", site(1)).await;
    };
    let second = async {
        fixture.upstream.arrival().await;
        let other = mcp_client.clone().header("X-Request-Id", "the-sec0nd");
        let waiting = other.call("getSiteInfo", site(1));
        let opening = async {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            gate.close();
        };
        tokio::join!(waiting, opening);
    };
    tokio::join!(first, second);
    let calls = fixture.collector.named(GET_SITE, 2).await;
    let asked = fixture.collector.named(ASK_SITE, 1).await;
    assert_eq!((asked.len(), asked[0].parent()), (1, calls[0].id()));
    assert_eq!((calls[0].links(), calls[1].links()), (vec![], vec![calls[0].id()]));
}
