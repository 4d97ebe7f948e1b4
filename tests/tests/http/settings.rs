//! Query parameters of the MCP URL.

use mistmcp_tests::{HttpClient, Launch, Lifecycle, MockUpstream};
use serde_json::json;

use crate::fixture::{ALICE, BOB, Fixture, encoded, site};

const ORG: &str = "9f2c1e50-8c4b-4f0e-a1d7-0123456789ab";

#[tokio::test]
async fn each_client_calls_the_cloud_that_its_url_names() {
    let (one, other) = (MockUpstream::start().await, MockUpstream::start().await);
    let server =
        Launch::new("--allow-cloud").argument(&format!("{},{}", one.url(), other.url())).serve().await;
    for lifecycle in Lifecycle::BOTH {
        for (upstream, token) in [(&one, ALICE), (&other, BOB)] {
            let query = format!("?mode=all&Cloud={}", encoded(&upstream.url().to_uppercase()));
            let client = HttpClient::with_token(&server, &query, token).connect(lifecycle).await;
            client.call("getSiteInfo", site(1)).await;
        }
        for (upstream, token) in [(&one, ALICE), (&other, BOB)] {
            let received = upstream.take();
            assert_eq!(received.len(), 1, "{lifecycle:?}: {received:?}");
            assert_eq!(received[0].header("authorization"), format!("Token {token}"), "{lifecycle:?}");
        }
    }
}

#[tokio::test]
async fn a_portal_url_is_accepted_as_the_cloud() {
    let fixture = Fixture::start("").await;
    for cloud in [
        format!("https://manage.eu.mist.com/admin/?org_id={ORG}#!dashboard"),
        "https://api.gc1.mist.com/api/v1".to_owned(),
    ] {
        let response = fixture.alice(&format!("?cloud={}", encoded(&cloud))).initialize().await;
        assert_eq!(response.status, 200, "{cloud}: {response:?}");
    }
    let response = fixture.alice("?cloud=eu").initialize().await;
    assert_eq!(response.status, 400, "{response:?}");
    assert!(response.error().contains("did you mean `api.eu.mist.com`"), "{response:?}");
}

#[tokio::test]
async fn without_a_cloud_the_error_lists_the_clouds() {
    let upstream = MockUpstream::start().await;
    let server = Launch::new("--allow-cloud").argument(&upstream.url()).serve().await;
    for query in ["", "?cloud=", "?mode=all"] {
        let response = HttpClient::with_token(&server, query, ALICE).initialize().await;
        assert_eq!(response.status, 400, "{response:?}");
        for wanted in ["?cloud=", "api.eu.mist.com", &upstream.address().to_string()] {
            assert!(response.error().contains(wanted), "{wanted}: {response:?}");
        }
    }
    let text = server.errors();
    assert!(text.contains("/mcp?cloud=HOST, where"), "{text}");
}

#[tokio::test]
async fn an_unknown_cloud_is_rejected_and_gets_no_connection() {
    let unknown_client = MockUpstream::start().await;
    let fixture = Fixture::start("").await;
    let address = unknown_client.address().to_string();
    for cloud in [
        unknown_client.url(),
        address.clone(),
        format!("https://{address}"),
        format!("http://api.mist.com@{address}"),
        format!("http://api.mist.com:x@{address}/"),
        format!("{}#@{address}", fixture.upstream.url()),
        format!("{}\\@{address}", fixture.upstream.url()),
        format!("{}\r\nHost: {address}", fixture.upstream.url()),
        format!("localhost:{}", unknown_client.address().port()),
        format!("http://0x7f000001:{}", unknown_client.address().port()),
        "169.254.169.254".to_owned(),
        "api.mist.com.evil.example".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        for lifecycle in Lifecycle::BOTH {
            let client = fixture.alice(&format!("?mode=all&cloud={}", encoded(&cloud))).lifecycle(lifecycle);
            let response = match lifecycle {
                Lifecycle::Legacy => client.clone().initialize().await,
                Lifecycle::Stateless => client.try_call("getSiteInfo", site(1)).await,
            };
            assert_eq!(response.status, 400, "{cloud}: {response:?}");
            assert!(response.error().contains("cloud"), "{cloud}: {response:?}");
        }
    }
    assert_eq!((unknown_client.connections(), fixture.upstream.connections()), (0, 0));
}

#[tokio::test]
async fn modes_and_categories_are_case_insensitive() {
    let fixture = Fixture::start("").await;
    let wanted =
        fixture.alice("?mode=custom&categories=orgs,sites").connect(Lifecycle::Stateless).await.tools().await;
    assert!(wanted.contains(&"getSiteInfo".to_owned()) && wanted.len() < 60, "{wanted:?}");
    for lifecycle in Lifecycle::BOTH {
        for query in [
            "?MODE=Custom&Categories=ORGS%20%2C%20Sites",
            "?mode=%63ustom&categories=orgs+,+sites,",
            "?categories=orgs&mode=custom&categories=sites&debug=&cloud=",
        ] {
            let client = fixture.alice(query).connect(lifecycle).await;
            assert_eq!(client.tools().await, wanted, "{query}");
        }
        let all = fixture.alice("?mode=ALL").connect(lifecycle).await.tools().await;
        let managed = fixture.alice("").connect(lifecycle).await.tools().await;
        assert!(all.len() > 200 && managed.len() == 20, "{} {managed:?}", all.len());
    }
}

#[tokio::test]
async fn an_invalid_parameter_is_rejected_with_the_valid_ones() {
    let fixture = Fixture::start("").await;
    for (query, wanted) in [
        ("?token=abc", "cloud, mode"),
        ("?catagories=sites", "did you mean \"categories\"?"),
        ("?mode=everything", "managed, all, custom"),
        ("?mode=custom", "categories"),
        ("?mode=custom&categories=sights", "did you mean \"sites\"?"),
        ("?org_id=acme", "UUID"),
        ("?debug=maybe", "`true` or `false`"),
        ("?mode=all&mode=managed", "twice"),
        ("?cloud=api.mist.example", "api.gc1.mist.com"),
    ] {
        for lifecycle in Lifecycle::BOTH {
            let client = fixture.alice(query).lifecycle(lifecycle);
            let response = match lifecycle {
                Lifecycle::Legacy => client.clone().initialize().await,
                Lifecycle::Stateless => client.ask("tools/list", json!({})).await,
            };
            assert_eq!(response.status, 400, "{query}: {response:?}");
            assert!(response.error().contains(wanted), "{query}: {response:?}");
        }
    }
}

#[tokio::test]
async fn a_client_can_set_its_organization() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let client =
            fixture.alice(&format!("?mode=all&org_id={}", ORG.to_uppercase())).connect(lifecycle).await;
        client.call("getOrg", json!({})).await;
        let paths: Vec<_> = fixture.upstream.take().into_iter().map(|received| received.path).collect();
        assert_eq!(paths, [format!("/api/v1/orgs/{ORG}")]);
    }
}

#[tokio::test]
async fn both_paths_serve_mcp_in_both_lifecycles() {
    let fixture = Fixture::start("").await;
    for path in ["/mcp", "/mcp/", "/mcp?mode=all", "/mcp/?mode=all"] {
        for lifecycle in Lifecycle::BOTH {
            let client = fixture.alice("").to(&fixture.server.url(path)).connect(lifecycle).await;
            assert_eq!(client.tools().await.len() > 200, path.contains("all"), "{path} {lifecycle:?}");
        }
    }
    let elsewhere = fixture.alice("").to(&fixture.server.url("/mcp/x")).initialize().await;
    assert_eq!((elsewhere.status, elsewhere.error().contains("/mcp")), (404, true));
}
