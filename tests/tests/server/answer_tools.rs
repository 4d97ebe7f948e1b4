//! Answer tools with the real binary: the number of their requests, empty organizations, and the operator's policy.

use mistmcp_demo::{DemoCloud, Fault};
use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

const ORG: &str = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";

/// A question for each tool.
fn questions() -> Vec<(&'static str, Value)> {
    vec![
        ("findAnything", json!({ "text": "LDS-AP-03" })),
        ("troubleshootClient", json!({ "client": "hp-lt-lds-079" })),
        ("troubleshootAuthentication", json!({ "who": "hp-lt-lds-079" })),
        ("troubleshootDevice", json!({ "device_id": "LDS-AP-03" })),
        ("checkPorts", json!({ "device_id": "LDS-SW-03" })),
        ("listProblems", json!({})),
    ]
}

fn at(cloud: &DemoCloud, arguments: &str) -> Launch {
    Launch::at_url(&cloud.url(), arguments).variable("MIST_APITOKEN", DemoCloud::TOKEN)
}

async fn over_the_demo() -> (DemoCloud, Client) {
    let cloud = DemoCloud::start().await.unwrap();
    let client = at(&cloud, "").client(Lifecycle::Legacy).await;
    (cloud, client)
}

/// The four fields that every answer has.
fn check(answer: &Value) {
    assert!(answer["verdict"].as_str().is_some_and(|verdict| !verdict.is_empty()), "{answer}");
    assert!(answer["findings"].is_array() && answer["not_seen"].is_array(), "{answer}");
    assert!(answer["calls"].is_u64(), "{answer}");
    assert!(!answer.to_string().contains("healthy"), "{answer}");
    assert!(answer.to_string().len() < 9_000, "{answer}");
}

#[tokio::test]
async fn the_calls_of_an_answer_are_those_that_mist_has_seen_and_twelve_at_most() {
    for (tool, arguments) in questions() {
        let (cloud, client) = over_the_demo().await;
        for _ in 0..2 {
            let before = cloud.requests().len();
            let answer = client.json(tool, arguments.clone()).await;
            let sent = cloud.requests().len() - before;
            assert_eq!(answer["calls"], sent, "{tool}: {answer}");
            assert!(sent <= 12, "{tool}: {sent}");
        }
    }
}

#[tokio::test]
async fn a_part_that_is_tried_again_counts_and_stays_within_the_calls() {
    let (cloud, client) = over_the_demo().await;
    client.json("troubleshootDevice", json!({ "device_id": "LDS-AP-03" })).await;
    cloud.fail_next("/api/v1/sites", 500, Fault::status(503));
    let before = cloud.requests().len();
    let answer = client.json("troubleshootDevice", json!({ "device_id": "LDS-AP-03" })).await;
    check(&answer);
    let sent = cloud.requests().len() - before;
    assert_eq!(answer["calls"], sent, "{answer}");
    assert!(sent <= 12 && !answer["not_seen"].as_array().unwrap().is_empty(), "{sent}: {answer}");
}

#[tokio::test]
async fn two_equal_answers_at_once_cost_the_calls_of_one() {
    let (cloud, client) = over_the_demo().await;
    let ask = || client.json("troubleshootDevice", json!({ "device_id": "LDS-AP-03" }));
    ask().await;
    let before = cloud.requests().len();
    ask().await;
    let one = cloud.requests().len() - before;
    // Slow enough that both are under way together.
    cloud.fail_next("", 1_000, Fault::Slow { milliseconds: 700 });
    let before = cloud.requests().len();
    let (first, second) = tokio::join!(ask(), ask());
    assert_eq!(first, second);
    assert_eq!(cloud.requests().len() - before, one);
}

#[tokio::test]
async fn near_the_limit_of_an_hour_an_answer_states_what_it_did_not_ask() {
    let cloud = DemoCloud::start().await.unwrap();
    let client = at(&cloud, "--rate-limit 5").client(Lifecycle::Legacy).await;
    let answer = client.json("troubleshootDevice", json!({ "device_id": "LDS-AP-03", "org_id": ORG })).await;
    check(&answer);
    assert!(answer["not_seen"].to_string().contains("calls"), "{answer}");
    assert!(cloud.requests().len() <= 5);
}

#[tokio::test]
async fn an_empty_organization_and_rows_of_any_form_are_never_called_well() {
    let odd = json!({
        "results": [
            null, 1, "x", [], {}, { "mac": "5c5b3591a110" },
            { "mac": "5c5b3591a110", "name": 5, "type": ["ap"], "connected": "false", "last_seen": "1795890000", "site_id": ORG },
            { "type": "SOMETHING_NEW", "timestamp": "1795890000.5", "mac": { "a": 1 }, "port_id": 7, "speed": "100", "up": "true" },
        ],
        "total": "7", "next": 5,
    });
    for (nothing, is_empty) in
        [(json!([]), true), (json!(null), true), (json!({ "results": [] }), true), (odd, false)]
    {
        let upstream = MockUpstream::start().await;
        upstream.json(
            "/api/v1/self",
            &json!({ "privileges": [{ "scope": "org", "org_id": ORG, "role": "read" }] }),
        );
        let body = nothing.clone();
        upstream.default_handler(move |_| Answer::json(&body));
        let client = Launch::at(&upstream, "").client(Lifecycle::Legacy).await;
        for (tool, mut arguments) in questions() {
            if !is_empty && arguments.get("device_id").is_some() {
                arguments["device_id"] = "5c:5b:35:91:a1:10".into();
            }
            let answer = client.json(tool, arguments).await;
            check(&answer);
            if is_empty {
                assert!(!answer["not_seen"].as_array().unwrap().is_empty(), "{tool}: {answer}");
                assert!(!answer["verdict"].as_str().unwrap().contains("nothing wrong"), "{tool}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn what_the_operator_removes_is_not_read_and_see_names_only_callable_tools() {
    let cloud = DemoCloud::start().await.unwrap();
    let limited = "--without-tools searchSiteAlarms,searchSiteSwOrGwPorts -c answers";
    let client = at(&cloud, limited).client(Lifecycle::Legacy).await;
    let answer = client.json("troubleshootDevice", json!({ "device_id": "RTM-AP-04" })).await;
    check(&answer);
    let hidden = answer["not_seen"].to_string();
    assert!(hidden.contains("ports: the operator") && hidden.contains("alarms: the operator"), "{answer}");
    assert!(!cloud.requests().iter().any(|request| request.path.contains("alarms")), "{answer}");
    assert!(!answer.to_string().contains("\"see\""), "no other category is callable: {answer}");
}

#[tokio::test]
async fn tools_that_are_named_are_listed_and_called_and_their_answers_read_what_they_need() {
    let cloud = DemoCloud::start().await.unwrap();
    for lifecycle in Lifecycle::BOTH {
        for (policy, tools) in [
            ("--tools checkSite,getSelf", &["checkSite"][..]),
            (
                "--tools check*,getSelf",
                &["checkCompliance", "checkPorts", "checkRadio", "checkSite", "checkWan"],
            ),
            ("--tools checkSite,getSelf --mode all", &["checkSite"]),
        ] {
            let client = at(&cloud, policy).client(lifecycle).await;
            let listed: Vec<_> = client.tools().await.iter().map(|tool| tool.name.to_string()).collect();
            let named = ["manageMcpTools", "findTools", "callTool", "getSelf"];
            let answers: Vec<_> = listed.iter().filter(|name| !named.contains(&name.as_str())).collect();
            assert_eq!(answers, tools, "{policy}");
            let answer = client.json("checkSite", json!({ "site_id": "Rotterdam Warehouse" })).await;
            check(&answer);
            assert_eq!(answer["not_seen"], json!([]), "{policy}: {answer}");
            assert!(!answer["findings"].as_array().unwrap().is_empty(), "{policy}: {answer}");
            assert!(!answer.to_string().contains("\"see\""), "{policy}: nothing else is callable: {answer}");
            for removed in ["searchSiteAlarms", "troubleshootDevice"] {
                let called = client.try_call(removed, json!({ "site_id": "Rotterdam Warehouse" })).await;
                assert!(called.is_err(), "{policy}: {removed}: {called:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_part_that_is_removed_by_name_is_not_read_whatever_else_is_named() {
    for (policy, part, path) in [
        ("--tools checkSite --without-tools searchSiteAlarms", "alarms: the operator", "/alarms/"),
        ("--tools check* --without-tools *Alarms*", "alarms: the operator", "/alarms/"),
        ("--without-tools listOrgAuditLogs", "audit log: the operator", "/logs"),
        ("-c answers --without-tools search*ClientEvents", "client events: the operator", "/clients/events/"),
    ] {
        let cloud = DemoCloud::start().await.unwrap();
        let client = at(&cloud, policy).client(Lifecycle::Legacy).await;
        let answer = client.json("checkSite", json!({ "site_id": "Rotterdam Warehouse" })).await;
        check(&answer);
        assert!(answer["not_seen"].to_string().contains(part), "{policy}: {answer}");
        let asked: Vec<_> = cloud.requests().into_iter().map(|request| request.path).collect();
        assert!(!asked.iter().any(|asked| asked.contains(path)), "{policy}: {asked:?}");
        assert!(asked.len() > 5, "{policy}: {asked:?}");
    }
    // A tool that is not named is not called, whatever it would read.
    let cloud = DemoCloud::start().await.unwrap();
    let client = at(&cloud, "--tools list*,search*,get*").client(Lifecycle::Legacy).await;
    assert!(client.try_call("checkSite", json!({ "site_id": "Rotterdam Warehouse" })).await.is_err());
    let through = json!({ "tool": "checkSite", "arguments": { "site_id": "Rotterdam Warehouse" } });
    client.refusal("callTool", through).await;
    assert!(cloud.requests().is_empty(), "{:?}", cloud.requests());
}

#[tokio::test]
async fn the_command_line_prints_what_a_person_reads() {
    let printed = Launch::new("call troubleshootDevice device_id=RTM-AP-04 --demo --table").run().await;
    let text = printed.stdout.join("\n");
    for wanted in ["RTM-AP-04 is down", "severity", "critical", "power_lost", "ago"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}
