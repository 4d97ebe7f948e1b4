//! Rules for devices that are being upgraded: an outage by an upgrade is one finding.

use mistmcp::answers::{Cause, Finding, Severity, ago, count};

use crate::facts::{Device, Event};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// Types of events that begin an upgrade, without the kind of device before them.
const START_EVENTS: [&str; 3] = ["UPGRADE_BY_USER", "UPGRADE_STARTED", "UPGRADE_REQUESTED"];

/// The same as Mist names them, with those that end an upgrade.
pub(crate) const UPGRADE_EVENTS: &str = "AP_UPGRADE_BY_USER,AP_UPGRADE_STARTED,AP_UPGRADE_REQUESTED,AP_UPGRADED,\
AP_UPGRADE_FAILED,SW_UPGRADE_BY_USER,SW_UPGRADE_STARTED,SW_UPGRADE_REQUESTED,SW_UPGRADED,SW_UPGRADE_FAILED,GW_UPGRADE_BY_USER,\
GW_UPGRADE_STARTED,GW_UPGRADE_REQUESTED,GW_UPGRADED,GW_UPGRADE_FAILED";

/// What follows from the restart of a device at the end of an upgrade.
static EFFECTS: &[&Cause] = &[
    &c::SITE_DOWN,
    &c::UPSTREAM_DOWN,
    &c::DEVICE_DOWN,
    &c::POWER_LOST,
    &c::PORT_DOWN,
    &c::WAN_LINK_DOWN,
    &c::VPN_PATH_DOWN,
    &c::TUNNEL_DOWN,
    &c::BGP_DOWN,
];

/// An upgrade that is in progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Upgrade<'a> {
    device: &'a Device,
    /// The event that began it.
    started: Option<&'a Event>,
    /// Whether the statistics show it.
    is_in_stats: bool,
}

/// The upgrade that a device is in, from its statistics and its own events.
pub(crate) fn upgrade<'a>(
    device: &'a Device,
    events: impl IntoIterator<Item = &'a Event>,
    now: i64,
) -> Option<Upgrade<'a>> {
    let own = events.into_iter().filter(|event| event.mac.as_deref().is_some_and(|mac| device.has_mac(mac)));
    let (mut started, mut ended): (Option<&Event>, Option<i64>) = (None, None);
    for event in own {
        if START_EVENTS.contains(&event.short()) {
            started = started.filter(|known| known.time >= event.time).or(Some(event));
        } else if ["UPGRADED", "UPGRADE_FAILED"].contains(&event.short()) {
            ended = ended.max(Some(event.time));
        }
    }
    let started = started.filter(|started| ended.is_none_or(|ended| ended < started.time));
    let status = device.upgrade.as_deref().unwrap_or_default().to_lowercase();
    let in_progress = ["inprogress", "in_progress", "upgrading", "downloading"].contains(&status.as_str())
        || device.status.as_deref() == Some("upgrading");
    // The statistics of a device that never came back still say that it is being upgraded.
    let is_old = |time: i64| now - time > t::UPGRADE_DURATION;
    let is_gone = device.is_down() && device.last_seen.is_some_and(is_old);
    // They also say so of an upgrade that never ended.
    let has_ended = device.status.as_deref() != Some("upgrading") && device.upgrade_time.is_some_and(is_old);
    let is_in_stats = in_progress && !is_gone && !has_ended;
    let is_asked = device.is_down()
        && started.is_some_and(|started| match device.last_seen {
            Some(seen) => {
                (0..=t::SHORTLY_BEFORE).contains(&(seen - started.time)) && now - seen < t::SHORTLY_BEFORE
            }
            None => now - started.time < t::SHORTLY_BEFORE,
        });
    (is_in_stats || is_asked).then_some(Upgrade { device, started, is_in_stats })
}

impl Upgrade<'_> {
    /// The finding about the device, with what is down behind it.
    pub(crate) fn finding(&self, behind: &[&Device], now: i64) -> Finding {
        let device = self.device;
        let dead: Vec<_> = behind.iter().filter(|device| device.is_down()).collect();
        let called = device.called();
        let what = match self.started {
            Some(started) if !self.is_in_stats => {
                format!("{called} began an upgrade {}", ago(started.time, now))
            }
            _ => format!("{called} is being upgraded now"),
        };
        let (severity, weight, rest) = match (device.is_down(), dead.len()) {
            (false, _) => (Severity::Info, 60, String::new()),
            (true, 0) => (Severity::Warning, 97, ", and is down meanwhile".to_owned()),
            (true, others) => {
                let with = format!(", and is down meanwhile, with {} behind it", count(others, "device"));
                (Severity::Warning, 97, with)
            }
        };
        let mut finding = Finding::new(&c::UPGRADING, severity, format!("{what}{rest}."))
            .on(device.object())
            .independent()
            .weight(weight)
            .since(self.started.map(|started| started.time))
            .evidence("fwupdate", device.upgrade.clone().filter(|_| self.is_in_stats))
            .evidence(
                "text",
                self.started.and_then(|started| started.text.clone()).filter(|_| !self.is_in_stats),
            )
            .affects([device.mac.as_str()])
            .affects(dead.iter().map(|device| device.mac.as_str()))
            .effects(EFFECTS);
        for device in dead.iter().take(5) {
            finding = finding.on(device.object());
        }
        match (self.is_in_stats, self.started) {
            (false, Some(started)) => finding.see(evidence::device_events([started]).as_ref()),
            _ => finding.see(&evidence::stats(device)),
        }
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_890_000;

    fn device(status: &str, upgrade: &str, silent: i64) -> Device {
        Device::of(Row::of(&json!({
            "mac": "5c4527000001", "name": "SW-1", "type": "switch", "status": status, "last_seen": NOW - silent,
            "fwupdate": { "status": upgrade }, "site_id": "s",
        })))
        .unwrap()
    }

    fn event(kind: &str, ago: i64) -> Event {
        let row = json!({ "type": kind, "timestamp": NOW - ago, "mac": "5c4527000001", "site_id": "s" });
        Event::of(Row::of(&row)).unwrap()
    }

    #[test]
    fn an_upgrade_in_progress_is_told_by_statistics_or_by_its_event() {
        for (device, events, is_upgrade) in [
            (device("connected", "inprogress", 10), vec![], true),
            (device("disconnected", "inprogress", 200), vec![], true),
            (device("disconnected", "inprogress", 3 * 86_400), vec![], false),
            (device("disconnected", "success", 200), vec![event("SW_UPGRADE_BY_USER", 600)], true),
            (device("disconnected", "success", 200), vec![event("SW_UPGRADE_BY_USER", 9_000)], false),
            (
                device("disconnected", "success", 200),
                vec![event("SW_UPGRADE_BY_USER", 600), event("SW_UPGRADED", 300)],
                false,
            ),
            (device("connected", "success", 10), vec![event("SW_UPGRADE_BY_USER", 600)], false),
            (device("connected", "scheduled", 10), vec![], false),
        ] {
            assert_eq!(upgrade(&device, &events, NOW).is_some(), is_upgrade, "{device:?} {events:?}");
        }
    }

    #[test]
    fn an_outage_by_an_upgrade_is_a_warning_and_names_what_is_behind_it() {
        let switch = device("disconnected", "inprogress", 200);
        let row = json!({ "mac": "5c5b35000001", "name": "AP-1", "type": "ap", "status": "disconnected" });
        let ap = Device::of(Row::of(&row)).unwrap();
        let found = upgrade(&switch, &[], NOW).unwrap().finding(&[&ap], NOW);
        assert_eq!(found.severity(), Severity::Warning);
        assert!(found.is_on("AP-1") && found.summary().contains("1 device behind it"), "{found:?}");
        let up = device("connected", "inprogress", 10);
        assert_eq!(upgrade(&up, &[], NOW).unwrap().finding(&[], NOW).severity(), Severity::Info);
    }
}
