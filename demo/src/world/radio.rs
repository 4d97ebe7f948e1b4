//! Radios of access points.

use super::Random;

/// One radio as it is set now.
#[derive(Clone, Debug)]
pub(crate) struct Radio {
    /// `24`, `5` or `6`.
    pub(crate) band: &'static str,
    pub(crate) channel: i64,
    pub(crate) bandwidth: i64,
    pub(crate) power: i64,
    pub(crate) mac: String,
}

const CHANNELS_24: &[i64] = &[1, 6, 11];
const CHANNELS_5: &[i64] = &[36, 44, 52, 60, 100, 108, 116, 132, 149, 157];
const CHANNELS_6: &[i64] = &[5, 21, 37, 53, 69, 85];

/// The channels that a band's plan uses.
pub(crate) fn channels(band: &str) -> &'static [i64] {
    match band {
        "24" => CHANNELS_24,
        "6" => CHANNELS_6,
        _ => CHANNELS_5,
    }
}

/// The radios of the `place`th access point of a site.
pub(super) fn radios(mac: &str, model: &str, place: usize) -> Vec<Radio> {
    // Older and outdoor models have no third band.
    let bands: &[&'static str] =
        if matches!(model, "AP43" | "AP63") { &["24", "5"] } else { &["24", "5", "6"] };
    let radios = bands.iter().enumerate().map(|(nth, band)| {
        let mut random = Random::of(&format!("radio {mac} {band}"));
        let channels = channels(band);
        let (bandwidth, (least, most)) = match *band {
            "24" => (20, (5, 11)),
            "5" => (40, (10, 16)),
            _ => (80, (12, 17)),
        };
        Radio {
            band,
            channel: channels[(place * (nth + 1)) % channels.len()],
            bandwidth,
            power: random.between(least, most),
            mac: format!("{}{:x}", &mac[..11], nth + 1),
        }
    });
    radios.collect()
}
