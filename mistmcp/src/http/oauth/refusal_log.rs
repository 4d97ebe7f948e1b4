//! Log lines about refused access tokens and people, at a bounded rate: [`RefusalLog`].

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::log_limit::LogLimit;
use crate::mist::Person;
use crate::text::shortened;

/// Lines of a kind in a period. More are counted only.
const MOST_LINES: u32 = 10;
const PERIOD: Duration = Duration::from_mins(1);
/// The groups of a person in a line, and the longest name, in bytes.
const MOST_GROUPS: usize = 20;
const LONGEST_NAME: usize = 200;

/// The lines about refused tokens, which anybody may cause, and those about people whom the issuer has signed in.
#[derive(Debug)]
pub(super) struct RefusalLog {
    tokens: Mutex<LogLimit>,
    people: Mutex<LogLimit>,
}

impl Default for RefusalLog {
    fn default() -> Self {
        let limit = || Mutex::new(LogLimit::new(MOST_LINES, PERIOD));
        Self { tokens: limit(), people: limit() }
    }
}

impl RefusalLog {
    /// An access token is refused. Nothing of it is logged.
    pub(super) fn of_token(&self, problem: &str) {
        if let Some(left_out) = self.tokens.lock().next(Instant::now()) {
            tracing::warn!(left_out, "an access token was refused: {problem}");
        }
    }

    /// A person with a verified access token is refused.
    pub(super) fn of_person(&self, problem: &str, person: &Person) {
        let Some(left_out) = self.people.lock().next(Instant::now()) else { return };
        let groups: Vec<_> =
            person.groups.iter().take(MOST_GROUPS).map(|group| shortened(group, LONGEST_NAME)).collect();
        let more_groups = person.groups.len() - groups.len();
        let subject = shortened(&person.subject, LONGEST_NAME);
        let email = person.email.as_deref().map(|email| shortened(email, LONGEST_NAME));
        tracing::warn!(subject, email, ?groups, more_groups, left_out, "a request was refused: {problem}");
    }
}
