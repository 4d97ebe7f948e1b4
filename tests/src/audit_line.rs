//! Lines of the audit log.

use serde_json::Value;

/// These fields of a line, as JSON, with spaces between them.
pub fn fields_of(line: &Value, names: [&str; 4]) -> String {
    names.map(|name| line[name].to_string()).join(" ")
}
