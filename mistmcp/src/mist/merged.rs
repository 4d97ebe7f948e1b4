//! The answers of several accounts to a request about the token itself, as one: [`Mist::of_all_accounts`].

use bytes::Bytes;
use http::header::{DATE, HeaderMap, HeaderValue};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::accounts::Account;
use super::answer::MergedPage;
use super::api::list_shape::rows_of;
use super::fan_out::{self, WaitFor};
use super::page::{Page, PageFields};
use super::routing::Route;
use super::{Answer, Mist, Request};
use crate::text::shortened;
use crate::{Error, Result};

/// The most pages of a request in which no row is of an organization that the accounts are used for.
const MOST_EMPTY: u64 = 10;

impl Mist {
    /// The answers of all accounts to a request about the token itself, as one. Each has only what its account may be
    /// used for. Of a list, pages of which nothing is left are passed over.
    ///
    /// # Errors
    /// No account has an answer.
    pub(super) async fn of_all_accounts(&self, routes: &[Route], request: &Request) -> Result<Answer> {
        let first = PageFields::default().page(PageFields::asked(request), 0);
        let (mut request, mut asked) = (request.clone(), routes.iter().collect::<Vec<_>>());
        let mut merged = Merged::default();
        for number in first.number.. {
            merged.asked = Page { number, ..first };
            merged.page = MergedPage { number, ..MergedPage::default() };
            let asking = asked.iter().map(|route| (*route, self.of_account_itself(route, &request)));
            let mut following = Vec::new();
            for (route, result) in
                fan_out::results(asking, WaitFor::All, self.time_left(), |_, _| false).await
            {
                if merged.add(&route.account, result) {
                    following.push(route);
                }
            }
            let is_empty = merged.rows.as_ref().is_some_and(Vec::is_empty);
            if following.is_empty() || !is_empty || number - first.number == MOST_EMPTY {
                break;
            }
            asked = following;
            request = request.of_page(number + 1);
        }
        let (date, page) = (merged.date.take(), merged.finished_page());
        let body = merged.body()?;
        let cloud = routes.first().map_or(&self.connection.dispatcher.cloud, |route| &route.account.cloud);
        let answer = Answer::new(date.into_iter().collect(), body, &request.url(cloud)?);
        Ok(answer.of_accounts(page))
    }

    async fn of_account_itself(
        &self,
        route: &Route,
        request: &Request,
    ) -> Result<(PageFields, HeaderMap, Value)> {
        self.note(Some(&route.account));
        let asked = Instant::now();
        let answer = self.send_to(&route.dispatcher, request).await?;
        if request.is_for_self() {
            Self::remember_self(&route.dispatcher, &answer, asked);
        }
        let (page, headers) = (answer.page(), answer.headers().clone());
        Ok((page, headers, answer.parsed().await?))
    }
}

/// The answers of several accounts as one.
#[derive(Default)]
struct Merged {
    accounts: Vec<Value>,
    privileges: Vec<Value>,
    rows: Option<Vec<Value>>,
    /// Rows in all, as far as accounts count them.
    total: u64,
    /// An account does not count its rows, or counts those of organizations too that it is not used for.
    is_uncounted: bool,
    asked: Page,
    page: MergedPage,
    missing: Vec<String>,
    date: Option<(http::HeaderName, HeaderValue)>,
    error: Option<Error>,
    has_answer: bool,
}

impl Merged {
    /// Adds the answer of an account. Returns whether the account may have a next page.
    fn add(&mut self, account: &Account, answer: Result<(PageFields, HeaderMap, Value)>) -> bool {
        let mut entry = Map::new();
        entry.insert("account".into(), (*account.name).into());
        entry.insert("cloud".into(), account.cloud.to_string().into());
        let (page, headers, mut value) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let words = error.to_string();
                let reason = shortened(&words, 200);
                self.missing
                    .push(format!("The rows of the account `{}` are missing: {reason}", account.name));
                entry.insert("error".into(), words.into());
                let of_account =
                    Error::new(error.kind(), format!("Account `{}`: ", account.name)).append_error(error);
                self.error.get_or_insert(of_account);
                self.accounts.push(Value::Object(entry));
                return false;
            }
        };
        self.has_answer = true;
        if self.date.is_none() {
            self.date = headers.get(DATE).map(|date| (DATE, date.clone()));
        }
        let came = rows_of(&value).map_or(0, Vec::len) as u64;
        let said = page.or(PageFields::of(|name| value.get(name)?.as_u64()));
        let page = said.page(self.asked.into(), came);
        account.retain_own(&mut value);
        let rows = match value {
            Value::Array(rows) => rows,
            Value::Object(mut object) => {
                if let Some(Value::Array(rows)) = object.remove("results") {
                    rows
                } else {
                    if let Some(Value::Array(privileges)) = object.remove("privileges") {
                        // One without an organization is of the MSP or the person, and may reach all organizations.
                        let is_used =
                            |privilege: &Value| account.orgs.is_none() || privilege["org_id"].is_string();
                        let used = privileges.into_iter().filter(is_used);
                        self.privileges.extend(used.map(|row| of_account(account, row)));
                    }
                    entry.extend(object);
                    self.accounts.push(Value::Object(entry));
                    return false;
                }
            }
            _ => {
                self.accounts.push(Value::Object(entry));
                return false;
            }
        };
        let (has_next, is_full) = match page.total {
            Some(_) => (page.has_next(came), false),
            None => (false, page.has_next(came)),
        };
        self.page.has_next |= has_next;
        self.page.is_full |= is_full;
        // Clouds may have smaller pages than were asked for.
        self.page.limit = match self.page.limit {
            0 => page.limit,
            limit if limit == page.limit => limit,
            _ => self.asked.limit,
        };
        let is_whole = page.number == 1 && !has_next && !is_full;
        match page.total {
            Some(total) if account.orgs.is_none() => self.count(total.max(rows.len() as u64)),
            _ if is_whole => self.count(rows.len() as u64),
            _ => self.is_uncounted = true,
        }
        self.rows.get_or_insert_default().extend(rows.into_iter().map(|row| of_account(account, row)));
        has_next || is_full
    }

    fn count(&mut self, rows: u64) {
        self.total = self.total.saturating_add(rows);
    }

    /// The page with what is missing in it.
    fn finished_page(&self) -> MergedPage {
        let missing = self.rows.as_ref().filter(|_| !self.missing.is_empty());
        MergedPage { missing: missing.map(|_| self.missing.join(" ")), ..self.page.clone() }
    }

    fn body(self) -> Result<Bytes> {
        if let (false, Some(error)) = (self.has_answer, self.error) {
            return Err(error);
        }
        let mut object = Map::new();
        if let Some(rows) = self.rows {
            if !self.is_uncounted {
                object.insert("total".into(), self.total.into());
            }
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

/// A row with the name of its account.
fn of_account(account: &Account, row: Value) -> Value {
    match row {
        Value::Object(row) => {
            let mut with_account = Map::from_iter([("account".to_owned(), (*account.name).into())]);
            with_account.extend(row);
            Value::Object(with_account)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Clouds, Tokens};
    use super::*;

    #[test]
    fn totals_of_accounts_that_add_up_to_more_than_a_number_holds_are_the_largest_number() {
        let account = Account {
            name: "a".into(),
            cloud: Clouds::default().find("api.mist.com").unwrap(),
            tokens: Tokens::parse("t0ken-of-a-test").unwrap(),
            orgs: None,
            users: Vec::new(),
            groups: Vec::new(),
        };
        let mut merged = Merged::default();
        for value in [json!({ "total": u64::MAX, "results": [1] }), json!({ "total": 2, "results": [2] })] {
            merged.add(&account, Ok((PageFields::default(), HeaderMap::new(), value)));
        }
        assert_eq!(merged.total, u64::MAX);
    }
}
