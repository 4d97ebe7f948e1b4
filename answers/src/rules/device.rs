//! Rules for devices: why one is down, or has trouble.

mod down;
mod load;
mod running;
#[cfg(test)]
mod tests;
mod unjudged;

use mistmcp::answers::{DataSource, Finding, Object, Severity, times};

use super::ports::{self, PortContext};
use crate::facts::{Device, Event, LldpNeighbor, Port, open};
use crate::thresholds as t;
use crate::{causes as c, evidence};

pub(crate) use down::{add_outage, outage, outages_at_ports, single_outage, site_down, upstream_outage};
use down::{never_connected, not_assigned, upstream_down};
use load::overloaded;
use running::{
    cluster, config_failed, hardware, loops, missing_vlan, power_constrained, restarted_by_user, restarting,
    upgrade, virtual_chassis,
};
pub(crate) use running::{config_failure, radius};
use unjudged::unjudged;

/// The input of the rules for a device.
#[derive(Clone, Debug)]
pub(crate) struct DeviceCase<'a> {
    pub(crate) device: &'a Device,
    /// All devices of its site, with itself.
    pub(crate) site: &'a [Device],
    pub(crate) site_name: &'a str,
    /// Its own events.
    pub(crate) events: &'a [Event],
    /// All ports of the site.
    pub(crate) ports: &'a [Port],
    pub(crate) context: &'a PortContext<'a>,
}

impl<'a> DeviceCase<'a> {
    fn now(&self) -> i64 {
        self.context.now
    }

    /// The port upstream of the device.
    pub(crate) fn upstream_port(&self) -> Option<&'a Port> {
        upstream_port(self.device, self.site, self.ports)
    }

    /// The device upstream of it, from the port that leads to it, or from LLDP.
    pub(crate) fn upstream(&self) -> Option<&'a Device> {
        upstream(self.device, self.site, self.ports)
    }

    fn since(&self) -> Option<i64> {
        let gone =
            self.events.iter().filter(|event| event.short() == "DISCONNECTED").map(|event| event.time).max();
        self.device.last_seen.or(gone)
    }

    fn finding(
        &self,
        cause: &'static mistmcp::answers::Cause,
        severity: Severity,
        summary: String,
    ) -> Finding {
        Finding::new(cause, severity, summary).on(self.device.object())
    }

    /// The call that shows events of the device, or without any its statistics.
    fn shown_by<'e>(&self, events: impl IntoIterator<Item = &'e Event>) -> DataSource {
        evidence::device_events(events).unwrap_or_else(|| evidence::stats(self.device))
    }

    fn open(&self, shorts: &[&str]) -> Option<(&'a Event, usize)> {
        open(self.events).into_iter().find(|(event, _)| shorts.contains(&event.short()))
    }

    fn latest(&self, shorts: &[&str]) -> Option<&'a Event> {
        self.events.iter().filter(|event| shorts.contains(&event.short())).max_by_key(|event| event.time)
    }
}

/// The port upstream of a device: one of another device that leads to it.
pub(crate) fn upstream_port<'a>(device: &Device, site: &[Device], ports: &'a [Port]) -> Option<&'a Port> {
    // Upstream of a switch is a gateway or switch; upstream of an access point is a switch.
    let kind = |port: &Port| {
        site.iter().find(|other| other.has_mac(&port.device)).map_or("", |other| other.kind.as_str())
    };
    let by_lldp = || {
        let LldpNeighbor { name, mac, port } = &device.lldp_neighbor;
        let switch = site.iter().find(|other| {
            mac.as_deref().is_some_and(|mac| other.has_mac(mac)) || (name.is_some() && other.name == *name)
        })?;
        let id = port.as_deref()?;
        ports.iter().find(|port| switch.has_mac(&port.device) && port.id == id)
    };
    let leading: Vec<_> = ports.iter().filter(|port| port.leads_to(device)).collect();
    let gateway = leading.iter().find(|port| kind(port) == "gateway");
    let switch = leading.iter().find(|port| !port.uplink && kind(port) != "gateway");
    match device.kind.as_str() {
        "gateway" => None,
        "switch" => gateway.or(switch).copied().or_else(by_lldp),
        _ => switch.or(leading.first()).copied().or_else(by_lldp),
    }
}

/// The device upstream of another one.
pub(crate) fn upstream<'a>(device: &Device, site: &'a [Device], ports: &[Port]) -> Option<&'a Device> {
    if device.kind == "gateway" {
        return None;
    }
    let by_mac = |mac: &str| site.iter().find(|other| other.has_mac(mac) && other.mac != device.mac);
    let by_port = upstream_port(device, site, ports).and_then(|port| by_mac(&port.device));
    let by_own_port = || {
        let mut uplinks = ports.iter().filter(|port| device.has_mac(&port.device) && port.uplink);
        uplinks.find_map(|port| {
            let known = port.neighbor_mac.as_deref().and_then(by_mac);
            known.or_else(|| {
                site.iter().find(|other| other.name.is_some() && other.name == port.neighbor_name)
            })
        })
    };
    let by_lldp = || {
        let LldpNeighbor { name, mac, .. } = &device.lldp_neighbor;
        mac.as_deref()
            .and_then(by_mac)
            .or_else(|| site.iter().find(|other| name.is_some() && other.name == *name))
    };
    let by_mesh = device.mesh_uplink.as_deref().and_then(by_mac);
    by_mesh.or(by_port).or_else(by_lldp).or_else(by_own_port)
}

/// All that explains the state of a device.
pub(crate) fn device(case: &DeviceCase<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(not_assigned(case));
    if case.device.is_down() {
        found.extend(never_connected(case));
        found.extend(site_down(case.site, case.site_name, case.now()));
        found.extend(upstream_down(case));
        // The ports of a dead switch have no current state.
        let port = case.upstream_port().filter(|_| !case.upstream().is_some_and(Device::is_down));
        found.extend(
            port.and_then(|port| ports::outage_at_port((port, case.ports), case.device, case.context)),
        );
    }
    found.extend(upgrade(case));
    found.extend(restarted_by_user(case));
    found.extend(restarting(case));
    found.extend(config_failed(case));
    found.extend(hardware(case));
    found.extend(overloaded(case));
    found.extend(virtual_chassis(case));
    found.extend(power_constrained(case));
    found.extend(radius(case.device, case.events, case.ports, case.context.end));
    found.extend(loops(case));
    found.extend(missing_vlan(case));
    found.extend(unjudged(case));
    if case.device.kind == "gateway" {
        found.extend(cluster(case));
    }
    if !case.upstream().is_some_and(Device::is_down) {
        found.extend(uplink(case));
    }
    if case.device.is_down() {
        judge_outage(case, &mut found);
    }
    found
}

/// Leaves out what follows from an upgrade or a restart that somebody asked for, and bounds the severity of the rest by that of
/// the outage.
fn judge_outage(case: &DeviceCase<'_>, found: &mut Vec<Finding>) {
    let is_starting = |finding: &Finding| {
        [c::UPGRADING.name, c::RESTARTED_BY_USER.name].contains(&finding.cause().name)
            && finding.relevance() > 90
    };
    if found.iter().any(is_starting) {
        let follows = [c::POWER_LOST.name, c::PORT_DOWN.name, c::DEVICE_DOWN.name, c::NEVER_CONNECTED.name];
        found.retain(|finding| !follows.contains(&finding.cause().name));
    }
    if case.device.is_covered(case.site) {
        let of_others = [c::SITE_DOWN.name, c::UPSTREAM_DOWN.name];
        for finding in found.iter_mut().filter(|finding| !of_others.contains(&finding.cause().name)) {
            *finding = finding.clone().at_most(Severity::Warning);
        }
    }
}

/// What is wrong with the port upstream, as the switch and the device itself see it.
fn uplink(case: &DeviceCase<'_>) -> Vec<Finding> {
    let device = case.device;
    let mut found: Vec<Finding> = Vec::new();
    if let Some(port) = case.upstream_port() {
        // The trouble of the port explains that of the device.
        let explains = if device.is_down() { 24 } else { 12 };
        found.extend(ports::port(port, case.context).into_iter().map(|finding| {
            let weight = finding.relevance();
            finding.weight(weight.saturating_add(explains).min(91))
        }));
    } else if device.kind == "ap" && !device.is_down() {
        found.extend(own_port(case));
    }
    let downs = case.events.iter().filter(|event| event.short() == "PORT_DOWN" && device.kind == "ap");
    let downs: Vec<_> = downs.collect();
    let own = downs.len();
    if own >= t::MIN_FLAPS && !found.iter().any(|finding| finding.cause().name == c::PORT_FLAPPING.name) {
        let called = device.called();
        found.push(
            case.finding(
                &c::PORT_FLAPPING,
                Severity::Warning,
                format!("The Ethernet port of {called} went down {}.", times(own)),
            )
            .weight(78)
            .since(downs.iter().map(|event| event.time).min())
            .evidence("port_down_events", own)
            .see(&case.shown_by(downs)),
        );
    }
    // The ports of a dead device have no current state.
    if device.kind != "ap" && !device.is_down() {
        let own = case.ports.iter().filter(|port| device.has_mac(&port.device));
        found.extend(own.flat_map(|port| ports::port(port, case.context)));
        found.extend(ports::without_rows(case.events, case.ports, case.context));
    }
    found
}

/// The Ethernet port of an access point, where no switch port leads to it.
fn own_port(case: &DeviceCase<'_>) -> Option<Finding> {
    let (device, called) = (case.device, case.device.called());
    // What is at the Ethernet port of one that has its uplink by radio is behind it.
    if device.mesh_uplink.is_some() {
        return None;
    }
    let LldpNeighbor { name, port, .. } = &device.lldp_neighbor;
    let port = match (name, port) {
        (Some(switch), Some(id)) => Object::port(id).of_device(switch),
        _ => Object::port(device.eth_name).of_device(&called),
    };
    if device.eth_full_duplex == Some(false) {
        return Some(
            Finding::new(
                &c::PORT_HALF_DUPLEX,
                Severity::Warning,
                format!("The Ethernet port of {called} runs at half duplex."),
            )
            .on(port)
            .on(device.object())
            .weight(77)
            .evidence("full_duplex", false)
            .see(&evidence::stats(device)),
        );
    }
    let speed = device.eth_speed.filter(|speed| *speed < t::FULL_SPEED)?;
    Some(
        Finding::new(
            &c::PORT_SLOW,
            Severity::Warning,
            format!("The Ethernet port of {called} negotiated only {speed} Mb/s."),
        )
        .on(port)
        .on(device.object())
        .weight(76)
        .evidence("speed", speed)
        .evidence("errors", Some(device.eth_errors).filter(|errors| *errors > 0))
        .see(&evidence::stats(device)),
    )
}
