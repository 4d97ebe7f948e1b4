//! Queue of the faults to inject.

use parking_lot::Mutex;
use serde::Deserialize;

use super::Fault;

/// What `POST /demo/faults` takes.
#[derive(Debug, Deserialize)]
pub(crate) struct FaultRequest {
    /// The beginning of the paths that it is for; any path without it.
    #[serde(default)]
    pub(crate) path: String,
    #[serde(default = "once")]
    pub(crate) times: usize,
    #[serde(flatten)]
    pub(crate) fault: Fault,
}

fn once() -> usize {
    1
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<FaultRequest>>);

impl Faults {
    pub(crate) fn plan(&self, path: String, times: usize, fault: Fault) {
        if times > 0 {
            self.0.lock().push(FaultRequest { path, times, fault });
        }
    }

    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }

    /// The fault that a request meets, if any; it is used up once.
    pub(crate) fn take(&self, path: &str) -> Option<Fault> {
        let mut orders = self.0.lock();
        let place = orders.iter().position(|order| path.starts_with(&order.path))?;
        let order = orders.get_mut(place)?;
        order.times -= 1;
        let fault = order.fault.clone();
        if order.times == 0 {
            orders.remove(place);
        }
        Some(fault)
    }
}
