//! Facts of the configuration: the settings of an object ([`Settings`]), the variables in them ([`variables`]), and WLANs
//! ([`Wlan`]).

use std::collections::{BTreeMap, BTreeSet};

use mistmcp::answers::Row;
use mistmcp::serde_json::Value;

/// The settings of an object by their paths with dots: values and lists, without secrets.
pub(crate) type Settings = BTreeMap<String, Value>;

/// Deepest path of a setting.
const DEEPEST: usize = 8;

/// The settings of an object below these fields; of all, if there are none.
pub(crate) fn settings(row: Row<'_>, left_out: &[&str]) -> Settings {
    let mut found = Settings::new();
    for (name, value) in row.fields("") {
        if !left_out.contains(&name) {
            collect(name, value.value(), 1, &mut found);
        }
    }
    found
}

fn collect(path: &str, value: &Value, depth: usize, found: &mut Settings) {
    match value {
        Value::Null => {}
        Value::Object(fields) if depth < DEEPEST => {
            for (name, value) in fields.iter().filter(|(name, _)| !is_secret(name)) {
                collect(&format!("{path}.{name}"), value, depth + 1, found);
            }
        }
        value if !is_secret(path) => {
            found.insert(path.to_owned(), without_secrets(value));
        }
        _ => {}
    }
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, value)| !is_secret(name) && !value.is_null());
            kept.map(|(name, value)| (name.clone(), without_secrets(value))).collect()
        }
        other => other.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["password", "secret", "psk", "passphrase", "token", "key", "community"]
        .iter()
        .any(|word| name.contains(word))
}

/// The variables that an object uses, such as `staff_vlan` of `{{staff_vlan}}`. Those that Mist fills in itself, and the
/// placeholders in texts of a guest portal, are not among them.
pub(crate) fn variables(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    gather(value, 0, &mut found);
    found
}

/// What Mist fills in by itself.
const BUILT_IN: [&str; 10] = [
    "device_name",
    "device_mac",
    "device_model",
    "site_name",
    "site_id",
    "org_name",
    "ap_name",
    "ap_mac",
    "model",
    "ssid",
];

fn gather(value: &Value, depth: usize, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            for part in text.split("{{").skip(1) {
                let Some((inner, _)) = part.split_once("}}") else { continue };
                let name = inner.split('|').next().unwrap_or_default().trim();
                let is_name = !name.is_empty()
                    && name.len() <= 64
                    && name.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
                if is_name && !BUILT_IN.contains(&name.to_lowercase().as_str()) {
                    found.insert(name.to_owned());
                }
            }
        }
        Value::Array(items) if depth < 32 => items.iter().for_each(|item| gather(item, depth + 1, found)),
        Value::Object(fields) if depth < 32 => {
            for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with("portal")) {
                // Names of ports and networks can be variables too.
                gather(&Value::String(name.clone()), depth + 1, found);
                gather(value, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// The names of the variables that have a value.
pub(crate) fn defined(row: Row<'_>, path: &str) -> BTreeSet<String> {
    row.fields(path).filter(|(_, value)| !value.value().is_null()).map(|(name, _)| name.to_owned()).collect()
}

/// A WLAN and where it applies, from `listOrgWlans`, `listSiteWlans` or `listSiteWlanDerived`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wlan {
    pub(crate) id: Option<String>,
    pub(crate) ssid: String,
    pub(crate) enabled: bool,
    /// `site`, `aps` or `wxtags`.
    pub(crate) apply_to: String,
    pub(crate) aps: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) template: Option<String>,
    /// Epoch seconds of the last change of any kind.
    pub(crate) modified: Option<i64>,
    /// Whether its list of bands is empty.
    pub(crate) without_bands: bool,
}

impl Wlan {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        Some(Self {
            id: row.text("id"),
            ssid: row.text("ssid")?,
            enabled: row.flag("enabled") != Some(false),
            apply_to: row.text("apply_to").unwrap_or_else(|| "site".to_owned()).to_lowercase(),
            aps: row.texts("ap_ids"),
            tags: row.texts("wxtag_ids"),
            template: row.text("template_id"),
            modified: row.time("modified_time"),
            without_bands: row.at("bands").value().as_array().is_some_and(Vec::is_empty) && !row.has("band"),
        })
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn settings_are_flat_and_without_secrets() {
        let row = json!({
            "name": "AP-1", "radio_config": { "band_5": { "channel": 52, "power": null } }, "switch_mgmt": { "root_password": "x" },
            "radius_config": { "auth_servers": [{ "host": "10.0.0.1", "secret": "x" }] }, "ntp_servers": ["a"],
        });
        let found = settings(Row::of(&row), &["name"]);
        let expected = json!({
            "ntp_servers": ["a"], "radio_config.band_5.channel": 52, "radius_config.auth_servers": [{ "host": "10.0.0.1" }],
        });
        assert_eq!(json!(found), expected);
        assert!(settings(Row::of(&json!([1])), &[]).is_empty());
    }

    #[test]
    fn variables_are_found_anywhere_but_in_texts_of_the_portal() {
        let value = json!({
            "networks": { "{{ guest_net }}": { "vlan_id": "{{staff_vlan}}", "subnet": "10.{{site_no}}.0.0/16 {{DEVICE_NAME}}" } },
            "portal_template": "Your code is {{code}}", "bad": "{{ a b }} {{}} {{open", "list": [null, "{{x|default(1)}}"],
        });
        let found: Vec<_> = variables(&value).into_iter().collect();
        assert_eq!(found, ["guest_net", "site_no", "staff_vlan", "x"]);
    }

    #[test]
    fn a_variable_without_a_value_is_not_defined() {
        let row = json!({ "vars": { "a": "1", "b": null, "c": "" } });
        assert_eq!(defined(Row::of(&row), "vars").into_iter().collect::<Vec<_>>(), ["a", "c"]);
    }
}
