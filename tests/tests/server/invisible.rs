//! Text that strangers wrote: a terminal obeys none of it, a model sees all of it, and an entry of the log stays one line.

use std::process::Command;

use mistmcp_tests::{Answer, Client, HttpClient, Launch, Lifecycle, MockUpstream, TOKEN, binary};
use rmcp::model::{
    ArgumentInfo, CompleteRequestParams, GetPromptRequestParams, ReadResourceRequestParams, Reference,
    ResourceContents,
};
use rmcp::service::ServiceError;
use serde_json::{Value, json};

const SELF: &str = "/api/v1/self";
const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";
const SITE: &str = "05000000-0000-4000-8000-000000000001";

/// Escape sequences, a bell, C1 and DEL; a bidirectional override, zero-width characters, a tag, a soft hyphen, separators.
const HOSTILE: &str = "Cafe\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}1m\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\u{ad}\u{2028}\u{85}\u{fe0f}";
/// The same as it is shown.
const SHOWN: &str = "Cafe<U+001B>[2J<U+001B>]0;owned<U+0007><U+009B>1m<U+007F><U+202E><U+2066><U+200B><U+FEFF>\
                     <U+E0041><U+00AD><U+2028><U+0085><U+FE0F>";

/// That nothing in a text is unseen, or obeyed by a terminal.
#[track_caller]
fn assert_seen(text: &str) {
    let unseen = |letter: &char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || matches!(*letter,
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
    };
    assert_eq!(text.chars().find(unseen), None, "{text:?}");
}

async fn upstream() -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let privilege = json!({ "scope": "org", "role": "read", "org_id": ORG, "name": HOSTILE });
    upstream.json(
        SELF,
        &json!({ "name": HOSTILE, HOSTILE: [HOSTILE, { HOSTILE: 1 }], "privileges": [privilege] }),
    );
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &json!([{ "id": SITE, "name": HOSTILE }]));
    upstream.json(
        &format!("/api/v1/orgs/{ORG}/wlans"),
        &json!([{ "id": "1", "ssid": HOSTILE, HOSTILE: HOSTILE }]),
    );
    upstream
}

#[tokio::test]
async fn no_form_of_an_answer_has_anything_unseen() {
    let upstream = upstream().await;
    for call in [
        "call getSelf",
        "call getSelf --table",
        "--format toon call getSelf",
        "call listOrgWlans",
        "call listOrgWlans --table",
        "--format toon call listOrgWlans",
        "call listOrgWlans --all-pages",
        "call listOrgWlans --all-pages --table",
        "--show-secrets call listOrgWlans",
        "check",
        "check --json",
    ] {
        let finished = Launch::at(&upstream, call).variable("MISTMCP_ORG_ID", ORG).run().await;
        assert_seen(&finished.output());
        assert_seen(&finished.stderr);
        // `check` writes names as quoted texts, with the escapes of those.
        let shown = if call.starts_with("check") { "Cafe\\u{1b}[2J" } else { "Cafe<U+001B>[2J" };
        let shown = if call == "check --json" { "Cafe\\\\u{1b}[2J" } else { shown };
        assert!(finished.output().contains(shown), "{call}: {}", finished.output());
    }
}

#[tokio::test]
async fn no_error_has_anything_unseen() {
    let upstream = upstream().await;
    let site = format!("site_id={}", HOSTILE.replace("Cafe", "Cafes"));
    for arguments in
        [["call", "getSiteInfo", &site], ["call", "getSelf", "a\u{202e}b=1"], ["call", HOSTILE, "a=b"]]
    {
        let launch = Launch::at(&upstream, "").variable("MISTMCP_ORG_ID", ORG);
        let finished =
            arguments.iter().fold(launch, |launch, argument| launch.argument(argument)).run().await;
        assert_ne!(finished.code(), Some(0));
        assert_seen(&finished.stderr);
        assert!(finished.stderr.contains("<U+"), "{}", finished.stderr);
    }
    for body in [HOSTILE.to_owned(), json!({ "detail": format!("{HOSTILE}\r\nerror: forged") }).to_string()] {
        upstream.answers(SELF, [Answer::new("text/plain", body).status(400)]);
        let finished = Launch::at(&upstream, "call getSelf").run().await;
        assert_seen(&finished.stderr);
        assert!(finished.stderr.contains(&SHOWN[..70]), "{}", finished.stderr);
        assert!(finished.stderr.lines().all(|line| line != "error: forged"), "{}", finished.stderr);
    }
    let finished =
        Launch::new("--demo call getSelf").variable("MISTMCP_MODE", "a\u{1b}]0;x\u{7}\u{202e}").run().await;
    assert_seen(&finished.stderr);
}

#[tokio::test]
async fn a_file_keeps_its_bytes_and_a_terminal_gets_nothing_to_obey() {
    let upstream = MockUpstream::start().await;
    let csv = format!("name,x\r\n{HOSTILE},1\r\n");
    upstream.answers(SELF, [Answer::new("text/csv", csv.clone())]);
    let call = format!(
        "{} --allow-cloud {url} --cloud {url} call getSelf",
        binary().display(),
        url = upstream.url()
    );
    let run = |command: [&str; 3]| {
        let mut child = Command::new(command[0]);
        child.args(&command[1..]).arg("/dev/null").env("MIST_APITOKEN", TOKEN).env("SHELL", "/bin/sh");
        let folder = tempfile::tempdir().unwrap();
        tokio::task::spawn_blocking(move || {
            let output = child.current_dir(folder.path()).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        })
    };
    assert_eq!(run(["/bin/sh", "-c", &call]).await.unwrap(), csv);
    if cfg!(target_os = "linux") {
        let seen = run(["script", "-qec", &call]).await.unwrap();
        assert!(seen.contains(SHOWN), "{seen:?}");
        assert_seen(&seen.replace('\r', ""));
    }
}

#[tokio::test]
async fn a_model_sees_every_character_of_an_answer_and_can_give_a_name_back() {
    let upstream = upstream().await;
    for lifecycle in Lifecycle::BOTH {
        let client = Launch::at(&upstream, "-m all").variable("MISTMCP_ORG_ID", ORG).client(lifecycle).await;
        let value = client.json("getSelf", json!({})).await;
        assert_eq!(value["name"], SHOWN);
        assert_eq!(value[SHOWN], json!([SHOWN, { SHOWN: 1 }]));
        let rows = client.json("listOrgWlans", json!({ "fields": format!("ssid,a\u{202e}") })).await;
        assert_eq!(rows["results"], json!([{ "ssid": SHOWN }]));
        assert_seen(&rows.to_string());
        // A line break is text.
        upstream.answers(
            SELF,
            [Answer::json(&json!({ "name": "a\nb\tc", "ok": "می\u{200c}خواهم 👩\u{200d}💻" }))],
        );
        let text = client.json("getSelf", json!({})).await;
        assert_eq!(text, json!({ "name": "a\nb\tc", "ok": "می\u{200c}خواهم 👩\u{200d}💻" }));
        upstream.json(SELF, &json!({ "name": HOSTILE, HOSTILE: [HOSTILE, { HOSTILE: 1 }] }));
        upstream.take();
        upstream.json(&format!("/api/v1/orgs/{ORG}/sites/search"), &json!({ "results": [] }));
        client.call("searchOrgSites", json!({ "name": SHOWN })).await;
        let asked = upstream.take();
        assert!(asked[0].query.contains(&("name".to_owned(), HOSTILE.to_owned())), "{asked:?}");
    }
}

#[tokio::test]
async fn a_model_sees_every_character_of_all_other_texts() {
    let upstream = upstream().await;
    upstream.answers(SELF, [Answer::new("text/csv", HOSTILE)]);
    let client =
        Launch::at(&upstream, "-m all").variable("MISTMCP_ORG_ID", ORG).client(Lifecycle::Legacy).await;
    let file = client.try_call("getSelf", json!({})).await.unwrap();
    let resource = file.content[0].as_resource().unwrap();
    let ResourceContents::TextResourceContents { text, .. } = &resource.resource else {
        panic!("{resource:?}")
    };
    assert_eq!(text, SHOWN);

    let name = format!("{HOSTILE}x");
    assert_seen(&client.refusal("getSiteInfo", json!({ "site_id": name })).await);
    assert_seen(&client.refusal("listOrgWlans", json!({ HOSTILE: HOSTILE })).await);
    let unknown = client.try_call(HOSTILE, json!({})).await.unwrap_err();
    assert_seen(&unknown.message);
    assert!(unknown.message.contains("<U+202E>"), "{unknown:?}");
    let arguments = json!({ "site": HOSTILE }).as_object().cloned().unwrap();
    let request = GetPromptRequestParams::new("site-health").with_arguments(arguments);
    let prompt = client.server().get_prompt(request).await.unwrap();
    let text = &prompt.messages[0].content.as_text().unwrap().text;
    assert_seen(text);
    assert!(text.contains("<U+202E>"), "{text}");
    let argument = ArgumentInfo::new("site", "Caf");
    let request = CompleteRequestParams::new(Reference::for_prompt("site-health"), argument);
    assert_eq!(client.server().complete(request).await.unwrap().completion.values, [SHOWN]);
    for uri in [format!("mistmcp://{HOSTILE}"), "mistmcp://categories/%E2%80%AE".to_owned()] {
        let Err(ServiceError::McpError(error)) =
            client.server().read_resource(ReadResourceRequestParams::new(uri)).await
        else {
            panic!("it is not there")
        };
        assert_seen(&format!("{} {}", error.message, error.data.unwrap_or_default()));
    }
    completes_nothing(&client).await;
}

#[tokio::test]
async fn an_unknown_method_is_sent_back_as_it_is_seen_and_cut() {
    let mut stdio = Launch::new("--demo").stdio();
    stdio.initialize().await;
    for method in [format!("x/{HOSTILE}"), "y".repeat(100_000)] {
        let (answer, _) = stdio.request(&method, json!({})).await;
        let told = answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(answer["error"]["code"], -32601);
        assert_seen(told);
        assert!(told.starts_with("There is no method `") && told.contains("`tools/list`"), "{told}");
        assert!(told.len() < 500, "{} bytes", told.len());
    }
}

/// The names in a question of completion are told back as they are seen.
async fn completes_nothing(client: &Client) {
    let request =
        CompleteRequestParams::new(Reference::for_prompt("site-health"), ArgumentInfo::new(HOSTILE, ""));
    let Err(ServiceError::McpError(error)) = client.server().complete(request).await else {
        panic!("there is no such argument")
    };
    assert_seen(&error.message);
}

#[tokio::test]
async fn a_name_is_found_as_it_is_shown() {
    const NAMES: [(&str, &str); 4] = [
        (HOSTILE, SHOWN),
        ("Leeds\u{200e} Hall", "Leeds<U+200E> Hall"),
        ("\u{feff}Kiel", "<U+FEFF>Kiel"),
        ("Bonn <U+1>", "Bonn <U+1>"),
    ];
    let id = |kind: &str, place: usize| format!("{kind}000000-0000-4000-8000-00000000000{place}");
    let upstream = MockUpstream::start().await;
    let privilege =
        |place: usize| json!({ "scope": "org", "org_id": id("0a", place), "name": NAMES[place].0 });
    let privileges = [0, 1, 2, 3].map(privilege);
    upstream.json(SELF, &json!({ "privileges": privileges }));
    let listed = |kind: &str| -> Value {
        NAMES
            .iter()
            .enumerate()
            .map(|(place, (name, _))| json!({ "id": id(kind, place), "name": name }))
            .collect()
    };
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &listed("05"));
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &listed("0d"));
    upstream.json(&format!("/api/v1/sites/{SITE}/devices"), &listed("0d"));
    let launch = Launch::at(&upstream, "--mode all").variable("MISTMCP_ORG_ID", ORG);
    let client = launch.client(Lifecycle::Stateless).await;
    for (place, (name, shown)) in NAMES.into_iter().enumerate() {
        for (tool, arguments, kind) in [
            ("getOrg", json!({ "org_id": shown }), "0a"),
            ("getSiteInfo", json!({ "site_id": shown }), "05"),
            ("getSiteInfo", json!({ "site_id": name }), "05"),
            ("getSiteInfo", json!({ "site_id": format!(" {shown} ") }), "05"),
            ("searchOrgAlarms", json!({ "site_id": shown }), "05"),
            ("listSiteDevices", json!({ "site_id": SITE, "device_id": shown }), "0d"),
        ] {
            upstream.take();
            client.try_call(tool, arguments.clone()).await.unwrap();
            let wanted = id(kind, place);
            let asked = upstream.take();
            assert!(
                asked.iter().any(|sent| format!("{} {:?}", sent.path, sent.query).contains(&wanted)),
                "{tool} {arguments}: {asked:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_entry_of_the_log_is_one_line_of_a_sane_length() {
    for format in ["text", "json"] {
        let upstream = MockUpstream::start().await;
        let launch = Launch::at(&upstream, &format!("--log-format {format}")).variable("MISTMCP_ORG_ID", ORG);
        let server = launch.serve().await;
        let mcp_client =
            HttpClient::with_token(&server, "?mode=all&debug=true", "al1ce-t0ken-7Kq2").open().await;
        let forged = format!("x\n2026-11-28T10:00:00Z  INFO call tool=forged {HOSTILE}");
        for metric in [forged.as_str(), &"y".repeat(50_000)] {
            mcp_client.try_call("getOrgSle", json!({ "metric": metric })).await;
        }
        mcp_client.try_call("getSelf", json!({})).await;
        let told = server.wait_until("the last call", |text| text.contains("getSelf")).await;
        for line in told.lines() {
            assert_seen(line);
            assert!(line.len() < 4_000, "{} bytes", line.len());
            assert!(!line.starts_with("2026-11-28T10:00:00Z"), "{line}");
        }
        let sent = upstream.take();
        let path = sent.iter().find(|sent| sent.path.contains("forged")).unwrap().path.clone();
        assert!(told.contains(&path[..200]), "the path is logged as it was sent: {told}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_built_is_refused_before_it_is_sent() {
    let upstream = MockUpstream::start().await;
    let long = Value::from("y".repeat(70_000));
    let finished = Launch::at(&upstream, "--debug -m all").variable("MISTMCP_ORG_ID", ORG);
    let mut stdio = finished.stdio();
    stdio.initialize().await;
    let answer = stdio.call("getOrgSle", json!({ "metric": long })).await;
    let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(answer["result"]["isError"] == true && !text.contains("Mist"), "{text}");
    let finished = stdio.finish().await;
    assert!(!finished.stderr.contains("trying again"), "{}", finished.stderr);
    assert!(finished.stderr.len() < 4_000, "{} bytes", finished.stderr.len());
    assert!(upstream.take().is_empty());
}
