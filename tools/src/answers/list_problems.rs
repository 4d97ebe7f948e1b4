//! `listProblems`: what is open in a site or in the organization, folded to its roots.

use std::collections::{BTreeMap, HashMap};

use mistmcp::answers::{
    Cause, Diagnosis, Finding, Inquiry, Object, Severity, Window, answer, count, join, name,
};
use mistmcp::{Call, Choice, Mist, Reply, Result, SiteId, mist_tool};

use super::arguments::Organization;
use super::facts::{Alarm, Device, Event, Port};
use super::rules::ports::{self as port_rules, PortContext};
use super::rules::tree::DeviceTree;
use super::rules::{alarms, device, upgrading};
use super::{causes as c, locate, parts, thresholds as t};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] =
    &[c::REPORTS, c::OUTAGES, &[&c::POWER_LOST, &c::PORT_DISABLED, &c::UPGRADING]];

/// How far back alarms are looked for, in days.
const DAYS: i64 = 7;

/// The most requests at one site, and for the organization.
const CALLS: [usize; 2] = [12, 14];

/// What is wrong now: open Marvis actions, alarms and devices down, folded to their roots, the worst first.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn list_problems(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: Option<SiteId>,
    /// The least severity.
    #[brief = "At least"]
    severity: Option<LeastSeverity>,
) -> Result<Reply> {
    let calls = if site_id.is_some() { CALLS[0] } else { CALLS[1] };
    answer(mist, call, calls, move |ask| async move {
        let site = site_id.as_ref().map(SiteId::as_str);
        Ok(find(&ask, org_id.as_str(), site, severity.unwrap_or(LeastSeverity::Info)).await)
    })
    .await
}

/// The least severity of a problem.
#[derive(Clone, Copy, Choice, Debug, PartialEq, Eq)]
pub enum LeastSeverity {
    /// People cannot work
    Critical,
    /// People notice it
    Warning,
    /// Everything
    Info,
}

impl LeastSeverity {
    pub(super) fn includes(self, severity: Severity) -> bool {
        severity
            >= match self {
                Self::Critical => Severity::Critical,
                Self::Warning => Severity::Warning,
                Self::Info => Severity::Info,
            }
    }
}

async fn find(ask: &Inquiry, org: &str, site: Option<&str>, least: LeastSeverity) -> Diagnosis {
    let window = Window::last(DAYS * t::DAY, ask);
    let (alarms_part, ports_part) = match site {
        Some(site) => (parts::alarms(site, &window), parts::ports(site)),
        None => (parts::org_alarms(org, &window), parts::org_ports(org)),
    };
    let (actions_part, inventory_part, sites_part) =
        (parts::marvis_actions(org), parts::inventory(org), parts::sites(org));
    let events_part = parts::outage_events(org, site, &window);
    let (alarm_rows, actions, inventory, sites, port_rows, event_rows) = join!(
        ask.rows(&alarms_part),
        ask.rows(&actions_part),
        ask.rows(&inventory_part),
        ask.rows(&sites_part),
        ask.rows(&ports_part),
        ask.rows(&events_part),
    );
    let events: Vec<_> = event_rows.iter().filter_map(Event::of).collect();
    let here = |id: Option<&str>| site.is_none_or(|site| id == Some(site));
    let devices: Vec<_> =
        locate::devices_of(&inventory).into_iter().filter(|device| here(device.site.as_deref())).collect();
    let names: HashMap<String, String> =
        sites.iter().filter_map(|row| Some((row.text("id")?, row.text("name")?))).collect();
    let site_name = |id: &str| names.get(id).cloned();
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let mut reported: Vec<_> = actions.iter().filter_map(Alarm::of_action).collect();
    // An action and its alarm have one id.
    let ids: Vec<_> = reported.iter().filter_map(|action| action.id.clone()).collect();
    reported.extend(
        alarm_rows
            .iter()
            .filter_map(Alarm::of)
            .filter(|alarm| alarm.id.as_ref().is_none_or(|id| !ids.contains(id))),
    );
    // The state of a device tells whether it is down.
    let is_known = |mac: &String| devices.iter().any(|device| device.has_mac(mac));
    reported.retain(|alarm| {
        let of_state =
            alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.name == c::DEVICE_DOWN.name);
        here(alarm.site.as_deref()) && !(of_state && alarm.devices.iter().any(is_known))
    });
    let open = alarms::active(&reported, &events);
    let mut findings = down(&devices, &ports, &events, site_name, ask.now());
    findings.extend(
        alarms::findings(&open, &devices, site_name, ask.now()).into_iter().map(|finding| {
            if finding.cause().name == c::DEVICE_DOWN.name { finding.folds() } else { finding }
        }),
    );
    let all = findings.len();
    findings.retain(|finding| least.includes(finding.severity()));
    let lower = all - findings.len();
    let subject = match site {
        Some(id) => site_name(id)
            .or_else(|| ask.resolved_name(id))
            .map_or_else(|| format!("site {id}"), |site| name(&site)),
        None => "The organization".to_owned(),
    };
    if inventory.is_seen() && devices.is_empty() {
        ask.nothing_there("devices", "there are none");
        if findings.is_empty() {
            return Diagnosis::unknown(format!("{subject} has no devices, so nothing is known."));
        }
    }
    let down = devices.iter().filter(|device| device.is_down()).count();
    let mut diagnosis =
        Diagnosis::about(format!("{subject} has {} of {} down", down, count(devices.len(), "device")));
    if lower > 0 {
        let problems = count(lower, "problem");
        diagnosis = diagnosis.when_no_findings(format!(
            "no problem of the asked severity was found, but {problems} below it: leave out `severity` to see all"
        ));
    }
    diagnosis
        .fact("devices", inventory.if_seen(devices.len()))
        .fact("devices_down", inventory.if_seen(down))
        .fact("open_alarms_and_actions", alarm_rows.if_seen(open.len()))
        .findings(findings)
        .shown_by(&inventory_part)
}

/// Devices that are down: whole sites, dead switches and gateways with what is behind them, and single devices.
pub(super) fn down(
    devices: &[Device],
    ports: &[Port],
    events: &[Event],
    site_name: impl Fn(&str) -> Option<String>,
    now: i64,
) -> Vec<Finding> {
    let mut sites: BTreeMap<&str, (Vec<Device>, Vec<Port>)> = BTreeMap::new();
    for device in devices {
        if let Some(site) = device.site.as_deref() {
            sites.entry(site).or_default().0.push(device.clone());
        }
    }
    for port in ports {
        if let Some((_, ports)) = port.site.as_deref().and_then(|site| sites.get_mut(site)) {
            ports.push(port.clone());
        }
    }
    let mut found = Vec::new();
    for (site, (devices, ports)) in &sites {
        let called = site_name(site).unwrap_or_else(|| (*site).to_owned());
        let at_site = |finding: Finding| finding.on(Object::site(&called)).folds();
        found.extend(down_at_site(devices, ports, events, &called, now).into_iter().map(at_site));
    }
    found
}

/// The devices of a site that are down; those behind a dead one are named and fold into it.
fn down_at_site(devices: &[Device], ports: &[Port], events: &[Event], site: &str, now: i64) -> Vec<Finding> {
    let mut found: Vec<_> = device::site_down(devices, site, now).into_iter().collect();
    let is_site_down = !found.is_empty();
    let tree = DeviceTree::of(devices, ports);
    let context = PortContext::new(now, devices, ports, events);
    for (place, device) in devices.iter().enumerate().filter(|(_, device)| device.is_down()) {
        if is_site_down || tree.is_below_an_outage(place) {
            found.push(device::single_outage(device, devices, now));
            continue;
        }
        let behind = tree.downstream(place);
        if let Some(upgrade) = upgrading::upgrade(device, events, now) {
            found.push(upgrade.finding(&behind, now));
            continue;
        }
        if device.kind != "ap" || behind.iter().any(|other| other.is_down()) {
            found.push(device::outage(device, &behind, devices, now).weight(90));
            continue;
        }
        let finding = device::upstream_port(device, devices, ports)
            .and_then(|port| port_rules::outage_at_port(port, device, &context))
            .unwrap_or_else(|| device::single_outage(device, devices, now));
        let is_covered = device.is_covered(devices);
        found.push(if is_covered { finding.weight(66) } else { finding });
    }
    found
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_890_000;

    /// A gateway, a switch behind it, and three access points on that; of a site.
    fn network(down: &[&str]) -> (Vec<Device>, Vec<Port>) {
        let device = |number: u8, kind: &str, name: &str| {
            let row = json!({
                "mac": format!("5c5b350000{number:02}"), "type": kind, "name": name, "site_id": "s",
                "connected": !down.contains(&name),
            });
            Device::of(Row::of(&row)).unwrap()
        };
        let devices = vec![
            device(1, "gateway", "GW"),
            device(2, "switch", "SW"),
            device(3, "ap", "AP-3"),
            device(4, "ap", "AP-4"),
            device(5, "ap", "AP-5"),
        ];
        let port = |from: u8, to: u8| {
            let row = json!({
                "mac": format!("5c5b350000{from:02}"), "port_id": format!("ge-0/0/{to}"), "site_id": "s", "up": true,
                "neighbor_mac": format!("5c5b350000{to:02}"),
            });
            Port::of(Row::of(&row)).unwrap()
        };
        let ports = vec![port(1, 2), port(2, 3), port(2, 4), port(2, 5)];
        (devices, ports)
    }

    fn causes(down_ones: &[&str], change: impl Fn(&mut Port)) -> Vec<(&'static str, Severity)> {
        let (devices, mut ports) = network(down_ones);
        ports.iter_mut().for_each(change);
        let diagnosed = down(&devices, &ports, &[], |_| Some("Leeds".to_owned()), NOW);
        diagnosed.iter().map(|finding| (finding.cause().name, finding.severity())).collect()
    }

    #[test]
    fn a_dead_switch_is_the_root_whatever_its_ports_say() {
        let outage_at_port = |port: &mut Port| {
            port.up = Some(false);
            port.poe_on = Some(false);
        };
        let found = causes(&["SW", "AP-3", "AP-4", "AP-5"], outage_at_port);
        assert_eq!(found[0].0, "upstream_down");
        assert!(found[1..].iter().all(|(cause, _)| *cause == "device_down"), "{found:?}");
        let found = causes(&["GW", "SW", "AP-3", "AP-4", "AP-5"], outage_at_port);
        assert_eq!(found[0].0, "site_down", "the inventory has no last_seen");
    }

    #[test]
    fn a_single_access_point_is_a_warning_with_what_its_port_says() {
        let calm = |_: &mut Port| {};
        assert_eq!(causes(&["AP-3"], calm), [("device_down", Severity::Warning)]);
        assert_eq!(causes(&["AP-3", "AP-4"], calm)[0].1, Severity::Critical, "most of them");
        let off = |port: &mut Port| {
            port.up = Some(false);
            port.disabled = port.id == "ge-0/0/3";
            port.poe_on = Some(false);
        };
        assert_eq!(causes(&["AP-3"], off)[0].0, "port_disabled");
        assert_eq!(causes(&["AP-4"], off)[0].0, "power_lost");
        assert!(causes(&[], calm).is_empty());
    }
}
