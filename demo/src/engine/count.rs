//! Counts of rows by the values of a field (`distinct`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Answer, ApiError, Query,
    collection::{Row, field},
    window::Window,
};

/// `allowed` are the fields that Mist counts by, separated by spaces. Where the query names none, the first is taken that
/// some row has.
pub(crate) fn count(rows: &[&Row], query: &Query, window: Window, allowed: &str) -> Result<Answer, ApiError> {
    let has_values = |name: &&str| rows.iter().any(|row| field(row, name).is_some_and(|it| !it.is_null()));
    let default = || allowed.split(' ').find(has_values).or_else(|| allowed.split(' ').next());
    let distinct = query.get("distinct").or_else(default).unwrap_or_default();
    if !allowed.split(' ').any(|name| name == distinct) {
        return Err(ApiError::bad_request(format!(
            "distinct: \"{distinct}\" is not one of {}",
            allowed.replace(' ', ", ")
        )));
    }
    let mut buckets = BTreeMap::<String, usize>::new();
    for value in rows.iter().filter_map(|row| field(row, distinct)).flat_map(names) {
        *buckets.entry(value).or_default() += 1;
    }
    let mut buckets = buckets.into_iter().collect::<Vec<_>>();
    buckets.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    let (limit, total) = (query.limit()?, buckets.len());
    let results = buckets.into_iter().take(limit).map(|(value, count)| {
        let bucket = [(distinct.to_owned(), value.into()), ("count".to_owned(), count.into())];
        Value::from(Map::from_iter(bucket))
    });
    Ok(Answer::json(json!({
        "distinct": distinct, "start": window.start, "end": window.end, "limit": limit, "total": total,
        "results": results.collect::<Vec<_>>(),
    })))
}

/// A value as the name of its bucket; a list counts in the bucket of each of its members. An empty text names none.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Null | Value::Object(_) => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(members) => members.iter().flat_map(names).collect(),
        other => vec![other.to_string()],
    }
}
