//! Counter of API calls per hour, and its limit: [`Counter`].

use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::engine::{ApiError, Usage};

const HOUR: u64 = 3600;

/// What Mist allows.
const LIMIT: u64 = 5000;

/// Counts authorized calls from the top of the hour, as Mist does, and refuses those beyond the limit.
#[derive(Debug)]
pub(super) struct Counter(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    limit: u64,
    /// Which hour since the epoch it is.
    hour: u64,
    requests: u64,
}

impl Default for Counter {
    fn default() -> Counter {
        Counter(Mutex::new(Counted { limit: LIMIT, hour: 0, requests: 0 }))
    }
}

impl Counter {
    pub(super) fn limit(&self, limit: u64) {
        self.0.lock().limit = limit;
    }

    /// Counts one more call, or refuses it where the hour's are spent.
    pub(super) fn count(&self) -> Result<Usage, ApiError> {
        self.count_at(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    fn count_at(&self, now: u64) -> Result<Usage, ApiError> {
        let mut counted = self.0.lock();
        if counted.hour != now / HOUR {
            (counted.hour, counted.requests) = (now / HOUR, 0);
        }
        let seconds = HOUR - now % HOUR;
        if counted.requests >= counted.limit {
            return Err(ApiError::too_many_requests(counted.limit, seconds));
        }
        counted.requests += 1;
        Ok(Usage { requests: counted.requests, limit: counted.limit, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_five_thousand_calls_and_the_next_hour_has_them_again() {
        let counter = Counter::default();
        let hour = 500_000 * HOUR;
        for call in 1..=5000 {
            assert_eq!(counter.count_at(hour + 10).unwrap().requests, call);
        }
        let error = counter.count_at(hour + 3590).unwrap_err();
        assert_eq!((error.status.as_u16(), error.retry_after), (429, Some(10)));
        assert_eq!(counter.count_at(hour + HOUR).unwrap().requests, 1);
    }
}
