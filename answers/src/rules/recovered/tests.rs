use mistmcp::answers::Row;
use mistmcp::serde_json::json;

use super::*;

const NOW: i64 = 1_795_890_000;
const HOUR: i64 = 3_600;

fn devices() -> Vec<Device> {
    let device = |mac: &str, kind: &str, name: &str| {
        let row = json!({
            "mac": mac, "type": kind, "name": name, "status": "connected", "last_seen": NOW, "site_id": "s",
        });
        Device::of(Row::of(&row)).unwrap()
    };
    vec![
        device("5c4527000000", "gateway", "GW"),
        device("5c4527000001", "switch", "SW"),
        device("5c5b35000001", "ap", "AP-1"),
    ]
}

fn ports() -> Vec<Port> {
    let port = |mac: &str, neighbor: &str| {
        let row = json!({ "mac": mac, "port_id": "ge-0/0/1", "up": true, "neighbor_mac": neighbor });
        Port::of(Row::of(&row)).unwrap()
    };
    vec![port("5c4527000000", "5c4527000001"), port("5c4527000001", "5c5b35000001")]
}

fn event(kind: &str, mac: &str, hours: i64) -> Event {
    let row = json!({ "type": kind, "mac": mac, "timestamp": NOW - hours * HOUR, "site_id": "s" });
    Event::of(Row::of(&row)).unwrap()
}

/// Cause, severity and first object of what was found in the window that ended so many hours ago.
fn found(events: &[Event], hours: i64) -> Vec<(&'static str, Severity, String)> {
    let (devices, ports) = (devices(), ports());
    let end = NOW - hours * HOUR;
    let past = Past { site: Some("Leeds"), devices: &devices, ports: &ports, events, now: NOW, end };
    let over = recovered(&past, &[]);
    let first =
        |finding: &Finding| ["Leeds", "GW", "SW", "AP-1"].into_iter().find(|name| finding.starts_on(name));
    over.iter()
        .map(|finding| (finding.cause().name, finding.severity(), first(finding).unwrap().to_owned()))
        .collect()
}

fn down_and_up(kind: &str, mac: &str, began: i64, ended: i64) -> [Event; 2] {
    [event(&format!("{kind}_DISCONNECTED"), mac, began), event(&format!("{kind}_CONNECTED"), mac, ended)]
}

#[test]
fn a_device_that_was_down_is_a_finding_in_the_past_and_worth_knowing_today() {
    let of_ap = down_and_up("AP", "5c5b35000001", 48, 46);
    assert_eq!(found(&of_ap, 40), [("device_down", Severity::Warning, "AP-1".into())]);
    assert_eq!(found(&of_ap, 0), [("device_down", Severity::Info, "AP-1".into())]);
    // The window ends while it is down.
    assert_eq!(found(&of_ap[..1], 47), [("device_down", Severity::Warning, "AP-1".into())]);
    assert_eq!(found(&of_ap[..1], 0), [], "its state shows what is down now");
}

#[test]
fn what_was_behind_a_switch_and_a_whole_site_are_one_finding() {
    let of_switch =
        [down_and_up("SW", "5c4527000001", 48, 46), down_and_up("AP", "5c5b35000001", 48, 46)].concat();
    assert_eq!(found(&of_switch, 40), [("upstream_down", Severity::Critical, "SW".into())]);
    let of_site = [down_and_up("GW", "5c4527000000", 48, 46).as_slice(), &of_switch].concat();
    assert_eq!(found(&of_site, 40), [("site_down", Severity::Critical, "Leeds".into())]);
    assert_eq!(found(&of_site, 0), [("site_down", Severity::Warning, "Leeds".into())]);
}

#[test]
fn many_switches_that_went_down_together_each_have_what_is_behind_them() {
    let row = |mac: &str, kind: &str| {
        let row = json!({
            "mac": mac, "type": kind, "name": mac, "status": "connected", "last_seen": NOW, "site_id": "s",
        });
        Device::of(Row::of(&row)).unwrap()
    };
    let (mut devices, mut ports, mut events) = (vec![row("5c4527ffffff", "gateway")], Vec::new(), Vec::new());
    for switch in 0..40 {
        let mac = format!("5c4527{switch:06x}");
        devices.push(row(&mac, "switch"));
        events.extend(down_and_up("SW", &mac, 48, 46));
        for ap in 0..25 {
            let below = format!("5c5b35{:06x}", switch * 100 + ap);
            devices.push(row(&below, "ap"));
            events.extend(down_and_up("AP", &below, 48, 46));
            let port =
                json!({ "mac": mac, "port_id": format!("ge-0/0/{ap}"), "up": true, "neighbor_mac": below });
            ports.push(Port::of(Row::of(&port)).unwrap());
        }
    }
    let end = NOW - 40 * HOUR;
    let past = Past { site: None, devices: &devices, ports: &ports, events: &events, now: NOW, end };
    let over = recovered(&past, &[]);
    assert_eq!(over.len(), 40);
    for finding in &over {
        assert_eq!(finding.cause().name, "upstream_down");
        assert!(finding.summary().contains("; 25 devices behind it went down"), "{}", finding.summary());
    }
}

#[test]
fn repeated_losses_of_today_are_a_trouble() {
    let losses: Vec<_> =
        (1..5).flat_map(|hours| down_and_up("AP", "5c5b35000001", 2 * hours, 2 * hours - 1)).collect();
    assert_eq!(found(&losses, 0), [("device_down", Severity::Warning, "AP-1".into())]);
}

#[test]
fn what_is_lost_again_and_again_is_named_by_what_it_is() {
    for (kind, once, repeated) in [
        // A VPN path is that of one WAN link.
        ("GW_VPN_PATH", "vpn_path_down", "wan_link_degraded"),
        ("GW_TUNNEL", "tunnel_down", "tunnel_down"),
        ("GW_BGP_NEIGHBOR", "bgp_down", "bgp_down"),
        ("GW_OSPF_NEIGHBOR", "bgp_down", "bgp_down"),
    ] {
        let pair = |hours: i64| {
            [
                event(&format!("{kind}_DOWN"), "5c4527000000", 2 * hours),
                event(&format!("{kind}_UP"), "5c4527000000", 2 * hours - 1),
            ]
        };
        let losses: Vec<_> = (1..5).flat_map(pair).collect();
        assert_eq!(found(&losses, 0), [(repeated, Severity::Warning, "GW".into())]);
        assert_eq!(found(&losses[..2], 0), [(once, Severity::Info, "GW".into())]);
    }
}

#[test]
fn what_was_lost_is_named_where_all_its_events_name_the_same() {
    let summary = |names: [&str; 2]| {
        let events: Vec<_> = [(8, "DOWN", 0), (7, "UP", 0), (6, "DOWN", 1), (5, "UP", 1)]
            .iter()
            .map(|(hours, state, of)| {
                let row = json!({
                    "type": format!("GW_TUNNEL_{state}"), "mac": "5c4527000000", "timestamp": NOW - hours * HOUR,
                    "vpn_name": names[*of],
                });
                Event::of(Row::of(&row)).unwrap()
            })
            .collect();
        let (devices, ports) = (devices(), ports());
        let past = Past { site: None, devices: &devices, ports: &ports, events: &events, now: NOW, end: NOW };
        recovered(&past, &[])[0].summary().to_owned()
    };
    let one = summary(["zs-1", "zs-1"]);
    assert!(one.starts_with("GW lost a tunnel (zs-1) twice, last for 60 min"), "{one}");
    let two = summary(["zs-1", "zs-2"]);
    assert!(two.starts_with("GW lost a tunnel twice, last for "), "{two}");
}

#[test]
fn several_things_that_were_lost_once_each_are_no_flaps() {
    let events: Vec<_> = (1..5)
        .flat_map(|tunnel| {
            [("DOWN", 8), ("UP", 7)].map(|(state, hours)| {
                let row = json!({
                    "type": format!("GW_TUNNEL_{state}"), "mac": "5c4527000000", "timestamp": NOW - hours * HOUR + tunnel,
                    "text": format!("Tunnel zs-{tunnel} on wan0 changed its state"),
                });
                Event::of(Row::of(&row)).unwrap()
            })
        })
        .collect();
    assert_eq!(found(&events, 0), [("tunnel_down", Severity::Info, "GW".into())]);
}

#[test]
fn a_restart_that_somebody_asked_for_is_no_outage() {
    let mut events = down_and_up("AP", "5c5b35000001", 48, 46).to_vec();
    events.push(event("AP_RESTART_BY_USER", "5c5b35000001", 48));
    assert_eq!(found(&events, 40), []);
}

#[test]
fn a_loop_that_was_cleared_is_told_of_its_time() {
    let events =
        [event("SW_LOOP_DETECTED", "5c4527000001", 48), event("SW_LOOP_CLEARED", "5c4527000001", 47)];
    assert_eq!(found(&events, 40), [("loop", Severity::Critical, "SW".into())]);
    assert_eq!(found(&events, 0), [("loop", Severity::Info, "SW".into())]);
}
