//! Field mask: keeps the requested fields of each row ([`keep`]).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::secrets::redact;
use crate::Fields;
use crate::text::shortened;

/// Maximum number of unknown names that are reported.
const MAX_NAMED: usize = 10;
/// Maximum number of known names that are reported.
const MAX_KNOWN: usize = 40;
/// What is said where `fields` names nothing, since the rows have no fields.
pub(super) const NO_NAMES: &str = "The rows are values without names: all of each is kept.";
/// Number of rows whose field names are collected.
pub(super) const LOOKED_AT: usize = 20;

/// Keeps the named fields of a row. One without names, such as a list of numbers, is kept whole.
pub(super) fn keep(row: &mut Value, fields: &Fields) {
    let mut names: Vec<&str> = fields.names().iter().map(String::as_str).collect();
    if !names.is_empty() && has_names(row) {
        names.sort_unstable();
        retain(row, &names);
    }
}

/// Whether there is an object in a value, or it is one.
fn has_names(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(has_names),
        _ => false,
    }
}

/// Keeps `names`, which are sorted. Returns whether anything is left.
fn retain(value: &mut Value, names: &[&str]) -> bool {
    match value {
        Value::Object(object) => {
            object.retain(|key, value| {
                if names.binary_search(&key.as_str()).is_ok() {
                    return true;
                }
                let first = names.partition_point(|name| *name < key.as_str());
                let begun = names[first..].iter().take_while(|name| name.starts_with(key.as_str()));
                let inside: Vec<_> = begun.filter_map(|name| inside(name, key)).collect();
                !inside.is_empty() && retain(value, &inside)
            });
            !object.is_empty()
        }
        Value::Array(items) => {
            let mut any = false;
            for item in items {
                if retain(item, names) {
                    any = true;
                } else if !item.is_object() {
                    // Positions in arrays matter.
                    *item = Value::Null;
                }
            }
            any
        }
        _ => false,
    }
}

/// The part of a name inside the field `key`. Keys such as port names and addresses contain dots, so names cannot
/// simply be split at dots.
fn inside<'a>(name: &'a str, key: &str) -> Option<&'a str> {
    name.strip_prefix(key)?.strip_prefix('.')
}

fn has(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(object) => {
            object.contains_key(name)
                || object.iter().any(|(key, value)| inside(name, key).is_some_and(|rest| has(value, rest)))
        }
        Value::Array(items) => items.iter().any(|item| has(item, name)),
        _ => false,
    }
}

/// Remarks about names that no row has: the names, and similar existing ones, without their secrets unless
/// `show_secrets`.
pub(super) fn unknown(rows: &[Value], fields: &Fields, show_secrets: bool) -> Map<String, Value> {
    let mut about = Map::new();
    if rows.is_empty() {
        return about;
    }
    if !rows.iter().any(has_names) {
        about.insert("fields_hint".into(), NO_NAMES.into());
        return about;
    }
    // Most rows have most fields: names found in one row are not searched in the next.
    let mut unknown: Vec<_> = fields.names().iter().collect();
    for row in rows {
        unknown.retain(|name| !has(row, name));
        if unknown.is_empty() {
            break;
        }
    }
    unknown.truncate(MAX_NAMED);
    if unknown.is_empty() {
        return about;
    }
    let mut rows = Cow::Borrowed(&rows[..rows.len().min(LOOKED_AT)]);
    if !show_secrets {
        rows.to_mut().iter_mut().for_each(redact);
    }
    let mut names = BTreeSet::new();
    for row in rows.iter() {
        gather(row, "", 4, &mut names);
    }
    let shown: Vec<_> = unknown.iter().map(|name| shortened(name, 60)).collect();
    about.insert("unknown_fields".into(), json!(shown));
    if unknown.iter().any(|name| name.contains(char::is_whitespace)) {
        about.insert("fields_hint".into(), "Separate the names of `fields` by commas.".into());
    }
    // The similar names first, and then all fields of the rows themselves.
    let mut known = nearest(&unknown, &names);
    let outer: BTreeSet<&str> =
        rows.iter().filter_map(Value::as_object).flat_map(Map::keys).map(String::as_str).collect();
    let others: Vec<_> = outer.into_iter().filter(|name| !known.iter().any(|known| known == name)).collect();
    let shown = others.len().min(MAX_KNOWN.saturating_sub(known.len()));
    known.extend(others[..shown].iter().map(|name| shortened(name, 80)));
    about.insert("known_fields".into(), json!(known));
    if shown < others.len() {
        about.insert("more_known_fields".into(), json!(others.len() - shown));
    }
    about
}

/// Similar names for each of the unknown ones.
fn nearest(unknown: &[&String], names: &BTreeSet<String>) -> Vec<String> {
    const EACH: usize = 3;
    let mut found = Vec::new();
    for name in unknown {
        let mut near: Vec<_> = names.iter().map(|other| (likeness(name, other), other)).collect();
        near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
        for (_, other) in near.into_iter().take(EACH) {
            if !found.contains(other) && found.len() < MAX_NAMED {
                found.push(other.clone());
            }
        }
    }
    found
}

/// The last part of a name weighs most: people remember it best.
fn likeness(written: &str, name: &str) -> f64 {
    let last = |name: &str| name.rsplit('.').next().map(str::to_lowercase).unwrap_or_default();
    let whole = strsim::jaro_winkler(&shortened(&written.to_lowercase(), 80), &name.to_lowercase());
    whole.max(strsim::jaro_winkler(&shortened(&last(written), 80), &last(name)) * 0.98)
}

fn gather(value: &Value, path: &str, depth: usize, names: &mut BTreeSet<String>) {
    const MAX_GATHERED: usize = 500;
    match value {
        Value::Object(object) if depth > 0 => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if names.len() < MAX_GATHERED && path.len() <= 80 {
                    gather(value, &path, depth - 1, names);
                    names.insert(path);
                }
            }
        }
        Value::Array(items) => {
            for item in items.iter().take(3) {
                gather(item, path, depth, names);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arg;

    fn fields(names: &str) -> Fields {
        Fields::read(&names.into()).unwrap()
    }

    fn kept(mut row: Value, names: &str) -> Value {
        keep(&mut row, &fields(names));
        row
    }

    #[test]
    fn only_the_named_fields_are_kept_with_dots_and_through_arrays() {
        let row = json!({
            "mac": "aa", "name": "ap",
            "radio_stat": { "band_5": { "channel": 36, "power": 9 }, "band_24": { "channel": 1 } },
            "ports": [{ "id": 1, "up": true }, { "up": false }, 7],
            "if_stat": { "ge-0/0/0.0": { "up": true, "ips": [] } },
        });
        assert_eq!(
            kept(row.clone(), "mac,radio_stat.band_5.channel"),
            json!({ "mac": "aa", "radio_stat": { "band_5": { "channel": 36 } } })
        );
        assert_eq!(kept(row.clone(), "ports.id"), json!({ "ports": [{ "id": 1 }, {}, null] }));
        assert_eq!(
            kept(row.clone(), "radio_stat.band_24,radio_stat.band_24.channel")["radio_stat"],
            json!({ "band_24": { "channel": 1 } })
        );
        assert_eq!(
            kept(row.clone(), "if_stat.ge-0/0/0.0.up"),
            json!({ "if_stat": { "ge-0/0/0.0": { "up": true } } })
        );
        assert_eq!(kept(row.clone(), "mac.x,nope"), json!({}));
        for row in [json!([5, 5, -45, null, [1, 2]]), json!(7)] {
            assert_eq!(kept(row.clone(), "x,y"), row);
            let about = Value::from(unknown(std::slice::from_ref(&row), &fields("x,y"), false));
            assert_eq!(about, json!({ "fields_hint": NO_NAMES }));
        }
        assert_eq!(kept(row.clone(), "*"), row);
    }

    #[test]
    fn an_unknown_field_is_reported_with_similar_names() {
        let rows = [json!({ "mac": "aa" }), json!({ "mac": "bb", "radio": { "channel": null } })];
        let about = |names| Value::from(unknown(&rows, &fields(names), false));
        assert_eq!(about("mac,radio.channel"), json!({}));
        let about_fields = about("mac,chanel");
        assert_eq!(about_fields["unknown_fields"], json!(["chanel"]));
        assert_eq!(about_fields["known_fields"], json!(["radio.channel", "mac", "radio"]));
        assert_eq!(about_fields.get("fields_hint"), None);
        assert!(about("mac radio")["fields_hint"].to_string().contains("commas"));
        assert_eq!(Value::from(unknown(&[], &fields("x"), false)), json!({}));
    }

    #[test]
    fn names_that_are_secrets_are_reported_only_where_secrets_are_shown() {
        let rows = [json!({
            "https://bob:hunter2@host/x": 1,
            "up": { "https://bob:hunter2@host/y": 1 },
            "tokens": { "hunter2": { "a": true } },
        })];
        for show_secrets in [false, true] {
            let about = Value::from(unknown(&rows, &fields("bogus,tokens.hunter"), show_secrets)).to_string();
            assert_eq!(about.contains("hunter2"), show_secrets, "{about}");
            assert!(about.contains("tokens") && about.contains("host/"), "{about}");
        }
    }

    #[test]
    fn all_fields_of_a_row_are_reported_up_to_a_bound() {
        let row = |count: usize| {
            json!([(0..count).map(|number| (format!("f{number:03}"), json!(1))).collect::<Map<_, _>>()])
        };
        let about = |count| Value::from(unknown(row(count).as_array().unwrap(), &fields("bogus"), false));
        for (count, more) in [(1, None), (12, None), (40, None), (41, Some(1)), (100, Some(60))] {
            let about = about(count);
            let known = about["known_fields"].as_array().unwrap();
            assert_eq!(known.len(), count.min(MAX_KNOWN));
            assert_eq!(known.iter().collect::<std::collections::HashSet<_>>().len(), known.len());
            assert_eq!(about.get("more_known_fields").and_then(Value::as_u64), more, "{about}");
        }
    }
}
