//! The numbers of the service levels: how many user minutes there were, how many were bad, and why.

use crate::world::{Random, Site};

/// A service level and what can spoil it.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) name: &'static str,
    pub(super) classifiers: &'static [&'static str],
    /// What a user minute must reach: the threshold, its unit and its range.
    pub(super) threshold: (f64, &'static str, f64, f64),
    /// How much of it is bad on a usual day, in percent.
    bad: i64,
}

#[rustfmt::skip] // A table reads best as one.
pub(super) const LEVELS: &[Level] = &[
    Level { name: "coverage", classifiers: &["weak-signal", "asymmetry-downlink", "asymmetry-uplink"], threshold: (-72.0, "dBm", -90.0, -50.0), bad: 6 },
    Level { name: "capacity", classifiers: &["client-count", "client-usage", "non-wifi-interference", "wifi-interference"], threshold: (20.0, "%", 5.0, 60.0), bad: 4 },
    Level { name: "roaming", classifiers: &["latency", "stability", "signal-quality"], threshold: (2.0, "s", 0.5, 5.0), bad: 5 },
    Level { name: "throughput", classifiers: &["capacity", "coverage", "device-capability", "network-issues"], threshold: (80.0, "Mbps", 10.0, 200.0), bad: 3 },
    Level { name: "time-to-connect", classifiers: &["association", "authorization", "dhcp", "IP-services"], threshold: (4.0, "s", 1.0, 10.0), bad: 7 },
    Level { name: "successful-connect", classifiers: &["association", "authorization", "dhcp", "dns"], threshold: (100.0, "%", 0.0, 100.0), bad: 2 },
    Level { name: "ap-health", classifiers: &["ap-disconnected", "ethernet", "low-power", "network"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "switch-health", classifiers: &["switch-unreachable", "network", "system"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "switch-throughput", classifiers: &["congestion", "interface-anomalies", "storm-control"], threshold: (100.0, "%", 0.0, 100.0), bad: 2 },
    Level { name: "gateway-health", classifiers: &["gateway-disconnected", "system", "dhcp"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "wan-link-health", classifiers: &["network", "interface", "isp-reachability"], threshold: (100.0, "%", 0.0, 100.0), bad: 3 },
    Level { name: "application-health", classifiers: &["jitter", "latency", "loss"], threshold: (100.0, "%", 0.0, 100.0), bad: 3 },
];

impl Level {
    pub(super) fn named(name: &str) -> Option<&'static Level> {
        LEVELS.iter().find(|level| level.name == name)
    }

    /// Each hour's user minutes at a site, and how many of them were bad; the newest last.
    pub(super) fn hours(&self, site: &Site, count: usize) -> Vec<(i64, i64)> {
        let users = i64::try_from(site.plan.wireless).unwrap_or_default();
        let hours = (0..count).rev().map(|ago| {
            let mut random = Random::of(&format!("sle {} {} {ago}", site.plan.code, self.name));
            let total = users * random.between(20, 42);
            (total, total * random.between(0, 2 * self.bad) / 100)
        });
        hours.collect()
    }

    /// How many of some bad minutes each classifier is to blame for; together they are all of them.
    pub(super) fn blame(&self, bad: i64) -> Vec<(&'static str, i64)> {
        let parts = i64::try_from(self.classifiers.len()).unwrap_or(1) + 1;
        let mut blame = self.classifiers.iter().map(|name| (*name, bad / parts)).collect::<Vec<_>>();
        let rest = bad - blame.iter().map(|(_, part)| part).sum::<i64>();
        if let Some((_, first)) = blame.first_mut() {
            *first += rest;
        }
        blame
    }

    /// How well it went over some hours, from 0 to 1.
    pub(super) fn success(&self, site: &Site, hours: usize) -> f64 {
        let (total, bad) = sums(&self.hours(site, hours));
        if total > 0.0 { 1.0 - bad / total } else { 1.0 }
    }
}

/// All minutes, and all bad ones.
pub(super) fn sums(hours: &[(i64, i64)]) -> (f64, f64) {
    let sum = |part: fn(&(i64, i64)) -> i64| {
        f64::from(i32::try_from(hours.iter().map(part).sum::<i64>()).unwrap_or(i32::MAX))
    };
    (sum(|hour| hour.0), sum(|hour| hour.1))
}
