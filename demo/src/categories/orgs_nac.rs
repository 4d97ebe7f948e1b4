//! Network access control (NAC): rules, tags, known endpoints and client events.

use serde_json::{Value, json};

use super::{
    record::{self, record, with},
    sso,
};
use crate::{
    engine::{Collection, Route},
    world::{Client, ORG_ID, Random, World, uuid},
};

const CLIENT_FIELDS: &str = "type ap auth_type device_mac edr_managed edr_providers edr_provider edr_status family hostname idp_id mfg \
    mdm_compliance mdm_managed mdm_provider model mxedge_id nacrule_matched nacrule_name nacrule_id nas_ip nas_vendor os \
    site_id ssid status usermac_label username vlan";
const EVENT_FIELDS: &str = "type ap auth_type dryrun_nacrule_id mac nacrule_id nas_vendor ssid username vlan";

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/nacrules", &RULES),
    Route::one("/api/v1/orgs/{org_id}/nacrules/{nacrule_id}", &RULES),
    Route::pages("/api/v1/orgs/{org_id}/nactags", &TAGS),
    Route::one("/api/v1/orgs/{org_id}/nactags/{nactag_id}", &TAGS),
    Route::pages("/api/v1/orgs/{org_id}/usermacs/search", &MACHINES),
    Route::one("/api/v1/orgs/{org_id}/usermacs/{usermac_id}", &MACHINES),
    // Mist's document has the labelled clients themselves here.
    Route::search_with(
        "/api/v1/orgs/{org_id}/usermacs/count",
        &MACHINES,
        &["start", "end", "limit", "total"],
    )
    .requiring(&["distinct"]),
    Route::search("/api/v1/orgs/{org_id}/nac_clients/search", &CLIENTS),
    Route::search("/api/v1/sites/{site_id}/nac_clients/search", &CLIENTS),
    Route::count("/api/v1/orgs/{org_id}/nac_clients/count", &CLIENTS, CLIENT_FIELDS),
    Route::count("/api/v1/sites/{site_id}/nac_clients/count", &CLIENTS, CLIENT_FIELDS),
    Route::search("/api/v1/orgs/{org_id}/nac_clients/events/search", &EVENTS),
    Route::search("/api/v1/sites/{site_id}/nac_clients/events/search", &EVENTS),
    Route::count("/api/v1/orgs/{org_id}/nac_clients/events/count", &EVENTS, EVENT_FIELDS),
    Route::count("/api/v1/sites/{site_id}/nac_clients/events/count", &EVENTS, EVENT_FIELDS),
    Route::search("/api/v1/sites/{site_id}/insights/fingerprints/search", &FINGERPRINTS),
    Route::count(
        "/api/v1/sites/{site_id}/insights/fingerprints/count",
        &FINGERPRINTS,
        "family model os os_type",
    ),
];

static RULES: Collection = Collection::of("nac rules", rules);
static TAGS: Collection = Collection::of("nac tags", tags);
static MACHINES: Collection = Collection::of("usermacs", machines);
static CLIENTS: Collection = Collection::timed("nac clients", clients);
static EVENTS: Collection = Collection::timed("nac events", events);
static FINGERPRINTS: Collection = Collection::timed("fingerprints", fingerprints);

const RULE: &str = "Staff with certificates";

/// The id of the rule that lets the staff in.
pub(super) fn staff_rule_id() -> String {
    record::id("nac rule", RULE)
}

fn rules(world: &World) -> Vec<Value> {
    vec![
        record(
            world,
            "nac rule",
            RULE,
            json!({
                "action": "allow", "enabled": true, "order": 0, "matching": { "auth_type": "eap-tls", "port_types": ["wireless", "wired"] },
                "apply_tags": [record::id("nac tag", "Staff VLAN")],
            }),
        ),
        record(
            world,
            "nac rule",
            "Everybody else",
            json!({ "action": "block", "enabled": true, "order": 1 }),
        ),
    ]
}

fn tags(world: &World) -> Vec<Value> {
    vec![
        record(world, "nac tag", "Staff VLAN", json!({ "type": "vlan", "vlan": "20" })),
        record(
            world,
            "nac tag",
            "Company certificate",
            json!({ "type": "match", "match": "cert_issuer", "values": ["Harbour & Pine CA"] }),
        ),
    ]
}

fn machines(world: &World) -> Vec<Value> {
    let printers = world.wired.iter().filter(|client| client.vlan == 50).take(12);
    let rows = printers.map(|client| json!({
        "id": uuid(&format!("usermac {}", client.mac)), "mac": client.mac, "name": client.hostname, "labels": ["things"], "vlan": "50",
    }));
    rows.collect()
}

/// The clients who sign in with a certificate.
fn signed_in(world: &World) -> impl Iterator<Item = &Client> {
    world.clients.iter().filter(|client| client.username.is_some())
}

fn clients(world: &World) -> Vec<Value> {
    let rows = signed_in(world).map(|client| {
        let (ap, wlan) = (&world.devices[client.ap].mac, world.wlans[client.wlan].ssid);
        let rule = staff_rule_id();
        let row = json!({
            "mac": client.mac, "org_id": ORG_ID, "site_id": world.sites[client.site].id, "type": "wireless", "auth_type": "eap-tls",
            "ap": [ap], "last_ap": ap, "ssid": [wlan], "last_ssid": wlan, "vlan": ["20"], "last_vlan": 20,
            "username": [client.username], "last_username": client.username, "client_ip": [client.ip], "last_client_ip": client.ip,
            "nacrule_matched": true, "nacrule_id": [rule], "last_nacrule_id": rule, "nacrule_name": [RULE], "last_nacrule_name": RULE,
            "nas_vendor": ["juniper-mist"], "last_nas_vendor": "juniper-mist", "random_mac": "false",
            "last_status": if client.present() { "session_started" } else { "session_stopped" },
            "timestamp": world.ago(client.silent),
            "~status": if client.present() { "session_started" } else { "session_stopped" },
            "~hostname": client.hostname, "~family": client.hardware.family, "~model": client.hardware.model, "~os": client.hardware.os,
            "~mfg": client.hardware.manufacturer, "~last_vlan_id": "20",
        });
        with(with(row, posture(world, client)), identity(world, client))
    });
    rows.collect()
}

/// What is known of the machine: its certificate, who manages it, and whether it is well.
fn posture(world: &World, client: &Client) -> Value {
    let mut random = Random::of(&format!("posture {}", client.mac));
    let managed = random.chance(85);
    let compliance = if random.chance(90) { "compliant" } else { "not compliant" };
    let expires_in = random.between(4, 360) * 86_400;
    let provider = if client.hardware.manufacturer == "Apple" { "jamf" } else { "intune" };
    let status = if random.chance(92) { "crowdstrike_low" } else { "crowdstrike_medium" };
    json!({
        "last_cert_expiry": world.ago(-expires_in), "~cert_expires_in": expires_in,
        "edr_managed": managed, "edr_providers": ["crowdstrike"], "edr_status": [status], "~edr_provider": "crowdstrike",
        "~mdm_managed": managed, "~mdm_provider": managed.then_some(provider), "~mdm_compliance": managed.then_some(compliance),
        "~mdm_compliance_status": managed.then_some(compliance),
    })
}

/// Who the client says that it is, and where it said so.
fn identity(world: &World, client: &Client) -> Value {
    json!({
        "idp_id": sso::directory_id(), "idp_role": ["staff"], "~idp_username": client.username,
        "~nas_ip": world.devices[client.ap].ip, "~ingress_vlan": "10", "~usermac_label": null,
    })
}

fn events(world: &World) -> Vec<Value> {
    let sorts = ["NAC_CLIENT_CERT_CHECK_SUCCESS", "NAC_CLIENT_PERMIT", "NAC_SESSION_STARTED"];
    let rows = signed_in(world).flat_map(|client| (0..).zip(sorts).map(move |(second, name)| with(json!({
        "type": name, "mac": client.mac, "org_id": ORG_ID, "site_id": world.sites[client.site].id, "ap": world.devices[client.ap].mac,
        "bssid": client.radio.mac, "ssid": world.wlans[client.wlan].ssid, "username": client.username, "auth_type": "eap-tls",
        "client_type": "wireless", "port_type": "wireless", "nacrule_id": staff_rule_id(), "nacrule_matched": true,
        "nas_vendor": "juniper-mist", "random_mac": "false", "vlan": "20",
        "resp_attrs": ["Tunnel-Private-Group-ID=20"], "~dryrun_nacrule_id": null, "~dryrun_nacrule_matched": false,
        "timestamp": world.ago(client.silent + client.connected_for - second),
    }), identity(world, client))));
    rows.collect()
}

fn fingerprints(world: &World) -> Vec<Value> {
    let rows = world.clients.iter().map(|client| json!({
        "mac": client.mac, "org_id": ORG_ID, "site_id": world.sites[client.site].id, "family": client.hardware.family,
        "mfg": client.hardware.manufacturer, "model": client.hardware.model, "os": client.hardware.os,
        "os_type": client.hardware.os, "random_mac": client.random_mac, "timestamp": world.ago(client.silent),
        "~client_type": "wireless",
    }));
    rows.collect()
}
