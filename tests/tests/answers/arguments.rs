//! What is asked for in many forms: things by their addresses and names, and times.

use std::time::Duration;

use mistmcp_demo::{Incident, Overlay};
use serde_json::{Value, json};

use crate::demo_session::DemoSession;

fn only_thing(answer: &Value) -> &str {
    let found = answer["facts"]["found"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(found.len(), 1, "{answer}");
    found[0]["name"].as_str().unwrap()
}

#[tokio::test]
async fn a_thing_is_found_by_each_of_its_addresses_and_names_within_the_stated_calls() {
    let demo = DemoSession::start(Overlay::default()).await;
    let rows = demo.call("listOrgDevicesStats", &json!({ "type": "all", "limit": 100 })).await.unwrap();
    let rows: Value = serde_json::from_str(&rows).unwrap();
    let device = |name: &str| {
        rows["results"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone()
    };
    let mut questions = Vec::new();
    for name in ["LDS-AP-03", "RTM-SW-01", "CHI-GW-01"] {
        let row = device(name);
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let mac = text("mac");
        let pairs: Vec<_> = mac.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
        let quads: Vec<_> = mac.as_bytes().chunks(4).map(|quad| std::str::from_utf8(quad).unwrap()).collect();
        questions.extend(
            [
                text("ip"),
                format!(" {} ", text("ip")),
                text("serial"),
                text("serial").to_lowercase(),
                mac.to_uppercase(),
                pairs.join(":"),
                pairs.join("-").to_uppercase(),
                pairs.join(" "),
                quads.join("."),
                name.to_lowercase(),
                name[1..].to_owned(),
            ]
            .map(|text| (text, name.to_owned())),
        );
    }
    let clients = [
        ("searchOrgWirelessClients", "scan-lds-015", "last_hostname", "last_ip"),
        ("searchOrgWiredClients", "camera-lds-07", "dhcp_hostname", "ip"),
    ];
    for (tool, name, hostname, ip) in clients {
        let found = demo.call(tool, &json!({ "text": name })).await.unwrap();
        let found: Value = serde_json::from_str(&found).unwrap();
        let row = &found["results"][0];
        assert_eq!(row[hostname], name, "{row}");
        let ip = row[ip].as_str().or_else(|| row[ip][0].as_str()).unwrap();
        questions.extend(
            [ip, name, &name.to_uppercase(), &name[2..]].map(|text| (text.to_owned(), name.to_owned())),
        );
    }
    for (text, name) in &questions {
        let answer = demo.ask("findAnything", &json!({ "text": text })).await;
        assert_eq!(only_thing(&answer), name, "{text}: {answer}");
        assert!(answer["verdict"].as_str().unwrap().contains(name.as_str()), "{text}: {answer}");
        assert!(answer["calls"].as_u64().unwrap() <= 12 && answer["not_seen"] == json!([]), "{answer}");
    }
}

#[tokio::test]
async fn an_external_address_is_that_of_all_devices_behind_it_and_a_part_of_an_address_fits_nothing() {
    let demo = DemoSession::start(Overlay::default()).await;
    let answer = demo.ask("findAnything", &json!({ "text": "203.0.113.20" })).await;
    let verdict = answer["verdict"].as_str().unwrap();
    assert!(verdict.contains("external IP address of") && verdict.contains("RTM-"), "{answer}");
    assert_eq!(answer["facts"]["found"][0]["external_ip"], "203.0.113.20", "{answer}");
    for nothing in ["10.11.10.5", "198.51.100.77", "2001:db8::1"] {
        let answer = demo.ask("findAnything", &json!({ "text": nothing })).await;
        assert_eq!(answer["findings"][0]["cause"], "never_seen", "{answer}");
        let not_seen = answer["not_seen"].as_array().unwrap();
        let is_short = |line: &Value| line.as_str().unwrap().len() < 60;
        assert!(not_seen.len() <= 1 && not_seen.iter().all(is_short), "{answer}");
        assert!(!answer["verdict"].as_str().unwrap().contains("could not be"), "{answer}");
    }
}

#[tokio::test]
async fn what_nobody_has_seen_takes_one_short_line_and_is_not_called_unreadable() {
    let demo = DemoSession::start(Overlay::default()).await;
    for (tool, arguments) in [
        ("troubleshootClient", json!({ "client": "galaxy-rtm-999" })),
        ("troubleshootAuthentication", json!({ "who": "nobody.atall" })),
        ("troubleshootDevice", json!({ "device_id": "NO-SUCH-AP" })),
        ("showTopology", json!({ "site_id": "Sydney Store", "client": "galaxy-rtm-999" })),
    ] {
        let answer = demo.ask(tool, &arguments).await;
        assert_eq!(answer["findings"][0]["cause"], "never_seen", "{answer}");
        let not_seen = answer["not_seen"].as_array().unwrap();
        assert!(not_seen.len() == 1 && not_seen[0].as_str().unwrap().len() < 60, "{answer}");
        assert!(!answer["verdict"].as_str().unwrap().contains("could not be"), "{answer}");
    }
}

/// The number before the word for changes in a verdict.
fn changes_of_verdict(answer: &Value) -> u64 {
    let verdict = answer["verdict"].as_str().unwrap();
    let words: Vec<_> = verdict.split([' ', ':']).collect();
    let place =
        words.iter().position(|word| word.starts_with("change")).unwrap_or_else(|| panic!("{verdict}"));
    match words[place - 1] {
        "no" => 0,
        number => number.parse().unwrap_or_else(|_| panic!("{verdict}")),
    }
}

#[tokio::test]
async fn changes_before_a_moment_are_counted_as_they_are_found() {
    let demo = DemoSession::start(Overlay::default()).await;
    for (site, before, duration) in [
        (None, "-99d", None),
        (None, "-2h", None),
        (Some("Leeds Distribution Centre"), "-30d", Some("6h")),
        (Some("Leeds Distribution Centre"), "-1d", Some("2d")),
        (Some("Sydney Store"), "now", Some("1w")),
    ] {
        let mut arguments = json!({ "before": before });
        for (name, value) in [("site_id", site), ("duration", duration)] {
            if let Some(value) = value {
                arguments[name] = value.into();
            }
        }
        let answer = demo.ask("whatChanged", &arguments).await;
        let counted = answer["facts"]["changes"].as_u64().unwrap();
        assert_eq!(changes_of_verdict(&answer), counted, "{arguments}: {answer}");
        let by: u64 =
            answer["facts"]["by"].as_object().into_iter().flatten().filter_map(|(_, by)| by.as_u64()).sum();
        assert_eq!(by, counted, "{arguments}: {answer}");
        let of_people = answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["evidence"].get("who").is_some());
        assert_eq!(of_people.count() > 0, counted > 0, "{arguments}: {answer}");
        let is_old = before.ends_with('d') && before != "-1d";
        assert_eq!(answer["not_seen"].to_string().contains("30 days"), is_old, "{arguments}: {answer}");
        assert!(!is_old || answer["verdict"].as_str().unwrap().contains("could not be read"), "{answer}");
    }
}

#[tokio::test]
async fn a_time_window_that_makes_no_sense_is_an_error_that_names_the_argument() {
    let demo = DemoSession::start(Overlay::default()).await;
    let device = ("device_id", "LDS-AP-03");
    let site = ("site_id", "Sydney Store");
    for (tool, named) in [
        ("whatChanged", None),
        ("rankSites", None),
        ("checkSite", Some(site)),
        ("checkWan", Some(site)),
        ("explainSle", Some(site)),
        ("troubleshootDevice", Some(device)),
        ("troubleshootClient", Some(("client", "scan-lds-015"))),
        ("troubleshootAuthentication", Some(("who", "scan-lds-015"))),
    ] {
        for (window, argument) in [
            (json!({ "start": "-1h", "end": "-2h" }), "`end`"),
            (json!({ "start": "-1h", "end": "-1h" }), "`end`"),
            (json!({ "start": "2100-01-01" }), "`start`"),
            (json!({ "duration": "0d" }), "`duration`"),
        ] {
            let mut arguments = window;
            if let Some((name, value)) = named {
                arguments[name] = value.into();
            }
            let error = demo.call(tool, &arguments).await.unwrap_err();
            assert!(error.contains(argument), "{tool} {arguments}: {error}");
        }
    }
    let error = demo.call("whatChanged", &json!({ "start": "-1h", "before": "-2h" })).await.unwrap_err();
    assert!(error.contains("`before`") && error.contains("`start`"), "{error}");
    // An end in the future is now. What got bad in the future is nothing.
    let answer = demo.ask("whatChanged", &json!({ "end": "2100-01-01" })).await;
    assert_eq!(changes_of_verdict(&answer), answer["facts"]["changes"].as_u64().unwrap(), "{answer}");
    for before in ["2100-01-01", "+2h", "4102444800"] {
        let error = demo.call("whatChanged", &json!({ "before": before })).await.unwrap_err();
        assert!(error.contains("`before`"), "{before}: {error}");
    }
}

#[tokio::test]
async fn a_device_that_is_at_another_site_than_the_call_names_is_an_error_with_its_site() {
    let demo = DemoSession::start(Overlay::default()).await;
    for (tool, device, other, own) in [
        ("whatChanged", "LDS-SW-01", "Sydney Store", "Leeds Distribution Centre"),
        ("checkPorts", "LDS-SW-01", "Sydney Store", "Leeds Distribution Centre"),
        ("checkPorts", "CHI-SW-02", "Singapore Office", "Chicago Flagship Store"),
    ] {
        let error = demo.call(tool, &json!({ "device_id": device, "site_id": other })).await.unwrap_err();
        for word in ["`device_id`", "`site_id`", device, other, own] {
            assert!(error.contains(word), "{tool}: {error}");
        }
        let answer = demo.ask(tool, &json!({ "device_id": device, "site_id": own })).await;
        assert!(answer["verdict"].as_str().unwrap().contains(device), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_was_seen_at_another_site_than_the_call_names_is_not_unknown() {
    let demo = DemoSession::start(Overlay::default()).await;
    for (tool, argument) in [("troubleshootClient", "client"), ("troubleshootAuthentication", "who")] {
        for client in ["scan-lds-015", "camera-lds-07"] {
            let answer = demo.ask(tool, &json!({ argument: client, "site_id": "Sydney Store" })).await;
            let verdict = answer["verdict"].as_str().unwrap();
            for word in [client, "Sydney Store", "Leeds Distribution Centre", "`site_id`"] {
                assert!(verdict.contains(word), "{tool}: {answer}");
            }
            assert_eq!(answer["findings"], json!([]), "{answer}");
            assert!(answer["calls"].as_u64().unwrap() <= 12, "{answer}");
        }
        let nobody = demo.ask(tool, &json!({ argument: "galaxy-rtm-999", "site_id": "Sydney Store" })).await;
        assert_eq!(nobody["findings"][0]["cause"], "never_seen", "{nobody}");
    }
}

#[tokio::test]
async fn a_device_that_is_down_is_said_to_be_where_it_is_found() {
    let demo = DemoSession::start(Overlay::default()).await;
    for (name, is_down) in [("RTM-AP-04", true), ("LDS-AP-03", false)] {
        let answer = demo.ask("findAnything", &json!({ "text": name })).await;
        assert_eq!(answer["verdict"].as_str().unwrap().contains("is down"), is_down, "{answer}");
    }
}

#[tokio::test]
async fn the_switch_of_a_client_is_named_also_where_its_access_point_does_not_name_it() {
    let slow = r#"{ "title": "A slow link", "overlay": [
        { "collection": "ports", "where": { "neighbor_system_name": "LDS-AP-03" }, "set": { "speed": 100 } }
    ] }"#;
    for (incident, client, switch) in [
        (Incident::parse("slow.json", slow).unwrap(), "hp-mac-lds-044", "LDS-SW-03"),
        (Incident::named("a-guest-under-a-dark-access-point").unwrap(), "scan-sin-033", "SIN-SW-01"),
    ] {
        let demo = DemoSession::start(Overlay::of(&[incident]).unwrap()).await;
        demo.proxy.change(|path, response| {
            if path.contains("/stats/devices/") {
                response.edit(|body| body["lldp_stat"] = json!({}));
            }
        });
        let answer = demo.ask("troubleshootClient", &json!({ "client": client })).await;
        let first = &answer["findings"][0];
        assert!(first["summary"].as_str().unwrap().contains(switch), "{answer}");
        assert_eq!(first["objects"][0]["device"], switch, "{answer}");
        assert!(answer["calls"].as_u64().unwrap() <= 12, "{answer}");
    }
}

#[tokio::test]
async fn a_site_that_is_given_by_name_is_not_said_to_be_missing_where_the_token_sees_no_organization() {
    let demo = DemoSession::with(Overlay::default(), Duration::from_mins(2), None).await;
    demo.proxy.change(|path, response| {
        if path == "/api/v1/self" {
            response.edit(|body| {
                body["privileges"] = json!([{ "scope": "orggroup", "orggroup_ids": ["0a1b2c3d-1111-4222-8333-444455556666"] }]);
            });
        }
    });
    let site = json!({ "site_id": "Sydney Store" });
    // What is missing is the organization, where the tool takes one.
    for tool in ["checkSite", "checkWan", "explainSle", "listProblems", "getSiteInfo"] {
        let error = demo.call(tool, &site).await.unwrap_err();
        let words = if tool == "getSiteInfo" {
            "`site_id`: a name cannot be looked up"
        } else {
            "`org_id` is missing, and the API token sees no organization"
        };
        assert!(error.contains(words), "{tool}: {error}");
        assert!(!error.contains("`site_id` is missing"), "{tool}: {error}");
    }
    let error = demo.call("listProblems", &json!({})).await.unwrap_err();
    assert!(error.contains("`org_id` is missing"), "{error}");
}
