//! The body of an answer to a request to `/mcp`: [`TrackedBody`] holds the guards of the request until the body has been
//! sent, and ends a stream when it has to.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::server::{InFlightGuard, RequestIdGuard};

/// Resolves when a stream has to end.
pub(super) type StreamEnd = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a request holds: its place in the in-flight limiter, the token for which shutdown waits, and its id in the session.
pub(super) type Guards = (InFlightGuard, Option<TaskTrackerToken>, Option<RequestIdGuard>);

/// A response body with guards that are held until it has been sent, or until it has to end.
pub(super) struct TrackedBody<B> {
    /// None once it had to end.
    body: Option<B>,
    until: Option<StreamEnd>,
    _guards: Guards,
}

impl<B> TrackedBody<B> {
    pub(super) fn new(body: B, until: Option<StreamEnd>, guards: Guards) -> Self {
        Self { body: Some(body), until, _guards: guards }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for TrackedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.until.as_mut().is_some_and(|until| until.as_mut().poll(context).is_ready()) {
            (self.body, self.until) = (None, None);
        }
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::{Body, to_bytes};
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use tokio::time::Instant;

    use super::{StreamEnd, TrackedBody};
    use crate::server::InFlight;

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_at_its_end_also_where_nothing_is_sent() {
        const LIFE: std::time::Duration = std::time::Duration::from_mins(5);
        for is_bounded in [false, true] {
            let until = is_bounded.then(|| Box::pin(tokio::time::sleep(LIFE)) as StreamEnd);
            let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"data: 1\n\n"))]);
            let body = Body::from_stream(first.chain(stream::pending()));
            let in_flight = InFlight::new(1).begin();
            let body = TrackedBody::new(body, until, (in_flight, None, None));
            let begun = Instant::now();
            let read = tokio::time::timeout(2 * LIFE, to_bytes(Body::new(body), 1_000)).await;
            assert_eq!(read.is_ok(), is_bounded);
            if let Ok(read) = read {
                assert_eq!((read.unwrap().as_ref(), begun.elapsed()), (&b"data: 1\n\n"[..], LIFE));
            }
        }
    }
}
