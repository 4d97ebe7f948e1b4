use serde_json::{Map, Value};

/// The value, where need be without its largest parts, so that its JSON has at most `budget` bytes. It says what
/// is missing in the place where it was.
pub(super) fn to_fit(value: Value, budget: usize) -> Value {
    if length(&value) <= budget {
        return value;
    }
    match value {
        Value::Object(object) => Value::Object(object_to_fit(object, budget)),
        Value::Array(items) => Value::Array(array_to_fit(items, budget)),
        Value::String(text) => text_to_fit(&text, budget),
        other => other,
    }
}

/// How many bytes the JSON of a value has.
pub(super) fn length(value: &Value) -> usize {
    value.to_string().len()
}

fn object_to_fit(object: Map<String, Value>, budget: usize) -> Map<String, Value> {
    let sizes: Vec<usize> = object.values().map(length).collect();
    let frame: usize = object.keys().map(|key| key.len() + 6).sum::<usize>() + 2;
    let mut allowed = sizes.clone();
    let mut total: usize = frame + sizes.iter().sum::<usize>();
    // The largest part gives way first, and again, until all fit.
    while total > budget {
        let Some(largest) = (0..allowed.len()).max_by_key(|place| allowed[*place]) else { break };
        let excess = total - budget;
        let smallest_note = note(sizes[largest]).len() + 2;
        let next = allowed[largest].saturating_sub(excess).max(allowed[largest] / 2).max(smallest_note);
        if next >= allowed[largest] {
            break;
        }
        total -= allowed[largest] - next;
        allowed[largest] = next;
    }
    object.into_iter().zip(allowed).map(|((key, value), allowed)| (key, to_fit(value, allowed))).collect()
}

fn array_to_fit(items: Vec<Value>, budget: usize) -> Vec<Value> {
    let count = items.len();
    let room = budget.saturating_sub(40);
    let mut used = 2;
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        used += length(&item) + 1;
        if used > room {
            break;
        }
        kept.push(item);
    }
    kept.push(format!("[{} more left out]", count - kept.len()).into());
    kept
}

fn note(bytes: usize) -> String {
    format!("[{bytes} bytes left out]")
}

/// The beginning of a text, with the note behind it.
fn text_to_fit(text: &str, budget: usize) -> Value {
    let note = note(text.len());
    let room = budget.saturating_sub(note.len() + 4);
    let mut end = text.floor_char_boundary(room);
    // Characters that JSON escapes take more than their own bytes.
    while end > 0 && length(&text[..end].into()) > room + 2 {
        end = text.floor_char_boundary(end / 2);
    }
    format!("{}{note}", &text[..end]).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_stays_as_it_is() {
        let value = json!({ "a": [1, 2, 3] });
        assert_eq!(to_fit(value.clone(), 100), value);
    }

    #[test]
    fn the_largest_part_gives_way_and_the_small_ones_stay() {
        let value = json!({ "name": "site", "big": vec!["x".repeat(50); 100], "rest": { "a": 1 } });
        let cut = to_fit(value, 1_000);
        assert!(length(&cut) <= 1_000, "{}", length(&cut));
        assert_eq!((&cut["name"], &cut["rest"]), (&json!("site"), &json!({ "a": 1 })));
        assert!(cut["big"].as_array().unwrap().last().unwrap().as_str().unwrap().ends_with("more left out]"));
    }

    #[test]
    fn any_depth_and_any_text_fits() {
        let text = "ü\"\n".repeat(2_000);
        let value = json!({ "a": { "b": { "c": text, "d": [{ "e": text }] } }, "f": text });
        for budget in [500, 2_000, 10_000] {
            assert!(length(&to_fit(value.clone(), budget)) <= budget);
        }
    }
}
