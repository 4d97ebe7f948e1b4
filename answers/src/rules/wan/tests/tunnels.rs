//! Since when tunnels are down.

use super::*;

#[test]
fn a_tunnel_is_down_since_its_own_event_by_its_wan_or_the_port_of_that() {
    let gateways = gateway(true);
    let paths = [("ge-0/0/0", "INET"), ("ge-0/0/1", "MPLS")].map(|(port, wan)| {
        let row =
            json!({ "mac": GW, "port_id": port, "wan_name": wan, "peer_router_name": "HUB", "up": true });
        VpnPath::of(Row::of(&row)).unwrap()
    });
    let row = json!({ "mac": GW, "tunnel_name": "zs-1", "wan_name": "INET", "up": false });
    let tunnels = [Tunnel::of(Row::of(&row)).unwrap()];
    for (text, port, wanted) in [
        ("Tunnel zs-1 on INET is down", None, Some(500)),
        ("Tunnel zs-1 is down", Some("INET"), Some(500)),
        ("Tunnel zs-1 is down", Some("ge-0/0/0"), Some(500)),
        ("Tunnel zs-1 is down", Some("ge-0/0/1"), None),
        ("Tunnel zs-1 is down", Some("MPLS"), None),
    ] {
        let row =
            json!({ "type": "GW_TUNNEL_DOWN", "timestamp": 500, "mac": GW, "text": text, "port_id": port });
        let events = [Event::of(Row::of(&row)).unwrap()];
        let found = tunnels_down(&Wan { tunnels: &tunnels, events: &events, ..wan(&gateways, &[], &paths) });
        assert_eq!(found[0].began(), wanted, "{text} {port:?}");
    }
}
