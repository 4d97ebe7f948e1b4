//! Marvis troubleshooting.

use serde_json::{Value, json};

use super::stats::CLIENTS;
use crate::{
    engine::{Answer, ApiError, Call, Route},
    world::{Client, Kind},
};

pub(super) const ROUTES: &[Route] = &[Route::made("/api/v1/orgs/{org_id}/troubleshoot", troubleshoot)];

fn troubleshoot(call: &Call<'_>) -> Result<Answer, ApiError> {
    let window = call.window()?;
    let scope = MarvisScope::of(call)?;
    let mac = call.query.get("mac").map(|mac| mac.replace([':', '-', '.'], "").to_ascii_lowercase());
    let is_it = |known: &str| mac.as_deref().is_none_or(|mac| mac == known);
    let mut known = call.world.devices.iter().map(|device| device.mac.as_str());
    let mut clients = call.world.clients.iter().map(|client| client.mac.as_str());
    if mac.is_some() && !known.any(is_it) && !clients.any(is_it) {
        return Err(ApiError::not_found());
    }
    let down = call.world.devices.iter().filter(|device| !device.connected && is_it(&device.mac));
    let down = down.filter(|device| scope.site(device.site) && scope.medium("wired")).map(|device| {
        let site = call.world.site_of(device).name();
        let (category, text, recommendation) = match device.kind {
            // The one that is always down.
            Kind::AccessPoint if !device.usually_connected => (
                "AP Offline",
                format!("{} at {site} lost its power over Ethernet", device.name),
                "Check the cable and the power of the switch port that it hangs on",
            ),
            Kind::AccessPoint => (
                "AP Offline",
                format!("{} at {site} has lost contact with the cloud", device.name),
                "Check its power, its cable and the switch that it hangs on",
            ),
            Kind::Switch => (
                "Switch Offline",
                format!("{} at {site} has lost contact with the cloud", device.name),
                "Check its power and the way to its gateway",
            ),
            Kind::Gateway => (
                "Gateway Offline",
                format!("{} at {site} has lost contact with the cloud", device.name),
                "Check its power and its WAN links",
            ),
        };
        json!({ "category": category, "reason": "disconnected", "text": text, "recommendation": recommendation })
    });
    let stats = call.world.rows(&CLIENTS);
    let rssi = |client: &Client| {
        let row = stats.iter().find(|row| row.get("mac").is_some_and(|mac| *mac == client.mac.as_str()));
        row.map_or(Some(client.rssi), |row| row.get("rssi").and_then(Value::as_i64))
    };
    let reachable = call.world.clients.iter().filter(|client| is_it(&client.mac));
    let weak =
        reachable.filter_map(|client| rssi(client).filter(|rssi| *rssi < -76).map(|rssi| (client, rssi)));
    let weak = weak.filter(|(client, _)| scope.site(client.site) && scope.medium("wireless")).map(
        |(client, rssi)| {
            json!({
                "category": "Coverage",
                "reason": "weak signal",
                "text": format!("{} hears its access point at {} dBm", client.hostname, rssi),
                "recommendation": "Move the client or add an access point nearby",
            })
        },
    );
    let most = if mac.is_some() { usize::MAX } else { 3 };
    let results = down.chain(weak.take(most)).collect::<Vec<Value>>();
    Ok(Answer::json(json!({ "start": window.start, "end": window.end, "results": results })))
}

/// What is asked about: a site or all, a side of the network or all.
struct MarvisScope<'c> {
    site: Option<usize>,
    medium: Option<&'c str>,
}

impl<'c> MarvisScope<'c> {
    fn of(call: &'c Call<'_>) -> Result<MarvisScope<'c>, ApiError> {
        let site = call.query.get("site_id").map(|id| call.world.site(id).ok_or_else(ApiError::not_found));
        let medium = call.query.get("type");
        if medium.is_some_and(|medium| !["wan", "wired", "wireless"].contains(&medium)) {
            return Err(ApiError::bad_request("type: must be one of wan, wired, wireless"));
        }
        Ok(MarvisScope { site: site.transpose()?.map(|site| site.index), medium })
    }

    fn site(&self, index: usize) -> bool {
        self.site.is_none_or(|site| site == index)
    }

    fn medium(&self, medium: &str) -> bool {
        self.medium.is_none_or(|scope| scope == medium)
    }
}
