//! The configuration of one site.

use std::collections::HashMap;

use mistmcp::answers::{DataSource, Diagnosis, Finding, Inquiry, Row, Rows, Window, join, name};

use super::super::facts::config::{Settings, Wlan, defined, settings};
use super::super::facts::{Device, Event};
use super::super::rules::config as rules;
use super::super::site_state::name_of_site;
use super::super::sources::{self, shown_by};
use super::super::{locate, thresholds as t};
use super::{Templates, configured, uses};

/// Settings of a site that templates give as well.
const OF_SITE: [&str; 6] =
    ["dns_servers", "ntp_servers", "radius_config", "networks", "port_usages", "additional_config_cmds"];

pub(super) async fn find(ask: &Inquiry, site: &str) -> Diagnosis {
    let window = Window::last(7 * t::DAY, ask);
    let at_site = |name, tool| DataSource::new(name, tool).with("site_id", site).of_things();
    let unresolved = |name, tool| at_site(name, tool).with("resolve", false);
    let devices_source = at_site("device settings", "listSiteDevices")
        .with("type", "all")
        .with("limit", sources::ROWS)
        .pages(2);
    let (stats_source, site_source) = (sources::device_stats(site).pages(1), sources::site(site));
    let events_source = sources::device_events(site, &window).with("type", CONFIG_EVENTS);
    let wlans_source = unresolved("WLANs", "listSiteWlanDerived").list();
    let setting_source = at_site("site settings", "getSiteSetting");
    let (device_rows, stats, event_rows, wlan_rows, setting_rows, site_rows) = join!(
        ask.rows(&devices_source),
        ask.rows(&stats_source),
        ask.rows(&events_source),
        ask.rows(&wlans_source),
        ask.rows(&setting_source),
        ask.rows(&site_source),
    );
    let devices = locate::devices_of(&device_rows);
    // Without a whole list of devices, all templates are worth a look.
    let has = |kind: &str| {
        devices.is_empty() || device_rows.is_cut() || devices.iter().any(|device| device.kind == kind)
    };
    let network_source =
        has("switch").then(|| unresolved("network template", "listSiteNetworkTemplateDerived"));
    let rf_source = has("ap").then(|| unresolved("RF template", "listSiteRfTemplateDerived"));
    let gateway_source =
        has("gateway").then(|| unresolved("gateway template", "listSiteGatewayTemplateDerived"));
    let networks_source = has("gateway").then(|| unresolved("networks", "listSiteNetworksDerived").list());
    let (network, rf, gateway, networks) = join!(
        ask.rows_if(network_source.as_ref()),
        ask.rows_if(rf_source.as_ref()),
        ask.rows_if(gateway_source.as_ref()),
        ask.rows_if(networks_source.as_ref()),
    );
    let site_name = name_of_site(ask, &site_rows, site);
    let setting = setting_rows.first();
    let templates = Templates { network: network.first(), gateway: gateway.first(), rf: rf.first() };
    if device_rows.is_seen() && devices.is_empty() {
        ask.nothing_there("devices", "the site has none");
    }
    if devices.is_empty() && wlan_rows.is_empty() && setting.is_none() {
        return Diagnosis::unknown(format!(
            "Nothing of the configuration of {} could be seen, so nothing is known.",
            name(&site_name)
        ));
    }
    let own = setting.map(|row| settings(row, &[])).unwrap_or_default();
    let own =
        own.into_iter().filter(|(path, _)| OF_SITE.contains(&path.split('.').next().unwrap_or_default()));
    let own = own.collect();
    let overrides = overrides(ask, site, &device_rows, &templates, &own).await;
    let mut found = shown_by(overrides, &devices_source);
    if let Some(row) = templates.network {
        let called = row.text_or("name", "without a name");
        let overridden = rules::site_overrides(&site_name, &own, &settings(row, &[]), &called);
        found.extend(overridden.map(|finding| finding.see(&setting_source)));
    }

    if setting_rows.is_seen() {
        let unset = unset(&site_name, setting, &templates, &networks, &wlan_rows, &device_rows);
        found.extend(unset.map(|finding| finding.see(&setting_source)));
    }

    let wlans: Vec<_> = wlan_rows.iter().filter_map(Wlan::of).collect();
    let aps: Vec<_> =
        devices.iter().filter(|device| device.kind == "ap").filter_map(|device| device.id.clone()).collect();
    found.extend(shown_by(
        rules::wlans_off(&wlans, &HashMap::new(), Some(&site_name), ask.now()),
        &wlans_source,
    ));
    let here = device_rows.if_whole(aps.as_slice());
    found.extend(shown_by(rules::not_carried(&wlans, here, Some(&site_name)), &wlans_source));

    let events: Vec<_> = event_rows.iter().filter_map(Event::of).collect();
    let mut known: Vec<Device> = locate::devices_of(&stats);
    known.extend(
        devices
            .iter()
            .filter(|device| !stats.iter().any(|row| row.mac("mac").as_deref() == Some(&device.mac)))
            .cloned(),
    );
    found.extend(shown_by(rules::failed(&known, &events, ask.now()), &events_source));

    let names: Vec<_> =
        templates.named().into_iter().map(|(what, _)| what.trim_start_matches("the ").to_owned()).collect();
    Diagnosis::about(format!("The configuration of {}", name(&site_name)))
        .fact("devices", device_rows.if_whole(devices.len()))
        .fact("wlans", wlan_rows.if_whole(wlans.len()))
        .fact("templates", names)
        .findings(found)
}

/// Settings that devices override.
async fn overrides(
    ask: &Inquiry,
    site: &str,
    devices: &Rows,
    templates: &Templates<'_>,
    own: &Settings,
) -> Vec<Finding> {
    let found = rules::overrides(&configured(devices, templates, &Rows::default(), own));
    let mut profiled = devices.iter().filter(|row| row.has("deviceprofile_id")).filter_map(Device::of);
    if !profiled.any(|device| found.iter().any(|finding| finding.is_on(&device.called()))) {
        return found;
    }
    // The profile may be what gives these settings.
    let source =
        DataSource::new("device profiles", "listSiteDeviceProfilesDerived").with("site_id", site).of_names();
    let profiles = ask.rows(&source.with("resolve", false)).await;
    rules::overrides(&configured(devices, templates, &profiles, own))
}

/// Variables that something of the site uses, and that have no value there.
fn unset(
    site: &str,
    setting: Option<Row<'_>>,
    templates: &Templates<'_>,
    networks: &Rows,
    wlans: &Rows,
    devices: &Rows,
) -> Option<Finding> {
    let mut values = setting.map(|row| defined(row, "vars")).unwrap_or_default();
    values.extend(devices.iter().flat_map(|row| defined(row, "vars")));
    let users = templates
        .named()
        .into_iter()
        .map(|(what, row)| (what, row.value()))
        .chain(networks.iter().map(|row| (called("the network", row, "name"), row.value())))
        .chain(wlans.iter().map(|row| (called("the WLAN", row, "ssid"), row.value())))
        .chain(devices.iter().map(|row| (called("the device", row, "name"), row.value())))
        .chain(setting.map(|row| ("the site's settings".to_owned(), row.value())));
    rules::unset(site, &uses(users), &values)
}

/// Events of configurations, applied or not.
pub(super) const CONFIG_EVENTS: &str = "AP_CONFIG_FAILED,AP_CONFIGURED,AP_RECONFIGURED,SW_CONFIG_FAILED,SW_CONFIG_LOCK_FAILED,\
SW_CONFIG_ERROR_ADDTL_COMMAND,SW_CONFIGURED,SW_RECONFIGURED,GW_CONFIG_FAILED,GW_CONFIG_LOCK_FAILED,\
GW_CONFIG_ERROR_ADDTL_COMMAND,GW_CONFIGURED,GW_RECONFIGURED";

/// An object with its name, for a sentence.
pub(super) fn called(what: &str, row: Row<'_>, field: &str) -> String {
    format!("{what} {}", row.text_or(field, "without a name"))
}
