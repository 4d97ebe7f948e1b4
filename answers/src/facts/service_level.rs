//! Service levels: their values at a site ([`ServiceLevel`]), and one of them over time with its classifiers
//! ([`ServiceLevelTrend`]).

pub(crate) mod classifiers;

use mistmcp::answers::{Row, Rows};

/// The value of a service level at a site, from `getOrgSitesSle`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceLevel {
    /// `wireless`, `wired` or `wan`.
    pub(crate) scope: &'static str,
    /// As Mist names it: `time-to-connect`.
    pub(crate) metric: String,
    /// From 0 to 1.
    pub(crate) value: f64,
}

impl ServiceLevel {
    /// All service levels in the row of a site.
    pub(crate) fn all(row: Row<'_>, scope: &'static str) -> Vec<Self> {
        let levels = row.fields("").filter_map(|(name, value)| {
            let metric = metric_name(name);
            let known = classifiers::METRICS.contains(&metric.as_str());
            let value = value.number("").filter(|_| known && !name.starts_with("num_"))?;
            // Percentages have been seen as well.
            let value = if value > 1.0 { value / 100.0 } else { value };
            (0.0..=1.0).contains(&value).then_some(Self { scope, metric, value })
        });
        levels.collect()
    }

    /// The service levels of one site among the rows of all sites.
    pub(crate) fn at_site(rows: &Rows, site: &str, scope: &'static str) -> Vec<Self> {
        let row = rows.iter().find(|row| row.text("site_id").as_deref() == Some(site));
        row.map(|row| Self::all(row, scope)).unwrap_or_default()
    }

    /// The value in percent.
    pub(crate) fn percent(&self) -> f64 {
        percent(self.value)
    }
}

/// A ratio in percent, with one decimal.
pub(crate) fn percent(ratio: f64) -> f64 {
    (ratio * 1_000.0).round() / 10.0
}

/// The name of a metric in Mist's spelling: in lower case, with hyphens.
pub(crate) fn metric_name(text: &str) -> String {
    let words = text.trim().to_lowercase();
    words.split(['_', ' ', '-']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// A service level over time, from `getSiteSleSummaryTrend`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ServiceLevelTrend {
    /// Beginning of each step, in epoch seconds.
    pub(crate) times: Vec<i64>,
    /// User minutes of each step, and how many of them were bad.
    pub(crate) total: Vec<f64>,
    pub(crate) bad: Vec<f64>,
    pub(crate) classifiers: Vec<Classifier>,
}

/// A classifier of a service level: what made its user minutes bad.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Classifier {
    pub(crate) name: String,
    pub(crate) bad: Vec<f64>,
    pub(crate) users: Option<i64>,
    pub(crate) aps: Option<i64>,
}

/// Most steps of a trend that are read.
const STEPS: usize = 2_000;
/// Most classifiers that are read.
const CLASSIFIERS: usize = 40;

impl ServiceLevelTrend {
    /// Reads `summary-trend` or `summary`.
    pub(crate) fn of(row: Row<'_>) -> Self {
        let sle = row.at("sle");
        let (total, bad) = (samples(sle, "total"), samples(sle, "degraded"));
        let interval = sle.integer("interval").filter(|interval| *interval > 0).unwrap_or(3_600);
        let length = i64::try_from(total.len()).unwrap_or(0);
        let start = row.time("start").or_else(|| Some(row.time("end")? - interval.checked_mul(length)?));
        let times = (0..length).filter_map(|step| start?.checked_add(interval.checked_mul(step)?));
        let classifiers = row.rows("classifiers").take(CLASSIFIERS).filter_map(|row| {
            Some(Classifier {
                name: row.text("name")?,
                bad: samples(row, "degraded"),
                users: row.integer("impact.num_users"),
                aps: row.integer("impact.num_aps"),
            })
        });
        Self { times: times.collect(), classifiers: classifiers.collect(), total, bad }
    }

    /// The value of the whole time, from 0 to 1.
    pub(crate) fn value(&self) -> Option<f64> {
        ratio(sum(&self.bad), sum(&self.total))
    }

    /// The value of a step; `None` without data.
    pub(crate) fn at(&self, step: usize) -> Option<f64> {
        ratio(*self.bad.get(step)?, *self.total.get(step)?)
    }

    /// The value in a part of the steps.
    pub(crate) fn between(&self, steps: std::ops::Range<usize>) -> Option<f64> {
        let part = |values: &[f64]| values.get(steps.clone()).map_or(0.0, sum);
        ratio(part(&self.bad), part(&self.total))
    }

    /// The classifiers with their share of the bad user minutes from a step on, the largest first.
    pub(crate) fn shares(&self, from: usize) -> Vec<(&Classifier, f64)> {
        let bad = |classifier: &Classifier| sum(classifier.bad.get(from..).unwrap_or_default());
        let all: f64 = self.classifiers.iter().map(bad).sum();
        if all <= 0.0 {
            return Vec::new();
        }
        let mut shares: Vec<_> =
            self.classifiers.iter().map(|classifier| (classifier, bad(classifier) / all)).collect();
        shares.sort_by(|one, other| other.1.total_cmp(&one.1));
        shares
    }
}

fn ratio(bad: f64, total: f64) -> Option<f64> {
    (total > 0.0).then(|| (1.0 - bad / total).clamp(0.0, 1.0))
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// The samples of a series. A missing one counts nothing.
fn samples(row: Row<'_>, name: &str) -> Vec<f64> {
    let samples = row.at("samples").at(name).value().as_array();
    let number = |item| Row::of(item).number("").unwrap_or(0.0).max(0.0);
    samples.into_iter().flatten().take(STEPS).map(number).collect()
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn levels_are_the_known_metrics_of_a_row() {
        let row = json!({
            "site_id": "s", "num_clients": 1, "num_aps": 0, "coverage": 0.93, "time-to-connect": "0.5", "application_health": 87,
            "capacity": null, "roaming": "x", "new-thing": 0.5, "throughput": -1,
        });
        let levels = ServiceLevel::all(Row::of(&row), "wireless");
        let mut levels: Vec<_> =
            levels.iter().map(|level| (level.metric.as_str(), level.percent())).collect();
        levels.sort_by_key(|level| level.0);
        assert_eq!(levels, [("application-health", 87.0), ("coverage", 93.0), ("time-to-connect", 50.0)]);
    }

    #[test]
    fn a_trend_is_read_with_its_gaps_and_judged_by_user_minutes() {
        let trend = ServiceLevelTrend::of(Row::of(&json!({
            "start": 1_000, "end": 8_200,
            "sle": { "interval": "1800", "samples": { "total": [100, null, "200", 0], "degraded": [10, 5, 100, 0] } },
            "classifiers": [
                { "name": "dhcp", "samples": { "degraded": [9, 0, 90, 0] }, "impact": { "num_users": 7 } },
                { "name": "dns", "samples": { "degraded": [1, 0, 10] } }, { "samples": {} }, null,
            ],
        })));
        assert_eq!(trend.times, [1_000, 2_800, 4_600, 6_400]);
        assert_eq!((trend.at(0), trend.at(1), trend.at(2), trend.at(9)), (Some(0.9), None, Some(0.5), None));
        assert_eq!(
            trend.shares(2).first().map(|(one, share)| (one.name.as_str(), *share)),
            Some(("dhcp", 0.9))
        );
        assert_eq!(trend.classifiers[0].users, Some(7));
    }

    #[test]
    fn a_trend_without_samples_has_no_data() {
        for row in [
            json!(null),
            json!({}),
            json!({ "sle": null, "classifiers": {} }),
            json!({ "start": "x", "sle": { "samples": { "total": [null, 0], "degraded": "x" } } }),
            json!({ "start": 1, "sle": { "interval": i64::MAX, "samples": { "total": [1, 1], "degraded": [] } } }),
        ] {
            let trend = ServiceLevelTrend::of(Row::of(&row));
            assert!(
                trend.shares(0).is_empty() && trend.shares(99).is_empty() && trend.between(3..9).is_none()
            );
            assert!(trend.value().is_none_or(f64::is_finite), "{row}");
        }
    }

    #[test]
    fn each_metric_has_a_cause_for_any_classifier() {
        for metric in classifiers::METRICS {
            for classifier in ["dhcp", "DHCP-stuck", "anything new", ""] {
                assert!(!classifiers::causes(metric, classifier).1.is_empty(), "{metric} {classifier}");
            }
        }
        assert!(classifiers::causes("new-metric", "x").1.is_empty());
    }

    #[test]
    fn a_classifier_says_only_what_its_name_has() {
        for (metric, classifier, says) in [
            ("successful-connect", "dhcp", Some("dhcp_failure")),
            ("capacity", "Non-WiFi-interference", Some("noise")),
            ("ap-health", "ap-disconnected", Some("device_down")),
            ("ap-health", "low-power", Some("power_constrained")),
            ("coverage", "asymmetry-uplink", Some("weak_signal")),
            ("time-to-connect", "IP-services", None),
            ("time-to-connect", "authorization", None),
            ("successful-connect", "authorization", None),
            ("successful-connect", "no-data", None),
            ("switch-health", "cpu", None),
            ("wan-link-health", "interface-congestion", None),
            ("throughput", "device-capability", None),
            ("throughput", "network-issues", None),
            ("ap-health", "network-latency", None),
            ("application-health", "application-services", None),
            ("gateway-health", "dhcp", None),
            ("switch-throughput", "storm-control", None),
        ] {
            let found = classifiers::causes(metric, classifier).0.map(|cause| cause.name);
            assert_eq!(found, says, "{metric} {classifier}");
        }
    }
}
