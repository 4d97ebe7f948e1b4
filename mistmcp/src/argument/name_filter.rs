use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, NAME, QueryValue};

/// A name to search by, for Mist's parameters that take `*` for any letters. A search for a whole name that finds
/// nothing is made again for names that have it in them, and the answer says so.
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
