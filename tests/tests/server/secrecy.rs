//! The token is on no output, in no answer and in no process list; secrets of the network are hidden.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mistmcp_tests::{Answer, Finished, Launch, Lifecycle, MockUpstream, TOKEN};
use serde_json::json;

/// What would give it away: its beginning is enough to tell whose it is.
const BEGINNING: &str = "s3cr3t-0f-7he";

fn assert_untold(what: &str, finished: &Finished) {
    for (stream, text) in [("stdout", finished.output()), ("stderr", finished.stderr.clone())] {
        let place = text.find(BEGINNING);
        let around =
            place.map(|place| text[place.saturating_sub(80)..].chars().take(200).collect::<String>());
        assert_eq!(around, None, "{what}: {stream}");
    }
}

/// A peer that repeats the token wherever a body can be.
async fn parrot() -> MockUpstream {
    let upstream = MockUpstream::start().await;
    upstream.answers(
        "/api/v1/self",
        [Answer::json(&json!({ "detail": format!("bad token {TOKEN}") })).status(401)],
    );
    upstream.answers("/api/v1/self/usage", [Answer::json(&json!({ "note": TOKEN, TOKEN: [TOKEN] }))]);
    // Where words are cut to their length, the cut goes through the token.
    let words = format!("{}{TOKEN}", "x".repeat(575));
    upstream.answers("/api/v1/self/login_failures", [Answer::json(&json!({ "detail": words })).status(400)]);
    upstream.answers("/api/v1/self/logs", [Answer::new("text/plain", TOKEN).status(500)]);
    upstream.answers("/api/v1/const/webhook_topics", [Answer::new("application/json", TOKEN)]);
    upstream.answers(
        "/api/v1/const/insight_metrics",
        [Answer::json(&json!({})).status(302).header("location", TOKEN)],
    );
    upstream
}

#[tokio::test]
async fn the_token_is_on_no_output_whatever_mist_answers() {
    let upstream = parrot().await;
    let mut stdio = Launch::at(&upstream, "-m all --debug --retry-wait 0").stdio();
    stdio.initialize().await;
    for tool in [
        "getSelf",
        "getSelfApiUsage",
        "getSelfLoginFailures",
        "listSelfAuditLogs",
        "listWebhookTopics",
        "listInsightMetrics",
        "getOrg",
    ] {
        stdio.call(tool, json!({})).await;
    }
    let finished = stdio.finish().await;
    assert!(finished.output().contains("[token]"), "something was masked");
    assert_untold("a session", &finished);
}

#[tokio::test]
async fn the_token_is_on_no_output_of_a_call_from_the_shell() {
    let upstream = parrot().await;
    for tool in ["getSelf", "getSelfApiUsage", "getSelfLoginFailures", "listSelfAuditLogs"] {
        let finished = Launch::at(&upstream, "--debug --retry-wait 0 call").argument(tool).run().await;
        assert_untold(tool, &finished);
    }
}

#[tokio::test]
async fn the_token_is_in_no_file_that_mist_answers() {
    let upstream = MockUpstream::start().await;
    for media_type in ["text/csv", "application/octet-stream"] {
        upstream
            .answers("/api/v1/const/license_types", [Answer::new(media_type, format!("note\n{TOKEN}\n"))]);
        let mut stdio = Launch::at(&upstream, "-m all").stdio();
        stdio.initialize().await;
        let answer = stdio.call("listLicenseTypes", json!({})).await;
        assert_eq!(answer["result"]["content"][0]["type"], "resource", "{answer}");
        let encoded = STANDARD.encode(format!("note\n{TOKEN}\n"));
        assert!(!answer.to_string().contains(&encoded), "{media_type}: {answer}");
        assert_untold(media_type, &stdio.finish().await);
        assert_untold(media_type, &Launch::at(&upstream, "call listLicenseTypes").run().await);
    }
}

#[tokio::test]
async fn the_token_is_in_no_message_about_a_bad_command_line() {
    for arguments in
        ["--help", "-m al", "-c nope", "-m custom", "--timeout x", "--cloud evil.example", "-e nope"]
    {
        let launch = Launch::new(arguments).variable("MIST_APITOKEN", TOKEN);
        assert_untold(arguments, &launch.run().await);
    }
    let file = format!("MIST_APITOKEN=\"{TOKEN}\nMIST_HOST=api.mist.com\n");
    for arguments in ["", "-e .env", "check", "call getSelf"] {
        assert_untold(arguments, &Launch::new(arguments).file(".env", &file).run().await);
    }
}

#[tokio::test]
async fn the_token_is_not_in_the_process_list() {
    let upstream = MockUpstream::start().await;
    let mut stdio = Launch::at(&upstream, "").stdio();
    stdio.initialize().await;
    let arguments = std::fs::read_to_string(format!("/proc/{}/cmdline", stdio.id())).unwrap();
    assert!(arguments.contains("--cloud") && !arguments.contains(TOKEN), "{arguments:?}");
}

#[tokio::test]
async fn a_token_with_characters_that_json_escapes_is_masked_as_well() {
    let upstream = MockUpstream::start().await;
    let token = r#"qu"ote\and-the-rest-of-it"#;
    upstream.answers("/api/v1/self/usage", [Answer::json(&json!({ "note": token }))]);
    let launch = Launch::at(&upstream, "-m all").variable("MIST_APITOKEN", token);
    let text = launch.client(Lifecycle::Legacy).await.call("getSelfApiUsage", json!({})).await;
    assert!(!text.contains("and-the-rest-of-it"), "{text}");
}

#[tokio::test]
async fn secrets_of_the_network_are_hidden_unless_the_operator_shows_them() {
    for (arguments, shown) in [("-m all", false), ("-m all --show-secrets", true)] {
        let upstream = MockUpstream::start().await;
        let settings = json!({
            "name": "site",
            "root_password": "hunter2-a",
            "radius": { "servers": [{ "host": "r", "secret": "hunter2-b" }] },
            "psk": ["hunter2-c"],
        });
        upstream.json("/api/v1/sites/4ac1dcf4-9d8b-7211-65c4-057819f0862b/setting", &settings);
        let client = Launch::at(&upstream, arguments).client(Lifecycle::Legacy).await;
        let arguments = json!({ "site_id": "4ac1dcf4-9d8b-7211-65c4-057819f0862b" });
        let answer = client.json("getSiteSetting", arguments).await;
        assert_eq!(answer["name"], "site");
        assert_eq!(answer.to_string().matches("hunter2").count(), if shown { 3 } else { 0 }, "{answer}");
        assert_eq!(answer["root_password"], if shown { "hunter2-a" } else { "[hidden]" });
    }
}

#[tokio::test]
async fn secrets_of_the_network_are_hidden_in_errors_and_files_too() {
    let site = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";
    for (arguments, shown) in [("-m all", false), ("-m all --show-secrets", true)] {
        let upstream = MockUpstream::start().await;
        let client = Launch::at(&upstream, arguments).client(Lifecycle::Legacy).await;
        for body in [
            json!({ "detail": "invalid line: set snmp community hunter2 authorization read-only" }),
            json!([{ "psk": "hunter2", "vlan_id": 20 }]),
        ] {
            upstream.answers(&format!("/api/v1/sites/{site}/setting"), [Answer::json(&body).status(400)]);
            let text = client.refusal("getSiteSetting", json!({ "site_id": site })).await;
            assert_eq!(text.contains("hunter2"), shown, "{text}");
            assert!(text.contains("read-only") || text.contains("vlan_id"), "{text}");
        }
        let csv = Answer::new("text/csv", "name,psk\nalice,hunter2\n");
        upstream.answers(
            &format!("/api/v1/sites/{site}/devices/export"),
            [csv.header("content-disposition", "attachment; filename=\"devices.csv\"")],
        );
        let result = client.try_call("exportSiteDevices", json!({ "site_id": site })).await.unwrap();
        let written = serde_json::to_string(&result).unwrap();
        assert_eq!(written.contains("alice,hunter2"), shown, "{written}");
        assert_eq!(written.contains("alice,[hidden]"), !shown, "{written}");
    }
}
