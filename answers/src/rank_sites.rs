//! `rankSites`: which sites are worst, and why.

use std::collections::HashMap;

use mistmcp::answers::{Cause, DataSource, Diagnosis, Inquiry, Rows, Window, answer, count, has, join};
use mistmcp::serde_json::{Value, json};
use mistmcp::{Call, Mist, Reply, Result, TimeWindow, UpTo, mist_tool};

use super::arguments::Organization;
use super::check_site::sle_scope;
use super::facts::{Alarm, Device, Event, Port, ServiceLevel};
use super::rules::ranking::{self, DeviceCounts, DevicesRead, RankedSite, SiteRow};
use super::rules::service_levels;
use super::{causes as c, locate, sources, thresholds as t};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] =
    &[c::REPORTS, c::OUTAGES, &[&c::UPGRADING, &c::PORT_ERRORS, &c::WEAK_SIGNAL, &c::ROAMING_FAILURE]];

/// Sites that are shown, if the call does not say.
const SITES: usize = 5;
/// The most sites that are shown.
const MOST_SITES: u32 = 20;

/// Which sites are worst, and the main reason of each.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn rank_sites(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    #[flatten] window: TimeWindow,
    /// Number of sites in the answer, from 1 to 20.
    #[brief = "Sites, 1 to 20"]
    #[default = 5]
    limit: Option<UpTo<MOST_SITES>>,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let window = Window::of(&window, &ask)?;
        Ok(find(&ask, org_id.as_str(), window, limit.map_or(SITES, UpTo::get)).await)
    })
    .await
}

async fn find(ask: &Inquiry, org: &str, window: Window, limit: usize) -> Diagnosis {
    let sites_source = sources::sites(org);
    let (devices_source, ports_source) = (sources::org_devices(org), sources::gateway_ports(org));
    let alarms_source = sources::org_alarms(org, &window);
    let events_source = sources::outage_events(org, None, &window);
    let levels = ["wifi", "wired", "wan"].map(|sle| sources::levels(org, sle, &window));
    // A day hides what has been bad for some hours.
    let lately = Window::last(t::RECENT, ask);
    let is_long = window.end >= lately.end && lately.start - window.start > t::RECENT;
    let now = ["wifi", "wired", "wan"].map(|sle| is_long.then(|| sources::levels(org, sle, &lately)));
    let (sites, devices, alarms, events, wireless, wired, wan, ports, wireless_now, wired_now, wan_now) = join!(
        ask.rows(&sites_source),
        ask.rows(&devices_source),
        ask.rows(&alarms_source),
        ask.rows(&events_source),
        ask.rows(&levels[0]),
        ask.rows(&levels[1]),
        ask.rows(&levels[2]),
        ask.rows(&ports_source),
        ask.rows_if(now[0].as_ref()),
        ask.rows_if(now[1].as_ref()),
        ask.rows_if(now[2].as_ref())
    );
    let mut rows = sites_of(&sites, devices.is_cut());
    if rows.is_empty() {
        if sites.is_seen() {
            ask.nothing_there("sites", "the organization has none");
            return Diagnosis::unknown("The organization has no sites, so nothing is known.");
        }
        return Diagnosis::unknown("The sites could not be read, so nothing is known about them.");
    }
    let places = places(&rows);
    fill(&mut rows, &places, &devices, &ports, (&alarms, &events));
    fill_levels(&mut rows, &places, &[("wireless", &wireless), ("wired", &wired), ("wan", &wan)], |_| true);
    let now = [("wireless", &wireless_now), ("wired", &wired_now), ("wan", &wan_now)];
    // Some hours vary more than a day.
    fill_levels(&mut rows, &places, &now, |level| level.value < t::BAD_LEVEL);
    let all = rows.len();
    let unread = rows.iter().filter(|site| matches!(site.read, DevicesRead::Unknown)).count();
    if unread > 0 {
        let of = format!("devices of {unread} of {}", count(all, "site"));
        ask.not_seen(&of, "not read, so these sites are judged by alarms, events and service levels alone");
    }
    let empty = rows.iter().filter(|site| site.has_no_devices()).count();
    if devices.is_seen() && empty > 0 {
        ask.nothing_there(&format!("{} of {}", empty, count(all, "site")), "no devices there");
    }
    if devices.is_seen() && empty == all {
        return Diagnosis::unknown("No site has devices, so nothing is known about them.");
    }
    if rows.iter().flat_map(|site| &site.devices).any(|device| device.kind == "gateway") {
        ask.nothing_there("VPN paths, tunnels, BGP and OSPF neighbors", wan_not_read(ask));
    }
    locate::note_unknown_states(ask, rows.iter().flat_map(|site| &site.devices));
    let ranked = ranking::ranked(&rows, (ask.now(), window.end), |began| ask.is_in_time(began));
    if devices.is_seen() && ranked.is_empty() && empty + unread == all {
        return Diagnosis::unknown("The devices could not be read, so nothing is known about them.");
    }
    let table: Vec<_> = ranked.iter().take(limit).map(row).collect();
    let findings =
        ranked.iter().take(limit).map(|site| site.finding.clone().see_or(&see(org, site, &window)));
    // Without its devices, that a site has no trouble is not known.
    let sites = count(if ranked.is_empty() { all - unread } else { all }, "site");
    Diagnosis::about(if ranked.is_empty() && !devices.is_seen() {
        sites
    } else {
        format!("{} of {sites} {} trouble", ranked.len(), has(ranked.len()))
    })
    .fact("sites", all)
    .fact("ranking", table)
    .findings(findings.collect::<Vec<_>>())
}

/// Why what runs over the WAN of the sites is not read, with the call that shows it where the session has it.
fn wan_not_read(ask: &Inquiry) -> &'static str {
    if ask.may_call("checkWan") {
        "not looked at, but for alarms and events of them; checkWan reads those of a site"
    } else {
        "not looked at, but for alarms and events of them"
    }
}

/// The sites, with the numbers of their devices where the list of all devices is cut.
fn sites_of(rows: &Rows, is_cut: bool) -> Vec<SiteRow> {
    let sites = rows.iter().filter_map(|row| {
        let id = row.text("id").or_else(|| row.text("site_id"))?;
        let name = row.text_or("name", &id);
        let number = |field| usize::try_from(row.integer(field)?).ok();
        let counts = number("num_devices").zip(number("num_devices_connected"));
        let counts = counts.map(|(all, connected)| DeviceCounts { all, connected });
        let read = if is_cut { DevicesRead::of(counts, 0) } else { DevicesRead::Rows };
        Some(SiteRow { id, name, clients: row.integer("num_clients"), read, ..SiteRow::default() })
    });
    sites.collect()
}

/// Sorts everything to its site.
fn fill(
    sites: &mut [SiteRow],
    places: &Places,
    devices: &Rows,
    ports: &Rows,
    (alarms, events): (&Rows, &Rows),
) {
    let place = |site: Option<&str>| site.and_then(|site| places.get(site)).copied();
    let devices: Vec<Device> = locate::devices_of(devices);
    for device in devices {
        if let Some(place) = place(device.site.as_deref()) {
            sites[place].devices.push(device);
        }
    }
    for site in sites.iter_mut() {
        if let DevicesRead::Counts(counts) = site.read {
            site.read = DevicesRead::of(Some(counts), site.devices.len());
        }
    }
    for port in ports.iter().filter_map(Port::of) {
        if let Some(place) = place(port.site.as_deref()) {
            sites[place].ports.push(port);
        }
    }
    for alarm in alarms.iter().filter_map(Alarm::of) {
        if let Some(place) = place(alarm.site.as_deref()) {
            sites[place].alarms.push(alarm);
        }
    }
    for event in events.iter().filter_map(Event::of) {
        if let Some(place) = place(event.site.as_deref()) {
            sites[place].events.push(event);
        }
    }
}

/// The place of each site by its id.
type Places = HashMap<String, usize>;

fn places(sites: &[SiteRow]) -> Places {
    sites.iter().enumerate().map(|(place, site)| (site.id.clone(), place)).collect()
}

/// Sorts service levels to their sites.
fn fill_levels(
    sites: &mut [SiteRow],
    places: &Places,
    levels: &[(&'static str, &Rows)],
    is_wanted: impl Fn(&ServiceLevel) -> bool,
) {
    for (scope, rows) in levels {
        for row in rows.iter() {
            if let Some(place) = row.text("site_id").and_then(|site| places.get(&site).copied()) {
                sites[place].levels.extend(ServiceLevel::all(row, scope).into_iter().filter(&is_wanted));
            }
        }
    }
}

/// A line of the ranking.
fn row(ranked: &RankedSite<'_>) -> Value {
    let site = ranked.site;
    let by_rows = || DeviceCounts {
        all: site.devices.len(),
        connected: site.devices.iter().filter(|device| device.connected == Some(true)).count(),
    };
    let counts = match site.read {
        DevicesRead::Rows => Some(by_rows()),
        DevicesRead::Counts(counts) => Some(counts),
        DevicesRead::Unknown => None,
    };
    let lowest = site.levels.iter().min_by(|one, other| one.value.total_cmp(&other.value));
    json!({
        "site": site.name,
        "main_reason": ranked.finding.cause().name,
        "devices_up": counts.map(|counts| format!("{} of {}", counts.connected, counts.all)),
        "lowest_service_level": lowest.map(|level| format!("{} {} %", level.metric, level.percent())),
    })
}

/// The call that shows the main reason: the numbers of devices, or else the service level.
fn see(org: &str, ranked: &RankedSite<'_>, window: &Window) -> DataSource {
    let is_of_devices = ranked.finding.cause().name == c::DEVICE_DOWN.name;
    if is_of_devices && matches!(ranked.site.read, DevicesRead::Counts(_)) {
        return sources::sites(org);
    }
    let lowest = service_levels::lowest(&ranked.site.levels);
    sources::levels(org, lowest.map_or("wifi", sle_scope), window)
}
