//! Wireless clients, their sessions and events.

use serde_json::{Value, json};

use super::{
    orgs_nac,
    record::{self, with},
};
use crate::{
    engine::{Collection, Route},
    world::{Client, ORG_ID, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/clients/search", &CLIENTS),
    Route::search("/api/v1/sites/{site_id}/clients/search", &CLIENTS),
    Route::count(
        "/api/v1/orgs/{org_id}/clients/count",
        &CLIENTS,
        "device ap hostname ip mac model os ssid vlan",
    ),
    Route::count(
        "/api/v1/sites/{site_id}/clients/count",
        &CLIENTS,
        "device ap hostname ip model os ssid vlan",
    ),
    Route::search("/api/v1/orgs/{org_id}/clients/sessions/search", &SESSIONS),
    Route::search("/api/v1/sites/{site_id}/clients/sessions/search", &SESSIONS),
    Route::count(
        "/api/v1/orgs/{org_id}/clients/sessions/count",
        &SESSIONS,
        "device ap hostname ip model os ssid vlan",
    ),
    Route::count(
        "/api/v1/sites/{site_id}/clients/sessions/count",
        &SESSIONS,
        "mac ap client_family client_manufacture client_model client_os ssid wlan_id",
    ),
    Route::search("/api/v1/orgs/{org_id}/clients/events/search", &EVENTS),
    Route::count(
        "/api/v1/orgs/{org_id}/clients/events/count",
        &EVENTS,
        "type band channel proto ssid wlan_id",
    ),
    Route::search("/api/v1/sites/{site_id}/clients/events/search", &EVENTS),
    Route::count(
        "/api/v1/sites/{site_id}/clients/events/count",
        &EVENTS,
        "type band channel proto ssid wlan_id",
    ),
    Route::paged_search_with_total("/api/v1/sites/{site_id}/clients/{client_mac}/events", &EVENTS),
];

static CLIENTS: Collection = Collection::timed("clients", clients);
static SESSIONS: Collection = Collection::timed("sessions", sessions);
static EVENTS: Collection = Collection::timed("client events", events);

fn clients(world: &World) -> Vec<Value> {
    world.clients.iter().map(|client| row(world, client)).collect()
}

fn row(world: &World, client: &Client) -> Value {
    let (ap, wlan, hardware) = (&world.devices[client.ap], &world.wlans[client.wlan], client.hardware);
    let site = &world.sites[client.site].id;
    let mut row = json!({
        "mac": client.mac,
        "org_id": ORG_ID,
        "site_id": site,
        "site_ids": [site],
        "ap": [ap.mac],
        "last_ap": ap.mac,
        "band": client.radio.band,
        "protocol": hardware.protocol,
        "ssid": [wlan.ssid],
        "last_ssid": wlan.ssid,
        "wlan_id": [wlan.id],
        "last_wlan_id": wlan.id,
        "vlan": [wlan.vlan],
        "last_vlan": wlan.vlan,
        "hostname": [client.hostname],
        "last_hostname": client.hostname,
        "ip": [client.ip],
        "last_ip": client.ip,
        "device": [hardware.family],
        "last_device": hardware.family,
        "model": hardware.model,
        "last_model": hardware.model,
        "mfg": hardware.manufacturer,
        "os": [hardware.os],
        "last_os": hardware.os,
        "os_version": [hardware.os_version],
        "last_os_version": hardware.os_version,
        "random_mac": client.random_mac,
        "ftc": false,
        "timestamp": world.ago(client.silent),
    });
    if let Some(username) = &client.username {
        row = with(row, json!({ "username": [username], "last_username": username }));
    }
    if let Some((id, name)) = psk(world, client) {
        row = with(
            row,
            json!({ "psk_id": [id], "last_psk_id": id, "psk_name": [name], "last_psk_name": name }),
        );
    }
    row
}

/// The id and name of the key that a client came in with.
fn psk(world: &World, client: &Client) -> Option<(String, String)> {
    let name = match world.wlans[client.wlan].ssid {
        "Pine Scanners" => "Forklift terminals".to_owned(),
        "Pine Things" => format!("{} label printers", world.sites[client.site].plan.code),
        _ => return None,
    };
    Some((record::id("psk", &name), name))
}

/// Each client's stays: the last one, and one on each of some days before.
fn sessions(world: &World) -> Vec<Value> {
    world.clients.iter().flat_map(|client| (0..3).map(move |day| session(world, client, day))).collect()
}

fn session(world: &World, client: &Client, day: i64) -> Value {
    let (ap, wlan, hardware) = (&world.devices[client.ap], &world.wlans[client.wlan], client.hardware);
    let left = client.silent + day * 86_400;
    json!({
        "mac": client.mac,
        "org_id": ORG_ID,
        "site_id": world.sites[client.site].id,
        "ap": ap.mac,
        "band": client.radio.band,
        "ssid": wlan.ssid,
        "wlan_id": wlan.id,
        "client_manufacture": hardware.manufacturer,
        "connect": world.ago(left + client.connected_for),
        "disconnect": world.ago(left),
        "duration": client.connected_for,
        "timestamp": world.ago(left),
        "tags": ["disassociate"],
        "~client_family": hardware.family,
        "~client_model": hardware.model,
        "~client_os": hardware.os,
        "~client_username": client.username,
        "~device": hardware.family,
        "~model": hardware.model,
        "~os": hardware.os,
        "~hostname": client.hostname,
        "~ip": client.ip,
        "~vlan": wlan.vlan,
        "~psk_id": psk(world, client).map(|(id, _)| id),
        "~psk_name": psk(world, client).map(|(_, name)| name),
    })
}

/// What happens when a client comes: in this order, seconds apart.
const ARRIVAL: &[(&str, u32, &str)] = &[
    ("MARVIS_EVENT_CLIENT_AUTH_ASSOCIATION", 9, "Status code 0 \"Successful\""),
    ("MARVIS_EVENT_CLIENT_AUTHENTICATED", 20, "Authorized"),
    ("CLIENT_IP_ASSIGNED", 32, "Address assigned by DHCP"),
];

/// What sometimes goes wrong.
const TROUBLE: &[(&str, u32, &str)] = &[
    ("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 44, "No offer from 10.11.10.2 within 5 seconds"),
    ("MARVIS_DNS_FAILURE", 47, "The name server did not answer"),
    ("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 15, "Reason code 15 \"4-way handshake timeout\""),
];

fn events(world: &World) -> Vec<Value> {
    let happened = world.clients.iter().flat_map(|client| {
        let arrived = client.silent + client.connected_for;
        let mut random = Random::of(&format!("trouble {}", client.mac));
        let arrival =
            (0..).zip(ARRIVAL).map(move |(second, sort)| event(world, client, *sort, arrived - second));
        let trouble = random.chance(20).then(|| event(world, client, *random.pick(TROUBLE), arrived + 4));
        arrival.chain(trouble)
    });
    happened.collect()
}

fn event(world: &World, client: &Client, (name, code, text): (&str, u32, &str), ago: i64) -> Value {
    let (ap, wlan) = (&world.devices[client.ap], &world.wlans[client.wlan]);
    let mut event = json!({
        "timestamp": world.ago(ago),
        "type": name,
        "type_code": code,
        "text": text,
        "ap": ap.mac,
        "bssid": client.radio.mac,
        "band": client.radio.band,
        "channel": client.radio.channel,
        "proto": client.hardware.protocol,
        "ssid": wlan.ssid,
        "wlan_id": wlan.id,
        "~site_id": world.sites[client.site].id,
        "~mac": client.mac,
        "~client_mac": client.mac,
        "~nacrule_id": (wlan.auth == "eap").then(orgs_nac::staff_rule_id),
        "~reason_code": if code == 15 { 15 } else { 0 },
    });
    if let Some(key) = wlan.key_management() {
        event["key_mgmt"] = key.into();
    }
    event
}
