//! Finds the device that a question is about.

use mistmcp::answers::{Diagnosis, Finding, Inquiry, Object, Rows, Severity, join, listed, name};
use mistmcp::{Arg, Mac};

use super::causes as c;
use super::facts::{DEVICE_ID, Device};
use super::sources;

/// The device of a question, with all devices of the inventory.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) device: Device,
    pub(super) inventory: Vec<Device>,
}

/// A MAC address in any form, as Mist writes it.
pub(super) fn mac_of(text: &str) -> Option<String> {
    Mac::read(&text.into()).ok().map(|mac| mac.as_str().to_owned())
}

/// The MAC address that a text is, or that is in the id of a device.
fn mac_or_id(text: &str) -> Option<String> {
    let of_id = || text.trim().to_lowercase().strip_prefix(DEVICE_ID).and_then(mac_of);
    mac_of(text).or_else(of_id)
}

/// The devices of rows, each once.
pub(super) fn devices_of(rows: &Rows) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::with_capacity(rows.len());
    for device in rows.iter().filter_map(Device::of) {
        if !devices.iter().any(|known| known.mac == device.mac) {
            devices.push(device);
        }
    }
    devices
}

/// The same of a list that Mist answers for one site. A row that names no site is of this one.
pub(super) fn devices_at(site: &str, rows: &Rows) -> Vec<Device> {
    let mut devices = devices_of(rows);
    for device in &mut devices {
        device.site.get_or_insert_with(|| site.to_owned());
    }
    devices
}

/// Records devices whose rows do not say whether they are connected, which are neither up nor down, and those that are
/// connected by rows of long ago.
pub(super) fn note_unknown_states<'a>(ask: &Inquiry, devices: impl IntoIterator<Item = &'a Device>) {
    let devices: Vec<_> = devices.into_iter().collect();
    let unknown = devices.iter().filter(|device| device.connected.is_none());
    let unknown: Vec<_> = unknown.map(|device| device.called()).collect();
    let old: Vec<_> = devices.iter().filter(|device| device.is_outdated(ask.now())).collect();
    if let Some(last) = old.iter().filter_map(|device| device.last_seen).max() {
        let names: Vec<_> = old.iter().map(|device| device.called()).collect();
        let of = format!("state of {}", listed(&names, 3));
        let rows = if old.len() == 1 { "its row is" } else { "their rows are" };
        ask.not_seen(&of, &format!("{rows} out of date, last seen {}", ask.ago(last)));
    }
    if !unknown.is_empty() {
        let rows = if unknown.len() == 1 { "its row does" } else { "their rows do" };
        let of = format!("state of {}", listed(&unknown, 3));
        ask.not_seen(&of, &format!("{rows} not say whether it is connected"));
    }
}

/// Adds the devices that a text names by MAC address, id or serial number and that the list of the inventory does not have: those
/// of a longer one that was not read to its end, and members of virtual chassis, which no list has. With it comes what names
/// the device then, which is the MAC address of the chassis of a member; and whether all that it may name were looked up.
pub(super) async fn add_beyond(
    ask: &Inquiry,
    org: &str,
    (inventory, devices): (&Rows, &mut Vec<Device>),
    text: &str,
) -> (String, bool) {
    let may_be_member = inventory.is_seen() && (mac_or_id(text).is_some() || is_like_serial(text));
    let source = || sources::inventory_of(org, mac_or_id(text), text.trim());
    let source = (inventory.is_cut() || may_be_member).then(source);
    let rows = ask.rows_if(source.as_ref()).await;
    let is_seen = source.is_none() || rows.is_seen();
    let chassis = rows.iter().find_map(|row| Some((row.mac("mac")?, row.mac("vc_mac")?)));
    let chassis = chassis.filter(|(mac, chassis)| mac != chassis).map(|(_, chassis)| chassis);
    let Some(chassis) = chassis else {
        devices.extend(devices_of(&rows));
        return (text.to_owned(), is_seen);
    };
    if !devices.iter().any(|device| device.mac == chassis) {
        let source = sources::inventory_of(org, Some(chassis.clone()), &chassis);
        let of_chassis = devices_of(&ask.rows(&source).await);
        devices.extend(of_chassis.into_iter().filter(|device| device.mac == chassis));
    }
    if devices.iter().any(|device| device.mac == chassis) {
        return (chassis, true);
    }
    devices.extend(devices_of(&rows));
    (text.to_owned(), true)
}

/// Whether a text may be a serial number: letters and digits without anything between them.
fn is_like_serial(text: &str) -> bool {
    let text = text.trim();
    (8..=20).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// Finds a device of the inventory, or a Mist Edge, by id, MAC address, name, serial number or a part of its name; or
/// an answer that says why there is none.
pub(super) async fn find_device(ask: &Inquiry, org: &str, text: &str) -> Result<Located, Diagnosis> {
    let rows = ask.rows(&sources::inventory(org)).await;
    let mut inventory = devices_of(&rows);
    let (mut asked, mut are_others_seen) = (text.to_owned(), false);
    // The exact name of a Mist Edge goes before a part of another name.
    if named(&inventory, text).is_empty() {
        let edges = sources::mist_edges(org);
        let beyond = async {
            (asked, are_others_seen) = add_beyond(ask, org, (&rows, &mut inventory), text).await;
        };
        let edges = join!(ask.rows(&edges), beyond).0;
        inventory.extend(edges.iter().filter_map(Device::of_mist_edge));
    }
    // The exact name may be among the devices that were not read.
    let fitting = if rows.is_cut() { named(&inventory, &asked) } else { fitting(&inventory, &asked) };
    let called = name(text);
    match fitting.as_slice() {
        [device] => {
            if !is_named(device, text) {
                ask.taken("device_id", text, &device.called(), &device.mac);
            }
            Ok(Located { device: (*device).clone(), inventory })
        }
        // Without its row nothing is known of it, not even its site.
        [] if !rows.is_seen() => Err(Diagnosis::unknown(format!(
            "{called} could not be looked up, because the inventory could not be read. Try again, or ask with a token that \
             may read it."
        ))),
        [] if rows.is_cut() => Err(Diagnosis::unknown(beyond_first(&called, rows.len(), are_others_seen))),
        [] if !are_others_seen => Err(Diagnosis::unknown(format!(
            "{called} is in no list of devices and could not be looked up among the members of virtual chassis, so nothing is \
             known about it. Try again."
        ))),
        [] => {
            ask.nothing_there("device", "none in the inventory fits");
            if inventory.is_empty() {
                return Err(Diagnosis::unknown("The organization has no devices, so nothing is known."));
            }
            Err(unknown(&called))
        }
        several => {
            let names: Vec<_> = several.iter().map(|device| device.called()).collect();
            ask.not_seen("device", "several fit the name");
            Err(Diagnosis::unknown(format!(
                "{called} fits {} devices: {}. Ask again with the name or MAC address of one.",
                several.len(),
                listed(&names, 8)
            )))
        }
    }
}

/// The devices that a text names exactly, or else those with it as a part of their name, or else those whose name has the same
/// letters and digits in this order.
fn fitting<'a>(devices: &'a [Device], text: &str) -> Vec<&'a Device> {
    let named = named(devices, text);
    let id = text.trim().to_lowercase();
    if !named.is_empty() || id.is_empty() || mac_of(text).is_some() {
        return named;
    }
    let having = |part: &str, form: fn(&str) -> String| -> Vec<&'a Device> {
        let has_part =
            |device: &&Device| device.name.as_deref().is_some_and(|known| form(known).contains(part));
        devices.iter().filter(has_part).collect()
    };
    let partly = having(&id, str::to_lowercase);
    let letters = letters_of(&id);
    if partly.is_empty() && !letters.is_empty() { having(&letters, letters_of) } else { partly }
}

/// The letters and digits of a text, in lower case.
fn letters_of(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The devices that a text names exactly: by id, MAC address, name or serial number, or else by the MAC address of a
/// member.
fn named<'a>(devices: &'a [Device], text: &str) -> Vec<&'a Device> {
    let mut named: Vec<_> = devices.iter().filter(|device| is_named(device, text)).collect();
    let mac = mac_or_id(text);
    let is_itself =
        |device: &&Device| !mac.as_deref().is_some_and(|mac| device.mac != mac && device.has_mac(mac));
    if named.iter().any(is_itself) {
        named.retain(is_itself);
    }
    named
}

/// Whether a text is the id, the name, the serial number or the MAC address of a device, or that of a member.
pub(super) fn is_named(device: &Device, text: &str) -> bool {
    mac_or_id(text).is_some_and(|mac| device.has_mac(&mac))
        || [&device.id, &device.name, &device.serial]
            .into_iter()
            .flatten()
            .any(|known| known.eq_ignore_ascii_case(text.trim()))
}

/// The verdict on a device that is not among the first of a longer inventory. `is_seen` is whether it was looked up
/// among the others.
fn beyond_first(called: &str, first: usize, is_seen: bool) -> String {
    let others = if is_seen {
        "and no MAC address or serial number of the others, so nothing is known about it. Ask again with the MAC address \
         or serial number."
    } else {
        "and could not be looked up among the others, so nothing is known about it. Try again."
    };
    format!("{called} is no name among the first {first} devices of the inventory {others}")
}

fn unknown(called: &str) -> Diagnosis {
    let words =
        format!("No device in the inventory has the id, MAC address, name or serial number {called}.");
    Diagnosis::about(format!("{called} is unknown")).findings([Finding::new(
        &c::NEVER_SEEN,
        Severity::Warning,
        words,
    )
    .on(Object::ap(called))])
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn a_part_of_a_name_is_no_exact_name() {
        let device = |mac: &str, called: &str| {
            Device::of(Row::of(&json!({ "mac": mac, "name": called, "type": "ap" }))).unwrap()
        };
        let mut devices = vec![device("5c5b35000001", "EDGE-1-AP")];
        assert!(named(&devices, "edge-1").is_empty(), "Mist Edges are read");
        assert_eq!(fitting(&devices, "edge-1").len(), 1);
        assert_eq!(fitting(&devices, "Edge 1 AP").len(), 1, "other characters between the letters");
        assert!(fitting(&devices, "- -").is_empty() && fitting(&devices, "edge 2").is_empty());
        devices.push(device("5c5b35000002", "EDGE-1"));
        let fit: Vec<_> = fitting(&devices, "edge-1").iter().map(|device| device.mac.as_str()).collect();
        assert_eq!(fit, ["5c5b35000002"]);
        assert_eq!(named(&devices, "5c:5b:35:00:00:01").len(), 1);
        assert!(fitting(&devices, " ").is_empty() && fitting(&devices, "other").is_empty());
        // A device goes before one that has it as a member.
        devices[0].members = vec!["5c5b35000002".into(), "5c5b35000003".into()];
        for (text, mac) in [
            ("5c5b35000002", "5c5b35000002"),
            ("5c5b35000003", "5c5b35000001"),
            ("00000000-0000-0000-1000-5C5B35000003", "5c5b35000001"),
        ] {
            let fit: Vec<_> = named(&devices, text).iter().map(|device| device.mac.as_str()).collect();
            assert_eq!(fit, [mac], "{text}");
        }
    }
}
