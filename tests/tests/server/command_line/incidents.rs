//! Incidents and overlays of the demo network.

use std::fs;

use mistmcp_tests::{Launch, TOKEN};
use serde_json::Value;

use super::stops;

async fn json(launch: Launch) -> Value {
    let finished = launch.run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    serde_json::from_str(&finished.output()).unwrap()
}

#[tokio::test]
async fn incidents_are_listed_with_a_line_each_or_as_json() {
    let listed = Launch::new("incidents").run().await;
    let text = listed.output();
    let line = text.lines().find(|line| line.starts_with("ap-port-at-100-mbps ")).unwrap();
    assert!(line.contains("100 Mb/s"), "{line}");
    let answer = json(Launch::new("incidents --json")).await;
    let incidents = answer["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), text.lines().count());
    let slow = incidents.iter().find(|it| it["name"] == "ap-port-at-100-mbps").unwrap();
    assert_eq!(
        (&slow["half"], &slow["expect"]["cause"], &slow["question"]["tool"]),
        (&"train".into(), &"port_slow".into(), &"troubleshootDevice".into())
    );
}

#[tokio::test]
async fn incidents_and_overlays_are_laid_over_the_network_of_a_call_by_flag_and_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.json");
    fs::write(&file, r#"{"overlay": [{"device": "LDS-SW-02", "offline_for": 600}]}"#).unwrap();
    let call = "call searchOrgSwOrGwPorts speed=100 --demo";
    let rows = |answer: Value| answer["results"].as_array().unwrap().len();
    assert_eq!(rows(json(Launch::new(call)).await), 0);
    let overlaid = format!("{call} --demo-incident ap-port-at-100-mbps --demo-overlay {}", file.display());
    assert_eq!(rows(json(Launch::new(&overlaid)).await), 1);
    let by_variable =
        Launch::new(call).variable("MISTMCP_DEMO_INCIDENTS", "ap-port-at-100-mbps,ap-port-at-100-mbps");
    assert_eq!(rows(json(by_variable).await), 1);
    let down =
        format!("call searchOrgDeviceEvents type=SW_DISCONNECTED --demo --demo-overlay {}", file.display());
    assert_eq!(rows(json(Launch::new(&down)).await), 1);
}

#[tokio::test]
async fn what_cannot_be_laid_over_the_network_stops_the_program_and_states_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.json");
    fs::write(&file, r#"{"overlay": [{"collection": "port", "remove": true}]}"#).unwrap();
    let with_file =
        |subcommand: &str| Launch::new(&format!("{subcommand} --demo --demo-overlay {}", file.display()));
    let wanted = [
        "--demo-overlay",
        "mine.json: overlay entry 1: there is no collection \"port\"; did you mean \"ports\"?",
    ];
    for subcommand in ["", "call getSelf"] {
        stops(with_file(subcommand), 2, &wanted).await;
    }
    let checked = with_file("check").run().await;
    assert!(checked.code() == Some(1) && checked.output().contains(wanted[1]), "{}", checked.output());
    stops(
        Launch::new("--demo --demo-incident ap-port-at-100-mbp"),
        2,
        &["did you mean \"ap-port-at-100-mbps\"?"],
    )
    .await;
    stops(Launch::new("--demo --demo-overlay /no/such.json"), 2, &["/no/such.json"]).await;
    for (variable, value) in [
        ("MISTMCP_DEMO_INCIDENTS", TOKEN),
        ("MISTMCP_DEMO_OVERLAY", TOKEN),
        ("MISTMCP_DEMO_OVERLAY", &format!("{{\"psk\":\"{TOKEN}\"}}")),
    ] {
        let finished = stops(Launch::new("--demo").variable(variable, value), 2, &[variable]).await;
        assert!(!finished.stderr.contains(TOKEN), "{}", finished.stderr);
    }
    let without_demo = Launch::new("call getSelf --demo-incident ap-port-at-100-mbps")
        .variable("MIST_APITOKEN", "secret-token")
        .variable("MIST_HOST", "api.eu.mist.com");
    stops(without_demo, 2, &["--demo-incident (or MISTMCP_DEMO_INCIDENTS)", "add --demo"]).await;
}

#[tokio::test]
async fn an_installed_entry_has_the_incidents_and_the_whole_path_of_an_overlay() {
    let entry = Launch::new(
        "install cursor --demo --demo-incident ap-port-at-100-mbps --demo-overlay mine.json --print",
    )
    .variable("HOME", "/nowhere");
    let entry = entry.run().await.output();
    assert!(entry.contains("\"--demo-incident\"") && entry.contains("\"ap-port-at-100-mbps\""), "{entry}");
    assert!(
        entry.contains("\"--demo-overlay\"")
            && entry.contains("/mine.json\"")
            && !entry.contains("\"mine.json\""),
        "{entry}"
    );
}
