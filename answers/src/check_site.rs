//! `checkSite`: what is wrong at a site.

use mistmcp::answers::{Cause, Diagnosis, Finding, Inquiry, Rows, Window, answer, count, join, name};
use mistmcp::serde_json::{Value, json};
use mistmcp::{Call, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{Alarm, Change, Device, Event, ServiceLevel, ServiceLevelTrend, Target, classifiers};
use super::rules::ports::PortContext;
use super::rules::{alarms, changes, client_failures, service_levels, site};
use super::site_state::{PeerRows, SitePart, SiteState, WanPeers};
use super::{causes as c, evidence, locate, sources};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[
    c::REPORTS,
    c::OUTAGES,
    c::POWER,
    c::PORTS,
    c::DEVICES,
    c::SIGN_IN,
    c::RADIO,
    c::WAN,
    &[
        &c::ASSOCIATION_REFUSED,
        &c::ROAMING_FAILURE,
        &c::CAPTIVE_PORTAL_FAILURE,
        &c::POSTURE_FAILED,
        &c::WEAK_SIGNAL,
        &c::RADIO_CONGESTED,
        &c::CHANGED_BEFORE,
    ],
];

/// What is wrong at a site: devices down, ports, alarms, failing clients, service levels, changes before it.
#[mist_tool(category = "answers", hints(read_only), view = "site-health")]
pub async fn check_site(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: SiteId,
    #[flatten] window: TimeWindow,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let window = Window::of(&window, &ask)?;
        Ok(find(&ask, org_id.as_str(), site_id.as_str(), window).await)
    })
    .await
}

/// What is read beside the state of the site.
struct SiteHistory {
    levels: Vec<ServiceLevel>,
    changes: Vec<Change>,
    /// Events of access control, where clients fail to sign in and their own events do not say why.
    nac_events: Vec<Event>,
}

async fn find(ask: &Inquiry, org: &str, id: &str, window: Window) -> Diagnosis {
    let (actions, wireless) = (sources::marvis_actions(org), sources::levels(org, "wifi", &window));
    let (clients, peers) = (sources::client_events(id, &window), sources::gateway_peers(ask, org, id));
    let (mut state, actions, wireless, clients, peers) = join!(
        SiteState::read(ask, id, &window, SitePart::ALL),
        ask.rows(&actions),
        ask.rows(&wireless),
        ask.rows(&clients),
        ask.rows(&peers)
    );
    state.add_actions(ask, &actions, id);
    locate::note_unknown_states(ask, &state.devices);
    if state.devices_seen && state.devices.is_empty() {
        ask.nothing_there("devices", "the site has none");
        let about = name(&state.name);
        return Diagnosis::unknown(format!("{about} has no devices, so nothing is known about it."))
            .fact("site", state.place(id));
    }
    let client_events = client_failures::settled(&clients);
    let history =
        read_history(ask, (org, id), &window, (&wireless, &client_events, &peers), &mut state).await;
    let context = PortContext::new(ask.now(), &state.devices, &state.ports, &state.events).until(window.end);
    let mut case = state.case(&client_events, &context);
    case.nac_events = &history.nac_events;
    case.client_events_cut = clients.is_cut();
    let found = site::site(&case);
    // What began later explains no service level of this time.
    let mut found = ask.in_time(found);
    if let Some(level) = service_levels::lowest(&history.levels) {
        let source = sources::levels(org, sle_scope(level), &window);
        let low = match classified(ask, id, &window, level, &state.name, &found).await {
            Classified::Found(finding) => *finding,
            Classified::Explained(root) => {
                service_levels::low(level, &state.name, &[root.cause()]).see(&source).because_of(root)
            }
            Classified::Unknown => service_levels::low(level, &state.name, &[]).see(&source),
        };
        found.push(low);
    }
    let before = changes::change_before(&history.changes, &found, (&state.devices, &state.ports), ask.now());
    found.extend(before.map(|(finding, time)| finding.see(&evidence::audit_log(org, time))));
    let found = site::worst_first(found);
    facts(&state, id, &history, &found).findings(found).shown_by(&sources::device_stats(id))
}

/// Reads the rest, the most useful parts first: a call with names to look up has fewer requests left.
async fn read_history(
    ask: &Inquiry,
    (org, id): (&str, &str),
    window: &Window,
    (wireless, client_events, peers): (&Rows, &[Event], &Rows),
    state: &mut SiteState,
) -> SiteHistory {
    let audit = sources::audit_logs(org, window).of_names();
    let has = |kind: &str| state.devices_cut || state.count(kind).0 > 0;
    let is_gateway_up = |device: &Device| device.kind == "gateway" && !device.is_down();
    let gateways: Vec<_> = state.devices.iter().filter(|&device| is_gateway_up(device)).collect();
    let has_gateway = state.devices_cut || !gateways.is_empty();
    let known = PeerRows::of(ask, peers, &gateways);
    // The classifiers of a low service level cost a request as well.
    let is_low = service_levels::lowest(&ServiceLevel::at_site(wireless, id, "wireless")).is_some();
    let mut left = ask.calls_left().saturating_sub(1 + usize::from(is_low));
    let is_unexplained = client_failures::lacks_a_reason(client_events, window.end);
    let nac =
        is_unexplained.then(|| ask.within(&mut left, sources::nac_events_of_site(id, window))).flatten();
    // Service levels show a trouble that the state of VPN paths, tunnels and neighbors does not.
    let levels = usize::from(has("gateway")) + usize::from(has("switch"));
    let reports = (state.events.as_slice(), state.alarms.as_slice());
    let carried = WanPeers::parts(ask, (org, id), reports, has_gateway, &known, &mut left, levels);
    // The facts show which service levels were read.
    let mut level = |sle: &str, is_there: bool| {
        let source = sources::levels(org, sle, window).also_read_by("explainSle");
        is_there.then(|| ask.within(&mut left, source)).flatten()
    };
    let (wan, wired) = (level("wan", has("gateway")), level("wired", has("switch")));
    let (audit, nac, wan, wired, carried) = join!(
        ask.rows(&audit),
        ask.rows_if(nac.as_ref()),
        ask.rows_if(wan.as_ref()),
        ask.rows_if(wired.as_ref()),
        WanPeers::read(ask, &carried, known)
    );
    let is_gateway =
        |mac: &str| state.devices.iter().any(|device| is_gateway_up(device) && device.has_mac(mac));
    state.wan_peers = carried.of(is_gateway);
    let changes = audit.iter().filter_map(Change::of);
    let changes =
        changes.filter(|change| change.target != Target::Account && state.is_changed_by(change, id));
    let mut changes: Vec<_> = changes.collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.time));
    SiteHistory {
        levels: [(wireless, "wireless"), (&wired, "wired"), (&wan, "wan")]
            .map(|(rows, scope)| ServiceLevel::at_site(rows, id, scope))
            .concat(),
        changes,
        nac_events: nac.iter().filter_map(Event::of).collect(),
    }
}

/// What a low service level comes from.
enum Classified<'f> {
    /// The classifier that costs most.
    Found(Box<Finding>),
    /// Something else at the site, by the finding about it.
    Explained(&'f Finding),
    Unknown,
}

/// What a low service level comes from: a finding that explains it, or else the classifier that costs most.
async fn classified<'f>(
    ask: &Inquiry,
    id: &str,
    window: &Window,
    level: &ServiceLevel,
    site: &str,
    found: &'f [Finding],
) -> Classified<'f> {
    let explained = |can_lower: &dyn Fn(&Cause) -> bool| {
        // The first of those that explain it best.
        let explains = found.iter().rev().filter(|finding| can_lower(finding.cause()));
        explains.max_by_key(|finding| finding.relevance()).map(Classified::Explained)
    };
    let source = sources::level_trend(id, &level.metric, window);
    let rows = if ask.calls_left() == 0 { Rows::default() } else { ask.rows(&source).await };
    let trend = rows.first().map(ServiceLevelTrend::of);
    let assessment = trend.as_ref().and_then(service_levels::assess);
    let worst = assessment.as_ref().and_then(|assessment| Some((assessment, *assessment.shares.first()?)));
    let Some((assessment, (classifier, share))) = worst else {
        let can_lower = |cause: &Cause| classifiers::may_stand_for(&level.metric, cause);
        return explained(&can_lower).unwrap_or(Classified::Unknown);
    };
    let (says, causes) = classifiers::causes(&level.metric, &classifier.name);
    let root = explained(&|cause| causes.iter().any(|known| known.name == cause.name));
    let finding = || {
        let found =
            service_levels::explained(&level.metric, assessment, classifier, share, says, site, ask.now());
        Classified::Found(Box::new(found.see(&source)))
    };
    root.unwrap_or_else(finding)
}

/// The scope of a service level, as Mist's list of them spells it.
pub(super) fn sle_scope(level: &ServiceLevel) -> &'static str {
    match level.scope {
        "wireless" => "wifi",
        scope => scope,
    }
}

fn facts(state: &SiteState, id: &str, history: &SiteHistory, found: &[Finding]) -> Diagnosis {
    let kinds = ["ap", "switch", "gateway", "mxedge"].map(|kind| (kind, state.count(kind)));
    let counts = |(kind, (total, up)): &(&str, (usize, usize))| {
        (*total > 0).then(|| ((*kind).to_owned(), json!({ "total": total, "up": up })))
    };
    let devices: Value = Value::Object(kinds.iter().filter_map(counts).collect());
    let (total, up) = kinds.iter().fold((0, 0), |sums, (_, (total, up))| (sums.0 + total, sums.1 + up));
    let mut subject = name(&state.name);
    if state.devices_seen && total > 0 {
        subject = if state.devices_cut {
            format!("{subject} has {} connected of the first {total} that were read", count(up, "device"))
        } else {
            format!("{subject} has {up} of {} connected", count(total, "device"))
        };
        let unknown = state.devices.iter().filter(|device| device.connected.is_none()).count();
        if unknown > 0 {
            subject = format!("{subject}, and the state of {unknown} is not known");
        }
    }
    let down = state.devices.iter().filter(|device| device.is_down()).map(|device| {
        let called = device.called();
        let problem = found.iter().find(|finding| finding.is_on(&called)).map(|finding| finding.cause().name);
        json!({ "kind": device.kind, "name": called, "mac": device.mac, "since": device.last_seen, "problem": problem })
    });
    let changes = history
        .changes
        .iter()
        .take(20)
        .map(|change| json!({ "when": change.time, "who": change.who, "what": change.message }));
    let levels = history
        .levels
        .iter()
        .map(|level| json!({ "scope": level.scope, "metric": level.metric, "value": level.value }));
    let mut lowest: Vec<_> = history.levels.iter().collect();
    lowest.sort_by(|one, other| one.value.total_cmp(&other.value));
    let lowest: mistmcp::serde_json::Map<_, _> =
        lowest.iter().take(3).map(|level| (level.metric.clone(), level.percent().into())).collect();
    Diagnosis::about(subject)
        .fact("site", state.name.clone())
        .fact("devices", (!state.devices_cut).then_some(devices))
        .fact("clients", state.clients().map(|clients| json!({ "wireless": clients })))
        .fact("alarms", state.alarms_whole.then(|| severities(&state.alarms)))
        .fact("lowest_service_levels_percent", lowest)
        .view("site", state.place(id))
        .view("down", down.collect::<Vec<_>>())
        .view("changes", changes.collect::<Vec<_>>())
        .view("sles", levels.collect::<Vec<_>>())
}

/// Open alarms and actions by severity.
fn severities(all: &[Alarm]) -> Value {
    let (mut critical, mut warning, mut info) = (0, 0, 0);
    for alarm in alarms::open(all) {
        match alarm.severity.as_deref() {
            Some("critical") => critical += 1,
            Some("info") => info += 1,
            _ => warning += 1,
        }
    }
    json!({ "critical": critical, "warning": warning, "info": info })
}
