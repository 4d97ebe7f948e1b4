//! Entries of servers over HTTP.

use serde_json::Value;

use super::{Home, ends};

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

/// The entry of this name that is printed, and what is said about it.
async fn printed(home: &Home, arguments: &str, client_token: bool) -> (Value, String) {
    let launch = home.launch(arguments);
    let launch = if client_token { launch.variable("MISTMCP_CLIENT_TOKEN", "hunter2") } else { launch };
    let finished = ends(launch, 0).await;
    (serde_json::from_str(&finished.output()).unwrap_or_default(), finished.stderr)
}

#[tokio::test]
async fn each_client_sends_a_client_token_in_its_own_form_beside_the_token_or_alone() {
    let home = Home::new();
    for (client, server, secret, token) in [
        ("claude-code", "/mcpServers/mist", "${MISTMCP_CLIENT_TOKEN}", "${MIST_APITOKEN}"),
        ("cursor", "/mcpServers/mist", "${env:MISTMCP_CLIENT_TOKEN}", "${env:MIST_APITOKEN}"),
        ("windsurf", "/mcpServers/mist", "${env:MISTMCP_CLIENT_TOKEN}", "${env:MIST_APITOKEN}"),
        ("gemini-cli", "/mcpServers/mist", "$MISTMCP_CLIENT_TOKEN", "$MIST_APITOKEN"),
        ("vscode", "/servers/mist", "${input:mist-client-token}", "${input:mist-token}"),
    ] {
        let print = format!("{client} --print --url https://mist.example.com/mcp");
        let (entry, _) = printed(&home, &print, true).await;
        let headers = &entry.pointer(server).unwrap()["headers"];
        assert_eq!(headers["Authorization"], format!("Bearer {secret}"), "{entry}");
        assert_eq!(headers["X-Authorization"], token, "{entry}");
        let (entry, _) = printed(&home, &format!("{print} --no-token"), true).await;
        let wanted = serde_json::json!({ "Authorization": format!("Bearer {secret}") });
        assert_eq!(entry.pointer(server).unwrap()["headers"], wanted);
        // Where people sign in, the client has no secret at all, and a hint says how.
        let (entry, said) = printed(&home, &print, false).await;
        assert!(entry.pointer(server).unwrap()["headers"].get("Authorization").is_none(), "{entry}");
        assert!(said.contains("sign in") && said.contains("--no-token"), "{said}");
        assert!(said.contains("MISTMCP_CLIENT_TOKEN"), "{said}");
        let (entry, _) = printed(&home, &format!("{print} --no-token"), false).await;
        assert!(entry.pointer(server).unwrap().get("headers").is_none(), "{entry}");
    }
    let codex = "codex --print --no-token --url https://mist.example.com/mcp";
    let codex = ends(home.launch(codex).variable("MISTMCP_CLIENT_TOKEN", "hunter2"), 0).await.output();
    assert!(codex.contains("bearer_token_env_var = \"MISTMCP_CLIENT_TOKEN\""), "{codex}");
    let zed = printed(&home, "zed --print --url https://mist.example.com/mcp", true).await.1;
    assert!(zed.contains("\"Authorization\": \"Bearer …\""), "{zed}");
}

#[tokio::test]
async fn inputs_for_both_secrets_go_in_and_out_together() {
    let home = Home::new();
    let file = home.file("mcp.json", "{\"inputs\": [{\"id\": \"other\"}]}");
    let install = home.launch_for("vscode --yes --url https://mist.example.com", &file);
    ends(install.variable("MISTMCP_CLIENT_TOKEN", "hunter2"), 0).await;
    let ids = |settings: &Value| -> Vec<String> {
        let inputs = settings["inputs"].as_array().unwrap();
        inputs.iter().map(|input| input["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut written = super::settings(&file);
    assert_eq!(ids(&written), ["other", "mist-client-token", "mist-token"]);
    written["theme"] = "mine".into();
    std::fs::write(&file, written.to_string()).unwrap();
    ends(home.launch_for("vscode --yes --remove", &file), 0).await;
    assert_eq!(ids(&super::settings(&file)), ["other"]);
}
