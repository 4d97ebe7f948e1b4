//! The pages of a data source ([`Fetched`]), the request for the next one, and why a data source was not read ([`NotRead`]).

use std::sync::Arc;

use serde_json::Value;

use super::super::data_source::Paging;
use crate::error::ErrorKind;
use crate::mist::PageFields;
use crate::mist::api::list_shape::rows_of;
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
    let came = rows_of(value).map_or(0, Vec::len) as u64;
    // The number of all rows. A header alone says nothing of a first page without rows.
    let counted = value.get("total").and_then(Value::as_u64).or(headers.total().filter(|_| rows > 0));
    let has_all = counted.is_some_and(|total| total <= rows as u64);
    if came == 0 && (has_all || value.get("distinct").is_some()) {
        return Next::Nothing;
    }
    if let Some(named) = named(request, value, has_all) {
        return named;
    }
    if came == 0 && !headers.has_next_link() {
        // Rows that are counted, and did not come.
        return if counted.is_some() { Next::OutOfReach } else { Next::Nothing };
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

/// The request for the next page, where an answer names one, however few rows it has: by a link, or by the position where it
/// starts. One that leads to this page again is out of reach.
fn named(request: &Request, value: &Value, has_all: bool) -> Option<Next> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    if let Some(link) = text("next") {
        let next = linked(request, link).filter(|next| next != request);
        return Some(next.map_or(Next::OutOfReach, |next| Next::Page(Box::new(next))));
    }
    let position = match value.get("search_after") {
        Some(parts @ Value::Array(items)) if !items.is_empty() => Some(parts.to_string()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => text("search_after").map(str::to_owned),
    };
    // The last page may have a position, too, and a page may repeat its own.
    let next = position
        .filter(|_| !has_all && rows_of(value).is_some_and(|rows| !rows.is_empty()))
        .map(|after| request.clone().replacing("search_after", &after));
    next.filter(|next| next != request).map(|next| Next::Page(Box::new(next)))
}

/// The request for the page that a link leads to: by where it starts, or by its number.
fn linked(request: &Request, link: &str) -> Option<Request> {
    let (_, query) = link.split_once('?')?;
    let selects = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    match selects("search_after") {
        Some(after) => Some(request.clone().replacing("search_after", &after)),
        None => Some(request.clone().of_page(selects("page")?.parse().ok()?)),
    }
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
    fn a_page_that_names_the_next_one_is_not_the_last_however_few_rows_it_has() {
        let with = |rows: Value, field: &str, value: Value| {
            let mut page = json!({ "results": rows });
            page[field] = value;
            page
        };
        let link = "/api/v1/things?limit=2&search_after=%5B7%5D";
        let after = |value: &Value, paging, rows| next(&base(), paging, PageFields::default(), value, rows);
        let second = pairs(&[("limit", "2"), ("search_after", "[7]")]);
        for (rows, field, named) in [
            (json!([1]), "next", json!(link)),
            (json!([]), "next", json!(link)),
            (json!([1]), "search_after", json!([7])),
            (json!([1]), "search_after", json!("[7]")),
        ] {
            let page = with(rows, field, named);
            assert_eq!(query(after(&page, Paging::Linked, 1)), second, "{page}");
        }
        let third = with(json!([1]), "next", json!("/api/v1/things?page=3&limit=2"));
        assert_eq!(query(after(&third, Paging::Numbered, 1)), pairs(&[("limit", "2"), ("page", "3")]));
        let of_header = PageFields::default().with_next_link(true);
        let empty = next(&base(), Paging::Numbered, of_header, &json!([]), 0);
        assert_eq!(query(empty), pairs(&[("limit", "2"), ("page", "2")]));
        // All rows came.
        for page in [
            json!({ "results": [], "next": link, "total": 3 }),
            json!({ "results": [1], "search_after": [7], "total": 3 }),
            json!({ "results": [], "search_after": [7] }),
        ] {
            assert_eq!(after(&page, Paging::Linked, 3), Next::Nothing, "{page}");
        }
    }

    #[test]
    fn a_page_that_leads_to_itself_is_not_read_again() {
        let second = base().replacing("search_after", "[7]");
        let after = |value: Value| next(&second, Paging::Linked, PageFields::default(), &value, 4);
        let link = "/api/v1/things?limit=2&search_after=%5B7%5D";
        for rows in [json!([]), json!([3]), json!([3, 4])] {
            assert_eq!(after(json!({ "results": rows, "next": link })), Next::OutOfReach, "{rows}");
        }
        // A page that repeats its own position names no other.
        assert_eq!(after(json!({ "results": [3], "search_after": [7] })), Next::Nothing);
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
