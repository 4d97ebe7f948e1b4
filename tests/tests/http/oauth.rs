//! OAuth: access tokens of an issuer, and the accounts of people.

pub(crate) mod issuer;
mod issuer_faults;
mod people;
#[cfg(replicas)]
mod proxy;
mod reload;
mod settings;
mod streams;
mod tokens;

use mistmcp_tests::{
    Answer, HttpClient, HttpResponse, HttpServer, Launch, Lifecycle, MockUpstream, TOKEN, polled,
};
use serde_json::{Value, json};

use crate::fixture::{ALICE, site};
use issuer::{AUDIENCE, Issuer};

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
        get(&self.server.url(path)).await
    }

    /// That Mist was asked nothing.
    fn assert_nothing_was_asked(&self, what: &str) {
        assert_eq!((self.acme.connections(), self.beta.connections()), (0, 0), "{what}");
    }
}

async fn get(url: &str) -> HttpResponse {
    // reqwest requires a crypto provider, even without TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    HttpResponse::of(reqwest::Client::builder().no_proxy().build().unwrap().get(url)).await
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
        let client = HttpClient::new(&team.server, "").to(&team.server.url(path));
        let posted = client.post("{}").await;
        assert!(posted.status == 405 && posted.error().contains("GET"), "{path}: {posted:?}");
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
    polled("the issuer's own spelling", async || {
        let metadata = team.get("/.well-known/oauth-protected-resource").await.body;
        let metadata: Value = serde_json::from_str(&metadata).unwrap();
        (metadata["authorization_servers"] == json!([own])).then_some(())
    })
    .await;
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
