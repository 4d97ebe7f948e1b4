//! List responses: whole, or paged with headers.

use axum::http::HeaderValue;
use serde_json::Value;

use super::{Answer, ApiError, Query, collection::Row, shown};

pub(crate) fn whole(rows: &[&Row]) -> Answer {
    Answer::json(rows.iter().map(|row| shown(row)).collect())
}

pub(crate) fn page(rows: &[&Row], query: &Query) -> Result<Answer, ApiError> {
    let (limit, page) = (query.limit()?, query.page()?);
    let mut answer = Answer::json(slice(rows, limit, page));
    for (name, number) in [("x-page-limit", limit), ("x-page-page", page), ("x-page-total", rows.len())] {
        answer.headers.push((name, HeaderValue::from(number)));
    }
    Ok(answer)
}

/// The rows of one page; past the end there are none.
pub(crate) fn slice(rows: &[&Row], limit: usize, page: usize) -> Value {
    rows.iter().skip((page - 1).saturating_mul(limit)).take(limit).map(|row| shown(row)).collect()
}
