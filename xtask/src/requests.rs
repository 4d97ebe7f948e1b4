//! What each tool sends to Mist, a line a tool: the table that the tests hold the running server against.

use mistmcp::serde_json::{Value, json};
use mistmcp::{Catalog, Entry, Run};

/// The table. A tool with a body sends what its code says, and has no request in it.
pub(crate) fn table(catalog: &Catalog) -> String {
    let mut entries: Vec<_> = catalog.entries().iter().collect();
    entries.sort_by_key(|entry| entry.tool().name);
    let lines: Vec<_> = entries
        .into_iter()
        .map(|entry| format!("{}: {}", json!(entry.tool().name), request(entry)))
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

fn request(entry: &Entry) -> Value {
    let Run::Endpoint(endpoint) = &entry.tool().run else { return Value::Null };
    json!({ endpoint.method.as_str().to_ascii_lowercase(): endpoint.path, "query": entry.in_query() })
}
