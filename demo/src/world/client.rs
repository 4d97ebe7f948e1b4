//! Wireless and wired clients.

use super::{Device, Kind, Radio, Random, Site, Wlan, mac};

/// A wireless client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) mac: String,
    pub(crate) hostname: String,
    pub(crate) username: Option<String>,
    pub(crate) hardware: &'static Hardware,
    pub(crate) site: usize,
    /// The place of its access point in [`super::World::devices`].
    pub(crate) ap: usize,
    /// The place of its network in [`super::World::wlans`].
    pub(crate) wlan: usize,
    pub(crate) radio: Radio,
    pub(crate) ip: String,
    pub(crate) rssi: i64,
    pub(crate) snr: i64,
    pub(crate) random_mac: bool,
    /// Seconds since it was last seen; the present ones were seen in the last minute.
    pub(crate) silent: i64,
    /// How long its last association lasted, in seconds.
    pub(crate) connected_for: i64,
}

/// After this many seconds of silence a wireless client is gone.
pub(super) const GONE: i64 = 60;

impl Client {
    pub(crate) fn present(&self) -> bool {
        self.silent < GONE
    }
}

/// A client on a cable.
#[derive(Debug)]
pub(crate) struct WiredClient {
    pub(crate) mac: String,
    pub(crate) hostname: String,
    pub(crate) manufacturer: &'static str,
    pub(crate) site: usize,
    /// The place of its switch in [`super::World::devices`].
    pub(crate) switch: usize,
    pub(crate) port: String,
    pub(crate) vlan: i64,
    pub(crate) ip: String,
    pub(crate) silent: i64,
}

/// A sort of client.
#[derive(Debug)]
pub(crate) struct Hardware {
    pub(crate) ssid: &'static str,
    pub(crate) manufacturer: &'static str,
    pub(crate) maker: &'static str,
    pub(crate) family: &'static str,
    pub(crate) model: &'static str,
    pub(crate) os: &'static str,
    pub(crate) os_version: &'static str,
    /// What its host names begin with.
    pub(crate) prefix: &'static str,
    pub(crate) protocol: &'static str,
}

#[rustfmt::skip] // A table reads best as one.
const HARDWARE: &[Hardware] = &[
    Hardware { ssid: "Pine Staff", manufacturer: "Apple", maker: "f01898", family: "Mac", model: "MacBook Pro 14\" M3", os: "macOS", os_version: "15.5", prefix: "hp-mac", protocol: "ax" },
    Hardware { ssid: "Pine Staff", manufacturer: "Dell", maker: "a4bb6d", family: "Windows", model: "Latitude 7450", os: "Windows 11", os_version: "24H2", prefix: "hp-lt", protocol: "ax" },
    Hardware { ssid: "Pine Staff", manufacturer: "Lenovo", maker: "8c8caa", family: "Windows", model: "ThinkPad T14", os: "Windows 11", os_version: "23H2", prefix: "hp-tp", protocol: "ax" },
    Hardware { ssid: "Pine Scanners", manufacturer: "Zebra", maker: "84248d", family: "Android", model: "TC58", os: "Android", os_version: "13", prefix: "scan", protocol: "ax" },
    Hardware { ssid: "Pine Scanners", manufacturer: "Honeywell", maker: "0010c6", family: "Android", model: "CT45 XP", os: "Android", os_version: "11", prefix: "scan", protocol: "ac" },
    Hardware { ssid: "Pine Guest", manufacturer: "Apple", maker: "3c0630", family: "iPhone", model: "iPhone 15", os: "iOS", os_version: "18.5", prefix: "iphone", protocol: "ax" },
    Hardware { ssid: "Pine Guest", manufacturer: "Samsung", maker: "c81479", family: "Android", model: "Galaxy S24", os: "Android", os_version: "15", prefix: "galaxy", protocol: "ax" },
    Hardware { ssid: "Pine Things", manufacturer: "Bosch", maker: "000463", family: "Camera", model: "FLEXIDOME 3100i", os: "Linux", os_version: "5.10", prefix: "cam", protocol: "n" },
    Hardware { ssid: "Pine Things", manufacturer: "Brother", maker: "008077", family: "Printer", model: "QL-820NWB", os: "Embedded", os_version: "1.4", prefix: "label", protocol: "n" },
];

const FIRST: &[&str] =
    &["amara", "bruno", "chen", "dina", "emeka", "freya", "grace", "hugo", "ines", "joris", "kofi", "leila"];
const LAST: &[&str] =
    &["okafor", "visser", "tan", "murphy", "patel", "larsen", "nguyen", "rossi", "walker", "diaz"];

pub(super) fn wireless(sites: &[Site], devices: &[Device], wlans: &[Wlan]) -> Vec<Client> {
    let clients = sites.iter().flat_map(|site| {
        let reachable = devices.iter().enumerate();
        let reachable = reachable.filter(|(_, device)| {
            device.site == site.index && device.kind == Kind::AccessPoint && device.connected
        });
        let aps = reachable.collect::<Vec<_>>();
        (0..site.plan.wireless)
            .filter_map(move |number| client(site, &aps, wlans, number))
            .collect::<Vec<_>>()
    });
    clients.collect()
}

fn client(site: &Site, aps: &[(usize, &Device)], wlans: &[Wlan], number: usize) -> Option<Client> {
    let mut random = Random::of(&format!("client {} {number}", site.plan.code));
    let (wlan, network) = network(wlans, &mut random)?;
    let fitting = HARDWARE.iter().filter(|hardware| hardware.ssid == network.ssid).collect::<Vec<_>>();
    let hardware = *random.pick(&fitting);
    let (ap, device) = random.pick(aps);
    let reachable =
        device.radios.iter().filter(|radio| network.bands.contains(&radio.band)).collect::<Vec<_>>();
    let radio = (*random.pick(&reachable)).clone();
    let random_mac = network.ssid == "Pine Guest";
    let label = format!("client {} {number}", site.plan.code);
    let username = format!("{}.{}@harbourandpine.example", random.pick(FIRST), random.pick(LAST));
    let rssi = random.between(-78, -42);
    Some(Client {
        mac: mac(if random_mac { "d2a9f3" } else { hardware.maker }, &label),
        hostname: format!("{}-{}-{:03}", hardware.prefix, site.plan.code.to_lowercase(), number + 1),
        username: (network.auth == "eap").then_some(username),
        hardware,
        site: site.index,
        ap: *ap,
        wlan,
        radio,
        ip: site.ip(usize::try_from(network.vlan).ok()?, number + 20),
        rssi,
        snr: rssi + 93,
        random_mac,
        silent: if random.chance(70) { random.between(1, 59) } else { random.between(3_600, 80_000) },
        connected_for: random.between(300, 6 * 3600),
    })
}

fn network<'w>(wlans: &'w [Wlan], random: &mut Random) -> Option<(usize, &'w Wlan)> {
    let mut left = random.between(1, 100);
    wlans.iter().enumerate().find(|(_, wlan)| {
        left -= wlan.share;
        left <= 0
    })
}

#[rustfmt::skip] // A table reads best as one.
const CABLED: &[(&str, &str, &str, i64)] = &[
    ("Zebra", "00074d", "labelprinter", 50),
    ("Hanwha", "00166c", "camera", 50),
    ("HP", "3c5282", "till", 20),
    ("Yealink", "805ec0", "phone", 60),
    ("Synology", "001132", "nas", 20),
];

pub(super) fn wired(sites: &[Site], devices: &[Device]) -> Vec<WiredClient> {
    let clients = sites.iter().flat_map(|site| {
        let switches = devices
            .iter()
            .enumerate()
            .filter(|(_, device)| device.site == site.index && device.kind == Kind::Switch);
        let switches = switches.map(|(place, _)| place).collect::<Vec<_>>();
        (0..site.plan.wired).map(move |number| wired_client(site, &switches, number)).collect::<Vec<_>>()
    });
    clients.collect()
}

fn wired_client(site: &Site, switches: &[usize], number: usize) -> WiredClient {
    let label = format!("wired {} {number}", site.plan.code);
    let mut random = Random::of(&label);
    let (manufacturer, maker, name, vlan) = *random.pick(CABLED);
    WiredClient {
        mac: mac(maker, &label),
        hostname: format!("{name}-{}-{:02}", site.plan.code.to_lowercase(), number + 1),
        manufacturer,
        site: site.index,
        switch: switches[number % switches.len()],
        // The first ports are the access points'.
        port: format!("ge-0/0/{}", 12 + number / switches.len()),
        vlan,
        ip: site.ip(usize::try_from(vlan).unwrap_or_default(), number + 150),
        silent: random.between(5, 600),
    }
}
