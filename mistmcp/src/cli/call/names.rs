//! Names in place of ids ([`Names`]): from the row itself, or from one list of sites and one of devices.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::argument::{Lookup, Mac};
use crate::mist::api::fields::DEVICE_FIELDS;

/// Names by id, and of devices by MAC address as well.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) sites: HashMap<String, String>,
    pub(super) devices: HashMap<String, String>,
}

/// What has to be looked up to name what rows hold.
pub(super) fn wanted(rows: &[Value]) -> Vec<Lookup> {
    let rows = || rows.iter().filter_map(Value::as_object);
    let site = rows().any(|row| {
        let id = text(row, "site_id");
        id.is_some() && id != text(row, "id") && text(row, "site_name").is_none()
    });
    let device = rows().any(|row| {
        row.iter().filter(|(field, _)| is_device(row, field)).any(|(field, value)| {
            let has_name = text(row, &format!("{}_name", stem(field))).is_some();
            !has_name && items(value).any(is_key)
        })
    });
    [(site, Lookup::Site), (device, Lookup::Device)]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, it)| it)
        .collect()
}

/// The organization that the rows are of, or nothing.
pub(super) fn organization(rows: &[Value]) -> &str {
    rows.iter().find_map(|row| row.get("org_id")?.as_str()).unwrap_or_default()
}

impl Names {
    /// A row with names in place of the ids that have one.
    pub(super) fn put_into(&self, row: &Value) -> Value {
        let Value::Object(row) = row else { return row.clone() };
        let mut named = Map::new();
        for (field, value) in row {
            match self.named(row, field, value) {
                Some((field, value)) => {
                    if !named.contains_key(&field) {
                        named.insert(field, value);
                    }
                }
                None => {
                    named.shift_remove(field);
                    named.insert(field.clone(), value.clone());
                }
            }
        }
        named.into()
    }

    /// The replacement of an id field by a name. None if the field stays.
    fn named(&self, row: &Map<String, Value>, field: &str, value: &Value) -> Option<(String, Value)> {
        if matches!(field, "site_id" | "site_name") && !row.contains_key("site") {
            let known = || self.sites.get(text(row, "site_id")?).map(String::as_str);
            let name = text(row, "site_name").or_else(known)?;
            return Some(("site".to_owned(), name.into()));
        }
        if let Some(stem) = field.strip_suffix("_id").or(Some(field).filter(|_| is_device(row, field))) {
            let name = format!("{stem}_name");
            if let Some(text) = text(row, &name) {
                return Some((name, text.into()));
            }
        }
        if !is_device(row, field) {
            return None;
        }
        let name = |value: &Value| {
            let written = value.as_str()?;
            let mac = Mac::parse(written).map(|mac| mac.as_str().to_owned());
            self.devices.get(mac.as_deref().unwrap_or(written)).map(|name| Value::from(name.as_str()))
        };
        let value = match value {
            Value::Array(items) => {
                items.iter().map(|item| name(item).unwrap_or_else(|| item.clone())).collect()
            }
            value => name(value)?,
        };
        Some((stem(field).to_owned(), value))
    }
}

/// Whether a field names a device: also the address in the row of a port, which is the one of its device.
fn is_device(row: &Map<String, Value>, field: &str) -> bool {
    let names_another = |name: &str| NAMES.contains(&name) || DEVICE_FIELDS.contains(&name);
    DEVICE_FIELDS.contains(&field)
        || field == "mac" && row.contains_key("port_id") && !row.keys().any(|name| names_another(name))
}

/// Fields that name a device beside its address.
const NAMES: [&str; 5] = ["name", "hostname", "device", "device_name", "router_name"];

/// The name of a field without its suffix for the form of a device's id.
fn stem(field: &str) -> &str {
    if field == "mac" {
        return "device";
    }
    field.strip_suffix("_mac").or_else(|| field.strip_suffix("_id")).unwrap_or(field)
}

fn text<'a>(row: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    row.get(field)?.as_str().filter(|text| !text.trim().is_empty())
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

fn is_key(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| Mac::parse(text).is_some() || crate::argument::Id::parse(text).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SITE: &str = "c50037a7-178f-4890-b13a-6e506db8f944";
    const AP: &str = "5c5b35000001";

    fn names() -> Names {
        Names {
            sites: HashMap::from([(SITE.to_owned(), "Leeds".to_owned())]),
            devices: HashMap::from([(AP.to_owned(), "LDS-AP-01".to_owned())]),
        }
    }

    #[test]
    fn a_name_in_the_row_replaces_its_id_and_nothing_is_looked_up() {
        let row = json!({ "site_id": SITE, "site_name": "Own", "map_id": "m", "map_name": "Floor 1", "ap": AP, "ap_name": "A" });
        let named = json!({ "site": "Own", "map_name": "Floor 1", "ap_name": "A" });
        assert_eq!(names().put_into(&row), named);
        assert!(wanted(&[row]).is_empty());
    }

    #[test]
    fn sites_and_devices_are_named_by_what_was_looked_up_and_stay_where_nothing_is_known() {
        let row = json!({ "site_id": SITE, "ap": ["5C:5B:35:00:00:01", "5c5b35000002"], "device_mac": AP, "map_id": "m" });
        let named = json!({ "site": "Leeds", "ap": ["LDS-AP-01", "5c5b35000002"], "device": "LDS-AP-01", "map_id": "m" });
        assert_eq!(wanted(std::slice::from_ref(&row)), [Lookup::Site, Lookup::Device]);
        assert_eq!(names().put_into(&row), named);
        assert_eq!(Names::default().put_into(&row), row);
    }

    #[test]
    fn a_device_is_named_in_every_field_that_has_one() {
        for (field, title) in [
            ("ap", "ap"),
            ("ap_mac", "ap"),
            ("aps", "aps"),
            ("switch", "switch"),
            ("switch_mac", "switch"),
            ("switches", "switches"),
            ("gateway", "gateway"),
            ("gateway_mac", "gateway"),
            ("gateways", "gateways"),
            ("device_mac", "device"),
        ] {
            assert_eq!(names().put_into(&json!({ field: AP }))[title], "LDS-AP-01", "{field}");
        }
        let other = json!({ "enabled": AP });
        assert_eq!(names().put_into(&other), other);
    }

    #[test]
    fn the_address_of_a_port_is_named_by_its_device() {
        let row = json!({ "mac": AP, "port_id": "eth0", "port_mac": "5c5b35000009" });
        assert_eq!(wanted(std::slice::from_ref(&row)), [Lookup::Device]);
        let named = json!({ "device": "LDS-AP-01", "port_id": "eth0", "port_mac": "5c5b35000009" });
        assert_eq!(names().put_into(&row), named);
        // The address of anything else is its own.
        let client = json!({ "mac": AP, "device_mac": ["5c5b35000002"], "port_id": ["ge-0/0/1"] });
        assert_eq!(names().put_into(&client)["mac"], AP);
        for row in [json!({ "mac": AP }), json!({ "mac": AP, "port_id": "eth0", "router_name": "A" })] {
            assert_eq!(names().put_into(&row), row);
        }
    }

    #[test]
    fn a_site_and_what_is_no_object_stay_as_they_are() {
        assert!(wanted(&[json!({ "id": SITE, "site_id": SITE, "name": "Leeds" }), json!("text")]).is_empty());
        assert_eq!(names().put_into(&json!("text")), json!("text"));
        // An empty name is none, and a field that is called `site` already is left alone.
        let row = json!({ "site_id": SITE, "site": 7, "map_id": "m", "map_name": "" });
        assert_eq!(names().put_into(&row), row);
    }
}
