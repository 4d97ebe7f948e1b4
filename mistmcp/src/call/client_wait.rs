//! Time in which a call waits for responses of its client: [`ClientWait`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// How long a call has waited for responses of its client. This time does not count for the timeout of the call.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientWait(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    ended: Duration,
    open: usize,
    since: Option<Instant>,
}

/// A pending request to the client, until it is dropped.
pub(super) struct PendingRequest(ClientWait);

impl ClientWait {
    /// Counts the time until the returned value is dropped.
    pub(super) fn begin(&self) -> PendingRequest {
        let mut state = self.0.lock();
        state.open += 1;
        state.since.get_or_insert_with(Instant::now);
        PendingRequest(self.clone())
    }

    /// The time so far. Requests at the same time count once.
    pub(super) fn total(&self) -> Duration {
        let state = self.0.lock();
        state.ended + state.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

impl Drop for PendingRequest {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.open -= 1;
        if state.open == 0
            && let Some(since) = state.since.take()
        {
            state.ended += since.elapsed();
        }
    }
}
