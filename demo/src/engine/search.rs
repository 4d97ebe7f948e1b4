//! Search responses: an envelope with rows, paged by `search_after` or `page`.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::{
    Answer, ApiError, Query,
    collection::{Row, field},
    list, shown,
    window::Window,
};

/// What the envelope of an answer says besides its rows, its window and its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// `total`, and `next` where there is a next page.
    Next,
    /// Continued by `page`, and says which `page` it is and the `total`.
    Page,
    /// Continued by `page`, and says the `total`.
    PageWithTotal,
    /// Continued by `page`, and says neither.
    PageUnsaid,
    /// Has these fields alone beside its rows: continued by `search_after` where `next` is one, else by `page`.
    Fields(&'static [&'static str]),
}

pub(crate) fn search(
    rows: &mut [&Row],
    query: &Query,
    path: &str,
    window: Window,
    envelope: Envelope,
) -> Result<Answer, ApiError> {
    let answer = match envelope {
        Envelope::Fields(names) => {
            let whole = if names.contains(&"next") { Envelope::Next } else { Envelope::Page };
            let mut answer = enveloped(rows, query, path, window, whole)?;
            if let Value::Object(fields) = &mut answer {
                fields.retain(|name, _| name == "results" || names.contains(&name.as_str()));
            }
            answer
        }
        envelope => enveloped(rows, query, path, window, envelope)?,
    };
    Ok(Answer::json(answer))
}

fn enveloped(
    rows: &mut [&Row],
    query: &Query,
    path: &str,
    window: Window,
    envelope: Envelope,
) -> Result<Value, ApiError> {
    sort(rows, query)?;
    let (limit, total) = (query.limit()?, rows.len());
    let mut answer = json!({ "start": window.start, "end": window.end, "limit": limit });
    match envelope {
        Envelope::Next => {
            let skipped = match (query.get("search_after"), query.get("page")) {
                (None, Some(_)) => (query.page()? - 1).saturating_mul(limit),
                _ => cursor(query)?,
            };
            let shown = rows.iter().skip(skipped).take(limit).map(|row| shown(row)).collect::<Vec<_>>();
            let reached = skipped.saturating_add(shown.len());
            answer["total"] = total.into();
            if reached < total {
                let offset = json!([CURSOR, reached]).to_string();
                answer["next"] = format!("{path}?{}", query.with("search_after", &offset)).into();
            }
            answer["results"] = shown.into();
        }
        Envelope::Page | Envelope::PageWithTotal | Envelope::PageUnsaid | Envelope::Fields(_) => {
            let page = query.page()?;
            if envelope == Envelope::Page {
                answer["page"] = page.into();
            }
            if envelope != Envelope::PageUnsaid {
                answer["total"] = total.into();
            }
            answer["results"] = list::slice(rows, limit, page);
        }
    }
    Ok(answer)
}

const CURSOR: &str = "demo";

fn cursor(query: &Query) -> Result<usize, ApiError> {
    let Some(value) = query.get("search_after") else { return Ok(0) };
    let offset = serde_json::from_str::<(String, usize)>(value).ok().filter(|(mark, _)| mark == CURSOR);
    offset
        .map(|(_, reached)| reached)
        .ok_or_else(|| ApiError::bad_request("search_after: not a place that an earlier answer's next gave"))
}

/// By `sort`, downwards with a leading `-` (or as `desc_sort`); as they are where nothing is said.
fn sort(rows: &mut [&Row], query: &Query) -> Result<(), ApiError> {
    let (name, downwards) = match (query.get("sort"), query.get("desc_sort")) {
        (Some(value), _) => (value.trim_start_matches('-'), value.starts_with('-')),
        (None, Some(value)) => (value, true),
        (None, None) => return Ok(()),
    };
    if !rows.is_empty() && name != "timestamp" && !rows.iter().any(|row| field(row, name).is_some()) {
        return Err(ApiError::bad_request(format!("sort: \"{name}\" is no field to sort by")));
    }
    rows.sort_by(|one, other| {
        let order = compare(field(one, name), field(other, name));
        if downwards { order.reverse() } else { order }
    });
    Ok(())
}

fn compare(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one.and_then(Value::as_f64), other.and_then(Value::as_f64)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => text(one).cmp(&text(other)),
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.to_lowercase(),
        Some(other) => other.to_string(),
    }
}
