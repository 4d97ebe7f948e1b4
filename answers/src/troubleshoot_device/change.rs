//! A change shortly before the trouble of a device began, as a [`Finding`].

use mistmcp::answers::{Finding, Object, Rows, Severity, ago, name};

use crate::facts::Change;
use crate::rules::device;
use crate::rules::tree::DeviceTree;
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// Whether an entry of the audit log is about a changed configuration, and not about an action such as a restart.
fn is_change(message: &str) -> bool {
    let first = message.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["update", "add", "create", "delete", "remove", "modify", "change", "set", "assign", "unassign", "import"]
        .iter()
        .any(|verb| first.starts_with(verb))
}

/// A change of the device, or of one upstream of it, shortly before its trouble began.
pub(super) fn changed_before(
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
        last.filter(|_| findings.iter().any(|finding| finding.relevance() >= 60))?
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
