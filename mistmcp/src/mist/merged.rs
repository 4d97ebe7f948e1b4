//! The answers of several accounts to a request about the token itself, as one: [`Mist::of_all_accounts`].

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::accounts::Account;
use super::fan_out::{self, WaitFor};
use super::routing::Route;
use super::{Answer, Mist, Request};
use crate::{Error, Result};

impl Mist {
    /// The answers of all accounts to a request about the token itself, as one. Each has only what its account may be
    /// used for.
    ///
    /// # Errors
    /// No account has an answer.
    pub(super) async fn of_all_accounts(&self, routes: &[Route], request: &Request) -> Result<Answer> {
        let ask = async |route: &Route| {
            self.note(Some(&route.account));
            let asked = Instant::now();
            let answer = self.send_to(&route.dispatcher, request).await?;
            if request.is_for_self() {
                Self::remember_self(&route.dispatcher, &answer, asked);
            }
            answer.parsed().await
        };
        let asking = routes.iter().map(|route| (route, ask(route)));
        let mut merged = Merged::default();
        for (route, result) in fan_out::results(asking, WaitFor::All, self.time_left(), |_, _| false).await {
            merged.add(&route.account, result);
        }
        let body = merged.body()?;
        let cloud = routes.first().map_or(&self.connection.dispatcher.cloud, |route| &route.account.cloud);
        Ok(Answer::new(HeaderMap::new(), body, &request.url(cloud)?))
    }
}

/// The answers of several accounts as one.
#[derive(Default)]
struct Merged {
    accounts: Vec<Value>,
    privileges: Vec<Value>,
    rows: Option<Vec<Value>>,
    total: u64,
    error: Option<Error>,
    has_answer: bool,
}

impl Merged {
    fn add(&mut self, account: &Account, value: Result<Value>) {
        let mut entry = Map::new();
        entry.insert("account".into(), (*account.name).into());
        entry.insert("cloud".into(), account.cloud.to_string().into());
        let of_account = |row: Value| match row {
            Value::Object(row) => {
                let mut with_account = Map::from_iter([("account".to_owned(), (*account.name).into())]);
                with_account.extend(row);
                Value::Object(with_account)
            }
            other => other,
        };
        self.has_answer |= value.is_ok();
        let value = value.map(|mut value| {
            account.retain_own(&mut value);
            value
        });
        match value {
            Ok(Value::Array(rows)) => {
                self.total += rows.len() as u64;
                self.rows.get_or_insert_default().extend(rows.into_iter().map(of_account));
            }
            Ok(Value::Object(mut object)) => {
                if let Some(Value::Array(rows)) = object.remove("results") {
                    // Mist's count includes rows of organizations that the account is not used for.
                    let counted =
                        object.get("total").and_then(Value::as_u64).filter(|_| account.orgs.is_none());
                    self.total += counted.unwrap_or(0).max(rows.len() as u64);
                    self.rows.get_or_insert_default().extend(rows.into_iter().map(of_account));
                    return;
                }
                if let Some(Value::Array(privileges)) = object.remove("privileges") {
                    // One without an organization is of the MSP or the person, and may reach all organizations.
                    let is_used =
                        |privilege: &Value| account.orgs.is_none() || privilege["org_id"].is_string();
                    self.privileges.extend(privileges.into_iter().filter(is_used).map(of_account));
                }
                entry.extend(object);
                self.accounts.push(Value::Object(entry));
            }
            Ok(_) => self.accounts.push(Value::Object(entry)),
            Err(error) => {
                entry.insert("error".into(), error.to_string().into());
                let of_account =
                    Error::new(error.kind(), format!("Account `{}`: ", account.name)).with(error);
                self.error.get_or_insert(of_account);
                self.accounts.push(Value::Object(entry));
            }
        }
    }

    fn body(self) -> Result<Bytes> {
        if let (false, Some(error)) = (self.has_answer, self.error) {
            return Err(error);
        }
        let mut object = Map::new();
        if let Some(rows) = self.rows {
            object.insert("total".into(), self.total.into());
            object.insert("results".into(), rows.into());
        }
        if !self.accounts.is_empty() {
            object.insert("accounts".into(), self.accounts.into());
        }
        if !self.privileges.is_empty() {
            object.insert("privileges".into(), self.privileges.into());
        }
        Ok(Value::Object(object).to_string().into())
    }
}
