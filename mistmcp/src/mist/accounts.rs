//! Accounts of the operator: named API tokens, each with its cloud and the people who may use it. The main type is
//! [`Accounts`].

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use super::{Cloud, Connection, Pool, Tokens};
use crate::argument::Id;

/// A named account: API tokens at a cloud.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: Arc<str>,
    pub(crate) cloud: Cloud,
    pub(crate) tokens: Tokens,
    /// The only organizations that it is used for. None for all that its tokens see.
    pub(crate) orgs: Option<Arc<BTreeSet<String>>>,
    /// Subjects or verified email addresses of the people who may use it.
    pub(crate) users: Vec<String>,
    /// Groups of people who may use it.
    pub(crate) groups: Vec<String>,
}

/// A person as an access token describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) subject: String,
    /// The email address, if the issuer has verified it.
    pub(crate) email: Option<String>,
    /// Whether the access token says anything of an email address, verified or not.
    pub(crate) has_email_claims: bool,
    pub(crate) groups: Vec<String>,
}

/// The accounts of the operator, which may be replaced while the server runs.
#[derive(Debug)]
pub(crate) struct Accounts(watch::Sender<Arc<[Arc<Account>]>>);

impl Accounts {
    pub(crate) fn new(accounts: Vec<Account>) -> Self {
        Self(watch::Sender::new(shared(accounts)))
    }

    pub(crate) fn replace(&self, accounts: Vec<Account>) {
        self.0.send_replace(shared(accounts));
    }

    /// All accounts.
    pub(crate) fn all(&self) -> Arc<[Arc<Account>]> {
        Arc::clone(&self.0.borrow())
    }

    /// The accounts that a person may use.
    pub(crate) fn of(&self, person: &Person) -> Arc<[Arc<Account>]> {
        self.all().iter().filter(|account| account.admits(person)).cloned().collect()
    }

    /// Waits until no account is a person's any longer.
    pub(crate) async fn removed(&self, person: &Person) {
        let mut changes = self.0.subscribe();
        while !self.of(person).is_empty() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Account {
    /// Whether it is a person's: by the subject, the verified email address in any letter case, or a group.
    ///
    /// A user with `@` is the subject only where the issuer says nothing of email addresses: an issuer may let people
    /// choose the address that it takes as their subject, and tells by the other claims whether it has verified it.
    fn admits(&self, person: &Person) -> bool {
        let is_user = |user: &String| {
            (*user == person.subject && !(person.has_email_claims && user.contains('@')))
                || (user.contains('@')
                    && person.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(user)))
        };
        self.users.iter().any(is_user) || self.groups.iter().any(|group| person.groups.contains(group))
    }

    /// The part of an answer about its tokens that it may be used for: without the objects in lists that are of other
    /// organizations, and, if its organizations are listed, without those of an MSP, a group of organizations or a site
    /// that name no organization.
    pub(super) fn retain_own(&self, value: &mut Value) {
        match value {
            Value::Array(items) => {
                items.retain(|item| self.is_own(item));
                for item in items {
                    self.retain_own(item);
                }
            }
            Value::Object(object) => {
                let of_others = |(name, value): (&String, &Value)| {
                    let is_other = (value.is_object() && !self.is_own(value)) || !self.permits_key(name);
                    is_other.then(|| name.clone())
                };
                let others: Vec<_> = object.iter().filter_map(of_others).collect();
                for name in others {
                    object.shift_remove(&name);
                }
                for value in object.values_mut() {
                    self.retain_own(value);
                }
            }
            _ => {}
        }
    }

    /// Whether a row is of an organization that it may be used for, or of none.
    fn is_own(&self, row: &Value) -> bool {
        const WITHIN: [&str; 5] = ["org_id", "org_ids", "msp_id", "orggroup_id", "site_id"];
        let Some(orgs) = &self.orgs else { return true };
        let is_permitted = |id: &Value| id.as_str().is_some_and(|id| orgs.contains(&id.to_ascii_lowercase()));
        match (&row["org_id"], &row["org_ids"]) {
            (id @ Value::String(text), _) if !text.is_empty() => is_permitted(id),
            (_, Value::Array(ids)) if !ids.is_empty() => ids.iter().all(is_permitted),
            _ => WITHIN.iter().all(|name| matches!(&row[*name], Value::Null) || row[*name] == ""),
        }
    }

    /// Whether a key of an object names no organization, or one that it may be used for.
    fn permits_key(&self, key: &str) -> bool {
        Id::parse(key).is_none_or(|id| self.permits(id.as_str()))
    }

    /// Whether it may be used for an organization.
    pub(super) fn permits(&self, org_id: &str) -> bool {
        self.orgs.as_ref().is_none_or(|orgs| orgs.contains(org_id))
    }
}

/// The connection of a client that may use all accounts, as they are now.
#[derive(Clone, Debug)]
pub(crate) struct LiveConnection {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) org_id: Option<String>,
}

impl LiveConnection {
    /// The connection. None if there is no account.
    pub(crate) fn now(&self) -> Option<Connection> {
        Connection::of_accounts(&self.pool, &self.accounts.all(), self.org_id.clone())
    }
}

fn shared(accounts: Vec<Account>) -> Arc<[Arc<Account>]> {
    accounts.into_iter().map(Arc::new).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::Clouds;
    use super::*;

    fn account(name: &str, users: &[String], groups: &[String]) -> Account {
        Account {
            name: name.into(),
            cloud: Clouds::default().find("api.mist.com").unwrap(),
            tokens: Tokens::parse("t0ken-of-a-test").unwrap(),
            orgs: None,
            users: users.to_vec(),
            groups: groups.to_vec(),
        }
    }

    fn names(of: &[Arc<Account>]) -> Vec<&str> {
        of.iter().map(|account| &*account.name).collect()
    }

    #[test]
    fn a_person_has_the_accounts_of_subject_verified_email_and_groups() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let accounts = Accounts::new(vec![
            account("a", &list(&["sub-1"]), &[]),
            account("b", &list(&["Ada@Example.com"]), &[]),
            account("c", &[], &list(&["noc"])),
            account("nobody's", &[], &[]),
        ]);
        let person = |subject: &str, email: Option<&str>, groups: &[&str]| Person {
            subject: subject.into(),
            email: email.map(str::to_owned),
            has_email_claims: email.is_some(),
            groups: list(groups),
        };
        for (person, wanted) in [
            (person("sub-1", None, &[]), &["a"][..]),
            (person("SUB-1", None, &[]), &[]),
            (person("x", Some("ada@example.com"), &["noc", "other"]), &["b", "c"]),
            (person("x", None, &["NOC"]), &[]),
            (person("", Some(""), &[""]), &[]),
            // An email claim that is no address matches no user.
            (person("x", Some("sub-1"), &[]), &[]),
            (person("x", Some("SUB-1"), &[]), &[]),
        ] {
            assert_eq!(names(&accounts.of(&person)), wanted, "{person:?}");
        }
        accounts.replace(Vec::new());
        assert!(accounts.all().is_empty());
    }

    #[test]
    fn a_subject_that_looks_like_an_address_counts_only_without_claims_of_an_address() {
        let accounts = Accounts::new(vec![account("a", &["eve@example.com".to_owned()], &[])]);
        let person = |subject: &str, email: Option<&str>, has_email_claims| Person {
            subject: subject.into(),
            email: email.map(str::to_owned),
            has_email_claims,
            groups: Vec::new(),
        };
        for (person, wanted) in [
            (person("eve@example.com", None, true), false),
            (person("eve@example.com", None, false), true),
            (person("Eve@example.com", None, false), false),
            (person("eve@example.com", Some("mallory@example.com"), true), false),
            (person("eve@example.com", Some("eve@example.com"), true), true),
            (person("x", Some("Eve@Example.com"), true), true),
        ] {
            assert_eq!(!accounts.of(&person).is_empty(), wanted, "{person:?}");
        }
    }

    #[test]
    fn an_answer_about_tokens_keeps_what_an_account_is_used_for() {
        const OWN: &str = "0a000000-0000-4000-8000-000000000005";
        const OTHER: &str = "0a000000-0000-4000-8000-000000000006";
        let all = account("a", &[], &[]);
        let own = Account { orgs: Some(Arc::new(BTreeSet::from([OWN.to_owned()]))), ..all.clone() };
        let answer = json!({
            "email": "ada@example.com",
            "privileges": [{ "org_id": OWN }, { "org_id": OTHER }, { "scope": "msp", "msp_id": "m" }],
            "results": [
                { "org_id": OTHER, "message": "x" }, { "org_id": OWN.to_uppercase(), "orgs": [{ "org_id": OTHER }] },
                { "org_ids": [OWN, OTHER] }, { "org_ids": [OWN] }, { "site_id": "s" }, { "message": "login" },
                { "org_id": null, "msp_id": "" },
            ],
            OTHER: 1,
            "last": { "org_id": OTHER },
        });
        let mut kept = answer.clone();
        all.retain_own(&mut kept);
        assert_eq!(kept, answer);
        own.retain_own(&mut kept);
        let wanted = json!({
            "email": "ada@example.com",
            "privileges": [{ "org_id": OWN }],
            "results": [
                { "org_id": OWN.to_uppercase(), "orgs": [] }, { "org_ids": [OWN] }, { "message": "login" },
                { "org_id": null, "msp_id": "" },
            ],
        });
        assert_eq!(kept, wanted);
    }

    proptest! {
        #[test]
        fn a_person_never_has_an_account_without_a_claim_that_it_names(
            grants in prop::collection::vec((prop::collection::vec(0_u8..6, 0..3), prop::collection::vec(0_u8..6, 0..3)), 1..6),
            subject in 0_u8..6, email in prop::option::of(0_u8..6), groups in prop::collection::vec(0_u8..6, 0..4),
        ) {
            let user = |number: &u8| if number.is_multiple_of(2) { format!("s{number}") } else { format!("{number}@example.com") };
            let group = |number: &u8| format!("g{number}");
            let accounts = Accounts::new(grants.iter().enumerate().map(|(place, (users, groups))| {
                let [users, groups] = [users.iter().map(user).collect::<Vec<_>>(), groups.iter().map(group).collect()];
                account(&place.to_string(), &users, &groups)
            }).collect());
            let person = Person {
                subject: format!("s{subject}"),
                email: email.map(|email| format!("{email}@example.com")),
                has_email_claims: email.is_some(),
                groups: groups.iter().map(group).collect(),
            };
            let wanted: Vec<_> = grants.iter().enumerate().filter(|(_, (users, granted))| {
                users.iter().any(|number| if number.is_multiple_of(2) { *number == subject } else { Some(*number) == email })
                    || granted.iter().any(|number| groups.contains(number))
            }).map(|(place, _)| place.to_string()).collect();
            let granted = accounts.of(&person);
            prop_assert_eq!(names(&granted), wanted);
        }
    }
}
