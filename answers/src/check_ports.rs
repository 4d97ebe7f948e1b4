//! `checkPorts`: what is wrong with ports of switches and gateways.

use mistmcp::answers::{
    Cause, DataSource, Diagnosis, Finding, Inquiry, Rows, Window, answer, count, join, name,
};
use mistmcp::{Call, Choice, Mist, Reply, Result, SiteId, mist_tool};

use super::arguments::Organization;
use super::facts::{Alarm, Device, Event, Port};
use super::rules::ports::{self, PortContext};
use super::rules::{alarms, device};
use super::site_state::{check_site_of, site_name};
use super::{causes as c, locate, sources, thresholds as t, views};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[
    c::OUTAGES,
    c::POWER,
    c::PORTS,
    &[&c::MISSING_VLAN, &c::LOOP, &c::UPGRADING, &c::AUTH_SERVER_UNREACHABLE, &c::NEVER_SEEN],
];

/// Switch and gateway ports with trouble: slow, half duplex, errors, flapping, PoE, blocked, MAC limit, authentication.
#[mist_tool(category = "answers", hints(read_only), view = "switch-ports")]
pub async fn check_ports(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: Option<SiteId>,
    /// Only the ports of this device, by its name, MAC address or id.
    #[brief = "Device name, MAC or id"]
    device_id: Option<String>,
    /// Only this trouble.
    #[brief = "Only this"]
    problem: Option<Problem>,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        find(&ask, org_id.as_str(), site_id.as_ref().map(SiteId::as_str), device_id.as_deref(), problem).await
    })
    .await
}

/// A cause of ports.
#[derive(Clone, Copy, Choice, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Down, although in use
    PortDown,
    /// Less speed than its peers
    PortSlow,
    /// Half duplex
    PortHalfDuplex,
    /// Damaged frames
    PortErrors,
    /// Up and down again
    PortFlapping,
    /// Disabled
    PortDisabled,
    /// PoE off or denied
    PowerLost,
    /// PoE budget nearly used
    PowerConstrained,
    /// Blocked by spanning tree
    SpanningTreeBlocked,
    /// A loop
    Loop,
    /// Too many MAC addresses
    MacLimit,
    /// Fails authentication
    PortAuthFailed,
    /// Lacks a VLAN
    MissingVlan,
}

impl Problem {
    fn cause(self) -> &'static Cause {
        match self {
            Self::PortDown => &c::PORT_DOWN,
            Self::PortSlow => &c::PORT_SLOW,
            Self::PortHalfDuplex => &c::PORT_HALF_DUPLEX,
            Self::PortErrors => &c::PORT_ERRORS,
            Self::PortFlapping => &c::PORT_FLAPPING,
            Self::PortDisabled => &c::PORT_DISABLED,
            Self::PowerLost => &c::POWER_LOST,
            Self::PowerConstrained => &c::POWER_CONSTRAINED,
            Self::SpanningTreeBlocked => &c::SPANNING_TREE_BLOCKED,
            Self::Loop => &c::LOOP,
            Self::MacLimit => &c::MAC_LIMIT,
            Self::PortAuthFailed => &c::PORT_AUTH_FAILED,
            Self::MissingVlan => &c::MISSING_VLAN,
        }
    }
}

async fn find(
    ask: &Inquiry,
    org: &str,
    site: Option<&str>,
    device: Option<&str>,
    problem: Option<Problem>,
) -> Result<Diagnosis> {
    let window = Window::last(t::DAY, ask);
    let located = match device {
        Some(text) => match locate::find_device(ask, org, text).await {
            Ok(located) => {
                check_site_of(ask, &located.device, site).await?;
                Some(located)
            }
            Err(unknown) => return Ok(unknown),
        },
        None => None,
    };
    let of_device = located.as_ref().map(|located| &located.device);
    let site = of_device.and_then(|device| device.site.as_deref()).or(site);
    let [ports_source, events_source, alarms_source] = read_parts(org, site, of_device, &window);
    let inventory = located.is_none().then(|| sources::inventory(org).with("site_id", site));
    // Only the statistics have the PoE budget.
    let stats_source =
        of_device.is_none_or(|device| device.kind == "switch").then(|| switch_stats(org, site));
    let called = async {
        match site.filter(|_| of_device.is_none()) {
            Some(site) => Some(site_name(ask, site).await),
            None => None,
        }
    };
    let actions_source = sources::marvis_actions(org);
    let (port_rows, actions, events, alarm_rows, devices, stats, called) = join!(
        ask.rows(&ports_source),
        ask.rows(&actions_source),
        ask.rows(&events_source),
        ask.rows(&alarms_source),
        ask.rows_if(inventory.as_ref()),
        ask.rows_if(stats_source.as_ref()),
        called
    );
    let mut devices: Vec<Device> = match located.as_ref() {
        Some(located) => located.inventory.clone(),
        None => locate::devices_of(&devices),
    };
    add_budgets(&mut devices, &stats);
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let subject = match (of_device, called) {
        (Some(device), _) => format!("The ports of {}", device.called()),
        (None, Some(site)) => format!("The ports of {}", name(&site)),
        (None, None) => "The ports of the organization".to_owned(),
    };
    if ports.is_empty() {
        if port_rows.is_seen() {
            ask.nothing_there("ports", "there are none");
        }
        let words = format!("{subject} could not be seen, so nothing is known about them.");
        return Ok(Diagnosis::unknown(words));
    }
    let context = PortContext::new(ask.now(), &devices, &ports, &events);
    let here = |device: &&Device| site.is_none_or(|site| device.site.as_deref() == Some(site));
    let at_site: Vec<_> = devices.iter().filter(here).cloned().collect();
    let outages = device::outages_at_ports(&at_site, &ports, &events, ask.now());
    for (called, _) in &outages {
        ask.not_seen(&format!("ports of {called}"), "it is down, so their state is not current");
    }
    let has_state =
        |mac: &str| context.devices.get(mac).is_none_or(|device| !device.is_down() || device.kind == "ap");
    let current: Vec<&Port> = ports.iter().filter(|port| has_state(&port.device)).collect();
    let mut found = of_ports(&current, &devices, &context);
    found.extend(outages.into_iter().map(|(_, finding)| finding));
    let asked = |device: &&Device| of_device.is_none_or(|of_device| of_device.mac == device.mac);
    let is_up = |device: &&Device| !device.is_down();
    let switches = || devices.iter().filter(here).filter(asked).filter(is_up);
    found.extend(switches().filter_map(ports::poe_budget));
    found.extend(switches().filter_map(|switch| device::radius(switch, &events, &ports, ask.now())));
    let told: Vec<_> =
        events.iter().filter(|event| event.mac.as_deref().is_some_and(has_state)).cloned().collect();
    found.extend(ports::without_rows(&told, &ports, &context));
    let mut alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    Alarm::add_actions(ask, &mut alarms, &actions, site);
    found.extend(reported(&alarms, &devices, &events, of_device, ask.now()));
    if let Some(problem) = problem {
        found.retain(|finding| finding.cause().name == problem.cause().name);
    }
    let narrowing =
        [("site_id", site.is_some()), ("device_id", device.is_some()), ("problem", problem.is_some())];
    let diagnosis = Diagnosis::about(subject)
        .narrowed_by(narrowing)
        .fact("ports", port_rows.if_whole(ports.len()))
        .fact("up", port_rows.if_whole(current.iter().filter(|port| port.up == Some(true)).count()))
        .fact("unused", ports::unused(&ports, ask.now()))
        .view("devices", views::switch_ports(&ports, &devices))
        .findings(found)
        .shown_by(&ports_source);
    let first = if port_rows.is_cut() { "the first " } else { "" };
    Ok(for_problem(diagnosis, problem, &format!("{first}{}", count(ports.len(), "port"))))
}

/// What is wrong with ports whose state is current.
fn of_ports(ports: &[&Port], devices: &[Device], context: &PortContext<'_>) -> Vec<Finding> {
    let found = ports.iter().flat_map(|port| {
        let behind = devices.iter().filter(|device| port.has_neighbor(&device.mac, device.name.as_deref()));
        let power: Vec<_> = behind.filter_map(|device| ports::power_lost(port, device, context)).collect();
        // Where there is no power, the rest follows.
        let found = if power.is_empty() { ports::port(port, context) } else { power };
        found.into_iter().map(|finding| (*port, finding))
    });
    ports::together(found.collect())
}

/// The answer to a call for one problem, where none of the ports that were read has it.
fn for_problem(diagnosis: Diagnosis, problem: Option<Problem>, ports: &str) -> Diagnosis {
    let Some(problem) = problem else { return diagnosis };
    let cause = problem.cause().name;
    diagnosis.when_no_findings(format!("none of {ports} has the problem {cause}"))
}

/// Adds the PoE budgets of switches, which only their statistics show.
fn add_budgets(devices: &mut Vec<Device>, stats: &Rows) {
    for switch in locate::devices_of(stats) {
        match devices.iter_mut().find(|device| device.mac == switch.mac) {
            Some(device) => {
                device.poe = switch.poe;
                device.members = switch.members;
            }
            // The inventory could not be read, or not to its end.
            None => devices.push(switch),
        }
    }
}

/// The parts with ports, events and alarms: of a site or of the organization, and of one device of it.
fn read_parts(org: &str, site: Option<&str>, device: Option<&Device>, window: &Window) -> [DataSource; 3] {
    let mac = device.map(|device| device.mac.as_str());
    let (ports, events, alarms) = match (site, mac) {
        (Some(site), Some(mac)) => (
            sources::ports(site),
            sources::events_of(site, mac, "device", window),
            sources::alarms(site, window),
        ),
        (Some(site), None) => {
            (sources::ports(site), sources::device_events(site, window), sources::alarms(site, window))
        }
        (None, _) => {
            let events = sources::org_device_events(org, window).with("mac", mac);
            (sources::org_ports(org), events, sources::org_alarms(org, window))
        }
    };
    [ports.with("mac", mac), events, alarms]
}

/// The statistics of all switches of a site, or of the organization.
fn switch_stats(org: &str, site: Option<&str>) -> DataSource {
    match site {
        Some(site) => sources::device_stats(site).with("type", "switch"),
        None => sources::org_devices(org)
            .with("type", "switch")
            .with("fields", "mac,name,type,status,module_stat"),
    }
}

/// What alarms and Marvis say of ports.
fn reported(
    all: &[Alarm],
    devices: &[Device],
    events: &[Event],
    only: Option<&Device>,
    now: i64,
) -> Vec<Finding> {
    let of_ports = |alarm: &&&Alarm| {
        let cause = alarms::cause_of(&alarm.kind).map(|(cause, ..)| cause);
        cause.is_some_and(|cause| cause.group == "ports" || cause.name == c::CABLE_FAULT.name)
            && only.is_none_or(|device| alarm.devices.iter().any(|mac| device.has_mac(mac)))
    };
    let led = |alarm: &&Alarm| alarm.led_by(|mac| only.is_some_and(|device| device.has_mac(mac)));
    let open: Vec<_> = alarms::active(all, events).iter().filter(of_ports).map(led).collect();
    alarms::findings(&open.iter().collect::<Vec<_>>(), devices, |_| None, now)
        .into_iter()
        .map(|finding| {
            let weight = finding.relevance().saturating_sub(10);
            finding.weight(weight)
        })
        .collect()
}
