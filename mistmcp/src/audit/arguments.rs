//! Arguments in a line of the audit log: without secrets, and of bounded length ([`redacted`]).

use serde_json::{Map, Value};

use super::sql;
use crate::reply::{is_name_of_pair, is_value_of_pair, redact_object};
use crate::text::shortened;

/// The most bytes of arguments in a line.
pub(super) const MOST_ARGUMENTS: usize = 16 * 1024;
/// The same, of a call that Mist was not asked for with a token that it has not accepted.
pub(super) const MOST_OF_SHORT: usize = 400;
/// How much of arguments, and of a name, is searched for secrets: the search of more would keep other lines waiting.
pub(super) const MOST_SEARCHED: usize = 2 * MOST_ARGUMENTS;

/// Arguments without secrets, of `most` bytes.
pub(super) fn redacted(mut arguments: Map<String, Value>, most: usize) -> Value {
    // Before it is cut: the name of a secret may stand behind its value.
    sql::hide_literals(&mut arguments);
    let mut room = MOST_SEARCHED;
    let is_cut = !cut_object(&mut arguments, &mut room);
    redact_object(&mut arguments);
    if !is_cut && bytes(&arguments) <= most {
        return Value::Object(arguments);
    }
    let mut text = Value::Object(arguments).to_string();
    if is_cut {
        text.push('…');
    }
    Value::Object(Map::from_iter([("cut".to_owned(), shortened(&text, most).into())]))
}

/// Cuts an object after the room that is left, without the values whose name is cut off: it tells whether they are
/// secrets. Returns whether it is complete.
fn cut_object(object: &mut Map<String, Value>, room: &mut usize) -> bool {
    let mut is_complete = true;
    object.retain(|name, value| {
        let fits = is_complete && take(room, 4 + name.len());
        is_complete = fits && cut(value, room);
        fits
    });
    if !is_complete && !object.keys().any(|name| is_name_of_pair(name)) {
        object.retain(|name, _| !is_value_of_pair(name));
    }
    is_complete
}

/// The same, of any value.
fn cut(value: &mut Value, room: &mut usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => take(room, 8),
        Value::String(text) => {
            let left = *room;
            let fits = take(room, 4 + text.len());
            if !fits {
                *text = shortened(text, left);
            }
            fits
        }
        Value::Array(items) => {
            let whole = items.len();
            let mut is_complete = take(room, 4);
            items.retain_mut(|item| {
                let is_kept = is_complete;
                is_complete = is_kept && cut(item, room);
                is_kept
            });
            is_complete && items.len() == whole
        }
        Value::Object(object) => cut_object(object, room),
    }
}

/// Takes so many bytes of the room. Where they do not fit, none is left.
fn take(room: &mut usize, bytes: usize) -> bool {
    let left = room.checked_sub(bytes);
    *room = left.unwrap_or(0);
    left.is_some()
}

/// The bytes that arguments take, roughly.
pub(super) fn bytes(arguments: &Map<String, Value>) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
            Value::String(text) => 4 + text.len(),
            Value::Array(items) => 4 + items.iter().map(of).sum::<usize>(),
            Value::Object(object) => bytes(object),
        }
    }
    4 + arguments.iter().map(|(name, value)| 4 + name.len() + of(value)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("no object: {value}") };
        object
    }

    #[test]
    fn long_arguments_are_cut_before_they_are_searched() {
        let long = "password ".repeat(10_000);
        for arguments in [
            json!({ "a": long }),
            json!({ "a": { "b": [1, { "c": long }], "later": "x" }, "later": "x" }),
            json!({ "a": vec!["password x"; 10_000], "later": "x" }),
            json!({ long.as_str(): "x", "later": "x" }),
            Value::Object((0..5_000).map(|number| (format!("field{number}"), json!("password"))).collect()),
        ] {
            let mut arguments = object(arguments);
            let mut room = MOST_SEARCHED;
            assert!(!cut_object(&mut arguments, &mut room));
            assert!(bytes(&arguments) <= MOST_SEARCHED + 64, "{}", bytes(&arguments));
            assert_eq!(arguments.get("later"), None);
        }
        // The name of a value is cut off: what it is, nothing tells.
        let pair = json!({ "value": "hunter2", "note": long, "name": "psk" });
        let written = redacted(object(json!({ "pair": pair })), MOST_ARGUMENTS).to_string();
        assert!(!written.contains("hunter2"), "{written}");
        let short = object(json!({ "a": [null, true, 1, "x", { "b": "é" }], "c": {} }));
        let mut uncut = short.clone();
        assert!(cut_object(&mut uncut, &mut MOST_SEARCHED.clone()));
        assert_eq!(uncut, short);
    }

    #[test]
    fn arguments_that_were_cut_are_shown_as_such_although_little_is_left_of_them() {
        let arguments = json!({ "password": "x ".repeat(50_000), "later": "password: hunter2" });
        let shown = redacted(object(arguments), MOST_ARGUMENTS);
        assert_eq!(shown, json!({ "cut": r#"{"password":"[hidden]"}…"# }));
        let long = json!({ "a": format!("password: hunter2 {}", "b ".repeat(20_000)) });
        let shown = redacted(object(long), MOST_ARGUMENTS)["cut"].as_str().unwrap().to_owned();
        assert!(shown.starts_with(r#"{"a":"password: [hidden] b b"#) && shown.ends_with('…'), "{shown}");
        assert!(shown.len() <= MOST_ARGUMENTS);
        assert_eq!(
            redacted(object(json!({ "psk": "x", "b": 1 })), MOST_ARGUMENTS),
            json!({ "psk": "[hidden]", "b": 1 })
        );
    }
}
