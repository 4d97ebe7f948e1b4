//! A radio of an access point: [`Radio`], and at which level radios receive each other ([`NeighborSignals`]).

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use mistmcp::answers::{Row, Rows};

/// A radio with its channel and state, from `radio_stat` in the statistics of its access point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Radio {
    /// MAC address and name of its access point.
    pub(crate) ap: String,
    pub(crate) name: String,
    pub(crate) model: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) mac: Option<String>,
    /// `24`, `5` or `6`: the band that it sends in, and that of its slot in the access point.
    pub(crate) band: String,
    pub(crate) slot: String,
    pub(crate) channel: Option<i64>,
    /// Channel width in MHz.
    pub(crate) width: Option<i64>,
    /// Transmit power in dBm.
    pub(crate) power: Option<i64>,
    /// Percent of the air time: all of it, what other access points take, own or foreign, what is not Wi-Fi, and its
    /// own.
    pub(crate) utilization: Option<f64>,
    pub(crate) others: Option<f64>,
    pub(crate) non_wifi: Option<f64>,
    pub(crate) own: Option<f64>,
    /// Noise floor in dBm.
    pub(crate) noise: Option<f64>,
    pub(crate) clients: Option<i64>,
    pub(crate) disabled: bool,
}

/// Bands of access points.
pub(crate) const BANDS: [&str; 3] = ["24", "5", "6"];

/// A band in words.
pub(crate) fn band_name(band: &str) -> &'static str {
    match band {
        "24" => "2.4 GHz",
        "5" => "5 GHz",
        "6" => "6 GHz",
        _ => "an unknown band",
    }
}

/// A band as the answers spell it: `5` of `band_5`, `5-dedicated` and `5GHz`.
pub(crate) fn band_of(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches("band_");
    if text.starts_with("24") || text.starts_with("2.4") {
        Some("24")
    } else {
        ["5", "6"].into_iter().find(|band| text.starts_with(band))
    }
}

impl Radio {
    /// The radios of an access point, from its row in the statistics. A band that is `null` has no radio.
    pub(crate) fn all_of(row: Row<'_>) -> Vec<Self> {
        let Some(ap) = row.mac("mac") else { return Vec::new() };
        let name = row.text("name").unwrap_or_else(|| ap.clone());
        let bands = BANDS.into_iter().filter_map(|band| {
            let radio = row.at("radio_stat").at(&format!("band_{band}"));
            let used = radio.text("usage").and_then(|usage| band_of(&usage)).unwrap_or(band);
            radio.value().is_object().then(|| {
                let own = [radio.number("util_tx"), radio.number("util_rx_in_bss")];
                Self {
                    ap: ap.clone(),
                    name: name.clone(),
                    model: row.text("model"),
                    site: row.text("site_id"),
                    mac: radio.mac("mac"),
                    band: used.to_owned(),
                    slot: band.to_owned(),
                    channel: radio.integer("channel").filter(|channel| *channel > 0),
                    width: radio.integer("bandwidth").filter(|width| *width > 0),
                    power: radio.integer("power"),
                    utilization: percent(radio, "util_all"),
                    others: percent(radio, "util_rx_other_bss"),
                    non_wifi: percent(radio, "util_non_wifi"),
                    own: own.iter().any(Option::is_some).then(|| own.into_iter().flatten().sum()),
                    noise: radio.number("noise_floor").filter(|noise| (-120.0..0.0).contains(noise)),
                    clients: radio.integer("num_clients"),
                    disabled: radio.integer("bandwidth") == Some(0)
                        || radio.flag("disabled") == Some(true)
                        || !(radio.has("channel") || radio.has("power") || radio.has("util_all")),
                }
            })
        });
        bands.collect()
    }

    /// Whether both send on the same frequencies, in whole or in part.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.band == other.band
            && match (self.spectrum(), other.spectrum()) {
                (Some(one), Some(other)) => one.start() <= other.end() && other.start() <= one.end(),
                _ => false,
            }
    }

    /// The frequencies that it uses: in MHz at 2.4 GHz, and in blocks of 20 MHz at 5 and 6 GHz.
    fn spectrum(&self) -> Option<RangeInclusive<i64>> {
        let channel = self.channel?;
        if self.band == "24" {
            // Channels are 5 MHz apart, and 22 MHz wide in practice; the planned ones (1, 6, 11) do not touch.
            return Some(channel * 5 - 10..=channel * 5 + 10);
        }
        let blocks = self.width.unwrap_or(20).clamp(20, 320) / 20;
        let (first, base) = match (self.band.as_str(), channel) {
            ("5", 149..) => (149, 1_000),
            ("5", _) => (36, 0),
            _ => (1, 0),
        };
        let block = (channel - first).max(0) / 4 / blocks * blocks;
        Some(base + block..=base + block + blocks - 1)
    }
}

/// Digits of a MAC address that the radios and networks of an access point have in common.
const COMMON_DIGITS: usize = 11;

/// Radios by band and by the MAC addresses under which others receive them: their own, and that of their access point, of which
/// one without an own address shares the first digits.
struct RadiosByMac<'a> {
    whole: HashMap<(&'a str, &'a str), Vec<usize>>,
    common: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> RadiosByMac<'a> {
    fn of(radios: &'a [Radio]) -> Self {
        let (mut whole, mut common) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (place, radio) in radios.iter().enumerate() {
            let band = radio.band.as_str();
            whole.entry((band, radio.ap.as_str())).or_default().push(place);
            match (radio.mac.as_deref(), radio.ap.get(..COMMON_DIGITS)) {
                (Some(mac), _) if mac != radio.ap => whole.entry((band, mac)).or_default().push(place),
                (None, Some(start)) => common.entry((band, start)).or_default().push(place),
                _ => {}
            }
        }
        Self { whole, common }
    }

    /// The places of the radios of a band that a MAC address belongs to, some of them twice.
    fn with<'s>(&'s self, band: &'s str, mac: &'s str) -> impl Iterator<Item = usize> + 's {
        let whole = self.whole.get(&(band, mac));
        let common = mac.get(..COMMON_DIGITS).and_then(|start| self.common.get(&(band, start)));
        whole.into_iter().chain(common).flatten().copied()
    }
}

fn percent(row: Row<'_>, field: &str) -> Option<f64> {
    row.number(field).filter(|percent| (0.0..=100.0).contains(percent))
}

/// The levels at which radios receive each other, from the neighbors that radio management (RRM) lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct NeighborSignals(
    /// Band, MAC addresses of the receiving and the sending radio or access point, and RSSI in dBm.
    Vec<(&'static str, String, String, f64)>,
);

impl NeighborSignals {
    /// Adds the rows of a band.
    pub(crate) fn add(&mut self, band: &'static str, rows: &Rows) {
        for row in rows.iter() {
            let Some(receiver) = row.mac("mac") else { continue };
            for neighbor in row.rows("neighbors") {
                if let (Some(mac), Some(rssi)) = (neighbor.mac("mac"), neighbor.number("rssi")) {
                    self.0.push((band, receiver.clone(), mac, rssi));
                }
            }
        }
    }

    /// By the place of each radio: the radios of other access points that it receives or that receive it, and the level in dBm,
    /// the better of both directions.
    pub(crate) fn neighbors_of(&self, radios: &[Radio]) -> Vec<BTreeMap<usize, f64>> {
        let by_mac = RadiosByMac::of(radios);
        let mut levels = vec![BTreeMap::new(); radios.len()];
        for (band, receiver, sender, rssi) in &self.0 {
            for one in by_mac.with(band, receiver) {
                for other in by_mac.with(band, sender).filter(|other| radios[*other].ap != radios[one].ap) {
                    for (from, to) in [(one, other), (other, one)] {
                        let known = levels[from].entry(to).or_insert(*rssi);
                        *known = rssi.max(*known);
                    }
                }
            }
        }
        levels
    }

    /// Whether a band has rows, and none is of these radios.
    pub(crate) fn is_of_others(&self, band: &str, radios: &[Radio]) -> bool {
        let by_mac = RadiosByMac::of(radios);
        let mut own = self.0.iter().filter(|(of, ..)| *of == band).peekable();
        own.peek().is_some() && !own.any(|(_, receiver, ..)| by_mac.with(band, receiver).next().is_some())
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    fn radio(band: &str, channel: i64, width: i64) -> Radio {
        Radio { band: band.into(), channel: Some(channel), width: Some(width), ..Radio::default() }
    }

    #[test]
    fn channels_overlap_by_their_width() {
        for (band, one, other, overlap) in [
            ("24", (1, 20), (6, 20), false),
            ("24", (1, 20), (3, 20), true),
            ("5", (36, 20), (40, 20), false),
            ("5", (36, 40), (40, 20), true),
            ("5", (36, 80), (48, 20), true),
            ("5", (44, 40), (36, 40), false),
            ("5", (149, 40), (36, 40), false),
            ("5", (157, 20), (149, 80), true),
            ("6", (5, 80), (53, 80), false),
            ("6", (5, 80), (1, 80), true),
        ] {
            let (one, other) = (radio(band, one.0, one.1), radio(band, other.0, other.1));
            assert_eq!(one.overlaps(&other), overlap, "{one:?} {other:?}");
        }
        assert!(!radio("5", 36, 20).overlaps(&radio("6", 36, 20)));
        assert!(!radio("5", 36, 20).overlaps(&Radio { band: "5".into(), ..Radio::default() }));
    }

    #[test]
    fn radios_are_read_from_statistics_in_every_form() {
        let row = json!({ "mac": "5C:5B:35:00:00:01", "name": "AP-1", "radio_stat": {
            "band_24": { "channel": "6", "util_all": "33.5", "noise_floor": -92, "bandwidth": 20, "usage": "5" },
            "band_5": null, "band_6": { "bandwidth": 0, "util_all": 400, "noise_floor": 0 },
        } });
        let radios = Radio::all_of(Row::of(&row));
        assert_eq!(radios.len(), 2);
        assert_eq!(
            (radios[0].band.as_str(), radios[0].slot.as_str(), radios[0].channel, radios[0].utilization),
            ("5", "24", Some(6), Some(33.5))
        );
        assert!(radios[1].disabled && radios[1].utilization.is_none() && radios[1].noise.is_none());
        for row in [json!({}), json!({ "mac": "x" }), json!({ "mac": "5c5b35000001", "radio_stat": [1] })] {
            assert!(Radio::all_of(Row::of(&row)).is_empty());
        }
    }

    #[test]
    fn radios_are_neighbors_in_either_direction() {
        let ap = |mac: &str, radio: Option<&str>| Radio {
            ap: mac.into(),
            band: "5".into(),
            mac: radio.map(str::to_owned),
            ..Radio::default()
        };
        let mut signals = NeighborSignals::default();
        signals.add("5", &Rows::of(json!([
            { "mac": "5c5b35000012", "neighbors": [{ "mac": "5c5b35000022", "rssi": -60 }, null, { "mac": "x" }] },
            { "mac": "5c5b35000022", "neighbors": [{ "mac": "5c5b35000012", "rssi": "-55" }] },
        ])));
        let (one, other) = (ap("5c5b35000010", Some("5c5b35000012")), ap("5c5b35000020", None));
        let between = |signals: &NeighborSignals, one: &Radio, other: &Radio| {
            let levels = signals.neighbors_of(&[one.clone(), other.clone()]);
            assert_eq!(levels[0].get(&1), levels[1].get(&0), "in both directions");
            levels[0].get(&1).copied()
        };
        assert_eq!(between(&signals, &one, &other), Some(-55.0));
        assert_eq!(between(&signals, &one, &ap("5c5b35000030", None)), None);
        let same = Radio { ap: one.ap.clone(), ..other.clone() };
        assert_eq!(between(&signals, &one, &same), None, "of one access point");
        assert!(
            !signals.is_of_others("5", std::slice::from_ref(&one))
                && signals.is_of_others("5", &[ap("5c5b35000030", None)])
        );
        let by_ap = json!([{ "mac": "5c5b35000010", "neighbors": [{ "mac": "5c5b35000040", "rssi": -50 }] }]);
        signals.add("24", &Rows::of(by_ap.clone()));
        let third = ap("5c5b35000040", Some("5c5b35000042"));
        assert_eq!(between(&signals, &one, &third), None, "of another band");
        signals.add("5", &Rows::of(by_ap));
        assert_eq!(between(&signals, &one, &third), Some(-50.0), "rows of access points");
    }
}
