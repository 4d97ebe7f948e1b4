//! `findAnything`: what a MAC address, name, user, IP address or serial number is, and where.

use mistmcp::answers::{Cause, Diagnosis, Inquiry, Rows, answer, join, listed, name};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{Call, Mist, Reply, Result, mist_tool};

use super::arguments::Organization;
use super::facts::{Client, Device, Medium};
use super::locate_client::{DAYS, Search};
use super::rules::client;
use super::{causes as c, locate, parts};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[&[&c::NEVER_SEEN]];

/// Things in an answer at most.
const MOST: usize = 10;

/// What something is and where: any client, device or site, by MAC, host name, user, IP, serial or name.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn find_anything(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    /// MAC address in any form, host name, user, IP address, serial number, or name of a device or site.
    #[brief = "MAC, name, user, IP or serial"]
    text: String,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move { Ok(find(&ask, org_id.as_str(), &text).await) }).await
}

async fn find(ask: &Inquiry, org: &str, text: &str) -> Diagnosis {
    let search = Search::new(ask, org, None, text);
    let (wireless, wired, wan, nac) = (search.wireless(), search.wired(), search.wan(), search.nac());
    let (inventory, sites) = (parts::inventory(org), parts::sites(org));
    let (wireless, wired, wan, nac, inventory, sites) = join!(
        ask.rows(&wireless),
        ask.rows(&wired),
        ask.rows(&wan),
        ask.rows(&nac),
        ask.rows(&inventory),
        ask.rows(&sites),
    );
    let devices = locate::devices_of(&inventory);
    let names = Names { devices: &devices, sites: &sites };
    let found =
        [(&wireless, Medium::Wireless), (&wired, Medium::Wired), (&wan, Medium::Wan), (&nac, Medium::Nac)];
    let clients = search.fitting(&found);
    let fitting = fitting_devices(&devices, text);
    let mut things: Vec<Value> = fitting.iter().map(|device| names.device(device)).collect();
    // A device that the network also sees as a client is one thing.
    let others = clients.iter().filter(|client| !fitting.iter().any(|device| device.has_mac(&client.mac)));
    things.extend(others.map(|client| names.client(client)));
    things.extend(fitting_sites(&sites, text).map(|site| Names::site(&site)));
    let called = name(text);
    let all_seen = [&wireless, &wired, &wan, &nac, &inventory, &sites].iter().all(|rows| rows.is_seen());
    if things.is_empty() {
        let nothing_there = devices.is_empty() && sites.is_empty() && all_seen;
        ask.not_seen(
            "it",
            &format!("nothing fits {called}; clients were looked for in the last {DAYS} days"),
        );
        let words = if all_seen {
            format!("Nothing fits {called}: no client of the last {DAYS} days, no device and no site.")
        } else {
            format!("Nothing was found that fits {called}, but not everything could be looked at.")
        };
        let diagnosis = Diagnosis::unknown(words);
        return if all_seen && !nothing_there {
            diagnosis.findings([client::never_seen(text, DAYS)])
        } else {
            diagnosis
        };
    }
    let headlines: Vec<_> = things.iter().map(headline).collect();
    let verdict = match things.len() {
        1 => headlines.concat(),
        several => format!("{called} fits {several} things: {}", listed(&headlines, 4)),
    };
    let more = things.len().saturating_sub(MOST);
    things.truncate(MOST);
    Diagnosis::unknown(format!("{verdict}."))
        .fact("found", things)
        .fact("more", Some(more).filter(|more| *more > 0))
}

/// What a thing is and where, in some words.
fn headline(thing: &Value) -> String {
    let text = |name: &str| thing.get(name).and_then(Value::as_str).unwrap_or_default();
    let place = match (text("device"), text("site")) {
        ("", "") => String::new(),
        ("", site) => format!(" at {site}"),
        (device, "") => format!(" on {device}"),
        (device, site) => format!(" on {device} at {site}"),
    };
    let article = if text("what").starts_with('a') { "an" } else { "a" };
    format!("{} is {article} {}{place}", text("name"), text("what"))
}

/// Devices that a text names: exactly, or else by a part of the name.
fn fitting_devices<'a>(devices: &'a [Device], text: &str) -> Vec<&'a Device> {
    let wanted = text.trim().to_lowercase();
    let mac = locate::mac_of(text);
    let exact = |device: &&Device| {
        mac.as_deref().is_some_and(|mac| device.has_mac(mac))
            || [&device.name, &device.serial, &device.id, &device.ip]
                .into_iter()
                .flatten()
                .any(|known| known.eq_ignore_ascii_case(&wanted))
    };
    let found: Vec<_> = devices.iter().filter(exact).collect();
    if !found.is_empty() || mac.is_some() || wanted.is_empty() {
        return found;
    }
    devices
        .iter()
        .filter(|device| device.name.as_deref().is_some_and(|known| known.to_lowercase().contains(&wanted)))
        .collect()
}

struct Site {
    id: String,
    name: String,
    devices: Option<i64>,
    clients: Option<i64>,
    address: Option<String>,
}

fn fitting_sites<'a>(sites: &'a Rows, text: &str) -> impl Iterator<Item = Site> + 'a {
    let wanted = text.trim().to_lowercase();
    let rows = sites.iter().filter(move |row| {
        !wanted.is_empty()
            && (row.text("name").is_some_and(|known| known.to_lowercase().contains(&wanted))
                || row.is("id", &wanted))
    });
    rows.filter_map(|row| {
        Some(Site {
            id: row.text("id")?,
            name: row.text_or("name", "site"),
            devices: row.integer("num_devices"),
            clients: row.integer("num_clients"),
            address: row.text("address"),
        })
    })
}

/// Names of devices and sites.
struct Names<'a> {
    devices: &'a [Device],
    sites: &'a Rows,
}

impl Names<'_> {
    fn site_name(&self, id: Option<&str>) -> Option<String> {
        let id = id?;
        let known = self.sites.iter().find(|row| row.is("id", id)).and_then(|row| row.text("name"));
        Some(name(&known.unwrap_or_else(|| id.to_owned())))
    }

    fn device_name(&self, mac: &str) -> String {
        let known = self.devices.iter().find(|device| device.has_mac(mac));
        known.map_or_else(|| mac.to_owned(), Device::called)
    }

    fn device(&self, device: &Device) -> Value {
        let site = self.site_name(device.site.as_deref());
        let connected =
            device.connected.map(|connected| if connected { "connected" } else { "disconnected" });
        object([
            ("what", Some(json!(device.word()))),
            ("name", Some(json!(device.called()))),
            ("mac", Some(json!(device.mac))),
            ("model", device.model.as_deref().map(|model| json!(model))),
            ("serial", device.serial.as_deref().map(|serial| json!(serial))),
            ("status", connected.map(|status| json!(status))),
            ("site", site.map(Value::from)),
            ("site_id", device.site.as_deref().map(|site| json!(site))),
        ])
    }

    fn client(&self, client: &Client) -> Value {
        let what = match client.medium {
            Medium::Wireless => "wireless client",
            Medium::Wired => "wired client",
            Medium::Wan => "WAN client",
            Medium::Nac => "NAC client",
        };
        let before: Vec<_> = client
            .before
            .iter()
            .filter(|mac| client.device.as_ref() != Some(mac))
            .take(3)
            .map(|mac| self.device_name(mac))
            .collect();
        object([
            ("what", Some(json!(what))),
            ("name", Some(json!(client.called()))),
            ("mac", Some(json!(client.mac))),
            ("user", client.user.as_deref().map(|user| json!(name(user)))),
            ("ip", client.ip.as_deref().map(|ip| json!(ip))),
            ("model", client.model.as_deref().map(|model| json!(name(model)))),
            ("device", client.device.as_deref().map(|mac| json!(self.device_name(mac)))),
            ("port", client.port.as_deref().map(|port| json!(port))),
            ("ssid", client.ssid.as_deref().map(|ssid| json!(name(ssid)))),
            ("vlan", client.vlan.map(|vlan| json!(vlan))),
            ("site", self.site_name(client.site.as_deref()).map(Value::from)),
            ("site_id", client.site.as_deref().map(|site| json!(site))),
            ("last_seen", client.last_seen.map(|seen| json!(seen))),
            ("before", Some(json!(before)).filter(|_| !before.is_empty())),
        ])
    }

    fn site(site: &Site) -> Value {
        object([
            ("what", Some(json!("site"))),
            ("name", Some(json!(name(&site.name)))),
            ("site_id", Some(json!(site.id))),
            ("devices", site.devices.map(|devices| json!(devices))),
            ("clients", site.clients.map(|clients| json!(clients))),
            ("address", site.address.as_deref().map(|address| json!(name(address)))),
        ])
    }
}

fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(fields.collect::<Map<_, _>>())
}
