//! What the process says of what goes on: enough to find a call again, and never a token.

use mistmcp_tests::{Answer, Era, Guest, TOKEN, Wire, message};
use serde_json::{Value, json};

use crate::stage::{ALICE, BOB, Stage, site, site_path};

const VERBOSE: &str = "Mist answered";

#[tokio::test]
async fn a_call_is_one_line_with_the_name_that_its_client_sees() {
    let stage = Stage::set("--log-format json").await;
    stage.peer.answers(&site_path(2), [Answer::json(&json!({})).status(404)]);
    for era in Era::BOTH {
        let alice = stage.alice("?mode=all").enter(era).await;
        for (number, outcome) in [(1, "ok"), (2, "missing")] {
            let heard = alice.try_call("getSiteInfo", site(number)).await;
            let request = heard.header("x-request-id").to_owned();
            assert!(request.len() == 16, "{heard:?}");
            assert_eq!(
                heard.outcome().1.contains(&format!("[request {request}]")),
                outcome != "ok",
                "{heard:?}"
            );
            let told = stage.server.told("a line of the call", |text| text.contains(&request)).await;
            let lines: Vec<_> = told.lines().filter(|line| line.contains(&request)).collect();
            assert_eq!(lines.len(), 1, "{told}");
            let line: Value = serde_json::from_str(lines[0]).unwrap();
            for (name, wanted) in [("request", &*request), ("tool", "getSiteInfo"), ("outcome", outcome)] {
                assert_eq!(line[name], wanted, "{line}");
            }
            assert!(line["milliseconds"].is_number() && line["level"] == "INFO", "{line}");
        }
    }
    // Every line but those that it starts with is an object.
    for line in stage.server.errors().lines().filter(|line| !line.starts_with("mistmcp ")) {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    stage.is_discreet();
}

#[tokio::test]
async fn lines_for_people_say_the_same() {
    let stage = Stage::set("").await;
    let alice = stage.alice("?mode=all").open().await.header("X-Request-Id", "by-a-proxy.1");
    alice.call("getSiteInfo", site(1)).await;
    let told = stage.server.told("a line of the call", |text| text.contains("by-a-proxy.1")).await;
    let line = told.lines().find(|line| line.contains("by-a-proxy.1")).unwrap();
    assert!(line.contains("getSiteInfo") && line.contains("ok") && line.contains("INFO"), "{line}");
    assert!(!told.contains(VERBOSE), "{told}");
}

#[tokio::test]
async fn a_name_that_could_forge_a_line_is_not_taken() {
    let stage = Stage::set("").await;
    let alice = stage.alice("?mode=all").of(Era::Modern);
    for given in ["abc", "4bf92f35-77b3_4da6.1", &"x".repeat(64)] {
        let heard = alice.clone().header("X-Request-Id", given).try_call("getSiteInfo", site(1)).await;
        assert_eq!(heard.header("x-request-id"), given);
    }
    for given in
        ["a b", "a\tINFO call", "a=b", "\"", "[request x]", "{}", &"x".repeat(65), "a;b", "\\u001b[31m"]
    {
        let heard = alice.clone().header("X-Request-Id", given).try_call("getSiteInfo", site(1)).await;
        assert_eq!((heard.status, heard.header("x-request-id").len()), (200, 16), "{given}: {heard:?}");
    }
    let (token, body) = (format!("X-Authorization: {ALICE}"), message("ping", &json!({})));
    let mut wire = Wire::open(stage.server.address()).await;
    wire.post("/mcp", &[&token, "X-Request-Id: f\u{f6}rged"], &body).await;
    let (_, head, _) = wire.answer().await.unwrap();
    assert!(!head.contains("rged"), "{head}");
    let told = stage.server.errors();
    assert!(!told.contains("rged") && !told.contains("INFO call\""), "{told}");
}

#[tokio::test]
async fn verbose_logs_are_those_of_the_client_that_asked() {
    let stage = Stage::set("").await;
    for era in Era::BOTH {
        let verbose = stage.alice("?mode=all&debug=true").enter(era).await;
        let quiet = stage.bob("?mode=all").enter(era).await;
        for number in [1, 2] {
            // Both at once, so that a switch for all would be seen.
            tokio::join!(
                verbose.call("getSiteInfo", site(number)),
                quiet.call("getSiteInfo", site(number + 100))
            );
        }
    }
    let last = stage.alice("?mode=all").of(Era::Modern).header("X-Request-Id", "the-last");
    last.call("getSiteInfo", site(9)).await;
    let told = stage.server.told("the last line", |text| text.contains("the-last")).await;
    let lines: Vec<_> = told.lines().filter(|line| line.contains(VERBOSE)).collect();
    assert_eq!(lines.len(), 4, "{told}");
    for line in lines {
        let asked = [1, 2].iter().any(|number| line.contains(&site_path(*number)));
        assert!(asked && line.contains("DEBUG"), "{line}");
    }
    stage.is_discreet();
}

#[tokio::test]
async fn no_token_shows_whatever_is_said() {
    let stage = Stage::set("--debug").await;
    let words = format!("{TOKEN} {ALICE}");
    stage.peer.answers(&site_path(1), [Answer::json(&json!({ "detail": words })).status(400)]);
    stage.peer.answers(&site_path(2), [Answer::json(&json!({ "note": ALICE, ALICE: [ALICE] }))]);
    stage.peer.answers(&site_path(3), [Answer::cut_off()]);
    let mut bodies = Vec::new();
    for era in Era::BOTH {
        for query in ["?mode=all&debug=true", "?mode=all"] {
            let alice = stage.alice(query).enter(era).await;
            for number in [1, 2] {
                bodies.push(alice.try_call("getSiteInfo", site(number)).await.body);
            }
            bodies.push(alice.try_call(ALICE, json!({ ALICE: BOB })).await.body.replace(ALICE, "asked"));
        }
        // A token where none belongs: in the URL, in a scheme that is none, on a session that is none.
        for query in [format!("?token={ALICE}"), format!("?debug=x&{ALICE}=1")] {
            bodies.push(
                stage.bob(&query).of(era).ask("tools/list", json!({})).await.body.replace(ALICE, "asked"),
            );
        }
        for (name, value) in [
            ("Authorization", format!("Basic {ALICE}")),
            ("Authorization", ALICE.to_owned()),
            ("X-Authorization", format!("{ALICE} {ALICE} {ALICE}")),
            ("X-Authorization", format!("{ALICE}\u{e9}")),
        ] {
            let guest = Guest::new(&stage.server, "").header(name, &value).of(era);
            bodies.push(guest.ask("tools/list", json!({})).await.body);
        }
        bodies.push(stage.alice("").on(ALICE).end().await.body);
    }
    for body in bodies {
        assert!(!body.contains(ALICE) && !body.contains("al1ce"), "{body}");
    }
    stage.server.told("verbose lines", |text| text.contains(VERBOSE)).await;
    stage.is_discreet();
}
