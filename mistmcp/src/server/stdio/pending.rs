use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rmcp::model::RequestId;
use tokio::sync::Notify;

/// Requests without an answer, of the client and of the server.
#[derive(Debug, Default)]
pub(super) struct Pending {
    requests: Mutex<Requests>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Requests {
    calls: HashSet<RequestId>,
    /// `subscriptions/listen`, which lasts as long as its client likes.
    subscriptions: HashSet<RequestId>,
    /// Those that the server sent.
    of_server: VecDeque<RequestId>,
}

/// What is still to be waited for after the end of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Calls,
    Subscriptions,
    Nothing,
}

impl Pending {
    pub(super) fn call(&self, id: RequestId) {
        self.requests().calls.insert(id);
    }

    pub(super) fn subscription(&self, id: RequestId) {
        self.requests().subscriptions.insert(id);
    }

    pub(super) fn of_server(&self, id: RequestId) {
        self.requests().of_server.push_back(id);
        self.changed.notify_one();
    }

    /// A request of the client's is answered, or cancelled, after which it has no answer.
    pub(super) fn answered(&self, id: &RequestId) {
        let mut requests = self.requests();
        if requests.calls.remove(id) | requests.subscriptions.remove(id) {
            self.changed.notify_one();
        }
    }

    /// The client has answered.
    pub(super) fn answered_by_client(&self, id: &RequestId) {
        self.requests().of_server.retain(|other| other != id);
    }

    /// A request of the server's that will have no answer.
    pub(super) fn next_of_server(&self) -> Option<RequestId> {
        self.requests().of_server.pop_front()
    }

    pub(super) fn rest(&self) -> Rest {
        let requests = self.requests();
        match (requests.calls.is_empty(), requests.subscriptions.is_empty()) {
            (false, _) => Rest::Calls,
            (true, false) => Rest::Subscriptions,
            (true, true) => Rest::Nothing,
        }
    }

    /// Waits for a change since the last one that was waited for.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
