//! Facts of the network: rows of Mist in typed form.

mod alarm;
mod change;
mod client;
pub(super) mod config;
mod device;
mod event;
pub(super) mod lifecycle;
mod port;
pub(super) mod radio;
mod rogue;
mod service_level;
pub(super) mod topology;
pub(super) mod wan;

pub(super) use alarm::Alarm;
pub(super) use change::{Change, Target};
pub(super) use client::{Client, Medium};
pub(super) use device::{Device, LldpNeighbor};
pub(super) use event::{CONFIG_FAILURES, Event, Stage, episodes, open, stage_of};
pub(super) use port::Port;
pub(super) use radio::{NeighborSignals, Radio};
pub(super) use rogue::Rogue;
pub(super) use service_level::{
    Classifier, ServiceLevel, ServiceLevelTrend, classifiers, metric_name, percent,
};
pub(super) use topology::Topology;

/// Values in their order, each once.
pub(super) fn each_once<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Vec<T> {
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
