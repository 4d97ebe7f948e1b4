//! The call in `see` of every finding shows the rows that the finding rests on.

use mistmcp_demo::{Half, Incident, Overlay};
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::valid::Checks;

/// Evidence that is counted in events, with a word in the names of the tools that show events.
const OF_EVENTS: [&str; 10] = [
    "port_down_events",
    "bpdu_events",
    "exceeded",
    "restarts",
    "times",
    "topology_changes_since",
    "failures",
    "outages",
    "pool_low_events",
    "primary_changes",
];
/// Evidence that is a field of a row, or stands in one.
const OF_ROWS: [&str; 38] = [
    "rx_errors",
    "tx_errors",
    "speed",
    "full_duplex",
    "poe_on",
    "poe_disabled",
    "power_draw",
    "stp_state",
    "auth_state",
    "disabled",
    "up",
    "status",
    "config_status",
    "inactive_wired_vlans",
    "power_constrained",
    "power_src",
    "rssi",
    "snr",
    "channel",
    "alarm",
    "marvis_action",
    "event",
    "text",
    "message",
    "metric",
    "classifier",
    "version",
    "model",
    "ssid",
    "mac_count",
    "mac_limit",
    "uptime",
    "members_missing",
    "loss_percent",
    "latency_ms",
    "jitter_ms",
    "leased",
    "addresses",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_call_of_each_finding_shows_its_rows() {
    let mut checks = Checks::default();
    let incidents = Incident::built_in().unwrap();
    for incident in incidents.into_iter().filter(|incident| incident.half == Some(Half::Train)) {
        let Some(question) = incident.question.clone() else { continue };
        let demo = DemoSession::start(Overlay::of(std::slice::from_ref(&incident)).unwrap()).await;
        let answer = demo.ask(&question.tool, &Value::Object(question.arguments.clone())).await;
        for fault in contradictions(&answer) {
            checks.expect(false, || format!("{}: {fault}", incident.name));
        }
        for finding in answer["findings"].as_array().into_iter().flatten() {
            // What nobody has seen has no rows.
            if finding["cause"] == "never_seen" {
                continue;
            }
            let see = &finding["see"];
            let tool = see["tool"].as_str().unwrap_or_default();
            let shown = demo.call(tool, &see["arguments"]).await;
            let fault = match &shown {
                Ok(rows) => fault(tool, finding, rows),
                Err(error) => Some(error.clone()),
            };
            let name = &incident.name;
            checks.expect(fault.is_none(), || format!("{name}: {}: {finding}", fault.unwrap_or_default()));
        }
    }
}

/// Rows of a page.
const PAGE: usize = 100;

/// What of a finding its rows do not show.
fn fault(tool: &str, finding: &Value, rows: &str) -> Option<String> {
    let is_of_events = tool.contains("Events") || tool.contains("Alarms") || tool.contains("Logs");
    let evidence = finding["evidence"].as_object();
    let counted = evidence.into_iter().flatten().find(|(name, _)| OF_EVENTS.contains(&name.as_str()));
    if let (Some((name, _)), false) = (counted, is_of_events || tool == "listOrgMarvisActions") {
        return Some(format!("{name} is counted in events, and {tool} shows none"));
    }
    let compact = rows.replace(": ", ":");
    let is_shown = |value: &Value| match value {
        Value::String(text) => {
            let written = serde_json::to_string(text).unwrap();
            rows.contains(&written[1..written.len() - 1])
        }
        other => {
            let text = other.to_string();
            compact.contains(text.strip_suffix(".0").unwrap_or(&text))
        }
    };
    for (name, value) in evidence.into_iter().flatten().filter(|(name, _)| OF_ROWS.contains(&name.as_str())) {
        let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        let cut = |value: &&Value| {
            value.as_str().is_some_and(|text| text.ends_with('…') || text.ends_with(" more"))
        };
        if let Some(missing) = values.into_iter().find(|value| !cut(value) && !is_shown(value)) {
            return Some(format!("{tool} shows no {name} {missing}"));
        }
    }
    let objects = finding["objects"].as_array()?;
    let is_there = |object: &Value| {
        [&object["mac"], &object["name"]]
            .into_iter()
            .any(|value| value.as_str().is_some_and(|text| rows.contains(text)))
    };
    let is_site = |object: &Value| ["site", "org", "change"].iter().any(|kind| object["kind"] == *kind);
    if !objects.iter().any(|object| is_there(object) || is_site(object)) {
        return Some(format!("{tool} shows none of its objects"));
    }
    // A page has the latest rows.
    let is_whole = rows.matches("\"timestamp\"").count() < PAGE;
    let since = finding.get("since").and_then(Value::as_i64).filter(|_| is_of_events && is_whole);
    since
        .filter(|since| !rows.contains(&since.to_string()))
        .map(|since| format!("{tool} shows no row of {since}"))
}

/// What of an answer contradicts itself.
pub(crate) fn contradictions(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().cloned().unwrap_or_default();
    let first = |finding: &Value| finding["objects"][0].clone();
    let mut faults = Vec::new();
    for (place, finding) in findings.iter().enumerate() {
        let cause = finding["cause"].as_str().unwrap_or_default();
        if let Some(root) =
            finding["because_of"].as_u64().and_then(|root| findings.get(usize::try_from(root).ok()?))
        {
            let times = finding["since"].as_i64().zip(root["since"].as_i64());
            if times.is_some_and(|(own, root)| own < root - TOLERANCE) {
                faults.push(format!("older than its root: {finding}"));
            }
        }
        let is_of_link = |finding: &Value| {
            ["power_lost", "port_disabled", "wan_link_down"].iter().any(|cause| finding["cause"] == *cause)
        };
        for other in findings.iter().skip(place + 1).chain(findings.iter().take(place)) {
            if cause == "port_down" && is_of_link(other) && first(finding) == first(other) {
                faults.push(format!("the link of a port is given twice: {finding}"));
            }
            let is_outage =
                ["device_down", "upstream_down", "power_lost"].iter().any(|cause| other["cause"] == *cause);
            let is_same =
                other["objects"].as_array().into_iter().flatten().next() == finding["objects"].get(0);
            if cause == "upgrading" && is_outage && is_same {
                faults.push(format!("an upgrade and an outage of one device: {other}"));
            }
            let is_report = |finding: &Value| {
                finding["evidence"].get("alarm").is_some()
                    || finding["evidence"].get("marvis_action").is_some()
            };
            let macs = |finding: &Value| -> Vec<Value> {
                let objects = finding["objects"].as_array().cloned().unwrap_or_default();
                objects.iter().map(|object| object["mac"].clone()).filter(Value::is_string).collect()
            };
            let port = |finding: &Value| {
                let objects = finding["objects"].as_array().cloned().unwrap_or_default();
                objects.iter().find(|object| object["kind"] == "port").map(|port| port["name"].clone())
            };
            let is_same_port =
                port(finding).is_none() || port(other).is_none() || port(finding) == port(other);
            if is_report(finding)
                && !is_report(other)
                && finding["cause"] == other["cause"]
                && is_same_port
                && macs(finding).iter().any(|mac| macs(other).contains(mac))
            {
                faults.push(format!("a report of what another finding shows: {finding}"));
            }
        }
    }
    faults
}

/// Seconds by which an effect may seem to have begun before its root.
const TOLERANCE: i64 = 600;

/// Incidents with the site and the device or port that are hit, for all tools that can tell of them.
const HIT: [(&str, &str, &str); 12] = [
    ("a-dark-access-point-among-the-problems", "Sydney Store", "SYD-AP-01"),
    ("power-lost-poe-budget", "Leeds Distribution Centre", "LDS-AP-05"),
    ("an-access-point-hangs-with-power", "Leeds Distribution Centre", "LDS-AP-08"),
    ("somebody-disabled-the-port-of-an-access-point", "Sydney Store", "SYD-AP-03"),
    ("upstream-down-chicago-switch", "Chicago Flagship Store", "CHI-SW-02"),
    ("worst-is-a-gateway-alone", "Singapore Office", "SIN-GW-01"),
    ("no-way-out-of-chicago", "Chicago Flagship Store", "CHI-GW-01"),
    ("vpn-path-down-chicago", "Chicago Flagship Store", "CHI-GW-01"),
    ("tunnel-down-cloud-security", "Chicago Flagship Store", "CHI-GW-01"),
    ("wan-link-down-backup", "Rotterdam Warehouse", "RTM-GW-01"),
    ("the-store-switch-installs-firmware", "Sydney Store", "SYD-SW-01"),
    ("missing-vlan-stockroom", "Sydney Store", "SYD-SW-01"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_tools_judge_one_condition_equally() {
    let mut checks = Checks::default();
    for (incident, site, device) in HIT {
        let demo = DemoSession::start(Overlay::of(&[Incident::named(incident).unwrap()]).unwrap()).await;
        let mut known: Vec<(Value, Value, Value, &str)> = Vec::new();
        let of_site = json!({ "site_id": site });
        for (tool, arguments) in [
            ("checkSite", of_site.clone()),
            ("listProblems", of_site.clone()),
            ("checkWan", of_site.clone()),
            ("checkPorts", of_site.clone()),
            ("showTopology", of_site.clone()),
            ("rankSites", json!({})),
            ("troubleshootDevice", json!({ "device_id": device })),
        ] {
            let answer = demo.ask(tool, &arguments).await;
            for fault in contradictions(&answer) {
                checks.expect(false, || format!("{incident}: {tool}: {fault}"));
            }
            for finding in answer["findings"].as_array().into_iter().flatten() {
                // The object of a site's ranking is the site.
                let place = usize::from(tool == "rankSites");
                let (cause, object) = (finding["cause"].clone(), finding["objects"][place]["name"].clone());
                let severity = finding["severity"].clone();
                let same = known.iter().find(|(known, at, ..)| (known, at) == (&cause, &object));
                match same {
                    Some((.., judged, by)) => checks.expect(*judged == severity, || {
                        format!("{incident}: {cause} of {object}: {judged} by {by}, and {severity} by {tool}")
                    }),
                    None => known.push((cause, object, severity, tool)),
                }
            }
        }
    }
}
