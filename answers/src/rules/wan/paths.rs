//! Rules for what runs over WAN links: VPN paths, tunnels and routing neighbors.

use mistmcp::answers::{Cause, Finding, Object, Severity, ago, has, listed, name, plural};

use super::{Wan, over_limit};
use crate::facts::wan::{RoutingNeighbor, Tunnel};
use crate::facts::{Device, open};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// VPN paths that are down, a finding for each WAN of a gateway; with the routing neighbors that were lost with them.
pub(crate) fn paths_down(wan: &Wan<'_>) -> Vec<Finding> {
    let open = open(wan.events);
    let mut found = Vec::new();
    for (gateway, port) in links(wan.paths.iter().map(|path| (path.gateway.as_str(), path.port.as_str()))) {
        let own: Vec<_> =
            wan.paths.iter().filter(|path| path.gateway == gateway && path.port == port).collect();
        let down: Vec<_> = own.iter().filter(|path| path.up == Some(false)).collect();
        if down.is_empty() {
            continue;
        }
        // A peer that another path reaches is not cut off.
        let reached = |peer: &str| {
            wan.paths.iter().any(|path| path.gateway == gateway && path.peer == peer && path.up == Some(true))
        };
        let cut_off = down.iter().filter(|path| !reached(&path.peer)).count();
        let all = cut_off == own.len() && own.len() == down.len();
        let (severity, weight) = match cut_off {
            0 => (Severity::Info, 40),
            _ if all => (Severity::Critical, 78),
            _ => (Severity::Warning, 65),
        };
        let peers: Vec<_> = down.iter().map(|path| path.peer.as_str()).collect();
        let all_peers: Vec<_> =
            wan.paths.iter().filter(|path| path.gateway == gateway).map(|path| path.peer.as_str()).collect();
        let kinds = ["VPN_PATH_DOWN", "VPN_PEER_DOWN"];
        let since = wan.since(&open, gateway, &kinds, Some(port), &peers, &all_peers);
        let lost = wan.neighbors.iter().filter(|neighbor| {
            !neighbor.is_up
                && neighbor.device == gateway
                && down.iter().any(|path| path.peer_mac.is_some() && path.peer_mac == neighbor.mac)
        });
        let routes: Vec<_> =
            lost.map(|neighbor| format!("{} {}", neighbor.protocol, neighbor.address)).collect();
        let called = wan.called(gateway);
        let what = plural(down.len(), "path");
        let another = if cut_off == 0 { "; another path to the same peer is up" } else { "" };
        let mut finding = Finding::new(
            &c::VPN_PATH_DOWN,
            severity,
            format!(
                "The VPN {what} of {called} over {} to {} {}{another}.",
                name(port),
                listed(&peers, 4),
                wan.state_since(down.len(), "down", since)
            ),
        )
        .on(Object::port(port).of_device(&called).mac(gateway.to_owned()))
        .on(wan.object(gateway))
        .weight(weight)
        .since(since)
        .evidence("paths_down", down.len())
        .evidence("paths", own.len())
        .evidence("peers", peers)
        .evidence("routing_neighbors_lost", Some(routes).filter(|routes| !routes.is_empty()))
        .see(&wan.rows_of("VPN paths", "searchOrgPeerPathStats", gateway));
        for path in down.iter().take(4) {
            finding = finding.on(Object::gateway(&path.peer).mac(path.peer_mac.clone()));
        }
        found.push(finding);
    }
    found
}

/// The links that rows name, each once and in order.
fn links<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let mut links: Vec<_> = all.collect();
    links.sort_unstable();
    links.dedup();
    links
}

/// Whether any path of a gateway names one of its WAN ports.
fn name_ports(wan: &Wan<'_>, gateway: &str) -> bool {
    let ports = wan.wan_ports(gateway);
    let mut own = wan.paths.iter().filter(|path| path.gateway == gateway);
    own.any(|path| ports.iter().any(|port| port.id == path.port || path.wan.as_ref() == Some(&port.id)))
}

/// VPN paths with loss, latency or jitter, where their WAN link shows none.
pub(crate) fn paths_degraded(wan: &Wan<'_>, degraded: &[Finding]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (gateway, port) in links(wan.paths.iter().map(|path| (path.gateway.as_str(), path.port.as_str()))) {
        let called = wan.called(gateway);
        let own = wan.paths.iter().filter(|path| path.gateway == gateway && path.port == port);
        let own: Vec<_> = own.filter(|path| path.up != Some(false)).collect();
        // With one WAN port, all paths go over it, whatever they call it; where none is called as a port is, any may be over any.
        let is_only = wan.wan_ports(gateway).len() < 2 || !name_ports(wan, gateway);
        let links = || own.iter().flat_map(|path| [Some(&path.port), path.wan.as_ref()]).flatten();
        let is_of_link = |finding: &Finding| is_only || links().any(|link| finding.is_on(link));
        if degraded.iter().any(|finding| finding.is_on(&called) && is_of_link(finding)) {
            continue;
        }
        let bad_ones: Vec<_> = own
            .iter()
            .filter_map(|path| {
                let words = over_limit(path.loss, path.latency, path.jitter);
                (!words.is_empty()).then_some((*path, words))
            })
            .collect();
        let Some((worst, words)) = bad_ones.iter().max_by(|(one, _), (other, _)| {
            one.loss.unwrap_or_default().total_cmp(&other.loss.unwrap_or_default())
        }) else {
            continue;
        };
        let peers: Vec<_> = bad_ones.iter().map(|(path, _)| path.peer.as_str()).collect();
        found.push(
            Finding::new(
                &c::WAN_LINK_DEGRADED,
                Severity::Warning,
                format!(
                    "The VPN {} of {called} over {} to {} {} up to {}.",
                    plural(peers.len(), "path"),
                    name(port),
                    listed(&peers, 3),
                    has(peers.len()),
                    listed(words, 3)
                ),
            )
            .on(Object::port(port).of_device(&called).mac(gateway.to_owned()))
            .on(wan.object(gateway))
            .weight(64)
            .evidence("paths_degraded", bad_ones.len())
            .evidence("paths", own.len())
            .evidence("loss_percent", worst.loss)
            .evidence("latency_ms", worst.latency)
            .evidence("jitter_ms", worst.jitter)
            .see(&wan.rows_of("VPN paths", "searchOrgPeerPathStats", gateway)),
        );
    }
    found
}

/// Tunnels that are down, a finding for each WAN of a gateway.
pub(crate) fn tunnels_down(wan: &Wan<'_>) -> Vec<Finding> {
    let link = |tunnel: &Tunnel| tunnel.port.clone().unwrap_or_else(|| tunnel.name.clone());
    let names: Vec<_> = wan.tunnels.iter().map(|tunnel| (tunnel.gateway.clone(), link(tunnel))).collect();
    let open = open(wan.events);
    let mut found = Vec::new();
    for (gateway, port) in links(names.iter().map(|(gateway, port)| (gateway.as_str(), port.as_str()))) {
        let down = wan
            .tunnels
            .iter()
            .filter(|tunnel| tunnel.gateway == gateway && link(tunnel) == port && tunnel.up == Some(false));
        // A tunnel of the same name over another WAN, or the second of two, takes over.
        let takes_over = |other: &Tunnel, lost: &Tunnel| {
            other.gateway == gateway
                && other.up == Some(true)
                && (other.name == lost.name || (other.peer.is_some() && other.peer == lost.peer))
        };
        let is_saved = |lost: &&Tunnel| wan.tunnels.iter().any(|other| takes_over(other, lost));
        let (replaced, lost): (Vec<_>, Vec<_>) = down.partition(is_saved);
        // What is replaced is told where nothing else is down.
        let (down, saved) = if lost.is_empty() { (replaced, true) } else { (lost, false) };
        let Some(first) = down.first() else { continue };
        let own: Vec<_> = down.iter().map(|tunnel| tunnel.name.as_str()).collect();
        let all: Vec<_> = wan
            .tunnels
            .iter()
            .filter(|tunnel| tunnel.gateway == gateway)
            .map(|tunnel| tunnel.name.as_str())
            .collect();
        let since = wan.since(&open, gateway, &["TUNNEL_DOWN"], Some(port), &own, &all);
        let (severity, weight, rest) = if saved {
            (Severity::Info, 45, "; another tunnel to the same peer is up")
        } else {
            (Severity::Critical, 76, "")
        };
        let called = wan.called(gateway);
        let names: Vec<_> = down.iter().map(|tunnel| tunnel.name.as_str()).collect();
        let noun = plural(down.len(), "tunnel");
        let state = wan.state_since(down.len(), "down", since);
        found.push(
            Finding::new(
                &c::TUNNEL_DOWN,
                severity,
                format!("The {noun} {} of {called} {state}{rest}.", listed(&names, 4)),
            )
            .on(Object::port(port).of_device(&called).mac(gateway.to_owned()))
            .on(wan.object(gateway))
            .weight(weight)
            .since(since)
            .evidence("tunnels", names)
            .evidence("peer", first.peer.clone())
            .evidence("last_event", first.last_event.clone())
            .evidence("priority", first.priority.clone())
            .see(&wan.rows_of("tunnels", "searchOrgTunnelsStats", gateway).with("type", "wan")),
        );
    }
    found
}

/// Routing neighbors that are down, a finding for each device and protocol; but for those that a VPN path explains.
pub(crate) fn neighbors_down(wan: &Wan<'_>) -> Vec<Finding> {
    let explained = |neighbor: &RoutingNeighbor| {
        neighbor.mac.is_some()
            && wan.paths.iter().any(|path| {
                path.gateway == neighbor.device && path.peer_mac == neighbor.mac && path.up == Some(false)
            })
    };
    let open = open(wan.events);
    let mut found = Vec::new();
    for (device, protocol) in
        links(wan.neighbors.iter().map(|neighbor| (neighbor.device.as_str(), neighbor.protocol)))
    {
        let own = wan.neighbors.iter().filter(|own| own.device == device && own.protocol == protocol);
        let own: Vec<_> = own.collect();
        let down: Vec<_> = own.iter().filter(|neighbor| !neighbor.is_up && !explained(neighbor)).collect();
        let Some(first) = down.first() else { continue };
        let all = down.len() == own.len();
        let kind = if protocol == "OSPF" { "OSPF_NEIGHBOR_DOWN" } else { "BGP_NEIGHBOR_DOWN" };
        let lost: Vec<_> = down.iter().map(|neighbor| neighbor.address.as_str()).collect();
        let addresses: Vec<_> = own.iter().map(|neighbor| neighbor.address.as_str()).collect();
        let since = wan.since(&open, device, &[kind], None, &lost, &addresses);
        let (severity, weight) = match (protocol, all) {
            // OSPF runs inside; where it is lost, the default route often stays.
            ("OSPF", _) => (Severity::Warning, 56),
            (_, true) => (Severity::Critical, 77),
            // One of several that was lost before the window explains little of what is wrong now.
            (_, false) if since.is_none() => (Severity::Warning, 55),
            (_, false) => (Severity::Warning, 67),
        };
        let called = wan.called(device);
        let names: Vec<_> = down
            .iter()
            .map(|neighbor| match &neighbor.asn {
                Some(asn) => format!("{} (AS {asn})", neighbor.address),
                None => neighbor.address.clone(),
            })
            .collect();
        let noun = plural(down.len(), "neighbor");
        let state = wan.state_since(down.len(), "down", since);
        found.push(
            Finding::new(
                &c::BGP_DOWN,
                severity,
                format!("The {protocol} {noun} {} of {called} {state}.", listed(&names, 4)),
            )
            .on(wan.object(device))
            .item(protocol.to_owned())
            .weight(weight)
            .since(since)
            .see(&match protocol {
                "OSPF" => wan.rows_of("OSPF neighbors", "searchSiteOspfStats", device),
                _ => wan.rows_of("BGP neighbors", "searchSiteBgpStats", device),
            })
            .evidence("protocol", protocol)
            .evidence("neighbors_down", names)
            .evidence("neighbors", own.len())
            .evidence("state", first.state.clone())
            .evidence("vrf", first.vrf.clone()),
        );
    }
    found
}

/// What events say is down, where no statistics of it could be read, or where the event is so new that statistics may not
/// show it yet: a finding for each gateway, cause and protocol. What `found` has of the gateway is left out.
pub(crate) fn by_events(wan: &Wan<'_>, found: &[Finding]) -> Vec<Finding> {
    let kinds: [(&[&str], &'static Cause, Option<&str>, &str); 4] = [
        (&["VPN_PATH_DOWN", "VPN_PEER_DOWN"], &c::VPN_PATH_DOWN, None, "a VPN path"),
        (&["TUNNEL_DOWN"], &c::TUNNEL_DOWN, None, "a tunnel"),
        (&["BGP_NEIGHBOR_DOWN"], &c::BGP_DOWN, Some("BGP"), "a BGP neighbor"),
        (&["OSPF_NEIGHBOR_DOWN"], &c::BGP_DOWN, Some("OSPF"), "an OSPF neighbor"),
    ];
    let open = open(wan.events);
    let mut lost = Vec::new();
    for (shorts, cause, protocol, what) in kinds {
        let of_kind = open.iter().filter(|(event, _)| shorts.contains(&event.short()));
        let of_kind: Vec<_> = of_kind.filter(|(event, _)| event.mac.is_some()).collect();
        let mut macs: Vec<_> = of_kind.iter().filter_map(|(event, _)| event.mac.as_deref()).collect();
        macs.sort_unstable();
        macs.dedup();
        for mac in macs {
            // What a dead gateway lost is part of its outage.
            let device = wan.device(mac);
            if device.is_some_and(Device::is_down) {
                continue;
            }
            let called = device.map(Device::called);
            let is_known = |known: &Finding| {
                known.cause().name == cause.name
                    && known.is_about_item(protocol)
                    && called.as_deref().is_none_or(|called| known.is_on(called))
            };
            let is_shown = wan.shows(cause.name);
            let own = of_kind.iter().filter(|(event, _)| event.mac.as_deref() == Some(mac));
            // Statistics are newer than an old event.
            let own: Vec<_> =
                own.filter(|(event, _)| !is_shown || wan.now - event.time <= t::RECENT).collect();
            let Some((first, _)) = own.iter().min_by_key(|(event, _)| event.time) else { continue };
            if is_shown && found.iter().any(is_known) {
                continue;
            }
            let times: usize = own.iter().map(|(_, times)| *times).sum();
            let when = ago(first.time, wan.now);
            let (called, object) = wan.of_event(first);
            lost.push(
                Finding::new(
                    cause,
                    Severity::Warning,
                    format!("{called} lost {what} {when}, according to its events."),
                )
                .on(object)
                .item(protocol.map(str::to_owned))
                .weight(58)
                .since(first.time)
                .evidence("event", first.kind.clone())
                .evidence("times", times)
                .evidence("text", first.text.clone())
                .see(evidence::device_events(own.iter().map(|(event, _)| *event)).as_ref()),
            );
        }
    }
    lost
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::super::links_degraded;
    use super::*;
    use crate::facts::Port;
    use crate::facts::wan::VpnPath;

    const GW: &str = "b033a6000010";

    #[test]
    fn paths_are_degraded_unless_the_figures_of_their_own_link_say_it() {
        let gateway = json!({ "mac": GW, "name": "GW-1", "type": "gateway", "connected": true });
        let gateways = [Device::of(Row::of(&gateway)).unwrap()];
        let port = |id: &str, jitter: Option<i64>| {
            let row = json!({ "mac": GW, "port_id": id, "port_usage": "wan", "up": true, "jitter": jitter });
            Port::of(Row::of(&row)).unwrap()
        };
        let path = |id: &str, wan: &str| {
            let row = json!({
                "mac": GW, "port_id": id, "wan_name": wan, "peer_router_name": "HUB", "up": true, "loss": 30,
            });
            VpnPath::of(Row::of(&row)).unwrap()
        };
        let bad = Some(400);
        for (ports, paths, wanted) in [
            (
                vec![port("ge-0/0/0", bad), port("ge-0/0/1", None)],
                vec![path("ge-0/0/1", "b")],
                vec!["ge-0/0/1"],
            ),
            (vec![port("ge-0/0/0", bad), port("ge-0/0/1", None)], vec![path("ge-0/0/0", "a")], vec![]),
            (
                vec![port("wan0", bad), port("wan1", None)],
                vec![path("ge-0/0/0", "wan0"), path("x", "wan1")],
                vec!["x"],
            ),
            (vec![port("ge-0/0/0", bad)], vec![path("wan0", "wan0")], vec![]),
            (
                vec![port("ge-0/0/0", bad), port("ge-0/0/1", None)],
                vec![path("x", "a"), path("b", "b")],
                vec![],
            ),
            (vec![port("ge-0/0/0", None)], vec![path("wan0", "wan0")], vec!["wan0"]),
        ] {
            let wan = Wan {
                gateways: &gateways,
                devices: &[],
                ports: &ports,
                paths: &paths,
                tunnels: &[],
                neighbors: &[],
                events: &[],
                alarms: &[],
                now: 1_000,
            };
            let found = paths_degraded(&wan, &links_degraded(&wan));
            assert_eq!(found.len(), wanted.len(), "{ports:?} {found:?}");
            assert!(found.iter().zip(wanted).all(|(finding, port)| finding.starts_on(port)), "{found:?}");
        }
    }
}
