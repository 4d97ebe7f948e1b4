//! WAN statistics: BGP, tunnels and VPN peers.

use serde_json::{Value, json};

use super::{
    mxedges,
    orgs_wan::{CARRIER, CARRIER_AS, CLOUD_TUNNEL, CLOUD_TUNNEL_HOST, LOCAL_AS},
    record::{self, with},
};
use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/stats/bgp_peers/search", &BGP),
    Route::count(
        "/api/v1/orgs/{org_id}/stats/bgp_peers/count",
        &BGP,
        BGP_COUNTED,
    ),
    Route::search("/api/v1/sites/{site_id}/stats/bgp_peers/search", &BGP),
    Route::count("/api/v1/sites/{site_id}/stats/bgp_peers/count", &BGP, BGP_COUNTED),
    Route::search("/api/v1/orgs/{org_id}/stats/tunnels/search", &TUNNELS)
        .with_defaults(&[("type", "wxtunnel"), ("duration", "5m")]),
    Route::count(
        "/api/v1/orgs/{org_id}/stats/tunnels/count",
        &TUNNELS,
        "wxtunnel_id tunnel_name mxedge_id ap auth_algo encrypt_algo ike_version ip last_event mac mxcluster_id node peer_host \
         peer_ip peer_mxedge_id protocol remote_ip remote_port site_id state up",
    )
    .with_defaults(&[("type", "wxtunnel")]),
    Route::search("/api/v1/orgs/{org_id}/stats/vpn_peers/search", &VPN),
    Route::count(
        "/api/v1/orgs/{org_id}/stats/vpn_peers/count",
        &VPN,
        "mac site_id type port_id peer_mac peer_port_id peer_site_id router_name up is_active",
    ),
];

/// The fields that BGP sessions are counted by.
const BGP_COUNTED: &str =
    "state site_id mac neighbor neighbor_mac neighbor_as local_as vrf_name node up evpn_overlay for_overlay";

pub(super) static BGP: Collection = Collection::timed("bgp peers", bgp);
pub(super) static TUNNELS: Collection = Collection::of("tunnels", tunnels);
pub(super) static VPN: Collection = Collection::of("vpn peers", vpn);

/// The gateway of the first site, where the others meet, and those others.
pub(super) fn hub_and_spokes(world: &World) -> (Option<&Device>, Vec<&Device>) {
    let mut gateways = world.kind(Kind::Gateway);
    (gateways.next(), gateways.collect())
}

/// The two ends of each VPN path, seen from either end.
fn pairs(world: &World) -> Vec<(&Device, &Device)> {
    let (hub, spokes) = hub_and_spokes(world);
    let hub = hub.into_iter();
    hub.flat_map(|hub| spokes.iter().flat_map(move |spoke| [(hub, *spoke), (*spoke, hub)])).collect()
}

/// Inside the VPN, gateways have addresses of `10.224.0.0/12`.
fn overlay_ip(gateway: &Device) -> String {
    format!("10.224.0.{}", gateway.site + 1)
}

fn bgp(world: &World) -> Vec<Value> {
    // The carrier of the youngest store does not answer, the VPN runs without it.
    let silent = world.sites.last().map(|site| site.index);
    let carrier = world.kind(Kind::Gateway).map(|gateway| {
        let up = Some(gateway.site) != silent && gateway.connected;
        with(
            peer(world, gateway, CARRIER, up),
            json!({
                "neighbor": CARRIER, "neighbor_as": CARRIER_AS, "for_overlay": false,
            }),
        )
    });
    let overlay = pairs(world).into_iter().map(|(gateway, other)| {
        with(peer(world, gateway, &other.mac, gateway.connected && other.connected), json!({
            "neighbor": overlay_ip(other), "neighbor_as": LOCAL_AS, "neighbor_mac": other.mac, "for_overlay": true,
        }))
    });
    carrier.chain(overlay).collect()
}

fn peer(world: &World, gateway: &Device, neighbor: &str, up: bool) -> Value {
    let mut random = Random::of(&format!("bgp {} {neighbor}", gateway.mac));
    let up_or_none = |number: i64| if up { number } else { 0 };
    json!({
        "org_id": ORG_ID, "site_id": world.site_of(gateway).id, "mac": gateway.mac, "model": gateway.model, "node": "node0",
        "local_as": LOCAL_AS, "vrf_name": "default", "evpn_overlay": false, "up": up, "state": if up { "established" } else { "active" },
        "uptime": up_or_none(gateway.uptime / 2), "rx_routes": up_or_none(random.between(6, 40)), "tx_routes": up_or_none(6),
        "rx_pkts": random.between(10_000, 90_000), "tx_pkts": random.between(10_000, 90_000),
        "timestamp": world.ago(random.between(20, 290)),
    })
}

fn tunnels(world: &World) -> Vec<Value> {
    to_the_edge(world).into_iter().chain(to_the_cloud(world)).collect()
}

/// The tunnels of Leeds' access points to the Mist Edge there.
fn to_the_edge(world: &World) -> Vec<Value> {
    let rows = world.access_points(0).map(|ap| {
        let mut random = Random::of(&format!("wxtunnel {}", ap.mac));
        let (local, remote) = (random.between(1000, 60_000), random.between(1000, 60_000));
        let tunnel = record::id("mxtunnel", mxedges::TUNNEL);
        json!({
            "org_id": ORG_ID, "site_id": world.site_of(ap).id, "for_site": false, "ap": ap.mac, "mxedge_id": mxedges::edge_id(),
            "mxcluster_id": mxedges::cluster_id(), "mxtunnel_id": tunnel, "remote_ip": mxedges::HOST, "remote_port": 1701,
            "mtu": 1300, "state": if ap.connected { "established_with_sessions" } else { "idle" }, "start_time": world.ago(ap.uptime / 3), "last_seen": world.ago(ap.silent),
            "sessions": [{ "local_sid": local, "remote_sid": remote, "remote_id": "vlan40", "state": "established" }],
            "~wxtunnel_id": null, "~type": "wxtunnel", "~timestamp": world.ago(ap.silent), "~peer_mxedge_id": null,
        })
    });
    rows.collect()
}

/// The tunnels of the branches to the security service that their template names.
fn to_the_cloud(world: &World) -> Vec<Value> {
    let (_, spokes) = hub_and_spokes(world);
    let rows = spokes.into_iter().map(|gateway| {
        let mut random = Random::of(&format!("wan tunnel {}", gateway.mac));
        json!({
            "org_id": ORG_ID, "site_id": world.site_of(gateway).id, "mac": gateway.mac, "node": "node0", "tunnel_name": CLOUD_TUNNEL,
            "protocol": "ipsec", "ip": world.site_of(gateway).external_ip(), "peer_ip": CLOUD_TUNNEL_HOST,
            "peer_host": CLOUD_TUNNEL_HOST, "wan_name": "wan0", "priority": "primary", "ike_version": "2", "auth_algo": "sha2",
            "encrypt_algo": "aes256", "up": gateway.connected, "uptime": if gateway.connected { gateway.uptime / 4 } else { 0 },
            "last_event": if gateway.connected { "Tunnel established" } else { "Peer does not answer" },
            "rx_bytes": random.between(1 << 24, 1 << 36), "tx_bytes": random.between(1 << 24, 1 << 36),
            "rx_pkts": random.between(1 << 16, 1 << 28), "tx_pkts": random.between(1 << 16, 1 << 28),
            "~type": "wan", "~timestamp": world.ago(gateway.silent),
        })
    });
    rows.collect()
}

fn vpn(world: &World) -> Vec<Value> {
    let rows = pairs(world).into_iter().map(|(gateway, other)| {
        let latency = latency(world, gateway, other);
        let mut random = Random::of(&format!("vpn {} {}", gateway.mac, other.mac));
        let up = gateway.connected && other.connected;
        json!({
            "org_id": ORG_ID, "site_id": world.site_of(gateway).id, "mac": gateway.mac, "router_name": gateway.name, "port_id": "wan0",
            "peer_site_id": world.site_of(other).id, "peer_mac": other.mac, "peer_router_name": other.name, "peer_port_id": "wan0",
            "type": "ipsec", "up": up, "is_active": up, "latency": latency, "jitter": random.fraction(0, 4),
            "loss": random.fraction(0, 1), "mos": 4.4 - latency / 400.0, "mtu": 1400, "uptime": if up { gateway.uptime.min(other.uptime) / 2 } else { 0 },
            "last_seen": world.ago(random.between(20, 290)), "~timestamp": world.ago(random.between(20, 290)),
        })
    });
    rows.collect()
}

/// How long the way between two gateways takes, in milliseconds: longer the farther apart their sites are.
fn latency(world: &World, gateway: &Device, other: &Device) -> f64 {
    let [(north, east), (other_north, other_east)] =
        [gateway, other].map(|it| world.site_of(it).plan.position);
    let degrees = (north - other_north).hypot(east - other_east);
    (degrees * 10.0).round() / 10.0 + 8.0
}
