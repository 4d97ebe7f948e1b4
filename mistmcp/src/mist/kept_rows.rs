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
}

impl KeptRows {
    /// Rows of a list, and what is to be said about them on every page.
    pub fn new(rows: &[Value], notes: Vec<String>) -> Self {
        Self { rows: rows.iter().map(|row| row.to_string().into()).collect(), notes }
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
    /// time, and take the requests of one reading.
    pub fn kept_rows(&self, key: &str) -> Option<Arc<KeptRows>> {
        self.connection.dispatcher.pool.cache.rows(&self.shared_key(key))
    }

    /// Keeps rows for the pages that follow. The key holds the name of the tool, and the arguments that select the rows.
    pub fn keep_rows(&self, key: &str, rows: KeptRows) {
        self.connection.dispatcher.pool.cache.keep_rows(self.shared_key(key), Arc::new(rows));
    }
}
