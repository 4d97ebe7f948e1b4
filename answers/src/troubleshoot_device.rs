//! `troubleshootDevice`: why a device is down, or has trouble.

use mistmcp::answers::{
    Cause, DataSource, Diagnosis, Finding, Inquiry, Object, Rows, Severity, Window, ago, answer, join, name,
};
use mistmcp::{Call, Mist, Reply, Result, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::wan::GatewayCluster;
use super::facts::{Alarm, Change, Device, Event, Port, device_id};
use super::locate::{self, Located};
use super::rules::recovered::{self, Past};
use super::rules::tree::DeviceTree;
use super::rules::wan::{self, Wan};
use super::rules::{alarms, device, ports::PortContext};
use super::site_state::{PeerRows, WanPeers, name_of_site, site_name};
use super::sources::shown_by;
use super::{causes as c, evidence, sources, thresholds as t};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[
    c::OUTAGES,
    c::POWER,
    c::PORTS,
    c::DEVICES,
    &[
        &c::NOT_ASSIGNED,
        &c::MISSING_VLAN,
        &c::LOOP,
        &c::TUNNEL_DOWN,
        &c::WAN_LINK_DOWN,
        &c::WAN_LINK_DEGRADED,
        &c::VPN_PATH_DOWN,
        &c::BGP_DOWN,
        &c::CLUSTER_DEGRADED,
        &c::CHANGED_BEFORE,
        &c::AUTH_SERVER_UNREACHABLE,
        &c::NEVER_SEEN,
    ],
];

/// Why an access point, switch or gateway is down or has trouble: power, port, upstream, upgrade, configuration, hardware.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn troubleshoot_device(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    /// The device, by its name, MAC address, serial number or id.
    #[brief = "Name, MAC, serial or id"]
    device_id: String,
    #[flatten] window: TimeWindow,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let window = Window::of(&window, &ask)?;
        Ok(find(&ask, org_id.as_str(), &device_id, window).await)
    })
    .await
}

async fn find(ask: &Inquiry, org: &str, text: &str, window: Window) -> Diagnosis {
    let Located { device: mut found, inventory } = match locate::find_device(ask, org, text).await {
        Ok(located) => located,
        Err(unknown) => return unknown,
    };
    if found.kind == "mxedge" {
        return mist_edge(ask, org, &found, &window).await;
    }
    let Some(site) = found.site.clone() else { return without_site(ask, &found) };
    let chassis = (found.kind == "switch").then(|| chassis_of(&found, &site));
    let own = sources::events_of(&site, &found.mac, "device", &window);
    let (port_rows, alarm_rows) = (sources::ports(&site), sources::alarms(&site, &window));
    let (stats_source, audit_source, site_source) =
        (sources::device_stats(&site), sources::audit_logs(org, &window).of_names(), sources::site(&site));
    let actions_source = sources::marvis_actions(org);
    let (actions, stats, events, ports, alarm_rows, audit, site_row, members) = join!(
        ask.rows(&actions_source),
        ask.rows(&stats_source),
        ask.rows(&own),
        ask.rows(&port_rows),
        ask.rows(&alarm_rows),
        ask.rows(&audit_source),
        ask.rows(&site_source),
        ask.rows_if(chassis.as_ref()),
    );
    let mut devices = with_inventory(locate::devices_of(&stats), &inventory, &site);
    if let Some(known) = devices.iter().find(|device| device.mac == found.mac) {
        found = known.clone();
    } else {
        devices.push(found.clone());
    }
    // A device that exists only in the inventory, and a part of Mist that has no row of it.
    if stats.is_whole() && !stats.iter().any(|row| row.mac("mac").as_deref() == Some(found.mac.as_str())) {
        ask.nothing_there("device statistics", "there are none of this device");
    }
    let is_chassis_alone = found.missing_members.is_empty();
    if let Some(row) = members.first() {
        found.add_missing_members(row);
    }
    let ports: Vec<_> = ports.iter().filter_map(Port::of).collect();
    let own_events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let upstream = device::upstream(&found, &devices, &ports).cloned();
    let upstream_source = upstream
        .as_ref()
        .map(|upstream| sources::events_of(&site, &upstream.mac, "upstream device", &window));
    let mut alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    Alarm::add_actions(ask, &mut alarms, &actions, Some(&site));
    // Of a device that is down, what is carried over it has no current state.
    let carries = ["gateway", "switch"].contains(&found.kind.as_str()) && !found.is_down();
    let mut left = ask.calls_left().saturating_sub(usize::from(upstream_source.is_some()));
    let is_gateway = found.kind == "gateway";
    let peers = if carries {
        let reports = (own_events.as_slice(), alarms.as_slice());
        WanPeers::parts(ask, (org, &site), reports, is_gateway, &PeerRows::default(), &mut left, 0)
    } else {
        [const { None }; 4]
    };
    let (upstream_events, peers) =
        join!(ask.rows_if(upstream_source.as_ref()), WanPeers::read(ask, &peers, PeerRows::default()));
    let peers = peers.of(|mac| found.has_mac(mac));
    let mut port_events: Vec<_> = upstream_events.iter().filter_map(Event::of).collect();
    port_events.extend(own_events.iter().cloned());
    let site_name = name_of_site(ask, &site_row, &site);
    let context = PortContext::new(ask.now(), &devices, &ports, &port_events).until(window.end);
    locate::note_unknown_states(ask, [&found]);
    let case = device::DeviceCase {
        device: &found,
        site: &devices,
        site_name: &site_name,
        events: &own_events,
        ports: &ports,
        context: &context,
    };
    let mut findings = device::device(&case);
    // The statistics do not show the members that are missing.
    if is_chassis_alone && !found.missing_members.is_empty() {
        let of_chassis = findings.iter_mut().filter(|f| f.cause().name == c::VIRTUAL_CHASSIS_UNSTABLE.name);
        of_chassis.for_each(|finding| *finding = finding.clone().see(chassis.as_ref()));
    }
    if carries {
        let clusters: Vec<_> = stats.iter().filter_map(GatewayCluster::of).collect();
        carried(&case, (&alarms, &clusters), &peers, &mut findings);
    }
    findings.extend(reported(&alarms, &case, &site_name, ask.now()));
    findings.extend(ended(&case, &port_events, &findings));
    let mut findings = ask.in_time(findings);
    findings.extend(changed_before(org, &audit, &case, &findings));
    device::add_outage(&case, &mut findings);
    facts(state(&found, ask), &found)
        .fact("site", name(&site_name))
        .fact("upstream", upstream.map(|upstream| upstream.called()))
        .fact("upstream_port", device::upstream_port(&found, &devices, &ports).map(|port| port.id.clone()))
        .findings(shown_by(findings, &own))
}

/// What is wrong with a device that is assigned to no site, by its own state.
fn without_site(ask: &Inquiry, found: &Device) -> Diagnosis {
    let context = PortContext::default();
    let (site, events, ports) = (&[], &[], &[]);
    let case = device::DeviceCase { device: found, site, site_name: "", events, ports, context: &context };
    facts(state(found, ask), found).findings(device::device(&case))
}

/// The members of a virtual chassis.
fn chassis_of(found: &Device, site: &str) -> DataSource {
    let id = found.id.clone().unwrap_or_else(|| device_id(&found.mac));
    DataSource::new("virtual chassis", "getSiteDeviceVirtualChassis")
        .with("site_id", site)
        .with("device_id", id)
        .or_none()
}

/// The devices of a site, from their statistics and the inventory.
fn with_inventory(mut devices: Vec<Device>, inventory: &[Device], site: &str) -> Vec<Device> {
    for known in inventory.iter().filter(|known| known.site.as_deref() == Some(site)) {
        match devices.iter_mut().find(|device| device.mac == known.mac) {
            Some(device) => *device = device.clone().with(known),
            None => devices.push(known.clone()),
        }
    }
    devices
}

/// What is wrong with a Mist Edge, by its state and its own events.
async fn mist_edge(ask: &Inquiry, org: &str, found: &Device, window: &Window) -> Diagnosis {
    let events_source = sources::events_of_mist_edge(org, found.id.as_deref(), window);
    let called = async {
        match found.site.as_deref() {
            Some(site) => Some(site_name(ask, site).await),
            None => None,
        }
    };
    let (events, called) = join!(ask.rows(&events_source), called);
    let reason = if ask.may_call("searchOrgAlarms") {
        "not looked at; searchOrgAlarms lists them"
    } else {
        "not looked at"
    };
    ask.nothing_there("alarms", reason);
    let events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let context = PortContext::new(ask.now(), std::slice::from_ref(found), &[], &events);
    let case = device::DeviceCase {
        device: found,
        site: &[],
        site_name: called.as_deref().unwrap_or_default(),
        events: &events,
        ports: &[],
        context: &context,
    };
    // It belongs to the organization as well as to a site.
    let mut findings = device::device(&case);
    findings.retain(|finding| finding.cause().name != c::NOT_ASSIGNED.name);
    device::add_outage(&case, &mut findings);
    // Only the search for Mist Edges shows their events.
    let findings = findings.into_iter().map(|finding| {
        let is_outage = finding.cause().name == c::DEVICE_DOWN.name;
        if is_outage { finding } else { finding.see(&events_source) }
    });
    facts(state(found, ask), found).fact("site", called.as_deref().map(name)).findings(findings)
}

/// Adds what statistics and events show of a gateway's cluster, paths, tunnels and routing neighbors, as `checkWan` does.
fn carried(
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
fn ended(case: &device::DeviceCase<'_>, events: &[Event], found: &[Finding]) -> Vec<Finding> {
    let (now, end) = (case.context.now, case.context.end);
    let past = Past { site: None, devices: case.site, ports: case.ports, events, now, end };
    let mut over = recovered::recovered(&past, found);
    over.retain(|finding| finding.is_on(&case.device.called()));
    over
}

/// The state of a device as the beginning of the verdict. Of one that is down, no finding is a reassurance.
fn state(found: &Device, ask: &Inquiry) -> Diagnosis {
    let called = found.called();
    match (found.connected, found.last_seen) {
        (Some(true), _) => Diagnosis::about(format!("{called} is connected")),
        (Some(false), Some(seen)) => {
            Diagnosis::list(format!("{called} is down and was last seen {}", ask.ago(seen)))
        }
        (Some(false), None) => Diagnosis::list(format!("{called} is down")),
        (None, _) => Diagnosis::about(format!("The state of {called} is not known")),
    }
}

fn facts(diagnosis: Diagnosis, found: &Device) -> Diagnosis {
    diagnosis
        .fact("device", found.called())
        .fact("type", found.kind.clone())
        .fact("mac", found.mac.clone())
        .fact("model", found.model.clone())
        .fact("version", found.version.clone())
        .fact("status", found.status.clone())
        .fact("ip", found.ip.clone())
        .fact("uptime", found.uptime)
        .fact("last_seen", found.last_seen)
        .fact("clients", found.clients)
}

/// Alarms of the device, and of the port upstream of it.
fn reported(all: &[Alarm], case: &device::DeviceCase<'_>, site_name: &str, now: i64) -> Vec<Finding> {
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
            _ => finding.get_weight(),
        };
        finding.weight(weight)
    });
    found.collect()
}

/// Whether an entry of the audit log is about a changed configuration, and not about an action such as a restart.
fn is_change(message: &str) -> bool {
    let first = message.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["update", "add", "create", "delete", "remove", "modify", "change", "set", "assign", "unassign", "import"]
        .iter()
        .any(|verb| first.starts_with(verb))
}

/// A change of the device, or of one upstream of it, shortly before its trouble began.
fn changed_before(
    org: &str,
    audit: &Rows,
    case: &device::DeviceCase<'_>,
    findings: &[Finding],
) -> Option<Finding> {
    let (found, events, now) = (case.device, case.events, case.context.now);
    let tree = DeviceTree::of(case.site, case.ports);
    let place = tree.place(&found.mac).filter(|_| found.is_down());
    let above = place.into_iter().flat_map(|place| tree.above(place));
    let devices: Vec<_> = std::iter::once(found).chain(above).collect();
    let began = if found.is_down() {
        found.last_seen?
    } else {
        let troubles = ["CONFIG_FAILED", "DISCONNECTED", "PORT_DOWN"];
        let last =
            events.iter().filter(|event| troubles.contains(&event.short())).map(|event| event.time).max();
        last.filter(|_| findings.iter().any(|finding| finding.get_weight() >= 60))?
    };
    let shortly: Vec<_> = audit
        .iter()
        .filter(|row| {
            row.time("timestamp").is_some_and(|time| (0..=t::SHORTLY_BEFORE).contains(&(began - time)))
        })
        .filter_map(|row| Some((row, Change::of(row)?)))
        .filter(|(_, change)| is_change(&change.message))
        .collect();
    // The nearest device goes first.
    let (changed, row) = devices.iter().find_map(|device| {
        let name = device.name.as_deref()?;
        let is_of = |change: &Change| match &change.called {
            Some(called) if device.mac != found.mac => called.eq_ignore_ascii_case(name),
            _ => device.mac == found.mac && change.names(name),
        };
        let own = shortly.iter().filter(|(_, change)| is_of(change));
        own.max_by_key(|(_, change)| change.time).map(|(row, _)| (*device, *row))
    })?;
    let (who, when) = (name(&row.text_or("admin_name", "Somebody")), row.time("timestamp")?);
    Some(
        Finding::new(
            &c::CHANGED_BEFORE,
            Severity::Warning,
            format!(
                "{who} changed {} {}, shortly before the trouble began.",
                changed.called(),
                ago(when, now)
            ),
        )
        .on(changed.object())
        .on(Object::change(&row.text_or("message", "change")))
        .weight(69)
        .since(when)
        .evidence("message", row.text("message"))
        .evidence("admin", row.text("admin_name"))
        .see(&evidence::audit_log(org, when)),
    )
}
