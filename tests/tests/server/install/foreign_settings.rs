//! Settings from other files: an accounts file, an env file that is named, and one that is only found.

use std::fs;

use mistmcp_tests::{MockUpstream, TOKEN};
use serde_json::Value;

use super::{Home, ZED, ends, read, settings, started};

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
            let started = started(arguments);
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
async fn a_file_of_variables_that_is_named_is_what_the_entry_starts_with() {
    let home = Home::new();
    let variables = home.file(
        "mine.env",
        &format!("MIST_HOST=api.eu.mist.com\nMISTMCP_TOOL_LOADING_MODE=all\nMIST_APITOKEN={TOKEN}\n"),
    );
    let launch = home.launch("cursor --yes --timeout 9 --env-file").argument(variables.to_str().unwrap());
    ends(launch, 0).await;
    let settings = settings(&home.path(".cursor/mcp.json"));
    let file = variables.to_str().unwrap();
    let arguments = serde_json::json!(["--transport", "stdio", "--timeout", "9", "--env-file", file]);
    assert_eq!(settings["mcpServers"]["mist"]["args"], arguments);
    assert!(!home.token_file("mist").exists());
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
            let launch = home.launch_for(&format!("{client} --yes {arguments}"), &file);
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
        let launch = home.launch_for(&format!("{client} --demo --yes"), &file);
        ends(launch, 0).await;
        let settings = settings(&file);
        let servers = if client == "vscode" { "servers" } else { "mcpServers" };
        let arguments = settings[servers]["mist"]["args"].as_array().unwrap();
        let launch = started(arguments);
        let launch = launch.file(".env", STRANGE).variable("MISTMCP_TRANSPORT_MODE", "http");
        let finished = launch.run().await;
        assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    }
}

#[tokio::test]
async fn an_audit_log_is_named_by_its_whole_path() {
    for (log, is_path) in [("audit.jsonl", true), ("stderr", false)] {
        let home = Home::new();
        let file = home.file("settings", "{}");
        let launch = home
            .launch("cursor --demo --yes --audit-log-required --audit-log")
            .argument(log)
            .argument("--file")
            .argument(file.to_str().unwrap());
        let path = launch.folder().canonicalize().unwrap().join(log);
        ends(launch, 0).await;
        let settings: Value = serde_json::from_str(&read(&file)).unwrap();
        let arguments: Vec<_> = settings["mcpServers"]["mist"]["args"].as_array().unwrap().clone();
        let at = arguments.iter().position(|argument| argument == "--audit-log").unwrap();
        let wanted = if is_path { path.to_str().unwrap() } else { log };
        assert_eq!(arguments[at + 1], wanted, "{arguments:?}");
        assert!(arguments.iter().any(|argument| argument == "--audit-log-required"), "{arguments:?}");
    }
}
