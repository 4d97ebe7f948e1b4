//! Fields without a value, which are pruned from rows ([`EmptyFields`]): a table of a query has columns for them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::text::visible;

/// Paths at most, and the depth and the bytes of each.
const MAX_PATHS: usize = 500;
const DEEPEST: usize = 6;
const LONGEST: usize = 200;

/// Paths of fields that are empty in a row: `name`, `stat.up`.
#[derive(Debug, Default)]
pub(super) struct EmptyFields {
    pub(super) paths: BTreeSet<String>,
}

impl EmptyFields {
    /// Adds the empty fields of a row that is not pruned yet.
    pub(super) fn of_row(&mut self, row: &Value) {
        self.add(row, &mut String::new(), 0);
    }

    fn add(&mut self, value: &Value, path: &mut String, depth: usize) {
        let Value::Object(fields) = value else { return };
        // Keys that are data, such as the names of ports, have signs or are many.
        if depth > DEEPEST || depth > 0 && fields.keys().any(|key| key.contains(['/', ':', '.', ' '])) {
            return;
        }
        for (name, value) in fields {
            let is_empty = match value {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Object(fields) => fields.is_empty(),
                _ => false,
            };
            if !is_empty && !value.is_object() || path.len() + name.len() > LONGEST {
                continue;
            }
            let before = path.len();
            if before > 0 {
                path.push('.');
            }
            path.push_str(&visible(name));
            if !is_empty {
                self.add(value, path, depth + 1);
            } else if self.paths.len() < MAX_PATHS && !self.paths.contains(path.as_str()) {
                self.paths.insert(path.clone());
            }
            path.truncate(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn empty_fields_are_named_by_their_paths() {
        let mut empty = EmptyFields::default();
        empty.of_row(&json!({ "a": null, "b": { "c": "", "d": 1, "e": {} }, "f": [null], "g": false }));
        empty.of_row(&json!({ "ports": { "ge-0/0/1": { "up": null } } }));
        assert_eq!(empty.paths.into_iter().collect::<Vec<_>>(), ["a", "b.c", "b.e"]);
    }

    #[test]
    fn they_are_bounded() {
        let mut empty = EmptyFields::default();
        for row in 0..100 {
            let fields = (0..100).map(|field| (format!("f{row}_{field}"), Value::Null));
            empty.of_row(&Value::Object(fields.collect()));
        }
        assert_eq!(empty.paths.len(), MAX_PATHS);
    }
}
