//! Filters by more or less rather than by the same.

use serde_json::Value;

use super::{
    Refusal,
    collection::{Row, field},
    window,
};

/// A parameter, and the field whose number it bounds.
#[derive(Debug)]
pub(crate) struct Bound {
    parameter: &'static str,
    field: &'static str,
    relation: Relation,
}

#[derive(Clone, Copy, Debug)]
enum Relation {
    /// Later than an instant.
    After,
    /// Earlier than an instant.
    Before,
    /// Within a length of time such as `7d`.
    Within,
}

const BOUNDS: &[Bound] = &[
    Bound { parameter: "modified_after", field: "modified_time", relation: Relation::After },
    Bound { parameter: "disconnected_before", field: "disconnected_time", relation: Relation::Before },
    Bound { parameter: "cert_expiry_duration", field: "cert_expires_in", relation: Relation::Within },
    Bound { parameter: "end_of_sale_after", field: "end_of_sale_time", relation: Relation::After },
    Bound { parameter: "end_of_sale_before", field: "end_of_sale_time", relation: Relation::Before },
    Bound { parameter: "eos_after", field: "eos_time", relation: Relation::After },
    Bound { parameter: "eos_before", field: "eos_time", relation: Relation::Before },
    Bound { parameter: "version_eos_after", field: "version_eos_time", relation: Relation::After },
    Bound { parameter: "version_eos_before", field: "version_eos_time", relation: Relation::Before },
    Bound { parameter: "contract_end_after", field: "contract_end", relation: Relation::After },
    Bound { parameter: "contract_end_before", field: "contract_end", relation: Relation::Before },
    Bound { parameter: "updated_after", field: "updated_date", relation: Relation::After },
    Bound { parameter: "updated_before", field: "updated_date", relation: Relation::Before },
    Bound { parameter: "published_after", field: "published_date", relation: Relation::After },
    Bound { parameter: "published_before", field: "published_date", relation: Relation::Before },
];

/// The bound that a parameter is, if it is one.
pub(crate) fn of(parameter: &str) -> Option<&'static Bound> {
    BOUNDS.iter().find(|bound| bound.parameter == parameter)
}

/// The epoch seconds at which a day such as `2026-01-31` begins.
fn date(value: &str) -> Option<String> {
    let day = value.parse::<jiff::civil::Date>().ok()?;
    let start = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(start.timestamp().as_second().to_string())
}

impl Bound {
    /// What was said, as a number of seconds.
    pub(crate) fn limit(&self, value: &str) -> Result<f64, Refusal> {
        let seconds = match self.relation {
            Relation::Within => window::seconds(value).map(|seconds| seconds.to_string()),
            Relation::After | Relation::Before => Some(date(value).unwrap_or_else(|| value.to_owned())),
        };
        let limit = seconds.and_then(|seconds| seconds.parse().ok());
        limit.ok_or_else(|| {
            let form = if matches!(self.relation, Relation::Within) {
                "a length of time"
            } else {
                "epoch seconds or a date"
            };
            Refusal::bad_request(format!("{}: \"{value}\" is not {form}", self.parameter))
        })
    }

    /// Whether a row is within the bound; one that says nothing is not.
    pub(crate) fn contains(&self, row: &Row, limit: f64) -> bool {
        field(row, self.field).and_then(Value::as_f64).is_some_and(|value| match self.relation {
            Relation::After => value > limit,
            Relation::Before => value < limit,
            Relation::Within => value <= limit,
        })
    }
}
