//! `auditConfig`: where the configuration deviates, has gaps, or has no effect.

mod organization;
mod site;

use std::collections::{BTreeSet, HashMap};

use mistmcp::answers::{Cause, Row, Rows, answer};
use mistmcp::serde_json::Value;
use mistmcp::{Call, Mist, Reply, Result, SiteId, mist_tool};

use super::arguments::Organization;
use super::causes as c;
use super::facts::Device;
use super::facts::config::{Settings, settings, variables};
use super::rules::config::{ConfiguredDevice, DEVICE_FIELDS, InheritedValues, STATE_FIELDS, VariableUse};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] =
    &[&[&c::OVERRIDE, &c::VARIABLE_UNSET, &c::WLAN_OFF, &c::WLAN_NOT_CARRIED, &c::CONFIG_FAILED]];

/// Most requests of an answer about one site, and about an organization.
const CALLS: [usize; 2] = [12, 26];

/// Configuration: overrides of templates, variables without a value, WLANs that are off or on no access point, failed configurations.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn audit_config(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: Option<SiteId>,
) -> Result<Reply> {
    match site_id {
        Some(site) => {
            answer(mist, call, CALLS[0], move |ask| async move { Ok(site::find(&ask, site.as_str()).await) })
                .await
        }
        None => {
            answer(mist, call, CALLS[1], move |ask| async move {
                Ok(organization::find(&ask, org_id.as_str()).await)
            })
            .await
        }
    }
}

/// The templates that apply at a site.
#[derive(Clone, Copy, Debug, Default)]
struct Templates<'a> {
    network: Option<Row<'a>>,
    gateway: Option<Row<'a>>,
    rf: Option<Row<'a>>,
}

impl<'a> Templates<'a> {
    /// Each template with its name.
    fn named(&self) -> Vec<(String, Row<'a>)> {
        let kinds = [
            (self.network, "network template"),
            (self.gateway, "gateway template"),
            (self.rf, "RF template"),
        ];
        let named = kinds.into_iter().filter_map(|(template, kind)| {
            let template = template?;
            Some((format!("the {kind} {}", template.text_or("name", "without a name")), template))
        });
        named.collect()
    }

    /// What they give to a kind of device.
    fn given(&self, kind: &str) -> Settings {
        let about = ["id", "org_id", "site_id", "name", "created_time", "modified_time", "type"];
        match kind {
            "switch" => self.network.map(|row| settings(row, &about)).unwrap_or_default(),
            "gateway" => self.gateway.map(|row| settings(row, &about)).unwrap_or_default(),
            "ap" => {
                let own = self.rf.map(|row| settings(row, &about)).unwrap_or_default();
                own.into_iter().map(|(path, value)| (format!("radio_config.{path}"), value)).collect()
            }
            _ => Settings::new(),
        }
    }
}

/// Devices with their own settings, and those that templates, profiles and the site give them.
fn configured(
    devices: &Rows,
    templates: &Templates<'_>,
    profiles: &Rows,
    site: &Settings,
) -> Vec<ConfiguredDevice> {
    let left_out: Vec<_> = DEVICE_FIELDS.into_iter().chain(STATE_FIELDS).collect();
    let profiles: HashMap<String, Settings> =
        profiles.iter().filter_map(|row| Some((row.text("id")?, settings(row, &left_out)))).collect();
    let of_kind: HashMap<&str, Settings> =
        ["ap", "switch", "gateway"].into_iter().map(|kind| (kind, templates.given(kind))).collect();
    devices
        .iter()
        .filter_map(|row| {
            let device = Device::of(row)?;
            let profile = row.text("deviceprofile_id").and_then(|id| profiles.get(&id));
            let mut inherited = InheritedValues::new();
            for source in [profile, of_kind.get(device.kind.as_str()), Some(site)].into_iter().flatten() {
                for (path, value) in source {
                    inherited.entry(path.clone()).or_default().push(value.clone());
                }
            }
            Some(ConfiguredDevice { own: settings(row, &left_out), inherited, device })
        })
        .collect()
}

/// What uses variables, of objects with their names.
fn uses<'a>(objects: impl IntoIterator<Item = (String, &'a Value)>) -> Vec<VariableUse> {
    let uses = objects.into_iter().map(|(what, value)| VariableUse { what, variables: variables(value) });
    uses.filter(|uses| !uses.variables.is_empty()).collect()
}

/// The names of the variables that rows of a search define at a site, or at no particular one.
fn defined_at(rows: &Rows, site: &str) -> BTreeSet<String> {
    let here =
        rows.iter().filter(|row| row.text("site_id").is_none_or(|own| own == site) || !row.is("src", "site"));
    here.filter_map(|row| row.text("var")).collect()
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn a_device_is_compared_with_template_profile_and_site() {
        let rf = json!({ "name": "Indoor", "band_5": { "bandwidth": 40 } });
        let network = json!({ "name": "LAN", "ntp_servers": ["a"] });
        let templates = Templates { rf: Some(Row::of(&rf)), network: Some(Row::of(&network)), gateway: None };
        let devices = Rows::of(json!([
            { "mac": "5c5b35000001", "type": "ap", "radio_config": { "band_5": { "bandwidth": 80 } }, "deviceprofile_id": "p", "x": 1 },
            { "mac": "5c5b35000002", "type": "switch", "ntp_servers": ["b"] },
            { "type": "switch" },
        ]));
        let profiles = Rows::of(json!([{ "id": "p", "radio_config": { "band_5": { "bandwidth": 80 } } }]));
        let site = settings(Row::of(&json!({ "dns_servers": ["d"] })), &[]);
        let found = configured(&devices, &templates, &profiles, &site);
        assert_eq!(found.len(), 2);
        assert_eq!(
            json!(found[0].inherited),
            json!({ "dns_servers": [["d"]], "radio_config.band_5.bandwidth": [80, 40] })
        );
        assert_eq!(json!(found[0].own), json!({ "radio_config.band_5.bandwidth": 80 }));
        assert_eq!(json!(found[1].inherited), json!({ "dns_servers": [["d"]], "ntp_servers": [["a"]] }));
        assert_eq!(templates.named()[0].0, "the network template LAN");
    }

    #[test]
    fn variables_are_defined_at_their_site() {
        let rows = Rows::of(json!([
            { "site_id": "s1", "src": "site", "var": "a" },
            { "site_id": "s2", "src": "site", "var": "b" },
            { "src": "deviceprofile", "var": "c" },
        ]));
        assert_eq!(defined_at(&rows, "s1").into_iter().collect::<Vec<_>>(), ["a", "c"]);
    }
}
