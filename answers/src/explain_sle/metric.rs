//! Which service level of a site is explained.

use mistmcp::answers::Row;
use mistmcp::serde_json::Value;

use crate::facts::{ServiceLevel, metric_name};

/// The metrics that the site has, if the answer names them. Without them, any is tried.
pub(super) fn known_metrics(value: Option<&Value>) -> Option<Vec<String>> {
    let row = Row::of(value?);
    if !row.has("enabled") && !row.has("supported") {
        return None;
    }
    let enabled = row.texts("enabled");
    Some(if enabled.is_empty() { row.texts("supported") } else { enabled })
}

/// Why there is no metric to explain.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoMetric {
    /// The site has none.
    None,
    /// It has others than the one that is asked for.
    Unknown,
}

/// The metric that is asked for, in the spelling of the site; or the lowest one.
pub(super) fn choose_metric(
    asked: Option<&str>,
    known: &[String],
    levels: &[ServiceLevel],
) -> Result<String, NoMetric> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
        let lowest = levels.iter().min_by(|one, other| one.value.total_cmp(&other.value));
        let spelled = |metric: &str| known.iter().find(|known| metric_name(known) == metric).cloned();
        return match (lowest, known.first()) {
            (Some(level), _) => Ok(spelled(&level.metric).unwrap_or_else(|| level.metric.clone())),
            (None, Some(first)) => Ok(first.clone()),
            (None, None) => Err(NoMetric::None),
        };
    };
    if known.is_empty() {
        return Ok(asked.to_owned());
    }
    let exact = known.iter().find(|known| metric_name(known) == asked);
    // `connect` or `successful connects` name `successful-connect`.
    let words: Vec<_> = asked.split('-').map(|word| word.trim_end_matches('s')).collect();
    let part = || {
        let mut fitting = known.iter().filter(|known| {
            let known = metric_name(known);
            words.iter().all(|word| known.contains(word))
        });
        fitting.next().filter(|_| fitting.next().is_none())
    };
    exact.or_else(part).cloned().ok_or(NoMetric::Unknown)
}

pub(super) fn is_wireless(metric: &str) -> bool {
    let metric = metric_name(metric);
    !["switch", "gateway", "wan", "application"].iter().any(|start| metric.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        ["coverage", "successful-connect", "time-to-connect", "ap-health"].map(str::to_owned).into()
    }

    #[test]
    fn a_metric_is_found_in_the_forms_that_people_write() {
        for (asked, metric) in [
            ("successful-connect", "successful-connect"),
            ("successful-connects", "successful-connect"),
            ("time-to-connect", "time-to-connect"),
            ("coverage", "coverage"),
            ("ap-health", "ap-health"),
        ] {
            assert_eq!(choose_metric(Some(&metric_name(asked)), &known(), &[]).as_deref(), Ok(metric));
        }
        assert_eq!(metric_name("Time to Connect"), "time-to-connect");
        for unknown in ["happiness", "connect"] {
            let chosen = choose_metric(Some(unknown), &known(), &[]);
            assert_eq!(chosen, Err(NoMetric::Unknown), "{unknown}: none fits, or two");
        }
    }

    #[test]
    fn without_a_metric_the_lowest_one_is_explained() {
        let level =
            |metric: &str, value: f64| ServiceLevel { scope: "wireless", metric: metric.into(), value };
        let levels = [level("coverage", 0.9), level("time-to-connect", 0.4)];
        assert_eq!(choose_metric(None, &known(), &levels).as_deref(), Ok("time-to-connect"));
        assert_eq!(choose_metric(None, &known(), &[]).as_deref(), Ok("coverage"));
        assert_eq!(choose_metric(None, &[], &[]), Err(NoMetric::None));
    }
}
