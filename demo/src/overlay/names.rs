//! Resolution of names of sites, devices, clients and networks to ids and MAC addresses.

use serde_json::Value;

use crate::categories::mxedges;
use crate::engine::is_mac;
use crate::world::{Client, Device, Site, WiredClient, World};

/// The names of a world.
pub(super) struct Names<'w>(pub(super) &'w World);

/// A client of either kind.
pub(super) enum AnyClient<'w> {
    Wireless(&'w Client),
    Wired(&'w WiredClient),
}

impl<'w> Names<'w> {
    /// The ids of what has a name.
    fn ids<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'w str> + 'n {
        let sites = self.0.sites.iter().filter(move |site| site.name() == name).map(|site| site.id.as_str());
        let devices = self.0.devices.iter().filter(move |device| device.name == name);
        let devices = devices.map(|device| device.id.as_str());
        let wlans = self.0.wlans.iter().filter(move |wlan| wlan.ssid == name).map(|wlan| wlan.id.as_str());
        sites.chain(devices).chain(wlans)
    }

    /// The MAC addresses of what has a name.
    fn macs<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'w str> + 'n {
        let devices = self.0.devices.iter().filter(move |device| device.name == name);
        let devices = devices.map(|device| device.mac.as_str());
        let clients = self.0.clients.iter().filter(move |client| is_called(client, name));
        let clients = clients.map(|client| client.mac.as_str());
        let wired = self.0.wired.iter().filter(move |client| client.hostname == name);
        devices.chain(clients).chain(wired.map(|client| client.mac.as_str()))
    }

    /// Whether a value is what was written: the same, or the id or MAC address of what has that name.
    pub(super) fn means(&self, written: &str, value: &str) -> bool {
        if written == value || is_mac(value) && plain_mac(written) == value {
            return true;
        }
        let id = || self.ids(written).any(|id| id == value);
        let mac = || self.macs(written).any(|mac| mac == value);
        id() || mac()
    }

    /// What stands for a name in a field: the id where ids stand, the MAC address where those do. `old` is a value of
    /// the field.
    pub(super) fn resolved(&self, field: &str, old: Option<&Value>, written: &Value) -> Value {
        match written {
            Value::String(name) => {
                let of_old = old.and_then(|old| old.as_str().or_else(|| old.get(0)?.as_str()));
                let takes_id = of_old.map_or_else(|| field.ends_with("_id"), is_uuid);
                let takes_mac = of_old.map_or_else(|| field == "ap" || field.ends_with("mac"), is_mac);
                let id = takes_id.then(|| self.ids(name).next()).flatten();
                let mac = takes_mac.then(|| self.macs(name).next()).flatten();
                id.or(mac).unwrap_or(name).into()
            }
            Value::Array(members) => members.iter().map(|member| self.resolved(field, old, member)).collect(),
            other => other.clone(),
        }
    }

    /// The site of a name or id.
    pub(super) fn site(&self, name: &str) -> Result<&'w Site, String> {
        self.0.sites.iter().find(|site| site.name() == name || site.id == name).ok_or_else(|| {
            format!("there is no site \"{name}\"{}", remedy(name, self.0.sites.iter().map(Site::name)))
        })
    }

    /// The device of a name, MAC address or id, and its place.
    pub(super) fn device(&self, name: &str) -> Result<(usize, &'w Device), String> {
        let mut devices = self.0.devices.iter().enumerate();
        devices.find(|(_, device)| device.is_called(name)).ok_or_else(|| {
            let names = self.0.devices.iter().map(|device| device.name.as_str());
            let names = names.chain([mxedges::NAME]);
            format!("there is no device \"{name}\"{}", remedy(name, names))
        })
    }

    /// Whether a name, MAC address or id is that of the Mist Edge.
    pub(super) fn is_mist_edge(&self, name: &str) -> bool {
        let is_there = !self.0.sites.is_empty();
        is_there
            && (name == mxedges::NAME
                || name == mxedges::edge_id()
                || plain_mac(name) == mxedges::mac_address())
    }

    /// The client of a host name, user name or MAC address.
    pub(super) fn client(&self, name: &str) -> Result<AnyClient<'w>, String> {
        let mac = plain_mac(name);
        let wireless = self.0.clients.iter().find(|client| is_called(client, name) || client.mac == mac);
        let wired = || self.0.wired.iter().find(|client| client.hostname == name || client.mac == mac);
        let found = wireless.map(AnyClient::Wireless).or_else(|| wired().map(AnyClient::Wired));
        found.ok_or_else(|| {
            let names = self.0.clients.iter().map(|client| client.hostname.as_str());
            let names = names.chain(self.0.wired.iter().map(|client| client.hostname.as_str()));
            format!("there is no client \"{name}\"{}", remedy(name, names.collect::<Vec<_>>()))
        })
    }

    /// Refuses what stands in place of a hole for a site, device or client, and is none.
    pub(super) fn known(&self, hole: &str, written: &str) -> Result<(), String> {
        match hole {
            "site_id" => self.site(written).map(drop),
            "device_id" | "device_mac" => self.device(written).map(drop),
            "client_mac" => self.client(written).map(drop),
            _ => Ok(()),
        }
    }

    /// The name of what has an id or MAC address.
    pub(super) fn name_of(&self, id: &str) -> Option<&'w str> {
        let sites = self.0.sites.iter().find(|site| site.id == id).map(Site::name);
        let device = || self.0.devices.iter().find(|device| device.mac == id || device.id == id);
        let client = || self.0.clients.iter().find(|client| client.mac == id).map(|it| it.hostname.as_str());
        let wired = || self.0.wired.iter().find(|client| client.mac == id).map(|it| it.hostname.as_str());
        let wlan = || self.0.wlans.iter().find(|wlan| wlan.id == id).map(|wlan| wlan.ssid);
        sites.or_else(|| device().map(|it| it.name.as_str())).or_else(client).or_else(wired).or_else(wlan)
    }
}

fn is_called(client: &Client, name: &str) -> bool {
    client.hostname == name || client.username.as_deref() == Some(name)
}

/// A MAC address as Mist writes it.
pub(super) fn plain_mac(written: &str) -> String {
    written.replace([':', '-', '.'], "").to_ascii_lowercase()
}

pub(super) fn is_uuid(text: &str) -> bool {
    let dashes = text.bytes().filter(|byte| *byte == b'-').count();
    text.len() == 36 && dashes == 4 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// `; did you mean "…"?`, or nothing.
pub(super) fn did_you_mean<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    const ALIKE: f64 = 0.8;
    let lower = written.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&lower, &name.to_lowercase());
    let near =
        names.into_iter().map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness >= ALIKE);
    let nearest = near.max_by(|(one, _), (other, _)| one.total_cmp(other));
    nearest.map_or_else(String::new, |(_, name)| format!("; did you mean \"{name}\"?"))
}

/// The same, and what there is.
pub(super) fn remedy<'n>(written: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> String {
    let meant = did_you_mean(written, names.clone());
    let separator = if meant.is_empty() { ";" } else { "" };
    format!("{meant}{separator} there are {}", listed(names))
}

/// Names with commas between them, as many as an error has room for.
pub(super) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const ROOM: usize = 3_500;
    let mut text = String::new();
    let mut names = names.into_iter();
    while let Some(name) = names.next() {
        if text.len() + name.len() > ROOM {
            return format!("{text} and {} more", names.count() + 1);
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(name);
    }
    text
}
