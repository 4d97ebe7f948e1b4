//! What kind of answer a tool gives, read off its name, category and parameters.

use super::cues::{Cue, Cues};
use crate::catalog::Entry;

/// The kind of a tool.
#[derive(Debug)]
pub(super) struct Profile {
    kinds: Vec<Cue>,
    /// It is about one thing whose id one has to know.
    of_one: bool,
    /// It has a filter for the site.
    filters_site: bool,
    deprecated: bool,
}

impl Profile {
    pub(super) fn of(entry: &Entry) -> Self {
        let tool = entry.tool();
        let named = |parts: &[&str]| parts.iter().any(|part| tool.name.contains(part));
        let about = |parts: &[&str]| parts.iter().any(|part| tool.category.contains(part));
        let mut kinds = Vec::new();
        let mut add = |is: bool, cue| kinds.extend(is.then_some(cue));
        let (count, constant) = (tool.name.starts_with("count"), tool.category.starts_with("constants"));
        let event = named(&["Event", "Log", "Session", "Deliveries", "History"]) && !constant;
        let state = about(&["_stats"]) || named(&["Stats"]);
        let measured = about(&["insights", "sles"]);
        add(count, Cue::Count);
        add(constant, Cue::Definition);
        add(event, Cue::Event);
        add(state && !event, Cue::State);
        add(named(&["Derived"]), Cue::Effective);
        add(measured, Cue::Trend);
        add(
            named(&["Classifier", "Consideration", "roubleshoot", "Event"]) && !constant && !count,
            Cue::Cause,
        );
        add(!count && !constant && !event && !state && !measured, Cue::Config);
        let required = |name: &str| entry.params().iter().any(|param| param.name == name && param.required());
        let site = required("site_id");
        let org = !site && entry.takes("org_id");
        add(site, Cue::Site);
        add(org, Cue::Org);
        let ordinary =
            ["site_id", "scope", "scope_id", "metric", "metrics", "classifier", "fields", "band", "sle"];
        Self {
            kinds,
            of_one: entry.params().iter().any(|param| param.required() && !ordinary.contains(&param.name)),
            filters_site: org && entry.takes("site_id"),
            deprecated: tool.description.contains("Deprecated"),
        }
    }

    /// By how much the tool is the better for the kind of answer that is asked for.
    pub(super) fn fitness(&self, cues: &Cues) -> f64 {
        let is = |cue| self.kinds.contains(&cue);
        let mut fitness = 1.0;
        for (cue, wanted, unwanted) in [
            (Cue::Count, 1.35, 0.7),
            (Cue::Definition, 1.3, 0.62),
            (Cue::State, 1.15, 1.0),
            (Cue::Event, 1.15, 0.95),
            (Cue::Config, 1.1, 1.0),
            (Cue::Effective, 1.3, 0.95),
            (Cue::Trend, 1.3, 1.0),
            (Cue::Cause, 1.2, 1.0),
        ] {
            match (is(cue), cues.asks(cue)) {
                (true, true) => fitness *= wanted,
                (true, false) => fitness *= unwanted,
                (false, _) => {}
            }
        }
        if cues.asks(Cue::Site) && is(Cue::Org) {
            fitness *= if self.filters_site { 0.9 } else { 0.7 };
        } else if cues.asks(Cue::Org) && is(Cue::Site) {
            fitness *= 0.65;
        } else if !cues.asks(Cue::Site) && is(Cue::Site) {
            // Nothing said: the organization's needs no site.
            fitness *= 0.92;
        }
        if self.of_one {
            fitness *= 0.85;
        }
        if self.deprecated {
            fitness *= 0.8;
        }
        fitness
    }
}
