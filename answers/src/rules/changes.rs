//! Rules for changes: which one a trouble follows from, by what it configured, how shortly before it was, and what fails
//! since then.

mod before_problem;
mod device_changes;
mod weight;

use std::collections::BTreeMap;

use mistmcp::answers::{Finding, Object, Severity, ago, listed, name, span};
use mistmcp::serde_json::Value;

use super::client_failures::Failures;
use crate::causes as c;
use crate::facts::{Change, Device, Event, Target};
use crate::thresholds as t;

pub(crate) use before_problem::change_before;
use device_changes::{config_failed, radio_management, restarted, upgraded};
use weight::weight;

/// The input of the rules beside the changes.
#[derive(Clone, Debug)]
pub(crate) struct ChangeCase<'a> {
    pub(crate) now: i64,
    /// When it got bad, if that was asked.
    pub(crate) before: Option<i64>,
    /// The device that was asked about.
    pub(crate) device: Option<&'a Device>,
    /// All devices that are known.
    pub(crate) devices: &'a [Device],
    /// Events of devices in the window.
    pub(crate) events: &'a [Event],
    /// What clients fail at since it got bad.
    pub(crate) failures: &'a [Failures<'a>],
    /// Names of sites by id.
    pub(crate) sites: &'a BTreeMap<String, String>,
}

/// Seconds after a change within which devices apply it.
const APPLIED: i64 = 5 * t::MINUTE;
/// Seconds that the moment when it got bad may be wrong.
const TOLERANCE: i64 = 2 * t::MINUTE;

impl ChangeCase<'_> {
    /// Whether a time is at or before the moment when it got bad.
    pub(crate) fn is_early_enough(&self, time: i64) -> bool {
        self.before.is_none_or(|before| time <= before.saturating_add(TOLERANCE))
    }

    /// Points for how shortly before the trouble, or how lately, it was.
    fn recency_points(&self, time: i64) -> i32 {
        let distance = self.before.unwrap_or(self.now) - time;
        match distance / t::MINUTE {
            ..=5 => 16,
            6..=15 => 13,
            16..=30 => 10,
            31..=60 => 6,
            61..=180 => 2,
            _ => 0,
        }
    }

    fn site_name(&self, id: Option<&str>) -> Option<&str> {
        id.and_then(|id| self.sites.get(id)).map(String::as_str)
    }
}

/// A finding for each change before the trouble, and for what devices did by themselves.
pub(crate) fn findings(changes: &[Change], case: &ChangeCase<'_>) -> Vec<Finding> {
    let early =
        changes.iter().filter(|change| change.target != Target::Account && case.is_early_enough(change.time));
    let mut found: Vec<_> = early.map(|change| of_change(change, changes, case)).collect();
    found.extend(upgraded(case));
    found.extend(restarted(changes, case));
    found.extend(radio_management(case));
    found.extend(config_failed(case));
    found
}

fn of_change(change: &Change, all: &[Change], case: &ChangeCase<'_>) -> Finding {
    let configured = devices_configured_by(change, all, case);
    let fields: Vec<_> = change
        .after
        .keys()
        .chain(change.before.keys().filter(|field| !change.after.contains_key(*field)))
        .collect();
    let weight = weight(change, &configured, case);
    let severity = match case.before {
        Some(_) if weight >= 60 => Severity::Warning,
        _ => Severity::Info,
    };
    let mut what = name(change.called.as_deref().unwrap_or("the configuration"));
    if !fields.is_empty() && fields.iter().all(|field| field.len() <= 40) {
        what = format!("{what} ({})", listed(&fields, 3));
    }
    let words = format!(
        "{} {} {what} {}{}.",
        change.by(),
        action(change),
        ago(change.time, case.now),
        time_before(change.time, case)
    );
    let device = change.called.as_deref().and_then(|called| {
        case.devices
            .iter()
            .find(|device| device.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(called)))
    });
    let object = match (change.target, device) {
        (Target::Device | Target::Restart | Target::Upgrade, Some(device)) => device.object(),
        _ => change.object(),
    };
    let cause = if change.target == Target::Restart { &c::RESTARTED_BY_USER } else { &c::CHANGED_BEFORE };
    // Each change is one of its own, also of an object that was changed before.
    let item = format!("{} {:?} {}", change.time, change.who, change.message);
    let mut finding = Finding::new(cause, severity, words).on(object).item(item).weight(weight);
    if let Some(site) = case.site_name(change.site.as_deref()) {
        finding = finding.on(Object::site(site));
    }
    for device in
        configured.iter().filter_map(|mac| case.devices.iter().find(|device| device.has_mac(mac))).take(4)
    {
        finding = finding.on(device.object());
    }
    let difference = |fields: &mistmcp::serde_json::Map<String, Value>| Value::Object(fields.clone());
    finding
        .since(change.time)
        .evidence("who", change.who.clone())
        .evidence("from", change.from.clone())
        .evidence("message", change.message.clone())
        .evidence("before", Some(difference(&change.before)).filter(|_| !change.before.is_empty()))
        .evidence("after", Some(difference(&change.after)).filter(|_| !change.after.is_empty()))
        .evidence("devices_configured", Some(configured.len()).filter(|configured| *configured > 0))
}

/// What an administrator did, as a verb with its object's kind.
fn action(change: &Change) -> String {
    let message = change.message.to_lowercase();
    let verb = if ["add ", "create ", "new "].iter().any(|word| message.starts_with(word)) {
        "added"
    } else if change.is_removal() {
        "removed"
    } else {
        match change.target {
            Target::Restart => return "restarted".to_owned(),
            Target::Upgrade => return "upgraded".to_owned(),
            _ => "changed",
        }
    };
    let what = match change.target {
        Target::Access | Target::Template if kind_of(change).is_some() => {
            return format!("{verb} the {}", kind_of(change).unwrap_or_default());
        }
        Target::SiteSettings => " the settings of",
        Target::Site => " the site",
        Target::Device => " the device",
        Target::Wlan => " the WLAN",
        Target::Access => " the access rule, key or server",
        Target::Template => " the template, profile or network",
        _ => "",
    };
    format!("{verb}{what}")
}

/// The kind of what was changed, from a message such as `Update PSK "Scanners"`.
fn kind_of(change: &Change) -> Option<&str> {
    let (words, _) = change.message.split_once('"')?;
    let (_, kind) = words.trim().split_once(' ')?;
    let is_kind = |kind: &&str| {
        kind.len() <= 32 && kind.chars().all(|letter| letter.is_ascii_alphabetic() || letter == ' ')
    };
    Some(kind.trim()).filter(is_kind)
}

/// How long before the trouble it was.
fn time_before(time: i64, case: &ChangeCase<'_>) -> String {
    case.before.map_or(String::new(), |before| match before - time {
        ..90 => ", right before it got bad".to_owned(),
        seconds => format!(", {} before it got bad", span(seconds)),
    })
}

/// The devices that applied a configuration shortly after a change, before the next change at the same site.
fn devices_configured_by<'a>(change: &Change, all: &[Change], case: &'a ChangeCase<'_>) -> Vec<&'a str> {
    let next = all.iter().filter(|other| {
        other.time > change.time && other.site == change.site && other.target != Target::Account
    });
    let until = next.map(|other| other.time).min().unwrap_or(i64::MAX).min(change.time + APPLIED);
    let applied = ["CONFIG_CHANGED_BY_USER", "RECONFIGURED", "CONFIGURED", "CONFIG_FAILED", "RESTARTED"];
    let mut macs: Vec<&str> = Vec::new();
    for event in case.events {
        let is_here = change.site.is_none() || event.site.is_none() || event.site == change.site;
        if is_here
            && applied.contains(&event.short())
            && (change.time..until).contains(&event.time)
            && let Some(mac) = event.mac.as_deref().filter(|mac| !macs.contains(mac))
            && macs.len() < MAX_CONFIGURED
        {
            macs.push(mac);
        }
    }
    macs
}

/// Devices of one change that are counted, at most.
const MAX_CONFIGURED: usize = 200;

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::super::client_failures;
    use super::*;

    pub(super) const NOW: i64 = 1_795_890_000;

    pub(super) fn change(message: &str, ago: i64, after: &Value) -> Change {
        Change::of(Row::of(&json!({
            "message": message, "timestamp": NOW - ago, "admin_name": "Ann", "site_id": "s", "before": {}, "after": after,
        })))
        .unwrap()
    }

    fn event(kind: &str, ago: i64, mac: &str) -> Event {
        Event::of(Row::of(
            &json!({ "type": kind, "timestamp": NOW - ago, "mac": mac, "site_id": "s", "ssid": "Staff" }),
        ))
        .unwrap()
    }

    fn devices() -> Vec<Device> {
        let device = |mac: &str, name: &str| {
            Device::of(Row::of(&json!({ "mac": mac, "type": "switch", "name": name })))
        };
        [device("5c4527000001", "SW-1"), device("5c4527000002", "SW-2")].into_iter().flatten().collect()
    }

    /// The names of the findings' objects, the weightiest first.
    fn ranking(
        changes: &[Change],
        before: Option<i64>,
        events: &[Event],
        clients: &[Event],
    ) -> Vec<(String, &'static str)> {
        let (devices, sites) = (devices(), BTreeMap::new());
        let failures = client_failures::failures(clients, NOW);
        let case = ChangeCase {
            now: NOW,
            before,
            device: None,
            devices: &devices,
            events,
            failures: &failures,
            sites: &sites,
        };
        let mut found = findings(changes, &case);
        found.sort_by_key(|finding| std::cmp::Reverse(finding.relevance()));
        let known = ["Leeds", "SW-1", "SW-2", "Staff", "Keys", "radio management", "firmware upgrade"];
        let object = |finding: &Finding| {
            known.iter().find(|known| finding.is_on(known)).map_or(String::new(), |known| (*known).to_owned())
        };
        found.iter().map(|finding| (object(finding), finding.cause().name)).collect()
    }

    #[test]
    fn the_change_right_before_is_first_and_later_ones_are_left_out() {
        let changes = [
            change("Update Site Settings \"Leeds\"", 4_000, &json!({})),
            change("Update WLAN \"Staff\"", 2_000, &json!({})),
            change("Update PSK \"Keys\"", 100, &json!({})),
        ];
        let found = ranking(&changes, Some(NOW - 1_800), &[], &[]);
        assert_eq!(found, [("Staff".to_owned(), "changed_before"), ("Leeds".to_owned(), "changed_before")]);
    }

    #[test]
    fn a_change_of_what_fails_is_before_a_closer_one_of_something_else() {
        let changes = [
            change("Update PSK \"Keys\"", 2_600, &json!({ "passphrase": "***" })),
            change("Update Device \"SW-1\"", 1_900, &json!({})),
        ];
        let failing: Vec<_> = (0..20)
            .map(|number| {
                event("MARVIS_EVENT_SAE_AUTH_FAILURE", 60 * number, &format!("5c5b3500{number:04x}"))
            })
            .collect();
        let first = |clients: &[Event]| ranking(&changes, Some(NOW - 1_800), &[], clients)[0].0.clone();
        assert_eq!(first(&failing), "Keys");
    }

    #[test]
    fn a_sentence_names_the_kind_of_what_was_changed() {
        for (message, words) in [
            ("Update PSK \"Keys\"", "changed the PSK"),
            ("Delete Switch Template \"Stores\"", "removed the Switch Template"),
            ("Update WLAN \"Staff\"", "changed the WLAN"),
            ("Update NAC rule 17 <b> \"x\"", "changed the access rule, key or server"),
            ("Update certificate", "changed the access rule, key or server"),
        ] {
            assert_eq!(action(&change(message, 60, &json!({}))), words);
        }
    }

    #[test]
    fn cosmetic_changes_and_logins_explain_nothing() {
        let changes = [
            change("Update Site \"Leeds\"", 1_801, &json!({ "notes": "x" })),
            change("Login with Role \"admin\"", 1_801, &json!({})),
            change("Update Device \"SW-1\"", 9_000, &json!({ "port_config": {} })),
        ];
        let found = ranking(&changes, Some(NOW - 1_800), &[], &[]);
        assert_eq!(found, [("SW-1".to_owned(), "changed_before"), ("Leeds".to_owned(), "changed_before")]);
    }

    #[test]
    fn what_devices_did_is_reported_once_for_each_kind() {
        let events = [
            event("AP_CONFIG_CHANGED_BY_RRM", 300, "5c5b35000001"),
            event("AP_RRM_ACTION", 400, "5c5b35000002"),
            event("SW_UPGRADED", 500, "5c4527000001"),
            event("SW_RESTART_BY_USER", 600, "5c4527000002"),
            event("SW_CONFIG_FAILED", 700, "5c4527000002"),
        ];
        let mut causes: Vec<_> = ranking(&[], None, &events, &[]).into_iter().map(|found| found.1).collect();
        causes.sort_unstable();
        assert_eq!(causes, ["changed_before", "changed_before", "config_failed", "restarted_by_user"]);
        let logged = [change("Restart Device \"SW-2\"", 610, &json!({}))];
        let found = ranking(&logged, None, &events[3..4], &[]);
        assert_eq!(found, [("SW-2".to_owned(), "restarted_by_user")], "the audit log has it");
    }

    #[test]
    fn a_finding_names_the_devices_that_applied_the_change() {
        let changes = [change("Update Site Settings \"Leeds\"", 900, &json!({ "vars": { "a": 1 } }))];
        let events =
            [event("SW_RECONFIGURED", 860, "5c4527000001"), event("SW_RECONFIGURED", 100, "5c4527000002")];
        let (devices, sites) = (devices(), BTreeMap::from([("s".to_owned(), "Leeds".to_owned())]));
        let case = ChangeCase {
            now: NOW,
            before: None,
            device: None,
            devices: &devices,
            events: &events,
            failures: &[],
            sites: &sites,
        };
        let found = findings(&changes, &case);
        assert!(found[0].is_on("SW-1") && !found[0].is_on("SW-2") && found[0].is_on("Leeds"), "{found:?}");
    }
}
