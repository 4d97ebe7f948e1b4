//! Nothing that lets anybody in, and nothing of a network or of who asks, is in a span.

use mistmcp_tests::{Answer, Lifecycle, TOKEN};
use serde_json::json;

use crate::fixture::{ALICE, ASK_SITE, Fixture, GET_SITE, site, site_id, site_path};

const HEADER: &str = "c0llect0r-s3cret";

#[tokio::test]
async fn nothing_of_a_call_is_in_its_spans() {
    let fixture = Fixture::start().await;
    let words = json!({ "name": "n3twork-name", "token": ALICE });
    fixture.upstream.answers(&site_path(1), [Answer::json(&words), Answer::json(&words).status(400)]);
    let mut secrets = vec![ALICE.to_owned(), TOKEN.to_owned(), site_id(1), "n3twork".into(), "guest".into()];
    for lifecycle in Lifecycle::BOTH {
        let client = fixture.client(lifecycle).await;
        client.try_call("getSiteInfo", site(1)).await;
        client.try_call("getSiteInfo", json!({ "site_id": "4rgument" })).await;
        client.try_call("searchOrgSites", json!({ "org_id": site_id(2), "name": "4rgument" })).await;
        client.ask("resources/read", json!({ "uri": "mistmcp://4rgument" })).await;
        client.ask("prompts/get", json!({ "name": "4rgument" })).await;
        client.ask("m3thod/made-up", json!({ "some": "4rgument" })).await;
        // An id that is more than one.
        let long = json!({ "jsonrpc": "2.0", "id": format!("4rgument {ALICE}"), "method": "tools/list", "params": {} });
        client.post(long.to_string()).await;
        // An id, and a name of the request, that are the token.
        let token = json!({ "jsonrpc": "2.0", "id": ALICE, "method": "tools/list", "params": {} });
        client.clone().header("X-Request-Id", ALICE).post(token.to_string()).await;
        if lifecycle == Lifecycle::Legacy {
            secrets.push(client.session().to_owned());
        }
    }
    secrets.extend([site_id(2), "4rgument".into(), "m3thod".into()]);
    fixture.collector.named(ASK_SITE, 2).await;
    fixture.collector.named(GET_SITE, 4).await;
    let spans = fixture.collector.named("_OTHER", 1).await.len() + fixture.collector.spans().len();
    assert!(spans > 10);
    let told = format!("{:?}", fixture.collector.spans());
    for secret in secrets {
        assert!(!told.contains(&secret), "{secret}: {told}");
    }
}

#[tokio::test]
async fn headers_for_the_collector_are_sent_to_it_and_shown_nowhere() {
    let fixture = Fixture::start_with("--debug", |launch| {
        let headers = format!("x-api-key={HEADER},authorization=Basic%20{HEADER}");
        launch.variable("OTEL_EXPORTER_OTLP_HEADERS", &headers)
    })
    .await;
    let client = fixture.client(Lifecycle::Stateless).await;
    client.call("getSiteInfo", site(1)).await;
    fixture.collector.named(GET_SITE, 1).await;
    let headers = fixture.collector.headers().remove(0);
    assert_eq!(headers["x-api-key"], HEADER);
    assert_eq!(headers["authorization"], format!("Basic {HEADER}"));
    assert_eq!(headers["content-type"], "application/x-protobuf");
    fixture.collector.refuse(401, std::time::Duration::ZERO);
    client.call("getSiteInfo", site(2)).await;
    let told = fixture.server.wait_until("a warning", |text| text.contains("takes no spans")).await;
    assert!(!told.contains(HEADER) && told.contains("401"), "{told}");
    for asked in fixture.upstream.take() {
        assert!(!format!("{asked:?}").contains(HEADER), "{asked:?}");
    }
    let told = format!("{:?}", fixture.collector.spans());
    assert!(!told.contains(HEADER), "{told}");
}
