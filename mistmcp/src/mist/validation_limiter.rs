//! Rate limit per client address of requests to Mist with tokens that it has not accepted yet ([`ValidationLimiter`]).

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Maximum waiting requests of one address. Further ones are refused.
const MAX_WAITING: usize = 8;
/// How long a request waits for its turn.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Rate limit of one address: requests per minute with tokens that Mist has not accepted. Requests with an accepted
/// token are not counted.
#[derive(Debug)]
pub(crate) struct ValidationLimiter {
    limiter: DefaultDirectRateLimiter,
    waiting: Semaphore,
    per_minute: NonZeroU32,
    last: Mutex<Option<Instant>>,
}

/// The requests of this minute are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValidationLimited {
    pub(crate) per_minute: NonZeroU32,
    pub(crate) wait: Duration,
}

impl ValidationLimiter {
    pub(crate) fn new(per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::direct(Quota::per_minute(per_minute));
        Self { limiter, waiting: Semaphore::new(MAX_WAITING), per_minute, last: Mutex::default() }
    }

    /// Whether no request of the last minute is counted.
    pub(crate) fn is_unused(&self) -> bool {
        let last = *self.last.lock();
        last.is_none_or(|last| last.elapsed() > Duration::from_mins(1))
    }

    /// Takes one request, after a short wait if that suffices.
    pub(crate) async fn take(&self) -> Result<(), ValidationLimited> {
        let Err(wait) = self.try_take() else { return Ok(()) };
        let refused = |wait| ValidationLimited { per_minute: self.per_minute, wait };
        let Ok(_waiting) = self.waiting.try_acquire() else { return Err(refused(wait)) };
        let end = Instant::now() + MAX_WAIT;
        loop {
            let Err(wait) = self.try_take() else { return Ok(()) };
            let ready = Instant::now() + wait;
            if ready > end {
                return Err(refused(wait));
            }
            tokio::time::sleep_until(ready).await;
        }
    }

    fn try_take(&self) -> Result<(), Duration> {
        let clock = DefaultClock::default();
        self.limiter.check().map_err(|not_until| not_until.wait_time_from(clock.now()))?;
        *self.last.lock() = Some(Instant::now());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_has_a_limit_per_minute() {
        let validation_limiter = ValidationLimiter::new(NonZeroU32::new(3).unwrap());
        for _ in 0..3 {
            validation_limiter.take().await.unwrap();
        }
        // The next one is free in twenty seconds, which is too long to wait for.
        let refused = validation_limiter.take().await.unwrap_err();
        assert_eq!(refused.per_minute.get(), 3);
        assert!(refused.wait > MAX_WAIT && refused.wait <= Duration::from_secs(20), "{refused:?}");
    }
}
