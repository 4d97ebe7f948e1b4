//! Data of the views that show answers: their fields are those at the top of each source in `views/`.

use mistmcp::serde_json::{Value, json};

use super::facts::{Device, Port};

/// Most ports in the data of a view.
const MOST_PORTS: usize = 2_000;

/// The ports of each device, for the view `switch-ports`.
pub(super) fn plates(ports: &[Port], devices: &[Device]) -> Value {
    let mut plates: Vec<(&str, Vec<Value>)> = Vec::new();
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
        match plates.iter_mut().find(|(mac, _)| *mac == port.device) {
            Some((_, rows)) => rows.push(row),
            None => plates.push((&port.device, vec![row])),
        }
    }
    let plates = plates.into_iter().map(|(mac, rows)| {
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
    plates.collect()
}
