//! Bluetooth assets: what carries a tag, which filters there are, and what access points hear.

use serde_json::{Value, json};

use super::{
    record::{self, record, with},
    sites_zones,
};
use crate::{
    engine::{Collection, Route},
    world::{Device, ORG_ID, Random, Site, World, mac, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/sites/{site_id}/assets", &ASSETS),
    Route::one("/api/v1/sites/{site_id}/assets/{asset_id}", &ASSETS),
    Route::pages("/api/v1/sites/{site_id}/assetfilters", &FILTERS),
    Route::one("/api/v1/sites/{site_id}/assetfilters/{assetfilter_id}", &FILTERS),
    Route::pages("/api/v1/sites/{site_id}/stats/assets", &STATS),
    Route::one("/api/v1/sites/{site_id}/stats/assets/{asset_id}", &DETAILS),
    Route::search("/api/v1/sites/{site_id}/stats/assets/search", &STATS),
    Route::count(
        "/api/v1/sites/{site_id}/stats/assets/count",
        &STATS,
        "map_id by device_name eddystone_uid_instance eddystone_uid_namespace eddystone_url ibeacon_major ibeacon_minor \
         ibeacon_uuid mac name",
    ),
    Route::pages("/api/v1/sites/{site_id}/stats/discovered_assets", &DISCOVERED),
    Route::pages("/api/v1/sites/{site_id}/stats/filtered_assets", &MATCHED),
    Route::list("/api/v1/sites/{site_id}/stats/maps/{map_id}/discovered_assets", &DETECTED_ASSETS),
];

pub(super) static ASSETS: Collection = Collection::of("site assets", assets);
pub(super) static FILTERS: Collection = Collection::of("site asset filters", filters);
pub(super) static STATS: Collection = Collection::seen("site asset stats", stats);
static DETAILS: Collection = Collection::of("site asset details", details);
static DISCOVERED: Collection = Collection::seen("site discovered assets", discovered);
static MATCHED: Collection = Collection::seen("site matched assets", matched);
static DETECTED_ASSETS: Collection = Collection::seen("site heard assets", detected_assets);

/// Bluetooth's number of the company that makes the tags, and its name.
const MAKER: (i64, &str) = (935, "Favendo GmbH");
const BADGES: &str = "Visitor badges";

/// Why a tag counts as an asset.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    /// It has a name.
    Name,
    /// It sends what the filter of visitor badges asks for.
    Filter,
    /// It does not.
    Nothing,
}

/// A Bluetooth tag, and where it is heard.
pub(super) struct Tag<'w> {
    pub(super) id: String,
    name: String,
    pub(super) mac: String,
    by: Match,
    number: usize,
    pub(super) site: &'w Site,
    pub(super) ap: &'w Device,
    pub(super) position: (i64, i64),
    pub(super) rssi: i64,
    silent: i64,
    /// Seconds since it came to where it is.
    pub(super) stayed: i64,
}

impl Tag<'_> {
    pub(super) fn is_asset(&self) -> bool {
        self.by != Match::Nothing
    }
}

/// What carries a tag at sites of a group.
fn tagged(group: &str) -> &'static [&'static str] {
    match group {
        "Logistics" => &["Forklift 1", "Forklift 2", "Forklift 3", "Pallet truck 1", "Pallet truck 2"],
        "Stores" => &["Stock trolley 1", "Stock trolley 2", "Floor scrubber"],
        _ => &["Projector 1", "Demo trolley"],
    }
}

/// All tags of all sites.
pub(super) fn tags(world: &World) -> Vec<Tag<'_>> {
    let detected_assets = world.sites.iter().filter(|site| world.access_points(site.index).next().is_some());
    let tags = detected_assets.flat_map(|site| {
        let code = site.plan.code;
        let named = tagged(site.plan.group).iter().map(|name| (format!("{code} {name}"), Match::Name));
        let badges = (1..=3).map(|number| (format!("{code} badge {number}"), Match::Filter));
        let others = (1..=4).map(|number| (format!("{code} unknown {number}"), Match::Nothing));
        let aps = world.access_points(site.index).filter(|ap| ap.usually_connected).collect::<Vec<_>>();
        let all = named.chain(badges).chain(others).enumerate().collect::<Vec<_>>();
        all.into_iter().map(move |(number, (label, by))| tag(site, &aps, number, label, by))
    });
    tags.collect()
}

fn tag<'w>(site: &'w Site, aps: &[&'w Device], number: usize, label: String, by: Match) -> Tag<'w> {
    let mut random = Random::of(&format!("tag {label}"));
    let ap = *random.pick(aps);
    let mac = mac("6fa474", &label);
    Tag {
        id: record::id("asset", &label),
        name: match by {
            Match::Name => label,
            Match::Filter => BADGES.to_owned(),
            Match::Nothing => mac.clone(),
        },
        mac,
        by,
        number,
        site,
        ap,
        position: (ap.position.0 + random.between(-40, 40), ap.position.1 + random.between(-40, 40)),
        rssi: random.between(-82, -48),
        silent: random.between(3, 240),
        stayed: random.between(300, 20_000),
    }
}

fn assets(world: &World) -> Vec<Value> {
    let named = tags(world).into_iter().filter(|tag| tag.by == Match::Name);
    named
        .map(|tag| {
            let more = json!({
                "id": tag.id, "mac": tag.mac, "map_id": tag.site.map_id, "tag_id": uuid(&format!("tag {}", tag.mac)),
                "site_id": tag.site.id, "for_site": true,
            });
            record(world, "asset", &tag.name, more)
        })
        .collect()
}

/// The UUID that badges of visitors send.
fn badge_uuid() -> String {
    uuid("visitor badges")
}

fn filters(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        let badges = json!({ "name": BADGES, "ibeacon_uuid": badge_uuid(), "rssi": -90, "disabled": false });
        let sensors = json!({ "name": "Cold chain sensors", "mfg_company_id": MAKER.0, "disabled": true });
        [badges, sensors].map(|filter| {
            let label = format!("{} {}", site.plan.code, filter["name"]);
            let filter = with(filter, json!({ "site_id": site.id, "for_site": true }));
            record(world, "asset filter", &label, filter)
        })
    });
    rows.collect()
}

fn stat(world: &World, tag: &Tag<'_>) -> Value {
    let mut random = Random::of(&format!("asset stat {}", tag.mac));
    let by = match tag.by {
        Match::Name => "asset",
        Match::Filter => BADGES,
        Match::Nothing => "",
    };
    let common = json!({
        "mac": tag.mac, "name": tag.name, "map_id": tag.site.map_id, "device_id": tag.ap.id, "device_name": tag.ap.name,
        "rssi": tag.rssi, "beam": random.between(1, 8), "x": tag.position.0, "y": tag.position.1, "duration": tag.stayed,
        "last_seen": world.ago(tag.silent), "battery_voltage": random.between(2500, 3300), "_ttl": 86_400,
        "mfg_company_id": MAKER.0, "manufacture": MAKER.1,
        "~site_id": tag.site.id, "~ap_mac": tag.ap.mac, "~timestamp": world.ago(tag.silent),
    });
    let sent = match tag.by {
        Match::Filter => json!({
            "by": by, "ibeacon_uuid": badge_uuid(), "ibeacon_major": tag.site.index + 1, "ibeacon_minor": tag.number,
        }),
        Match::Name => json!({
            "by": by, "id": tag.id, "temperature": random.between(17, 24), "eddystone_uid_namespace": "2818e3868dec25629ede",
            "eddystone_uid_instance": tag.mac, "eddystone_url_url": "https://assets.harbourandpine.example",
            "~eddystone_url": "https://assets.harbourandpine.example",
        }),
        Match::Nothing => json!({}),
    };
    with(common, sent)
}

fn stats(world: &World) -> Vec<Value> {
    tags(world).iter().filter(|tag| tag.is_asset()).map(|tag| stat(world, tag)).collect()
}

fn detected_assets(world: &World) -> Vec<Value> {
    tags(world).iter().map(|tag| stat(world, tag)).collect()
}

/// The assets that have an id, each with the zones that it is in.
fn details(world: &World) -> Vec<Value> {
    let tags = tags(world);
    let named = tags.iter().filter(|tag| tag.by == Match::Name);
    let since = |tag: &Tag<'_>, ids: Vec<String>| -> Vec<Value> {
        ids.into_iter().map(|id| json!({ "id": id, "since": world.ago(tag.stayed) })).collect()
    };
    named
        .map(|tag| {
            let zones = since(tag, sites_zones::around(tag.site, tag.position));
            let rssi_zones = since(tag, sites_zones::near(world, tag.ap, tag.rssi));
            with(stat(world, tag), json!({ "zones": zones, "rssizones": rssi_zones }))
        })
        .collect()
}

fn discovered(world: &World) -> Vec<Value> {
    let unknown = tags(world).into_iter().filter(|tag| !tag.is_asset());
    unknown
        .map(|tag| {
            json!({
                "mac": tag.mac, "name": tag.name, "map_id": tag.site.map_id, "site_id": tag.site.id, "org_id": ORG_ID,
                "for_site": true, "created_time": world.ago(tag.stayed), "modified_time": world.ago(tag.silent),
            })
        })
        .collect()
}

fn matched(world: &World) -> Vec<Value> {
    let rows = stats(world).into_iter().map(|stat| {
        let mut row = json!({
            "id": stat["id"], "mac": stat["mac"], "name": stat["name"], "by": stat["by"], "ap_mac": stat["~ap_mac"],
            "device_name": stat["device_name"], "map_id": stat["map_id"], "curr_site": stat["~site_id"],
            "rssi": stat["rssi"], "beam": stat["beam"], "manufacture": stat["manufacture"],
            "last_seen": stat["last_seen"], "~site_id": stat["~site_id"],
        });
        if let Some(fields) = row.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        row
    });
    rows.collect()
}
