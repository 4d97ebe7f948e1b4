use mistmcp::answers::Row;
use mistmcp::serde_json::{Value, json};

use super::super::site;
use super::*;
use crate::facts::test_rows::merge;
use crate::facts::wan::{DhcpPool, Tunnel};
use crate::facts::{Alarm, Event};
use crate::rules::ports::PortContext;

const NOW: i64 = 1_795_890_000;
const GW: &str = "5c4527000000";

#[test]
fn a_name_has_the_words_of_another_side_by_side() {
    for (text, part) in [("Pine-IoT", "iot"), ("Pine Guest", "guest"), ("guest lab 2", "Guest-Lab")] {
        assert!(has_words(text, part), "{text} {part}");
    }
    for (text, part) in [("Biotech", "iot"), ("Guests", "guest"), ("lab guest", "guest-lab"), ("x", "")] {
        assert!(!has_words(text, part), "{text} {part}");
    }
}

/// What is known of a site with one gateway.
#[derive(Default)]
struct Given {
    ports: Vec<Port>,
    pools: Vec<DhcpPool>,
    events: Vec<Event>,
    clients: Vec<Event>,
    alarms: Vec<Alarm>,
    tunnels: Vec<Tunnel>,
    /// How many seconds ago the window ended.
    ended: i64,
}

fn link(id: &str, changes: &Value) -> Port {
    let mut row = json!({ "mac": GW, "port_id": id, "port_usage": "wan", "type": "gateway", "up": true });
    merge(&mut row, changes);
    Port::of(Row::of(&row)).unwrap()
}

fn port_down(id: &str, ago: i64) -> Event {
    let row = json!({ "type": "GW_PORT_DOWN", "timestamp": NOW - ago, "mac": GW, "port_id": id });
    Event::of(Row::of(&row)).unwrap()
}

fn pool(network: &str, leased: i64) -> DhcpPool {
    DhcpPool { gateway: GW.to_owned(), network: network.to_owned(), leased, size: 200 }
}

/// Failures of five clients of a WLAN, one a minute, for so many minutes until now.
fn failing(kind: &str, ssid: &str, minutes: i64) -> Vec<Event> {
    let event = |minute: i64| {
        let row = json!({
            "type": kind, "timestamp": NOW - minute * 60, "ssid": ssid, "mac": format!("5c5b3500000{}", minute % 5),
        });
        Event::of(Row::of(&row)).unwrap()
    };
    (0..minutes).map(event).collect()
}

/// The causes of the findings, each with whether it follows from another one.
fn found(given: &Given) -> Vec<(&'static str, bool)> {
    let row = json!({ "mac": GW, "type": "gateway", "name": "GW", "status": "connected", "uptime": 900_000 });
    let devices = [Device::of(Row::of(&row)).unwrap()];
    let context = PortContext::new(NOW, &devices, &given.ports, &given.events).until(NOW - given.ended);
    let case = SiteCase {
        id: "s",
        name: "Leeds",
        devices: &devices,
        ports: &given.ports,
        events: &given.events,
        client_events: &given.clients,
        client_events_cut: false,
        nac_events: &[],
        alarms: &given.alarms,
        radios: &[],
        pools: &given.pools,
        clusters: &[],
        paths: &[],
        tunnels: &given.tunnels,
        neighbors: &[],
        context: &context,
    };
    site(&case).iter().map(|finding| (finding.cause().name, finding.has_root())).collect()
}

const DNS: &str = "MARVIS_DNS_FAILURE";
const DHCP: &str = "MARVIS_EVENT_CLIENT_DHCP_FAILURE";
const ARP: &str = "CLIENT_GW_ARP_FAILURE";
const AUTH: &str = "MARVIS_EVENT_CLIENT_AUTH_FAILURE";

#[test]
fn what_needs_the_wan_follows_from_its_only_link() {
    let follows = |ports: &[Port], kind: &str, ssids: &[&str]| {
        let clients = ssids.iter().flat_map(|ssid| failing(kind, ssid, 40)).collect();
        let given = Given {
            ports: ports.to_vec(),
            events: vec![port_down("wan0", 2_450)],
            clients,
            ..Given::default()
        };
        found(&given).iter().any(|(cause, has_root)| {
            *has_root
                && ["dns_failure", "auth_identity", "dhcp_failure", "gateway_arp_failure"].contains(cause)
        })
    };
    let down = link("wan0", &json!({ "up": false }));
    let lossy = link("wan0", &json!({ "loss": 28.0, "latency": 600.0 }));
    for bad in [&down, &lossy] {
        let only = std::slice::from_ref(bad);
        for kind in [DNS, AUTH] {
            assert!(
                follows(only, kind, &["Corp"]) && follows(only, kind, &["Corp", "Till"]),
                "{kind} {bad:?}"
            );
        }
        for kind in [ARP, DHCP] {
            assert!(
                !follows(only, kind, &["Corp"]),
                "the gateway and the DHCP server may be at the site: {kind}"
            );
        }
        for (state, follows_all) in
            [(json!({}), false), (json!({ "up": false }), true), (json!({ "disabled": true }), true)]
        {
            let two = [(*bad).clone(), link("wan1", &state)];
            assert_eq!(follows(&two, DNS, &["Corp"]), follows_all, "another link: {state}");
        }
    }
}

#[test]
fn a_tunnel_that_is_down_cuts_no_clients_off_whose_wan_links_are_up() {
    let row = json!({ "mac": GW, "tunnel_name": "PRINT", "port_id": "wan0", "up": false });
    let found = found(&Given {
        ports: vec![link("wan0", &json!({})), link("wan1", &json!({}))],
        tunnels: Tunnel::of(Row::of(&row)).into_iter().collect(),
        clients: failing(DNS, "Guest", 40),
        ..Given::default()
    });
    assert!(found.contains(&("dns_failure", false)) && found.contains(&("tunnel_down", false)), "{found:?}");
}

#[test]
fn a_link_that_is_down_now_explains_no_failures_of_a_window_that_is_over() {
    let follows = |ended: i64, events: Vec<Event>| {
        let ports = vec![link("wan0", &json!({ "up": false }))];
        let clients = failing(DNS, "Corp", 60);
        found(&Given { ports, events, clients, ended, ..Given::default() }).contains(&("dns_failure", true))
    };
    assert!(follows(0, Vec::new()));
    assert!(!follows(600, Vec::new()));
    assert!(follows(600, vec![port_down("wan0", 3_600)]), "its event tells since when");
}

#[test]
fn failures_that_began_before_the_link_went_down_do_not_follow_from_it() {
    let given = |down: i64| Given {
        ports: vec![link("wan0", &json!({ "up": false }))],
        events: vec![port_down("wan0", down)],
        clients: failing(DNS, "Corp", 60),
        ..Given::default()
    };
    for (down, follows) in [(3_600, true), (3_200, true), (1_200, false)] {
        let found = found(&given(down));
        assert!(
            found.contains(&("dns_failure", follows)) && found.contains(&("wan_link_down", false)),
            "{down}: {found:?}"
        );
    }
}

#[test]
fn a_wan_link_that_only_an_alarm_reports_explains_as_well() {
    let row = json!({
        "type": "gw_critical_port_down", "timestamp": NOW - 2_500, "last_seen": NOW - 300, "gateways": [GW], "severity": "critical",
    });
    let alarms = vec![Alarm::of(Row::of(&row)).unwrap()];
    let found = found(&Given { alarms, clients: failing(DNS, "Corp", 40), ..Given::default() });
    assert!(found.contains(&("dns_failure", true)), "{found:?}");
}

#[test]
fn names_fail_to_resolve_where_the_default_gateway_of_the_same_wlans_is_silent() {
    let follows = |dns: &[&str]| {
        let dns = dns.iter().flat_map(|ssid| failing(DNS, ssid, 30));
        let clients =
            failing(ARP, "Corp", 40).into_iter().chain(failing(ARP, "Till", 40)).chain(dns).collect();
        found(&Given { clients, ..Given::default() }).contains(&("dns_failure", true))
    };
    assert!(follows(&["Corp"]) && follows(&["Corp", "Till"]));
    assert!(!follows(&["Guest"]) && !follows(&["Corp", "Guest"]));
}

#[test]
fn clients_without_an_address_follow_from_the_full_pool_that_can_be_theirs() {
    let follows = |pools: &[DhcpPool], ssids: &[&str]| {
        let clients = ssids.iter().flat_map(|ssid| failing(DHCP, ssid, 40)).collect();
        found(&Given { pools: pools.to_vec(), clients, ..Given::default() }).contains(&("dhcp_failure", true))
    };
    let two = [pool("guest", 200), pool("staff", 120)];
    assert!(follows(&two, &["Guest"]) && follows(&two, &["Guest", "Guest Lab"]));
    assert!(
        !follows(&two, &["Staff"]) && !follows(&two, &["Staff", "Guest"]),
        "their own pool has free addresses"
    );
    assert!(!follows(&two, &["Visitors"]), "they name no pool");
    let printers = [pool("printers", 200), pool("corp", 120)];
    assert!(!follows(&printers, &["Staff"]));
    assert!(follows(&two[..1], &["Staff"]), "the only pool");
    assert!(!follows(&[pool("guest", 120), pool("staff", 120)], &["Visitors"]));
}
