//! The accounts file and its token files are read again when they change, and on SIGHUP.

use std::path::Path;
use std::time::SystemTime;

use mistmcp_tests::{Launch, MockUpstream, StdioProcess, polled};
use serde_json::json;

use crate::accounts::{ACME, Customers, TOKENS};

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_read_again_when_it_changes_and_a_wrong_one_changes_nothing() {
    let customers = Customers::start().await;
    let upstream = &customers.acme;
    let text = |token: &str| {
        let command = format!("token_command = [\"printf\", \"%s\", \"{token}\"]");
        format!("[accounts.acme]\n{command}\ncloud = \"{}\"\n", upstream.url())
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    std::fs::write(&path, text(TOKENS[0])).unwrap();
    let launch =
        Launch::new("--mode all --accounts").argument(path.to_str().unwrap()).argument("--allow-cloud");
    let mut process =
        launch.argument(&upstream.url()).variable("PATH", &std::env::var("PATH").unwrap()).stdio();
    process.initialize().await;
    let ask = json!({ "org_id": ACME });
    let token =
        |received: &[mistmcp_tests::Received]| received.last().unwrap().header("authorization").to_owned();
    process.call("getOrg", ask.clone()).await;
    assert_eq!(token(&upstream.take()), format!("Token {}", TOKENS[0]));
    // A command that fails leaves a mark when it is run.
    let mark = folder.path().join("mark");
    let command = format!("token_command = [\"sh\", \"-c\", \"touch '{}'; exit 3\"]", mark.display());
    replace(&path, &format!("[accounts.acme]\n{command}\ncloud = \"{}\"\n", upstream.url()));
    process.signal("HUP").await;
    polled("the wrong file to be read", async || mark.exists().then_some(())).await;
    process.call("getOrg", ask.clone()).await;
    assert_eq!(token(&upstream.take()), format!("Token {}", TOKENS[0]));
    replace(&path, &text("another-t0ken-5Yw2"));
    uses(&mut process, upstream, "another-t0ken-5Yw2").await;
    process.close_stdin();
    let finished = process.ended().await;
    assert!(
        finished.stderr.contains("account `acme`") && finished.stderr.contains("stays as it was"),
        "{}",
        finished.stderr
    );
    for token in [TOKENS[0], "another-t0ken-5Yw2"] {
        assert!(!finished.stderr.contains(token), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_token_file_that_is_made_after_a_failed_reload_is_seen() {
    let customers = Customers::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, url) = (folder.path().join("accounts.toml"), customers.acme.url());
    let text = |file: &str| format!("[accounts.acme]\ntoken_file = \"{file}\"\ncloud = \"{url}\"\n");
    std::fs::write(folder.path().join("old.token"), TOKENS[0]).unwrap();
    std::fs::write(&path, text("old.token")).unwrap();
    let launch = Launch::new("--mode all --accounts").argument(path.to_str().unwrap());
    let mut process = launch.argument("--allow-cloud").argument(&url).stdio();
    process.initialize().await;
    replace(&path, &text("new.token"));
    // The file is looked at every two seconds, so that by then it was read without the token.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    std::fs::write(folder.path().join("new.token"), "another-t0ken-5Yw2").unwrap();
    uses(&mut process, &customers.acme, "another-t0ken-5Yw2").await;
}

/// Waits until calls are made with this token.
async fn uses(process: &mut StdioProcess, upstream: &MockUpstream, token: &str) {
    let wanted = format!("Token {token}");
    polled("the new token", async || {
        process.call("getOrg", json!({ "org_id": ACME })).await;
        (upstream.take().last().unwrap().header("authorization") == wanted).then_some(())
    })
    .await;
}

/// A server over an accounts file in a folder that stays.
async fn started(folder: &Path, upstream: &MockUpstream) -> StdioProcess {
    let path = folder.join("accounts.toml");
    let launch =
        Launch::new("--mode all --accounts").argument(path.to_str().unwrap()).argument("--allow-cloud");
    let launch = launch.argument(&upstream.url()).variable("PATH", &std::env::var("PATH").unwrap());
    let mut process = launch.stdio();
    process.initialize().await;
    process
}

/// Tokens of one length.
const ROTATED: [&str; 3] = ["r0tated-t0ken-1Aa", "r0tated-t0ken-2Bb", "r0tated-t0ken-3Cc"];

fn account(token: &str, upstream: &MockUpstream) -> String {
    format!("[accounts.acme]\n{token}\ncloud = \"{}\"\n", upstream.url())
}

/// Replaces a file in one step, so that it is never read half written.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, path).unwrap();
}

/// Writes a file whose age and length tell nothing.
fn write_old(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    let old = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_takes_the_place_of_another_one_is_seen_although_it_is_as_long_and_as_old() {
    let customers = Customers::start().await;
    let upstream = &customers.acme;
    let folder = tempfile::tempdir().unwrap();
    write_old(&folder.path().join("token"), ROTATED[0]);
    write_old(&folder.path().join("accounts.toml"), &account("token_file = \"token\"", upstream));
    let mut process = started(folder.path(), upstream).await;
    uses(&mut process, upstream, ROTATED[0]).await;
    let new = folder.path().join("new");
    for token in &ROTATED[1..] {
        write_old(&new, token);
        std::fs::rename(&new, folder.path().join("token")).unwrap();
        uses(&mut process, upstream, token).await;
    }
    // The accounts file itself: the name of the other token file is as long.
    write_old(&folder.path().join("other"), ROTATED[0]);
    write_old(&new, &account("token_file = \"other\"", upstream));
    std::fs::rename(&new, folder.path().join("accounts.toml")).unwrap();
    uses(&mut process, upstream, ROTATED[0]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn links_that_a_mounted_secret_swaps_are_followed() {
    let customers = Customers::start().await;
    let upstream = &customers.acme;
    let folder = tempfile::tempdir().unwrap();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    let version = |name: &str, token: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        write_old(&path.join("token"), token);
        write_old(&path.join("accounts.toml"), &account("token_file = \"token\"", upstream));
    };
    version("..1", ROTATED[0]);
    link("..1", "..data");
    link("..data/token", "token");
    link("..data/accounts.toml", "accounts.toml");
    let mut process = started(folder.path(), upstream).await;
    uses(&mut process, upstream, ROTATED[0]).await;
    for (name, token) in [("..2", ROTATED[1]), ("..3", ROTATED[2])] {
        version(name, token);
        link(name, "..data_tmp");
        std::fs::rename(folder.path().join("..data_tmp"), folder.path().join("..data")).unwrap();
        uses(&mut process, upstream, token).await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_runs_commands_again_although_no_file_has_changed() {
    let customers = Customers::start().await;
    let upstream = &customers.acme;
    let folder = tempfile::tempdir().unwrap();
    // No key of the accounts file names this file.
    let secret = folder.path().join("secret");
    std::fs::write(&secret, ROTATED[0]).unwrap();
    let command = format!("token_command = [\"cat\", \"{}\"]", secret.display());
    std::fs::write(folder.path().join("accounts.toml"), account(&command, upstream)).unwrap();
    let mut process = started(folder.path(), upstream).await;
    uses(&mut process, upstream, ROTATED[0]).await;
    for token in &ROTATED[1..] {
        std::fs::write(&secret, token).unwrap();
        process.signal("HUP").await;
        uses(&mut process, upstream, token).await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_change_while_the_accounts_are_first_read_is_seen() {
    let customers = Customers::start().await;
    let upstream = &customers.acme;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    // The first command replaces the file that names it.
    std::fs::write(folder.path().join("next.toml"), account("token_file = \"token\"", upstream)).unwrap();
    std::fs::write(folder.path().join("token"), ROTATED[1]).unwrap();
    let [next, to] = [&folder.path().join("next.toml"), &path].map(|path| path.display().to_string());
    let script = format!("mv '{next}' '{to}'; printf %s {}", ROTATED[0]);
    let command = format!("token_command = [\"sh\", \"-c\", \"{script}\"]");
    std::fs::write(&path, account(&command, upstream)).unwrap();
    let mut process = started(folder.path(), upstream).await;
    uses(&mut process, upstream, ROTATED[1]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_account_whose_source_fails_is_used_as_soon_as_it_can_be_read() {
    let customers = Customers::start().await;
    let upstream = &customers.acme;
    let folder = tempfile::tempdir().unwrap();
    let (path, vault) = (folder.path().join("accounts.toml"), folder.path().join("vault"));
    std::fs::write(folder.path().join("token"), ROTATED[0]).unwrap();
    std::fs::write(&path, account("token_file = \"token\"", upstream)).unwrap();
    let mut process = started(folder.path(), upstream).await;
    uses(&mut process, upstream, ROTATED[0]).await;
    // A new name and a new source: nothing of the former account is used for it. The source leaves a mark when it fails.
    let mark = folder.path().join("mark");
    let script = format!("cat '{}' || {{ touch '{}'; exit 1; }}", vault.display(), mark.display());
    let command = format!("token_command = [\"sh\", \"-c\", \"{script}\"]");
    replace(&path, &account(&command, upstream).replace("acme", "other"));
    polled("the source of the new account to fail", async || mark.exists().then_some(())).await;
    let refused = process.call("getOrg", json!({ "org_id": ACME })).await.to_string();
    assert!(refused.contains("No token of the accounts file"), "{refused}");
    upstream.take();
    std::fs::write(&vault, ROTATED[1]).unwrap();
    let asked = polled("the token of the new account", async || {
        process.call("getOrg", json!({ "org_id": ACME })).await;
        upstream.take().pop()
    });
    assert_eq!(asked.await.header("authorization"), format!("Token {}", ROTATED[1]));
    process.close_stdin();
    let finished = process.ended().await;
    assert!(
        finished.stderr.contains("an account cannot be used yet; its source")
            && finished.stderr.contains("`other`"),
        "{}",
        finished.stderr
    );
}

#[cfg(unix)]
#[tokio::test]
async fn warnings_of_files_are_told_at_a_reload() {
    use std::os::unix::fs::PermissionsExt;

    let customers = Customers::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    std::fs::write(folder.path().join("token"), ROTATED[0]).unwrap();
    let set_mode = |name: &str, mode| {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode("token", 0o600);
    std::fs::write(&path, account("token_file = \"token\"", &customers.acme)).unwrap();
    let mut process = started(folder.path(), &customers.acme).await;
    set_mode("accounts.toml", 0o666);
    set_mode("token", 0o644);
    // The last change: whoever uses the new token has read the modes.
    std::fs::write(folder.path().join("token"), ROTATED[1]).unwrap();
    uses(&mut process, &customers.acme, ROTATED[1]).await;
    process.close_stdin();
    let finished = process.ended().await;
    for wanted in ["token (mode 644)", "accounts.toml (mode 666)", "chmod 600"] {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
}
