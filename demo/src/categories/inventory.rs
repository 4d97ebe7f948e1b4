//! Inventory of the organization.

use serde_json::{Value, json};

use super::record;
use crate::{
    engine::{Collection, Route},
    world::{Device, ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/inventory", &INVENTORY),
    Route::search("/api/v1/orgs/{org_id}/inventory/search", &FOUND),
    Route::count("/api/v1/orgs/{org_id}/inventory/count", &FOUND, "model site_id sku status type version"),
];

pub(super) static INVENTORY: Collection = Collection::of("inventory", inventory);
static FOUND: Collection = Collection::of("inventory found", found);

fn sku(device: &Device) -> String {
    match device.kind {
        crate::world::Kind::AccessPoint => format!("{}-WW", device.model),
        _ => device.model.to_owned(),
    }
}

fn magic(device: &Device) -> String {
    let [first, second] = [&device.mac[6..9], &device.mac[9..]].map(str::to_uppercase);
    format!("DEMO{first}PINE{second}X")
}

fn inventory(world: &World) -> Vec<Value> {
    let devices = world.devices.iter().map(|device| {
        json!({
            "id": device.id,
            "org_id": ORG_ID,
            "site_id": world.site_of(device).id,
            "type": device.kind.name(),
            "mac": device.mac,
            "serial": device.serial,
            "model": device.model,
            "sku": sku(device),
            "name": device.name,
            "hostname": device.name,
            "connected": device.connected,
            "adopted": device.kind.name() != "ap",
            "magic": magic(device),
            "created_time": record::created(world),
            "modified_time": world.ago(device.uptime),
            "~unassigned": false,
            // No device is a member of a virtual chassis, so both values leave all of them.
            "~vc": [true, false],
            "~vc_mac": null,
            "~disconnected_time": (!device.connected).then(|| world.ago(device.silent)),
        })
    });
    devices.collect()
}

fn found(world: &World) -> Vec<Value> {
    let devices = world.devices.iter().map(|device| {
        json!({
            "org_id": ORG_ID,
            "site_id": world.site_of(device).id,
            "type": device.kind.name(),
            "mac": device.mac,
            "serial": device.serial,
            "model": device.model,
            "sku": sku(device),
            "name": device.name,
            "magic": magic(device),
            "master": true,
            "status": device.status(),
            "version": device.version,
        })
    });
    devices.collect()
}
