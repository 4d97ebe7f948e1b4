use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

const HOUR: i64 = 3_600;

/// The calls that one token has left, counted as Mist counts them: from the top of the hour.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u32,
    spent: Mutex<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    hour: i64,
    calls: u32,
}

impl Budget {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, spent: Mutex::default() }
    }

    /// Takes one call, or says how long it is until there are new ones.
    pub(super) fn take(&self, now: Timestamp) -> Result<(), Duration> {
        let seconds = now.as_second();
        // A panic cannot leave a half-written count behind, so a poisoned lock is as good as any.
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.hour != seconds.div_euclid(HOUR) {
            *spent = Spent { hour: seconds.div_euclid(HOUR), calls: 0 };
        }
        if spent.calls >= self.limit {
            return Err(until_next_hour(now));
        }
        spent.calls += 1;
        Ok(())
    }
}

/// How long it is until Mist counts anew.
pub(super) fn until_next_hour(now: Timestamp) -> Duration {
    Duration::from_secs((HOUR - now.as_second().rem_euclid(HOUR)).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_from_the_top_of_the_hour() {
        let budget = Budget::new(2);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(budget.take(at("2026-01-01T10:59:00Z")), Ok(()));
        assert_eq!(budget.take(at("2026-01-01T10:59:01Z")), Ok(()));
        assert_eq!(budget.take(at("2026-01-01T10:59:30Z")), Err(Duration::from_secs(30)));
        assert_eq!(budget.take(at("2026-01-01T11:00:00Z")), Ok(()));
    }
}
