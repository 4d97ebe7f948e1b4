//! Access points, switches, gateways and the Mist Edge.

use super::{Radio, Random, Site, mac, radio};

/// What sort of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    AccessPoint,
    Switch,
    Gateway,
}

impl Kind {
    /// Mist's `type`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::AccessPoint => "ap",
            Kind::Switch => "switch",
            Kind::Gateway => "gateway",
        }
    }
}

/// A device of a site.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) mac: String,
    pub(crate) name: String,
    pub(crate) model: &'static str,
    pub(crate) serial: String,
    pub(crate) version: &'static str,
    /// The place of its site in [`super::World::sites`].
    pub(crate) site: usize,
    /// Which of its kind at its site, from 0.
    pub(crate) place: usize,
    pub(crate) ip: String,
    pub(crate) connected: bool,
    /// Whether it is connected where no overlay takes it down. What is chosen among connected devices is chosen by this,
    /// so that the choice stays the same.
    pub(crate) usually_connected: bool,
    /// Seconds since it started.
    pub(crate) uptime: i64,
    /// Seconds since it was last heard.
    pub(crate) silent: i64,
    pub(crate) radios: Vec<Radio>,
    /// The name of the device it hangs on, and the port there.
    pub(crate) uplink: Option<(String, String)>,
    /// Where it is on its map, in pixels.
    pub(crate) position: (i64, i64),
}

impl Device {
    /// Whether this is its name, MAC address or id.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let mac = || name.replace([':', '-', '.'], "").eq_ignore_ascii_case(&self.mac);
        self.name == name || self.id == name || mac()
    }

    /// Mist's `status`.
    pub(crate) fn status(&self) -> &'static str {
        if self.connected { "connected" } else { "disconnected" }
    }
}

/// The port of a switch that an access point is plugged into.
fn ap_port(place: usize) -> String {
    format!("ge-0/0/{place}")
}

pub(super) fn devices(sites: &[Site]) -> Vec<Device> {
    sites.iter().flat_map(of_site).collect()
}

fn of_site(site: &Site) -> Vec<Device> {
    let mut devices = Vec::new();
    for kind in [Kind::AccessPoint, Kind::Switch, Kind::Gateway] {
        let planned = site.plan.devices.iter().filter(|(planned, ..)| *planned == kind);
        let models = planned.flat_map(|(_, model, count)| std::iter::repeat_n(*model, *count));
        devices.extend(models.enumerate().map(|(place, model)| device(site, kind, model, place)));
    }
    devices
}

fn device(site: &Site, kind: Kind, model: &'static str, place: usize) -> Device {
    let code = site.plan.code;
    let switches: usize =
        site.plan.devices.iter().filter(|(kind, ..)| *kind == Kind::Switch).map(|(.., count)| count).sum();
    let (short, maker, version, uplink) = match kind {
        Kind::AccessPoint => {
            let uplink = (format!("{code}-SW-{:02}", place % switches + 1), ap_port(place / switches));
            ("AP", "5c5b35", ap_version(model), Some(uplink))
        }
        Kind::Switch => {
            ("SW", "f4bfa8", "23.4R2-S4.11", Some((format!("{code}-GW-01"), format!("ge-0/0/{}", place + 3))))
        }
        Kind::Gateway => ("GW", "b033a6", if model == "SSR120" { "6.3.4-7.r2" } else { "23.4R2-S3.9" }, None),
    };
    let name = format!("{code}-{short}-{:02}", place + 1);
    let mac = mac(maker, &name);
    let mut random = Random::of(&format!("device {name}"));
    // Exactly one access point of the company is down: something for an alarm to say.
    let connected = name != DOWN;
    let vlan_host = match kind {
        Kind::Gateway => 0,
        Kind::Switch => 10 + place,
        Kind::AccessPoint => 50 + place,
    };
    Device {
        kind,
        id: format!("00000000-0000-0000-1000-{mac}"),
        serial: serial(kind, &mut random),
        version,
        model,
        site: site.index,
        place,
        ip: site.ip(10, vlan_host),
        connected,
        usually_connected: connected,
        uptime: random.between(2, 90) * 86_400 + random.between(0, 86_399),
        silent: if connected { random.between(5, 55) } else { 5 * 3600 + 1260 },
        radios: if kind == Kind::AccessPoint { radio::radios(&mac, model, place) } else { Vec::new() },
        uplink,
        position: (random.between(60, 1140), random.between(60, 740)),
        mac,
        name,
    }
}

/// The access point that lost its power.
const DOWN: &str = "RTM-AP-04";

fn ap_version(model: &str) -> &'static str {
    if model == "AP43" { "0.12.27139" } else { "0.14.29676" }
}

fn serial(kind: Kind, random: &mut Random) -> String {
    let number = random.between(10_000_000, 99_999_999);
    match kind {
        Kind::AccessPoint => format!("A07{}0{number}", random.between(10, 19)),
        Kind::Switch => format!("FJ36{}", number / 100),
        Kind::Gateway => format!("CX22{}", number / 100),
    }
}
