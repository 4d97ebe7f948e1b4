//! Rows that a tool reads whole and answers page by page ([`KeptRows`]).

use std::sync::Arc;

use serde_json::Value;

use super::Mist;

/// Rows that a tool has read whole, for the pages of its answer after the first one, with notes about them.
#[derive(Debug)]
pub struct KeptRows {
    /// Each row as JSON: parsed, they would take several times the memory.
    rows: Box<[Box<str>]>,
    notes: Vec<String>,
    /// The accounts that the call which read them has used.
    accounts: Vec<Arc<str>>,
}

impl KeptRows {
    /// Rows of a list, and what is to be said about them on every page.
    pub fn new(rows: &[Value], notes: Vec<String>) -> Self {
        Self { rows: rows.iter().map(|row| row.to_string().into()).collect(), notes, accounts: Vec::new() }
    }

    /// Number of all rows.
    pub fn total(&self) -> usize {
        self.rows.len()
    }

    /// What is to be said about the rows.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// At most `limit` rows after the first `before` ones.
    pub fn page(&self, before: usize, limit: usize) -> Vec<Value> {
        let rows = self.rows.iter().skip(before).take(limit);
        rows.filter_map(|row| serde_json::from_str(row).ok()).collect()
    }

    /// Bytes that it takes in the cache.
    pub(super) fn weight(&self) -> usize {
        const ROW: usize = size_of::<Box<str>>() + 16;
        self.rows.iter().map(|row| row.len() + ROW).sum()
    }
}

impl Mist {
    /// The rows that [`keep_rows`](Self::keep_rows) has kept in the last five minutes, with this key and for the same
    /// tokens. A tool asks for them on a later page alone, and reads the first page anew: all pages are then of one
    /// time, and take the requests of one reading. None if Mist has refused the tokens of an account of theirs since.
    pub fn kept_rows(&self, key: &str) -> Option<Arc<KeptRows>> {
        let kept = self.connection.dispatcher.pool.cache.rows(&self.shared_key(key))?;
        let is_usable = match self.routes() {
            None => self.connection.dispatcher.is_not_refused(),
            Some(routes) => {
                let mut used = routes.iter().filter(|route| kept.accounts.contains(&route.account.name));
                used.all(|route| route.dispatcher.is_not_refused())
            }
        };
        if !is_usable {
            return None;
        }
        for account in &kept.accounts {
            self.call.record().uses(account);
        }
        Some(kept)
    }

    /// Keeps rows for the pages that follow. The key holds the name of the tool, and the arguments that select the rows.
    pub fn keep_rows(&self, key: &str, rows: KeptRows) {
        let rows = KeptRows { accounts: self.call.record().accounts(), ..rows };
        self.connection.dispatcher.pool.cache.keep_rows(self.shared_key(key), Arc::new(rows));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::StatusCode;
    use serde_json::json;

    use super::super::clock::Clock;
    use super::super::{Account, Clouds, Connection, Limits, Pool, Tokens};
    use super::*;
    use crate::Call;

    #[test]
    fn kept_rows_are_of_their_accounts_and_of_tokens_that_mist_has_not_refused() {
        let limits = Limits {
            timeout: Duration::from_secs(30),
            retry_wait: Duration::ZERO,
            rate_limit: 5_000,
            max_response_bytes: 1_000,
        };
        let pool = Arc::new(Pool::with_clock(limits, Clock::set("2026-01-01T10:20:00Z")));
        let account = |name: &str| {
            let cloud = Clouds::default().find("api.mist.com").unwrap();
            let tokens = Tokens::parse(&format!("t0ken-of-{name}")).unwrap();
            let (users, groups) = (Vec::new(), Vec::new());
            Arc::new(Account { name: name.into(), cloud, tokens, orgs: None, users, groups })
        };
        let accounts = [account("acme"), account("beta")];
        for accounts in [&accounts[..1], &accounts] {
            let client = || {
                let connection = Connection::of_accounts(&pool, accounts, None).unwrap();
                Mist::new(Arc::new(connection), Call::unattended())
            };
            let reader = client();
            reader.note(Some(&accounts[0]));
            reader.keep_rows("key", KeptRows::new(&[json!(1)], Vec::new()));
            let answers = |status, at: usize| {
                let later = client();
                later.connection.dispatchers().nth(at).unwrap().token_states[0].record(status);
                let is_kept = later.kept_rows("key").is_some();
                assert_eq!(later.call.record().accounts() == [Arc::clone(&accounts[0].name)], is_kept);
                is_kept
            };
            assert!(answers(StatusCode::OK, 0));
            assert!(!answers(StatusCode::UNAUTHORIZED, 0));
            assert!(answers(StatusCode::OK, 0), "it is accepted again");
            assert!(accounts.len() == 1 || answers(StatusCode::UNAUTHORIZED, 1), "rows of the other account");
        }
    }
}
