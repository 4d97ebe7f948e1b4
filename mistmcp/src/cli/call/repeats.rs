//! Detection of repeated pages.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};
use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

/// Detector of repeated pages, from a `next` that leads back or from ever new cursors. It stores
/// hashes only.
#[derive(Debug)]
pub(super) struct Repeats {
    arguments: HashSet<u64>,
    pages: HashSet<u64>,
    /// The call picks fields, so that different rows may look alike.
    picks_fields: bool,
}

impl Repeats {
    /// Of a run that begins with these arguments.
    pub(super) fn new(arguments: &Map<String, Value>) -> Self {
        let picks_fields = arguments.contains_key("fields");
        Self { arguments: HashSet::from([hash(arguments)]), pages: HashSet::new(), picks_fields }
    }

    /// Whether a call with these arguments was made before.
    pub(super) fn was_called(&mut self, arguments: &Map<String, Value>) -> bool {
        !self.arguments.insert(hash(arguments))
    }

    /// Whether a page with these rows was there before.
    pub(super) fn was_answered(&mut self, rows: &[Value], next: Option<&Map<String, Value>>) -> bool {
        let window = ["start", "end", "duration"];
        let place = next.filter(|_| self.picks_fields);
        let place: Vec<_> =
            place.into_iter().flatten().filter(|(name, _)| !window.contains(&name.as_str())).collect();
        !rows.is_empty() && !self.pages.insert(hash(&(rows, place)))
    }
}

fn hash(value: &impl Serialize) -> u64 {
    struct Hashed(DefaultHasher);
    impl io::Write for Hashed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hashed = Hashed(DefaultHasher::new());
    // JSON can be written, and hashing does not fail.
    let _ = serde_json::to_writer(&mut hashed, value);
    hashed.0.finish()
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
    fn equal_arguments_and_equal_rows_are_found_again() {
        let mut repeats = Repeats::new(&object(json!({ "limit": 1 })));
        assert!(!repeats.was_called(&object(json!({ "limit": 1, "page": 2 }))));
        assert!(repeats.was_called(&object(json!({ "limit": 1 }))));
        assert!(!repeats.was_answered(&[json!(1)], None));
        assert!(!repeats.was_answered(&[json!(2)], None));
        assert!(repeats.was_answered(&[json!(1)], Some(&object(json!({ "page": 3 })))));
        assert!(!repeats.was_answered(&[], None) && !repeats.was_answered(&[], None));
    }

    #[test]
    fn with_a_field_mask_a_page_is_repeated_if_its_next_is_equal() {
        let mut repeats = Repeats::new(&object(json!({ "fields": "type" })));
        let mut answered =
            |next: Value| repeats.was_answered(&[json!({ "type": "ap" })], Some(&object(next)));
        assert!(!answered(json!({ "page": 2, "start": 1 })));
        assert!(!answered(json!({ "page": 3 })));
        assert!(answered(json!({ "page": 2 })));
    }
}
