use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

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
    /// After a short while, the longer the more attempts have failed.
    Soon,
    /// After what Mist asked for.
    After(Duration),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, again: Again::Never }
    }
}

const ATTEMPTS_AFTER_THE_FIRST: usize = 3;

/// Runs `attempt` until it succeeds or trying again cannot help, waiting `budget` at most in all.
pub(super) async fn with_retries<T, F>(budget: Duration, attempt: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut left = budget;
    let schedule = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(4))
        .with_max_times(ATTEMPTS_AFTER_THE_FIRST)
        .with_jitter();
    attempt
        .retry(schedule)
        .when(|failure: &Failure| failure.again != Again::Never)
        .adjust(|failure, planned| {
            let wait = match failure.again {
                Again::Never => None,
                Again::Soon => planned,
                Again::After(wait) => planned.map(|_| wait),
            };
            let wait = wait.filter(|wait| *wait <= left)?;
            left -= wait;
            tracing::debug!(wait_ms = wait.as_millis(), "trying again");
            Some(wait)
        })
        .await
        .map_err(|failure| failure.error)
}
