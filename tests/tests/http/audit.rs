//! The audit log: a line for each call, complete, without secrets, and never in the way of a call.

use std::collections::BTreeSet;
use std::path::Path;

use mistmcp_tests::{HttpServer, Launch, Lifecycle, MockUpstream, TOKEN, fields_of, polled};
use serde_json::{Value, json};

use crate::fixture::{ALICE, BOB, Fixture, site, site_path};

pub(crate) const LOG: &str = "audit.jsonl";

pub(crate) async fn audited(arguments: &str) -> Fixture {
    audited_at(Path::new(LOG), arguments).await
}

/// A server with its audit log at a path.
pub(crate) async fn audited_at(path: &Path, arguments: &str) -> Fixture {
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, arguments).argument("--audit-log").argument(path.to_str().unwrap());
    Fixture { server: launch.serve().await, upstream }
}

pub(crate) fn lines(path: &Path) -> Vec<Value> {
    parsed(&std::fs::read_to_string(path).unwrap_or_default())
}

fn parsed(text: &str) -> Vec<Value> {
    let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(line).collect()
}

/// The lines of the log after the server has ended.
pub(crate) async fn lines_at_end(server: HttpServer) -> Vec<Value> {
    server.signal("TERM").await;
    let copy = tempfile::tempdir().unwrap();
    // The folder goes with the server.
    std::fs::hard_link(server.folder().join(LOG), copy.path().join(LOG)).unwrap();
    let (status, errors) = server.ended().await;
    assert!(status.success(), "{errors}");
    lines(&copy.path().join(LOG))
}

/// The text of a log once it has so many lines.
pub(crate) async fn text_of(path: &Path, count: usize) -> String {
    polled("the lines of the audit log", async || {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        (text.ends_with('\n') && text.lines().count() >= count).then_some(text)
    })
    .await
}

/// The lines of a log once there are so many.
pub(crate) async fn written(path: &Path, count: usize) -> Vec<Value> {
    parsed(&text_of(path, count).await)
}

#[tokio::test]
async fn each_call_has_a_line_that_states_who_called_what_and_how_it_ended() {
    let fixture = audited("--mode all --without-tools getSelf").await;
    fixture.upstream.json(&site_path(1), &json!({ "name": "Leeds" }));
    fixture.upstream.answers(&site_path(2), [mistmcp_tests::Answer::json(&json!({})).status(403)]);
    let mut of_alice = BTreeSet::new();
    for (round, lifecycle) in Lifecycle::BOTH.into_iter().enumerate() {
        let alice = fixture.alice("").connect(lifecycle).await;
        alice.call("getSiteInfo", site(1)).await;
        alice.refusal("getSiteInfo", site(2)).await;
        alice.try_call("getSelf", json!({})).await;
        alice.try_call("noSuchTool", json!({ "password": "hunter2hunter2", "name": ALICE })).await;
        let lines = written(&fixture.server.folder().join(LOG), 4 * (round + 1)).await.split_off(4 * round);
        let outcomes: Vec<_> =
            lines.iter().map(|line| fields_of(line, ["tool", "outcome", "kind", "mist_calls"])).collect();
        assert_eq!(
            outcomes,
            [
                r#""getSiteInfo" "ok" null 1"#,
                r#""getSiteInfo" "error" "permission" 1"#,
                r#""getSelf" "refused" "tool" 0"#,
                r#""noSuchTool" "refused" "tool" 0"#,
            ]
        );
        assert_eq!(lines[0]["arguments"], site(1));
        assert_eq!(lines[3]["arguments"], json!({ "password": "[hidden]", "name": "[token]" }));
        for line in &lines {
            assert!(line["time"].as_str().unwrap().ends_with('Z') && line["ms"].is_u64(), "{line}");
            assert_eq!(line["bytes"].as_u64().unwrap() > 0, line["outcome"] == "ok", "{line}");
            assert_eq!(line["session"].is_string(), lifecycle == Lifecycle::Legacy, "{line}");
            of_alice.insert(line["token_hash"].as_str().unwrap().to_owned());
        }
        assert!(!alice.opened().is_some_and(|id| lines[0].to_string().contains(id)));
    }
    fixture.bob("").open().await.call("getSiteInfo", site(1)).await;
    let bob =
        written(&fixture.server.folder().join(LOG), 9).await[8]["token_hash"].as_str().unwrap().to_owned();
    assert!(of_alice.len() == 1 && !of_alice.contains(&bob), "{of_alice:?} {bob}");
    let text = std::fs::read_to_string(fixture.server.folder().join(LOG)).unwrap();
    for secret in [ALICE, BOB, TOKEN, "hunter2"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn no_line_is_missing_under_load_or_at_the_end() {
    const CLIENTS: usize = 20;
    const CALLS: usize = 40;
    let fixture = audited("--audit-log-required").await;
    let clients = (0..CLIENTS).map(|client| {
        let alice = fixture.alice("").lifecycle(Lifecycle::BOTH[client % 2]);
        async move {
            let alice = alice.connect(Lifecycle::BOTH[client % 2]).await;
            for call in 0..CALLS {
                let arguments = site(client * CALLS + call);
                alice.call("callTool", json!({ "tool": "getSiteInfo", "arguments": arguments })).await;
            }
        }
    });
    futures_util::future::join_all(clients).await;
    let sites: BTreeSet<_> = lines_at_end(fixture.server)
        .await
        .iter()
        .map(|line| line["arguments"]["arguments"]["site_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sites.len(), CLIENTS * CALLS);
}

#[cfg(unix)]
#[tokio::test]
async fn a_rotated_log_goes_on_in_a_new_file() {
    let fixture = audited("").await;
    let alice = fixture.alice("?mode=all").open().await;
    alice.call("getSiteInfo", site(1)).await;
    written(&fixture.server.folder().join(LOG), 1).await;
    let folder = fixture.server.folder();
    std::fs::rename(folder.join(LOG), folder.join("old.jsonl")).unwrap();
    fixture.server.signal("HUP").await;
    polled("a new file", async || folder.join(LOG).exists().then_some(())).await;
    alice.call("getSiteInfo", site(2)).await;
    assert_eq!(written(&fixture.server.folder().join(LOG), 1).await[0]["arguments"], site(2));
    assert_eq!(lines(&folder.join("old.jsonl")).len(), 1);
    let permissions = std::fs::metadata(folder.join(LOG)).unwrap().permissions();
    let mode = std::os::unix::fs::PermissionsExt::mode(&permissions);
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[tokio::test]
async fn a_call_by_name_has_the_tool_that_it_names_and_an_unknown_one_has_one_kind() {
    let fixture = audited("--without-tools getSelf").await;
    for (round, lifecycle) in Lifecycle::BOTH.into_iter().enumerate() {
        let alice = fixture.alice("").connect(lifecycle).await;
        for (tool, arguments) in [
            ("callTool", json!({ "tool": "getSiteInfo", "arguments": site(1) })),
            ("callTool", json!({ "name": " getSiteInfo ", "arguments": site(1) })),
            ("callTool", json!({ "tool": "noSuchTool" })),
            ("callTool", json!({ "tool": "getSelf" })),
            ("callTool", json!({ "tool": TOKEN })),
            ("noSuchTool", json!({})),
        ] {
            alice.try_call(tool, arguments).await;
        }
        let lines = written(&fixture.server.folder().join(LOG), 6 * (round + 1)).await.split_off(6 * round);
        let told: Vec<_> =
            lines.iter().map(|line| fields_of(line, ["tool", "called", "outcome", "kind"])).collect();
        assert_eq!(
            told,
            [
                r#""callTool" "getSiteInfo" "ok" null"#,
                r#""callTool" "getSiteInfo" "ok" null"#,
                r#""callTool" "noSuchTool" "refused" "tool""#,
                r#""callTool" "getSelf" "refused" "tool""#,
                r#""callTool" "[token]" "refused" "tool""#,
                r#""noSuchTool" null "refused" "tool""#,
            ]
        );
    }
}

#[tokio::test]
async fn literals_of_a_query_about_a_secret_and_tokens_in_other_spellings_are_hidden() {
    let fixture = audited("--mode all").await;
    let alice = fixture.alice("").open().await;
    let by = |of: fn(char) -> String| TOKEN.chars().map(of).collect::<String>();
    let (first, rest) = TOKEN.split_at(TOKEN.len() / 2);
    let texts = [
        format!("{first} {rest}"),
        format!("{first}\n{rest}"),
        format!("a {first}\u{200b}{rest} b"),
        by(|letter| format!("&#{};", u32::from(letter))),
        by(|letter| format!("\\u{:04x}", u32::from(letter))),
        by(|letter| {
            if letter.is_ascii_graphic() {
                char::from_u32(u32::from(letter) + 0xfee0).unwrap()
            } else {
                letter
            }
            .to_string()
        }),
    ];
    for text in &texts {
        alice.try_call("getSiteInfo", json!({ "site_id": text })).await;
    }
    for condition in [
        "psk IN ('hunter2hunter2')",
        "'hunter2hunter2' = lower(psk)",
        "json_extract(auth, '$.psk') LIKE 'hunter2%'",
    ] {
        let table = json!({ "t": { "tool": "listOrgWlans" } });
        alice
            .try_call(
                "queryRows",
                json!({ "tables": table, "sql": format!("SELECT ssid FROM t WHERE {condition}") }),
            )
            .await;
    }
    let lines = written(&fixture.server.folder().join(LOG), texts.len() + 3).await;
    for (line, text) in lines.iter().zip(&texts) {
        let argument = line["arguments"]["site_id"].as_str().unwrap();
        assert!(argument.contains("[token]") && !argument.contains(first), "{text}: {line}");
    }
    for line in &lines[texts.len()..] {
        let sql = line["arguments"]["sql"].as_str().unwrap();
        assert!(
            sql.contains("SELECT ssid FROM t") && sql.contains("[hidden]") && !sql.contains("hunter2"),
            "{line}"
        );
    }
}
