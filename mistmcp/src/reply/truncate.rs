//! Truncation of a JSON value to a size limit ([`within_limit`]).

use serde_json::{Map, Value};

use super::measure::{length, length_within};
use crate::text::shortened;

/// Minimum size of a truncated value: the note that replaces it must fit.
const LEAST: usize = 64;
/// Minimum size of a field of a large object; later fields are omitted.
const SHARE: usize = 200;
/// Maximum number of truncated parts that are named.
const NAMED: usize = 5;

/// Truncates the largest parts of a value, so that its JSON has at most `budget` bytes (64 or more). Notes replace
/// the missing parts. Returns the dotted paths of the truncated parts.
pub(super) fn within_limit(value: &mut Value, budget: usize) -> Vec<String> {
    let mut cut = Vec::new();
    shrink(value, budget.max(LEAST), "", &mut cut);
    cut
}

fn shrink(value: &mut Value, budget: usize, path: &str, cut: &mut Vec<String>) {
    if length_within(value, budget).is_some() {
        return;
    }
    let before = cut.len();
    match value {
        Value::Object(object) => shrink_object(object, budget, path, cut),
        Value::Array(items) => shrink_array(items, budget, path, cut),
        Value::String(text) => shrink_text(text, budget),
        _ => {}
    }
    if cut.len() == before && before < NAMED && !path.is_empty() {
        cut.push(shortened(path, 80));
    }
}

fn shrink_object(object: &mut Map<String, Value>, budget: usize, path: &str, cut: &mut Vec<String>) {
    let keys: Vec<usize> = object.keys().map(|key| length(key) + 2).collect();
    let sizes: Vec<usize> = object.values().zip(&keys).map(|(value, key)| length(value) + key).collect();
    let ceiling = ceiling(&sizes, budget - 2);
    let ceiling = if ceiling < SHARE { SHARE.min(budget - 2) } else { ceiling };
    let mut room = budget - 2;
    // If fields are omitted, the note about them must fit.
    if sizes.iter().map(|size| (*size).min(ceiling)).sum::<usize>() > room {
        room = room.saturating_sub(LEAST);
    }
    let (mut index, mut left_out) = (0, 0);
    object.retain(|name, value| {
        let (size, key) = (sizes[index], keys[index]);
        index += 1;
        let given = size.min(ceiling).min(room);
        if given < size && given < key + LEAST {
            left_out += 1;
            return false;
        }
        if given < size {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            shrink(value, given - key, &path, cut);
        }
        room -= given;
        true
    });
    if left_out > 0 {
        object.insert("left_out".into(), format!("[{left_out} more left out]").into());
    }
}

/// The maximum size of each part so that all together fit `budget`: larger parts are reduced to it.
fn ceiling(sizes: &[usize], budget: usize) -> usize {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let (mut left, mut parts) = (budget, sorted.len());
    for size in sorted {
        if size * parts > left {
            return left / parts;
        }
        left -= size;
        parts -= 1;
    }
    budget
}

fn shrink_array(items: &mut Vec<Value>, budget: usize, path: &str, cut: &mut Vec<String>) {
    let count = items.len();
    let room = budget - 2 - LEAST.min(budget / 2);
    let (mut used, mut kept) = (0, 0);
    while let Some(size) = items.get(kept).and_then(|item| length_within(item, room - used)) {
        used += size + 1;
        kept += 1;
        if used >= room {
            break;
        }
    }
    // A part of an item that is too long tells more than a note alone.
    if kept == 0 && room >= SHARE {
        shrink(&mut items[0], room, path, cut);
        kept = 1;
    }
    items.truncate(kept);
    if kept < count {
        items.push(format!("[{} more left out]", count - kept).into());
    }
}

/// Truncates a string, with a note at its end.
fn shrink_text(text: &mut String, budget: usize) {
    let note = |bytes: usize| format!("[{bytes} bytes left out]");
    let whole = text.len();
    let room = budget.saturating_sub(note(whole).len() + 2);
    let mut used = 0;
    let end = text.char_indices().find(|(_, letter)| {
        used += escaped(*letter);
        used > room
    });
    text.truncate(end.map_or(text.len(), |(end, _)| end));
    text.push_str(&note(whole - text.len()));
}

/// Bytes of a character in a JSON string.
fn escaped(letter: char) -> usize {
    match letter {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => letter.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_that_fits_is_unchanged() {
        let value = json!({ "a": [1, 2, 3] });
        let mut same = value.clone();
        assert_eq!((within_limit(&mut same, 100), same), (Vec::new(), value));
    }

    #[test]
    fn the_largest_part_is_cut_and_named_and_the_small_ones_stay() {
        let mut value = json!({ "name": "site", "big": vec!["x".repeat(50); 100], "rest": { "a": 1 } });
        assert_eq!(within_limit(&mut value, 1_000), ["big"]);
        assert!((800..=1_000).contains(&length(&value)), "{}", length(&value));
        assert_eq!((&value["name"], &value["rest"]), (&json!("site"), &json!({ "a": 1 })));
        assert!(
            value["big"].as_array().unwrap().last().unwrap().as_str().unwrap().ends_with("more left out]")
        );
    }

    #[test]
    fn a_part_deep_inside_is_named_by_its_path() {
        let mut value = json!({ "a": { "b": { "c": "x".repeat(5_000) }, "d": 1 } });
        assert_eq!(within_limit(&mut value, 500), ["a.b.c"]);
        assert_eq!(value["a"]["d"], 1);
    }

    #[test]
    fn an_object_of_very_many_fields_keeps_its_first() {
        let mut value: Map<_, _> = (0..5_000).map(|number| (format!("key{number}"), json!(number))).collect();
        let count = value.len();
        shrink_object(&mut value, 2_000, "", &mut Vec::new());
        assert!(length(&value) <= 2_000 && value.len() > 50, "{}", length(&value));
        assert_eq!(value["left_out"], format!("[{} more left out]", count - value.len() + 1));
    }

    #[test]
    fn the_note_of_a_text_counts_the_bytes_that_are_left_out() {
        for (letter, budget) in [("x", 500), ("ü", 500), ("\n", 300), ("x", 101), ("😀", 102)] {
            let whole = letter.repeat(5_000);
            let mut value = json!({ "t": whole });
            within_limit(&mut value, budget);
            let (kept, note) = value["t"].as_str().unwrap().rsplit_once('[').unwrap();
            assert!(whole.starts_with(kept) && !kept.is_empty(), "{kept}");
            assert_eq!(note, format!("{} bytes left out]", whole.len() - kept.len()));
        }
    }

    #[test]
    fn any_depth_and_any_text_fits() {
        let text = "ü\"\n\u{1}".repeat(2_000);
        let value =
            json!({ "a": { "b": { "c": text, "d": [{ "e": text }] } }, "f": text, (text.clone()): 1 });
        for budget in [64, 500, 2_000, 10_000] {
            let mut value = value.clone();
            within_limit(&mut value, budget);
            assert!(length(&value) <= budget, "{budget}: {}", length(&value));
        }
    }
}
