//! Response to a call of a route: [`Answer`].

use axum::http::HeaderValue;
use serde_json::Value;

use super::{
    ApiError, Collection, Holes, Part, Query, ResponseShape, Route,
    collection::{Row, field, last_seen, timestamp},
    count, filter, list, search, shown,
    window::Window,
};
use crate::world::{MSP_ID, ORG_ID, World};

/// What a call asks, and what it may be answered from.
#[derive(Debug)]
pub(crate) struct Call<'c> {
    pub(crate) world: &'c World,
    pub(crate) path: &'c str,
    pub(crate) holes: Holes,
    pub(crate) query: Query,
    pub(crate) usage: Usage,
}

/// How much of the hour's budget is spent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) requests: u64,
    pub(crate) limit: u64,
    pub(crate) seconds: u64,
}

/// A body, and what its headers say beyond the length.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, HeaderValue)>,
}

impl Answer {
    #[expect(clippy::needless_pass_by_value, reason = "every caller has just made the value for this")]
    pub(crate) fn json(value: Value) -> Answer {
        Answer { body: value.to_string().into_bytes(), content_type: "application/json", headers: Vec::new() }
    }
}

impl Call<'_> {
    /// The value of a hole; empty where the path has none of that name.
    pub(crate) fn hole(&self, name: &str) -> &str {
        self.holes.iter().find(|(hole, _)| *hole == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn window(&self) -> Result<Window, ApiError> {
        Window::of(&self.query, self.world.now)
    }

    fn permitted(&self) -> Result<(), ApiError> {
        for (hole, value) in &self.holes {
            match *hole {
                // A provider sees all of its organizations.
                "org_id" if value != ORG_ID && !self.path.starts_with("/api/v1/msps/") => {
                    return Err(ApiError::forbidden());
                }
                "msp_id" if value != MSP_ID => return Err(ApiError::forbidden()),
                "site_id" if !self.world.sites.iter().any(|site| site.id == *value) => {
                    return Err(ApiError::not_found());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Answers a call by its route.
pub(crate) fn answer(route: &Route, mut call: Call<'_>) -> Result<Answer, ApiError> {
    call.permitted()?;
    if let Some(name) = route.required.iter().find(|name| call.query.get(name).is_none()) {
        return Err(ApiError::bad_request(format!("{name}: is required")));
    }
    if let Some(check) = route.check {
        check(&call)?;
    }
    for (name, value) in route.defaults {
        // A window that begins somewhere ends now unless said.
        let begun = *name == "duration" && call.query.get("start").is_some();
        if call.query.get(name).is_none() && !begun {
            call.query.0.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    let (collection, last) = match route.form {
        ResponseShape::Made(make) => return make(&call),
        ResponseShape::Whole(make) => return Ok(Answer::json(make(&call))),
        ResponseShape::One(collection, key) => (collection, Some(key)),
        ResponseShape::List(rows)
        | ResponseShape::Pages(rows)
        | ResponseShape::Search(rows, _)
        | ResponseShape::Count(rows, _) => (rows, None),
    };
    let all = call.world.rows(collection);
    let mut rows = narrowed(&all, &call, last, route.check.is_some())?;
    let parts = asked_parts(route, &call.query);
    if let ResponseShape::One(..) = route.form {
        let one = |row: &&Row| Answer::json(shown(&with_parts(row, &parts, call.world)));
        return rows.first().map(one).ok_or_else(ApiError::not_found);
    }
    let window = wanted(&mut rows, &all, &call, collection)?;
    let filled: Vec<Row>;
    if !parts.is_empty() {
        filled = rows.iter().map(|row| with_parts(row, &parts, call.world)).collect();
        rows = filled.iter().collect();
    }
    match route.form {
        ResponseShape::Pages(_) => list::page(&rows, &call.query),
        ResponseShape::Search(_, envelope) => {
            search::search(&mut rows, &call.query, call.path, window, envelope)
        }
        ResponseShape::Count(_, allowed) => count::count(&rows, &call.query, window, allowed),
        _ => Ok(list::whole(&rows)),
    }
}

/// What rows have because the call asks for it.
fn asked_parts(route: &Route, query: &Query) -> Vec<Part> {
    let asked: Vec<_> = query.get("fields").into_iter().flat_map(|fields| fields.split(',')).collect();
    let is_asked = |part: &&Part| asked.contains(&"*") || asked.contains(&part.field);
    route.parts.iter().filter(is_asked).copied().collect()
}

/// A row with these parts, if it is of a gateway. What the row itself tells is not in them.
fn with_parts(row: &Row, parts: &[Part], world: &World) -> Row {
    let mut row = row.clone();
    if field(&row, "type").is_none_or(|kind| kind != "gateway") {
        return row;
    }
    for part in parts {
        let all = world.rows(part.rows);
        let own = all.iter().filter(|own| own.get("mac").is_some() && own.get("mac") == row.get("mac"));
        let own = own.map(|own| {
            let mut own = own.clone();
            own.retain(|name, _| !["org_id", "site_id", "mac", "model"].contains(&name.as_str()));
            shown(&own)
        });
        let own: Value = own.collect();
        row.insert(part.field.to_owned(), own);
    }
    row
}

/// The rows that the path leaves: each hole that names a field narrows them. An id that leaves none of
/// some is not known, unless the route has checked that it is.
fn narrowed<'r>(
    rows: &'r [Row],
    call: &Call<'_>,
    last: Option<&'static str>,
    last_is_known: bool,
) -> Result<Vec<&'r Row>, ApiError> {
    let mut left = rows.iter().collect::<Vec<_>>();
    for (place, (hole, value)) in call.holes.iter().enumerate() {
        let name = last.filter(|_| place + 1 == call.holes.len()).unwrap_or(hole);
        if !left.iter().any(|row| field(row, name).is_some()) {
            continue;
        }
        // A path names one thing: patterns are for queries.
        let one = !value.contains(['*', ',']);
        left.retain(|row| one && field(row, name).is_some_and(|field| filter::matches(field, value)));
        let is_known = last_is_known && place + 1 == call.holes.len();
        if left.is_empty() && !is_known && !matches!(*hole, "org_id" | "site_id") {
            return Err(ApiError::not_found());
        }
    }
    Ok(left)
}

/// Leaves the rows that the query wants, and says of which window they are.
fn wanted(
    rows: &mut Vec<&Row>,
    all: &[Row],
    call: &Call<'_>,
    collection: &Collection,
) -> Result<Window, ApiError> {
    let window = call.window()?;
    if collection.timed {
        rows.retain(|row| window.contains(timestamp(row)));
    }
    let is_given = ["start", "end", "duration"].iter().any(|name| call.query.get(name).is_some());
    if collection.seen && is_given {
        rows.retain(|row| last_seen(row).is_none_or(|time| window.contains(time)));
    }
    filter::keep(rows, all, &call.query)?;
    filter::last_by(rows, all, &call.query)?;
    Ok(window)
}
