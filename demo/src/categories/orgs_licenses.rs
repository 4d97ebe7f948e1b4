//! Licenses and their usage.

use serde_json::{Map, Value, json};

use super::record;
use crate::{
    engine::{Call, Collection, Route, shown},
    world::{Kind, ORG_ID, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/orgs/{org_id}/licenses", licenses),
    Route::list("/api/v1/orgs/{org_id}/licenses/usages", &USAGES),
    Route::whole("/api/v1/orgs/{org_id}/claim/status", claim),
    Route::whole("/api/v1/sites/{site_id}/licenses/usages", site_usage),
];

pub(super) static LICENSES: Collection = Collection::of("licenses", bought);
static USAGES: Collection = Collection::of("license usages", usages);

/// How many licenses of a type are not used.
const SPARE: usize = 10;

/// Which license a kind of device takes.
pub(super) const TYPES: [(Kind, &str); 3] =
    [(Kind::AccessPoint, "SUB-MAN"), (Kind::Switch, "SUB-EX48"), (Kind::Gateway, "SUB-WAN1")];

fn used(world: &World, at: Option<usize>) -> Map<String, Value> {
    let used = TYPES.iter().map(|(kind, name)| {
        let devices = world.kind(*kind).filter(|device| at.is_none_or(|site| device.site == site));
        ((*name).to_owned(), devices.count().into())
    });
    used.collect()
}

/// What was bought.
fn bought(world: &World) -> Vec<Value> {
    let licenses = TYPES.iter().map(|(kind, name)| {
        json!({
            "id": uuid(&format!("license {name}")),
            "org_id": ORG_ID,
            "type": name,
            "quantity": world.kind(*kind).count() + SPARE,
            "remaining_quantity": SPARE,
            "subscription_id": format!("DEMO-{name}"),
            "order_id": "DEMO-00001",
            "start_time": record::created(world),
            "end_time": world.ago(-120 * 86_400),
            "created_time": record::created(world),
            "modified_time": record::created(world),
        })
    });
    licenses.collect()
}

/// How many licenses of each type there are.
fn entitled(world: &World) -> Map<String, Value> {
    let mut entitled = Map::new();
    for license in world.rows(&LICENSES).iter() {
        let (Some(name), Some(quantity)) = (license.get("type"), license.get("quantity")) else { continue };
        let (Some(name), Some(quantity)) = (name.as_str(), quantity.as_u64()) else { continue };
        let sum = entitled.get(name).and_then(Value::as_u64).unwrap_or_default().saturating_add(quantity);
        entitled.insert(name.to_owned(), sum.into());
    }
    entitled
}

pub(super) fn licenses(call: &Call<'_>) -> Value {
    let world = call.world;
    let licenses = world.rows(&LICENSES).iter().map(shown).collect::<Vec<_>>();
    json!({
        "licenses": licenses, "amendments": [], "entitled": entitled(world), "summary": used(world, None),
        "usages": used(world, None), "fully_loaded": used(world, None),
    })
}

fn site_usage(call: &Call<'_>) -> Value {
    let world = call.world;
    json!({
        "org_entitled": entitled(world), "usages": used(world, world.site(call.hole("site_id")).map(|site| site.index)),
        "trial_enabled": false, "svna_enabled": false, "vna_eligible": true, "vna_ui": true, "wvna_eligible": true,
    })
}

fn usages(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        let devices = world.devices.iter().filter(|device| device.site == site.index).count();
        let used = used(world, Some(site.index));
        json!({ "site_id": site.id, "num_devices": devices, "usages": used, "summary": used, "fully_loaded": used })
    });
    sites.collect()
}

fn claim(call: &Call<'_>) -> Value {
    let devices = call.world.kind(Kind::Switch).map(|switch| switch.mac.as_str()).collect::<Vec<_>>();
    json!({
        "status": "done", "scheduled_at": call.world.ago(7200), "timestamp": call.world.ago(7100), "total": devices.len(),
        "processed": devices.len(), "succeed": devices.len(), "failed": 0, "completed": devices, "incompleted": [],
    })
}
