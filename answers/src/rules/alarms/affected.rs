//! The devices that an alarm is about: [`Affected`].

use std::collections::{HashMap, HashSet};

use mistmcp::answers::{Cause, Object, listed};

use crate::causes as c;
use crate::facts::{Alarm, Device};

/// A device that an alarm names.
#[derive(Clone, Debug)]
pub(super) struct Affected<'a> {
    pub(super) mac: Option<&'a str>,
    /// Its name, or else its MAC address.
    pub(super) called: String,
    kind: Option<&'static str>,
    /// Where it is known.
    pub(super) device: Option<&'a Device>,
}

impl Affected<'_> {
    /// The object of a finding. One of an unknown kind is none.
    pub(super) fn object(&self) -> Option<Object> {
        let of_kind = || Some(Object::device(self.kind?, &self.called).mac(self.mac.map(str::to_owned)));
        self.device.map(Device::object).or_else(of_kind)
    }

    fn is_wired(&self) -> bool {
        self.device.map(|device| device.kind.as_str()).or(self.kind).is_some_and(|kind| kind != "ap")
    }
}

/// The devices that an alarm is about, known ones first, each once. Of an outage, those that are back are left out: `None`
/// if all are.
pub(super) fn affected<'a>(
    alarm: &'a Alarm,
    cause: &Cause,
    known: &HashMap<&str, &'a Device>,
) -> Option<Vec<Affected<'a>>> {
    let of_mac = |(place, mac): (usize, &'a String)| {
        let device = known.get(mac.as_str()).copied();
        let named = alarm.name_at(place).unwrap_or(mac);
        let called = device.map_or_else(|| named.clone(), Device::called);
        Affected { mac: Some(mac), called, kind: alarm.kind_at(place), device }
    };
    let mut seen = HashSet::new();
    let mut all: Vec<_> = alarm.devices.iter().enumerate().map(of_mac).collect();
    // The members of one are it.
    all.retain(|affected| seen.insert(affected.device.map(|device| device.mac.as_str()).or(affected.mac)));
    if all.is_empty() {
        let of_name = |called: &String| Affected {
            mac: None,
            called: called.clone(),
            kind: alarm.device_kind,
            device: None,
        };
        all.extend(alarm.names.iter().map(of_name));
    }
    let is_back = |affected: &Affected<'_>| {
        cause.name == c::DEVICE_DOWN.name
            && affected.device.is_some_and(|device| device.connected == Some(true))
    };
    let is_about_some = !all.is_empty();
    all.retain(|affected| !is_back(affected));
    all.sort_by_key(|affected| affected.device.is_none());
    (!is_about_some || !all.is_empty()).then_some(all)
}

/// The devices that the ports of an alarm may belong to: switches and gateways, where it names any.
pub(super) fn with_ports<'a, 'b>(affected: &'b [Affected<'a>]) -> Vec<&'b Affected<'a>> {
    let wired: Vec<_> = affected.iter().filter(|affected| affected.is_wired()).collect();
    if wired.is_empty() { affected.iter().collect() } else { wired }
}

/// The devices in a sentence: the first one by its name, and others as far as there is room.
pub(super) fn names_of(affected: &[&Affected<'_>]) -> Option<String> {
    let names: Vec<_> = affected.iter().map(|affected| affected.called.as_str()).collect();
    (!names.is_empty()).then(|| listed(&names, if names.len() == 2 { 2 } else { 1 }))
}

/// What is said of one device, of several: `has a bad cable`, `have a bad cable`.
pub(super) fn of_several(words: &str) -> String {
    let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
    let verb = match verb {
        "is" => "are",
        "has" => "have",
        verb => verb.strip_suffix('s').unwrap_or(verb),
    };
    let rest = match rest.strip_prefix("its ") {
        Some(rest) => format!("their {rest}"),
        None => rest.replace(" its ", " their "),
    };
    format!("{verb} {rest}")
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::super::findings;
    use super::*;

    fn device(number: u8, kind: &str, connected: bool) -> Device {
        let row = json!({
            "mac": format!("5c5b350000{number:02}"), "type": kind, "name": format!("D-{number}"), "connected": connected,
        });
        Device::of(Row::of(&row)).unwrap()
    }

    fn alarm(kind: &str, numbers: &[u8]) -> Alarm {
        let macs: Vec<_> = numbers.iter().map(|number| format!("5c5b350000{number:02}")).collect();
        let names: Vec<_> = numbers.iter().map(|number| format!("D-{number}")).collect();
        let row =
            json!({ "type": kind, "timestamp": 1_600, "aps": macs, "hostnames": names, "vlans": ["30"] });
        Alarm::of(Row::of(&row)).unwrap()
    }

    #[test]
    fn an_alarm_about_several_devices_names_all_of_them() {
        let devices = [device(1, "ap", true), device(2, "ap", true), device(3, "ap", true)];
        for (kind, numbers, words) in [
            ("missing_vlan", &[1, 2, 3][..], "D-1 and 2 more lack VLAN 30"),
            ("missing_vlan", &[2, 1], "D-2 and D-1 lack VLAN 30"),
            ("missing_vlan", &[9, 3, 2], "D-3 and 2 more lack VLAN 30"),
            ("missing_vlan", &[8, 9], "D-8 and D-9 lack VLAN 30"),
            ("missing_vlan", &[2], "D-2 lacks VLAN 30"),
            ("infra_dhcp_failure", &[1, 3], "D-1 and D-3 have clients"),
            ("health_check_failed", &[1, 3], "D-1 and D-3 fail their health check"),
            ("non_compliant", &[1, 3], "D-1 and D-3 run other firmware than devices of their model"),
        ] {
            let found = findings(&[&alarm(kind, numbers)], &devices, |_| None, 1_700).remove(0);
            assert!(found.summary().contains(words), "{found:?}");
            for number in numbers {
                assert!(found.is_on(&format!("D-{number}")), "{kind} {number}: {found:?}");
            }
        }
        let led = alarm("missing_vlan", &[1, 2, 3]).led_by(|mac| devices[2].has_mac(mac));
        let found = findings(&[&led], &devices, |_| None, 1_700).remove(0);
        assert!(found.starts_on("D-3") && found.summary().contains("D-3 and 2 more"), "{found:?}");
    }

    #[test]
    fn an_alarm_of_an_outage_is_about_the_devices_that_are_not_back() {
        let devices = [device(1, "ap", true), device(2, "ap", false), device(3, "ap", true)];
        let summary = |numbers: &[u8]| {
            let found = findings(&[&alarm("device_down", numbers)], &devices, |_| None, 1_700);
            found.first().map(|finding| finding.summary().to_owned()).unwrap_or_default()
        };
        assert!(summary(&[1, 2]).contains("that D-2 is down"));
        assert!(summary(&[1, 9]).contains("that D-9 is down"), "it is not known");
        assert!(summary(&[1, 9, 2]).contains("that D-2 and D-9 are down"));
        assert_eq!(summary(&[1, 3]), "");
        assert_eq!(summary(&[3]), "");
    }

    #[test]
    fn the_two_names_of_an_action_are_of_its_first_device() {
        for tuple in [
            json!({ "mac": "5c5b35000008", "ap": "5c5b35000009", "name": "D-8", "display_name": "Lobby" }),
            json!({ "mac": "5c5b35000008", "ap": "5c5b35000009", "display_name": "D-8" }),
        ] {
            let row = json!({ "symptom": "missing_vlan", "details": { "impacted_tuple": tuple } });
            let found =
                findings(&[&Alarm::of_action(Row::of(&row)).unwrap()], &[], |_| None, 1_700).remove(0);
            assert!(found.summary().contains("D-8 and 5c5b35000009 lack"), "{found:?}");
        }
    }

    #[test]
    fn the_ports_of_an_alarm_are_those_of_its_switch() {
        let devices = [device(1, "ap", true), device(2, "switch", true), device(3, "switch", true)];
        for (switches, words) in [
            (json!(["5c5b35000002"]), "port ge-0/0/1 of D-2 has a bad cable"),
            (json!(["5c5b35000002", "5c5b35000003"]), "D-2 and D-3 have a bad cable"),
        ] {
            let row = json!({
                "type": "bad_cable", "timestamp": 1_600, "aps": ["5c5b35000001"], "switches": switches, "port_ids": ["ge-0/0/1"],
            });
            let alarm = Alarm::of(Row::of(&row)).unwrap();
            let found = findings(&[&alarm], &devices, |_| None, 1_700).remove(0);
            assert!(found.summary().contains(words), "{found:?}");
            assert!(found.is_on("ge-0/0/1") && found.is_on("D-1") && found.is_on("D-2"), "{found:?}");
        }
    }
}
