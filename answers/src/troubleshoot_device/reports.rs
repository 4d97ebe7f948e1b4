//! What other parts of Mist report of a device, as [`Finding`]s: what a gateway carries over the WAN, outages that are over,
//! and alarms.

use mistmcp::answers::Finding;

use crate::causes as c;
use crate::facts::wan::GatewayCluster;
use crate::facts::{Alarm, Event};
use crate::rules::recovered::{self, Past};
use crate::rules::wan::{self, Wan};
use crate::rules::{alarms, device};
use crate::site_state::WanPeers;
use crate::thresholds as t;

/// Adds what statistics and events show of a gateway's cluster, paths, tunnels and routing neighbors, as `checkWan` does.
pub(super) fn carried(
    case: &device::DeviceCase<'_>,
    (alarms, clusters): (&[Alarm], &[GatewayCluster]),
    carried: &WanPeers,
    findings: &mut Vec<Finding>,
) {
    let gateways: Vec<_> = case.site.iter().filter(|device| device.kind == "gateway").cloned().collect();
    let wan = Wan {
        gateways: &gateways,
        devices: case.site,
        ports: case.ports,
        paths: &carried.paths,
        tunnels: &carried.tunnels,
        neighbors: &carried.neighbors,
        events: case.events,
        alarms,
        now: case.context.now,
    };
    let called = case.device.called();
    let mut found: Vec<_> =
        [wan::links_down(&wan), wan::paths_down(&wan), wan::tunnels_down(&wan), wan::neighbors_down(&wan)]
            .concat();
    found.extend(wan::unresolved(&wan));
    if !findings.iter().any(|finding| finding.cause().name == c::CLUSTER_DEGRADED.name) {
        found.extend(wan::clusters(&wan, clusters, &[]));
    }
    found.retain(|finding| finding.is_on(&called));
    // The outage of a WAN link is that of its port.
    let is_of_link = |port: &Finding| {
        port.cause().name == c::PORT_DOWN.name
            && case.ports.iter().any(|known| {
                known.is_wan() && case.device.has_mac(&known.device) && port.starts_on(&known.id)
            })
    };
    if found.iter().any(|finding| finding.cause().name == c::WAN_LINK_DOWN.name) {
        findings.retain(|finding| !is_of_link(finding));
    }
    let by_events = wan::by_events(&wan, &found);
    found.extend(by_events);
    findings.extend(found);
}

/// Outages of the device that are over, with those of the device upstream that took it down.
pub(super) fn ended(case: &device::DeviceCase<'_>, events: &[Event], found: &[Finding]) -> Vec<Finding> {
    let (now, end) = (case.context.now, case.context.end);
    let past = Past { site: None, devices: case.site, ports: case.ports, events, now, end };
    let mut over = recovered::recovered(&past, found);
    over.retain(|finding| finding.is_on(&case.device.called()));
    over
}

/// Alarms of the device, and of the port upstream of it.
pub(super) fn reported(
    all: &[Alarm],
    case: &device::DeviceCase<'_>,
    site_name: &str,
    now: i64,
) -> Vec<Finding> {
    let upstream = case.upstream_port();
    let is_own = |alarm: &&&Alarm| alarm.devices.iter().any(|mac| case.device.has_mac(mac));
    let is_of_port = |alarm: &&&Alarm| {
        upstream.is_some_and(|port| alarm.devices.contains(&port.device) && alarm.ports.contains(&port.id))
    };
    let wanted = [
        &c::CABLE_FAULT,
        &c::MISSING_VLAN,
        &c::LOOP,
        &c::PORT_FLAPPING,
        &c::PORT_HALF_DUPLEX,
        &c::HARDWARE_ALARM,
    ];
    let of_device: Vec<_> = alarms::active(all, case.events)
        .iter()
        .filter(|alarm| is_own(alarm) || is_of_port(alarm))
        .filter(|alarm| {
            alarms::cause_of(&alarm.kind)
                .is_none_or(|(cause, ..)| wanted.iter().any(|wanted| wanted.name == cause.name))
        })
        .copied()
        .collect();
    let of_alarm = |alarm: &Alarm| {
        let alarm = &alarm.led_by(|mac| case.device.has_mac(mac));
        let found = alarms::findings(&[alarm], case.site, |_| Some(site_name.to_owned()), now);
        let is_new = alarms::is_recent(alarm, now);
        let is_of_today = alarms::is_reported_since(alarm, now - t::DAY);
        found.into_iter().map(|finding| (finding, is_new, is_of_today)).collect::<Vec<_>>()
    };
    let found = of_device.into_iter().flat_map(of_alarm).map(|(finding, is_new, is_of_today)| {
        let is_cable = finding.cause().name == c::CABLE_FAULT.name;
        // The access point and its port have one cable.
        let finding = match (is_cable, upstream, case.upstream()) {
            (true, Some(port), Some(switch)) if case.device.kind == "ap" => {
                Finding::new(&c::CABLE_FAULT, finding.severity(), finding.summary().to_owned())
                    .on(port.object(&switch.called()))
                    .on(case.device.object())
                    .on(switch.object())
                    .since(finding.began())
                    .evidence("alarm", "bad_cable")
                    .see_same_as(&finding)
            }
            _ => finding,
        };
        // The longer nothing was reported, the less it explains.
        let weight = match (is_new, is_of_today, is_cable) {
            (true, _, true) => 91,
            (true, _, false) => 68,
            (_, true, true) => 72,
            (_, true, false) => 55,
            _ => finding.relevance(),
        };
        finding.weight(weight)
    });
    found.collect()
}
