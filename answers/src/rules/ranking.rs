//! Rules that rank sites: the worst first, with the main reason.

mod counts;

use mistmcp::answers::{Finding, Object, Severity, count, is, lasting, listed, name, state_since};

pub(crate) use counts::{DeviceCounts, DevicesRead};

use super::recovered::{self, Past};
use super::wan::{self, Wan};
use super::{alarms, device, service_levels, upgrading};
use crate::facts::{Alarm, Device, Event, Port, ServiceLevel};
use crate::thresholds as t;
use crate::{causes as c, evidence};

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

/// The site that is down as a whole, or its devices that are.
fn down_by_rows(
    site: &SiteRow,
    now: i64,
    is_in_time: &impl Fn(Option<i64>) -> bool,
) -> Option<(u32, Finding)> {
    let down = device::site_down(&site.devices, &site.name, now).filter(|down| is_in_time(down.began()));
    down.map(|down| (10_000, down)).or_else(|| devices_down(site, now, is_in_time))
}

/// Devices that are down, as one reason: the gateway or a switch before access points.
fn devices_down(
    site: &SiteRow,
    now: i64,
    is_in_time: &impl Fn(Option<i64>) -> bool,
) -> Option<(u32, Finding)> {
    let is_down =
        |device: &&Device| device.is_down() && device.last_seen.is_some() && is_in_time(device.last_seen);
    let down: Vec<_> = site.devices.iter().filter(is_down).collect();
    let of_kind = |kind: &str| down.iter().filter(|device| device.kind == kind).count();
    let root = ["gateway", "switch"].iter().find_map(|kind| down.iter().find(|device| device.kind == *kind));
    let root = root.or_else(|| down.iter().min_by_key(|device| device.last_seen))?;
    let aps = site.devices.iter().filter(|device| device.kind == "ap").count();
    // Access points that went with the switch or gateway.
    let with_it = down.iter().filter(|device| {
        device.mac != root.mac
            && device
                .last_seen
                .zip(root.last_seen)
                .is_some_and(|(one, other)| (one - other).abs() <= t::OUTAGE_WINDOW)
    });
    let with_it: Vec<_> = with_it.collect();
    let is_root = root.kind != "ap" && !with_it.is_empty();
    let many = aps > 0 && of_kind("ap") * 2 >= aps;
    let score = match (of_kind("gateway"), of_kind("switch")) {
        (1.., _) => 4_000,
        (0, 1..) => 2_500,
        (0, 0) if many => 2_000,
        (0, 0) => 600,
    };
    let score = score + 100 * u32::try_from(down.len().min(20)).unwrap_or(20);
    let (cause, severity) = match upgrading::upgrade(root, &site.events, now) {
        Some(_) => (&c::UPGRADING, Severity::Warning),
        None if is_root => (&c::UPSTREAM_DOWN, Severity::Critical),
        None => {
            (&c::DEVICE_DOWN, device::outage(root, &downstream(site, root), &site.devices, now).severity())
        }
    };
    let names: Vec<_> = down.iter().map(|device| device.called()).collect();
    let state = state_since(1, "down", root.last_seen, now);
    let called = name(&site.name);
    let words = if is_root {
        format!(
            "{called}: the {} {} {state}; {} went down with it.",
            root.word(),
            root.called(),
            count(with_it.len(), "device")
        )
    } else if down.len() == 1 {
        format!("{called}: the {} {} {state}.", root.word(), root.called())
    } else {
        let since = root.last_seen.map_or(String::new(), |since| format!(" {}", lasting(since, now)));
        format!(
            "{called}: {} of {} {} down: {}. {} has been down{since}.",
            down.len(),
            count(site.devices.len(), "device"),
            is(down.len()),
            listed(&names, 3),
            root.called()
        )
    };
    let mut finding = Finding::new(cause, severity, words)
        .on(Object::site(&site.name))
        .on(root.object())
        .since(root.last_seen)
        .see(&evidence::stats(root))
        .evidence("devices_down", down.len())
        .evidence("devices", site.devices.len());
    for device in down.iter().take(5) {
        finding = finding.on(device.object());
    }
    Some((score, finding))
}

/// The devices downstream of one, as far as that is known without its ports: all others of a site with one switch or
/// gateway of the kind.
fn downstream<'a>(site: &'a SiteRow, root: &Device) -> Vec<&'a Device> {
    let is_only = site.devices.iter().filter(|device| device.kind == root.kind).count() == 1;
    let below: &[&str] = match root.kind.as_str() {
        "gateway" if is_only => &["switch", "ap"],
        "switch" if is_only => &["ap"],
        _ => &[],
    };
    site.devices.iter().filter(|device| below.contains(&device.kind.as_str())).collect()
}

/// Outages that are over, in a time window of the past.
fn over(site: &SiteRow, (now, end): (i64, i64)) -> Vec<(u32, Finding)> {
    let (devices, ports, events) = (&site.devices, &site.ports, &site.events);
    let past = Past { site: Some(&site.name), devices, ports, events, now, end };
    let found = recovered::outages(&past);
    let scored = found.into_iter().map(|finding| {
        let score = match (past.is_past(), finding.get_weight()) {
            (true, 97..) => 9_000,
            (true, 82..) => 2_400,
            (true, _) => 650,
            (false, 54..) => 260,
            (false, _) => 10,
        };
        (score, with_site_name(site, finding))
    });
    scored.filter(|(score, _)| *score > 10).collect()
}

/// WAN links of gateways that are connected.
fn links(site: &SiteRow, now: i64) -> Vec<(u32, Finding)> {
    let gateways: Vec<_> =
        site.devices.iter().filter(|device| device.kind == "gateway" && !device.is_down()).cloned().collect();
    let ports: Vec<_> = site
        .ports
        .iter()
        .filter(|port| gateways.iter().any(|gateway| gateway.has_mac(&port.device)))
        .cloned()
        .collect();
    let wan = Wan {
        devices: &site.devices,
        gateways: &gateways,
        ports: &ports,
        paths: &[],
        tunnels: &[],
        neighbors: &[],
        events: &site.events,
        alarms: &site.alarms,
        now,
    };
    let down = wan::links_down(&wan)
        .into_iter()
        .filter(|finding| finding.severity() > Severity::Info)
        .map(|finding| (if finding.severity() == Severity::Critical { 3_500 } else { 900 }, finding));
    let degraded = wan::links_degraded(&wan)
        .into_iter()
        .map(|finding| (if finding.severity() == Severity::Critical { 1_900 } else { 1_000 }, finding));
    down.chain(degraded).map(|(score, finding)| (score, with_site_name(site, finding))).collect()
}

/// A finding with its site in the summary.
fn with_site_name(site: &SiteRow, finding: Finding) -> Finding {
    let words = format!("{}: {}", name(&site.name), finding.summary());
    finding.with_summary(words)
}

/// The worst open alarms, but for those of devices that are down: their state shows that, but for Mist Edges.
fn reported(site: &SiteRow, now: i64) -> Vec<(u32, Finding)> {
    let open = alarms::active(&site.alarms, &site.events);
    let mut found: Vec<(u32, Finding)> = Vec::new();
    for alarm in open {
        let findings = alarms::findings(&[alarm], &site.devices, |_| Some(site.name.clone()), now);
        let is_edge = alarm.device_kind == Some("mxedge");
        let is_listed = |finding: &Finding| finding.cause().name != c::DEVICE_DOWN.name || is_edge;
        for finding in findings.into_iter().filter(is_listed) {
            let score = match finding.get_weight() {
                // More than an access point that is down.
                68.. => 1_100,
                57.. => 350,
                48.. => 300,
                20.. => 150,
                _ => 20,
            };
            found.push((score, with_site_name(site, finding)));
        }
    }
    found
}

/// The lowest service level, by how far it is below what users accept.
fn level(site: &SiteRow) -> Option<(u32, Finding)> {
    let lowest = service_levels::lowest(&site.levels)?;
    let reported = alarms::active(&site.alarms, &site.events);
    let reported: Vec<_> =
        reported.iter().filter_map(|alarm| Some(alarms::cause_of(&alarm.kind)?.0)).collect();
    let finding = service_levels::low(lowest, &site.name, &reported);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 3,000")]
    let score = ((t::LOW_LEVEL - lowest.value).clamp(0.0, 1.0) * 3_000.0) as u32;
    // A site without clients matters less.
    let score = if site.clients == Some(0) { score / 4 } else { score };
    Some((score.max(50), finding))
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
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
