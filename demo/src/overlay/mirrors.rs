//! Collections with the same objects, such as inventory and device stats: a change of one is copied to the others.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    categories,
    engine::{Collection, HIDDEN, Row},
};

/// Collections whose rows with the same MAC address are one object.
const FAMILIES: &[&[&str]] = &[
    &["device stats", "inventory", "inventory found", "devices found", "configured devices"],
    &["client stats", "clients"],
];

/// Collections with the same rows: what is added to or removed from one is added to or removed from the other.
const LISTS: &[[&str; 2]] = &[["inventory", "inventory found"], ["device stats", "devices found"]];

/// The other collections with the same objects.
pub(super) fn of(collection: &Collection) -> impl Iterator<Item = &'static Collection> {
    let name = collection.name;
    let family = FAMILIES.iter().find(|family| family.contains(&name)).copied().unwrap_or_default();
    family.iter().filter(move |mirror| **mirror != name).filter_map(|mirror| categories::collection(mirror))
}

/// Copies the changes of a mirror to rows: a field with the old value of the mirror gets its new value.
pub(super) fn agree(
    collection: &Collection,
    mirror: &Collection,
    rows: &mut Vec<Row>,
    before: &[Row],
    after: &[Row],
) {
    if LISTS.iter().any(|pair| pair.contains(&collection.name) && pair.contains(&mirror.name)) {
        let is_gone = |row: &Row| same(before, row).is_some() && same(after, row).is_none();
        rows.retain(|row| !is_gone(row));
        let new = after.iter().filter(|row| same(before, row).is_none() && same(rows, row).is_none());
        let new = new.map(|row| in_form(row, rows)).collect::<Vec<_>>();
        rows.extend(new);
    }
    for (old, new) in before.iter().filter_map(|old| Some((old, same(after, old)?))) {
        let changes = aspects(old).into_iter().filter_map(|(name, was)| {
            let is = new_aspect(new, &name)?;
            (is != was).then_some((name, was, is))
        });
        let changes = changes.collect::<Vec<_>>();
        if changes.is_empty() {
            continue;
        }
        for row in rows.iter_mut().filter(|row| row.get("mac") == old.get("mac")) {
            for (name, was, is) in &changes {
                replace(row, name, was, is);
            }
        }
    }
}

fn same<'r>(rows: &'r [Row], row: &Row) -> Option<&'r Row> {
    rows.iter().find(|other| other.get("mac") == row.get("mac"))
}

/// A mirror's row with the fields that rows of a collection have.
fn in_form(row: &Row, rows: &[Row]) -> Row {
    let known = aspects(row);
    let fields = rows.iter().flat_map(|row| row.keys()).collect::<BTreeSet<_>>();
    let has = fields.into_iter().filter_map(|field| {
        let value = row
            .get(field)
            .or_else(|| known.iter().find(|(name, _)| name == common(field)).map(|(_, it)| it))?;
        Some((field.clone(), value.clone()))
    });
    Row(has.collect())
}

/// The name that a field has in all collections of a family.
fn common(field: &str) -> &str {
    let plain = field.trim_start_matches(HIDDEN);
    match plain.strip_prefix("last_").filter(|_| plain != "last_seen").unwrap_or(plain) {
        "ap" => "ap_mac",
        "vlan" => "vlan_id",
        "proto" => "protocol",
        "mfg" => "manufacture",
        name => name,
    }
}

/// The values of a row that its mirrors may have as well, by their common names: of its fields, of its radios, and whether it is
/// connected.
fn aspects(row: &Row) -> Vec<(String, Value)> {
    let fields = row.iter().filter(|(_, value)| !value.is_object() && !value.is_array());
    let mut aspects =
        fields.map(|(name, value)| (common(name).to_owned(), value.clone())).collect::<Vec<_>>();
    let radios = row.get("radio_stat").and_then(Value::as_object);
    for (band, radio) in radios.into_iter().flatten() {
        for name in ["channel", "bandwidth", "power"] {
            aspects.extend(radio.get(name).map(|value| (format!("{band}_{name}"), value.clone())));
        }
    }
    if let Some(status) = row.get("status").and_then(Value::as_str) {
        aspects.push(("connected".to_owned(), (status == "connected").into()));
    } else if let Some(connected) = row.get("connected").and_then(Value::as_bool) {
        aspects.push(("status".to_owned(), if connected { "connected" } else { "disconnected" }.into()));
    }
    aspects
}

fn new_aspect(row: &Row, name: &str) -> Option<Value> {
    aspects(row).into_iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

/// Replaces a value wherever a row has it under a common name.
fn replace(row: &mut Row, name: &str, was: &Value, is: &Value) {
    for (field, value) in row.iter_mut() {
        if common(field) == name {
            replace_value(value, was, is);
        }
    }
    if let Some((band, part)) = name.rsplit_once('_').filter(|_| name.starts_with("band_"))
        && let Some(value) =
            row.get_mut("radio_stat").and_then(Value::as_object_mut).and_then(|it| radio(it, band, part))
    {
        replace_value(value, was, is);
    }
}

fn radio<'v>(radios: &'v mut Map<String, Value>, band: &str, part: &str) -> Option<&'v mut Value> {
    radios.get_mut(band)?.get_mut(part)
}

/// Replaces a value in the form that it has: a number, a text, or the one member of a list.
fn replace_value(value: &mut Value, was: &Value, is: &Value) {
    match value {
        Value::Array(members) => {
            if let [member] = members.as_mut_slice() {
                replace_value(member, was, is);
            }
        }
        value if *value == *was => *value = is.clone(),
        Value::String(text) if was.as_number().is_some_and(|was| was.to_string() == text.as_str()) => {
            *text = is.to_string();
        }
        Value::Number(number) if was.as_str().is_some_and(|was| was == number.to_string()) => {
            let read = is.as_str().and_then(|is| is.parse::<i64>().ok());
            *value = read.map_or_else(|| is.clone(), Value::from);
        }
        _ => {}
    }
}
