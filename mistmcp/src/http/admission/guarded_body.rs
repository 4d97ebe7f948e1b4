//! [`GuardedBody`], a response body that holds its share of the quotas until the client has read it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::StreamBytes;
use super::connections::{Answer, TakingTimer};
use super::limits::CHUNK;

/// A response body that holds guards until the client has read it.
pub(super) struct GuardedBody<G> {
    body: Body,
    /// Data read from the body and not yet written.
    rest: Bytes,
    /// Only for HTTP/2, whose streams wait for their client each by itself. Data is then copied in chunks: a stream
    /// buffers what it is given, however little its client reads, and a slice would keep the whole allocation alive.
    /// The last byte is a chunk of its own: hyper hands a chunk over when its client can take at least one byte, so the
    /// guards are held until the client can take all.
    taking: Option<Arc<TakingTimer>>,
    answer: Option<Answer>,
    /// Bytes to write until `answer` is complete.
    left: u64,
    /// Counts each event of a stream, whose size is not known beforehand.
    stream: Option<StreamBytes>,
    _guards: G,
}

impl<G> GuardedBody<G> {
    pub(super) fn new(
        body: Body,
        taking: Option<Arc<TakingTimer>>,
        answer: Option<Answer>,
        stream: StreamBytes,
        guards: G,
    ) -> Self {
        let hint = body.size_hint();
        let stream = hint.exact().is_none().then_some(stream);
        Self { body, rest: Bytes::new(), taking, answer, left: hint.lower(), stream, _guards: guards }
    }

    /// Counts an event of a stream until the client has read it.
    fn count(&mut self, event: &Bytes) -> Result<(), axum::Error> {
        if let Some(stream) = self.stream.as_ref().filter(|_| self.left == 0)
            && let Some(answer) = stream.count(event.len() as u64)?
        {
            self.answer = Some(answer);
            self.left = event.len() as u64;
        }
        Ok(())
    }

    fn write(&mut self, data: Bytes) -> Bytes {
        self.left = self.left.saturating_sub(data.len() as u64);
        if self.left == 0 && self.taking.is_none() {
            self.end();
        }
        data
    }

    fn end(&mut self) {
        let Some(answer) = self.answer.take() else { return };
        if self.taking.is_some() { drop(answer) } else { answer.handed_over() }
    }

    fn next_chunk(&mut self) -> Option<Bytes> {
        if self.rest.is_empty() {
            return None;
        }
        let length = (self.rest.len() - 1).clamp(1, CHUNK);
        let next_chunk = self.rest.split_to(length);
        let next_chunk = Bytes::copy_from_slice(&next_chunk);
        if self.rest.is_empty() {
            self.rest = Bytes::new();
        }
        Some(next_chunk)
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.left == 0 {
            self.end();
        }
        if let Some(next_chunk) = self.next_chunk() {
            return Poll::Ready(Some(Ok(Frame::data(self.write(next_chunk)))));
        }
        let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            Some(Ok(frame)) => frame,
            end => {
                self.end();
                return Poll::Ready(end);
            }
        };
        if let Some(data) = frame.data_ref()
            && let Err(error) = self.count(data)
        {
            return Poll::Ready(Some(Err(error)));
        }
        let data = match frame.into_data() {
            Ok(data) if self.taking.is_some() => {
                self.rest = data;
                self.next_chunk().unwrap_or_default()
            }
            Ok(data) => data,
            Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
        };
        Poll::Ready(Some(Ok(Frame::data(self.write(data)))))
    }
}

impl<G: Unpin> HttpBody for GuardedBody<G> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(taking) = self.taking.clone() else { return self.poll_next(context) };
        taking.stop(context.waker());
        let waker = Waker::from(Arc::clone(&taking));
        let frame = self.poll_next(&mut Context::from_waker(&waker));
        if frame.is_ready() {
            taking.start();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(exact) = hint.exact() {
            hint.set_exact(exact + rest);
        } else {
            hint.set_lower(hint.lower() + rest);
        }
        hint
    }
}

impl<G> Drop for GuardedBody<G> {
    fn drop(&mut self) {
        // If the response was cancelled, nothing of it is left to count. If it was written in one piece, the socket
        // has it.
        if self.left == 0 {
            self.end();
        }
    }
}
