//! Merge patches (RFC 7396) with dotted paths, and names in place of ids.

use serde_json::{Map, Value};

use super::names::Names;
use crate::{engine::HIDDEN, world::written};

/// Lays a patch over an object; whatever else stands there is replaced by one.
pub(super) fn lay(target: &mut Value, patch: &Map<String, Value>, names: &Names<'_>) {
    if let Some(object) = made_object(target) {
        lay_over_row(object, patch, names);
    }
}

/// Lays a patch over a row: a shown field takes the place of the hidden one of its name.
pub(super) fn lay_over_row(row: &mut Map<String, Value>, patch: &Map<String, Value>, names: &Names<'_>) {
    for (name, value) in patch {
        if !row.contains_key(name)
            && let Some((inner, rest)) = nested(row, name)
        {
            lay_at(inner, rest, value, names);
            continue;
        }
        let hidden = format!("{HIDDEN}{name}");
        let old = row.get(name).or_else(|| row.get(&hidden)).cloned();
        row.shift_remove(&hidden);
        put(row, name, value, old.as_ref(), names);
    }
}

/// Sets one field, or removes it for `null`.
fn put(object: &mut Map<String, Value>, name: &str, value: &Value, old: Option<&Value>, names: &Names<'_>) {
    match value {
        Value::Null => drop(object.shift_remove(name)),
        Value::Object(patch) => match since(patch) {
            Some(ago) => {
                let epoch = names.0.now.saturating_sub(ago);
                let time = old.and_then(|old| moment(epoch, old)).unwrap_or_else(|| epoch.into());
                object.insert(name.to_owned(), time);
            }
            None => lay(object.entry(name).or_insert(Value::Null), patch, names),
        },
        value => drop(object.insert(name.to_owned(), names.resolved(name, old, value))),
    }
}

/// The seconds of a time that is written as `{ "ago": 3600 }`.
fn since(value: &Map<String, Value>) -> Option<i64> {
    value.get("ago").filter(|_| value.len() == 1).and_then(Value::as_i64)
}

/// A moment in the form that a field has: a text, seconds or milliseconds.
pub(super) fn moment(epoch: i64, sample: &Value) -> Option<Value> {
    const MILLISECONDS: f64 = 1e11;
    match sample {
        Value::String(_) => Some(written(epoch).into()),
        Value::Number(number) if number.as_f64().is_some_and(|number| number > MILLISECONDS) => {
            Some(epoch.saturating_mul(1_000).into())
        }
        Value::Number(_) => Some(epoch.into()),
        _ => None,
    }
}

/// What stands at the beginning of a dotted path, and the rest of the path.
fn nested<'r, 'p>(row: &'r mut Map<String, Value>, path: &'p str) -> Option<(&'r mut Value, &'p str)> {
    let hidden = |name: &str| format!("{HIDDEN}{name}");
    let ends = path.match_indices('.').map(|(end, _)| end);
    let end = ends.into_iter().find(|end| {
        let name = &path[..*end];
        let value = row.get(name).or_else(|| row.get(&hidden(name)));
        value.is_some_and(|value| value.is_object() || value.is_array())
    })?;
    let (name, rest) = (&path[..end], &path[end + 1..]);
    let name = if row.contains_key(name) { name.to_owned() } else { hidden(name) };
    Some((row.get_mut(&name)?, rest))
}

fn lay_at(target: &mut Value, path: &str, value: &Value, names: &Names<'_>) {
    if let Value::Array(members) = target {
        let (number, rest) = path.split_once('.').map_or((path, None), |(number, rest)| (number, Some(rest)));
        let Some(member) = number.parse::<usize>().ok().and_then(|number| members.get_mut(number)) else {
            return;
        };
        match (rest, value) {
            (Some(rest), value) => lay_at(member, rest, value, names),
            (None, Value::Object(value)) => lay(member, value, names),
            (None, value) => *member = names.resolved("", Some(&*member), value),
        }
        return;
    }
    let Some(object) = made_object(target) else { return };
    if !object.contains_key(path) {
        if let Some((inner, rest)) = nested(object, path) {
            return lay_at(inner, rest, value, names);
        }
        if let Some((first, rest)) = path.split_once('.') {
            return lay_at(object.entry(first).or_insert(Value::Null), rest, value, names);
        }
    }
    let old = object.get(path).cloned();
    put(object, path, value, old.as_ref(), names);
}

fn made_object(value: &mut Value) -> Option<&mut Map<String, Value>> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{overlay::Overlay, world::World};

    #[test]
    fn a_patch_follows_the_appendix_of_rfc_7396() {
        let world = World::new(0, &Overlay::empty_organization());
        let cases = json!([
            [{"a": "b"}, {"a": "c"}, {"a": "c"}],
            [{"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}],
            [{"a": "b"}, {"a": null}, {}],
            [{"a": "b", "b": "c"}, {"a": null}, {"b": "c"}],
            [{"a": ["b"]}, {"a": "c"}, {"a": "c"}],
            [{"a": "c"}, {"a": ["b"]}, {"a": ["b"]}],
            [{"a": {"b": "c"}}, {"a": {"b": "d", "c": null}}, {"a": {"b": "d"}}],
            [{"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}],
            [["a", "b"], {"c": 1}, {"c": 1}],
            ["foo", {"a": 1}, {"a": 1}],
            [{"e": null}, {"a": 1}, {"e": null, "a": 1}],
            [{}, {"a": {"bb": {"ccc": null}}}, {"a": {"bb": {}}}],
        ]);
        for case in cases.as_array().unwrap() {
            let mut target = case[0].clone();
            lay(&mut target, case[1].as_object().unwrap(), &Names(&world));
            assert_eq!(target, case[2], "{case}");
        }
    }

    #[test]
    fn a_time_is_written_by_how_long_ago_it_is_in_the_form_that_the_field_has() {
        let world = World::new(2_000_000_000, &Overlay::empty_organization());
        let mut target = json!({ "seconds": 1, "milliseconds": 1_800_000_000_000_i64, "text": "2026-01-01", "~hidden": 5 });
        let ago = json!({ "ago": -86_400 });
        let patch = json!({ "seconds": ago, "milliseconds": ago, "text": ago, "hidden": ago, "new": ago, "ago": 5, "both": { "ago": 1, "x": 2 } });
        lay(&mut target, patch.as_object().unwrap(), &Names(&world));
        let expected = json!({ "seconds": 2_000_086_400, "milliseconds": 2_000_086_400_000_i64,
            "text": "2033-05-19 03:33:20.000000+00:00", "hidden": 2_000_086_400, "new": 2_000_086_400, "ago": 5, "both": { "ago": 1, "x": 2 } });
        assert_eq!(target, expected);
    }

    #[test]
    fn a_dotted_path_reaches_into_objects_and_lists() {
        let world = World::new(0, &Overlay::empty_organization());
        let mut target = json!({ "radio": { "band_5": { "util": 5, "noise": -92 } }, "parts": [{ "ok": true }], "~type": "ap", "x.y": 1 });
        let patch = json!({ "radio.band_5.util": 90, "radio.band_24.util": 7, "parts.0.ok": false, "type": "switch", "x.y": 2, "a.b": 3 });
        lay(&mut target, patch.as_object().unwrap(), &Names(&world));
        let expected = json!({ "radio": { "band_5": { "util": 90, "noise": -92 }, "band_24": { "util": 7 } },
            "parts": [{ "ok": false }], "x.y": 2, "type": "switch", "a.b": 3 });
        assert_eq!(target, expected);
    }
}
