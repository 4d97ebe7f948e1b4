//! Rendering of a value that is not a list, with its largest parts truncated ([`render`]).

use serde_json::{Map, Value};

use super::measure::{length, length_within};
use super::prune::{prune, prune_and_redact};
use super::request_facts::{Expected, RequestFacts};
use super::secrets::redact;
use super::sentences::Sentences;
use super::source::Source;
use super::{Format, Rules, field_mask, truncate, write};
use crate::{Result, work};

/// Renders a value that is not a list, without its largest parts if it is too long.
pub(super) fn render(
    mut value: Value,
    source: &Source,
    rules: &Rules,
    facts: &RequestFacts,
) -> Result<String> {
    let remarks: Vec<_> = source.remarks().collect();
    let mut about = Map::new();
    let fields = facts.fields.as_ref().filter(|_| value.is_object());
    if let Some(fields) = fields {
        about = field_mask::unknown(std::slice::from_ref(&value), fields, rules.show_secrets);
    }
    if source.is_answer {
        prune(&mut value);
        let sentences = Sentences::take(&mut value);
        if !rules.show_secrets {
            redact(&mut value);
        }
        sentences.put_back(&mut value);
    } else {
        prune_and_redact(&mut value, rules.show_secrets);
    }
    if let Some(fields) = fields {
        field_mask::keep(&mut value, fields);
    }
    // A `note` of Mist or of the tool is kept.
    let name = if value.get("note").is_some() { "warning" } else { "note" };
    match &mut value {
        Value::Object(object) => {
            // A single text, such as the link to a file, is of no window.
            let is_text = object.len() == 1 && object.values().all(Value::is_string);
            let is_one = facts.expected == Expected::One;
            if !is_one && !is_text && !object.is_empty() && !object.contains_key("start") {
                about.extend(facts.window());
            }
            about.extend(std::mem::take(object));
            if !remarks.is_empty() {
                about.insert(name.into(), remarks.join(" ").into());
            }
            *object = about;
        }
        Value::String(_) => {}
        _ => return write(&value, rules.format),
    }
    // TOON is sometimes shorter than JSON, so only a value that is far too long is known to be so without
    // rendering.
    if length_within(&value, rules.max_bytes.saturating_mul(4)).is_some() {
        let text = write(&value, rules.format)?;
        if text.len() <= rules.max_bytes {
            return Ok(text);
        }
    }
    in_parts(&value, rules.max_bytes, rules.format, |part, parts| match part {
        Value::Object(part) => {
            let ways = facts.ways_to_parts(parts);
            let note =
                remarks.iter().map(String::as_str).chain([ways.as_str()]).collect::<Vec<_>>().join(" ");
            let mut object = Map::from_iter([(name.to_owned(), note.into())]);
            for (name, value) in part {
                object.entry(name).or_insert(value);
            }
            Value::Object(object)
        }
        other => other,
    })
}

/// Renders a truncated value that fits together with what `frame` adds to it. `frame` gets the names of the
/// truncated parts.
pub(super) fn in_parts(
    value: &Value,
    budget: usize,
    format: Format,
    frame: impl Fn(Value, &[String]) -> Value,
) -> Result<String> {
    /// Bytes reserved for the names of the parts.
    const NAMES: usize = 240;
    let mut room = budget.saturating_sub(length(&frame(Value::Object(Map::new()), &[])) + NAMES);
    loop {
        let mut part = value.clone();
        let parts = truncate::within_limit(&mut part, room);
        let text = write(&frame(part, &parts), format)?;
        if text.len() <= budget {
            return Ok(text);
        }
        if room == 0 || work::is_abandoned() {
            return write(&frame("[left out]".into(), &[]), format);
        }
        room = less(room, budget, text.len());
    }
}

/// The next smaller budget to try, after `room` resulted in `size` bytes instead of `wanted`.
pub(super) fn less(room: usize, wanted: usize, size: usize) -> usize {
    if room < 100 { 0 } else { (room * wanted / size).min(room - room / 10) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_note_of_the_object_is_kept_where_the_object_is_cut() {
        let rules = Rules { max_bytes: 1_000, format: Format::Json, show_secrets: false };
        let facts = RequestFacts::test(&[], json!({}));
        let big = vec!["y".repeat(90); 100];
        for (value, of_cut) in
            [(json!({ "big": big }), "note"), (json!({ "note": "Of Mist.", "big": big }), "warning")]
        {
            let text = render(value.clone(), &Source::default(), &rules, &facts).unwrap();
            let shown: Value = serde_json::from_str(&text).unwrap();
            assert!(shown[of_cut].as_str().is_some_and(|note| note.contains("`big`")), "{shown}");
            assert!(value.get("note").is_none_or(|note| *note == shown["note"]), "{shown}");
        }
    }
}
