//! How a call that fails ends, for scripts.

use mistmcp_tests::{Answer, Launch, MockUpstream, soon};
use serde_json::json;

use super::stops;

const SELF: &str = "/api/v1/self";

#[tokio::test]
async fn wrong_usage_ends_with_2_and_names_the_help() {
    let call = |line: &str| Launch::new(&format!("--demo call {line}"));
    stops(call("getself"), 2, &["did you mean \"getSelf\"?", "mistmcp tools"]).await;
    stops(call("searchOrgPsks"), 2, &["did you mean \"listOrgPsks\"?"]).await;
    for tool in ["findTools", "callTool", "managemcptools"] {
        stops(call(tool), 2, &["is a tool of the MCP server", "`mistmcp tools QUESTION`"]).await;
    }
    stops(call("getSiteInfo"), 2, &["`site_id` is missing", "`mistmcp tools getSiteInfo`"]).await;
    stops(call("searchOrgSites limit=many"), 2, &["`limit`", "`mistmcp tools searchOrgSites`"]).await;
    stops(call("searchOrgSites limit"), 2, &["`limit`", "name=value"]).await;
    stops(call(""), 2, &["<TOOL>"]).await;
}

#[tokio::test]
async fn a_wrong_value_of_a_flag_or_its_variable_ends_with_2() {
    for (arguments, wanted) in [
        ("--demo --categories foo", "--categories"),
        ("--demo --tools foo", "--tools"),
        ("--demo --without-tools foo", "--without-tools"),
        ("--demo --demo-incident nope", "--demo-incident"),
        ("--demo --org-id acme", "--org-id"),
        ("--cloud eu", "--cloud"),
        ("--allow-cloud ftp://x", "--allow-cloud"),
        ("--demo-incident ap-port-at-100-mbps", "--demo"),
    ] {
        for subcommand in ["", "call getSelf"] {
            let launch = Launch::new(&format!("{arguments} {subcommand}"));
            stops(launch.variable("MIST_APITOKEN", "secret-token"), 2, &[wanted]).await;
        }
    }
    stops(Launch::new("--demo -m custom"), 2, &["--categories"]).await;
    stops(Launch::new("--demo").variable("MISTMCP_TOOL_CATEGORIES", "foo"), 2, &["MISTMCP_TOOL_CATEGORIES"])
        .await;
    // What is missing is no wrong usage.
    stops(Launch::new("call getSelf"), 1, &["--cloud"]).await;
}

#[tokio::test]
async fn a_name_that_no_object_has_ends_with_4() {
    for call in [
        "getSiteInfo site_id=Nowhere",
        "getSiteInfo site_id=11111111-1111-4111-8111-111111111111",
        "getSiteDeviceStats site_id=Sydney device_id=Nowhere",
        "listSiteWlans site_id=Nowhere",
    ] {
        stops(Launch::new(&format!("call {call} --demo")), 4, &["error: "]).await;
    }
}

#[tokio::test]
async fn an_argument_that_no_answer_can_be_about_ends_with_2() {
    for (call, wanted) in [
        ("explainSle metric=happiness", &["`metric`", "happiness", "time-to-connect"][..]),
        ("checkPorts device_id=LDS-SW-01", &["`device_id`", "`site_id`", "Leeds Distribution Centre"]),
        ("whatChanged device_id=LDS-SW-01", &["`device_id`", "`site_id`"]),
        ("checkWan start=-1h end=-2h", &["`end`"]),
    ] {
        stops(Launch::new(&format!("call {call} site_id=Sydney --demo")), 2, wanted).await;
    }
}

#[tokio::test]
async fn an_invalid_value_is_refused_before_any_request_with_its_name_and_the_valid_ones() {
    let upstream = MockUpstream::start().await;
    for (call, value, wanted) in [
        ("searchOrgDevices mac=xyz", "xyz", "\"5c5b35*\""),
        ("searchOrgWirelessClients ap=lobby", "lobby", "a MAC address such as"),
        ("countOrgNacClients last_ap=5c5b35", "5c5b35", "one alone and without `*`"),
        ("searchOrgDevices limit=many", "many", "an integer of at least 1"),
        ("searchOrgDevices start=soon", "soon", "2026-01-31T08:00:00Z"),
        ("searchOrgDevices duration=long", "long", "\"6h\""),
        ("searchOrgSites wifi_enabled=perhaps", "perhaps", "true or false"),
        ("listOrgWebhooks webhook_id=1", "1", "a UUID such as"),
        ("countOrgDevices distinct=colour", "colour", "\"model\""),
    ] {
        let name = call.split([' ', '=']).nth(1).unwrap();
        let finished = Launch::at(&upstream, &format!("call {call}")).run().await;
        assert_eq!((finished.code(), finished.output().as_str()), (Some(2), ""), "{call}");
        for wanted in [&format!("`{name}`"), &format!("\"{value}\""), wanted] {
            assert!(finished.stderr.contains(wanted), "{call}: {wanted}: {}", finished.stderr);
        }
    }
    assert!(upstream.take().is_empty(), "nothing of it reaches Mist");
}

#[tokio::test]
async fn a_missing_argument_is_reported_with_its_description() {
    let call = |line: &str| Launch::new(&format!("--demo call {line}"));
    stops(call("getSiteInfo"), 2, &["`site_id` is missing: Site, by its id or name."]).await;
    stops(call("getOrgSiteGroup"), 2, &["`sitegroup_id` is missing: Site group, by id."]).await;
    stops(call("nosuchtool"), 2, &["There is no tool `nosuchtool`.", "mistmcp tools QUESTION"]).await;
}

#[tokio::test]
async fn each_way_to_fail_at_mist_has_its_code() {
    let said = |status: u16| Answer::json(&json!({ "detail": "no" })).status(status);
    let limited = said(429).header("retry-after", "900");
    for (answer, code) in [
        (said(500), 1),
        (Answer::new("application/json", "{broken"), 1),
        (said(400), 2),
        (said(401), 3),
        (said(403), 3),
        (said(404), 4),
        (limited, 5),
    ] {
        let upstream = MockUpstream::start().await;
        upstream.answers(SELF, [answer]);
        stops(Launch::at(&upstream, "call getSelf --retry-wait 0"), code, &["error: "]).await;
    }
}

#[tokio::test]
async fn mist_that_is_not_reached_or_silent_ends_with_6() {
    let nobody = MockUpstream::start().await.url();
    stops(Launch::at_url(&nobody, "call getSelf --retry-wait 0"), 6, &["error: "]).await;
    let upstream = MockUpstream::start().await;
    upstream.answers(SELF, [Answer::never()]);
    stops(Launch::at(&upstream, "call getSelf --timeout 1"), 6, &["1 second "]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_call_ends_with_130_and_ends_its_request() {
    let upstream = MockUpstream::start().await;
    upstream.answers(SELF, [Answer::never()]);
    let stdio = Launch::at(&upstream, "call getSelf").stdio();
    soon("the request", upstream.arrival()).await;
    stdio.signal("INT").await;
    let finished = stdio.ended().await;
    assert_eq!((finished.code(), finished.output().as_str()), (Some(130), ""));
    assert!(finished.stderr.contains("interrupted"), "{}", finished.stderr);
    soon("its end", upstream.abandonment()).await;
}
