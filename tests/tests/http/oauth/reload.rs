//! The accounts file of a running server changes: people have the accounts that it gives them now.

use mistmcp_tests::{polled, soon};
use serde_json::json;

use super::{ACME, Team};
use crate::fixture::site;

/// Waits until a person's call has this status.
async fn until_status(client: &mistmcp_tests::HttpClient, status: u16) {
    polled("the change", async || {
        (client.try_call("getSiteInfo", site(1)).await.status == status).then_some(())
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_change_counts_for_open_sessions_and_a_file_that_cannot_be_read_changes_nothing() {
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
    // Each of these is a source whose token cannot be read, and the log says why. Those whom the file removes lose the
    // account, and those whom it adds do not get the token of the former source.
    for (token, wanted) in [
        ("token_env = \"NOT_SET\"", "line 2: account `acme`: token_env"),
        ("token_file = \"folder\"", "it is a folder"),
        ("token_file = \"none\"", "there is no such file"),
        ("token_command = [\"printf\", \"two\\nlines\"]", "a line break"),
    ] {
        std::fs::create_dir_all(path.with_file_name("folder")).unwrap();
        put(with(token, "noc"));
        team.server.wait_until(wanted, |errors| errors.contains(wanted)).await;
        until_status(&sally, 403).await;
        assert_eq!(alice.try_call("getSiteInfo", site(3)).await.status, 403);
    }
    put(with("token_env = \"ACME_TOKEN\"", "sales"));
    until_status(&sally, 200).await;
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let told = "the accounts file, `accounts.toml`, cannot be read: it is a folder";
    team.server.wait_until(told, |errors| errors.contains(told)).await;
    sally.call("getSiteInfo", site(4)).await;
    std::fs::remove_dir(&path).unwrap();
    put(with("token_env = \"ACME_TOKEN\"", "noc"));
    until_status(&alice, 200).await;
    assert_eq!(sally.try_call("getSiteInfo", site(5)).await.status, 403);
    assert!(!team.server.errors().contains(ACME));
}

#[cfg(unix)]
#[tokio::test]
async fn a_source_that_fails_delays_no_removal_and_is_tried_again() {
    let team = Team::start("").await;
    let folder = team.server.folder();
    let (path, vault) = (folder.join("accounts.toml"), folder.join("vault"));
    let vault_account = |group: &str| {
        let (command, url) = (format!("[\"cat\", \"{}\"]", vault.display()), team.acme.url());
        format!("[accounts.acme]\ntoken_command = {command}\ncloud = \"{url}\"\ngroups = [\"{group}\"]\n\n")
    };
    let beta = format!(
        "[accounts.beta]\ntoken_env = \"BETA_TOKEN\"\ncloud = \"{}\"\nusers = [\"bob\"]\n",
        team.beta.url()
    );
    let put = |text: String| {
        let new = path.with_extension("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, &path).unwrap();
    };
    std::fs::write(&vault, VAULT[0]).unwrap();
    let alice = team.of("alice", json!({})).open().await;
    let bob = team.of("bob", json!({ "groups": [] })).open().await;
    put(vault_account("noc") + &beta);
    let uses = async |client: &mistmcp_tests::HttpClient, token: &str| {
        let wanted = format!("Token {token}");
        polled("the token", async || {
            client.try_call("getOrg", json!({ "org_id": super::org(1) })).await;
            team.acme.take().last().filter(|last| last.header("authorization") == wanted).map(|_| ())
        })
        .await;
    };
    uses(&alice, VAULT[0]).await;
    bob.call("getSiteInfo", site(1)).await;
    // The vault is down, and somebody is removed.
    std::fs::remove_file(&vault).unwrap();
    put(vault_account("noc"));
    until_status(&bob, 403).await;
    uses(&alice, VAULT[0]).await;
    // So is a group, and another one is added: the vault may have the token of another customer by now.
    put(vault_account("sales"));
    until_status(&alice, 403).await;
    let sally = team.of("sally", json!({ "groups": ["sales"] }));
    assert_eq!(sally.clone().initialize().await.status, 403);
    let told = |errors: &String| {
        errors.contains("stays as it was; its source is read again") && errors.contains("`acme`")
    };
    team.server.wait_until("the failure in the log", told).await;
    // No file changes that the server looks at.
    team.acme.take();
    std::fs::write(&vault, VAULT[1]).unwrap();
    let back = async {
        while sally.clone().initialize().await.status != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    soon("the account", back).await;
    sally.open().await.call("getSiteInfo", site(1)).await;
    let received = team.acme.take();
    let former = format!("Token {}", VAULT[0]);
    assert!(received.iter().all(|request| request.header("authorization") != former), "{received:?}");
    let told = |errors: &String| errors.contains("the tokens could be read again");
    let errors = team.server.wait_until("the end of the failure in the log", told).await;
    assert!(VAULT.iter().all(|token| !errors.contains(token)), "{errors}");
}

/// Tokens that a command prints.
const VAULT: [&str; 2] = ["vault-t0ken-7Gh2Lp0q", "vault-t0ken-8Jk3Mq1r"];

#[cfg(unix)]
#[tokio::test]
async fn a_stream_of_a_person_without_an_account_ends() {
    let team = Team::start("").await;
    let path = team.server.folder().join("accounts.toml");
    for lifecycle in mistmcp_tests::Lifecycle::BOTH {
        let text = std::fs::read_to_string(&path).unwrap();
        let alice = team.of("alice", json!({})).query("?mode=managed").connect(lifecycle).await;
        let mut stream = alice.listen().await;
        assert_eq!(stream.status(), 200);
        std::fs::write(&path, text.replace("noc", "sales")).unwrap();
        let ended = async { while stream.chunk().await.unwrap().is_some() {} };
        soon("the end of the stream", ended).await;
        std::fs::write(&path, text).unwrap();
        let back = async {
            while team.of("alice", json!({})).initialize().await.status != 200 {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        soon("the account", back).await;
    }
}
