//! Rules for the ports, WAN, radios and loops of a site whose devices are connected, and for the failures of its clients.

use mistmcp::answers::{Finding, Object, Severity, ago};

use super::SiteCase;
use crate::facts::{Device, Event, Port, Radio, open};
use crate::rules::client_failures::{self, Failures};
use crate::rules::ports;
use crate::rules::radio::{self, RadarHit};
use crate::rules::wan;
use crate::{causes as c, evidence};

/// Troubles of the ports of devices that are connected. A port that is down because of what is behind it is a symptom.
pub(super) fn port_findings(case: &SiteCase<'_>) -> Vec<Finding> {
    let is_alive = |port: &&Port| case.device(&port.device).is_none_or(|device| !device.is_down());
    let is_current = |event: &&Event| {
        event.mac.as_deref().and_then(|mac| case.device(mac)).is_some_and(|device| !device.is_down())
    };
    let current: Vec<_> = case.events.iter().filter(is_current).cloned().collect();
    let mut found = Vec::new();
    for port in case.ports.iter().filter(is_alive) {
        let neighbor =
            case.devices.iter().find(|device| port.has_neighbor(&device.mac, device.name.as_deref()));
        let is_of_gateway = case.device(&port.device).is_some_and(|device| device.kind == "gateway");
        let is_dead_end = neighbor.is_some_and(Device::is_down);
        for finding in ports::port(port, case.context) {
            match finding.cause().name {
                "port_down" if is_dead_end || (is_of_gateway && port.is_wan()) => {}
                "port_disabled" if is_dead_end => found.push((port, finding.weight(93))),
                _ => found.push((port, finding)),
            }
        }
    }
    let mut found = ports::together(found);
    found.extend(ports::without_rows(&current, case.ports, case.context));
    found
}

/// WAN links, DHCP pools and clusters of gateways that are connected.
pub(super) fn wan_findings(case: &SiteCase<'_>) -> Vec<Finding> {
    let (gateways, ports) = case.gateways();
    let wan = case.wan(&gateways, &ports);
    let mut found = wan::all(&wan);
    found.extend(wan::pools(&wan, case.pools));
    found.extend(wan::clusters(&wan, case.clusters, &[]));
    let by_events = wan::by_events(&wan, &found);
    found.extend(by_events);
    found
}

/// Radios of access points that are connected. Co-channel neighbors are left to `checkRadio`.
pub(super) fn radio_findings(case: &SiteCase<'_>) -> Vec<Finding> {
    let aps = || case.devices.iter().filter(|device| device.kind == "ap" && !device.is_down());
    let is_up = |radio: &&Radio| aps().any(|ap| ap.mac == radio.ap);
    let radios: Vec<_> = case.radios.iter().filter(is_up).cloned().collect();
    let connected: Vec<_> = aps()
        .map(|ap| (ap.mac.clone(), ap.name.clone().unwrap_or_else(|| ap.mac.clone()), ap.model.clone()))
        .collect();
    let radars = case.events.iter().filter(|event| event.short() == "RADAR_DETECTED").filter_map(|event| {
        Some(RadarHit { ap: event.mac.clone()?, time: event.time, channel: event.channel })
    });
    let radars: Vec<_> = radars.collect();
    let name_of = |mac: &str| case.device(mac).map_or_else(|| mac.to_owned(), Device::called);
    let mut found = radio::utilization(&radios, &[]);
    found.extend(radio::noise(&radios));
    found.extend(radio::disabled(&radios, &connected, &[]));
    let shown = |_: usize, ap: &str, _: i64| {
        let of_ap = case
            .events
            .iter()
            .filter(|event| event.short() == "RADAR_DETECTED" && event.mac.as_deref() == Some(ap));
        evidence::device_events(of_ap).unwrap_or_else(|| evidence::stats_of(None, ap, "ap"))
    };
    found.extend(radio::radar([&radars, &[]], shown, name_of, case.now()));
    found
}

/// Loops that switches report and that are not cleared.
pub(super) fn loops(case: &SiteCase<'_>) -> Vec<Finding> {
    let open: Vec<_> = open(case.events).into_iter().map(|(event, _)| event).collect();
    let loops = open.iter().filter(|event| event.short() == "LOOP_DETECTED");
    let found = loops.map(|event| {
        let device = event.mac.as_deref().and_then(|mac| case.device(mac));
        let called = device.map(Device::called).or_else(|| event.device_name.clone()).unwrap_or_default();
        let changes = case.events.iter().filter(|other| {
            other.short() == "STP_TOPO_CHANGED" && other.mac == event.mac && other.time >= event.time
        });
        let changes: Vec<_> = changes.collect();
        let object = device.map_or_else(|| Object::switch(&called), Device::object);
        Finding::new(
            &c::LOOP,
            Severity::Critical,
            format!("{called} detected a loop {}, and it has not been cleared.", ago(event.time, case.now())),
        )
        .on(object)
        .weight(89)
        .since(event.time)
        .evidence("event", event.kind.clone())
        .evidence("topology_changes_since", Some(changes.len()).filter(|changes| *changes > 0))
        .evidence("text", event.text.clone())
        .see(evidence::device_events(changes.into_iter().chain([*event])).as_ref())
    });
    found.collect()
}

/// The failures of clients, and the findings about those that go on and those that are over.
pub(super) fn failing_clients<'a>(case: &SiteCase<'a>) -> (Vec<Failures<'a>>, Vec<Finding>) {
    let (place, times) = ((case.id, case.name), (case.now(), case.context.end));
    let mut failures = client_failures::failures(case.client_events, case.context.end);
    client_failures::explain(&mut failures, case.nac_events);
    let mut over = client_failures::over(case.client_events, case.nac_events, &failures, case.context.end);
    if case.client_events_cut {
        client_failures::mark_cut(&mut failures, case.client_events);
        client_failures::mark_cut(&mut over, case.client_events);
    }
    let mut found = client_failures::findings(&failures, place, times);
    found.extend(client_failures::ended(&over, place, times));
    (failures, found)
}
