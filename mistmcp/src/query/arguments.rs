//! Arguments of a query: the tables ([`QueryTables`]) and the SQL text ([`Sql`]).

use schemars::{Schema, json_schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::json_size::JsonSize;
use crate::text::is_any_of;
use crate::{Arg, Mismatch, QueryValue};

/// Tables of a query at most.
const MOST_TABLES: usize = 8;
/// JSON values of tables or arguments that are written as a text, at most.
const MOST_VALUES: usize = 2_000;
/// Characters of a table's name at most.
const LONGEST_NAME: usize = 60;

/// Where the rows of a table come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSource {
    /// A tool that lists, searches or counts.
    pub tool: String,
    /// Its arguments. Those that select a page are not needed: all pages are fetched.
    pub arguments: Map<String, Value>,
}

/// The tables of a query, by name: `{"aps": {"tool": "listOrgDevicesStats", "arguments": {"type": "ap"}}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryTables(pub Vec<(String, TableSource)>);

impl Arg for QueryTables {
    const DESCRIPTION: &'static str =
        "Tables by name, each with the `tool` that has its rows and that tool's `arguments`.";
    const MAX_LENGTH: usize = 64 * 1024;

    fn schema() -> Schema {
        // Some model APIs refuse an object without properties: one table stands for all. Others are allowed.
        json_schema!({
            "type": "object",
            "properties": {
                "t": {
                    "type": "object",
                    "properties": {
                        "tool": { "type": "string" },
                        "arguments": { "type": "object", "properties": { "site_id": { "type": "string" } } },
                    },
                },
            },
        })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let parsed;
        let value = match value {
            Value::String(text) => {
                parsed = of_text(text)?;
                &parsed
            }
            other => other,
        };
        let tables: Vec<_> = match value {
            Value::Object(tables) => {
                tables.iter().map(|(name, source)| named(name, source)).collect::<Result<_, _>>()?
            }
            Value::Array(tables) => tables.iter().map(in_list).collect::<Result<_, _>>()?,
            _ => return Err(wanted()),
        };
        if tables.is_empty() || tables.len() > MOST_TABLES {
            return Err(Mismatch::wanted(format!("an object with 1 to {MOST_TABLES} tables")));
        }
        for (place, (name, _)) in tables.iter().enumerate() {
            if tables[..place].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                return Err(Mismatch::sentence(format!(
                    "two tables are called `{}`, and SQL does not distinguish upper and lower case: give one of them \
                     another name.",
                    crate::text::shortened(name, LONGEST_NAME)
                )));
            }
        }
        Ok(Self(tables))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Nothing
    }
}

/// Parses JSON in a text. Its values count as those of a message do.
fn of_text<T: DeserializeOwned>(text: &str) -> Result<T, Mismatch> {
    JsonSize::of(text.as_bytes(), MOST_VALUES).ok_or_else(wanted)?;
    serde_json::from_str(text).map_err(|_| wanted())
}

fn wanted() -> Mismatch {
    // No tool is named: the session may not have it.
    Mismatch::wanted("an object such as {\"t\": {\"tool\": \"its name\", \"arguments\": {}}}")
}

/// A table in a list of objects with a `name`.
fn in_list(table: &Value) -> Result<(String, TableSource), Mismatch> {
    let Value::Object(fields) = table else { return Err(wanted()) };
    let mut fields = fields.clone();
    let Some(Value::String(name)) = fields.shift_remove("name") else { return Err(wanted()) };
    named(&name, &fields.into())
}

fn named(name: &str, source: &Value) -> Result<(String, TableSource), Mismatch> {
    let name = name.trim();
    let is_reserved = name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
        || is_any_of(name, &["json_each", "json_tree"]);
    if name.is_empty()
        || name.chars().count() > LONGEST_NAME
        || name.contains(char::is_control)
        || is_reserved
    {
        return Err(Mismatch::wanted(format!(
            "a table's name of 1 to {LONGEST_NAME} characters, such as `aps`, that SQLite does not reserve"
        )));
    }
    Ok((name.to_owned(), of(source)?))
}

/// A tool with its arguments, or its name alone.
fn of(source: &Value) -> Result<TableSource, Mismatch> {
    let Value::Object(fields) = source else {
        let tool = source.as_str().map(str::trim).filter(|tool| !tool.is_empty()).ok_or_else(wanted)?;
        return Ok(TableSource { tool: tool.to_owned(), arguments: Map::new() });
    };
    let tool = fields.get("tool").and_then(Value::as_str).map(str::trim).filter(|tool| !tool.is_empty());
    let tool = tool.ok_or_else(wanted)?.to_owned();
    let arguments = match fields.get("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments.clone(),
        // Some languages serialize an empty object as an empty list.
        Some(Value::Array(items)) if items.is_empty() => Map::new(),
        Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
        Some(Value::String(text)) => of_text(text)?,
        Some(_) => return Err(wanted()),
    };
    if let Some(other) = fields.keys().find(|key| *key != "tool" && *key != "arguments") {
        return Err(Mismatch::sentence(format!(
            "a table has `tool` and `arguments` only: move `{}` into `arguments`.",
            crate::text::shortened(other, 60)
        )));
    }
    Ok(TableSource { tool, arguments })
}

/// The text of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql(pub String);

impl Arg for Sql {
    const DESCRIPTION: &'static str =
        "One `SELECT` or `WITH` in SQLite's SQL. Without it, the answer describes the tables' columns.";
    const MAX_LENGTH: usize = 20_000;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::String(text) => Ok(Self(text.clone())),
            _ => Err(Mismatch::wanted("a text such as \"SELECT name FROM aps\"")),
        }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Nothing
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tables_are_read_in_the_forms_that_models_write() {
        let wanted = QueryTables(vec![(
            "aps".to_owned(),
            TableSource {
                tool: "listOrgDevicesStats".to_owned(),
                arguments: Map::from_iter([("type".to_owned(), json!("ap"))]),
            },
        )]);
        let source = json!({ "tool": "listOrgDevicesStats", "arguments": { "type": "ap" } });
        for value in [
            json!({ "aps": source }),
            json!({ " aps ": { "tool": " listOrgDevicesStats", "arguments": "{\"type\":\"ap\"}" } }),
            json!(json!({ "aps": source }).to_string()),
            json!([{ "name": "aps", "tool": "listOrgDevicesStats", "arguments": { "type": "ap" } }]),
        ] {
            assert_eq!(QueryTables::read(&value).as_ref(), Ok(&wanted), "{value}");
        }
        let bare = QueryTables::read(&json!({ "sites": "searchOrgSites" })).unwrap();
        assert_eq!(bare.0[0].1.tool, "searchOrgSites");
    }

    #[test]
    fn tables_that_cannot_be_are_refused_with_what_is_wanted() {
        let many: Map<String, Value> = (0..9).map(|number| (format!("t{number}"), json!("x"))).collect();
        for (value, words) in [
            (json!({}), "1 to 8 tables"),
            (Value::Object(many), "1 to 8 tables"),
            (json!(7), "an object such as"),
            (json!(format!("{{\"a\":[{}0]}}", "[],".repeat(3_000))), "an object such as"),
            (
                json!({ "a": { "tool": "x", "arguments": format!("{{\"b\":[{}0]}}", "[0],".repeat(1_500)) } }),
                "an object such as",
            ),
            (json!({ "a": { "arguments": {} } }), "an object such as"),
            (json!({ "a": "x", "A": "y" }), "upper and lower case"),
            (json!({ "": "x" }), "1 to 60 characters"),
            (json!({ "sqlite_master": "x" }), "reserve"),
            (json!({ "json_each": "x" }), "reserve"),
            (json!({ "a\u{0}b": "x" }), "1 to 60 characters"),
            (json!({ "a": { "tool": "x", "site_id": "y" } }), "move `site_id` into `arguments`"),
        ] {
            let error = QueryTables::read(&value).unwrap_err().to_string();
            assert!(error.contains(words), "{value}: {error}");
        }
    }
}
