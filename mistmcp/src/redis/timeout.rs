use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use redis::{ErrorKind, RedisError};
use thiserror::Error;
use tokio::task::yield_now;
use tokio::time::timeout;

/// Until a question is written, its answer read, and handed to who asked, each of which is a task's turn; and as many again.
const TURNS: usize = 8;

/// Nothing was heard for that long.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("no answer within {} ms", .0.as_millis())]
pub(super) struct TimedOut(Duration);

impl From<TimedOut> for RedisError {
    fn from(silent: TimedOut) -> Self {
        (ErrorKind::Io, "it is silent", silent.to_string()).into()
    }
}

/// Waits for as long as that, and for some turns of this process's tasks: where those are many, an answer may be here that
/// nobody has had the time to read. Where nothing else is to be done, turns take no time.
pub(super) async fn within_time<T>(
    deadline: Duration,
    asking: impl Future<Output = T>,
) -> Result<T, TimedOut> {
    let mut asking = pin!(asking);
    if let Ok(heard) = timeout(deadline, &mut asking).await {
        return Ok(heard);
    }
    for _ in 0..TURNS {
        yield_now().await;
        if let Some(heard) = (&mut asking).now_or_never() {
            return Ok(heard);
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
    async fn an_answer_is_heard_that_is_here_and_still_has_to_be_read() {
        let ((says, said), (tells, told)) = (oneshot::channel(), oneshot::channel());
        let asking = tokio::spawn(within_time(SHORT, told));
        tokio::spawn(async move {
            let answer: u8 = said.await.unwrap();
            // The deadline passes before it is its turn.
            for _ in 0..TURNS / 2 {
                yield_now().await;
            }
            tells.send(answer)
        });
        yield_now().await;
        // This process has much to do.
        std::thread::sleep(SHORT * 3);
        says.send(7).unwrap();
        assert_eq!(asking.await.unwrap(), Ok(Ok(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_for_one_who_is_silent() {
        let began = Instant::now();
        assert_eq!(within_time(SHORT, std::future::pending::<()>()).await, Err(TimedOut(SHORT)));
        assert!(began.elapsed() < SHORT * 2, "{:?}", began.elapsed());
    }
}
