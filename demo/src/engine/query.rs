//! Query parameters of a call: [`Query`].

use axum::{extract, http::Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::ApiError;

const DEFAULT_LIMIT: usize = 100;
const LARGEST_LIMIT: usize = 1000;

/// The decoded pairs of a query, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl Query {
    pub(crate) fn of(uri: &Uri) -> Query {
        let pairs = extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        Query(pairs.map(|extract::Query(pairs)| pairs).unwrap_or_default())
    }

    /// What was said for a parameter; an empty value counts as nothing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(key, _)| key == name);
        value.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// How many rows are asked for; Mist gives 1,000 at most, whatever was said.
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        Ok(self.positive("limit", DEFAULT_LIMIT)?.min(LARGEST_LIMIT))
    }

    /// Which page is asked for, counted from 1.
    pub(crate) fn page(&self) -> Result<usize, ApiError> {
        self.positive("page", 1)
    }

    /// The query in an address again, with one parameter set anew.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let kept = self.0.iter().filter(|(key, _)| key != name).map(|(k, v)| (k.as_str(), v.as_str()));
        let pairs = kept.chain([(name, value)]).map(|(key, value)| {
            let [key, value] = [key, value].map(|text| utf8_percent_encode(text, &UNRESERVED));
            format!("{key}={value}")
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    fn positive(&self, name: &str, default: usize) -> Result<usize, ApiError> {
        let Some(value) = self.get(name) else { return Ok(default) };
        let number = value.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| {
            ApiError::bad_request(format!("{name}: a positive integer is required, not \"{value}\""))
        })
    }
}

const UNRESERVED: percent_encoding::AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
