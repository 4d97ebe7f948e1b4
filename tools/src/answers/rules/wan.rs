//! Rules for the WAN of a site: links, VPN paths, tunnels, routing, DHCP pools and gateway clusters.

use mistmcp::answers::{Finding, Object, Severity, ago, count, lasting, listed, name};

use crate::answers::causes as c;
use crate::answers::facts::wan::{Cluster, Neighbor, Path, Pool, Tunnel};
use crate::answers::facts::{Device, Event, Port, open};
use crate::answers::thresholds as t;

/// The gateways of a site, and what happened to them.
#[derive(Clone, Copy, Debug)]
pub(in crate::answers) struct Wan<'a> {
    pub(in crate::answers) gateways: &'a [Device],
    pub(in crate::answers) ports: &'a [Port],
    pub(in crate::answers) paths: &'a [Path],
    pub(in crate::answers) tunnels: &'a [Tunnel],
    pub(in crate::answers) neighbors: &'a [Neighbor],
    pub(in crate::answers) events: &'a [Event],
    pub(in crate::answers) now: i64,
}

impl Wan<'_> {
    fn gateway(&self, mac: &str) -> Option<&Device> {
        self.gateways.iter().find(|gateway| gateway.has_mac(mac))
    }

    fn called(&self, mac: &str) -> String {
        self.gateway(mac).map_or_else(|| mac.to_owned(), Device::called)
    }

    fn object(&self, mac: &str) -> Object {
        self.gateway(mac).map_or_else(|| Object::gateway(mac).mac(mac.to_owned()), Device::object)
    }

    /// The open event of a gateway with one of these types, and since when.
    fn since(&self, mac: &str, shorts: &[&str], port: Option<&str>) -> Option<i64> {
        let of = |event: &Event| {
            event.mac.as_deref().is_none_or(|own| own == mac || self.called(own) == self.called(mac))
                && shorts.contains(&event.short())
                && (port.is_none() || event.port.as_deref().is_none_or(|own| Some(own) == port))
        };
        open(self.events)
            .into_iter()
            .map(|(event, _)| event)
            .filter(|event| of(event))
            .map(|event| event.time)
            .max()
    }

    fn when(&self, since: Option<i64>) -> String {
        since.map_or(String::new(), |since| format!(" {}", lasting(since, self.now)))
    }

    /// The WAN ports of a gateway.
    fn wan_ports(&self, mac: &str) -> Vec<&Port> {
        let ports = self.ports.iter().filter(|port| port.device == mac && is_wan(port));
        ports.collect()
    }

    /// Keys by which findings about paths and tunnels over a WAN port can follow from it. Mist names the port of a
    /// path by the port or by the name of the WAN; with one WAN port all go over it.
    fn carried(&self, port: &Port) -> Vec<String> {
        let only = self.wan_ports(&port.device).len() == 1;
        let of_paths =
            self.paths.iter().filter(|path| path.gateway == port.device).map(|path| path.port.as_str());
        let of_tunnels = self.tunnels.iter().filter(|tunnel| tunnel.gateway == port.device);
        let names = of_paths.chain(of_tunnels.filter_map(|tunnel| tunnel.port.as_deref()));
        names.filter(|own| only || *own == port.id).map(|own| format!("{} {own}", port.device)).collect()
    }
}

/// Whether a port leads to a provider.
pub(in crate::answers) fn is_wan(port: &Port) -> bool {
    port.usage.as_deref().is_some_and(|usage| usage.eq_ignore_ascii_case("wan")) || port.uplink
}

/// Gateways that are down; all of them together are an outage of the site.
pub(in crate::answers) fn gateways_down(wan: &Wan<'_>, site: Option<&str>) -> Vec<Finding> {
    let all = wan.gateways.iter().all(Device::is_down);
    let down = wan.gateways.iter().filter(|gateway| gateway.is_down());
    down.map(|gateway| {
        let when = wan.when(gateway.last_seen);
        let (cause, severity, weight) = if all {
            (&c::SITE_DOWN, Severity::Critical, 90)
        } else {
            (&c::DEVICE_DOWN, Severity::Warning, 75)
        };
        let own = gateway.mac.as_str();
        let ports =
            wan.ports.iter().filter(|port| port.device == own).map(|port| format!("{own} {}", port.id));
        let paths =
            wan.paths.iter().filter(|path| path.gateway == own).map(|path| format!("{own} {}", path.port));
        let finding = Finding::new(
            cause,
            severity,
            format!("The gateway {} is not connected{when}.", gateway.called()),
        )
        .on(gateway.object());
        let finding = match site {
            Some(site) => finding.on(Object::site(site)),
            None => finding,
        };
        finding
            .weight(weight)
            .since(gateway.last_seen)
            .evidence("status", gateway.status.clone())
            .affects(ports.chain(paths).collect::<Vec<_>>())
            .affects([own])
    })
    .collect()
}

/// WAN ports that are down.
pub(in crate::answers) fn links_down(wan: &Wan<'_>) -> Vec<Finding> {
    let down = wan.ports.iter().filter(|port| is_wan(port) && port.up == Some(false) && !port.disabled);
    down.map(|port| {
        let others = wan.wan_ports(&port.device).iter().filter(|other| other.up == Some(true)).count();
        let (severity, weight, rest) = match others {
            0 => (Severity::Critical, 85, "and no other WAN link is up"),
            _ => (Severity::Warning, 68, "another WAN link is up"),
        };
        let since = wan.since(&port.device, &["PORT_DOWN"], Some(&port.id)).or(port.last_flapped);
        let gateway = wan.called(&port.device);
        Finding::new(
            &c::WAN_LINK_DOWN,
            severity,
            format!("The WAN port {} of {gateway} is down{}, {rest}.", name(&port.id), wan.when(since)),
        )
        .on(port.object(&gateway))
        .on(wan.object(&port.device))
        .weight(weight)
        .since(since)
        .evidence("up", false)
        .evidence("port_usage", port.usage.clone())
        .evidence("other_wan_links_up", others)
        .affects(wan.carried(port))
    })
    .collect()
}

/// Figures of a line that are too bad, in words.
fn bad(loss: Option<f64>, latency: Option<f64>, jitter: Option<f64>) -> Vec<String> {
    let figures = [
        (loss, t::WAN_LOSS, "% loss"),
        (latency, t::WAN_LATENCY, "ms latency"),
        (jitter, t::WAN_JITTER, "ms jitter"),
    ];
    let bad = figures.iter().filter_map(|(value, limit, unit)| {
        value.filter(|value| value >= limit).map(|value| format!("{} {unit}", rounded(value)))
    });
    bad.collect()
}

fn rounded(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// WAN links with loss, latency or jitter. `reported` says whether Marvis reports the link of a gateway.
pub(in crate::answers) fn links_degraded(
    wan: &Wan<'_>,
    reported: impl Fn(&str) -> Option<i64>,
) -> Vec<Finding> {
    let links = wan.ports.iter().filter(|port| is_wan(port) && port.up != Some(false) && !port.disabled);
    links
        .filter_map(|port| {
            let mut words = bad(port.loss, port.latency, port.jitter);
            let flaps = wan.events.iter().filter(|event| {
                event.short() == "PORT_DOWN"
                    && event.mac.as_deref() == Some(port.device.as_str())
                    && event.port.as_deref() == Some(port.id.as_str())
            });
            let flaps = flaps.count();
            if flaps >= t::FLAPS {
                words.push(format!("{flaps} outages"));
            }
            if words.is_empty() {
                return None;
            }
            let gateway = wan.called(&port.device);
            let unusable = port.loss.is_some_and(|loss| loss >= t::WAN_LOSS_UNUSABLE);
            let since = reported(&port.device);
            let (severity, weight) =
                if unusable { (Severity::Critical, 82) } else { (Severity::Warning, 66) };
            Some(
                Finding::new(
                    &c::WAN_LINK_DEGRADED,
                    severity,
                    format!("The WAN link on {} of {gateway} has {}.", name(&port.id), listed(&words, 3)),
                )
                .on(port.object(&gateway))
                .on(wan.object(&port.device))
                .weight(weight)
                .since(since)
                .evidence("loss_percent", port.loss)
                .evidence("latency_ms", port.latency)
                .evidence("jitter_ms", port.jitter)
                .evidence("outages", Some(flaps).filter(|flaps| *flaps > 0))
                .evidence("reported_by_marvis", since.map(|_| true))
                .affects(wan.carried(port)),
            )
        })
        .collect()
}

/// VPN paths that are down, a finding for each WAN of a gateway; with the routing neighbors that were lost with them.
pub(in crate::answers) fn paths_down(wan: &Wan<'_>) -> Vec<Finding> {
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
        let since = wan.since(gateway, &["VPN_PATH_DOWN", "VPN_PEER_DOWN"], None);
        let peers: Vec<_> = down.iter().map(|path| path.peer.as_str()).collect();
        let lost = wan.neighbors.iter().filter(|neighbor| {
            !neighbor.is_up
                && neighbor.device == gateway
                && down.iter().any(|path| path.peer_mac.is_some() && path.peer_mac == neighbor.mac)
        });
        let routes: Vec<_> =
            lost.map(|neighbor| format!("{} {}", neighbor.protocol, neighbor.address)).collect();
        let called = wan.called(gateway);
        let what = if down.len() == 1 { "path".to_owned() } else { count(down.len(), "path") };
        let verb = if down.len() == 1 { "is" } else { "are" };
        let another = if cut_off == 0 { "; another path is up" } else { "" };
        let mut finding = Finding::new(
            &c::VPN_PATH_DOWN,
            severity,
            format!(
                "The VPN {what} of {called} over {} to {} {verb} down{}{another}.",
                name(port),
                listed(&peers, 4),
                wan.when(since)
            ),
        )
        .on(Object::port(port).of_device(&called).mac(gateway.to_owned()))
        .on(wan.object(gateway))
        .weight(weight)
        .since(since)
        .evidence("paths_down", down.len())
        .evidence("paths", own.len())
        .evidence("peers", peers)
        .evidence("routing_neighbors_lost", Some(routes).filter(|routes| !routes.is_empty()));
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

/// VPN paths with loss, latency or jitter, where their WAN link shows none.
pub(in crate::answers) fn paths_degraded(wan: &Wan<'_>, degraded: &[Finding]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (gateway, port) in links(wan.paths.iter().map(|path| (path.gateway.as_str(), path.port.as_str()))) {
        let called = wan.called(gateway);
        if degraded.iter().any(|finding| finding.is_on(&called)) {
            continue;
        }
        let own = wan.paths.iter().filter(|path| path.gateway == gateway && path.port == port);
        let own: Vec<_> = own.filter(|path| path.up != Some(false)).collect();
        let bad_ones: Vec<_> = own
            .iter()
            .filter_map(|path| {
                let words = bad(path.loss, path.latency, path.jitter);
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
                    "The VPN of {called} over {} to {} has up to {}.",
                    name(port),
                    listed(&peers, 3),
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
            .evidence("jitter_ms", worst.jitter),
        );
    }
    found
}

/// Tunnels that are down, a finding for each WAN of a gateway.
pub(in crate::answers) fn tunnels_down(wan: &Wan<'_>) -> Vec<Finding> {
    let link = |tunnel: &Tunnel| tunnel.port.clone().unwrap_or_else(|| tunnel.name.clone());
    let names: Vec<_> = wan.tunnels.iter().map(|tunnel| (tunnel.gateway.clone(), link(tunnel))).collect();
    let mut found = Vec::new();
    for (gateway, port) in links(names.iter().map(|(gateway, port)| (gateway.as_str(), port.as_str()))) {
        let down = wan
            .tunnels
            .iter()
            .filter(|tunnel| tunnel.gateway == gateway && link(tunnel) == port && tunnel.up == Some(false));
        let down: Vec<_> = down.collect();
        let Some(first) = down.first() else { continue };
        // A tunnel of the same name over another WAN, or the second of two, takes over.
        let saved = wan.tunnels.iter().any(|other| {
            other.gateway == gateway
                && other.up == Some(true)
                && (other.name == first.name || (other.peer.is_some() && other.peer == first.peer))
        });
        let since = wan.since(gateway, &["TUNNEL_DOWN"], None);
        let (severity, weight, rest) = if saved {
            (Severity::Info, 45, "; another tunnel to it is up")
        } else {
            (Severity::Critical, 76, "")
        };
        let called = wan.called(gateway);
        let names: Vec<_> = down.iter().map(|tunnel| tunnel.name.as_str()).collect();
        let (noun, verb) = if down.len() == 1 { ("tunnel", "is") } else { ("tunnels", "are") };
        found.push(
            Finding::new(
                &c::TUNNEL_DOWN,
                severity,
                format!("The {noun} {} of {called} {verb} down{}{rest}.", listed(&names, 4), wan.when(since)),
            )
            .on(Object::port(port).of_device(&called).mac(gateway.to_owned()))
            .on(wan.object(gateway))
            .weight(weight)
            .since(since)
            .evidence("tunnels", names)
            .evidence("peer", first.peer.clone())
            .evidence("last_event", first.last_event.clone())
            .evidence("priority", first.priority.clone()),
        );
    }
    found
}

/// Routing neighbors that are down, a finding for each device and protocol; but for those that a VPN path explains.
pub(in crate::answers) fn neighbors_down(wan: &Wan<'_>) -> Vec<Finding> {
    let explained = |neighbor: &Neighbor| {
        neighbor.mac.is_some()
            && wan.paths.iter().any(|path| {
                path.gateway == neighbor.device && path.peer_mac == neighbor.mac && path.up == Some(false)
            })
    };
    let mut found = Vec::new();
    for (device, protocol) in
        links(wan.neighbors.iter().map(|neighbor| (neighbor.device.as_str(), neighbor.protocol)))
    {
        let own = wan.neighbors.iter().filter(|own| own.device == device && own.protocol == protocol);
        let own: Vec<_> = own.collect();
        let down: Vec<_> = own.iter().filter(|neighbor| !neighbor.is_up && !explained(neighbor)).collect();
        let Some(first) = down.first() else { continue };
        let all = down.len() == own.len();
        let since = wan.since(device, &["BGP_NEIGHBOR_DOWN", "OSPF_NEIGHBOR_DOWN"], None);
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
        let noun = if down.len() == 1 { "neighbor" } else { "neighbors" };
        let text = wan.events.iter().filter(|event| event.short().ends_with("NEIGHBOR_DOWN"));
        let mut text = text.filter(|event| event.mac.as_deref() == Some(device) && Some(event.time) == since);
        found.push(
            Finding::new(
                &c::BGP_DOWN,
                severity,
                format!("{called} has lost its {protocol} {noun} {}{}.", listed(&names, 4), wan.when(since)),
            )
            .on(wan.object(device))
            .weight(weight)
            .since(since)
            .evidence("protocol", protocol)
            .evidence("neighbors_down", names)
            .evidence("neighbors", own.len())
            .evidence("state", first.state.clone())
            .evidence("vrf", first.vrf.clone())
            .evidence("text", text.find_map(|event| event.text.clone())),
        );
    }
    found
}

/// What events say is down, where no statistics of it could be read, or where the event is so new that statistics may not
/// show it yet. What `found` tells of the gateway is left out.
pub(in crate::answers) fn by_events(
    wan: &Wan<'_>,
    is_seen: impl Fn(&str) -> bool,
    found: &[Finding],
) -> Vec<Finding> {
    let kinds: [(&[&str], _, &str); 3] = [
        (&["VPN_PATH_DOWN", "VPN_PEER_DOWN"], &c::VPN_PATH_DOWN, "a VPN path"),
        (&["TUNNEL_DOWN"], &c::TUNNEL_DOWN, "a tunnel"),
        (&["BGP_NEIGHBOR_DOWN", "OSPF_NEIGHBOR_DOWN"], &c::BGP_DOWN, "a routing neighbor"),
    ];
    let lost = open(wan.events).into_iter().filter_map(|(event, times)| {
        let (_, cause, what) = kinds.iter().find(|(shorts, ..)| shorts.contains(&event.short()))?;
        let mac = event.mac.as_deref()?;
        let called = wan.gateway(mac).map(Device::called);
        let is_known = |known: &Finding| {
            known.cause().name == cause.name && called.as_ref().is_none_or(|called| known.is_on(called))
        };
        let is_new = wan.now - event.time <= t::RECENTLY;
        if is_seen(cause.name) && (!is_new || found.iter().any(is_known)) {
            return None;
        }
        let since = wan.when(Some(event.time));
        Some(
            Finding::new(
                cause,
                Severity::Warning,
                format!("{} has lost {what}{since}, as its events say.", wan.called(mac)),
            )
            .on(wan.object(mac))
            .weight(58)
            .since(event.time)
            .evidence("times", times)
            .evidence("text", event.text.clone()),
        )
    });
    lost.collect()
}

/// DHCP pools without free addresses.
pub(in crate::answers) fn pools(wan: &Wan<'_>, pools: &[Pool]) -> Vec<Finding> {
    let low = |mac: &str| -> Vec<&Event> {
        let events = wan.events.iter().filter(|event| event.short() == "DHCP_POOL_LOW");
        events.filter(|event| event.mac.as_deref() == Some(mac)).collect()
    };
    let mut found = Vec::new();
    for gateway in wan.gateways {
        let events = low(&gateway.mac);
        let own: Vec<_> = pools.iter().filter(|pool| gateway.has_mac(&pool.gateway)).collect();
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let used = |pool: &Pool| pool.leased as f64 / pool.size as f64;
        let mut full: Vec<_> = own.iter().filter(|pool| used(pool) >= t::POOL_NEARLY_FULL).collect();
        full.sort_by(|one, other| used(other).total_cmp(&used(one)));
        let last = events.iter().map(|event| event.time).max();
        let since = events.iter().map(|event| event.time).min();
        if let Some(first) = full.first() {
            let none_left = first.leased >= first.size;
            let state = if none_left { "has no free address" } else { "is nearly full" };
            let (severity, weight) =
                if none_left { (Severity::Critical, 80) } else { (Severity::Warning, 62) };
            let more = if full.len() > 1 { format!(", and {} more", full.len() - 1) } else { String::new() };
            found.push(
                Finding::new(
                    &c::DHCP_POOL_EXHAUSTED,
                    severity,
                    format!(
                        "The DHCP pool of {} at {} {state}: {} of {} are leased{more}.",
                        name(&first.network),
                        gateway.called(),
                        first.leased,
                        first.size
                    ),
                )
                .on(gateway.object())
                .on(Object::vlan(&first.network))
                .weight(weight)
                .since(since)
                .evidence("leased", first.leased)
                .evidence("addresses", first.size)
                .evidence("pool_low_events", Some(events.len()).filter(|events| *events > 0)),
            );
        } else if let (Some(last), true) = (last, own.is_empty()) {
            // Nothing tells how full it is now.
            let recent = events.len() > 1 || wan.now - last < 6 * 60 * t::MINUTE;
            let (severity, weight) = if recent { (Severity::Warning, 61) } else { (Severity::Info, 30) };
            found.push(
                Finding::new(
                    &c::DHCP_POOL_EXHAUSTED,
                    severity,
                    format!("{} ran short of DHCP addresses, last {}.", gateway.called(), ago(last, wan.now)),
                )
                .on(gateway.object())
                .weight(weight)
                .since(since)
                .evidence("pool_low_events", events.len())
                .evidence("text", events.last().and_then(|event| event.text.clone())),
            );
        }
    }
    found
}

/// Clusters that have lost a node or the link between them.
pub(in crate::answers) fn clusters(
    wan: &Wan<'_>,
    clusters: &[Cluster],
    nodes: &[(String, usize)],
) -> Vec<Finding> {
    let mut found = Vec::new();
    for gateway in wan.gateways {
        let cluster = clusters.iter().find(|cluster| gateway.has_mac(&cluster.gateway));
        let mut troubles = cluster.map(|cluster| cluster.troubles.clone()).unwrap_or_default();
        let of_cluster = ["HA_CONTROL_LINK_DOWN", "HA_HEALTH_WEIGHT_LOW"];
        let events: Vec<_> = open(wan.events)
            .into_iter()
            .map(|(event, _)| event)
            .filter(|event| of_cluster.contains(&event.short()))
            .filter(|event| event.mac.as_deref().is_some_and(|mac| gateway.has_mac(mac)))
            .collect();
        troubles.extend(events.iter().map(|event| match event.short() {
            "HA_CONTROL_LINK_DOWN" => "control link down".to_owned(),
            _ => "health of a node low".to_owned(),
        }));
        troubles.extend(gateway.members_gone.iter().map(|node| format!("node {node} not present")));
        let lone = cluster.is_some_and(|cluster| cluster.is_cluster)
            && nodes.iter().any(|(mac, nodes)| gateway.has_mac(mac) && *nodes == 1);
        if lone {
            troubles.push("one node only".to_owned());
        }
        troubles.dedup();
        if troubles.is_empty() {
            continue;
        }
        let since = events.iter().map(|event| event.time).min();
        found.push(
            Finding::new(
                &c::CLUSTER_DEGRADED,
                Severity::Warning,
                format!(
                    "The gateway cluster {} is not redundant{}: {}.",
                    gateway.called(),
                    wan.when(since),
                    listed(&troubles, 4)
                ),
            )
            .on(gateway.object())
            .weight(69)
            .since(since)
            .evidence("troubles", troubles)
            .evidence("events", events.iter().map(|event| event.kind.clone()).collect::<Vec<_>>()),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::*;

    const GW: &str = "b033a6000010";

    fn gateway(connected: bool) -> Vec<Device> {
        let row =
            json!({ "mac": GW, "name": "GW-1", "type": "gateway", "connected": connected, "last_seen": 100 });
        Device::of(Row::of(&row)).into_iter().collect()
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn port(row: Value) -> Port {
        let mut all = json!({ "mac": GW, "port_id": "ge-0/0/0", "port_usage": "wan", "up": true });
        for (name, value) in row.as_object().unwrap() {
            all[name] = value.clone();
        }
        Port::of(Row::of(&all)).unwrap()
    }

    fn path(peer: &str, port: &str, up: bool) -> Path {
        let row = json!({ "mac": GW, "port_id": port, "peer_router_name": peer, "peer_mac": "b033a6000020", "up": up });
        Path::of(Row::of(&row)).unwrap()
    }

    fn event(kind: &str, time: i64) -> Event {
        Event::of(Row::of(&json!({ "type": kind, "timestamp": time, "mac": GW }))).unwrap()
    }

    fn wan<'a>(gateways: &'a [Device], ports: &'a [Port], paths: &'a [Path]) -> Wan<'a> {
        Wan { gateways, ports, paths, tunnels: &[], neighbors: &[], events: &[], now: 1_000 }
    }

    #[test]
    fn a_link_that_is_down_matters_by_whether_there_is_another() {
        let gateways = gateway(true);
        let ports = [port(json!({ "up": false })), port(json!({ "port_id": "ge-0/0/1" }))];
        let found = links_down(&wan(&gateways, &ports, &[]));
        assert!(found[0].severity() == Severity::Warning && found[0].is_on("ge-0/0/0"), "{found:?}");
        let found = links_down(&wan(&gateways, &ports[..1], &[]));
        assert_eq!(found[0].severity(), Severity::Critical);
        let lan = [
            port(json!({ "up": false, "port_usage": "lan" })),
            port(json!({ "up": false, "disabled": true })),
        ];
        assert!(links_down(&wan(&gateways, &lan, &[])).is_empty());
    }

    #[test]
    fn a_bad_link_is_told_by_its_figures_and_carries_its_paths() {
        let gateways = gateway(true);
        let ports = [port(json!({ "loss": 14.2, "latency": 410, "jitter": 2 }))];
        let paths = [path("HUB", "wan0", false)];
        let case = wan(&gateways, &ports, &paths);
        let found = links_degraded(&case, |_| None);
        assert_eq!(found[0].severity(), Severity::Critical);
        assert!(found[0].summary().contains("14.2 % loss and 410 ms latency"), "{found:?}");
        let fine = [port(json!({ "loss": 0.5, "latency": 95, "jitter": 3 }))];
        assert!(links_degraded(&wan(&gateways, &fine, &paths), |_| None).is_empty());
        let unknown = [port(json!({ "loss": null }))];
        assert!(links_degraded(&wan(&gateways, &unknown, &paths), |_| None).is_empty());
    }

    #[test]
    fn a_path_that_is_down_is_critical_only_where_no_other_reaches_a_peer() {
        let gateways = gateway(true);
        let severity = |paths: &[Path]| paths_down(&wan(&gateways, &[], paths))[0].severity();
        assert_eq!(severity(&[path("HUB", "wan0", false)]), Severity::Critical);
        assert_eq!(severity(&[path("HUB", "wan0", false), path("HUB", "wan1", true)]), Severity::Info);
        assert_eq!(severity(&[path("HUB", "wan0", false), path("OTHER", "wan0", true)]), Severity::Warning);
        assert!(paths_down(&wan(&gateways, &[], &[path("HUB", "wan0", true)])).is_empty());
    }

    #[test]
    fn a_neighbor_that_was_lost_with_its_path_is_told_with_the_path() {
        let gateways = gateway(true);
        let neighbor = |row: Value| Neighbor::of_bgp(Row::of(&row)).unwrap();
        let lost = json!({ "mac": GW, "neighbor": "10.224.0.1", "neighbor_mac": "b033a6000020", "up": false, "state": "connect" });
        let carrier = json!({ "mac": GW, "neighbor": "203.0.113.1", "neighbor_as": 64512, "state": "idle" });
        let (paths, neighbors) = ([path("HUB", "wan0", false)], [neighbor(lost), neighbor(carrier)]);
        let case = Wan { neighbors: &neighbors, ..wan(&gateways, &[], &paths) };
        let found = neighbors_down(&case);
        assert_eq!(found.len(), 1);
        assert!(found[0].summary().contains("203.0.113.1 (AS 64512)"), "{found:?}");
        let paths_found = paths_down(&case);
        assert!(format!("{paths_found:?}").contains("BGP 10.224.0.1"), "{paths_found:?}");
        let up = Neighbor::of_ospf(Row::of(
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
            Pool::all_of(Row::of(
                &json!({ "mac": GW, "dhcpd_stat": { "guest": { "num_ips": 150, "num_leased": leased }, "bad": null } }),
            ))
        };
        assert_eq!(pools(&case, &of(150))[0].severity(), Severity::Critical);
        assert_eq!(pools(&case, &of(145))[0].severity(), Severity::Warning);
        assert!(pools(&case, &of(20)).is_empty(), "the pool has room again");
        assert_eq!(pools(&case, &[])[0].severity(), Severity::Info);
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
        let told = [Cluster::of(Row::of(&row)).unwrap()];
        assert_eq!(told[0].troubles, ["control link Down"]);
        assert_eq!(clusters(&wan(&gateways, &[], &[]), &told, &[]).len(), 1);
        let row = json!({ "mac": GW, "is_ha": true });
        let lone = [Cluster::of(Row::of(&row)).unwrap()];
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
    }

    #[test]
    fn events_count_where_no_statistics_were_read_or_where_they_are_new() {
        let gateways = gateway(true);
        let events =
            [event("GW_TUNNEL_DOWN", 100), event("GW_VPN_PATH_DOWN", 100), event("GW_VPN_PATH_UP", 200)];
        let causes = |now: i64, seen: bool, found: &[Finding]| {
            let case = Wan { events: &events, now, ..wan(&gateways, &[], &[]) };
            let lost = by_events(&case, |_| seen, found);
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
        let down = gateways_down(&wan(&gateway(false), &[], &[]), Some("Leeds"));
        assert!(down[0].cause().name == "site_down" && down[0].is_on("Leeds"), "{down:?}");
        assert!(gateways_down(&wan(&gateway(true), &[], &[]), None).is_empty());
    }
}
