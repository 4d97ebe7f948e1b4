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
        String::read(value).map(|text| Self(text.trim().to_owned()))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}
