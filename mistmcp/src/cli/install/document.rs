//! Format-independent editing of a client's settings file.

use thiserror::Error;

use super::client::{Client, SettingsFormat};
use super::entry::ClientEntry;
use super::{existing, json, toml};

/// Error: a file cannot be changed. It quotes nothing of the file.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum Problem {
    #[error("line {line}, column {column}: {what}")]
    Syntax { line: usize, column: usize, what: String },
    #[error("it holds no table of settings")]
    NoTable,
    #[error("`{0}` in it is no table of the kind that is wanted")]
    OtherKind(String),
    #[error("`{0}` stands in it twice")]
    Twice(String),
    #[error("`{name}` in it {what}")]
    Foreign { name: String, what: String },
}

impl Problem {
    pub(super) fn other_kind(name: &str) -> Self {
        Self::OtherKind(name.to_owned())
    }
}

/// An entry, and the text without it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RemovedEntry {
    pub(super) entry: ClientEntry,
    pub(super) rest: String,
}

/// Byte order mark, which some editors write.
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Client {
    /// The text of its file with the entry in it. A file that is not there yet has the empty text.
    pub(super) fn put(&self, text: &str, entry: &ClientEntry) -> Result<String, Problem> {
        let (mark, text) = split(text);
        let old = self.take(text, &entry.name)?.map(|taken| taken.entry.server);
        if let Some(what) = old.as_ref().and_then(existing::foreign) {
            return Err(Problem::Foreign { name: entry.name.clone(), what });
        }
        let new = match &old {
            Some(old) => &ClientEntry { server: existing::with_kept(&entry.server, old), ..entry.clone() },
            None => entry,
        };
        let put = match self.format {
            SettingsFormat::Json => json::put(text, self.servers, new, old.as_ref())?,
            SettingsFormat::Toml => toml::put(text, self.servers, new)?,
        };
        let end = if text.trim().is_empty() && !put.ends_with('\n') { "\n" } else { "" };
        Ok(format!("{mark}{put}{end}"))
    }

    /// The text of its file without the entry of that name.
    pub(super) fn take(&self, text: &str, name: &str) -> Result<Option<RemovedEntry>, Problem> {
        let (mark, text) = split(text);
        let taken = match self.format {
            SettingsFormat::Json => json::take(text, self.servers, name)?,
            SettingsFormat::Toml => toml::take(text, self.servers, name)?,
        };
        Ok(taken.map(|taken| RemovedEntry { rest: format!("{mark}{}", taken.rest), ..taken }))
    }

    /// The text of the entry alone, as in the file.
    pub(super) fn snippet(&self, entry: &ClientEntry) -> String {
        match self.format {
            SettingsFormat::Json => json::snippet(self.servers, entry),
            SettingsFormat::Toml => toml::snippet(self.servers, entry),
        }
    }
}

fn split(text: &str) -> (&str, &str) {
    match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (BYTE_ORDER_MARK, rest),
        None => ("", text),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::client::CLIENTS;
    use super::super::entry::{TokenFrom, Variables};
    use super::*;

    fn entry(client: &Client) -> ClientEntry {
        let from = if client.asks_for_secrets {
            TokenFrom::Client
        } else {
            TokenFrom::File(Path::new("/home/ada/mist.env"))
        };
        ClientEntry::stdio(client, "mist", "/bin/mistmcp", &[], from, &Variables::default()).unwrap()
    }

    fn client(name: &str) -> &'static Client {
        Client::named(name).unwrap()
    }

    const SETTINGS: &str = "// mine\n{\n    \"theme\": \"One\", // nice\n    /* these */\n    \"context_servers\": {\n        \
                            \"other\": { \"command\": \"x\" },\n    },\n}\n";

    const CODEX: &str =
        "# mine\nmodel = \"o\"   # nice\n\n[mcp_servers.other]\ncommand = \"x\"\n\n[tui]\ntheme = 'a'\n";

    #[test]
    fn each_client_has_the_entry_in_the_form_that_it_documents() {
        let json = |name| {
            serde_json::from_str::<serde_json::Value>(&client(name).snippet(&entry(client(name)))).unwrap()
        };
        let arguments = serde_json::json!(["--transport", "stdio", "--env-file", "/home/ada/mist.env"]);
        for (name, table, says_stdio) in [
            ("claude-desktop", "mcpServers", false),
            ("claude-code", "mcpServers", true),
            ("cursor", "mcpServers", true),
            ("windsurf", "mcpServers", false),
            ("gemini-cli", "mcpServers", false),
            ("zed", "context_servers", false),
        ] {
            let server = &json(name)[table]["mist"];
            assert_eq!(server["command"], "/bin/mistmcp", "{name}");
            assert_eq!(server["args"], arguments, "{name}");
            assert_eq!(server.get("type").is_some(), says_stdio, "{name}");
            assert!(server.get("env").is_none(), "{name}");
        }
        let vscode = json("vscode");
        assert_eq!(vscode["servers"]["mist"]["env"]["MIST_APITOKEN"], "${input:mist-token}");
        assert_eq!(vscode["inputs"][0]["id"], "mist-token");
        assert_eq!(vscode["inputs"][0]["password"], true);
        let codex = client("codex").snippet(&entry(client("codex")));
        let wanted = "[mcp_servers.mist]\ncommand = \"/bin/mistmcp\"\nargs = [\"--transport\", \"stdio\", \
                      \"--env-file\", \"/home/ada/mist.env\"]\n";
        assert_eq!(codex, wanted);
    }

    #[test]
    fn the_rest_of_the_file_is_unchanged() {
        for (name, text) in [("zed", SETTINGS), ("codex", CODEX)] {
            let put = client(name).put(text, &entry(client(name))).unwrap();
            let mut lines = put.lines();
            for line in text.lines() {
                assert!(lines.any(|other| other == line), "{line:?} is lost, or moved, in:\n{put}");
            }
            assert!(put.contains("mistmcp"), "{put}");
        }
    }

    #[test]
    fn the_second_time_changes_nothing() {
        for client in &CLIENTS {
            for text in ["", "{}", SETTINGS, CODEX] {
                let Ok(once) = client.put(text, &entry(client)) else { continue };
                assert_eq!(client.put(&once, &entry(client)).unwrap(), once, "{}", client.name);
            }
        }
    }

    #[test]
    fn removal_takes_the_entry_and_nothing_else() {
        for client in &CLIENTS {
            let text = if client.format == SettingsFormat::Toml { CODEX } else { SETTINGS };
            let put = client.put(text, &entry(client)).unwrap();
            let taken = client.take(&put, "mist").unwrap().unwrap();
            assert_eq!(taken.entry, entry(client), "{}", client.name);
            assert_eq!(taken.rest, text, "{}", client.name);
            assert_eq!(client.take(text, "mist"), Ok(None));
        }
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_are_kept() {
        for (name, text) in [("zed", SETTINGS), ("codex", CODEX)] {
            let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
            let put = client(name).put(&text, &entry(client(name))).unwrap();
            assert!(put.starts_with('\u{feff}'));
            assert_eq!(put.matches('\n').count(), put.matches("\r\n").count(), "{name}: {put:?}");
            assert_eq!(client(name).take(&put, "mist").unwrap().unwrap().rest, text, "{name}");
        }
    }

    #[test]
    fn a_path_of_windows_comes_out_as_it_went_in() {
        for client in &CLIENTS {
            let program = "C:\\Users\\Ada \"A\"\\new\\mistmcp.exe";
            let variables = Variables {
                set: vec![("SSL_CERT_FILE".into(), "C:\\new \"roots\".pem".into())],
                passed: vec!["MIST_APITOKEN".to_owned()],
            };
            let entry =
                ClientEntry::stdio(client, "mist", program, &[], TokenFrom::Elsewhere, &variables).unwrap();
            let put = client.put("", &entry).unwrap();
            assert_eq!(client.take(&put, "mist").unwrap().unwrap().entry, entry, "{}", client.name);
            if client.format == SettingsFormat::Json {
                let read: serde_json::Value = serde_json::from_str(&put).unwrap();
                assert_eq!(read[client.servers]["mist"]["command"], program);
            }
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_reported_with_its_place_and_not_repeated() {
        for (name, text, line, column) in [
            ("zed", "{\n  \"a\": s3cret\n}", 2, 8),
            ("zed", "{\n  \"a\": 1\n  \"b\": 2\n}", 2, 9),
            ("cursor", "{", 1, 1),
            ("codex", "a = 1\nb = s3cret\n", 2, 5),
        ] {
            let problem = client(name).put(text, &entry(client(name))).unwrap_err();
            assert!(!problem.to_string().contains("s3cret"), "{problem}");
            let Problem::Syntax { line: told, column: at, .. } = problem else { panic!("{problem}") };
            assert_eq!((told, at), (line, column), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_not_a_table_of_servers_is_left_alone() {
        for (name, text) in [
            ("cursor", "[]"),
            ("cursor", "{\"mcpServers\": []}"),
            ("cursor", "{\"mcpServers\": {}, \"mcpServers\": {}}"),
            ("vscode", "{\"inputs\": {}}"),
            ("codex", "mcp_servers = 3\n"),
        ] {
            assert!(client(name).put(text, &entry(client(name))).is_err(), "{text}");
        }
    }

    #[test]
    fn an_entry_of_that_name_is_replaced() {
        for (name, text) in [
            (
                "cursor",
                "{\"mcpServers\": {\"mist\": {\"command\": \"old/mistmcp\", \"args\": [\"--transport\", \"stdio\", \"--env-file\", \"none\"]}}}",
            ),
            (
                "codex",
                "[mcp_servers.mist]\ncommand = \"old\"\nargs = [\"--transport\", \"stdio\", \"--env-file\", \"none\"]\n[mcp_servers.mist.env]\nNO_PROXY = \"b\"\n",
            ),
        ] {
            let put = client(name).put(text, &entry(client(name))).unwrap();
            assert!(!put.contains("old") && put.matches("mist").count() > 1, "{put}");
            assert_eq!(client(name).take(&put, "mist").unwrap().unwrap().entry, entry(client(name)));
        }
    }
}
