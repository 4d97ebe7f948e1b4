//! The shapes of lists in Mist's answers: [`FoundRows`] extracts the rows.

use serde_json::{Map, Value};

/// The rows of a list in one of the shapes that Mist declares. None if it has none.
pub(crate) fn rows_of(value: &Value) -> Option<&Vec<Value>> {
    value.get("results").unwrap_or(value).as_array()
}

/// The rows of a list, and its other fields.
#[derive(Debug)]
pub(crate) struct FoundRows {
    pub(crate) rows: Vec<Value>,
    /// The fields beside the rows.
    pub(crate) about: Map<String, Value>,
    /// Remark for the reader if the shape is not that of a list.
    pub(crate) remark: Option<String>,
}

impl FoundRows {
    /// Extracts the rows; `Err` returns a value that is not a list. If a list `is_wanted`, an empty value counts as
    /// a list without rows.
    pub(crate) fn of(value: Value, is_wanted: bool) -> Result<Self, Value> {
        match value {
            Value::Array(rows) => Ok(Self { rows, about: Map::new(), remark: None }),
            Value::Object(about) => Self::in_object(about, is_wanted),
            other if is_wanted && is_empty_value(&other) => {
                Ok(Self { rows: Vec::new(), about: Map::new(), remark: None })
            }
            other if is_wanted => Ok(Self::of_one(other, Map::new())),
            other => Err(other),
        }
    }

    fn in_object(mut about: Map<String, Value>, is_wanted: bool) -> Result<Self, Value> {
        if let Some(key) = key_of_rows(&about, is_wanted)
            && let Some(Value::Array(rows)) = about.shift_remove(&key)
        {
            return Ok(Self { rows, about, remark: None });
        }
        if !is_wanted {
            return Err(about.into());
        }
        if !(about.is_empty() || about.contains_key("results") || counts(&about)) {
            return Ok(Self::of_one(about.into(), Map::new()));
        }
        match about.shift_remove("results") {
            Some(value) if !is_empty_value(&value) => Ok(Self::of_one(value, about)),
            _ => Ok(Self { rows: Vec::new(), about, remark: None }),
        }
    }

    /// A list of the one value that stands in place of the rows.
    fn of_one(value: Value, about: Map<String, Value>) -> Self {
        let remark = "Mist answered something else in place of a list of rows; it is shown as one row.";
        Self { rows: vec![value], about, remark: Some(remark.to_owned()) }
    }
}

/// Whether a value means that there are no rows.
fn is_empty_value(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// The field with the rows: `results`, or the only array of an object with a row count.
fn key_of_rows(object: &Map<String, Value>, is_wanted: bool) -> Option<String> {
    if object.get("results").is_some_and(Value::is_array) {
        return Some("results".to_owned());
    }
    let counts = object.get("total_count").is_some_and(Value::is_number)
        || is_wanted && !object.contains_key("results") && counts(object);
    if !counts {
        return None;
    }
    let mut arrays = object.iter().filter(|(_, value)| value.is_array());
    match (arrays.next(), arrays.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

/// Whether an object has a row count or page size.
fn counts(object: &Map<String, Value>) -> bool {
    let has_array = object.values().filter(|value| value.is_array()).count() > 1;
    !has_array
        && ["total", "total_count", "limit"].iter().any(|key| object.get(*key).is_some_and(Value::is_number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(value: Value, is_wanted: bool) -> Option<(Value, bool)> {
        FoundRows::of(value, is_wanted).ok().map(|found| (found.rows.into(), found.remark.is_some()))
    }

    #[test]
    fn an_empty_value_is_an_empty_list_only_if_a_list_is_expected() {
        for nothing in [
            json!(null),
            json!(""),
            json!(false),
            json!({}),
            json!({ "results": null }),
            json!({ "results": {} }),
            json!({ "results": "" }),
            json!({ "results": null, "total": 0, "next": null }),
            json!({ "total": 0, "limit": 10, "start": 1, "end": 2 }),
            json!({ "total_count": 0, "aps": null, "metric": "coverage" }),
            json!({ "total": 3, "limit": 100 }),
        ] {
            assert_eq!(rows(nothing.clone(), true), Some((json!([]), false)), "{nothing}");
            assert_eq!(rows(nothing.clone(), false), None, "{nothing}");
        }
    }

    #[test]
    fn unusual_forms_lose_nothing_and_add_a_note() {
        for (value, wanted) in [
            (json!({ "results": "busy" }), json!(["busy"])),
            (json!({ "results": 7, "total": 1 }), json!([7])),
            (json!({ "results": { "id": 1 } }), json!([{ "id": 1 }])),
            (json!({ "id": 1 }), json!([{ "id": 1 }])),
            (json!({ "detail": "x" }), json!([{ "detail": "x" }])),
            (json!(7), json!([7])),
            (json!(true), json!([true])),
            (json!("busy"), json!(["busy"])),
            (json!({ "a": [], "b": [], "total": 1 }), json!([{ "a": [], "b": [], "total": 1 }])),
        ] {
            assert_eq!(rows(value.clone(), true), Some((wanted, true)), "{value}");
            assert_eq!(rows(value.clone(), false), None, "{value}");
        }
        assert_eq!(rows(json!({ "total": 1, "items": [1] }), true), Some((json!([1]), false)));
        assert_eq!(rows(json!({ "total": 9, "limit": 5, "page": 3 }), true), Some((json!([]), false)));
    }

    #[test]
    fn an_object_is_not_a_list_where_none_is_expected() {
        for object in
            [json!({ "id": 1 }), json!({ "detail": "x" }), json!(7), json!({ "a": [], "b": [], "total": 1 })]
        {
            assert_eq!(rows(object.clone(), false), None, "{object}");
        }
    }
}
