//! Access tokens that are refused, and those that are not.

use mistmcp_tests::{HttpClient, HttpResponse, Launch, Lifecycle};
use ring::hmac;
use serde_json::{Map, Value, json};

use super::issuer::{Issuer, SigningKey, encoded, now};
use super::{ACME, BETA, METADATA, Team, challenge};
use crate::audit::written;
use crate::fixture::{ALICE, site};

#[tokio::test]
async fn forged_and_misused_tokens_are_refused() {
    let team = Team::start("").await;
    let Issuer { key, .. } = &team.issuer;
    let header = team.issuer.header();
    let claims = team.issuer.claims("alice", json!({}));
    let unsigned = |algorithm: &str| {
        format!(
            "{}.{}",
            encoded(json!({ "alg": algorithm, "kid": key.id }).to_string()),
            encoded(claims.to_string())
        )
    };
    let with_secret = |secret: &[u8]| {
        let message = unsigned("HS256");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", encoded(tag))
    };
    let more =
        |name: &str, value: Value| team.issuer.token_with_header(&Map::from_iter([(name.to_owned(), value)]));
    let changed = |changed: Value| team.issuer.token("alice", changed);
    let foreign = SigningKey::new("first");
    let unknown = SigningKey::new("unknown");
    let elsewhere = format!("{}/elsewhere", team.issuer.url);
    let good = changed(json!({}));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other_claims = team.issuer.claims("bob", json!({}));
    for (what, token) in [
        ("none", format!("{}.", unsigned("none"))),
        ("none in capitals", format!("{}.", unsigned("NONE"))),
        ("no signature", format!("{signed}.")),
        ("HS256 with the public key", with_secret(key.public())),
        ("HS256 with the JWK", with_secret(key.jwk().to_string().as_bytes())),
        ("HS256 with nothing", with_secret(b"")),
        ("another algorithm", format!("{}.{signature}", unsigned("RS256"))),
        ("another key of the same id", foreign.sign(&header, &claims)),
        ("an unknown key", unknown.sign(&json!({ "alg": "ES256", "kid": "unknown" }), &claims)),
        ("an unknown key by jku", {
            let header = json!({ "alg": "ES256", "kid": "unknown", "jku": elsewhere, "x5u": elsewhere });
            unknown.sign(&header, &claims)
        }),
        ("a key of its own", unknown.sign(&json!({ "alg": "ES256", "jwk": unknown.jwk() }), &claims)),
        (
            "other claims",
            format!("{}.{}.{signature}", encoded(header.to_string()), encoded(other_claims.to_string())),
        ),
        ("audience", changed(json!({ "aud": "https://other.example.com/mcp" }))),
        ("a part of the audience", changed(json!({ "aud": "https://mist.example.com" }))),
        ("audiences", changed(json!({ "aud": ["https://other.example.com", "account"] }))),
        ("no audience", changed(json!({ "aud": null }))),
        ("issuer", changed(json!({ "iss": "https://login.example.com" }))),
        ("issuers", changed(json!({ "iss": [team.issuer.url, "https://login.example.com"] }))),
        ("no issuer", changed(json!({ "iss": null }))),
        ("expired", changed(json!({ "exp": now() - 120 }))),
        ("no end", changed(json!({ "exp": null }))),
        ("an end that is a text", changed(json!({ "exp": "tomorrow" }))),
        ("not yet valid", changed(json!({ "nbf": now() + 120 }))),
        ("no subject", changed(json!({ "sub": null }))),
        ("an empty subject", changed(json!({ "sub": "" }))),
        ("a subject that is a number", changed(json!({ "sub": 7 }))),
        ("subjects", changed(json!({ "sub": ["alice"] }))),
        ("a token for a logout", more("typ", json!("logout+jwt"))),
        ("an id token", more("typ", json!("application/id+jwt"))),
        ("a critical header", more("crit", json!(["exp"]))),
        ("a key id that is a number", more("kid", json!(5))),
        ("no JWT", "s0me-opaque-t0ken".to_owned()),
        ("dots", "....".to_owned()),
        ("long", "a".repeat(17 * 1024)),
        ("Mist's own", ACME.to_owned()),
    ] {
        for lifecycle in Lifecycle::BOTH {
            let mut client = team.client(&token).lifecycle(lifecycle);
            let refused = match lifecycle {
                Lifecycle::Legacy => client.initialize().await,
                Lifecycle::Stateless => client.ask("tools/list", json!({})).await,
            };
            assert_eq!(refused.status, 401, "{what}: {refused:?}");
            let challenge = challenge(&refused);
            assert!(
                challenge.contains("error=\"invalid_token\"") && challenge.contains(METADATA),
                "{what}: {challenge}"
            );
            assert!(!refused.body.contains(token.as_str()), "{what}: {refused:?}");
        }
    }
    assert_eq!(team.issuer.followed(), 0, "an address in a header was followed");
    assert!(team.issuer.requests() <= 4, "{} requests for keys", team.issuer.requests());
    team.assert_nothing_was_asked("forged tokens");
    // Addresses in the header of a good token are not followed either.
    for token in [
        more("jku", json!(elsewhere)),
        more("x5u", json!(elsewhere)),
        more("typ", json!("JWT")),
        changed(json!({ "exp": u64::MAX })),
        changed(json!({ "exp": u64::MAX - 11 })),
        good,
    ] {
        team.client(&token).open().await.call("getSiteInfo", site(1)).await;
    }
    assert_eq!(team.issuer.followed(), 0);
    let twice = team.of("alice", json!({})).request_builder("tools/list", json!({}));
    let twice = HttpResponse::of(twice.header("Authorization", "Bearer another")).await;
    assert_eq!(twice.status, 400, "{twice:?}");
}

#[tokio::test]
async fn a_token_without_the_scope_is_refused_with_the_scope() {
    let team = Team::start("--oauth-scope mcp:read").await;
    for claims in [json!({}), json!({ "scope": "mcp openid" }), json!({ "scp": ["other"] })] {
        let refused = team.of("alice", claims).initialize().await;
        assert_eq!(refused.status, 403, "{refused:?}");
        let challenge = challenge(&refused);
        assert!(
            challenge.contains("error=\"insufficient_scope\"") && challenge.contains("scope=\"mcp:read\""),
            "{challenge}"
        );
    }
    for claims in [json!({ "scope": "openid mcp:read" }), json!({ "scp": ["mcp:read"] })] {
        team.of("alice", claims).open().await.call("getSiteInfo", site(1)).await;
    }
}

#[tokio::test]
async fn a_client_may_bring_a_mist_token_only_where_the_operator_allows_it() {
    let team = Team::start("").await;
    // A reference that a client did not replace is to be left out as well, and not to be made a token.
    for sent in [ALICE, "${env:MIST_APITOKEN}", "two words"] {
        let refused = team.of("alice", json!({})).header("X-Authorization", sent).initialize().await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.error().contains("leave `X-Authorization` out"), "{refused:?}");
        assert!(refused.error().contains("--oauth-own-token"), "{refused:?}");
    }
    let team = Team::start("--oauth-own-token").await;
    let query = format!("?cloud={}", crate::fixture::encoded(&team.beta.url()));
    for lifecycle in Lifecycle::BOTH {
        let own = team.of("carol", json!({ "groups": [] })).header("X-Authorization", ALICE).query(&query);
        let own = own.connect(lifecycle).await;
        own.call("getSiteInfo", site(1)).await;
        let line = written(&team.server.folder().join("audit.jsonl"), 1).await.pop().unwrap();
        assert!(line["subject"] == "carol" && line["token_hash"].is_string(), "{line}");
        let received = team.beta.take();
        assert_eq!(received.last().unwrap().header("authorization"), format!("Token {ALICE}"));
        // An access token never reaches Mist, and another sign-in would not help a token that Mist cannot have.
        let bearer = team.issuer.token("carol", json!({ "groups": [] }));
        let other = team.issuer.token("dave", json!({}));
        let parts: Vec<&str> = bearer.split('.').collect();
        let without_signature = |token: &str| token.rsplit_once('.').unwrap().0.to_owned();
        let jwe = |header: &Value| format!("{}..iv.text.tag", encoded(header.to_string()));
        for (what, value) in [
            ("behind a Mist token", format!("{ALICE},{bearer}")),
            ("before a Mist token", format!("{bearer},{ALICE}")),
            ("two Mist tokens", format!("{ALICE},{BETA}")),
            ("behind a letter", format!("x{bearer}")),
            ("before a letter", format!("{bearer}=x")),
            ("without its signature", without_signature(&bearer)),
            ("another one without its signature", without_signature(&other)),
            ("without its header", format!("{}.{}", parts[1], parts[2])),
            ("its claims", parts[1].to_owned()),
            ("its signature", parts[2].to_owned()),
            ("a part of its signature", format!("x-{}", &parts[2][3..40])),
            ("in base64", encoded(&bearer)),
            ("in lower case", bearer.to_lowercase()),
            ("a JWE", jwe(&json!({ "alg": "dir", "enc": "A128GCM" }))),
            ("a JWE behind a letter", format!("_{}", jwe(&json!({ "enc": "A256GCM", "alg": "RSA-OAEP" })))),
            ("the same access token", bearer.clone()),
            ("another one", team.issuer.token("dave", json!({}))),
            ("one with a scheme", format!("Token {bearer}")),
            (
                "one of another issuer",
                SigningKey::new("x").sign(&json!({ "alg": "ES256" }), &json!({ "sub": "x" })),
            ),
            ("a reference", "${MIST_APITOKEN}".to_owned()),
            ("two words", "a b".to_owned()),
        ] {
            let client =
                team.client(&bearer).header("X-Authorization", &value).query(&query).lifecycle(lifecycle);
            let refused = client.ask("tools/list", json!({})).await;
            assert_eq!(refused.status, 400, "{what}: {refused:?}");
            assert!(!refused.headers.contains_key("www-authenticate"), "{what}: {refused:?}");
            assert!(
                refused.error().contains("X-Authorization") && !refused.body.contains("eyJ"),
                "{what}: {refused:?}"
            );
        }
        assert!(team.beta.take().is_empty());
        // Without the access token, the Mist token is worth nothing.
        let alone = HttpClient::with_token(&team.server, &query, ALICE).lifecycle(lifecycle);
        assert_eq!(alone.ask("tools/list", json!({})).await.status, 401);
        if lifecycle == Lifecycle::Legacy {
            let other =
                team.of("carol", json!({})).header("X-Authorization", BETA).query(&query).on(own.session());
            assert_eq!(other.ask("tools/list", json!({})).await.status, 404);
        }
    }
}

#[tokio::test]
async fn the_audience_may_be_the_resource_as_it_is_written_or_announced() {
    for (written, others) in [
        ("https://Mist.Example.com:443/mcp", &["https://mist.example.com/mcp"][..]),
        ("https://mist.example.com", &["https://mist.example.com/"]),
        ("https://mist.example.com/", &["https://mist.example.com"]),
        ("https://bücher.example/a b/mcp", &["https://xn--bcher-kva.example/a%20b/mcp"]),
    ] {
        let issuer = Issuer::start().await;
        let server = Launch::new("--demo").argument("--oauth-issuer").argument(&issuer.url);
        let server = server.argument("--oauth-audience").argument(written).serve().await;
        let of = |audience: &str| {
            let token = issuer.token("alice", json!({ "aud": audience }));
            HttpClient::new(&server, "").header("Authorization", &format!("Bearer {token}"))
        };
        for accepted in others.iter().chain([&written]) {
            assert_eq!(of(accepted).initialize().await.status, 200, "{written}: {accepted}");
        }
        for refused in
            ["https://mist.example.com/other", "https://mist.example.com:8443/", "mist.example.com"]
        {
            assert_eq!(of(refused).initialize().await.status, 401, "{written}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_refused_token_is_told_to_the_client_as_json_rpc_and_to_the_operator_in_the_log() {
    let team = Team::start("").await;
    let more =
        |name: &str, value: Value| team.issuer.token_with_header(&Map::from_iter([(name.to_owned(), value)]));
    let changed = |changed: Value| team.issuer.token("alice", changed);
    let claims = team.issuer.claims("alice", json!({})).to_string();
    let twice = |claim: &str| {
        let claims = format!("{},\"{claim}\":\"x\"}}", claims.strip_suffix('}').unwrap());
        let message = format!("{}.{}", encoded(team.issuer.header().to_string()), encoded(claims));
        team.issuer.key.sign_message(&message)
    };
    for (token, wanted) in [
        (changed(json!({ "nbf": "tomorrow" })), "its `nbf` has another form"),
        (changed(json!({ "exp": null })), "it has no `exp`, or one in another form"),
        (changed(json!({ "sub": 7 })), "it has no `sub`, or one in another form"),
        (twice("sub"), "it has the claim `sub` twice"),
        (twice("iss"), "it has the claim `iss` twice"),
        (more("alg", json!("Ed25519")), "accepted under its name `EdDSA` alone"),
        (more("alg", json!("RS256")), "its `alg` is not that of the key that its `kid` names"),
        (changed(json!({ "aud": "https://other.example.com/mcp" })), "it is for another audience"),
    ] {
        let refused = team.client(&token).initialize().await;
        assert_eq!(refused.status, 401, "{wanted}: {refused:?}");
        let body = refused.message();
        assert_eq!(
            (&body["jsonrpc"], &body["id"], &body["error"]["code"]),
            (&json!("2.0"), &Value::Null, &json!(-32600))
        );
        assert!(body["error"]["message"].as_str().unwrap().contains(wanted), "{wanted}: {body}");
        assert!(challenge(&refused).contains(wanted), "{wanted}: {refused:?}");
        let told = |errors: &String| {
            errors.contains(&format!("an access token was refused: {wanted}")) || errors.contains(wanted)
        };
        let errors = team.server.wait_until(wanted, told).await;
        assert!(!errors.contains("eyJ") && !errors.contains(&token), "{errors}");
    }
    // A person without an account: what the accounts file can name them by.
    let eve = json!({ "groups": ["sales", "hr"], "email": "eve@example.org", "email_verified": true });
    let refused = team.of("sub-of-eve", eve).initialize().await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.message()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("no account of this server is yours")
    );
    let told = |errors: &String| errors.contains("no account of the accounts file");
    let errors = team.server.wait_until("the person in the log", told).await;
    for wanted in ["sub-of-eve", "sales", "hr", "eve@example.org"] {
        assert!(errors.contains(wanted), "{wanted}: {errors}");
    }
    // However many come, the log has a few lines.
    for number in 0..40 {
        let unknown = SigningKey::new("unknown")
            .sign(&json!({ "alg": "ES256", "kid": "first" }), &json!({ "n": number }));
        assert_eq!(team.client(&unknown).initialize().await.status, 401);
    }
    let lines = team.server.errors().matches("an access token was refused").count();
    assert!((1..=20).contains(&lines), "{lines}");
    // Beside the endpoint of MCP, the form is another one.
    assert!(team.get("/nothing").await.error().contains("There is nothing here"));
}

#[tokio::test]
async fn a_subject_in_the_form_of_an_address_is_no_verified_address() {
    let team = Team::start("").await;
    for (claims, wanted) in [
        (json!({ "email": "eve@example.com", "email_verified": false }), 403),
        (json!({ "email": "eve@example.com" }), 403),
        (json!({ "email_verified": false }), 403),
        (json!({ "email": "mallory@example.com", "email_verified": true }), 403),
        (json!({ "email": "eve@example.com", "email_verified": true }), 200),
        (json!({}), 200),
    ] {
        let mut claims = claims;
        claims["groups"] = json!([]);
        let answer = team.of("eve@example.com", claims.clone()).initialize().await;
        assert_eq!(answer.status, wanted, "{claims}: {answer:?}");
    }
}
