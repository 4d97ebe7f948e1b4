//! Requests beyond the limit of those in progress: [`RequestQueue`].

use std::collections::VecDeque;

use rmcp::model::{ClientJsonRpcMessage, RequestId};

/// Memory of the requests that wait for a response to another, in bytes of their lines. Beyond it requests are refused.
pub(super) const MAX_QUEUED_BYTES: usize = 1 << 20;

/// Requests that wait until fewer are in progress, in the order of their lines.
#[derive(Debug, Default)]
pub(super) struct RequestQueue {
    /// Each with the bytes of its line.
    requests: VecDeque<(RequestId, ClientJsonRpcMessage, usize)>,
    /// The sum of the bytes.
    bytes: usize,
}

impl RequestQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Appends a request whose line has `bytes`. Returns whether there was room for it.
    pub(super) fn push(&mut self, id: RequestId, request: ClientJsonRpcMessage, bytes: usize) -> bool {
        let has_room = self.bytes + bytes <= MAX_QUEUED_BYTES;
        if has_room {
            self.bytes += bytes;
            self.requests.push_back((id, request, bytes));
        }
        has_room
    }

    pub(super) fn pop(&mut self) -> Option<(RequestId, ClientJsonRpcMessage)> {
        let (id, request, bytes) = self.requests.pop_front()?;
        self.bytes -= bytes;
        Some((id, request))
    }

    /// Removes a request that its client has cancelled.
    pub(super) fn remove(&mut self, id: &RequestId) {
        self.requests.retain(|(queued, _, bytes)| {
            let stays = queued != id;
            self.bytes -= if stays { 0 } else { *bytes };
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{ClientRequest, PingRequest};

    use super::*;

    #[test]
    fn each_way_out_of_the_queue_makes_room() {
        let mut queue = RequestQueue::default();
        let id = |number: u32| RequestId::Number(number.into());
        let push = |queue: &mut RequestQueue, number, bytes| {
            let ping = ClientRequest::PingRequest(PingRequest::default());
            queue.push(id(number), ClientJsonRpcMessage::request(ping, id(number)), bytes)
        };
        let half = MAX_QUEUED_BYTES / 2;
        assert!(push(&mut queue, 0, half) && push(&mut queue, 1, half));
        assert!(!push(&mut queue, 2, 1) && push(&mut queue, 3, 0));
        queue.remove(&id(1));
        queue.remove(&id(2));
        assert!(!push(&mut queue, 4, half + 1) && push(&mut queue, 5, half));
        assert_eq!(queue.pop().map(|(id, _)| id), Some(id(0)));
        assert!(push(&mut queue, 6, half) && !push(&mut queue, 7, 1));
        let left = std::iter::from_fn(|| queue.pop()).map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(left, [3, 5, 6].map(id));
        assert!(queue.is_empty() && queue.bytes == 0);
    }
}
