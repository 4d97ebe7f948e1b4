//! What `checkRadio` shows beside its findings: the facts by band, and the data of its view.

use mistmcp::answers::{Finding, Row, Rows, name};
use mistmcp::serde_json::{Map, Value, json};

use crate::causes as c;
use crate::facts::radio::{BANDS, band_of};
use crate::facts::{Radio, Rogue};

/// For each band: radios, the busiest one, and how many use each channel.
pub(super) fn bands(radios: &[Radio]) -> Value {
    let mut bands = Map::new();
    for band in BANDS {
        let own: Vec<_> = radios.iter().filter(|radio| radio.band == band && !radio.disabled).collect();
        if own.is_empty() {
            continue;
        }
        let mut channels: Vec<(i64, usize)> = Vec::new();
        for channel in own.iter().filter_map(|radio| radio.channel) {
            match channels.iter_mut().find(|(known, _)| *known == channel) {
                Some((_, used)) => *used += 1,
                None => channels.push((channel, 1)),
            }
        }
        channels.sort_unstable();
        let channels: Vec<_> = channels.iter().map(|(channel, used)| format!("{channel}×{used}")).collect();
        let most = own.iter().filter_map(|radio| radio.utilization).reduce(f64::max);
        bands.insert(
            band.to_owned(),
            json!({ "radios": own.len(), "channels": channels.join(" "), "busiest_percent": most }),
        );
    }
    bands.into()
}

pub(super) fn shown_radios(radios: &[Radio], found: &[Finding]) -> Value {
    let rows = radios.iter().map(|radio| {
        let problem = found.iter().find(|finding| {
            let by_band = [c::CO_CHANNEL.name, c::CHANNEL_UTILIZATION.name, c::NOISE.name, c::RADIO_DISABLED.name];
            finding.is_on(&name(&radio.name))
                && by_band.contains(&finding.cause().name)
                && finding.shows("band", &radio.band)
        });
        json!({
            "ap": radio.name, "mac": radio.ap, "band": radio.band, "channel": radio.channel, "width": radio.width,
            "power": radio.power, "utilization": radio.utilization, "noise": radio.noise, "clients": radio.clients,
            "disabled": radio.disabled, "problem": problem.map(|finding| finding.cause().name),
        })
    });
    rows.collect()
}

pub(super) fn shown_rogues(rogues: &[Rogue], name_of: impl Fn(&str) -> String) -> Value {
    let rows = rogues.iter().map(|rogue| {
        json!({
            "ssid": rogue.ssid, "bssid": rogue.bssid, "band": rogue.only_band(), "channel": rogue.channel,
            "rssi": rogue.rssi, "kind": rogue.kind, "ap": rogue.ap.as_deref().map(&name_of),
        })
    });
    rows.collect()
}

pub(super) fn shown_events(rows: &Rows, name_of: impl Fn(&str) -> String, band: Option<&str>) -> Value {
    let in_band = |row: &Row<'_>| {
        let own = row.text("band");
        band.is_none_or(|band| own.as_deref().and_then(band_of) == Some(band))
    };
    let rows = rows.iter().filter(in_band).take(200).map(|row| {
        let change = match (row.integer("pre_channel"), row.integer("channel")) {
            (Some(before), Some(after)) if before != after => format!(", channel {before} to {after}"),
            _ => String::new(),
        };
        json!({
            "when": row.time("timestamp"),
            "ap": row.mac("ap").map(|mac| name_of(&mac)),
            "band": row.text("band"),
            "text": format!("{}{change}", row.text_or("event", "changed").replace('-', " ")),
        })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channels_of_each_band_are_counted() {
        let radio = |band: &str, channel| Radio {
            band: band.into(),
            channel: Some(channel),
            utilization: Some(10.0),
            ..Radio::default()
        };
        let bands = bands(&[radio("5", 36), radio("5", 36), radio("5", 100), radio("24", 1)]);
        assert_eq!(bands["5"], json!({ "radios": 3, "channels": "36×2 100×1", "busiest_percent": 10.0 }));
        assert_eq!(bands["24"]["radios"], 1);
        assert!(bands.get("6").is_none());
    }
}
