//! Mist Edges, their clusters and tunnels.

use serde_json::{Value, json};

use super::record::{self, record, with};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, Random, World, mac},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/mxedges", &EDGES),
    Route::one("/api/v1/orgs/{org_id}/mxedges/{mxedge_id}", &EDGES),
    Route::pages("/api/v1/sites/{site_id}/mxedges", &EDGES),
    Route::one("/api/v1/sites/{site_id}/mxedges/{mxedge_id}", &EDGES),
    Route::search("/api/v1/orgs/{org_id}/mxedges/search", &FOUND),
    Route::count(
        "/api/v1/orgs/{org_id}/mxedges/count",
        &FOUND,
        "model distro mxcluster_id site_id tunterm_version",
    ),
    Route::paged_search_without_total("/api/v1/orgs/{org_id}/mxedges/events/search", &EVENTS),
    Route::paged_search_without_total("/api/v1/sites/{site_id}/mxedges/events/search", &EVENTS),
    Route::count(
        "/api/v1/orgs/{org_id}/mxedges/events/count",
        &EVENTS,
        "mxedge_id mxcluster_id package type",
    ),
    Route::count(
        "/api/v1/sites/{site_id}/mxedges/events/count",
        &EVENTS,
        "mxedge_id mxcluster_id package type",
    ),
    Route::pages("/api/v1/orgs/{org_id}/mxclusters", &CLUSTERS),
    Route::one("/api/v1/orgs/{org_id}/mxclusters/{mxcluster_id}", &CLUSTERS),
    Route::pages("/api/v1/orgs/{org_id}/mxtunnels", &TUNNELS),
    Route::one("/api/v1/orgs/{org_id}/mxtunnels/{mxtunnel_id}", &TUNNELS),
    Route::list("/api/v1/orgs/{org_id}/mxedges/versions", &VERSIONS).with_defaults(&[("channel", "stable")]),
    Route::pages("/api/v1/orgs/{org_id}/stats/mxedges", &STATS),
    Route::one("/api/v1/orgs/{org_id}/stats/mxedges/{mxedge_id}", &STATS),
    Route::pages("/api/v1/sites/{site_id}/stats/mxedges", &STATS),
    Route::one("/api/v1/sites/{site_id}/stats/mxedges/{mxedge_id}", &STATS),
];

static EDGES: Collection = Collection::of("mxedges", edges);
static FOUND: Collection = Collection::of("mxedges found", found);
static EVENTS: Collection = Collection::timed("mxedge events", events);
static CLUSTERS: Collection = Collection::of("mxclusters", clusters);
static TUNNELS: Collection = Collection::of("mxtunnels", tunnels);
static VERSIONS: Collection = Collection::of("mxedge versions", versions);
static STATS: Collection = Collection::of("mxedge stats", stats);

/// The ports of the Mist Edge.
pub(super) const PORTS: [&str; 2] = ["port0", "port1"];

/// The tunnel that carries the guests, and the address that access points build it to.
pub(super) const TUNNEL: &str = "Guests to Leeds";
pub(super) const HOST: &str = "203.0.113.12";

pub(crate) fn edge_id() -> String {
    record::id("mxedge", NAME)
}

pub(crate) fn cluster_id() -> String {
    record::id("mxcluster", CLUSTER)
}

pub(crate) fn mac_address() -> String {
    mac("5c5b35", NAME)
}

/// The name of the Mist Edge.
pub(crate) const NAME: &str = "LDS-ME-01";
const CLUSTER: &str = "Leeds edge";
pub(super) const VERSION: &str = "0.1.3152";

fn edges(world: &World) -> Vec<Value> {
    let leeds = world.sites.iter().take(1);
    let edge = leeds.map(|site| record(world, "mxedge", NAME, json!({
        "site_id": site.id, "for_site": true, "model": "ME-X1", "mac": mac("5c5b35", NAME),
        "mxcluster_id": cluster_id(), "services": ["tunterm"], "mxagent_registered": true,
        "tunterm_registered": true, "ntp_servers": ["pool.ntp.org"],
        "mxedge_mgmt": { "root_password": "demo-secret-mxedge-root", "mist_password": "demo-secret-mxedge-mist" },
    })));
    edge.collect()
}

fn found(world: &World) -> Vec<Value> {
    let leeds = world.sites.iter().take(1);
    let edge = leeds.map(|site| json!({
        "mxedge_id": edge_id(), "mxcluster_id": cluster_id(), "org_id": ORG_ID,
        "site_id": site.id, "name": NAME, "model": "ME-X1", "distro": "bullseye", "tunterm_version": VERSION,
        "uptime": 41 * 86_400, "last_seen": world.ago(20), "~hostname": NAME,
    }));
    edge.collect()
}

fn events(world: &World) -> Vec<Value> {
    let sorts = [
        ("ME_CONFIGURED", "mxagent", "Configuration applied"),
        ("ME_SERVICE_STARTED", "tunterm", "The tunnel service started"),
        ("TT_TUNNELS_UP", "tunterm", "Tunnels of the access points are up"),
        ("TT_TUNNELS_LOST", "tunterm", "Tunnels of two access points were lost"),
    ];
    let site = world.sites.first().map(|site| site.id.as_str());
    let happened = (0..30).map(|number| {
        let mut random = Random::of(&format!("mxedge event {number}"));
        let (name, service, text) = *random.pick(&sorts);
        json!({
            "mxedge_id": edge_id(), "mxedge_name": NAME, "mxcluster_id": cluster_id(),
            "org_id": ORG_ID, "mac": mac("5c5b35", NAME), "device_type": "mxedge", "type": name, "service": service,
            "package": service, "severity": if name == "TT_TUNNELS_LOST" { "warning" } else { "normal" }, "text": text,
            "timestamp": world.ago(random.between(300, 260_000)), "~site_id": site, "~component": service,
        })
    });
    happened.collect()
}

fn clusters(world: &World) -> Vec<Value> {
    vec![record(
        world,
        "mxcluster",
        CLUSTER,
        json!({
            "tunterm_hosts": [HOST], "tunterm_ap_subnets": ["10.0.0.0/8"], "tunterm_hosts_selection": "shuffle",
            "radsec": { "enabled": true, "auth_servers": [{ "host": "10.11.20.5", "port": 1812, "secret": "demo-secret-radsec" }] },
        }),
    )]
}

fn tunnels(world: &World) -> Vec<Value> {
    let tunnel = json!({ "mxcluster_ids": [cluster_id()], "vlan_ids": [40], "protocol": "udp", "mtu": 1300, "hello_interval": 60, "hello_retries": 7 });
    vec![record(world, "mxtunnel", TUNNEL, tunnel)]
}

fn versions(_world: &World) -> Vec<Value> {
    let versions = [
        ("tunterm", VERSION, true, "stable"),
        ("tunterm", "0.1.3090", false, "stable"),
        ("mxagent", "3.1.1072", true, "stable"),
        ("tunterm", "0.1.3201", false, "beta"),
    ];
    versions.map(|(package, version, usual, channel)| json!({
        "package": package, "version": version, "default": usual, "distro": "bullseye", "~channel": channel,
    }))
        .into()
}

fn stats(world: &World) -> Vec<Value> {
    let edges = edges(world).into_iter().map(|edge| {
        let shared = [
            "id",
            "name",
            "org_id",
            "site_id",
            "for_site",
            "model",
            "mac",
            "mxcluster_id",
            "services",
            "created_time",
            "modified_time",
        ];
        let shared = shared.map(|name| (name.to_owned(), edge[name].clone()));
        let aps = world.access_points(0).count();
        with(
            serde_json::Map::from_iter(shared).into(),
            json!({
                "status": "connected", "uptime": 41 * 86_400, "last_seen": world.ago(20), "num_tunnels": aps,
                "mxagent_registered": true, "tunterm_registered": true, "serial": "DEMO0001",
            }),
        )
    });
    edges.collect()
}
