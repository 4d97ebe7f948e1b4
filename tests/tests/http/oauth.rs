//! OAuth: access tokens of an issuer, forged and misused ones, the accounts of people, and faults of the issuer.

pub(crate) mod issuer;
mod people;

use std::time::Duration;

use mistmcp_tests::{
    Answer, HttpClient, HttpResponse, HttpServer, Launch, Lifecycle, MockUpstream, TOKEN, soon,
};
use ring::hmac;
use serde_json::{Map, Value, json};

use crate::fixture::{ALICE, site};
use issuer::{AUDIENCE, Fault, Issuer, SigningKey, encoded, now};

const ACME: &str = "acme-t0ken-4Fq8xYt2";
const BETA: &str = "beta-t0ken-9Hs3mKw7";
const METADATA: &str = "https://mist.example.com/.well-known/oauth-protected-resource/mcp";

/// A server with an issuer, and the clouds of two customers: `acme` for the group `noc`, `beta` for Bob alone.
struct Team {
    issuer: Issuer,
    acme: MockUpstream,
    beta: MockUpstream,
    server: HttpServer,
}

async fn customer(name: &str, org: &str) -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let privileges = json!([{ "scope": "org", "org_id": org, "org_name": name, "role": "read" }]);
    upstream
        .json("/api/v1/self", &json!({ "email": format!("{name}@example.com"), "privileges": privileges }));
    let name = name.to_owned();
    upstream.default_handler(move |_| Answer::json(&json!({ "name": name })));
    upstream
}

fn org(number: u8) -> String {
    format!("0a000000-0000-4000-8000-00000000000{number}")
}

impl Team {
    async fn start(arguments: &str) -> Self {
        let issuer = Issuer::start().await;
        Self::at(issuer, arguments).await
    }

    async fn at(issuer: Issuer, arguments: &str) -> Self {
        let (acme, beta) = (customer("Acme", &org(1)).await, customer("Beta", &org(2)).await);
        let file = format!(
            "[accounts.acme]\ntoken_env = \"ACME_TOKEN\"\ncloud = \"{}\"\ngroups = [\"noc\"]\n\n\
             [accounts.beta]\ntoken_env = \"BETA_TOKEN\"\ncloud = \"{}\"\nusers = [\"bob\", \"eve@example.com\"]\n",
            acme.url(),
            beta.url()
        );
        let server = Launch::new("--mode all --accounts accounts.toml --audit-log audit.jsonl")
            .arguments(arguments)
            .argument("--oauth-issuer")
            .argument(&issuer.url)
            .argument("--oauth-audience")
            .argument(AUDIENCE)
            .argument("--allow-cloud")
            .argument(&format!("{},{}", acme.url(), beta.url()))
            .file("accounts.toml", file)
            .variable("ACME_TOKEN", ACME)
            .variable("BETA_TOKEN", BETA)
            .serve()
            .await;
        Self { issuer, acme, beta, server }
    }

    /// A client that sends this in `Authorization`.
    fn client(&self, token: &str) -> HttpClient {
        HttpClient::new(&self.server, "").header("Authorization", &format!("Bearer {token}"))
    }

    fn of(&self, subject: &str, changed: Value) -> HttpClient {
        self.client(&self.issuer.token(subject, changed))
    }

    async fn get(&self, path: &str) -> HttpResponse {
        // reqwest requires a crypto provider, even without TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        HttpResponse::of(reqwest::Client::builder().no_proxy().build().unwrap().get(self.server.url(path)))
            .await
    }

    /// That Mist was asked nothing.
    fn assert_nothing_was_asked(&self, what: &str) {
        assert_eq!((self.acme.connections(), self.beta.connections()), (0, 0), "{what}");
    }
}

fn challenge(response: &HttpResponse) -> &str {
    response.headers.get("www-authenticate").unwrap_or_else(|| panic!("{response:?}")).to_str().unwrap()
}

#[tokio::test]
async fn a_client_finds_the_issuer_by_the_metadata() {
    let team = Team::start("--oauth-scope mcp").await;
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let metadata: Value = serde_json::from_str(&team.get(path).await.body).unwrap();
        assert_eq!(metadata["resource"], AUDIENCE);
        assert_eq!(metadata["authorization_servers"], json!([team.issuer.url]));
        assert_eq!(metadata["scopes_supported"], json!(["mcp"]));
        assert_eq!(metadata["bearer_methods_supported"], json!(["header"]));
    }
    for client in [
        HttpClient::new(&team.server, ""),
        HttpClient::with_token(&team.server, "", ALICE),
        HttpClient::new(&team.server, "").header("Authorization", "Token abc"),
    ] {
        for lifecycle in Lifecycle::BOTH {
            let mut client = client.clone().lifecycle(lifecycle);
            let refused = match lifecycle {
                Lifecycle::Legacy => client.initialize().await,
                Lifecycle::Stateless => client.ask("tools/list", json!({})).await,
            };
            assert_eq!(refused.status, 401);
            let wanted = format!("Bearer scope=\"mcp\", resource_metadata=\"{METADATA}\"");
            assert_eq!(challenge(&refused), wanted);
        }
    }
    team.assert_nothing_was_asked("without a token");
}

#[tokio::test]
async fn a_person_has_the_accounts_of_their_claims_and_no_trace_of_others() {
    let team = Team::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let alice = team.of("alice", json!({})).connect(lifecycle).await;
        let shown = alice.call("getSelf", json!({})).await;
        assert!(shown.contains("Acme@") && !shown.contains("eta"), "{shown}");
        assert_eq!(alice.call("getSiteInfo", site(1)).await, r#"{"name":"Acme"}"#);
        for (tool, arguments) in
            [("getOrg", json!({ "org_id": "Beta" })), ("getOrg", json!({ "org_id": "Bet" }))]
        {
            let refused = alice.refusal(tool, arguments).await;
            assert!(!refused.contains("beta") && !refused.contains(&org(2)), "{refused}");
        }
        let bob = team.of("bob", json!({ "groups": [] })).connect(lifecycle).await;
        assert_eq!(bob.call("getSiteInfo", site(1)).await, r#"{"name":"Beta"}"#);
        let both = team.of("bob", json!({})).connect(lifecycle).await;
        let shown = both.call("getSelf", json!({})).await;
        assert!(shown.contains("Acme@") && shown.contains("Beta@"), "{shown}");
        assert_eq!(both.call("getOrg", json!({ "org_id": org(2) })).await, r#"{"name":"Beta"}"#);
        // By email, where it is verified.
        let eve = json!({ "groups": [], "email": "Eve@example.com", "email_verified": true });
        assert_eq!(
            team.of("e", eve).connect(lifecycle).await.call("getSiteInfo", site(2)).await,
            r#"{"name":"Beta"}"#
        );
        let unverified =
            team.of("e", json!({ "groups": [], "email": "eve@example.com" })).lifecycle(lifecycle);
        assert_eq!(unverified.ask("tools/list", json!({})).await.status, 403);
    }
    // The access token never reaches Mist, and Mist's never a client, a log or the audit log.
    for (upstream, token) in [(&team.acme, ACME), (&team.beta, BETA)] {
        for request in upstream.take() {
            assert_eq!(request.header("authorization"), format!("Token {token}"));
            assert!(!format!("{request:?}").contains("eyJ"), "{request:?}");
        }
    }
    let audit = std::fs::read_to_string(team.server.folder().join("audit.jsonl")).unwrap();
    let lines: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines[0]["subject"] == "alice" && lines[0]["account"] == "acme", "{}", lines[0]);
    assert!(lines.iter().any(|line| line["subject"] == "bob" && line["account"] == "acme,beta"), "{audit}");
    assert!(!audit.contains("token_hash"), "{audit}");
    for secret in [ACME, BETA, TOKEN, "eyJ"] {
        assert!(!audit.contains(secret) && !team.server.errors().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_default_organization_that_a_person_does_not_see_is_told_where_the_client_names_it() {
    let team = Team::start("").await;
    let token = format!("Bearer {}", team.issuer.token("bob", json!({})));
    for (number, name) in [(2, Some("Beta")), (1, Some("Acme")), (9, None)] {
        let query = format!("?mode=all&org_id={}", org(number));
        for lifecycle in Lifecycle::BOTH {
            let client = HttpClient::new(&team.server, &query).header("Authorization", &token);
            let client = client.connect(lifecycle).await;
            if let Some(name) = name {
                assert!(client.call("getOrg", json!({})).await.contains(name));
            } else {
                let refused = client.refusal("getOrg", json!({})).await;
                assert!(refused.contains("No account sees the organization"), "{refused}");
            }
        }
    }
    // The operator's default is for those who see it.
    let team = Team::start(&format!("--org-id {}", org(1))).await;
    let bob = team.of("bob", json!({ "groups": [] })).open().await;
    bob.call("getOrg", json!({})).await;
    let asked = team.beta.take();
    assert_eq!(asked.last().unwrap().path, format!("/api/v1/orgs/{}", org(2)), "{asked:?}");
    let both = team.of("bob", json!({})).open().await;
    assert_eq!(both.call("getOrg", json!({})).await, r#"{"name":"Acme"}"#);
}

#[tokio::test]
async fn the_whole_name_of_a_site_is_enough_where_no_tool_lists_organizations() {
    let team = Team::start("--without-tools getSelf,searchOrgSites").await;
    for (upstream, number, name) in [(&team.acme, 1, "Acme HQ"), (&team.beta, 2, "Beta HQ")] {
        let sites = json!([{ "id": format!("05000000-0000-4000-8000-00000000000{number}"), "name": name }]);
        upstream.json(&format!("/api/v1/orgs/{}/sites", org(number)), &sites);
    }
    for lifecycle in Lifecycle::BOTH {
        let both = team.of("bob", json!({})).connect(lifecycle).await;
        let answer = both.call("getSiteInfo", json!({ "site_id": "beta hq" })).await;
        assert_eq!(answer, r#"{"name":"Beta"}"#);
        for name in ["HQ", "Acme H", "Quito"] {
            let refused = both.refusal("getSiteInfo", json!({ "site_id": name })).await;
            assert!(refused.contains("exact and whole name"), "{refused}");
            assert!(!refused.contains(&org(1)) && !refused.contains("Beta"), "{refused}");
        }
    }
}

#[tokio::test]
async fn the_metadata_names_the_issuer_as_it_spells_itself() {
    let mut issuer = Issuer::start().await;
    let own = issuer.url.clone();
    issuer.url.push('/');
    let team = Team::at(issuer, "").await;
    let announced = async {
        loop {
            let metadata = team.get("/.well-known/oauth-protected-resource").await.body;
            let metadata: Value = serde_json::from_str(&metadata).unwrap();
            if metadata["authorization_servers"] == json!([own]) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon("the issuer's own spelling", announced).await;
}

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
async fn a_session_belongs_to_its_subject_and_a_removed_group_ends_its_use() {
    let team = Team::start("").await;
    let alice = team.of("alice", json!({})).open().await;
    alice.call("getSiteInfo", site(1)).await;
    for (what, other) in
        [("another subject", team.of("mallory", json!({}))), ("Bob", team.of("bob", json!({})))]
    {
        let refused = other.on(alice.session()).ask("tools/list", json!({})).await;
        assert_eq!(refused.status, 404, "{what}: {refused:?}");
    }
    // A new token of the same person goes on in the session.
    let again = team.of("alice", json!({ "jti": "2" })).on(alice.session());
    again.call("getSiteInfo", site(2)).await;
    team.acme.take();
    let without = team.of("alice", json!({ "groups": ["sales"] })).on(alice.session());
    let refused = without.try_call("getSiteInfo", site(3)).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.body.contains("no account of this server is yours"), "{refused:?}");
    assert!(team.acme.take().is_empty());
    // Another group brings another account to the same session.
    let bob = team.of("bob", json!({ "groups": [] })).open().await;
    assert_eq!(bob.call("getSiteInfo", site(1)).await, r#"{"name":"Beta"}"#);
    let more = team.of("bob", json!({})).on(bob.session());
    assert!(more.call("getSelf", json!({})).await.contains("Acme@"));
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
    let refused = team.of("alice", json!({})).header("X-Authorization", ALICE).initialize().await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.error().contains("--oauth-own-token"), "{refused:?}");
    let team = Team::start("--oauth-own-token").await;
    let query = format!("?cloud={}", crate::fixture::encoded(&team.beta.url()));
    for lifecycle in Lifecycle::BOTH {
        let own = team.of("carol", json!({ "groups": [] })).header("X-Authorization", ALICE).query(&query);
        let own = own.connect(lifecycle).await;
        own.call("getSiteInfo", site(1)).await;
        let received = team.beta.take();
        assert_eq!(received.last().unwrap().header("authorization"), format!("Token {ALICE}"));
        // An access token never reaches Mist, and another sign-in would not help a token that Mist cannot have.
        let bearer = team.issuer.token("carol", json!({ "groups": [] }));
        for (what, value) in [
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
async fn faults_of_the_issuer_refuse_new_clients_and_pass() {
    for fault in [Fault::Endless, Fault::Silent, Fault::Large, Fault::Redirect, Fault::Broken] {
        let issuer = Issuer::start().await;
        issuer.fail(fault.clone());
        let team = Team::at(issuer, "").await;
        let refused = team.of("alice", json!({})).initialize().await;
        assert_eq!(refused.status, 503, "{fault:?}: {refused:?}");
        assert!(refused.headers.contains_key("retry-after"), "{fault:?}: {refused:?}");
        assert_eq!(team.issuer.followed(), 0, "{fault:?}");
        team.issuer.fail(Fault::None);
        until_it_works(&team, &team.issuer.token("alice", json!({}))).await;
    }
}

#[tokio::test]
async fn known_keys_serve_while_the_issuer_is_away_and_new_ones_are_found() {
    let team = Team::start("").await;
    let alice = team.of("alice", json!({})).open().await;
    team.issuer.fail(Fault::Silent);
    alice.call("getSiteInfo", site(1)).await;
    team.of("alice", json!({ "jti": "new" })).open().await.call("getSiteInfo", site(2)).await;
    let second = SigningKey::new("second");
    let claims = team.issuer.claims("alice", json!({}));
    let rotated = second.sign(&json!({ "alg": "ES256", "kid": "second" }), &claims);
    // Whether the issuer has this key cannot be known now.
    let unavailable = async {
        while team.client(&rotated).initialize().await.status != 503 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    soon("the server to ask the issuer", unavailable).await;
    team.issuer.fail(Fault::None);
    until_it_works(&team, &team.issuer.token("alice", json!({ "jti": "newer" }))).await;
    let unknown = async {
        while team.client(&rotated).initialize().await.status != 401 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    soon("the issuer to be read", unknown).await;
    team.issuer.publish(&second);
    until_it_works(&team, &rotated).await;
}

/// Waits until a token is accepted. The issuer is asked at a bounded rate.
async fn until_it_works(team: &Team, token: &str) {
    let accepted = async {
        while team.client(token).initialize().await.status != 200 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    soon("the token to be accepted", accepted).await;
    team.client(token).open().await.call("getSiteInfo", site(9)).await;
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
async fn settings_that_contradict_stop_the_program() {
    let with = |arguments: &str| {
        Launch::new("--transport http --port 0")
            .arguments(arguments)
            .variable("A_TOKEN", ACME)
            .file("a.toml", "[accounts.a]\ntoken_env = \"A_TOKEN\"\ncloud = \"api.mist.com\"\n")
    };
    let issuer = "--oauth-issuer https://login.example.com";
    let audience = format!("{issuer} --oauth-audience https://mist.example.com/mcp");
    for (arguments, wanted) in [
        (format!("{audience} --accounts a.toml --client-token 0123456789abcdef0"), "--client-token"),
        (format!("{audience} --accounts a.toml --shared-token"), "--shared-token"),
        (format!("{issuer} --accounts a.toml"), "--oauth-audience"),
        (audience.clone(), "--oauth-own-token"),
        (audience.replace("https://login", "http://login") + " --accounts a.toml", "https"),
        ("--oauth-own-token".to_owned(), "--oauth-issuer"),
        (
            "--demo --oauth-issuer= --oauth-audience https://mist.example.com/mcp --oauth-scope mcp"
                .to_owned(),
            "--oauth-issuer",
        ),
        ("--demo --oauth-issuer=".to_owned(), "--oauth-issuer"),
        (format!("{audience} --accounts a.toml --oauth-scope="), "--oauth-scope"),
        (format!("{audience} --accounts a.toml --oauth-groups-claim="), "--oauth-groups-claim"),
        (format!("{audience} --accounts="), "--accounts"),
        (format!("{audience} --accounts a.toml --audit-log="), "--audit-log"),
        (format!("{audience} --accounts a.toml --without-tools=,"), "--without-tools"),
        (format!("{audience} --accounts a.toml --tools="), "--tools"),
        ("--accounts a.toml".to_owned(), "--oauth-issuer"),
    ] {
        let finished = with(&arguments).run().await;
        assert!(finished.code().is_some_and(|code| code != 0), "{arguments}: {}", finished.stderr);
        assert!(finished.stderr.contains(wanted), "{arguments}: {}", finished.stderr);
        assert!(!finished.stderr.contains("0123456789abcdef0"), "{}", finished.stderr);
    }
    // White space in a variable is a value as well.
    for variable in ["MISTMCP_OAUTH_ISSUER", "MISTMCP_AUDIT_LOG", "MISTMCP_WITHOUT_TOOLS"] {
        let finished = with("--demo").variable(variable, "  ").run().await;
        assert!(finished.code().is_some_and(|code| code != 0), "{variable}: {}", finished.stderr);
        assert!(finished.stderr.contains(variable), "{variable}: {}", finished.stderr);
    }
}
