//! `findAnything`: what a MAC address, name, user, IP address or serial number is, and where.

use std::net::IpAddr;

use mistmcp::answers::{Cause, Diagnosis, Inquiry, Rows, answer, count, join, name};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{Call, Mist, Reply, Result, mist_tool};

use super::arguments::Organization;
use super::facts::{Client, Device, Medium};
use super::locate_client::{self, DAYS, Search};
use super::rules::client;
use super::{causes as c, locate, sources};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[&[&c::NEVER_SEEN]];

/// The status of a device that is down.
const DISCONNECTED: &str = "disconnected";
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
    let search = Search::new(ask, org, None, ("text", text));
    let is_address = search.is_address();
    // Mist finds no sign-in by the address of its client, and only statistics have the addresses of devices.
    let devices = if is_address { sources::org_device_addresses(org) } else { sources::inventory(org) };
    let sites = sources::sites(org);
    let edges = sources::mist_edges(org);
    let (wireless, wired, wan, nac_rows, device_rows, edge_rows, sites) = join!(
        search.rows(ask, Medium::Wireless),
        search.rows(ask, Medium::Wired),
        search.rows(ask, Medium::Wan),
        async { if is_address { Rows::default() } else { search.rows(ask, Medium::Nac).await } },
        ask.rows(&devices),
        ask.rows(&edges),
        ask.rows(&sites),
    );
    let mut devices = locate::devices_of(&device_rows);
    devices.extend(edge_rows.iter().filter_map(Device::of_mist_edge));
    let found = [
        (&wireless, Medium::Wireless),
        (&wired, Medium::Wired),
        (&wan, Medium::Wan),
        (&nac_rows, Medium::Nac),
    ];
    let clients = search.fitting(&found);
    let (mut asked, mut are_others_seen) = (text.to_owned(), true);
    // A member of a virtual chassis is in no list. What a client has is not looked up among them.
    let is_found = is_address || devices.iter().any(|device| is_named(device, text));
    if !is_found && (device_rows.is_cut() || clients.is_empty()) {
        (asked, are_others_seen) = locate::add_beyond(ask, org, (&device_rows, &mut devices), text).await;
    }
    let names = Names { devices: &devices, sites: &sites };
    let fitting = fitting_devices(&devices, &asked);
    if let (true, [device]) = (asked != text, fitting.as_slice()) {
        ask.taken("text", text, &device.called(), &device.mac);
    }
    let mut things: Vec<Value> = fitting.iter().map(|device| names.device(device, is_address)).collect();
    // A device that the network also sees as a client is one thing.
    let others = clients.iter().filter(|client| !fitting.iter().any(|device| device.has_mac(&client.mac)));
    things.extend(others.map(|client| names.client(client)));
    things.extend(fitting_sites(&sites, text).map(|site| Names::site(&site)));
    let called = name(text);
    let all_seen =
        [&wireless, &wired, &wan, &device_rows, &edge_rows, &sites].iter().all(|rows| rows.is_whole())
            && (is_address || nac_rows.is_whole())
            && are_others_seen;
    if things.is_empty() {
        return not_found(ask, text, all_seen, devices.is_empty() && sites.is_empty());
    }
    let headlines: Vec<_> = things.iter().map(headline).collect();
    let is_exact = search.names_one(&clients) || fitting.iter().any(|device| is_named(device, &asked));
    let note = if device_rows.is_cut() && !is_exact {
        format!(" Only the first {} were looked at.", count(device_rows.len(), "device"))
    } else {
        String::new()
    };
    let counted = locate_client::counted(&[&wireless, &wired, &wan, &nac_rows]).filter(|_| !is_exact);
    let least = if counted.is_some() { "at least " } else { "" };
    let of = match counted.filter(|all| *all > things.len()) {
        Some(all) => format!("of {all} things"),
        None => "things".to_owned(),
    };
    let sharing = fitting.iter().filter(|device| is_address && !has_address(device, text)).count();
    let verdict = match things.len() {
        all if sharing == all => {
            format!("{called} is the external IP address of {}: {}", count(all, "device"), first(&headlines))
        }
        1 => headlines.concat(),
        several => format!("{called} fits {least}{several} {of}: {}", first(&headlines)),
    };
    let more = things.len().saturating_sub(MOST);
    things.truncate(MOST);
    Diagnosis::unknown(format!("{verdict}.{note}"))
        .fact("found", things)
        .fact("more", Some(more).filter(|more| *more > 0))
}

/// The answer where nothing fits.
fn not_found(ask: &Inquiry, text: &str, all_seen: bool, is_organization_empty: bool) -> Diagnosis {
    let called = name(text);
    ask.nothing_there("anything", &format!("nothing fits; clients of the last {DAYS} days"));
    if !all_seen {
        return Diagnosis::unknown(format!(
            "Nothing was found that fits {called}, but not everything could be looked at."
        ));
    }
    if is_organization_empty {
        return Diagnosis::unknown(format!(
            "Nothing fits {called}: the organization has no devices and no sites, so nothing is known."
        ));
    }
    Diagnosis::about(format!("{called} is unknown")).findings([client::nothing_fits(text, DAYS)])
}

/// The first headlines, and how many more there are.
fn first(headlines: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown = headlines.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
    match headlines.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

/// What a thing is and where, in some words.
fn headline(thing: &Value) -> String {
    let text = |name: &str| thing.get(name).and_then(Value::as_str).unwrap_or_default();
    let place = match (text("device"), text("site")) {
        ("", "") if thing.get("serial").is_some() => " that is not assigned to a site".to_owned(),
        ("", "") => String::new(),
        ("", site) => format!(" at {site}"),
        (device, "") => format!(" on {device}"),
        (device, site) => format!(" on {device} at {site}"),
    };
    let article = if text("what").starts_with('a') { "an" } else { "a" };
    let state = if text("status") == DISCONNECTED { " and is down" } else { "" };
    format!("{} is {article} {}{place}{state}", text("name"), text("what"))
}

/// Whether one of the interfaces of a device has an address.
fn has_address(device: &Device, text: &str) -> bool {
    is_same_address(device.addresses.iter(), text)
}

fn is_same_address<'a>(mut known: impl Iterator<Item = &'a String>, text: &str) -> bool {
    let wanted = text.trim().parse::<IpAddr>();
    wanted.is_ok_and(|wanted| known.any(|known| known.parse::<IpAddr>().is_ok_and(|known| known == wanted)))
}

/// Whether a text is an IP address of a device, or names it otherwise.
fn is_named(device: &Device, text: &str) -> bool {
    has_address(device, text) || locate::is_named(device, text)
}

/// Devices that a text names: exactly, or else by their external address, or by a part of the name or MAC address.
fn fitting_devices<'a>(devices: &'a [Device], text: &str) -> Vec<&'a Device> {
    let wanted = text.trim().to_lowercase();
    let mac = locate::mac_of(text);
    let found: Vec<_> = devices.iter().filter(|device| is_named(device, text)).collect();
    if !found.is_empty() || mac.is_some() || wanted.is_empty() {
        return found;
    }
    let digits: String = wanted.chars().filter(|letter| !":-. ".contains(*letter)).collect();
    let is_part_of_a_mac = (4..12).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        && wanted.parse::<IpAddr>().is_err();
    let partly = |device: &&Device| {
        device.name.as_deref().is_some_and(|known| known.to_lowercase().contains(&wanted))
            || is_same_address(device.external_ip.iter(), text)
            || (is_part_of_a_mac && device.mac.contains(&digits))
    };
    devices.iter().filter(partly).collect()
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

    fn device(&self, device: &Device, with_addresses: bool) -> Value {
        let site = self.site_name(device.site.as_deref());
        let connected = device.connected.map(|connected| if connected { "connected" } else { DISCONNECTED });
        object([
            ("what", Some(json!(device.word()))),
            ("name", Some(json!(device.called()))),
            ("mac", Some(json!(device.mac))),
            ("model", device.model.as_deref().map(|model| json!(model))),
            ("serial", device.serial.as_deref().map(|serial| json!(serial))),
            ("status", connected.map(|status| json!(status))),
            ("ip", device.ip.as_deref().filter(|_| with_addresses).map(|ip| json!(ip))),
            ("external_ip", device.external_ip.as_deref().filter(|_| with_addresses).map(|ip| json!(ip))),
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
