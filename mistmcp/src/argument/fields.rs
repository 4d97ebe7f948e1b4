//! Field mask of a call: [`Fields`].

use std::collections::HashSet;
use std::fmt;

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, NAME, QueryValue, names};

/// Maximum number of names in a call.
const MAX_NAMES: usize = 200;
/// Maximum number of parts of a name: nesting depth, plus the dots in addresses.
const MAX_PARTS: usize = 24;

/// Field mask: the fields to keep of each row, with dots for nested ones, as in
/// `radio_stat.band_5.channel`. The server applies it; it is not sent to Mist.
///
/// A list tool declares it as `fields: Option<Fields>`, unless its page group contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(Vec<String>);

impl Fields {
    /// The names; empty if all fields are kept.
    pub fn names(&self) -> &[String] {
        if self.0.iter().any(|name| name == "*") { &[] } else { &self.0 }
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(","))
    }
}

impl Arg for Fields {
    const DESCRIPTION: &'static str = "Keep only these fields of each row: names with commas, and a dot for what is nested, such as \
         `name,radio_stat.band_5.channel`.";
    const BRIEF: &'static str = "Keep only these fields of each row";
    const PICKS_FIELDS: bool = true;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let mut names = names(value)
            .map_err(|_| Mismatch::wanted("names of fields, such as \"name,radio_stat.band_5.channel\""))?;
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        if names.len() > MAX_NAMES {
            return Err(Mismatch::wanted(format!("at most {MAX_NAMES} names of fields")));
        }
        if names.iter().any(|name| name.chars().count() > NAME || name.split('.').count() > MAX_PARTS) {
            return Err(Mismatch::wanted(format!(
                "names of fields with at most {NAME} characters and {MAX_PARTS} parts each"
            )));
        }
        Ok(Self(names))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Nothing
    }

    fn fields(&self) -> Option<&Fields> {
        Some(self)
    }

    fn is_absent(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().all(Self::is_absent),
            other => String::is_absent(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Vec<String> {
        Fields::read(value).unwrap().names().to_vec()
    }

    #[test]
    fn fields_come_as_a_list_as_one_name_or_with_commas() {
        for value in [
            json!(["a", "b.c"]),
            json!("a,b.c"),
            json!(" a , b.c ,"),
            json!(["a,b.c"]),
            json!("[\"a\",\"b.c\"]"),
        ] {
            assert_eq!(read(&value), ["a", "b.c"], "{value}");
        }
        assert_eq!(read(&json!("a")), ["a"]);
        assert!(Fields::read(&json!({ "a": 1 })).is_err());
    }

    #[test]
    fn no_fields_and_a_star_mean_all_of_them() {
        for value in [json!(null), json!(""), json!([]), json!([""])] {
            assert_eq!(Option::<Fields>::read(&value), Ok(None), "{value}");
        }
        assert_eq!(read(&json!("*")), [""; 0]);
        assert_eq!(read(&json!(["a", "*"])), [""; 0]);
    }

    #[test]
    fn fields_are_bounded_in_number_length_and_depth_and_each_counts_once() {
        assert_eq!(read(&json!("a,b,a,a")), ["a", "b"]);
        let many = |count: usize| (0..count).map(|number| format!("n{number}")).collect::<Vec<_>>().join(",");
        assert_eq!(read(&json!(many(200))).len(), 200);
        for refused in [json!(many(201)), json!("x".repeat(201)), json!(vec!["a"; 25].join("."))] {
            let refused = Fields::read(&refused).unwrap_err().to_string();
            assert!(refused.contains("at most"), "{refused}");
        }
    }

    #[test]
    fn fields_are_not_sent() {
        assert_eq!(Fields::read(&json!("a")).unwrap().wire(), QueryValue::Nothing);
    }
}
