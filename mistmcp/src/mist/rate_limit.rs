use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

const HOUR: i64 = 3_600;

/// The calls that one token has left, counted as Mist counts them: from the top of the hour.
///
/// The last 5 % are a reserve: where Mist's limit is reached, the user's portal and other programs are cut off as
/// well. Half of the reserve is for calls that tell how things stand.
#[derive(Debug)]
pub(super) struct RateLimit {
    ceiling: u32,
    spent: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    hour: i64,
    calls: u32,
    /// What Mist says that the token may, where it said so.
    limit: Option<u32>,
    blocked_until: Option<Timestamp>,
    /// Of the calls, those of this replica where there are others, and as many of them as the others have heard of.
    own: u32,
    told: u32,
}

/// What is asked of the budget that replicas share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asking {
    pub(super) hour: i64,
    pub(super) limit: u32,
    /// This replica's calls of the hour.
    pub(super) own: u32,
}

/// What it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) granted: bool,
    /// The calls of all replicas in this hour, with this one, and this replica's among them.
    pub(super) calls: u32,
    pub(super) own: u32,
    /// What Mist says that the token may, where it said so to one of them.
    pub(super) limit: Option<u32>,
    pub(super) blocked_until: Option<Timestamp>,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Work,
    /// Tells who the token is and what it has used.
    Diagnosis,
}

impl Purpose {
    /// Which part of the hour's calls is kept back from it.
    pub(super) fn reserve(self) -> u32 {
        match self {
            Self::Work => 20,
            Self::Diagnosis => 40,
        }
    }
}

/// No call can be had now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted {
    pub(super) by: By,
    pub(super) until: Timestamp,
    pub(super) wait: Duration,
}

/// Who says that the calls are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Mist answered 429.
    Mist,
    /// This program's own count, with the calls that it allows an hour.
    Count(u32),
}

/// How much of an hour's calls is left, roughly: what may be told of a token without telling which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Three quarters and more.
    Full,
    /// A quarter and more.
    Partly,
    /// Less than a quarter.
    Low,
    /// Nothing, but for the reserve.
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

/// The count at some time, to hold against what Mist says of it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) hour: i64,
    pub(super) calls: u32,
}

impl RateLimit {
    /// A budget of `ceiling` calls an hour, or of fewer where Mist says so.
    pub(super) fn new(ceiling: u32) -> Self {
        Self { ceiling, spent: Mutex::default() }
    }

    /// Takes one call, or says when there are new ones.
    pub(super) fn take(&self, now: Timestamp, purpose: Purpose) -> Result<(), Exhausted> {
        let mut spent = self.spent(now);
        self.check(&spent, now, purpose)?;
        spent.calls += 1;
        Ok(())
    }

    /// Takes one call of this replica's share: its part of what was left when it last heard of the others.
    pub(super) fn take_share(
        &self,
        now: Timestamp,
        purpose: Purpose,
        replicas: u32,
    ) -> Result<(), Exhausted> {
        let mut spent = self.spent(now);
        self.check(&spent, now, purpose)?;
        let limit = self.limit(&spent);
        let untold = spent.own.saturating_sub(spent.told);
        let left = (limit - limit / purpose.reserve()).saturating_sub(spent.calls.saturating_sub(untold));
        if untold >= left / replicas.max(1) {
            return Err(self.used_up(&spent, now));
        }
        spent.calls += 1;
        spent.own += 1;
        Ok(())
    }

    /// What the others are asked, and told.
    pub(super) fn asking(&self, now: Timestamp) -> Asking {
        let spent = self.spent(now);
        Asking { hour: spent.hour, limit: self.limit(&spent), own: spent.own }
    }

    /// Takes over what the others answered, and whether there is a call.
    pub(super) fn hear(&self, now: Timestamp, asking: &Asking, heard: &Heard) -> Result<(), Exhausted> {
        let mut spent = self.spent(now);
        if spent.hour == asking.hour {
            spent.told = spent.told.max(heard.own);
            spent.own = spent.own.max(heard.own);
            spent.calls = heard.calls.saturating_add(spent.own - spent.told);
        }
        spent.limit = heard.limit.or(spent.limit);
        spent.blocked_until = spent.blocked_until.max(heard.blocked_until);
        if heard.granted {
            return Ok(());
        }
        match heard.blocked_until.filter(|until| *until > now) {
            Some(until) => Err(Exhausted { by: By::Mist, until, wait: between(now, until) }),
            None => Err(self.used_up(&spent, now)),
        }
    }

    /// What [`take`](Self::take) would say.
    pub(super) fn look(&self, now: Timestamp, purpose: Purpose) -> Result<(), Exhausted> {
        self.check(&self.spent(now), now, purpose)
    }

    fn check(&self, spent: &Window, now: Timestamp, purpose: Purpose) -> Result<(), Exhausted> {
        if let Some(until) = spent.blocked_until.filter(|until| *until > now) {
            return Err(Exhausted { by: By::Mist, until, wait: between(now, until) });
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
        Exhausted { by: By::Count(self.limit(spent)), until, wait: between(now, until) }
    }

    /// Mist answered 429: nothing is left for so long.
    pub(super) fn block(&self, now: Timestamp, wait: Duration) -> Exhausted {
        // Mist counts by the hour, so it cannot be longer, whatever a header says.
        let wait = wait.min(Duration::from_secs(HOUR.unsigned_abs()));
        let until = after(now, wait);
        let mut spent = self.spent(now);
        spent.blocked_until = spent.blocked_until.max(Some(until));
        Exhausted { by: By::Mist, until, wait }
    }

    pub(super) fn tally(&self, now: Timestamp) -> Tally {
        let spent = self.spent(now);
        Tally { hour: spent.hour, calls: spent.calls }
    }

    /// Mist says how many calls it has counted, and how many there may be, to a question asked at `asked`.
    pub(super) fn correct(&self, now: Timestamp, asked: Tally, requests: u32, limit: u32) {
        let mut spent = self.spent(now);
        if limit > 0 {
            spent.limit = Some(limit);
        }
        if spent.hour == asked.hour {
            let since = spent.calls.saturating_sub(asked.calls);
            spent.calls = requests.saturating_add(since);
        }
    }

    pub(super) fn level(&self, now: Timestamp) -> Level {
        if self.look(now, Purpose::Work).is_err() {
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

    /// Whether it would be a loss to forget this budget.
    pub(super) fn is_worth_keeping(&self, now: Timestamp) -> bool {
        let spent = self.spent(now);
        spent.calls > 0 || spent.blocked_until.is_some_and(|until| until > now)
    }

    /// What is spent in the hour that it is now.
    fn spent(&self, now: Timestamp) -> MutexGuard<'_, Window> {
        let hour = now.as_second().div_euclid(HOUR);
        // A panic cannot leave a half-written count behind, so a poisoned lock is as good as any.
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.hour != hour {
            (spent.hour, spent.calls, spent.own, spent.told) = (hour, 0, 0, 0);
        }
        spent
    }
}

/// How long it is until Mist counts anew.
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
            Err(Exhausted { by: By::Count(2), until, wait: Duration::from_secs(30) })
        );
        assert_eq!(budget.take(until, Purpose::Work), Ok(()));
    }

    #[test]
    fn the_last_calls_are_kept_back_and_half_of_them_tell_how_things_stand() {
        let (budget, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
        assert_eq!(taken(&budget, now, Purpose::Work), 4_750);
        assert_eq!(taken(&budget, now, Purpose::Diagnosis), 125);
        assert!(budget.look(now, Purpose::Work).is_err() && budget.look(now, Purpose::Diagnosis).is_err());
    }

    #[test]
    fn a_429_uses_the_budget_up_until_its_retry_after() {
        let (budget, now) = (RateLimit::new(100), at("2026-01-01T10:10:00Z"));
        budget.block(now, Duration::from_secs(73));
        // A shorter one does not take back what was said.
        budget.block(now, Duration::from_secs(3));
        let refused = budget.take(at("2026-01-01T10:11:12Z"), Purpose::Diagnosis).unwrap_err();
        assert_eq!((refused.by, refused.wait), (By::Mist, Duration::from_secs(1)));
        assert_eq!(budget.take(at("2026-01-01T10:11:13Z"), Purpose::Work), Ok(()));
        let forever = budget.block(now, Duration::MAX);
        assert_eq!(forever.until, at("2026-01-01T11:10:00Z"));
    }

    #[test]
    fn mists_own_count_corrects_this_one_both_ways() {
        let (budget, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
        budget.take(now, Purpose::Work).unwrap();
        let asked = budget.tally(now);
        budget.take(now, Purpose::Work).unwrap();
        budget.correct(now, asked, 4_740, 5_000);
        assert_eq!(taken(&budget, now, Purpose::Work), 9, "one was taken since the question");
        budget.correct(now, budget.tally(now), 10, 5_000);
        assert!(budget.look(now, Purpose::Work).is_ok());
    }

    #[test]
    fn a_count_of_the_hour_before_corrects_nothing() {
        let budget = RateLimit::new(5_000);
        let asked = budget.tally(at("2026-01-01T10:59:59Z"));
        budget.correct(at("2026-01-01T11:00:01Z"), asked, 4_999, 5_000);
        assert!(budget.look(at("2026-01-01T11:00:01Z"), Purpose::Work).is_ok());
    }

    #[test]
    fn the_lower_of_mists_limit_and_the_operators_holds() {
        let now = at("2026-01-01T10:10:00Z");
        for (ceiling, told, wanted) in [(5_000, 2_000, 1_900), (1_000, 5_000, 950), (1_000, 0, 950)] {
            let budget = RateLimit::new(ceiling);
            budget.correct(now, budget.tally(now), 0, told);
            assert_eq!(taken(&budget, now, Purpose::Work), wanted);
        }
    }

    #[test]
    fn a_share_is_a_part_of_what_was_left_at_the_last_word() {
        let now = at("2026-01-01T10:10:00Z");
        let share = |budget: &RateLimit, replicas| {
            (0..10_000).take_while(|_| budget.take_share(now, Purpose::Work, replicas).is_ok()).count()
        };
        assert_eq!(share(&RateLimit::new(5_000), 1), 4_750);
        assert_eq!(share(&RateLimit::new(5_000), 3), 1_583);
        let budget = RateLimit::new(5_000);
        let asking = budget.asking(now);
        let heard =
            Heard { granted: true, calls: 4_000, own: 1_000, limit: Some(4_500), blocked_until: None };
        budget.hear(now, &asking, &heard).unwrap();
        assert_eq!(share(&budget, 2), 137, "half of 4,275 less 4,000");
        let asking = budget.asking(now);
        assert_eq!(asking.own, 1_137, "the others hear of them");
        let heard = Heard { calls: 4_137, own: 1_137, ..heard };
        budget.hear(now, &asking, &heard).unwrap();
        assert_eq!(share(&budget, 2), 69, "half of what is left now");
        assert_eq!(budget.asking(at("2026-01-01T11:00:00Z")).own, 0, "another hour, another count");
    }

    #[test]
    fn how_much_is_left_is_told_in_four_levels() {
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
