//! Hides secrets: passwords, keys and tokens in fields, in texts and in files. Metadata of a secret, such as its name
//! or its expiry, stays.
//!
//! Names are judged by their parts (`names`) and by the names above them (`field_context`); most have none of the parts
//! of letters that all secrets have (`stems`). `values` walks through JSON, `columns` through tables in it, `text`
//! through texts, `files` through files. Texts are searched for names with values (`assignments`), configurations
//! (`config_lines`, `formats`), sentences (`prose`), commands of a shell (`commands`), tables (`tables`), URLs (`urls`), XML
//! (`xml`), and secrets that are known by their shape (`token_patterns`); as they are written, and as they read
//! without escapes (`escapes`), with the ends of their lines in one form (`line_ends`). An evaluation in `mistmcp/evaluation/secrets`
//! measures them, and `cargo xtask secrets` holds the names against Mist's document.

mod assignments;
mod changes;
mod columns;
mod commands;
mod config_lines;
mod config_statement;
mod config_words;
mod escapes;
mod field_context;
mod files;
mod formats;
mod headers;
mod hidden_ranges;
mod json_tables;
mod keys;
mod lexer;
mod line_ends;
mod line_prefix;
mod line_reader;
mod name_parts;
mod names;
mod prose;
mod remarks;
mod separators;
mod stems;
mod tables;
mod text;
mod token_patterns;
mod urls;
mod values;
mod variables;
mod words;
mod xml;

#[cfg(test)]
mod kinds_tests;

use serde_json::{Map, Value};

use super::File;
use field_context::FieldContext;
use names::Sense;

/// The replacement of a secret.
pub(crate) const HIDDEN: &str = "[hidden]";

/// Hides the secrets in a value.
pub(crate) fn redact(value: &mut Value) {
    values::redact("", value, FieldContext::default());
}

/// Hides the secrets in the fields of an object.
pub(crate) fn redact_object(object: &mut Map<String, Value>) {
    values::redact_object(object, FieldContext::default());
}

/// Whether a field of this name holds the name of a value beside it, or a path to it: `name`, `field`, `key`.
#[must_use]
pub fn is_name_of_pair(name: &str) -> bool {
    matches!(names::sense(name), Sense::PairName | Sense::Key)
}

/// Whether a field of this name holds the value for a name beside it, or an old or a new one: `value`, `old`.
#[must_use]
pub fn is_value_of_pair(name: &str) -> bool {
    names::sense(name) == Sense::PairValue
}

/// The text of a field without the secrets in it; nothing where there are none.
pub(crate) fn redact_text(field: &str, text: &str) -> Option<String> {
    text::TextReader::new(field, FieldContext::default()).read(text, false)
}

/// Whether a value has a link that does not work once the secrets in it are hidden: a signed URL.
pub(crate) fn has_signed_link(value: &Value) -> bool {
    match value {
        Value::String(text) => urls::is_signed(text),
        Value::Array(items) => items.iter().any(has_signed_link),
        Value::Object(fields) => fields.values().any(has_signed_link),
        _ => false,
    }
}

/// A file without the secrets in it.
pub(crate) fn redact_file(file: File) -> File {
    files::redact(file)
}

/// Whether a field of this name, inside a field of that one, holds a secret.
pub(crate) fn is_secret(inside: &str, name: &str) -> bool {
    matches!(FieldContext::default().below(inside).sense(name), Sense::Secret | Sense::Credential)
}
