//! `explainSle`: why a service level of a site is low.

mod classifiers;
mod impact;
mod metric;

use mistmcp::answers::{Cause, Diagnosis, Inquiry, Window, answer, join, listed, name};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{Call, Error, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{ServiceLevel, ServiceLevelTrend, metric_name, percent};
use super::rules::client_failures;
use super::rules::service_levels::{self, SleAssessment};
use super::site_state::{SitePart, SiteState, site_name};
use super::{causes as c, sources};

use classifiers::{SleSite, explained};
use impact::{Impacted, impacted, with_names};
use metric::{NoMetric, choose_metric, is_wireless, known_metrics};
use sources::METRICS;

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
        &c::DEVICE_OVERLOADED,
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
        &c::REPORTED_TROUBLE,
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
        find(&ask, org_id.as_str(), site_id.as_str(), metric.as_deref(), window).await
    })
    .await
}

async fn find(ask: &Inquiry, org: &str, id: &str, metric: Option<&str>, window: Window) -> Result<Diagnosis> {
    let metrics_source = sources::metrics(id);
    let asked = metric.map(metric_name).filter(|asked| !asked.is_empty());
    let wireless = sources::levels(org, "wifi", &window);
    // Without a metric, all levels are needed to choose one.
    let others = asked.is_none().then(|| ["wired", "wan"].map(|sle| sources::levels(org, sle, &window)));
    let (metrics, wireless, wired, wan, site) = join!(
        ask.value(&metrics_source),
        ask.rows(&wireless),
        ask.rows_if(others.as_ref().map(|others| &others[0])),
        ask.rows_if(others.as_ref().map(|others| &others[1])),
        site_name(ask, id)
    );
    let known = known_metrics(metrics.as_ref());
    if metrics.is_some() && known.is_none() {
        ask.not_seen(METRICS, "Mist answered something without their names");
    }
    let levels = [(&wireless, "wireless"), (&wired, "wired"), (&wan, "wan")]
        .map(|(rows, scope)| ServiceLevel::at_site(rows, id, scope));
    let levels = levels.concat();
    let is_read = known.is_some() && wireless.is_seen() && wired.is_seen() && wan.is_seen();
    let known = known.unwrap_or_default();
    let metric = match choose_metric(asked.as_deref(), &known, &levels) {
        Ok(metric) => metric,
        Err(NoMetric::Unknown) => {
            let asked = asked.as_deref().unwrap_or_default();
            return Err(Error::wrong_argument(format!(
                "`metric`: {} has no service level {}. It has {}. Name one of these, or leave it out for the lowest.",
                name(&site),
                name(asked),
                listed(&known, 14)
            )));
        }
        Err(NoMetric::None) => return Ok(without_levels(ask, &name(&site), is_read)),
    };
    let (trend_source, impact) =
        (sources::level_trend(id, &metric, &window), sources::level_impact(id, &metric, &window));
    let needs = needs(&metric, ask.calls_left().saturating_sub(3));
    let clients = sources::level_clients(id, &metric, is_wireless(&metric), &window);
    let client_events = sources::client_events(id, &window);
    let (trend_rows, impact, clients, client_event_rows, state) = join!(
        ask.rows(&trend_source),
        ask.rows(&impact),
        ask.rows_if(Some(&clients).filter(|_| needs.clients)),
        ask.rows_if(Some(&client_events).filter(|_| needs.client_events)),
        SiteState::read(ask, id, &window, &needs.state)
    );
    let client_events = client_failures::settled(&client_event_rows);
    let Some(trend) = trend_rows.first().map(ServiceLevelTrend::of) else {
        if trend_rows.is_seen() {
            ask.nothing_there("service level over time", "Mist has no row of it");
        }
        return Ok(Diagnosis::unknown(format!(
            "The service level {} of {} could not be read, so nothing is known about it.",
            name(&metric),
            name(&state.name)
        )));
    };
    let Some(assessment) = service_levels::assess(&trend) else {
        ask.nothing_there("service level", "nobody used what it measures in this time");
        return Ok(Diagnosis::unknown(format!(
            "The service level {} of {} has no data in this time: nobody used what it measures, or there is no \
             subscription.",
            name(&metric),
            name(&state.name)
        )));
    };
    let impacted = with_names(impacted(&impact, &clients), &state.devices);
    let at = SleSite {
        id,
        window: &window,
        state: &state,
        client_events: &client_events,
        client_events_cut: client_event_rows.is_cut(),
        impacted: &impacted,
        ask,
    };
    let findings = explained(&metric, &assessment, &at);
    let value = percent(assessment.value);
    let subject = name(&state.name);
    let classes: Map<String, Value> = assessment
        .shares
        .iter()
        .take(5)
        .map(|(classifier, share)| (classifier.name.clone(), percent(*share).into()))
        .collect();
    let mut names: Vec<_> =
        impacted.iter().filter(|item| item.kind == "client" || item.kind == "ap").collect();
    names.truncate(6);
    let diagnosis = Diagnosis::about(subject)
        .of_window_alone()
        .fact("site", state.name.clone())
        .fact("metric", metric.clone())
        .fact("percent", value)
        .fact("share_of_bad_minutes_percent", classes)
        .fact("hit_most", names.iter().map(|item| item.called.clone()).collect::<Vec<_>>())
        .findings(findings);
    Ok(with_views(diagnosis, &assessment, &trend, &levels, &impacted))
}

/// The answer where no service level of a site is known: it has none, or they could not be read.
fn without_levels(ask: &Inquiry, site: &str, is_read: bool) -> Diagnosis {
    // Without their names, the service levels of the lists are all that is known.
    if !is_read {
        let words =
            format!("The service levels of {site} could not be read, so nothing is known about them.");
        return Diagnosis::unknown(words);
    }
    ask.nothing_there("service level", "the site has none");
    Diagnosis::unknown(format!("{site} has no service levels, so nothing is known about them."))
}

/// Adds the course of the service level, its classifiers, and what it hits.
fn with_views(
    diagnosis: Diagnosis,
    assessment: &SleAssessment<'_>,
    trend: &ServiceLevelTrend,
    levels: &[ServiceLevel],
    impacted: &[Impacted],
) -> Diagnosis {
    let points =
        trend.times.iter().enumerate().map(|(step, when)| json!({ "when": when, "value": trend.at(step) }));
    let classifiers = assessment.shares.iter().map(|(classifier, share)| {
        let most = classifier.bad.iter().copied().fold(1.0, f64::max);
        let course: Vec<_> = classifier.bad.iter().map(|bad| bad / most).collect();
        json!({ "name": classifier.name, "share": share, "users": classifier.users, "aps": classifier.aps, "trend": course })
    });
    let metrics = levels.iter().map(|level| json!({ "metric": level.metric, "value": level.value }));
    diagnosis
        .view("value", assessment.value)
        .view("trend", points.collect::<Vec<_>>())
        .view("metrics", metrics.collect::<Vec<_>>())
        .view("classifiers", classifiers.collect::<Vec<_>>())
        .view("hit", impacted.iter().map(Impacted::row).collect::<Vec<_>>())
}

/// What is read for a metric beside its trend and impact.
#[derive(Default)]
struct Needs {
    clients: bool,
    client_events: bool,
    state: Vec<SitePart>,
}

/// What explains a metric, the most telling first, within so many calls.
fn needs(metric: &str, calls: usize) -> Needs {
    enum Need {
        Clients,
        ClientEvents,
        State(SitePart),
    }
    use Need::{ClientEvents, Clients, State};
    let metric = metric_name(metric);
    let order: &[Need] = match metric.as_str() {
        "successful-connect" | "time-to-connect" | "roaming" => &[
            ClientEvents,
            State(SitePart::Alarms),
            State(SitePart::Devices),
            Clients,
            State(SitePart::Ports),
        ],
        "coverage" | "capacity" | "throughput" => {
            &[State(SitePart::Alarms), State(SitePart::Devices), Clients, State(SitePart::Ports)]
        }
        _ => &[
            State(SitePart::Devices),
            State(SitePart::Ports),
            State(SitePart::Alarms),
            State(SitePart::Events),
        ],
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
