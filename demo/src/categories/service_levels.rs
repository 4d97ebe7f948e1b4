//! Data of the service level expectations (SLE): user minutes, and classifiers of bad ones.

use serde_json::{Map, Value, json};

use crate::{
    engine::{Collection, Row, Window, field},
    world::{Random, Site, World},
};

/// How each site's levels are: `bad` is the percentage of bad minutes, as on usual days where it is null; `hours` is since
/// how many hours that is so, always where it is null; `blame` is each classifier's part of the bad minutes.
pub(super) static LEVELS_OF_SITES: Collection = Collection::of("sle", levels_of_sites);

fn levels_of_sites(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        LEVELS.iter().map(|level| {
            // The first classifier is the one that is to blame most.
            let blame = (0..)
                .zip(level.classifiers)
                .map(|(place, name)| ((*name).to_owned(), json!(if place == 0 { 2 } else { 1 })));
            json!({
                "site_id": site.id, "metric": level.name, "bad": null, "hours": null,
                "blame": blame.collect::<Map<_, _>>(),
            })
        })
    });
    rows.collect()
}

/// The row of a level at a site; none where the level is not measured there.
fn row(world: &World, site: &Site, level: &Level) -> Option<Row> {
    let is_it = |row: &&Row| {
        let has = |name: &str, value: &str| field(row, name).is_some_and(|it| it == value);
        has("site_id", &site.id) && has("metric", level.name)
    };
    world.rows(&LEVELS_OF_SITES).iter().find(is_it).cloned()
}

/// A service level and what can spoil it.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) name: &'static str,
    pub(super) classifiers: &'static [&'static str],
    /// What a user minute must reach: the threshold, its unit and its range.
    pub(super) threshold: (f64, &'static str, f64, f64),
    /// How much of it is bad on a usual day, in percent.
    bad: i64,
}

#[rustfmt::skip] // A table reads best as one.
pub(super) const LEVELS: &[Level] = &[
    Level { name: "coverage", classifiers: &["weak-signal", "asymmetry-downlink", "asymmetry-uplink"], threshold: (-72.0, "dBm", -90.0, -50.0), bad: 6 },
    Level { name: "capacity", classifiers: &["client-count", "client-usage", "non-wifi-interference", "wifi-interference"], threshold: (20.0, "%", 5.0, 60.0), bad: 4 },
    Level { name: "roaming", classifiers: &["latency", "stability", "signal-quality"], threshold: (2.0, "s", 0.5, 5.0), bad: 5 },
    Level { name: "throughput", classifiers: &["capacity", "coverage", "device-capability", "network-issues"], threshold: (80.0, "Mbps", 10.0, 200.0), bad: 3 },
    Level { name: "time-to-connect", classifiers: &["association", "authorization", "dhcp", "IP-services"], threshold: (4.0, "s", 1.0, 10.0), bad: 7 },
    Level { name: "successful-connect", classifiers: &["association", "authorization", "dhcp", "dns"], threshold: (100.0, "%", 0.0, 100.0), bad: 2 },
    Level { name: "ap-health", classifiers: &["ap-disconnected", "ethernet", "low-power", "network"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "switch-health", classifiers: &["switch-unreachable", "network", "system"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "switch-throughput", classifiers: &["congestion", "interface-anomalies", "storm-control"], threshold: (100.0, "%", 0.0, 100.0), bad: 2 },
    Level { name: "gateway-health", classifiers: &["gateway-disconnected", "system", "dhcp"], threshold: (100.0, "%", 0.0, 100.0), bad: 1 },
    Level { name: "wan-link-health", classifiers: &["network", "interface", "isp-reachability"], threshold: (100.0, "%", 0.0, 100.0), bad: 3 },
    Level { name: "application-health", classifiers: &["jitter", "latency", "loss"], threshold: (100.0, "%", 0.0, 100.0), bad: 3 },
];

impl Level {
    pub(super) fn named(name: &str) -> Option<&'static Level> {
        LEVELS.iter().find(|level| level.name == name)
    }

    /// Whether it is measured at a site.
    pub(super) fn is_at(&self, world: &World, site: &Site) -> bool {
        row(world, site, self).is_some()
    }

    /// Each of the last hours' user minutes at a site, and how many of them were bad; the newest last.
    pub(super) fn hours(&self, world: &World, site: &Site, count: usize) -> Vec<(i64, i64)> {
        self.hours_until(world, site, 0, count)
    }

    /// The same of hours that end some hours ago.
    pub(super) fn hours_until(
        &self,
        world: &World,
        site: &Site,
        end: usize,
        count: usize,
    ) -> Vec<(i64, i64)> {
        let users = i64::try_from(world.clients_at(site)).unwrap_or_default();
        let row = row(world, site, self);
        let number = |name: &str| row.as_ref().and_then(|row| row.get(name)).and_then(Value::as_f64);
        let (share, since) = (number("bad"), number("hours"));
        let hours = (end..end.saturating_add(count)).rev().map(|ago| {
            let mut random = Random::of(&format!("sle {} {} {ago}", site.plan.code, self.name));
            let total = if row.is_some() { users * random.between(20, 42) } else { 0 };
            let usual = total * random.between(0, 2 * self.bad) / 100;
            let is_so = since.is_none_or(|since| f64::from(u32::try_from(ago).unwrap_or(u32::MAX)) < since);
            (total, share.filter(|_| is_so).map_or(usual, |share| part(total, share / 100.0)))
        });
        hours.collect()
    }

    /// How many of some bad minutes each classifier is to blame for; together they are all of them.
    pub(super) fn blame(&self, world: &World, site: &Site, bad: i64) -> Vec<(&'static str, i64)> {
        let row = row(world, site, self);
        let weight = |name: &str| {
            let blame = row.as_ref().and_then(|row| row.get("blame")?.get(name)?.as_f64());
            blame.unwrap_or_default().max(0.0)
        };
        let sum = self.classifiers.iter().map(|name| weight(name)).sum::<f64>();
        let share = |name: &str| if sum > 0.0 { weight(name) / sum } else { 0.0 };
        let mut blame =
            self.classifiers.iter().map(|name| (*name, part(bad, share(name)))).collect::<Vec<_>>();
        let rest = bad - blame.iter().map(|(_, part)| part).sum::<i64>();
        if let Some((_, most)) = blame.iter_mut().rev().max_by_key(|(_, part)| *part) {
            *most += rest;
        }
        blame
    }

    /// How well it went over some hours, from 0 to 1; none where nothing was measured.
    pub(super) fn success(&self, world: &World, site: &Site, (end, hours): (usize, usize)) -> Option<f64> {
        let (total, bad) = sums(&self.hours_until(world, site, end, hours));
        (total > 0.0).then(|| 1.0 - bad / total)
    }
}

/// A part of some minutes, from 0 to 1 of them, in whole minutes.
#[expect(clippy::cast_possible_truncation, reason = "minutes of some days fit many times over")]
fn part(minutes: i64, share: f64) -> i64 {
    let minutes = f64::from(i32::try_from(minutes).unwrap_or(i32::MAX));
    (minutes * share.clamp(0.0, 1.0)).floor() as i64
}

/// How many whole hours ago a window ended, and how many it has: a week's at most.
pub(super) fn hours_of(world: &World, window: Window) -> (usize, usize) {
    let hours = |seconds: i64| usize::try_from(seconds / 3_600).unwrap_or_default();
    (hours(world.now - window.end), hours(window.end - window.start).clamp(1, 168))
}

/// All minutes, and all bad ones.
pub(super) fn sums(hours: &[(i64, i64)]) -> (f64, f64) {
    let sum = |part: fn(&(i64, i64)) -> i64| {
        f64::from(i32::try_from(hours.iter().map(part).sum::<i64>()).unwrap_or(i32::MAX))
    };
    (sum(|hour| hour.0), sum(|hour| hour.1))
}
