//! Hourly fixed-window rate limit of a token ([`RateLimit`]).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parking_lot::{Mutex, MutexGuard};

const HOUR: i64 = 3_600;

/// The remaining calls of one token, counted as Mist counts them: from the top of the hour.
///
/// The last 5 % are a reserve: at Mist's limit, the user's portal and other programs would be cut off as well. Half
/// of the reserve is for calls that diagnose the token.
#[derive(Debug)]
pub(super) struct RateLimit {
    ceiling: u32,
    spent: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    hour: i64,
    calls: u32,
    /// Mist's own limit for the token, if known.
    limit: Option<u32>,
    blocked_until: Option<Timestamp>,
    /// Calls of this replica in the window, and how many of them Redis has recorded.
    own: u32,
    published: u32,
}

/// Request to the rate limit shared by replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SharedRequest {
    pub(super) hour: i64,
    pub(super) limit: u32,
    /// This replica's calls of the hour.
    pub(super) own: u32,
}

/// Its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SharedCounts {
    pub(super) granted: bool,
    /// The calls of all replicas in this hour including this one, and this replica's part.
    pub(super) calls: u32,
    pub(super) own: u32,
    /// Mist's own limit for the token, if any replica knows it.
    pub(super) limit: Option<u32>,
    pub(super) blocked_until: Option<Timestamp>,
}

/// Purpose of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Work,
    /// Reads the token's identity or usage.
    Diagnosis,
}

impl Purpose {
    /// The part of the hour's calls that is reserved from this purpose.
    pub(super) fn reserve(self) -> u32 {
        match self {
            Self::Work => 20,
            Self::Diagnosis => 40,
        }
    }
}

/// No call is available now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted {
    pub(super) by: ExhaustedBy,
    pub(super) until: Timestamp,
    pub(super) wait: Duration,
}

/// What exhausted the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExhaustedBy {
    /// Mist answered 429.
    Mist,
    /// This program's own count, with its hourly limit.
    Count(u32),
}

/// Coarse level of the remaining calls: shown in metrics, where it must not identify a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Three quarters and more.
    Full,
    /// A quarter and more.
    Partly,
    /// Less than a quarter.
    Low,
    /// None, except the reserve.
    Exhausted,
}

impl Level {
    pub(super) const ALL: [Self; 4] = [Self::Full, Self::Partly, Self::Low, Self::Exhausted];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partly => "partly",
            Self::Low => "low",
            Self::Exhausted => "used_up",
        }
    }
}

/// The count at some time, to compare with Mist's count later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) hour: i64,
    pub(super) calls: u32,
}

impl RateLimit {
    /// A limit of `ceiling` calls an hour, or fewer if Mist's own limit is lower.
    pub(super) fn new(ceiling: u32) -> Self {
        Self { ceiling, spent: Mutex::default() }
    }

    /// Takes one call, or returns when the next ones are available.
    pub(super) fn take(&self, now: Timestamp, purpose: Purpose) -> Result<(), Exhausted> {
        let mut spent = self.spent(now);
        self.check(&spent, now, purpose)?;
        spent.calls += 1;
        Ok(())
    }

    /// Takes one call of this replica's share: its part of what was left when Redis last answered.
    pub(super) fn take_share(
        &self,
        now: Timestamp,
        purpose: Purpose,
        replicas: u32,
    ) -> Result<(), Exhausted> {
        let mut spent = self.spent(now);
        self.check(&spent, now, purpose)?;
        let limit = self.limit(&spent);
        let unpublished = spent.own.saturating_sub(spent.published);
        let left =
            (limit - limit / purpose.reserve()).saturating_sub(spent.calls.saturating_sub(unpublished));
        if unpublished >= left / replicas.max(1) {
            return Err(self.used_up(&spent, now));
        }
        spent.calls += 1;
        spent.own += 1;
        Ok(())
    }

    /// The request to the shared rate limit.
    pub(super) fn shared_request(&self, now: Timestamp) -> SharedRequest {
        let spent = self.spent(now);
        SharedRequest { hour: spent.hour, limit: self.limit(&spent), own: spent.own }
    }

    /// Merges the response of the shared rate limit. Returns whether a call is available.
    pub(super) fn merge(
        &self,
        now: Timestamp,
        request: &SharedRequest,
        counts: &SharedCounts,
    ) -> Result<(), Exhausted> {
        let mut spent = self.spent(now);
        if spent.hour == request.hour {
            spent.published = spent.published.max(counts.own);
            spent.own = spent.own.max(counts.own);
            spent.calls = counts.calls.saturating_add(spent.own - spent.published);
        }
        spent.limit = counts.limit.or(spent.limit);
        spent.blocked_until = spent.blocked_until.max(counts.blocked_until);
        if counts.granted {
            return Ok(());
        }
        match counts.blocked_until.filter(|until| *until > now) {
            Some(until) => Err(Exhausted { by: ExhaustedBy::Mist, until, wait: between(now, until) }),
            None => Err(self.used_up(&spent, now)),
        }
    }

    /// What [`take`](Self::take) would return.
    pub(super) fn peek(&self, now: Timestamp, purpose: Purpose) -> Result<(), Exhausted> {
        self.check(&self.spent(now), now, purpose)
    }

    /// The number of calls that are left in this hour; none while Mist blocks.
    pub(super) fn left(&self, now: Timestamp, purpose: Purpose) -> u32 {
        let spent = self.spent(now);
        if spent.blocked_until.is_some_and(|until| until > now) {
            return 0;
        }
        let limit = self.limit(&spent);
        (limit - limit / purpose.reserve()).saturating_sub(spent.calls)
    }

    fn check(&self, spent: &Window, now: Timestamp, purpose: Purpose) -> Result<(), Exhausted> {
        if let Some(until) = spent.blocked_until.filter(|until| *until > now) {
            return Err(Exhausted { by: ExhaustedBy::Mist, until, wait: between(now, until) });
        }
        let limit = self.limit(spent);
        if spent.calls >= limit - limit / purpose.reserve() {
            return Err(self.used_up(spent, now));
        }
        Ok(())
    }

    fn limit(&self, spent: &Window) -> u32 {
        spent.limit.unwrap_or(self.ceiling).min(self.ceiling)
    }

    fn used_up(&self, spent: &Window, now: Timestamp) -> Exhausted {
        let until = next_hour(now);
        Exhausted { by: ExhaustedBy::Count(self.limit(spent)), until, wait: between(now, until) }
    }

    /// Records a 429 of Mist: no calls for `wait`.
    pub(super) fn block(&self, now: Timestamp, wait: Duration) -> Exhausted {
        // Mist counts by the hour, so a block cannot be longer, whatever the header says.
        let wait = wait.min(Duration::from_secs(HOUR.unsigned_abs()));
        let until = after(now, wait);
        let mut spent = self.spent(now);
        spent.blocked_until = spent.blocked_until.max(Some(until));
        Exhausted { by: ExhaustedBy::Mist, until, wait }
    }

    pub(super) fn tally(&self, now: Timestamp) -> Tally {
        let spent = self.spent(now);
        Tally { hour: spent.hour, calls: spent.calls }
    }

    /// Corrects the count by Mist's count and limit, as answered to a request sent at `asked`.
    pub(super) fn correct(&self, now: Timestamp, sent_at: Tally, requests: u32, limit: u32) {
        let mut spent = self.spent(now);
        if limit > 0 {
            spent.limit = Some(limit);
        }
        if spent.hour == sent_at.hour {
            let since = spent.calls.saturating_sub(sent_at.calls);
            spent.calls = requests.saturating_add(since);
        }
    }

    pub(super) fn level(&self, now: Timestamp) -> Level {
        if self.peek(now, Purpose::Work).is_err() {
            return Level::Exhausted;
        }
        let spent = self.spent(now);
        let limit = self.limit(&spent);
        match limit.saturating_sub(spent.calls) {
            left if left >= limit - limit / 4 => Level::Full,
            left if left >= limit / 4 => Level::Partly,
            _ => Level::Low,
        }
    }

    /// Whether the state differs from that of an unused token.
    pub(super) fn is_worth_keeping(&self, now: Timestamp) -> bool {
        let spent = self.spent(now);
        spent.calls > 0 || spent.blocked_until.is_some_and(|until| until > now)
    }

    /// The current window.
    fn spent(&self, now: Timestamp) -> MutexGuard<'_, Window> {
        let hour = now.as_second().div_euclid(HOUR);
        let mut spent = self.spent.lock();
        if spent.hour != hour {
            (spent.hour, spent.calls, spent.own, spent.published) = (hour, 0, 0, 0);
        }
        spent
    }
}

/// Time until Mist's next window.
pub(super) fn until_next_hour(now: Timestamp) -> Duration {
    between(now, next_hour(now))
}

fn next_hour(now: Timestamp) -> Timestamp {
    Timestamp::from_second((now.as_second().div_euclid(HOUR) + 1) * HOUR).unwrap_or(now)
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)).unwrap_or(now)
}

fn between(now: Timestamp, until: Timestamp) -> Duration {
    until.duration_since(now).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn taken(budget: &RateLimit, now: Timestamp, purpose: Purpose) -> u32 {
        (0..10_000).take_while(|_| budget.take(now, purpose).is_ok()).count().try_into().unwrap()
    }

    #[test]
    fn calls_are_counted_from_the_top_of_the_hour() {
        let budget = RateLimit::new(2);
        assert_eq!(budget.take(at("2026-01-01T10:59:00Z"), Purpose::Work), Ok(()));
        assert_eq!(budget.take(at("2026-01-01T10:59:01Z"), Purpose::Work), Ok(()));
        let until = at("2026-01-01T11:00:00Z");
        assert_eq!(
            budget.take(at("2026-01-01T10:59:30Z"), Purpose::Work),
            Err(Exhausted { by: ExhaustedBy::Count(2), until, wait: Duration::from_secs(30) })
        );
        assert_eq!(budget.take(until, Purpose::Work), Ok(()));
    }

    #[test]
    fn the_reserve_is_kept_and_half_of_it_is_for_diagnosis() {
        let (budget, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
        assert_eq!(taken(&budget, now, Purpose::Work), 4_750);
        assert_eq!(taken(&budget, now, Purpose::Diagnosis), 125);
        assert!(budget.peek(now, Purpose::Work).is_err() && budget.peek(now, Purpose::Diagnosis).is_err());
    }

    #[test]
    fn the_calls_that_are_left_do_not_include_the_reserve() {
        let (budget, now) = (RateLimit::new(100), at("2026-01-01T10:10:00Z"));
        assert_eq!(budget.left(now, Purpose::Work), 95);
        budget.take(now, Purpose::Work).unwrap();
        assert_eq!(budget.left(now, Purpose::Work), 94);
        budget.block(now, Duration::from_secs(73));
        assert_eq!(budget.left(now, Purpose::Work), 0);
    }

    #[test]
    fn a_429_blocks_calls_until_its_retry_after() {
        let (budget, now) = (RateLimit::new(100), at("2026-01-01T10:10:00Z"));
        budget.block(now, Duration::from_secs(73));
        // A shorter block does not shorten the longer one.
        budget.block(now, Duration::from_secs(3));
        let refused = budget.take(at("2026-01-01T10:11:12Z"), Purpose::Diagnosis).unwrap_err();
        assert_eq!((refused.by, refused.wait), (ExhaustedBy::Mist, Duration::from_secs(1)));
        assert_eq!(budget.take(at("2026-01-01T10:11:13Z"), Purpose::Work), Ok(()));
        let forever = budget.block(now, Duration::MAX);
        assert_eq!(forever.until, at("2026-01-01T11:10:00Z"));
    }

    #[test]
    fn mists_count_corrects_the_own_count_up_and_down() {
        let (budget, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
        budget.take(now, Purpose::Work).unwrap();
        let sent_at = budget.tally(now);
        budget.take(now, Purpose::Work).unwrap();
        budget.correct(now, sent_at, 4_740, 5_000);
        assert_eq!(taken(&budget, now, Purpose::Work), 9, "one was taken since the question");
        budget.correct(now, budget.tally(now), 10, 5_000);
        assert!(budget.peek(now, Purpose::Work).is_ok());
    }

    #[test]
    fn a_count_of_the_previous_hour_is_ignored() {
        let budget = RateLimit::new(5_000);
        let sent_at = budget.tally(at("2026-01-01T10:59:59Z"));
        budget.correct(at("2026-01-01T11:00:01Z"), sent_at, 4_999, 5_000);
        assert!(budget.peek(at("2026-01-01T11:00:01Z"), Purpose::Work).is_ok());
    }

    #[test]
    fn the_lower_of_the_limits_of_mist_and_the_operator_applies() {
        let now = at("2026-01-01T10:10:00Z");
        for (ceiling, stated, wanted) in [(5_000, 2_000, 1_900), (1_000, 5_000, 950), (1_000, 0, 950)] {
            let budget = RateLimit::new(ceiling);
            budget.correct(now, budget.tally(now), 0, stated);
            assert_eq!(taken(&budget, now, Purpose::Work), wanted);
        }
    }

    #[test]
    fn a_share_is_a_part_of_what_was_left_at_the_last_merge() {
        let now = at("2026-01-01T10:10:00Z");
        let share = |budget: &RateLimit, replicas| {
            (0..10_000).take_while(|_| budget.take_share(now, Purpose::Work, replicas).is_ok()).count()
        };
        assert_eq!(share(&RateLimit::new(5_000), 1), 4_750);
        assert_eq!(share(&RateLimit::new(5_000), 3), 1_583);
        let budget = RateLimit::new(5_000);
        let request = budget.shared_request(now);
        let counts =
            SharedCounts { granted: true, calls: 4_000, own: 1_000, limit: Some(4_500), blocked_until: None };
        budget.merge(now, &request, &counts).unwrap();
        assert_eq!(share(&budget, 2), 137, "half of 4,275 less 4,000");
        let request = budget.shared_request(now);
        assert_eq!(request.own, 1_137, "they are published");
        let counts = SharedCounts { calls: 4_137, own: 1_137, ..counts };
        budget.merge(now, &request, &counts).unwrap();
        assert_eq!(share(&budget, 2), 69, "half of what is left now");
        assert_eq!(budget.shared_request(at("2026-01-01T11:00:00Z")).own, 0, "another hour, another count");
    }

    #[test]
    fn remaining_calls_have_four_levels() {
        let (budget, now) = (RateLimit::new(100), "2026-01-01T10:00:00Z".parse::<Timestamp>().unwrap());
        let mut levels = vec![budget.level(now)];
        while budget.take(now, Purpose::Work).is_ok() {
            levels.push(budget.level(now));
        }
        let count = |level| levels.iter().filter(|found| **found == level).count();
        assert_eq!(Level::ALL.map(count), [26, 50, 19, 1]);
        assert!(levels.is_sorted_by_key(|level| *level as usize), "{levels:?}");
    }
}
