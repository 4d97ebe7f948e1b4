//! Data of the views that show answers: their fields are those at the top of each source in `views/`.

use std::collections::HashMap;

use mistmcp::serde_json::{Value, json};

use super::facts::{Client, Device, Event, Port, Stage, stage_of};

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
        let poe = device.and_then(|device| device.poe);
        json!({
            "mac": mac,
            "name": device.map_or_else(|| mac.to_owned(), Device::called),
            "kind": device.map(|device| device.kind.as_str()),
            "model": device.and_then(|device| device.model.as_deref()),
            "poe": poe.map(|(used, budget)| json!({ "used": used, "budget": budget })),
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
    let mut names: HashMap<&str, String> = HashMap::new();
    for device in devices {
        for mac in device.members.iter().chain([&device.mac]) {
            names.entry(mac).or_insert_with(|| device.called());
        }
    }
    let called = |mac: &String| names.get(mac.as_str()).unwrap_or(mac).clone();
    let row = |event: &Event| {
        let stage = stage_of(&event.kind);
        json!({
            "when": event.time,
            "stage": stage.map_or("other", |(stage, _)| stage_name(stage)),
            "ok": stage.map(|(_, passed)| passed),
            "type": event.kind,
            "text": event.text,
            "ap": event.ap.as_ref().map(called),
            "ssid": event.ssid,
            "rssi": event.rssi,
        })
    };
    events.into_iter().take(MOST_EVENTS).map(row).collect()
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
    use crate::answers::facts::Medium;

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
}
