//! Response body that breaks off halfway: [`CutOff`].

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Bytes;
use http_body::{Body, Frame};
use tokio::time::{Sleep, sleep};

/// Half of the bytes, and then an error, which closes the connection.
pub(super) struct CutOff {
    half: Option<Bytes>,
    /// The error comes a moment later: at once, the half would never leave the server's buffer.
    pause: Pin<Box<Sleep>>,
}

impl CutOff {
    pub(super) fn of(body: &Bytes) -> CutOff {
        let half = Some(body.slice(..body.len() / 2));
        CutOff { half, pause: Box::pin(sleep(Duration::from_millis(20))) }
    }
}

impl Body for CutOff {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        self.pause.as_mut().poll(context).map(|()| Some(Err(io::Error::other("cut off on purpose"))))
    }
}
