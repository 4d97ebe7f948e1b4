//! Accounts of different customers that share one token, that of their provider: nothing that one of them asked for is
//! answered to another.

use mistmcp_tests::{Answer, HttpClient, HttpServer, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

use crate::oauth::issuer::{AUDIENCE, Issuer};

const TOKEN: &str = "msp-t0ken-1Zx9cVb3";
const GAMMA: &str = "0a000000-0000-4000-8000-000000000005";
const DELTA: &str = "0a000000-0000-4000-8000-000000000006";
const SITES: [(&str, &str, &str); 2] = [
    (GAMMA, "05000000-0000-4000-8000-000000000005", "GammaHQ"),
    (DELTA, "05000000-0000-4000-8000-000000000006", "DeltaHQ"),
];

/// The cloud of a provider, whose token sees two organizations with a site each.
async fn provider() -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let privilege =
        |org: &str, name: &str| json!({ "scope": "org", "org_id": org, "org_name": name, "role": "read" });
    let privileges = [privilege(GAMMA, "Gamma"), privilege(DELTA, "Delta")];
    upstream.json("/api/v1/self", &json!({ "email": "msp@example.com", "privileges": privileges }));
    for (org, site, name) in SITES {
        let row = json!({ "id": site, "org_id": org, "name": name });
        upstream.json(&format!("/api/v1/sites/{site}"), &row);
        upstream.json(&format!("/api/v1/orgs/{org}"), &json!({ "id": org, "name": name }));
        upstream.json(&format!("/api/v1/orgs/{org}/sites"), &json!([row]));
        upstream.json(&format!("/api/v1/orgs/{org}/sites/search"), &json!({ "results": [row], "total": 1 }));
    }
    let logs = json!([
        { "id": "1", "org_id": DELTA, "message": "Update WLAN of Delta" },
        { "id": "2", "org_id": GAMMA, "message": "Update WLAN of Gamma" },
    ]);
    upstream.json("/api/v1/self/logs", &json!({ "results": logs, "total": 2 }));
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not found" })).status(404));
    upstream
}

struct Provider {
    upstream: MockUpstream,
    issuer: Issuer,
    server: HttpServer,
}

/// The accounts file: the organizations of each account, which its group may use.
fn file(upstream: &MockUpstream, accounts: &[(&str, &[&str])]) -> String {
    let account = |(name, orgs): &(&str, &[&str])| {
        let url = upstream.url();
        format!(
            "[accounts.{name}]\ntoken_env = \"MSP_TOKEN\"\ncloud = \"{url}\"\norgs = {orgs:?}\ngroups = [\"{name}\"]\n"
        )
    };
    accounts.iter().map(account).collect()
}

impl Provider {
    async fn start(accounts: &[(&str, &[&str])]) -> Self {
        let (upstream, issuer) = (provider().await, Issuer::start().await);
        let server = Launch::new("--mode all --accounts accounts.toml --retry-wait 0")
            .argument("--oauth-issuer")
            .argument(&issuer.url)
            .argument("--oauth-audience")
            .argument(AUDIENCE)
            .argument("--allow-cloud")
            .argument(&upstream.url())
            .file("accounts.toml", file(&upstream, accounts))
            .variable("MSP_TOKEN", TOKEN)
            .serve()
            .await;
        Self { upstream, issuer, server }
    }

    async fn of(&self, subject: &str, group: &str, lifecycle: Lifecycle) -> HttpClient {
        let token = self.issuer.token(subject, json!({ "groups": [group] }));
        let client = HttpClient::new(&self.server, "").header("Authorization", &format!("Bearer {token}"));
        client.connect(lifecycle).await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "tests write the arguments in place")]
fn query(arguments: Value) -> Value {
    json!({ "tables": { "s": { "tool": "searchOrgSites", "arguments": arguments } }, "sql": "SELECT * FROM s" })
}

#[tokio::test]
async fn what_one_customer_has_asked_for_is_not_answered_to_another() {
    for lifecycle in Lifecycle::BOTH {
        let provider = Provider::start(&[("gamma", &[GAMMA]), ("delta", &[DELTA])]).await;
        let dan = provider.of("dan", "delta", lifecycle).await;
        let gina = provider.of("gina", "gamma", lifecycle).await;
        let (_, site_of_delta, _) = SITES[1];
        let both = [
            ("queryRows", query(json!({}))),
            ("queryRows", query(json!({ "org_id": DELTA }))),
            ("getSiteInfo", json!({ "site_id": site_of_delta })),
            ("getSiteInfo", json!({ "site_id": "DeltaHQ" })),
            ("getOrg", json!({ "org_id": "Delta" })),
            ("searchOrgSites", json!({ "org_id": DELTA })),
            ("getSelf", json!({})),
            ("listSelfAuditLogs", json!({})),
        ];
        // Twice: the second time, everything of Delta is known.
        for _ in 0..2 {
            for (tool, arguments) in &both {
                let shown = dan.call(tool, arguments.clone()).await;
                assert!(shown.contains("Delta") && !shown.contains("Gamma"), "{tool} {arguments}: {shown}");
            }
            for (tool, arguments) in &both {
                let refused = gina.try_call(tool, arguments.clone()).await;
                let shown = refused.outcome().1;
                // What the call itself names may be repeated.
                let of_delta = [
                    "Update WLAN of Delta",
                    "\"DeltaHQ\",\"",
                    "\"name\":\"Delta",
                    "{\"org_id\":\"0a000000-0000-4000-8000-000000000006",
                ];
                for text in of_delta {
                    assert!(!shown.contains(text), "{tool} {arguments}: {shown}");
                }
                let names_delta = arguments.to_string().contains("Delta")
                    || arguments.to_string().contains(DELTA)
                    || arguments.to_string().contains(site_of_delta);
                assert_eq!(refused.outcome().0, names_delta, "{tool} {arguments}: {shown}");
            }
        }
        let own: Value = serde_json::from_str(&gina.call("queryRows", query(json!({}))).await).unwrap();
        assert_eq!(own["results"][0]["name"], "GammaHQ", "{own}");
    }
}

#[tokio::test]
async fn a_session_has_no_rows_of_an_organization_that_its_account_has_lost() {
    let provider = Provider::start(&[("msp", &[GAMMA, DELTA])]).await;
    let carol = provider.of("carol", "msp", Lifecycle::Legacy).await;
    let (_, site_of_delta, _) = SITES[1];
    for (tool, arguments) in [
        ("queryRows", query(json!({ "org_id": DELTA }))),
        ("getSiteInfo", json!({ "site_id": site_of_delta })),
    ] {
        assert!(carol.call(tool, arguments).await.contains("DeltaHQ"));
    }
    let narrowed = file(&provider.upstream, &[("msp", &[GAMMA])]);
    std::fs::write(provider.server.folder().join("accounts.toml"), narrowed).unwrap();
    provider.server.wait_until("the file to be read again", |log| log.contains("were read again")).await;
    provider.upstream.take();
    for (tool, arguments) in [
        ("queryRows", query(json!({ "org_id": DELTA }))),
        ("getSiteInfo", json!({ "site_id": site_of_delta })),
        ("getSiteInfo", json!({ "site_id": "DeltaHQ" })),
    ] {
        let refused = carol.refusal(tool, arguments).await;
        assert!(!refused.contains("\"name\""), "{refused}");
    }
    let shown = carol.call("queryRows", query(json!({}))).await;
    assert!(shown.contains("GammaHQ") && !shown.contains("Delta"), "{shown}");
}
