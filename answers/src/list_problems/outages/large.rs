//! Tests of the outages of a large organization.

use mistmcp::answers::Row;
use mistmcp::serde_json::json;

use super::*;
use crate::facts::wan::VpnPath;

/// Sites with one gateway and one access point each.
const SITES: usize = 3_000;

fn mac(kind: u8, site: usize) -> String {
    format!("5c5b{kind:02x}{site:06x}")
}

fn devices(is_down: impl Fn(&str, usize) -> bool) -> Vec<Device> {
    let device = |(site, kind): (usize, &str)| {
        let row = json!({
            "mac": mac(u8::from(kind == "ap"), site), "type": kind, "name": format!("{kind}-{site}"),
            "site_id": format!("s{site}"), "connected": !is_down(kind, site),
        });
        Device::of(Row::of(&row)).unwrap()
    };
    (0..SITES).flat_map(|site| [(site, "gateway"), (site, "ap")]).map(device).collect()
}

fn event(kind: &str, mac: &str, text: &str) -> Event {
    Event::of(Row::of(&json!({ "type": kind, "timestamp": 900, "mac": mac, "text": text }))).unwrap()
}

#[test]
fn only_sites_with_something_down_are_judged_and_each_by_its_own_events() {
    let devices = devices(|kind, site| kind == "ap" && [7, 1_999].contains(&site));
    let upgrades = (0..SITES).map(|site| event("AP_UPGRADE_STARTED", &mac(1, site), ""));
    let mut events: Vec<_> = upgrades.filter(|event| event.mac != Some(mac(1, 7))).collect();
    let found = |events: &[Event]| {
        let found = down(&devices, &[], events, |site| Some(format!("Site {site}")), 1_000);
        found.iter().map(|finding| (finding.cause().name, finding.is_on("Site s7"))).collect::<Vec<_>>()
    };
    assert_eq!(found(&events), [("upgrading", false), ("device_down", true)]);
    events.push(event("AP_UPGRADE_STARTED", &mac(1, 7), ""));
    assert_eq!(found(&events), [("upgrading", false), ("upgrading", true)]);
    assert_eq!(found(&[]), [("device_down", false), ("device_down", true)]);
}

#[test]
fn paths_of_many_gateways_are_each_judged_by_the_events_of_their_own() {
    let devices = devices(|kind, site| kind == "gateway" && site == 1);
    // Each has a path to the next one, the paths of every tenth are down.
    let path = |site: usize| {
        let row = json!({
            "mac": mac(0, site), "port_id": "wan0", "peer_router_name": format!("gateway-{}", site + 1),
            "peer_mac": mac(0, site + 1), "up": !site.is_multiple_of(10),
        });
        VpnPath::of(Row::of(&row)).unwrap()
    };
    let carried = WanPeers { paths: (0..SITES).map(path).collect(), ..WanPeers::default() };
    let of_down =
        |site: usize| event("GW_VPN_PATH_DOWN", &mac(0, site), &format!("gateway-{} wan0", site + 1));
    let mut events: Vec<_> = (0..SITES).step_by(20).map(of_down).collect();
    events.extend((0..SITES).map(|site| event("AP_CONNECTED", &mac(1, site), "")));
    let found = carried_down((&devices, true), (&carried, &[]), &events, |_| None, 1_000);
    let down: Vec<_> = found.iter().filter(|finding| finding.cause().name == c::VPN_PATH_DOWN.name).collect();
    // The path of the first leads to a dead gateway.
    assert_eq!(down.len(), SITES / 10 - 1);
    for finding in down {
        let is_reported = (0..SITES).step_by(20).any(|site| finding.is_on(&format!("gateway-{site}")));
        assert_eq!(finding.began(), is_reported.then_some(900), "{finding:?}");
    }
}
