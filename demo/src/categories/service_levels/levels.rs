//! Table of the service levels.

/// A service level and what can spoil it.
#[derive(Debug)]
pub(in super::super) struct Level {
    pub(in super::super) name: &'static str,
    /// What it is measured at, as Mist spells it.
    pub(in super::super) scopes: &'static [&'static str],
    pub(in super::super) classifiers: &'static [&'static str],
    /// What a user minute must reach: the threshold, its unit and its range.
    pub(in super::super) threshold: (f64, &'static str, f64, f64),
    /// How much of it is bad on a usual day, in percent.
    pub(super) bad: i64,
}

/// The level whose minutes are those of the access points, not of their users.
pub(super) const AVAILABILITY: &str = "ap-availability";

const WIRELESS: &[&str] = &["site", "ap", "client"];
const APS: &[&str] = &["site", "ap"];
const SWITCHES: &[&str] = &["site", "switch"];
const GATEWAYS: &[&str] = &["site", "gateway"];

#[rustfmt::skip] // A table reads best as one.
pub(in super::super) const LEVELS: &[Level] = &[
    Level { name: "coverage", scopes: WIRELESS, classifiers: &["weak-signal", "asymmetry-downlink", "asymmetry-uplink"], threshold: (-72.0, "dBm", -90.0, -50.0), bad: 6 },
    Level { name: "capacity", scopes: WIRELESS, classifiers: &["client-count", "client-usage", "non-wifi-interference", "wifi-interference"], threshold: (20.0, "%", 5.0, 60.0), bad: 4 },
    Level { name: "roaming", scopes: WIRELESS, classifiers: &["latency", "stability", "signal-quality"], threshold: (2.0, "s", 0.5, 5.0), bad: 5 },
    Level { name: "throughput", scopes: WIRELESS, classifiers: &["capacity", "coverage", "device-capability", "network-issues"], threshold: (80.0, "Mbps", 10.0, 200.0), bad: 3 },
    Level { name: "time-to-connect", scopes: WIRELESS, classifiers: &["association", "authorization", "dhcp", "IP-services"], threshold: (4.0, "s", 1.0, 10.0), bad: 7 },
    Level { name: "successful-connect", scopes: WIRELESS, classifiers: &["association", "authorization", "dhcp", "dns"], threshold: (100.0, "%", 0.0, 100.0), bad: 2 },
    Level { name: "ap-health", scopes: APS, classifiers: &["ap-disconnected", "ethernet", "low-power", "network"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: AVAILABILITY, scopes: APS, classifiers: &["ap-unreachable", "site-down", "ap-reboot"], threshold: (100.0, "%", 0.0, 100.0), bad: 0 },
    Level { name: "switch-health", scopes: SWITCHES, classifiers: &["switch-unreachable", "network", "system"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "switch-throughput", scopes: SWITCHES, classifiers: &["congestion", "interface-anomalies", "storm-control"], threshold: (100.0, "%", 0.0, 100.0), bad: 2 },
    Level { name: "gateway-health", scopes: GATEWAYS, classifiers: &["gateway-disconnected", "system", "dhcp"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "wan-link-health", scopes: GATEWAYS, classifiers: &["network", "interface", "isp-reachability"], threshold: (100.0, "%", 0.0, 100.0), bad: 3 },
    Level { name: "application-health", scopes: GATEWAYS, classifiers: &["jitter", "latency", "loss"], threshold: (100.0, "%", 0.0, 100.0), bad: 3 },
];

impl Level {
    pub(in super::super) fn named(name: &str) -> Option<&'static Level> {
        LEVELS.iter().find(|level| level.name == name)
    }

    /// Whether it is measured at things of a scope.
    pub(in super::super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(&scope)
    }
}
