//! Answers that have the form of no row: [`unreadable`].

use serde_json::Value;

/// What of an answer cannot be read.
#[derive(Debug, PartialEq)]
pub(super) enum Unreadable {
    /// All of it, and why.
    All(&'static str),
    /// So many rows of so many.
    Rows(usize, usize),
}

/// Why an answer with other forms is none.
const NO_ROWS: &str = "Mist answered something without rows";
const NONE_CAME: &str = "Mist counts rows, and sent none of them";

/// What of the pages of a data source cannot be read. An answer without rows is no answer that there are none: only an empty
/// list says that. `is_list` is whether the answer has to be a list; otherwise one object is as well.
pub(super) fn unreadable((pages, is_whole): &(Vec<Value>, bool), is_list: bool) -> Option<Unreadable> {
    let (mut bad, mut all) = (0, 0);
    for page in pages {
        let rows = match page {
            Value::Array(rows) => rows,
            Value::Object(object) => match object.get("results") {
                Some(Value::Array(rows)) => rows,
                Some(_) => return Some(Unreadable::All(NO_ROWS)),
                // Some lists are in a field of another name.
                None if is_list && !object.values().any(Value::is_array) => {
                    return Some(Unreadable::All(NO_ROWS));
                }
                None => {
                    all += 1;
                    continue;
                }
            },
            _ => return Some(Unreadable::All(NO_ROWS)),
        };
        let is_row = |row: &&Value| row.as_object().is_some_and(|fields| !fields.is_empty());
        bad += rows.len() - rows.iter().filter(is_row).count();
        all += rows.len();
    }
    match (bad, all) {
        (0, 0) if !is_whole => Some(Unreadable::All(NONE_CAME)),
        (0, _) => None,
        (bad, all) if bad == all => Some(Unreadable::All(NO_ROWS)),
        (bad, all) => Some(Unreadable::Rows(bad, all)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(page: Value, is_list: bool) -> Option<Unreadable> {
        unreadable(&(vec![page], true), is_list)
    }

    #[test]
    fn only_an_empty_list_says_that_there_is_nothing() {
        for nothing in [json!([]), json!({ "results": [] }), json!({ "results": [], "total": 0 })] {
            assert_eq!((of(nothing.clone(), true), of(nothing, false)), (None, None));
        }
        for no_rows in [
            json!(null),
            json!("well"),
            json!(7),
            json!(["a", 1, null]),
            json!([{}]),
            json!({ "results": ["a", 1, null], "total": 3 }),
            json!({ "results": null }),
            json!({ "results": { "a": 1 } }),
        ] {
            for is_list in [true, false] {
                assert_eq!(of(no_rows.clone(), is_list), Some(Unreadable::All(NO_ROWS)), "{no_rows}");
            }
        }
        let none_came = unreadable(&(vec![json!({ "results": [], "total": 3 })], false), true);
        assert_eq!(none_came, Some(Unreadable::All(NONE_CAME)));
    }

    #[test]
    fn an_object_is_an_answer_unless_a_list_has_to_come() {
        for object in [json!({}), json!({ "detail": "x" })] {
            assert_eq!(of(object.clone(), true), Some(Unreadable::All(NO_ROWS)), "{object}");
            assert_eq!(of(object, false), None);
        }
        assert_eq!(of(json!({ "clients": [] }), true), None);
    }

    #[test]
    fn single_rows_that_are_none_are_counted() {
        assert_eq!(of(json!([{ "a": 1 }, null, 3]), true), Some(Unreadable::Rows(2, 3)));
        let pages = (vec![json!([{ "a": 1 }]), json!([null])], true);
        assert_eq!(unreadable(&pages, true), Some(Unreadable::Rows(1, 2)));
        assert_eq!(of(json!([{ "a": 1 }]), true), None);
    }
}
