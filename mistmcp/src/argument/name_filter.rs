//! Name filter of a search: [`NameFilter`].

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, NAME, QueryValue};

/// Name filter for parameters that accept `*` as a wildcard. A search for a full name without
/// results is repeated for names that contain it, and the reply says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameFilter(String);

impl Arg for NameFilter {
    const MAX_LENGTH: usize = NAME;
    const WIDENS: bool = true;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = String::read(value)?;
        let text = text.trim();
        let is_end = |part: &str| part.len() > 1 && part.starts_with('*') && !part.ends_with('*');
        match text.split(',').map(str::trim).find(|part| is_end(part)) {
            // Mist answers nothing for it, as if there were no such name.
            Some(part) => Err(Mismatch::quoting(format!(
                "\"{}*\", a part anywhere in the name,",
                crate::text::shortened(part, 60)
            ))),
            None => Ok(Self(text.to_owned())),
        }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_that_ends_a_name_is_refused_with_the_form_that_finds_it() {
        for name in ["office", "off*", "*fice*", "*", "a,b", "*a*, b*"] {
            assert!(NameFilter::read(&json!(name)).is_ok(), "{name}");
        }
        for (written, form) in [("*fice", "\"*fice*\""), ("a, *fice", "\"*fice*\"")] {
            let told = NameFilter::read(&json!(written)).unwrap_err().to_string();
            assert!(told.contains(form), "{told}");
        }
    }
}
