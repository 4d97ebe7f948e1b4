//! Sites of the organization.

use serde_json::{Value, json};

use super::{devices_config, orgs_alarm_templates, orgs_lan, orgs_wan, orgs_wlans, record};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/sites", &SITES),
    Route::search("/api/v1/orgs/{org_id}/sites/search", &FOUND),
    Route::count(
        "/api/v1/orgs/{org_id}/sites/count",
        &FOUND,
        "id analytic_enabled app_waking asset_enabled auto_upgrade_enabled auto_upgrade_version country_code \
         honeypot_enabled locate_unconnected mesh_enabled name remote_syslog_enabled rogue_enabled rtsa_enabled \
         vna_enabled wifi_enabled",
    ),
    Route::pages("/api/v1/orgs/{org_id}/sitetemplates", &TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/sitetemplates/{sitetemplate_id}", &TEMPLATES),
    Route::list("/api/v1/sites/{site_id}/sitetemplates/derived", &DERIVED_TEMPLATES),
];

/// Sites with their configuration.
pub(super) static SITES: Collection = Collection::of("sites", sites);
static FOUND: Collection = Collection::of("sites found", found);
static TEMPLATES: Collection = Collection::of("site templates", templates);
static DERIVED_TEMPLATES: Collection = Collection::of("derived site templates", derived_templates);

fn sites(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        let (lat, lng) = site.plan.position;
        json!({
            "id": site.id,
            "org_id": ORG_ID,
            "name": site.name(),
            "address": site.plan.address,
            "country_code": site.plan.country,
            "timezone": site.plan.zone,
            "latlng": { "lat": lat, "lng": lng },
            "sitegroup_ids": [site.group_id],
            "sitetemplate_id": record::id("site template", "Standard site"),
            "alarmtemplate_id": orgs_alarm_templates::id(),
            "aptemplate_id": devices_config::ap_template_id(),
            "rftemplate_id": orgs_wlans::rf_template_id(site),
            "networktemplate_id": orgs_lan::network_template_id(),
            "gatewaytemplate_id": orgs_wan::gateway_template_id(site),
            "secpolicy_id": null,
            "notes": format!("{} · site code {}", site.plan.group, site.plan.code),
            "created_time": record::created(world),
            "modified_time": world.ago(30 * 86_400),
        })
    });
    sites.collect()
}

fn found(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        json!({
            "id": site.id,
            "site_id": site.id,
            "org_id": ORG_ID,
            "name": site.name(),
            "country_code": site.plan.country,
            "timezone": site.plan.zone,
            "auto_upgrade_enabled": true,
            "auto_upgrade_version": "stable",
            "honeypot_enabled": true,
            "vna_enabled": site.plan.group != "Stores",
            "wifi_enabled": true,
            "timestamp": world.ago(240),
            "~analytic_enabled": true,
            "~app_waking": false,
            "~asset_enabled": true,
            "~locate_unconnected": site.plan.group == "Stores",
            "~mesh_enabled": false,
            "~remote_syslog_enabled": true,
            "~rogue_enabled": true,
            "~rtsa_enabled": true,
        })
    });
    sites.collect()
}

fn templates(world: &World) -> Vec<Value> {
    let auto_upgrade =
        json!({ "enabled": true, "version": "stable", "day_of_week": "sun", "time_of_day": "02:00" });
    ["Standard site", "Pop-up store"]
        .map(|name| {
            record::record(
                world,
                "site template",
                name,
                json!({ "auto_upgrade": auto_upgrade, "vars": { "staff_vlan": "20" } }),
            )
        })
        .into()
}

/// The template that all sites have.
fn derived_templates(world: &World) -> Vec<Value> {
    templates(world).into_iter().take(1).collect()
}
