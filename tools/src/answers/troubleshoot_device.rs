//! `troubleshootDevice`: why a device is down, or has trouble.

use mistmcp::answers::{
    Cause, Diagnosis, Finding, Inquiry, Object, Rows, Severity, Window, ago, answer, join, name,
};
use mistmcp::{Call, Mist, Reply, Result, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{Alarm, Device, Event, Port};
use super::locate::{self, Located};
use super::parts::shown_by;
use super::rules::tree::DeviceTree;
use super::rules::wan::{self, Wan};
use super::rules::{alarms, device, ports::PortContext};
use super::site_state::WanPeers;
use super::{causes as c, parts, sources, thresholds as t};

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
    let context = PortContext::default();
    let Some(site) = found.site.clone() else {
        let case = device::DeviceCase {
            device: &found,
            site: &[],
            site_name: "",
            events: &[],
            ports: &[],
            context: &context,
        };
        return facts(state(&found, ask), &found).findings(device::device(&case));
    };
    let chassis = (found.kind == "switch").then(|| {
        let id = found.id.clone().unwrap_or_else(|| format!("00000000-0000-0000-1000-{}", found.mac));
        mistmcp::answers::Part::new("virtual chassis", "getSiteDeviceVirtualChassis")
            .with("site_id", site.as_str())
            .with("device_id", id)
            .or_none()
    });
    let own = parts::events_of(&site, &found.mac, "device", &window);
    let (port_rows, alarm_rows) = (parts::ports(&site), parts::alarms(&site, &window));
    let (stats_part, audit_part, site_part) =
        (parts::device_stats(&site), parts::audit_logs(org, &window), parts::site(&site));
    let (stats, events, ports, alarm_rows, audit, site_row, members) = join!(
        ask.rows(&stats_part),
        ask.rows(&own),
        ask.rows(&port_rows),
        ask.rows(&alarm_rows),
        ask.rows(&audit_part),
        ask.rows(&site_part),
        ask.rows_if(chassis.as_ref()),
    );
    let mut devices = locate::devices_of(&stats);
    for known in inventory.iter().filter(|known| known.site.as_deref() == Some(site.as_str())) {
        match devices.iter_mut().find(|device| device.mac == known.mac) {
            Some(device) => *device = device.clone().with(known),
            None => devices.push(known.clone()),
        }
    }
    if let Some(known) = devices.iter().find(|device| device.mac == found.mac) {
        found = known.clone();
    } else {
        devices.push(found.clone());
    }
    // A device that exists only in the inventory, and a part of Mist that has no row of it.
    if stats.is_seen() && !stats.iter().any(|row| row.mac("mac").as_deref() == Some(found.mac.as_str())) {
        ask.nothing_there("device statistics", "there are none of this device");
    }
    let is_chassis_alone = found.missing_members.is_empty();
    add_members(&mut found, &members);
    let ports: Vec<_> = ports.iter().filter_map(Port::of).collect();
    let own_events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let upstream = device::upstream(&found, &devices, &ports).cloned();
    let upstream_events = match &upstream {
        Some(upstream) => ask.rows(&parts::events_of(&site, &upstream.mac, "upstream device", &window)).await,
        None => Rows::default(),
    };
    let mut port_events: Vec<_> = upstream_events.iter().filter_map(Event::of).collect();
    port_events.extend(own_events.iter().cloned());
    let site_name = site_row.first().and_then(|row| row.text("name")).unwrap_or_else(|| site.clone());
    let context = PortContext::new(ask.now(), &devices, &ports, &port_events);
    let case = device::DeviceCase {
        device: &found,
        site: &devices,
        site_name: &site_name,
        events: &own_events,
        ports: &ports,
        context: &context,
    };
    let mut findings = device::device(&case);
    if let (true, Some(part)) = (is_chassis_alone && !found.missing_members.is_empty(), &chassis) {
        // The statistics do not show the members that are missing.
        for finding in &mut findings {
            if finding.cause().name == c::VIRTUAL_CHASSIS_UNSTABLE.name {
                *finding = finding.clone().see(part);
            }
        }
    }
    if found.kind == "gateway" {
        carried(ask, (org, &site), &case, &alarm_rows, &mut findings).await;
    }
    let alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    findings.extend(reported(&alarms, &case, &site_name, ask.now()));
    findings.extend(changed_before(org, &audit, &found, &own_events, &findings, ask.now()));
    if found.is_down() && !findings.iter().any(|finding| finding.get_weight() >= 70) {
        let tree = DeviceTree::of(&devices, &ports);
        let behind = tree.place(&found.mac).map(|place| tree.downstream(place)).unwrap_or_default();
        let outage = device::outage(&found, &behind, &devices, ask.now());
        // What else was found about it explains more.
        findings.push(outage.weight(70));
    }
    facts(state(&found, ask), &found)
        .fact("site", name(&site_name))
        .fact("upstream", upstream.map(|upstream| upstream.called()))
        .fact("upstream_port", device::upstream_port(&found, &devices, &ports).map(|port| port.id.clone()))
        .findings(shown_by(findings, &own))
}

/// Puts what statistics and events show of a gateway's paths, tunnels and routing neighbors, as `checkWan` does, in place of
/// what its events alone say.
async fn carried(
    ask: &Inquiry,
    (org, site): (&str, &str),
    case: &device::DeviceCase<'_>,
    alarm_rows: &Rows,
    findings: &mut Vec<Finding>,
) {
    let alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    let read = WanPeers::parts(ask, (org, site), (case.events, &alarms), &mut ask.calls_left());
    let carried = WanPeers::read(ask, &read).await.of(|mac| case.device.has_mac(mac));
    let gateways: Vec<_> = case.site.iter().filter(|device| device.kind == "gateway").cloned().collect();
    let wan = Wan {
        gateways: &gateways,
        ports: case.ports,
        paths: &carried.paths,
        tunnels: &carried.tunnels,
        neighbors: &carried.neighbors,
        events: case.events,
        alarms: &alarms,
        now: ask.now(),
    };
    let called = case.device.called();
    let mut found: Vec<_> =
        [wan::paths_down(&wan), wan::tunnels_down(&wan), wan::neighbors_down(&wan)].concat();
    found.retain(|finding| finding.is_on(&called));
    let by_events = wan::by_events(&wan, &found);
    found.extend(by_events);
    findings.extend(found);
}

fn add_members(found: &mut Device, members: &Rows) {
    if let Some(row) = members.first() {
        let gone = row.rows("members").filter(|member| {
            ["vc_state", "status"].iter().any(|field| {
                member.text(field).is_some_and(|state| {
                    let state = state.to_lowercase();
                    state.contains("not") || state.contains("inactive") || state == "disconnected"
                })
            })
        });
        let gone: Vec<_> =
            gone.filter_map(|member| member.mac("mac").or_else(|| member.text("fpc_idx"))).collect();
        found.missing_members.extend(gone);
        found.missing_members.dedup();
    }
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
        (None, _) => Diagnosis::about(called),
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
                .is_some_and(|(cause, ..)| wanted.iter().any(|wanted| wanted.name == cause.name))
        })
        .copied()
        .collect();
    let found = alarms::findings(&of_device, case.site, |_| Some(site_name.to_owned()), now);
    let found = found.into_iter().map(|finding| {
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
        finding.weight(if is_cable { 91 } else { 68 })
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

/// A change of the device shortly before its trouble began.
fn changed_before(
    org: &str,
    audit: &Rows,
    found: &Device,
    events: &[Event],
    findings: &[Finding],
    now: i64,
) -> Option<Finding> {
    let name_of = found.name.as_deref()?;
    let began = if found.is_down() {
        found.last_seen?
    } else {
        let troubles = ["CONFIG_FAILED", "DISCONNECTED", "PORT_DOWN"];
        let last =
            events.iter().filter(|event| troubles.contains(&event.short())).map(|event| event.time).max();
        last.filter(|_| findings.iter().any(|finding| finding.get_weight() >= 60))?
    };
    let row = audit
        .iter()
        .filter(|row| {
            row.time("timestamp").is_some_and(|time| (0..=t::SHORTLY_BEFORE).contains(&(began - time)))
        })
        .filter(|row| {
            row.text("message").is_some_and(|message| message.contains(name_of) && is_change(&message))
        })
        .max_by_key(|row| row.time("timestamp"))?;
    let (who, when) = (name(&row.text_or("admin_name", "Somebody")), row.time("timestamp")?);
    Some(
        Finding::new(
            &c::CHANGED_BEFORE,
            Severity::Warning,
            format!("{who} changed {} {}, shortly before the trouble began.", found.called(), ago(when, now)),
        )
        .on(found.object())
        .on(Object::change(&row.text_or("message", "change")))
        .weight(69)
        .since(when)
        .evidence("message", row.text("message"))
        .evidence("admin", row.text("admin_name"))
        .see(&sources::audit_log(org, when)),
    )
}
