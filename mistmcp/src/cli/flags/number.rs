//! Values of flags that are whole numbers: [`whole`].

use std::ops::RangeInclusive;

/// A parser of whole numbers in a range, whose error names the range and does not repeat the value.
pub(in crate::cli) fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse::<u64>().ok().filter(|number| range.contains(number));
        number
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| format!("write a whole number from {} to {}", range.start(), range.end()))
    }
}

/// The largest number of a flag without an upper limit of its own.
pub(in crate::cli) const MOST: u64 = u32::MAX as u64;

#[cfg(test)]
mod tests {
    use crate::cli::flags::read;

    #[test]
    fn a_value_that_is_no_number_or_outside_the_range_is_answered_with_the_range() {
        for (flag, range) in [
            ("--timeout", "1 to 3600"),
            ("--retry-wait", "0 to 3600"),
            ("--rate-limit", "1 to 4294967295"),
            ("--max-result-bytes", "2000 to 4294967295"),
            ("--port", "0 to 65535"),
            ("--session-idle", "1 to 604800"),
            ("--max-body-bytes", "8388608 to 4294967295"),
            ("--redis-timeout", "10 to 10000"),
        ] {
            for value in ["abc", "-1", "1.5", "5s", "99999999999999999999999"] {
                let arguments = ["program".into(), format!("{flag}={value}").into()];
                let error = read(&arguments, &[]).err().map(|error| error.to_string()).unwrap_or_default();
                let is_plain = error.contains(&format!("write a whole number from {range}"));
                assert!(is_plain && error.contains(flag), "{flag}={value}: {error}");
            }
        }
    }
}
