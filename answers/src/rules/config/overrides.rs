//! Rules for settings of devices and sites that override those of their templates.

use std::collections::{BTreeMap, HashMap};

use mistmcp::answers::{Finding, Object, Severity, count, listed, name};
use mistmcp::serde_json::Value;

use crate::causes as c;
use crate::facts::Device;
use crate::facts::config::Settings;

/// A device with its own settings, and what its templates give.
#[derive(Clone, Debug)]
pub(crate) struct ConfiguredDevice {
    pub(crate) device: Device,
    pub(crate) own: Settings,
    /// Values that templates, its profile and its site give, by path.
    pub(crate) inherited: InheritedValues,
}

/// The values that several sources give for a setting.
pub(crate) type InheritedValues = BTreeMap<String, Vec<Value>>;

/// Fields of a device that are its own by nature, and no overrides.
pub(crate) const DEVICE_FIELDS: [&str; 34] = [
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

/// Fields that are state of the device and no settings.
pub(crate) const STATE_FIELDS: [&str; 14] = [
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
const SERVICE_SETTINGS: [&str; 14] = [
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

/// Settings whose values hold no secrets and are shown.
const OPEN_VALUES: [&str; 10] = [
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

/// Devices that deviate from their templates, or from all other devices of their kind where no template has the setting.
pub(crate) fn overrides(devices: &[ConfiguredDevice]) -> Vec<Finding> {
    let mut kinds: HashMap<&str, Vec<&ConfiguredDevice>> = HashMap::new();
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
                .filter(|(path, value)| match device.inherited.get(*path) {
                    Some(given) => !given.contains(value),
                    None => is_unusual(path, value, values.get(path.as_str()), siblings.len()),
                })
                .collect();
            found.extend(overrides_of(device, &own));
        }
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.relevance()));
    found
}

/// Whether a setting that no template gives is unusual among devices of its kind.
fn is_unusual(path: &str, value: &Value, values: Option<&HashMap<String, usize>>, siblings: usize) -> bool {
    let Some(values) = values else { return false };
    let having: usize = values.values().sum();
    let same = values.get(&value.to_string()).copied().unwrap_or(0);
    match siblings {
        0 | 1 => affects_service(path),
        // Two devices: only one has it.
        2 => having == 1,
        _ if having * 2 <= siblings => true,
        // Most have it, with one value in common, and this one has another.
        _ => same == 1 && values.values().any(|used| *used * 2 > siblings),
    }
}

fn affects_service(path: &str) -> bool {
    SERVICE_SETTINGS.contains(&path.split('.').next().unwrap_or_default())
}

fn overrides_of(device: &ConfiguredDevice, own: &[(&String, &Value)]) -> Option<Finding> {
    if own.is_empty() {
        return None;
    }
    let felt = own.iter().any(|(path, _)| affects_service(path));
    let mut paths: Vec<_> = own.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_by_key(|path| !affects_service(path));
    let told: Vec<_> = own.iter().map(|(path, value)| setting_text(path, value)).collect();
    let given: Vec<_> = own
        .iter()
        .filter_map(|(path, _)| Some(setting_text(path, device.inherited.get(path.as_str())?.first()?)))
        .collect();
    let (severity, weight) = if felt { (Severity::Warning, 50) } else { (Severity::Info, 25) };
    let called = device.device.called();
    Some(
        Finding::new(
            &c::OVERRIDE,
            severity,
            format!(
                "{called} has {} of its own, not from its template: {}.",
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
fn setting_text(path: &str, value: &Value) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    if OPEN_VALUES.contains(&last) { format!("{path} = {value}") } else { path.to_owned() }
}

/// Settings of a site that differ from those of its network template, which has this name.
pub(crate) fn site_overrides(
    site: &str,
    own: &Settings,
    template: &Settings,
    called: &str,
) -> Option<Finding> {
    let different: Vec<_> = own
        .iter()
        .filter(|(path, value)| {
            affects_service(path) && template.get(*path).is_some_and(|given| given != *value)
        })
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
                "The site {} overrides {} of its network template {}: {}.",
                name(site),
                count(paths.len(), "setting"),
                name(called),
                listed(&paths, 4)
            ),
        )
        .on(Object::site(site))
        .weight(40)
        .evidence("own", different.iter().map(|(path, value)| setting_text(path, value)).collect::<Vec<_>>())
        .evidence(
            "template",
            paths
                .iter()
                .filter_map(|path| Some(setting_text(path, template.get(*path)?)))
                .collect::<Vec<_>>(),
        ),
    )
}
