//! Tests of the rules for the WAN.

mod tunnels;

use mistmcp::answers::{Finding, Row, Severity};
use mistmcp::serde_json::{Value, json};

use super::*;
use crate::causes as c;
use crate::facts::test_rows::merge;
use crate::facts::wan::{DhcpPool, GatewayCluster};

const GW: &str = "b033a6000010";

fn gateway(connected: bool) -> Vec<Device> {
    let row =
        json!({ "mac": GW, "name": "GW-1", "type": "gateway", "connected": connected, "last_seen": 100 });
    Device::of(Row::of(&row)).into_iter().collect()
}

#[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
fn port(row: Value) -> Port {
    let mut all = json!({ "mac": GW, "port_id": "ge-0/0/0", "port_usage": "wan", "up": true });
    merge(&mut all, &row);
    Port::of(Row::of(&all)).unwrap()
}

fn path(peer: &str, port: &str, up: bool) -> VpnPath {
    let row =
        json!({ "mac": GW, "port_id": port, "peer_router_name": peer, "peer_mac": "b033a6000020", "up": up });
    VpnPath::of(Row::of(&row)).unwrap()
}

fn event(kind: &str, time: i64) -> Event {
    Event::of(Row::of(&json!({ "type": kind, "timestamp": time, "mac": GW }))).unwrap()
}

fn wan<'a>(gateways: &'a [Device], ports: &'a [Port], paths: &'a [VpnPath]) -> Wan<'a> {
    Wan {
        gateways,
        devices: &[],
        ports,
        paths,
        tunnels: &[],
        neighbors: &[],
        events: &[],
        alarms: &[],
        now: 1_000,
    }
}

#[test]
fn a_link_that_is_down_matters_by_whether_there_is_another() {
    let gateways = gateway(true);
    let ports = [port(json!({ "up": false })), port(json!({ "port_id": "ge-0/0/1" }))];
    let found = links_down(&wan(&gateways, &ports, &[]));
    assert!(found[0].severity() == Severity::Warning && found[0].is_on("ge-0/0/0"), "{found:?}");
    let found = links_down(&wan(&gateways, &ports[..1], &[]));
    assert_eq!(found[0].severity(), Severity::Critical);
    let severity = |row: Value, events: &[Event]| {
        let ports = [port(row), port(json!({ "port_id": "ge-0/0/1" }))];
        links_down(&Wan { events, ..wan(&gateways, &ports, &[]) })[0].severity()
    };
    let unused = || json!({ "up": false, "rx_bytes": 0, "tx_bytes": 0 });
    assert_eq!(severity(unused(), &[]), Severity::Info, "nothing was ever plugged in");
    let flapped = json!({ "up": false, "rx_bytes": 0, "tx_bytes": 0, "last_flapped": 600 });
    assert_eq!(severity(flapped, &[]), Severity::Warning, "the gateway has restarted since");
    assert_eq!(severity(json!({ "up": false, "rx_bytes": 7, "tx_bytes": 0 }), &[]), Severity::Warning);
    let down = json!({ "type": "GW_PORT_DOWN", "timestamp": 700, "mac": GW, "port_id": "ge-0/0/0" });
    assert_eq!(
        severity(unused(), &[Event::of(Row::of(&down)).unwrap()]),
        Severity::Warning,
        "its counters were cleared"
    );
    // The uplink of a switch.
    let inside =
        [port(json!({ "mac": "5c4527000001", "up": false, "port_usage": "uplink", "uplink": true }))];
    let row = json!({ "mac": "5c4527000001", "name": "SW-1", "type": "switch", "connected": true });
    let devices: Vec<_> = Device::of(Row::of(&row)).into_iter().chain(gateway(true)).collect();
    assert!(links_down(&Wan { devices: &devices, ..wan(&gateways, &inside, &[]) }).is_empty());
    let lan =
        [port(json!({ "up": false, "port_usage": "lan" })), port(json!({ "up": false, "disabled": true }))];
    assert!(links_down(&wan(&gateways, &lan, &[])).is_empty());
}

#[test]
fn a_bad_link_is_reported_by_its_figures_and_carries_its_paths() {
    let gateways = gateway(true);
    let ports = [port(json!({ "loss": 14.2, "latency": 410, "jitter": 2 }))];
    let paths = [path("HUB", "wan0", false)];
    let case = wan(&gateways, &ports, &paths);
    let found = links_degraded(&case);
    assert_eq!(found[0].severity(), Severity::Critical);
    assert!(found[0].summary().contains("14.2% loss and 410 ms latency"), "{found:?}");
    let fine = [port(json!({ "loss": 0.5, "latency": 95, "jitter": 3 }))];
    assert!(links_degraded(&wan(&gateways, &fine, &paths)).is_empty());
    let unknown = [port(json!({ "loss": null }))];
    assert!(links_degraded(&wan(&gateways, &unknown, &paths)).is_empty());
}

#[test]
fn a_path_that_is_down_is_critical_only_where_no_other_reaches_a_peer() {
    let gateways = gateway(true);
    let severity = |paths: &[VpnPath]| paths_down(&wan(&gateways, &[], paths))[0].severity();
    assert_eq!(severity(&[path("HUB", "wan0", false)]), Severity::Critical);
    assert_eq!(severity(&[path("HUB", "wan0", false), path("HUB", "wan1", true)]), Severity::Info);
    assert_eq!(severity(&[path("HUB", "wan0", false), path("OTHER", "wan0", true)]), Severity::Warning);
    assert!(paths_down(&wan(&gateways, &[], &[path("HUB", "wan0", true)])).is_empty());
}

#[test]
fn a_neighbor_that_was_lost_with_its_path_is_reported_with_the_path() {
    let gateways = gateway(true);
    let neighbor = |row: Value| RoutingNeighbor::of_bgp(Row::of(&row)).unwrap();
    let lost = json!({ "mac": GW, "neighbor": "10.224.0.1", "neighbor_mac": "b033a6000020", "up": false, "state": "connect" });
    let carrier = json!({ "mac": GW, "neighbor": "203.0.113.1", "neighbor_as": 64512, "state": "idle" });
    let (paths, neighbors) = ([path("HUB", "wan0", false)], [neighbor(lost), neighbor(carrier)]);
    let case = Wan { neighbors: &neighbors, ..wan(&gateways, &[], &paths) };
    let found = neighbors_down(&case);
    assert_eq!(found.len(), 1);
    assert!(found[0].summary().contains("203.0.113.1 (AS 64512)"), "{found:?}");
    let paths_found = paths_down(&case);
    assert!(format!("{paths_found:?}").contains("BGP 10.224.0.1"), "{paths_found:?}");
    let up = RoutingNeighbor::of_ospf(Row::of(
        &json!({ "mac": GW, "peer_ip": "10.0.0.2", "state": "2Way", "up": false }),
    ));
    assert!(up.unwrap().is_up, "two routers that are not designated stay at 2-way");
}

#[test]
fn a_full_pool_is_critical_and_an_old_event_is_not() {
    let gateways = gateway(true);
    let events = [event("GW_DHCP_POOL_LOW", 100)];
    let case = Wan { events: &events, now: 90_000, ..wan(&gateways, &[], &[]) };
    let of = |leased: i64| {
        DhcpPool::all_of(Row::of(
            &json!({ "mac": GW, "dhcpd_stat": { "guest": { "num_ips": 150, "num_leased": leased }, "bad": null } }),
        ))
    };
    assert_eq!(pools(&case, &of(150))[0].severity(), Severity::Critical);
    assert_eq!(pools(&case, &of(145))[0].severity(), Severity::Warning);
    assert!(pools(&case, &of(20)).is_empty(), "the pool has room again");
    assert_eq!(pools(&case, &[])[0].severity(), Severity::Info);
}

#[test]
fn an_event_of_a_pool_with_a_longer_name_is_not_of_the_pool_with_its_beginning() {
    let gateways = gateway(true);
    let low = |time: i64, text: &str| {
        let row = json!({ "type": "GW_DHCP_POOL_LOW", "timestamp": time, "mac": GW, "text": text });
        Event::of(Row::of(&row)).unwrap()
    };
    let since = |events: &[Event], full: &str| {
        let leased = |pool: &str| if pool == full { 150 } else { 2 };
        let pool = |pool: &str| json!({ "num_ips": 150, "num_leased": leased(pool) });
        let rows =
            json!({ "mac": GW, "dhcpd_stat": { "guest": pool("guest"), "guest-lab": pool("guest-lab") } });
        let case = Wan { events, ..wan(&gateways, &[], &[]) };
        pools(&case, &DhcpPool::all_of(Row::of(&rows)))[0].began()
    };
    let events = [low(100, "pool guest-lab is low"), low(500, "pool guest is low")];
    assert_eq!(since(&events, "guest"), Some(500));
    assert_eq!(since(&events, "guest-lab"), Some(100));
    assert_eq!(since(&[low(200, "a pool is low")], "guest"), Some(200), "no pool is named");
}

#[test]
fn a_cluster_is_degraded_while_its_event_is_open() {
    let gateways = gateway(true);
    let down = [event("GW_HA_CONTROL_LINK_DOWN", 100)];
    let case = Wan { events: &down, ..wan(&gateways, &[], &[]) };
    assert_eq!(clusters(&case, &[], &[])[0].cause().name, "cluster_degraded");
    let both = [down[0].clone(), event("GW_HA_CONTROL_LINK_UP", 200)];
    assert!(clusters(&Wan { events: &both, ..case }, &[], &[]).is_empty());
    let row = json!({ "mac": GW, "is_ha": true, "cluster_config": { "control_link_info": { "status": "Down" }, "status": "Green" } });
    let told = [GatewayCluster::of(Row::of(&row)).unwrap()];
    assert_eq!(told[0].troubles, ["control link Down"]);
    assert_eq!(clusters(&wan(&gateways, &[], &[]), &told, &[]).len(), 1);
    let twice = format!("{:?}", clusters(&case, &told, &[]));
    assert_eq!(
        twice.to_lowercase().matches("control link down").count(),
        2,
        "in its sentence and evidence: {twice}"
    );
    let row = json!({ "mac": GW, "is_ha": true });
    let lone = [GatewayCluster::of(Row::of(&row)).unwrap()];
    assert_eq!(clusters(&wan(&gateways, &[], &[]), &lone, &[(GW.into(), 1)]).len(), 1);
    assert!(clusters(&wan(&gateways, &[], &[]), &lone, &[(GW.into(), 2)]).is_empty());
}

#[test]
fn a_tunnel_is_critical_unless_another_one_takes_over() {
    let gateways = gateway(true);
    let tunnel = |wan: &str, up: bool| {
        let row = json!({ "mac": GW, "tunnel_name": "security", "wan_name": wan, "peer_host": "198.51.100.80", "up": up });
        Tunnel::of(Row::of(&row)).unwrap()
    };
    let severity = |tunnels: &[Tunnel]| {
        tunnels_down(&Wan { tunnels, ..wan(&gateways, &[], &[]) }).first().map(Finding::severity)
    };
    assert_eq!(severity(&[tunnel("wan0", false)]), Some(Severity::Critical));
    assert_eq!(severity(&[tunnel("wan0", false), tunnel("wan1", true)]), Some(Severity::Info));
    assert_eq!(severity(&[tunnel("wan0", true)]), None);
    // Of several on one WAN, one without a replacement is what is lost, in any order.
    let row = json!({ "mac": GW, "tunnel_name": "payroll", "peer_host": "198.51.100.9", "wan_name": "wan0", "up": false });
    let alone = Tunnel::of(Row::of(&row)).unwrap();
    for place in 0..3 {
        let mut tunnels = vec![tunnel("wan0", false), tunnel("wan1", true)];
        tunnels.insert(place, alone.clone());
        let found = tunnels_down(&Wan { tunnels: &tunnels, ..wan(&gateways, &[], &[]) });
        assert_eq!((found.len(), found[0].severity()), (1, Severity::Critical), "{found:?}");
        assert!(found[0].summary().starts_with("The tunnel payroll of GW-1 "), "{found:?}");
    }
}

#[test]
fn events_count_where_no_statistics_were_read_or_where_they_are_new() {
    let gateways = gateway(true);
    let events = [event("GW_TUNNEL_DOWN", 100), event("GW_VPN_PATH_DOWN", 100), event("GW_VPN_PATH_UP", 200)];
    let up = json!({ "mac": GW, "tunnel_name": "security", "up": true });
    let tunnels = [Tunnel::of(Row::of(&up)).unwrap()];
    let causes = |now: i64, seen: bool, found: &[Finding]| {
        let tunnels: &[Tunnel] = if seen { &tunnels } else { &[] };
        let case = Wan { events: &events, now, tunnels, ..wan(&gateways, &[], &[]) };
        let lost = by_events(&case, found);
        lost.iter().map(|finding| finding.cause().name).collect::<Vec<_>>()
    };
    assert_eq!(causes(90_000, false, &[]), ["tunnel_down"]);
    assert_eq!(causes(90_000, true, &[]), [""; 0], "the statistics are newer");
    assert_eq!(causes(1_000, true, &[]), ["tunnel_down"]);
    let known = Finding::new(&c::TUNNEL_DOWN, Severity::Critical, "down").on(gateways[0].object());
    assert_eq!(causes(1_000, true, &[known]), [""; 0], "the statistics say it already");
}

#[test]
fn the_only_gateway_that_is_down_is_the_site() {
    let gone = gateway(false);
    let down = gateways_down(&wan(&gone, &[], &[]), Some("Leeds"), None);
    assert!(down[0].cause().name == "site_down" && down[0].is_on("Leeds"), "{down:?}");
    assert_eq!(down[0].severity(), Severity::Critical);
    let forwards = gateways_down(&wan(&gone, &[], &[]), Some("Leeds"), Some(4));
    assert_eq!((forwards[0].cause().name, forwards[0].severity()), ("device_down", Severity::Warning));
    assert!(gateways_down(&wan(&gateway(true), &[], &[]), None, None).is_empty());
}

#[test]
fn bgp_and_ospf_of_one_gateway_are_two_findings_with_their_own_rows_and_times() {
    let gateways = gateway(true);
    let bgp = json!({ "mac": GW, "neighbor": "203.0.113.1", "state": "idle" });
    let ospf = json!({ "mac": GW, "peer_ip": "10.0.0.2", "state": "exstart" });
    let neighbors =
        [RoutingNeighbor::of_bgp(Row::of(&bgp)).unwrap(), RoutingNeighbor::of_ospf(Row::of(&ospf)).unwrap()];
    let events = [event("GW_BGP_NEIGHBOR_DOWN", 400), event("GW_OSPF_NEIGHBOR_DOWN", 700)];
    let case = Wan { neighbors: &neighbors, events: &events, ..wan(&gateways, &[], &[]) };
    let found = neighbors_down(&case);
    let times: Vec<_> = found.iter().map(Finding::began).collect();
    assert_eq!(times, [Some(400), Some(700)], "{found:?}");
    assert!(format!("{:?}", found[0]).contains("searchSiteBgpStats"));
    assert!(format!("{:?}", found[1]).contains("searchSiteOspfStats"));
    assert!(by_events(&case, &found).is_empty());
    assert_eq!(by_events(&case, &found[..1]).len(), 1, "OSPF is not known by the finding about BGP");
}

#[test]
fn a_path_is_down_since_its_own_event() {
    let gateways = gateway(true);
    let about = |text: &str, time: i64| {
        let row = json!({ "type": "GW_VPN_PATH_DOWN", "timestamp": time, "mac": GW, "text": text });
        Event::of(Row::of(&row)).unwrap()
    };
    let paths = [path("HUB", "wan0", true), path("OTHER", "wan0", false)];
    let since = |events: &[Event]| paths_down(&Wan { events, ..wan(&gateways, &[], &paths) })[0].began();
    assert_eq!(since(&[about("Path to HUB is down", 400)]), None, "of another path");
    assert_eq!(since(&[about("Path to OTHER is down", 500)]), Some(500));
    assert_eq!(since(&[about("A path is down", 600)]), Some(600));
}

#[test]
fn a_path_over_a_wan_of_any_name_is_down_since_its_own_event() {
    let gateways = gateway(true);
    let of = |peer: &str, port: &str, wan: &str| {
        let row =
            json!({ "mac": GW, "port_id": port, "wan_name": wan, "peer_router_name": peer, "up": false });
        VpnPath::of(Row::of(&row)).unwrap()
    };
    let paths = [
        of("HUB-1", "ge-0/0/0", "INET"),
        of("HUB-1", "ge-0/0/1", "MPLS-2"),
        of("HUB-12", "ge-0/0/0", "INET"),
        of("HUB-2", "ge-0/0/1", "MPLS-2"),
    ];
    let since = |text: &str| {
        let row = json!({ "type": "GW_VPN_PATH_DOWN", "timestamp": 500, "mac": GW, "text": text });
        let events = [Event::of(Row::of(&row)).unwrap()];
        let began = |path: &VpnPath| {
            paths_down(&Wan { events: &events, ..wan(&gateways, &[], &paths) })
                .iter()
                .find(|finding| finding.is_on(&path.port))
                .and_then(Finding::began)
        };
        [began(&paths[0]), began(&paths[1])]
    };
    for (text, wanted) in [
        ("Path HUB-1-INET is down", [Some(500), None]),
        ("Path HUB-12-INET is down", [Some(500), None]),
        ("Path HUB-1-MPLS-2: down", [None, Some(500)]),
        ("Path to HUB-1 over MPLS-2 is down", [None, Some(500)]),
        ("Path ge-0/0/1 to HUB-1 is down", [None, Some(500)]),
        ("Path HUB-2-LTE is down", [None, Some(500)]),
        ("Path to HUB-1 is down", [Some(500), Some(500)]),
        ("A path is down", [Some(500), Some(500)]),
    ] {
        assert_eq!(since(text), wanted, "{text}");
    }
}

#[test]
fn an_alarm_that_newer_statistics_refute_does_not_hold() {
    let row = json!({ "type": "gw_vpn_path_down", "timestamp": 1_000, "status": "open", "gateways": [GW] });
    let alarm = Alarm::of(Row::of(&row)).unwrap();
    let paths = [path("HUB", "wan0", true)];
    let holds = |paths: &[VpnPath], now: i64| Wan { now, ..wan(&[], &[], paths) }.is_current(&alarm);
    assert!(holds(&[], 90_000), "no statistics");
    assert!(holds(&paths, 1_600), "it is new");
    assert!(!holds(&paths, 90_000));
}

#[test]
fn a_wan_link_without_its_next_hop_is_down_although_its_port_is_up() {
    let port = |id: &str, usage: &str| {
        let row = json!({ "mac": "5c4527000001", "port_id": id, "port_usage": usage, "up": true });
        Port::of(Row::of(&row)).unwrap()
    };
    let ports = [port("ge-0/0/0", "wan"), port("ge-0/0/3", "lan")];
    let gateway = json!({ "mac": "5c4527000001", "type": "gateway", "name": "GW" });
    let gateways = [Device::of(Row::of(&gateway)).unwrap()];
    let found = |kind: &str, port: Option<&str>| {
        let row = json!({ "type": kind, "timestamp": 700, "mac": "5c4527000001", "port_id": port });
        let events = [Event::of(Row::of(&row)).unwrap()];
        let found = unresolved(&Wan { events: &events, ..wan(&gateways, &ports, &[]) });
        found.first().map(|finding| (finding.cause().name, finding.is_on("GW")))
    };
    for kind in ["GW_ARP_UNRESOLVED", "GW_DHCP_UNRESOLVED"] {
        assert_eq!(found(kind, Some("ge-0/0/0")), Some(("wan_link_down", true)), "{kind}");
        assert_eq!(found(kind, None), Some(("wan_link_down", true)), "{kind}");
        assert_eq!(found(kind, Some("ge-0/0/3")), None, "{kind}: a port of the LAN");
    }
    assert_eq!(found("GW_ARP_RESOLVED", Some("ge-0/0/0")), None);
}

#[test]
fn a_switch_among_the_routing_neighbors_is_called_by_its_name_and_kind() {
    let row = json!({ "type": "SW_BGP_NEIGHBOR_DOWN", "timestamp": 700, "mac": "5c4527000009" });
    let events = [Event::of(Row::of(&row)).unwrap()];
    let switch = json!({ "mac": "5c4527000009", "type": "switch", "name": "SW-9" });
    let devices = [Device::of(Row::of(&switch)).unwrap()];
    let of = |devices: &[Device]| {
        let case = Wan { events: &events, devices, ..wan(&[], &[], &[]) };
        format!("{:?}", by_events(&case, &[]))
    };
    assert!(of(&devices).contains("SW-9 lost a BGP neighbor"), "{}", of(&devices));
    assert!(of(&[]).contains("kind: \"switch\"") && !of(&[]).contains("kind: \"gateway\""), "{}", of(&[]));
}

#[test]
fn an_old_unresolved_event_counts_only_where_nothing_shows_that_the_wan_works() {
    let ports = [port(json!({}))];
    let found = |connected: bool, ago: i64, paths: &[VpnPath]| {
        let gateways = gateway(connected);
        let events = [event("GW_ARP_UNRESOLVED", 100_000 - ago)];
        let case = Wan { events: &events, now: 100_000, ..wan(&gateways, &ports, paths) };
        unresolved(&case).first().map(Finding::severity)
    };
    assert_eq!(found(true, 72_000, &[]), None, "the gateway is connected over this link");
    assert_eq!(found(false, 72_000, &[path("HUB", "wan0", true)]), None, "a path is up");
    assert_eq!(found(false, 72_000, &[path("HUB", "wan0", false)]), Some(Severity::Critical));
    assert_eq!(found(true, 600, &[]), Some(Severity::Warning));
    assert_eq!(found(false, 600, &[]), Some(Severity::Critical));
}

#[test]
fn the_events_of_a_dead_gateway_are_part_of_its_outage() {
    let events = [event("GW_VPN_PATH_DOWN", 900), event("GW_BGP_NEIGHBOR_DOWN", 900)];
    let lost = |connected: bool| {
        let gateways = gateway(connected);
        by_events(&Wan { events: &events, ..wan(&gateways, &[], &[]) }, &[]).len()
    };
    assert_eq!((lost(true), lost(false)), (2, 0));
}

#[test]
fn events_that_say_since_when_something_is_down_are_searched_for() {
    // OSPF neighbors are inside a site, and listProblems does not search for their events.
    for (_, kinds) in PEER_DOWN_EVENTS.iter().filter(|(what, _)| *what != "ospf_down") {
        let mut searched = PATH_DOWN_EVENTS.split(',').map(|kind| kind.trim_start_matches("GW_"));
        assert!(searched.any(|searched| kinds.contains(&searched)), "{kinds:?}");
    }
}
