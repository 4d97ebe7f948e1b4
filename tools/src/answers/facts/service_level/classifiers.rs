//! The metrics and classifiers of service levels, and the causes that a classifier can stand for.

use mistmcp::answers::Cause;

use crate::answers::causes as c;

/// Metrics of service levels that are ratios.
pub(in crate::answers) const METRICS: &[&str] = &[
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

/// Causes that a classifier can stand for; the first one unless something in the network shows another.
type Meaning = (&'static [&'static str], &'static str, &'static [&'static Cause]);

/// Metrics (none: any), the beginning of the classifier's name, and its causes.
const MEANINGS: &[Meaning] = &[
    (&["coverage"], "", &[&c::WEAK_SIGNAL, &c::COVERAGE_HOLE, &c::RADIO_DISABLED]),
    (&["capacity"], "non-wifi", &[&c::NOISE, &c::CHANNEL_UTILIZATION]),
    (&["capacity"], "wifi", &[&c::CO_CHANNEL, &c::CHANNEL_UTILIZATION]),
    (&["capacity"], "client-count", &[&c::RADIO_CONGESTED, &c::CHANNEL_UTILIZATION]),
    (&["capacity"], "", &[&c::CHANNEL_UTILIZATION, &c::RADIO_CONGESTED]),
    (&["roaming"], "", &[&c::ROAMING_FAILURE]),
    (&["throughput"], "coverage", &[&c::WEAK_SIGNAL, &c::COVERAGE_HOLE]),
    (&["throughput"], "capacity", &[&c::CHANNEL_UTILIZATION, &c::RADIO_CONGESTED, &c::CO_CHANNEL]),
    (&["throughput"], "device", &[&c::CLIENT_ALONE]),
    (
        &["throughput"],
        "",
        &[&c::WAN_LINK_DEGRADED, &c::PORT_SLOW, &c::PORT_HALF_DUPLEX, &c::PORT_ERRORS, &c::CABLE_FAULT],
    ),
    (
        &["successful-connect", "time-to-connect", "switch-stc"],
        "association",
        &[&c::ASSOCIATION_REFUSED, &c::WEAK_SIGNAL],
    ),
    (&["switch-stc"], "auth", &[&c::PORT_AUTH_FAILED, &c::AUTH_SERVER_UNREACHABLE, &c::AUTH_DENIED]),
    (
        &["time-to-connect"],
        "auth",
        &[&c::AUTH_SERVER_UNREACHABLE, &c::WRONG_KEY, &c::AUTH_IDENTITY, &c::AUTH_CERTIFICATE],
    ),
    (
        &["successful-connect"],
        "auth",
        &[
            &c::AUTH_IDENTITY,
            &c::WRONG_KEY,
            &c::AUTH_DENIED,
            &c::AUTH_CERTIFICATE,
            &c::AUTH_SERVER_UNREACHABLE,
        ],
    ),
    (
        &["successful-connect", "time-to-connect", "switch-stc"],
        "dhcp",
        &[&c::DHCP_FAILURE, &c::DHCP_POOL_EXHAUSTED, &c::MISSING_VLAN],
    ),
    (&["switch-stc"], "", &[&c::PORT_AUTH_FAILED, &c::AUTH_SERVER_UNREACHABLE]),
    (&["successful-connect", "time-to-connect"], "arp", &[&c::GATEWAY_ARP_FAILURE, &c::MISSING_VLAN]),
    (&["successful-connect", "time-to-connect"], "", &[&c::DNS_FAILURE, &c::GATEWAY_ARP_FAILURE]),
    (
        &["ap-health", "ap-availability", "switch-health", "gateway-health"],
        "ethernet",
        &[&c::PORT_ERRORS, &c::PORT_SLOW, &c::PORT_HALF_DUPLEX, &c::PORT_FLAPPING, &c::CABLE_FAULT],
    ),
    (&["ap-health", "ap-availability"], "low-power", &[&c::POWER_CONSTRAINED, &c::POWER_LOST]),
    (&["gateway-health"], "dhcp", &[&c::DHCP_POOL_EXHAUSTED]),
    (
        &["ap-health", "ap-availability", "switch-health", "gateway-health"],
        "system",
        &[&c::HARDWARE_ALARM, &c::RESTARTING],
    ),
    (
        &["ap-health", "ap-availability", "switch-health", "gateway-health"],
        "network",
        &[&c::WAN_LINK_DEGRADED, &c::TUNNEL_DOWN, &c::PORT_ERRORS],
    ),
    (
        &["ap-health", "ap-availability", "switch-health", "gateway-health"],
        "",
        &[
            &c::DEVICE_DOWN,
            &c::SITE_DOWN,
            &c::UPSTREAM_DOWN,
            &c::POWER_LOST,
            &c::RESTARTING,
            &c::PORT_DISABLED,
            &c::VIRTUAL_CHASSIS_UNSTABLE,
            &c::RESTARTED_BY_USER,
        ],
    ),
    (&["switch-throughput", "switch-bandwidth"], "storm", &[&c::LOOP]),
    (
        &["switch-throughput", "switch-bandwidth"],
        "",
        &[&c::PORT_ERRORS, &c::PORT_SLOW, &c::PORT_HALF_DUPLEX, &c::CABLE_FAULT, &c::PORT_FLAPPING, &c::LOOP],
    ),
    (&["wan-link-health", "gateway-bandwidth"], "interface", &[&c::WAN_LINK_DOWN, &c::WAN_LINK_DEGRADED]),
    (&["wan-link-health"], "isp", &[&c::WAN_LINK_DOWN, &c::WAN_LINK_DEGRADED]),
    (
        &["wan-link-health", "gateway-bandwidth", "application-health"],
        "",
        &[&c::WAN_LINK_DEGRADED, &c::WAN_LINK_DOWN, &c::VPN_PATH_DOWN],
    ),
];

/// Whether a classifier of a metric can stand for a cause.
pub(in crate::answers) fn may_stand_for(metric: &str, cause: &Cause) -> bool {
    let of_metric = MEANINGS.iter().filter(|(metrics, ..)| metrics.contains(&metric));
    of_metric.flat_map(|(.., causes)| causes.iter()).any(|known| known.name == cause.name)
}

/// The causes that a classifier of a metric can stand for, the usual one first.
pub(in crate::answers) fn causes(metric: &str, classifier: &str) -> &'static [&'static Cause] {
    let classifier = super::metric_name(classifier);
    let fits = |(metrics, start, _): &&Meaning| metrics.contains(&metric) && classifier.starts_with(start);
    MEANINGS.iter().find(fits).map_or(&[], |(.., causes)| causes)
}
