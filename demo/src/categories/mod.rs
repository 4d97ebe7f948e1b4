//! Routes of the demo cloud: one module per category of Mist's API.

mod anomalies;
mod apps;
mod calls;
mod calls_troubleshoot;
mod client_certificates;
mod clients;
mod constants;
mod constants_countries;
mod device_events;
mod device_parts;
mod devices_config;
mod discovered_switches;
mod guests;
mod insights;
mod inventory;
mod iot_endpoints;
mod marvis_clients;
mod marvis_configs;
mod msps;
mod msps_admins;
pub(crate) mod mxedges;
mod orgs;
mod orgs_alarm_templates;
mod orgs_alarms;
mod orgs_assets;
mod orgs_devices;
mod orgs_lan;
mod orgs_licenses;
mod orgs_logs;
mod orgs_marvis;
mod orgs_marvis_actions;
mod orgs_nac;
mod orgs_sitegroups;
mod orgs_sites;
mod orgs_wan;
mod orgs_wlans;
mod orgs_wxtunnels;
mod ospf;
mod other_devices;
mod pcaps;
mod portals;
mod ports;
mod record;
mod reports;
mod rf_recordings;
mod roaming;
mod rrm_events;
mod security_services;
mod self_account;
mod service_levels;
mod service_paths;
mod site_vars;
mod sites;
mod sites_assets;
mod sites_beacons;
mod sites_devices;
mod sites_location;
mod sites_maps;
mod sites_rogues;
mod sites_rrm;
mod sites_sles;
mod sites_sles_impact;
mod sites_spectrum;
mod sites_uisettings;
mod sites_wxtunnels;
mod sites_zones;
mod sso;
mod stats;
mod support_insights;
mod synthetic_tests;
mod system_events;
mod tickets;
mod unconnected_clients;
mod upgrades;
mod wan_clients;
mod wan_stats;
mod webhooks;
mod wired_clients;
mod wireless_rules;

use crate::engine::{Collection, ResponseShape, Route};

const ROUTES: &[&[Route]] = &[
    anomalies::ROUTES,
    apps::ROUTES,
    calls::ROUTES,
    calls_troubleshoot::ROUTES,
    client_certificates::ROUTES,
    clients::ROUTES,
    constants::ROUTES,
    constants_countries::ROUTES,
    device_parts::ROUTES,
    devices_config::ROUTES,
    discovered_switches::ROUTES,
    guests::ROUTES,
    insights::ROUTES,
    inventory::ROUTES,
    iot_endpoints::ROUTES,
    marvis_clients::ROUTES,
    marvis_configs::ROUTES,
    msps::ROUTES,
    msps_admins::ROUTES,
    mxedges::ROUTES,
    orgs::ROUTES,
    orgs_alarm_templates::ROUTES,
    orgs_alarms::ROUTES,
    orgs_assets::ROUTES,
    orgs_devices::ROUTES,
    orgs_lan::ROUTES,
    orgs_licenses::ROUTES,
    orgs_logs::ROUTES,
    orgs_marvis::ROUTES,
    orgs_marvis_actions::ROUTES,
    orgs_nac::ROUTES,
    orgs_sitegroups::ROUTES,
    orgs_sites::ROUTES,
    orgs_wan::ROUTES,
    orgs_wlans::ROUTES,
    orgs_wxtunnels::ROUTES,
    ospf::ROUTES,
    other_devices::ROUTES,
    pcaps::ROUTES,
    portals::ROUTES,
    ports::ROUTES,
    reports::ROUTES,
    rf_recordings::ROUTES,
    roaming::ROUTES,
    security_services::ROUTES,
    self_account::ROUTES,
    service_paths::ROUTES,
    site_vars::ROUTES,
    sites::ROUTES,
    sites_assets::ROUTES,
    sites_beacons::ROUTES,
    sites_devices::ROUTES,
    sites_location::ROUTES,
    sites_maps::ROUTES,
    sites_rogues::ROUTES,
    sites_rrm::ROUTES,
    sites_sles::ROUTES,
    sites_sles_impact::ROUTES,
    sites_spectrum::ROUTES,
    sites_uisettings::ROUTES,
    sites_wxtunnels::ROUTES,
    sites_zones::ROUTES,
    sso::ROUTES,
    stats::ROUTES,
    support_insights::ROUTES,
    synthetic_tests::ROUTES,
    system_events::ROUTES,
    tickets::ROUTES,
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

/// The collection that a route answers from.
fn collection_of(route: &Route) -> Option<&'static Collection> {
    match route.form {
        ResponseShape::List(rows)
        | ResponseShape::Pages(rows)
        | ResponseShape::Search(rows, _)
        | ResponseShape::Count(rows, _)
        | ResponseShape::One(rows, _) => Some(rows),
        ResponseShape::Whole(_) | ResponseShape::Made(_) => None,
    }
}

/// The paths that are answered from a collection, each with its name.
pub(crate) fn answered_from() -> impl Iterator<Item = (&'static str, &'static str)> {
    routes().filter_map(|route| Some((route.path, collection_of(route)?.name)))
}

/// The collection of a name.
pub(crate) fn collection(name: &str) -> Option<&'static Collection> {
    collections().into_iter().find(|collection| collection.name == name)
}

/// Every collection that answers are made of, by name.
pub(crate) fn collections() -> Vec<&'static Collection> {
    let collections = routes().filter_map(collection_of);
    let of_functions =
        [&orgs_licenses::LICENSES, &service_levels::LEVELS_OF_SITES, &sites_sles_impact::IMPACTS];
    let mut collections = collections.chain(of_functions).collect::<Vec<_>>();
    collections.sort_by_key(|collection| collection.name);
    collections.dedup_by(|one, other| std::ptr::eq(*one, *other));
    collections
}

/// The collections that sites without devices have.
pub(crate) const OF_SITES: &[&str] = &[
    "sites",
    "sites found",
    "site stats",
    "site settings",
    "derived site settings",
    "site variables",
    "sitegroups",
    "org",
    "org setting",
];

/// The classifiers of a service level; none if there is no such level.
pub(crate) fn classifiers(metric: &str) -> &'static [&'static str] {
    let level = service_levels::LEVELS.iter().find(|level| level.name == metric);
    level.map_or(&[], |level| level.classifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows are kept by the name of their collection.
    #[test]
    fn no_two_collections_have_one_name() {
        let collections = collections();
        let twice = collections.windows(2).find(|pair| pair[0].name == pair[1].name);
        assert!(twice.is_none(), "{twice:?}");
    }
}
