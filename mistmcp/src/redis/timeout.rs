//! Timeout with grace yields: [`within_time`].

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use redis::{ErrorKind, RedisError};
use thiserror::Error;
use tokio::task::yield_now;
use tokio::time::timeout;

/// Yields granted after the deadline, so that a reply already in the socket buffer is not mistaken for a timeout:
/// writing, reading and delivering a reply take a task turn each, doubled for safety.
const GRACE_YIELDS: usize = 8;

/// There was no reply within that time.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("no answer within {} ms", .0.as_millis())]
pub(super) struct TimedOut(Duration);

impl From<TimedOut> for RedisError {
    fn from(timed_out: TimedOut) -> Self {
        (ErrorKind::Io, "no reply", timed_out.to_string()).into()
    }
}

/// Waits until the deadline, and then for some yields: in a busy process a reply may have arrived that no task has
/// read yet. In an idle process yields take no time.
pub(super) async fn within_time<T>(
    deadline: Duration,
    future: impl Future<Output = T>,
) -> Result<T, TimedOut> {
    let mut future = pin!(future);
    if let Ok(value) = timeout(deadline, &mut future).await {
        return Ok(value);
    }
    for _ in 0..GRACE_YIELDS {
        yield_now().await;
        if let Some(value) = (&mut future).now_or_never() {
            return Ok(value);
        }
    }
    Err(TimedOut(deadline))
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio::time::Instant;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_reply_that_has_arrived_but_is_unread_is_no_timeout() {
        let ((send_reply, reply), (forward, forwarded)) = (oneshot::channel(), oneshot::channel());
        let future = tokio::spawn(within_time(SHORT, forwarded));
        tokio::spawn(async move {
            let answer: u8 = reply.await.unwrap();
            // The deadline passes before this task runs again.
            for _ in 0..GRACE_YIELDS / 2 {
                yield_now().await;
            }
            forward.send(answer)
        });
        yield_now().await;
        // Simulates a busy process.
        std::thread::sleep(SHORT * 3);
        send_reply.send(7).unwrap();
        assert_eq!(future.await.unwrap(), Ok(Ok(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_missing_reply_times_out_at_the_deadline() {
        let started = Instant::now();
        assert_eq!(within_time(SHORT, std::future::pending::<()>()).await, Err(TimedOut(SHORT)));
        assert!(started.elapsed() < SHORT * 2, "{:?}", started.elapsed());
    }
}
