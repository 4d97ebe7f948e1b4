//! `whatChanged`: what was changed, by whom, and what a trouble follows from.

mod read;

use std::collections::BTreeMap;

use mistmcp::answers::{Cause, DataSource, Diagnosis, Inquiry, Window, answer, count, name, span};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{Call, Mist, Reply, Result, SiteId, Time, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{Change, Device};
use super::rules::changes::{self, ChangeCase};
use super::rules::client_failures;
use super::site_state::check_site_of;
use super::{causes as c, evidence, locate, sources, thresholds as t};

use read::Read;

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] =
    &[&[&c::CHANGED_BEFORE, &c::CONFIG_FAILED, &c::RESTARTED_BY_USER, &c::NEVER_SEEN]];

/// What was changed, by whom, and which change a trouble may follow from: audit log, configuration, firmware, RRM.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn what_changed(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: Option<SiteId>,
    /// Only changes that concern this device, by its name, MAC address, serial number or id.
    #[brief = "Device name, MAC or id"]
    device_id: Option<String>,
    /// When it got bad: only changes before it, in the forms that `start` takes.
    #[brief = "When it got bad: -2h"]
    before: Option<Time>,
    #[flatten] window: TimeWindow,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let before = before.as_ref().and_then(|before| ask.time(before));
        let window = match before {
            Some(before) => Window::before(before, &window, &ask)?,
            None => Window::of(&window, &ask)?,
        };
        let before = before.map(|before| before.min(ask.now()));
        let asked = Asked {
            org: org_id.as_str(),
            site: site_id.as_ref().map(SiteId::as_str),
            device: device_id.as_deref(),
            before,
        };
        find(&ask, &asked, window).await
    })
    .await
}

/// What the call asks.
struct Asked<'a> {
    org: &'a str,
    site: Option<&'a str>,
    device: Option<&'a str>,
    before: Option<i64>,
}

async fn find(ask: &Inquiry, asked: &Asked<'_>, window: Window) -> Result<Diagnosis> {
    if window.start < ask.now().saturating_sub(t::AUDIT_LOG_RETENTION) {
        let days = t::AUDIT_LOG_RETENTION / t::DAY;
        ask.not_seen("older changes", &format!("Mist keeps the audit log for about {days} days"));
    }
    // What devices did right after the last change shows what it touched.
    let after = asked.before.map_or(0, |_| t::SHORTLY_BEFORE);
    let read_window = Window { end: window.end.saturating_add(after).min(ask.now()), ..window };
    let (device, inventory) = match asked.device {
        None => (None, Vec::new()),
        Some(text) => match locate::find_device(ask, asked.org, text).await {
            Ok(located) => {
                check_site_of(ask, &located.device, asked.site).await?;
                (Some(located.device), located.inventory)
            }
            Err(unknown) => return Ok(unknown),
        },
    };
    let site = device.as_ref().and_then(|device| device.site.as_deref()).or(asked.site);
    let mut read = Read::of(ask, asked, &read_window, site, device.as_ref(), inventory).await;
    if read.sites.is_empty() && read.sites_seen && device.is_none() {
        let (source, words) = match site {
            Some(_) => ("site", "Mist has no data of the site and no changes"),
            None => ("sites", "The organization has no sites and no changes"),
        };
        ask.nothing_there(source, "Mist has none");
        if read.changes.is_empty() && read.events.is_empty() {
            return Ok(Diagnosis::unknown(format!("{words}, so nothing is known.")));
        }
    }
    let is_here = |device: &&Device| site.is_none_or(|site| device.site.as_deref() == Some(site));
    if read.devices_seen && !read.devices.iter().any(|device| is_here(&device)) {
        ask.nothing_there("devices", "there are none");
    }
    let failures = asked
        .before
        .map(|before| client_failures::failures(&read.client_events, (before + t::RECENT).min(ask.now())));
    let failures: Vec<_> = failures.unwrap_or_default();
    let case = ChangeCase {
        now: ask.now(),
        before: asked.before,
        device: device.as_ref(),
        devices: &read.devices,
        events: &read.events,
        failures: &failures,
        sites: &read.sites,
    };
    read.changes.retain(|change| case.is_early_enough(change.time));
    let subject = subject(&read, asked, site, device.as_ref(), &window, ask);
    if !read.audit.is_seen() && read.events.is_empty() {
        return Ok(Diagnosis::unknown(format!(
            "{subject}: the audit log could not be read, so nothing is known about changes."
        )));
    }
    let events = events(asked.org, site, device.as_ref(), &window);
    let found = changes::findings(&read.changes, &case);
    let is_logged = |finding: &mistmcp::answers::Finding| {
        read.changes.iter().any(|change| finding.began() == Some(change.time))
    };
    let found = found.into_iter().map(|finding| match finding.began().filter(|_| is_logged(&finding)) {
        Some(time) => finding.see(&evidence::audit_log(asked.org, time)),
        None => finding.see_or(&events),
    });
    let failing: Vec<_> = failures.iter().filter(|failures| failures.failed >= t::MANY_FAILURES).take(3).map(|failures| {
        json!({ "cause": failures.cause.name, "ssid": failures.ssid, "failures": failures.failed, "successes": failures.passed })
    }).collect();
    let narrowing = [("site_id", asked.site.is_some()), ("device_id", asked.device.is_some())];
    let diagnosis = Diagnosis::list(subject)
        .of_window_alone()
        .narrowed_by(narrowing)
        .fact("changes", read.audit.if_whole(read.changes.len()))
        .fact("by", by(&read.changes))
        .fact("fails_since", failing)
        .fact("service_levels_percent", read.levels)
        .when_no_findings("no change was recorded")
        .findings(found.collect::<Vec<_>>());
    Ok(diagnosis)
}

fn events(org: &str, site: Option<&str>, device: Option<&Device>, window: &Window) -> DataSource {
    match (site, device) {
        (Some(site), Some(device)) => sources::events_of(site, &device.mac, "device", window),
        (Some(site), None) => sources::device_events(site, window),
        (None, device) => {
            sources::org_device_events(org, window).with("mac", device.map(|device| device.mac.clone()))
        }
    }
}

fn subject(
    read: &Read,
    asked: &Asked<'_>,
    site: Option<&str>,
    device: Option<&Device>,
    window: &Window,
    ask: &Inquiry,
) -> String {
    let about = match (device, site) {
        (Some(device), _) => device.called(),
        (None, Some(site)) => match read.sites.get(site) {
            Some(known) => name(known),
            None => ask.resolved_name(site).map_or_else(|| format!("site {site}"), |known| name(&known)),
        },
        (None, None) => "The organization".to_owned(),
    };
    let length = span(window.end.saturating_sub(window.start));
    let when = match asked.before {
        Some(before) if before == window.end => {
            format!("in the {length} before it got bad ({})", ask.ago(before))
        }
        _ if ask.now() - window.end < t::MINUTE => format!("in the last {length}"),
        _ => format!("from {} to {}", ask.ago(window.start), ask.ago(window.end)),
    };
    let changes = match read.changes.len() {
        _ if !read.audit.is_seen() => return format!("{about} {when}"),
        0 if read.audit.is_whole() => "no change".to_owned(),
        0 => "no change among the first that were read".to_owned(),
        some if read.audit.is_whole() => count(some, "change"),
        some => format!("at least {}", count(some, "change")),
    };
    format!("{about} has {changes} by administrators {when}")
}

/// Numbers of changes by administrator.
fn by(changes: &[Change]) -> Map<String, Value> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for change in changes {
        *counts.entry(change.by()).or_default() += 1;
    }
    counts.into_iter().take(10).map(|(who, changes)| (who, changes.into())).collect()
}
