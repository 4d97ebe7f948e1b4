//! WxLAN rules and tags.

use serde_json::{Map, Value, json};

use super::record::{self, record, with};
use crate::{
    engine::{Call, Collection, Route},
    world::{Random, Site, World, wlan_named},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/wxrules", &ORG_RULES),
    Route::one("/api/v1/orgs/{org_id}/wxrules/{wxrule_id}", &ORG_RULES),
    Route::pages("/api/v1/sites/{site_id}/wxrules", &SITE_RULES),
    Route::one("/api/v1/sites/{site_id}/wxrules/{wxrule_id}", &SITE_RULES),
    Route::list("/api/v1/sites/{site_id}/wxrules/derived", &ORG_RULES),
    Route::pages("/api/v1/orgs/{org_id}/wxtags", &ORG_TAGS),
    Route::one("/api/v1/orgs/{org_id}/wxtags/{wxtag_id}", &ORG_TAGS),
    Route::whole("/api/v1/orgs/{org_id}/wxtags/{wxtag_id}/clients", tagged),
    Route::list("/api/v1/orgs/{org_id}/wxtags/apps", &LISTED_APPS),
    Route::pages("/api/v1/sites/{site_id}/wxtags", &SITE_TAGS),
    Route::one("/api/v1/sites/{site_id}/wxtags/{wxtag_id}", &SITE_TAGS),
    Route::list("/api/v1/sites/{site_id}/wxtags/apps", &LISTED_APPS),
    Route::list("/api/v1/sites/{site_id}/apps", &LISTED_APPS),
    Route::list("/api/v1/sites/{site_id}/stats/wxrules", &USAGES),
];

static ORG_RULES: Collection = Collection::of("org wxrules", org_rules);
static SITE_RULES: Collection = Collection::of("site wxrules", site_rules);
static ORG_TAGS: Collection = Collection::of("org wxtags", org_tags);
static SITE_TAGS: Collection = Collection::of("site wxtags", site_tags);
static LISTED_APPS: Collection = Collection::of("apps", apps);
static USAGES: Collection = Collection::of("wxrule usages", usages);

/// The applications that rules can name: key, name and group.
pub(super) const APPS: &[(&str, &str, &str)] = &[
    ("ms-teams", "Microsoft Teams", "Collaboration"),
    ("sap", "SAP", "Business"),
    ("spotify", "Spotify", "Music"),
    ("youtube", "YouTube", "Video"),
    ("zoom", "Zoom", "Collaboration"),
];

fn org_tags(world: &World) -> Vec<Value> {
    let guest = wlan_named(&world.wlans, "Pine Guest").map(|wlan| wlan.id.as_str());
    vec![
        record(
            world,
            "wxtag",
            "Guests",
            json!({ "type": "match", "match": "wlan_id", "op": "in", "values": [guest] }),
        ),
        record(world, "wxtag", "Company", json!({ "type": "subnet", "subnet": "10.0.0.0/8" })),
    ]
}

fn site_tags(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        let tag = json!({ "type": "spec", "specs": [{ "protocol": "tcp", "port_range": "9100", "subnets": ["10.0.0.0/8"] }] });
        let name = format!("{} printers", site.plan.code);
        with(record(world, "wxtag", &name, tag), json!({ "site_id": site.id, "for_site": true }))
    });
    sites.collect()
}

fn org_rules(world: &World) -> Vec<Value> {
    let rule = json!({
        "action": "block", "enabled": true, "order": 1, "src_wxtags": [record::id("wxtag", "Guests")],
        "dst_deny_wxtags": [record::id("wxtag", "Company")], "dst_allow_wxtags": [],
    });
    vec![record(world, "wxrule", "Guests stay out", rule)]
}

fn site_rules(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        let printers = record::id("wxtag", &format!("{} printers", site.plan.code));
        let rule = json!({
            "action": "allow", "enabled": true, "order": 2, "src_wxtags": [record::id("wxtag", "Guests")],
            "dst_allow_wxtags": [printers], "dst_deny_wxtags": [], "site_id": site.id, "for_site": true,
        });
        record(world, "wxrule", &format!("{} guests print", site.plan.code), rule)
    });
    sites.collect()
}

/// The clients of a tag: the guests are the ones who are tagged by their network.
fn tagged(call: &Call<'_>) -> Value {
    let world = call.world;
    let guests = call.hole("wxtag_id") == record::id("wxtag", "Guests");
    let clients = world.clients.iter().filter(|client| guests && world.wlans[client.wlan].auth == "open");
    clients
        .map(|client| json!({ "mac": client.mac, "since": world.ago(client.silent + client.connected_for) }))
        .collect()
}

fn apps(_world: &World) -> Vec<Value> {
    let apps = APPS.iter().map(|(key, name, group)| json!({ "key": key, "name": name, "group": group }));
    apps.collect()
}

/// How often the rules of a site were used, the organization's and its own: all of them are about guests.
fn usages(world: &World) -> Vec<Value> {
    let (org, own) = (org_rules(world), site_rules(world));
    let rows = world.sites.iter().flat_map(|site| {
        let here = own.iter().filter(|rule| rule["site_id"] == site.id.as_str());
        let guests = world.clients.iter().filter(|client| client.site == site.index && client.present());
        let guests = guests.filter(|client| world.wlans[client.wlan].auth == "open");
        let guests = guests.map(|client| client.mac.as_str()).collect::<Vec<_>>();
        org.iter().chain(here).map(|rule| usage(site, rule, &guests)).collect::<Vec<_>>()
    });
    rows.collect()
}

fn usage(site: &Site, rule: &Value, guests: &[&str]) -> Value {
    let tags = ["dst_allow_wxtags", "dst_deny_wxtags"];
    let tags = tags.iter().filter_map(|name| rule[*name].as_array()).flatten().cloned().collect::<Vec<_>>();
    let mut random = Random::of(&format!("wxrule usage {} {}", site.plan.code, rule["name"]));
    let flows = tags.iter().filter_map(Value::as_str);
    let flows = flows.map(|tag| (tag.to_owned(), json!({ "num_flows": random.between(0, 400) })));
    json!({
        "~site_id": site.id, "name": rule["name"], "order": rule["order"], "action": rule["action"],
        "src_wxtags": rule["src_wxtags"], "dst_allow_wxtags": rule["dst_allow_wxtags"],
        "dst_deny_wxtags": rule["dst_deny_wxtags"], "dst_wxtags": tags, "client_mac": guests,
        "usage": flows.collect::<Map<_, _>>(),
    })
}
