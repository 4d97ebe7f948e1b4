//! How many calls this hour has seen.

use std::{
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::engine::Usage;

const HOUR: u64 = 3600;

/// Counts authorized calls from the top of the hour, as Mist does.
#[derive(Debug, Default)]
pub(super) struct Counter(Mutex<(u64, u64)>);

impl Counter {
    /// Counts one more call.
    pub(super) fn count(&self) -> Usage {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (hour, requests) = *counted;
        let requests = if hour == now / HOUR { requests + 1 } else { 1 };
        *counted = (now / HOUR, requests);
        Usage { requests, seconds: HOUR - now % HOUR }
    }
}
