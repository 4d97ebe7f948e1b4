//! The closed list of causes, with their documentation. `docs/answers.md` is generated from it.

use mistmcp::answers::Cause;

macro_rules! causes {
    ($($group:literal { $($constant:ident $name:literal: $meaning:literal, $evidence:literal, $remedy:literal;)+ })+) => {
        $($(
            #[doc = $meaning]
            pub static $constant: Cause = Cause {
                name: $name, group: $group, meaning: $meaning, evidence: $evidence, remedy: $remedy,
            };
        )+)+

        /// All causes, by group.
        pub static ALL: &[&Cause] = &[$($(&$constant,)+)+];
    };
}

causes! {
    "client" {
        WEAK_SIGNAL "weak_signal": "The access point receives the client too weakly.",
            "RSSI or SNR of the client below the threshold, now or in its events.",
            "Move the client, add or move an access point, or check transmit power and antennas.";
        RADIO_CONGESTED "radio_congested": "The radio of the client is busy.",
            "Channel utilization of the client's radio above the threshold, or very many clients on it.",
            "Move clients to 5 or 6 GHz, change the channel or its width, or add an access point.";
        ROAMING_FAILURE "roaming_failure": "The client fails when it moves between access points.",
            "Failed fast transitions, or very many reassociations in a short time.",
            "Update the client's driver, check 802.11r and OKC of the WLAN, and the overlap of cells.";
        WRONG_KEY "wrong_key": "The client uses a wrong passphrase.",
            "Four-way handshakes that time out, failed SAE exchanges, or a personal key that is unknown.",
            "Enter the passphrase again on the client, or check the key in the WLAN or the list of personal keys.";
        AUTH_DENIED "auth_denied": "A rule refuses the client.",
            "A NAC event that denies the client, with the rule that matched.",
            "Check the rule, its order and its labels; add the client where it belongs.";
        AUTH_CERTIFICATE "auth_certificate": "A certificate is refused: the client's, or the server's by the client.",
            "NAC events of certificate checks that failed, with the reason.",
            "Renew or reissue the certificate, or install the issuing CA on the side that refuses it.";
        AUTH_IDENTITY "auth_identity": "The identity provider does not accept the user.",
            "NAC events of the identity provider: wrong password, unknown or disabled user, failed group look-up.",
            "Check user, password and groups at the identity provider.";
        AUTH_SERVER_UNREACHABLE "auth_server_unreachable": "A RADIUS server or identity provider does not answer.",
            "Events of an unreachable RADIUS server, RadSec or identity provider.",
            "Check the server, the path to it, its certificate and the shared secret.";
        POSTURE_FAILED "posture_failed": "The device management does not accept the client.",
            "NAC events of the MDM look-up: failed, not enrolled, or not compliant.",
            "Enroll the client, or bring it into compliance.";
        DHCP_FAILURE "dhcp_failure": "Clients get no IP address.",
            "Failed DHCP exchanges in client events, without a later success.",
            "Check the DHCP server, its pool, the relay, and that the VLAN reaches the server.";
        DNS_FAILURE "dns_failure": "Name resolution fails.",
            "DNS failures in client events, without a later success.",
            "Check the DNS servers that DHCP gives, and the path to them.";
        GATEWAY_ARP_FAILURE "gateway_arp_failure": "The default gateway does not answer ARP.",
            "ARP failures for the gateway in client events, without a later success.",
            "Check the gateway's interface in that VLAN, and that the VLAN is on every trunk on the way.";
        CAPTIVE_PORTAL_FAILURE "captive_portal_failure": "The client fails at the guest portal.",
            "Failed portal authorizations in client events.",
            "Check the portal's server and the walled garden, and let the guest try again.";
        ASSOCIATION_REFUSED "association_refused": "The access point refuses the association.",
            "Failed associations with their status code, such as an access point that is full.",
            "Check client limits, minimum signal and data rates of the WLAN, and the client's capabilities.";
        CLIENT_ALONE "client_alone": "Only this client has trouble; the others around it are fine.",
            "Failures of this client, and none of others on the same access point and WLAN.",
            "Look at the client itself: driver, settings, supplicant, location.";
        NEVER_SEEN "never_seen": "The network has not seen it in the time that was looked at.",
            "No row of any kind of client or device.",
            "Check the spelling, look further back, and check that it is switched on and in range.";
    }
    "device" {
        POWER_LOST "power_lost": "A device gets no power from its port.",
            "PoE of the port is off, denied or without draw, while the device is gone.",
            "Switch PoE on for the port, raise the budget or the priority, or try another port or cable.";
        POWER_CONSTRAINED "power_constrained": "A device gets less power than it needs.",
            "The access point reports constrained power, or a PoE class that is too low.",
            "Use a port with 802.3at or 802.3bt, and check the PoE budget of the switch.";
        CABLE_FAULT "cable_fault": "The cable or its plug is bad.",
            "Marvis finds a bad cable, or errors and flaps of the port together with a low speed.",
            "Replace the cable and test the socket.";
        UPSTREAM_DOWN "upstream_down": "The upstream switch or gateway is down.",
            "The switch or gateway upstream of it is disconnected, since about the same time.",
            "Bring the upstream device back first.";
        SITE_DOWN "site_down": "The whole site is off the network.",
            "All devices of the site, or its only gateway, went down at about the same time.",
            "Check the WAN link and the power of the site.";
        CONFIG_FAILED "config_failed": "The last configuration was not applied.",
            "A failed configuration event without a later success, or a failed status.",
            "Read the error, correct the setting or additional command that it names, and save again.";
        UPGRADE_FAILED "upgrade_failed": "A firmware upgrade failed.",
            "A failed upgrade event without a later success.",
            "Try the upgrade again; check space, version and the path to the cloud.";
        UPGRADING "upgrading": "The device is being upgraded.",
            "An upgrade in progress in its statistics, or an upgrade shortly before it went away.",
            "Wait until it is finished, usually some minutes.";
        RESTARTED_BY_USER "restarted_by_user": "Somebody restarted the device.",
            "A restart by a user in the events.",
            "None, if it was planned.";
        RESTARTING "restarting": "The device restarts again and again.",
            "Several restarts in the window that nobody asked for.",
            "Check power and heat, read the restart reasons, upgrade, or replace it.";
        HARDWARE_ALARM "hardware_alarm": "A part of the hardware has failed or is too hot.",
            "A chassis alarm that is not cleared.",
            "Check fan, power supply, temperature or line card, and replace the part.";
        DEVICE_OVERLOADED "device_overloaded": "The processor or the memory of a device is nearly used up.",
            "Their utilization in its statistics above the thresholds.",
            "Find what takes it: a loop, a log, a capture, many routes or clients; upgrade it, or restart it in a \
             maintenance window.";
        NEVER_CONNECTED "never_connected": "The device has never connected to the cloud.",
            "It is in the inventory and has never been seen.",
            "Check cable, power, DHCP, DNS and the firewall for the cloud's addresses.";
        NOT_ASSIGNED "not_assigned": "The device is assigned to no site.",
            "Its inventory row has no site.",
            "Assign it to a site.";
        DEVICE_DOWN "device_down": "A device is not connected to the cloud, and nothing around it explains why.",
            "Its status, with a port and an upstream device that look as they should, or cannot be seen.",
            "Check power and cable on site, then DHCP, DNS and the firewall for the cloud's addresses.";
        REPORTED_TROUBLE "reported_trouble": "Mist reports a trouble that no other cause stands for.",
            "An open alarm or Marvis action of a type, or an event that opens a trouble and that none closes; its type. \
             Or a low service level whose classifier names no cause.",
            "Read the alarm, event or classifier, and what Mist documents about its type.";
        VIRTUAL_CHASSIS_UNSTABLE "virtual_chassis_unstable": "A virtual chassis has lost a member or a link.",
            "Virtual chassis ports that are down, members that are missing, or changes of its primary.",
            "Check the stacking cables and the missing member.";
    }
    "ports" {
        PORT_DOWN "port_down": "A port that was in use is down.",
            "The port is down, although a device is known behind it or it went down lately.",
            "Check cable and device, and whether the port was disabled.";
        PORT_SLOW "port_slow": "A port negotiated less speed than its peers.",
            "Its speed is below that of comparable ports, or below 1 Gb/s for an access point.",
            "Replace the cable, try another port, and check the speed setting at both ends.";
        PORT_HALF_DUPLEX "port_half_duplex": "A port runs at half duplex.",
            "The port's duplex, while it is up.",
            "Set both ends to automatic negotiation, and replace the cable.";
        PORT_ERRORS "port_errors": "A port receives or sends damaged frames.",
            "Error counters above the threshold.",
            "Replace cable or optic, and clean the plug.";
        PORT_FLAPPING "port_flapping": "A port goes up and down again and again.",
            "Several port-down events of one port in the window.",
            "Check the cable, the power and the device behind it, and energy-saving Ethernet.";
        PORT_DISABLED "port_disabled": "A port is disabled by configuration.",
            "The port's state.",
            "Enable the port, or its profile.";
        SPANNING_TREE_BLOCKED "spanning_tree_blocked": "Spanning tree or BPDU guard blocks a port.",
            "The port's spanning tree state, or a BPDU event that is not cleared.",
            "Remove the second path or the foreign switch, then clear the error.";
        LOOP "loop": "There is a loop in the network.",
            "A loop event that is not cleared, or a loop alarm.",
            "Find the cable that closes the loop, and unplug it.";
        MAC_LIMIT "mac_limit": "A port has more MAC addresses than it may have.",
            "A MAC limit event that is not reset, or more addresses in the port's statistics than its limit.",
            "Remove the small switch behind the port, or raise the limit.";
        PORT_AUTH_FAILED "port_auth_failed": "A wired device fails the authentication of its port.",
            "The port's authentication state, or denied NAC events of a wired client.",
            "Check the device's certificate or MAC address, and the rules for wired clients.";
        MISSING_VLAN "missing_vlan": "A VLAN that is needed is missing on a port.",
            "Marvis or an alarm finds it: clients in a VLAN get no traffic through the port.",
            "Add the VLAN to the port profile of the access point's port and of each trunk on the way.";
    }
    "radio" {
        CO_CHANNEL "co_channel": "Access points near each other share a channel.",
            "Strong neighbors on the same channel.",
            "Let radio management plan anew, use narrower channels, or reduce power.";
        CHANNEL_UTILIZATION "channel_utilization": "A channel is busy.",
            "Utilization of a radio above the threshold.",
            "Use more channels or other bands, and find what else sends there.";
        RADAR "radar": "Radar drives an access point from its channel.",
            "Radar events in the window.",
            "Exclude the channels that are hit, where it happens often.";
        NOISE "noise": "Noise disturbs a radio.",
            "The noise floor of a radio above the threshold, or much air time that is not Wi-Fi.",
            "Find the source with spectrum analysis, or change the channel.";
        RADIO_DISABLED "radio_disabled": "A radio is switched off.",
            "The radio's state in the statistics or the configuration.",
            "Enable it in the RF template or at the device, if that is not on purpose.";
        COVERAGE_HOLE "coverage_hole": "In a part of the site, no access point receives clients well.",
            "Marvis or many weak clients of one access point.",
            "Add an access point or raise the power there.";
    }
    "WAN" {
        WAN_LINK_DOWN "wan_link_down": "A WAN link is down.",
            "The WAN port of the gateway is down, or it gets no ARP reply or no address.",
            "Check modem, cable and provider.";
        WAN_LINK_DEGRADED "wan_link_degraded": "A WAN link is slow, lossy or unstable.",
            "Loss, latency or jitter above the thresholds, or repeated flaps of the link or of a VPN path over it.",
            "Ask the provider, with the figures.";
        VPN_PATH_DOWN "vpn_path_down": "A VPN path to a peer is down.",
            "Peer statistics, or a path event that is not cleared.",
            "Check the WAN link that carries it, and the peer.";
        TUNNEL_DOWN "tunnel_down": "A tunnel is down, or is lost again and again.",
            "Tunnel statistics, a tunnel event that is not cleared, or several that are.",
            "Check the provider's side, the keys and the WAN link.";
        BGP_DOWN "bgp_down": "A routing neighbor is down, or is lost again and again.",
            "BGP or OSPF neighbor statistics, an event that is not cleared, or several that are.",
            "Check the link to the neighbor, and its configuration.";
        DHCP_POOL_EXHAUSTED "dhcp_pool_exhausted": "A DHCP pool has no free addresses.",
            "Usage of the pool at the gateway, or an event that it is low.",
            "Enlarge the pool, or shorten the lease.";
        CLUSTER_DEGRADED "cluster_degraded": "A gateway cluster has lost its redundancy.",
            "A node or control link of the cluster that is down.",
            "Bring the other node or the link back.";
    }
    "configuration and lifecycle" {
        CHANGED_BEFORE "changed_before": "The configuration was changed shortly before the problem began.",
            "An entry of the audit log, or a configuration event, shortly before the first failure.",
            "Read the change, and undo it if it fits.";
        OVERRIDE "override": "A site or device overrides its template.",
            "A setting of its own where its siblings follow the template.",
            "Remove the override, or keep it on purpose.";
        VARIABLE_UNSET "variable_unset": "A variable of the configuration has no value here.",
            "A variable in use without a value in the site's settings.",
            "Give it a value in the site's variables.";
        WLAN_OFF "wlan_off": "A WLAN is switched off.",
            "The WLAN's configuration.",
            "Enable it, if that is not on purpose.";
        WLAN_NOT_CARRIED "wlan_not_carried": "No access point carries the WLAN.",
            "The WLAN's assignment to access points, labels or templates.",
            "Correct its assignment.";
        FIRMWARE_BEHIND "firmware_behind": "Firmware is older than the suggested one, or than that of its siblings.",
            "Versions by model.",
            "Upgrade in a maintenance window.";
        LICENSE_EXPIRING "license_expiring": "A license expires soon, or is exceeded.",
            "License summary.",
            "Renew it, or reassign devices.";
        CERTIFICATE_EXPIRING "certificate_expiring": "A certificate expires soon.",
            "Its date.",
            "Renew it in time.";
        SUPPORT_ENDED "support_ended": "Support for a device or version has ended, or will soon.",
            "Contracts and life-cycle dates.",
            "Plan its replacement or renewal.";
        ADVISORY "advisory": "An advisory applies to devices in the network.",
            "Security and problem notices by model and version.",
            "Read it, and upgrade to a fixed version.";
    }
    "security" {
        ROGUE_AP "rogue_ap": "A foreign access point is connected to the network.",
            "A rogue on the own wired network.",
            "Find and remove it.";
        HONEYPOT_SSID "honeypot_ssid": "A foreign access point imitates a WLAN of the organization.",
            "The same SSID from a foreign radio.",
            "Find it, and warn users.";
    }
}

/// The cause with this name.
pub fn named(name: &str) -> Option<&'static Cause> {
    ALL.iter().copied().find(|cause| cause.name == name)
}

// Causes that several tools find together. A tool lists these groups, and what it finds beside them.

/// Troubles that alarms and Marvis actions report.
pub(super) const REPORTS: &[&Cause] = &[
    &MISSING_VLAN,
    &CABLE_FAULT,
    &AUTH_SERVER_UNREACHABLE,
    &DHCP_FAILURE,
    &GATEWAY_ARP_FAILURE,
    &DNS_FAILURE,
    &PORT_FLAPPING,
    &PORT_HALF_DUPLEX,
    &PORT_DOWN,
    &FIRMWARE_BEHIND,
    &HARDWARE_ALARM,
    &WAN_LINK_DEGRADED,
    &WAN_LINK_DOWN,
    &BGP_DOWN,
    &VPN_PATH_DOWN,
    &LOOP,
    &COVERAGE_HOLE,
    &CHANNEL_UTILIZATION,
    &DEVICE_DOWN,
    &ROGUE_AP,
    &HONEYPOT_SSID,
    &REPORTED_TROUBLE,
];

/// Devices and sites that are off the network.
pub(super) const OUTAGES: &[&Cause] = &[&SITE_DOWN, &UPSTREAM_DOWN, &DEVICE_DOWN];

/// Power over Ethernet.
pub(super) const POWER: &[&Cause] = &[&POWER_LOST, &POWER_CONSTRAINED];

/// Troubles of a port.
pub(super) const PORTS: &[&Cause] = &[
    &PORT_DOWN,
    &PORT_SLOW,
    &PORT_HALF_DUPLEX,
    &PORT_ERRORS,
    &PORT_FLAPPING,
    &PORT_DISABLED,
    &SPANNING_TREE_BLOCKED,
    &MAC_LIMIT,
    &PORT_AUTH_FAILED,
    &CABLE_FAULT,
];

/// What a device reports of itself.
pub(super) const DEVICES: &[&Cause] = &[
    &CONFIG_FAILED,
    &UPGRADE_FAILED,
    &UPGRADING,
    &RESTARTED_BY_USER,
    &RESTARTING,
    &HARDWARE_ALARM,
    &DEVICE_OVERLOADED,
    &NEVER_CONNECTED,
    &VIRTUAL_CHASSIS_UNSTABLE,
    &REPORTED_TROUBLE,
];

/// Why clients do not get in.
pub(super) const SIGN_IN: &[&Cause] =
    &[&WRONG_KEY, &AUTH_DENIED, &AUTH_CERTIFICATE, &AUTH_IDENTITY, &AUTH_SERVER_UNREACHABLE];

/// Why clients that are in reach nothing.
pub(super) const ADDRESSES: &[&Cause] = &[&DHCP_FAILURE, &DNS_FAILURE, &GATEWAY_ARP_FAILURE];

/// Troubles of radios and channels.
pub(super) const RADIO: &[&Cause] =
    &[&CO_CHANNEL, &CHANNEL_UTILIZATION, &RADAR, &NOISE, &RADIO_DISABLED, &COVERAGE_HOLE];

/// Troubles of WAN links and of what runs over them.
pub(super) const WAN: &[&Cause] = &[
    &WAN_LINK_DOWN,
    &WAN_LINK_DEGRADED,
    &VPN_PATH_DOWN,
    &TUNNEL_DOWN,
    &BGP_DOWN,
    &DHCP_POOL_EXHAUSTED,
    &CLUSTER_DEGRADED,
];

/// Foreign access points.
pub(super) const FOREIGN: &[&Cause] = &[&ROGUE_AP, &HONEYPOT_SSID];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_each_cause_is_documented() {
        let names: HashSet<_> = ALL.iter().map(|cause| cause.name).collect();
        assert_eq!(names.len(), ALL.len());
        for cause in ALL {
            for text in [cause.meaning, cause.evidence, cause.remedy] {
                assert!(text.ends_with('.') && text.len() > 8, "{}: {text}", cause.name);
            }
        }
        assert!(named("port_slow").is_some() && named("nothing").is_none());
    }
}
