//! Log lines about refused access tokens and people, at a bounded rate: [`RefusalLog`].

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::mist::Person;
use crate::text::shortened;

/// Lines of a kind in a period. More are counted only.
const MOST_LINES: u32 = 10;
const PERIOD: Duration = Duration::from_mins(1);
/// The groups of a person in a line, and the longest name, in bytes.
const MOST_GROUPS: usize = 20;
const LONGEST_NAME: usize = 200;

/// The lines about refused tokens, which anybody may cause, and those about people whom the issuer has signed in.
#[derive(Debug, Default)]
pub(super) struct RefusalLog {
    tokens: Mutex<Period>,
    people: Mutex<Period>,
}

/// The lines of a period.
#[derive(Debug, Default)]
struct Period {
    began: Option<Instant>,
    lines: u32,
    left_out: u64,
}

impl RefusalLog {
    /// An access token is refused. Nothing of it is logged.
    pub(super) fn of_token(&self, problem: &str) {
        if let Some(left_out) = self.tokens.lock().next() {
            tracing::warn!(left_out, "an access token was refused: {problem}");
        }
    }

    /// A person with a verified access token is refused.
    pub(super) fn of_person(&self, problem: &str, person: &Person) {
        let Some(left_out) = self.people.lock().next() else { return };
        let groups: Vec<_> =
            person.groups.iter().take(MOST_GROUPS).map(|group| shortened(group, LONGEST_NAME)).collect();
        let more_groups = person.groups.len() - groups.len();
        let subject = shortened(&person.subject, LONGEST_NAME);
        let email = person.email.as_deref().map(|email| shortened(email, LONGEST_NAME));
        tracing::warn!(subject, email, ?groups, more_groups, left_out, "a request was refused: {problem}");
    }
}

impl Period {
    /// Whether another line may be written, and how many were left out before it.
    fn next(&mut self) -> Option<u64> {
        if self.began.is_none_or(|began| began.elapsed() >= PERIOD) {
            (self.began, self.lines) = (Some(Instant::now()), 0);
        }
        if self.lines >= MOST_LINES {
            self.left_out += 1;
            return None;
        }
        self.lines += 1;
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn lines_of_a_period_are_bounded_and_the_others_counted() {
        let mut period = Period::default();
        for _ in 0..MOST_LINES {
            assert_eq!(period.next(), Some(0));
        }
        for _ in 0..1_000 {
            assert_eq!(period.next(), None);
        }
        tokio::time::advance(PERIOD).await;
        assert_eq!((period.next(), period.next()), (Some(1_000), Some(0)));
    }
}
