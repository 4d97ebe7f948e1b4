//! Time window of a question: [`Window`].

use super::{DataSource, Inquiry};
use crate::error::ErrorKind;
use crate::{Error, Result, Time, TimeWindow};

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
/// How long Mist keeps events, statistics over time and service levels, with its standard analytics.
const RETENTION: i64 = 30 * DAY;
/// Seconds by which the clock of a client may be ahead.
const MOST_SKEW: i64 = 60;
/// Seconds by which a window of 30 days may be longer.
const MARGIN: i64 = 3_600;

impl Window {
    /// The time window of a call; the last day by default. A time before what Mist keeps is recorded in `not_seen`.
    ///
    /// # Errors
    /// It ends before it starts, begins in the future, or has no length.
    pub fn of(asked: &TimeWindow, ask: &Inquiry) -> Result<Self> {
        let window = Self::at(asked, ask.now())?;
        window.note_age(ask);
        ask.ends_at(window.end);
        Ok(window)
    }

    /// The time window of a call that asks for what was before a moment: by default the day before it.
    ///
    /// # Errors
    /// As [`of`](Self::of); the moment is in the future, or not after the start.
    pub fn before(moment: i64, asked: &TimeWindow, ask: &Inquiry) -> Result<Self> {
        let now = ask.now();
        if moment > now.saturating_add(MOST_SKEW) {
            let words = "`before` is in the future. Give the moment when it got bad, such as \"-2h\".";
            return Err(Error::own(ErrorKind::Arguments, words));
        }
        let moment = moment.clamp(1, now);
        if let Some(start) =
            asked.start.as_ref().and_then(|start| start.epoch(now)).filter(|start| *start >= moment)
        {
            let words = format!(
                "`before` ({}) is not after `start` ({}). Give an earlier `start`, or leave it out for the day before \
                 `before`.",
                ask.ago(moment),
                ask.ago(start)
            );
            return Err(Error::own(ErrorKind::Arguments, words));
        }
        let until = TimeWindow { end: asked.end.clone().or_else(|| Some(Time::at(moment))), ..asked.clone() };
        let window = Self::at(&until, now)?;
        window.note_age(ask);
        Ok(window)
    }

    fn at(asked: &TimeWindow, now: i64) -> Result<Self> {
        let wrong = |words: &str| Err(Error::own(ErrorKind::Arguments, words));
        let length = asked.duration.as_ref().and_then(crate::RelativeDuration::seconds);
        let time =
            |time: &Option<Time>| time.as_ref().and_then(|time| time.epoch(now)).map(|time| time.max(0));
        let (start, end) = (time(&asked.start), time(&asked.end).map(|end| end.min(now)));
        if start.is_some_and(|start| start >= now) {
            return wrong("`start` is not in the past. Give an earlier time, such as \"-1d\".");
        }
        let (start, end) = match (start, end, length) {
            (Some(start), None, Some(length)) => (start, start.saturating_add(length).min(now)),
            (Some(start), end, _) => (start, end.unwrap_or(now)),
            (None, end, length) => {
                let end = end.unwrap_or(now);
                (end.saturating_sub(length.unwrap_or(DAY)).max(0), end)
            }
        };
        if start >= end {
            return wrong("`end` is not after `start`. Give an earlier `start` or a later `end`.");
        }
        Ok(Self { start, end })
    }

    /// Records a time that Mist does not keep in `not_seen`.
    fn note_age(&self, ask: &Inquiry) {
        if self.start < ask.now().saturating_sub(RETENTION) - MARGIN {
            let days = RETENTION / DAY;
            ask.not_seen(
                &format!("the time before {days} days ago"),
                &format!("Mist keeps events and service levels for about {days} days"),
            );
        }
    }

    /// A window of this many seconds until now.
    pub fn last(seconds: i64, ask: &Inquiry) -> Self {
        Self { start: ask.now().saturating_sub(seconds), end: ask.now() }
    }

    /// Limits a data source to the window.
    pub fn on(&self, source: DataSource) -> DataSource {
        source.with("start", self.start.to_string()).with("end", self.end.to_string())
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
    use crate::{Arg as _, RelativeDuration};

    #[test]
    fn a_window_follows_from_start_end_and_length() {
        let time = |text: &str| {
            Some(text).filter(|text| !text.is_empty()).and_then(|text| Time::read(&json!(text)).ok())
        };
        let of = |start: &str, end: &str, length: &str| {
            let duration = RelativeDuration::read(&json!(length)).ok();
            let window =
                Window::at(&TimeWindow { start: time(start), end: time(end), duration }, 1_001_000_000);
            window.map(|window| (window.start, window.end)).map_err(|error| error.to_string())
        };
        assert_eq!(of("", "", ""), Ok((1_001_000_000 - DAY, 1_001_000_000)));
        assert_eq!(of("", "", "1h"), Ok((1_000_996_400, 1_001_000_000)));
        assert_eq!(of("-2h", "-1h", ""), Ok((1_000_992_800, 1_000_996_400)));
        assert_eq!(of("-2h", "", "1h"), Ok((1_000_992_800, 1_000_996_400)));
        assert_eq!(of("", "-1h", "1h"), Ok((1_000_992_800, 1_000_996_400)));
        assert_eq!(of("-2h", "1001000500", ""), Ok((1_000_992_800, 1_001_000_000)), "an end in the future");
        assert_eq!(of("-999999999w", "", ""), Ok((0, 1_001_000_000)), "a start before all times");
        for (start, end, length, word) in [
            ("-1h", "-2h", "", "`end`"),
            ("-1h", "-1h", "", "`end`"),
            ("now", "", "", "`start`"),
            ("1001000001", "", "1h", "`start`"),
            ("", "0", "", "`end`"),
        ] {
            let error = of(start, end, length).unwrap_err();
            assert!(error.starts_with(word), "{start} {end} {length}: {error}");
        }
    }
}
