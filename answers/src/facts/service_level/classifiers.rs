//! The metrics and classifiers of service levels, and the causes that a classifier can stand for.

use mistmcp::answers::Cause;

use crate::causes as c;

/// Metrics of service levels that are ratios.
pub(crate) const METRICS: &[&str] = &[
    "ap-availability",
    "ap-health",
    "application-health",
    "capacity",
    "coverage",
    "gateway-bandwidth",
    "gateway-health",
    "roaming",
    "successful-connect",
    "switch-bandwidth",
    "switch-health",
    "switch-stc",
    "switch-throughput",
    "throughput",
    "time-to-connect",
    "wan-link-health",
];

/// Devices whose health and availability is measured.
const HEALTH: &[&str] = &["ap-health", "ap-availability", "switch-health", "gateway-health"];
const CONNECTING: &[&str] = &["successful-connect", "time-to-connect"];
const WIRED: &[&str] = &["switch-throughput", "switch-bandwidth"];
const PORTS: &[&Cause] =
    &[&c::PORT_ERRORS, &c::PORT_SLOW, &c::PORT_HALF_DUPLEX, &c::PORT_FLAPPING, &c::CABLE_FAULT];
const SYSTEM: &[&Cause] = &[&c::DEVICE_OVERLOADED, &c::HARDWARE_ALARM, &c::RESTARTING];
const OUTAGES: &[&Cause] = &[
    &c::DEVICE_DOWN,
    &c::SITE_DOWN,
    &c::UPSTREAM_DOWN,
    &c::POWER_LOST,
    &c::RESTARTING,
    &c::PORT_DISABLED,
    &c::VIRTUAL_CHASSIS_UNSTABLE,
    &c::RESTARTED_BY_USER,
];
const LINKS: &[&Cause] = &[&c::WAN_LINK_DOWN, &c::WAN_LINK_DEGRADED, &c::VPN_PATH_DOWN];

/// Metrics, the beginning of the classifier's name, what it says by itself, and the causes that it can stand for where
/// something in the network shows them.
type Meaning = (&'static [&'static str], &'static str, Option<&'static Cause>, &'static [&'static Cause]);

const MEANINGS: &[Meaning] = &[
    (&["coverage"], "", Some(&c::WEAK_SIGNAL), &[&c::WEAK_SIGNAL, &c::COVERAGE_HOLE, &c::RADIO_DISABLED]),
    (&["capacity"], "non-wifi", Some(&c::NOISE), &[&c::NOISE, &c::CHANNEL_UTILIZATION]),
    (&["capacity"], "wifi", Some(&c::CO_CHANNEL), &[&c::CO_CHANNEL, &c::CHANNEL_UTILIZATION]),
    (
        &["capacity"],
        "client-count",
        Some(&c::RADIO_CONGESTED),
        &[&c::RADIO_CONGESTED, &c::CHANNEL_UTILIZATION],
    ),
    (
        &["capacity"],
        "",
        Some(&c::CHANNEL_UTILIZATION),
        &[&c::CHANNEL_UTILIZATION, &c::RADIO_CONGESTED, &c::NOISE, &c::CO_CHANNEL],
    ),
    (&["roaming"], "", Some(&c::ROAMING_FAILURE), &[&c::ROAMING_FAILURE]),
    (&["throughput"], "coverage", Some(&c::WEAK_SIGNAL), &[&c::WEAK_SIGNAL, &c::COVERAGE_HOLE]),
    (
        &["throughput"],
        "capacity",
        Some(&c::CHANNEL_UTILIZATION),
        &[&c::CHANNEL_UTILIZATION, &c::RADIO_CONGESTED, &c::CO_CHANNEL],
    ),
    (&["throughput"], "device", None, &[&c::CLIENT_ALONE]),
    (
        &["throughput"],
        "",
        None,
        &[&c::WAN_LINK_DEGRADED, &c::PORT_SLOW, &c::PORT_HALF_DUPLEX, &c::PORT_ERRORS, &c::CABLE_FAULT],
    ),
    (
        &["successful-connect", "time-to-connect", "switch-stc"],
        "association",
        Some(&c::ASSOCIATION_REFUSED),
        &[&c::ASSOCIATION_REFUSED, &c::WEAK_SIGNAL],
    ),
    (
        &["switch-stc"],
        "auth",
        Some(&c::PORT_AUTH_FAILED),
        &[&c::PORT_AUTH_FAILED, &c::AUTH_SERVER_UNREACHABLE, &c::AUTH_DENIED],
    ),
    (
        CONNECTING,
        "auth",
        None,
        &[
            &c::AUTH_SERVER_UNREACHABLE,
            &c::AUTH_IDENTITY,
            &c::WRONG_KEY,
            &c::AUTH_DENIED,
            &c::AUTH_CERTIFICATE,
            &c::POSTURE_FAILED,
        ],
    ),
    (
        &["successful-connect", "time-to-connect", "switch-stc"],
        "dhcp",
        Some(&c::DHCP_FAILURE),
        &[&c::DHCP_FAILURE, &c::DHCP_POOL_EXHAUSTED, &c::MISSING_VLAN],
    ),
    (&["switch-stc"], "", None, &[&c::PORT_AUTH_FAILED, &c::AUTH_SERVER_UNREACHABLE]),
    (CONNECTING, "arp", Some(&c::GATEWAY_ARP_FAILURE), &[&c::GATEWAY_ARP_FAILURE, &c::MISSING_VLAN]),
    (CONNECTING, "dns", Some(&c::DNS_FAILURE), &[&c::DNS_FAILURE]),
    (
        CONNECTING,
        "",
        None,
        &[
            &c::DNS_FAILURE,
            &c::GATEWAY_ARP_FAILURE,
            &c::DHCP_FAILURE,
            &c::DHCP_POOL_EXHAUSTED,
            &c::MISSING_VLAN,
        ],
    ),
    (HEALTH, "ethernet", None, PORTS),
    (
        &["ap-health", "ap-availability"],
        "low-power",
        Some(&c::POWER_CONSTRAINED),
        &[&c::POWER_CONSTRAINED, &c::POWER_LOST],
    ),
    (&["gateway-health"], "dhcp", None, &[&c::DHCP_POOL_EXHAUSTED]),
    (HEALTH, "system", None, SYSTEM),
    (HEALTH, "cpu", None, SYSTEM),
    (HEALTH, "memory", None, SYSTEM),
    (HEALTH, "network", None, &[&c::WAN_LINK_DEGRADED, &c::TUNNEL_DOWN, &c::PORT_ERRORS]),
    (HEALTH, "site-down", Some(&c::SITE_DOWN), OUTAGES),
    (HEALTH, "ap-reboot", Some(&c::RESTARTING), OUTAGES),
    (HEALTH, "ap-", Some(&c::DEVICE_DOWN), OUTAGES),
    (HEALTH, "switch-", Some(&c::DEVICE_DOWN), OUTAGES),
    (HEALTH, "gateway-", Some(&c::DEVICE_DOWN), OUTAGES),
    (HEALTH, "", None, OUTAGES),
    (WIRED, "storm", None, &[&c::LOOP]),
    (
        WIRED,
        "",
        None,
        &[&c::PORT_ERRORS, &c::PORT_SLOW, &c::PORT_HALF_DUPLEX, &c::CABLE_FAULT, &c::PORT_FLAPPING, &c::LOOP],
    ),
    (&["wan-link-health"], "isp", Some(&c::WAN_LINK_DOWN), LINKS),
    (&["wan-link-health"], "network", Some(&c::WAN_LINK_DEGRADED), LINKS),
    (&["wan-link-health", "gateway-bandwidth", "application-health"], "", None, LINKS),
];

/// Whether a classifier of a metric can stand for a cause.
pub(crate) fn may_stand_for(metric: &str, cause: &Cause) -> bool {
    let of_metric = MEANINGS.iter().filter(|(metrics, ..)| metrics.contains(&metric));
    of_metric.flat_map(|(.., causes)| causes.iter()).any(|known| known.name == cause.name)
}

/// The cause that a classifier of a metric says by its name, if it does, and those that it can stand for.
pub(crate) fn causes(metric: &str, classifier: &str) -> (Option<&'static Cause>, &'static [&'static Cause]) {
    let classifier = super::metric_name(classifier);
    let fits = |(metrics, start, ..): &&Meaning| metrics.contains(&metric) && classifier.starts_with(start);
    MEANINGS.iter().find(fits).map_or((None, &[]), |(.., says, causes)| (*says, *causes))
}
