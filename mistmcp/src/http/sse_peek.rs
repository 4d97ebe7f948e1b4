//! Peeking at the first SSE event: [`PeekedBody`] holds response headers back until the first message or a timeout.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

/// How long response headers are held back, among replicas, so that a load balancer can still retry on another
/// replica.
pub(super) const PEEK_AMONG_REPLICAS: Duration = Duration::from_secs(10);
/// The same without replicas. A response that is ready by then goes out in one piece. A client of a slower one soon
/// gets the event id with which it can resume the stream.
pub(super) const PEEK_ALONE: Duration = Duration::from_millis(100);

/// A response body whose first frames may have been read already.
pub(super) struct PeekedBody<B: HttpBody> {
    first: VecDeque<Frame<Bytes>>,
    /// The error that followed them.
    error: Option<B::Error>,
    body: B,
    ended: bool,
}

impl<B: HttpBody<Data = Bytes, Error: Unpin> + Unpin> PeekedBody<B> {
    pub(super) fn new(body: B) -> Self {
        Self { first: VecDeque::new(), error: None, body, ended: false }
    }

    /// Reads up to the first message of an event stream, or until the timeout. Until then a proxy has seen no
    /// response headers, and can retry on another replica if this process fails.
    pub(super) async fn peek(&mut self, timeout: Duration) {
        let reading = async {
            while let Some(frame) = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await {
                let frame = match frame {
                    Ok(frame) => frame,
                    Err(error) => {
                        self.error = Some(error);
                        break;
                    }
                };
                let found = frame.data_ref().is_some_and(|event| has_message(event));
                self.first.push_back(frame);
                if found {
                    return;
                }
            }
            self.ended = true;
        };
        // Frames read before the timeout are kept.
        let _ = tokio::time::timeout(timeout, reading).await;
    }
}

/// Whether an event has a message. The first event of a stream only carries an event id.
fn has_message(event: &[u8]) -> bool {
    let mut lines = event.split(|byte| *byte == b'\n');
    lines.any(|line| line.strip_prefix(b"data:").is_some_and(|data| !data.trim_ascii().is_empty()))
}

impl<B: HttpBody<Data = Bytes, Error: Unpin> + Unpin> HttpBody for PeekedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.first.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None if self.ended => Poll::Ready(self.error.take().map(Err)),
            None => Pin::new(&mut self.body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_empty() && self.error.is_none() && (self.ended || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        if self.first.is_empty() {
            return self.body.size_hint();
        }
        let mut hint = SizeHint::default();
        let buffered = self.first.iter().filter_map(Frame::data_ref).map(|data| data.len() as u64);
        hint.set_lower(buffered.sum());
        hint
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use futures_util::{StreamExt, stream};

    use super::*;

    const EVENT_ID_ONLY: &str = "data: \nid: 0/0\nretry: 3000\n\n";
    const ANSWER: &str = "data: {\"jsonrpc\":\"2.0\"}\nid: 1/0\n\n";

    type Events = Pin<Box<dyn futures_util::Stream<Item = Result<Frame<Bytes>, &'static str>> + Send>>;

    struct PeekedEvents(Events);

    impl HttpBody for PeekedEvents {
        type Data = Bytes;
        type Error = &'static str;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
            self.0.poll_next_unpin(context)
        }
    }

    fn body_of(events: &[&'static str], stays_open: bool) -> PeekedBody<PeekedEvents> {
        let events: Vec<_> =
            events.iter().map(|event| Ok(Frame::data(Bytes::from_static(event.as_bytes())))).collect();
        let events = stream::iter(events);
        PeekedBody::new(PeekedEvents(if stays_open {
            events.chain(stream::pending()).boxed()
        } else {
            events.boxed()
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn peeking_ends_at_the_first_message_and_loses_no_frame() {
        for stays_open in [false, true] {
            let started = tokio::time::Instant::now();
            let mut body = body_of(&[EVENT_ID_ONLY, ANSWER], stays_open);
            body.peek(PEEK_AMONG_REPLICAS).await;
            assert!(started.elapsed() < PEEK_AMONG_REPLICAS);
            assert_eq!(body.first.len(), 2);
        }
        let mut body = body_of(&[EVENT_ID_ONLY, ANSWER, ANSWER], false);
        body.peek(PEEK_AMONG_REPLICAS).await;
        let whole = to_bytes(Body::new(body), 1_000).await.unwrap();
        assert_eq!(whole, [EVENT_ID_ONLY, ANSWER, ANSWER].concat());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_breaks_while_it_is_peeked_at_does_not_end_cleanly() {
        for events in [&[][..], &[EVENT_ID_ONLY], &[EVENT_ID_ONLY, EVENT_ID_ONLY]] {
            let frames = events.iter().map(|event| Ok(Frame::data(Bytes::from_static(event.as_bytes()))));
            let broken = stream::iter(frames.chain([Err("broken")]).collect::<Vec<_>>());
            let mut body = PeekedBody::new(PeekedEvents(broken.boxed()));
            body.peek(PEEK_AMONG_REPLICAS).await;
            for event in events {
                let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
                assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), *event);
            }
            assert!(!body.is_end_stream());
            let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
            assert_eq!(frame.unwrap().unwrap_err(), "broken");
            assert!(body.is_end_stream());
            assert!(poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.is_none());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn peeking_without_a_message_ends_at_the_timeout_or_the_end_of_the_stream() {
        let mut body = body_of(&[EVENT_ID_ONLY], true);
        let started = tokio::time::Instant::now();
        body.peek(PEEK_AMONG_REPLICAS).await;
        assert_eq!(started.elapsed(), PEEK_AMONG_REPLICAS);
        assert!(!body.is_end_stream());
        let mut body = body_of(&[EVENT_ID_ONLY], false);
        body.peek(PEEK_AMONG_REPLICAS).await;
        assert_eq!(started.elapsed(), PEEK_AMONG_REPLICAS);
        assert_eq!(to_bytes(Body::new(body), 1_000).await.unwrap(), EVENT_ID_ONLY);
    }
}
