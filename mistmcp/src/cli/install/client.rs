//! Supported clients: the location and the format of each one's settings.

use std::path::PathBuf;

use super::location::{Base, Location};

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    /// As the command line has it.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) base: Base,
    /// Below that, up to the file.
    pub(super) path: &'static [&'static str],
    /// A variable that overrides the folder of the file.
    pub(super) variable: Option<&'static str>,
    pub(super) format: SettingsFormat,
    /// The name of the table of servers.
    pub(super) servers: &'static str,
    /// Whether an entry says `"type": "stdio"`.
    pub(super) says_stdio: bool,
    pub(super) http: Http,
    pub(super) environment: Environment,
    /// Whether it rewrites its file while it runs or at its end, and so undoes other changes.
    pub(super) rewrites: bool,
    /// Prefix of its package's name in the Microsoft Store.
    pub(super) package: Option<&'static str>,
    /// Whether the client prompts for secrets, and stores them.
    pub(super) asks_for_secrets: bool,
    /// How a change takes effect.
    pub(super) then: &'static str,
    /// The client's documentation of the format.
    pub(super) source: &'static str,
}

/// How the client passes variables of its environment to a server that it starts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Environment {
    /// All are passed.
    Inherited,
    /// Those in `env`; the client replaces this text by the value of MIST_APITOKEN.
    Text(&'static str),
    /// Those in the list of names with this key.
    List(&'static str),
    /// Only a few harmless ones.
    Cleared,
}

/// Format of a client's settings file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SettingsFormat {
    /// JSON. Comments and trailing commas are kept.
    Json,
    Toml,
}

/// How a client configures a server over HTTP.
#[derive(Clone, Copy, Debug)]
pub(super) enum Http {
    /// Its URL under this key, with this `type`.
    At { key: &'static str, kind: Option<&'static str>, token: HeaderValue },
    /// Not in this file; the text says what to do instead.
    Elsewhere(&'static str),
}

/// How a client configures a header with a secret value.
#[derive(Clone, Copy, Debug)]
pub(super) enum HeaderValue {
    /// As a text in which the client expands the variable MIST_APITOKEN.
    Text(&'static str),
    /// In a table of headers and names of variables.
    VariableTable(&'static str),
    /// The client prompts for it.
    Asked,
    /// Only in the clear.
    InTheClear,
}

/// The variable that clients take a header's token from.
pub(super) const VARIABLE: &str = "MIST_APITOKEN";

pub(super) const CLIENTS: [Client; 8] = [
    Client {
        name: "claude-desktop",
        title: "Claude Desktop",
        base: Base::Applications,
        path: &["Claude", "claude_desktop_config.json"],
        variable: None,
        format: SettingsFormat::Json,
        servers: "mcpServers",
        says_stdio: false,
        http: Http::Elsewhere(
            "Claude Desktop does not read servers over HTTP from its file, and its connectors (Settings > Connectors) \
             reach servers on the internet alone: leave --url out, and it starts this program by itself; or take the entry \
             with mcp-remote, which the server's page makes (its address, in a browser)",
        ),
        environment: Environment::Cleared,
        rewrites: true,
        package: Some("Claude_"),
        asks_for_secrets: false,
        then: "Start Claude Desktop again.",
        source: "modelcontextprotocol.io, \"Connect to local MCP servers\"",
    },
    Client {
        name: "claude-code",
        title: "Claude Code",
        base: Base::Home,
        path: &[".claude.json"],
        variable: Some("CLAUDE_CONFIG_DIR"),
        format: SettingsFormat::Json,
        servers: "mcpServers",
        says_stdio: true,
        http: Http::At { key: "url", kind: Some("http"), token: HeaderValue::Text("${MIST_APITOKEN}") },
        environment: Environment::Text("${MIST_APITOKEN}"),
        rewrites: true,
        package: None,
        asks_for_secrets: false,
        then: "Start Claude Code anew; /mcp shows the server.",
        source: "code.claude.com, \"Connect Claude Code to tools via MCP\": user scope",
    },
    Client {
        name: "vscode",
        title: "VS Code",
        base: Base::Applications,
        path: &["Code", "User", "mcp.json"],
        variable: None,
        format: SettingsFormat::Json,
        servers: "servers",
        says_stdio: true,
        http: Http::At { key: "url", kind: Some("http"), token: HeaderValue::Asked },
        environment: Environment::Inherited,
        rewrites: false,
        package: None,
        asks_for_secrets: true,
        then: "Run \"MCP: List Servers\" in VS Code, and start the server.",
        source: "code.visualstudio.com, \"MCP configuration reference\"",
    },
    Client {
        name: "cursor",
        title: "Cursor",
        base: Base::Home,
        path: &[".cursor", "mcp.json"],
        variable: None,
        format: SettingsFormat::Json,
        servers: "mcpServers",
        says_stdio: true,
        http: Http::At { key: "url", kind: None, token: HeaderValue::Text("${env:MIST_APITOKEN}") },
        environment: Environment::Text("${env:MIST_APITOKEN}"),
        rewrites: false,
        package: None,
        asks_for_secrets: false,
        then: "Look at Cursor Settings > MCP; if the server is not there, start Cursor anew.",
        source: "cursor.com, \"Model Context Protocol (MCP)\"",
    },
    Client {
        name: "windsurf",
        title: "Windsurf",
        base: Base::Home,
        path: &[".codeium", "windsurf", "mcp_config.json"],
        variable: None,
        format: SettingsFormat::Json,
        servers: "mcpServers",
        says_stdio: false,
        http: Http::At { key: "serverUrl", kind: None, token: HeaderValue::Text("${env:MIST_APITOKEN}") },
        environment: Environment::Text("${env:MIST_APITOKEN}"),
        rewrites: false,
        package: None,
        asks_for_secrets: false,
        then: "Press the button for a refresh in Cascade's list of MCP servers.",
        source: "docs.windsurf.com, \"Cascade MCP Integration\"",
    },
    Client {
        name: "zed",
        title: "Zed",
        base: Base::Config,
        path: &["zed", "settings.json"],
        variable: None,
        format: SettingsFormat::Json,
        servers: "context_servers",
        says_stdio: false,
        http: Http::At { key: "url", kind: None, token: HeaderValue::InTheClear },
        environment: Environment::Inherited,
        rewrites: false,
        package: None,
        asks_for_secrets: false,
        then: "Zed reads it at once; the Agent Panel's settings show the server.",
        source: "zed.dev, \"Model Context Protocol\" and \"Configuring Zed\"",
    },
    Client {
        name: "gemini-cli",
        title: "Gemini CLI",
        base: Base::Home,
        path: &[".gemini", "settings.json"],
        variable: None,
        format: SettingsFormat::Json,
        servers: "mcpServers",
        says_stdio: false,
        http: Http::At { key: "httpUrl", kind: None, token: HeaderValue::Text("$MIST_APITOKEN") },
        environment: Environment::Text("$MIST_APITOKEN"),
        rewrites: false,
        package: None,
        asks_for_secrets: false,
        then: "Start Gemini CLI anew; /mcp shows the server.",
        source: "geminicli.com, \"MCP servers with the Gemini CLI\"",
    },
    Client {
        name: "codex",
        title: "Codex",
        base: Base::Home,
        path: &[".codex", "config.toml"],
        variable: Some("CODEX_HOME"),
        format: SettingsFormat::Toml,
        servers: "mcp_servers",
        says_stdio: false,
        http: Http::At { key: "url", kind: None, token: HeaderValue::VariableTable("env_http_headers") },
        environment: Environment::List("env_vars"),
        rewrites: false,
        package: None,
        asks_for_secrets: false,
        then: "Start Codex anew; /mcp shows the server.",
        source: "developers.openai.com, \"Model Context Protocol\" of Codex",
    },
];

impl Client {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        CLIENTS.iter().find(|client| client.name.eq_ignore_ascii_case(name))
    }

    /// Its file, for a user.
    pub(super) fn file(&self, location: &Location<'_>) -> PathBuf {
        let packaged = self.package.and_then(|package| location.packaged(package, self.path));
        if let Some(path) = packaged {
            return path;
        }
        let (named, file) = (self.variable.and_then(|variable| location.named(variable)), self.path.last());
        match (named, file) {
            (Some(folder), Some(file)) => folder.join(file),
            _ => self.path.iter().fold(location.folder(self.base), |path, part| path.join(part)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::location::System;
    use super::*;

    fn file(client: &str, system: System, home: &str, variables: &[(&str, &str)]) -> String {
        let variable = |name: &str| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        let location = Location { system, home: Path::new(home), variable: &variable };
        Client::named(client).unwrap().file(&location).to_str().unwrap().replace('\\', "/")
    }

    #[test]
    fn each_client_has_its_file_on_each_system() {
        for (client, linux, mac, windows) in [
            (
                "claude-desktop",
                ".config/Claude/claude_desktop_config.json",
                "Library/Application Support/Claude/claude_desktop_config.json",
                "AppData/Roaming/Claude/claude_desktop_config.json",
            ),
            ("claude-code", ".claude.json", ".claude.json", ".claude.json"),
            (
                "vscode",
                ".config/Code/User/mcp.json",
                "Library/Application Support/Code/User/mcp.json",
                "AppData/Roaming/Code/User/mcp.json",
            ),
            ("cursor", ".cursor/mcp.json", ".cursor/mcp.json", ".cursor/mcp.json"),
            (
                "windsurf",
                ".codeium/windsurf/mcp_config.json",
                ".codeium/windsurf/mcp_config.json",
                ".codeium/windsurf/mcp_config.json",
            ),
            (
                "zed",
                ".config/zed/settings.json",
                ".config/zed/settings.json",
                "AppData/Roaming/zed/settings.json",
            ),
            ("gemini-cli", ".gemini/settings.json", ".gemini/settings.json", ".gemini/settings.json"),
            ("codex", ".codex/config.toml", ".codex/config.toml", ".codex/config.toml"),
        ] {
            assert_eq!(file(client, System::Linux, "/home/ada", &[]), format!("/home/ada/{linux}"));
            assert_eq!(file(client, System::MacOs, "/Users/ada", &[]), format!("/Users/ada/{mac}"));
            assert_eq!(file(client, System::Windows, "C:/Users/ada", &[]), format!("C:/Users/ada/{windows}"));
        }
        assert_eq!(CLIENTS.len(), 8, "a new client has its line above");
    }

    #[test]
    fn variables_move_what_they_are_documented_to_move() {
        let linux = |client, variable| file(client, System::Linux, "/home/ada", &[variable]);
        assert_eq!(linux("vscode", ("XDG_CONFIG_HOME", "/etc/ada")), "/etc/ada/Code/User/mcp.json");
        assert_eq!(linux("zed", ("XDG_CONFIG_HOME", "/etc/ada")), "/etc/ada/zed/settings.json");
        assert_eq!(linux("cursor", ("XDG_CONFIG_HOME", "/etc/ada")), "/home/ada/.cursor/mcp.json");
        assert_eq!(linux("codex", ("CODEX_HOME", "/srv/codex")), "/srv/codex/config.toml");
        assert_eq!(linux("claude-code", ("CLAUDE_CONFIG_DIR", "/srv/claude")), "/srv/claude/.claude.json");
        assert_eq!(linux("codex", ("CODEX_HOME", "relative")), "/home/ada/.codex/config.toml");
        let mac = file("zed", System::MacOs, "/Users/ada", &[("XDG_CONFIG_HOME", "/etc/ada")]);
        assert_eq!(mac, "/Users/ada/.config/zed/settings.json");
        let roaming = ("APPDATA", "D:/Roaming");
        let windows = file("vscode", System::Windows, "C:/Users/ada", &[roaming]);
        assert_eq!(windows, "D:/Roaming/Code/User/mcp.json");
    }

    #[test]
    fn claude_desktop_of_the_microsoft_store_has_its_file_in_its_package() {
        let home = tempfile::tempdir().unwrap();
        let file = |system| {
            let location = Location { system, home: home.path(), variable: &|_| None };
            Client::named("claude-desktop").unwrap().file(&location)
        };
        let usual = file(System::Windows);
        let packages = home.path().join("AppData").join("Local").join("Packages");
        std::fs::create_dir_all(packages.join("Other_1").join("LocalCache").join("Roaming").join("Claude"))
            .unwrap();
        std::fs::create_dir_all(packages.join("Claude_empty").join("LocalCache")).unwrap();
        assert_eq!(file(System::Windows), usual);
        let folder = packages.join("Claude_pzs8sxrjxfjjc").join("LocalCache").join("Roaming").join("Claude");
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(file(System::Windows), folder.join("claude_desktop_config.json"));
        assert!(file(System::Linux).starts_with(home.path().join(".config")));
        let location = Location { system: System::Windows, home: home.path(), variable: &|_| None };
        assert!(!Client::named("vscode").unwrap().file(&location).starts_with(packages));
    }

    #[test]
    fn a_token_is_kept_in_the_users_own_folder_in_a_file_of_its_cloud() {
        for (system, wanted) in [
            (System::Linux, "/u/.config/mistmcp/mist.api.eu.mist.com.env"),
            (System::MacOs, "/u/Library/Application Support/mistmcp/mist.api.eu.mist.com.env"),
            (System::Windows, "/u/AppData/Roaming/mistmcp/mist.api.eu.mist.com.env"),
        ] {
            let location = Location { system, home: Path::new("/u"), variable: &|_| None };
            let wanted = wanted.replace("mistmcp", crate::identity::name());
            let file = |cloud| location.token_file("mist", cloud).to_str().unwrap().replace('\\', "/");
            assert_eq!(file("api.eu.mist.com"), wanted);
            let other = file("http://[::1]:8443");
            assert!(other.ends_with("/mist.___1__8443.env"), "{other}");
        }
    }
}
