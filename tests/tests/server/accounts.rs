//! Several accounts behind one server over stdio: which one a call goes to, and what is told where that is open.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

pub(crate) const ACME: &str = "0a000000-0000-4000-8000-000000000001";
pub(crate) const BETA: &str = "0b000000-0000-4000-8000-000000000002";
pub(crate) const SITE_OF_ACME: &str = "05000000-0000-4000-8000-000000000001";
pub(crate) const SITE_OF_BETA: &str = "05000000-0000-4000-8000-000000000002";
pub(crate) const TOKENS: [&str; 2] = ["acme-t0ken-4Fq8xYt2", "beta-t0ken-9Hs3mKw7"];

/// A customer's cloud, with one organization and one site.
pub(crate) async fn customer(org: &str, name: &str, site: &str) -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let privileges = json!([{ "scope": "org", "org_id": org, "org_name": name, "role": "read" }]);
    upstream
        .json("/api/v1/self", &json!({ "email": format!("{name}@example.com"), "privileges": privileges }));
    upstream.json(&format!("/api/v1/orgs/{org}"), &json!({ "id": org, "name": name }));
    upstream.json(
        &format!("/api/v1/sites/{site}"),
        &json!({ "id": site, "org_id": org, "name": format!("{name} HQ") }),
    );
    upstream
        .json(&format!("/api/v1/orgs/{org}/sites"), &json!([{ "id": site, "name": format!("{name} HQ") }]));
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not found" })).status(404));
    upstream
}

pub(crate) struct Customers {
    pub(crate) acme: MockUpstream,
    pub(crate) beta: MockUpstream,
}

impl Customers {
    pub(crate) async fn start() -> Self {
        Self {
            acme: customer(ACME, "Acme", SITE_OF_ACME).await,
            beta: customer(BETA, "Beta", SITE_OF_BETA).await,
        }
    }

    /// A server with an account for each, whose keys `more` may be added to. Its time for a call is long, so that both
    /// accounts are heard on a busy machine as well.
    pub(crate) fn launch(&self, more: [&str; 2]) -> Launch {
        let account = |name: &str, upstream: &MockUpstream, more: &str| {
            format!(
                "[accounts.{name}]\ntoken_file = \"{name}.token\"\ncloud = \"{}\"\n{more}\n",
                upstream.url()
            )
        };
        let file = account("acme", &self.acme, more[0]) + &account("beta", &self.beta, more[1]);
        Launch::new("--mode all --accounts accounts.toml")
            .variable("MISTMCP_TIMEOUT", "600")
            .argument("--allow-cloud")
            .argument(&format!("{},{}", self.acme.url(), self.beta.url()))
            .file("accounts.toml", file)
            .file("acme.token", format!("{}\n", TOKENS[0]))
            .file("beta.token", TOKENS[1])
    }

    /// What was asked of each, and that each was asked with its own token.
    pub(crate) fn asked(&self) -> [Vec<String>; 2] {
        [(&self.acme, TOKENS[0]), (&self.beta, TOKENS[1])].map(|(upstream, token)| {
            let received = upstream.take();
            for request in &received {
                assert_eq!(request.header("authorization"), format!("Token {token}"));
            }
            received.iter().map(|request| format!("/{}", request.segments().join("/"))).collect()
        })
    }
}

async fn client(launch: Launch) -> Client {
    launch.client(Lifecycle::Legacy).await
}

#[tokio::test]
async fn a_call_goes_to_the_account_that_sees_what_it_names() {
    let customers = Customers::start().await;
    for lifecycle in Lifecycle::BOTH {
        let client = customers.launch(["", ""]).client(lifecycle).await;
        for (tool, arguments, wanted) in [
            ("getSiteInfo", json!({ "site_id": SITE_OF_BETA }), "Beta HQ"),
            ("getSiteInfo", json!({ "site_id": SITE_OF_ACME }), "Acme HQ"),
            ("getOrg", json!({ "org_id": BETA }), "Beta"),
            ("getOrg", json!({ "org_id": "acme" }), "Acme"),
            ("getSiteInfo", json!({ "site_id": SITE_OF_BETA }), "Beta HQ"),
        ] {
            customers.asked();
            let answer = client.json(tool, arguments.clone()).await;
            assert_eq!(answer["name"], wanted, "{tool} {arguments}");
            let [acme, beta] = customers.asked();
            let last = if wanted.starts_with("Acme") { acme.last() } else { beta.last() };
            assert!(last.is_some_and(|path| path.starts_with("/api/v1/")), "{acme:?} {beta:?}");
        }
        // What was found is kept: a call asks the other customer nothing.
        client.json("getSiteInfo", json!({ "site_id": SITE_OF_BETA })).await;
        let [acme, beta] = customers.asked();
        assert!(acme.is_empty() && beta == [format!("/api/v1/sites/{SITE_OF_BETA}")], "{acme:?} {beta:?}");
    }
}

#[tokio::test]
async fn get_self_shows_all_accounts() {
    let customers = Customers::start().await;
    let client = client(customers.launch(["", ""])).await;
    let shown = client.json("getSelf", json!({})).await;
    let orgs: Vec<_> = shown["privileges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|privilege| format!("{} {}", privilege["account"], privilege["org_name"]))
        .collect();
    assert_eq!(orgs, [r#""acme" "Acme""#, r#""beta" "Beta""#], "{shown}");
    assert_eq!(shown["accounts"][1]["email"], "Beta@example.com", "{shown}");
    assert!(shown["accounts"][0]["cloud"].as_str().unwrap().contains("127.0.0.1"), "{shown}");
    // An account that Mist refuses hides no other.
    customers.acme.answers("/api/v1/self", (0..9).map(|_| Answer::json(&json!({})).status(401)));
    let shown = client.json("getSelf", json!({})).await;
    assert!(
        shown["accounts"][0]["error"].is_string() && shown["accounts"][1]["email"].is_string(),
        "{shown}"
    );
    assert!(!shown.to_string().contains(TOKENS[0]), "{shown}");
}

#[tokio::test]
async fn where_it_is_open_which_account_is_meant_all_are_listed() {
    let customers = Customers::start().await;
    let client = client(customers.launch(["", ""])).await;
    let refused = client.refusal("getOrg", json!({})).await;
    for wanted in ["your accounts see 2 organizations", "(Acme, account `acme`)", "`beta`", ACME, BETA] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    let stranger = "0c000000-0000-4000-8000-000000000003";
    let refused = client.refusal("getOrg", json!({ "org_id": stranger })).await;
    assert!(refused.contains("No account sees the organization") && refused.contains("`beta`"), "{refused}");
    let refused = client.refusal("getSiteInfo", json!({ "site_id": stranger })).await;
    assert!(refused.contains("No account sees the site"), "{refused}");
    // Nothing of the stranger's was asked for but whether it is there.
    let [acme, _] = customers.asked();
    assert!(!acme.contains(&format!("/api/v1/orgs/{stranger}")), "{acme:?}");
    // Two accounts of one organization.
    let same = customer(ACME, "Acme", SITE_OF_ACME).await;
    let both = Customers { acme: customer(ACME, "Acme", SITE_OF_ACME).await, beta: same };
    let client = crate::accounts::client(both.launch(["", ""])).await;
    for (tool, arguments) in
        [("getOrg", json!({ "org_id": ACME })), ("getSiteInfo", json!({ "site_id": SITE_OF_ACME }))]
    {
        let refused = client.refusal(tool, arguments).await;
        assert!(
            refused.contains("`acme`") && refused.contains("`beta`") && refused.contains("orgs"),
            "{refused}"
        );
    }
    let named = format!("orgs = [\"{ACME}\"]");
    let client = crate::accounts::client(both.launch(["", &named])).await;
    both.asked();
    client.json("getOrg", json!({ "org_id": ACME })).await;
    let [acme, beta] = both.asked();
    assert!(acme.is_empty() && !beta.is_empty(), "{acme:?} {beta:?}");
}

#[tokio::test]
async fn an_account_is_used_for_its_organizations_alone() {
    let customers = Customers::start().await;
    let other = json!([
        { "scope": "org", "org_id": ACME, "org_name": "Acme" }, { "scope": "org", "org_id": BETA, "org_name": "Beta" },
    ]);
    customers.acme.json("/api/v1/self", &json!({ "privileges": other }));
    let site = json!({ "id": SITE_OF_BETA, "org_id": BETA, "name": "Beta HQ" });
    customers.acme.json(&format!("/api/v1/sites/{SITE_OF_BETA}"), &site);
    customers.acme.json(&format!("/api/v1/orgs/{BETA}"), &json!({ "id": BETA, "name": "Beta" }));
    let file = format!(
        "[accounts.acme]\ntoken_env = \"ACME_TOKEN\"\ncloud = \"{}\"\norgs = [\"{ACME}\"]\n",
        customers.acme.url()
    );
    let launch = Launch::new("--mode all --accounts accounts.toml").argument("--allow-cloud");
    let launch =
        launch.argument(&customers.acme.url()).file("accounts.toml", file).variable("ACME_TOKEN", TOKENS[0]);
    let client = client(launch).await;
    assert_eq!(client.json("getOrg", json!({})).await["name"], "Acme");
    client.refusal("getOrg", json!({ "org_id": BETA })).await;
    client.refusal("getOrg", json!({ "org_id": "Beta" })).await;
    client.refusal("getSiteInfo", json!({ "site_id": SITE_OF_BETA })).await;
    let shown = client.call("getSelf", json!({})).await;
    assert!(shown.contains(ACME) && !shown.contains(BETA), "{shown}");
}

#[tokio::test]
async fn an_error_of_one_of_several_accounts_names_it() {
    let customers = Customers::start().await;
    let client = client(customers.launch(["", ""]).arguments("--retry-wait 0")).await;
    client.json("getOrg", json!({ "org_id": BETA })).await;
    for status in [401, 403, 500] {
        let path = format!("/api/v1/orgs/{BETA}");
        customers.beta.answers(&path, [Answer::json(&json!({})).status(status)]);
        let refused = client.refusal("getOrg", json!({ "org_id": BETA })).await;
        assert!(refused.contains("Account `beta`"), "{status}: {refused}");
    }
}

/// A query that reads the sites of an organization.
fn sites_of(org: &str) -> Value {
    json!({ "tool": "searchOrgSites", "arguments": { "org_id": org } })
}

/// A customer's rows: sites of the organization, and devices of the site.
fn add_rows(upstream: &MockUpstream, org: &str, site: &str, name: &str) {
    let sites =
        json!({ "results": [{ "id": site, "org_id": org, "name": format!("{name} HQ") }], "total": 1 });
    upstream.json(&format!("/api/v1/orgs/{org}/sites/search"), &sites);
    let device =
        json!({ "mac": "5c5b35000001", "name": format!("{name} AP"), "type": "ap", "site_id": site });
    let devices = json!({ "results": [device], "total": 1 });
    upstream.json(&format!("/api/v1/sites/{site}/devices/search"), &devices);
}

#[tokio::test]
async fn each_table_of_a_query_is_of_the_account_that_sees_it() {
    let customers = Customers::start().await;
    add_rows(&customers.acme, ACME, SITE_OF_ACME, "Acme");
    add_rows(&customers.beta, BETA, SITE_OF_BETA, "Beta");
    for lifecycle in Lifecycle::BOTH {
        let client = customers.launch(["", ""]).client(lifecycle).await;
        let rows = async |tables: Value, sql: &str| {
            let answer = client.json("queryRows", json!({ "tables": tables, "sql": sql })).await;
            answer["results"].clone()
        };
        for (org, name) in [(BETA, "Beta HQ"), (ACME, "Acme HQ"), ("acme", "Acme HQ"), (BETA, "Beta HQ")] {
            customers.asked();
            let answer = rows(json!({ "t": sites_of(org) }), "SELECT name FROM t").await;
            assert_eq!(answer, json!([{ "name": name }]), "{org}");
            let [acme, beta] = customers.asked();
            let others = if name.starts_with("Acme") { beta } else { acme };
            assert!(!others.iter().any(|path| path.contains("/sites/search")), "{org}: {others:?}");
        }
        // Both customers in one query: each table is of its own account.
        let tables = json!({ "a": sites_of(ACME), "b": sites_of(BETA) });
        let both = rows(tables, "SELECT a.name AS a, b.name AS b FROM a, b").await;
        assert_eq!(both, json!([{ "a": "Acme HQ", "b": "Beta HQ" }]));
        // By the site: its id, its name, or a part of it.
        for (site, name) in [
            (SITE_OF_BETA, "Beta AP"),
            (SITE_OF_ACME, "Acme AP"),
            ("Beta HQ", "Beta AP"),
            ("acme", "Acme AP"),
        ] {
            let source = json!({ "tool": "searchSiteDevices", "arguments": { "site_id": site } });
            let answer = rows(json!({ "t": source }), "SELECT name FROM t").await;
            assert_eq!(answer, json!([{ "name": name }]), "{site}");
        }
        customers.asked();
    }
}

#[tokio::test]
async fn a_query_that_leaves_the_account_open_lists_the_accounts_and_has_no_rows() {
    let customers = Customers::start().await;
    add_rows(&customers.acme, ACME, SITE_OF_ACME, "Acme");
    add_rows(&customers.beta, BETA, SITE_OF_BETA, "Beta");
    let client = client(customers.launch(["", ""])).await;
    let open = json!({ "tables": { "t": { "tool": "searchOrgSites" } }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", open).await;
    for wanted in ["acme", "beta", ACME, BETA] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    let stranger = "0c000000-0000-4000-8000-000000000003";
    let unknown = json!({ "tables": { "t": sites_of(stranger) }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", unknown).await;
    assert!(refused.contains("No account sees the organization") && refused.contains("`beta`"), "{refused}");
    // A name that sites of both customers have.
    let source = json!({ "tool": "searchSiteDevices", "arguments": { "site_id": "HQ" } });
    let by_name = json!({ "tables": { "t": source }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", by_name).await;
    for wanted in ["account `acme`", "account `beta`", SITE_OF_ACME, SITE_OF_BETA] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    // One table that is open spoils the query, whatever the other is.
    let mixed = json!({ "tables": { "a": sites_of(ACME), "t": { "tool": "searchOrgSites" } }, "sql": "SELECT * FROM a" });
    let refused = client.refusal("queryRows", mixed).await;
    assert!(refused.contains("beta") && !refused.contains("HQ"), "{refused}");
    // Two accounts that see one organization.
    let both = Customers {
        acme: customer(ACME, "Acme", SITE_OF_ACME).await,
        beta: customer(ACME, "Acme", SITE_OF_ACME).await,
    };
    let client = crate::accounts::client(both.launch(["", ""])).await;
    let query = json!({ "tables": { "t": sites_of(ACME) }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", query).await;
    assert!(
        refused.contains("`acme`") && refused.contains("`beta`") && refused.contains("orgs"),
        "{refused}"
    );
    let [acme, beta] = both.asked();
    assert!(![acme, beta].concat().iter().any(|path| path.contains("/sites/search")));
}
