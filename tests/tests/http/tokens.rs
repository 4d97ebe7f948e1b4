//! Which token a call is made with.

use mistmcp_tests::{HttpClient, Launch, Lifecycle, MockUpstream, TOKEN};
use serde_json::json;

use crate::fixture::{ALICE, Fixture, encoded, site};

const SECRET: &str = "a-secret-of-the-operators";

/// The token of the last request to Mist.
fn last_token(upstream: &MockUpstream) -> String {
    let received = upstream.take();
    assert_eq!(received.len(), 1, "{received:?}");
    received[0].header("authorization").to_owned()
}

#[tokio::test]
async fn a_token_from_either_header_is_sent_to_mist() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        for (name, value) in [
            ("X-Authorization", ALICE.to_owned()),
            ("x-authorization", format!("Token {ALICE}")),
            ("Authorization", format!("Bearer {ALICE}")),
            ("authorization", format!("bEARER  {ALICE} ")),
            ("Authorization", format!("Token {ALICE}")),
        ] {
            let client =
                HttpClient::new(&fixture.server, "?mode=all").header(name, &value).connect(lifecycle).await;
            client.call("getSiteInfo", site(1)).await;
            assert_eq!(last_token(&fixture.upstream), format!("Token {ALICE}"), "{name}: {value}");
        }
    }
}

#[tokio::test]
async fn requests_without_a_token_are_rejected() {
    let fixture = Fixture::start("").await;
    for headers in [
        &[][..],
        &[("Authorization", "Basic YWxpY2U6YWxpY2U=")],
        &[("Authorization", "Bearer")],
        &[("Authorization", "bare")],
        &[("X-Authorization", "")],
        &[("X-Authorization", "a b c")],
        &[("X-Authorization", "Bearer ")],
        &[("X-Authorization", "${MIST_APITOKEN}")],
        &[("Authorization", "Bearer ${input:mist-token}")],
        &[("Authorization", "Bearer <token>")],
        &[("X-Authorization", "Authorization: Token abc")],
        &[("Cookie", "MIST_APITOKEN=abc")],
    ] {
        let client = headers
            .iter()
            .fold(HttpClient::new(&fixture.server, ""), |client, (name, value)| client.header(name, value));
        let modern = client.clone().lifecycle(Lifecycle::Stateless);
        for response in [
            client.clone().initialize().await,
            modern.ask("server/discover", json!({})).await,
            modern.ask("tools/list", json!({})).await,
            HttpClient::clone(&client).end().await,
        ] {
            assert_eq!(response.status, 401, "{headers:?}: {response:?}");
            assert!(response.header("www-authenticate").starts_with("Bearer "), "{response:?}");
            assert_eq!(response.header("mcp-session-id"), "");
            assert!(!response.error().is_empty());
        }
    }
    assert_eq!(fixture.upstream.connections(), 0, "the process's own token was used");
}

#[tokio::test]
async fn an_invalid_token_is_rejected_with_the_reason_and_not_repeated() {
    let fixture = Fixture::start("").await;
    for (name, value, cause) in [
        ("X-Authorization", "${env:MIST_APITOKEN}", "reference to a variable"),
        ("Authorization", "Bearer %MIST_APITOKEN%", "reference to a variable"),
        ("X-Authorization", "undefined", "placeholder"),
        ("X-Authorization", "Bearer Token s3cr3t", "alone"),
        ("X-Authorization", "Authorization: Token s3cr3t", "alone"),
        ("X-Authorization", "\"s3cr3t\"", "quotation mark"),
        ("X-Authorization", "s3cr3t s3cr3t", "space"),
        ("X-Authorization", "Bearer ", "No Mist API token"),
    ] {
        let response = HttpClient::new(&fixture.server, "").header(name, value).initialize().await;
        assert_eq!(response.status, 401, "{value}: {response:?}");
        assert!(
            response.error().contains(cause) && !response.body.contains("s3cr3t"),
            "{value}: {response:?}"
        );
    }
    for query in [
        "?cloud=s3cr3t-0f-7he-7es7s",
        "?cloud=https://ada:s3cr3t@api.mist.com",
        "?org_id=s3cr3t",
        "?mode=s3cr3t7",
    ] {
        let response = fixture.alice(query).initialize().await;
        assert_eq!(response.status, 400, "{query}: {response:?}");
        assert!(!response.body.contains("s3cr3t"), "{query}: {response:?}");
    }
    assert_eq!(fixture.upstream.connections(), 0);
    assert!(!fixture.server.errors().contains("s3cr3t"), "{}", fixture.server.errors());
}

#[tokio::test]
async fn a_shared_token_is_for_clients_without_one_and_for_one_cloud() {
    let (upstream, other) = (MockUpstream::start().await, MockUpstream::start().await);
    let launch = Launch::at(&upstream, "--shared-token").argument("--allow-cloud").argument(&other.url());
    let server = launch.serve().await;
    let elsewhere = format!("?mode=all&cloud={}", encoded(&other.url()));
    for lifecycle in Lifecycle::BOTH {
        let client = HttpClient::new(&server, "?mode=all").connect(lifecycle).await;
        client.call("getSiteInfo", site(1)).await;
        assert_eq!(last_token(&upstream), format!("Token {TOKEN}"));
        let own = HttpClient::with_token(&server, "?mode=all", ALICE).connect(lifecycle).await;
        own.call("getSiteInfo", site(2)).await;
        assert_eq!(last_token(&upstream), format!("Token {ALICE}"));

        let stray =
            HttpClient::new(&server, &elsewhere).lifecycle(lifecycle).try_call("getSiteInfo", site(3)).await;
        assert_eq!(stray.status, 400, "{stray:?}");
        assert!(stray.error().contains("shares its own token"), "{stray:?}");
        assert_eq!(other.take().len(), 0);
        let own = HttpClient::with_token(&server, &elsewhere, ALICE).connect(lifecycle).await;
        own.call("getSiteInfo", site(4)).await;
        assert_eq!(last_token(&other), format!("Token {ALICE}"));
    }
    // A session of the shared token cannot be continued with another token.
    let opened = HttpClient::new(&server, "").open().await;
    let swapped = HttpClient::with_token(&server, "", ALICE).on(opened.session());
    assert_eq!(swapped.ask("tools/list", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_client_token_is_required() {
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, "--shared-token").variable("MISTMCP_CLIENT_TOKEN", SECRET);
    let server = launch.serve().await;
    let bearer = format!("Bearer {SECRET}");
    let without = HttpClient::new(&server, "?mode=all");
    for client in [
        without.clone(),
        without.clone().header("X-Authorization", ALICE),
        without.clone().header("Authorization", &bearer[..bearer.len() - 1]),
        without.clone().header("Authorization", &format!("{bearer}x")),
    ] {
        for lifecycle in Lifecycle::BOTH {
            let response = client.clone().lifecycle(lifecycle).ask("tools/list", json!({})).await;
            assert_eq!(response.status, 401, "{response:?}");
            assert!(!response.body.contains(SECRET));
            // The server has a token for its clients.
            assert!(!response.error().contains("X-Authorization"), "{response:?}");
        }
    }
    assert_eq!(upstream.connections(), 0);
    for lifecycle in Lifecycle::BOTH {
        let client = without.clone().header("Authorization", &bearer).connect(lifecycle).await;
        client.call("getSiteInfo", site(1)).await;
        assert_eq!(last_token(&upstream), format!("Token {TOKEN}"));
        let own = without.clone().header("Authorization", &bearer).header("X-Authorization", ALICE);
        let own = own.connect(lifecycle).await;
        own.call("getSiteInfo", site(1)).await;
        assert_eq!(last_token(&upstream), format!("Token {ALICE}"), "the secret never goes to Mist");
    }
}

#[tokio::test]
async fn a_client_that_does_what_a_refusal_says_is_served() {
    let upstream = MockUpstream::start().await;
    let server = Launch::at(&upstream, "").variable("MISTMCP_CLIENT_TOKEN", SECRET).serve().await;
    let bearer = |token: &str| ("Authorization", format!("Bearer {token}"));
    let own = ("X-Authorization", ALICE.to_owned());
    let client = |headers: &[(&'static str, String)]| {
        let client = HttpClient::new(&server, "?mode=all");
        headers.iter().fold(client, |client, (name, value)| client.header(name, value))
    };
    let both = ["`X-Authorization", "`Authorization", "client token"];
    for (headers, wanted) in [
        (vec![], &both[..]),
        (vec![bearer(SECRET)], &both),
        (vec![bearer(ALICE)], &both),
        (vec![own.clone()], &both),
        (vec![("X-Authorization", SECRET.to_owned())], &both),
        (vec![bearer(&format!("\"{SECRET}\""))], &["`Authorization` holds", "quotation mark"]),
        (vec![bearer("${MISTMCP_CLIENT_TOKEN}"), own.clone()], &["`Authorization` holds", "placeholder"]),
        (vec![bearer(&format!("Bearer {SECRET}")), own.clone()], &["`Authorization` holds", "scheme"]),
        (
            vec![bearer("wrong-secret-0f-2"), ("X-Authorization", "null".to_owned())],
            &["`X-Authorization` holds"],
        ),
    ] {
        for lifecycle in Lifecycle::BOTH {
            let refused = client(&headers).lifecycle(lifecycle).ask("tools/list", json!({})).await;
            assert_eq!(refused.status, 401, "{headers:?}: {refused:?}");
            let text = refused.error();
            assert!(wanted.iter().all(|part| text.contains(part)), "{headers:?}: {text}");
            assert!(!text.contains("`Authorization: Bearer <token>`"), "that leads back here: {text}");
            assert!(!text.contains(SECRET) && !text.contains(ALICE), "{text}");
        }
    }
    for lifecycle in Lifecycle::BOTH {
        let alice = client(&[bearer(SECRET), own.clone()]).connect(lifecycle).await;
        alice.call("getSiteInfo", site(1)).await;
        assert_eq!(last_token(&upstream), format!("Token {ALICE}"));
    }
}

#[tokio::test]
async fn a_client_token_that_no_client_can_send_stops_the_server_and_white_space_around_one_is_none_of_it() {
    let upstream = MockUpstream::start().await;
    for wrong in [
        format!("\"{SECRET}\""),
        format!("'{SECRET}'\r"),
        format!("Bearer {SECRET}"),
        format!("MISTMCP_CLIENT_TOKEN={SECRET}"),
        format!("{SECRET}\n{SECRET}"),
        format!("{SECRET}-ü"),
    ] {
        for arguments in ["-t http -p 0", "-t http -p 0 check"] {
            let launch = Launch::at(&upstream, arguments).variable("MISTMCP_CLIENT_TOKEN", &wrong);
            let finished = launch.run().await;
            let told = format!("{}{}", finished.output(), finished.stderr);
            assert_eq!(finished.code(), Some(1), "{arguments}: {wrong:?}: {told}");
            assert!(told.contains("--client-token (or MISTMCP_CLIENT_TOKEN)"), "{wrong:?}: {told}");
            assert!(!told.contains(SECRET), "{told}");
        }
    }
    let launch = Launch::at(&upstream, "--shared-token");
    let server = launch.variable("MISTMCP_CLIENT_TOKEN", &format!(" {SECRET}\r\n")).serve().await;
    let client = HttpClient::new(&server, "").header("Authorization", &format!("Bearer {SECRET}"));
    for lifecycle in Lifecycle::BOTH {
        let response = client.clone().lifecycle(lifecycle).ask("ping", json!({})).await;
        assert_ne!(response.status, 401, "{response:?}");
    }
}

#[tokio::test]
async fn sharing_a_token_requires_safe_settings() {
    for (arguments, wanted) in [
        ("--shared-token --host 0.0.0.0", "MISTMCP_CLIENT_TOKEN"),
        ("--shared-token --host ::", "MISTMCP_CLIENT_TOKEN"),
        ("--client-token short", "can be guessed"),
        ("--shared-token --allow-origin *", "MISTMCP_CLIENT_TOKEN"),
        ("--shared-token --allow-origin https://chat.example.com,*", "name the origins"),
        ("--allow-origin https://*.example.com", "`*` inside a name"),
        ("--allow-origin https://chat.example.com --allow-origin *.example.com", "`*` alone for any"),
        ("--allow-host *.example.com:8443", "--allow-host"),
    ] {
        let upstream = MockUpstream::start().await;
        let finished = Launch::at(&upstream, &format!("-t http -p 0 {arguments}")).run().await;
        assert_eq!(finished.code(), Some(1), "{arguments}: {finished:?}");
        assert!(finished.stderr.contains(wanted), "{arguments}: {}", finished.stderr);
    }
    let upstream = MockUpstream::start().await;
    for served in [
        Launch::at(&upstream, "--shared-token --allow-origin https://chat.example.com"),
        Launch::at(&upstream, "--shared-token --allow-origin *").variable("MISTMCP_CLIENT_TOKEN", SECRET),
        Launch::at(&upstream, "--allow-origin *"),
    ] {
        served.serve().await;
    }
    let launch = Launch::new("-t http -p 0 --shared-token").variable("MIST_APITOKEN", TOKEN);
    let finished = launch.run().await;
    assert!(finished.stderr.contains("--cloud"), "{finished:?}");
    assert!(!finished.stderr.contains(TOKEN), "{finished:?}");
}

#[tokio::test]
async fn the_demo_needs_no_token() {
    let server = Launch::new("--demo").serve().await;
    for cloud in ["api.eu.mist.com", "eu"] {
        let stray = HttpClient::new(&server, &format!("?cloud={cloud}")).try_call("getSelf", json!({})).await;
        assert_eq!(stray.status, 400, "{stray:?}");
        assert!(stray.error().contains("demo network: leave `cloud` out"), "{stray:?}");
    }
    for lifecycle in Lifecycle::BOTH {
        let client = HttpClient::new(&server, "?mode=all").connect(lifecycle).await;
        let myself = client.call("getSelf", json!({})).await;
        assert!(myself.contains("privileges"), "{myself}");
    }
}
