//! A foreign access point in range of the site: [`Rogue`].

use mistmcp::answers::Row;

use super::radio::{BANDS, band_of};

/// A foreign access point, as the nearest own one receives it, from `listSiteRogueAPs`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rogue {
    /// `honeypot` or `rogue`.
    pub(crate) kind: &'static str,
    pub(crate) ssid: Option<String>,
    pub(crate) bssid: Option<String>,
    pub(crate) channel: Option<i64>,
    /// Average in dBm.
    pub(crate) rssi: Option<f64>,
    /// MAC address of the access point that receives it best.
    pub(crate) ap: Option<String>,
    /// Number of own access points that receive it, and how often they did.
    pub(crate) aps: Option<i64>,
    pub(crate) times: Option<i64>,
    pub(crate) on_lan: bool,
    /// `24`, `5` or `6`, where its row has it.
    band: Option<&'static str>,
}

impl Rogue {
    pub(crate) fn of(row: Row<'_>, kind: &'static str) -> Option<Self> {
        let (ssid, bssid) = (row.text("ssid"), row.text("bssid"));
        if ssid.is_none() && bssid.is_none() {
            return None;
        }
        Some(Self {
            kind,
            ssid,
            bssid,
            channel: row.integer("channel"),
            rssi: row.number("avg_rssi").or_else(|| row.number("rssi")).filter(|rssi| *rssi < 0.0),
            ap: row.mac("ap_mac"),
            aps: row.integer("num_aps"),
            times: row.integer("times_heard"),
            on_lan: row.flag("seen_on_lan") == Some(true),
            band: row.text("band").as_deref().and_then(band_of),
        })
    }

    /// Its band, where its row or its channel leaves one.
    pub(crate) fn only_band(&self) -> Option<&'static str> {
        let mut bands = BANDS.into_iter().filter(|band| self.may_be_in(band));
        let band = bands.next()?;
        bands.next().is_none().then_some(band)
    }

    /// Whether it can be in a band, by its band or else its channel.
    pub(crate) fn may_be_in(&self, band: &str) -> bool {
        match (self.band, self.channel) {
            (Some(own), _) => own == band,
            (None, Some(channel @ (1..=14 | 36..=177))) => {
                // At 6 GHz the channels are 1, 2, 5, 9 and so on.
                let low = if channel < 15 { "24" } else { "5" };
                band == low || band == "6" && (channel == 2 || channel % 4 == 1)
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn a_channel_of_one_band_tells_the_band() {
        for (band, channel, wanted) in [
            (Some("5"), Some(149), Some("5")),
            (Some("6"), Some(36), Some("6")),
            (None, Some(149), None),
            (None, Some(100), Some("5")),
            (None, Some(36), Some("5")),
            (None, Some(6), Some("24")),
            (None, Some(1), None),
            (None, Some(2), None),
            (None, Some(233), None),
            (None, None, None),
        ] {
            let row = json!({ "ssid": "guest", "band": band, "channel": channel });
            let rogue = Rogue::of(Row::of(&row), "rogue").unwrap();
            assert_eq!(rogue.only_band(), wanted, "{row}");
        }
    }
}
