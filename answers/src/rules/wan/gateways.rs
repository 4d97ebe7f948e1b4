//! Rules for the gateways of a site: connection, DHCP pools and clusters.

use std::collections::BTreeSet;

use mistmcp::answers::{Cause, DataSource, Finding, Object, Severity, ago, count, is, listed, name};

use super::Wan;
use crate::facts::wan::{DhcpPool, GatewayCluster};
use crate::facts::{Device, Event, open};
use crate::rules::{device, upgrading};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// What follows from a gateway that is down.
static EFFECTS: &[&Cause] = &[
    &c::PORT_DOWN,
    &c::WAN_LINK_DOWN,
    &c::WAN_LINK_DEGRADED,
    &c::VPN_PATH_DOWN,
    &c::TUNNEL_DOWN,
    &c::BGP_DOWN,
    &c::CLUSTER_DEGRADED,
    &c::DHCP_POOL_EXHAUSTED,
];

/// Gateways that are down; all of them together are an outage of the site, unless other devices of it are connected:
/// `others_up` of them, where that is known.
pub(crate) fn gateways_down(wan: &Wan<'_>, site: Option<&str>, others_up: Option<i64>) -> Vec<Finding> {
    let is_site_down = wan.gateways.iter().all(Device::is_down) && others_up.is_none_or(|up| up == 0);
    let down = wan.gateways.iter().filter(|gateway| gateway.is_down());
    down.map(|gateway| {
        let own = gateway.mac.as_str();
        if let Some(upgrade) = upgrading::upgrade(gateway, wan.events, wan.now) {
            return upgrade.finding(&[], wan.now).affects(keys_of_gateway(wan, own));
        }
        let outage = device::outage(gateway, &[], wan.gateways, wan.now);
        let finding = if is_site_down {
            outage.with_cause(&c::SITE_DOWN).weight(90)
        } else if others_up.is_some_and(|up| up > 0) {
            // Devices downstream of it reach the cloud, so that it still forwards.
            outage.at_most(Severity::Warning).weight(75)
        } else {
            outage.weight(75)
        };
        let finding = match site {
            Some(site) => finding.on(Object::site(site)),
            None => finding,
        };
        finding.affects(keys_of_gateway(wan, own)).effects(EFFECTS)
    })
    .collect()
}

/// The ports of a gateway, and the paths over them, as a finding names what follows from it.
fn keys_of_gateway(wan: &Wan<'_>, own: &str) -> Vec<String> {
    let ports = wan.ports.iter().filter(|port| port.device == own).map(|port| format!("{own} {}", port.id));
    let paths =
        wan.paths.iter().filter(|path| path.gateway == own).map(|path| format!("{own} {}", path.port));
    ports.chain(paths).collect()
}

/// DHCP pools without free addresses.
pub(crate) fn pools(wan: &Wan<'_>, pools: &[DhcpPool]) -> Vec<Finding> {
    let low = |mac: &str| -> Vec<&Event> {
        let events = wan.events.iter().filter(|event| event.short() == "DHCP_POOL_LOW");
        events.filter(|event| event.mac.as_deref() == Some(mac)).collect()
    };
    let mut found = Vec::new();
    for gateway in wan.gateways {
        let events = low(&gateway.mac);
        let own: Vec<_> = pools.iter().filter(|pool| gateway.has_mac(&pool.gateway)).collect();
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let used = |pool: &DhcpPool| pool.leased as f64 / pool.size as f64;
        let mut full: Vec<_> = own.iter().filter(|pool| used(pool) >= t::POOL_NEARLY_FULL).collect();
        full.sort_by(|one, other| used(other).total_cmp(&used(one)));
        let last = events.iter().map(|event| event.time).max();
        if let Some(first) = full.first() {
            let others: Vec<_> = own.iter().map(|pool| pool.network.as_str()).collect();
            // The name of a pool may be the beginning of that of another.
            let names_longer = |event: &Event| {
                let longer =
                    others.iter().filter(|other| **other != first.network && other.contains(&first.network));
                longer.into_iter().any(|other| event.names(other))
            };
            let is_own = |event: &&&Event| {
                (event.names(&first.network) && !names_longer(event))
                    || !others.iter().any(|network| event.names(network))
            };
            let of_pool: Vec<_> = events.iter().filter(is_own).collect();
            let since = of_pool.iter().map(|event| event.time).min();
            let none_left = first.leased >= first.size;
            let state = if none_left { "has no free address" } else { "is nearly full" };
            let (severity, weight) =
                if none_left { (Severity::Critical, 80) } else { (Severity::Warning, 62) };
            let more = match full.len() - 1 {
                0 => String::new(),
                others => {
                    format!("; {} {} nearly full or full as well", count(others, "other pool"), is(others))
                }
            };
            found.push(
                Finding::new(
                    &c::DHCP_POOL_EXHAUSTED,
                    severity,
                    format!(
                        "The DHCP pool {} of {} {state}: {} of {} addresses are leased{more}.",
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
                .see(&wan.stats(&gateway.mac)),
            );
        } else if let (Some(last), true) = (last, own.is_empty()) {
            // Its present usage is not known.
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
                .since(events.iter().map(|event| event.time).min())
                .evidence("pool_low_events", events.len())
                .evidence("text", events.last().and_then(|event| event.text.clone()))
                .see(evidence::device_events(events.iter().copied()).as_ref()),
            );
        }
    }
    found
}

/// Clusters that have lost a node or the link between them.
pub(crate) fn clusters(
    wan: &Wan<'_>,
    clusters: &[GatewayCluster],
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
        troubles.extend(gateway.missing_members.iter().map(|node| format!("node {node} not present")));
        let lone = cluster.is_some_and(|cluster| cluster.is_cluster)
            && nodes.iter().any(|(mac, nodes)| gateway.has_mac(mac) && *nodes == 1);
        if lone {
            troubles.push("one node only".to_owned());
        }
        // The statistics and an event may tell the same in other letter case.
        let mut told = BTreeSet::new();
        troubles.retain(|trouble| told.insert(trouble.to_lowercase()));
        if troubles.is_empty() {
            continue;
        }
        let since = events.iter().map(|event| event.time).min();
        found.push(
            Finding::new(
                &c::CLUSTER_DEGRADED,
                Severity::Warning,
                format!(
                    "The gateway cluster {} {}: {}.",
                    gateway.called(),
                    wan.state_since(1, "without redundancy", since),
                    listed(&troubles, 4)
                ),
            )
            .on(gateway.object())
            .weight(69)
            .since(since)
            .evidence("troubles", troubles)
            .evidence("events", events.iter().map(|event| event.kind.clone()).collect::<Vec<_>>())
            .see(&match evidence::device_events(events.iter().copied()) {
                Some(part) => part,
                None if lone => nodes_of(gateway),
                None => wan.stats(&gateway.mac),
            }),
        );
    }
    found
}

/// The call that shows the nodes of a cluster.
fn nodes_of(gateway: &Device) -> DataSource {
    DataSource::new("cluster nodes", "GetSiteDeviceHaClusterNode")
        .with("site_id", gateway.site.as_deref())
        .with("device_id", gateway.mac.as_str())
}
