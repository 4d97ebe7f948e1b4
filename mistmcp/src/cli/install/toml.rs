//! Editing of a server's entry in a TOML settings file. Everything else is kept.

use serde_json::{Map, Value};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike};

use super::document::{Problem, RemovedEntry};
use super::entry::ClientEntry;
use super::existing::OWN_KEYS;

/// The text with the entry in the table `servers`.
pub(super) fn put(text: &str, servers: &str, entry: &ClientEntry) -> Result<String, Problem> {
    let mut document = parse(text)?;
    let table = document.entry(servers).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let table = table.as_table_like_mut().ok_or_else(|| Problem::other_kind(servers))?;
    let known = table.get(&entry.name).and_then(Item::as_table_like).map(read);
    if known.as_ref() != Some(&entry.server) {
        let is_own = |key: &String| OWN_KEYS.contains(&key.as_str());
        if known.is_none_or(|known| known.keys().all(is_own)) {
            table.insert(&entry.name, Item::Table(Table::new()));
        }
        let server = table.get_mut(&entry.name).and_then(Item::as_table_like_mut).ok_or(Problem::NoTable)?;
        // What others added stays as it is written.
        for key in OWN_KEYS {
            server.remove(key);
        }
        for (key, value) in entry.server.iter().filter(|(key, _)| is_own(key)) {
            server.insert(key, Item::Value(written(value).ok_or(Problem::NoTable)?));
        }
    }
    Ok(with_line_ends_of(text, document.to_string()))
}

/// The text without the entry of that name, and the entry.
pub(super) fn take(text: &str, servers: &str, name: &str) -> Result<Option<RemovedEntry>, Problem> {
    let mut document = parse(text)?;
    let Some(table) = document.get_mut(servers).and_then(Item::as_table_like_mut) else { return Ok(None) };
    let Some(found) = table.get(name) else { return Ok(None) };
    let server = found.as_table_like().map(read).ok_or_else(|| Problem::other_kind(name))?;
    table.remove(name);
    if table.is_empty() {
        document.remove(servers);
    }
    let entry = ClientEntry { name: name.to_owned(), server, inputs: Vec::new() };
    Ok(Some(RemovedEntry { entry, rest: with_line_ends_of(text, document.to_string()) }))
}

/// The text of the entry alone.
pub(super) fn snippet(servers: &str, entry: &ClientEntry) -> String {
    put("", servers, entry).unwrap_or_default()
}

fn parse(text: &str) -> Result<DocumentMut, Problem> {
    text.parse::<DocumentMut>().map_err(|error| {
        let before = &text[..text.floor_char_boundary(error.span().map_or(0, |span| span.start))];
        let (line, column) =
            (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
        Problem::Syntax { line, column, what: error.message().to_owned() }
    })
}

/// A server's table as JSON would have it. What entries of this program never hold becomes nothing, and so is another.
fn read(table: &dyn TableLike) -> Map<String, Value> {
    table.iter().map(|(key, item)| (key.to_owned(), read_item(item))).collect()
}

fn read_item(item: &Item) -> Value {
    match item {
        Item::Value(toml_edit::Value::Array(array)) => {
            array.iter().map(|value| value.as_str().map_or(Value::Null, Value::from)).collect()
        }
        Item::Value(toml_edit::Value::String(text)) => text.value().as_str().into(),
        item => item.as_table_like().map_or(Value::Null, |table| Value::Object(read(table))),
    }
}

fn written(value: &Value) -> Option<toml_edit::Value> {
    Some(match value {
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => {
            toml_edit::Value::Array(values.iter().map(written).collect::<Option<Array>>()?)
        }
        Value::Object(object) => {
            let pairs = object.iter().map(|(key, value)| Some((key.as_str(), written(value)?)));
            toml_edit::Value::InlineTable(pairs.collect::<Option<InlineTable>>()?)
        }
        _ => return None,
    })
}

/// The writer ends lines as Unix does, whatever the file did.
fn with_line_ends_of(text: &str, written: String) -> String {
    let windows = text.matches("\r\n").count();
    if windows > 0 && windows == text.matches('\n').count() {
        written.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        written
    }
}
