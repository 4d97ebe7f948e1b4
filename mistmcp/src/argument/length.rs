//! Length limits of argument texts, which bound the cost of a call.

use serde_json::Value;

use super::Mismatch;

/// Default maximum length of an argument's text in bytes.
pub(crate) const TEXT: usize = 64 * 1024;
/// Maximum length of a name, id or time in characters.
pub(crate) const NAME: usize = 200;

/// Checks the texts of an argument against its type's limit.
///
/// # Errors
/// They are longer. The message names the limit and the length.
pub(super) fn check(value: &Value, max_length: usize) -> Result<(), Mismatch> {
    let bytes = bytes(value);
    // Fast path: a character has at least one byte.
    if bytes <= max_length.min(TEXT) {
        return Ok(());
    }
    let characters = characters(value);
    if characters > max_length {
        return Err(Mismatch::wanted(format!(
            "a text of at most {max_length} characters (this has {characters})"
        )));
    }
    if bytes > max_length.max(TEXT) {
        return Err(Mismatch::wanted(format!(
            "a text of at most {} bytes (this has {bytes})",
            max_length.max(TEXT)
        )));
    }
    Ok(())
}

/// Total bytes of all texts in a value, plus one per item of a list or an object.
fn bytes(value: &Value) -> usize {
    measure(value, &str::len)
}

fn characters(value: &Value) -> usize {
    measure(value, &|text: &str| text.chars().count())
}

fn measure(value: &Value, length: &impl Fn(&str) -> usize) -> usize {
    match value {
        Value::String(text) => length(text),
        Value::Array(items) => items.iter().map(|item| 1 + measure(item, length)).sum(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| 1 + length(name) + measure(value, length)).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_accepted_up_to_its_limit() {
        for (value, limit, taken) in [
            (json!("x".repeat(200)), 200, true),
            (json!("x".repeat(201)), 200, false),
            (json!("ü".repeat(200)), 200, true),
            (json!("😀".repeat(201)), 200, false),
            (json!("x".repeat(TEXT)), TEXT, true),
            (json!("x".repeat(TEXT + 1)), TEXT, false),
            // The byte limit applies to any script.
            (json!("ü".repeat(TEXT - 1)), TEXT, false),
            (json!("x".repeat(TEXT + 1)), 2 * TEXT, true),
        ] {
            assert_eq!(check(&value, limit).is_ok(), taken, "{} bytes of {limit}", bytes(&value));
        }
    }

    #[test]
    fn the_texts_of_a_list_count_together_and_so_do_its_items() {
        for value in [
            json!(vec!["x".repeat(99); 3]),
            json!(vec![1; 201]),
            json!([[["x".repeat(201)]]]),
            json!({ "x".repeat(201): 1 }),
        ] {
            let refused = check(&value, NAME).unwrap_err().to_string();
            assert!(refused.contains("at most 200 characters"), "{refused}");
        }
        assert!(check(&json!(["x".repeat(99), "y".repeat(99)]), NAME).is_ok());
    }
}
