//! [`LogLimit`], a bound on the lines about something that may happen at any rate.

use std::time::{Duration, Instant};

/// So many lines in a period, which begins with its first line. The others are counted.
#[derive(Debug)]
pub(crate) struct LogLimit {
    most: u32,
    period: Duration,
    began: Option<Instant>,
    lines: u32,
    left_out: u64,
}

impl LogLimit {
    pub(crate) const fn new(most: u32, period: Duration) -> Self {
        Self { most, period, began: None, lines: 0, left_out: 0 }
    }

    /// Whether another line may be written, and how many were left out before it.
    pub(crate) fn next(&mut self, now: Instant) -> Option<u64> {
        self.try_line(now).then(|| std::mem::take(&mut self.left_out))
    }

    /// Whether another line may be written. What was left out before goes on to be counted.
    pub(crate) fn try_line(&mut self, now: Instant) -> bool {
        if self.began.is_none() || self.is_over(now) {
            self.begin(now);
        }
        if self.lines >= self.most {
            self.left_out += 1;
            return false;
        }
        self.lines += 1;
        true
    }

    /// Begins a period, before the current one is over. What was left out before goes on to be counted.
    pub(crate) fn begin(&mut self, now: Instant) {
        (self.began, self.lines) = (Some(now), 0);
    }

    /// Whether the current period is over.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.began.is_some_and(|began| now.saturating_duration_since(began) >= self.period)
    }

    /// The lines that were left out since the last one.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_period_are_bounded_and_the_others_counted() {
        let (mut limit, began) = (LogLimit::new(10, Duration::from_mins(1)), Instant::now());
        let lines = (0..1_010).map(|_| limit.next(began));
        assert!(lines.eq([Some(0); 10].into_iter().chain([None; 1_000])));
        let later = began + Duration::from_mins(1);
        assert!(limit.is_over(later) && limit.left_out() == 1_000);
        assert_eq!([limit.next(later), limit.next(later)], [Some(1_000), Some(0)]);
    }
}
