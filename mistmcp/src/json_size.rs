//! The size of a JSON text, measured before it is parsed: [`JsonSize`]. Parsed values take many times the bytes of
//! their text.

use serde_json::Value;

/// The number of values in a JSON text. A text that is not JSON is counted at least as far as a parser reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonSize {
    bytes: usize,
    values: usize,
    /// Arrays and objects that are not empty.
    containers: usize,
}

/// Estimated memory of a value, and of an array or object besides its values. A `serde_json::Value` has 72 bytes; a list
/// has room for four of them as soon as it has one, and an object for as many members with their hashes.
const VALUE: usize = 128;
const CONTAINER: usize = 256;

impl JsonSize {
    /// Counts the values of a text. None if there are more than `most`.
    pub(crate) fn of(text: &[u8], most: usize) -> Option<Self> {
        let mut size = Self { bytes: text.len(), values: 1, containers: 0 };
        let (mut at, mut is_opened) = (0, false);
        while let Some(byte) = text.get(at) {
            at += 1;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => continue,
                b']' | b'}' => {
                    is_opened = false;
                    continue;
                }
                _ => {}
            }
            if std::mem::take(&mut is_opened) {
                size.containers += 1;
                size.values += 1;
            }
            match byte {
                b'[' | b'{' => is_opened = true,
                b',' => size.values += 1,
                b'"' => at += string_length(&text[at..]),
                _ => {}
            }
            if size.values > most {
                return None;
            }
        }
        Some(size)
    }

    /// Whether what was parsed from the text has all of its values. It lacks those of a member whose name is repeated.
    pub(crate) fn is_whole(self, parsed: &Value) -> bool {
        self.values == values(parsed)
    }

    /// Estimated memory of the parsed values.
    pub(crate) fn memory(self) -> usize {
        self.bytes + self.values * VALUE + self.containers * CONTAINER
    }
}

fn values(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(members) => members.values().map(values).sum(),
        _ => 0,
    }
}

/// Bytes up to the end of a string, whose opening quotation mark has been read.
fn string_length(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &text[at..]) {
        at += found + 1;
        if text[at - 1] == b'"' {
            return at;
        }
        // The escaped character.
        at = (at + 1).min(text.len());
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_equals_that_of_the_parsed_values() {
        for text in [
            "1",
            "[]",
            "{}",
            " [ ] ",
            "[1,2,3]",
            "[[],[[]],{}]",
            r#"{"a": [1, {"b": null}], "c": "d, [e] {f: g}"}"#,
            r#"["\"", "\\", "\\\"[,", ",,,,"]"#,
            r#"{"\\":[true,false]}"#,
        ] {
            let size = JsonSize::of(text.as_bytes(), 100).unwrap();
            assert_eq!(size.values, values(&serde_json::from_str(text).unwrap()), "{text}");
            assert!(JsonSize::of(text.as_bytes(), size.values - 1).is_none() || size.values == 1, "{text}");
        }
    }

    #[test]
    fn a_repeated_name_leaves_values_of_the_text_out() {
        for (text, is_whole) in [
            (r#"{"a":1,"b":1}"#, true),
            (r#"[{"a":1},{"a":1}]"#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":{"b":[{"c":1,"c":[2,3]}]}}"#, false),
            (r#"{"a":1,"\u0061":2}"#, false),
        ] {
            let size = JsonSize::of(text.as_bytes(), 100).unwrap();
            assert_eq!(size.is_whole(&serde_json::from_str(text).unwrap()), is_whole, "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_json_is_counted_as_far_as_it_can_be_parsed() {
        for text in ["[1,2,3", "[[[[[[[[", r#"["a,b"#, r#"{"a":1,"b\"#, "[1,2,\"", "[,,,"] {
            assert!(JsonSize::of(text.as_bytes(), 100).is_some(), "{text}");
        }
        for text in ["[".repeat(200), "[1".to_owned() + &",1".repeat(200), "{\"a\":".repeat(200)] {
            assert!(JsonSize::of(text.as_bytes(), 100).is_none(), "{text}");
        }
    }

    #[test]
    fn the_estimate_grows_with_values_and_not_with_bytes_alone() {
        let (flat, nested) = ("x".repeat(1_000), "[".repeat(500) + &"]".repeat(500));
        let memory = |text: &str| JsonSize::of(text.as_bytes(), usize::MAX).unwrap().memory();
        assert!(memory(&format!("\"{flat}\"")) < 1_500);
        assert!(memory(&nested) > 500 * size_of::<Value>() * 4);
    }
}
