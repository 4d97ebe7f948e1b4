//! What Marvis makes of it.

use serde_json::{Value, json};

use crate::engine::{Answer, Call, Refusal, Route};

pub(super) const ROUTES: &[Route] = &[Route::made("/api/v1/orgs/{org_id}/troubleshoot", troubleshoot)];

fn troubleshoot(call: &Call<'_>) -> Result<Answer, Refusal> {
    let window = call.window()?;
    let wanted = Wanted::of(call)?;
    let down = call.world.devices.iter().filter(|device| !device.connected);
    let down = down.filter(|device| wanted.site(device.site) && wanted.medium("wired")).map(|device| json!({
        "category": "AP Offline",
        "reason": "disconnected",
        "text": format!("{} at {} lost its power over Ethernet", device.name, call.world.site_of(device).name()),
        "recommendation": "Check the cable and the power of the switch port that it hangs on",
    }));
    let weak = call.world.clients.iter().filter(|client| client.rssi < -76);
    let weak = weak.filter(|client| wanted.site(client.site) && wanted.medium("wireless")).map(|client| {
        json!({
            "category": "Coverage",
            "reason": "weak signal",
            "text": format!("{} hears its access point at {} dBm", client.hostname, client.rssi),
            "recommendation": "Move the client or add an access point nearby",
        })
    });
    let mac = call.query.get("mac").map(|mac| mac.replace([':', '-', '.'], "").to_ascii_lowercase());
    let Some(mac) = mac else {
        let results = down.chain(weak.take(3)).collect::<Vec<Value>>();
        return Ok(Answer::json(json!({ "start": window.start, "end": window.end, "results": results })));
    };
    let known = call.world.devices.iter().any(|device| device.mac == mac)
        || call.world.clients.iter().any(|client| client.mac == mac);
    if !known {
        return Err(Refusal::not_found());
    }
    let is_down = call.world.devices.iter().any(|device| device.mac == mac && !device.connected);
    let is_weak = call.world.clients.iter().any(|client| client.mac == mac && client.rssi < -76);
    let results =
        down.take(usize::from(is_down)).chain(weak.take(usize::from(is_weak))).collect::<Vec<Value>>();
    Ok(Answer::json(json!({ "start": window.start, "end": window.end, "results": results })))
}

/// What is asked about: a site or all, a side of the network or all.
struct Wanted<'c> {
    site: Option<usize>,
    medium: Option<&'c str>,
}

impl<'c> Wanted<'c> {
    fn of(call: &'c Call<'_>) -> Result<Wanted<'c>, Refusal> {
        let site = call.query.get("site_id").map(|id| call.world.site(id).ok_or_else(Refusal::not_found));
        let medium = call.query.get("type");
        if medium.is_some_and(|medium| !["wan", "wired", "wireless"].contains(&medium)) {
            return Err(Refusal::bad_request("type: must be one of wan, wired, wireless"));
        }
        Ok(Wanted { site: site.transpose()?.map(|site| site.index), medium })
    }

    fn site(&self, index: usize) -> bool {
        self.site.is_none_or(|site| site == index)
    }

    fn medium(&self, medium: &str) -> bool {
        self.medium.is_none_or(|wanted| wanted == medium)
    }
}
