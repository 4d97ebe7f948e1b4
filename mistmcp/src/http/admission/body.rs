//! Bodies of messages, received within limits of time, size and memory ([`Client::receive`], [`Received`]).

use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::future::poll_fn;
use http::{HeaderMap, StatusCode, header};
use http_body::Body as HttpBody;

use super::super::mcp_handler::MAX_BODY_BYTES;
use super::super::rejection::Rejection;
use super::Client;
use super::budget::{Budget, BudgetPermit};
use super::limits::SENDING;

/// How long a body that was rejected is read.
const DISCARDING: Duration = Duration::from_secs(2);
/// Parsed messages up to this estimated size are not counted.
const UNCOUNTED_MEMORY: usize = 8 * 1024;
/// Size of the first block of a body, and of each further block.
const BLOCK: (usize, usize) = (8 * 1024, 64 * 1024);

/// The quota that a message uses, of its address and of the server, released on drop.
#[derive(Debug)]
pub(in crate::http) struct Received([BudgetPermit; 2]);

impl Client {
    /// Receives the body of a message, within limits of time and size, and the quota that it uses.
    pub(in crate::http) async fn receive(&self, body: Body) -> Result<(Bytes, Received), Rejection> {
        let received = tokio::time::timeout(SENDING, self.collect(body)).await;
        received.unwrap_or_else(|_| {
            let message = format!("The message was not there after {} seconds.", SENDING.as_secs());
            Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, "body_time", message))
        })
    }

    async fn collect(&self, mut body: Body) -> Result<(Bytes, Received), Rejection> {
        let incomplete = |_| {
            let message = "The message ended before all of its bytes were there. Send it again.";
            Rejection::new(StatusCode::BAD_REQUEST, "body_incomplete", message)
        };
        let mut received = Received([&self.address.body_bytes, &self.admission.body_bytes].map(Budget::part));
        // In blocks, because growing a single buffer briefly needs the memory of both copies.
        let mut blocks: Vec<BytesMut> = Vec::new();
        let mut length = 0;
        while let Some(frame) = next_frame(&mut body).await {
            let Ok(mut data) = frame.map_err(incomplete)?.into_data() else { continue };
            length += data.len();
            if length > MAX_BODY_BYTES {
                return Err(too_large());
            }
            while !data.is_empty() {
                let free = blocks.last().map_or(0, |block| block.capacity() - block.len());
                if free == 0 {
                    let size = if blocks.is_empty() { BLOCK.0 } else { BLOCK.1 };
                    received.change(|part| part.grow(size))?;
                    blocks.push(BytesMut::with_capacity(size));
                    continue;
                }
                let Some(block) = blocks.last_mut() else { continue };
                block.extend_from_slice(&data.split_to(free.min(data.len())));
            }
        }
        let bytes = match blocks.len() {
            0 | 1 => blocks.pop().unwrap_or_default().freeze(),
            _ => blocks.concat().into(),
        };
        Ok((bytes, received))
    }
}

impl Received {
    /// Counts the memory of the parsed message in place of its bytes. That of a small one is not counted: the limit on
    /// requests bounds these.
    pub(in crate::http) fn hold(&mut self, memory: usize) -> Result<(), Rejection> {
        let memory = if memory <= UNCOUNTED_MEMORY { 0 } else { memory };
        self.change(|part| part.resize(memory))
    }

    /// Changes both parts. `change` returns whether that much is left.
    fn change(&mut self, change: impl Fn(&mut BudgetPermit) -> bool) -> Result<(), Rejection> {
        let [of_address, of_all] = &mut self.0;
        if !change(of_address) {
            return Err(Rejection::too_many(
                "bodies_of_address",
                "This address is sending as many messages, or waits for the answers to as many large ones, as may be at \
                 once (--max-body-bytes). Send them one after the other.",
            ));
        }
        if !change(of_all) {
            return Err(Rejection::full(
                "bodies",
                "Clients are sending as many messages, or wait for the answers to as many large ones, as may be at once \
                 (--max-body-bytes). Try again in a while.",
            ));
        }
        Ok(())
    }
}

/// Rejects a body whose header states more bytes than are read, before anything else is done for the request. What a
/// client sends meanwhile is read and discarded, because it would not read the rejection otherwise; one that waits for
/// `100 Continue` sends nothing.
pub(in crate::http) fn within_size(headers: &HeaderMap, body: Body) -> Result<Body, Rejection> {
    if body.size_hint().lower() <= MAX_BODY_BYTES as u64 {
        return Ok(body);
    }
    if !headers.contains_key(header::EXPECT) {
        tokio::spawn(tokio::time::timeout(DISCARDING, discard(body)));
    }
    Err(too_large())
}

async fn discard(mut body: Body) {
    let mut left = 2 * MAX_BODY_BYTES;
    while let Some(Ok(frame)) = next_frame(&mut body).await {
        let Some(less) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { break };
        left = less;
    }
}

async fn next_frame(body: &mut Body) -> Option<Result<http_body::Frame<Bytes>, axum::Error>> {
    poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

fn too_large() -> Rejection {
    Rejection::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_size",
        format!("The message has more than the {MAX_BODY_BYTES} bytes that are read."),
    )
}
