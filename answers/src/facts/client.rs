//! A client of the network: [`Client`].

use std::net::IpAddr;

use mistmcp::answers::{Object, Row, name};

use super::site_of;

/// How a client is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    Wireless,
    Wired,
    Wan,
    Nac,
}

/// A client, from its row in a search (`searchOrgWirelessClients`, `searchOrgWiredClients`, `searchOrgWanClients`,
/// `searchOrgNacClients`) or in the statistics (`listSiteWirelessClientsStats`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Client {
    pub(crate) medium: Medium,
    pub(crate) mac: String,
    pub(crate) hostname: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) ip: Option<String>,
    /// All addresses that it had.
    pub(crate) addresses: Vec<String>,
    /// The operating system.
    pub(crate) os: Option<String>,
    pub(crate) site: Option<String>,
    /// MAC address of its access point, or of its switch or gateway.
    pub(crate) device: Option<String>,
    pub(crate) device_name: Option<String>,
    pub(crate) port: Option<String>,
    pub(crate) ssid: Option<String>,
    pub(crate) wlan: Option<String>,
    pub(crate) vlan: Option<i64>,
    pub(crate) band: Option<String>,
    pub(crate) channel: Option<i64>,
    /// In dBm.
    pub(crate) rssi: Option<f64>,
    /// In dB.
    pub(crate) snr: Option<f64>,
    pub(crate) model: Option<String>,
    pub(crate) auth: Option<String>,
    pub(crate) auth_state: Option<String>,
    pub(crate) rule: Option<String>,
    /// Epoch seconds.
    pub(crate) last_seen: Option<i64>,
    /// Access points that it used before.
    pub(crate) before: Vec<String>,
}

impl Client {
    pub(crate) fn of(row: Row<'_>, medium: Medium) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| row.text(name));
        let device = ["ap_mac", "last_ap", "ap", "device_mac", "last_device_mac"].iter();
        Some(Self {
            medium,
            mac: row.mac("mac").or_else(|| row.mac("client_mac"))?,
            hostname: first(&["last_hostname", "hostname", "dhcp_hostname", "last_dhcp_hostname"]),
            user: first(&["last_username", "username", "dot1x_username", "idp_username", "cert_cn"]),
            ip: first(&["last_ip", "ip", "last_client_ip", "client_ip"]),
            addresses: ["last_ip", "ip", "ip6", "last_client_ip", "client_ip"]
                .into_iter()
                .flat_map(|name| row.texts(name))
                .collect(),
            os: first(&["last_os", "os"]),
            site: site_of(row).or_else(|| row.text("site_ids")),
            device: device.into_iter().find_map(|name| row.mac(name)).or_else(|| row.mac("device_mac_port")),
            device_name: first(&["last_device_name", "device_name", "switch_name", "ap_name"]),
            port: first(&["last_port_id", "port_id"]),
            ssid: first(&["last_ssid", "ssid"]),
            wlan: first(&["last_wlan_id", "wlan_id"]),
            vlan: ["last_vlan", "vlan_id", "vlan", "last_vlan_id"].iter().find_map(|name| row.integer(name)),
            band: row.text("band"),
            channel: row.integer("channel"),
            rssi: row.number("rssi").filter(|rssi| *rssi < 0.0),
            snr: row.number("snr"),
            model: first(&["last_model", "model", "last_device", "device", "manufacture", "mfg"]),
            auth: first(&["key_mgmt", "auth_type", "auth_method"]),
            auth_state: first(&["auth_state", "last_status"]).map(|state| state.to_lowercase()),
            rule: first(&["last_nacrule_name", "nacrule_name"]),
            last_seen: row.time("last_seen").or_else(|| row.time("timestamp")),
            before: row.macs("ap"),
        })
    }

    /// The host name, the user or the MAC address.
    pub(crate) fn called(&self) -> String {
        name(self.hostname.as_deref().or(self.user.as_deref()).unwrap_or(&self.mac))
    }

    pub(crate) fn object(&self) -> Object {
        let called = self.hostname.as_deref().or(self.user.as_deref()).unwrap_or(&self.mac);
        Object::client(called).mac(self.mac.clone())
    }

    /// How well a text names the client: exactly, by a part of a name, or not at all.
    pub(crate) fn fits(&self, text: &str, mac: Option<&str>) -> Option<bool> {
        if let Some(mac) = mac {
            return (self.mac == mac).then_some(true);
        }
        if let Ok(wanted) = text.parse::<IpAddr>() {
            let is_wanted = |known: &String| known.parse::<IpAddr>().is_ok_and(|known| known == wanted);
            return self.addresses.iter().any(is_wanted).then_some(true);
        }
        let names = [&self.hostname, &self.user, &self.ip].into_iter().flatten();
        let names: Vec<_> = names.map(|known| known.to_lowercase()).collect();
        let text = text.to_lowercase();
        // An account or a host name without its domain. An address has none.
        let is_without_domain = |known: &String| {
            let own = known.split_once('@').or_else(|| known.split_once('.')).map(|(own, _)| own);
            own == Some(text.as_str()) && known.parse::<IpAddr>().is_err()
        };
        if names.iter().any(|known| *known == text || is_without_domain(known)) {
            Some(true)
        } else {
            names.iter().any(|known| known.contains(&text)).then_some(false)
        }
    }

    /// Fills in missing fields from another row of the same client.
    pub(crate) fn with(self, other: &Self) -> Self {
        let other = other.clone();
        Self {
            hostname: self.hostname.or(other.hostname),
            user: self.user.or(other.user),
            ip: self.ip.or(other.ip),
            addresses: [self.addresses, other.addresses].concat(),
            os: self.os.or(other.os),
            site: self.site.or(other.site),
            device: self.device.or(other.device),
            port: self.port.or(other.port),
            ssid: self.ssid.or(other.ssid),
            wlan: self.wlan.or(other.wlan),
            vlan: self.vlan.or(other.vlan),
            band: self.band.or(other.band),
            channel: self.channel.or(other.channel),
            rssi: self.rssi.or(other.rssi),
            snr: self.snr.or(other.snr),
            model: self.model.or(other.model),
            auth: self.auth.or(other.auth),
            auth_state: self.auth_state.or(other.auth_state),
            rule: self.rule.or(other.rule),
            last_seen: self.last_seen.max(other.last_seen),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn a_name_without_its_domain_is_exact_and_a_number_of_an_address_is_not() {
        let row = json!({
            "mac": "8c8caa000001", "hostname": "laptop-01.pine.example", "username": "kofi.mensah@pine.example", "ip": "10.0.0.5",
        });
        let client = Client::of(Row::of(&row), Medium::Wireless).unwrap();
        for (text, wanted) in [
            ("laptop-01", Some(true)),
            ("LAPTOP-01.pine.example", Some(true)),
            ("kofi.mensah", Some(true)),
            ("10.0.0.5", Some(true)),
            ("kofi", Some(false)),
            ("pine.example", Some(false)),
            ("10", Some(false)),
            ("10.0.0", Some(false)),
            ("10.0.0.50", None),
            ("tablet", None),
        ] {
            assert_eq!(client.fits(text, None), wanted, "{text}");
        }
        let nameless = json!({ "mac": "8c8caa000001", "hostname": "10.0.0.5", "ip": "10.0.0.5" });
        assert_eq!(Client::of(Row::of(&nameless), Medium::Wired).unwrap().fits("10", None), Some(false));
    }
}
