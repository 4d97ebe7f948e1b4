//! Rules for the configuration: overrides, variables without a value, WLANs that are off or that nobody carries, and
//! configurations that failed.

mod wlans;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mistmcp::answers::{Finding, Object, Severity, ago, count, listed, name};
use mistmcp::serde_json::Value;

use crate::answers::facts::config::Settings;
use crate::answers::facts::{Device, Event, open};
use crate::answers::{causes as c, sources};

pub(in crate::answers) use wlans::{SwitchedOff, applied_nowhere, not_carried, wlans_off};

/// A device with its own settings, and what its templates give.
#[derive(Clone, Debug)]
pub(in crate::answers) struct Configured {
    pub(in crate::answers) device: Device,
    pub(in crate::answers) own: Settings,
    /// Values that templates, its profile and its site give, by path.
    pub(in crate::answers) given: Given,
}

/// The values that several sources give for a setting.
pub(in crate::answers) type Given = BTreeMap<String, Vec<Value>>;

/// Fields of a device that are its own by nature, and no overrides.
pub(in crate::answers) const OWN: [&str; 34] = [
    "id",
    "org_id",
    "site_id",
    "type",
    "mac",
    "serial",
    "model",
    "sku",
    "name",
    "hostname",
    "notes",
    "map_id",
    "x",
    "y",
    "xm",
    "ym",
    "height",
    "orientation",
    "mount",
    "x_m",
    "y_m",
    "locked",
    "created_time",
    "modified_time",
    "deviceprofile_id",
    "deviceprofile_name",
    "managed",
    "mist_configured",
    "role",
    "ip_config",
    "ip_configs",
    "port_config",
    "local_port_config",
    "vars",
];
/// More of them, that tell of the device and not of its settings.
pub(in crate::answers) const STATE: [&str; 14] = [
    "router_id",
    "hw_rev",
    "image1_url",
    "image2_url",
    "image3_url",
    "oob_ip_config",
    "other_ip_configs",
    "virtual_chassis",
    "evpntopo_id",
    "magic",
    "connected",
    "adopted",
    "version",
    "tag_uuid",
];

/// Settings with an effect that people notice.
const FELT: [&str; 14] = [
    "radio_config",
    "radius_config",
    "dns_servers",
    "ntp_servers",
    "networks",
    "port_usages",
    "additional_config_cmds",
    "dhcpd_config",
    "stp_config",
    "acl_policies",
    "path_preferences",
    "service_policies",
    "bgp_config",
    "tunnel_configs",
];

/// Settings whose values may be told.
const TOLD: [&str; 10] = [
    "channel",
    "power",
    "bandwidth",
    "disabled",
    "channels",
    "power_min",
    "power_max",
    "dns_servers",
    "ntp_servers",
    "vlan_id",
];

/// Devices that deviate from their templates, or from all their siblings where no template says anything.
pub(in crate::answers) fn overrides(devices: &[Configured]) -> Vec<Finding> {
    let mut kinds: HashMap<&str, Vec<&Configured>> = HashMap::new();
    for device in devices {
        kinds.entry(device.device.kind.as_str()).or_default().push(device);
    }
    let mut found = Vec::new();
    for siblings in kinds.values() {
        let mut values: HashMap<&str, HashMap<String, usize>> = HashMap::new();
        for sibling in siblings {
            for (path, value) in &sibling.own {
                *values.entry(path).or_default().entry(value.to_string()).or_default() += 1;
            }
        }
        for device in siblings {
            let own: Vec<_> = device
                .own
                .iter()
                .filter(|(path, value)| match device.given.get(*path) {
                    Some(given) => !given.contains(value),
                    None => is_unusual(path, value, values.get(path.as_str()), siblings.len()),
                })
                .collect();
            found.extend(overriding(device, &own));
        }
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.explains()));
    found
}

/// Whether a setting that no template gives is unusual among devices of its kind.
fn is_unusual(path: &str, value: &Value, values: Option<&HashMap<String, usize>>, siblings: usize) -> bool {
    let Some(values) = values else { return false };
    let having: usize = values.values().sum();
    let same = values.get(&value.to_string()).copied().unwrap_or(0);
    match siblings {
        0 | 1 => is_felt(path),
        // Two devices: only one has it.
        2 => having == 1,
        _ if having * 2 <= siblings => true,
        // Most have it, with one value in common, and this one has another.
        _ => same == 1 && values.values().any(|used| *used * 2 > siblings),
    }
}

fn is_felt(path: &str) -> bool {
    FELT.contains(&path.split('.').next().unwrap_or_default())
}

fn overriding(device: &Configured, own: &[(&String, &Value)]) -> Option<Finding> {
    if own.is_empty() {
        return None;
    }
    let felt = own.iter().any(|(path, _)| is_felt(path));
    let mut paths: Vec<_> = own.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_by_key(|path| !is_felt(path));
    let told: Vec<_> = own.iter().map(|(path, value)| told(path, value)).collect();
    let given: Vec<_> = own
        .iter()
        .filter_map(|(path, _)| Some(self::told(path, device.given.get(path.as_str())?.first()?)))
        .collect();
    let (severity, weight) = if felt { (Severity::Warning, 50) } else { (Severity::Info, 25) };
    let called = device.device.called();
    Some(
        Finding::new(
            &c::OVERRIDE,
            severity,
            format!(
                "{called} has {} that its template does not give: {}.",
                count(own.len(), "setting"),
                listed(&paths, 4)
            ),
        )
        .on(device.device.object())
        .weight(weight)
        .evidence("own", told)
        .evidence("template", Some(given).filter(|given| !given.is_empty())),
    )
}

/// A setting in words: with its value where that cannot be a secret.
fn told(path: &str, value: &Value) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    if TOLD.contains(&last) { format!("{path} = {value}") } else { path.to_owned() }
}

/// Settings of a site that differ from those of its template.
pub(in crate::answers) fn site_overrides(
    site: &str,
    own: &Settings,
    template: &Settings,
    which: &str,
) -> Option<Finding> {
    let different: Vec<_> = own
        .iter()
        .filter(|(path, value)| is_felt(path) && template.get(*path).is_some_and(|given| given != *value))
        .collect();
    if different.is_empty() {
        return None;
    }
    let paths: Vec<_> = different.iter().map(|(path, _)| path.as_str()).collect();
    Some(
        Finding::new(
            &c::OVERRIDE,
            Severity::Info,
            format!(
                "The site {} overrides {} of its template {}: {}.",
                name(site),
                count(paths.len(), "setting"),
                name(which),
                listed(&paths, 4)
            ),
        )
        .on(Object::site(site))
        .weight(40)
        .evidence("own", different.iter().map(|(path, value)| told(path, value)).collect::<Vec<_>>())
        .evidence(
            "template",
            paths.iter().filter_map(|path| Some(told(path, template.get(*path)?))).collect::<Vec<_>>(),
        ),
    )
}

/// What uses variables: its name, and which.
#[derive(Clone, Debug)]
pub(in crate::answers) struct Uses {
    pub(in crate::answers) what: String,
    pub(in crate::answers) variables: BTreeSet<String>,
}

/// Variables that are used at a site and have no value there.
pub(in crate::answers) fn unset(site: &str, uses: &[Uses], defined: &BTreeSet<String>) -> Option<Finding> {
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
pub(in crate::answers) fn failed(devices: &[Device], events: &[Event], now: i64) -> Vec<Finding> {
    let kinds = ["CONFIG_FAILED", "CONFIG_LOCK_FAILED", "CONFIG_ERROR_ADDTL_COMMAND"];
    let open: Vec<_> = open(events).into_iter().filter(|(event, _)| kinds.contains(&event.short())).collect();
    let mut found = Vec::new();
    for device in devices {
        let event =
            open.iter().find(|(event, _)| event.mac.as_deref().is_some_and(|mac| device.has_mac(mac)));
        let status = device.config_status.as_deref().unwrap_or_default().to_lowercase();
        let says_so = ["fail", "error", "revert"].iter().any(|word| status.contains(word));
        if event.is_none() && !says_so {
            continue;
        }
        let since = event.map(|(event, _)| event.time);
        let when = since.map_or(String::new(), |since| format!(" {}", ago(since, now)));
        found.push(
            Finding::new(
                &c::CONFIG_FAILED,
                Severity::Warning,
                format!("{} failed to apply its last configuration{when}.", device.called()),
            )
            .on(device.object())
            .weight(68)
            .since(since)
            .evidence("config_status", device.config_status.clone().filter(|_| event.is_none()))
            .evidence("times", event.map(|(_, times)| *times))
            .evidence("text", event.and_then(|(event, _)| event.text.clone()))
            .see(&match event.and_then(|(event, _)| sources::device_events([*event])) {
                Some(part) => part,
                None => sources::stats(device),
            }),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;
    use crate::answers::facts::config::{Wlan, settings};

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn configured(number: u8, kind: &str, own: Value, template: Value) -> Configured {
        let row =
            json!({ "mac": format!("5c5b350000{number:02}"), "name": format!("D-{number}"), "type": kind });
        Configured {
            device: Device::of(Row::of(&row)).unwrap(),
            own: settings(Row::of(&own), &[]),
            given: settings(Row::of(&template), &[])
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
        let uses = [Uses {
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
        for (name, value) in row.as_object().unwrap() {
            all[name] = value.clone();
        }
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
