//! Parameters of the answer tools.

use mistmcp::schemars::{Schema, json_schema};
use mistmcp::serde_json::Value;
use mistmcp::{Arg, Lookup, Mismatch, Presence, QueryValue};

/// The organization. Schemas do not show it, since few calls need it; calls with several organizations name it.
#[derive(Clone, Debug)]
pub struct Organization(String);

impl Organization {
    /// Its id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Arg for Organization {
    const DESCRIPTION: &'static str =
        "Organization, by its id or name. Needed only where the API token sees several.";
    const PRESENCE: Presence = Presence::Resolved;
    const LOOKUP: Option<Lookup> = Some(Lookup::Org);
    const IN_SCHEMA: bool = false;
    const MAX_LENGTH: usize = 256;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = value.as_str().map(|text| Self(text.trim().to_owned()));
        text.ok_or_else(|| Mismatch::wanted("a UUID or a name, as a text"))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}
