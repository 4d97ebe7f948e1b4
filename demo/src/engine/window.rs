//! Time window of a call: `start`, `end` and `duration`.

use super::{ApiError, Query};

const DAY: i64 = 86_400;

/// From when to when, in epoch seconds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Window {
    /// What a query says, and the last day where it says nothing.
    pub(crate) fn of(query: &Query, now: i64) -> Result<Window, ApiError> {
        let instant = |name| query.get(name).map(|value| moment(name, value, now)).transpose();
        let duration = query.get("duration").map(|value| {
            seconds(value).ok_or_else(|| {
                ApiError::bad_request(format!(
                    "duration: \"{value}\" is no length of time such as 1h, 1d or 2w"
                ))
            })
        });
        let duration = duration.transpose()?;
        let window = match (instant("start")?, instant("end")?) {
            (Some(start), Some(end)) => Window { start, end },
            (Some(start), None) => {
                Window { start, end: duration.map_or(now, |duration| start.saturating_add(duration)) }
            }
            (None, end) => {
                let end = end.unwrap_or(now);
                Window { start: end - duration.unwrap_or(DAY), end }
            }
        };
        if window.start > window.end {
            return Err(ApiError::bad_request("start: must be before end"));
        }
        Ok(window)
    }

    /// How long it is, in seconds.
    pub(crate) fn length(&self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    pub(crate) fn contains(&self, timestamp: f64) -> bool {
        // Mist's time stamps carry fractions; a row of the window's last second is in it.
        #[expect(clippy::cast_possible_truncation, reason = "epoch seconds fit an i64 many times over")]
        let second = timestamp.floor() as i64;
        (self.start..=self.end).contains(&second)
    }
}

fn moment(name: &str, value: &str, now: i64) -> Result<i64, ApiError> {
    let relative = || value.strip_prefix('-').and_then(seconds).map(|ago| now - ago);
    let epoch =
        || value.split('.').next().and_then(|whole| whole.parse::<i64>().ok()).filter(|epoch| *epoch >= 0);
    let moment = if value == "now" { Some(now) } else { epoch().or_else(relative) };
    moment.ok_or_else(|| {
        ApiError::bad_request(format!(
            "{name}: \"{value}\" is neither epoch seconds nor a relative time such as -1d"
        ))
    })
}

/// `90`, `90s`, `15m`, `2h`, `1d`, `2w` in seconds.
pub(crate) fn seconds(value: &str) -> Option<i64> {
    let digits = value.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let unit = match &value[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    digits.parse::<u32>().ok().map(|count| i64::from(count) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn window(pairs: &[(&str, &str)]) -> Result<Window, ApiError> {
        let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Window::of(&Query(pairs.collect()), NOW)
    }

    #[test]
    fn a_window_is_the_last_day_by_default() {
        assert_eq!(window(&[]).unwrap(), Window { start: NOW - DAY, end: NOW });
    }

    #[test]
    fn a_window_takes_epochs_relative_times_and_durations() {
        let relative = window(&[("start", "-2h"), ("end", "now")]).unwrap();
        assert_eq!(relative, Window { start: NOW - 7200, end: NOW });
        let ending = window(&[("end", "1700000000"), ("duration", "1w")]).unwrap();
        assert_eq!(ending, Window { start: 1_700_000_000 - 7 * DAY, end: 1_700_000_000 });
        let starting = window(&[("start", "-1d"), ("duration", "15m")]).unwrap();
        assert_eq!(starting, Window { start: NOW - DAY, end: NOW - DAY + 900 });
    }

    #[test]
    fn a_window_at_the_end_of_time_ends_there() {
        let last = i64::MAX.to_string();
        let ahead = window(&[("start", &last), ("duration", "1d")]).unwrap();
        assert_eq!(ahead, Window { start: i64::MAX, end: i64::MAX });
        assert_eq!(window(&[("start", "-4000000000s"), ("end", &last)]).unwrap().length(), i64::MAX);
    }

    #[test]
    fn a_window_that_makes_no_sense_is_refused() {
        for pair in [("start", "yesterday"), ("duration", "1 day"), ("end", "-5x")] {
            assert!(window(&[pair]).is_err(), "{pair:?}");
        }
        assert!(window(&[("start", "now"), ("end", "-1d")]).is_err());
    }
}
