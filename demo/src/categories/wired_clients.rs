//! Wired clients.

use serde_json::{Value, json};

use super::orgs_nac::staff_rule_id;
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/wired_clients/search", &CLIENTS),
    Route::search("/api/v1/sites/{site_id}/wired_clients/search", &CLIENTS),
    Route::count(
        "/api/v1/orgs/{org_id}/wired_clients/count",
        &CLIENTS,
        "mac device_mac port_id site_id type vlan",
    ),
    Route::count("/api/v1/sites/{site_id}/wired_clients/count", &CLIENTS, "mac port_id vlan device_mac"),
];

static CLIENTS: Collection = Collection::timed("wired clients", clients);

fn clients(world: &World) -> Vec<Value> {
    let clients = world.wired.iter().map(|client| {
        let switch = &world.devices[client.switch];
        json!({
            "mac": client.mac,
            "org_id": ORG_ID,
            "site_id": world.sites[client.site].id,
            "ip": [client.ip],
            "vlan": [client.vlan],
            "device_mac": [switch.mac],
            "port_id": [client.port],
            "device_mac_port": [{
                "device_mac": switch.mac, "port_id": client.port, "vlan": client.vlan, "ip": client.ip,
            }],
            "auth_method": if client.vlan == 20 { "eap" } else { "mac_auth" },
            "auth_state": "authenticated",
            "dhcp_hostname": client.hostname,
            "timestamp": world.ago(client.silent),
            "dhcp_fqdn": format!("{}.harbourandpine.example", client.hostname),
            "dhcp_client_identifier": format!("01{}", client.mac),
            "dhcp_vendor_class_identifier": client.manufacturer.to_lowercase(),
            "dhcp_request_params": "1,3,6,15,42",
            "~nacrule_id": (client.vlan == 20).then(staff_rule_id),
            "~manufacture": client.manufacturer,
            "~source": "lldp",
            "~type": "wired",
        })
    });
    clients.collect()
}
