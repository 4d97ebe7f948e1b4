//! Devices of other vendors: cellular routers.

use serde_json::{Map, Value, json};

use super::record;
use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World, mac, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/otherdevices", &ROUTERS),
    Route::one_by("/api/v1/orgs/{org_id}/otherdevices/{device_mac}", &ROUTERS, "mac"),
    Route::search("/api/v1/orgs/{org_id}/otherdevices/events/search", &EVENTS),
    Route::count("/api/v1/orgs/{org_id}/otherdevices/events/count", &EVENTS, "mac site_id type vendor"),
    Route::pages("/api/v1/sites/{site_id}/otherdevices", &ROUTERS),
    Route::search("/api/v1/sites/{site_id}/otherdevices/events/search", &EVENTS),
    Route::count("/api/v1/sites/{site_id}/otherdevices/events/count", &EVENTS, "mac site_id type vendor"),
    Route::one_by("/api/v1/orgs/{org_id}/stats/otherdevices/{device_mac}", &STATS, "mac"),
];

static ROUTERS: Collection = Collection::of("other devices", routers);
static EVENTS: Collection = Collection::timed("other device events", events);
static STATS: Collection = Collection::of("other device stats", stats);

const VENDOR: &str = "cradlepoint";

/// Where they stand, by the site's code, and which.
const PLAN: &[(&str, &str, &str)] =
    &[("LDS", "E3000", "EE"), ("CHI", "E300", "AT&T"), ("SYD", "R1900", "Telstra")];

/// A cellular router, and the gateway that it backs.
struct Router<'w> {
    gateway: &'w Device,
    site_id: &'w str,
    name: String,
    mac: String,
    model: &'static str,
    carrier: &'static str,
    uptime: i64,
}

fn planned(world: &World) -> Vec<Router<'_>> {
    let routers = PLAN.iter().filter_map(|(code, model, carrier)| {
        let gateway = world.kind(Kind::Gateway).find(|gateway| world.site_of(gateway).plan.code == *code)?;
        let name = format!("{code}-LTE-01");
        Some(Router {
            gateway,
            site_id: &world.site_of(gateway).id,
            mac: mac("003044", &name),
            model,
            carrier,
            uptime: Random::of(&name).between(8, 60) * 86_400,
            name,
        })
    });
    routers.collect()
}

fn routers(world: &World) -> Vec<Value> {
    let rows = planned(world).into_iter().map(|router| {
        let serial = format!("WA{:08}", Random::of(&router.mac).between(10_000_000, 99_999_999));
        json!({
            "id": record::id("other device", &router.name), "org_id": ORG_ID, "site_id": router.site_id,
            "name": router.name, "mac": router.mac, "serial": serial, "model": router.model, "vendor": VENDOR,
            "device_mac": router.gateway.mac, "vendor_api_id": uuid(VENDOR), "state": "online",
            "created_time": record::created(world), "modified_time": world.ago(router.uptime),
        })
    });
    rows.collect()
}

fn events(world: &World) -> Vec<Value> {
    let sorts = [
        ("CRADLEPOINT_WAN_UP", "The cellular connection is up", 0),
        ("CRADLEPOINT_WAN_DOWN", "The cellular connection was lost", 240),
        ("CRADLEPOINT_CONNECTED", "The router is online", 40_000),
        ("CRADLEPOINT_DISCONNECTED", "The router is offline", 40_300),
    ];
    let rows = planned(world).into_iter().flat_map(|router| {
        let ago = Random::of(&format!("events {}", router.mac)).between(3_600, 40_000);
        sorts.map(|(name, text, before)| {
            json!({
                "org_id": ORG_ID, "site_id": router.site_id, "mac": router.mac, "device_mac": router.gateway.mac,
                "vendor": VENDOR, "type": name, "text": text, "timestamp": world.ago(ago + before),
                "~model": router.model,
            })
        })
    });
    rows.collect()
}

fn stats(world: &World) -> Vec<Value> {
    let rows = planned(world).into_iter().map(|router| {
        let mut random = Random::of(&format!("stats {}", router.mac));
        let modem = json!({
            "type": "mdm", "mode": "wan", "display_name": "Internal modem", "carrier": router.carrier, "service_mode": "LTE",
            "state": "READY", "link": true, "ip": format!("100.64.{}.7", router.gateway.site + 1), "mtu": 1428,
            "imei": format!("35{:013}", random.between(1, 9_999_999_999)), "imsi": format!("00101{:010}", random.between(1, 9_999_999_999)),
            "rssi": random.between(-80, -60), "rsrp": random.between(-110, -85), "rsrq": random.between(-15, -8),
            "sinr": random.fraction(2, 18), "bytes_in": random.between(1 << 24, 1 << 32), "bytes_out": random.between(1 << 22, 1 << 30),
            "uptime": router.uptime / 3,
        });
        let lan = json!({
            "type": "ethernet", "mode": "lan", "display_name": "LAN", "service_mode": "Ethernet", "link": true, "ip": "192.168.0.1",
            "port_parent": "LAN", "bytes_in": random.between(1 << 22, 1 << 30), "bytes_out": random.between(1 << 24, 1 << 32),
            "uptime": router.uptime,
        });
        let gateway = json!({
            "mac": router.gateway.mac, "name": router.gateway.name, "port_id": "ge-0/0/1", "type": "gateway",
        });
        json!({
            "mac": router.mac, "vendor": VENDOR, "version": "7.25.40", "status": "online", "config_status": "synched",
            "uptime": router.uptime, "last_seen": world.ago(45), "last_config": world.ago(router.uptime), "lldp_enabled": true,
            "cached_stats": false, "connected_devices": Map::from_iter([(router.gateway.mac.clone(), gateway)]),
            "vendor_specific": { "target_version": "7.25.40", "interfaces": { "mdm-1": modem, "ethernet-lan": lan } },
        })
    });
    rows.collect()
}
