//! Events of devices and clients ([`Event`]).

mod episodes;
mod stage;

use mistmcp::answers::Row;

pub(crate) use episodes::{episodes, open};
pub(crate) use stage::{Stage, stage_of};

use super::naming::{has_name, has_path_of, is_of_path, parted, subject_of};
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

    /// Whether it is about one of several things by its name, or about a path of it over a WAN of any name.
    pub(crate) fn names_one_of(&self, thing: &str, all: &[&str]) -> bool {
        let has = |text: &String| has_path_of(&self.kind, text, thing, all);
        self.names(thing) || [&self.detail, &self.text].into_iter().flatten().any(has)
    }

    /// Whether it is about the path of a peer over a WAN, both by their names: `HUB-1-INET`.
    pub(crate) fn names_path(&self, peer: &str, wan: &str) -> bool {
        is_of_path(&self.kind) && self.names(&format!("{peer}-{wan}"))
    }

    /// Whether it is about the subject of another event: by the same names, or as a path that these name.
    fn has_subject(&self, subject: &[String]) -> bool {
        subject.iter().all(|name| self.names(name))
            || match subject {
                [peer] => self.names_one_of(peer, &[]),
                [one, other] => self.names_path(one, other) || self.names_path(other, one),
                _ => false,
            }
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
}
