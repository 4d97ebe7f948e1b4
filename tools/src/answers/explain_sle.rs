//! `explainSle`: why a service level of a site is low.

use mistmcp::answers::{
    Cause, Diagnosis, Finding, Inquiry, Object, Row, Rows, Window, answer, join, listed, name,
};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{Call, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{Device, Event, Level, Trend, classifiers, metric_name, percent};
use super::rules::ports::Around;
use super::rules::service_levels::{self, Judged};
use super::rules::site;
use super::site_state::{SiteState, Want, site_name};
use super::{causes as c, parts, thresholds as t};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[
    c::OUTAGES,
    c::POWER,
    c::SIGN_IN,
    c::ADDRESSES,
    &[
        &c::WEAK_SIGNAL,
        &c::COVERAGE_HOLE,
        &c::RADIO_DISABLED,
        &c::NOISE,
        &c::CHANNEL_UTILIZATION,
        &c::CO_CHANNEL,
        &c::RADIO_CONGESTED,
        &c::ROAMING_FAILURE,
        &c::CLIENT_ALONE,
        &c::ASSOCIATION_REFUSED,
        &c::PORT_AUTH_FAILED,
        &c::DHCP_POOL_EXHAUSTED,
        &c::MISSING_VLAN,
        &c::RESTARTING,
        &c::RESTARTED_BY_USER,
        &c::HARDWARE_ALARM,
        &c::VIRTUAL_CHASSIS_UNSTABLE,
        &c::PORT_DISABLED,
        &c::PORT_ERRORS,
        &c::PORT_SLOW,
        &c::PORT_HALF_DUPLEX,
        &c::PORT_FLAPPING,
        &c::CABLE_FAULT,
        &c::LOOP,
        &c::WAN_LINK_DOWN,
        &c::WAN_LINK_DEGRADED,
        &c::VPN_PATH_DOWN,
        &c::TUNNEL_DOWN,
    ],
];

/// Why a service level (SLE) of a site is low: what costs most, since when, whom it hits.
#[mist_tool(category = "answers", hints(read_only), view = "sle-trend")]
pub async fn explain_sle(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: SiteId,
    /// Service level (SLE), such as `time-to-connect`; the lowest one, if it is left out.
    #[brief = "Such as time-to-connect; else the lowest"]
    metric: Option<String>,
    #[flatten] window: TimeWindow,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let window = Window::of(&window, &ask)?;
        Ok(find(&ask, org_id.as_str(), site_id.as_str(), metric.as_deref(), window).await)
    })
    .await
}

async fn find(ask: &Inquiry, org: &str, id: &str, metric: Option<&str>, window: Window) -> Diagnosis {
    let metrics_part = parts::metrics(id);
    let asked = metric.map(metric_name);
    let wireless = parts::levels(org, "wifi", &window);
    // Without a metric, all levels are needed to choose one.
    let others = asked.is_none().then(|| ["wired", "wan"].map(|sle| parts::levels(org, sle, &window)));
    let (metrics, wireless, wired, wan, site) = join!(
        ask.value(&metrics_part),
        ask.rows(&wireless),
        ask.rows_if(others.as_ref().map(|others| &others[0])),
        ask.rows_if(others.as_ref().map(|others| &others[1])),
        site_name(ask, id)
    );
    let known = known_metrics(metrics.as_ref());
    let levels = [(&wireless, "wireless"), (&wired, "wired"), (&wan, "wan")]
        .map(|(rows, scope)| here(rows, id, scope));
    let levels = levels.concat();
    let metric = match chosen(&name(&site), asked.as_deref(), &known, &levels) {
        Ok(metric) => metric,
        Err(reason) => {
            ask.nothing_there("service level", "the site has none of this name, or none at all");
            return Diagnosis::unknown(reason);
        }
    };
    let (trend_part, impact) =
        (parts::level_trend(id, &metric, &window), parts::level_impact(id, &metric, &window));
    let needs = needs(&metric, ask.calls_left().saturating_sub(3));
    let clients = parts::level_clients(id, &metric, is_wireless(&metric), &window);
    let client_events = parts::client_events(id, &window);
    let (trend, impact, clients, client_events, state) = join!(
        ask.rows(&trend_part),
        ask.rows(&impact),
        ask.rows_if(Some(&clients).filter(|_| needs.clients)),
        ask.rows_if(Some(&client_events).filter(|_| needs.client_events)),
        SiteState::read(ask, id, &window, &needs.state)
    );
    let client_events: Vec<_> = client_events.iter().filter_map(Event::of).collect();
    let Some(trend) = trend.first().map(Trend::of) else {
        ask.nothing_there("service level over time", "Mist has no row of it");
        return Diagnosis::unknown(format!(
            "The service level {} of {} could not be read, so nothing is known about it.",
            name(&metric),
            name(&state.name)
        ));
    };
    let Some(judged) = service_levels::judged(&trend) else {
        ask.nothing_there("service level", "no user minutes in this time");
        return Diagnosis::unknown(format!(
            "The service level {} of {} has no data in this time: nobody used what it measures, or there is no \
             subscription.",
            name(&metric),
            name(&state.name)
        ));
    };
    let hit = named(hit(&impact, &clients), &state.devices);
    let at = Place {
        id,
        window: &window,
        state: &state,
        client_events: &client_events,
        hit: &hit,
        now: ask.now(),
    };
    let findings = explained(&metric, &judged, &at);
    let value = percent(judged.value);
    let subject = name(&state.name);
    let classes: Map<String, Value> = judged
        .shares
        .iter()
        .take(5)
        .map(|(classifier, share)| (classifier.name.clone(), percent(*share).into()))
        .collect();
    let mut names: Vec<_> = hit.iter().filter(|hit| hit.kind == "client" || hit.kind == "ap").collect();
    names.truncate(6);
    let points =
        trend.times.iter().enumerate().map(|(step, when)| json!({ "when": when, "value": trend.at(step) }));
    let classifiers = judged.shares.iter().map(|(classifier, share)| {
        let most = classifier.bad.iter().copied().fold(1.0, f64::max);
        let course: Vec<_> = classifier.bad.iter().map(|bad| bad / most).collect();
        json!({ "name": classifier.name, "share": share, "users": classifier.users, "aps": classifier.aps, "trend": course })
    });
    Diagnosis::about(subject)
        .fact("site", state.name.clone())
        .fact("metric", metric.clone())
        .fact("percent", value)
        .fact("share_of_bad_minutes_percent", classes)
        .fact("hit_most", names.iter().map(|hit| hit.called.clone()).collect::<Vec<_>>())
        .view("value", judged.value)
        .view("trend", points.collect::<Vec<_>>())
        .view(
            "metrics",
            levels
                .iter()
                .map(|level| json!({ "metric": level.metric, "value": level.value }))
                .collect::<Vec<_>>(),
        )
        .view("classifiers", classifiers.collect::<Vec<_>>())
        .view("hit", hit.iter().map(Hit::row).collect::<Vec<_>>())
        .findings(findings)
}

/// The metrics that the site has. Without them, any is tried.
fn known_metrics(value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    let row = Row::of(value);
    let enabled = row.texts("enabled");
    if enabled.is_empty() { row.texts("supported") } else { enabled }
}

fn here(rows: &Rows, id: &str, scope: &'static str) -> Vec<Level> {
    let row = rows.iter().find(|row| row.text("site_id").as_deref() == Some(id));
    row.map(|row| Level::all(row, scope)).unwrap_or_default()
}

/// The metric that is asked for, in the spelling of the site; or the lowest one.
fn chosen(site: &str, asked: Option<&str>, known: &[String], levels: &[Level]) -> Result<String, String> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
        let lowest = levels.iter().min_by(|one, other| one.value.total_cmp(&other.value));
        let spelled = |metric: &str| known.iter().find(|known| metric_name(known) == metric).cloned();
        return match (lowest, known.first()) {
            (Some(level), _) => Ok(spelled(&level.metric).unwrap_or_else(|| level.metric.clone())),
            (None, Some(first)) => Ok(first.clone()),
            (None, None) => Err(format!("{site} has no service levels, so nothing is known about them.")),
        };
    };
    if known.is_empty() {
        return Ok(asked.to_owned());
    }
    let exact = known.iter().find(|known| metric_name(known) == asked);
    // `connect` or `successful connects` name `successful-connect`.
    let words: Vec<_> = asked.split('-').map(|word| word.trim_end_matches('s')).collect();
    let part = || {
        let mut fitting = known.iter().filter(|known| {
            let known = metric_name(known);
            words.iter().all(|word| known.contains(word))
        });
        fitting.next().filter(|_| fitting.next().is_none())
    };
    exact
        .or_else(part)
        .cloned()
        .ok_or_else(|| format!("{site} has no service level {}. It has {}.", name(asked), listed(known, 14)))
}

fn is_wireless(metric: &str) -> bool {
    let metric = metric_name(metric);
    !["switch", "gateway", "wan", "application"].iter().any(|start| metric.starts_with(start))
}

/// What is read for a metric beside its trend and impact.
#[derive(Default)]
struct Needs {
    clients: bool,
    client_events: bool,
    state: Vec<Want>,
}

/// What explains a metric, the most telling first, within so many calls.
fn needs(metric: &str, calls: usize) -> Needs {
    enum Need {
        Clients,
        ClientEvents,
        State(Want),
    }
    use Need::{ClientEvents, Clients, State};
    let metric = metric_name(metric);
    let order: &[Need] = match metric.as_str() {
        "successful-connect" | "time-to-connect" | "roaming" => {
            &[ClientEvents, State(Want::Alarms), State(Want::Devices), Clients, State(Want::Ports)]
        }
        "coverage" | "capacity" | "throughput" => {
            &[State(Want::Alarms), State(Want::Devices), Clients, State(Want::Ports)]
        }
        _ => &[State(Want::Devices), State(Want::Ports), State(Want::Alarms), State(Want::Events)],
    };
    let mut needs = Needs::default();
    for need in order.iter().take(calls) {
        match need {
            Clients => needs.clients = true,
            ClientEvents => needs.client_events = true,
            State(want) => needs.state.push(*want),
        }
    }
    needs
}

/// Something that a service level hits, with its bad minutes.
struct Hit {
    kind: &'static str,
    called: String,
    mac: Option<String>,
    bad: f64,
    share: Option<f64>,
}

impl Hit {
    fn row(&self) -> Value {
        json!({ "kind": self.kind, "name": self.called, "mac": self.mac, "share": self.share })
    }
}

/// Most rows of what is hit.
const HITS: usize = 200;

/// What is hit, the worst first in each kind.
fn hit(impact: &Rows, clients: &Rows) -> Vec<Hit> {
    let kinds = [
        ("ap", "ap", "ap_mac"),
        ("wlan", "wlan", "wlan_id"),
        ("switch", "switch", "switch_mac"),
        ("gateway", "gateway", "gateway_mac"),
    ];
    let mut hits = Vec::new();
    let read = |row: Row<'_>, kind: &'static str, id: &str| {
        let mac = row.mac(id);
        let called = row.text("name").or_else(|| mac.clone()).or_else(|| row.text(id))?;
        Some(Hit {
            kind,
            called: name(&called),
            mac,
            bad: row.number("degraded").unwrap_or(0.0).max(0.0),
            share: None,
        })
    };
    if let Some(row) = impact.first() {
        for (field, kind, id) in kinds {
            hits.extend(shared(row.rows(field).take(HITS).filter_map(|row| read(row, kind, id)).collect()));
        }
    }
    if let Some(row) = clients.first() {
        let rows = row.rows("users").chain(row.rows("clients")).take(HITS);
        hits.extend(shared(rows.filter_map(|row| read(row, "client", "mac")).collect()));
    }
    hits
}

/// Rows with the names of devices that have only their MAC address.
fn named(mut hits: Vec<Hit>, devices: &[Device]) -> Vec<Hit> {
    for hit in hits.iter_mut().filter(|hit| hit.mac.as_ref() == Some(&hit.called)) {
        let device = devices.iter().find(|device| device.has_mac(&hit.called));
        hit.called = device.map_or_else(|| hit.called.clone(), Device::called);
    }
    hits
}

/// Rows of one kind with their share of the bad minutes, the largest first.
fn shared(mut hits: Vec<Hit>) -> Vec<Hit> {
    let all: f64 = hits.iter().map(|hit| hit.bad).sum();
    for hit in &mut hits {
        hit.share = (all > 0.0).then(|| hit.bad / all);
    }
    hits.retain(|hit| hit.bad > 0.0);
    hits.sort_by(|one, other| other.bad.total_cmp(&one.bad));
    hits
}

/// The site of a service level, with what was read of it.
struct Place<'a> {
    id: &'a str,
    window: &'a Window,
    state: &'a SiteState,
    client_events: &'a [Event],
    hit: &'a [Hit],
    now: i64,
}

/// What the classifiers stand for: a trouble of the site that fits, or else the usual cause.
fn explained(metric: &str, judged: &Judged<'_>, at: &Place<'_>) -> Vec<Finding> {
    let metric_known = metric_name(metric);
    let state = at.state;
    let around = Around::new(at.window.end, &state.devices, &state.ports, &state.events);
    let case = state.case(at.client_events, &around);
    let mut troubles = site::site(&case);
    let reported = site::reported(&case, &troubles);
    troubles.extend(reported);
    let mut found: Vec<Finding> = Vec::new();
    for (place, (classifier, share)) in judged.shares.iter().take(3).enumerate() {
        // The second and third are worth telling only where they cost much.
        if *share < if place == 0 { 0.0 } else { 0.25 } {
            continue;
        }
        let causes = classifiers::causes(&metric_known, &classifier.name);
        let is_fitting = |finding: &&Finding| causes.iter().any(|cause| cause.name == finding.cause().name);
        let mut fitting: Vec<_> = troubles.iter().filter(is_fitting).collect();
        fitting.sort_by_key(|finding| std::cmp::Reverse(finding.explains()));
        let usual = narrowed(&metric_known, causes, at.hit);
        let cause = fitting.first().map(|finding| finding.cause()).or(usual);
        let Some(cause) = cause.filter(|cause| !found.iter().any(|known| known.cause().name == cause.name))
        else {
            continue;
        };
        let mut finding =
            service_levels::explained(metric, judged, classifier, *share, cause, &state.name, at.now);
        finding = placed(finding, at.hit).see(&parts::level_trend(at.id, metric, at.window));
        // Where the network shows the same, that is where it is.
        if let Some(shown) = fitting.first() {
            finding = finding.on_those_of(shown);
        }
        let weight = finding.explains().saturating_sub(u8::try_from(place).unwrap_or(3) * 10);
        found.push(finding.weight(weight));
        // What the network itself shows, beside its effect.
        found.extend(fitting.into_iter().take(3).cloned().map(|finding| {
            let weight = finding.explains().min(weight.saturating_sub(1));
            finding.weight(weight)
        }));
    }
    found
}

/// The usual cause. Weak signals of one access point are a hole in the coverage there.
fn narrowed(metric: &str, causes: &[&'static Cause], hit: &[Hit]) -> Option<&'static Cause> {
    let is_one_place = concentrated(hit, "ap").is_some();
    if metric == "coverage" && is_one_place {
        return Some(&c::COVERAGE_HOLE);
    }
    causes.first().copied()
}

/// The thing of a kind that has most of the bad minutes, among several.
fn concentrated<'a>(hit: &'a [Hit], kind: &str) -> Option<&'a Hit> {
    let mut of_kind = hit.iter().filter(|hit| hit.kind == kind);
    let first = of_kind.next()?;
    of_kind.next()?;
    Some(first).filter(|first| first.share.is_some_and(|share| share >= t::MOST_OF_A_LEVEL))
}

/// A finding with the access point, device and WLAN that have most of the bad minutes.
fn placed(finding: Finding, hit: &[Hit]) -> Finding {
    let mut finding = finding;
    for kind in ["ap", "switch", "gateway", "wlan"] {
        if let Some(one) = concentrated(hit, kind) {
            let object = match kind {
                "wlan" => Object::wlan(&one.called),
                kind => Object::device(kind, &one.called).mac(one.mac.clone()),
            };
            finding = finding.on(object);
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        ["coverage", "successful-connect", "time-to-connect", "ap-health"].map(str::to_owned).into()
    }

    #[test]
    fn a_metric_is_found_in_the_forms_that_people_write() {
        for (asked, metric) in [
            ("successful-connect", "successful-connect"),
            ("successful-connects", "successful-connect"),
            ("time-to-connect", "time-to-connect"),
            ("coverage", "coverage"),
            ("ap-health", "ap-health"),
        ] {
            assert_eq!(chosen("Leeds", Some(&metric_name(asked)), &known(), &[]).as_deref(), Ok(metric));
        }
        assert_eq!(metric_name("Time to Connect"), "time-to-connect");
        let unknown = chosen("Leeds", Some("happiness"), &known(), &[]).unwrap_err();
        assert!(unknown.contains("happiness") && unknown.contains("coverage"), "{unknown}");
        assert!(chosen("Leeds", Some("connect"), &known(), &[]).is_err(), "two fit");
    }

    #[test]
    fn without_a_metric_the_lowest_one_is_explained() {
        let level = |metric: &str, value: f64| Level { scope: "wireless", metric: metric.into(), value };
        let levels = [level("coverage", 0.9), level("time-to-connect", 0.4)];
        assert_eq!(chosen("Leeds", None, &known(), &levels).as_deref(), Ok("time-to-connect"));
        assert_eq!(chosen("Leeds", None, &known(), &[]).as_deref(), Ok("coverage"));
        assert!(chosen("Leeds", None, &[], &[]).is_err());
    }

    #[test]
    fn what_has_most_of_the_bad_minutes_is_named_only_among_several() {
        let impact = json!({ "ap": [
            { "ap_mac": "5c5b35000001", "name": "AP-1", "degraded": 90 }, { "ap_mac": "5c5b35000002", "degraded": "10" }, null,
        ], "wlan": [{ "wlan_id": "x", "name": "Guest", "degraded": 5 }] });
        let hits = hit(
            &Rows::of(impact),
            &Rows::of(json!({ "users": [{ "mac": "5c5b35000009", "degraded": 1 }, {}] })),
        );
        assert_eq!(concentrated(&hits, "ap").map(|hit| hit.called.as_str()), Some("AP-1"));
        assert!(concentrated(&hits, "wlan").is_none() && hits.iter().any(|hit| hit.kind == "client"));
        assert!(hit(&Rows::of(json!(null)), &Rows::default()).is_empty());
    }
}
