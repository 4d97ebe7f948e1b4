//! Organizations with more devices than an answer reads: what was not read is not known.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream, Received};
use serde_json::{Value, json};

const SITES: usize = 30;
const DEVICES: usize = 6_000;
/// The sites whose devices are all down: their rows are not read, and are read.
const DOWN: [usize; 2] = [25, 3];

fn site(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

fn device(number: usize) -> Value {
    let name = match number {
        7 => "BR9-AP-1-old".to_owned(),
        5_200 => "BR9-AP-1".to_owned(),
        _ => format!("AP-{number:05}"),
    };
    let at = number * SITES / DEVICES;
    json!({
        "id": format!("00000000-0000-0000-1000-5c5b35{number:06x}"), "mac": format!("5c5b35{number:06x}"), "name": name,
        "serial": format!("S{number:09}"), "type": "ap", "site_id": site(at), "last_seen": 1_700_000_000,
        "status": if DOWN.contains(&at) { "disconnected" } else { "connected" },
    })
}

/// A page of 1,000 rows at most.
fn page(received: &Received, count: usize, row: impl Fn(usize) -> Value) -> Answer {
    let page = received.number("page").unwrap_or(1);
    let rows: Vec<_> = ((page - 1) * 1_000..count.min(page * 1_000)).map(row).collect();
    Answer::page(&rows, page, 1_000, count)
}

/// A client of such an organization. `counted` is up to which site Mist tells the number of devices, and `alarms` are
/// open.
async fn start(counted: usize, alarms: Value) -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(move |received| {
        let counts = move |number: usize| {
            let all = DEVICES / SITES;
            let connected = if DOWN.contains(&number) { 0 } else { all };
            let mut row = json!({ "id": site(number), "name": format!("Site {number}") });
            if number < counted {
                row["num_devices"] = all.into();
                row["num_devices_connected"] = connected.into();
            }
            row
        };
        match received.path.rsplit('/').next() {
            Some("sites") => page(received, SITES, counts),
            Some("inventory" | "devices") => page(received, DEVICES, device),
            Some("search") if received.path.contains("/alarms/") => {
                Answer::json(&json!({ "results": alarms, "total": alarms.as_array().unwrap().len() }))
            }
            Some("self") => Answer::json(&json!({ "privileges": [{
                "scope": "org", "org_id": "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f", "name": "Acme", "role": "read"
            }] })),
            _ => Answer::json(&json!([])),
        }
    });
    let client = Launch::at(&upstream, "-m all --rate-limit 100000").client(Lifecycle::Legacy).await;
    (upstream, client)
}

#[tokio::test]
async fn a_site_whose_devices_were_not_read_is_ranked_by_their_number() {
    let (_upstream, client) = start(SITES, json!([])).await;
    let answer = client.json("rankSites", json!({})).await;
    for (place, cause, severity, words) in [
        (0, "site_down", "critical", "All 200 devices of Site 3 have been down"),
        (1, "device_down", "warning", "Site 25: 200 of 200 devices are not connected."),
    ] {
        let finding = &answer["findings"][place];
        assert_eq!((&finding["cause"], &finding["severity"]), (&json!(cause), &json!(severity)), "{answer}");
        assert!(finding["summary"].as_str().unwrap().contains(words), "{answer}");
    }
    assert_eq!(answer["findings"][1]["see"]["tool"], "listOrgSiteStats", "{answer}");
    assert!(answer["verdict"].as_str().unwrap().contains("2 of 30 sites have trouble"), "{answer}");
    assert!(!answer["not_seen"].to_string().contains("no devices there"), "{answer}");
}

#[tokio::test]
async fn sites_whose_devices_are_not_known_are_ranked_by_their_alarms() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let alarm = json!({
        "id": "1", "type": "dhcp_failure", "group": "marvis", "severity": "critical", "status": "open",
        "site_id": site(28), "timestamp": now - 600, "last_seen": now - 60, "count": 4,
    });
    for (counted, alarms, verdict) in [
        (3, json!([]), "0 of 3 sites"),
        (0, json!([]), "nothing is known"),
        (3, json!([alarm]), "1 of 30 sites"),
        (0, json!([alarm]), "1 of 30 sites"),
    ] {
        let (_upstream, client) = start(counted, alarms.clone()).await;
        let answer = client.json("rankSites", json!({})).await;
        assert!(answer["verdict"].as_str().unwrap().contains(verdict), "{answer}");
        let sites: Vec<_> =
            answer["findings"].as_array().unwrap().iter().map(|one| &one["summary"]).collect();
        assert_eq!(sites.len(), alarms.as_array().unwrap().len(), "{answer}");
        assert!(sites.iter().all(|words| words.as_str().unwrap().contains("Site 28")), "{answer}");
        let unread = format!("devices of {} of 30 sites: not read", SITES - counted);
        let not_seen = answer["not_seen"].to_string();
        assert!(not_seen.contains(&unread) && !not_seen.contains("no devices there"), "{answer}");
    }
}

#[tokio::test]
async fn a_part_of_a_name_is_not_taken_from_the_first_devices_alone() {
    let (_upstream, client) = start(SITES, json!([])).await;
    for (tool, argument) in
        [("troubleshootDevice", "device_id"), ("whatChanged", "device_id"), ("checkPorts", "device_id")]
    {
        for written in ["BR9-AP-1", "r9-ap"] {
            let answer = client.json(tool, json!({ argument: written })).await;
            let verdict = answer["verdict"].as_str().unwrap();
            assert!(!verdict.contains("-old") && verdict.contains("nothing is known"), "{tool}: {answer}");
            assert_eq!(answer["findings"], json!([]), "{tool}: {answer}");
        }
    }
    // A whole name is certain.
    let answer = client.json("troubleshootDevice", json!({ "device_id": "BR9-AP-1-old" })).await;
    assert!(answer["verdict"].as_str().unwrap().starts_with("BR9-AP-1-old is connected"), "{answer}");
}
