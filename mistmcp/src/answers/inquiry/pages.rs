//! The pages of a data source ([`Fetched`]), the request for the next one, and why a data source was not read ([`NotRead`]).

use std::sync::Arc;

use serde_json::Value;

use super::super::data_source::Paging;
use crate::error::ErrorKind;
use crate::mist::PageFields;
use crate::reply::redact_text;
use crate::text::shortened;
use crate::{Error, Request};

/// The pages of a data source, and whether these are all; or why there are none.
pub(super) type Fetched = std::result::Result<Arc<(Vec<Value>, bool)>, NotRead>;

/// Why a data source was not read.
#[derive(Clone, Debug)]
pub(super) enum NotRead {
    /// The operator has removed the tool that reads it.
    Removed,
    /// The answer's own requests are used up.
    Calls(usize),
    /// The token's calls of this hour are used up but for the reserve.
    Reserve,
    Late,
    /// The answer has no rows, and why.
    Unreadable(&'static str),
    Failed(Error),
}

/// The pages that were read before one failed, if any.
pub(super) fn partial_pages(pages: Vec<Value>, missed: NotRead) -> Fetched {
    if pages.is_empty() { Err(missed) } else { Ok(Arc::new((pages, false))) }
}

pub(super) fn rows_in(value: &Value) -> usize {
    value.get("results").unwrap_or(value).as_array().map_or(0, Vec::len)
}

/// What follows a page.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// The request for the next page.
    Page(Box<Request>),
    /// There are more rows, or may be, and no request for them.
    OutOfReach,
    Nothing,
}

/// What follows the page `value`, after `rows` rows in all. `request` is the request for this page, and `headers` are those
/// of its answer.
pub(super) fn next(
    request: &Request,
    paging: Paging,
    headers: PageFields,
    value: &Value,
    rows: usize,
) -> Next {
    let came = rows_in(value) as u64;
    if came == 0 {
        // A header alone says nothing of a first page without rows.
        let counted = value.get("total").and_then(Value::as_u64).or(headers.total().filter(|_| rows > 0));
        // Rows that are counted, and did not come.
        let is_missing = value.get("distinct").is_none() && counted.is_some_and(|total| total > rows as u64);
        return if is_missing { Next::OutOfReach } else { Next::Nothing };
    }
    if let Some(link) = value.get("next").and_then(Value::as_str).filter(|link| !link.trim().is_empty()) {
        return match search_after(link) {
            Some(after) => Next::Page(Box::new(request.clone().replacing("search_after", &after))),
            None => Next::OutOfReach,
        };
    }
    let asked = PageFields::asked(request);
    let said = headers.or(PageFields::of(|name| value.get(name)?.as_u64()));
    let page = said.page(asked, came);
    let is_cut = came >= PageFields::default().page(asked, came).limit;
    let may_follow = match page.total {
        // The total of a count is not always that of its rows.
        Some(_) if value.get("distinct").is_some() && !is_cut => false,
        Some(total) => total > rows as u64,
        // The last page of a search has no link.
        None => {
            headers.has_next_link()
                || paging != Paging::Linked && paging != Paging::Whole && page.has_next(came)
        }
    };
    match may_follow {
        true if paging == Paging::Numbered || headers.is_paged() => {
            Next::Page(Box::new(request.clone().of_page(page.number.saturating_add(1))))
        }
        true => Next::OutOfReach,
        false => Next::Nothing,
    }
}

/// Where the next page of a search starts, by the link to it.
fn search_after(link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "search_after").map(|(_, after)| after.into_owned())
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
            Self::Unreadable(reason) => return (*reason).to_owned(),
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
    use crate::mist::Page;

    fn base() -> Request {
        Request::get("/api/v1/things").query("limit", 2)
    }

    /// The query of the request for the next page.
    fn query(next: Next) -> Vec<(String, String)> {
        match next {
            Next::Page(request) => request.query,
            other => panic!("{other:?}"),
        }
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn headers(number: u64, limit: u64, total: Option<u64>) -> PageFields {
        Page { number, limit, total }.into()
    }

    #[test]
    fn the_next_page_follows_from_the_header_or_the_link() {
        let second = pairs(&[("limit", "2"), ("page", "2")]);
        let after = |value: Value, paging, headers, rows| next(&base(), paging, headers, &value, rows);
        let first = after(json!([1, 2]), Paging::Whole, headers(1, 2, Some(3)), 2);
        assert_eq!(query(first), second);
        assert_eq!(after(json!([1]), Paging::Numbered, headers(2, 2, Some(3)), 3), Next::Nothing);
        let linked =
            json!({ "results": [1], "next": "/api/v1/things?limit=2&search_after=%5B1%2C%22a%22%5D" });
        assert_eq!(
            query(after(linked, Paging::Linked, PageFields::default(), 1)),
            pairs(&[("limit", "2"), ("search_after", "[1,\"a\"]")])
        );
        for last in
            [json!({ "results": [1] }), json!({ "results": [1], "next": null }), json!([1]), json!(null)]
        {
            for paging in [Paging::Numbered, Paging::Linked, Paging::Limited, Paging::Whole] {
                let next = after(last.clone(), paging, PageFields::default(), 1);
                assert_eq!(next, Next::Nothing, "{last} {paging:?}");
            }
        }
    }

    #[test]
    fn a_full_page_without_a_total_is_not_taken_for_the_whole_list() {
        for value in [json!([1, 2]), json!({ "results": [1, 2] }), json!({ "results": [1, 2], "limit": 2 })] {
            let after = |paging| next(&base(), paging, PageFields::default(), &value, 2);
            assert_eq!(query(after(Paging::Numbered)), pairs(&[("limit", "2"), ("page", "2")]));
            assert_eq!(after(Paging::Limited), Next::OutOfReach);
            // A search ends without a link, and what has no `limit` is not cut.
            assert_eq!((after(Paging::Linked), after(Paging::Whole)), (Next::Nothing, Next::Nothing));
        }
        // Page 1 is in the request already.
        let marvis = base().query("page", 1_u32);
        let second = next(&marvis, Paging::Numbered, PageFields::default(), &json!([1, 2]), 2);
        let Next::Page(second) = second else { panic!("{second:?}") };
        assert_eq!(second.query, pairs(&[("limit", "2"), ("page", "2")]));
        let third = next(&second, Paging::Numbered, PageFields::default(), &json!([3, 4]), 4);
        assert_eq!(query(third), pairs(&[("limit", "2"), ("page", "3")]));
    }

    #[test]
    fn rows_that_the_total_counts_and_no_request_reaches_are_noticed() {
        let after = |value: Value, paging| next(&base(), paging, PageFields::default(), &value, 2);
        for paging in [Paging::Linked, Paging::Limited, Paging::Whole] {
            assert_eq!(after(json!({ "results": [1, 2], "total": 9 }), paging), Next::OutOfReach);
            assert_eq!(after(json!({ "results": [1, 2], "total": 2 }), paging), Next::Nothing);
        }
        for next in ["/api/v1/things?token=x", "/api/v1/things", "other"] {
            assert_eq!(after(json!({ "results": [1, 2], "next": next }), Paging::Linked), Next::OutOfReach);
        }
        let none = |value: Value, rows| next(&base(), Paging::Linked, headers(1, 2, Some(9)), &value, rows);
        assert_eq!(none(json!({ "results": [], "total": 3 }), 0), Next::OutOfReach, "none of them came");
        assert_eq!(none(json!({ "results": [], "total": 3 }), 3), Next::Nothing, "the page after the last");
        // A page in the middle.
        assert_eq!(none(json!({ "results": [], "total": 9 }), 3), Next::OutOfReach);
        for empty in [json!([]), json!({ "results": [] })] {
            assert_eq!(none(empty.clone(), 4), Next::OutOfReach, "the header counts 9");
            assert_eq!(none(empty.clone(), 0), Next::Nothing);
            assert_eq!(after(empty, Paging::Numbered), Next::Nothing);
        }
        assert_eq!(none(json!({ "results": [], "total": 0 }), 0), Next::Nothing);
        assert_eq!(none(json!([]), 9), Next::Nothing);
        let linked = PageFields::default().with_next_link(true);
        let of_header = |paging| next(&base(), paging, linked, &json!([1]), 1);
        assert_eq!(query(of_header(Paging::Numbered)), pairs(&[("limit", "2"), ("page", "2")]));
        assert_eq!(
            [of_header(Paging::Whole), of_header(Paging::Linked)],
            [Next::OutOfReach, Next::OutOfReach]
        );
        let counted = json!({ "distinct": "type", "results": [1], "total": 9 });
        assert_eq!(after(counted, Paging::Limited), Next::Nothing);
    }
}
