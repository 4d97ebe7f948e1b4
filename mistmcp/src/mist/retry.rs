use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use tokio::time::Instant;

use super::single_flight::Needed;
use super::wait_progress::{Wait, WaitReporter};
use crate::error::ErrorKind;
use crate::{Error, Result};

/// An attempt that failed, and whether another one may go better.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) again: Again,
}

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// Once without waiting: the connection was closed before anything was answered, as happens to one that was idle.
    AtOnce,
    /// After a short while, the longer the more attempts have failed.
    Soon,
    /// After what Mist asked for.
    After(Duration),
}

/// How long a call may wait before it tries again.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    /// In all.
    pub(super) wait: Duration,
    /// The time by which nobody needs the answer any more.
    pub(super) deadline: Needed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, again: Again::Never }
    }
}

const ATTEMPTS_AFTER_THE_FIRST: usize = 3;

/// Runs `attempt` until it succeeds, trying again cannot help, or patience is over.
pub(super) async fn with_retries<T, F>(
    patience: Patience,
    waits: &WaitReporter,
    mut attempt: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T, Failure>>,
{
    let (mut left, mut hurried, mut attempts) = (patience.wait, false, 1);
    let schedule = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(4))
        .with_max_times(ATTEMPTS_AFTER_THE_FIRST)
        .with_jitter();
    let timed = || {
        let (started, outcome) = (Instant::now(), attempt());
        async move { outcome.await.map_err(|failure| (failure, started.elapsed())) }
    };
    timed
        .retry(schedule)
        .when(|(failure, _): &(Failure, Duration)| failure.again != Again::Never)
        .adjust(|(failure, took), planned| {
            let planned = planned?;
            let wait = match failure.again {
                Again::Never => return None,
                Again::AtOnce if !hurried => {
                    hurried = true;
                    attempts += 1;
                    return Some(Duration::ZERO);
                }
                Again::AtOnce | Again::Soon => planned,
                Again::After(asked) => asked.max(planned),
            };
            left = left.checked_sub(wait)?;
            let wait = match failure.again {
                // A little later than asked, and not all at the same time.
                Again::After(_) => wait.saturating_add(planned / 8),
                _ => wait,
            };
            let until = Instant::now().checked_add(wait)?;
            // One that takes as long again would end in the deadline, which says less than this failure does.
            until.checked_add(*took).filter(|end| *end < patience.deadline.end())?;
            attempts += 1;
            waits.tell(Some(match failure.error.kind() {
                ErrorKind::RateLimit => Wait::Limit(until),
                _ => Wait::Retry(until),
            }));
            tracing::debug!(wait_ms = wait.as_millis(), "trying again");
            Some(wait)
        })
        .await
        .map_err(|(failure, _)| match failure.error.kind() {
            ErrorKind::Cloud | ErrorKind::Network if attempts > 1 => {
                failure.error.and(format!(" It was tried {attempts} times."))
            }
            _ => failure.error,
        })
}

#[cfg(test)]
mod tests {
    use super::super::wait_progress::waits;
    use super::*;

    /// So many seconds to wait, and until the deadline.
    fn patience(wait: u64, deadline: u64) -> Patience {
        let deadline = Needed::until(Instant::now() + Duration::from_secs(deadline));
        Patience { wait: Duration::from_secs(wait), deadline }
    }

    /// What an attempt that fails each time comes to: how often it was made, and how long it took.
    async fn tried(again: Again, wait: u64, deadline: u64) -> (usize, Duration) {
        let started = Instant::now();
        let patience = patience(wait, deadline);
        let mut attempts = 0;
        let (told, _waiting) = waits();
        let outcome: Result<()> = with_retries(patience, &told, || {
            attempts += 1;
            async move { Err(Failure { error: Error::advice("no"), again }) }
        })
        .await;
        assert!(outcome.is_err());
        (attempts, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_a_few_times_with_growing_pauses() {
        let (attempts, took) = tried(Again::Soon, 15, 30).await;
        assert_eq!(attempts, 4);
        assert!((1_750..=3_500).contains(&took.as_millis()), "{took:?}");
        assert_eq!(tried(Again::Never, 15, 30).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_waits_longer_than_it_may() {
        assert_eq!(tried(Again::Soon, 0, 30).await.0, 1, "no waiting at all");
        assert_eq!(tried(Again::After(Duration::from_secs(16)), 15, 30).await.0, 1, "the wait budget");
        assert_eq!(tried(Again::After(Duration::from_secs(7)), 15, 5).await.0, 1, "the deadline");
        assert_eq!(tried(Again::After(Duration::ZERO), 0, 30).await.0, 1, "not even for nothing");
        let (attempts, took) = tried(Again::After(Duration::from_secs(7)), 15, 30).await;
        assert_eq!(attempts, 3, "twice 7 s fit into 15");
        assert!((14_000..16_000).contains(&took.as_millis()), "{took:?}");
        assert_eq!(tried(Again::After(Duration::MAX), 15, 30).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_would_end_in_the_deadline_is_not_made() {
        let patience = patience(15, 30);
        let (told, _waiting) = waits();
        let mut attempts = 0;
        let outcome: Result<()> = with_retries(patience, &told, || {
            attempts += 1;
            async {
                tokio::time::sleep(Duration::from_secs(10)).await;
                Err(Failure { error: Error::advice("could not be reached"), again: Again::Soon })
            }
        })
        .await;
        assert_eq!((outcome.unwrap_err().to_string().as_str(), attempts), ("could not be reached", 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_was_closed_is_made_anew_once_without_waiting() {
        assert_eq!(tried(Again::AtOnce, 0, 30).await, (2, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn the_error_says_how_often_it_was_tried() {
        let patience = patience(15, 30);
        let (told, _waiting) = waits();
        let outcome: Result<()> = with_retries(patience, &told, || async {
            Err(Failure { error: Error::new(ErrorKind::Cloud, "Mist failed."), again: Again::Soon })
        })
        .await;
        assert_eq!(outcome.unwrap_err().to_string(), "Mist failed. It was tried 4 times.");
    }
}
