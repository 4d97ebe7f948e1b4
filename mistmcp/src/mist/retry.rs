//! Retries with backoff, within the deadline of the call ([`with_retries`]).

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use tokio::time::Instant;

use super::single_flight::LatestDeadline;
use super::wait_progress::{Wait, WaitReporter};
use crate::error::ErrorKind;
use crate::{Error, Result};

/// A failed attempt, and whether to retry.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) retry: RetryDecision,
}

/// When to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryDecision {
    Never,
    /// Once, at once: the connection was closed before any answer, as happens to an idle one.
    AtOnce,
    /// After a backoff that grows with each failure.
    Soon,
    /// After the time that Mist asked for.
    After(Duration),
}

/// How long a call may spend on retries.
#[derive(Clone, Debug)]
pub(super) struct RetryBudget {
    /// Maximum total wait.
    pub(super) wait: Duration,
    /// When no waiter needs the answer any more.
    pub(super) deadline: LatestDeadline,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, retry: RetryDecision::Never }
    }
}

const ATTEMPTS_AFTER_THE_FIRST: usize = 3;

/// Runs `attempt` until it succeeds, retrying cannot help, or the budget is used up. Before a retry that is certain to be made,
/// `take` takes one of the requests that are left, if there is one.
pub(super) async fn with_retries<T, F>(
    retry_budget: RetryBudget,
    waits: &WaitReporter,
    take: impl Fn() -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T, Failure>>,
{
    let (mut left, mut retried_at_once, mut attempts) = (retry_budget.wait, false, 1);
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
        .when(|(failure, _): &(Failure, Duration)| failure.retry != RetryDecision::Never)
        .adjust(|(failure, took), planned| {
            let planned = planned?;
            let wait = match failure.retry {
                RetryDecision::Never => return None,
                RetryDecision::AtOnce if !retried_at_once => {
                    if !take() {
                        return None;
                    }
                    retried_at_once = true;
                    attempts += 1;
                    return Some(Duration::ZERO);
                }
                RetryDecision::AtOnce | RetryDecision::Soon => planned,
                RetryDecision::After(retry_after_header) => retry_after_header.max(planned),
            };
            left = left.checked_sub(wait)?;
            let wait = match failure.retry {
                // A little later than asked, with jitter between clients.
                RetryDecision::After(_) => wait.saturating_add(planned / 8),
                _ => wait,
            };
            let until = Instant::now().checked_add(wait)?;
            // An attempt that takes as long again would only reach the deadline, whose error says less than this
            // failure.
            until.checked_add(*took).filter(|end| *end < retry_budget.deadline.end() && take())?;
            attempts += 1;
            waits.report(Some(match failure.error.kind() {
                ErrorKind::RateLimit => Wait::Limit(until),
                _ => Wait::Retry(until),
            }));
            tracing::debug!(wait_ms = wait.as_millis(), "trying again");
            Some(wait)
        })
        .await
        .map_err(|(failure, _)| match failure.error.kind() {
            ErrorKind::Cloud | ErrorKind::Network if attempts > 1 => {
                failure.error.append(format!(" It was tried {attempts} times."))
            }
            _ => failure.error,
        })
}

#[cfg(test)]
mod tests {
    use super::super::wait_progress::wait_channel;
    use super::*;
    use crate::call::CallsLeft;

    /// A budget of so many seconds of wait, and until the deadline.
    fn retry_budget(wait: u64, deadline: u64) -> RetryBudget {
        let deadline = LatestDeadline::until(Instant::now() + Duration::from_secs(deadline));
        RetryBudget { wait: Duration::from_secs(wait), deadline }
    }

    /// Runs attempts that all fail, with one of the calls left for each retry. Returns their number.
    async fn attempts(retry: RetryDecision, budget: RetryBudget, left: &CallsLeft) -> usize {
        let mut attempts = 0;
        let (reporter, _waiting) = wait_channel();
        let failing = || {
            attempts += 1;
            async move { Err(Failure { error: Error::advice("no"), retry }) }
        };
        let outcome: Result<()> = with_retries(budget, &reporter, || left.take(), failing).await;
        assert!(outcome.is_err());
        attempts
    }

    /// Runs attempts that all fail. Returns their number and the time taken.
    async fn tried(retry: RetryDecision, wait: u64, deadline: u64) -> (usize, Duration) {
        let started = Instant::now();
        let attempts = attempts(retry, retry_budget(wait, deadline), &CallsLeft::new(9)).await;
        (attempts, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn transient_failures_are_retried_with_growing_pauses() {
        let (attempts, took) = tried(RetryDecision::Soon, 15, 30).await;
        assert_eq!(attempts, 4);
        assert!((1_750..=3_500).contains(&took.as_millis()), "{took:?}");
        assert_eq!(tried(RetryDecision::Never, 15, 30).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_stay_within_the_budget() {
        assert_eq!(tried(RetryDecision::Soon, 0, 30).await.0, 1, "no waiting at all");
        assert_eq!(
            tried(RetryDecision::After(Duration::from_secs(16)), 15, 30).await.0,
            1,
            "the wait budget"
        );
        assert_eq!(tried(RetryDecision::After(Duration::from_secs(7)), 15, 5).await.0, 1, "the deadline");
        assert_eq!(tried(RetryDecision::After(Duration::ZERO), 0, 30).await.0, 1, "not even for nothing");
        let (attempts, took) = tried(RetryDecision::After(Duration::from_secs(7)), 15, 30).await;
        assert_eq!(attempts, 3, "twice 7 s fit into 15");
        assert!((14_000..16_000).contains(&took.as_millis()), "{took:?}");
        assert_eq!(tried(RetryDecision::After(Duration::MAX), 15, 30).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_taken_for_each_retry_that_is_made_and_for_no_other() {
        let minutes = |minutes| RetryDecision::After(Duration::from_mins(minutes));
        for (retry, left, wanted) in [
            (RetryDecision::Never, 9, (1, 9)),
            (RetryDecision::Soon, 9, (4, 6)),
            (RetryDecision::Soon, 2, (3, 0)),
            (RetryDecision::Soon, 0, (1, 0)),
            (RetryDecision::AtOnce, 1, (2, 0)),
            (RetryDecision::AtOnce, 0, (1, 0)),
            // Beyond the wait of the budget, and beyond the deadline.
            (minutes(60), 9, (1, 9)),
            (minutes(2), 9, (1, 9)),
        ] {
            let left = CallsLeft::new(left);
            let attempts = attempts(retry, retry_budget(180, 30), &left).await;
            assert_eq!((attempts, left.get()), wanted, "{retry:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_attempt_starts_that_would_reach_the_deadline() {
        let retry_budget = retry_budget(15, 30);
        let (reporter, _waiting) = wait_channel();
        let mut attempts = 0;
        let outcome: Result<()> = with_retries(
            retry_budget,
            &reporter,
            || true,
            || {
                attempts += 1;
                async {
                    tokio::time::sleep(Duration::from_secs(10)).await;
                    Err(Failure { error: Error::advice("could not be reached"), retry: RetryDecision::Soon })
                }
            },
        )
        .await;
        assert_eq!((outcome.unwrap_err().to_string().as_str(), attempts), ("could not be reached", 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_connection_is_retried_once_at_once() {
        assert_eq!(tried(RetryDecision::AtOnce, 0, 30).await, (2, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn the_error_names_the_number_of_attempts() {
        let retry_budget = retry_budget(15, 30);
        let (reporter, _waiting) = wait_channel();
        let outcome: Result<()> = with_retries(
            retry_budget,
            &reporter,
            || true,
            || async {
                Err(Failure {
                    error: Error::new(ErrorKind::Cloud, "Mist failed."),
                    retry: RetryDecision::Soon,
                })
            },
        )
        .await;
        assert_eq!(outcome.unwrap_err().to_string(), "Mist failed. It was tried 4 times.");
    }
}
