//! `mistmcp install`: entries in the settings of clients.

mod files;
mod foreign_entries;
mod foreign_settings;
mod http;
mod token;

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

    /// The installation into a settings file.
    fn launch_for(&self, arguments: &str, file: &Path) -> Launch {
        self.launch(&format!("{arguments} --file")).argument(file.to_str().unwrap())
    }

    async fn run(&self, arguments: &str) -> Finished {
        ends(self.launch(arguments), 0).await
    }

    /// The file of the token of an entry for the cloud of most tests.
    fn token_file(&self, entry: &str) -> PathBuf {
        self.token_file_of(entry, "api.eu.mist.com")
    }

    fn token_file_of(&self, entry: &str, cloud: &str) -> PathBuf {
        let base = if cfg!(target_os = "macos") { "Library/Application Support" } else { "config" };
        self.path(base).join("mistmcp").join(format!("{entry}.{cloud}.env"))
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

fn settings(file: &Path) -> Value {
    serde_json::from_str(&read(file)).unwrap()
}

/// The permissions of a file.
#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}

/// The server as an entry starts it.
fn started(arguments: &[Value]) -> Launch {
    arguments.iter().fold(Launch::new(""), |launch, argument| launch.argument(argument.as_str().unwrap()))
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
        let launch = home.launch_for(&format!("{client} {CLOUD}"), &file);
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
    // What the entry needs then is told, and is enough.
    let path = home.token_file("office");
    for wanted in [path.to_str().unwrap(), "MIST_APITOKEN=…", "--print"] {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
    let check = |path: &Path| Launch::new("check --demo --env-file").argument(path.to_str().unwrap());
    let missing = check(&path).run().await;
    assert_eq!(missing.code(), Some(2));
    assert!(missing.stderr.contains("MIST_APITOKEN=…"), "{}", missing.stderr);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("MIST_APITOKEN={TOKEN}\n")).unwrap();
    assert_eq!(check(&path).run().await.code(), Some(0));
    let print = home.launch("cursor --cloud api.eu.mist.com --print --name office");
    let finished = ends(print, 0).await;
    assert!(!finished.stderr.contains("MIST_APITOKEN=…"), "{}", finished.stderr);
}

#[tokio::test]
async fn the_entry_starts_the_server_with_the_token_and_the_settings() {
    let (home, upstream) = (Home::new(), MockUpstream::start().await);
    let launch = home.launch("cursor --yes --org-id 6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428");
    let launch =
        launch.variable("MIST_HOST", &upstream.url()).variable("MISTMCP_ALLOW_CLOUDS", &upstream.url());
    ends(launch.variable("MIST_APITOKEN", TOKEN), 0).await;
    let settings = settings(&home.path(".cursor/mcp.json"));
    let server = &settings["mcpServers"]["mist"];
    let arguments = server["args"].as_array().unwrap();
    let launch = started(arguments);
    let finished = launch.argument("call").argument("getOrg").run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    let received = upstream.take();
    assert_eq!(received[0].header("authorization"), format!("Token {TOKEN}"));
    assert!(received[0].path.ends_with("6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428"), "{}", received[0].path);
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
async fn what_would_stop_the_server_stops_the_installation() {
    let home = Home::new();
    for (arguments, code, wanted) in [
        ("cursor --yes", 1, "--cloud"),
        ("cursor --yes --cloud evil.example", 2, "--allow-cloud"),
        ("cursor --yes --demo --mode custom", 2, "--categories"),
        ("cursor --yes --demo --categories sites_rmm", 2, "sites_rrm"),
        ("cursor --yes --demo --org-id acme", 2, "--org-id"),
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
