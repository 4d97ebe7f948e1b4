//! JSON-RPC ids of the requests in flight in a session: [`RequestIds`].
//!
//! rmcp routes a response by the id of its request. If two requests have the same id, a response ends up among the
//! messages that rmcp keeps for a client that resumes its stream, for as long as the session lasts.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Notify;

/// How long a request waits for its id to be released: a client may have read the whole response before it has ended
/// here.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// The ids in use.
#[derive(Debug, Default)]
pub(crate) struct RequestIds {
    used: Mutex<HashSet<String>>,
    freed: Notify,
}

/// An id in use, released on drop.
#[derive(Debug)]
pub(crate) struct RequestIdGuard {
    ids: Arc<RequestIds>,
    id: String,
}

impl RequestIds {
    /// Takes an id. None if it stays in use until the timeout.
    pub(crate) async fn take(self: &Arc<Self>, id: &Value) -> Option<RequestIdGuard> {
        let id = id.to_string();
        let taking = async {
            loop {
                let mut freed = std::pin::pin!(self.freed.notified());
                freed.as_mut().enable();
                if self.used.lock().insert(id.clone()) {
                    return RequestIdGuard { ids: Arc::clone(self), id: id.clone() };
                }
                freed.await;
            }
        };
        tokio::time::timeout(RELEASE_TIMEOUT, taking).await.ok()
    }
}

impl Drop for RequestIdGuard {
    fn drop(&mut self) {
        self.ids.used.lock().remove(&self.id);
        self.ids.freed.notify_waiters();
    }
}
