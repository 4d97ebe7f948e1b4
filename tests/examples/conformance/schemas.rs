//! What a schema can say beyond types: headers, definitions, and rules among parameters.

use mistmcp::schemars::{Schema, json_schema};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{
    Arg, Arguments, Choice, Error, Mismatch, Param, ParamGroup, QueryValue, Reply, Result, mist_tool,
};

/// A text that clients send as a header, too.
pub(crate) struct Region(String);

impl Arg for Region {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "x-mcp-header": "Region" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        String::read(value).map(Self)
    }

    fn wire(&self) -> QueryValue {
        self.0.wire()
    }
}

/// What came in the header.
#[mist_tool(category = "conformance", name = "test_header_parameter")]
pub(crate) async fn header_parameter(
    /// Where to look.
    region: Region,
) -> Result<Reply> {
    Ok(Reply::blocks([region.0.into()]))
}

/// Where somebody lives: an object that the tool's schema defines once.
pub(crate) struct Address(Map<String, Value>);

impl Arg for Address {
    fn schema() -> Schema {
        json_schema!({ "$ref": "#/$defs/address" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        value.as_object().cloned().map(Self).ok_or_else(|| Mismatch::wanted("an object with street and city"))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(json!(self.0).to_string())
    }
}

/// How somebody wants to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub(crate) enum ContactMethod {
    /// By phone.
    Phone,
    /// By mail.
    Email,
}

/// Somebody, and how to reach them: parameters that depend on one another.
pub(crate) struct Contact {
    name: Option<String>,
    address: Option<Address>,
    reached_by: String,
}

impl ParamGroup for Contact {
    const PARAMS: &'static [Param] = &[
        Param::described::<Option<String>>("name", "Who it is."),
        Param::described::<Option<Address>>("address", "Where they live."),
        Param::described::<Option<ContactMethod>>("contactMethod", "How they want to be reached."),
        Param::described::<Option<String>>("phone", "Their number."),
        Param::described::<Option<String>>("email", "Their address."),
    ];

    fn rules() -> Map<String, Value> {
        let rules = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
                },
            },
            "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
            "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
            "then": { "required": ["phone"] },
            "else": { "required": ["email"] },
            "additionalProperties": false,
        });
        rules.as_object().cloned().unwrap_or_default()
    }

    fn read(arguments: &mut Arguments) -> Result<Self> {
        let by_phone =
            arguments.take::<Option<ContactMethod>>("contactMethod")? == Some(ContactMethod::Phone);
        let (phone, email) =
            (arguments.take::<Option<String>>("phone")?, arguments.take::<Option<String>>("email")?);
        let (name, reached_by) = if by_phone { ("phone", phone) } else { ("email", email) };
        let reached_by = reached_by
            .ok_or_else(|| Error::advice(format!("`{name}` is missing: say how to reach them.")))?;
        Ok(Self { name: arguments.take("name")?, address: arguments.take("address")?, reached_by })
    }
}

/// Who was named, and how to reach them.
#[mist_tool(category = "conformance", name = "json_schema_2020_12_tool")]
pub(crate) async fn json_schema(#[flatten] contact: Contact) -> Result<Reply> {
    let Contact { name, address, reached_by } = contact;
    Reply::json(
        json!({ "name": name, "address": address.map(|address| address.0), "reached_by": reached_by }),
    )
}
