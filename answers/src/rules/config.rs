//! Rules for the configuration: overrides, variables without a value, WLANs that are off or on no access point, and
//! configurations that failed.

mod overrides;
mod wlans;

use std::collections::{BTreeMap, BTreeSet};

use mistmcp::answers::{Finding, Object, Severity, listed, name};

use super::device::config_failure;
use crate::facts::{CONFIG_FAILURES, Device, Event, open};
use crate::{causes as c, evidence};

pub(crate) use overrides::{
    ConfiguredDevice, DEVICE_FIELDS, InheritedValues, STATE_FIELDS, overrides, site_overrides,
};
pub(crate) use wlans::{SwitchedOff, applied_nowhere, not_carried, wlans_off};

/// What uses variables: its name, and which.
#[derive(Clone, Debug)]
pub(crate) struct VariableUse {
    pub(crate) what: String,
    pub(crate) variables: BTreeSet<String>,
}

/// Variables that are used at a site and have no value there.
pub(crate) fn unset(site: &str, uses: &[VariableUse], defined: &BTreeSet<String>) -> Option<Finding> {
    let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for use_ in uses {
        for variable in use_.variables.iter().filter(|variable| !defined.contains(*variable)) {
            missing.entry(variable).or_default().push(&use_.what);
        }
    }
    let (_, users) = missing.first_key_value()?;
    let names: Vec<_> = missing.keys().copied().collect();
    let used = listed(users, 3);
    let (noun, which) = match names.len() {
        1 => ("variable", ", which is used by"),
        _ => ("variables", "; the first is used by"),
    };
    Some(
        Finding::new(
            &c::VARIABLE_UNSET,
            Severity::Warning,
            format!("{} has no value for the {noun} {}{which} {used}.", name(site), listed(&names, 4)),
        )
        .on(Object::site(site))
        .weight(70)
        .evidence("variables", names)
        .evidence(
            "used_by",
            missing.values().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        ),
    )
}

/// Devices whose last configuration failed.
pub(crate) fn failed(devices: &[Device], events: &[Event], now: i64) -> Vec<Finding> {
    let open: Vec<_> =
        open(events).into_iter().filter(|(event, _)| CONFIG_FAILURES.contains(&event.short())).collect();
    let mut found = Vec::new();
    for device in devices {
        let event =
            open.iter().find(|(event, _)| event.mac.as_deref().is_some_and(|mac| device.has_mac(mac)));
        let times = event.map(|(_, times)| *times);
        let event = event.map(|(event, _)| *event);
        let finding = config_failure(device, event, event.map(|event| event.time), now);
        let shown = event.and_then(|event| evidence::device_events([event]));
        found.extend(finding.map(|finding| {
            let finding = finding.weight(68).evidence("times", times);
            finding.see(&shown.unwrap_or_else(|| evidence::stats(device)))
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::facts::config::{Wlan, settings};
    use crate::facts::test_rows::merge;

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn configured(number: u8, kind: &str, own: Value, template: Value) -> ConfiguredDevice {
        let row =
            json!({ "mac": format!("5c5b350000{number:02}"), "name": format!("D-{number}"), "type": kind });
        ConfiguredDevice {
            device: Device::of(Row::of(&row)).unwrap(),
            own: settings(Row::of(&own), &[]),
            inherited: settings(Row::of(&template), &[])
                .into_iter()
                .map(|(path, value)| (path, vec![value]))
                .collect(),
        }
    }

    #[test]
    fn a_device_that_deviates_from_its_template_overrides_it() {
        let template = || json!({ "radio_config": { "band_5": { "bandwidth": 40 } } });
        let own = |width: u8, channel: Value| json!({ "radio_config": { "band_5": { "bandwidth": width, "channel": channel } } });
        let all = [
            configured(1, "ap", own(40, Value::Null), template()),
            configured(2, "ap", own(80, json!(52)), template()),
            configured(3, "ap", own(40, Value::Null), template()),
        ];
        let found = overrides(&all);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_on("D-2") && found[0].severity() == Severity::Warning);
        let text = format!("{found:?}");
        assert!(text.contains("channel = 52") && text.contains("bandwidth = 40"), "{text}");
    }

    #[test]
    fn what_all_siblings_have_is_no_override() {
        let all: Vec<_> = (1..5)
            .map(|number| configured(number, "switch", json!({ "led": { "on": true } }), json!({})))
            .collect();
        assert!(overrides(&all).is_empty());
        let one =
            configured(9, "switch", json!({ "dns_servers": ["10.0.0.9"], "led": { "on": true } }), json!({}));
        let found = overrides(&[all[0].clone(), all[1].clone(), one.clone()]);
        assert!(found.len() == 1 && found[0].starts_on("D-9"), "{found:?}");
        let pair = overrides(&[all[0].clone(), one.clone()]);
        assert!(pair.len() == 1 && pair[0].starts_on("D-9"), "{pair:?}");
        assert_eq!(overrides(&[one])[0].severity(), Severity::Warning, "alone, with a setting that is felt");
        let same = configured(
            8,
            "gateway",
            json!({ "dns_servers": ["9.9.9.9"] }),
            json!({ "dns_servers": ["9.9.9.9"] }),
        );
        assert!(overrides(&[same]).is_empty());
    }

    #[test]
    fn settings_of_a_site_that_differ_from_its_network_template_are_told_with_the_whole_name_of_it() {
        let of = |servers: Value| settings(Row::of(&json!({ "dns_servers": servers })), &[]);
        let called = "Switches of the shops in the north of England";
        let found =
            site_overrides("Leeds", &of(json!(["10.0.0.9"])), &of(json!(["10.0.0.1"])), called).unwrap();
        assert_eq!(
            found.summary(),
            format!("The site Leeds overrides 1 setting of its network template {called}: dns_servers.")
        );
        assert!(
            site_overrides("Leeds", &of(json!(["10.0.0.1"])), &of(json!(["10.0.0.1"])), called).is_none()
        );
    }

    #[test]
    fn secrets_are_never_reported() {
        let one = configured(
            1,
            "switch",
            json!({ "radius_config": { "auth_servers": [{ "host": "10.0.0.9", "secret": "hunter2" }], "x": "hunter2" } }),
            json!({}),
        );
        let text = format!("{:?}", overrides(&[one]));
        assert!(text.contains("radius_config.auth_servers") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_variable_without_a_value_is_reported_with_what_uses_it() {
        let uses = [VariableUse {
            what: "the template Branch LAN".into(),
            variables: BTreeSet::from(["staff_vlan".into(), "site_no".into()]),
        }];
        let found = unset("Sydney", &uses, &BTreeSet::from(["site_no".into()])).unwrap();
        assert!(
            found.is_on("Sydney")
                && found.summary().contains("staff_vlan")
                && found.summary().contains("Branch LAN")
        );
        assert!(unset("Leeds", &uses, &BTreeSet::from(["site_no".into(), "staff_vlan".into()])).is_none());
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn wlan(row: Value) -> Wlan {
        let mut all = json!({ "ssid": "Yard", "enabled": true });
        merge(&mut all, &row);
        Wlan::of(Row::of(&all)).unwrap()
    }

    #[test]
    fn a_wlan_that_is_off_is_reported_with_who_did_it() {
        let off = [wlan(json!({ "enabled": false })), wlan(json!({ "enabled": null }))];
        let by = HashMap::from([("Yard".to_owned(), (90_000, "Lucia".to_owned()))]);
        let found = wlans_off(&off, &by, Some("Leeds"), 100_000);
        assert_eq!(found.len(), 1, "null is the default, which is on");
        assert!(found[0].is_on("Yard") && found[0].is_on("Leeds") && found[0].summary().contains("Lucia"));
        assert_eq!(wlans_off(&off, &HashMap::new(), None, 9_000_000)[0].severity(), Severity::Info);
    }

    #[test]
    fn a_wlan_without_access_points_is_not_carried() {
        let here = ["ap-1".to_owned()];
        let carried = |row: Value| not_carried(&[wlan(row)], Some(&here), None).is_empty();
        assert!(!carried(json!({ "apply_to": "aps", "ap_ids": [] })));
        assert!(!carried(json!({ "apply_to": "aps", "ap_ids": ["ap-9"] })));
        assert!(carried(json!({ "apply_to": "aps", "ap_ids": ["AP-1"] })));
        assert!(!carried(json!({ "apply_to": "wxtags", "wxtag_ids": null })));
        assert!(carried(json!({ "apply_to": "site" })) && carried(json!({})));
        assert!(!carried(json!({ "bands": [] })));
        assert!(carried(json!({ "apply_to": "aps", "ap_ids": [], "enabled": false })), "it is off");
        let found = applied_nowhere(&[wlan(json!({ "template_id": "t" }))], &["t".to_owned()]);
        assert_eq!(found[0].cause().name, "wlan_not_carried");
    }

    #[test]
    fn a_failed_configuration_is_reported_until_a_later_one_succeeds() {
        let device = |status: &str| {
            Device::of(Row::of(
                &json!({ "mac": "5c5b35000001", "name": "SW-1", "type": "switch", "config_status": status }),
            ))
            .unwrap()
        };
        let event = |kind: &str, time: i64| {
            Event::of(Row::of(
                &json!({ "type": kind, "timestamp": time, "mac": "5c5b35000001", "text": "vlan" }),
            ))
            .unwrap()
        };
        let open = [event("SW_CONFIG_FAILED", 10)];
        assert!(failed(&[device("success")], &open, 700)[0].starts_on("SW-1"));
        assert!(
            failed(&[device("success")], &[event("SW_CONFIG_FAILED", 10), event("SW_CONFIGURED", 20)], 700)
                .is_empty()
        );
        assert_eq!(failed(&[device("FAILED")], &[], 700).len(), 1);
        assert!(failed(&[device("success")], &[], 700).is_empty());
    }
}
