//! `mistmcp call` and `mistmcp query` write the audit log as a server does.

use mistmcp_tests::{Answer, Launch, MockUpstream, TOKEN, fields_of};
use serde_json::{Value, json};

use crate::accounts::{ACME, Customers, SITE_OF_BETA, TOKENS};
use crate::command_line::stops;

/// The lines of a log in a folder of its own: that of a command goes with it.
struct Log(tempfile::TempDir);

impl Log {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> String {
        self.0.path().join("audit.jsonl").to_str().unwrap().to_owned()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap_or_default()
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn outcome(line: &Value) -> String {
    fields_of(line, ["tool", "outcome", "kind", "mist_calls"])
}

#[tokio::test]
async fn each_call_of_the_command_has_a_line() {
    let upstream = MockUpstream::start().await;
    upstream.json("/api/v1/self", &json!({ "name": "Ada", "privileges": [] }));
    let log = Log::new();
    // The flag may stand before the command or behind it, and may be a variable.
    let ok = Launch::at(&upstream, "call getSelf").argument("--audit-log").argument(&log.path()).run().await;
    assert_eq!(ok.code(), Some(0), "{}", ok.stderr);
    let failed = Launch::at(&upstream, "")
        .argument("--audit-log")
        .argument(&log.path())
        .arguments("call getSelf a=1 psk=hunter2hunter2");
    assert_eq!(failed.run().await.code(), Some(2));
    let unknown = Launch::at(&upstream, "call noSuchTool").argument(&format!("text={TOKEN}"));
    assert_eq!(unknown.variable("MISTMCP_AUDIT_LOG", &log.path()).run().await.code(), Some(2));
    let lines = log.lines();
    let outcomes: Vec<_> = lines.iter().map(outcome).collect();
    assert_eq!(
        outcomes,
        [
            r#""getSelf" "ok" null 1"#,
            r#""getSelf" "error" "arguments" 0"#,
            r#""noSuchTool" "refused" "tool" 0"#
        ]
    );
    assert_eq!(lines[2]["arguments"], json!({ "text": "[token]" }));
    for line in &lines {
        assert!(line["token_hash"].is_string() && line["session"].is_null() && line["ms"].is_u64(), "{line}");
    }
    assert!(lines[0]["bytes"].as_u64().unwrap() >= 3, "{}", lines[0]);
    assert!(!log.text().contains(TOKEN) && !log.text().contains("hunter2"), "{}", log.text());
    // Standard error takes the line as well.
    let told = Launch::at(&upstream, "--audit-log stderr call getSelf").run().await;
    assert!(told.stderr.contains(r#""tool":"getSelf","arguments":{},"outcome":"ok""#), "{}", told.stderr);
}

#[tokio::test]
async fn each_page_of_a_list_has_a_line() {
    let log = Log::new();
    let launch = Launch::new("--demo call searchOrgDevices limit=10 --all-pages --max-calls 3 --audit-log");
    launch.argument(&log.path()).run().await;
    let lines = log.lines();
    assert!(lines.len() > 1 && lines.len() <= 3, "{lines:?}");
    assert!(
        lines.iter().all(|line| line["tool"] == "searchOrgDevices" && line["outcome"] == "ok"),
        "{lines:?}"
    );
    assert_ne!(lines[0]["arguments"], lines[1]["arguments"]);
}

#[tokio::test]
async fn a_query_has_a_line_with_its_tables_and_its_sql() {
    let log = Log::new();
    let sql = "SELECT count(*) AS n FROM sites";
    let with = |sql: &str| {
        Launch::new("--demo query --from sites=searchOrgSites --with sites.limit=5 --output json --audit-log")
            .argument(&log.path())
            .argument(sql)
    };
    let finished = with(sql).run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    assert_ne!(with("SELECT nothing FROM nowhere").run().await.code(), Some(0));
    let lines = log.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let tables = json!({ "sites": { "tool": "searchOrgSites", "arguments": { "limit": "5" } } });
    assert_eq!(
        (&lines[0]["tool"], &lines[0]["outcome"]),
        (&json!("queryRows"), &json!("ok")),
        "{}",
        lines[0]
    );
    assert_eq!(lines[0]["arguments"]["sql"], sql);
    assert_eq!(lines[0]["arguments"]["tables"]["sites"]["tool"], tables["sites"]["tool"], "{}", lines[0]);
    assert!(
        lines[0]["mist_calls"].as_u64().unwrap() > 0 && lines[0]["bytes"].as_u64().unwrap() > 0,
        "{}",
        lines[0]
    );
    assert_eq!(lines[1]["outcome"], "error", "{}", lines[1]);
}

#[tokio::test]
async fn a_line_of_a_command_names_the_account_and_hides_the_tokens_of_others() {
    let customers = Customers::start().await;
    let log = Log::new();
    let launch = customers.launch(["", ""]).variable("MIST_APITOKEN", TOKEN).arguments("--audit-log");
    let launch =
        launch.argument(&log.path()).arguments("call searchOrgSites").argument(&format!("org_id={ACME}"));
    let launch = launch.argument(&format!("name={} {TOKEN} {SITE_OF_BETA}", TOKENS[1]));
    let finished = launch.arguments("--debug").run().await;
    let lines = log.lines();
    assert!(lines[0]["account"].as_str().unwrap().contains("acme"), "{}", lines[0]);
    let name = format!("[token] [token] {SITE_OF_BETA}");
    assert_eq!(lines[0]["arguments"], json!({ "org_id": ACME, "name": name }));
    for token in TOKENS.iter().chain([&TOKEN]) {
        assert!(!finished.stderr.contains(token), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_opened_stops_the_command_before_the_call() {
    let upstream = MockUpstream::start().await;
    for command in ["call getSelf", "query --from t=searchOrgSites"] {
        let launch = Launch::at(&upstream, "--audit-log no/such/folder/log").arguments(command);
        stops(launch, 1, &["--audit-log (or MISTMCP_AUDIT_LOG)"]).await;
        stops(Launch::at(&upstream, "--audit-log-required").arguments(command), 2, &["--audit-log"]).await;
    }
    assert!(upstream.take().is_empty());
}

#[tokio::test]
async fn the_log_may_be_required_behind_the_command_and_named_before_it() {
    let upstream = MockUpstream::start().await;
    upstream.answers("/api/v1/self", [Answer::json(&json!({ "name": "Ada", "privileges": [] }))]);
    let launch = Launch::at(&upstream, "--audit-log stderr").arguments("call getSelf --audit-log-required");
    let finished = launch.run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("\"tool\":\"getSelf\""), "{}", finished.stderr);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_the_log_is_required_a_command_without_its_line_prints_no_answer() {
    let upstream = MockUpstream::start().await;
    upstream.answers("/api/v1/self", [Answer::json(&json!({ "name": "Ada", "privileges": [] }))]);
    let with = |flags: &str| Launch::at(&upstream, "--audit-log /dev/full").arguments(flags);
    stops(with("--audit-log-required call getSelf"), 1, &["audit log", "withheld"]).await;
    let printed = with("call getSelf").run().await;
    assert_eq!(printed.code(), Some(0), "{}", printed.stderr);
    assert!(
        printed.output().contains("Ada") && printed.stderr.contains("missing in the audit log"),
        "{}",
        printed.stderr
    );
}

#[tokio::test]
async fn names_of_streams_are_no_files_of_the_log() {
    let upstream = MockUpstream::start().await;
    for name in ["-", "stdout", "STDOUT", "Stderr"] {
        for command in ["call getSelf", "check", ""] {
            let launch = Launch::at(&upstream, command).variable("MISTMCP_AUDIT_LOG", name);
            let folder = launch.folder().to_owned();
            let finished = launch.run().await;
            let told = finished.output() + &finished.stderr;
            assert_eq!(finished.code(), Some(1), "{name} {command}: {told}");
            assert!(
                told.contains("--audit-log (or MISTMCP_AUDIT_LOG)") && told.contains("`stderr`"),
                "{told}"
            );
            assert!(!folder.join(name).exists());
        }
    }
}
