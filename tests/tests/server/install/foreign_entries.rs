//! An entry of the wanted name that is another program's, and what others added to an entry of this one.

use std::fs;

use super::{CLOUD, Home, ends, read, settings};

#[tokio::test]
async fn an_entry_of_another_program_is_neither_replaced_nor_removed() {
    for (client, content, wanted) in [
        (
            "cursor",
            r#"{"mcpServers":{"mist":{"command":"uvx","args":["mist-mcp-python"],"env":{"KEY":"hunter2"}}}}"#,
            "`uvx`",
        ),
        (
            "claude-code",
            r#"{"mcpServers":{"mist":{"type":"sse","url":"https://mcp.example.com/sse"}}}"#,
            "`https://mcp.example.com/…`",
        ),
        ("codex", "[mcp_servers.mist]\ncommand = \"/usr/bin/npx\"\nstartup_timeout_sec = 20\n", "`npx`"),
        ("zed", r#"{"context_servers":{"mist":{"command":"hunter2-hunter2-hunter2x"}}}"#, "characters"),
    ] {
        let home = Home::new();
        let file = home.file("settings", content);
        for arguments in ["--demo --yes", "--demo", "--url https://mist.example.com --yes", "--remove --yes"]
        {
            let refused = ends(home.launch_for(&format!("{client} {arguments}"), &file), 1).await;
            for wanted in ["`mist`", wanted, "another program", "--name"] {
                assert!(
                    refused.stderr.contains(wanted),
                    "{client} {arguments}: {wanted}: {}",
                    refused.stderr
                );
            }
            assert_eq!(read(&file), content, "{client} {arguments}");
        }
        ends(home.launch_for(&format!("{client} --demo --yes --name juniper"), &file), 0).await;
        ends(home.launch_for(&format!("{client} --remove --yes --name juniper"), &file), 0).await;
        assert_eq!(read(&file), content, "{client}");
    }
}

#[tokio::test]
async fn an_input_of_another_server_is_neither_replaced_nor_removed() {
    let content = r#"{"inputs":[{"id":"mist-token","type":"promptString"}],"servers":{"a":{"command":"x"}}}"#;
    let home = Home::new();
    let file = home.file("mcp.json", content);
    let refused = ends(home.launch_for(&format!("vscode {CLOUD}"), &file), 1).await;
    assert!(
        refused.stderr.contains("`mist-token`") && refused.stderr.contains("--name"),
        "{}",
        refused.stderr
    );
    assert_eq!(read(&file), content);
    ends(home.launch_for("vscode --demo --yes", &file), 0).await;
    // So that the copy from before does not fit.
    fs::write(&file, format!("{} ", read(&file))).unwrap();
    ends(home.launch_for("vscode --remove --yes", &file), 0).await;
    assert_eq!(settings(&file)["inputs"][0]["id"], "mist-token");
    ends(home.launch_for(&format!("vscode {CLOUD} --name other"), &file), 0).await;
    assert_eq!(settings(&file)["inputs"][1]["id"], "other-token");
}

#[tokio::test]
async fn what_others_added_to_the_entry_stays_when_it_is_installed_again() {
    let home = Home::new();
    let file = home.file(".cursor/mcp.json", "{}");
    home.run("cursor --demo --yes").await;
    let mut edited = settings(&file);
    let server = &mut edited["mcpServers"]["mist"];
    server["disabled"] = true.into();
    server["autoApprove"] = serde_json::json!(["getSelf"]);
    server["timeout"] = 60.into();
    server["env"] = serde_json::json!({ "RUST_LOG": "debug", "MIST_APITOKEN": "left-over" });
    fs::write(&file, edited.to_string()).unwrap();
    home.run("cursor --demo --mode all --yes").await;
    let written = settings(&file);
    let server = &written["mcpServers"]["mist"];
    assert_eq!((&server["disabled"], &server["timeout"]), (&true.into(), &60.into()));
    assert_eq!(server["autoApprove"], serde_json::json!(["getSelf"]));
    assert_eq!(server["env"], serde_json::json!({ "RUST_LOG": "debug" }));
    assert!(server["args"].as_array().unwrap().contains(&"all".into()), "{server}");
    let again = home.run("cursor --demo --mode all --yes").await;
    assert!(again.output().contains("nothing to change"), "{}", again.output());
    let codex = home.file(".codex/config.toml", "[tui]\ntheme = 'a'\n");
    home.run("codex --demo --yes").await;
    let text =
        read(&codex).replace("[mcp_servers.mist]\n", "[mcp_servers.mist]\nstartup_timeout_sec = 20 # mine\n");
    fs::write(&codex, text).unwrap();
    home.run("codex --demo --mode all --yes").await;
    let text = read(&codex);
    assert!(text.contains("startup_timeout_sec = 20 # mine") && text.contains("\"all\""), "{text}");
    assert_eq!(text.matches("args").count(), 1, "{text}");
    let again = home.run("codex --demo --mode all --yes").await;
    assert!(again.output().contains("nothing to change"), "{}", again.output());
}
