//! Random accounts, people and calls against a model: nobody sees a row, a name or an error of another's customer.

use std::collections::{BTreeMap, BTreeSet};

use mistmcp_tests::{
    Answer, HttpClient, HttpResponse, HttpServer, Launch, Lifecycle, MockUpstream, Received,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use super::issuer::{AUDIENCE, Issuer};

type Checked = Result<(), TestCaseError>;

/// Customers. Each has an organization and a site; the first two are at one cloud, the others at another.
const CUSTOMERS: usize = 4;
/// Different tokens at each cloud.
const TOKENS: usize = 3;
const PEOPLE: usize = 4;

/// An account, with numbers in place of names.
#[derive(Clone, Debug)]
struct Account {
    cloud: usize,
    token: usize,
    /// The customers that it is used for; none for all that its token sees.
    orgs: Option<BTreeSet<usize>>,
    users: BTreeSet<usize>,
    emails: BTreeSet<usize>,
    groups: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
struct Person {
    groups: BTreeSet<usize>,
    has_email: bool,
}

#[derive(Clone, Debug)]
struct Scene {
    accounts: Vec<Account>,
    people: Vec<Person>,
    /// The customers that each token of each cloud sees.
    sees: Vec<BTreeSet<usize>>,
    calls: Vec<(usize, usize, What, bool)>,
}

/// What a call asks of a customer.
#[derive(Clone, Copy, Debug)]
enum What {
    Org,
    OrgByName,
    Site,
    SiteByName,
    Query,
    QueryOfSite,
    Refused,
    Find,
    Myself,
    Completion,
    NoOrg,
}

fn numbers(most: usize, count: std::ops::Range<usize>) -> impl Strategy<Value = BTreeSet<usize>> {
    prop::collection::btree_set(0..most, count)
}

fn customers_of(cloud: usize) -> std::ops::Range<usize> {
    cloud * 2..cloud * 2 + 2
}

fn account() -> impl Strategy<Value = Account> {
    let people = (numbers(PEOPLE, 0..3), numbers(PEOPLE, 0..2), numbers(3, 0..3));
    (0..2_usize, 0..TOKENS, prop::option::of(numbers(2, 1..3)), people).prop_map(
        |(cloud, token, orgs, (users, emails, groups))| Account {
            cloud,
            token: cloud * TOKENS + token,
            orgs: orgs.map(|orgs| orgs.into_iter().map(|place| customers_of(cloud).start + place).collect()),
            users,
            emails,
            groups,
        },
    )
}

fn scene() -> impl Strategy<Value = Scene> {
    let what = prop::sample::select(vec![
        What::Org,
        What::OrgByName,
        What::Site,
        What::SiteByName,
        What::Query,
        What::QueryOfSite,
        What::Refused,
        What::Find,
        What::Myself,
        What::Completion,
        What::NoOrg,
    ]);
    let person =
        (numbers(3, 0..3), any::<bool>()).prop_map(|(groups, has_email)| Person { groups, has_email });
    let sees = prop::collection::vec(numbers(2, 0..3), 2 * TOKENS);
    (
        prop::collection::vec(account(), 2..6),
        prop::collection::vec(person, PEOPLE),
        sees,
        prop::collection::vec((0..PEOPLE, 0..CUSTOMERS, what, any::<bool>()), 30..50),
    )
        .prop_map(|(accounts, people, sees, calls)| Scene {
            accounts,
            people,
            sees: sees
                .into_iter()
                .enumerate()
                .map(|(token, sees)| {
                    sees.into_iter().map(|place| customers_of(token / TOKENS).start + place).collect()
                })
                .collect(),
            calls,
        })
}

/// A text that only what belongs to a customer has.
fn mark(customer: usize) -> String {
    format!("zq{customer}vx")
}

fn org(customer: usize) -> String {
    format!("0a000000-0000-4000-8000-00000000000{customer}")
}

fn site(customer: usize) -> String {
    format!("05000000-0000-4000-8000-00000000000{customer}")
}

fn token(number: usize) -> String {
    format!("t0ken-{number}-of-the-operator")
}

fn account_name(number: usize) -> String {
    format!("account-{number}q")
}

impl Scene {
    /// The accounts of a person.
    fn accounts_of(&self, person: usize) -> Vec<usize> {
        let Person { groups, has_email } = &self.people[person];
        let is_theirs = |account: &Account| {
            account.users.contains(&person)
                || *has_email && account.emails.contains(&person)
                || account.groups.intersection(groups).next().is_some()
        };
        (0..self.accounts.len()).filter(|number| is_theirs(&self.accounts[*number])).collect()
    }

    /// The customers whose rows a person may see.
    fn customers_of(&self, person: usize) -> BTreeSet<usize> {
        let of = |number: usize| {
            let Account { token, orgs, .. } = &self.accounts[number];
            let used = move |customer: &usize| orgs.as_ref().is_none_or(|orgs| orgs.contains(customer));
            self.sees[*token].iter().copied().filter(used).collect::<Vec<_>>()
        };
        self.accounts_of(person).into_iter().flat_map(of).collect()
    }

    /// The customers whose organization an account of a person names. Their ids are no secret, also where no token sees them.
    fn named_for(&self, person: usize) -> BTreeSet<usize> {
        let named = |number: usize| self.accounts[number].orgs.iter().flatten().copied().collect::<Vec<_>>();
        self.accounts_of(person).into_iter().flat_map(named).collect()
    }

    /// The only account of a person for a customer, if its token sees it.
    fn account_for(&self, person: usize, customer: usize) -> Option<usize> {
        let own = self.accounts_of(person);
        let is_named = |number: &&usize| {
            self.accounts[**number].orgs.as_ref().is_some_and(|orgs| orgs.contains(&customer))
        };
        let by_name: Vec<_> = own.iter().filter(is_named).collect();
        let sees = |number: &&usize| self.sees[self.accounts[**number].token].contains(&customer);
        let open = |number: &&usize| self.accounts[**number].orgs.is_none();
        let meant = if by_name.is_empty() { own.iter().filter(open).filter(sees).collect() } else { by_name };
        match meant.as_slice() {
            [only] if sees(only) => Some(**only),
            _ => None,
        }
    }

    fn file(&self, clouds: &[MockUpstream; 2]) -> String {
        let entry = |(number, account): (usize, &Account)| {
            let mut users: Vec<_> = account.users.iter().map(|person| format!("person-{person}")).collect();
            users.extend(account.emails.iter().map(|person| format!("p{person}@example.com")));
            let groups = account.groups.iter().map(|group| format!("group-{group}")).collect();
            let orgs = account.orgs.iter().flatten().map(|customer| org(*customer)).collect();
            let mut lines = vec![
                format!("[accounts.{}]", account_name(number)),
                format!("token_env = \"TOKEN_{}\"", account.token),
                format!("cloud = \"{}\"", clouds[account.cloud].url()),
            ];
            let lists: [(&str, Vec<String>); 3] = [("users", users), ("groups", groups), ("orgs", orgs)];
            let given = lists.into_iter().filter(|(_, values)| !values.is_empty());
            lines.extend(given.map(|(key, values)| format!("{key} = {values:?}")));
            lines.join("\n") + "\n"
        };
        self.accounts.iter().enumerate().map(entry).collect()
    }

    /// A cloud: each token sees the customers of its own.
    async fn cloud(&self) -> MockUpstream {
        let upstream = MockUpstream::start().await;
        let sees: BTreeMap<String, BTreeSet<usize>> = self
            .sees
            .iter()
            .enumerate()
            .map(|(number, sees)| (format!("Token {}", token(number)), sees.clone()))
            .collect();
        upstream.default_handler(move |received| answer(received, &sees[received.header("authorization")]));
        upstream
    }
}

fn answer(received: &Received, sees: &BTreeSet<usize>) -> Answer {
    let missing = || Answer::json(&json!({ "detail": "not found" })).status(404);
    let segments = received.segments();
    let [_, _, kind, rest @ ..] = segments.as_slice() else { return missing() };
    if kind == "self" {
        let privileges = sees.iter().map(|customer| {
            json!({ "scope": "org", "org_id": org(*customer), "org_name": format!("Org {}", mark(*customer)), "role": "read" })
        });
        return Answer::json(
            &json!({ "email": "operator@example.com", "privileges": privileges.collect::<Vec<_>>() }),
        );
    }
    let named =
        |id: fn(usize) -> String| sees.iter().copied().find(|customer| rest.first() == Some(&id(*customer)));
    let customer = if kind == "orgs" { named(org) } else { named(site) };
    let Some(customer) = customer else { return missing() };
    let called = mark(customer);
    let of_site = json!({ "id": site(customer), "org_id": org(customer), "name": format!("Site {called}") });
    match (kind.as_str(), rest.get(1).map(String::as_str)) {
        ("orgs", None) => Answer::json(&json!({ "id": org(customer), "name": format!("Org {called}") })),
        ("sites", None) => Answer::json(&of_site),
        ("orgs", Some("sites")) if rest.len() == 2 => Answer::json(&json!([of_site])),
        ("orgs", Some("sites")) => Answer::json(&json!({ "results": [of_site], "total": 1 })),
        ("orgs", Some("logs")) => {
            Answer::json(&json!({ "detail": format!("{called} may not read this") })).status(403)
        }
        _ => Answer::json(
            &json!([{ "name": format!("Device {called}"), "mac": "5c5b35000001", "site_id": site(customer), "type": "ap" }]),
        ),
    }
}

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
