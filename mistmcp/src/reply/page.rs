//! Where the next page of a list begins.

use reqwest::Url;
use serde_json::{Map, Value, json};

use crate::mist::Page;

/// The arguments to lay over those of the call for the next page, where there is one and the tool takes them.
pub(super) fn next(
    page: Option<Page>,
    rows: usize,
    link: Option<&str>,
    takes: &impl Fn(&str) -> bool,
) -> Option<Map<String, Value>> {
    if takes("search_after")
        && let Some(search_after) = link.and_then(|link| query_value(link, "search_after"))
    {
        return Some(arguments(json!({ "search_after": search_after })));
    }
    let page = page.filter(|_| takes("page"))?;
    let seen = page.number.checked_mul(page.limit)?;
    let more = match page.total {
        Some(total) => seen < total,
        // Without a total only a page that is not full is known to be the last.
        None => rows as u64 >= page.limit,
    };
    more.then(|| arguments(json!({ "page": page.number + 1 })))
}

/// Where an object says what page it is: by its own fields, or else by what the call asked for.
pub(super) fn of_object(
    object: &Map<String, Value>,
    asked: &Map<String, Value>,
    takes: &impl Fn(&str) -> bool,
) -> Option<Page> {
    const DEFAULT_LIMIT: u64 = 100;
    if !takes("page") || !takes("limit") {
        return None;
    }
    let number = |map: &Map<String, Value>, key: &str| {
        let value = map.get(key)?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    let said = |key| number(object, key).or_else(|| number(asked, key));
    Some(Page {
        number: said("page").filter(|page| *page > 0).unwrap_or(1),
        limit: said("limit").filter(|limit| *limit > 0).unwrap_or(DEFAULT_LIMIT),
        total: number(object, "total"),
    })
}

/// The arguments for what follows the first `kept` rows of a page, and how many rows have to be kept for that to
/// exist: pages are counted in whole pages, so the rows before have to be a multiple of the new page's size.
pub(super) fn after_cut(page: Page, kept: u64) -> Option<(u64, Map<String, Value>)> {
    let before = (page.number - 1).checked_mul(page.limit)?;
    let size = (1..=kept).rev().find(|size| before % size == 0)?;
    Some((size, arguments(json!({ "limit": size, "page": before / size + 2 }))))
}

fn query_value(link: &str, name: &str) -> Option<String> {
    // A path needs some host to be read as a URL; none is ever asked.
    let base = Url::parse("https://localhost/").ok()?;
    let link = base.join(link).ok()?;
    link.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn arguments(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u64, limit: u64, total: impl Into<Option<u64>>) -> Page {
        Page { number, limit, total: total.into() }
    }

    #[test]
    fn a_page_is_followed_until_the_last() {
        let next = |page, rows| next(Some(page), rows, None, &|name| name == "page").map(Value::from);
        assert_eq!(next(page(1, 100, 250), 100), Some(json!({ "page": 2 })));
        assert_eq!(next(page(3, 100, 250), 50), None);
        assert_eq!(next(page(2, 100, 200), 100), None);
        assert_eq!(next(page(1, 100, 0), 0), None);
    }

    #[test]
    fn without_a_total_a_full_page_is_followed() {
        let next = |rows| next(Some(page(2, 10, None)), rows, None, &|name| name == "page").map(Value::from);
        assert_eq!(next(10), Some(json!({ "page": 3 })));
        assert_eq!(next(9), None);
    }

    #[test]
    fn an_object_says_its_page_by_its_fields_or_the_call_does() {
        let read = |object: Value, asked: Value| {
            of_object(object.as_object().unwrap(), asked.as_object().unwrap(), &|_| true).unwrap()
        };
        assert_eq!(read(json!({ "page": 2, "limit": 5, "total": 11 }), json!({})), page(2, 5, 11));
        assert_eq!(read(json!({ "limit": 5 }), json!({ "page": "3", "limit": 9 })), page(3, 5, None));
        assert_eq!(read(json!({}), json!({})), page(1, 100, None));
    }

    #[test]
    fn a_link_is_read_for_its_search_after_which_is_decoded_once() {
        let link = "/api/v1/orgs/x/events/search?limit=10&search_after=%5B1%2C%22a%2525%22%5D";
        let next = |takes: &str, link| next(None, 10, link, &|name| name == takes).map(Value::from);
        assert_eq!(next("search_after", Some(link)), Some(json!({ "search_after": "[1,\"a%25\"]" })));
        assert_eq!(next("page", Some(link)), None);
        assert_eq!(next("search_after", Some("/api/v1/x?limit=10")), None);
        assert_eq!(next("search_after", None), None);
    }

    #[test]
    fn after_a_cut_the_next_page_starts_with_the_first_row_left_out() {
        for (number, limit) in [(1, 100), (2, 100), (7, 30), (3, 1_000)] {
            for kept in 1..limit {
                let (size, next) = after_cut(page(number, limit, 10_000), kept).unwrap();
                let first = (next["page"].as_u64().unwrap() - 1) * next["limit"].as_u64().unwrap();
                assert!(size <= kept);
                assert_eq!(first, (number - 1) * limit + size);
            }
        }
    }
}
