//! What the classifiers of a service level stand for at a site.

use mistmcp::answers::{Finding, Inquiry, Window};

use super::impact::{Impacted, concentrated, with_objects};
use crate::facts::{Event, classifiers, metric_name};
use crate::rules::ports::PortContext;
use crate::rules::service_levels::{self, SleAssessment};
use crate::rules::{alarms, site};
use crate::site_state::SiteState;
use crate::{causes as c, sources, thresholds as t};

/// The site of a service level, with what was read of it.
pub(super) struct SleSite<'a> {
    pub(super) id: &'a str,
    pub(super) window: &'a Window,
    pub(super) state: &'a SiteState,
    pub(super) client_events: &'a [Event],
    /// Whether older ones of these were not read.
    pub(super) client_events_cut: bool,
    pub(super) impacted: &'a [Impacted],
    pub(super) ask: &'a Inquiry,
}

/// What the classifiers stand for: a trouble of the site that fits, or else what their names say.
pub(super) fn explained(metric: &str, assessment: &SleAssessment<'_>, at: &SleSite<'_>) -> Vec<Finding> {
    let metric_known = metric_name(metric);
    let state = at.state;
    let context = PortContext::new(at.ask.now(), &state.devices, &state.ports, &state.events);
    let context = context.until(at.window.end);
    let mut case = state.case(at.client_events, &context);
    case.client_events_cut = at.client_events_cut;
    // What was last reported long before the level fell does not explain it.
    let current: Vec<_> = state
        .alarms
        .iter()
        .filter(|alarm| {
            assessment.since.is_none_or(|since| alarms::is_reported_since(alarm, since - t::SHORTLY_BEFORE))
        })
        .cloned()
        .collect();
    case.alarms = &current;
    let troubles = site::site(&case);
    let troubles = at.ask.in_time(troubles);
    let mut found: Vec<Finding> = Vec::new();
    for (place, (classifier, share)) in assessment.shares.iter().take(3).enumerate() {
        // The second and third are worth telling only where they cost much.
        if *share < if place == 0 { 0.0 } else { 0.25 } {
            continue;
        }
        let (says, causes) = classifiers::causes(&metric_known, &classifier.name);
        let is_fitting = |finding: &&Finding| causes.iter().any(|cause| cause.name == finding.cause().name);
        let mut fitting: Vec<_> = troubles.iter().filter(is_fitting).collect();
        fitting.sort_by_key(|finding| std::cmp::Reverse(finding.relevance()));
        let says = if is_one_place(&metric_known, at.impacted) { Some(&c::COVERAGE_HOLE) } else { says };
        let cause = fitting.first().map(|finding| finding.cause()).or(says);
        // Classifiers that name no cause are different things.
        if cause.is_some_and(|cause| found.iter().any(|known| known.cause().name == cause.name)) {
            continue;
        }
        let mut finding = service_levels::explained(
            metric,
            assessment,
            classifier,
            *share,
            cause,
            &state.name,
            at.ask.now(),
        );
        if cause.is_none() {
            finding = finding.item(classifier.name.clone());
        }
        finding = with_objects(finding, at.impacted).see(&sources::level_trend(at.id, metric, at.window));
        // Where the network shows the same, that is where it is.
        if let Some(shown) = fitting.first() {
            finding = finding.with_objects_of(shown);
        }
        let weight = finding.relevance().saturating_sub(u8::try_from(place).unwrap_or(3) * 10);
        found.push(finding.weight(weight));
        // What the network itself shows, beside its effect.
        found.extend(fitting.into_iter().take(3).cloned().map(|finding| {
            let weight = finding.relevance().min(weight.saturating_sub(1));
            finding.weight(weight)
        }));
    }
    found
}

/// Whether weak signals are those of one access point: a hole in the coverage there.
fn is_one_place(metric: &str, impacted: &[Impacted]) -> bool {
    metric == "coverage" && concentrated(impacted, "ap").is_some()
}
