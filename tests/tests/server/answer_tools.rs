//! Answer tools with the real binary: the rate limit and the operator's policy.

use mistmcp_demo::DemoCloud;
use mistmcp_tests::{Launch, Lifecycle};
use serde_json::{Value, json};

const ORG: &str = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";

fn at(cloud: &DemoCloud, arguments: &str) -> Launch {
    Launch::at_url(&cloud.url(), arguments).variable("MIST_APITOKEN", DemoCloud::TOKEN)
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
async fn near_the_limit_of_an_hour_an_answer_states_what_it_did_not_ask() {
    let cloud = DemoCloud::start().await.unwrap();
    let client = at(&cloud, "--rate-limit 5").client(Lifecycle::Legacy).await;
    let answer = client.json("troubleshootDevice", json!({ "device_id": "LDS-AP-03", "org_id": ORG })).await;
    check(&answer);
    assert!(answer["not_seen"].to_string().contains("calls"), "{answer}");
    assert!(cloud.requests().len() <= 5);
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
            let not_seen = answer["not_seen"].as_array().unwrap();
            let is_limit = |line: &Value| line.as_str().unwrap().contains("at most 12 calls");
            assert!(not_seen.iter().all(is_limit), "{policy}: {answer}");
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
        // Neither by its own search nor with the statistics of the gateways.
        ("--without-tools searchSiteBgpStats", "BGP neighbors: the operator", "bgp_peers"),
        ("--without-tools listOrgDevicesStats", "gateway statistics: the operator", "vpn_peers,"),
    ] {
        let cloud = DemoCloud::start().await.unwrap();
        let client = at(&cloud, policy).client(Lifecycle::Legacy).await;
        let answer = client.json("checkSite", json!({ "site_id": "Rotterdam Warehouse" })).await;
        check(&answer);
        assert!(answer["not_seen"].to_string().contains(part), "{policy}: {answer}");
        let asked = cloud.requests().into_iter();
        let asked: Vec<_> = asked.map(|request| format!("{} {:?}", request.path, request.query)).collect();
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
    for wanted in ["RTM-AP-04 is down", "severity", "warning", "power_lost", "ago"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let printed = Launch::new("call showTopology site_id=Sydney --demo --table").run().await;
    let lines = printed.stdout.iter().filter(|line| line.starts_with("not in this table: "));
    let lines: Vec<_> = lines.filter(|line| line.contains("edges and mermaid; leave out --table")).collect();
    assert_eq!(lines.len(), 1, "{printed:?}");
    // The access point's neighbors cover its place, so that nothing is critical; the verdict does not say that all is well.
    let printed = Launch::new("call listProblems severity=critical --demo").run().await;
    assert!(printed.stdout.join("").contains("problems below it: leave out `severity`"), "{printed:?}");
}
