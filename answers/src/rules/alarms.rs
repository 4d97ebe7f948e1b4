//! Rules for alarms and Marvis actions: what each kind means, which are still open, and which are one trouble.

mod active;
mod affected;
mod kinds;

use mistmcp::answers::{Cause, Finding, Object, Severity, ago, listed, name, plural};

use crate::facts::{Alarm, Device, by_mac};
use crate::thresholds as t;
use crate::{causes as c, evidence};

use active::last_reported;
pub(crate) use active::{CLEARING_EVENTS, active, is_recent, is_reported_since, open};
use affected::{Affected, affected, names_of, of_several, with_ports};
use kinds::{LACKS_A_VLAN, equivalents_of, unknown};
pub(crate) use kinds::{cause_of, is_shown_by};

/// What follows from a device that is reported down.
static EFFECTS: &[&Cause] = &[&c::DEVICE_DOWN, &c::UPSTREAM_DOWN, &c::PORT_DOWN, &c::POWER_LOST];

/// A finding that rests on a report. The longer nothing was reported, the less it explains; what was not reported lately
/// is at most a warning.
fn report(cause: &'static Cause, severity: Severity, summary: String, alarm: &Alarm, now: i64) -> Finding {
    let seen = last_reported(alarm);
    let age = seen.map_or(i64::MAX, |seen| now.saturating_sub(seen));
    let weight = match (severity, age) {
        (Severity::Critical, ..=t::RECENT) => 68,
        (Severity::Critical, ..=t::DAY) => 56,
        (Severity::Critical, _) => 48,
        (Severity::Warning, ..=t::RECENT) => 57,
        (Severity::Warning, ..=t::DAY) => 46,
        (Severity::Warning, _) => 42,
        (Severity::Info, _) => 15,
    };
    let finding = Finding::new(cause, severity, summary).weight(weight);
    if is_recent(alarm, now) {
        return finding;
    }
    finding.at_most(Severity::Warning).evidence("last_reported", seen.map(|seen| ago(seen, now)))
}

/// A finding for each cause and place among open alarms. `devices` are those that are known, `site_name` names a site
/// by its id.
pub(crate) fn findings(
    alarms: &[&Alarm],
    devices: &[Device],
    site_name: impl Fn(&str) -> Option<String>,
    now: i64,
) -> Vec<Finding> {
    let known = by_mac(devices);
    let mut found = Vec::new();
    for alarm in alarms {
        let Some((cause, severity, words)) = cause_of(&alarm.kind).or_else(|| unknown(alarm)) else {
            continue;
        };
        // A device that is back is not down, whatever its alarm says.
        let Some(affected) = affected(alarm, cause, &known) else { continue };
        let site = alarm.site.as_deref().and_then(&site_name);
        let mut report = finding(alarm, (cause, severity, words), &affected, site.as_deref(), now);
        let is_covered = |one: &Affected<'_>| one.device.is_some_and(|device| device.is_covered(devices));
        if cause.name == c::DEVICE_DOWN.name && !affected.is_empty() && affected.iter().all(is_covered) {
            report = report.at_most(Severity::Warning);
        }
        found.push(report);
    }
    found
}

/// What an alarm says of its device, or of its port or the VLANs that it names.
fn statement(words: &str, alarm: &Alarm, port: Option<&String>) -> String {
    if words == LACKS_A_VLAN && !alarm.vlans.is_empty() {
        return format!("lacks {} {}", plural(alarm.vlans.len(), "VLAN"), listed(&alarm.vlans, 3));
    }
    let of_port = [("has a port that ", ""), ("has a WAN port that ", ""), ("has a port with ", "has ")];
    let of_port = of_port.iter().find_map(|(of_device, verb)| {
        Some(format!("{verb}{}", words.strip_prefix(of_device).filter(|_| port.is_some())?))
    });
    of_port.unwrap_or_else(|| words.to_owned())
}

/// When an alarm was raised first, and last if that is a while ago, in parentheses.
fn when(alarm: &Alarm, now: i64) -> String {
    let first = alarm.time.map(|time| format!("first {}", ago(time, now)));
    let last = alarm.last_seen.filter(|seen| Some(*seen) != alarm.time && !is_recent(alarm, now));
    let last = last.map(|seen| format!("last {}", ago(seen, now)));
    let times: Vec<_> = first.into_iter().chain(last).collect();
    if times.is_empty() { String::new() } else { format!(" ({})", times.join(", ")) }
}

/// Where the trouble of an alarm is, in a sentence.
fn place_of(alarm: &Alarm, cause: &Cause, named: &[&Affected<'_>], site: Option<&str>) -> String {
    match (names_of(named), site) {
        (Some(place), _) => place,
        // Clients of a site fail; but a site is not down because some device of it is.
        (None, Some(site)) if cause.group == "client" => name(site),
        (None, Some(site)) if alarm.device_kind == Some("mxedge") => format!("a Mist Edge of {}", name(site)),
        (None, Some(site)) => format!("a device of {} that it does not name", name(site)),
        (None, None) => "a device that it does not name".to_owned(),
    }
}

fn finding(
    alarm: &Alarm,
    (cause, severity, words): (&'static Cause, Severity, &str),
    affected: &[Affected<'_>],
    site: Option<&str>,
    now: i64,
) -> Finding {
    let named = if alarm.ports.is_empty() { affected.iter().collect() } else { with_ports(affected) };
    let place = place_of(alarm, cause, &named, site);
    // Of several devices it does not say which one a port belongs to.
    let port = alarm.ports.first().filter(|_| named.len() < 2);
    let subject = port.map_or_else(|| place.clone(), |port| format!("port {} of {place}", name(port)));
    let what = statement(words, alarm, port);
    let what = if named.len() > 1 { of_several(&what) } else { what };
    let reporter = if alarm.is_action { "Marvis" } else { "An alarm" };
    let severity = match alarm.severity.as_deref() {
        Some("critical") => severity.max(Severity::Warning),
        Some("info") => severity.min(Severity::Warning),
        _ => severity,
    };
    let when = when(alarm, now);
    let summary = if cause.name == c::REPORTED_TROUBLE.name {
        format!("{reporter} reports {} of {subject}{when}.", name(&alarm.kind))
    } else {
        format!("{reporter} reports that {subject} {what}{when}.")
    };
    let mut finding = report(cause, severity, summary, alarm, now);
    if let Some(first) = alarm.ports.first() {
        let object = Object::port(first);
        let of = named.first().and_then(|device| device.mac.map(str::to_owned));
        finding = finding.on(if port.is_some() { object.of_device(&place).mac(of) } else { object });
    }
    finding = affected.iter().filter_map(Affected::object).fold(finding, Finding::on);
    // An object has a kind.
    let others = affected.iter().filter(|device| device.object().is_none());
    let others: Vec<_> = others.map(|device| device.called.as_str()).collect();
    finding = finding.evidence("device", Some(listed(&others, 3)).filter(|_| !others.is_empty()));
    for vlan in alarm.vlans.iter().take(2) {
        finding = finding.on(Object::vlan(vlan));
    }
    for ssid in alarm.ssids.iter().take(2) {
        finding = finding.on(Object::wlan(ssid));
    }
    if let Some(site) = site {
        finding = finding.on(Object::site(site));
    }
    if !finding.has_objects() {
        finding = finding.on(Object::org("organization"));
    }
    let kind = if alarm.is_action { "marvis_action" } else { "alarm" };
    let item = match cause.name {
        "bgp_down" => Some("BGP".to_owned()),
        "reported_trouble" => Some(alarm.kind.clone()),
        _ => alarm.ssids.first().cloned(),
    };
    if cause.name == c::PORT_DOWN.name {
        finding = finding.folds();
    }
    finding
        .item(item)
        .reported(equivalents_of(cause))
        .see(&evidence::alarm(alarm))
        .effects(EFFECTS)
        .since(alarm.time)
        .evidence(kind, alarm.kind.clone())
        .evidence("times", Some(alarm.count).filter(|count| *count > 1))
        .evidence("suggestion", alarm.suggestion.clone())
        .affects(affected.iter().filter_map(|one| one.mac).filter(|_| cause.name == c::DEVICE_DOWN.name))
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;
    use crate::facts::Event;

    fn alarm(kind: &str, time: i64, status: &str) -> Alarm {
        Alarm::of(Row::of(&json!({
            "type": kind, "timestamp": time, "status": status, "aps": ["5c5b35000001"], "hostnames": ["AP-1"], "site_id": "s",
        })))
        .unwrap()
    }

    #[test]
    fn a_report_that_names_nothing_is_about_the_organization() {
        for (names, object) in [(json!([]), "organization"), (json!(["AP-9"]), "AP-9")] {
            let row = json!({ "type": "ap_offline", "timestamp": 1_600, "hostnames": names });
            let alarm = Alarm::of(Row::of(&row)).unwrap();
            let found = findings(&[&alarm], &[], |_| None, 1_700);
            assert!(found[0].is_on(object), "{found:?}");
            assert!(!found[0].summary().contains("organization"), "{found:?}");
        }
    }

    #[test]
    fn a_device_of_a_kind_that_is_not_known_is_no_access_point() {
        let mac = "5c5b35000009";
        for (category, tuple, kind) in [
            ("connectivity", json!({ "mac": mac, "name": "X-9" }), None),
            ("connectivity", json!({ "mac": mac }), None),
            ("connectivity", json!({ "name": "X-9" }), None),
            ("layer_1", json!({ "mac": mac, "port_id": "ge-0/0/1" }), None),
            ("switch", json!({ "mac": mac, "name": "X-9" }), Some("switch")),
            ("ap", json!({ "mac": mac, "name": "X-9" }), Some("ap")),
        ] {
            let row = json!({
                "symptom": "bad_cable", "category": category, "status": "open", "site_id": "s", "start_time": 1_600,
                "details": { "impacted_tuple": tuple },
            });
            let action = Alarm::of_action(Row::of(&row)).unwrap();
            let found = format!("{:?}", findings(&[&action], &[], |_| Some("Leeds".to_owned()), 1_700)[0]);
            let kinds: Vec<_> = ["ap", "switch", "gateway", "mxedge"]
                .into_iter()
                .filter(|kind| found.contains(&format!("kind: \"{kind}\"")))
                .collect();
            assert_eq!(kinds, Vec::from_iter(kind), "{found}");
            let called = tuple.get("name").unwrap_or(&json!(mac)).as_str().unwrap().to_owned();
            assert!(found.contains(&called) && found.contains("Leeds"), "{found}");
        }
    }

    #[test]
    fn an_alarm_that_names_only_its_site_does_not_say_that_the_site_is_down() {
        let summary = |kind: &str| {
            let row = json!({ "type": kind, "timestamp": 1_600, "site_id": "s" });
            let alarm = Alarm::of(Row::of(&row)).unwrap();
            findings(&[&alarm], &[], |_| Some("Leeds".to_owned()), 1_700)[0].summary().to_owned()
        };
        assert!(
            summary("mist_edge_disconnected")
                .starts_with("An alarm reports that a Mist Edge of Leeds is down")
        );
        assert!(summary("switch_down").contains("a device of Leeds that it does not name is down"));
        assert!(summary("infra_dhcp_failure").contains("Leeds has clients"));
        let row = json!({ "type": "mist_edge_disconnected", "timestamp": 1_600, "hostnames": ["ME-1"], "mxedges": ["5c5b35000001"] });
        let alarm = Alarm::of(Row::of(&row)).unwrap();
        let found = findings(&[&alarm], &[], |_| None, 1_700);
        assert!(format!("{found:?}").contains("kind: \"mxedge\""), "{found:?}");
    }

    #[test]
    fn resolved_alarms_and_those_with_a_later_opposite_are_closed() {
        let kinds =
            |alarms: &[Alarm]| open(alarms).iter().map(|alarm| alarm.kind.clone()).collect::<Vec<_>>();
        assert_eq!(
            kinds(&[alarm("bad_cable", 1, "open"), alarm("missing_vlan", 1, "resolved")]),
            ["bad_cable"]
        );
        assert_eq!(
            kinds(&[alarm("device_down", 1, ""), alarm("device_reconnected", 2, "")]),
            ["device_reconnected"]
        );
        assert_eq!(kinds(&[alarm("device_down", 3, ""), alarm("device_reconnected", 2, "")]).len(), 2);
    }

    #[test]
    fn an_alarm_is_closed_by_an_opposite_after_it_was_raised_last_that_has_its_devices() {
        let alarm = |kind: &str, (first, last): (i64, i64), aps: &[&str]| {
            let row =
                json!({ "type": kind, "timestamp": first, "last_seen": last, "aps": aps, "site_id": "s" });
            Alarm::of(Row::of(&row)).unwrap()
        };
        let [one, two, three] = ["5c5b35000001", "5c5b35000002", "5c5b35000003"];
        let is_open = |last: i64, (first, again): (i64, i64), aps: &[&str]| {
            let all = [
                alarm("infra_dhcp_failure", (1_000, last), &[one, two]),
                alarm("infra_dhcp_success", (first, again), aps),
            ];
            open(&all).iter().any(|alarm| alarm.kind == "infra_dhcp_failure")
        };
        assert!(is_open(3_000, (2_000, 2_000), &[one, two]), "it came again");
        assert!(!is_open(3_000, (500, 3_100), &[one, two]), "the opposite came again");
        for aps in [&[one, two][..], &[two, one], &[one, two, three], &[]] {
            assert!(!is_open(1_000, (2_000, 2_000), aps), "{aps:?}");
        }
        assert!(is_open(1_000, (2_000, 2_000), &[one]) && is_open(1_000, (2_000, 2_000), &[three]));
    }

    #[test]
    fn an_alarm_that_a_later_event_of_its_device_ends_does_not_hold() {
        let event = |kind: &str, time: i64, mac: &str| {
            Event::of(Row::of(&json!({ "type": kind, "timestamp": time, "mac": mac }))).unwrap()
        };
        let path = [alarm("gw_vpn_path_down", 1_000, "open")];
        let holds = |events: &[Event]| !active(&path, events).is_empty();
        assert!(holds(&[]));
        assert!(!holds(&[event("GW_VPN_PATH_UP", 1_100, "5c5b35000001")]));
        assert!(holds(&[event("GW_VPN_PATH_UP", 900, "5c5b35000001")]), "an earlier one");
        assert!(holds(&[event("GW_VPN_PATH_UP", 1_100, "5c5b35000002")]), "another device");
        assert!(holds(&[event("GW_TUNNEL_UP", 1_100, "5c5b35000001")]), "of something else");
        let cable = [alarm("bad_cable", 1_000, "open")];
        assert!(
            !active(&cable, &[event("SW_PORT_UP", 1_100, "5c5b35000001")]).is_empty(),
            "no event ends it"
        );
    }

    #[test]
    fn what_was_not_reported_lately_is_at_most_a_warning_and_explains_less() {
        let found =
            |now: i64| findings(&[&alarm("missing_vlan", 1_000, "open")], &[], |_| None, now).remove(0);
        let (new, today, old) = (found(1_600), found(1_600 + 4 * 3_600), found(1_600 + 3 * t::DAY));
        assert_eq!(
            [&new, &today, &old].map(Finding::severity),
            [Severity::Critical, Severity::Warning, Severity::Warning]
        );
        assert!(new.relevance() > today.relevance() && today.relevance() > old.relevance());
        // A new warning stands before an old critical report.
        let flap = findings(&[&alarm("port_flap", 1_000, "open")], &[], |_| None, 1_600).remove(0);
        assert!(flap.relevance() > today.relevance());
        assert!(today.shows("last_reported", "4 h ago") && !new.shows("last_reported", "10 min ago"));
    }

    #[test]
    fn an_alarm_of_a_device_that_is_back_is_no_finding() {
        let device = |connected: bool| {
            Device::of(Row::of(&json!({ "mac": "5c5b35000001", "name": "AP-1", "connected": connected })))
                .unwrap()
        };
        let down = alarm("device_down", 1, "open");
        assert!(findings(&[&down], &[device(true)], |_| None, 10).is_empty());
        assert_eq!(findings(&[&down], &[device(false)], |_| None, 10)[0].cause().name, "device_down");
    }

    #[test]
    fn an_open_alarm_of_an_unknown_kind_is_a_finding_as_severe_as_it_says() {
        let severity = |kind: &str, severity: &str| {
            let mut alarm = alarm(kind, 1_000, "open");
            alarm.severity = Some(severity.to_owned());
            let found = findings(&[&alarm], &[], |_| None, 1_300);
            assert!(found.iter().all(|finding| finding.shows("alarm", kind)), "{found:?}");
            found.first().map(|finding| (finding.cause().name, finding.severity()))
        };
        let reported = |severity| Some(("reported_trouble", severity));
        assert_eq!(severity("traffic_anomaly", "critical"), reported(Severity::Critical));
        assert_eq!(severity("rogue_client", "warn"), reported(Severity::Warning));
        assert_eq!(severity("device_restarted", "info"), None);
        assert_eq!(severity("something_recovered", "critical"), None);
        assert_eq!(severity("sw_alarm_chassis_fan", "critical"), Some(("hardware_alarm", Severity::Warning)));
    }

    #[test]
    fn an_action_is_read_from_its_details() {
        let row = json!({
            "symptom": "port_flap", "status": "reoccured", "start_time": 1_795_890_000_000_i64, "uuid": "u", "site_id": "s",
            "details": { "impacted_tuple": { "mac": "5c5b35000001", "name": "SW-1", "port_id": "ge-0/0/1" } },
        });
        let action = Alarm::of_action(Row::of(&row)).unwrap();
        assert!(action.is_open);
        let found = findings(&[&action], &[], |_| Some("Leeds".into()), 1_795_890_300);
        assert_eq!(found[0].cause().name, "port_flapping");
        assert!(found[0].is_on("ge-0/0/1") && found[0].is_on("Leeds"), "{found:?}");
        assert_eq!(
            found[0].summary(),
            "Marvis reports that port ge-0/0/1 of SW-1 goes up and down (first 5 min ago)."
        );
    }
}
