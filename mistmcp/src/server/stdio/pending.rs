//! Pending requests of the stdio transport: [`Pending`].

use std::collections::{HashSet, VecDeque};

use parking_lot::Mutex;
use rmcp::model::RequestId;
use tokio::sync::Notify;

/// As long as so many requests have no response, further ones wait: each response takes memory until it is written.
pub(super) const MAX_CALLS: usize = 128;

/// Requests without a response, from the client and from the server.
#[derive(Debug, Default)]
pub(super) struct Pending {
    requests: Mutex<Requests>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Requests {
    calls: HashSet<RequestId>,
    /// `subscriptions/listen`, which the client ends.
    subscriptions: HashSet<RequestId>,
    /// Requests from the server to the client.
    from_server: VecDeque<RequestId>,
}

/// What the transport waits for after the end of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remaining {
    Calls,
    Subscriptions,
    Nothing,
}

impl Pending {
    pub(super) fn call(&self, id: RequestId) {
        self.requests.lock().calls.insert(id);
    }

    pub(super) fn subscription(&self, id: RequestId) {
        self.requests.lock().subscriptions.insert(id);
    }

    pub(super) fn server_request(&self, id: RequestId) {
        self.requests.lock().from_server.push_back(id);
        self.changed.notify_one();
    }

    /// A request of the client has been answered or cancelled. A cancelled one gets no response.
    pub(super) fn answered(&self, id: &RequestId) {
        let mut requests = self.requests.lock();
        if requests.calls.remove(id) | requests.subscriptions.remove(id) {
            self.changed.notify_one();
        }
    }

    /// The client has answered a request of the server.
    pub(super) fn answered_by_client(&self, id: &RequestId) {
        self.requests.lock().from_server.retain(|other| other != id);
    }

    /// Removes a request of the server that will get no response.
    pub(super) fn take_server_request(&self) -> Option<RequestId> {
        self.requests.lock().from_server.pop_front()
    }

    /// Whether fewer requests are without a response than may be.
    pub(super) fn is_below_limit(&self) -> bool {
        self.requests.lock().calls.len() < MAX_CALLS
    }

    pub(super) fn remaining(&self) -> Remaining {
        let requests = self.requests.lock();
        match (requests.calls.is_empty(), requests.subscriptions.is_empty()) {
            (false, _) => Remaining::Calls,
            (true, false) => Remaining::Subscriptions,
            (true, true) => Remaining::Nothing,
        }
    }

    /// Waits for the next change.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}
