//! `troubleshootDevice`: why a device is down, or has trouble.

mod change;
mod mist_edge;
mod reports;

use mistmcp::answers::{Cause, DataSource, Diagnosis, Inquiry, Window, answer, join, name};
use mistmcp::{Call, Mist, Reply, Result, TimeWindow, mist_tool};

use change::changed_before;
use mist_edge::mist_edge;
use reports::{carried, ended, reported};

use super::arguments::Organization;
use super::facts::wan::GatewayCluster;
use super::facts::{Alarm, Device, Event, Port, device_id};
use super::locate::{self, Located};
use super::rules::{device, ports::PortContext};
use super::site_state::{PeerRows, WanPeers, name_of_site};
use super::sources::shown_by;
use super::{causes as c, sources};

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
