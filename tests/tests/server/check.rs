//! What `mistmcp check` finds, and what it says to do about it.

use mistmcp_tests::{Answer, Finished, Launch, MockUpstream, TOKEN, soon};
use serde_json::{Value, json};

const SELF: &str = "/api/v1/self";
const USAGE: &str = "/api/v1/self/usage";
const ORG: &str = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";
const OTHER_ORG: &str = "7f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";

/// A peer that takes every token, for an account with this role.
async fn upstream(role: &str) -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let privilege = json!({ "scope": "org", "role": role, "org_id": ORG, "name": "Pine" });
    upstream.json(SELF, &json!({ "email": "ada@example.com", "privileges": [privilege] }));
    upstream.json(USAGE, &json!({ "requests": 38, "request_limit": 5000, "seconds": 60 }));
    upstream
}

async fn ends(launch: Launch, code: i32) -> Finished {
    let finished = launch.run().await;
    let told = format!("{}\n{}", finished.output(), finished.stderr);
    assert_eq!(finished.code(), Some(code), "{told}");
    assert!(!told.contains(TOKEN), "{told}");
    finished
}

/// The line about something, with its mark before it.
fn line<'a>(finished: &'a Finished, mark: &str, what: &str) -> &'a str {
    let fits = |line: &&String| {
        let mut words = line.split("  ").filter(|word| !word.is_empty());
        words.next().is_some_and(|word| word.trim() == mark)
            && words.next().is_some_and(|word| word.trim() == what)
    };
    finished.stdout.iter().find(fits).unwrap_or_else(|| panic!("{mark} {what}: {}", finished.output()))
}

#[tokio::test]
async fn all_is_well_with_the_demo() {
    let finished = ends(Launch::new("check --demo"), 0).await;
    assert_eq!(finished.stderr, "");
    for what in ["env file", "settings", "tools", "cloud", "network", "token"] {
        line(&finished, "ok", what);
    }
    assert!(finished.output().ends_with("All is well."), "{}", finished.output());
    assert!(!finished.output().contains('\u{1b}'), "colours are for terminals: {}", finished.output());
}

#[tokio::test]
async fn a_token_is_reported_with_its_owner_what_it_sees_and_what_it_has_left() {
    let upstream = upstream("read").await;
    let finished = ends(Launch::at(&upstream, "check"), 0).await;
    for wanted in ["ada@example.com", "\"Pine\"", ORG, "(role read)", "4962 of 5000 calls"] {
        assert!(finished.output().contains(wanted), "{wanted}: {}", finished.output());
    }
    assert!(finished.stdout.iter().all(|line| !line.starts_with("warning")), "{}", finished.output());
    assert!(line(&finished, "ok", "tokens").contains("1 token, from MIST_APITOKEN in the environment"));
}

#[tokio::test]
async fn what_others_have_named_neither_steers_the_terminal_nor_shows_the_token() {
    let upstream = upstream("read").await;
    let name = format!("\u{1b}[2J\nfailed  all  {TOKEN}");
    let privilege = json!({ "scope": "org", "role": "read", "org_id": ORG, "name": name });
    upstream.json(SELF, &json!({ "email": "\u{1b}]0;ada\u{7}", "privileges": [privilege] }));
    let finished = ends(Launch::at(&upstream, "check"), 0).await;
    assert!(line(&finished, "ok", "token").contains("[token]"), "{}", finished.output());
    assert!(!finished.output().contains(['\u{1b}', '\u{7}']), "{}", finished.output());
    assert!(finished.stdout.iter().all(|line| !line.starts_with("failed")), "{}", finished.output());
}

#[tokio::test]
async fn scripts_get_json_with_the_same_findings() {
    let upstream = upstream("admin").await;
    let finished = ends(Launch::at(&upstream, "check --json"), 0).await;
    let report: Value = serde_json::from_str(&finished.output()).unwrap();
    assert_eq!(report["mark"], "warning");
    let findings = report["findings"].as_array().unwrap();
    let warning = findings.iter().find(|finding| finding["mark"] == "warning").unwrap();
    assert_eq!(warning["what"], "token");
    assert!(warning["words"].as_str().unwrap().contains("admin"), "{warning}");
    assert!(warning["remedy"].as_str().unwrap().contains("read"), "{warning}");
}

#[tokio::test]
async fn a_refused_token_is_reported_with_the_clouds_it_may_belong_to_and_sent_nowhere_else() {
    let (upstream, stranger) = (upstream("read").await, upstream("read").await);
    upstream.answers_token(TOKEN, Answer::json(&json!({ "detail": "unauthorized" })).status(401));
    let launch = Launch::at(&upstream, "check").argument("--allow-cloud").argument(&stranger.url());
    let finished = ends(launch, 1).await;
    let line = line(&finished, "failed", "token");
    for wanted in ["Mist refused it at 127.0.0.1", "belongs to one cloud", "--cloud (or MIST_HOST)"] {
        assert!(line.contains(wanted), "{wanted}: {line}");
    }
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn each_of_several_tokens_is_reported_by_its_place() {
    let upstream = upstream("read").await;
    upstream.answers_token("second-t0ken", Answer::new("text/plain", "").status(401));
    let launch = Launch::at(&upstream, "check")
        .variable("MIST_APITOKEN", &format!("{TOKEN},second-t0ken,third-t0ken"));
    let finished = ends(launch, 1).await;
    assert!(line(&finished, "ok", "tokens").contains("3 tokens"));
    assert!(line(&finished, "ok", "token 1").contains("valid"));
    assert!(line(&finished, "failed", "token 2").contains("refused"));
    assert!(line(&finished, "ok", "token 3").contains("valid"));
    assert!(!finished.output().contains("t0ken"), "{}", finished.output());
}

#[tokio::test]
async fn tokens_that_see_different_things_are_warned_of() {
    let upstream = upstream("read").await;
    let privilege = json!({ "scope": "org", "role": "read", "org_id": OTHER_ORG });
    upstream.answers_token(
        "second-t0ken",
        Answer::json(&json!({ "name": "bot", "privileges": [privilege], "requests": 0, "request_limit": 9 })),
    );
    let launch = Launch::at(&upstream, "check").variable("MIST_APITOKEN", &format!("{TOKEN},second-t0ken"));
    assert!(line(&ends(launch, 0).await, "warning", "tokens").contains("may not see the same"));
}

#[tokio::test]
async fn an_organization_that_the_token_does_not_see_fails() {
    let upstream = upstream("read").await;
    let finished = ends(Launch::at(&upstream, "check").argument("--org-id").argument(ORG), 0).await;
    assert!(
        finished.output().contains(&format!("sees the organization of --org-id, {ORG}")),
        "{}",
        finished.output()
    );
    let finished = ends(Launch::at(&upstream, "check").argument("--org-id").argument(OTHER_ORG), 1).await;
    let line = line(&finished, "failed", "token");
    assert!(line.contains(OTHER_ORG) && line.contains("MISTMCP_ORG_ID"), "{line}");
}

#[tokio::test]
async fn the_last_calls_of_the_hour_are_warned_of() {
    let upstream = upstream("read").await;
    upstream.json(USAGE, &json!({ "requests": 4_800, "request_limit": 5000, "seconds": 60 }));
    let finished = ends(Launch::at(&upstream, "check"), 0).await;
    assert!(line(&finished, "warning", "token").contains("200 of 5000 calls"));
}

#[tokio::test]
async fn a_cloud_that_is_silent_does_not_hold_it_up() {
    let upstream = upstream("read").await;
    upstream.answers(SELF, [Answer::never()]);
    // Another try would wait for longer than the whole test may.
    let finished = ends(Launch::at(&upstream, "check --timeout 2 --retry-wait 3600"), 1).await;
    soon("the end of its request", upstream.abandonment()).await;
    let asked: Vec<_> =
        upstream.take().into_iter().map(|received| received.path).filter(|path| path != "/").collect();
    assert_eq!(asked, [SELF], "one silence is enough, and the token is asked about once");
    // The time of the request and that of all it does for a call end together, and either may be told.
    let told = line(&finished, "failed", "token");
    assert!(["did not answer in time", "took longer"].iter().any(|words| told.contains(words)), "{told}");
}

#[tokio::test]
async fn a_cloud_that_takes_no_connection_fails_before_a_token_is_sent() {
    let url = MockUpstream::start().await.url();
    let finished = ends(Launch::at_url(&url, "check"), 1).await;
    let line = line(&finished, "failed", "network");
    assert!(line.contains("takes no connection") && line.contains("HTTPS_PROXY"), "{line}");
    assert!(!finished.output().contains("refused it"), "{}", finished.output());
}

#[tokio::test]
async fn a_proxy_is_named_without_its_password() {
    let launch = Launch::new("check --cloud api.mist.com --timeout 3 --retry-wait 0")
        .variable("MIST_APITOKEN", TOKEN)
        .variable("HTTPS_PROXY", "http://ada:hunter2@127.0.0.1:9");
    let finished = ends(launch, 1).await;
    let line = line(&finished, "failed", "network");
    assert!(line.contains("through the proxy http://127.0.0.1:9 (HTTPS_PROXY)"), "{line}");
    assert!(!finished.output().contains("hunter2"), "{}", finished.output());
}

#[tokio::test]
async fn settings_are_reported_with_where_they_come_from() {
    let file = format!("MIST_HOST=api.mist.com\nMISTMCP_TIMEOUT=1\nMIST_APITOKEN={TOKEN}\n");
    let launch = Launch::new("check --retry-wait 0 --client-token s3cret-s3cret-s3cret")
        .file(".env", &file)
        .variable("MISTMCP_FORMAT", "toon")
        .variable("HTTPS_PROXY", "http://127.0.0.1:9");
    let finished = ends(launch, 1).await;
    let settings = line(&finished, "ok", "settings");
    assert!(settings.contains("--client-token on the command line"), "{settings}");
    assert!(!finished.output().contains("s3cret"), "{}", finished.output());
    let launch = Launch::new("check --retry-wait 0")
        .file(".env", &file)
        .variable("MISTMCP_FORMAT", "toon")
        .variable("MISTMCP_CLIENT_TOKEN", "s3cret-s3cret-s3cret")
        .variable("HTTPS_PROXY", "http://127.0.0.1:9");
    let finished = ends(launch, 1).await;
    let settings = line(&finished, "ok", "settings");
    for wanted in [
        "--retry-wait 0 on the command line",
        "MISTMCP_FORMAT toon in the environment",
        "MISTMCP_TIMEOUT 1 in ",
        "MISTMCP_CLIENT_TOKEN in the environment",
    ] {
        assert!(settings.contains(wanted), "{wanted}: {settings}");
    }
    assert!(line(&finished, "ok", "cloud").contains("from MIST_HOST in "), "{}", finished.output());
    assert!(!finished.output().contains("s3cret"), "{}", finished.output());
}

#[tokio::test]
async fn everything_that_is_wrong_is_reported_at_once() {
    let finished = ends(Launch::new("check --mode custom --org-id acme"), 1).await;
    for what in ["tools", "organization", "cloud", "tokens"] {
        line(&finished, "failed", what);
    }
    assert!(finished.output().contains("api.us.mist-federal.com"), "{}", finished.output());
    ends(Launch::new("check --mode al"), 2).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_with_a_token_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.env");
    for (content, mode, mark) in [
        (format!("MIST_APITOKEN={TOKEN}\n"), 0o644, "warning"),
        (format!("MIST_APITOKEN={TOKEN}\n"), 0o600, "ok"),
        ("MISTMCP_FORMAT=toon\n".to_owned(), 0o644, "ok"),
    ] {
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let launch = Launch::new("check --demo --env-file").argument(path.to_str().unwrap());
        let finished = ends(launch, 0).await;
        let line = line(&finished, mark, "env file");
        assert_eq!(line.contains("chmod 600"), mark == "warning", "{line}");
    }
}

#[tokio::test]
async fn a_running_server_is_checked_for_readiness() {
    let server = Launch::new("--demo").serve().await;
    let port = server.address().port().to_string();
    for launch in [
        Launch::new("check --server").argument(&format!("http://127.0.0.1:{port}")),
        Launch::new("check --server").argument(&format!("http://127.0.0.1:{port}/mcp?mode=all")),
        Launch::new("check --server").argument(&format!("http://127.0.0.1:{port}/livez")),
        Launch::new("check --server /livez").variable("MISTMCP_PORT", &port),
        Launch::new("check --server").variable("MISTMCP_PORT", &port).variable("MISTMCP_HOST", "0.0.0.0"),
    ] {
        let finished = ends(launch, 0).await;
        assert!(line(&finished, "ok", "server").contains(" answers 200"), "{}", finished.output());
        assert_eq!(finished.stdout.len(), 3, "nothing else is looked at: {}", finished.output());
    }
    let finished =
        ends(Launch::new("check --server").argument(&format!("http://127.0.0.1:{port}/nowhere")), 1).await;
    assert!(line(&finished, "failed", "server").contains("404"), "{}", finished.output());
    let finished = ends(Launch::new("check --server http://ada:hunter2@127.0.0.1:1"), 1).await;
    assert!(!finished.output().contains("hunter2"), "{}", finished.output());
    let gone = MockUpstream::start().await.url();
    let finished = ends(Launch::new("check --server").argument(&gone), 1).await;
    assert!(line(&finished, "failed", "server").contains("--transport http"), "{}", finished.output());
}

#[tokio::test]
async fn a_server_that_others_reach_without_tls_is_warned_of_before_it_starts() {
    for (host, is_warned) in [("0.0.0.0", true), ("[::]", true), ("127.0.0.2", false), ("localhost", false)] {
        let finished = ends(Launch::new(&format!("check --demo -t http --host {host}")), 0).await;
        let output = finished.output();
        assert_eq!(
            output.contains("without --tls-cert tokens cross the network"),
            is_warned,
            "{host}: {output}"
        );
    }
}

#[tokio::test]
async fn more_tools_than_some_clients_use_are_warned_of() {
    for (arguments, mark) in
        [("--mode all", "warning"), ("--mode managed", "ok"), ("--mode custom --categories sites", "ok")]
    {
        let finished = ends(Launch::new(&format!("check --demo {arguments}")), 0).await;
        let line = line(&finished, mark, "tools");
        assert_eq!(line.contains("VS Code and Cursor use 128"), mark == "warning", "{line}");
    }
}

#[tokio::test]
async fn the_arguments_of_an_entry_or_a_server_may_stand_behind_check() {
    for arguments in [
        "--transport stdio --demo --env-file none",
        "--transport stdio --mode all --timeout 9 --demo",
        "-t http -p 8001 --demo --allow-host mist.example.com --max-sessions 5 --log-format json",
        "--transport=http --host 127.0.0.1 --demo --max-body-bytes 8388608 --trusted-proxy 10.0.0.0/8",
    ] {
        let before = ends(Launch::new(&format!("{arguments} check")), 0).await;
        let behind = ends(Launch::new(&format!("check {arguments}")), 0).await;
        let settings = line(&behind, "ok", "settings");
        assert!(settings.contains("--demo on the command line"), "{settings}");
        assert_eq!(line(&before, "ok", "settings"), settings, "{arguments}");
    }
    // A server's flags change nothing of a call, and do no harm.
    let call = Launch::new("call getSelf --demo --transport http --port 8001").run().await;
    assert_eq!(call.code(), Some(0), "{}", call.stderr);
}

#[tokio::test]
async fn settings_are_shown_as_they_were_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let path = path.to_str().unwrap();
    for (flag, value) in [
        ("--audit-log", path),
        ("--trusted-proxy", "10.0.0.0/8"),
        ("--redis-prefix", "acme:mist"),
        ("--oauth-groups-claim", "realm_access.roles"),
    ] {
        let launch = Launch::new("check -t http --demo --oauth-audience https://mist.example.com/mcp");
        let launch = launch.arguments("--oauth-issuer http://127.0.0.1:9").argument(flag).argument(value);
        let finished = launch.run().await;
        let shown = format!("{flag} {value} on the command line");
        assert!(finished.output().contains(&shown), "{shown}: {}", finished.output());
    }
}
