//! Parser of the `Retry-After` header (RFC 9110): [`retry_after`].

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// How long to wait, from `Retry-After` in seconds or as a date.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    static DATES: DateTimeParser = DateTimeParser::new();
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let date = |text: &str| DATES.parse_timestamp(text).ok();
    let header = text(RETRY_AFTER)?;
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(header.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let until = date(header)?;
    // Relative to the sender's clock (`Date`) where it is known.
    let now = text(DATE).and_then(date).unwrap_or(now);
    Some(if until > now { until.duration_since(now).unsigned_abs() } else { Duration::ZERO })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(header: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(header).unwrap());
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).unwrap());
        }
        let now = "2026-01-01T10:10:00Z".parse().unwrap();
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_parsed() {
        assert_eq!(read("73", None), Some(73));
        assert_eq!(read(" 0 ", None), Some(0));
        assert_eq!(read("Thu, 01 Jan 2026 10:10:07 GMT", None), Some(7));
        assert_eq!(read("Thu, 01 Jan 2026 09:00:00 GMT", None), Some(0), "it is over");
    }

    #[test]
    fn a_date_is_relative_to_the_senders_clock() {
        let (header, date) = ("Thu, 01 Jan 2026 10:30:05 GMT", "Thu, 01 Jan 2026 10:30:00 GMT");
        assert_eq!(read(header, Some(date)), Some(5));
    }

    #[test]
    fn invalid_values_are_ignored() {
        for text in ["", "soon", "-1", "1.5", "7 s", "Thu, 99 Jan 2026 10:10:07 GMT"] {
            assert_eq!(read(text, None), None, "{text}");
        }
        assert_eq!(read("99999999999999999999999", None), Some(u64::MAX));
    }
}
