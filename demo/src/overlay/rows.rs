//! A change of the rows of a collection.

use serde_json::{Map, Value};

use super::{Action, fill, names::Names, patch, select};
use crate::{
    engine::{Collection, Row},
    world::World,
};

/// Makes the change, at a place of a file.
pub(super) fn change(
    world: &World,
    collection: &Collection,
    rows: &mut Vec<Row>,
    selection: &Map<String, Value>,
    action: &Action,
    place: &str,
) -> Result<(), String> {
    let names = Names(world);
    match action {
        Action::Set(wanted) => {
            for place in select::selected(rows, selection, &names)? {
                patch::lay_over_row(&mut rows[place], wanted, &names);
            }
        }
        Action::Remove => {
            // The places are in order, and each removal moves those behind it.
            for place in select::selected(rows, selection, &names)?.into_iter().rev() {
                rows.remove(place);
            }
        }
        Action::Add(additions) => {
            let mut added = Vec::new();
            for (number, addition) in (1..).zip(additions) {
                let label = format!("{place} {number}");
                let more = fill::made(&names, collection, rows, addition, &label);
                added.extend(more.map_err(|problem| format!("add, row {number}: {problem}"))?);
            }
            rows.extend(added);
        }
    }
    Ok(())
}
