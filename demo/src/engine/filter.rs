//! Filters of rows by query parameters.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    ApiError, Query,
    collection::{Row, field},
    comparison,
};

/// Parameters that say how to answer, not which rows.
const CONTROLS: &[&str] = &[
    "start",
    "end",
    "duration",
    "limit",
    "page",
    "sort",
    "desc_sort",
    "search_after",
    "distinct",
    "interval",
    "fields",
    "resolve",
    "stats",
    "includes",
    "detail",
    "last_by",
];

/// Keeps the rows that every filter of the query fits. A parameter that names no field of any row, of all
/// that there are, is ignored, as Mist ignores it.
pub(crate) fn keep(rows: &mut Vec<&Row>, all: &[Row], query: &Query) -> Result<(), ApiError> {
    for (name, wanted) in &query.0 {
        let everything = wanted.is_empty()
            || (wanted == "all" && matches!(name.as_str(), "type" | "status" | "device_type"))
            || (wanted == "any" && name == "for_site");
        if everything || CONTROLS.contains(&name.as_str()) {
            continue;
        }
        if let Some(comparison) = comparison::of(name) {
            let limit = comparison.limit(wanted)?;
            rows.retain(|row| comparison.contains(row, limit));
        } else if name == "message" {
            // A part of the message of an entry of an audit log.
            rows.retain(|row| field(row, name).is_some_and(|message| mentions(message, wanted)));
        } else if name == "text" {
            rows.retain(|row| row.values().any(|value| mentions(value, wanted)));
        } else if all.iter().any(|row| field(row, name).is_some()) {
            rows.retain(|row| field(row, name).is_some_and(|value| matches(value, wanted)));
        }
    }
    Ok(())
}

/// Leaves of the rows, which come newest first, the first of each value of the field that `last_by` names.
pub(crate) fn last_by(rows: &mut Vec<&Row>, all: &[Row], query: &Query) -> Result<(), ApiError> {
    let Some(name) = query.get("last_by") else { return Ok(()) };
    if !all.iter().any(|row| field(row, name).is_some()) {
        return Err(ApiError::bad_request(format!("last_by: \"{name}\" is no field of these rows")));
    }
    let mut seen = BTreeSet::new();
    rows.retain(|row| field(row, name).is_some_and(|value| seen.insert(value.to_string())));
    Ok(())
}

/// Whether a value is what was asked for: `prefix*`, `*part*`, one of `a,b`, or just that.
pub(crate) fn matches(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => {
            text_matches(text, wanted) || wanted.split(',').any(|one| text_matches(text, one.trim()))
        }
        Value::Bool(truth) => match wanted.to_ascii_lowercase().as_str() {
            "true" | "1" => *truth,
            "false" | "0" => !*truth,
            _ => false,
        },
        Value::Number(number) => wanted.split(',').any(|one| {
            one.trim()
                .parse::<f64>()
                .is_ok_and(|one| number.as_f64().is_some_and(|it| it.total_cmp(&one).is_eq()))
        }),
        Value::Array(members) => members.iter().any(|member| matches(member, wanted)),
        Value::Null | Value::Object(_) => false,
    }
}

fn text_matches(text: &str, wanted: &str) -> bool {
    if is_mac(text) {
        let wanted = wanted.replace([':', '-', '.'], "");
        return pattern_matches(text, &wanted.to_ascii_lowercase());
    }
    pattern_matches(&text.to_lowercase(), &wanted.to_lowercase())
}

fn pattern_matches(text: &str, pattern: &str) -> bool {
    // Mist finds no part that ends a text alone.
    if pattern.len() > 1 && pattern.starts_with('*') && !pattern.ends_with('*') {
        return false;
    }
    let Some((head, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some(found) = text.find(part) else { return false };
        text = &text[found + part.len()..];
    }
    true
}

fn mentions(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(&wanted.trim_matches('*').to_lowercase()),
        Value::Array(members) => members.iter().any(|member| mentions(member, wanted)),
        _ => false,
    }
}

pub(crate) fn is_mac(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_fits_in_any_case_and_by_pattern() {
        let name = json!("Leeds Distribution Centre");
        for wanted in
            ["leeds distribution centre", "LEEDS*", "*distri*", "*centre*", "l*d*e", "*", "york,leeds*"]
        {
            assert!(matches(&name, wanted), "{wanted}");
        }
        // Mist finds no part that ends a text alone.
        for wanted in ["leeds", "*leeds", "*centre", "centre*", "*york*", "l*z*e"] {
            assert!(!matches(&name, wanted), "{wanted}");
        }
    }

    #[test]
    fn a_mac_fits_in_every_spelling() {
        for wanted in ["5c5b350e1a2b", "5C:5B:35:0E:1A:2B", "5c5b.350e.1a2b", "5c-5b-35*"] {
            assert!(matches(&json!("5c5b350e1a2b"), wanted), "{wanted}");
        }
    }

    #[test]
    fn numbers_truths_and_lists_fit_by_value() {
        assert!(matches(&json!(36), "36") && matches(&json!(36), "1,36") && !matches(&json!(36), "3"));
        assert!(matches(&json!(true), "True") && !matches(&json!(true), "false"));
        assert!(matches(&json!(["a", "b"]), "B") && !matches(&json!(["a", "b"]), "c"));
    }
}
