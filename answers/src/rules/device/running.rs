//! Rules for what a device reports of itself: upgrades, restarts, configuration, hardware, power, neighbors.

use mistmcp::answers::{Cause, Finding, Object, Severity, ago, count, listed, times};

use super::DeviceCase;
use crate::facts::{CONFIG_FAILURES, Device, Event, Port, open};
use crate::rules::{ports, tree::DeviceTree, upgrading};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// What follows from a restart.
static RESTART_EFFECTS: &[&Cause] = &[&c::UPSTREAM_DOWN, &c::DEVICE_DOWN];

pub(super) fn upgrade(case: &DeviceCase<'_>) -> Vec<Finding> {
    let (device, called, now) = (case.device, case.device.called(), case.now());
    let status = device.upgrade.as_deref().unwrap_or_default().to_lowercase();
    let mut found = Vec::new();
    if let Some(upgrade) = upgrading::upgrade(device, case.events, now) {
        let tree = DeviceTree::of(case.site, case.ports);
        let behind = tree.behind(device);
        found.push(upgrade.finding(&behind, now));
    }
    let failed = case.open(&["UPGRADE_FAILED"]);
    let is_history = device.upgrade_time.is_some_and(|time| now - time > t::UPGRADE_FAILURE_AGE);
    if failed.is_some() || (["failed", "error"].contains(&status.as_str()) && !is_history) {
        let (event, times) = failed.map_or((None, 1), |(event, times)| (Some(event), times));
        let last = case.latest(&["UPGRADE_FAILED"]).map(|event| event.time);
        let last = last.or(device.upgrade_time.filter(|_| event.is_none()));
        found.push(
            case.finding(
                &c::UPGRADE_FAILED,
                Severity::Warning,
                format!("The upgrade of {called} failed{}.", times_last(times, last, now)),
            )
            .weight(74)
            .since(event.map(|event| event.time).or(last))
            .evidence("failures", event.map(|_| times))
            .evidence("version", device.version.clone().filter(|_| event.is_none()))
            .evidence("text", event.and_then(|event| event.text.clone()))
            .see(&case.shown_by(event)),
        );
    }
    found
}

/// How often and when it last happened, with a space before it.
fn times_last(often: usize, last: Option<i64>, now: i64) -> String {
    match (often, last) {
        (0 | 1, None) => String::new(),
        (0 | 1, Some(last)) => format!(" {}", ago(last, now)),
        (often, None) => format!(" {}", times(often)),
        (often, Some(last)) => format!(" {}, last {}", times(often), ago(last, now)),
    }
}

pub(super) fn restarted_by_user(case: &DeviceCase<'_>) -> Option<Finding> {
    let event = case.latest(&["RESTART_BY_USER", "RESTARTED_BY_USER"])?;
    let called = case.device.called();
    let is_down = case.device.is_down();
    let began_it = is_down
        && case.since().is_some_and(|since| (-t::MINUTE..=t::OUTAGE_WINDOW).contains(&(since - event.time)));
    // A restart ends by itself. What has not come back since has another cause.
    let recent = began_it && case.now() - event.time <= t::RESTART_DURATION;
    let rest = if began_it && !recent { ", and it has not come back since" } else { "" };
    let weight = match (recent, is_down) {
        (true, _) => 97,
        (false, true) => 52,
        (false, false) => 61,
    };
    Some(
        case.finding(
            &c::RESTARTED_BY_USER,
            Severity::Info,
            format!("Somebody restarted {called} {}{rest}.", ago(event.time, case.now())),
        )
        .independent()
        .weight(weight)
        .since(event.time)
        .affects(Some(case.device.mac.as_str()).filter(|_| recent))
        .effects(RESTART_EFFECTS)
        .evidence("text", event.text.clone())
        .see(&case.shown_by([event])),
    )
}

pub(super) fn restarting(case: &DeviceCase<'_>) -> Option<Finding> {
    let by_user: Vec<_> = case
        .events
        .iter()
        .filter(|event| ["RESTART_BY_USER", "UPGRADED", "UPGRADE_BY_USER"].contains(&event.short()))
        .collect();
    let unasked: Vec<_> = case
        .events
        .iter()
        .filter(|event| event.short() == "RESTARTED")
        .filter(|event| {
            !by_user.iter().any(|asked| (0..=t::OUTAGE_WINDOW).contains(&(event.time - asked.time)))
        })
        .collect();
    if unasked.len() < t::MIN_RESTARTS {
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
                "{called} restarted {} by itself, last {}.",
                times(unasked.len()),
                ago(last.time, case.now())
            ),
        )
        .weight(84)
        .since(first)
        .evidence("restarts", unasked.len())
        .evidence("text", last.text.clone())
        .see(&case.shown_by(unasked.iter().copied())),
    )
}

/// A device that did not apply its last configuration: by an open event, with the time of the last one, or by its status.
pub(crate) fn config_failure(
    device: &Device,
    open: Option<&Event>,
    last: Option<i64>,
    now: i64,
) -> Option<Finding> {
    if open.is_none() && !device.config_has_failed() {
        return None;
    }
    let when = last.map_or(String::new(), |last| format!(" {}", ago(last, now)));
    let summary = format!("{} failed to apply its last configuration{when}.", device.called());
    let finding = Finding::new(&c::CONFIG_FAILED, Severity::Warning, summary).on(device.object());
    let finding = finding.since(open.map(|event| event.time));
    let finding = finding.evidence("config_status", device.config_status.clone().filter(|_| open.is_none()));
    Some(finding.evidence("text", open.and_then(|event| event.text.clone())))
}

pub(super) fn config_failed(case: &DeviceCase<'_>) -> Option<Finding> {
    let event = case.open(&CONFIG_FAILURES).map(|(event, _)| event);
    let last = case.latest(&CONFIG_FAILURES).filter(|_| event.is_some()).map(|last| last.time);
    let finding = config_failure(case.device, event, last, case.now())?;
    let changed = case.latest(&["CONFIG_CHANGED_BY_USER"]).filter(|changed| {
        event.is_some_and(|event| (0..=t::SHORTLY_BEFORE).contains(&(event.time - changed.time)))
    });
    Some(
        finding
            .weight(if case.device.is_down() { 60 } else { 80 })
            .evidence("last", last.filter(|last| event.is_some_and(|event| event.time != *last)))
            .evidence("changed", changed.and_then(|changed| changed.text.clone()))
            .see(&case.shown_by(event.into_iter().chain(changed))),
    )
}

pub(super) fn hardware(case: &DeviceCase<'_>) -> Option<Finding> {
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
    let what: Vec<_> = match kinds.as_slice() {
        [] => case.device.hardware.clone(),
        kinds => kinds.iter().map(|kind| part_of_hardware(kind)).collect(),
    };
    let noun = if what.len() == 1 { "a hardware alarm" } else { "hardware alarms" };
    Some(
        case.finding(
            &c::HARDWARE_ALARM,
            Severity::Warning,
            format!("{called} has {noun}: {}.", listed(&what, 4)),
        )
        .weight(82)
        .since(alarms.iter().map(|event| event.time).min())
        .evidence("alarms", Some(kinds).filter(|kinds| !kinds.is_empty()))
        .evidence("modules", Some(case.device.hardware.clone()).filter(|_| alarms.is_empty()))
        .evidence("text", alarms.first().and_then(|event| event.text.clone()))
        .see(&case.shown_by(alarms.iter().copied())),
    )
}

/// What a type of chassis alarm is about.
fn part_of_hardware(kind: &str) -> String {
    match kind {
        "psu" | "pem" => "power supply".to_owned(),
        "hot" => "temperature too high".to_owned(),
        "warm" => "temperature raised".to_owned(),
        other => other.replace('_', " "),
    }
}

pub(super) fn virtual_chassis(case: &DeviceCase<'_>) -> Option<Finding> {
    let broken = case.open(&["VC_PORT_DOWN", "VC_IN_TRANSITION"]);
    let changed: Vec<_> = case.events.iter().filter(|event| event.short() == "VC_MASTER_CHANGED").collect();
    let changes = changed.len();
    let gone = &case.device.missing_members;
    if broken.is_none() && gone.is_empty() && changes < 2 {
        return None;
    }
    let called = case.device.called();
    let what = match (gone.is_empty(), broken) {
        (false, _) => format!("is missing {}", count(gone.len(), "member")),
        (true, Some((event, _))) if event.short() == "VC_PORT_DOWN" => {
            "has a stacking port that is down".to_owned()
        }
        _ if changes > 0 => format!("changed its primary member {}", times(changes)),
        _ => "is not stable".to_owned(),
    };
    Some(
        case.finding(
            &c::VIRTUAL_CHASSIS_UNSTABLE,
            Severity::Critical,
            format!("The virtual chassis {called} {what}."),
        )
        .weight(83)
        .since(broken.map(|(event, _)| event.time))
        .evidence("members_missing", Some(gone.clone()).filter(|gone| !gone.is_empty()))
        .evidence("primary_changes", Some(changes).filter(|changes| *changes > 0 && gone.is_empty()))
        .evidence("port_id", broken.and_then(|(event, _)| event.port.clone()).filter(|_| gone.is_empty()))
        .see(&if gone.is_empty() {
            case.shown_by(broken.map(|(event, _)| event).into_iter().chain(changed))
        } else {
            evidence::stats(case.device)
        }),
    )
}

pub(super) fn power_constrained(case: &DeviceCase<'_>) -> Option<Finding> {
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
            .see(&evidence::stats(device));
        match port {
            Some(port) => finding.on(port.object(&case.upstream().map(Device::called).unwrap_or_default())),
            None => finding,
        }
    })
}

/// What follows from a RADIUS server that does not answer.
static RADIUS_EFFECTS: &[&Cause] = &[&c::PORT_AUTH_FAILED, &c::AUTH_IDENTITY, &c::AUTH_SERVER_UNREACHABLE];

/// A device that cannot reach its RADIUS server: `ports` that do not authenticate anybody follow from it.
pub(crate) fn radius(device: &Device, events: &[Event], ports: &[Port], now: i64) -> Option<Finding> {
    // A dead device reaches nothing, and its outage is the cause.
    if device.is_down() {
        return None;
    }
    let own = || events.iter().filter(|event| event.mac.as_deref().is_none_or(|mac| device.has_mac(mac)));
    let admitted =
        own().filter(|event| event.short() == "DOT1XD_USR_AUTHENTICATED").map(|event| event.time).max();
    // A failure before somebody was admitted is over.
    let is_current = |event: &Event| admitted.is_none_or(|admitted| admitted < event.time);
    let opened = open(events).into_iter().map(|(event, _)| event).find(|event| {
        event.short() == "RADSEC_FAILURE" && event.mac.as_deref().is_none_or(|mac| device.has_mac(mac))
    });
    let over_radsec: Vec<_> = own()
        .filter(|event| event.short() == "RADSEC_FAILURE" && is_current(event))
        .filter(|event| opened.is_some_and(|opened| opened.time <= event.time))
        .collect();
    // No event says that the server is back, so that it counts while it is reported, and nobody is admitted.
    let silent: Vec<_> = own()
        .filter(|event| event.short() == "RADIUS_SERVER_UNREACHABLE")
        .filter(|event| now - event.time <= t::RECENT && is_current(event))
        .collect();
    let (radsec, unanswered) =
        (over_radsec.iter().min_by_key(|event| event.time), silent.iter().min_by_key(|event| event.time));
    let (first, times, how, shown) = match (radsec, unanswered) {
        (Some(first), _) => (*first, over_radsec.len(), " over RadSec", vec![*first]),
        (None, Some(first)) => (*first, silent.len(), "", silent.clone()),
        (None, None) => return None,
    };
    let called = device.called();
    let held = ports.iter().filter(|port| device.has_mac(&port.device) && ports::is_held(port));
    Some(
        Finding::new(
            &c::AUTH_SERVER_UNREACHABLE,
            Severity::Critical,
            format!("{called} cannot reach its RADIUS server{how}."),
        )
        .on(device.object())
        .weight(78)
        .since(first.time)
        .evidence("event", first.kind.clone())
        .evidence("failures", times)
        .evidence("text", first.text.clone())
        .affects(held.map(|port| format!("{} {}", port.device, port.id)))
        .effects(RADIUS_EFFECTS)
        .see(evidence::device_events(shown).as_ref()),
    )
}

pub(super) fn loops(case: &DeviceCase<'_>) -> Option<Finding> {
    let (event, _) = case.open(&["LOOP_DETECTED"])?;
    let called = case.device.called();
    Some(
        case.finding(
            &c::LOOP,
            Severity::Critical,
            format!("{called} detected a loop {}, and it has not been cleared.", ago(event.time, case.now())),
        )
        .weight(85)
        .since(event.time)
        .evidence("event", event.kind.clone())
        .evidence("text", event.text.clone())
        .see(&case.shown_by([event])),
    )
}

/// VLANs that clients use and that carry no traffic on the wire of an access point.
pub(super) fn missing_vlan(case: &DeviceCase<'_>) -> Option<Finding> {
    let vlans = &case.device.missing_vlans;
    if vlans.is_empty() || case.device.is_down() {
        return None;
    }
    let called = case.device.called();
    let (word, them) = if vlans.len() == 1 { ("VLAN", "it") } else { ("VLANs", "them") };
    let mut finding = case
        .finding(
            &c::MISSING_VLAN,
            Severity::Critical,
            format!(
                "{called} receives no traffic of {word} {}: its switch port does not carry {them}.",
                mistmcp::answers::listed(vlans, 4)
            ),
        )
        .weight(79)
        .evidence("inactive_wired_vlans", vlans.clone())
        .see(&evidence::stats(case.device));
    if let Some(port) = case.upstream_port() {
        finding = finding.on(port.object(&case.upstream().map(Device::called).unwrap_or_default()));
    }
    if let Some(switch) = case.upstream() {
        finding = finding.on(switch.object());
    }
    Some(vlans.iter().take(2).fold(finding, |finding, vlan| finding.on(Object::vlan(vlan))))
}

/// A gateway that reports that its cluster has lost its redundancy.
pub(super) fn cluster(case: &DeviceCase<'_>) -> Option<Finding> {
    let (event, times) = case.open(&["HA_CONTROL_LINK_DOWN", "HA_HEALTH_WEIGHT_LOW"])?;
    let called = case.device.called();
    let when = ago(event.time, case.now());
    Some(
        case.finding(
            &c::CLUSTER_DEGRADED,
            Severity::Warning,
            format!("{called} lost the redundancy of its cluster {when}, and it is not back."),
        )
        .weight(82)
        .since(event.time)
        .evidence("event", event.kind.clone())
        .evidence("times", times)
        .evidence("text", event.text.clone())
        .see(&case.shown_by([event])),
    )
}
