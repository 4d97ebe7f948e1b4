//! Rules for devices: why one is down, or has trouble.

use mistmcp::answers::{Finding, Object, Severity, ago, count, lasting};

use super::ports::{self, Around};
use super::tree::Tree;
use crate::answers::causes as c;
use crate::answers::facts::{Device, Event, Port, open};
use crate::answers::thresholds as t;

/// What the rules know of a device.
#[derive(Clone, Debug)]
pub(in crate::answers) struct Case<'a> {
    pub(in crate::answers) device: &'a Device,
    /// All devices of its site, with itself.
    pub(in crate::answers) site: &'a [Device],
    pub(in crate::answers) site_name: &'a str,
    /// Its own events.
    pub(in crate::answers) events: &'a [Event],
    /// All ports of the site.
    pub(in crate::answers) ports: &'a [Port],
    pub(in crate::answers) around: &'a Around<'a>,
}

impl<'a> Case<'a> {
    fn now(&self) -> i64 {
        self.around.now
    }

    /// The port upstream of the device.
    pub(in crate::answers) fn upstream_port(&self) -> Option<&'a Port> {
        upstream_port(self.device, self.site, self.ports)
    }

    /// The device upstream of it, from the port that leads to it, or from what it heard by LLDP.
    pub(in crate::answers) fn upstream(&self) -> Option<&'a Device> {
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

    fn open(&self, shorts: &[&str]) -> Option<(&'a Event, usize)> {
        open(self.events).into_iter().find(|(event, _)| shorts.contains(&event.short()))
    }

    fn latest(&self, shorts: &[&str]) -> Option<&'a Event> {
        self.events.iter().filter(|event| shorts.contains(&event.short())).max_by_key(|event| event.time)
    }
}

/// The port upstream of a device: one of another device that leads to it.
pub(in crate::answers) fn upstream_port<'a>(
    device: &Device,
    site: &[Device],
    ports: &'a [Port],
) -> Option<&'a Port> {
    let leads = |port: &&Port| {
        !device.has_mac(&port.device)
            && (port.leads_to(&device.mac, device.name.as_deref())
                || device.members.iter().any(|member| port.leads_to(member, None)))
    };
    // A gateway or switch is upstream of a switch; an access point hangs from a switch.
    let kind = |port: &Port| {
        site.iter().find(|other| other.has_mac(&port.device)).map_or("", |other| other.kind.as_str())
    };
    let heard = || {
        let (name, mac, id) = &device.uplink;
        let switch = site.iter().find(|other| {
            mac.as_deref().is_some_and(|mac| other.has_mac(mac)) || (name.is_some() && other.name == *name)
        })?;
        let id = id.as_deref()?;
        ports.iter().find(|port| switch.has_mac(&port.device) && port.id == id)
    };
    let leading: Vec<_> = ports.iter().filter(leads).collect();
    let gateway = leading.iter().find(|port| kind(port) == "gateway");
    let switch = leading.iter().find(|port| !port.uplink && kind(port) != "gateway");
    match device.kind.as_str() {
        "gateway" => None,
        "switch" => gateway.or(switch).copied().or_else(heard),
        _ => switch.or(leading.first()).copied().or_else(heard),
    }
}

/// The device upstream of another one.
pub(in crate::answers) fn upstream<'a>(
    device: &Device,
    site: &'a [Device],
    ports: &[Port],
) -> Option<&'a Device> {
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
    let heard = || {
        let (name, mac, _) = &device.uplink;
        mac.as_deref()
            .and_then(by_mac)
            .or_else(|| site.iter().find(|other| name.is_some() && other.name == *name))
    };
    by_port.or_else(heard).or_else(by_own_port)
}

/// Whether a device is an access point whose site has more access points that are connected than others, which take over
/// its clients.
pub(in crate::answers) fn is_covered(device: &Device, site: &[Device]) -> bool {
    let aps = || site.iter().filter(|other| other.kind == "ap");
    let up = aps().filter(|other| other.connected == Some(true)).count();
    device.kind == "ap" && up * 2 > aps().count()
}

/// All that explains the state of a device.
pub(in crate::answers) fn device(case: &Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(not_assigned(case));
    if case.device.is_down() {
        found.extend(never_connected(case));
        found.extend(site_down(case.site, case.site_name, case.now()));
        found.extend(upstream_down(case));
        // The ports of a dead switch tell nothing.
        let port = case.upstream_port().filter(|_| !case.upstream().is_some_and(Device::is_down));
        found.extend(port.and_then(|port| ports::unfed(port, case.device, case.around)));
    }
    found.extend(upgrade(case));
    found.extend(restarted_by_user(case));
    found.extend(restarting(case));
    found.extend(config_failed(case));
    found.extend(hardware(case));
    found.extend(virtual_chassis(case));
    found.extend(power_constrained(case));
    found.extend(radius(case));
    found.extend(loops(case));
    found.extend(missing_vlan(case));
    if case.device.kind == "gateway" {
        found.extend(gateway(case));
    }
    if !case.upstream().is_some_and(Device::is_down) {
        found.extend(uplink(case));
    }
    found
}

fn not_assigned(case: &Case<'_>) -> Option<Finding> {
    case.device.site.is_none().then(|| {
        let called = case.device.called();
        case.finding(
            &c::NOT_ASSIGNED,
            Severity::Critical,
            format!("{called} is assigned to no site, so it has no configuration."),
        )
        .independent()
        .weight(97)
    })
}

fn never_connected(case: &Case<'_>) -> Option<Finding> {
    let device = case.device;
    let seen = device.last_seen.is_some()
        || device.uptime.is_some()
        || device.ip.is_some()
        || case
            .events
            .iter()
            .any(|event| ["CONNECTED", "DISCONNECTED", "CONFIGURED"].contains(&event.short()));
    (!seen && device.site.is_some()).then(|| {
        let called = device.called();
        case.finding(
            &c::NEVER_CONNECTED,
            Severity::Critical,
            format!("{called} has never connected to the cloud."),
        )
        .weight(95)
        .evidence("connected", false)
        .evidence("serial", device.serial.clone())
    })
}

/// A site where nearly everything is down, with its gateway.
pub(in crate::answers) fn site_down(site: &[Device], name: &str, now: i64) -> Option<Finding> {
    // One that has never been here is no part of an outage. The inventory does not tell.
    let tells = site.iter().any(|device| device.last_seen.is_some());
    let was_here = |device: &Device| !tells || device.last_seen.is_some() || device.connected == Some(true);
    let known: Vec<_> = site.iter().filter(|device| device.connected.is_some() && was_here(device)).collect();
    let down: Vec<_> = known.iter().filter(|device| device.is_down()).collect();
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let ratio = down.len() as f64 / known.len().max(1) as f64;
    let gateways: Vec<_> = known.iter().filter(|device| device.kind == "gateway").collect();
    let gateway_down = !gateways.is_empty() && gateways.iter().all(|gateway| gateway.is_down());
    if known.len() < 2 || ratio < t::MOST_OF_A_SITE || (!gateway_down && ratio < 1.0) {
        // Where all but the gateway hangs from one dead switch, the switch is the cause.
        return None;
    }
    let since = down.iter().filter_map(|device| device.last_seen).min();
    let when = since.map_or(String::new(), |since| format!(" {}", lasting(since, now)));
    let first = if gateway_down { "with its gateway" } else { "at the same time" };
    let mut finding = Finding::new(
        &c::SITE_DOWN,
        Severity::Critical,
        format!(
            "{} of the {} devices of {} are down, {first}{when}.",
            down.len(),
            known.len(),
            mistmcp::answers::name(name)
        ),
    )
    .on(Object::site(name))
    .weight(98)
    .since(since)
    .evidence("devices_down", down.len())
    .evidence("devices", known.len());
    for gateway in gateways.iter().filter(|gateway| gateway.is_down()) {
        finding = finding.on(gateway.object());
    }
    Some(finding.affects(down.iter().map(|device| device.mac.as_str())))
}

fn upstream_down(case: &Case<'_>) -> Option<Finding> {
    let mut root = case.upstream().filter(|upstream| upstream.is_down())?;
    // The first of a chain of dead devices.
    for _ in 0..4 {
        match upstream(root, case.site, case.ports)
            .filter(|above| above.is_down() && above.mac != case.device.mac)
        {
            Some(above) if above.mac != root.mac => root = above,
            _ => break,
        }
    }
    let tree = Tree::of(case.site, case.ports);
    let behind = tree.place(&root.mac).map(|place| tree.behind(place)).unwrap_or_default();
    Some(device_down_with_others(root, &behind, case.now()).weight(96))
}

/// A dead switch or gateway, with what is down among the devices behind it.
pub(in crate::answers) fn device_down_with_others(root: &Device, behind: &[&Device], now: i64) -> Finding {
    let behind: Vec<_> = behind.iter().filter(|device| device.is_down()).collect();
    let since = root.last_seen;
    let when = since.map_or(String::new(), |since| format!(" {}", lasting(since, now)));
    let with = match behind.len() {
        0 => String::new(),
        others => format!(", and {} behind it", count(others, "device")),
    };
    let mut finding = Finding::new(
        &c::UPSTREAM_DOWN,
        Severity::Critical,
        format!("The {} {} is down{when}{with}.", root.word(), root.called()),
    )
    .on(root.object())
    .weight(90)
    .since(since)
    .evidence("status", root.status.clone())
    .evidence("down_behind_it", Some(behind.len()).filter(|others| *others > 0))
    .affects([root.mac.as_str()].into_iter().chain(behind.iter().map(|device| device.mac.as_str())));
    for device in behind.iter().take(5) {
        finding = finding.on(device.object());
    }
    finding
}

/// A device that is down, where nothing around it tells why.
pub(in crate::answers) fn single_down(device: &Device, now: i64) -> Finding {
    let when = device.last_seen.map_or(String::new(), |seen| format!(", last seen {}", ago(seen, now)));
    Finding::new(
        &c::DEVICE_DOWN,
        Severity::Critical,
        format!("The {} {} is not connected{when}.", device.word(), device.called()),
    )
    .on(device.object())
    .weight(70)
    .since(device.last_seen)
    .evidence("status", device.status.clone())
    .affects([device.mac.as_str()])
}

fn upgrade(case: &Case<'_>) -> Vec<Finding> {
    let (device, called, now) = (case.device, case.device.called(), case.now());
    let status = device.upgrade.as_deref().unwrap_or_default().to_lowercase();
    let mut found = Vec::new();
    let failed = case.open(&["UPGRADE_FAILED"]);
    let running = ["inprogress", "in_progress", "upgrading", "downloading", "scheduled"]
        .contains(&status.as_str())
        || device.status.as_deref() == Some("upgrading");
    if running && !(status == "scheduled" && failed.is_some()) {
        let asked = case.latest(&["UPGRADE_BY_USER", "UPGRADE_STARTED", "UPGRADE_REQUESTED"]);
        found.push(
            case.finding(&c::UPGRADING, Severity::Info, format!("{called} is being upgraded now."))
                .independent()
                .weight(if device.is_down() { 97 } else { 60 })
                .since(asked.map(|event| event.time))
                .evidence("fwupdate", status.clone())
                .evidence("text", asked.and_then(|event| event.text.clone())),
        );
    } else if let (true, Some(since), Some(asked)) = (
        device.is_down(),
        case.since(),
        case.latest(&["UPGRADE_BY_USER", "UPGRADE_STARTED", "UPGRADE_REQUESTED"]),
    ) && (0..=t::SHORTLY_BEFORE).contains(&(since - asked.time))
        && now - since < t::SHORTLY_BEFORE
    {
        found.push(
            case.finding(
                &c::UPGRADING,
                Severity::Info,
                format!("An upgrade of {called} began {}.", ago(asked.time, now)),
            )
            .weight(91)
            .since(asked.time)
            .evidence("text", asked.text.clone()),
        );
    }
    if failed.is_some() || status == "failed" || status == "error" {
        let (event, times) = failed.map_or((None, 1), |(event, times)| (Some(event), times));
        let last = case.latest(&["UPGRADE_FAILED"]).map(|event| event.time);
        found.push(
            case.finding(
                &c::UPGRADE_FAILED,
                Severity::Warning,
                format!("The upgrade of {called} failed{}.", times_last(times, last, now)),
            )
            .weight(74)
            .since(event.map(|event| event.time))
            .evidence("failures", times)
            .evidence("version", device.version.clone())
            .evidence("text", event.and_then(|event| event.text.clone())),
        );
    }
    found
}

/// How often and when it last happened, with a space before it.
fn times_last(times: usize, last: Option<i64>, now: i64) -> String {
    match (times, last) {
        (0 | 1, None) => String::new(),
        (0 | 1, Some(last)) => format!(" {}", ago(last, now)),
        (times, None) => format!(" {times} times"),
        (times, Some(last)) => format!(" {times} times, last {}", ago(last, now)),
    }
}

fn restarted_by_user(case: &Case<'_>) -> Option<Finding> {
    let event = case.latest(&["RESTART_BY_USER", "RESTARTED_BY_USER"])?;
    let called = case.device.called();
    let recent = case.since().is_some_and(|since| {
        case.device.is_down() && (-t::MINUTE..=t::TOGETHER).contains(&(since - event.time))
    });
    Some(
        case.finding(
            &c::RESTARTED_BY_USER,
            Severity::Info,
            format!("Somebody restarted {called} {}.", ago(event.time, case.now())),
        )
        .independent()
        .weight(if recent { 97 } else { 61 })
        .since(event.time)
        .evidence("text", event.text.clone()),
    )
}

fn restarting(case: &Case<'_>) -> Option<Finding> {
    let by_user: Vec<_> = case
        .events
        .iter()
        .filter(|event| ["RESTART_BY_USER", "UPGRADED", "UPGRADE_BY_USER"].contains(&event.short()))
        .collect();
    let unasked: Vec<_> = case
        .events
        .iter()
        .filter(|event| event.short() == "RESTARTED")
        .filter(|event| !by_user.iter().any(|asked| (0..=t::TOGETHER).contains(&(event.time - asked.time))))
        .collect();
    if unasked.len() < t::RESTARTS {
        return None;
    }
    let first = unasked.iter().map(|event| event.time).min();
    let last = unasked.iter().max_by_key(|event| event.time)?;
    let called = case.device.called();
    Some(
        case.finding(
            &c::RESTARTING,
            Severity::Critical,
            format!(
                "{called} restarted {} times by itself, last {}.",
                unasked.len(),
                ago(last.time, case.now())
            ),
        )
        .weight(84)
        .since(first)
        .evidence("restarts", unasked.len())
        .evidence("uptime", case.device.uptime)
        .evidence("text", last.text.clone()),
    )
}

fn config_failed(case: &Case<'_>) -> Option<Finding> {
    let open = case.open(&["CONFIG_FAILED", "CONFIG_LOCK_FAILED", "CONFIG_ERROR_ADDTL_COMMAND"]);
    let status = case.device.config_status.as_deref().unwrap_or_default().to_lowercase();
    if open.is_none() && !["failed", "failure", "error"].contains(&status.as_str()) {
        return None;
    }
    let event = open.map(|(event, _)| event);
    let changed = case.latest(&["CONFIG_CHANGED_BY_USER"]).filter(|changed| {
        event.is_some_and(|event| (0..=t::SHORTLY_BEFORE).contains(&(event.time - changed.time)))
    });
    let called = case.device.called();
    let when = event.map_or(String::new(), |event| format!(" {}", ago(event.time, case.now())));
    Some(
        case.finding(
            &c::CONFIG_FAILED,
            Severity::Warning,
            format!("{called} did not apply its last configuration{when}."),
        )
        .weight(if case.device.is_down() { 60 } else { 80 })
        .since(event.map(|event| event.time))
        .evidence("config_status", Some(status).filter(|status| !status.is_empty()))
        .evidence("text", event.and_then(|event| event.text.clone()))
        .evidence("changed", changed.and_then(|changed| changed.text.clone())),
    )
}

fn hardware(case: &Case<'_>) -> Option<Finding> {
    let alarms: Vec<_> = open(case.events)
        .into_iter()
        .map(|(event, _)| event)
        .filter(|event| {
            (event.short().starts_with("ALARM_CHASSIS_")
                && !event.short().contains("POE")
                && !event.short().contains("MGMT_LINK"))
                || ["FPC_POWER_OFF", "PSU_UNPLUGGED", "FAN_UNPLUGGED", "POWERINPUT_DISCONNECTED"]
                    .contains(&event.short())
        })
        .collect();
    if alarms.is_empty() && case.device.hardware.is_empty() {
        return None;
    }
    let called = case.device.called();
    let kinds: Vec<_> = alarms
        .iter()
        .map(|event| event.short().trim_start_matches("ALARM_CHASSIS_").to_lowercase())
        .collect();
    let what = if kinds.is_empty() { case.device.hardware.join(", ") } else { kinds.join(", ") };
    Some(
        case.finding(
            &c::HARDWARE_ALARM,
            Severity::Warning,
            format!("{called} has a hardware alarm: {}.", mistmcp::answers::name(&what)),
        )
        .weight(82)
        .since(alarms.iter().map(|event| event.time).min())
        .evidence("alarms", kinds)
        .evidence("modules", case.device.hardware.clone())
        .evidence("text", alarms.first().and_then(|event| event.text.clone())),
    )
}

fn virtual_chassis(case: &Case<'_>) -> Option<Finding> {
    let broken = case.open(&["VC_PORT_DOWN", "VC_IN_TRANSITION"]);
    let changes = case.events.iter().filter(|event| event.short() == "VC_MASTER_CHANGED").count();
    let gone = &case.device.members_gone;
    if broken.is_none() && gone.is_empty() && changes < 2 {
        return None;
    }
    let called = case.device.called();
    let what = match (gone.is_empty(), broken) {
        (false, _) => format!("lacks {}", count(gone.len(), "member")),
        (true, Some((event, _))) if event.short() == "VC_PORT_DOWN" => {
            "has a stacking port that is down".to_owned()
        }
        _ => "changes its primary member".to_owned(),
    };
    Some(
        case.finding(
            &c::VIRTUAL_CHASSIS_UNSTABLE,
            Severity::Critical,
            format!("The virtual chassis {called} {what}."),
        )
        .weight(83)
        .since(broken.map(|(event, _)| event.time))
        .evidence("members_missing", gone.clone())
        .evidence("primary_changes", changes)
        .evidence("port_id", broken.and_then(|(event, _)| event.port.clone())),
    )
}

fn power_constrained(case: &Case<'_>) -> Option<Finding> {
    let device = case.device;
    if device.kind == "switch" {
        return ports::poe_budget(device);
    }
    let called = device.called();
    let source = device.power_source.as_deref();
    device.power_constrained.then(|| {
        let from = source.map_or(String::new(), |source| format!(" from {}", mistmcp::answers::name(source)));
        let port = case.upstream_port();
        let finding = case
            .finding(
                &c::POWER_CONSTRAINED,
                Severity::Warning,
                format!("{called} gets less power{from} than it needs."),
            )
            .weight(75)
            .evidence("power_constrained", true)
            .evidence("power_src", source)
            .evidence("port_draw", port.and_then(|port| port.draw));
        match port {
            Some(port) => finding.on(port.object(&case.upstream().map(Device::called).unwrap_or_default())),
            None => finding,
        }
    })
}

fn radius(case: &Case<'_>) -> Option<Finding> {
    let (event, times) = case.open(&["RADSEC_FAILURE"])?;
    let called = case.device.called();
    Some(
        case.finding(
            &c::AUTH_SERVER_UNREACHABLE,
            Severity::Critical,
            format!("{called} does not reach its RADIUS server over RadSec."),
        )
        .weight(70)
        .since(event.time)
        .evidence("failures", times)
        .evidence("text", event.text.clone()),
    )
}

fn loops(case: &Case<'_>) -> Option<Finding> {
    let (event, _) = case.open(&["LOOP_DETECTED"])?;
    let called = case.device.called();
    Some(
        case.finding(
            &c::LOOP,
            Severity::Critical,
            format!("{called} sees a loop {}.", lasting(event.time, case.now())),
        )
        .weight(85)
        .since(event.time)
        .evidence("text", event.text.clone()),
    )
}

/// VLANs that clients use and that carry no traffic on the wire of an access point.
fn missing_vlan(case: &Case<'_>) -> Option<Finding> {
    let vlans = &case.device.missing_vlans;
    if vlans.is_empty() || case.device.is_down() {
        return None;
    }
    let called = case.device.called();
    let word = if vlans.len() == 1 { "VLAN" } else { "VLANs" };
    let mut finding = case
        .finding(
            &c::MISSING_VLAN,
            Severity::Critical,
            format!(
                "{called} gets no traffic in {word} {}: its switch port lacks it.",
                mistmcp::answers::listed(vlans, 4)
            ),
        )
        .weight(79)
        .evidence("inactive_wired_vlans", vlans.clone());
    if let Some(port) = case.upstream_port() {
        finding = finding.on(port.object(&case.upstream().map(Device::called).unwrap_or_default()));
    }
    if let Some(switch) = case.upstream() {
        finding = finding.on(switch.object());
    }
    Some(vlans.iter().take(2).fold(finding, |finding, vlan| finding.on(Object::vlan(vlan))))
}

/// What a gateway reports of its neighbors, paths and cluster.
fn gateway(case: &Case<'_>) -> Vec<Finding> {
    let called = case.device.called();
    let mut found = Vec::new();
    for (shorts, cause, severity, words, weight) in [
        (
            &["HA_CONTROL_LINK_DOWN", "HA_HEALTH_WEIGHT_LOW"][..],
            &c::CLUSTER_DEGRADED,
            Severity::Warning,
            "has lost the redundancy of its cluster",
            82,
        ),
        (&["TUNNEL_DOWN"], &c::TUNNEL_DOWN, Severity::Warning, "has a tunnel that is down", 58),
        (
            &["BGP_NEIGHBOR_DOWN", "OSPF_NEIGHBOR_DOWN"],
            &c::BGP_DOWN,
            Severity::Warning,
            "has lost a routing neighbor",
            57,
        ),
        (
            &["VPN_PATH_DOWN", "VPN_PEER_DOWN"],
            &c::VPN_PATH_DOWN,
            Severity::Warning,
            "has a VPN path that is down",
            56,
        ),
    ] {
        if let Some((event, times)) = case.open(shorts) {
            found.push(
                case.finding(
                    cause,
                    severity,
                    format!("{called} {words} {}.", lasting(event.time, case.now())),
                )
                .weight(weight)
                .since(event.time)
                .evidence("event", event.kind.clone())
                .evidence("times", times)
                .evidence("text", event.text.clone()),
            );
        }
    }
    found
}

/// What is wrong with the port upstream, as the switch and the device itself see it.
fn uplink(case: &Case<'_>) -> Vec<Finding> {
    let device = case.device;
    let mut found: Vec<Finding> = Vec::new();
    if let Some(port) = case.upstream_port() {
        // The trouble of the port explains that of the device.
        let explains = if device.is_down() { 24 } else { 12 };
        found.extend(ports::port(port, case.around).into_iter().map(|finding| {
            let weight = finding.explains();
            finding.weight(weight.saturating_add(explains).min(91))
        }));
    } else if device.kind == "ap" && !device.is_down() {
        found.extend(own_port(case));
    }
    let own = case.events.iter().filter(|event| event.short() == "PORT_DOWN" && device.kind == "ap").count();
    if own >= t::FLAPS && !found.iter().any(|finding| finding.cause().name == c::PORT_FLAPPING.name) {
        let called = device.called();
        found.push(
            case.finding(
                &c::PORT_FLAPPING,
                Severity::Warning,
                format!("The Ethernet port of {called} went down {own} times."),
            )
            .weight(78)
            .evidence("port_down_events", own),
        );
    }
    if device.kind != "ap" {
        let own: Vec<_> = case.ports.iter().filter(|port| device.has_mac(&port.device)).collect();
        found.extend(own.into_iter().flat_map(|port| ports::port(port, case.around)));
    }
    found
}

/// The Ethernet port of an access point, where no switch port leads to it.
fn own_port(case: &Case<'_>) -> Option<Finding> {
    let (device, called) = (case.device, case.device.called());
    let (switch, _, id) = &device.uplink;
    let port = match (switch, id) {
        (Some(switch), Some(id)) => Object::port(id).of_device(switch),
        _ => Object::port("eth0").of_device(&called),
    };
    if device.eth_full_duplex == Some(false) {
        return Some(
            Finding::new(
                &c::PORT_HALF_DUPLEX,
                Severity::Warning,
                format!("{called} runs its Ethernet port at half duplex."),
            )
            .on(port)
            .on(device.object())
            .weight(77)
            .evidence("full_duplex", false),
        );
    }
    let speed = device.eth_speed.filter(|speed| *speed < t::FULL_SPEED)?;
    Some(
        Finding::new(&c::PORT_SLOW, Severity::Warning, format!("{called} negotiated {speed} Mb/s."))
            .on(port)
            .on(device.object())
            .weight(76)
            .evidence("speed", speed)
            .evidence("errors", Some(device.eth_errors).filter(|errors| *errors > 0)),
    )
}
