//! The pages of a part ([`Fetched`]), the request for the next one, and why a part was not read ([`NotRead`]).

use std::sync::Arc;

use serde_json::Value;

use crate::error::ErrorKind;
use crate::reply::redact_text;
use crate::text::shortened;
use crate::{Error, Request};

/// The pages of a part, and whether these are all; or why there are none.
pub(super) type Fetched = std::result::Result<Arc<(Vec<Value>, bool)>, NotRead>;

/// Why a part was not read.
#[derive(Clone, Debug)]
pub(super) enum NotRead {
    /// The operator has removed the tool that reads it.
    Removed,
    /// The answer's own requests are used up.
    Calls(usize),
    /// The token's calls of this hour are used up but for the reserve.
    Reserve,
    Late,
    Failed(Error),
}

/// The pages that were read before one failed, if any.
pub(super) fn partial_pages(pages: Vec<Value>, missed: NotRead) -> Fetched {
    if pages.is_empty() { Err(missed) } else { Ok(Arc::new((pages, false))) }
}

pub(super) fn rows_in(value: &Value) -> usize {
    value.get("results").unwrap_or(value).as_array().map_or(0, Vec::len)
}

/// The request for the page after this one, if there is one.
pub(super) fn next_page(
    base: &Request,
    value: &Value,
    page: Option<(u64, Option<u64>)>,
    rows: usize,
    page_rows: usize,
) -> Option<Request> {
    if page_rows == 0 {
        return None;
    }
    if let Some((number, total)) = page {
        let more = total.is_some_and(|total| total > rows as u64);
        return more.then(|| base.clone().query("page", number + 1));
    }
    let next = value.get("next")?.as_str().filter(|next| !next.is_empty())?;
    let (_, query) = next.split_once('?')?;
    let after = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "search_after");
    after.map(|(_, after)| base.clone().query("search_after", after.as_ref()))
}

impl NotRead {
    /// The reason in `not_seen`.
    pub(super) fn reason(&self) -> String {
        let error = match self {
            Self::Removed => return "the operator has removed the tool that reads it".to_owned(),
            Self::Calls(most) => return format!("not asked for: this answer has at most {most} calls"),
            Self::Reserve => {
                return "not asked for: the API token's calls of this hour are used up".to_owned();
            }
            Self::Late => return "ran out of time".to_owned(),
            Self::Failed(error) => error,
        };
        match error.kind() {
            ErrorKind::Permission => "403, the API token may not see it".to_owned(),
            ErrorKind::Missing => "404, Mist does not have it".to_owned(),
            ErrorKind::Token => "401, Mist does not accept the API token".to_owned(),
            ErrorKind::RateLimit => "429, no calls are left now".to_owned(),
            ErrorKind::Deadline => "ran out of time".to_owned(),
            ErrorKind::Network => "Mist could not be reached".to_owned(),
            _ => {
                let words = error.to_string();
                let first = words.split_inclusive(". ").next().unwrap_or_default();
                // It may have words of Mist.
                let redacted = redact_text("", first);
                let first = redacted.as_deref().unwrap_or(first);
                shortened(first.trim().trim_end_matches('.'), 120)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_page_follows_from_the_header_or_the_link() {
        let base = Request::get("/api/v1/things").query("limit", 2);
        let query = |request: Option<Request>| request.map(|request| request.query);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            query(next_page(&base, &json!([1, 2]), Some((1, Some(3))), 2, 2)),
            Some(vec![pair("limit", "2"), pair("page", "2")])
        );
        assert_eq!(query(next_page(&base, &json!([1]), Some((2, Some(3))), 3, 1)), None);
        let linked =
            json!({ "results": [1], "next": "/api/v1/things?limit=2&search_after=%5B1%2C%22a%22%5D" });
        assert_eq!(
            query(next_page(&base, &linked, None, 1, 1)),
            Some(vec![pair("limit", "2"), pair("search_after", "[1,\"a\"]")])
        );
        for last in
            [json!({ "results": [1] }), json!({ "results": [1], "next": null }), json!([1]), json!(null)]
        {
            assert_eq!(query(next_page(&base, &last, None, 1, rows_in(&last))), None, "{last}");
        }
    }
}
