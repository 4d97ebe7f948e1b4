//! An entry of the same name that is there already: whose it is, and what of it is kept.

use std::path::Path;

use serde_json::{Map, Value};

use super::client::VARIABLE;
use super::secret::HEADER;
use crate::mist::{CERTIFICATE_FOLDERS, CERTIFICATES, EXCEPTION_VARIABLES, PROXY_VARIABLES};
use crate::{identity, quote};

/// The keys of entries of this program. Others are the user's or the client's.
pub(super) const OWN_KEYS: [&str; 11] = [
    "type",
    "command",
    "args",
    "env",
    "env_vars",
    "url",
    "serverUrl",
    "httpUrl",
    "headers",
    "env_http_headers",
    "bearer_token_env_var",
];

/// The keys of the address of a server over HTTP.
pub(super) const ADDRESSES: [&str; 3] = ["url", "serverUrl", "httpUrl"];

/// Why an entry is not of this program; `None` if it is.
pub(super) fn foreign(server: &Map<String, Value>) -> Option<String> {
    if let Some(command) = server.get("command") {
        let command = command.as_str().unwrap_or_default();
        let is_own = is_named_as_this(command) || has_own_arguments(server);
        return (!is_own).then(|| format!("is of another program: it starts {}", quote::word(stem(command))));
    }
    let address = ADDRESSES.iter().find_map(|key| server.get(*key)?.as_str()).unwrap_or_default();
    let is_own = reqwest::Url::parse(address).is_ok_and(|url| url.path() == "/mcp");
    (!is_own).then(|| format!("is of another program: its server is {}", quote::host(address)))
}

/// The name of a program, without its folder and `.exe`.
fn stem(command: &str) -> &str {
    let name = command.rsplit(['/', '\\']).next().unwrap_or_default();
    let end = name.len().saturating_sub(4);
    match name.get(end..) {
        Some(extension) if extension.eq_ignore_ascii_case(".exe") => &name[..end],
        _ => name,
    }
}

fn is_named_as_this(command: &str) -> bool {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str());
    [Some(identity::name()), program].iter().flatten().any(|name| stem(command).eq_ignore_ascii_case(name))
}

/// Whether a program of another name is started as every entry of this one is.
fn has_own_arguments(server: &Map<String, Value>) -> bool {
    let arguments = server.get("args").and_then(Value::as_array);
    let arguments: Vec<_> = arguments.into_iter().flatten().filter_map(Value::as_str).collect();
    arguments.starts_with(&["--transport", "stdio"]) && arguments.contains(&"--env-file")
}

/// The new server of an entry with what was added to the old one: keys, variables and headers that entries of this program
/// do not have.
pub(super) fn with_kept(new: &Map<String, Value>, old: &Map<String, Value>) -> Map<String, Value> {
    let is_same_kind = new.contains_key("command") == old.contains_key("command");
    let mut server = new.clone();
    for (key, value) in old {
        if !OWN_KEYS.contains(&key.as_str()) {
            server.entry(key).or_insert_with(|| value.clone());
        } else if let ("env" | "headers" | "env_http_headers", Value::Object(old), true) =
            (key.as_str(), value, is_same_kind)
        {
            let mut table = server.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
            for (name, value) in old.iter().filter(|(name, _)| !is_own_variable(name)) {
                table.entry(name).or_insert_with(|| value.clone());
            }
            if !table.is_empty() {
                server.insert(key.clone(), table.into());
            }
        }
    }
    server
}

/// Whether entries of this program set a variable or a header.
fn is_own_variable(name: &str) -> bool {
    [VARIABLE, HEADER, CERTIFICATES, CERTIFICATE_FOLDERS].contains(&name)
        || PROXY_VARIABLES.contains(&name)
        || EXCEPTION_VARIABLES.contains(&name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("{value}") };
        object
    }

    #[test]
    fn an_entry_is_of_this_program_by_its_command_arguments_or_address() {
        let name = identity::name();
        for own in [
            json!({ "command": name }),
            json!({ "command": format!("C:\\bin\\{name}.EXE"), "args": ["--demo"] }),
            json!({ "command": "/opt/other", "args": ["--transport", "stdio", "--env-file", "none"] }),
            json!({ "url": "https://mist.example.com/mcp?cloud=api.eu.mist.com" }),
            json!({ "serverUrl": "http://127.0.0.1:8000/mcp" }),
        ] {
            assert_eq!(foreign(&object(own.clone())), None, "{own}");
        }
        for (other, wanted) in [
            (json!({ "command": "uvx", "args": ["mist-mcp-python"] }), "`uvx`"),
            (json!({ "command": "/usr/bin/node", "args": ["--transport", "stdio"] }), "`node`"),
            (json!({ "command": "Zk3v9QpLr7TtYyUuIiOo" }), "characters"),
            (json!({ "url": "https://mist.example.com/sse" }), "`https://mist.example.com/…`"),
            (json!({ "disabled": true }), "another program"),
        ] {
            let words = foreign(&object(other.clone())).unwrap_or_default();
            assert!(words.contains(wanted) && !words.contains("Zk3v"), "{other}: {words}");
        }
    }

    #[test]
    fn what_was_added_is_kept_and_what_this_program_wrote_is_replaced() {
        let new = object(json!({ "command": "new", "args": ["b"], "env": { "HTTPS_PROXY": "http://p:1" } }));
        let old = object(json!({
            "disabled": true, "command": "old", "args": ["a"], "autoApprove": ["getSelf"], "env_vars": ["A"],
            "env": { "MIST_APITOKEN": "old", "NO_PROXY": "old", "RUST_LOG": "debug" },
        }));
        let wanted = json!({
            "command": "new", "args": ["b"], "disabled": true, "autoApprove": ["getSelf"],
            "env": { "HTTPS_PROXY": "http://p:1", "RUST_LOG": "debug" },
        });
        assert_eq!(Value::Object(with_kept(&new, &old)), wanted);
        let bare = object(json!({ "command": "new" }));
        assert_eq!(with_kept(&bare, &old)["env"], json!({ "RUST_LOG": "debug" }));
        // A server over HTTP has no use for the variables of a program, nor for headers of another address.
        let http = object(json!({ "url": "https://h/mcp", "headers": { "X-Authorization": "new" } }));
        let kept = json!({ "url": "https://h/mcp", "headers": { "X-Authorization": "new" }, "disabled": true,
            "autoApprove": ["getSelf"] });
        assert_eq!(Value::Object(with_kept(&http, &old)), kept);
        let old =
            object(json!({ "url": "https://g/mcp", "headers": { "X-Authorization": "o", "X-Team": "a" } }));
        assert_eq!(with_kept(&http, &old)["headers"], json!({ "X-Authorization": "new", "X-Team": "a" }));
    }
}
