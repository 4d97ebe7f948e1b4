//! WxLAN tunnels of access points.

use serde_json::{Value, json};

use super::record::record;
use crate::{
    engine::{Collection, Route},
    world::World,
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/sites/{site_id}/wxtunnels", &TUNNELS),
    Route::one("/api/v1/sites/{site_id}/wxtunnels/{wxtunnel_id}", &TUNNELS),
];

static TUNNELS: Collection = Collection::of("site wxtunnels", tunnels);

/// Logistics sites tunnel the scanners to the carrier's concentrator.
fn tunnels(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().filter(|site| site.plan.group == "Logistics").map(|site| {
        let session = json!({
            "remote_id": "scanners", "ethertype": "ethernet", "use_ap_as_session_ids": false, "local_session_id": 3030,
            "remote_session_id": 3030, "enable_cookie": false, "comment": "Scanners",
        });
        let more = json!({
            "site_id": site.id, "for_site": true, "for_mgmt": false, "is_static": false, "peers": ["198.51.100.81"],
            "mtu": 1400, "hello_interval": 60, "hello_retries": 7, "use_udp": true, "udp_port": 1701,
            "secret": "demo-secret-wxtunnel", "sessions": [session], "dmvpn": { "enabled": false },
        });
        record(world, "wxtunnel", &format!("{} scanners", site.plan.code), more)
    });
    rows.collect()
}
