//! WxLAN tunnels of the organization.

use serde_json::{Value, json};

use super::record::record;
use crate::{
    engine::{Collection, Route},
    world::World,
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/wxtunnels", &TUNNELS),
    Route::one("/api/v1/orgs/{org_id}/wxtunnels/{wxtunnel_id}", &TUNNELS),
];

static TUNNELS: Collection = Collection::of("org wxtunnels", tunnels);

/// The tunnel to the data centre, where guests leave.
fn tunnels(world: &World) -> Vec<Value> {
    let session = json!({
        "remote_id": "guests", "ethertype": "ethernet", "use_ap_as_session_ids": false, "local_session_id": 4040,
        "remote_session_id": 4040, "enable_cookie": false, "comment": "Guests",
    });
    vec![record(
        world,
        "wxtunnel",
        "Guests to the data centre",
        json!({
            "for_site": false, "for_mgmt": false, "is_static": false, "peers": ["198.51.100.90"], "mtu": 1400, "hello_interval": 60,
            "hello_retries": 7, "use_udp": true, "udp_port": 1701, "secret": "demo-secret-org-wxtunnel", "sessions": [session],
            "dmvpn": { "enabled": false }, "ipsec": { "enabled": true, "psk": "demo-secret-org-wxtunnel-ipsec" },
        }),
    )]
}
