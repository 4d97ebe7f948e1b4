use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

/// How long an answer's head waits for its first word at most, where another replica could still give it: a client that
/// waits longer is told that it is under way.
pub(super) const AMONG_REPLICAS: Duration = Duration::from_secs(10);
/// And where none could. What is answered by then goes out in one piece; of anything slower the client soon has the name by
/// which it may come back for it.
pub(super) const ALONE: Duration = Duration::from_millis(100);

/// A body of which the beginning may have been read already.
pub(super) struct PeekedBody<B> {
    first: VecDeque<Frame<Bytes>>,
    body: B,
    ended: bool,
}

impl<B: HttpBody<Data = Bytes> + Unpin> PeekedBody<B> {
    pub(super) fn new(body: B) -> Self {
        Self { first: VecDeque::new(), body, ended: false }
    }

    /// Returns when there is a first word of a stream of events, or after a while. A proxy has not heard of an answer until
    /// then, so that where this process fails it can still have another replica answer.
    pub(super) async fn first_word(&mut self, patience: Duration) {
        let word = async {
            while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await
            {
                let found = frame.data_ref().is_some_and(|event| says_something(event));
                self.first.push_back(frame);
                if found {
                    return;
                }
            }
            self.ended = true;
        };
        // What has been read by then is kept.
        let _ = tokio::time::timeout(patience, word).await;
    }
}

/// Whether there is a message in an event. The one that a stream begins with only gives it a name.
fn says_something(event: &[u8]) -> bool {
    let mut lines = event.split(|byte| *byte == b'\n');
    lines.any(|line| line.strip_prefix(b"data:").is_some_and(|data| !data.trim_ascii().is_empty()))
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for PeekedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.first.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None if self.ended => Poll::Ready(None),
            None => Pin::new(&mut self.body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_empty() && (self.ended || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        if self.first.is_empty() {
            return self.body.size_hint();
        }
        let mut hint = SizeHint::default();
        let there = self.first.iter().filter_map(Frame::data_ref).map(|data| data.len() as u64);
        hint.set_lower(there.sum());
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::{Body, to_bytes};
    use futures_util::{StreamExt, stream};

    use super::*;

    const NAMED: &str = "data: \nid: 0/0\nretry: 3000\n\n";
    const ANSWER: &str = "data: {\"jsonrpc\":\"2.0\"}\nid: 1/0\n\n";

    type Events = Pin<Box<dyn futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;

    struct PeekedEvents(Events);

    impl HttpBody for PeekedEvents {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.poll_next_unpin(context)
        }
    }

    fn spoken(events: &[&'static str], goes_on: bool) -> PeekedBody<PeekedEvents> {
        let events: Vec<_> =
            events.iter().map(|event| Ok(Frame::data(Bytes::from_static(event.as_bytes())))).collect();
        let events = stream::iter(events);
        PeekedBody::new(PeekedEvents(if goes_on {
            events.chain(stream::pending()).boxed()
        } else {
            events.boxed()
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_begins_with_its_first_word_and_loses_nothing_of_what_came_before() {
        for goes_on in [false, true] {
            let began = tokio::time::Instant::now();
            let mut body = spoken(&[NAMED, ANSWER], goes_on);
            body.first_word(AMONG_REPLICAS).await;
            assert!(began.elapsed() < AMONG_REPLICAS);
            assert_eq!(body.first.len(), 2);
        }
        let mut body = spoken(&[NAMED, ANSWER, ANSWER], false);
        body.first_word(AMONG_REPLICAS).await;
        let whole = to_bytes(Body::new(body), 1_000).await.unwrap();
        assert_eq!(whole, [NAMED, ANSWER, ANSWER].concat());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_without_a_word_begins_after_a_while_and_one_that_ends_at_once() {
        let mut body = spoken(&[NAMED], true);
        let began = tokio::time::Instant::now();
        body.first_word(AMONG_REPLICAS).await;
        assert_eq!(began.elapsed(), AMONG_REPLICAS);
        assert!(!body.is_end_stream());
        let mut body = spoken(&[NAMED], false);
        body.first_word(AMONG_REPLICAS).await;
        assert_eq!(began.elapsed(), AMONG_REPLICAS);
        assert_eq!(to_bytes(Body::new(body), 1_000).await.unwrap(), NAMED);
    }
}
