//! A scene: accounts, people, what each token sees, and calls ([`Scene`]); and the clouds that answer as it says.

use std::collections::{BTreeMap, BTreeSet};

use mistmcp_tests::{Answer, MockUpstream, Received};
use proptest::prelude::*;
use serde_json::json;

/// Customers. Each has an organization and a site; the first two are at one cloud, the others at another.
pub(super) const CUSTOMERS: usize = 4;
/// Different tokens at each cloud.
pub(super) const TOKENS: usize = 3;
pub(super) const PEOPLE: usize = 4;

/// An account, with numbers in place of names.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) cloud: usize,
    pub(super) token: usize,
    /// The customers that it is used for; none for all that its token sees.
    pub(super) orgs: Option<BTreeSet<usize>>,
    pub(super) users: BTreeSet<usize>,
    pub(super) emails: BTreeSet<usize>,
    pub(super) groups: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) groups: BTreeSet<usize>,
    pub(super) has_email: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) accounts: Vec<Account>,
    pub(super) people: Vec<Person>,
    /// The customers that each token of each cloud sees.
    pub(super) sees: Vec<BTreeSet<usize>>,
    pub(super) calls: Vec<(usize, usize, What, bool)>,
}

/// What a call asks of a customer.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
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

pub(super) fn scene() -> impl Strategy<Value = Scene> {
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
pub(super) fn mark(customer: usize) -> String {
    format!("zq{customer}vx")
}

pub(super) fn org(customer: usize) -> String {
    format!("0a000000-0000-4000-8000-00000000000{customer}")
}

pub(super) fn site(customer: usize) -> String {
    format!("05000000-0000-4000-8000-00000000000{customer}")
}

pub(super) fn token(number: usize) -> String {
    format!("t0ken-{number}-of-the-operator")
}

pub(super) fn account_name(number: usize) -> String {
    format!("account-{number}q")
}

impl Scene {
    /// The accounts of a person.
    pub(super) fn accounts_of(&self, person: usize) -> Vec<usize> {
        let Person { groups, has_email } = &self.people[person];
        let is_theirs = |account: &Account| {
            account.users.contains(&person)
                || *has_email && account.emails.contains(&person)
                || account.groups.intersection(groups).next().is_some()
        };
        (0..self.accounts.len()).filter(|number| is_theirs(&self.accounts[*number])).collect()
    }

    /// The customers whose rows a person may see.
    pub(super) fn customers_of(&self, person: usize) -> BTreeSet<usize> {
        let of = |number: usize| {
            let Account { token, orgs, .. } = &self.accounts[number];
            let used = move |customer: &usize| orgs.as_ref().is_none_or(|orgs| orgs.contains(customer));
            self.sees[*token].iter().copied().filter(used).collect::<Vec<_>>()
        };
        self.accounts_of(person).into_iter().flat_map(of).collect()
    }

    /// The customers whose organization an account of a person names. Their ids are no secret, also where no token sees them.
    pub(super) fn named_for(&self, person: usize) -> BTreeSet<usize> {
        let named = |number: usize| self.accounts[number].orgs.iter().flatten().copied().collect::<Vec<_>>();
        self.accounts_of(person).into_iter().flat_map(named).collect()
    }

    /// The only account of a person for a customer, if its token sees it.
    pub(super) fn account_for(&self, person: usize, customer: usize) -> Option<usize> {
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

    pub(super) fn file(&self, clouds: &[MockUpstream; 2]) -> String {
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
    pub(super) async fn cloud(&self) -> MockUpstream {
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
