//! Settings files: what is kept, restored, backed up and refused.

use std::fs;

use mistmcp_tests::TOKEN;

use super::{CLOUD, CODEX, Home, ZED, beside, ends, mode, read, settings};

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
    let settings = settings(&file);
    let arguments = serde_json::json!(["--transport", "stdio", "--demo", "--env-file", "none"]);
    assert_eq!(settings["mcpServers"]["mist"]["args"], arguments);
    assert_eq!(beside(&file), [""; 0]);
    home.run("windsurf --remove --yes").await;
    assert!(!file.exists());
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
            let launch = home.launch_for(&format!("{client} {arguments}"), &file);
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

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};

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
