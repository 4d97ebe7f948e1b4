//! Rules for WAN links: ports to a provider that are down or degraded.

use mistmcp::answers::{Cause, Finding, Severity, ago, count, listed, name};

use super::{Wan, over_limit};
use crate::facts::{Port, open};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// What follows from a WAN link that is down or bad.
static EFFECTS: &[&Cause] = &[
    &c::PORT_DOWN,
    &c::PORT_FLAPPING,
    &c::VPN_PATH_DOWN,
    &c::TUNNEL_DOWN,
    &c::BGP_DOWN,
    &c::WAN_LINK_DEGRADED,
];

/// WAN ports that are down.
pub(crate) fn links_down(wan: &Wan<'_>) -> Vec<Finding> {
    let open = open(wan.events);
    let down = wan.links().filter(|port| port.up == Some(false) && !port.disabled);
    down.map(|port| {
        let others = wan.wan_ports(&port.device).iter().filter(|other| other.up == Some(true)).count();
        let since = wan.since(&open, &port.device, &["PORT_DOWN"], Some(&port.id), &[], &[]);
        let (severity, weight, rest) = match others {
            0 => (Severity::Critical, 85, "the gateway has no other WAN link that is up"),
            _ if port.is_untouched && port.last_flapped.is_none() && since.is_none() => {
                (Severity::Info, 22, "its counters show no byte, and another WAN link of the gateway is up")
            }
            _ => (Severity::Warning, 68, "another WAN link of the gateway is up"),
        };
        let gateway = wan.called(&port.device);
        Finding::new(
            &c::WAN_LINK_DOWN,
            severity,
            format!(
                "The WAN port {} of {gateway} {}; {rest}.",
                name(&port.id),
                wan.state_since(1, "down", since)
            ),
        )
        .on(port.object(&gateway))
        .on(wan.object(&port.device))
        .weight(weight)
        .since(since)
        .evidence("up", false)
        .evidence("port_usage", port.usage.clone())
        .evidence("other_wan_links_up", others)
        .affects(wan.keys_over(port))
        .affects([format!("{} {}", port.device, port.id)])
        .effects(EFFECTS)
        .see(&evidence::port(port))
    })
    .collect()
}

/// WAN links that are up, but where the gateway gets no ARP reply from its next hop, or no address by DHCP.
pub(crate) fn unresolved(wan: &Wan<'_>) -> Vec<Finding> {
    let whys = [
        ("ARP_UNRESOLVED", "gets no ARP reply from its next hop"),
        ("DHCP_UNRESOLVED", "gets no address by DHCP from the provider"),
    ];
    let mut found = Vec::new();
    for (event, times) in open(wan.events) {
        let Some((_, what)) = whys.iter().find(|(short, _)| *short == event.short()) else { continue };
        let Some(gateway) = event.mac.as_deref().and_then(|mac| wan.gateway(mac)) else { continue };
        let links: Vec<_> =
            wan.ports.iter().filter(|port| gateway.has_mac(&port.device) && port.is_wan()).collect();
        let port = links.iter().find(|port| event.port.as_deref() == Some(port.id.as_str()));
        // Of a port in the LAN it says nothing of the provider, and one that is down is told by its state.
        let is_of_lan = event.port.is_some() && port.is_none();
        if is_of_lan || port.is_some_and(|port| port.up == Some(false)) {
            continue;
        }
        let is_other = |other: &&&Port| port.is_none_or(|port| port.id != other.id);
        let others = links.iter().filter(is_other).filter(|other| other.up == Some(true)).count();
        let others = if port.is_some() { others } else { others.saturating_sub(1) };
        // A gateway that is connected over its only link resolves, and so does one with a VPN path that is up.
        let is_only_in_use = others == 0 && gateway.connected == Some(true);
        let has_path = wan.paths.iter().any(|path| path.up == Some(true) && gateway.has_mac(&path.gateway));
        let same = wan
            .events
            .iter()
            .filter(|other| other.kind == event.kind && other.mac == event.mac && other.port == event.port);
        let last = same.map(|other| other.time).max().unwrap_or(event.time);
        if wan.now - last > t::RECENT && (is_only_in_use || has_path) {
            continue;
        }
        let (severity, weight) =
            if others == 0 && !is_only_in_use { (Severity::Critical, 82) } else { (Severity::Warning, 66) };
        let called = gateway.called();
        let place = match port {
            Some(port) => format!("The WAN port {} of {called}", name(&port.id)),
            None => called.clone(),
        };
        let when = ago(event.time, wan.now);
        let mut finding = Finding::new(&c::WAN_LINK_DOWN, severity, format!("{place} {what}, first {when}."));
        if let Some(port) = port {
            finding = finding.on(port.object(&called)).affects(wan.keys_over(port));
        }
        found.push(
            finding
                .on(gateway.object())
                .item((*what).to_owned())
                .weight(weight)
                .since(event.time)
                .evidence("event", event.kind.clone())
                .evidence("times", times)
                .evidence("text", event.text.clone())
                .evidence("other_wan_links_up", others)
                .affects(event.port.iter().map(|port| format!("{} {port}", gateway.mac)))
                .effects(EFFECTS)
                .see(evidence::device_events([event]).as_ref()),
        );
    }
    found
}

/// WAN links with loss, latency or jitter.
pub(crate) fn links_degraded(wan: &Wan<'_>) -> Vec<Finding> {
    let links = wan.links().filter(|port| port.up != Some(false) && !port.disabled);
    links
        .filter_map(|port| {
            let mut words = over_limit(port.loss, port.latency, port.jitter);
            let flaps = wan.events.iter().filter(|event| {
                event.short() == "PORT_DOWN"
                    && event.mac.as_deref() == Some(port.device.as_str())
                    && event.port.as_deref() == Some(port.id.as_str())
            });
            let downs: Vec<_> = flaps.collect();
            let flaps = downs.len();
            let has_figures = !words.is_empty();
            if flaps >= t::MIN_FLAPS {
                words.push(count(flaps, "outage"));
            }
            if words.is_empty() {
                return None;
            }
            let gateway = wan.called(&port.device);
            let unusable = port.loss.is_some_and(|loss| loss >= t::WAN_LOSS_UNUSABLE);
            let reported = wan.reported_since(port);
            let since = reported.or_else(|| {
                let first = downs.iter().map(|event| event.time).min();
                first.filter(|_| !has_figures)
            });
            let shown = if has_figures { None } else { evidence::device_events(downs) };
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
                .evidence("loss_percent", port.loss.filter(|_| has_figures))
                .evidence("latency_ms", port.latency.filter(|_| has_figures))
                .evidence("jitter_ms", port.jitter.filter(|_| has_figures))
                .evidence("outages", Some(flaps).filter(|_| !has_figures))
                .evidence("reported_by_marvis", reported.map(|_| true))
                .affects(wan.keys_over(port))
                .affects([format!("{} {}", port.device, port.id)])
                .effects(EFFECTS)
                .see(&shown.unwrap_or_else(|| evidence::port(port))),
            )
        })
        .collect()
}
