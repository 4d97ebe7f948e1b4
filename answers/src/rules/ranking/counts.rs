//! What is known of the devices of a site where not all devices of the organization were read: [`DevicesRead`].

use mistmcp::answers::{Finding, Object, Severity, count, is, name};

use crate::causes as c;

/// Numbers of devices of a site, by Mist's statistics of the site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeviceCounts {
    pub(crate) all: usize,
    pub(crate) connected: usize,
}

/// What is known of the devices of a site.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum DevicesRead {
    /// The rows of all.
    #[default]
    Rows,
    /// Their numbers. Rows are missing.
    Counts(DeviceCounts),
    /// Nothing. Rows may be missing, and there are no numbers.
    Unknown,
}

impl DevicesRead {
    /// What is known by these numbers of devices and so many rows, where rows of the organization are missing.
    pub(crate) fn of(counts: Option<DeviceCounts>, rows: usize) -> Self {
        match counts {
            Some(counts) if rows >= counts.all => Self::Rows,
            Some(counts) => Self::Counts(counts),
            None => Self::Unknown,
        }
    }
}

impl DeviceCounts {
    /// The devices that are not connected. Which ones, since when, and whether they ever were, is not known.
    pub(super) fn not_connected(self, site: &str) -> Option<(u32, Finding)> {
        let Self { all, connected } = self;
        let away = all.saturating_sub(connected);
        if away == 0 {
            return None;
        }
        let score =
            if away * 2 >= all { 1_000 } else { 300 } + 50 * u32::try_from(away.min(20)).unwrap_or(20);
        let words = format!("{}: {away} of {} {} not connected.", name(site), count(all, "device"), is(away));
        let finding = Finding::new(&c::DEVICE_DOWN, Severity::Warning, words).on(Object::site(site));
        Some((score, finding.evidence("devices_not_connected", away).evidence("devices", all)))
    }
}
