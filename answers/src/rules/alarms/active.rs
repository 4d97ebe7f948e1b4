//! Which alarms are still active: neither closed by their status, nor cleared by a later alarm or event.

use mistmcp::answers::Cause;

use super::cause_of;
use crate::causes as c;
use crate::facts::{Alarm, Event};
use crate::thresholds as t;

/// What closes an alarm of a kind that has no status.
const CLEARING_ALARMS: &[(&str, &[&str])] = &[
    ("device_down", &["device_reconnected"]),
    ("switch_down", &["switch_reconnected"]),
    ("gateway_down", &["gateway_reconnected"]),
    ("gw_bgp_neighbor_down", &["gw_bgp_neighbor_up"]),
    ("infra_dhcp_failure", &["infra_dhcp_success"]),
    ("infra_dns_failure", &["infra_dns_success"]),
    ("infra_arp_failure", &["infra_arp_success"]),
    ("gw_vpn_path_down", &["gw_vpn_path_up"]),
    ("gw_vpn_peer_down", &["gw_vpn_peer_up"]),
    ("vpn_path_down", &["vpn_path_up"]),
    ("vpn_peer_down", &["vpn_peer_up"]),
    ("gw_port_down", &["gw_port_up"]),
];

/// The alarms that are open: without a status that closes them, and without a later opposite.
pub(crate) fn open(alarms: &[Alarm]) -> Vec<&Alarm> {
    let closed = |alarm: &Alarm| {
        let closers =
            CLEARING_ALARMS.iter().find(|(kind, _)| *kind == alarm.kind).map(|(_, closers)| *closers);
        closers.is_some_and(|closers| {
            alarms.iter().any(|other| {
                let is_of_all = || alarm.devices.iter().all(|mac| other.devices.contains(mac));
                closers.contains(&other.kind.as_str())
                    && last_reported(other) >= last_reported(alarm)
                    && other.site == alarm.site
                    && (other.devices.is_empty() || (!alarm.devices.is_empty() && is_of_all()))
            })
        })
    };
    alarms.iter().filter(|alarm| alarm.is_open && !closed(alarm)).collect()
}

/// Events of the device of an alarm that end what it reports, without the kind of device before them.
const CLEARING_KINDS: &[(&Cause, &[&str])] = &[
    (&c::VPN_PATH_DOWN, &["VPN_PATH_UP", "VPN_PEER_UP"]),
    (&c::BGP_DOWN, &["BGP_NEIGHBOR_UP"]),
    (&c::TUNNEL_DOWN, &["TUNNEL_UP"]),
    (&c::WAN_LINK_DOWN, &["PORT_UP"]),
    (&c::PORT_DOWN, &["PORT_UP"]),
    (&c::LOOP, &["LOOP_CLEARED"]),
    (&c::DEVICE_DOWN, &["CONNECTED"]),
];

/// The same as Mist names them.
pub(crate) const CLEARING_EVENTS: &str = "GW_VPN_PATH_UP,GW_VPN_PEER_UP,GW_BGP_NEIGHBOR_UP,GW_TUNNEL_UP,GW_PORT_UP,\
SW_LOOP_CLEARED,AP_CONNECTED,SW_CONNECTED,GW_CONNECTED";

/// The alarms that still hold: open, and not ended by a later event of their device. All tools judge alarms by this.
pub(crate) fn active<'a>(alarms: &'a [Alarm], events: &[Event]) -> Vec<&'a Alarm> {
    let is_ended = |alarm: &Alarm| {
        let ending = cause_of(&alarm.kind).and_then(|(cause, ..)| {
            CLEARING_KINDS.iter().find(|(known, _)| known.name == cause.name).map(|(_, kinds)| *kinds)
        });
        let (Some(ending), Some(last)) = (ending, last_reported(alarm)) else { return false };
        events.iter().any(|event| {
            ending.contains(&event.short())
                && event.time >= last
                && event.mac.as_ref().is_some_and(|mac| alarm.devices.contains(mac))
                && (alarm.ports.is_empty()
                    || event.port.as_ref().is_none_or(|port| alarm.ports.contains(port)))
        })
    };
    open(alarms).into_iter().filter(|alarm| !is_ended(alarm)).collect()
}

/// When an alarm was last raised.
pub(super) fn last_reported(alarm: &Alarm) -> Option<i64> {
    alarm.last_seen.max(alarm.time)
}

/// Whether an alarm was raised at this time or later.
pub(crate) fn is_reported_since(alarm: &Alarm, time: i64) -> bool {
    last_reported(alarm).is_some_and(|seen| seen >= time)
}

/// Whether an alarm was raised lately, so that its trouble is there now.
pub(crate) fn is_recent(alarm: &Alarm, now: i64) -> bool {
    last_reported(alarm).is_some_and(|seen| now - seen <= t::RECENT)
}
