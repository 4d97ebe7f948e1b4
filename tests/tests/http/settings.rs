//! What a client's URL says of it.

use mistmcp_tests::{Era, HttpClient, Launch, MockUpstream};
use serde_json::json;

use crate::fixture::{ALICE, BOB, Fixture, encoded, site};

const ORG: &str = "9f2c1e50-8c4b-4f0e-a1d7-0123456789ab";

#[tokio::test]
async fn each_client_calls_the_cloud_that_its_url_names() {
    let (one, other) = (MockUpstream::start().await, MockUpstream::start().await);
    let server =
        Launch::new("--allow-cloud").argument(&format!("{},{}", one.url(), other.url())).serve().await;
    for era in Era::BOTH {
        for (peer, token) in [(&one, ALICE), (&other, BOB)] {
            let query = format!("?mode=all&Cloud={}", encoded(&peer.url().to_uppercase()));
            let guest = HttpClient::with_token(&server, &query, token).enter(era).await;
            guest.call("getSiteInfo", site(1)).await;
        }
        for (peer, token) in [(&one, ALICE), (&other, BOB)] {
            let received = peer.take();
            assert_eq!(received.len(), 1, "{era:?}: {received:?}");
            assert_eq!(received[0].header("authorization"), format!("Token {token}"), "{era:?}");
        }
    }
}

#[tokio::test]
async fn the_address_of_a_portal_is_taken_as_the_cloud() {
    let fixture = Fixture::set("").await;
    for cloud in [
        format!("https://manage.eu.mist.com/admin/?org_id={ORG}#!dashboard"),
        "https://api.gc1.mist.com/api/v1".to_owned(),
    ] {
        let heard = fixture.alice(&format!("?cloud={}", encoded(&cloud))).knock().await;
        assert_eq!(heard.status, 200, "{cloud}: {heard:?}");
    }
    let heard = fixture.alice("?cloud=eu").knock().await;
    assert_eq!(heard.status, 400, "{heard:?}");
    assert!(heard.error().contains("did you mean `api.eu.mist.com`"), "{heard:?}");
}

#[tokio::test]
async fn without_a_cloud_a_client_is_told_which_there_are() {
    let peer = MockUpstream::start().await;
    let server = Launch::new("--allow-cloud").argument(&peer.url()).serve().await;
    for query in ["", "?cloud=", "?mode=all"] {
        let heard = HttpClient::with_token(&server, query, ALICE).knock().await;
        assert_eq!(heard.status, 400, "{heard:?}");
        for wanted in ["?cloud=", "api.eu.mist.com", &peer.address().to_string()] {
            assert!(heard.error().contains(wanted), "{wanted}: {heard:?}");
        }
    }
    let told = server.errors();
    assert!(told.contains("/mcp?cloud=api.mist.com"), "{told}");
}

#[tokio::test]
async fn a_strangers_cloud_is_refused_and_no_packet_goes_there() {
    let stranger = MockUpstream::start().await;
    let fixture = Fixture::set("").await;
    let address = stranger.address().to_string();
    for cloud in [
        stranger.url(),
        address.clone(),
        format!("https://{address}"),
        format!("http://api.mist.com@{address}"),
        format!("http://api.mist.com:x@{address}/"),
        format!("{}#@{address}", fixture.peer.url()),
        format!("{}\\@{address}", fixture.peer.url()),
        format!("{}\r\nHost: {address}", fixture.peer.url()),
        format!("localhost:{}", stranger.address().port()),
        format!("http://0x7f000001:{}", stranger.address().port()),
        "169.254.169.254".to_owned(),
        "api.mist.com.evil.example".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        for era in Era::BOTH {
            let guest = fixture.alice(&format!("?mode=all&cloud={}", encoded(&cloud))).of(era);
            let heard = match era {
                Era::Legacy => guest.clone().knock().await,
                Era::Modern => guest.try_call("getSiteInfo", site(1)).await,
            };
            assert_eq!(heard.status, 400, "{cloud}: {heard:?}");
            assert!(heard.error().contains("cloud"), "{cloud}: {heard:?}");
        }
    }
    assert_eq!((stranger.connections(), fixture.peer.connections()), (0, 0));
}

#[tokio::test]
async fn modes_and_categories_are_taken_in_any_spelling() {
    let fixture = Fixture::set("").await;
    let wanted = fixture.alice("?mode=custom&categories=orgs,sites").enter(Era::Modern).await.tools().await;
    assert!(wanted.contains(&"getSiteInfo".to_owned()) && wanted.len() < 60, "{wanted:?}");
    for era in Era::BOTH {
        for query in [
            "?MODE=Custom&Categories=ORGS%20%2C%20Sites",
            "?mode=%63ustom&categories=orgs+,+sites,",
            "?categories=orgs&mode=custom&categories=sites&debug=&cloud=",
        ] {
            let guest = fixture.alice(query).enter(era).await;
            assert_eq!(guest.tools().await, wanted, "{query}");
        }
        let all = fixture.alice("?mode=ALL").enter(era).await.tools().await;
        let managed = fixture.alice("").enter(era).await.tools().await;
        assert!(all.len() > 200 && managed.len() == 4, "{} {managed:?}", all.len());
    }
}

#[tokio::test]
async fn what_a_url_cannot_say_is_answered_with_what_it_can() {
    let fixture = Fixture::set("").await;
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
        for era in Era::BOTH {
            let guest = fixture.alice(query).of(era);
            let heard = match era {
                Era::Legacy => guest.clone().knock().await,
                Era::Modern => guest.ask("tools/list", json!({})).await,
            };
            assert_eq!(heard.status, 400, "{query}: {heard:?}");
            assert!(heard.error().contains(wanted), "{query}: {heard:?}");
        }
    }
}

#[tokio::test]
async fn a_client_may_name_the_organization_that_it_means() {
    let fixture = Fixture::set("").await;
    for era in Era::BOTH {
        let guest = fixture.alice(&format!("?mode=all&org_id={}", ORG.to_uppercase())).enter(era).await;
        guest.call("getOrg", json!({})).await;
        let paths: Vec<_> = fixture.peer.take().into_iter().map(|received| received.path).collect();
        assert_eq!(paths, [format!("/api/v1/orgs/{ORG}")]);
    }
}

#[tokio::test]
async fn both_paths_are_mcp_in_both_eras() {
    let fixture = Fixture::set("").await;
    for path in ["/mcp", "/mcp/", "/mcp?mode=all", "/mcp/?mode=all"] {
        for era in Era::BOTH {
            let guest = fixture.alice("").to(&fixture.server.url(path)).enter(era).await;
            assert_eq!(guest.tools().await.len() > 200, path.contains("all"), "{path} {era:?}");
        }
    }
    let elsewhere = fixture.alice("").to(&fixture.server.url("/mcp/x")).knock().await;
    assert_eq!((elsewhere.status, elsewhere.error().contains("/mcp")), (404, true));
}
