//! What `mistmcp install` does to a client's settings, and what it leaves alone.

use std::fs;
use std::path::{Path, PathBuf};

use mistmcp_tests::{Finished, Launch, MockUpstream, TOKEN, binary};
use serde_json::Value;
use tempfile::TempDir;

/// Somebody's home, with settings of Zed's and Codex's in it, where they are on every system that tests run on.
struct Home {
    folder: TempDir,
}

const ZED: &str = "// mine\n{\n  \"theme\": \"One\", // nice\n  \"context_servers\": {\n    \"other\": { \"command\": \"x\", \
                   \"env\": { \"KEY\": \"hunter2\" } },\n  },\n}\n";

const CODEX: &str =
    "# mine\nmodel = \"o\"   # nice\n\n[mcp_servers.other]\ncommand = \"x\"\nenv = { KEY = \"hunter2\" }\n";

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A settings file of this content; its path.
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn launch(&self, arguments: &str) -> Launch {
        let config = self.path("config");
        let config = config.to_str().unwrap();
        let home = self.folder.path().to_str().unwrap();
        // Each system goes by a variable of its own.
        Launch::new("install")
            .variable("HOME", home)
            .variable("USERPROFILE", home)
            .variable("XDG_CONFIG_HOME", config)
            .variable("APPDATA", config)
            .arguments(arguments)
    }

    async fn run(&self, arguments: &str) -> Finished {
        ends(self.launch(arguments), 0).await
    }

    /// The file of the token of an entry.
    fn token_file(&self, entry: &str) -> PathBuf {
        let base = if cfg!(target_os = "macos") { "Library/Application Support" } else { "config" };
        self.path(base).join("mistmcp").join(format!("{entry}.env"))
    }
}

async fn ends(launch: Launch, code: i32) -> Finished {
    let finished = launch.run().await;
    let told = format!("{}\n{}", finished.output(), finished.stderr);
    assert_eq!(finished.code(), Some(code), "{told}");
    for secret in [TOKEN, "hunter2"] {
        assert!(!told.contains(secret), "{told}");
    }
    finished
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// The names in the file's folder that begin with its own.
fn beside(path: &Path) -> Vec<String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let entries = fs::read_dir(path.parent().unwrap()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|other| other != name).collect();
    names.sort();
    names
}

const CLOUD: &str = "--cloud api.eu.mist.com --yes";

#[tokio::test]
async fn the_entry_is_added_and_all_else_stays() {
    for (client, content) in [("zed", ZED), ("codex", CODEX)] {
        let home = Home::new();
        let file = home.file("settings", content);
        let launch = home.launch(&format!("{client} {CLOUD} --file")).argument(file.to_str().unwrap());
        let finished = ends(launch.variable("MIST_APITOKEN", TOKEN), 0).await;
        let written = read(&file);
        let mut lines = written.lines();
        for line in content.lines() {
            assert!(lines.any(|other| other == line), "{line:?} is lost, or moved, in:\n{written}");
        }
        for wanted in
            [binary().to_str().unwrap().replace('\\', "\\\\").as_str(), "api.eu.mist.com", "--env-file"]
        {
            assert!(written.contains(wanted), "{wanted}: {written}");
        }
        assert!(!written.contains(TOKEN), "{written}");
        assert_eq!(
            beside(&file),
            ["config", "settings.before-mistmcp"]
                .map(str::to_owned)
                .into_iter()
                .filter(|name| home.path(name).exists())
                .collect::<Vec<_>>()
        );
        assert_eq!(read(&home.path("settings.before-mistmcp")), content);
        assert!(read(&home.token_file("mist")).contains(TOKEN));
        assert!(
            finished.output().contains("KEY") && finished.output().contains("…"),
            "{}",
            finished.output()
        );
    }
}

#[tokio::test]
async fn what_is_removed_leaves_the_file_as_it_was_to_the_byte() {
    for (client, content) in [
        ("zed", ZED),
        ("codex", CODEX),
        ("cursor", "{}"),
        ("cursor", "{\"mcpServers\":{}}"),
        ("cursor", "{\"mcpServers\":{\"a\":{\"command\":\"x\"}}}\n\n"),
        ("vscode", "{\r\n\t\"servers\": {},\r\n\t\"inputs\": [],\r\n}"),
        ("codex", "\r\n[mcp_servers]\r\n"),
        ("codex", "mcp_servers = { other = { command = \"x\" } }"),
    ] {
        let home = Home::new();
        let file = home.file("one/settings", content);
        let file_flag = format!("{client} --yes --file");
        let with_file = |more: &str| home.launch(&file_flag).argument(file.to_str().unwrap()).arguments(more);
        ends(with_file("--demo"), 0).await;
        assert_ne!(read(&file), content);
        // Another installation in between changes the entry alone.
        ends(with_file("--demo --mode all"), 0).await;
        assert!(read(&file).contains("--mode"));
        ends(with_file("--remove"), 0).await;
        assert_eq!(read(&file), content, "{client}");
        ends(with_file("--remove"), 0).await;
        assert_eq!(read(&file), content, "{client}");
    }
}

#[tokio::test]
async fn what_has_changed_since_is_kept_when_the_entry_is_removed() {
    let home = Home::new();
    let file = home.file(".cursor/mcp.json", "{\n  \"mcpServers\": {}\n}\n");
    home.run("cursor --demo --yes").await;
    fs::write(&file, read(&file).replacen('{', "{\n  // mine\n  \"a\": 1,", 1)).unwrap();
    home.run("cursor --remove --yes").await;
    assert_eq!(read(&file), "{\n  // mine\n  \"a\": 1\n}\n");
}

#[tokio::test]
async fn a_file_that_was_not_there_is_made_and_deleted_again() {
    let home = Home::new();
    home.run("windsurf --demo --yes").await;
    let file = home.path(".codeium/windsurf/mcp_config.json");
    let settings: Value = serde_json::from_str(&read(&file)).unwrap();
    let arguments = serde_json::json!(["--transport", "stdio", "--demo", "--env-file", "none"]);
    assert_eq!(settings["mcpServers"]["mist"]["args"], arguments);
    assert_eq!(beside(&file), [""; 0]);
    home.run("windsurf --remove --yes").await;
    assert!(!file.exists());
}

#[tokio::test]
async fn an_accounts_file_is_named_by_its_whole_path_and_no_token_is_kept() {
    let org = "0a000000-0000-4000-8000-000000000001";
    let upstream = MockUpstream::start().await;
    upstream.json(&format!("/api/v1/orgs/{org}"), &serde_json::json!({ "id": org, "name": "Acme" }));
    let accounts = format!(
        "[accounts.acme]\ntoken_file = \"acme.token\"\ncloud = \"{}\"\norgs = [\"{org}\"]\n",
        upstream.url()
    );
    for (client, content, list) in [("cursor", "{}", "mcpServers"), ("zed", ZED, "context_servers")] {
        let home = Home::new();
        let file = home.file("settings", content);
        let launch = home
            .launch(&format!("{client} --mode all --accounts accounts.toml --yes --allow-cloud"))
            .argument(&upstream.url())
            .argument("--file")
            .argument(file.to_str().unwrap())
            .variable("MIST_APITOKEN", TOKEN)
            .file("accounts.toml", &accounts);
        let path = launch.folder().canonicalize().unwrap().join("accounts.toml");
        // The token is read when the server starts, not now.
        ends(launch, 0).await;
        let written = read(&file);
        assert!(!written.contains(TOKEN) && !home.token_file("mist").exists(), "{written}");
        let entry = written
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(entry.contains(list) && entry.contains("--accounts"), "{entry}");
        assert!(entry.contains(path.to_str().unwrap()), "{}: {entry}", path.display());
        if client == "cursor" {
            // A client starts it in another folder, where the file is found by its path.
            let settings: Value = serde_json::from_str(&written).unwrap();
            let arguments = settings[list]["mist"]["args"].as_array().unwrap();
            let folder = path.parent().unwrap();
            fs::create_dir_all(folder).unwrap();
            fs::write(&path, &accounts).unwrap();
            fs::write(folder.join("acme.token"), TOKEN).unwrap();
            let started = arguments
                .iter()
                .fold(Launch::new(""), |launch, argument| launch.argument(argument.as_str().unwrap()));
            let client = started.client(mistmcp_tests::Lifecycle::Legacy).await;
            assert_eq!(client.json("getOrg", serde_json::json!({})).await["name"], "Acme");
            fs::remove_dir_all(folder).unwrap();
        }
    }
}

#[tokio::test]
async fn an_accounts_file_that_is_wrong_or_missing_installs_nothing() {
    for (content, wanted) in [
        (Some("[accounts.a]\ntoken = \"hunter2\"\n"), &["accounts.toml, line 2", "token_file"][..]),
        (Some("[accounts.a]\ntoken_env = \"A\"\ncloud = \"mars\"\n"), &["accounts.toml, line 3", "cloud"]),
        (None, &["accounts.toml", "no such file"]),
    ] {
        let home = Home::new();
        let file = home.file(".cursor/mcp.json", "{}");
        let mut launch = home.launch("cursor --accounts accounts.toml --yes");
        if let Some(content) = content {
            launch = launch.file("accounts.toml", content);
        }
        let finished = ends(launch, 1).await;
        for wanted in wanted {
            assert!(finished.stderr.to_lowercase().contains(wanted), "{wanted}: {}", finished.stderr);
        }
        assert_eq!(read(&file), "{}");
    }
}

#[tokio::test]
async fn the_second_time_there_is_nothing_to_change() {
    let home = Home::new();
    let file = home.file(".cursor/mcp.json", "{}");
    let first = home.launch(&format!("cursor {CLOUD}")).variable("MIST_APITOKEN", TOKEN);
    ends(first, 0).await;
    let (written, kept) = (read(&file), beside(&file));
    for launch in [
        home.launch(&format!("cursor {CLOUD}")).variable("MIST_APITOKEN", TOKEN),
        home.launch(&format!("cursor {CLOUD}")),
    ] {
        let finished = ends(launch, 0).await;
        assert!(finished.output().contains("nothing to change"), "{}", finished.output());
        assert_eq!((read(&file), beside(&file)), (written.clone(), kept.clone()));
    }
}

#[tokio::test]
async fn a_backup_never_replaces_an_older_one() {
    let home = Home::new();
    let file = home.file(".cursor/mcp.json", "{ }");
    home.file(".cursor/mcp.json.before-mistmcp", "somebody's");
    home.run("cursor --demo --yes").await;
    assert_eq!(read(&home.path(".cursor/mcp.json.before-mistmcp")), "somebody's");
    assert_eq!(read(&home.path(".cursor/mcp.json.before-mistmcp-2")), "{ }");
    assert_eq!(beside(&file).len(), 2);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_left_alone() {
    for (client, content, wanted) in [
        ("cursor", "{\n  \"mcpServers\": {\n", "line 2, column 17"),
        ("cursor", "{\n  \"mcpServers\": hunter2\n}", "line 2, column 17"),
        ("codex", "a = 1\nb = hunter2\n", "line 2, column 5"),
        ("cursor", "[]", "no table"),
        ("vscode", "{ \"servers\": 1 }", "`servers`"),
    ] {
        let home = Home::new();
        let file = home.file("one/settings", content);
        for arguments in ["--demo --yes", "--remove --yes"] {
            let launch =
                home.launch(&format!("{client} {arguments} --file")).argument(file.to_str().unwrap());
            if arguments.contains("--remove") && (content == "[]" || client == "vscode") {
                // There is nothing of this program's in it.
                ends(launch, 0).await;
            } else {
                let finished = ends(launch, 1).await;
                for wanted in [wanted, "left alone", file.file_name().unwrap().to_str().unwrap()] {
                    assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
                }
            }
            assert_eq!(read(&file), content);
            assert_eq!(beside(&file), [""; 0]);
        }
    }
}

#[tokio::test]
async fn without_a_terminal_and_without_yes_it_only_prints() {
    let home = Home::new();
    let file = home.file(".cursor/mcp.json", "{}");
    let launch = home.launch("cursor --cloud api.eu.mist.com").variable("MIST_APITOKEN", TOKEN);
    let finished = ends(launch, 2).await;
    assert!(finished.output().contains("+    \"mist\": {"), "{}", finished.output());
    assert!(finished.stderr.contains("--yes"), "{}", finished.stderr);
    assert_eq!((read(&file).as_str(), beside(&file).len()), ("{}", 0));
    assert!(!home.token_file("mist").exists());
}

#[tokio::test]
async fn the_entry_alone_is_printed_and_nothing_is_changed() {
    let home = Home::new();
    let file = home.file(".cursor/mcp.json", "broken");
    let launch =
        home.launch("cursor --cloud api.eu.mist.com --print --name office").variable("MIST_APITOKEN", TOKEN);
    let finished = ends(launch, 0).await;
    let entry: Value = serde_json::from_str(&finished.output()).unwrap();
    assert_eq!(entry["mcpServers"]["office"]["command"], binary().to_str().unwrap());
    assert_eq!(read(&file), "broken");
    assert!(!home.token_file("office").exists());
}

#[tokio::test]
async fn a_token_that_is_missing_has_its_place_and_its_remedy() {
    let home = Home::new();
    let finished = home.run(&format!("cursor {CLOUD}")).await;
    let file = home.token_file("mist");
    for wanted in ["https://manage.eu.mist.com/", "MIST_APITOKEN", file.to_str().unwrap()] {
        assert!(finished.output().contains(wanted), "{wanted}: {}", finished.output());
    }
    assert!(read(&file).ends_with("MIST_APITOKEN=\n"), "{}", read(&file));
    let finished = ends(home.launch(&format!("cursor {CLOUD}")).variable("MIST_APITOKEN", TOKEN), 0).await;
    assert!(read(&file).contains(TOKEN), "{}", finished.output());
    let refused = home.launch(&format!("cursor {CLOUD}")).variable("MIST_APITOKEN", "two words");
    assert!(ends(refused, 1).await.stderr.contains("space"));
    assert!(read(&file).contains(TOKEN));
}

#[tokio::test]
async fn vscode_asks_for_the_token_and_no_file_holds_it() {
    let home = Home::new();
    let file = home.file("one/mcp.json", "{}");
    let launch = home.launch(&format!("vscode {CLOUD} --file")).argument(file.to_str().unwrap());
    ends(launch.variable("MIST_APITOKEN", TOKEN), 0).await;
    let settings: Value = serde_json::from_str(&read(&file)).unwrap();
    let id = settings["inputs"][0]["id"].as_str().unwrap();
    assert_eq!(settings["inputs"][0]["password"], true);
    assert_eq!(settings["servers"]["mist"]["env"]["MIST_APITOKEN"], format!("${{input:{id}}}"));
    assert!(!home.token_file("mist").exists() && !read(&file).contains(TOKEN));
}

#[tokio::test]
async fn a_file_of_variables_that_is_named_is_what_the_entry_starts_with() {
    let home = Home::new();
    let variables = home.file(
        "mine.env",
        &format!("MIST_HOST=api.eu.mist.com\nMISTMCP_TOOL_LOADING_MODE=all\nMIST_APITOKEN={TOKEN}\n"),
    );
    let launch = home.launch("cursor --yes --timeout 9 --env-file").argument(variables.to_str().unwrap());
    ends(launch, 0).await;
    let settings: Value = serde_json::from_str(&read(&home.path(".cursor/mcp.json"))).unwrap();
    let file = variables.to_str().unwrap();
    let arguments = serde_json::json!(["--transport", "stdio", "--timeout", "9", "--env-file", file]);
    assert_eq!(settings["mcpServers"]["mist"]["args"], arguments);
    assert!(!home.token_file("mist").exists());
}

#[tokio::test]
async fn the_entry_starts_the_server_with_the_token_and_the_settings() {
    let (home, upstream) = (Home::new(), MockUpstream::start().await);
    let launch = home.launch("cursor --yes --org-id 6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428");
    let launch =
        launch.variable("MIST_HOST", &upstream.url()).variable("MISTMCP_ALLOW_CLOUDS", &upstream.url());
    ends(launch.variable("MIST_APITOKEN", TOKEN), 0).await;
    let settings: Value = serde_json::from_str(&read(&home.path(".cursor/mcp.json"))).unwrap();
    let server = &settings["mcpServers"]["mist"];
    let arguments = server["args"].as_array().unwrap();
    let launch = arguments
        .iter()
        .fold(Launch::new(""), |launch, argument| launch.argument(argument.as_str().unwrap()));
    let finished = launch.argument("call").argument("getOrg").run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    let received = upstream.take();
    assert_eq!(received[0].header("authorization"), format!("Token {TOKEN}"));
    assert!(received[0].path.ends_with("6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428"), "{}", received[0].path);
}

#[tokio::test]
async fn a_server_over_http_stands_in_each_clients_own_form() {
    let home = Home::new();
    let print = "--print --url http://127.0.0.1:8000 --cloud api.eu.mist.com --mode all";
    let url = "http://127.0.0.1:8000/mcp?mode=all&cloud=api.eu.mist.com";
    for (client, pointer, header) in [
        ("claude-code", "/mcpServers/mist/url", "${MIST_APITOKEN}"),
        ("cursor", "/mcpServers/mist/url", "${env:MIST_APITOKEN}"),
        ("windsurf", "/mcpServers/mist/serverUrl", "${env:MIST_APITOKEN}"),
        ("gemini-cli", "/mcpServers/mist/httpUrl", "$MIST_APITOKEN"),
        ("vscode", "/servers/mist/url", "${input:mist-token}"),
    ] {
        let entry: Value =
            serde_json::from_str(&home.run(&format!("{client} {print}")).await.output()).unwrap();
        assert_eq!(entry.pointer(pointer).unwrap(), url, "{client}: {entry}");
        let (server, _) = pointer.rsplit_once('/').unwrap();
        assert_eq!(entry.pointer(server).unwrap()["headers"]["X-Authorization"], header, "{client}");
        let entry: Value =
            serde_json::from_str(&home.run(&format!("{client} {print} --no-token")).await.output()).unwrap();
        assert!(!entry.to_string().contains("Authorization"), "{client}: {entry}");
    }
    assert!(home.run(&format!("zed {print}")).await.stderr.contains("X-Authorization"));
    assert!(home.run(&format!("codex {print}")).await.output().contains("env_http_headers"));
    let refused = ends(home.launch(&format!("claude-desktop {print}")), 1).await;
    assert!(refused.stderr.contains("--url"), "{}", refused.stderr);
}

#[tokio::test]
async fn without_a_token_each_client_passes_its_own_on_in_its_own_form() {
    let home = Home::new();
    let print = "--print --no-token --cloud api.eu.mist.com";
    for (client, table, wanted) in [
        ("claude-code", "mcpServers", "${MIST_APITOKEN}"),
        ("cursor", "mcpServers", "${env:MIST_APITOKEN}"),
        ("windsurf", "mcpServers", "${env:MIST_APITOKEN}"),
        ("gemini-cli", "mcpServers", "$MIST_APITOKEN"),
    ] {
        let finished = home.run(&format!("{client} {print}")).await;
        let entry: Value = serde_json::from_str(&finished.output()).unwrap();
        assert_eq!(entry[table]["mist"]["env"]["MIST_APITOKEN"], wanted, "{entry}");
        assert!(finished.stderr.contains("MIST_APITOKEN in its own environment"), "{}", finished.stderr);
    }
    let codex = home.run(&format!("codex {print}")).await.output();
    assert!(codex.contains("env_vars = [\"MIST_APITOKEN\"]"), "{codex}");
    for (client, wanted) in [
        ("claude-desktop", "leave --no-token out"),
        ("vscode", "passes its own environment on"),
        ("zed", "passes its own environment on"),
    ] {
        let finished = home.run(&format!("{client} {print}")).await;
        assert!(finished.stderr.contains(wanted), "{}", finished.stderr);
        assert!(!finished.output().contains("MIST_APITOKEN"), "{}", finished.output());
    }
    let demo = home.run("cursor --print --no-token --demo").await;
    assert!(
        !demo.output().contains("MIST_APITOKEN") && !demo.stderr.contains("MIST_APITOKEN"),
        "{}",
        demo.stderr
    );
}

#[tokio::test]
async fn proxy_and_certificates_go_into_the_entry_and_a_password_never_does() {
    let home = Home::new();
    let launch = |client: &str| {
        home.launch(client)
            .arguments("--yes --cloud api.eu.mist.com")
            .variable("MIST_APITOKEN", TOKEN)
            .variable("NO_PROXY", "example.com")
            .variable("SSL_CERT_FILE", "/etc/roots.pem")
    };
    ends(launch("cursor").variable("HTTPS_PROXY", "http://proxy.example:3128"), 0).await;
    let settings: Value = serde_json::from_str(&read(&home.path(".cursor/mcp.json"))).unwrap();
    let env = &settings["mcpServers"]["mist"]["env"];
    assert_eq!(env["HTTPS_PROXY"], "http://proxy.example:3128");
    assert_eq!((&env["NO_PROXY"], &env["SSL_CERT_FILE"]), (&"example.com".into(), &"/etc/roots.pem".into()));
    let secret = "http://ada:hunter2@proxy.example:3128";
    let finished = ends(launch("codex").variable("https_proxy", secret), 0).await;
    let codex = read(&home.path(".codex/config.toml"));
    assert!(
        codex.contains("SSL_CERT_FILE") && !codex.contains("https_proxy") && !codex.contains("ada"),
        "{codex}"
    );
    let file = home.token_file("mist");
    for wanted in ["https_proxy holds a user name or a password", file.to_str().unwrap()] {
        assert!(finished.output().contains(wanted), "{wanted}: {}", finished.output());
    }
    // The line that was added by hand stays when the token is replaced.
    fs::write(&file, format!("{}https_proxy={secret}\n", read(&file))).unwrap();
    ends(launch("codex").variable("MIST_APITOKEN", "another-0ne"), 0).await;
    assert!(
        read(&file).contains("another-0ne") && read(&file).contains(secret) && !read(&file).contains(TOKEN)
    );
}

#[tokio::test]
async fn a_client_that_writes_its_file_anew_is_to_be_quit_before_that() {
    let home = Home::new();
    for (client, title) in [("claude-desktop", "Claude Desktop"), ("claude-code", "Claude Code")] {
        for arguments in ["--demo", "--demo --yes", "--remove --yes"] {
            let finished = home.launch(&format!("{client} {arguments}")).run().await;
            let told = finished.output();
            let place = told.find(&format!("Quit {title} before")).unwrap_or_else(|| panic!("{told}"));
            assert!(told.find("Done.").is_none_or(|done| place < done), "{told}");
        }
    }
    assert!(!home.run("zed --demo --yes").await.output().contains("Quit"));
}

#[tokio::test]
async fn a_placeholder_is_never_installed_as_a_token() {
    let home = Home::new();
    for token in ["${MIST_APITOKEN}", "<token>", "your_api_token", "Token hunter2"] {
        for client in ["cursor", "codex"] {
            let launch = home.launch(&format!("{client} {CLOUD}")).variable("MIST_APITOKEN", token);
            let finished = ends(launch, 1).await;
            assert!(finished.stderr.contains("MIST_APITOKEN: the token"), "{}", finished.stderr);
        }
        let file = home.file("mine.env", &format!("MIST_APITOKEN='{token}'\n"));
        let launch = home.launch(&format!("cursor {CLOUD} --env-file")).argument(file.to_str().unwrap());
        assert!(ends(launch, 1).await.stderr.contains("MIST_APITOKEN: the token"));
    }
    assert!(!home.token_file("mist").exists() && !home.path(".cursor").exists());
}

#[tokio::test]
async fn what_would_stop_the_server_stops_the_installation() {
    let home = Home::new();
    for (arguments, code, wanted) in [
        ("cursor --yes", 1, "--cloud"),
        ("cursor --yes --cloud evil.example", 1, "--allow-cloud"),
        ("cursor --yes --demo --mode custom", 1, "--categories"),
        ("cursor --yes --demo --categories sites_rmm", 1, "sites_rrm"),
        ("cursor --yes --demo --org-id acme", 1, "--org-id"),
        ("cursor --yes --url 127.0.0.1:8000", 1, "http://127.0.0.1:8000/mcp"),
        ("cursor --yes --url http://u:p@127.0.0.1:8000", 1, "password"),
        ("cursor --yes --demo --name a/b", 2, "--name"),
        ("notepad --demo", 2, "claude-desktop"),
        ("", 2, "<CLIENT>"),
    ] {
        let finished = ends(home.launch(arguments), code).await;
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
        assert!(!home.path(".cursor").exists(), "{arguments}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let home = Home::new();
    let real = home.file("dotfiles/cursor.json", "{}");
    fs::set_permissions(&real, PermissionsExt::from_mode(0o640)).unwrap();
    fs::create_dir(home.path(".cursor")).unwrap();
    let link = home.path(".cursor/mcp.json");
    symlink(&real, &link).unwrap();
    ends(home.launch(&format!("cursor {CLOUD}")).variable("MIST_APITOKEN", TOKEN), 0).await;
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(read(&real).contains("mist"));
    assert_eq!((mode(&real), mode(&home.path("dotfiles/cursor.json.before-mistmcp"))), (0o640, 0o640));
    assert_eq!(mode(&home.token_file("mist")), 0o600);
    fs::remove_file(&real).unwrap();
    let finished = ends(home.launch("cursor --demo --yes"), 1).await;
    assert!(finished.stderr.contains("link to a file that is not there"), "{}", finished.stderr);
    // A new file is its owner's alone.
    home.run("gemini-cli --demo --yes").await;
    assert_eq!(mode(&home.path(".gemini/settings.json")), 0o600);
}

#[tokio::test]
async fn more_tools_than_a_client_uses_are_warned_of_with_the_remedy() {
    for (arguments, warned) in [
        ("vscode --mode all", true),
        ("cursor --mode all", true),
        ("cursor --mode custom --categories orgs_stats,sites", false),
        ("cursor", false),
        ("vscode --mode managed", false),
        ("zed --mode all", false),
    ] {
        let home = Home::new();
        let launch = home.launch(&format!("{arguments} {CLOUD} --no-token --file"));
        let finished = ends(launch.argument(home.path("settings.json").to_str().unwrap()), 0).await;
        let told = finished.output();
        let found = ["VS Code and Cursor use 128", "--categories"].iter().all(|words| told.contains(words));
        assert_eq!(found, warned, "{arguments}: {told}");
    }
}

/// The `.env` of a folder that a stranger made.
const STRANGE: &str = "MIST_HOST=api.gc1.mist.com\nMIST_APITOKEN=s7ranger-s7ranger-s7ranger\n\
    MISTMCP_ORG_ID=6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428\nMISTMCP_SHOW_SECRETS=true\nMISTMCP_TIMEOUT=1\n\
    MISTMCP_ALLOW_CLOUDS=https://evil.example\nMISTMCP_TRANSPORT_MODE=http\nMISTMCP_TOOL_LOADING_MODE=all\n";

#[tokio::test]
async fn nothing_is_installed_of_a_file_that_no_one_named() {
    for client in ["cursor", "vscode", "codex"] {
        let home = Home::new();
        let file = home.file("one/settings", "");
        let launch = |arguments: &str| {
            let launch =
                home.launch(&format!("{client} --yes {arguments} --file")).argument(file.to_str().unwrap());
            launch.file(".env", STRANGE)
        };
        let finished = ends(launch(""), 1).await;
        assert!(
            finished.stderr.contains("--cloud") && finished.stderr.contains("--env-file .env"),
            "{finished:?}"
        );
        let finished = ends(launch("--cloud api.eu.mist.com").variable("MIST_APITOKEN", TOKEN), 0).await;
        for name in ["MISTMCP_SHOW_SECRETS", "MISTMCP_ORG_ID", "MISTMCP_TIMEOUT"] {
            assert!(finished.stderr.contains(name), "{name}: {}", finished.stderr);
        }
        assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
        let written = read(&file);
        for strange in ["gc1", "s7ranger", "6f2d1c0a", "show-secrets", "timeout", "evil", "http", "--mode"] {
            assert!(!written.contains(strange), "{strange}: {written}");
        }
        if home.token_file("mist").exists() {
            assert!(read(&home.token_file("mist")).contains(TOKEN));
        }
        // What was installed without a token keeps its empty place.
        let other = ends(launch("--cloud api.eu.mist.com --name other"), 0).await;
        assert!(
            !read(&file).contains("s7ranger") && !other.output().contains("s7ranger"),
            "{}",
            other.output()
        );
        if home.token_file("other").exists() {
            assert!(!read(&home.token_file("other")).contains("s7ranger"));
        }
    }
}

#[tokio::test]
async fn an_installed_server_is_not_steered_by_the_folder_it_is_started_in() {
    for client in ["cursor", "vscode"] {
        let home = Home::new();
        let file = home.file("one/settings", "");
        let launch = home.launch(&format!("{client} --demo --yes --file")).argument(file.to_str().unwrap());
        ends(launch, 0).await;
        let settings: Value = serde_json::from_str(&read(&file)).unwrap();
        let servers = if client == "vscode" { "servers" } else { "mcpServers" };
        let arguments = settings[servers]["mist"]["args"].as_array().unwrap();
        let launch = arguments
            .iter()
            .fold(Launch::new(""), |launch, argument| launch.argument(argument.as_str().unwrap()));
        let launch = launch.file(".env", STRANGE).variable("MISTMCP_TRANSPORT_MODE", "http");
        let finished = launch.run().await;
        assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_file_that_others_may_read_is_reported_and_closed() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for (content, given) in [
        (format!("MIST_APITOKEN='{TOKEN}'\n"), false),
        (format!("MIST_APITOKEN=\"{TOKEN}\"\n"), true),
        ("MIST_APITOKEN=older-older-older\n".to_owned(), true),
        ("MIST_APITOKEN=\n".to_owned(), false),
    ] {
        let home = Home::new();
        let launch = |arguments: &str| {
            let launch = home.launch(&format!("cursor --cloud api.eu.mist.com {arguments}"));
            if given { launch.variable("MIST_APITOKEN", TOKEN) } else { launch }
        };
        ends(launch("--yes"), 0).await;
        let file = home.token_file("mist");
        for open in [0o644, 0o640, 0o606] {
            fs::write(&file, &content).unwrap();
            fs::set_permissions(&file, PermissionsExt::from_mode(open)).unwrap();
            let asked = ends(launch(""), 2).await;
            assert!(asked.output().contains(&format!("{open:03o}")), "{}", asked.output());
            assert_eq!(mode(&file), open, "nothing is changed without consent");
            ends(launch("--yes"), 0).await;
            assert_eq!(mode(&file), 0o600, "{content}");
            if given || content.contains(TOKEN) {
                assert!(read(&file).contains(TOKEN), "{}", read(&file));
            }
        }
        let finished = ends(launch("--yes"), 0).await;
        assert_eq!(
            finished.output().contains("nothing to change"),
            content.contains('T') && read(&file).contains(TOKEN)
        );
    }
    let home = Home::new();
    let own = home.file("own.env", &format!("MIST_APITOKEN={TOKEN}\n"));
    fs::set_permissions(&own, PermissionsExt::from_mode(0o644)).unwrap();
    let launch =
        home.launch("cursor --cloud api.eu.mist.com --yes --env-file").argument(own.to_str().unwrap());
    let finished = ends(launch, 0).await;
    assert!(finished.output().contains("chmod 600"), "{}", finished.output());
}

#[cfg(unix)]
#[tokio::test]
async fn a_settings_file_that_is_no_regular_text_file_is_refused() {
    let home = Home::new();
    let pipe = home.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink(&pipe, home.path("link")).unwrap();
    fs::create_dir(home.path("folder")).unwrap();
    fs::write(home.path("utf16"), [0xff, 0xfe, b'{', 0, b'}', 0]).unwrap();
    fs::File::create(home.path("huge")).unwrap().set_len(1 << 40).unwrap();
    for (name, wanted) in [
        ("pipe", "a named pipe"),
        ("link", "a named pipe"),
        ("folder", "a folder"),
        ("utf16", "save it as UTF-8"),
        ("huge", "larger than 64 MiB"),
        ("/dev/zero", "a device"),
    ] {
        for arguments in ["--demo --yes", "--remove --yes"] {
            let launch = home.launch(&format!("cursor {arguments} --file"));
            let finished = ends(launch.argument(home.path(name).to_str().unwrap()), 1).await;
            assert!(finished.stderr.contains(wanted), "{name}: {}", finished.stderr);
        }
    }
    let token_file = home.token_file("mist");
    fs::create_dir_all(token_file.parent().unwrap()).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&token_file).status().unwrap().success());
    let finished = ends(home.launch(&format!("cursor {CLOUD}")).variable("MIST_APITOKEN", TOKEN), 1).await;
    assert!(finished.stderr.contains("a named pipe"), "{}", finished.stderr);
}

#[cfg(unix)]
#[tokio::test]
async fn the_command_at_the_end_checks_what_was_installed() {
    let home = Home::new();
    let upstream = MockUpstream::start().await;
    upstream.json("/api/v1/self", &serde_json::json!({ "email": "ada@example.com", "privileges": [] }));
    let command = |finished: &Finished| {
        let told = format!("{}\n{}", finished.output(), finished.stderr);
        let last = told.trim_end().lines().last().unwrap_or_default().to_owned();
        assert!(last.starts_with("To check it"), "{told}");
        last.split_once(": ").unwrap().1.to_owned()
    };
    let url = upstream.url();
    let settings = format!("--cloud {url} --allow-cloud {url} --mode all --timeout 7 --yes");
    let launch = || home.launch(&format!("cursor {settings}")).variable("MIST_APITOKEN", TOKEN);
    let installed = command(&ends(launch(), 0).await);
    for wanted in ["mistmcp", " check ", &url, "--mode all", "--timeout 7", "--env-file"] {
        assert!(installed.contains(wanted), "{wanted}: {installed}");
    }
    // The shell reads it as it stands, with nothing of the environment that it was installed in.
    let mut shell = tokio::process::Command::new("sh");
    let output = shell.args(["-c", &installed]).env_clear().output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("ada@example.com"), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(command(&ends(launch(), 0).await), installed, "also where nothing is to be changed");
    let demo = command(&ends(home.launch("zed --demo --print"), 0).await);
    assert!(demo.ends_with("check --demo --env-file none"), "{demo}");
    let asks = ends(home.launch("vscode --cloud api.mist.com --yes"), 0).await;
    assert!(
        asks.output().contains("To check it, with MIST_APITOKEN set to the token: "),
        "{}",
        asks.output()
    );
    let http = command(
        &ends(home.launch("cursor --name far --url http://127.0.0.1:1/mcp --mode all --yes"), 0).await,
    );
    assert_eq!(http, "mistmcp check --server http://127.0.0.1:1/mcp");
}
