use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::StreamBytes;
use super::connections::Answer;
use super::limits::CHUNK;

/// The body of an answer, with what is held until the client has taken it.
pub(super) struct GuardedBody<G> {
    body: Body,
    /// Taken from the body, and not handed over yet.
    rest: Bytes,
    /// HTTP/2 gets it in pieces of memory of their own: a stream buffers what it is handed, however little its client
    /// takes, and a slice would hold the whole.
    in_chunks: bool,
    answer: Option<Answer>,
    /// Bytes until `answer` has been handed over.
    left: u64,
    /// Counts each event of a stream, whose bytes are not known before.
    stream: Option<StreamBytes>,
    _guards: G,
}

impl<G> GuardedBody<G> {
    pub(super) fn new(
        body: Body,
        in_chunks: bool,
        answer: Option<Answer>,
        stream: StreamBytes,
        guards: G,
    ) -> Self {
        let hint = body.size_hint();
        let stream = hint.exact().is_none().then_some(stream);
        Self { body, rest: Bytes::new(), in_chunks, answer, left: hint.lower(), stream, _guards: guards }
    }

    /// Counts an event of a stream until the client has taken it.
    fn count(&mut self, event: &Bytes) -> Result<(), axum::Error> {
        if let Some(stream) = self.stream.as_ref().filter(|_| self.left == 0)
            && let Some(answer) = stream.hold(event.len() as u64)?
        {
            self.answer = Some(answer);
            self.left = event.len() as u64;
        }
        Ok(())
    }

    fn hand_over(&mut self, data: Bytes) -> Bytes {
        self.left = self.left.saturating_sub(data.len() as u64);
        if self.left == 0 {
            self.end();
        }
        data
    }

    fn end(&mut self) {
        let Some(answer) = self.answer.take() else { return };
        if self.in_chunks { drop(answer) } else { answer.handed_over() }
    }

    fn piece(&mut self) -> Option<Bytes> {
        if self.rest.is_empty() {
            return None;
        }
        let piece = self.rest.split_to(self.rest.len().min(CHUNK));
        let piece = Bytes::copy_from_slice(&piece);
        if self.rest.is_empty() {
            self.rest = Bytes::new();
        }
        Some(piece)
    }
}

impl<G: Unpin> HttpBody for GuardedBody<G> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(piece) = self.piece() {
            return Poll::Ready(Some(Ok(Frame::data(self.hand_over(piece)))));
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
            Ok(data) if self.in_chunks && data.len() > CHUNK => {
                self.rest = data;
                self.piece().unwrap_or_default()
            }
            Ok(data) => data,
            Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
        };
        Poll::Ready(Some(Ok(Frame::data(self.hand_over(data)))))
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
        // Where it was given up, nothing of it is left; where it went over in one piece, the socket's side has it.
        if self.left == 0 {
            self.end();
        }
    }
}
