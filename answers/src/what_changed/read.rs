//! What `whatChanged` reads: [`Read`].

use std::collections::BTreeMap;

use mistmcp::answers::{DataSource, Inquiry, Rows, Window, join};
use mistmcp::serde_json::{Map, Value, json};

use super::{Asked, events};
use crate::facts::{Change, Device, Event, ServiceLevel, Target, percent};
use crate::{locate, sources, thresholds as t};

/// Seconds around the moment when it got bad, in which client events show what fails.
const EARLIER: i64 = 15 * t::MINUTE;

/// The parts of the answer.
pub(super) struct Read {
    pub(super) changes: Vec<Change>,
    /// The audit log.
    pub(super) audit: Rows,
    pub(super) events: Vec<Event>,
    pub(super) client_events: Vec<Event>,
    pub(super) devices: Vec<Device>,
    pub(super) devices_seen: bool,
    /// Names of sites by id.
    pub(super) sites: BTreeMap<String, String>,
    pub(super) sites_seen: bool,
    /// Service levels before and after, where they differ.
    pub(super) levels: Map<String, Value>,
}

impl Read {
    pub(super) async fn of(
        ask: &Inquiry,
        asked: &Asked<'_>,
        window: &Window,
        site: Option<&str>,
        device: Option<&Device>,
        inventory: Vec<Device>,
    ) -> Self {
        let (audit, events) = (audit(asked.org, window), events(asked.org, site, device, window));
        let devices = inventory.is_empty().then(|| match site {
            Some(site) => sources::org_devices(asked.org).with("site_id", site),
            None => sources::org_devices(asked.org),
        });
        let sites = match site {
            Some(site) => sources::site(site),
            None => sources::sites(asked.org),
        };
        let around = asked.before.map(|before| Window {
            start: before.saturating_sub(EARLIER),
            end: before.saturating_add(t::RECENT).min(ask.now()).max(before),
        });
        let clients = around.map(|around| match site {
            Some(site) => sources::client_events(site, &around),
            None => sources::org_client_events(asked.org, &around),
        });
        let halves =
            asked.before.filter(|before| *before > window.start && *before < ask.now()).map(|before| {
                let part = |start: i64, end: i64| sources::levels(asked.org, "wifi", &Window { start, end });
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
            audit,
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

fn audit(org: &str, window: &Window) -> DataSource {
    sources::audit_logs(org, window).pages(2)
}

/// Whether a change can concern the site and device that were asked about. A change for no site, such as of a template,
/// can concern all.
pub(super) fn concerns(
    change: &Change,
    site: Option<&str>,
    device: Option<&Device>,
    devices: &[Device],
    sites: &BTreeMap<String, String>,
) -> bool {
    let is_own = |device: &Device| {
        device.name.as_deref().is_some_and(|called| change.names(called))
            || change.message.contains(&device.mac)
    };
    // Of a device without a site, only what names it.
    let Some(site) = site else { return device.is_none_or(is_own) };
    let is_here =
        change.site.as_deref() == Some(site) || sites.get(site).is_some_and(|called| change.names(called));
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
pub(super) fn differing(earlier: &Rows, later: &Rows, site: Option<&str>) -> Map<String, Value> {
    let Some(site) = site else { return Map::new() };
    let [earlier, later] = [earlier, later].map(|rows| ServiceLevel::at_site(rows, site, "wireless"));
    let pairs =
        earlier.iter().filter_map(|one| Some((one, later.iter().find(|other| other.metric == one.metric)?)));
    let differ = pairs.filter(|(one, other)| (one.value - other.value).abs() >= t::LEVEL_CHANGE);
    differ
        .map(|(one, other)| {
            (one.metric.clone(), json!({ "before": percent(one.value), "after": percent(other.value) }))
        })
        .collect()
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
        let spare = Device { name: Some("spare-7".into()), mac: "5c5b35000007".into(), ..Device::default() };
        let of_spare =
            |message: &str| concerns(&change(message, Some("t")), None, Some(&spare), &devices, &sites);
        assert!(of_spare("Unassign Device \"spare-7\"") && of_spare("Unassign 5c5b35000007"));
        assert!(!of_spare("Update Site Settings \"Sydney\"") && !of_spare("Update Device \"spare-70\""));
        assert!(concerns(&change("Update WLAN \"x\"", Some("t")), None, None, &devices, &sites));
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
