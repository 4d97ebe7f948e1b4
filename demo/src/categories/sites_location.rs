//! Location: coverage, learned models, automatic placement, map stacks, and users of the mobile app.

use serde_json::{Value, json};

use super::{
    record::{self, record},
    sites_beacons, sites_zones,
};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Client, Random, Site, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::made("/api/v1/sites/{site_id}/location/coverage", coverage),
    Route::list("/api/v1/sites/{site_id}/location/ml/current", &LEARNED),
    Route::list("/api/v1/sites/{site_id}/location/ml/defaults", &DEFAULTS),
    Route::list("/api/v1/sites/{site_id}/stats/maps/{map_id}/sdkclients", &APP_USERS),
    Route::one("/api/v1/sites/{site_id}/stats/sdkclients/{sdkclient_id}", &APP_USER_DETAILS),
    Route::pages("/api/v1/sites/{site_id}/mapstacks", &STACKS),
    Route::whole("/api/v1/sites/{site_id}/auto_map_assignment", |call| {
        json!({
            "status": "completed", "start_time": call.world.ago(12 * DAY), "stop_time": call.world.ago(12 * DAY - 420),
            "time_updated": call.world.ago(12 * DAY - 420),
        })
    }),
    Route::made("/api/v1/sites/{site_id}/maps/{map_id}/auto_orient", |call| {
        done(
            call,
            json!({ "start_time": call.world.ago(11 * DAY), "stop_time": call.world.ago(11 * DAY - 300) }),
        )
    }),
    Route::made("/api/v1/sites/{site_id}/maps/{map_id}/auto_placement", |call| {
        done(
            call,
            json!({ "start_time": call.world.ago(11 * DAY), "end_time": call.world.ago(11 * DAY - 900) }),
        )
    }),
    Route::made("/api/v1/sites/{site_id}/maps/{map_id}/auto_zones", suggested_zones),
];

static LEARNED: Collection = Collection::of("site location models", learned);
static DEFAULTS: Collection = Collection::of("site location model defaults", defaults);
static APP_USERS: Collection = Collection::of("site app users", app_user_rows);
static APP_USER_DETAILS: Collection = Collection::of("site app user details", app_user_details);
static STACKS: Collection = Collection::of("site map stacks", stacks);

const DAY: i64 = 86_400;
/// The floor plans, in meters.
const SIZE: (i64, i64) = (60, 40);
/// Pixels to a meter on every floor plan.
const SCALE: i64 = 20;

/// A guest's phone with the company's app.
pub(super) struct AppUser<'w> {
    pub(super) id: String,
    pub(super) site: &'w Site,
    pub(super) client: &'w Client,
    pub(super) position: (i64, i64),
}

/// The first guests of each site have the app.
pub(super) fn app_users(world: &World) -> Vec<AppUser<'_>> {
    let users = world.sites.iter().flat_map(|site| {
        let here = world.clients.iter().filter(|client| client.site == site.index && client.present());
        let guests = here.filter(|client| world.wlans[client.wlan].auth == "open").take(3);
        guests.map(move |client| {
            let position = world.devices[client.ap].position;
            let id = uuid(&format!("app user {}", client.mac));
            AppUser { id, site, client, position: (position.0 + 20, position.1 + 15) }
        })
    });
    users.collect()
}

fn app_user(world: &World, user: &AppUser<'_>) -> Value {
    let connection = json!({ "mac": user.client.mac, "type": "WiFi", "rssi": user.client.rssi, "signal_level": (user.client.rssi + 100) / 12 });
    json!({
        "id": user.id, "uuid": uuid(&format!("mobile app on {}", user.client.mac)), "name": user.client.hostname, "map_id": user.site.map_id,
        "x": user.position.0, "y": user.position.1, "last_seen": world.ago(user.client.silent),
        "network_connection": connection, "~site_id": user.site.id,
    })
}

fn app_user_rows(world: &World) -> Vec<Value> {
    app_users(world).iter().map(|user| app_user(world, user)).collect()
}

fn app_user_details(world: &World) -> Vec<Value> {
    let rows = app_users(world).into_iter().map(|user| {
        let since = world.ago(user.client.connected_for);
        let zones = sites_zones::around(user.site, user.position);
        let areas = sites_zones::areas(user.site).into_iter().filter(|area| zones.contains(&area.id));
        let beacons = areas.map(|area| sites_beacons::virtual_id(user.site, area.name));
        let mut row = app_user(world, &user);
        row["vbeacons"] = beacons.map(|id| json!({ "id": id, "since": since })).collect();
        row["zones"] = zones.iter().map(|id| json!({ "id": id, "since": since })).collect();
        row
    });
    rows.collect()
}

/// How well each square of the floor plan is heard: the nearest access point is the loudest.
fn coverage(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (world, window) = (call.world, call.window()?);
    let site = world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let grid = if call.query.get("resolution") == Some("fine") { 5 } else { 10 };
    let shown = call.query.get("map_id").is_none_or(|map| map == site.map_id);
    let aps = world.access_points(site.index).filter(|ap| ap.connected).collect::<Vec<_>>();
    let squares = (0..SIZE.0 / grid).flat_map(|column| (0..SIZE.1 / grid).map(move |row| (column, row)));
    let squares = squares.filter(|_| shown).map(|(column, row)| {
        let (x, y) = (column * grid + grid / 2, row * grid + grid / 2);
        let mut rssi = aps
            .iter()
            .map(|ap| -45 - ((ap.position.0 / SCALE - x).abs() + (ap.position.1 / SCALE - y).abs()))
            .collect::<Vec<_>>();
        rssi.sort_unstable_by(|one, other| other.cmp(one));
        let samples = rssi.iter().take(3).copied().collect::<Vec<_>>();
        let count = i64::try_from(samples.len()).unwrap_or(1).max(1);
        let strongest = samples.first().copied().unwrap_or(-100);
        let beams = (strongest + 100) / 8;
        (x, y, beams, beams * count, strongest, samples.iter().sum::<i64>() / count)
    });
    let squares = squares.collect::<Vec<_>>();
    let results = squares.iter().map(|square| json!(square)).collect::<Vec<_>>();
    let beams = squares.iter().map(|(x, y, beams, ..)| json!([x, y, beams])).collect::<Vec<_>>();
    Ok(Answer::json(json!({
        "start": window.start, "end": window.end, "gridsize": grid,
        "result_def": ["x", "y", "beams_mean", "beacons_mean", "max_rssi", "avg_rssi"],
        "results": results, "beams_means": beams,
    })))
}

/// A model of how signals fade for a kind of phone; the defaults were never learned.
fn model(world: &World, label: &str, learned: bool) -> Value {
    let mut random = Random::of(&format!("location model {label}"));
    let mut model = json!({
        "ple": -random.between(2, 4), "int": -random.between(4, 10), "src": if learned { "device" } else { "default" },
    });
    if learned {
        model["level"] = random.between(3, 8).into();
        model["completed"] = random.between(10, 99).into();
        model["quality"] = random.between(2, 5).to_string().into();
        model["timestamp"] = world.ago(random.between(1, 30) * 3_600).into();
    }
    model
}

fn learned(world: &World) -> Vec<Value> {
    let aps = world
        .sites
        .iter()
        .flat_map(|site| world.access_points(site.index).filter(|ap| ap.connected).map(move |ap| (site, ap)));
    let rows = aps.map(|(site, ap)| {
        let [apple, android] =
            ["iOS", "Android"].map(|kind| model(world, &format!("{} {kind}", ap.mac), true));
        json!({
            "device_id": ap.id, "current": { "iOS": apple, "Android": android },
            "~site_id": site.id, "~map_id": site.map_id,
        })
    });
    rows.collect()
}

fn defaults(world: &World) -> Vec<Value> {
    let mut models = world.kind(crate::world::Kind::AccessPoint).map(|ap| ap.model).collect::<Vec<_>>();
    models.sort_unstable();
    models.dedup();
    let rows = models.into_iter().map(|name| {
        let [apple, android] = ["iOS", "Android"].map(|kind| model(world, &format!("{name} {kind}"), false));
        json!({ "model": name, "current": { "iOS": apple, "Android": android } })
    });
    rows.collect()
}

/// The id of the one stack of a site's floors.
pub(super) fn stack_id(site: &Site) -> String {
    record::id("map stack", &stack_name(site))
}

fn stack_name(site: &Site) -> String {
    format!("{} main building", site.plan.code)
}

fn stacks(world: &World) -> Vec<Value> {
    let rows = world
        .sites
        .iter()
        .map(|site| record(world, "map stack", &stack_name(site), json!({ "site_id": site.id })));
    rows.collect()
}

/// The site of a path, if the floor plan of the path is there.
fn mapped<'w>(call: &Call<'w>) -> Result<&'w Site, ApiError> {
    let site = call.world.site(call.hole("site_id"));
    site.filter(|site| site.map_id == call.hole("map_id")).ok_or_else(ApiError::not_found)
}

fn done(call: &Call<'_>, mut times: Value) -> Result<Answer, ApiError> {
    mapped(call)?;
    times["status"] = "done".into();
    Ok(Answer::json(times))
}

/// The walls suggest one more room, in the last area.
fn suggested_zones(call: &Call<'_>) -> Result<Answer, ApiError> {
    let site = mapped(call)?;
    let [.., last] = sites_zones::areas(site);
    let (left, right) = (last.columns.0 + 40, last.columns.1 - 40);
    let corners =
        [(left, 60), (right, 60), (right, 300), (left, 300)].map(|(x, y)| json!({ "x": x, "y": y }));
    Ok(Answer::json(json!({
        "status": "awaiting_review", "zones": [{ "name": "zone1", "vertices": corners }],
    })))
}
