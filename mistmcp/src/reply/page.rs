//! Arguments of the next page of a list that is paged by number ([`next`]).

use serde_json::{Map, Value, json};

use super::request_facts::{RequestFacts, number};
use crate::mist::api::paging::SEARCH_AFTER;
use crate::mist::{CURSOR, MergedPage, Page, PageFields};

/// The arguments to merge into those of the call for the next page, if there is one and the tool accepts them.
pub(super) fn next(page: Option<Page>, rows: usize, facts: &RequestFacts) -> Option<Map<String, Value>> {
    let page = page.filter(|_| facts.takes("page") || facts.takes_cursor)?;
    let mut next = selecting(page.number.checked_add(1)?, facts);
    // The number counts pages of one size: that of an earlier `next`, or that of Mist where the call has a larger `limit`.
    if let Some(limit) = facts.number("limit").filter(|limit| !is_first(facts) || *limit > page.limit) {
        next.insert("limit".into(), if is_first(facts) { page.limit } else { limit }.into());
    }
    page.has_next(rows as u64).then_some(next)
}

/// The arguments that select a page.
fn selecting(number: u64, facts: &RequestFacts) -> Map<String, Value> {
    arguments(if facts.takes("page") {
        json!({ "page": number })
    } else {
        json!({ (CURSOR): format!("page={number}") })
    })
}

/// Whether the page that Mist answered is another one than the call asks for.
pub(super) fn is_other(page: Page, facts: &RequestFacts) -> bool {
    facts.asked_page().is_some_and(|asked| asked > 0 && asked != page.number)
}

/// Whether a call is for the first page of a list.
pub(super) fn is_first(facts: &RequestFacts) -> bool {
    let goes_on = [SEARCH_AFTER, CURSOR].iter().any(|name| facts.given(name).is_some());
    !goes_on && facts.number("page").is_none_or(|page| page <= 1)
}

/// The page of an answer of `came` rows: from the paging headers, else from its own fields, else from the arguments of
/// the call.
pub(super) fn of_answer(
    headers: PageFields,
    about: &Map<String, Value>,
    came: usize,
    facts: &RequestFacts,
) -> Option<Page> {
    let has_pages = facts.takes("page") && facts.takes("limit");
    let own = if has_pages { PageFields::of(|name| number(about, name)) } else { PageFields::default() };
    let asked = PageFields::of(|name| if name == "page" { facts.asked_page() } else { facts.number(name) });
    (has_pages || headers.is_paged()).then(|| headers.or(own).page(asked, came as u64))
}

/// The arguments of the page after a merged one, if there is one and the tool accepts them. `Err` if it does not.
pub(super) fn after_merged(
    page: &MergedPage,
    facts: &RequestFacts,
) -> Result<Option<Map<String, Value>>, ()> {
    let has_pages = facts.takes("page") && facts.takes("limit");
    if !(page.has_next || page.is_full && has_pages) {
        return Ok(None);
    }
    let number = page.number + 1;
    let mut next = if facts.takes("page") {
        json!({ "page": number })
    } else if facts.takes_cursor {
        json!({ (CURSOR): format!("page={number}") })
    } else {
        return Err(());
    };
    // The call may have had a larger limit than this page.
    if facts.given("limit").is_some() {
        next["limit"] = page.limit.into();
    }
    Ok(Some(arguments(next)))
}

/// The arguments of a smaller page with the same first row, of which about `kept` of `count` rows come. The rows of a
/// merged page that are left out can be asked for in no other way.
pub(super) fn smaller(
    page: &MergedPage,
    (kept, count): (usize, usize),
    facts: &RequestFacts,
) -> Option<Map<String, Value>> {
    if !facts.takes("page") || !facts.takes("limit") {
        return None;
    }
    let before = (page.number - 1).checked_mul(page.limit)?;
    let most = (page.limit.checked_mul(kept as u64)? / count.max(1) as u64).max(1);
    let size =
        (1..=most).rev().find(|size| before.is_multiple_of(*size)).filter(|size| *size < page.limit)?;
    Some(arguments(json!({ "limit": size, "page": before / size + 1 })))
}

/// The arguments for what follows the first rows of a page, and how many rows to keep (at most `kept`). Pages are
/// counted in whole pages, so the number of rows before the next one must be a multiple of its page size.
pub(super) fn after_cut(page: Page, kept: u64, facts: &RequestFacts) -> Option<(u64, Map<String, Value>)> {
    let before = (page.number - 1).checked_mul(page.limit)?;
    before.checked_add(kept)?;
    // So many consecutive numbers contain a multiple of every size up to a fourth, and mostly of a far larger one.
    let ways = (kept - kept / 4..=kept).rev().filter_map(|kept_now| {
        let size = (1..=kept).rev().find(|size| (before + kept_now).is_multiple_of(*size))?;
        Some((size, kept_now))
    });
    let (size, kept) = ways.max()?;
    let mut next = selecting((before + kept) / size + 1, facts);
    next.insert("limit".to_owned(), size.into());
    Some((kept, next))
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

    fn facts(takes: &[&'static str], given: Value) -> RequestFacts {
        RequestFacts::test(takes, given)
    }

    #[test]
    fn a_page_is_followed_until_the_last() {
        let facts = facts(&["page"], json!({}));
        let next = |page, rows| next(Some(page), rows, &facts).map(Value::from);
        assert_eq!(next(page(1, 100, 250), 100), Some(json!({ "page": 2 })));
        assert_eq!(next(page(3, 100, 250), 50), None);
        assert_eq!(next(page(2, 100, 200), 100), None);
        assert_eq!(next(page(1, 100, 0), 0), None);
    }

    #[test]
    fn a_later_page_repeats_the_size_of_the_pages_that_its_number_counts() {
        let next = |given: Value| {
            let facts = facts(&["page", "limit"], given);
            next(Some(page(3, 50, 250)), 50, &facts).map(Value::from)
        };
        assert_eq!(next(json!({ "limit": 50, "page": 3 })), Some(json!({ "page": 4, "limit": 50 })));
        assert_eq!(next(json!({ "page": 3 })), Some(json!({ "page": 4 })));
        assert_eq!(next(json!({ "limit": 50 })), Some(json!({ "page": 4 })));
        assert_eq!(
            next(json!({ "limit": 70 })),
            Some(json!({ "page": 4, "limit": 50 })),
            "Mist's are smaller"
        );
    }

    #[test]
    fn without_a_total_a_full_page_is_followed() {
        let facts = facts(&["page"], json!({}));
        let next = |rows| next(Some(page(2, 10, None)), rows, &facts).map(Value::from);
        assert_eq!(next(10), Some(json!({ "page": 3 })));
        assert_eq!(next(9), None);
        // An answer with more rows than a page is not paged.
        assert_eq!(next(11), None);
    }

    #[test]
    fn the_page_is_that_of_the_fields_or_of_the_call() {
        let read = |about: Value, given: Value| {
            let facts = facts(&["page", "limit"], given);
            of_answer(PageFields::default(), about.as_object().unwrap(), 5, &facts).unwrap()
        };
        assert_eq!(read(json!({ "page": 2, "limit": 5, "total": 11 }), json!({})), page(2, 5, 11));
        assert_eq!(read(json!({ "limit": 5 }), json!({ "page": "3", "limit": 9 })), page(3, 5, None));
        assert_eq!(read(json!({}), json!({ "limit": 5_000 })), page(1, 1_000, None));
        assert_eq!(read(json!({}), json!({})), page(1, 100, None));
    }

    #[test]
    fn an_empty_page_has_no_next_whatever_the_total() {
        let facts = facts(&["page"], json!({}));
        assert_eq!(next(Some(page(2, 10, 500)), 0, &facts), None);
    }

    #[test]
    fn a_tool_without_a_page_parameter_continues_by_cursor() {
        let facts = facts(&["site_id"], json!({}));
        assert_eq!(
            next(Some(page(1, 10, 500)), 10, &facts).map(Value::from),
            Some(json!({ "cursor": "page=2" }))
        );
    }

    #[test]
    fn a_cursor_with_a_page_number_is_followed_until_the_last_page() {
        let facts = |cursor: &str| facts(&["site_id"], json!({ "cursor": cursor }));
        for (cursor, headers, wanted) in [
            ("page=2", (1, 5), Some("page=3")),
            ("page=4", (1, 5), Some("page=5")),
            ("page=5", (1, 5), None),
            ("a=b&page=2", (2, 5), Some("page=3")),
            ("page=3", (2, 5), None),
        ] {
            let facts = facts(cursor);
            let said = PageFields::of(|name| match name {
                "limit" => Some(headers.0),
                "total" => Some(headers.1),
                _ => None,
            });
            let page = of_answer(said, &Map::new(), 1, &facts);
            let found = next(page, 1, &facts).map(|next| next[CURSOR].as_str().unwrap().to_owned());
            assert_eq!(found.as_deref(), wanted, "{cursor}");
        }
    }

    #[test]
    fn after_a_cut_the_next_page_starts_with_the_first_row_left_out_and_is_not_much_smaller() {
        let facts = facts(&["page", "limit"], json!({}));
        for (number, limit) in [(1, 100), (2, 97), (2, 100), (7, 31), (3, 1_000)] {
            for kept in 1..limit {
                let (now, next) = after_cut(page(number, limit, 10_000), kept, &facts).unwrap();
                let size = next["limit"].as_u64().unwrap();
                let first = (next["page"].as_u64().unwrap() - 1) * size;
                assert_eq!(first, (number - 1) * limit + now);
                assert!(
                    now <= kept && now * 4 >= kept * 3 && size <= kept && size * 4 >= kept,
                    "{kept}: {size}"
                );
            }
        }
    }
}
