//! `listProblems`: what is open in a site or in the organization, folded to its roots.

mod outages;

use std::collections::HashMap;

use mistmcp::answers::{Cause, Diagnosis, Inquiry, Rows, Severity, Window, answer, count, join, name};
use mistmcp::{Call, Choice, Mist, Reply, Result, SiteId, mist_tool};

use super::arguments::Organization;
use super::facts::wan::{RoutingNeighbor, Tunnel, VpnPath};
use super::facts::{Alarm, Device, Event, Port, by_mac};
use super::rules::alarms;
use super::site_state::{WanPeers, site_name};
use super::{causes as c, locate, sources, thresholds as t};

use outages::{carried_down, down};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] =
    &[c::REPORTS, c::OUTAGES, &[&c::POWER_LOST, &c::PORT_DISABLED, &c::UPGRADING, &c::TUNNEL_DOWN]];

/// How far back alarms are looked for, in days.
const DAYS: i64 = 7;

/// The most requests at one site, and for the organization.
const CALLS: [usize; 2] = [12, 16];

/// What is wrong now: open Marvis actions, alarms, devices, VPN paths, tunnels and BGP down, folded to their roots, worst first.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn list_problems(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: Option<SiteId>,
    /// The least severity.
    #[brief = "At least"]
    severity: Option<LeastSeverity>,
) -> Result<Reply> {
    let calls = if site_id.is_some() { CALLS[0] } else { CALLS[1] };
    answer(mist, call, calls, move |ask| async move {
        let site = site_id.as_ref().map(SiteId::as_str);
        Ok(find(&ask, org_id.as_str(), site, severity).await)
    })
    .await
}

/// The least severity of a problem.
#[derive(Clone, Copy, Choice, Debug, PartialEq, Eq)]
pub enum LeastSeverity {
    /// People cannot work
    Critical,
    /// People notice it
    Warning,
    /// Everything
    Info,
}

impl From<LeastSeverity> for Severity {
    fn from(least: LeastSeverity) -> Self {
        match least {
            LeastSeverity::Critical => Self::Critical,
            LeastSeverity::Warning => Self::Warning,
            LeastSeverity::Info => Self::Info,
        }
    }
}

async fn find(ask: &Inquiry, org: &str, site: Option<&str>, least: Option<LeastSeverity>) -> Diagnosis {
    let window = Window::last(DAYS * t::DAY, ask);
    let (alarms_source, ports_source) = match site {
        Some(site) => (sources::alarms(site, &window), sources::ports(site)),
        None => (sources::org_alarms(org, &window), sources::org_ports(org)),
    };
    let inventory_source = sources::inventory(org).with("site_id", site);
    let actions_source = sources::marvis_actions(org);
    // They say when what is down now went down, or that it is over, and nothing of what comes again and again.
    let events_source = sources::problem_events(org, site, &window).of_names();
    let paths_source = site.map_or_else(|| sources::org_vpn_paths(org), |site| sources::vpn_paths(org, site));
    // Of an organization whose lists fill all their pages, the last page that the calls do not suffice for is left out, and
    // `not_seen` says so.
    let (tunnels_source, bgp_source) = match site {
        Some(site) => (sources::tunnels(org, site), sources::bgp(site)),
        None => (sources::org_tunnels(org), sources::org_bgp(org)),
    };
    let (alarm_rows, actions, inventory, names, port_rows, event_rows, path_rows, tunnel_rows, bgp_rows) = join!(
        ask.rows(&alarms_source),
        ask.rows(&actions_source),
        ask.rows(&inventory_source),
        site_names(ask, org, site),
        ask.rows(&ports_source),
        ask.rows(&events_source),
        ask.rows(&paths_source),
        ask.rows(&tunnels_source),
        ask.rows(&bgp_source),
    );
    let events: Vec<_> = event_rows.iter().filter_map(Event::of).collect();
    let here = |id: Option<&str>| site.is_none_or(|site| id == Some(site));
    let devices: Vec<_> =
        locate::devices_of(&inventory).into_iter().filter(|device| here(device.site.as_deref())).collect();
    let site_name = |id: &str| names.get(id).cloned();
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let mut reported = reported(&actions, &alarm_rows);
    reported.retain(|alarm| here(alarm.site.as_deref()));
    let carried = WanPeers {
        paths: path_rows.iter().filter_map(VpnPath::of).collect(),
        tunnels: tunnel_rows.iter().filter_map(Tunnel::of).collect(),
        neighbors: bgp_rows.iter().filter_map(RoutingNeighbor::of_bgp).collect(),
    };
    let mut open = alarms::active(&reported, &events);
    let known = by_mac(&devices);
    open.retain(|alarm| !is_over(alarm, &known));
    let open_count = open.len();
    // What is told by the state of its device.
    open.retain(|alarm| !is_of_state(alarm, &known));
    let mut findings = down(&devices, &ports, &events, site_name, ask.now());
    let all = (devices.as_slice(), inventory.is_whole());
    findings.extend(carried_down(all, (&carried, &ports), &events, site_name, ask.now()));
    findings.extend(
        alarms::findings(&open, &devices, site_name, ask.now()).into_iter().map(|finding| {
            if finding.cause().name == c::DEVICE_DOWN.name { finding.folds() } else { finding }
        }),
    );
    // Spare devices that are at no site are not down.
    let at_sites: Vec<_> = devices.iter().filter(|device| device.site.is_some()).collect();
    let unassigned = devices.len() - at_sites.len();
    locate::note_unknown_states(ask, at_sites.iter().copied());
    let subject = match site {
        Some(id) => site_name(id).map_or_else(|| format!("site {id}"), |site| name(&site)),
        None => "The organization".to_owned(),
    };
    if inventory.is_whole() && devices.is_empty() {
        ask.nothing_there("devices", "there are none");
        if findings.is_empty() {
            return Diagnosis::unknown(format!("{subject} has no devices, so nothing is known."));
        }
    }
    let down = at_sites.iter().filter(|device| device.is_down()).count();
    let unknown = at_sites.iter().filter(|device| device.connected.is_none()).count();
    // Mist Edges are not in the inventory.
    let has_edge = open.iter().any(|alarm| alarm.device_kind == Some("mxedge"));
    // Without an inventory, nothing is counted.
    let of_inventory = if has_edge { " of the inventory" } else { "" };
    let at_a_site = if unassigned > 0 { " at sites" } else { "" };
    let counted = match at_sites.len() {
        0 if unassigned == 0 => subject,
        0 if !inventory.is_cut() => format!("{subject} has no devices at sites"),
        _ if inventory.is_cut() => {
            let read = devices.len();
            format!(
                "{subject} has {}{at_a_site} down of the first {read} that were read",
                count(down, "device")
            )
        }
        all => format!("{subject} has {down} of {}{of_inventory}{at_a_site} down", count(all, "device")),
    };
    let counted = match unknown {
        0 => counted,
        unknown => format!("{counted}, and the state of {unknown} is not known"),
    };
    let subject = match unassigned {
        0 => counted,
        unassigned => format!("{counted}; {} at no site", count(unassigned, "device")),
    };
    Diagnosis::about(subject)
        .at_least(least.map_or(Severity::Info, Severity::from))
        .narrowed_by([("site_id", site.is_some()), ("severity", least.is_some())])
        .fact("devices", inventory.if_whole(at_sites.len()))
        .fact("unassigned", inventory.if_whole(unassigned).filter(|unassigned| *unassigned > 0))
        .fact("devices_down", inventory.if_whole(down))
        .fact("open_alarms_and_actions", alarm_rows.if_whole(open_count))
        .findings(findings)
        .shown_by(&inventory_source)
}

/// Marvis actions and alarms. An action and its alarm have one id.
fn reported(actions: &Rows, alarms: &Rows) -> Vec<Alarm> {
    let mut reported: Vec<_> = actions.iter().filter_map(Alarm::of_action).collect();
    let ids: Vec<_> = reported.iter().filter_map(|action| action.id.clone()).collect();
    let alarms = alarms.iter().filter_map(Alarm::of);
    reported.extend(alarms.filter(|alarm| alarm.id.as_ref().is_none_or(|id| !ids.contains(id))));
    reported
}

/// The states of the known devices of an alarm that says that they are down.
fn states_of(alarm: &Alarm, known: &HashMap<&str, &Device>) -> Vec<Option<bool>> {
    let is_of_outage =
        alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.name == c::DEVICE_DOWN.name);
    let named = alarm.devices.iter().filter(|_| is_of_outage);
    named.filter_map(|mac| known.get(mac.as_str())).map(|device| device.connected).collect()
}

/// Whether an alarm says that devices are down whose state tells whether they are.
fn is_of_state(alarm: &Alarm, known: &HashMap<&str, &Device>) -> bool {
    let states = states_of(alarm, known);
    !states.is_empty() && states.iter().all(Option::is_some)
}

/// Whether an alarm says that devices are down that are up.
fn is_over(alarm: &Alarm, known: &HashMap<&str, &Device>) -> bool {
    let states = states_of(alarm, known);
    !states.is_empty() && states.iter().all(|state| *state == Some(true))
}

/// Names of sites by id: of all, or of the one that is asked about.
async fn site_names(ask: &Inquiry, org: &str, site: Option<&str>) -> HashMap<String, String> {
    if let Some(id) = site {
        return HashMap::from([(id.to_owned(), site_name(ask, id).await)]);
    }
    let sites = ask.rows(&sources::sites(org)).await;
    sites.iter().filter_map(|row| Some((row.text("id")?, row.text("name")?))).collect()
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_alarm_of_a_device_is_over_only_where_its_state_says_so() {
        let device = |mac: &str, connected: Value| {
            Device::of(Row::of(&json!({ "mac": mac, "type": "ap", "connected": connected }))).unwrap()
        };
        let row = json!({ "type": "device_down", "timestamp": 1, "aps": ["5c5b35000001", "5c5b35000002"] });
        let alarm = Alarm::of(Row::of(&row)).unwrap();
        let judged = |first: Value, second: Value| {
            let devices = [device("5c5b35000001", first), device("5c5b35000002", second)];
            (is_over(&alarm, &by_mac(&devices)), is_of_state(&alarm, &by_mac(&devices)))
        };
        assert_eq!(judged(json!(true), json!(true)), (true, true));
        assert_eq!(judged(json!(true), json!(false)), (false, true));
        assert_eq!(judged(json!(true), Value::Null), (false, false));
        assert!(
            !is_over(&alarm, &by_mac(&[])) && !is_of_state(&alarm, &by_mac(&[])),
            "they are not in the inventory"
        );
    }
}
