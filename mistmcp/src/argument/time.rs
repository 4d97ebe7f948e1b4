//! Times and durations: [`Time`], [`RelativeDuration`].

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, NAME, QueryValue};

/// Point in time: epoch seconds, relative to now (`-1d`, `-2h`, `now`), or ISO 8601.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time(String);

impl Arg for Time {
    const MAX_LENGTH: usize = NAME;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = String::read(value).unwrap_or_default();
        moment(text.trim()).map(Self).ok_or_else(|| {
            Mismatch::wanted(
                "epoch seconds (1760000000), a distance from now (\"-1d\", \"-2h\", \"now\") or ISO 8601 \
                 (\"2026-01-31T08:00:00Z\")",
            )
        })
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

impl Time {
    /// The time of epoch seconds.
    pub(crate) fn at(epoch: i64) -> Self {
        Self(epoch.to_string())
    }

    /// Epoch seconds, relative to `now`.
    pub(crate) fn epoch(&self, now: i64) -> Option<i64> {
        match self.0.strip_prefix('-') {
            Some(span) => now.checked_sub(seconds(span)?),
            None if self.0 == "now" => Some(now),
            None => self.0.parse().ok(),
        }
    }
}

impl RelativeDuration {
    /// The duration in seconds.
    pub(crate) fn seconds(&self) -> Option<i64> {
        seconds(&self.0)
    }
}

/// Parses the seconds of `90`, `10m`, `6h`, `1d` or `2w`.
fn seconds(span: &str) -> Option<i64> {
    let digits = span.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let unit = match &span[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(unit)
}

fn moment(text: &str) -> Option<String> {
    if let Some(seconds) = text.parse().ok().and_then(epoch) {
        return Some(seconds.to_string());
    }
    let lower = text.to_ascii_lowercase();
    if lower == "now" || lower.strip_prefix('-').is_some_and(is_span) {
        return Some(lower);
    }
    let zoned = text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_second).ok();
    // A time without a zone is UTC, as in Mist's answers.
    let civil = || {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second())
    };
    zoned.or_else(civil).filter(|seconds| *seconds >= 0).map(|seconds| seconds.to_string())
}

/// Epoch seconds. JavaScript's milliseconds are recognized by their magnitude. Fewer than nine digits are no time of Mist,
/// but a year (2026) or a date without dashes (20260131), and so are those between seconds and milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "the bound keeps it within an i64")]
fn epoch(number: f64) -> Option<i64> {
    let seconds = if number >= 1.0e12 { number / 1000.0 } else { number };
    (seconds == 0.0 || (1.0e8..1.0e10).contains(&seconds)).then_some(seconds as i64)
}

/// Duration: `10m`, `1d`, `2w`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelativeDuration(String);

impl Arg for RelativeDuration {
    const MAX_LENGTH: usize = NAME;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = String::read(value).unwrap_or_default().trim().to_ascii_lowercase();
        let is_duration = is_span(&text) || text.bytes().all(|digit| digit.is_ascii_digit());
        // Of no length is one with no other digit than 0, or none at all.
        let is_empty = !text.bytes().any(|digit| matches!(digit, b'1'..=b'9'));
        if is_duration && !is_empty {
            Ok(Self(text))
        } else if is_duration && !text.is_empty() {
            Err(Mismatch::wanted(
                "a length of time of more than zero, such as \"10m\", \"6h\", \"1d\" or \"2w\"",
            ))
        } else {
            Err(Mismatch::wanted("a length of time such as \"10m\", \"6h\", \"1d\" or \"2w\""))
        }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

fn is_span(text: &str) -> bool {
    text.strip_suffix(['s', 'm', 'h', 'd', 'w']).is_some_and(|amount| {
        !amount.is_empty() && amount.len() < 10 && amount.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// Whether a field is a time by its name.
pub(crate) fn is_name_of_time(name: &str) -> bool {
    ["timestamp", "start", "end", "when"].contains(&name)
        || ["_time", "_seen", "_at", "_timestamp", "_start", "_end", "_until"]
            .iter()
            .any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Option<String> {
        Time::read(value).ok().map(|time| time.0)
    }

    #[test]
    fn a_time_is_accepted_in_every_common_form() {
        for (written, sent) in [
            (json!(1_760_000_000), "1760000000"),
            (json!("1760000000"), "1760000000"),
            (json!(1_760_000_000_000_u64), "1760000000"),
            (json!("-1d"), "-1d"),
            (json!("-2H"), "-2h"),
            (json!("now"), "now"),
            (json!("2026-01-31T08:00:00Z"), "1769846400"),
            (json!("2026-01-31T09:00:00+01:00"), "1769846400"),
            (json!("2026-01-31T08:00:00"), "1769846400"),
            (json!("2026-01-31"), "1769817600"),
            // ISO 8601 without dashes and colons, and from a client that writes it as a number.
            (json!("20260131"), "1769817600"),
            (json!(20_260_131), "1769817600"),
            (json!("20260131T080000Z"), "1769846400"),
            (json!("20260131T080000"), "1769846400"),
            (json!("1970-01-01"), "0"),
            (json!(0), "0"),
            (json!("1e9"), "1000000000"),
            (json!(999_999_999), "999999999"),
        ] {
            assert_eq!(read(&written).as_deref(), Some(sent), "{written}");
        }
    }

    #[test]
    fn a_relative_time_is_converted_to_epoch_seconds() {
        let epoch = |written: Value| Time::read(&written).unwrap().epoch(1_000_000);
        assert_eq!(epoch(json!("now")), Some(1_000_000));
        assert_eq!(epoch(json!("-2h")), Some(992_800));
        assert_eq!(epoch(json!("-1W")), Some(395_200));
        assert_eq!(epoch(json!("2026-01-31")), Some(1_769_817_600));
        assert_eq!(epoch(json!(1_000_000_500)), Some(1_000_000_500));
        assert_eq!(RelativeDuration::read(&json!("90")).unwrap().seconds(), Some(90));
        assert_eq!(RelativeDuration::read(&json!("10m")).unwrap().seconds(), Some(600));
    }

    #[test]
    fn other_texts_are_refused() {
        for written in [json!("yesterday"), json!("1d"), json!("-d"), json!(-5), json!({}), json!("--1d")] {
            assert_eq!(read(&written), None, "{written}");
        }
    }

    #[test]
    fn a_part_of_a_date_in_digits_is_not_read_as_seconds_or_milliseconds() {
        for written in [
            "2026",
            "202601",
            "20261301",
            "20260230",
            "31012026",
            "202601310800",
            "20260131080000",
            "1",
            "500",
            "0001-01-01",
        ] {
            assert_eq!(read(&json!(written)), None, "{written}");
            if let Ok(number) = written.parse::<u64>() {
                assert_eq!(read(&json!(number)), None, "{written}");
            }
        }
    }

    #[test]
    fn a_duration_has_a_unit_or_is_in_seconds() {
        for written in ["10m", "1d", "2w", "3600", " 6H "] {
            assert!(RelativeDuration::read(&json!(written)).is_ok(), "{written}");
        }
        for written in ["0", "0d", "000h", "00"] {
            let refused = RelativeDuration::read(&json!(written)).unwrap_err().to_string();
            assert!(refused.contains("more than zero"), "{written}: {refused}");
        }
        assert!(RelativeDuration::read(&json!("010m")).is_ok());
        for written in ["d", "-1d", "a day", ""] {
            assert!(RelativeDuration::read(&json!(written)).is_err(), "{written}");
        }
    }
}
