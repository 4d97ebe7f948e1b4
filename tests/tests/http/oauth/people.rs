//! Random accounts, people and calls against a model: nobody sees a row, a name or an error of another's customer.

mod scene;

use std::collections::BTreeSet;

use mistmcp_tests::{HttpClient, HttpResponse, HttpServer, Launch, Lifecycle, MockUpstream};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use super::issuer::{AUDIENCE, Issuer};
use scene::{
    Account, CUSTOMERS, PEOPLE, Person, Scene, TOKENS, What, account_name, mark, org, scene, site, token,
};

type Checked = Result<(), TestCaseError>;

struct Scenario<'a> {
    scene: &'a Scene,
    clouds: [MockUpstream; 2],
    server: HttpServer,
    clients: Vec<[Option<HttpClient>; 2]>,
}

impl<'a> Scenario<'a> {
    async fn start(scene: &'a Scene, issuer: &Issuer) -> Self {
        let clouds = [scene.cloud().await, scene.cloud().await];
        let mut launch = Launch::new("--mode all --accounts accounts.toml --oauth-issuer")
            .argument(&issuer.url)
            .argument("--oauth-audience")
            .argument(AUDIENCE)
            .argument("--allow-cloud")
            .argument(&format!("{},{}", clouds[0].url(), clouds[1].url()))
            .file("accounts.toml", scene.file(&clouds));
        for number in 0..2 * TOKENS {
            launch = launch.variable(&format!("TOKEN_{number}"), &token(number));
        }
        let server = launch.serve().await;
        let mut clients = Vec::new();
        for (number, person) in scene.people.iter().enumerate() {
            let groups: Vec<_> = person.groups.iter().map(|group| format!("group-{group}")).collect();
            let email = format!("P{number}@example.com");
            let claims = json!({ "groups": groups, "email": email, "email_verified": person.has_email });
            let token = issuer.token(&format!("person-{number}"), claims);
            let client = HttpClient::new(&server, "").header("Authorization", &format!("Bearer {token}"));
            if scene.accounts_of(number).is_empty() {
                assert_eq!(client.clone().initialize().await.status, 403, "{scene:?}");
                clients.push([None, None]);
                continue;
            }
            let legacy = client.clone().connect(Lifecycle::Legacy).await;
            clients.push([Some(legacy), Some(client.connect(Lifecycle::Stateless).await)]);
        }
        Self { scene, clouds, server, clients }
    }

    /// Sends a call of a person about a customer.
    async fn send(client: &HttpClient, what: What, customer: usize) -> HttpResponse {
        let table = |tool: &str, arguments: Value| json!({ "tables": { "t": { "tool": tool, "arguments": arguments } }, "sql": "SELECT * FROM t" });
        let (tool, arguments) = match what {
            What::Org => ("getOrg", json!({ "org_id": org(customer) })),
            What::OrgByName => ("getOrg", json!({ "org_id": format!("Org {}", mark(customer)) })),
            What::Site => ("getSiteInfo", json!({ "site_id": site(customer) })),
            What::SiteByName => ("getSiteInfo", json!({ "site_id": format!("Site {}", mark(customer)) })),
            What::Query => ("queryRows", table("searchOrgSites", json!({ "org_id": org(customer) }))),
            What::QueryOfSite => {
                ("queryRows", table("searchSiteDevices", json!({ "site_id": site(customer) })))
            }
            What::Refused => ("listOrgAuditLogs", json!({ "org_id": org(customer) })),
            What::Find => ("findAnything", json!({ "text": "5c5b35000001", "org_id": org(customer) })),
            What::Myself => ("getSelf", json!({})),
            What::NoOrg => ("searchOrgSites", json!({})),
            What::Completion => {
                let reference = json!({ "type": "ref/prompt", "name": "site-health" });
                let argument = json!({ "name": "site", "value": "Si" });
                return client
                    .ask("completion/complete", json!({ "ref": reference, "argument": argument }))
                    .await;
            }
        };
        client.try_call(tool, arguments).await
    }

    /// Checks that a response shows nothing of others. What the person wrote may come back.
    fn check(&self, person: usize, what: What, asked: usize, response: &HttpResponse) -> Checked {
        let own = self.scene.customers_of(person);
        let named = self.scene.named_for(person);
        let told = format!("{:?} {}", response.headers, response.body);
        let wrote_a_name = matches!(what, What::OrgByName | What::SiteByName);
        for customer in (0..CUSTOMERS).filter(|customer| !own.contains(customer)) {
            let marks = match (asked == customer, wrote_a_name) {
                (true, true) => vec![],
                (true, false) => vec![mark(customer)],
                (false, _) if named.contains(&customer) => vec![mark(customer), site(customer)],
                (false, _) => vec![mark(customer), org(customer), site(customer)],
            };
            for mark in marks {
                prop_assert!(!told.contains(&mark), "person {person} sees {mark}: {told}");
            }
        }
        let accounts = self.scene.accounts_of(person);
        for other in (0..self.scene.accounts.len()).filter(|number| !accounts.contains(number)) {
            prop_assert!(
                !told.contains(&account_name(other)),
                "person {person} sees the account {other}: {told}"
            );
        }
        for number in 0..2 * TOKENS {
            prop_assert!(!told.contains(&token(number)), "a token: {told}");
        }
        Ok(())
    }

    /// What was asked of the clouds, and that only tokens of these people asked.
    fn check_requests(&self, people: &[usize]) -> Checked {
        let accounts = people.iter().flat_map(|person| self.scene.accounts_of(*person));
        let tokens: BTreeSet<_> =
            accounts.map(|number| format!("Token {}", token(self.scene.accounts[number].token))).collect();
        for request in self.clouds.iter().flat_map(MockUpstream::take) {
            prop_assert!(tokens.contains(request.header("authorization")), "{people:?}: {request:?}");
        }
        Ok(())
    }

    async fn play(&self) -> Checked {
        self.check_requests(&(0..PEOPLE).collect::<Vec<_>>())?;
        for (person, customer, what, is_legacy) in &self.scene.calls {
            let Some(client) = &self.clients[*person][usize::from(!is_legacy)] else { continue };
            let response = Self::send(client, *what, *customer).await;
            self.check(*person, *what, *customer, &response)?;
            self.check_requests(&[*person])?;
            if let What::Org | What::Site | What::Query | What::QueryOfSite | What::Find | What::Refused =
                what
            {
                // A site that several accounts see is open, although the organization may not be.
                let account = self.scene.account_for(*person, *customer);
                let is_clear = account.is_some() && self.scene.accounts_of(*person).len() == 1;
                let seen = response.body.contains(&mark(*customer));
                prop_assert!(!is_clear || seen, "{person} {what:?} {customer} by {account:?}: {response:?}");
            }
        }
        // All at once: what one waits for is never another's.
        let calls = self.scene.calls.iter().filter_map(|(person, customer, what, is_legacy)| {
            let client = self.clients[*person][usize::from(!is_legacy)].as_ref()?;
            Some(async move { (*person, *what, *customer, Self::send(client, *what, *customer).await) })
        });
        for (person, what, customer, response) in futures_util::future::join_all(calls).await {
            self.check(person, what, customer, &response)?;
        }
        let metrics = reqwest::Client::builder().no_proxy().build().unwrap().get(self.server.url("/metrics"));
        let metrics = HttpResponse::of(metrics).await;
        prop_assert_eq!(metrics.status, 200);
        let told = format!("{} {}", metrics.body, self.server.errors());
        for customer in 0..CUSTOMERS {
            prop_assert!(!told.contains(&mark(customer)) && !told.contains(&org(customer)), "{told}");
        }
        for number in 0..2 * TOKENS {
            prop_assert!(!told.contains(&token(number)), "a token: {told}");
        }
        prop_assert!(!metrics.body.contains("account-"), "{}", metrics.body);
        Ok(())
    }
}

#[test]
fn nobody_sees_a_row_a_name_or_an_error_of_anothers_customer() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let issuer = runtime.block_on(Issuer::start());
    let config = ProptestConfig {
        cases: 10,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..ProptestConfig::default()
    };
    proptest!(config, |(scene in scene())| {
        runtime.block_on(async { Scenario::start(&scene, &issuer).await.play().await })?;
    });
}

/// Two accounts with one token, each for a customer of its own, as a provider has it.
#[test]
fn one_token_for_two_customers_shows_neither_the_rows_of_the_other() {
    let account = |customer: usize, person: usize| Account {
        cloud: 0,
        token: 0,
        orgs: Some(BTreeSet::from([customer])),
        users: BTreeSet::from([person]),
        emails: BTreeSet::new(),
        groups: BTreeSet::new(),
    };
    let calls = [What::Query, What::QueryOfSite, What::Find, What::Org, What::Site, What::Refused]
        .into_iter()
        .flat_map(|what| {
            [false, true]
                .map(|is_legacy| [(0, 0, what, is_legacy), (1, 0, what, is_legacy), (1, 1, what, is_legacy)])
        })
        .flatten();
    let nobody = || Person { groups: BTreeSet::new(), has_email: false };
    let scene = Scene {
        accounts: vec![account(0, 0), account(1, 1)],
        people: (0..PEOPLE).map(|_| nobody()).collect(),
        sees: (0..2 * TOKENS).map(|_| BTreeSet::from([0, 1])).collect(),
        calls: calls.collect(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let issuer = Issuer::start().await;
        Scenario::start(&scene, &issuer).await.play().await.unwrap();
    });
}
