//! `--table`: answers for people.

use mistmcp_tests::{Answer, Launch, MockUpstream};
use serde_json::json;

use super::stops;

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";

#[tokio::test]
async fn rows_are_lines_under_the_names_of_their_fields() {
    let upstream = MockUpstream::start().await;
    let rows = json!([
        { "id": "1", "mac": "5c5b35000001", "radio": { "band_5": { "channel": 36 } }, "last_seen": 1_795_389_660 },
        { "id": "2", "mac": "5c5b35000002", "name": "a name\nof two lines that is rather longer than a terminal is wide, and has words" },
    ]);
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &rows);
    let launch = Launch::at(&upstream, "call getOrgInventory --table").argument(&format!("org_id={ORG}"));
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
    let upstream = MockUpstream::start().await;
    upstream.json("/api/v1/self", &json!({ "name": "x", "passphrase": "hunter2-psk" }));
    let finished = Launch::at(&upstream, "call getSelf --table").run().await;
    assert_eq!(finished.output(), "name        x\npassphrase  [hidden]");
}

#[tokio::test]
async fn names_stand_for_ids_that_a_row_or_one_list_names() {
    const SITE: &str = "c50037a7-178f-4890-b13a-6e506db8f944";
    let upstream = MockUpstream::start().await;
    let rows =
        json!([{ "site_id": SITE, "ap": "5c5b35000001", "map_id": "1", "map_name": "Floor 1", "type": "X" }]);
    upstream
        .json(&format!("/api/v1/orgs/{ORG}/devices/events/search"), &json!({ "results": rows, "total": 1 }));
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &json!([{ "id": SITE, "name": "Leeds" }]));
    let device =
        json!({ "id": "00000000-0000-0000-1000-5c5b35000001", "mac": "5c5b35000001", "name": "LDS-AP-01" });
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &json!([device]));
    let call = |more: &str| {
        Launch::at(&upstream, &format!("--org-id {ORG} call searchOrgDeviceEvents --table")).arguments(more)
    };
    let finished = call("").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    let words = |line: &str| {
        line.split("  ").filter(|word| !word.is_empty()).map(str::trim).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words(&finished.stdout[0]), ["site", "ap", "type", "map_name"]);
    assert_eq!(words(&finished.stdout[1]), ["Leeds", "LDS-AP-01", "X", "Floor 1"]);
    assert_eq!(upstream.take().len(), 3, "the rows, and a list each of sites and devices");
    // Chosen columns are as Mist has them, in their order.
    let finished = call("--fields type,site_id").run().await;
    assert_eq!(words(&finished.stdout[0]), ["type", "site_id"]);
    assert_eq!(words(&finished.stdout[1]), ["X", SITE]);
    assert_eq!(upstream.take().len(), 1);
    // Where Mist does not give the lists, ids stay.
    upstream.answers(&format!("/api/v1/orgs/{ORG}/sites"), [Answer::json(&json!({})).status(403)]);
    let finished = call("").run().await;
    assert!(finished.code() == Some(0) && finished.output().contains(SITE), "{}", finished.output());
}

#[tokio::test]
async fn csv_has_a_header_and_a_line_for_each_row() {
    let upstream = MockUpstream::start().await;
    let rows = json!([
        { "name": "=cmd|'/c calc'!A1", "rssi": -65, "radio": { "channel": 36 }, "tags": ["a", "b"] },
        { "name": "two\nlines, \"quoted\"", "radio": { "channel": 40 } },
    ]);
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &rows);
    let call = |more: &str| {
        Launch::at(&upstream, &format!("--org-id {ORG} call getOrgInventory --csv")).arguments(more)
    };
    let finished = call("").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    let lines = [
        "name,rssi,radio.channel,tags",
        "'=cmd|'/c calc'!A1,-65,36,\"[\"\"a\"\",\"\"b\"\"]\"",
        "\"two",
        "lines, \"\"quoted\"\"\",,40,",
    ];
    assert_eq!(finished.output().replace('\r', "").lines().collect::<Vec<_>>(), lines);
    let finished = call("--all-pages --fields radio,name").run().await;
    assert!(finished.output().starts_with("radio.channel,name"), "{}", finished.output());
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &json!([]));
    let finished = call("--fields name,mac").run().await;
    assert_eq!((finished.output().trim(), finished.stderr.trim()), ("name,mac", "no rows"));
    upstream.json("/api/v1/self", &json!({ "email": "ada@example.com", "session": { "ip": "1.2.3.4" } }));
    let finished = Launch::at(&upstream, "call getSelf --csv").run().await;
    assert_eq!(finished.output().replace('\r', ""), "email,session.ip\nada@example.com,1.2.3.4");
}

#[tokio::test]
async fn the_data_has_the_times_of_samples_and_not_what_was_taken_for_an_argument() {
    let call = |line: &str| Launch::new(&format!("--demo call {line} --csv"));
    let finished = call("getSiteDeviceStats site_id=Leeds device_id=LDS-AP-01").run().await;
    assert!(finished.output().starts_with("id,"), "{}", finished.output());
    assert!(finished.stderr.starts_with("taken: `site_id`"), "{}", finished.stderr);
    let samples =
        "getSiteInsightMetricsForAP site_id=Leeds device_id=LDS-AP-01 metrics=num_clients duration=3h";
    for more in ["", " --all-pages"] {
        let finished = call(&format!("{samples}{more}")).run().await;
        assert_eq!(finished.stdout[0].trim(), "value,rt", "{more}: {}", finished.output());
        let (number, time) = finished.stdout[1].split_once(',').unwrap();
        assert!(number.parse::<u32>().is_ok() && time.starts_with("20"), "{more}: {}", finished.output());
    }
}

#[tokio::test]
async fn forms_and_fields_that_contradict_one_another_are_refused() {
    let call = |line: &str| Launch::new(&format!("--demo call {line}"));
    stops(call("searchOrgSites --csv --table"), 2, &["--csv", "--table"]).await;
    stops(call("searchOrgSites fields=name --fields mac"), 2, &["`--fields`", "`fields`"]).await;
    stops(call("getSelf --fields email"), 2, &["`--fields`", "--csv"]).await;
    stops(call("searchOrgSites --csv --json"), 2, &["--json"]).await;
}

#[tokio::test]
async fn that_there_are_more_rows_is_reported_beside_the_table() {
    let finished = Launch::new("--demo call searchOrgSites limit=2 --table").run().await;
    assert_eq!(finished.stdout.len(), 3, "{}", finished.output());
    assert!(
        finished.stderr.contains("2 of 5 rows") && finished.stderr.contains("--all-pages"),
        "{}",
        finished.stderr
    );
}
