//! Wireless networks and what belongs to them: templates, keys and radio templates.

use serde_json::{Value, json};

use super::record::{self, record, with};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, Site, Wlan, World, wlan_named},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/wlans", &ORG_WLANS),
    Route::one("/api/v1/orgs/{org_id}/wlans/{wlan_id}", &ORG_WLANS),
    Route::pages("/api/v1/sites/{site_id}/wlans", &SITE_WLANS),
    Route::one("/api/v1/sites/{site_id}/wlans/{wlan_id}", &SITE_WLANS),
    Route::list("/api/v1/sites/{site_id}/wlans/derived", &DERIVED_WLANS),
    Route::pages("/api/v1/orgs/{org_id}/psks", &ORG_PSKS),
    Route::one("/api/v1/orgs/{org_id}/psks/{psk_id}", &ORG_PSKS),
    Route::pages("/api/v1/sites/{site_id}/psks", &SITE_PSKS),
    Route::one("/api/v1/sites/{site_id}/psks/{psk_id}", &SITE_PSKS),
    Route::pages("/api/v1/orgs/{org_id}/rftemplates", &RF_TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/rftemplates/{rftemplate_id}", &RF_TEMPLATES),
    Route::list("/api/v1/sites/{site_id}/rftemplates/derived", &RF_TEMPLATES),
    Route::pages("/api/v1/orgs/{org_id}/templates", &TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/templates/{template_id}", &TEMPLATES),
];

static ORG_WLANS: Collection = Collection::of("org wlans", org_wlans);
static SITE_WLANS: Collection = Collection::of("site wlans", site_wlans);
static DERIVED_WLANS: Collection = Collection::of("derived wlans", derived_wlans);
static ORG_PSKS: Collection = Collection::of("org psks", org_psks);
static SITE_PSKS: Collection = Collection::of("site psks", site_psks);
static RF_TEMPLATES: Collection = Collection::of("rf templates", rf_templates);
static TEMPLATES: Collection = Collection::of("wlan templates", templates);

/// The radio template of a site: the outdoor one where there is a yard.
pub(super) fn rf_template_id(site: &Site) -> String {
    record::id("rf template", rf_template_name(site))
}

pub(super) fn rf_template_name(site: &Site) -> &'static str {
    if site.plan.group == "Logistics" { "Warehouse" } else { "Indoor" }
}

fn org_wlans(world: &World) -> Vec<Value> {
    world.wlans.iter().filter(|wlan| wlan.site.is_none()).map(|own| wlan(world, own)).collect()
}

fn site_wlans(world: &World) -> Vec<Value> {
    let own = world.wlans.iter().filter_map(|own| own.site.map(|site| (own, &world.sites[site])));
    own.map(|(own, site)| {
        with(wlan(world, own), json!({ "site_id": site.id, "for_site": true, "template_id": null }))
    })
    .collect()
}

/// What is on the air at each site: the organization's networks and its own.
fn derived_wlans(world: &World) -> Vec<Value> {
    let (of_org, of_sites) = (world.rows(&ORG_WLANS), world.rows(&SITE_WLANS));
    let sites = world.sites.iter().flat_map(|site| {
        let own = of_sites.iter().filter(|row| row.get("site_id").is_some_and(|it| *it == site.id.as_str()));
        let here = of_org
            .iter()
            .chain(own)
            .map(|row| with(row.clone().into(), json!({ "site_id": site.id, "~wlan_id": row.get("id") })));
        here.collect::<Vec<_>>()
    });
    sites.collect()
}

fn wlan(world: &World, wlan: &Wlan) -> Value {
    let mut auth = json!({ "type": wlan.auth });
    if let Some(passphrase) = wlan.passphrase {
        auth["psk"] = passphrase.into();
        auth["pairwise"] = json!(["wpa2-ccmp"]);
    }
    let mut whole = json!({
        "id": wlan.id,
        "org_id": ORG_ID,
        "ssid": wlan.ssid,
        "enabled": true,
        "auth": auth,
        "bands": wlan.bands,
        "vlan_enabled": true,
        "vlan_id": wlan.vlan,
        "interface": "all",
        "apply_to": "site",
        "roam_mode": if wlan.auth == "eap" { "11r" } else { "NONE" },
        "isolation": wlan.auth == "open",
        "l2_isolation": false,
        "hide_ssid": wlan.ssid == "Pine Things",
        "max_idletime": 1800,
        "template_id": record::id("wlan template", "All sites"),
        "created_time": record::created(world),
        "modified_time": world.ago(35 * 86_400),
    });
    match wlan.auth {
        "eap" => {
            whole["auth_servers"] =
                json!([{ "host": "10.11.20.5", "port": 1812, "secret": "demo-secret-radius" }]);
            whole["acct_servers"] =
                json!([{ "host": "10.11.20.5", "port": 1813, "secret": "demo-secret-radius" }]);
        }
        "open" => {
            whole["portal"] = json!({
                "enabled": true, "auth": "multi", "email_enabled": true, "passphrase_enabled": true,
                "password": "demo-secret-portal", "expire": 480,
            });
        }
        _ => {}
    }
    whole
}

fn org_psks(world: &World) -> Vec<Value> {
    let keys = [
        ("Forklift terminals", "fleet", 30),
        ("Dock printers", "printing", 50),
        ("Contractors", "visitor", 40),
    ];
    keys.map(|(name, role, vlan)| psk(world, name, role, vlan, "Pine Scanners")).into()
}

fn site_psks(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        let name = format!("{} label printers", site.plan.code);
        with(psk(world, &name, "printing", 50, "Pine Things"), json!({ "site_id": site.id }))
    });
    sites.collect()
}

fn psk(world: &World, name: &str, role: &str, vlan: i64, ssid: &str) -> Value {
    let ssid = wlan_named(&world.wlans, ssid).map_or(ssid, |wlan| wlan.ssid);
    let passphrase = format!("demo-secret-{}", name.to_lowercase().replace(' ', "-"));
    record(
        world,
        "psk",
        name,
        json!({
            "ssid": ssid, "role": role, "vlan_id": vlan, "usage": "multi", "passphrase": passphrase, "expire_time": null,
        }),
    )
}

fn rf_templates(world: &World) -> Vec<Value> {
    let templates = ["Indoor", "Warehouse"].map(|name| {
        let users =
            world.sites.iter().filter(|site| rf_template_name(site) == name).map(|site| site.id.as_str());
        let used = json!({ "~site_id": users.collect::<Vec<_>>() });
        with(with(record(world, "rf template", name, json!({})), rf_template(name)), used)
    });
    templates.into()
}

/// What a radio template says of the bands.
pub(super) fn rf_template(name: &str) -> Value {
    let (least, most) = if name == "Warehouse" { (8, 17) } else { (5, 14) };
    json!({
        "name": name,
        "band_24": { "bandwidth": 20, "power_min": least, "power_max": most, "disabled": false },
        "band_5": { "bandwidth": 40, "power_min": least, "power_max": most, "disabled": false },
        "band_6": { "bandwidth": 80, "power_min": least, "power_max": most, "disabled": false },
        "band_24_usage": "24",
        "scanning_enabled": true,
    })
}

fn templates(world: &World) -> Vec<Value> {
    vec![record(
        world,
        "wlan template",
        "All sites",
        json!({
            "applies": { "org_id": ORG_ID, "site_ids": [], "sitegroup_ids": [] }, "filter_by_deviceprofile": false,
        }),
    )]
}
