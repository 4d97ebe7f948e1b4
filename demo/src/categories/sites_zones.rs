//! Location zones and their visits.

use serde_json::{Value, json};

use super::{
    record::{self, record, with},
    sites_assets::{Tag, tags},
    sites_location::app_users,
};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Device, ORG_ID, Site, World},
};

pub(super) const ROUTES: &[Route] = &[
    // Before the zones: `count` is no id of one.
    Route::count("/api/v1/sites/{site_id}/{zone_type}/count", &VISITS, "scope_id scope user user_type")
        .with_defaults(&[("scope", "site")]),
    Route::pages("/api/v1/sites/{site_id}/zones", &ZONES),
    Route::one("/api/v1/sites/{site_id}/zones/{zone_id}", &ZONES),
    Route::pages("/api/v1/sites/{site_id}/rssizones", &RSSI_ZONES),
    Route::made("/api/v1/sites/{site_id}/rssizones/{rssizone_id}", rssi_zone),
    Route::whole("/api/v1/sites/{site_id}/stats/zones", |call| states(call, area_states)),
    Route::made("/api/v1/sites/{site_id}/stats/zones/{zone_id}", |call| state(call, area_states)),
    Route::whole("/api/v1/sites/{site_id}/stats/rssizones", |call| states(call, rssi_states)),
    Route::made("/api/v1/sites/{site_id}/stats/rssizones/{zone_id}", |call| state(call, rssi_states)),
    Route::search("/api/v1/sites/{site_id}/{zone_type}/visits/search", &VISITS)
        .with_defaults(&[("scope", "site")]),
];

static ZONES: Collection = Collection::of("site zones", zones);
static RSSI_ZONES: Collection = Collection::of("site rssi zones", rssi_zones);
static VISITS: Collection = Collection::timed("site zone visits", visits);

/// Pixels to a meter on every floor plan.
const SCALE: i64 = 20;
/// How loud an access point of an RSSI zone hears who is inside, at least.
const LEAST_RSSI: i64 = -65;
/// The longest time that is looked back for visits, in seconds.
const A_WEEK: i64 = 7 * 86_400;

/// An area of a floor plan: all of its height from one pixel to another.
pub(super) struct Area {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) columns: (i64, i64),
}

pub(super) const ROWS: (i64, i64) = (20, 780);
const COLUMNS: [(i64, i64); 3] = [(20, 420), (420, 800), (800, 1180)];

/// The areas of a site's floor plan, from left to right.
pub(super) fn areas(site: &Site) -> [Area; 3] {
    let names = match site.plan.group {
        "Logistics" => ["Loading dock", "Picking aisles", "Dispatch office"],
        "Stores" => ["Entrance", "Sales floor", "Tills"],
        _ => ["Reception", "Open plan", "Board Room"],
    };
    std::array::from_fn(|place| Area {
        id: record::id("zone", &format!("{} {}", site.plan.code, names[place])),
        name: names[place],
        columns: COLUMNS[place],
    })
}

impl Area {
    fn contains(&self, (x, _): (i64, i64)) -> bool {
        (self.columns.0..self.columns.1).contains(&x)
    }
}

/// The areas around a position of a floor plan, by their ids.
pub(super) fn around(site: &Site, position: (i64, i64)) -> Vec<String> {
    areas(site).into_iter().filter(|area| area.contains(position)).map(|area| area.id).collect()
}

/// The access points of a site's one RSSI zone.
fn doors(world: &World, site: &Site) -> Vec<String> {
    world.access_points(site.index).take(2).map(|ap| ap.id.clone()).collect()
}

fn rssi_zone_label(site: &Site) -> String {
    format!("{} doors", site.plan.code)
}

/// The RSSI zones of who is heard by an access point, by their ids.
pub(super) fn near(world: &World, ap: &Device, rssi: i64) -> Vec<String> {
    let site = world.site_of(ap);
    let inside = rssi >= LEAST_RSSI && doors(world, site).contains(&ap.id);
    inside.then(|| record::id("rssi zone", &rssi_zone_label(site))).into_iter().collect()
}

fn zones(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        areas(site).map(|area| {
            let ((left, right), (top, bottom)) = (area.columns, ROWS);
            let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
            let corners = corners.map(|(x, y)| json!({ "x": x, "y": y }));
            let more = json!({
                "id": area.id, "site_id": site.id, "for_site": true, "map_id": site.map_id, "vertices": corners,
            });
            record(world, "zone", area.name, more)
        })
    });
    rows.collect()
}

fn rssi_zones(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().map(|site| {
        let devices = doors(world, site).into_iter();
        let devices = devices.map(|id| json!({ "device_id": id, "rssi": LEAST_RSSI })).collect::<Vec<_>>();
        let more = json!({ "site_id": site.id, "for_site": true, "devices": devices });
        record(world, "rssi zone", &rssi_zone_label(site), more)
    });
    rows.collect()
}

/// Mist's document has a list of one here.
fn rssi_zone(call: &Call<'_>) -> Result<Answer, ApiError> {
    let mut rows = rssi_zones(call.world);
    rows.retain(|row| row["id"] == call.hole("rssizone_id") && row["site_id"] == call.hole("site_id"));
    if rows.is_empty() { Err(ApiError::not_found()) } else { Ok(Answer::json(rows.into())) }
}

/// Who may be in a zone.
struct Visitor<'w> {
    id: String,
    sort: &'static str,
    site: &'w Site,
    areas: Vec<String>,
    rssi_zones: Vec<String>,
    /// Seconds since it came.
    stayed: i64,
    /// Seconds since it was last heard.
    silent: i64,
}

fn visitors(world: &World) -> Vec<Visitor<'_>> {
    let clients = world.clients.iter().map(|client| {
        let (ap, site) = (&world.devices[client.ap], &world.sites[client.site]);
        Visitor {
            id: client.mac.clone(),
            sort: "client",
            site,
            areas: around(site, (ap.position.0 + 20, ap.position.1 + 15)),
            rssi_zones: near(world, ap, client.rssi),
            stayed: client.silent + client.connected_for,
            silent: client.silent,
        }
    });
    let assets = tags(world).into_iter().filter(Tag::is_asset).map(|tag| Visitor {
        areas: around(tag.site, tag.position),
        rssi_zones: near(world, tag.ap, tag.rssi),
        id: tag.mac,
        sort: "asset",
        site: tag.site,
        stayed: tag.stayed,
        silent: 30,
    });
    let users = app_users(world).into_iter().map(|user| Visitor {
        areas: around(user.site, user.position),
        rssi_zones: Vec::new(),
        id: user.id,
        sort: "sdkclient",
        site: user.site,
        stayed: user.client.silent + user.client.connected_for,
        silent: user.client.silent,
    });
    clients.chain(assets).chain(users).collect()
}

/// A zone as configured, and the visitors that are in it now.
type Occupied<'v> = (Value, Vec<&'v Visitor<'v>>);

fn occupied<'v>(
    call: &Call<'_>,
    zones: Vec<Value>,
    visitors: &'v [Visitor<'v>],
    of: for<'x> fn(&'x Visitor<'_>) -> &'x [String],
) -> Vec<Occupied<'v>> {
    let least = call.query.get("min_duration").and_then(|value| value.parse().ok()).unwrap_or(0);
    let map = call.query.get("map_id");
    let here = zones.into_iter().filter(|zone| {
        zone["site_id"] == call.hole("site_id") && map.is_none_or(|map| zone["map_id"] == map)
    });
    here.map(|zone| {
        let present = visitors.iter().filter(|visitor| {
            visitor.silent < 60
                && visitor.stayed >= least
                && of(visitor).iter().any(|id| zone["id"] == id.as_str())
        });
        let present = present.collect();
        (zone, present)
    })
    .collect()
}

fn area_states<'v>(call: &Call<'_>, visitors: &'v [Visitor<'v>]) -> Vec<Occupied<'v>> {
    let mut occupied = occupied(call, zones(call.world), visitors, |visitor| &visitor.areas);
    for (zone, _) in &mut occupied {
        let corners = zone["vertices"].as_array().cloned().unwrap_or_default();
        let meters = |pixels: &Value| pixels.as_i64().unwrap_or_default() / SCALE;
        let corners =
            corners.iter().map(|corner| json!({ "x": meters(&corner["x"]), "y": meters(&corner["y"]) }));
        zone["vertices_m"] = corners.collect();
    }
    occupied
}

fn rssi_states<'v>(call: &Call<'_>, visitors: &'v [Visitor<'v>]) -> Vec<Occupied<'v>> {
    occupied(call, rssi_zones(call.world), visitors, |visitor| &visitor.rssi_zones)
}

type States = for<'v> fn(&Call<'_>, &'v [Visitor<'v>]) -> Vec<Occupied<'v>>;

/// The visitors of one sort.
fn sorted<'v>(present: &[&'v Visitor<'v>], sort: &str) -> Vec<&'v Visitor<'v>> {
    present.iter().copied().filter(|visitor| visitor.sort == sort).collect()
}

/// How long visitors have stayed, in seconds.
fn waits(present: &[&Visitor<'_>]) -> Value {
    let mut times = present.iter().map(|visitor| visitor.stayed).collect::<Vec<_>>();
    times.sort_unstable();
    let count = i64::try_from(times.len()).unwrap_or(1).max(1);
    let at = |place: usize| times.get(place).copied().unwrap_or_default();
    json!({
        "avg": times.iter().sum::<i64>() / count, "min": at(0), "max": at(times.len().saturating_sub(1)),
        "p95": at((times.len() * 95 / 100).min(times.len().saturating_sub(1))),
    })
}

fn states(call: &Call<'_>, of: States) -> Value {
    let visitors = visitors(call.world);
    let rows = of(call, &visitors).into_iter().map(|(mut zone, present)| {
        if let Some(zone) = zone.as_object_mut() {
            zone.remove("for_site");
        }
        let [clients, assets, users] = ["client", "asset", "sdkclient"].map(|sort| sorted(&present, sort));
        let state = json!({
            "num_clients": clients.len(), "num_assets": assets.len(), "num_sdkclients": users.len(),
            "num_unconnected_clients": 0, "num_discovered_assets": 0, "occupancy_limit": 40,
            "clients_wait": waits(&clients), "assets_wait": waits(&assets), "sdkclients_wait": waits(&users),
        });
        with(zone, state)
    });
    rows.collect()
}

fn state(call: &Call<'_>, of: States) -> Result<Answer, ApiError> {
    let visitors = visitors(call.world);
    let requested = of(call, &visitors).into_iter().find(|(zone, _)| zone["id"] == call.hole("zone_id"));
    let (zone, present) = requested.ok_or_else(ApiError::not_found)?;
    let site = call.world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let [clients, assets, users] = ["client", "asset", "sdkclient"].map(|sort| sorted(&present, sort));
    let ids =
        |visitors: &[&Visitor<'_>]| -> Vec<String> { visitors.iter().map(|one| one.id.clone()).collect() };
    Ok(Answer::json(json!({
        "id": zone["id"], "name": zone["name"], "map_id": site.map_id, "num_clients": clients.len(),
        "num_sdkclients": users.len(), "clients": ids(&clients), "assets": ids(&assets), "sdkclients": ids(&users),
        "client_waits": waits(&clients),
    })))
}

/// Visits to the site, its floor plan and its zones.
fn visits(world: &World) -> Vec<Value> {
    let rows = visitors(world).into_iter().filter(|visitor| visitor.stayed < A_WEEK).flat_map(|visitor| {
        let both = json!(["zones", "rssizones"]);
        let (site, map) = (visitor.site.id.clone(), visitor.site.map_id.clone());
        let areas = visitor.areas.iter().map(|id| ("zone", id.clone(), json!("zones")));
        let rssi_zones = visitor.rssi_zones.iter().map(|id| ("rssizone", id.clone(), json!("rssizones")));
        let scopes =
            [("site", site, both.clone()), ("map", map, both)].into_iter().chain(areas).chain(rssi_zones);
        let rows = scopes.map(|(scope, id, kind)| {
            json!({
                "user": visitor.id, "scope": scope, "enter": world.ago(visitor.stayed),
                "timestamp": world.ago(visitor.silent), "~scope_id": id, "~zone_type": kind,
                "~user_type": visitor.sort, "~site_id": visitor.site.id, "~org_id": ORG_ID,
            })
        });
        rows.collect::<Vec<_>>()
    });
    rows.collect()
}
