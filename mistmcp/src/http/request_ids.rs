//! Ids of the requests that are under way in a session: [`RequestIds`].
//!
//! rmcp routes an answer by the id of its request. Where two requests have the same one, an answer ends up among the
//! messages that rmcp keeps for a client that resumes its stream, for as long as the session lasts.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

/// How long a request waits for the end of an answer that its client may have read already.
const ENDING: Duration = Duration::from_secs(2);

/// The ids that are in use.
#[derive(Debug, Default)]
pub(super) struct RequestIds {
    used: Mutex<HashSet<String>>,
    freed: Notify,
}

/// An id that is in use until this is dropped.
#[derive(Debug)]
pub(super) struct RequestIdGuard {
    ids: Arc<RequestIds>,
    id: String,
}

impl RequestIds {
    /// Uses an id; none where it is in use and stays so.
    pub(super) async fn take(self: &Arc<Self>, id: &Value) -> Option<RequestIdGuard> {
        let id = id.to_string();
        let taking = async {
            loop {
                let mut freed = std::pin::pin!(self.freed.notified());
                freed.as_mut().enable();
                if self.used().insert(id.clone()) {
                    return RequestIdGuard { ids: Arc::clone(self), id: id.clone() };
                }
                freed.await;
            }
        };
        tokio::time::timeout(ENDING, taking).await.ok()
    }

    fn used(&self) -> MutexGuard<'_, HashSet<String>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RequestIdGuard {
    fn drop(&mut self) {
        self.ids.used().remove(&self.id);
        self.ids.freed.notify_waiters();
    }
}
