//! Events of devices and clients: [`Event`], which of them are still open ([`open`]), and the stage of a client's
//! connection that they are about ([`Stage`]).

use mistmcp::answers::Row;

use super::naming::{has_name, parted, subject_of};
use super::port::interface;

/// Something that happened to a device (`searchOrgDeviceEvents`, `searchSiteDeviceEvents`), to a wireless client
/// (`searchSiteWirelessClientEvents`, `getSiteEventsForClient`) or at NAC (`searchOrgNacClientEvents`).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    /// Type in Mist's words: `SW_PORT_DOWN`.
    pub(crate) kind: String,
    /// Epoch seconds.
    pub(crate) time: i64,
    /// MAC address of the device, or of the client.
    pub(crate) mac: Option<String>,
    pub(crate) device_name: Option<String>,
    pub(crate) port: Option<String>,
    /// Distinguishes other events of one kind and device: component, neighbor, slot.
    detail: Option<String>,
    /// What its text says that it is about, where that is a tunnel, path or neighbor and no field names it.
    subject: Vec<String>,
    pub(crate) text: Option<String>,
    pub(crate) ap: Option<String>,
    pub(crate) ssid: Option<String>,
    pub(crate) vlan: Option<i64>,
    pub(crate) band: Option<String>,
    pub(crate) channel: Option<i64>,
    /// In dBm.
    pub(crate) rssi: Option<f64>,
    /// IEEE 802.11 reason and status codes.
    pub(crate) reason: Option<i64>,
    pub(crate) status: Option<i64>,
    pub(crate) user: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) rule_name: Option<String>,
    pub(crate) site: Option<String>,
}

impl Event {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let detail =
            ["neighbor", "peer_name", "component", "service", "protocol_name", "fru_slot", "vpn_name"];
        let kind = row.text("type")?;
        let text = row.text("text").or_else(|| row.text("reason"));
        let detail = detail.iter().find_map(|name| row.text(name));
        Some(Self {
            subject: match (&text, &detail) {
                (Some(text), None) => subject_of(&kind, text),
                _ => Vec::new(),
            },
            kind,
            time: row.time("timestamp").or_else(|| row.time("when")).or_else(|| row.time("start"))?,
            mac: row.mac("mac").or_else(|| row.mac("device_mac")),
            device_name: row.text("device_name").or_else(|| row.text("ap_name")),
            port: row.text("port_id").map(|port| interface(&port)),
            detail,
            text,
            ap: row.mac("ap"),
            ssid: row.text("ssid"),
            vlan: row.integer("vlan"),
            band: row.text("band"),
            channel: row.integer("channel"),
            rssi: row.number("rssi").filter(|rssi| *rssi < 0.0),
            reason: row.integer("reason_code").or_else(|| row.integer("reason")).filter(|code| *code > 0),
            status: row.integer("status_code").filter(|code| *code > 0),
            user: row.text("username").or_else(|| row.text("idp_username")).or_else(|| row.text("cert_cn")),
            rule: row.text("nacrule_id"),
            rule_name: row.text("nacrule_name"),
            site: row.text("site_id"),
        })
    }

    /// The component, neighbor or slot that it is about, where it names one in a field of its own.
    pub(crate) fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Whether it is about something with this name, such as a peer or a tunnel.
    pub(crate) fn names(&self, thing: &str) -> bool {
        let has = |text: &String| has_name(text, thing) || has_name(&parted(&self.kind, text), thing);
        [&self.detail, &self.text].into_iter().flatten().any(has)
    }

    /// Whether its text names ports, and not this one.
    pub(crate) fn names_other_port(&self, id: &str) -> bool {
        let text = self.text.as_deref().unwrap_or_default();
        let words = text.split(|letter: char| letter.is_whitespace() || ",;:()\"'".contains(letter));
        let words = words.map(|word| interface(word.trim_end_matches('.')));
        // Junos calls ports by slot, card and place, such as `mge-0/0/1`.
        let mut ports = words.filter(|word| word.contains('-') && word.matches('/').count() == 2).peekable();
        ports.peek().is_some() && !ports.any(|port| port == id)
    }

    /// The type without the kind of device before it: `DISCONNECTED` of `AP_DISCONNECTED`.
    pub(crate) fn short(&self) -> &str {
        let (device, short) = self.kind.split_once('_').unwrap_or(("", &self.kind));
        if ["AP", "SW", "GW", "ME"].contains(&device) { short } else { &self.kind }
    }
}

/// Types of events of a configuration that was not applied, without the kind of device before them.
pub(crate) const CONFIG_FAILURES: [&str; 3] =
    ["CONFIG_FAILED", "CONFIG_LOCK_FAILED", "CONFIG_ERROR_ADDTL_COMMAND"];

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
    let has_names_of = |one: &Event, other: &Event| other.subject.iter().all(|name| one.names(name));
    same(&one.mac, &other.mac)
        && same(&one.port, &other.port)
        && same(&one.detail, &other.detail)
        && (has_names_of(one, other) || has_names_of(other, one))
}

/// A stage of a client's connection, in the order in which it passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Association,
    Authorization,
    Roaming,
    Dhcp,
    Arp,
    Dns,
    Portal,
    Disconnect,
}

/// The stage of a client event, and whether it went well. `None` for types that say neither, and for those of IPv6.
pub(crate) fn stage_of(kind: &str) -> Option<(Stage, bool)> {
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    let failed = has(&[
        "FAIL",
        "DENIED",
        "DENY",
        "REJECT",
        "TIMEOUT",
        "STUCK",
        "NAK",
        "NOT_FOUND",
        "BLOCKED",
        "EXCESSIVE",
        "SPOOFING",
        "BAD_IP",
    ]);
    // A client without IPv6 asks for it again and again, and that it has an address of IPv6 tells nothing of IPv4.
    if has(&["DHCPV6", "IPV6"]) {
        return None;
    }
    if kind.starts_with("NAC_") {
        return nac_stage(kind, failed);
    }
    if has(&["FBT", "FT_KEY"]) {
        return Some((Stage::Roaming, !failed));
    }
    if has(&["DHCP", "IP_ASSIGNED", "IP_ASSIGNMENT", "STATIC_IP"]) {
        return Some((Stage::Dhcp, !failed));
    }
    if has(&["ARP", "GATEWAY_SPOOFING"]) {
        return Some((Stage::Arp, !failed));
    }
    if has(&["DNS"]) {
        return Some((Stage::Dns, !failed));
    }
    if has(&["PORTAL"]) {
        return Some((Stage::Portal, !failed));
    }
    if has(&["DEAUTHENTICAT", "DEASSOCIATION", "DISASSOCIATION", "STA_LEAVING"]) {
        return Some((Stage::Disconnect, true));
    }
    // The client has left without a message.
    if has(&["SA_QUERY"]) {
        return Some((Stage::Disconnect, true));
    }
    if has(&["ASSOCIATION_FAILURE"]) {
        return Some((Stage::Association, false));
    }
    if has(&["AUTH_FAILURE", "AUTH_DENIED", "AUTH_REJECT", "SAE_AUTH", "REPEATED_AUTH", "MAC_AUTH"]) {
        return Some((Stage::Authorization, !failed && !kind.contains("REPEATED")));
    }
    if has(&["ASSOCIATION"]) {
        return Some((Stage::Association, !failed));
    }
    if has(&["AUTHENTICATED", "AUTHORIZED"]) {
        return Some((Stage::Authorization, !failed));
    }
    None
}

/// The stage of an event of access control. `None` for types that say neither, such as accounting.
fn nac_stage(kind: &str, failed: bool) -> Option<(Stage, bool)> {
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if has(&["SESSION_ENDED", "COA_DISCONNECT"]) {
        return Some((Stage::Disconnect, true));
    }
    if has(&["IP_ASSIGNED"]) {
        return Some((Stage::Dhcp, !failed));
    }
    let failed = failed
        || has(&["EXPIRED", "REVOKED", "UNREACHABLE", "UNKNOWN", "DISABLED", "NOT_ENROLLED", "INVALID"]);
    let passed = has(&["PERMIT", "SUCCESS", "SESSION_STARTED", "KEY_FOUND"]);
    (failed || passed).then_some((Stage::Authorization, !failed))
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn the_logical_unit_of_a_port_is_no_part_of_its_name() {
        let port = |name: &str| {
            let row = json!({ "type": "SW_PORT_DOWN", "timestamp": 1, "port_id": name });
            Event::of(Row::of(&row)).unwrap().port.unwrap()
        };
        for (written, name) in [
            ("ge-0/0/1.0", "ge-0/0/1"),
            ("ae0.0", "ae0"),
            ("ge-0/0/1", "ge-0/0/1"),
            ("ge-0/0/1.100", "ge-0/0/1.100"),
            ("irb.0", "irb.0"),
            ("eth0", "eth0"),
        ] {
            assert_eq!(port(written), name);
        }
    }

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

    #[test]
    fn a_path_named_by_peer_and_port_names_its_peer() {
        let event =
            |kind: &str, text: &str| Event { kind: kind.into(), text: Some(text.into()), ..Event::default() };
        for text in ["Path LDS-GW-01-wan0 is down", "Path LDS-GW-01-ge-0/0/0: down", "Lost LDS-GW-01-WAN1."] {
            assert!(event("GW_VPN_PATH_DOWN", text).names("LDS-GW-01"), "{text}");
            assert!(!event("GW_TUNNEL_DOWN", text).names("LDS-GW-01"), "{text}");
        }
        for text in ["Path LDS-GW-01-old is down", "Path LDS-GW-012-wan0 is down", "Path X-LDS-GW-01-wan0"] {
            assert!(!event("GW_VPN_PATH_DOWN", text).names("LDS-GW-01"), "{text}");
        }
        assert!(event("GW_VPN_PATH_DOWN", "Path LDS-GW-01-wan0 is down").names("LDS-GW-01-wan0"));
    }

    #[test]
    fn a_text_about_other_ports_is_known() {
        for (text, is_other) in [
            ("PoE power denied on ge-0/0/12", true),
            ("PoE power denied on mge-0/0/1", true),
            ("PoE power denied on ge-0/0/1", false),
            ("PoE power denied on ge-0/0/1.0.", false),
            ("Denied: ge-0/0/12, ge-0/0/1", false),
            ("PoE controller has failed on and/or after 1/2/26", false),
            ("", false),
        ] {
            let event = Event { text: Some(text.to_owned()), ..Event::default() };
            assert_eq!(event.names_other_port("ge-0/0/1"), is_other, "{text}");
        }
        assert!(!Event::default().names_other_port("ge-0/0/1"));
    }

    #[test]
    fn rows_without_type_or_time_are_no_events() {
        for row in [
            json!({}),
            json!({ "type": "AP_DISCONNECTED" }),
            json!({ "timestamp": 1 }),
            json!({ "type": 5, "timestamp": "x" }),
        ] {
            assert_eq!(Event::of(Row::of(&row)), None, "{row}");
        }
        let row = json!({ "type": "AP_DISCONNECTED", "timestamp": "1795890000.5", "mac": "5C:5B:35:00:00:01", "vlan": "20" });
        let event = Event::of(Row::of(&row)).unwrap();
        assert_eq!((event.time, event.vlan, event.short()), (1_795_890_000, Some(20), "DISCONNECTED"));
    }

    #[test]
    fn client_events_belong_to_a_stage() {
        for (kind, stage) in [
            ("CLIENT_ASSOCIATION", Some((Stage::Association, true))),
            ("NAC_CLIENT_DENY", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_PERMIT", Some((Stage::Authorization, true))),
            ("NAC_CLIENT_CERT_EXPIRED", Some((Stage::Authorization, false))),
            ("NAC_USER_CERT_REVOKED", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_CERT_CHECK_SUCCESS", Some((Stage::Authorization, true))),
            ("NAC_IDP_UNREACHABLE", Some((Stage::Authorization, false))),
            ("NAC_IDP_USER_DISABLED", Some((Stage::Authorization, false))),
            ("NAC_MDM_DEVICE_NOT_ENROLLED", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_PPSK_KEY_FOUND", Some((Stage::Authorization, true))),
            ("NAC_CLIENT_PPSK_KEY_NOT_FOUND", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_IP_ASSIGNED", Some((Stage::Dhcp, true))),
            ("NAC_SESSION_STARTED", Some((Stage::Authorization, true))),
            ("NAC_SESSION_ENDED", Some((Stage::Disconnect, true))),
            ("NAC_ACCOUNTING_UPDATE", None),
            ("MARVIS_EVENT_CLIENT_AUTH_REJECTED", Some((Stage::Authorization, false))),
            ("CLIENT_AUTH_REASSOCIATION_11R", Some((Stage::Association, true))),
            ("CLIENT_ASSOCIATION_FAILURE", Some((Stage::Association, false))),
            ("SA_QUERY_TIMEOUT", Some((Stage::Disconnect, true))),
            ("CLIENT_AUTHENTICATED_OKC", Some((Stage::Authorization, true))),
            ("MARVIS_EVENT_CLIENT_MAC_AUTH_SUCCESS", Some((Stage::Authorization, true))),
            ("MARVIS_EVENT_CLIENT_AUTH_DENIED", Some((Stage::Authorization, false))),
            ("MARVIS_EVENT_SAE_AUTH_FAILURE", Some((Stage::Authorization, false))),
            ("REPEATED_AUTH_FAILURES", Some((Stage::Authorization, false))),
            ("MARVIS_EVENT_CLIENT_FBT_FAILURE", Some((Stage::Roaming, false))),
            ("MARVIS_EVENT_WLC_FT_KEY_NOT_FOUND", Some((Stage::Roaming, false))),
            ("CLIENT_IP_ASSIGNED", Some((Stage::Dhcp, true))),
            ("CLIENT_IPV6_ASSIGNED", None),
            ("MARVIS_EVENT_CLIENT_DHCPV6_FAILURE", None),
            ("MARVIS_EVENT_CLIENT_DHCP_STUCK", Some((Stage::Dhcp, false))),
            ("MARVIS_EVENT_CLIENT_DHCP_NAK", Some((Stage::Dhcp, false))),
            ("CLIENT_GW_ARP_OK", Some((Stage::Arp, true))),
            ("CLIENT_EXCESSIVE_ARPING_GW", Some((Stage::Arp, false))),
            ("MARVIS_DNS_FAILURE", Some((Stage::Dns, false))),
            ("MARVIS_EVENT_CAPTIVE_PORTAL_AUTHORIZED", Some((Stage::Portal, true))),
            ("CLIENT_DEAUTHENTICATION", Some((Stage::Disconnect, true))),
            ("SOMETHING_NEW", None),
        ] {
            assert_eq!(stage_of(kind), stage, "{kind}");
        }
    }
}
