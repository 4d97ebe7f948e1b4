//! Kinds of alarms and Marvis actions: the cause and severity of each, and the causes that show the same condition.

use mistmcp::answers::{Cause, Severity};

use crate::causes as c;
use crate::facts::Alarm;

/// Kinds of alarms and actions with their cause, severity, and what they say of a device.
const KINDS: &[(&[&str], &Cause, Severity, &str)] = &[
    (&["missing_vlan"], &c::MISSING_VLAN, Severity::Critical, LACKS_A_VLAN),
    (&["bad_cable", "ap_bad_cable", "gw_bad_cable"], &c::CABLE_FAULT, Severity::Warning, "has a bad cable"),
    (
        &["authentication_failure"],
        &c::AUTH_SERVER_UNREACHABLE,
        Severity::Critical,
        "has many failed authentications",
    ),
    (
        &["dhcp_failure", "infra_dhcp_failure"],
        &c::DHCP_FAILURE,
        Severity::Critical,
        "has clients that get no IP address",
    ),
    (
        &["arp_failure", "infra_arp_failure"],
        &c::GATEWAY_ARP_FAILURE,
        Severity::Critical,
        "has clients whose gateway does not answer ARP",
    ),
    (
        &["dns_failure", "infra_dns_failure"],
        &c::DNS_FAILURE,
        Severity::Critical,
        "has clients whose DNS queries fail",
    ),
    (&["port_flap"], &c::PORT_FLAPPING, Severity::Warning, "has a port that goes up and down"),
    (
        &["negotiation_mismatch", "gw_negotiation_mismatch"],
        &c::PORT_HALF_DUPLEX,
        Severity::Warning,
        "has a port with a negotiation mismatch",
    ),
    (
        &["non_compliant"],
        &c::FIRMWARE_BEHIND,
        Severity::Info,
        "runs other firmware than devices of its model",
    ),
    (
        &["health_check_failed", "wan_device_problem"],
        &c::HARDWARE_ALARM,
        Severity::Warning,
        "fails its health check",
    ),
    (
        &["bad_wan_uplink", "intermittent_wan_connectivity"],
        &c::WAN_LINK_DEGRADED,
        Severity::Critical,
        "has a bad WAN link",
    ),
    (
        &["switch_stp_loop", "loop_detected_by_ap", "loop_detected"],
        &c::LOOP,
        Severity::Critical,
        "detects a loop",
    ),
    (&["insufficient_coverage"], &c::COVERAGE_HOLE, Severity::Warning, "has clients with a weak signal"),
    (
        &["insufficient_capacity"],
        &c::CHANNEL_UTILIZATION,
        Severity::Warning,
        "has a channel that is overloaded",
    ),
    (&["gw_critical_port_down"], &c::WAN_LINK_DOWN, Severity::Critical, "has a WAN port that is down"),
    (&["gw_port_down"], &c::PORT_DOWN, Severity::Warning, "has a port that is down"),
    (
        &["gw_bgp_neighbor_down", "bgp_neighbor_down"],
        &c::BGP_DOWN,
        Severity::Warning,
        "has lost a BGP neighbor",
    ),
    (
        &["vpn_path_down", "gw_vpn_path_down", "vpn_peer_down", "gw_vpn_peer_down"],
        &c::VPN_PATH_DOWN,
        Severity::Warning,
        "has lost a VPN path",
    ),
    (
        &[
            "ap_offline",
            "device_down",
            "switch_down",
            "switch_offline",
            "gateway_down",
            "gateway_offline",
            "mist_edge_disconnected",
        ],
        &c::DEVICE_DOWN,
        Severity::Critical,
        "is down",
    ),
    (&["rogue_ap"], &c::ROGUE_AP, Severity::Warning, "detects a rogue access point"),
    (
        &["honeypot_ssid"],
        &c::HONEYPOT_SSID,
        Severity::Warning,
        "detects a foreign access point with an SSID of the organization",
    ),
];

/// What an alarm about a VLAN says, where it does not name the VLAN.
pub(super) const LACKS_A_VLAN: &str = "lacks a VLAN";

/// The cause that a kind of alarm stands for.
pub(crate) fn cause_of(kind: &str) -> Option<(&'static Cause, Severity, &'static str)> {
    let known = KINDS.iter().find(|(kinds, ..)| kinds.contains(&kind));
    let known = known.map(|(_, cause, severity, words)| (*cause, *severity, *words));
    // Alarms about events have their types.
    let of_chassis = || {
        let is_open = kind.contains("alarm_chassis_") && !kind.ends_with("_clear");
        is_open.then_some((&c::HARDWARE_ALARM, Severity::Warning, "has a hardware alarm"))
    };
    known.or_else(of_chassis)
}

/// Endings of the types of alarms that say that something is well again.
const ENDINGS: [&str; 9] = [
    "_up",
    "_clear",
    "_cleared",
    "_success",
    "_connected",
    "_reconnected",
    "_recovered",
    "_resolved",
    "_restarted",
];

/// The cause of an alarm of a kind that has none of its own, unless it is for information.
pub(super) fn unknown(alarm: &Alarm) -> Option<(&'static Cause, Severity, &'static str)> {
    let severity = match alarm.severity.as_deref() {
        Some("critical") => Severity::Critical,
        Some("info") => return None,
        _ => Severity::Warning,
    };
    let is_end = ENDINGS.iter().any(|ending| alarm.kind.ends_with(ending));
    (!is_end).then_some((&c::REPORTED_TROUBLE, severity, "has an open alarm"))
}

/// Causes that show the same condition as a report does.
static EQUIVALENT_CAUSES: &[(&Cause, &[&Cause])] = &[
    (&c::PORT_DOWN, &[&c::WAN_LINK_DOWN, &c::PORT_DISABLED, &c::POWER_LOST]),
    (&c::WAN_LINK_DOWN, &[&c::PORT_DOWN, &c::PORT_DISABLED]),
    (&c::WAN_LINK_DEGRADED, &[&c::WAN_LINK_DOWN]),
    (
        &c::DEVICE_DOWN,
        &[&c::UPSTREAM_DOWN, &c::SITE_DOWN, &c::POWER_LOST, &c::UPGRADING, &c::NEVER_CONNECTED],
    ),
    (&c::AUTH_SERVER_UNREACHABLE, &[&c::WRONG_KEY, &c::AUTH_DENIED, &c::AUTH_CERTIFICATE, &c::AUTH_IDENTITY]),
    (&c::COVERAGE_HOLE, &[&c::WEAK_SIGNAL]),
    (&c::CHANNEL_UTILIZATION, &[&c::CO_CHANNEL, &c::NOISE, &c::RADIO_CONGESTED]),
];

pub(super) fn equivalents_of(cause: &Cause) -> &'static [&'static Cause] {
    EQUIVALENT_CAUSES.iter().find(|(known, _)| known.name == cause.name).map_or(&[], |(_, others)| others)
}

/// Whether a finding with `shown` as its cause shows the condition that a report with `cause` is about.
pub(crate) fn is_shown_by(cause: &Cause, shown: &Cause) -> bool {
    cause.name == shown.name || equivalents_of(cause).iter().any(|other| other.name == shown.name)
}
