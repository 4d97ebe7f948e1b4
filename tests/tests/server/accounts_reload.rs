//! The accounts file and its token files are read again when they change, and on SIGHUP.

use mistmcp_tests::{Launch, soon};
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
    std::fs::write(&path, format!("[accounts.acme]\n{command}\ncloud = \"{}\"\n", upstream.url())).unwrap();
    process.signal("HUP").await;
    let was_read = async {
        while !mark.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the wrong file to be read", was_read).await;
    process.call("getOrg", ask.clone()).await;
    assert_eq!(token(&upstream.take()), format!("Token {}", TOKENS[0]));
    std::fs::write(&path, text("another-t0ken-5Yw2")).unwrap();
    let changed = async {
        loop {
            process.call("getOrg", ask.clone()).await;
            if token(&upstream.take()) == "Token another-t0ken-5Yw2" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    soon("the new token", changed).await;
    process.close_stdin();
    let finished = process.ended().await;
    assert!(
        finished.stderr.contains("account `acme`") && finished.stderr.contains("stay as they were"),
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
    std::fs::write(&path, text("new.token")).unwrap();
    // The file is looked at every two seconds, so that by then it was read without the token.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    std::fs::write(folder.path().join("new.token"), "another-t0ken-5Yw2").unwrap();
    let changed = async {
        loop {
            process.call("getOrg", json!({ "org_id": ACME })).await;
            let token = customers.acme.take().last().unwrap().header("authorization").to_owned();
            if token == "Token another-t0ken-5Yw2" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    soon("the new token", changed).await;
}
