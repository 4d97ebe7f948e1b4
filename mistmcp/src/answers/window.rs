//! Time window of a question: [`Window`].

use super::{Inquiry, Part};
use crate::TimeWindow;

/// The time that a question is about, in epoch seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub start: i64,
    /// Its end.
    pub end: i64,
}

/// Length of a window, if none is given.
const DAY: i64 = 86_400;

impl Window {
    /// The time window of a call; the last day by default.
    pub fn of(asked: &TimeWindow, ask: &Inquiry) -> Self {
        Self::at(asked, ask.now())
    }

    fn at(asked: &TimeWindow, now: i64) -> Self {
        let length =
            asked.duration.as_ref().and_then(crate::RelativeDuration::seconds).filter(|length| *length > 0);
        let time = |time: &Option<crate::Time>| time.as_ref().and_then(|time| time.epoch(now));
        let (start, end) = (time(&asked.start), time(&asked.end));
        let (start, end) = match (start, end, length) {
            (Some(start), None, Some(length)) => (start, start.saturating_add(length).min(now)),
            (Some(start), end, _) => (start, end.unwrap_or(now)),
            (None, end, length) => {
                let end = end.unwrap_or(now);
                (end.saturating_sub(length.unwrap_or(DAY)), end)
            }
        };
        if start < end { Self { start, end } } else { Self { start: start.saturating_sub(DAY), end: start } }
    }

    /// A window of this many seconds until now.
    pub fn last(seconds: i64, ask: &Inquiry) -> Self {
        Self { start: ask.now().saturating_sub(seconds), end: ask.now() }
    }

    /// Limits a part to the window.
    pub fn on(&self, part: Part) -> Part {
        part.with("start", self.start.to_string()).with("end", self.end.to_string())
    }

    /// Whether a time is in the window.
    pub fn holds(&self, time: i64) -> bool {
        (self.start..=self.end).contains(&time)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Arg, RelativeDuration, Time};

    #[test]
    fn a_window_follows_from_start_end_and_length() {
        let time = |text: &str| {
            Some(text).filter(|text| !text.is_empty()).and_then(|text| Time::read(&json!(text)).ok())
        };
        let of = |start: &str, end: &str, length: &str| {
            let duration = RelativeDuration::read(&json!(length)).ok();
            let window = Window::at(&TimeWindow { start: time(start), end: time(end), duration }, 1_000_000);
            (window.start, window.end)
        };
        assert_eq!(of("", "", ""), (1_000_000 - DAY, 1_000_000));
        assert_eq!(of("", "", "1h"), (996_400, 1_000_000));
        assert_eq!(of("-2h", "-1h", ""), (992_800, 996_400));
        assert_eq!(of("-2h", "", "1h"), (992_800, 996_400));
        assert_eq!(of("", "-1h", "1h"), (992_800, 996_400));
        assert_eq!(of("-1h", "-2h", ""), (996_400 - DAY, 996_400), "a window that ends before it starts");
    }
}
