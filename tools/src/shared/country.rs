use mistmcp::schemars::{Schema, json_schema};
use mistmcp::serde_json::Value;
use mistmcp::{Arg, Mismatch, QueryValue};

/// A country in two letters, as ISO 3166 has it.
#[derive(Clone, Debug)]
pub struct Country(String);

impl Arg for Country {
    const DESCRIPTION: &'static str = "Country in two letters, such as `DE`.";
    const BRIEF: &'static str = "Country in two letters: DE";

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-zA-Z]{2}$" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = String::read(value)?.trim().to_owned();
        if text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic()) {
            Ok(Self(text))
        } else {
            Err(Mismatch::wanted("a country in two letters such as \"DE\""))
        }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}
