//! `whatChanged`: what was changed, by whom, and what a trouble follows from.

use std::collections::BTreeMap;

use mistmcp::answers::{Cause, Diagnosis, Inquiry, Part, Rows, Window, answer, count, join, name, span};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{Call, Mist, Reply, Result, SiteId, Time, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{Change, Device, Event, Level, Target, percent};
use super::rules::changes::{self, ChangeCase};
use super::rules::connecting;
use super::{causes as c, locate, parts, sources, thresholds as t};

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
        let before = before.as_ref().and_then(|before| ask.time(before)).map(|before| before.min(ask.now()));
        let window = match before {
            Some(before) => Window::before(before, &window, &ask)?,
            None => Window::of(&window, &ask)?,
        };
        let asked = Asked {
            org: org_id.as_str(),
            site: site_id.as_ref().map(SiteId::as_str),
            device: device_id.as_deref(),
            before,
        };
        Ok(find(&ask, &asked, window).await)
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

/// Seconds around the moment when it got bad, in which client events show what fails.
const EARLIER: i64 = 15 * t::MINUTE;

async fn find(ask: &Inquiry, asked: &Asked<'_>, window: Window) -> Diagnosis {
    if window.start < ask.now().saturating_sub(t::AUDIT_LOG_KEPT) {
        let days = t::AUDIT_LOG_KEPT / t::DAY;
        ask.not_seen("older changes", &format!("Mist keeps the audit log for about {days} days"));
    }
    // What devices did right after the last change shows what it touched.
    let after = asked.before.map_or(0, |_| t::SHORTLY_BEFORE);
    let read_window = Window { end: window.end.saturating_add(after).min(ask.now()), ..window };
    let (device, inventory) = match asked.device {
        None => (None, Vec::new()),
        Some(text) => match locate::device(ask, asked.org, text).await {
            Ok(located) => (Some(located.device), located.inventory),
            Err(unknown) => return unknown,
        },
    };
    let site = device.as_ref().and_then(|device| device.site.as_deref()).or(asked.site);
    let mut read = Read::of(ask, asked, &read_window, site, device.as_ref(), inventory).await;
    if read.sites.is_empty() && read.sites_seen && device.is_none() {
        let (part, words) = match site {
            Some(_) => ("site", "Mist has no data of the site and no changes"),
            None => ("sites", "The organization has no sites and no changes"),
        };
        ask.nothing_there(part, "Mist has none");
        if read.changes.is_empty() && read.events.is_empty() {
            return Diagnosis::unknown(format!("{words}, so nothing is known."));
        }
    }
    let is_here = |device: &&Device| site.is_none_or(|site| device.site.as_deref() == Some(site));
    if read.devices_seen && !read.devices.iter().any(|device| is_here(&device)) {
        ask.nothing_there("devices", "there are none");
    }
    let failures = asked
        .before
        .map(|before| connecting::failures(&read.client_events, (before + t::RECENTLY).min(ask.now())));
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
    if !read.changes_seen && read.events.is_empty() {
        return Diagnosis::unknown(format!(
            "{subject}: the audit log could not be read, so nothing is known about changes."
        ));
    }
    let events = events(asked.org, site, device.as_ref(), &window);
    let found = changes::findings(&read.changes, &case);
    let is_logged = |finding: &mistmcp::answers::Finding| {
        read.changes.iter().any(|change| finding.began() == Some(change.time))
    };
    let found = found.into_iter().map(|finding| match finding.began().filter(|_| is_logged(&finding)) {
        Some(time) => finding.see(&sources::audit_log(asked.org, time)),
        None => finding.see_or(&events),
    });
    let failing: Vec<_> = failures.iter().filter(|failures| failures.failed >= t::MANY_FAILURES).take(3).map(|failures| {
        json!({ "cause": failures.cause.name, "ssid": failures.ssid, "failures": failures.failed, "successes": failures.passed })
    }).collect();
    Diagnosis::list(subject)
        .fact("changes", read.changes_seen.then_some(read.changes.len()))
        .fact("by", by(&read.changes))
        .fact("fails_since", failing)
        .fact("service_levels_percent", read.levels)
        .otherwise("no change was recorded")
        .findings(found.collect::<Vec<_>>())
}

/// The parts of the answer.
struct Read {
    changes: Vec<Change>,
    changes_seen: bool,
    events: Vec<Event>,
    client_events: Vec<Event>,
    devices: Vec<Device>,
    devices_seen: bool,
    /// Names of sites by id.
    sites: BTreeMap<String, String>,
    sites_seen: bool,
    /// Service levels before and after, where they differ.
    levels: Map<String, Value>,
}

impl Read {
    async fn of(
        ask: &Inquiry,
        asked: &Asked<'_>,
        window: &Window,
        site: Option<&str>,
        device: Option<&Device>,
        inventory: Vec<Device>,
    ) -> Self {
        let (audit, events) = (audit(asked.org, window), events(asked.org, site, device, window));
        let devices = inventory.is_empty().then(|| match site {
            Some(site) => parts::org_devices(asked.org).with("site_id", site),
            None => parts::org_devices(asked.org),
        });
        let sites = match site {
            Some(site) => parts::site(site),
            None => parts::sites(asked.org),
        };
        let around = asked.before.map(|before| Window {
            start: before.saturating_sub(EARLIER),
            end: before.saturating_add(t::RECENTLY).min(ask.now()).max(before),
        });
        let clients = around.map(|around| match site {
            Some(site) => parts::client_events(site, &around),
            None => parts::org_client_events(asked.org, &around),
        });
        let halves =
            asked.before.filter(|before| *before > window.start && *before < ask.now()).map(|before| {
                let part = |start: i64, end: i64| parts::levels(asked.org, "wifi", &Window { start, end });
                [part(window.start, before), part(before, before.saturating_add(t::DAY).min(ask.now()))]
            });
        let (audit, events, devices, sites, clients, earlier, later) = join!(
            ask.rows(&audit),
            ask.rows(&events),
            ask.rows_if(devices.as_ref()),
            ask.rows(&sites),
            ask.rows_if(clients.as_ref()),
            ask.rows_if(halves.as_ref().map(|halves| &halves[0])),
            ask.rows_if(halves.as_ref().map(|halves| &halves[1]))
        );
        let names = sites.iter().filter_map(|row| {
            let id = row.text("id").or_else(|| site.map(str::to_owned))?;
            Some((id, row.text("name")?))
        });
        let names: BTreeMap<_, _> = names.collect();
        let devices_seen = devices.is_seen();
        let devices = if inventory.is_empty() { locate::devices_of(&devices) } else { inventory };
        let mut changes: Vec<_> =
            audit.iter().filter_map(Change::of).filter(|change| change.target != Target::Account).collect();
        changes.retain(|change| concerns(change, site, device, &devices, &names));
        changes.sort_by_key(|change| std::cmp::Reverse(change.time));
        Self {
            changes,
            changes_seen: audit.is_seen(),
            events: events.iter().filter_map(Event::of).collect(),
            client_events: clients.iter().filter_map(Event::of).collect(),
            devices,
            devices_seen,
            sites_seen: sites.is_seen(),
            levels: differing(&earlier, &later, site),
            sites: names,
        }
    }
}

fn audit(org: &str, window: &Window) -> Part {
    parts::audit_logs(org, window).pages(2)
}

fn events(org: &str, site: Option<&str>, device: Option<&Device>, window: &Window) -> Part {
    match (site, device) {
        (Some(site), Some(device)) => parts::events_of(site, &device.mac, "device", window),
        (Some(site), None) => parts::device_events(site, window),
        (None, _) => parts::org_device_events(org, window),
    }
}

/// Whether a change can concern the site and device that were asked about. A change for no site, such as of a template,
/// can concern all.
fn concerns(
    change: &Change,
    site: Option<&str>,
    device: Option<&Device>,
    devices: &[Device],
    sites: &BTreeMap<String, String>,
) -> bool {
    let Some(site) = site else { return true };
    let is_here =
        change.site.as_deref() == Some(site) || sites.get(site).is_some_and(|called| change.names(called));
    let is_own = |device: &Device| {
        device.name.as_deref().is_some_and(|called| change.names(called))
            || change.message.contains(&device.mac)
    };
    let is_of_device = matches!(change.target, Target::Device | Target::Restart | Target::Upgrade);
    match (device, is_of_device) {
        (Some(device), true) => is_own(device),
        // A device that is not there now may have been removed.
        (None, true) => {
            devices.iter().any(|device| device.site.as_deref() == Some(site) && is_own(device))
                || (is_here && (devices.is_empty() || change.is_removal()))
        }
        (_, false) => is_here || change.site.is_none(),
    }
}

/// Service levels in percent before and after, where they differ by more than they usually do.
fn differing(earlier: &Rows, later: &Rows, site: Option<&str>) -> Map<String, Value> {
    let Some(site) = site else { return Map::new() };
    let of = |rows: &Rows| {
        let row = rows.iter().find(|row| row.text("site_id").as_deref() == Some(site));
        row.map(|row| Level::all(row, "wireless")).unwrap_or_default()
    };
    let (earlier, later) = (of(earlier), of(later));
    let pairs =
        earlier.iter().filter_map(|one| Some((one, later.iter().find(|other| other.metric == one.metric)?)));
    let differ = pairs.filter(|(one, other)| (one.value - other.value).abs() >= t::LEVEL_CHANGE);
    differ
        .map(|(one, other)| {
            (one.metric.clone(), json!({ "before": percent(one.value), "after": percent(other.value) }))
        })
        .collect()
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
        _ if !read.changes_seen => return format!("{about} {when}"),
        0 => "no change".to_owned(),
        some => count(some, "change"),
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

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;

    use super::*;

    fn change(message: &str, site: Option<&str>) -> Change {
        Change::of(Row::of(&json!({ "message": message, "timestamp": 1_795_890_000, "site_id": site })))
            .unwrap()
    }

    #[test]
    fn a_change_concerns_a_site_by_its_id_its_name_its_devices_or_as_a_template() {
        let device = |mac: &str, name: &str, site: &str| {
            Device::of(Row::of(&json!({ "mac": mac, "name": name, "site_id": site, "type": "ap" }))).unwrap()
        };
        let devices = [device("5c5b35000001", "LDS-AP-01", "s"), device("5c5b35000002", "SYD-AP-01", "t")];
        let sites = BTreeMap::from([("s".to_owned(), "Leeds".to_owned())]);
        let of_site =
            |message: &str, site| concerns(&change(message, site), Some("s"), None, &devices, &sites);
        assert!(of_site("Update Site Settings \"Leeds\"", None) && of_site("Update WLAN \"x\"", None));
        assert!(
            of_site("Update Device \"LDS-AP-01\"", None) && !of_site("Update Device \"SYD-AP-01\"", None)
        );
        assert!(!of_site("Update WLAN \"x\"", Some("t")));
        let of_device = |message: &str, site| {
            concerns(&change(message, site), Some("s"), Some(&devices[0]), &devices, &sites)
        };
        assert!(
            of_device("Update Device \"LDS-AP-01\"", Some("s"))
                && !of_device("Update Device \"LDS-AP-02\"", Some("s"))
        );
        assert!(
            of_device("Update RF Template \"x\"", None) && !of_device("Update Site \"Sydney\"", Some("t"))
        );
    }

    #[test]
    fn service_levels_are_reported_where_they_differ() {
        let rows = |coverage: f64| {
            Rows::of(json!({ "results": [{ "site_id": "s", "coverage": coverage, "roaming": 0.9 }] }))
        };
        let levels = differing(&rows(0.95), &rows(0.6), Some("s"));
        assert_eq!(Value::Object(levels), json!({ "coverage": { "before": 95.0, "after": 60.0 } }));
        assert!(differing(&rows(0.95), &Rows::default(), Some("s")).is_empty());
    }
}
