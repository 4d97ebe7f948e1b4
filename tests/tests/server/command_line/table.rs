//! `--table`: answers for people.

use mistmcp_tests::{Launch, Peer};
use serde_json::json;

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";

#[tokio::test]
async fn rows_are_lines_under_the_names_of_their_fields() {
    let peer = Peer::start().await;
    let rows = json!([
        { "id": "1", "mac": "5c5b35000001", "radio": { "band_5": { "channel": 36 } }, "last_seen": 1_795_389_660 },
        { "id": "2", "mac": "5c5b35000002", "name": "a name\nof two lines that is rather longer than a terminal is wide, and has words" },
    ]);
    peer.json(&format!("/api/v1/orgs/{ORG}/inventory"), &rows);
    let launch = Launch::at(&peer, "call getOrgInventory --table").argument(&format!("org_id={ORG}"));
    // In a pipe there is no width, whatever the shell before it had.
    let finished = launch.variable("COLUMNS", "20").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    let [names, first, second] = finished.stdout.as_slice() else { panic!("{}", finished.output()) };
    let names: Vec<_> = names.split_whitespace().collect();
    assert_eq!(names, ["name", "mac", "last_seen", "radio.band_5.channel", "id"]);
    assert!(first.trim_start().starts_with("5c5b35000001  2026-11-22 23:21:00Z"), "{first}");
    assert!(
        second.starts_with("a name of two lines") && second.contains("has words  5c5b35000002"),
        "{second}"
    );
    assert!(!finished.output().contains('\u{1b}'));
}

#[tokio::test]
async fn an_object_is_a_line_a_field_and_hides_what_is_secret() {
    let finished = Launch::new("--demo call getSelf --table").run().await;
    assert!(finished.output().contains("\nprivileges.0.role      read\n"), "{}", finished.output());
    let peer = Peer::start().await;
    peer.json("/api/v1/self", &json!({ "name": "x", "passphrase": "hunter2-psk" }));
    let finished = Launch::at(&peer, "call getSelf --table").run().await;
    assert_eq!(finished.output(), "name        x\npassphrase  [hidden]");
}

#[tokio::test]
async fn that_there_are_more_rows_is_told_beside_the_table() {
    let finished = Launch::new("--demo call searchOrgSites limit=2 --table").run().await;
    assert_eq!(finished.stdout.len(), 3, "{}", finished.output());
    assert!(
        finished.stderr.contains("2 of 5 rows") && finished.stderr.contains("--all-pages"),
        "{}",
        finished.stderr
    );
}
