//! Facts of the network: rows of Mist in typed form.

mod alarm;
mod change;
mod client;
pub(super) mod config;
mod device;
mod event;
pub(super) mod lifecycle;
mod naming;
mod port;
pub(super) mod radio;
mod rogue;
mod service_level;
pub(super) mod topology;
pub(super) mod wan;

pub(super) use alarm::Alarm;
pub(super) use change::{Change, Target};
pub(super) use client::{Client, Medium};
pub(super) use device::{Device, LldpNeighbor, PoeSupply};
pub(super) use event::{CONFIG_FAILURES, Event, Stage, episodes, open, stage_of};
pub(super) use port::Port;
pub(super) use radio::{NeighborSignals, Radio};
pub(super) use rogue::Rogue;
pub(super) use service_level::{
    Classifier, ServiceLevel, ServiceLevelTrend, classifiers, metric_name, percent,
};
pub(super) use topology::Topology;

use std::collections::HashMap;

use mistmcp::answers::Row;

/// What the id begins with that Mist makes of a device's MAC address.
pub(super) const DEVICE_ID: &str = "00000000-0000-0000-1000-";

/// The id that Mist makes of a device's MAC address.
pub(super) fn device_id(mac: &str) -> String {
    format!("{DEVICE_ID}{mac}")
}

/// Devices by their MAC addresses, and by those of their members, which are not devices themselves.
pub(super) fn by_mac(devices: &[Device]) -> HashMap<&str, &Device> {
    let mut known: HashMap<_, _> = HashMap::with_capacity(devices.len());
    for device in devices {
        known.entry(device.mac.as_str()).or_insert(device);
    }
    for device in devices {
        for member in &device.members {
            known.entry(member.as_str()).or_insert(device);
        }
    }
    known
}

/// The id of the site of a row. One of zeros stands for none.
fn site_of(row: Row<'_>) -> Option<String> {
    row.text("site_id").filter(|site| !site.starts_with("00000000-0000-0000-0000"))
}

/// Values in their order, each once.
fn each_once<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all = Vec::new();
    for value in values {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

#[cfg(test)]
pub(super) mod test_rows {
    use mistmcp::serde_json::Value;

    /// Sets the fields of a row to those of `changes`.
    pub(crate) fn merge(row: &mut Value, changes: &Value) {
        for (name, value) in changes.as_object().into_iter().flatten() {
            row[name] = value.clone();
        }
    }
}
