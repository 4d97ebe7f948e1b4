//! The answer about a Mist Edge: a [`Diagnosis`] of its state and its own events.

use mistmcp::answers::{Diagnosis, Inquiry, Window, join, name};

use super::{facts, state};
use crate::facts::{Device, Event};
use crate::rules::device;
use crate::rules::ports::PortContext;
use crate::site_state::site_name;
use crate::{causes as c, sources};

/// What is wrong with a Mist Edge, by its state and its own events.
pub(super) async fn mist_edge(ask: &Inquiry, org: &str, found: &Device, window: &Window) -> Diagnosis {
    let events_source = sources::events_of_mist_edge(org, found.id.as_deref(), window);
    let called = async {
        match found.site.as_deref() {
            Some(site) => Some(site_name(ask, site).await),
            None => None,
        }
    };
    let (events, called) = join!(ask.rows(&events_source), called);
    let reason = if ask.may_call("searchOrgAlarms") {
        "not looked at; searchOrgAlarms lists them"
    } else {
        "not looked at"
    };
    ask.nothing_there("alarms", reason);
    let events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let context = PortContext::new(ask.now(), std::slice::from_ref(found), &[], &events);
    let case = device::DeviceCase {
        device: found,
        site: &[],
        site_name: called.as_deref().unwrap_or_default(),
        events: &events,
        ports: &[],
        context: &context,
    };
    // It belongs to the organization as well as to a site.
    let mut findings = device::device(&case);
    findings.retain(|finding| finding.cause().name != c::NOT_ASSIGNED.name);
    device::add_outage(&case, &mut findings);
    // Only the search for Mist Edges shows their events.
    let findings = findings.into_iter().map(|finding| {
        let is_outage = finding.cause().name == c::DEVICE_DOWN.name;
        if is_outage { finding } else { finding.see(&events_source) }
    });
    facts(state(found, ask), found).fact("site", called.as_deref().map(name)).findings(findings)
}
