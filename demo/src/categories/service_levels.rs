//! Data of the service level expectations (SLE): user minutes of sites, access points, clients, switches and gateways, and
//! classifiers of bad ones.

mod levels;
mod parts;

use serde_json::{Map, Value, json};

pub(super) use levels::{LEVELS, Level};

use crate::{
    engine::{Collection, Row, Window, field},
    world::{Client, Device, Kind, Random, Site, World},
};

/// How each site's levels are: `bad` is the percentage of bad minutes, as on usual days where it is null; `hours` is since
/// how many hours that is so, always where it is null; `blame` is each classifier's part of the bad minutes.
pub(super) static LEVELS_OF_SITES: Collection = Collection::of("sle", levels_of_sites);

fn levels_of_sites(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        LEVELS.iter().map(|level| {
            let blame = level.classifiers.iter().enumerate().map(|(place, name)| {
                let weight = match level.name {
                    levels::AVAILABILITY => i32::from(*name == outage(world, site)),
                    // The first classifier is the one that is to blame most.
                    _ => {
                        if place == 0 {
                            2
                        } else {
                            1
                        }
                    }
                };
                ((*name).to_owned(), json!(weight))
            });
            json!({
                "site_id": site.id, "metric": level.name, "bad": null, "hours": null,
                "blame": blame.collect::<Map<_, _>>(),
            })
        })
    });
    rows.collect()
}

/// The classifier of the minutes that access points of a site are down.
fn outage(world: &World, site: &Site) -> &'static str {
    if world.access_points(site.index).any(|ap| ap.connected) { "ap-unreachable" } else { "site-down" }
}

/// The row of a level at a site; none where the level is not measured there.
fn row(world: &World, site: &Site, level: &Level) -> Option<Row> {
    let is_it = |row: &&Row| {
        let has = |name: &str, value: &str| field(row, name).is_some_and(|it| it == value);
        has("site_id", &site.id) && has("metric", level.name)
    };
    world.rows(&LEVELS_OF_SITES).iter().find(is_it).cloned()
}

/// Some hours: how many whole hours ago they ended, and how many they are.
pub(super) type Hours = (usize, usize);

/// The user minutes of an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Minutes {
    pub(super) total: i64,
    pub(super) bad: i64,
    /// The bad ones by classifier, in the order of the level's classifiers.
    pub(super) blame: Vec<i64>,
}

/// What a level is asked of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'w> {
    Site,
    Device(&'w Device),
    Client(&'w Client),
}

/// The smallest thing that a level has minutes of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit<'w> {
    Device(&'w Device),
    Client(&'w Client),
}

impl Scope<'_> {
    pub(super) fn contains(self, world: &World, unit: Unit<'_>) -> bool {
        match (self, unit) {
            (Scope::Site, _) => true,
            (Scope::Device(device), Unit::Device(other)) => device.mac == other.mac,
            (Scope::Device(device), Unit::Client(client)) => world.devices[client.ap].mac == device.mac,
            (Scope::Client(client), Unit::Client(other)) => client.mac == other.mac,
            (Scope::Client(_), Unit::Device(_)) => false,
        }
    }
}

impl Level {
    /// Whether it is measured at a site.
    pub(super) fn is_at(&self, world: &World, site: &Site) -> bool {
        row(world, site, self).is_some()
    }

    /// Each of the last hours' user minutes at a site, and how many of them were bad; the newest last.
    pub(super) fn hours(&self, world: &World, site: &Site, count: usize) -> Vec<(i64, i64)> {
        self.hours_until(world, site, (0, count))
    }

    /// The same of hours that end some hours ago.
    pub(super) fn hours_until(&self, world: &World, site: &Site, hours: Hours) -> Vec<(i64, i64)> {
        let row = row(world, site, self);
        past(hours).map(|ago| self.hour(world, site, row.as_ref(), ago)).collect()
    }

    /// The minutes of a site in the hour that ended some hours ago.
    fn hour(&self, world: &World, site: &Site, row: Option<&Row>, ago: usize) -> (i64, i64) {
        let number = |name: &str| row.and_then(|row| row.get(name)).and_then(Value::as_f64);
        let (share, since) = (number("bad"), number("hours"));
        let mut random = Random::of(&format!("sle {} {} {ago}", site.plan.code, self.name));
        let (total, usual) = if self.name == levels::AVAILABILITY {
            let aps = world.access_points(site.index).map(|ap| down_minutes(ap, ago));
            aps.fold((0, 0), |(total, down), minutes| (total + 60, down + minutes))
        } else {
            let users = i64::try_from(world.clients_at(site)).unwrap_or_default();
            let total = users * random.between(20, 42);
            (total, total * random.between(0, 2 * self.bad) / 100)
        };
        if row.is_none() {
            return (0, 0);
        }
        let is_so = since.is_none_or(|since| f64::from(u32::try_from(ago).unwrap_or(u32::MAX)) < since);
        (total, share.filter(|_| is_so).map_or(usual, |share| part(total, share / 100.0)))
    }

    /// The things of a site that the level's minutes are of.
    fn units<'w>(&self, world: &'w World, site: &Site) -> Vec<Unit<'w>> {
        let devices = |kind: Kind| {
            let here = world.kind(kind).filter(|device| device.site == site.index);
            here.map(Unit::Device).collect()
        };
        if self.name == levels::AVAILABILITY {
            return devices(Kind::AccessPoint);
        }
        match self.scopes {
            [_, "switch", ..] => devices(Kind::Switch),
            [_, "gateway", ..] => devices(Kind::Gateway),
            _ => world.clients.iter().filter(|client| client.site == site.index).map(Unit::Client).collect(),
        }
    }

    /// The minutes of each hour of each thing at a site; the things' minutes together are the site's.
    pub(super) fn by_unit<'w>(
        &self,
        world: &'w World,
        site: &Site,
        hours: Hours,
    ) -> Vec<(Unit<'w>, Vec<Minutes>)> {
        let (row, units) = (row(world, site, self), self.units(world, site));
        let shares = units.iter().map(|unit| self.share_of(world, *unit)).collect::<Vec<_>>();
        let mut each = units.into_iter().map(|unit| (unit, Vec::new())).collect::<Vec<_>>();
        let is_real = row.as_ref().is_some_and(|row| row.get("bad").is_none_or(Value::is_null));
        for ago in past(hours) {
            let site_hour = self.hour(world, site, row.as_ref(), ago);
            let measured = if self.name == levels::AVAILABILITY && is_real {
                let minutes = each.iter().map(|(unit, _)| match unit {
                    Unit::Device(device) => (60, down_minutes(device, ago)),
                    Unit::Client(_) => (0, 0),
                });
                minutes.collect()
            } else {
                parts::spread(site_hour, &shares, ago)
            };
            let blame = self.blame(row.as_ref(), site_hour.1);
            let minutes = parts::blamed(measured, &blame, ago);
            for ((_, hours), minutes) in each.iter_mut().zip(minutes) {
                hours.push(minutes);
            }
        }
        each
    }

    /// How much of the bad minutes a thing has, beside the others.
    fn share_of(&self, world: &World, unit: Unit<'_>) -> i64 {
        let (label, weak) = match unit {
            Unit::Device(device) => (device.mac.as_str(), false),
            Unit::Client(client) => (client.mac.as_str(), client.rssi < -68),
        };
        let own = Random::of(&format!("sle part {} {label}", self.name)).between(2, 4);
        let ap = match unit {
            Unit::Client(client) => &world.devices[client.ap].mac,
            Unit::Device(device) => &device.mac,
        };
        let place = Random::of(&format!("sle place {} {ap}", self.name)).between(2, 4);
        own * place * if weak { 2 } else { 1 }
    }

    /// The minutes of each hour in a scope.
    pub(super) fn hours_in(
        &self,
        world: &World,
        site: &Site,
        scope: Scope<'_>,
        hours: Hours,
    ) -> Vec<Minutes> {
        if matches!(scope, Scope::Site) {
            let row = row(world, site, self);
            let hours = past(hours).map(|ago| self.hour(world, site, row.as_ref(), ago));
            let minutes =
                hours.map(|(total, bad)| Minutes { total, bad, blame: self.blame(row.as_ref(), bad) });
            return minutes.collect();
        }
        let none = Minutes { total: 0, bad: 0, blame: vec![0; self.classifiers.len()] };
        let mut sums = vec![none; hours.1];
        let here = self.by_unit(world, site, hours).into_iter();
        for (_, minutes) in here.filter(|(unit, _)| scope.contains(world, *unit)) {
            for (sum, minutes) in sums.iter_mut().zip(minutes) {
                sum.total += minutes.total;
                sum.bad += minutes.bad;
                for (sum, part) in sum.blame.iter_mut().zip(minutes.blame) {
                    *sum += part;
                }
            }
        }
        sums
    }

    /// How many of some bad minutes each classifier is to blame for; together they are all of them.
    fn blame(&self, row: Option<&Row>, bad: i64) -> Vec<i64> {
        let weight = |name: &str| {
            let blame = row.and_then(|row| row.get("blame")?.get(name)?.as_f64());
            blame.unwrap_or_default().max(0.0)
        };
        let sum = self.classifiers.iter().map(|name| weight(name)).sum::<f64>();
        let share = |name: &str| if sum > 0.0 { weight(name) / sum } else { 0.0 };
        let mut blame = self.classifiers.iter().map(|name| part(bad, share(name))).collect::<Vec<_>>();
        let rest = bad - blame.iter().sum::<i64>();
        if let Some(most) = blame.iter_mut().rev().max_by_key(|part| **part) {
            *most += rest;
        }
        blame
    }

    /// How well it went over some hours, from 0 to 1; none where nothing was measured.
    pub(super) fn success(&self, world: &World, site: &Site, hours: Hours) -> Option<f64> {
        let (total, bad) = sums(&self.hours_until(world, site, hours));
        (total > 0.0).then(|| 1.0 - bad / total)
    }
}

/// How many hours ago each of some hours ended, the oldest first.
fn past((end, count): Hours) -> impl Iterator<Item = usize> {
    (end..end.saturating_add(count)).rev()
}

/// How many minutes of the hour that ended some hours ago an access point was down.
fn down_minutes(ap: &Device, ago: usize) -> i64 {
    let later = i64::try_from(ago).unwrap_or(i64::MAX).saturating_mul(3_600);
    if ap.connected { 0 } else { ap.silent.saturating_sub(later).clamp(0, 3_600) / 60 }
}

/// A part of some minutes, from 0 to 1 of them, in whole minutes.
#[expect(clippy::cast_possible_truncation, reason = "minutes of some days fit many times over")]
fn part(minutes: i64, share: f64) -> i64 {
    let minutes = f64::from(i32::try_from(minutes).unwrap_or(i32::MAX));
    (minutes * share.clamp(0.0, 1.0)).floor() as i64
}

/// How many whole hours ago a window ended, and how many it has: a week's at most.
pub(super) fn hours_of(world: &World, window: Window) -> Hours {
    let hours = |seconds: i64| usize::try_from(seconds / 3_600).unwrap_or_default();
    (hours(world.now - window.end), hours(window.length()).clamp(1, 168))
}

/// All minutes, and all bad ones.
pub(super) fn sums(hours: &[(i64, i64)]) -> (f64, f64) {
    let sum = |part: fn(&(i64, i64)) -> i64| {
        f64::from(i32::try_from(hours.iter().map(part).sum::<i64>()).unwrap_or(i32::MAX))
    };
    (sum(|hour| hour.0), sum(|hour| hour.1))
}
