//! The configuration of an organization.

use std::collections::{BTreeMap, HashMap};

use mistmcp::answers::{DataSource, Diagnosis, Finding, Inquiry, Row, Rows, Window, count, join};

use super::super::facts::Event;
use super::super::facts::config::Wlan;
use super::super::rules::config::{self as rules, SwitchedOff};
use super::super::sources::{self, shown_by};
use super::super::{locate, thresholds as t};
use super::site::{CONFIG_EVENTS, called};
use super::{Templates, configured, defined_at, uses};

/// Sites whose devices and own WLANs are read one by one.
const SITES: usize = 6;

/// What is read of an organization.
struct Read {
    sites: Rows,
    vars: Rows,
    network: Rows,
    gateway: Rows,
    rf: Rows,
    networks: Rows,
    wlans: Rows,
    wlan_templates: Rows,
    profiles: Rows,
    events: Rows,
    audit: Rows,
    inventory: Rows,
}

fn of_org(org: &str, name: &'static str, tool: &'static str) -> DataSource {
    DataSource::new(name, tool).with("org_id", org).with("limit", sources::ROWS).of_things()
}

fn vars_source(org: &str) -> DataSource {
    of_org(org, "site variables", "searchOrgVars").with("var", "*").pages(2).of_names()
}

fn wlans_source(org: &str) -> DataSource {
    of_org(org, "WLANs", "listOrgWlans")
}

fn wlan_templates_source(org: &str) -> DataSource {
    of_org(org, "WLAN templates", "listOrgTemplates")
}

fn events_source(org: &str, window: &Window) -> DataSource {
    sources::org_device_events(org, window).with("type", CONFIG_EVENTS)
}

impl Read {
    async fn of(ask: &Inquiry, org: &str, window: &Window) -> Self {
        let sites_source = of_org(org, "sites", "listOrgSites").pages(2).of_names();
        let network_source = of_org(org, "network templates", "listOrgNetworkTemplates");
        let gateway_source = of_org(org, "gateway templates", "listOrgGatewayTemplates");
        let rf_source = of_org(org, "RF templates", "listOrgRfTemplates");
        let networks_source = of_org(org, "networks", "listOrgNetworks");
        let profiles_source = of_org(org, "device profiles", "listOrgDeviceProfiles").of_names();
        let (vars_source, wlans_source) = (vars_source(org), wlans_source(org));
        let (wlan_templates_source, events_source) = (wlan_templates_source(org), events_source(org, window));
        let (audit_source, inventory_source) =
            (sources::audit_logs(org, window).of_names(), sources::inventory(org).pages(2));
        let (
            sites,
            vars,
            network,
            gateway,
            rf,
            networks,
            wlans,
            wlan_templates,
            profiles,
            events,
            audit,
            inventory,
        ) = join!(
            ask.rows(&sites_source),
            ask.rows(&vars_source),
            ask.rows(&network_source),
            ask.rows(&gateway_source),
            ask.rows(&rf_source),
            ask.rows(&networks_source),
            ask.rows(&wlans_source),
            ask.rows(&wlan_templates_source),
            ask.rows(&profiles_source),
            ask.rows(&events_source),
            ask.rows(&audit_source),
            ask.rows(&inventory_source),
        );
        Self {
            sites,
            vars,
            network,
            gateway,
            rf,
            networks,
            wlans,
            wlan_templates,
            profiles,
            events,
            audit,
            inventory,
        }
    }

    /// Whether there is a template, or a network.
    fn has_templates(&self) -> bool {
        [&self.network, &self.gateway, &self.rf, &self.networks, &self.wlan_templates]
            .iter()
            .any(|rows| !rows.is_empty())
    }

    /// The numbers of the templates that were read.
    fn templates(&self) -> String {
        let kinds = [
            (&self.network, "network template"),
            (&self.gateway, "gateway template"),
            (&self.rf, "RF template"),
        ];
        let counts = kinds.into_iter().filter_map(|(rows, noun)| rows.if_whole(count(rows.len(), noun)));
        counts.collect::<Vec<_>>().join(", ")
    }

    /// Variables that templates, networks and WLANs use at a site, and that have no value there.
    fn unset(&self, org: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        for site in self.sites.iter().filter(|_| self.vars.is_whole()) {
            let templates = templates_of(site, &self.network, &self.gateway, &self.rf);
            let has_gateways = site.has("gatewaytemplate_id");
            let of_wlans = self.wlans.iter().filter(|wlan| applies(*wlan, &self.wlan_templates, site));
            let networks = self.networks.iter().filter(|_| has_gateways);
            let users = templates
                .named()
                .into_iter()
                .map(|(what, row)| (what, row.value()))
                .chain(networks.map(|row| (called("the network", row, "name"), row.value())))
                .chain(of_wlans.map(|row| (called("the WLAN", row, "ssid"), row.value())));
            let (Some(id), Some(name)) = (site.text("id"), site.text("name")) else { continue };
            let unset = rules::unset(&name, &uses(users), &defined_at(&self.vars, &id));
            found.extend(unset.map(|finding| finding.see(&vars_source(org))));
        }
        found
    }
}

pub(super) async fn find(ask: &Inquiry, org: &str) -> Diagnosis {
    let window = Window::last(7 * t::DAY, ask);
    let read = Read::of(ask, org, &window).await;
    let devices = locate::devices_of(&read.inventory);
    if read.sites.is_empty() && devices.is_empty() && read.wlans.is_empty() {
        if read.sites.is_seen() {
            ask.nothing_there("sites", "the organization has none");
        }
        return Diagnosis::unknown(
            "Neither sites nor devices nor WLANs of the organization could be seen, so nothing is known.",
        );
    }

    if read.inventory.is_seen() && devices.is_empty() {
        ask.nothing_there("devices", "the organization has none");
    }

    let mut found = read.unset(org);
    let mut known: Vec<Wlan> = read.wlans.iter().filter_map(Wlan::of).collect();
    let unapplied = rules::applied_nowhere(&known, &unapplied(&read.wlan_templates));
    found.extend(shown_by(unapplied, &wlan_templates_source(org)));
    found.extend(shown_by(rules::not_carried(&known, None, None), &wlans_source(org)));
    let changes = switched_off(&read.audit);
    found.extend(shown_by(rules::wlans_off(&known, &changes, None, ask.now()), &wlans_source(org)));

    let few = read.sites.len() <= SITES;
    if !few {
        ask.not_seen(
            "overrides of devices, and WLANs of single sites",
            "too many sites; ask about one of them",
        );
    }
    let mut reads = Vec::new();
    for site in read.sites.iter().filter(|_| few) {
        let templates = templates_of(site, &read.network, &read.gateway, &read.rf);
        reads.push(of_site(ask, site, templates, &read.profiles, &changes));
    }
    for (findings, wlans) in mistmcp::answers::join_all(reads).await {
        found.extend(findings);
        known.extend(wlans);
    }

    let events: Vec<_> = read.events.iter().filter_map(Event::of).collect();
    found.extend(shown_by(rules::failed(&devices, &events, ask.now()), &events_source(org, &window)));
    if found.is_empty() && devices.is_empty() && known.is_empty() && !read.has_templates() {
        return Diagnosis::unknown(
            "Neither devices nor a configuration of the organization could be seen, so nothing is known.",
        );
    }
    Diagnosis::about("The configuration of the organization")
        .narrowed_by([("site_id", false)])
        .fact("sites", read.sites.if_whole(read.sites.len()))
        .fact("devices", read.inventory.if_whole(devices.len()))
        .fact("wlans", read.wlans.if_whole(known.len()))
        .fact("templates", read.templates())
        .findings(found)
}

/// What is found in the devices and own WLANs of a site, and these WLANs.
async fn of_site(
    ask: &Inquiry,
    site: Row<'_>,
    templates: Templates<'_>,
    profiles: &Rows,
    changes: &HashMap<String, SwitchedOff>,
) -> (Vec<Finding>, Vec<Wlan>) {
    let (Some(id), Some(name)) = (site.text("id"), site.text("name")) else { return Default::default() };
    let at_site = |what, tool| {
        DataSource::new(format!("{what} of {name}"), tool)
            .of_things()
            .with("site_id", id.as_str())
            .with("limit", sources::ROWS)
    };
    let devices_source = at_site("device settings", "listSiteDevices").with("type", "all");
    let wlans_source = at_site("WLANs", "listSiteWlans");
    let (devices, wlan_rows) = join!(ask.rows(&devices_source), ask.rows(&wlans_source));
    let configured = configured(&devices, &templates, profiles, &BTreeMap::default());
    let aps: Vec<_> = configured
        .iter()
        .filter(|one| one.device.kind == "ap")
        .filter_map(|one| one.device.id.clone())
        .collect();
    let wlans: Vec<_> = wlan_rows.iter().filter_map(Wlan::of).collect();
    let mut found = shown_by(rules::overrides(&configured), &devices_source);
    found.extend(shown_by(rules::wlans_off(&wlans, changes, Some(&name), ask.now()), &wlans_source));
    let here = devices.if_whole(aps.as_slice());
    found.extend(shown_by(rules::not_carried(&wlans, here, Some(&name)), &wlans_source));
    (found, wlans)
}

fn templates_of<'a>(site: Row<'_>, network: &'a Rows, gateway: &'a Rows, rf: &'a Rows) -> Templates<'a> {
    let of = |rows: &'a Rows, field: &str| {
        let id = site.text(field)?;
        rows.iter().find(|row| row.text("id").as_deref() == Some(id.as_str()))
    };
    Templates {
        network: of(network, "networktemplate_id"),
        gateway: of(gateway, "gatewaytemplate_id"),
        rf: of(rf, "rftemplate_id"),
    }
}

/// Whether a WLAN is applied at a site, by its template.
fn applies(wlan: Row<'_>, templates: &Rows, site: Row<'_>) -> bool {
    let Some(template) = wlan.text("template_id") else { return false };
    let Some(template) = templates.iter().find(|row| row.text("id").as_deref() == Some(template.as_str()))
    else {
        return false;
    };
    let (id, groups) = (site.text("id").unwrap_or_default(), site.texts("sitegroup_ids"));
    let names = |field: &str| {
        let list = template.at(field);
        list.texts("site_ids").contains(&id)
            || list.texts("sitegroup_ids").iter().any(|group| groups.contains(group))
    };
    (template.has("applies.org_id") || names("applies")) && !names("exceptions")
}

/// The templates of WLANs that are applied nowhere.
fn unapplied(templates: &Rows) -> Vec<String> {
    let nowhere = templates.iter().filter(|row| {
        let applies = row.at("applies");
        !applies.has("org_id")
            && applies.texts("site_ids").is_empty()
            && applies.texts("sitegroup_ids").is_empty()
    });
    nowhere.filter_map(|row| row.text("id")).collect()
}

/// The last changes that switched a WLAN off, by its SSID.
fn switched_off(audit: &Rows) -> HashMap<String, SwitchedOff> {
    let mut found: HashMap<String, SwitchedOff> = HashMap::new();
    for row in audit.iter().filter(|row| row.flag("after.enabled") == Some(false)) {
        let message = row.text_or("message", "");
        let quoted = message.split('"').nth(1).map(str::to_owned);
        let ssid = row.text("after.ssid").or_else(|| row.text("before.ssid")).or(quoted);
        let (Some(ssid), Some(time)) = (ssid, row.time("timestamp")) else { continue };
        if found.get(&ssid).is_none_or(|(known, _)| *known < time) {
            found.insert(ssid, (time, row.text_or("admin_name", "somebody")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn a_template_is_applied_to_sites_by_organization_group_or_id() {
        let site = json!({ "id": "s1", "sitegroup_ids": ["g1"] });
        let applied = |template: mistmcp::serde_json::Value| {
            let templates = Rows::of(
                json!([{ "id": "t", "applies": template["applies"], "exceptions": template["exceptions"] }]),
            );
            applies(Row::of(&json!({ "template_id": "t" })), &templates, Row::of(&site))
        };
        assert!(applied(json!({ "applies": { "org_id": "o" } })));
        assert!(applied(json!({ "applies": { "site_ids": ["s1"] } })));
        assert!(applied(json!({ "applies": { "sitegroup_ids": ["g1"] } })));
        assert!(!applied(json!({ "applies": { "site_ids": ["s2"] } })));
        assert!(!applied(json!({ "applies": { "org_id": "o" }, "exceptions": { "site_ids": ["s1"] } })));
        assert!(!applies(Row::of(&json!({})), &Rows::default(), Row::of(&site)));
        let nowhere = Rows::of(
            json!([{ "id": "t", "applies": { "site_ids": [] } }, { "id": "u", "applies": { "org_id": "o" } }]),
        );
        assert_eq!(unapplied(&nowhere), ["t"]);
    }

    #[test]
    fn the_last_change_that_switched_a_wlan_off_counts() {
        let rows = Rows::of(json!([
            { "timestamp": 5, "admin_name": "A", "message": "Update WLAN \"Yard\"", "after": { "enabled": false } },
            { "timestamp": 9, "admin_name": "B", "message": "Update WLAN \"Yard\"", "after": { "enabled": false } },
            { "timestamp": 7, "message": "Update WLAN \"Staff\"", "after": { "enabled": true } },
            { "timestamp": 7, "message": "no name", "after": { "enabled": false } },
        ]));
        let found = switched_off(&rows);
        assert_eq!((found.len(), &found["Yard"]), (1, &(9, "B".to_owned())));
    }
}
