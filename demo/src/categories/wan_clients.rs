//! WAN clients.

use serde_json::{Value, json};

use super::orgs_wan::network_of;
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, World, uuid, written},
};

const EVENT_FIELDS: &str = "type hostname ip mac mfg";

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/wan_clients/search", &CLIENTS),
    Route::search("/api/v1/sites/{site_id}/wan_clients/search", &CLIENTS),
    Route::count("/api/v1/orgs/{org_id}/wan_clients/count", &CLIENTS, "mac hostname ip mfg network"),
    Route::count("/api/v1/sites/{site_id}/wan_clients/count", &CLIENTS, "mac hostname ip mfg"),
    Route::search("/api/v1/orgs/{org_id}/wan_clients/events/search", &EVENTS),
    Route::search("/api/v1/sites/{site_id}/wan_clients/events/search", &EVENTS),
    // Mist leaves the s out of the paths of these counts.
    Route::count("/api/v1/orgs/{org_id}/wan_client/events/count", &EVENTS, EVENT_FIELDS),
    Route::count("/api/v1/sites/{site_id}/wan_client/events/count", &EVENTS, EVENT_FIELDS),
];

static CLIENTS: Collection = Collection::timed("wan clients", clients);
static EVENTS: Collection = Collection::timed("wan client events", events);

/// How long a lease lasts, and after how much of it the client renews it, in seconds.
const LEASE: i64 = 86_400;
const RENEWAL: i64 = LEASE / 2;

/// The id that a gateway gives a client.
fn id(mac: &str) -> String {
    uuid(&format!("wan client {mac}"))
}

/// How long ago each cabled client got its lease, counted from when it was last seen.
fn leased(mac: &str) -> i64 {
    let digits = i64::from_str_radix(&mac[6..], 16).unwrap_or_default();
    600 + digits % (RENEWAL - 600)
}

fn clients(world: &World) -> Vec<Value> {
    let rows = world.wired.iter().map(|client| {
        let start = client.silent + leased(&client.mac);
        json!({
            "wcid": id(&client.mac),
            "org_id": ORG_ID,
            "site_id": world.sites[client.site].id,
            "hostname": [client.hostname],
            "last_hostname": client.hostname,
            "ip": [client.ip],
            "last_ip": client.ip,
            "ip_src": "dhcp",
            "mfg": client.manufacturer,
            "network": network_of(client.vlan),
            "dhcp_start_time": world.ago(start),
            "dhcp_expire_time": world.ago(start - LEASE),
            "timestamp": world.ago(client.silent),
            "~mac": client.mac,
        })
    });
    rows.collect()
}

/// The lease of each client, and the one before it.
fn events(world: &World) -> Vec<Value> {
    let rows = world.wired.iter().flat_map(|client| {
        let leased = client.silent + leased(&client.mac);
        let renewal = ("CLIENT_DHCP_RENEWED", format!("Lease of {} renewed", client.ip), leased);
        let first =
            ("CLIENT_IP_ASSIGNED", format!("Lease of {} given by the gateway", client.ip), leased + RENEWAL);
        [renewal, first].map(|(name, text, ago)| {
            json!({
                "wcid": id(&client.mac),
                "org_id": ORG_ID,
                "site_id": world.sites[client.site].id,
                "ev_type": name,
                "text": text,
                "random_mac": false,
                "metadata": { "network": network_of(client.vlan), "lease": LEASE },
                "When": written(world.ago(ago)),
                "~timestamp": world.ago(ago),
                "~type": name,
                "~mac": client.mac,
                "~hostname": client.hostname,
                "~ip": client.ip,
                "~mfg": client.manufacturer,
                "~nacrule_id": null,
            })
        })
    });
    rows.collect()
}
