//! Data of the views that show answers: their fields are those at the top of each source in `views/`.

use std::collections::HashMap;

use mistmcp::serde_json::{Value, json};

use super::facts::{Client, Device, Event, PoeSupply, Port, Stage, stage_of};

/// Most ports in the data of a view.
const MOST_PORTS: usize = 2_000;

/// The ports of each device, for the view `switch-ports`.
pub(super) fn switch_ports(ports: &[Port], devices: &[Device]) -> Value {
    let mut switch_ports: Vec<(&str, Vec<Value>)> = Vec::new();
    for port in ports.iter().take(MOST_PORTS) {
        let row = json!({
            "port": port.id,
            "up": port.up,
            "disabled": port.disabled,
            "speed": port.speed,
            "full_duplex": port.full_duplex,
            "poe_on": port.poe_on,
            "power_draw": port.draw,
            "usage": port.usage,
            "neighbor": port.neighbor_name.as_ref().or(port.neighbor_mac.as_ref()),
            "rx_errors": port.rx_errors,
            "tx_errors": port.tx_errors,
            "last_flapped": port.last_flapped,
            "stp_state": port.stp_state,
            "auth_state": port.auth_state,
        });
        match switch_ports.iter_mut().find(|(mac, _)| *mac == port.device) {
            Some((_, rows)) => rows.push(row),
            None => switch_ports.push((&port.device, vec![row])),
        }
    }
    let switch_ports = switch_ports.into_iter().map(|(mac, rows)| {
        let device = devices.iter().find(|device| device.has_mac(mac));
        let poe = device.map(|device| device.poe.as_slice()).filter(|poe| !poe.is_empty());
        json!({
            "mac": mac,
            "name": device.map_or_else(|| mac.to_owned(), Device::called),
            "kind": device.map(|device| device.kind.as_str()),
            "model": device.and_then(|device| device.model.as_deref()),
            "poe": poe.map(|poe| {
                let sum = |of: fn(&PoeSupply) -> f64| poe.iter().map(of).sum::<f64>();
                json!({ "used": sum(|supply| supply.drawn), "budget": sum(|supply| supply.most) })
            }),
            "ports": rows,
        })
    });
    switch_ports.collect()
}

/// Most events in the data of a view.
const MOST_EVENTS: usize = 1_000;

/// A client with the device that it is connected to, for the view `client-timeline`.
pub(super) fn client(client: &Client, device: Option<&Device>) -> Value {
    let of_kind = |is_ap: bool| device.filter(|device| (device.kind == "ap") == is_ap).map(Device::called);
    json!({
        "name": client.called(),
        "mac": client.mac,
        "user": client.user,
        "ip": client.ip,
        "ssid": client.ssid,
        "band": client.band,
        "channel": client.channel,
        "rssi": client.rssi,
        "snr": client.snr,
        "ap": of_kind(true),
        "switch": of_kind(false),
        "port": client.port,
        "vlan": client.vlan,
        "model": client.model,
        "os": client.os,
        "last_seen": client.last_seen,
    })
}

/// What happened to a client, for the view `client-timeline`. Access points are named where `devices` has them.
pub(super) fn timeline<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    devices: impl IntoIterator<Item = &'a Device>,
) -> Value {
    let names = names(devices);
    let called = |mac: &String| names.get(mac.as_str()).unwrap_or(mac).clone();
    let row = |event: &Event| {
        let stage = stage_of(&event.kind);
        json!({
            "when": event.time,
            "stage": stage.map_or("other", |(stage, _)| stage_name(stage)),
            // That a client leaves is neither a success nor a failure.
            "ok": stage.filter(|(stage, _)| *stage != Stage::Disconnect).map(|(_, passed)| passed),
            "type": event.kind,
            "text": event.text,
            "ap": event.ap.as_ref().map(called),
            "ssid": event.ssid,
            "rssi": event.rssi,
        })
    };
    events.into_iter().take(MOST_EVENTS).map(row).collect()
}

/// Names of devices by the MAC addresses of their members.
fn names<'a>(devices: impl IntoIterator<Item = &'a Device>) -> HashMap<&'a str, String> {
    let mut names = HashMap::new();
    for device in devices {
        for mac in device.members.iter().chain([&device.mac]) {
            names.entry(mac.as_str()).or_insert_with(|| device.called());
        }
    }
    names
}

/// The access points that served a client, one after another, for the view `client-timeline`. A session begins with an
/// event that passed its stage, and ends when the client leaves or passes a stage at another access point.
pub(super) fn sessions<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    devices: impl IntoIterator<Item = &'a Device>,
) -> Value {
    let names = names(devices);
    let mut ordered: Vec<&Event> = events.into_iter().take(MOST_EVENTS).collect();
    ordered.sort_by_key(|event| event.time);
    let mut sessions: Vec<Session<'_>> = Vec::new();
    for event in ordered {
        let Some(ap) = event.ap.as_deref() else { continue };
        let open = sessions.last_mut().filter(|session| session.end.is_none());
        match (stage_of(&event.kind), open) {
            (Some((Stage::Disconnect, _)), Some(session)) if session.ap == ap => {
                session.end = Some(event.time);
            }
            (Some((stage, true)), open) if stage != Stage::Disconnect => match open {
                Some(session) if session.ap == ap => session.note(event),
                open => {
                    if let Some(session) = open {
                        session.end = Some(event.time);
                    }
                    let mut session = Session { ap, start: event.time, end: None, last: event };
                    session.note(event);
                    sessions.push(session);
                }
            },
            _ => {}
        }
    }
    sessions.iter().map(|session| session.row(&names)).collect()
}

/// The time of a client at one access point.
struct Session<'a> {
    ap: &'a str,
    start: i64,
    end: Option<i64>,
    /// The latest event with a signal, or the first.
    last: &'a Event,
}

impl<'a> Session<'a> {
    fn note(&mut self, event: &'a Event) {
        if event.rssi.is_some() {
            self.last = event;
        }
    }

    fn row(&self, names: &HashMap<&str, String>) -> Value {
        json!({
            "ap": names.get(self.ap).map_or(self.ap, String::as_str),
            "start": self.start,
            "end": self.end,
            "ssid": self.last.ssid,
            "band": self.last.band,
            "signal": self.last.rssi,
        })
    }
}

/// The signal of a client over time, for the view `client-timeline`.
pub(super) fn signal<'a>(events: impl IntoIterator<Item = &'a Event>) -> Value {
    let signal = events.into_iter().take(MOST_EVENTS).filter_map(|event| Some((event.time, event.rssi?)));
    signal.map(|(when, rssi)| json!({ "when": when, "rssi": rssi })).collect()
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Association => "association",
        Stage::Authorization => "authentication",
        Stage::Roaming => "roaming",
        Stage::Dhcp => "dhcp",
        Stage::Arp => "arp",
        Stage::Dns => "dns",
        Stage::Portal => "portal",
        Stage::Disconnect => "session",
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;

    use super::*;
    use crate::facts::Medium;

    #[test]
    fn a_client_has_its_model_its_system_and_its_device_by_name() {
        let row = json!({ "mac": "a4bb6d000001", "model": "Latitude 7450", "last_os": ["Windows 11"], "last_seen": 900 });
        let found = Client::of(Row::of(&row), Medium::Wireless).unwrap();
        let device = |kind: &str| {
            let row = json!({ "mac": "5c5b35000001", "name": "LDS-1", "type": kind });
            Device::of(Row::of(&row)).unwrap()
        };
        let shown = client(&found, Some(&device("ap")));
        assert_eq!((&shown["model"], &shown["os"]), (&json!("Latitude 7450"), &json!("Windows 11")));
        assert_eq!((&shown["ap"], &shown["switch"]), (&json!("LDS-1"), &Value::Null));
        assert_eq!((&shown["last_seen"], shown.get("since")), (&json!(900), None));
        assert_eq!(client(&found, Some(&device("switch")))["switch"], "LDS-1");
    }

    #[test]
    fn a_timeline_names_the_access_points_that_are_known() {
        let ap =
            Device::of(Row::of(&json!({ "mac": "5c5b35000001", "name": "AP-1", "type": "ap" }))).unwrap();
        let event = |ap: &str| {
            let row = json!({ "type": "CLIENT_REASSOCIATION", "timestamp": 900, "ap": ap });
            Event::of(Row::of(&row)).unwrap()
        };
        let rows = timeline(&[event("5c5b35000001"), event("5c5b35000002")], [&ap]);
        assert_eq!((&rows[0]["ap"], &rows[1]["ap"]), (&json!("AP-1"), &json!("5c5b35000002")));
    }

    #[test]
    fn a_client_that_leaves_neither_passed_nor_failed() {
        let event = |kind: &str| Event::of(Row::of(&json!({ "type": kind, "timestamp": 900 }))).unwrap();
        let rows = timeline(
            &["CLIENT_DEAUTHENTICATED", "NAC_SESSION_ENDED", "SOMETHING_NEW", "NAC_CLIENT_DENY"].map(event),
            [],
        );
        assert_eq!(
            [&rows[0]["ok"], &rows[1]["ok"], &rows[2]["ok"], &rows[3]["ok"]],
            [&Value::Null, &Value::Null, &Value::Null, &json!(false)]
        );
        assert_eq!((&rows[3]["stage"], &rows[1]["stage"]), (&json!("authentication"), &json!("session")));
    }

    #[test]
    fn sessions_follow_a_client_from_one_access_point_to_the_next() {
        let ap =
            Device::of(Row::of(&json!({ "mac": "5c5b35000001", "name": "AP-1", "type": "ap" }))).unwrap();
        let event = |time: i64, kind: &str, ap: &str, rssi: i64| {
            let row =
                json!({ "type": kind, "timestamp": time, "ap": ap, "rssi": rssi, "band": "5", "ssid": "S" });
            Event::of(Row::of(&row)).unwrap()
        };
        let (one, two) = ("5c5b35000001", "5c5b35000002");
        let rows = sessions(
            &[
                event(500, "CLIENT_DEAUTHENTICATED", two, -70),
                event(400, "CLIENT_AUTH_REASSOCIATION_11R", two, -71),
                event(300, "MARVIS_EVENT_CLIENT_AUTH_FAILURE", two, -80),
                event(200, "CLIENT_IP_ASSIGNED", one, -60),
                event(100, "CLIENT_ASSOCIATION", one, -65),
                event(600, "CLIENT_ASSOCIATION", one, -58),
            ],
            [&ap],
        );
        let row = |ap: &str, start: i64, end: Option<i64>, signal: f64| json!({ "ap": ap, "start": start, "end": end, "ssid": "S", "band": "5", "signal": signal });
        assert_eq!(
            rows,
            json!([
                row("AP-1", 100, Some(400), -60.0),
                row(two, 400, Some(500), -71.0),
                row("AP-1", 600, None, -58.0)
            ])
        );
    }
}
