//! `mistmcp call`: arguments in, an answer out.

use mistmcp_tests::{Answer, Launch, MockUpstream};
use serde_json::{Value, json};

use super::stops;

#[tokio::test]
async fn a_call_prints_its_answer_and_nothing_else() {
    let finished = Launch::new("--demo call searchOrgSites limit=2").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    let answer: Value = serde_json::from_str(&finished.output()).unwrap();
    assert_eq!(answer["results"].as_array().unwrap().len(), 2, "{answer}");
}

#[tokio::test]
async fn a_call_of_a_file_prints_the_file_as_it_is() {
    let launch = Launch::new("--demo call exportSiteDevices").argument("site_id=Leeds Distribution Centre");
    let finished = launch.run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    assert!(finished.stdout[0].starts_with("name,"), "{}", finished.output());
    let columns = finished.stdout[0].split(',').count();
    assert!(finished.stdout.len() > 5, "{}", finished.output());
    assert!(finished.stdout.iter().all(|line| line.split(',').count() == columns), "{}", finished.output());
}

#[tokio::test]
async fn the_categories_bound_what_a_call_reaches() {
    stops(Launch::new("--demo -c sites call getOrg"), 4, &["`getOrg` exists", "not allowed here"]).await;
    stops(Launch::new("--demo -c sites call getOrgg"), 2, &["There is no tool `getOrgg`"]).await;
    assert_eq!(Launch::new("--demo -c sites call getSelf").run().await.code(), Some(0));
}

#[tokio::test]
async fn arguments_come_as_json_from_the_line_a_file_or_standard_input() {
    let arguments = r#"{ "limit": 2, "fields": ["name"] }"#;
    let launch = Launch::new("--demo call searchOrgSites --json");
    let of_line = launch.argument(arguments).run().await;
    let launch = Launch::new("--demo call searchOrgSites --json @asked.json");
    let of_file = launch.file("asked.json", format!("\u{feff}{arguments}\r\n")).run().await;
    let mut stdio = Launch::new("--demo call searchOrgSites --json -").stdio();
    stdio.write(arguments).await;
    for finished in [of_line, of_file, stdio.finish().await] {
        assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
        let answer: Value = serde_json::from_str(&finished.output()).unwrap();
        let rows = answer["results"].as_array().unwrap();
        assert!(rows.len() == 2 && rows.iter().all(|row| row.as_object().unwrap().len() == 1), "{answer}");
    }
}

#[tokio::test]
async fn json_that_is_none_is_reported_with_where_it_came_from() {
    let call = |json: &str| Launch::new("--demo call getSelf --json").argument(json);
    stops(call("[1]"), 2, &["`--json`", "no JSON object"]).await;
    stops(call("{"), 2, &["`--json` is no JSON: "]).await;
    stops(call("@nowhere.json"), 2, &["`nowhere.json`", "cannot be read"]).await;
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let huge = vec![b' '; 2 << 20];
    for (content, wanted) in [
        (&utf16[..], "save it as UTF-8"),
        (b"{\"a\":\"caf\xe9\"}", "save it as UTF-8"),
        (&huge, "larger than 1 MiB"),
    ] {
        stops(call("@asked.json").file("asked.json", content), 2, &["`asked.json`", wanted]).await;
    }
    stops(call("@."), 2, &["`.`", "a folder", "`--json -`"]).await;
    #[cfg(unix)]
    {
        let launch = call("@pipe");
        let pipe = launch.folder().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        stops(launch, 2, &["`pipe`", "a named pipe", "`--json -`"]).await;
        stops(call("@/dev/zero"), 2, &["a device"]).await;
    }
    stops(call("-"), 2, &["standard input is no JSON"]).await;
    stops(call("{}").argument("limit=1"), 2, &["--json"]).await;
}

#[tokio::test]
async fn an_overlay_that_is_no_file_of_text_stops_the_program() {
    let call = |path: &str| Launch::new("--demo call getSelf --demo-overlay").argument(path);
    let stops = async |launch: Launch, wanted: &str| stops(launch, 2, &["--demo-overlay", wanted]).await;
    stops(call("nowhere.json"), "there is no such file").await;
    stops(call("large.json").file("large.json", vec![b' '; 17 << 20]), "larger than 16 MiB").await;
    stops(call("odd.json").file("odd.json", b"\xff\xfe{\0}\0"), "save it as UTF-8").await;
    stops(call("."), "a folder").await;
    #[cfg(unix)]
    {
        let launch = call("pipe");
        let pipe = launch.folder().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        stops(launch, "a named pipe").await;
        stops(call("/dev/zero"), "a device").await;
    }
}

#[tokio::test]
async fn an_unknown_metric_is_a_wrong_argument_whatever_mist_answers() {
    const METRICS: &str = "/api/v1/const/insight_metrics";
    for status in [400, 404] {
        let upstream = MockUpstream::start().await;
        upstream.json(METRICS, &json!({ "bytes": { "scopes": ["site"] } }));
        upstream.default_handler(move |_| Answer::json(&json!({ "detail": "no" })).status(status));
        let call = Launch::at(&upstream, "call getSiteInsightMetrics metrics=nope");
        stops(call.argument(&format!("site_id={ORG}")), 2, &["`metrics`", "nope", "bytes"]).await;
    }
}

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";

#[tokio::test]
async fn an_answer_is_whole_unless_a_limit_is_set() {
    let upstream = MockUpstream::start().await;
    let rows: Vec<_> = (0..100).map(|row| json!({ "mac": row, "note": "x".repeat(1_000) })).collect();
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &json!(rows));
    let call = || Launch::at(&upstream, "call getOrgInventory").argument(&format!("org_id={ORG}"));
    let read = async |launch: Launch| serde_json::from_str::<Value>(&launch.run().await.output()).unwrap();
    let whole = read(call()).await;
    assert_eq!((whole["results"].as_array(), whole.get("left_out")), (Some(&rows), None));
    let of_flag = call().argument("--max-result-bytes=20000");
    for cut in [of_flag, call().variable("MISTMCP_MAX_RESULT_BYTES", "20000")] {
        let cut = read(cut).await;
        assert!(cut["left_out"].as_u64().unwrap() > 50, "{cut}");
    }
}

#[tokio::test]
async fn a_file_is_printed_whole_however_large_it_is() {
    let upstream = MockUpstream::start().await;
    let csv = "name,mac\n".repeat(200_000);
    let path = format!("/api/v1/sites/{ORG}/devices/export");
    upstream.answers(&path, [Answer::new("text/csv", csv.clone())]);
    let call = || Launch::at(&upstream, "call exportSiteDevices").argument(&format!("site_id={ORG}"));
    assert_eq!(call().run().await.output() + "\n", csv);
    stops(call().argument("--max-result-bytes=60000"), 1, &["1800000 bytes", "1048576"]).await;
}

#[tokio::test]
async fn the_help_of_call_has_no_flags_of_servers() {
    let launch = Launch::new("--demo call getSelf").variable("MISTMCP_TRANSPORT_MODE", "http");
    let finished = launch.run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn an_overlay_with_an_unknown_tool_or_cause_stops_the_program_with_the_known_names() {
    for (part, wanted) in [
        (
            json!({ "question": { "tool": "chekPorts" } }),
            "`question` has no tool `chekPorts`; did you mean \"checkPorts\"?",
        ),
        (
            json!({ "expect": { "cause": "port_slw" } }),
            "`expect` has no cause `port_slw`; did you mean \"port_slow\"?",
        ),
        (json!({ "expect": { "cause": "xyzzy" } }), "`expect` has no cause `xyzzy`; there are weak_signal"),
    ] {
        let mut overlay = json!({ "overlay": [{ "device": "SYD-GW-01", "offline_for": 60 }] });
        overlay.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        let launch = Launch::new("--demo call getSelf --demo-overlay").argument("own.json");
        stops(launch.file("own.json", overlay.to_string()), 2, &["own.json", wanted]).await;
    }
}
