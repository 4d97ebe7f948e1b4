//! Samples of insight metrics: a number for each interval of a window, the same whichever window it is asked for in.

use serde_json::{Map, Value, json};

use super::super::{
    constants::insight_metrics,
    service_levels::{Level, hours_of},
    stats::CLIENTS,
};
use crate::{
    engine::{ApiError, Call, Row, Window, seconds},
    world::{Client, Device, Kind, Random, Site, WiredClient, World},
};

/// The usual length of an interval, in seconds.
const HOUR: i64 = 3_600;

/// How busy each hour of a day is, in percent of the busiest.
const BUSY: [i64; 24] =
    [18, 15, 14, 14, 16, 24, 42, 61, 78, 88, 94, 97, 92, 96, 100, 98, 91, 79, 62, 48, 39, 32, 26, 21];

/// Refuses metrics that `insight_metrics` does not have for one of these scopes.
pub(in super::super) fn check_metrics(call: &Call<'_>, scopes: &[&str]) -> Result<(), ApiError> {
    let metrics = insight_metrics();
    let has = |name: &str| {
        let of_metric = metrics[name]["scopes"].as_array();
        of_metric.is_some_and(|known| known.iter().any(|scope| scopes.iter().any(|wanted| scope == wanted)))
    };
    match names(call).into_iter().find(|name| !has(name)) {
        Some(unknown) => Err(ApiError::bad_request(format!("\"{unknown}\" is not a metric here"))),
        None => Ok(()),
    }
}

/// The metrics that a call names, each once: in its path, or else in its query.
fn names<'c>(call: &'c Call<'_>) -> Vec<&'c str> {
    let asked = match call.hole("metric") {
        "" => call.query.get("metrics").unwrap_or_default(),
        metric => metric,
    };
    let mut names = Vec::new();
    for name in asked.split(',').map(str::trim) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The length of an interval in seconds: `600`, `10m` or `1h`.
pub(in super::super) fn interval(call: &Call<'_>) -> Result<i64, ApiError> {
    let Some(written) = call.query.get("interval") else { return Ok(HOUR) };
    seconds(written).filter(|length| *length > 0).ok_or_else(|| {
        ApiError::bad_request(format!("interval: \"{written}\" is no length of time such as 10m or 1h"))
    })
}

/// A moment as the samples of devices are labelled.
pub(super) fn written(epoch: i64) -> String {
    let moment = jiff::Timestamp::from_second(epoch).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S+00:00").to_string()
}

/// What is measured.
#[derive(Debug)]
pub(super) struct Subject {
    label: String,
    /// The access points that its clients are on, or whatever else they are on, and how many are on each now.
    clients: Vec<(String, usize)>,
    access_points: usize,
    /// The time now.
    now: i64,
}

impl Subject {
    /// The wireless clients of a place, by access point: as many as the statistics of clients show.
    fn of(world: &World, label: String, is_here: impl Fn(&Device) -> bool) -> Subject {
        let rows = world.rows(&CLIENTS);
        let aps = world.kind(Kind::AccessPoint).filter(|ap| is_here(ap)).collect::<Vec<_>>();
        let clients = aps.iter().map(|ap| {
            let on = |row: &&Row| row.get("ap_mac").is_some_and(|mac| *mac == ap.mac.as_str());
            (ap.mac.clone(), rows.iter().filter(on).count())
        });
        let access_points = aps.iter().filter(|ap| ap.connected).count();
        Subject { label, clients: clients.collect(), access_points, now: world.now }
    }

    pub(super) fn organization(world: &World) -> Subject {
        Subject::of(world, "organization".to_owned(), |_| true)
    }

    pub(super) fn site(world: &World, site: &Site) -> Subject {
        Subject::of(world, site.id.clone(), |ap| ap.site == site.index)
    }

    pub(super) fn edge(world: &World, site: &Site) -> Subject {
        Subject { label: "Mist Edge".to_owned(), ..Subject::site(world, site) }
    }

    pub(super) fn client(world: &World, mac: &str) -> Subject {
        Subject {
            label: mac.to_owned(),
            clients: vec![(mac.to_owned(), 1)],
            access_points: 1,
            now: world.now,
        }
    }

    pub(super) fn device(world: &World, device: &Device) -> Subject {
        let label = device.mac.clone();
        match device.kind {
            Kind::AccessPoint => Subject::of(world, label, |ap| ap.mac == device.mac),
            Kind::Gateway => Subject { label, ..Subject::site(world, world.site_of(device)) },
            Kind::Switch => {
                let on = |client: &&WiredClient| world.devices[client.switch].mac == device.mac;
                let clients = if device.connected { world.wired.iter().filter(on).count() } else { 0 };
                let up = usize::from(device.connected);
                Subject { clients: vec![(label.clone(), clients)], label, access_points: up, now: world.now }
            }
        }
    }

    /// A port of the device, which carries a part of its traffic.
    pub(super) fn port(self, port: &str) -> Subject {
        let clients = self.clients.into_iter().map(|(label, clients)| (label, clients.div_ceil(4)));
        Subject { label: format!("{} {port}", self.label), clients: clients.collect(), ..self }
    }

    /// How many clients there were in an interval; in the one that is not over, as many as now.
    fn clients_at(&self, begin: i64, interval: i64) -> usize {
        let hour = usize::try_from(begin.div_euclid(HOUR).rem_euclid(24)).unwrap_or_default();
        let is_now = begin.saturating_add(interval) >= self.now;
        let counts = self.clients.iter().map(|(label, now)| {
            let mut random = Random::of(&format!("insight clients {label} {begin}"));
            // Even at night more than half of them are there.
            let percent = 55 + BUSY[hour] * 45 / 100 - random.between(0, 8);
            let percent = usize::try_from(percent).unwrap_or(100);
            if is_now { *now } else { (*now * percent + 50) / 100 }
        });
        counts.sum()
    }

    /// A metric of the interval that begins at a moment.
    fn sample(&self, metric: &str, unit: &str, begin: i64, interval: i64) -> f64 {
        let mut random = Random::of(&format!("insight {} {metric} {interval} {begin}", self.label));
        let hour = usize::try_from(begin.div_euclid(HOUR).rem_euclid(24)).unwrap_or_default();
        let busy = float(BUSY[hour]) / 100.0 * random.fraction(85, 100) / 100.0;
        let count = |count: usize| float_of(count);
        let now = self.clients.iter().map(|(_, clients)| clients).sum();
        let clients = count(now) * busy;
        match (metric, unit) {
            ("num_aps", _) => count(self.access_points),
            ("num_stressed_clients", _) => count(self.clients_at(begin, interval) / 12),
            (_, "count") => count(self.clients_at(begin, interval)),
            (_, "bps") => clients * float(random.between(90_000, 900_000)),
            (_, "byte") => clients * float(random.between(9_000, 90_000)) * float(interval),
            (_, "dBm") => random.fraction(-71, -48),
            (_, "dB") => random.fraction(19, 42),
            ("mem_used", _) => random.fraction(42, 55),
            ("cpu_util", _) => 6.0 + 22.0 * busy + random.fraction(0, 4),
            (_, "percent") => random.fraction(91, 99),
            _ => clients,
        }
    }
}

fn float(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::from(i32::MAX), f64::from)
}

/// The intervals of a page, and the metrics that are asked for.
#[derive(Debug)]
pub(super) struct Samples {
    window: Window,
    interval: i64,
    limit: usize,
    /// When each interval begins.
    pub(super) times: Vec<i64>,
    /// The names and units of the metrics.
    metrics: Vec<(String, String)>,
}

impl Samples {
    pub(super) fn of(call: &Call<'_>) -> Result<Samples, ApiError> {
        let (window, interval) = (call.window()?, interval(call)?);
        let (limit, page) = (call.query.limit()?, call.query.page()?);
        let first = window.start - window.start.rem_euclid(interval);
        let begins = |place: usize| {
            let ahead = i64::try_from(place).ok()?.checked_mul(interval)?;
            first.checked_add(ahead).filter(|begin| *begin < window.end || place == 0)
        };
        let from = (page - 1).saturating_mul(limit);
        let times = (from..from.saturating_add(limit)).map_while(begins).collect();
        let known = insight_metrics();
        let unit = |name: &str| known[name]["unit"].as_str().unwrap_or_default().to_owned();
        let metrics = names(call).into_iter().map(|name| (name.to_owned(), unit(name))).collect();
        Ok(Samples { window, interval, limit, times, metrics })
    }

    /// The fields of the answer beside the samples.
    pub(super) fn frame(&self) -> Value {
        let Window { start, end } = self.window;
        json!({ "start": start, "end": end, "interval": self.interval, "limit": self.limit })
    }

    /// A whole number for each interval; of several metrics, an object with one of each.
    pub(super) fn of_device(&self, subject: &Subject) -> Vec<Value> {
        self.each(subject, |_, number| json!(whole(number)))
    }

    /// The mean of each interval, or the whole number of what is counted; of several metrics, an object with the time and
    /// one of each.
    pub(super) fn of_subject(&self, subject: &Subject) -> Vec<Value> {
        self.each(subject, |unit, number| match unit {
            "count" => json!(whole(number)),
            _ => {
                #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
                let mean = whole(number * 1_000.0) as f64 / 1_000.0;
                json!(mean)
            }
        })
    }

    fn each(&self, subject: &Subject, number: impl Fn(&str, f64) -> Value) -> Vec<Value> {
        let samples = self.times.iter().map(|begin| {
            let of = |(name, unit): &(String, String)| {
                number(unit, subject.sample(name, unit, *begin, self.interval))
            };
            match self.metrics.as_slice() {
                [only] => of(only),
                several => {
                    let time = [("time".to_owned(), written(*begin).into())];
                    let values = several.iter().map(|metric| (metric.0.clone(), of(metric)));
                    time.into_iter().chain(values).collect::<Map<_, _>>().into()
                }
            }
        });
        samples.collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bytes of some days fit many times over")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

const APPS: [&str; 5] = ["Microsoft 365", "Zoom", "Google", "Spotify", "YouTube"];

/// The answer for a metric that ranks things: networks and applications by their clients, sites by a service level.
pub(super) fn ranked(call: &Call<'_>) -> Result<Option<Value>, ApiError> {
    let site = call.world.site(call.hole("site_id"));
    let one = call.hole("client_mac");
    let is_here = |client: &Client| {
        site.is_none_or(|site| site.index == client.site) && (one.is_empty() || client.mac == one)
    };
    let clients = || call.world.clients.iter().filter(|client| client.present() && is_here(client));
    let used = |app: &str| {
        clients().filter(|client| Random::of(&format!("app {app} {}", client.mac)).chance(30)).count()
    };
    let mut rows = match names(call).as_slice() {
        ["top-ssid-by-num_clients"] => {
            let count =
                |ssid: &str| clients().filter(|client| call.world.wlans[client.wlan].ssid == ssid).count();
            let mut ssids = call.world.wlans.iter().map(|wlan| wlan.ssid).collect::<Vec<_>>();
            ssids.sort_unstable();
            ssids.dedup();
            ssids
                .into_iter()
                .map(|ssid| (json!({ "ssid": ssid }), "num_clients", float_of(count(ssid))))
                .collect()
        }
        ["top-app-by-num_clients" | "top-app-by-num_client"] => {
            APPS.map(|app| (json!({ "app": app }), "num_clients", float_of(used(app)))).to_vec()
        }
        ["top-app-by-bytes"] => {
            let bytes = |app: &str| {
                let mean = Random::of(&format!("app bytes {app}")).between(9_000_000, 900_000_000);
                float_of(used(app)) * float(mean)
            };
            APPS.map(|app| (json!({ "app": app }), "bytes", bytes(app))).to_vec()
        }
        ["worst-sites-by-sle"] => {
            let sle = call.query.get("sle").unwrap_or("coverage");
            let level = Level::named(sle)
                .ok_or_else(|| ApiError::bad_request(format!("sle: \"{sle}\" is no service level")))?;
            let hours = hours_of(call.world, call.window()?);
            let sites = call.world.sites.iter().filter_map(|site| {
                let success = level.success(call.world, site, hours)?;
                Some((json!({ "site_id": site.id }), level.name, -success))
            });
            sites.collect()
        }
        _ => return Ok(None),
    };
    rows.sort_by(|(.., one), (.., other)| other.total_cmp(one));
    let limit = call.query.limit()?;
    let rows = rows.into_iter().take(limit).map(|(mut row, name, number)| {
        row[name] = if number < 0.0 { json!(-number) } else { json!(whole(number)) };
        row
    });
    let rows = rows.collect::<Vec<_>>();
    let Window { start, end } = call.window()?;
    Ok(Some(
        json!({ "start": start, "end": end, "interval": interval(call)?, "limit": limit, "results": rows }),
    ))
}

fn float_of(count: usize) -> f64 {
    float(i64::try_from(count).unwrap_or_default())
}
