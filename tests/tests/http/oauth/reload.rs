//! The accounts file of a running server changes: people have the accounts that it gives them now.

use mistmcp_tests::soon;
use serde_json::json;

use super::{ACME, Team};
use crate::fixture::site;

/// Waits until a person's call has this status.
async fn until_status(client: &mistmcp_tests::HttpClient, status: u16) {
    let changed = async {
        while client.try_call("getSiteInfo", site(1)).await.status != status {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    soon("the change", changed).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_change_counts_for_open_sessions_and_what_cannot_be_read_changes_nothing() {
    let team = Team::start("").await;
    let path = team.server.folder().join("accounts.toml");
    let with = |token: &str, group: &str| {
        let url = team.acme.url();
        format!("[accounts.acme]\n{token}\ncloud = \"{url}\"\ngroups = [\"{group}\"]\n")
    };
    let put = |text: String| {
        // As an editor does: another file takes its place.
        let new = path.with_extension("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, &path).unwrap();
    };
    let alice = team.of("alice", json!({})).open().await;
    let sally = team.of("sally", json!({ "groups": ["sales"] }));
    alice.call("getSiteInfo", site(1)).await;
    assert_eq!(sally.clone().initialize().await.status, 403);
    put(with("token_env = \"ACME_TOKEN\"", "sales"));
    until_status(&alice, 403).await;
    let sally = sally.open().await;
    sally.call("getSiteInfo", site(2)).await;
    // Each of these leaves the accounts as they were, and the log says why.
    for (token, wanted) in [
        ("token_env = \"NOT_SET\"", "line 2: account `acme`: token_env"),
        ("token_file = \"folder\"", "it is a folder"),
        ("token_file = \"none\"", "there is no such file"),
        ("token_command = [\"printf\", \"two\\nlines\"]", "a line break"),
    ] {
        std::fs::create_dir_all(path.with_file_name("folder")).unwrap();
        put(with(token, "noc"));
        team.server.wait_until(wanted, |errors| errors.contains(wanted)).await;
        sally.call("getSiteInfo", site(3)).await;
        assert_eq!(alice.try_call("getSiteInfo", site(3)).await.status, 403);
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let told = "accounts.toml cannot be read: it is a folder";
    team.server.wait_until(told, |errors| errors.contains(told)).await;
    sally.call("getSiteInfo", site(4)).await;
    std::fs::remove_dir(&path).unwrap();
    put(with("token_env = \"ACME_TOKEN\"", "noc"));
    until_status(&alice, 200).await;
    assert_eq!(sally.try_call("getSiteInfo", site(5)).await.status, 403);
    assert!(!team.server.errors().contains(ACME));
}
