//! Recorded requests, for tests: [`Recorded`].

use std::collections::VecDeque;

use axum::http::request::Parts;
use parking_lot::Mutex;

use crate::engine::Query;

const KEPT: usize = 10_000;

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// `GET`, in capitals.
    pub method: String,
    /// The path as sent, with its percent signs.
    pub path: String,
    /// The decoded pairs of the query, in their order.
    pub query: Vec<(String, String)>,
    /// Names in lower case and values as sent, the token's too: the demo's is no secret.
    pub headers: Vec<(String, String)>,
}

impl Recorded {
    /// A header's value; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<VecDeque<Recorded>>);

impl Recorder {
    pub(crate) fn record(&self, request: &Parts) {
        let headers = request.headers.iter();
        let headers = headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let recorded = Recorded {
            method: request.method.to_string(),
            path: request.uri.path().to_owned(),
            query: Query::of(&request.uri).0,
            headers: headers.collect(),
        };
        let mut kept = self.0.lock();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(recorded);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.0.lock().iter().cloned().collect()
    }
}
