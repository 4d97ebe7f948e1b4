//! Bytes that wait until the client reads them from standard output: [`WaitingBytes`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// As long as more bytes wait, no request is read.
const LIMIT: usize = 8 << 20;

/// The bytes of all lines that are not written yet.
#[derive(Debug, Default)]
pub(super) struct WaitingBytes {
    bytes: AtomicUsize,
    written: Notify,
}

/// The bytes of a line, until drop.
#[derive(Debug)]
pub(super) struct Counted {
    all: Arc<WaitingBytes>,
    bytes: usize,
}

impl WaitingBytes {
    /// Counts a line.
    pub(super) fn count(self: &Arc<Self>, bytes: usize) -> Counted {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        Counted { all: Arc::clone(self), bytes }
    }

    /// Waits until no more bytes wait than may. One caller waits at a time.
    pub(super) async fn below_limit(&self) {
        while self.bytes.load(Ordering::Acquire) > LIMIT {
            self.written.notified().await;
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.all.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
        self.all.written.notify_one();
    }
}
