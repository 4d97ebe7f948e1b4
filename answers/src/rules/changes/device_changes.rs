//! Rules for what devices did by themselves: upgrades, restarts, radio management, configurations that failed.

use mistmcp::answers::{DataSource, Finding, Object, Severity, ago, count, listed, times};

use super::{APPLIED, ChangeCase, time_before};
use crate::facts::{CONFIG_FAILURES, Change, Device, Event, Target, open};
use crate::{causes as c, evidence};

/// Firmware upgrades, by version.
pub(super) fn upgraded(case: &ChangeCase<'_>) -> Option<Finding> {
    let upgrades: Vec<_> = case
        .events
        .iter()
        .filter(|event| event.short() == "UPGRADED" && case.is_early_enough(event.time))
        .collect();
    let last = upgrades.iter().max_by_key(|event| event.time)?;
    let mut macs: Vec<_> = upgrades.iter().filter_map(|event| event.mac.as_deref()).collect();
    macs.sort_unstable();
    macs.dedup();
    let devices: Vec<_> =
        macs.iter().filter_map(|mac| case.devices.iter().find(|device| device.has_mac(mac))).collect();
    let names: Vec<_> = devices.iter().map(|device| device.called()).collect();
    let who = if names.is_empty() { count(macs.len().max(1), "device") } else { listed(&names, 3) };
    let is_asked = case.device.is_some_and(|asked| macs.iter().any(|mac| asked.has_mac(mac)));
    let points = 40 + case.recency_points(last.time) + if is_asked { 14 } else { 0 };
    let weight = u8::try_from(points).unwrap_or(50);
    let severity = if case.before.is_some() && weight >= 56 { Severity::Warning } else { Severity::Info };
    let words = format!(
        "New firmware was installed on {who}, most recently {}{}.",
        ago(last.time, case.now),
        time_before(last.time, case)
    );
    let mut finding = Finding::new(&c::CHANGED_BEFORE, severity, words).weight(weight);
    for device in devices.iter().take(4) {
        finding = finding.on(device.object());
    }
    Some(
        finding
            .on(Object::change("firmware upgrade"))
            .since(last.time)
            .evidence("event", last.kind.clone())
            .evidence("text", last.text.clone())
            .see(&shown(&upgrades)),
    )
}

/// The call that shows events: of their device, or of all devices where there are several.
fn shown(events: &[&Event]) -> DataSource {
    evidence::events(events.iter().copied())
}

/// Restarts by a person that the audit log does not have.
pub(super) fn restarted(changes: &[Change], case: &ChangeCase<'_>) -> Vec<Finding> {
    let restarts = case.events.iter().filter(|event| {
        ["RESTART_BY_USER", "RESTARTED_BY_USER"].contains(&event.short()) && case.is_early_enough(event.time)
    });
    let unknown = restarts.filter_map(|event| {
        let device = Device::of_event(case.devices, event)?;
        let is_logged = changes.iter().any(|change| {
            change.target == Target::Restart
                && (change.time - event.time).abs() <= APPLIED
                && device.name.as_deref().is_some_and(|called| change.names(called))
        });
        (!is_logged).then_some((event, device))
    });
    let found = unknown.map(|(event, device)| {
        let points = 38 + case.recency_points(event.time);
        Finding::new(
            &c::RESTARTED_BY_USER,
            Severity::Info,
            format!("Somebody restarted {} {}.", device.called(), ago(event.time, case.now)),
        )
        .on(device.object())
        .weight(u8::try_from(points).unwrap_or(45))
        .since(event.time)
        .evidence("event", event.kind.clone())
        .evidence("text", event.text.clone())
        .see(&shown(&[event]))
    });
    found.collect()
}

/// Changes of channel and power by radio management, as one finding.
pub(super) fn radio_management(case: &ChangeCase<'_>) -> Option<Finding> {
    let changes: Vec<_> = case
        .events
        .iter()
        .filter(|event| ["CONFIG_CHANGED_BY_RRM", "RRM_ACTION"].contains(&event.short()))
        .filter(|event| case.is_early_enough(event.time))
        .collect();
    let last = changes.iter().map(|event| event.time).max()?;
    let mut macs: Vec<_> = changes.iter().filter_map(|event| event.mac.as_deref()).collect();
    macs.sort_unstable();
    macs.dedup();
    let points = 14 + case.recency_points(last);
    Some(
        Finding::new(
            &c::CHANGED_BEFORE,
            Severity::Info,
            format!(
                "Radio management (RRM) changed the channel or power of {} {}, last {}.",
                count(macs.len(), "access point"),
                times(changes.len()),
                ago(last, case.now)
            ),
        )
        .on(Object::change("radio management"))
        .weight(u8::try_from(points).unwrap_or(20))
        .since(last)
        .evidence("changes", changes.len())
        .evidence("access_points", macs.len())
        .see(&shown(&changes)),
    )
}

/// Configurations that devices did not apply and that are still not applied.
pub(super) fn config_failed(case: &ChangeCase<'_>) -> Vec<Finding> {
    let open = open(case.events).into_iter().filter(|(event, _)| CONFIG_FAILURES.contains(&event.short()));
    // Where no trouble was named, this is one, and the changes are not.
    let base = if case.before.is_some() { 42 } else { 80 };
    let found = open.filter_map(|(event, failures)| {
        let device = Device::of_event(case.devices, event)?;
        let words = format!(
            "{} failed to apply its last configuration {}.",
            device.called(),
            ago(event.time, case.now)
        );
        Some(
            Finding::new(&c::CONFIG_FAILED, Severity::Warning, words)
                .on(device.object())
                .weight(u8::try_from(base + case.recency_points(event.time)).unwrap_or(50))
                .since(event.time)
                .evidence("failures", failures)
                .evidence("text", event.text.clone())
                .see(&shown(&[event])),
        )
    });
    found.collect()
}
