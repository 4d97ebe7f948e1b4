//! What events opened, and when later events closed it ([`Episodes`]).

use super::Event;

/// What an event opens, and what closes it, without the kind of device before it. `_UP` and `_CLEAR` stand for any type
/// with the opening one's beginning.
const PAIRS: &[(&str, &[&str])] = &[
    ("DISCONNECTED", &["CONNECTED"]),
    ("CONFIG_FAILED", &["CONFIGURED", "RECONFIGURED"]),
    ("CONFIG_LOCK_FAILED", &["CONFIGURED", "RECONFIGURED"]),
    ("CONFIG_ERROR_ADDTL_COMMAND", &["CONFIGURED", "RECONFIGURED"]),
    ("PORT_DOWN", &["PORT_UP"]),
    ("RADSEC_FAILURE", &["RADSEC_RECOVERY"]),
    ("UPGRADE_FAILED", &["UPGRADED"]),
    ("PORT_BPDU_BLOCKED", &["PORT_BPDU_ERROR_CLEARED"]),
    ("LOOP_DETECTED", &["LOOP_CLEARED"]),
    ("LACPD_TIMEOUT", &["LACPD_TIMEOUT_CLEARED"]),
    ("MAC_LIMIT_EXCEEDED", &["MAC_LIMIT_RESET"]),
    ("MAC_LEARNING_STOPPED", &["MAC_LEARNING_RESUMED"]),
    ("BGP_NEIGHBOR_DOWN", &["BGP_NEIGHBOR_UP"]),
    ("OSPF_NEIGHBOR_DOWN", &["OSPF_NEIGHBOR_UP"]),
    ("BFD_SESSION_DISCONNECTED", &["BFD_SESSION_ESTABLISHED"]),
    ("EVPN_CORE_ISOLATED", &["EVPN_CORE_ISOLATION_CLEARED"]),
    ("VC_PORT_DOWN", &["VC_PORT_UP"]),
    ("VC_IN_TRANSITION", &["VC_STABLE"]),
    ("ZTP_FAILED", &["ZTP_FINISHED"]),
    ("RECOVERY_SNAPSHOT_FAILED", &["RECOVERY_SNAPSHOT_SUCCEEDED"]),
    ("DDOS_PROTOCOL_VIOLATION_SET", &["DDOS_PROTOCOL_VIOLATION_CLEAR"]),
    ("FPC_POWER_OFF", &["FPC_POWER_ON"]),
    ("ARP_UNRESOLVED", &["ARP_RESOLVED"]),
    ("DHCP_UNRESOLVED", &["DHCP_RESOLVED"]),
    ("TUNNEL_DOWN", &["TUNNEL_UP"]),
    ("VPN_PATH_DOWN", &["VPN_PATH_UP"]),
    ("VPN_PEER_DOWN", &["VPN_PEER_UP"]),
    ("HA_CONTROL_LINK_DOWN", &["HA_CONTROL_LINK_UP"]),
    ("HA_HEALTH_WEIGHT_LOW", &["HA_HEALTH_WEIGHT_RECOVERY"]),
    ("FIB_COUNT_THRESHOLD_EXCEEDED", &["FIB_COUNT_RETURNED_TO_NORMAL"]),
    ("FLOW_COUNT_THRESHOLD_EXCEEDED", &["FLOW_COUNT_RETURNED_TO_NORMAL"]),
    ("APPID_INSTALL_FAILED", &["APPID_INSTALLED", "APPID_INSTALL_SUCCESS"]),
    ("IDP_INSTALL_FAILED", &["IDP_INSTALLED", "IDP_INSTALL_SUCCESS"]),
    ("SERVICE_CRASHED", &["SERVICE_STARTED"]),
    ("SERVICE_FAILED", &["SERVICE_STARTED"]),
    ("PSU_UNPLUGGED", &["PSU_PLUGGED"]),
    ("FAN_UNPLUGGED", &["FAN_PLUGGED"]),
    ("POWERINPUT_DISCONNECTED", &["POWERINPUT_CONNECTED"]),
    // Nothing says that a storm is over.
    ("PORT_STORM_CONTROL", &[]),
];

/// The times at which one thing was open, from events of one type: a link that went down and came back several times.
#[derive(Clone, Debug)]
pub(crate) struct Episodes<'a> {
    /// The event that opened each, and when it was closed, in order.
    pub(crate) all: Vec<(&'a Event, Option<i64>)>,
    /// Number of events that opened it, also while it was open.
    times: usize,
}

/// What events opened, and when later events closed it.
pub(crate) fn episodes(events: &[Event]) -> Vec<Episodes<'_>> {
    let mut ordered: Vec<&Event> = events.iter().collect();
    ordered.sort_by_key(|event| event.time);
    let mut found: Vec<Episodes<'_>> = Vec::new();
    for event in ordered {
        let short = event.short();
        if opens(short) {
            let is_its = |known: &Event| known.kind == event.kind && is_same_subject(known, event);
            match found.iter_mut().find(|known| known.all.last().is_some_and(|(known, _)| is_its(known))) {
                Some(known) => {
                    known.times += 1;
                    if known.all.last().is_some_and(|(_, closed)| closed.is_some()) {
                        known.all.push((event, None));
                    }
                }
                None => found.push(Episodes { all: vec![(event, None)], times: 1 }),
            }
        } else {
            for (known, closed) in found.iter_mut().filter_map(|known| known.all.last_mut()) {
                if closes(known.short(), short) && is_same_subject(known, event) {
                    closed.get_or_insert(event.time);
                }
            }
        }
    }
    found
}

/// The events that opened something which no later event closed, the earliest of each: with the number of times that it
/// opened in the window.
pub(crate) fn open(events: &[Event]) -> Vec<(&Event, usize)> {
    let found = episodes(events).into_iter();
    let still = found.filter_map(|known| {
        let (event, closed) = known.all.last().copied()?;
        closed.is_none().then_some((event, known.times))
    });
    still.collect()
}

fn opens(short: &str) -> bool {
    PAIRS.iter().any(|(opening, _)| *opening == short)
        || (short.starts_with("ALARM_CHASSIS_") && !short.ends_with("_CLEAR"))
}

fn closes(opening: &str, closing: &str) -> bool {
    closing.strip_suffix("_CLEAR").is_some_and(|opened| opened == opening)
        || PAIRS.iter().any(|(known, closers)| *known == opening && closers.contains(&closing))
}

/// Whether two events are about the same device, port and component. An event that names none is about all.
fn is_same_subject(one: &Event, other: &Event) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    // Texts of one thing may say it in several ways, and one may say less than the other.
    same(&one.mac, &other.mac)
        && same(&one.port, &other.port)
        && same(&one.detail, &other.detail)
        && (one.has_subject(&other.subject) || other.has_subject(&one.subject))
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    fn event(kind: &str, time: i64, port: Option<&str>) -> Event {
        Event {
            kind: kind.into(),
            time,
            mac: Some("5c5b35000001".into()),
            port: port.map(str::to_owned),
            ..Event::default()
        }
    }

    fn kinds(events: &[Event]) -> Vec<(String, i64, usize)> {
        open(events).into_iter().map(|(event, times)| (event.kind.clone(), event.time, times)).collect()
    }

    #[test]
    fn an_event_is_open_until_its_opposite_at_the_same_place() {
        let down = |time| event("SW_PORT_DOWN", time, Some("ge-0/0/1"));
        assert_eq!(kinds(&[down(1), event("SW_PORT_UP", 2, Some("ge-0/0/1"))]), []);
        assert_eq!(
            kinds(&[down(1), event("SW_PORT_UP", 2, Some("ge-0/0/2"))]),
            [("SW_PORT_DOWN".into(), 1, 1)]
        );
        assert_eq!(
            kinds(&[down(5), event("SW_PORT_UP", 2, Some("ge-0/0/1")), down(1)]),
            [("SW_PORT_DOWN".into(), 5, 2)],
            "rows come in any order"
        );
        assert_eq!(kinds(&[event("AP_CONFIG_FAILED", 1, None), event("AP_RECONFIGURED", 2, None)]), []);
        assert_eq!(
            kinds(&[event("GW_ALARM_CHASSIS_FAN", 1, None), event("GW_ALARM_CHASSIS_FAN_CLEAR", 2, None)]),
            []
        );
        assert_eq!(
            kinds(&[event("SW_ALARM_CHASSIS_PSU", 1, None), event("SW_ALARM_CHASSIS_FAN_CLEAR", 2, None)])
                .len(),
            1
        );
        assert_eq!(kinds(&[event("SOMETHING_NEW", 1, None), event("", 2, None)]), []);
    }

    #[test]
    fn things_that_only_the_texts_of_events_name_are_told_apart() {
        let event = |kind: &str, time: i64, text: &str| {
            Event::of(Row::of(&json!({ "type": kind, "timestamp": time, "text": text }))).unwrap()
        };
        let open_times = |down: &str, texts: [&str; 3]| {
            let up = down.replace("DOWN", "UP");
            let events = [event(down, 1, texts[0]), event(down, 2, texts[1]), event(&up, 3, texts[2])];
            open(&events).iter().map(|(event, _)| event.time).collect::<Vec<_>>()
        };
        let (backup, other) =
            ("Tunnel backup on wan1 is down", "Tunnel cloud-security on wan0 is down: dead peer");
        assert_eq!(open_times("GW_TUNNEL_DOWN", [backup, other, "Tunnel backup on wan1 is up"]), [2]);
        assert_eq!(open_times("GW_TUNNEL_DOWN", [backup, other, "Tunnel cloud-security is up"]), [1]);
        let (one, two) =
            ("Neighbor 10.0.0.1 is down", "Neighbor 10.0.0.2 (AS 65000) is down: hold timer expired");
        assert_eq!(open_times("GW_BGP_NEIGHBOR_DOWN", [one, two, "Neighbor 10.0.0.2 is up"]), [1]);
        // The same in other words, and what names nothing.
        let (wan, hub) = ("Path wan0 to HUB-1 is down", "Path wan0 to HUB-1 is down again");
        assert_eq!(open_times("GW_VPN_PATH_DOWN", [wan, hub, "Path to HUB-1 is up"]), [0; 0]);
        assert_eq!(open_times("GW_VPN_PATH_DOWN", [wan, "Path is down", "A path is up again"]), [0; 0]);
        // Paths to two peers over one WAN, and to one peer over two.
        for (one, two, up) in [
            (wan, "Path wan0 to HUB-2 is down", "Path wan0 to HUB-1 is up"),
            (wan, "Path wan1 to HUB-1 is down", "Path wan0 to HUB-1 is up"),
            (wan, "Path wan0 to HUB-2 is down", "Path to HUB-1 is up"),
            ("Path HUB-1-wan0 is down", "Path HUB-1-wan1 is down", "Path to HUB-1 over wan0 is up"),
            ("Path HUB-1-wan0 is down", "Path HUB-2-wan0 is down", "Path to HUB-1 is up"),
            ("Path HUB-1-ge-0/0/0 is down", "Path HUB-1-ge-0/0/1 is down", "Path ge-0/0/0 to HUB-1 is up"),
            // WANs with names of their own.
            ("Path HUB-1-INET is down", "Path HUB-1-MPLS is down", "Path HUB-1-INET is up"),
            ("Path HUB-1-INET is down", "Path HUB-1-MPLS is down", "Path to HUB-1 over INET is up"),
            ("Path to HUB-1 over INET is down", "Path HUB-1-MPLS is down", "Path HUB-1-INET is up"),
            ("Path HUB-1-INET-2 is down", "Path HUB-2-INET-2 is down", "Path to HUB-1 over INET-2 is up"),
            ("Path HUB-1-INET is down", "Path HUB-2-INET is down", "Path to HUB-1 is up"),
        ] {
            assert_eq!(open_times("GW_VPN_PATH_DOWN", [one, two, up]), [2], "{up}");
        }
    }

    #[test]
    fn words_of_state_do_not_tell_things_apart() {
        for (kind, down, up) in [
            ("GW_TUNNEL", "Tunnel lost", "Tunnel established"),
            ("GW_TUNNEL", "Tunnel DPD timeout", "Tunnel IKE established"),
            ("GW_TUNNEL", "Tunnel zs-1 on wan0 is down", "Tunnel re-established"),
            ("GW_BGP_NEIGHBOR", "BGP neighbor lost", "BGP neighbor established"),
            ("GW_BGP_NEIGHBOR", "Neighbor Idle", "Neighbor Established"),
            ("GW_VPN_PEER", "Peer unreachable", "Peer reachable"),
            ("GW_VPN_PATH", "VPN path failed", "VPN path recovered"),
        ] {
            let event = |kind: String, time: i64, text: &str| {
                Event::of(Row::of(&json!({ "type": kind, "timestamp": time, "text": text }))).unwrap()
            };
            let events = [event(format!("{kind}_DOWN"), 1, down), event(format!("{kind}_UP"), 2, up)];
            assert_eq!(kinds(&events), [], "{down}, {up}");
        }
    }
}
