//! The tables: what each path answers, one module a category of Mist's API.

mod apps;
mod calls;
mod calls_troubleshoot;
mod clients;
mod constants;
mod device_events;
mod devices_config;
mod discovered_switches;
mod guests;
mod insights;
mod inventory;
mod mxedges;
mod orgs;
mod orgs_alarm_templates;
mod orgs_alarms;
mod orgs_devices;
mod orgs_lan;
mod orgs_licenses;
mod orgs_logs;
mod orgs_marvis;
mod orgs_nac;
mod orgs_sitegroups;
mod orgs_sites;
mod orgs_wan;
mod orgs_wlans;
mod other_devices;
mod ports;
mod record;
mod rf_recordings;
mod rrm_events;
mod self_account;
mod service_levels;
mod service_paths;
mod sites;
mod sites_devices;
mod sites_maps;
mod sites_rogues;
mod sites_rrm;
mod sites_sles;
mod sites_sles_impact;
mod stats;
mod synthetic_tests;
mod system_events;
mod unconnected_clients;
mod upgrades;
mod wan_clients;
mod wan_stats;
mod webhooks;
mod wired_clients;
mod wireless_rules;

use crate::engine::Route;

const ROUTES: &[&[Route]] = &[
    apps::ROUTES,
    calls::ROUTES,
    calls_troubleshoot::ROUTES,
    clients::ROUTES,
    constants::ROUTES,
    devices_config::ROUTES,
    discovered_switches::ROUTES,
    guests::ROUTES,
    insights::ROUTES,
    inventory::ROUTES,
    mxedges::ROUTES,
    orgs::ROUTES,
    orgs_alarm_templates::ROUTES,
    orgs_alarms::ROUTES,
    orgs_devices::ROUTES,
    orgs_lan::ROUTES,
    orgs_licenses::ROUTES,
    orgs_logs::ROUTES,
    orgs_marvis::ROUTES,
    orgs_nac::ROUTES,
    orgs_sitegroups::ROUTES,
    orgs_sites::ROUTES,
    orgs_wan::ROUTES,
    orgs_wlans::ROUTES,
    other_devices::ROUTES,
    ports::ROUTES,
    rf_recordings::ROUTES,
    self_account::ROUTES,
    service_paths::ROUTES,
    sites::ROUTES,
    sites_devices::ROUTES,
    sites_maps::ROUTES,
    sites_rogues::ROUTES,
    sites_rrm::ROUTES,
    sites_sles::ROUTES,
    sites_sles_impact::ROUTES,
    stats::ROUTES,
    synthetic_tests::ROUTES,
    system_events::ROUTES,
    unconnected_clients::ROUTES,
    upgrades::ROUTES,
    wan_clients::ROUTES,
    wan_stats::ROUTES,
    webhooks::ROUTES,
    wired_clients::ROUTES,
    wireless_rules::ROUTES,
];

/// Every path that the demo cloud answers.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().copied().flatten()
}
