//! Rules for WAN links: ports to a provider that are down or degraded.

use mistmcp::answers::{Cause, Finding, Severity, count, listed, name};

use super::{Wan, over_limit};
use crate::answers::thresholds as t;
use crate::answers::{causes as c, sources};

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
pub(in crate::answers) fn links_down(wan: &Wan<'_>) -> Vec<Finding> {
    let down = wan.ports.iter().filter(|port| port.is_wan() && port.up == Some(false) && !port.disabled);
    down.map(|port| {
        let others = wan.wan_ports(&port.device).iter().filter(|other| other.up == Some(true)).count();
        let (severity, weight, rest) = match others {
            0 => (Severity::Critical, 85, "the gateway has no other WAN link that is up"),
            _ => (Severity::Warning, 68, "another WAN link of the gateway is up"),
        };
        let since = wan.since(&port.device, &["PORT_DOWN"], Some(&port.id), &[], &[]);
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
        .see(&sources::port(port))
    })
    .collect()
}

/// WAN links with loss, latency or jitter.
pub(in crate::answers) fn links_degraded(wan: &Wan<'_>) -> Vec<Finding> {
    let links = wan.ports.iter().filter(|port| port.is_wan() && port.up != Some(false) && !port.disabled);
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
            let shown = if has_figures { None } else { sources::device_events(downs) };
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
                .see(&shown.unwrap_or_else(|| sources::port(port))),
            )
        })
        .collect()
}
