//! What the numbers of its devices say of a site whose devices were not all read: [`DeviceCounts`].

use mistmcp::answers::{Finding, Object, Severity, count, is, name};

use crate::answers::causes as c;

/// Numbers of devices of a site.
#[derive(Clone, Copy, Debug)]
pub(in crate::answers) struct DeviceCounts {
    pub(in crate::answers) all: usize,
    pub(in crate::answers) connected: usize,
}

impl DeviceCounts {
    /// The site that is down as a whole, or its devices that are. Which ones, and since when, is not known.
    pub(super) fn down(self, site: &str) -> Option<(u32, Finding)> {
        let Self { all, connected } = self;
        let down = all.saturating_sub(connected);
        let called = name(site);
        let (score, cause, severity, words) = match (down, connected) {
            (0, _) => return None,
            (2.., 0) => (
                10_000,
                &c::SITE_DOWN,
                Severity::Critical,
                format!("All {all} devices of {called} are down."),
            ),
            _ => {
                let score = if down * 2 >= all { 2_000 } else { 600 };
                let words = format!("{called}: {down} of {} {} down.", count(all, "device"), is(down));
                let score = score + 100 * u32::try_from(down.min(20)).unwrap_or(20);
                (score, &c::DEVICE_DOWN, Severity::Warning, words)
            }
        };
        let finding = Finding::new(cause, severity, words).on(Object::site(site));
        Some((score, finding.evidence("devices_down", down).evidence("devices", all)))
    }
}
