//! What a call has used, for the audit log: [`CallRecord`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

/// Requests to Mist that were sent for a call, and the accounts that they went to.
#[derive(Debug, Default)]
pub(crate) struct CallRecord {
    mist_calls: AtomicU64,
    accounts: Mutex<Vec<Arc<str>>>,
    has_unknown_tool: AtomicBool,
}

impl CallRecord {
    /// Counts a request that is sent. A request that joins an equal one in flight is not sent.
    pub(crate) fn sent(&self) {
        self.mist_calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn mist_calls(&self) -> u64 {
        self.mist_calls.load(Ordering::Relaxed)
    }

    /// Notes that `callTool` names a tool that is not there.
    pub(crate) fn names_unknown_tool(&self) {
        self.has_unknown_tool.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_unknown_tool(&self) -> bool {
        self.has_unknown_tool.load(Ordering::Relaxed)
    }

    /// Notes that the call uses an account.
    pub(crate) fn uses(&self, account: &Arc<str>) {
        let mut accounts = self.accounts.lock();
        if !accounts.contains(account) {
            accounts.push(Arc::clone(account));
        }
    }

    /// The accounts that the call has used.
    pub(crate) fn accounts(&self) -> Vec<Arc<str>> {
        self.accounts.lock().clone()
    }
}
