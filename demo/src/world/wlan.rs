//! WLANs.

use super::{Site, uuid};

/// A wireless network.
#[derive(Debug)]
pub(crate) struct Wlan {
    pub(crate) id: String,
    pub(crate) ssid: &'static str,
    /// Mist's `auth.type`.
    pub(crate) auth: &'static str,
    pub(crate) passphrase: Option<&'static str>,
    pub(crate) vlan: i64,
    pub(crate) bands: &'static [&'static str],
    /// The one site it is for, or all.
    pub(crate) site: Option<usize>,
    /// How much of a site's clients use it, in percent.
    pub(crate) share: i64,
}

impl Wlan {
    /// How clients of it secure their frames, in Mist's words.
    pub(crate) fn key_management(&self) -> Option<&'static str> {
        match self.auth {
            "eap" => Some("WPA3-EAP-SHA256/CCMP"),
            "psk" => Some("WPA2-PSK/CCMP"),
            _ => None,
        }
    }

    pub(crate) fn is_at(&self, site: usize) -> bool {
        self.site.is_none_or(|only| only == site)
    }
}

/// The network of a name.
pub(crate) fn wlan_named<'w>(wlans: &'w [Wlan], ssid: &str) -> Option<&'w Wlan> {
    wlans.iter().find(|wlan| wlan.ssid == ssid)
}

pub(super) fn wlans(sites: &[Site]) -> Vec<Wlan> {
    let leeds = sites.first().map(|site| site.index);
    let all = ["24", "5", "6"].as_slice();
    let old = ["24", "5"].as_slice();
    let wlan = |ssid: &'static str, auth, passphrase, vlan, bands, site, share| Wlan {
        id: uuid(&format!("wlan {ssid}")),
        ssid,
        auth,
        passphrase,
        vlan,
        bands,
        site,
        share,
    };
    vec![
        wlan("Pine Staff", "eap", None, 20, all, None, 45),
        wlan("Pine Scanners", "psk", Some("demo-secret-scanners"), 30, old, None, 25),
        wlan("Pine Guest", "open", None, 40, old, None, 22),
        wlan("Pine Things", "psk", Some("demo-secret-things"), 50, &["24"], None, 8),
        wlan("Pine Yard", "psk", Some("demo-secret-yard"), 30, old, leeds, 0),
    ]
}
