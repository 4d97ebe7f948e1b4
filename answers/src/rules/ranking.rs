//! Rules that rank sites: the worst first, with the main reason ([`RankedSite`]).

mod counts;
mod down;
mod reasons;

use mistmcp::answers::{Finding, Object};

pub(crate) use counts::{DeviceCounts, DevicesRead};
use down::down_by_rows;
use reasons::{level, links, over, reported};

use crate::facts::{Alarm, Device, Event, Port, ServiceLevel};

/// The input of the rules for a site.
#[derive(Clone, Debug, Default)]
pub(crate) struct SiteRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) devices: Vec<Device>,
    /// Ports of its gateways.
    pub(crate) ports: Vec<Port>,
    pub(crate) alarms: Vec<Alarm>,
    /// Events of its devices that begin or end an outage.
    pub(crate) events: Vec<Event>,
    pub(crate) levels: Vec<ServiceLevel>,
    pub(crate) clients: Option<i64>,
    /// What is known of its devices.
    pub(crate) read: DevicesRead,
}

impl SiteRow {
    /// Whether it is known to have no devices.
    pub(crate) fn has_no_devices(&self) -> bool {
        matches!(self.read, DevicesRead::Rows) && self.devices.is_empty()
    }
}

/// A site with what is wrong there.
#[derive(Clone, Debug)]
pub(crate) struct RankedSite<'a> {
    pub(crate) site: &'a SiteRow,
    pub(crate) score: u32,
    /// The main reason.
    pub(crate) finding: Finding,
}

/// The sites where something is wrong, the worst first. `is_in_time` is whether a trouble that began at a time counts.
pub(crate) fn ranked(
    sites: &[SiteRow],
    (now, end): (i64, i64),
    is_in_time: impl Fn(Option<i64>) -> bool,
) -> Vec<RankedSite<'_>> {
    let mut ranked: Vec<_> = sites.iter().filter_map(|site| rank(site, (now, end), &is_in_time)).collect();
    ranked
        .sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.site.name.cmp(&other.site.name)));
    for (place, site) in ranked.iter_mut().enumerate() {
        let weight = 99_u8.saturating_sub(u8::try_from(place).unwrap_or(u8::MAX));
        site.finding = site.finding.clone().weight(weight);
    }
    ranked
}

fn rank<'s>(
    site: &'s SiteRow,
    (now, end): (i64, i64),
    is_in_time: &impl Fn(Option<i64>) -> bool,
) -> Option<RankedSite<'s>> {
    let mut reasons: Vec<(u32, Finding)> = Vec::new();
    reasons.extend(match site.read {
        DevicesRead::Rows => down_by_rows(site, now, is_in_time),
        DevicesRead::Counts(counts) => counts.not_connected(&site.name),
        DevicesRead::Unknown => None,
    });
    reasons.extend(over(site, (now, end)));
    reasons.extend(links(site, now));
    reasons.extend(reported(site, now));
    reasons.extend(level(site));
    reasons.retain(|(_, finding)| is_in_time(finding.began()));
    reasons.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut reasons = reasons.into_iter();
    let (most, finding) = reasons.next()?;
    let others: Vec<_> = reasons.collect();
    let score = others.iter().fold(most, |sum, (score, _)| sum.saturating_add(score / 4));
    let mut causes: Vec<&'static str> = Vec::new();
    for (_, other) in &others {
        let cause = other.cause().name;
        if cause != finding.cause().name && !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    let finding = finding
        .on(Object::site(&site.name))
        .evidence("also", Some(causes).filter(|causes| !causes.is_empty()))
        .evidence("clients", site.clients);
    Some(RankedSite { site, score, finding })
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::{Row, Severity};
    use mistmcp::serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_795_890_000;

    fn site(name: &str, down: &[&str]) -> SiteRow {
        let device = |number: u32, kind: &str| {
            let called = format!("{name}-{kind}-{number}");
            let is_down = down.contains(&kind) || down.contains(&called.as_str());
            Device::of(Row::of(&json!({
                "mac": format!("5c5b35{:02x}{number:04x}", name.len()), "type": kind, "name": called, "last_seen": NOW - 600,
                "status": if is_down { "disconnected" } else { "connected" },
            })))
        };
        let devices =
            [device(1, "gateway"), device(2, "switch"), device(3, "ap"), device(4, "ap"), device(5, "ap")];
        SiteRow {
            id: name.into(),
            name: name.into(),
            devices: devices.into_iter().flatten().collect(),
            ..SiteRow::default()
        }
    }

    fn order(sites: &[SiteRow]) -> Vec<(String, &'static str)> {
        ranked(sites, (NOW, NOW), |_| true)
            .into_iter()
            .map(|site| (site.site.name.clone(), site.finding.cause().name))
            .collect()
    }

    fn level(value: f64) -> ServiceLevel {
        ServiceLevel { scope: "wireless", metric: "time-to-connect".into(), value }
    }

    #[test]
    fn the_worst_site_is_first_and_good_ones_are_left_out() {
        let mut slow = site("slow", &[]);
        slow.levels = vec![level(0.5)];
        let mut lossy = site("lossy", &[]);
        lossy.ports = vec![
            Port::of(Row::of(&json!({
                "mac": lossy.devices[0].mac, "port_id": "ge-0/0/0", "up": true, "uplink": true, "port_usage": "wan", "loss": 6.0,
            })))
            .unwrap(),
        ];
        let sites = [
            site("good", &[]),
            slow,
            site("one-ap", &["one-ap-ap-3"]),
            site("all", &["gateway", "switch", "ap"]),
            lossy,
            site("switch", &["switch", "ap"]),
        ];
        let order = order(&sites);
        let order: Vec<_> = order.iter().map(|(name, cause)| (name.as_str(), *cause)).collect();
        assert_eq!(
            order,
            [
                ("all", "site_down"),
                ("switch", "upstream_down"),
                ("slow", "reported_trouble"),
                ("lossy", "wan_link_degraded"),
                ("one-ap", "device_down"),
            ]
        );
    }

    #[test]
    fn an_alarm_of_a_device_that_is_back_and_a_level_without_users_weigh_little() {
        let alarm = |kind: &str, device: &Device| {
            let row: Value =
                json!({ "type": kind, "timestamp": NOW - 60, "aps": [device.mac], "status": "open" });
            Alarm::of(Row::of(&row)).unwrap()
        };
        let mut back = site("back", &[]);
        back.alarms = vec![alarm("device_down", &back.devices[2])];
        assert!(ranked(&[back], (NOW, NOW), |_| true).is_empty());
        let (mut empty, mut used) = (site("empty", &[]), site("used!", &[]));
        (empty.levels, empty.clients) = (vec![level(0.5)], Some(0));
        (used.levels, used.clients) = (vec![level(0.6)], Some(20));
        assert_eq!(order(&[empty, used])[0].0, "used!");
    }

    #[test]
    fn a_site_whose_devices_were_not_all_read_is_judged_by_what_is_known() {
        let of = |name: &str, counts: Option<(usize, usize)>, rows: usize| {
            // The rows that were read are down, whatever the others are.
            let mut site = site(name, &["gateway", "switch", "ap"]);
            site.devices.truncate(rows);
            let counts = counts.map(|(all, connected)| DeviceCounts { all, connected });
            SiteRow { read: DevicesRead::of(counts, rows), ..site }
        };
        let sites = [
            of("up", Some((100, 100)), 0),
            of("away", Some((100, 0)), 0),
            of("some", Some((100, 97)), 3),
            // Two devices that may never have connected.
            of("new", Some((2, 0)), 0),
            of("one", Some((1, 0)), 0),
            of("empty", Some((0, 0)), 0),
            // All rows of its devices were read.
            of("whole", Some((5, 0)), 5),
            of("unread", None, 1),
            SiteRow { levels: vec![level(0.5)], ..of("slow", None, 1) },
        ];
        let order = order(&sites);
        let order: Vec<_> = order.iter().map(|(name, cause)| (name.as_str(), *cause)).collect();
        let away = ["away", "slow", "new", "one", "some"]
            .map(|name| (name, if name == "slow" { "reported_trouble" } else { "device_down" }));
        assert_eq!(order, [&[("whole", "site_down")][..], &away].concat());
        for ranked in &ranked(&sites, (NOW, NOW), |_| true)[1..] {
            assert!(ranked.finding.severity() <= Severity::Warning, "{ranked:?}");
            let summary = ranked.finding.summary();
            assert_eq!(summary.contains("not connected"), ranked.site.name != "slow", "{summary}");
        }
        assert!(sites[5].has_no_devices() && !sites[7].has_no_devices());
        // A past window has only what was down then.
        assert!(ranked(&sites[6..7], (NOW, NOW), |began| began != Some(NOW - 600)).is_empty());
    }

    #[test]
    fn any_number_of_sites_is_ranked() {
        let sites: Vec<_> = (0..300).map(|number| site(&format!("s{number}"), &["ap"])).collect();
        assert_eq!(ranked(&sites, (NOW, NOW), |_| true).len(), 300);
        assert!(ranked(&[], (NOW, NOW), |_| true).is_empty());
    }
}
