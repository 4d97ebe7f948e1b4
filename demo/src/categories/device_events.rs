//! Device events.

use serde_json::{Value, json};

use super::{record::with, rrm_events::rrm_actions};
use crate::{
    engine::Collection,
    world::{Device, Kind, ORG_ID, Random, World},
};

/// Events of all devices in the last week.
pub(super) static EVENTS: Collection = Collection::timed("device events", events);

/// A sort of event: its type, its number, whether it warns, and what it says.
type Sort = (&'static str, u32, bool, &'static str);

const OF_ACCESS_POINTS: &[Sort] = &[
    ("AP_CONFIGURED", 1001, false, "Configuration applied"),
    ("AP_CONFIG_CHANGED_BY_RRM", 1002, false, "Radio settings changed"),
    ("AP_CLIENT_DENIED_ASSOCIATION", 1003, true, "A client was refused"),
    ("AP_PORT_UP", 1004, false, "Port eth0 is up at 1000 Mbps"),
    ("AP_GET_SUPPORT_FILES", 1005, false, "Support files collected"),
];

const OF_SWITCHES: &[Sort] = &[
    ("SW_CONFIGURED", 2001, false, "Configuration committed"),
    ("SW_PORT_UP", 2002, false, "Port is up"),
    ("SW_PORT_DOWN", 2003, true, "Port is down"),
    ("SW_STP_TOPO_CHANGED", 2004, false, "Spanning tree changed its shape"),
    ("SW_DOT1XD_USR_AUTHENTICATED", 2005, false, "A user signed in on a port"),
];

const OF_GATEWAYS: &[Sort] = &[
    ("GW_CONFIGURED", 3001, false, "Configuration committed"),
    ("GW_VPN_PATH_DOWN", 3002, true, "A path to the hub is down"),
    ("GW_VPN_PATH_UP", 3003, false, "A path to the hub is up again"),
    ("GW_DHCP_POOL_LOW", 3004, true, "The guest network is short of addresses"),
    ("GW_APPID_INSTALL_SUCCESS", 3005, false, "Application signatures installed"),
];

const WEEK: i64 = 7 * 86_400;

fn events(world: &World) -> Vec<Value> {
    let daily =
        world.devices.iter().flat_map(|device| (0..25).map(move |number| event(world, device, number)));
    let down = world.devices.iter().filter(|device| !device.connected).map(|device| {
        let (name, code) = match device.kind {
            Kind::AccessPoint => ("AP_DISCONNECTED", 1006),
            Kind::Switch => ("SW_DISCONNECTED", 2006),
            Kind::Gateway => ("GW_DISCONNECTED", 3006),
        };
        let lost = (name, code, true, "Lost contact with the cloud");
        described(world, device, lost, device.silent)
    });
    daily.chain(down).chain(rrm_actions(world)).collect()
}

fn event(world: &World, device: &Device, number: usize) -> Value {
    let mut random = Random::of(&format!("event {} {number}", device.mac));
    let sorts = match device.kind {
        Kind::AccessPoint => OF_ACCESS_POINTS,
        Kind::Switch => OF_SWITCHES,
        Kind::Gateway => OF_GATEWAYS,
    };
    let sort = *random.pick(sorts);
    // A device that is down has been silent since.
    let ago = random.between(60, WEEK).max(if device.connected { 0 } else { device.silent + 60 });
    let event = described(world, device, sort, ago);
    if sort.0.starts_with("SW_PORT") {
        return with(event, json!({ "port_id": format!("ge-0/0/{}", random.between(0, 20)) }));
    }
    event
}

/// An event with all that every event says.
pub(super) fn described(world: &World, device: &Device, (name, code, warns, text): Sort, ago: i64) -> Value {
    let site = world.site_of(device);
    let event = json!({
        "org_id": ORG_ID,
        "site_id": site.id,
        "site_name": site.name(),
        "type": name,
        "~type_code": code,
        "ev_type": if warns { "warn" } else { "notice" },
        "text": text,
        "timestamp": world.ago(ago),
        "mac": device.mac,
        "device_name": device.name,
        "device_type": device.kind.name(),
        "model": device.model,
        "version": device.version,
    });
    if device.kind == Kind::AccessPoint {
        return with(event, json!({ "ap": device.mac, "ap_name": device.name, "apfw": device.version }));
    }
    event
}
