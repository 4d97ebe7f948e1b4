//! Rules for service levels: which are low, which classifier costs most, since when, and what it stands for.

use mistmcp::answers::{Cause, Finding, Object, Severity, lasting, name};

use crate::facts::{Classifier, ServiceLevel, ServiceLevelTrend, classifiers, percent};
use crate::{causes as c, thresholds as t};

/// The lowest service level of a site, if it is low.
pub(crate) fn lowest(levels: &[ServiceLevel]) -> Option<&ServiceLevel> {
    levels
        .iter()
        .filter(|level| level.value < t::LOW_LEVEL)
        .min_by(|one, other| one.value.total_cmp(&other.value))
}

/// A finding about a service level that is low, where its classifiers are not known: with the first of the `reported`
/// causes that can lower it, or else what the level itself says.
pub(crate) fn low(level: &ServiceLevel, site: &str, reported: &[&'static Cause]) -> Finding {
    let can_lower = |cause: &&&Cause| classifiers::may_stand_for(&level.metric, cause);
    let known = reported.iter().find(can_lower).copied();
    let (cause, severity) = judged(known.or_else(|| classifiers::causes(&level.metric, "").0), level.value);
    let (value, metric) = (level.percent(), &level.metric);
    Finding::new(
        cause,
        severity,
        format!("The service level {} of {} is {value}%.", name(metric), name(site)),
    )
    .on(Object::site(site))
    .weight(if severity == Severity::Critical { 46 } else { 26 })
    .evidence("metric", metric.clone())
    .evidence("percent", value)
}

/// What a service level over time shows: its value now and before, since when it is worse, and what costs most.
#[derive(Clone, Debug)]
pub(crate) struct SleAssessment<'a> {
    /// Of the whole time, from 0 to 1.
    pub(crate) value: f64,
    /// Of the time since it got worse, or of the whole.
    pub(crate) recent: f64,
    /// When it got worse.
    pub(crate) since: Option<i64>,
    /// Classifiers with their share of the bad user minutes since then, the largest first.
    pub(crate) shares: Vec<(&'a Classifier, f64)>,
}

/// Assesses a service level by the time since it got worse; `None` without data.
pub(crate) fn assess(trend: &ServiceLevelTrend) -> Option<SleAssessment<'_>> {
    let value = trend.value()?;
    let steps = trend.total.len();
    let onset = onset(trend);
    let from = onset.unwrap_or(0);
    Some(SleAssessment {
        value,
        recent: trend.between(from..steps).unwrap_or(value),
        since: onset.and_then(|step| trend.times.get(step).copied()),
        shares: trend.shares(from),
    })
}

/// The step from which on the level stays clearly below what it was before. Steps without data count as neither.
fn onset(trend: &ServiceLevelTrend) -> Option<usize> {
    let steps = trend.total.len();
    let values: Vec<_> = (0..steps).map(|step| trend.at(step)).collect();
    let mut known: Vec<f64> = values.iter().flatten().copied().collect();
    if known.len() < 4 {
        return None;
    }
    known.sort_by(f64::total_cmp);
    // The usual value: bad times that last less than three quarters of the window do not change it.
    let usual = known[known.len() * 3 / 4];
    let is_low = |value: f64| value < usual - ONSET_DROP;
    let mut first = None;
    for (step, value) in values.iter().enumerate().rev() {
        match value {
            Some(value) if is_low(*value) => first = Some(step),
            Some(_) => break,
            None => {}
        }
    }
    first
}

/// How far a service level falls below its usual value when it gets worse.
const ONSET_DROP: f64 = 0.1;

/// A finding for the cause that a classifier stands for, or else about the service level alone, which is no outage.
pub(crate) fn explained(
    metric: &str,
    assessment: &SleAssessment<'_>,
    classifier: &Classifier,
    share: f64,
    cause: Option<&'static Cause>,
    site: &str,
    now: i64,
) -> Finding {
    let (now_percent, share_percent) = (percent(assessment.recent), percent(share).round());
    let is = match assessment.since {
        Some(since) => format!("has been {now_percent}% {}", lasting(since, now)),
        None => format!("is {now_percent}%"),
    };
    let words = format!(
        "The service level {} {is}; {share_percent}% of the bad user minutes are classified as {}.",
        name(metric),
        name(&classifier.name)
    );
    let (cause, severity) = judged(cause, assessment.recent);
    Finding::new(cause, severity, words)
        .weight(match severity {
            Severity::Critical => 84,
            Severity::Warning => 64,
            Severity::Info => 32,
        })
        .on(Object::site(site))
        .since(assessment.since)
        .evidence("metric", metric)
        .evidence("percent", percent(assessment.value))
        .evidence("percent_since", Some(now_percent).filter(|_| assessment.since.is_some()))
        .evidence("classifier", classifier.name.clone())
        .evidence("share_percent", share_percent)
        .evidence("users", classifier.users)
}

/// The cause of a service level with this value, and its severity. A level without a cause is no outage.
fn judged(cause: Option<&'static Cause>, value: f64) -> (&'static Cause, Severity) {
    match cause {
        Some(cause) => (cause, severity(value)),
        None => (&c::REPORTED_TROUBLE, severity(value).min(Severity::Warning)),
    }
}

/// How much a service level matters to people.
pub(crate) fn severity(value: f64) -> Severity {
    if value < t::BAD_LEVEL {
        Severity::Critical
    } else if value < t::LOW_LEVEL {
        Severity::Warning
    } else {
        Severity::Info
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    fn trend(bad: &[f64]) -> ServiceLevelTrend {
        let total = vec![100.0; bad.len()];
        let dhcp: Vec<_> = bad.iter().map(|bad| bad * 0.9).collect();
        let dns: Vec<_> = bad.iter().map(|bad| bad * 0.1).collect();
        ServiceLevelTrend::of(Row::of(&json!({
            "start": 3_600,
            "sle": { "interval": 3_600, "samples": { "total": total, "degraded": bad } },
            "classifiers": [
                { "name": "dns", "samples": { "degraded": dns } }, { "name": "dhcp", "samples": { "degraded": dhcp } },
            ],
        })))
    }

    #[test]
    fn a_level_that_fell_is_judged_by_the_time_since_then() {
        let fell = trend(&[2.0, 3.0, 1.0, 2.0, 4.0, 2.0, 40.0, 35.0]);
        let assessment = assess(&fell).unwrap();
        assert_eq!(assessment.since, Some(7 * 3_600));
        assert!((assessment.recent - 0.625).abs() < 1e-9);
        assert_eq!(assessment.shares[0].0.name, "dhcp");
        let finding = explained(
            "successful-connect",
            &assessment,
            assessment.shares[0].0,
            0.9,
            Some(&c::DHCP_FAILURE),
            "Leeds",
            99_999,
        );
        assert_eq!(finding.severity(), Severity::Critical);
    }

    #[test]
    fn a_level_that_varies_or_has_recovered_has_no_beginning() {
        for bad in [&[2.0, 9.0, 1.0, 8.0, 4.0, 2.0][..], &[2.0, 50.0, 50.0, 2.0, 2.0, 2.0], &[50.0; 6], &[]] {
            let trend = trend(bad);
            assert_eq!(assess(&trend).and_then(|assessment| assessment.since), None, "{bad:?}");
        }
    }

    #[test]
    fn only_a_low_level_is_a_finding() {
        let level = |value: f64| ServiceLevel { scope: "wireless", metric: "coverage".into(), value };
        assert_eq!(lowest(&[level(0.95), level(0.93)]), None);
        let cause = |reported: &[&'static Cause]| low(&level(0.6), "Leeds", reported).cause().name;
        let causes = [&c::LOOP, &c::COVERAGE_HOLE];
        assert_eq!((cause(&[]), cause(&causes)), ("weak_signal", "coverage_hole"));
        assert_eq!(lowest(&[level(0.8), level(0.6)]).map(|level| level.value), Some(0.6));
        for (value, severity) in [(0.6, Severity::Critical), (0.8, Severity::Warning)] {
            let assessment = low(&level(value), "Leeds", &[]).severity();
            assert_eq!((assessment, super::severity(value)), (severity, severity), "{value}");
        }
        // Without a cause it is no outage, whether its classifiers are known or not.
        let level = ServiceLevel { metric: "throughput".into(), ..level(0.4) };
        let low = low(&level, "Leeds", &[]);
        assert_eq!((low.cause().name, low.severity()), ("reported_trouble", Severity::Warning));
        let trend = trend(&[60.0; 6]);
        let assessment = assess(&trend).unwrap();
        let explained =
            explained("throughput", &assessment, assessment.shares[0].0, 0.9, None, "Leeds", 99_999);
        assert_eq!((explained.cause().name, explained.severity()), ("reported_trouble", Severity::Warning));
    }
}
