//! The token of an entry: its file, and what is refused as a token.

use std::fs;

use mistmcp_tests::TOKEN;
use serde_json::Value;

use super::{CLOUD, Home, ends, mode, read, settings};

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
async fn the_tokens_of_two_clouds_are_kept_apart() {
    let home = Home::new();
    ends(home.launch(&format!("cursor {CLOUD}")).variable("MIST_APITOKEN", TOKEN), 0).await;
    let of_eu = home.token_file("mist");
    for (client, cloud, token) in [
        ("windsurf", "api.gc1.mist.com", None),
        ("cursor", "api.mist.com", None),
        ("gemini-cli", "api.ac2.mist.com", Some("another-0ne")),
    ] {
        let launch = home.launch(&format!("{client} --yes --cloud {cloud}"));
        let launch = token.into_iter().fold(launch, |launch, token| launch.variable("MIST_APITOKEN", token));
        let finished = ends(launch, 0).await;
        let own = home.token_file_of("mist", cloud);
        assert!(finished.output().contains(own.to_str().unwrap()), "{}", finished.output());
        let line = token.map_or("MIST_APITOKEN=\n".to_owned(), |token| format!("MIST_APITOKEN='{token}'\n"));
        assert!(read(&own).ends_with(&line), "{}", read(&own));
        assert!(read(&of_eu).contains(TOKEN), "{}", read(&of_eu));
    }
}

#[tokio::test]
async fn a_token_that_is_shared_or_replaced_is_announced_before_anything_is_changed() {
    let home = Home::new();
    let launch = |arguments: &str, token: Option<&str>| {
        let launch = home.launch(&format!("{arguments} --cloud api.eu.mist.com"));
        token.into_iter().fold(launch, |launch, token| launch.variable("MIST_APITOKEN", token))
    };
    ends(launch("cursor --yes", Some(TOKEN)), 0).await;
    let file = home.token_file("mist");
    for (arguments, token, code, wanted) in [
        ("windsurf", None, 2, &["is used", "Cursor reads this file too", "--name", "MIST_APITOKEN set"][..]),
        ("windsurf", Some("another-0ne"), 2, &["is replaced in", "Cursor reads this file too", "--name"]),
        ("windsurf", Some(TOKEN), 2, &["windsurf"]),
        ("cursor", None, 0, &["nothing to change", "is used", "To replace it", "MIST_APITOKEN set"]),
        ("cursor", Some("another-0ne"), 2, &["is replaced in"]),
        ("cursor --name office", None, 2, &["Put the token into"]),
        ("cursor --name office", Some("another-0ne"), 2, &["The token goes into"]),
    ] {
        let said = ends(launch(arguments, token), code).await.output();
        for wanted in wanted {
            assert!(said.contains(wanted), "{arguments} {token:?}: {wanted}: {said}");
        }
        if arguments == "cursor" || arguments.contains("--name") {
            assert!(!said.contains("reads this file too"), "{arguments}: {said}");
        }
        assert!(read(&file).contains(TOKEN), "without consent nothing is changed");
    }
    ends(launch("windsurf --yes", None), 0).await;
    let removed = home.run("windsurf --remove --yes").await;
    let still = format!("The token is still in {}: Cursor reads it too", file.display());
    assert!(removed.output().contains(&still), "{}", removed.output());
    ends(launch("cursor --yes", Some("another-0ne")), 0).await;
    assert!(read(&file).contains("another-0ne") && !read(&file).contains(TOKEN));
}

#[tokio::test]
async fn vscode_asks_for_the_token_and_no_file_holds_it() {
    let home = Home::new();
    let file = home.file("one/mcp.json", "{}");
    let launch = home.launch_for(&format!("vscode {CLOUD}"), &file);
    ends(launch.variable("MIST_APITOKEN", TOKEN), 0).await;
    let settings = settings(&file);
    let id = settings["inputs"][0]["id"].as_str().unwrap();
    assert_eq!(settings["inputs"][0]["password"], true);
    assert_eq!(settings["servers"]["mist"]["env"]["MIST_APITOKEN"], format!("${{input:{id}}}"));
    assert!(!home.token_file("mist").exists() && !read(&file).contains(TOKEN));
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
    let settings = settings(&home.path(".cursor/mcp.json"));
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

#[cfg(unix)]
#[tokio::test]
async fn a_token_file_that_others_may_read_is_reported_and_closed() {
    use std::os::unix::fs::PermissionsExt;

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
