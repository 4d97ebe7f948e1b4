//! Length limits of text arguments: the error names the limit, and no request is sent to Mist.

use mistmcp_tests::{HttpClient, Lifecycle};
use serde_json::{Value, json};

use crate::fixture::{Fixture, site};

/// Asserts that a call fails with a short error about the length of `parameter`.
async fn assert_too_long(client: &HttpClient, tool: &str, arguments: Value, parameter: &str, limit: &str) {
    let refused = client.refusal(tool, arguments).await;
    assert!(refused.contains(&format!("`{parameter}`")) && refused.contains(limit), "{tool}: {refused}");
    assert!(refused.len() < 1_600, "{tool}: {} bytes", refused.len());
}

#[tokio::test]
async fn the_query_of_find_tools_is_limited() {
    let fixture = Fixture::start("").await;
    let words = (0..100_000).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
    for lifecycle in Lifecycle::BOTH {
        let alice = fixture.alice("?mode=managed").connect(lifecycle).await;
        for query in [words.clone(), "x".repeat(501), "ü ".repeat(251), "a ".repeat(400_000)] {
            assert_too_long(
                &alice,
                "findTools",
                json!({ "query": query }),
                "query",
                "at most 500 characters",
            )
            .await;
        }
        for query in ["ü".repeat(500), "a ".repeat(250), "wireless clients".to_owned()] {
            alice.call("findTools", json!({ "query": query })).await;
        }
    }
    assert_eq!(fixture.upstream.connections(), 0);
}

#[tokio::test]
async fn names_ids_and_times_are_limited() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let alice = fixture.alice("?mode=all").connect(lifecycle).await;
        for length in [201, 520_000] {
            let text = "x".repeat(length);
            for (tool, parameter) in [
                ("getSiteInfo", "site_id"),
                ("getOrg", "org_id"),
                ("listSiteDevices", "device_id"),
                ("searchOrgAlarms", "start"),
                ("searchOrgAlarms", "duration"),
            ] {
                let mut arguments = json!({ "site_id": site(1)["site_id"] });
                if tool.contains("Org") {
                    arguments = json!({});
                }
                arguments[parameter] = text.clone().into();
                assert_too_long(&alice, tool, arguments, parameter, "at most 200 characters").await;
            }
        }
        let managed = fixture.alice("?mode=managed").connect(lifecycle).await;
        assert_too_long(&managed, "callTool", json!({ "tool": "x".repeat(201) }), "tool", "at most 200")
            .await;
        let inside = json!({ "tool": "getSiteInfo", "arguments": { "site_id": "x".repeat(201) } });
        assert_too_long(&managed, "callTool", inside, "site_id", "at most 200").await;
        let written = json!({ "site_id": "x".repeat(300_000) }).to_string();
        let inside = json!({ "tool": "getSiteInfo", "arguments": written });
        assert_too_long(&managed, "callTool", inside, "site_id", "at most 200").await;
    }
    assert_eq!(fixture.upstream.connections(), 0);
}

#[tokio::test]
async fn other_texts_and_lists_are_limited() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    for text in [json!("x".repeat(65_537)), json!(vec!["x".repeat(10); 7_000])] {
        let asked = json!({ "os": text });
        assert_too_long(&alice, "searchOrgWirelessClients", asked, "os", "at most 65536").await;
    }
    let asked = json!({ "os": vec![1; 66_000] });
    let refused = alice.try_call("searchOrgWirelessClients", asked).await;
    assert!(refused.status == 400 && refused.body.contains("20000 JSON values"), "{refused:?}");
    let many: serde_json::Map<_, _> =
        (0..15_000).map(|number| (format!("unknown{number}"), json!(1))).collect();
    let refused = alice.refusal("searchOrgSites", many.into()).await;
    assert!(refused.contains("15000 parameters are unknown"), "{refused}");
    assert_eq!(fixture.upstream.connections(), 0);
}

#[tokio::test]
async fn fields_are_limited_in_number_length_and_depth() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    let many = (0..201).map(|number| format!("n{number}")).collect::<Vec<_>>();
    for fields in [
        json!("name,".repeat(150_000)),
        json!(vec!["name"; 15_000]),
        json!(many),
        json!(many.join(",")),
        json!("x".repeat(201)),
        json!(vec!["a"; 30].join(".")),
    ] {
        assert_too_long(&alice, "searchOrgAlarms", json!({ "fields": fields }), "fields", "at most").await;
    }
    assert_eq!(fixture.upstream.connections(), 0);
}

#[tokio::test]
async fn custom_mode_of_the_operator_is_not_widened_by_a_url() {
    let fixture = Fixture::start("--mode custom --categories sites").await;
    for lifecycle in Lifecycle::BOTH {
        for mode in ["managed", "all", "ALL", "%6danaged"] {
            let client = fixture.alice(&format!("?mode={mode}")).lifecycle(lifecycle);
            let response = match lifecycle {
                Lifecycle::Legacy => client.clone().initialize().await,
                Lifecycle::Stateless => client.try_call("findTools", json!({ "query": "clients" })).await,
            };
            assert_eq!(response.status, 400, "{mode}: {response:?}");
            assert!(response.error().contains("--mode"), "{mode}: {response:?}");
        }
        let operators = fixture.alice("").connect(lifecycle).await.tools().await;
        let custom = fixture.alice("?mode=custom&categories=sites").connect(lifecycle).await.tools().await;
        assert_eq!(operators, custom);
        assert!(!operators.iter().any(|tool| tool == "findTools" || tool == "callTool"), "{operators:?}");
    }
}
