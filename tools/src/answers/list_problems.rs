//! `listProblems`: what is open in a site or in the organization, folded to its roots.

use std::collections::HashMap;

use mistmcp::answers::{Cause, Diagnosis, Finding, Inquiry, Window, answer, count, join, name};
use mistmcp::{Call, Choice, Mist, Reply, Result, SiteId, mist_tool};

use super::arguments::Organization;
use super::facts::{Alarm, Device, Port};
use super::rules::ports::{self as port_rules, Around};
use super::rules::{alarms, device};
use super::{causes as c, locate, parts, thresholds as t};

/// The causes that this tool finds.
pub(super) const FINDS: &[&Cause] = &[
    &c::SITE_DOWN,
    &c::POWER_LOST,
    &c::UPSTREAM_DOWN,
    &c::DEVICE_DOWN,
    &c::MISSING_VLAN,
    &c::CABLE_FAULT,
    &c::AUTH_SERVER_UNREACHABLE,
    &c::DHCP_FAILURE,
    &c::GATEWAY_ARP_FAILURE,
    &c::DNS_FAILURE,
    &c::PORT_FLAPPING,
    &c::PORT_HALF_DUPLEX,
    &c::FIRMWARE_BEHIND,
    &c::HARDWARE_ALARM,
    &c::WAN_LINK_DEGRADED,
    &c::WAN_LINK_DOWN,
    &c::LOOP,
    &c::COVERAGE_HOLE,
    &c::CHANNEL_UTILIZATION,
    &c::PORT_DOWN,
    &c::BGP_DOWN,
    &c::VPN_PATH_DOWN,
    &c::ROGUE_AP,
    &c::HONEYPOT_SSID,
];

/// How far back alarms are looked for, in days.
const DAYS: i64 = 7;

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
    answer(mist, call, 14, move |ask| async move {
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
    pub(super) fn includes(self, severity: mistmcp::answers::Severity) -> bool {
        use mistmcp::answers::Severity;
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
    let (alarm_rows, actions, inventory, sites, port_rows) = join!(
        ask.rows(&alarms_part),
        ask.rows(&actions_part),
        ask.rows(&inventory_part),
        ask.rows(&sites_part),
        ask.rows(&ports_part),
    );
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
    reported.retain(|alarm| here(alarm.site.as_deref()));
    let open = alarms::open(&reported);
    let mut findings = down(&devices, &ports, site_name, ask.now());
    findings.extend(alarms::findings(&open, &devices, site_name, ask.now()).into_iter().map(|finding| {
        let finding = finding.see(if alarm_rows.is_seen() { &alarms_part } else { &actions_part });
        if finding.cause().name == c::DEVICE_DOWN.name { finding.folds() } else { finding }
    }));
    findings.retain(|finding| least.includes(finding.severity()));
    let subject = match site {
        Some(id) => site_name(id).map_or_else(|| "The site".to_owned(), |site| name(&site)),
        None => "The organization".to_owned(),
    };
    if inventory.is_seen() && devices.is_empty() {
        ask.not_seen("devices", "there are none");
        if findings.is_empty() {
            return Diagnosis::unknown(format!("{subject} has no devices, so nothing is known."));
        }
    }
    let down = devices.iter().filter(|device| device.is_down()).count();
    Diagnosis::about(format!("{subject}, {} of {} down", down, count(devices.len(), "device")))
        .fact("devices", devices.len())
        .fact("devices_down", down)
        .fact("open_alarms_and_actions", open.len())
        .findings(findings)
}

/// Devices that are down: whole sites, then dead switches and gateways with what is behind them, then single devices.
pub(super) fn down(
    devices: &[Device],
    ports: &[Port],
    site_name: impl Fn(&str) -> Option<String>,
    now: i64,
) -> Vec<Finding> {
    let mut by_site: HashMap<&str, Vec<Device>> = HashMap::new();
    for device in devices {
        if let Some(site) = device.site.as_deref() {
            by_site.entry(site).or_default().push(device.clone());
        }
    }
    let mut found = Vec::new();
    for (site, devices) in by_site {
        let called = site_name(site).unwrap_or_else(|| site.to_owned());
        found.extend(device::site_down(&devices, &called, now));
        let around = Around::new(now, &devices, ports, &[]);
        for device in devices.iter().filter(|device| device.is_down()) {
            let is_root =
                device::upstream(device, &devices, ports).is_none_or(|upstream| !upstream.is_down());
            let has_others = device::behind(device, &devices, ports).iter().any(|other| other.is_down());
            let finding = if has_others || (is_root && device.kind != "ap") {
                device::device_down_with_others(device, &devices, ports, now)
            } else {
                device::upstream_port(device, &devices, ports)
                    .and_then(|port| port_rules::power_lost(port, device, &around))
                    .unwrap_or_else(|| device::single_down(device, now))
            };
            found.push(finding.on(mistmcp::answers::Object::site(&called)).folds());
        }
    }
    found
}
