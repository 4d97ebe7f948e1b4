//! The managed service provider (MSP) that the organization belongs to, and its other customers.

use serde_json::{Value, json};

use super::{
    insights::{check_metrics, interval},
    orgs_licenses::{self, TYPES},
    orgs_marvis_actions::ACTIONS,
    record::{self, with},
    service_levels::{Hours, LEVELS, Level, hours_of, sums},
    stats,
};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route, Row, Window},
    world::{Kind, MSP_ID, MSP_NAME, ORG_ID, ORG_NAME, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/msps/{msp_id}", details),
    Route::list("/api/v1/msps/{msp_id}/orgs", &ORGS),
    Route::one("/api/v1/msps/{msp_id}/orgs/{org_id}", &ORGS),
    Route::search("/api/v1/msps/{msp_id}/orgs/search", &FOUND),
    Route::made("/api/v1/msps/{msp_id}/search", search).requiring(&["type", "q"]),
    Route::list("/api/v1/msps/{msp_id}/orggroups", &GROUPS),
    Route::one("/api/v1/msps/{msp_id}/orggroups/{orggroup_id}", &GROUPS),
    Route::one_by("/api/v1/msps/{msp_id}/inventory/{device_mac}", &INVENTORY, "mac"),
    Route::whole("/api/v1/msps/{msp_id}/licenses", licenses),
    Route::whole("/api/v1/msps/{msp_id}/stats/licenses", licenses_of_orgs),
    Route::pages("/api/v1/msps/{msp_id}/stats/orgs", &STATS),
    Route::made("/api/v1/msps/{msp_id}/insights/{metric}", levels),
    Route::made("/api/v1/msps/{msp_id}/suggestion/count", suggestions),
];

static ORGS: Collection = Collection::of("msp orgs", orgs);
static FOUND: Collection = Collection::seen("msp orgs found", found);
static GROUPS: Collection = Collection::of("msp org groups", groups);
static INVENTORY: Collection = Collection::of("msp inventory", inventory);
static STATS: Collection = Collection::of("msp org stats", org_stats);

/// A customer of the provider beside the organization of the demo.
struct Customer {
    name: &'static str,
    sites: i64,
    devices: [i64; 3],
    trial: bool,
    /// Whether it uses more subscriptions than it owns.
    short: bool,
}

const CUSTOMERS: &[Customer] = &[
    Customer { name: "Calder Schools", sites: 9, devices: [140, 36, 9], trial: false, short: true },
    Customer { name: "Rosehill Clinics", sites: 5, devices: [60, 18, 5], trial: false, short: false },
    Customer { name: "Winterbourne Hotels", sites: 3, devices: [85, 14, 3], trial: true, short: false },
];

impl Customer {
    fn id(&self) -> String {
        org_id(self.name)
    }
}

/// The id of a customer.
pub(super) fn org_id(name: &str) -> String {
    if name == ORG_NAME { ORG_ID.to_owned() } else { uuid(&format!("customer {name}")) }
}

/// A configured object of the provider: its id, name and times, and then `more`.
pub(super) fn of_msp(world: &World, kind: &str, name: &str, more: Value) -> Value {
    let record = json!({
        "id": record::id(kind, name), "name": name, "msp_id": MSP_ID, "created_time": record::created(world),
        "modified_time": world.ago(30 * 86_400),
    });
    with(record, more)
}

fn details(call: &Call<'_>) -> Value {
    json!({
        "id": MSP_ID, "name": MSP_NAME, "tier": "advanced", "allow_mist": true,
        "logo_url": "https://www.skelton-networks.example/logo.png", "url": "https://skelton-networks.example",
        "created_time": record::created(call.world), "modified_time": call.world.ago(90 * 86_400),
    })
}

fn names() -> impl Iterator<Item = &'static str> {
    [ORG_NAME].into_iter().chain(CUSTOMERS.iter().map(|customer| customer.name))
}

fn orgs(world: &World) -> Vec<Value> {
    let orgs = names().map(|name| {
        let more = json!({
            "id": org_id(name), "msp_name": MSP_NAME, "orggroup_ids": orggroup_ids(name),
            "allow_mist": true, "session_expiry": 1440,
        });
        of_msp(world, "org", name, more)
    });
    orgs.collect()
}

/// The group that an organization is in.
fn group(name: &str) -> &'static str {
    if name == "Calder Schools" || name == "Rosehill Clinics" { "Public" } else { "Commercial" }
}

/// The ids of the groups that an organization is in.
pub(super) fn orggroup_ids(name: &str) -> Vec<String> {
    vec![record::id("org group", group(name))]
}

fn groups(world: &World) -> Vec<Value> {
    let groups = ["Commercial", "Public"].map(|wanted| {
        let members = names().filter(|name| group(name) == wanted).map(org_id).collect::<Vec<_>>();
        of_msp(world, "org group", wanted, json!({ "org_ids": members }))
    });
    groups.into()
}

fn found(world: &World) -> Vec<Value> {
    let row = |name: &str, sites: i64, [aps, switches, gateways]: [i64; 3], trial: bool, short: bool| {
        json!({
            "org_id": org_id(name), "msp_id": MSP_ID, "name": name, "num_sites": sites, "num_aps": aps,
            "num_switches": switches, "num_gateways": gateways, "num_unassigned_aps": 0, "trial_enabled": trial,
            "sub_insufficient": short, "sub_man_required": aps, "sub_man_entitled": if short { aps - 20 } else { aps + 10 },
            "usage_types": if gateways > 4 { json!(["wifi", "wired", "wan"]) } else { json!(["wifi", "wired"]) },
            "timestamp": world.ago(1800),
        })
    };
    let counted = [Kind::AccessPoint, Kind::Switch, Kind::Gateway]
        .map(|kind| i64::try_from(world.kind(kind).count()).unwrap_or_default());
    let sites = i64::try_from(world.sites.len()).unwrap_or_default();
    let others = CUSTOMERS.iter().map(|it| row(it.name, it.sites, it.devices, it.trial, it.short));
    [row(ORG_NAME, sites, counted, false, false)].into_iter().chain(others).collect()
}

fn search(call: &Call<'_>) -> Result<Answer, ApiError> {
    if call.query.get("type") != Some("orgs") {
        return Err(ApiError::bad_request("type: must be orgs"));
    }
    let (limit, page) = (call.query.limit()?, call.query.page()?);
    let wanted = call.query.get("q").unwrap_or_default().to_lowercase();
    let found = names().filter(|name| name.to_lowercase().contains(&wanted)).collect::<Vec<_>>();
    let shown = found.iter().skip((page - 1).saturating_mul(limit)).take(limit);
    let rows = shown.map(|name| json!({ "type": "orgs", "id": org_id(name), "text": name }));
    let rows = rows.collect::<Vec<_>>();
    Ok(Answer::json(json!({ "limit": limit, "page": page, "total": found.len(), "results": rows })))
}

fn inventory(world: &World) -> Vec<Value> {
    let devices = world.devices.iter().map(|device| {
        json!({
            "mac": device.mac, "serial": device.serial, "model": device.model, "type": device.kind.name(),
            "org_id": ORG_ID, "site_id": world.site_of(device).id, "for_site": true,
        })
    });
    devices.collect()
}

fn licenses(call: &Call<'_>) -> Value {
    let world = call.world;
    let license = json!({
        "id": uuid("msp license"), "type": "SUB-MAN", "quantity": 500, "remaining_quantity": 150,
        "subscription_id": "DEMO-MSP-SUB-MAN", "order_id": "DEMO-00002", "start_time": record::created(world),
        "end_time": world.ago(-200 * 86_400), "created_time": record::created(world),
        "modified_time": record::created(world),
    });
    json!({
        "licenses": [license], "amendments": [], "entitled": { "SUB-MAN": 500 }, "summary": { "SUB-MAN": 350 },
        "usages": { "SUB-MAN": 350 }, "fully_loaded": { "SUB-MAN": 350 },
    })
}

/// The subscriptions of all organizations: the list of each one, and the sums.
fn licenses_of_orgs(call: &Call<'_>) -> Value {
    let world = call.world;
    let mut answer = orgs_licenses::licenses(call);
    for customer in CUSTOMERS {
        for ((_, name), used) in TYPES.iter().zip(customer.devices) {
            let is_short = customer.short && *name == "SUB-MAN";
            let owned = if is_short { used - 20 } else { used + 10 };
            let license = json!({
                "id": uuid(&format!("license {name} of {}", customer.name)), "org_id": customer.id(), "type": name,
                "quantity": owned, "remaining_quantity": (owned - used).max(0),
                "subscription_id": format!("DEMO-{}-{name}", &customer.id()[..8]), "order_id": "DEMO-00003",
                "start_time": record::created(world), "end_time": world.ago(-150 * 86_400),
                "created_time": record::created(world), "modified_time": record::created(world),
            });
            if let Some(licenses) = answer["licenses"].as_array_mut() {
                licenses.push(license);
            }
            for (field, number) in
                [("entitled", owned), ("summary", used), ("usages", used), ("fully_loaded", used)]
            {
                let sum = answer[field][*name].as_i64().unwrap_or_default().saturating_add(number);
                answer[field][*name] = sum.into();
            }
        }
    }
    answer
}

fn org_stats(world: &World) -> Vec<Value> {
    let own = stats::figures(world);
    let others = CUSTOMERS.iter().map(|customer| {
        let devices = customer.devices.iter().sum::<i64>();
        let missing = Random::of(customer.name).between(1, 5);
        let levels = stats::LEVELS_OF_ORGS.iter().filter_map(|name| {
            let thousandths = thousandths(&customer.id(), Level::named(name)?, (0, 24))?;
            let minutes = devices * 9;
            let user_minutes = json!({ "total": minutes * 1000, "ok": minutes * thousandths });
            Some(json!({ "path": name, "user_minutes": user_minutes }))
        });
        let figures = json!({
            "id": customer.id(), "name": customer.name,
            "alarmtemplate_id": record::id("alarm template", customer.name), "orggroup_ids": orggroup_ids(customer.name),
            "num_sites": customer.sites, "num_inventory": devices, "num_devices": devices,
            "num_devices_connected": devices - missing, "num_devices_disconnected": missing,
            "sle": levels.collect::<Vec<_>>(),
        });
        with(own.clone(), figures)
    });
    [own.clone()].into_iter().chain(others.collect::<Vec<_>>()).collect()
}

/// The levels that a provider compares its customers by.
const COMPARED: [&str; 7] =
    ["ap-health", "capacity", "coverage", "roaming", "successful-connect", "throughput", "time-to-connect"];

/// The service levels of each customer in a window, from 0 to 1; the worst first where `sle` says by which.
fn levels(call: &Call<'_>) -> Result<Answer, ApiError> {
    check_metrics(call, &["msp"])?;
    let (window, limit) = (call.window()?, call.query.limit()?);
    let levels = || LEVELS.iter().filter(|level| COMPARED.contains(&level.name));
    let rows = call.world.rows(&FOUND);
    let rows = rows.iter().map(|org| {
        let mut row = json!({ "org_id": org["org_id"], "num_aps": org["num_aps"] });
        row["num_clients"] = clients(call.world, org).into();
        for level in levels() {
            if let Some(success) = success(call.world, org, level, window) {
                row[level.name] = success.into();
            }
        }
        row
    });
    let mut rows = rows.collect::<Vec<_>>();
    if let Some(sle) = call.query.get("sle") {
        if !COMPARED.contains(&sle) {
            let known = COMPARED.join(", ");
            return Err(ApiError::bad_request(format!("sle: \"{sle}\" is not one of {known}")));
        }
        let of = |row: &Value| row[sle].as_f64().unwrap_or(1.0);
        rows.sort_by(|one, other| of(one).total_cmp(&of(other)));
    }
    rows.truncate(limit);
    Ok(Answer::json(json!({
        "start": window.start, "end": window.end, "interval": interval(call)?, "limit": limit, "results": rows,
    })))
}

fn clients(world: &World, org: &Row) -> i64 {
    if org["org_id"] == ORG_ID {
        i64::try_from(world.clients.len()).unwrap_or_default()
    } else {
        org["num_aps"].as_i64().unwrap_or_default().saturating_mul(7)
    }
}

/// A level of an organization; of the demo's own as its sites have it.
fn success(world: &World, org: &Row, level: &Level, window: Window) -> Option<f64> {
    let hours = hours_of(world, window);
    if org["org_id"] == ORG_ID {
        let sites = world.sites.iter().flat_map(|site| level.hours_until(world, site, hours));
        let (total, bad) = sums(&sites.collect::<Vec<_>>());
        return (total > 0.0).then(|| 1.0 - bad / total);
    }
    let thousandths = thousandths(org["org_id"].as_str()?, level, hours)?;
    Some(f64::from(i32::try_from(thousandths).ok()?) / 1000.0)
}

/// A level of a customer in thousandths, the mean of some days.
fn thousandths(org_id: &str, level: &Level, (end, hours): Hours) -> Option<i64> {
    let days = hours.div_ceil(24);
    let of_day = |day: usize| {
        let mut random = Random::of(&format!("msp sle {org_id} {} {}", level.name, end / 24 + day));
        random.between(860, 990)
    };
    let sum = (0..days).map(of_day).sum::<i64>();
    sum.checked_div(i64::try_from(days).ok()?)
}

/// How many Marvis actions the organizations have in any state, by organization or status: those of the demo's own as they
/// are listed, and of each other one some that are open, and one that is resolved.
fn suggestions(call: &Call<'_>) -> Result<Answer, ApiError> {
    let limit = call.query.limit()?;
    let distinct = call.query.get("distinct").unwrap_or("org_id");
    let own = call.world.rows(&ACTIONS);
    let own = own
        .iter()
        .map(|action| (ORG_ID.to_owned(), action["status"].as_str().unwrap_or_default().to_owned()));
    let others = CUSTOMERS.iter().zip([9, 2, 4]).flat_map(|(customer, open)| {
        let states = std::iter::repeat_n("open", open).chain(["resolved"]);
        states.map(|status| (customer.id(), status.to_owned())).collect::<Vec<_>>()
    });
    let names = own.chain(others).map(|(org, status)| match distinct {
        "org_id" => Ok(org),
        "status" => Ok(status),
        other => Err(ApiError::bad_request(format!("distinct: \"{other}\" is not one of org_id, status"))),
    });
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for name in names.collect::<Result<Vec<_>, _>>()? {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts = counts.into_iter().collect::<Vec<_>>();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let total = counts.len();
    let buckets =
        counts.into_iter().take(limit).map(|(name, count)| json!({ distinct: name, "count": count }));
    let buckets = buckets.collect::<Vec<_>>();
    Ok(Answer::json(json!({ "distinct": distinct, "limit": limit, "total": total, "results": buckets })))
}
