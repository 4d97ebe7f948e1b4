//! Changes of the rows of a collection.

use serde_json::{Map, Value};

use super::{
    Action, Overlay, fill,
    names::{Names, remedy},
    patch, select,
};
use crate::{
    categories,
    engine::{Collection, Row},
    world::{UNTOUCHED, World},
};

/// Makes the change, at a place of a file.
pub(super) fn change(
    world: &World,
    collection: &Collection,
    rows: &mut Vec<Row>,
    selection: &Map<String, Value>,
    action: &Action,
    position: &str,
) -> Result<(), String> {
    let names = Names(world);
    match action {
        Action::Set(wanted) => {
            for position in positions(collection, rows, selection, &names)? {
                patch::lay_over_row(&mut rows[position], wanted, &names);
                if collection.name == "sle" {
                    checked_level(&rows[position])?;
                }
            }
        }
        Action::Remove => {
            // The places are in order, and each removal moves those behind it.
            for position in positions(collection, rows, selection, &names)?.into_iter().rev() {
                rows.remove(position);
            }
        }
        Action::Add(additions) => {
            // The fields of a collection are known by its rows; where all were removed, by those that it had.
            let untouched = if rows.is_empty() { collection.made(world) } else { Vec::new() };
            let known = if rows.is_empty() { &untouched } else { &*rows };
            let mut added = Vec::new();
            for (number, addition) in (1..).zip(additions) {
                let label = format!("{position} {number}");
                let more = fill::made(&names, collection, known, addition, &label);
                added.extend(more.map_err(|problem| format!("add, row {number}: {problem}"))?);
            }
            rows.extend(added);
        }
    }
    Ok(())
}

/// Refuses a service level that cannot be.
fn checked_level(row: &Row) -> Result<(), String> {
    for (name, value) in ["bad", "hours"].map(|name| (name, row.get(name))) {
        let Some(value) = value.filter(|value| !value.is_null()) else { continue };
        let most = if name == "bad" { 100.0 } else { f64::MAX };
        if value.as_f64().is_none_or(|number| !(0.0..=most).contains(&number)) {
            let wanted = if name == "bad" { "a percentage from 0 to 100" } else { "a number of hours" };
            return Err(format!("{name} is {value}: {wanted} is required"));
        }
    }
    let metric = row.get("metric").and_then(Value::as_str).unwrap_or_default();
    let blamed = row.get("blame").and_then(Value::as_object);
    let known = categories::classifiers(metric);
    for name in blamed.into_iter().flat_map(Map::keys) {
        if !known.contains(&name.as_str()) {
            let remedy = remedy(name, known.iter().copied());
            return Err(format!("blame: {metric} has no classifier \"{name}\"{remedy}"));
        }
    }
    Ok(())
}

/// The places of the selected rows. What another change took away is none of them, and is no error.
fn positions(
    collection: &Collection,
    rows: &[Row],
    selection: &Map<String, Value>,
    names: &Names<'_>,
) -> Result<Vec<usize>, String> {
    select::selected(rows, selection, names).or_else(|problem| {
        let untouched = UNTOUCHED.world(&Overlay::default());
        let was_there = select::selected(&collection.made(&untouched), selection, &Names(&untouched)).is_ok();
        if was_there { Ok(Vec::new()) } else { Err(problem) }
    })
}
