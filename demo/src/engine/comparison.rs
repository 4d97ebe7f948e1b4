//! Filters that compare numbers and times: [`Comparison`].

use serde_json::Value;

use super::{
    ApiError,
    collection::{Row, field},
    window,
};

/// A parameter, and the field whose number it bounds.
#[derive(Debug)]
pub(crate) struct Comparison {
    parameter: &'static str,
    field: &'static str,
    operator: Operator,
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    /// Later than an instant.
    After,
    /// Earlier than an instant.
    Before,
    /// Within a length of time such as `7d`.
    Within,
}

const COMPARISONS: &[Comparison] = &[
    Comparison { parameter: "modified_after", field: "modified_time", operator: Operator::After },
    Comparison { parameter: "disconnected_before", field: "disconnected_time", operator: Operator::Before },
    Comparison { parameter: "cert_expiry_duration", field: "cert_expires_in", operator: Operator::Within },
    Comparison { parameter: "end_of_sale_after", field: "end_of_sale_time", operator: Operator::After },
    Comparison { parameter: "end_of_sale_before", field: "end_of_sale_time", operator: Operator::Before },
    Comparison { parameter: "eos_after", field: "eos_time", operator: Operator::After },
    Comparison { parameter: "eos_before", field: "eos_time", operator: Operator::Before },
    Comparison { parameter: "version_eos_after", field: "version_eos_time", operator: Operator::After },
    Comparison { parameter: "version_eos_before", field: "version_eos_time", operator: Operator::Before },
    Comparison { parameter: "contract_end_after", field: "contract_end", operator: Operator::After },
    Comparison { parameter: "contract_end_before", field: "contract_end", operator: Operator::Before },
    Comparison { parameter: "updated_after", field: "updated_date", operator: Operator::After },
    Comparison { parameter: "updated_before", field: "updated_date", operator: Operator::Before },
    Comparison { parameter: "published_after", field: "published_date", operator: Operator::After },
    Comparison { parameter: "published_before", field: "published_date", operator: Operator::Before },
];

/// The comparison of a parameter, if it is one.
pub(crate) fn of(parameter: &str) -> Option<&'static Comparison> {
    COMPARISONS.iter().find(|comparison| comparison.parameter == parameter)
}

/// The epoch seconds at which a day such as `2026-01-31` begins.
fn date(value: &str) -> Option<String> {
    let day = value.parse::<jiff::civil::Date>().ok()?;
    let start = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(start.timestamp().as_second().to_string())
}

impl Comparison {
    /// What was said, as a number of seconds.
    pub(crate) fn limit(&self, value: &str) -> Result<f64, ApiError> {
        let seconds = match self.operator {
            Operator::Within => window::seconds(value).map(|seconds| seconds.to_string()),
            Operator::After | Operator::Before => Some(date(value).unwrap_or_else(|| value.to_owned())),
        };
        let limit = seconds.and_then(|seconds| seconds.parse().ok());
        limit.ok_or_else(|| {
            let form = if matches!(self.operator, Operator::Within) {
                "a length of time"
            } else {
                "epoch seconds or a date"
            };
            ApiError::bad_request(format!("{}: \"{value}\" is not {form}", self.parameter))
        })
    }

    /// Whether a row fulfils the comparison; a row without the field does not.
    pub(crate) fn contains(&self, row: &Row, limit: f64) -> bool {
        field(row, self.field).and_then(Value::as_f64).is_some_and(|value| match self.operator {
            Operator::After => value > limit,
            Operator::Before => value < limit,
            Operator::Within => value <= limit,
        })
    }
}
