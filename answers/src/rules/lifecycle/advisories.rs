//! Rules for security advisories and problem notices.

use mistmcp::answers::{Finding, Object, Severity, count, listed, name};

use crate::facts::Device;
use crate::facts::lifecycle::Notice;
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// Advisories and notices that apply to devices.
pub(crate) fn advisories(notices: &[Notice], devices: &[Device], now: i64) -> Vec<Finding> {
    let found = notices.iter().filter_map(|notice| {
        let hit: Vec<_> = devices.iter().filter(|device| notice.applies_to(device)).collect();
        let first = hit.first()?;
        let serious = ["critical", "high"].contains(&notice.severity.as_str());
        let severity = if notice.is_security && serious { Severity::Warning } else { Severity::Info };
        let recent = notice.updated.is_some_and(|updated| now - updated <= t::EXPIRES_SOON);
        let weight = match (notice.is_security, notice.severity.as_str()) {
            (true, "critical") => 48,
            (true, "high") => 46,
            (true, _) => 30,
            (false, "critical" | "major") => 27,
            (false, _) => 18,
        } + if recent { 3 } else { 0 };
        let noun = if notice.is_security { "security advisory" } else { "problem notice" };
        let how =
            if notice.severity.is_empty() { String::new() } else { format!(" ({})", name(&notice.severity)) };
        let names: Vec<_> = hit.iter().map(|device| device.called()).collect();
        let mut finding = Finding::new(
            &c::ADVISORY,
            severity,
            format!(
                "The {noun} {}{how} applies to {}: {}.",
                name(&notice.id),
                count(hit.len(), "device"),
                listed(&names, 4)
            ),
        )
        .weight(weight)
        // One device can have several.
        .on(Object::rule(&notice.id))
        .evidence("id", notice.id.clone())
        .evidence("severity", notice.severity.clone())
        .evidence("cvss", notice.score)
        .evidence("title", notice.title.clone())
        .evidence("solution", notice.solution.clone())
        .evidence("updated", notice.updated)
        .evidence("version", first.version.clone())
        .see(&evidence::notice(notice));
        for device in hit.iter().take(6) {
            finding = finding.on(device.object());
        }
        Some(finding)
    });
    found.collect()
}
