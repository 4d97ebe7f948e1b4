//! Finds the device that a question is about.

use mistmcp::answers::{Diagnosis, Finding, Inquiry, Object, Rows, Severity, listed, name};
use mistmcp::{Arg, Mac};

use super::causes as c;
use super::facts::Device;
use super::parts;

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

/// Finds a device of the inventory, or a Mist Edge, by id, MAC address, name, serial number or a part of its name; or an answer that says
/// why there is none.
pub(super) async fn find_device(ask: &Inquiry, org: &str, text: &str) -> Result<Located, Diagnosis> {
    let rows = ask.rows(&parts::inventory(org)).await;
    let mut inventory = devices_of(&rows);
    if fitting(&inventory, text).is_empty() {
        let edges = ask.rows(&parts::mist_edges(org)).await;
        inventory.extend(edges.iter().filter_map(Device::of_mist_edge));
    }
    let (called, fitting) = (name(text), fitting(&inventory, text));
    match fitting.as_slice() {
        [device] => Ok(Located { device: (*device).clone(), inventory }),
        // Without its row nothing is known of it, not even its site.
        [] if !rows.is_seen() => Err(Diagnosis::unknown(format!(
            "{called} could not be looked up, because the inventory could not be read. Try again, or ask with a token that \
             may read it."
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

/// The devices that a text names: by id, MAC address, name or serial number, or else by the MAC address of a member or a part of
/// the name.
fn fitting<'a>(devices: &'a [Device], text: &str) -> Vec<&'a Device> {
    let id = text.trim().to_lowercase();
    let mac = mac_of(text).or_else(|| id.strip_prefix("00000000-0000-0000-1000-").and_then(mac_of));
    let exact = |device: &&Device| {
        device.id.as_deref() == Some(id.as_str())
            || mac.as_deref().is_some_and(|mac| device.mac == mac)
            || [&device.name, &device.serial]
                .into_iter()
                .flatten()
                .any(|known| known.eq_ignore_ascii_case(text.trim()))
    };
    let member = |device: &&Device| mac.as_deref().is_some_and(|mac| device.has_mac(mac));
    let part = |device: &&Device| {
        !id.is_empty() && device.name.as_deref().is_some_and(|known| known.to_lowercase().contains(&id))
    };
    let mut fitting: Vec<_> = devices.iter().filter(exact).collect();
    if fitting.is_empty() {
        fitting = devices.iter().filter(member).collect();
    }
    if fitting.is_empty() && mac.is_none() {
        fitting = devices.iter().filter(part).collect();
    }
    fitting
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
