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

impl Tally {
    /// Whether Mist counted in the same hour when its clock showed `date`. By another clock, the next hour may have begun.
    pub(super) fn is_of_hour(self, date: Timestamp) -> bool {
        hour(date) == self.hour
    }
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

    /// Corrects the count by Mist's count and limit, as answered to a request sent at `sent_at`.
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
        let hour = hour(now);
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

fn hour(now: Timestamp) -> i64 {
    now.as_second().div_euclid(HOUR)
}

fn next_hour(now: Timestamp) -> Timestamp {
    Timestamp::from_second((hour(now) + 1) * HOUR).unwrap_or(now)
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)).unwrap_or(now)
}

fn between(now: Timestamp, until: Timestamp) -> Duration {
    until.duration_since(now).unsigned_abs()
}

#[cfg(test)]
mod tests;
