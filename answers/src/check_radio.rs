//! `checkRadio`: what disturbs the Wi-Fi of a site.

mod shown;

use mistmcp::answers::{
    Cause, DataSource, Diagnosis, Finding, Inquiry, Row, Rows, Window, answer, join, name,
};
use mistmcp::{Call, Choice, Mist, Reply, Result, SiteId, mist_tool};

use super::facts::radio::{BANDS, band_name};
use super::facts::{Alarm, Client, Device, Medium, NeighborSignals, Radio, Rogue};
use super::rules::{alarms, radio as rules};
use super::site_state::site_name;
use super::sources::{ROWS, shown_by};
use super::{causes as c, evidence, locate, sources, thresholds as t};

use shown::{bands, shown_events, shown_radios, shown_rogues};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[c::RADIO, c::FOREIGN];

/// Most requests of one answer.
const CALLS: usize = 12;

/// What disturbs the Wi-Fi of a site: shared or busy channels, noise, radar, radios off, weak coverage, rogue access points.
#[mist_tool(category = "answers", hints(read_only), view = "radio-plan")]
pub async fn check_radio(
    mist: &Mist,
    call: &Call,
    site_id: SiteId,
    /// Only this radio band.
    #[brief = "Only this band"]
    band: Option<RadioBand>,
) -> Result<Reply> {
    answer(mist, call, CALLS, move |ask| async move {
        Ok(find(&ask, site_id.as_str(), band.map(RadioBand::name)).await)
    })
    .await
}

/// A radio band, as a number.
#[derive(Clone, Copy, Choice, Debug, PartialEq, Eq)]
pub enum RadioBand {
    /// 2.4 GHz
    #[mist("24")]
    Band24,
    /// 5 GHz
    #[mist("5")]
    Band5,
    /// 6 GHz
    #[mist("6")]
    Band6,
}

impl RadioBand {
    fn name(self) -> &'static str {
        match self {
            Self::Band24 => "24",
            Self::Band5 => "5",
            Self::Band6 => "6",
        }
    }
}

async fn find(ask: &Inquiry, site: &str, band: Option<&str>) -> Diagnosis {
    let window = Window::last(t::DAY, ask);
    let at_site = |name, tool| DataSource::new(name, tool).with("site_id", site);
    let rogue_source =
        |name, kind: &str| window.on(at_site(name, "listSiteRogueAPs").with("type", kind).with("limit", 100));
    let stats_source =
        at_site("access points", "listSiteDevicesStats").with("type", "ap").with("limit", ROWS).pages(2);
    let rrm_source = window.on(at_site("radio management events", "listSiteRrmEvents").with("limit", ROWS));
    let radar_source = sources::device_events(site, &window).with("type", "AP_RADAR_DETECTED");
    let (honeypot_source, lan_source) =
        (rogue_source("honeypots", "honeypot"), rogue_source("rogues", "lan"));
    let clients_source = at_site("wireless clients", "listSiteWirelessClientsStats").with("limit", ROWS);
    let alarms_source = sources::alarms(site, &window);
    let (stats, rrm, radar, honeypots, on_lan, client_rows, alarm_rows, site_name) = join!(
        ask.rows(&stats_source),
        ask.rows(&rrm_source),
        ask.rows(&radar_source),
        ask.rows(&honeypot_source),
        ask.rows(&lan_source),
        ask.rows(&clients_source),
        ask.rows(&alarms_source),
        site_name(ask, site),
    );
    let site_name = name(&site_name);
    let devices: Vec<Device> =
        locate::devices_of(&stats).into_iter().filter(|device| device.kind == "ap").collect();
    let all: Vec<Radio> =
        stats.iter().filter(|row| !row.is("type", "switch")).flat_map(Radio::all_of).collect();
    let up = |mac: &str| devices.iter().any(|device| device.mac == mac && !device.is_down());
    let radios: Vec<Radio> = all.into_iter().filter(|radio| up(&radio.ap)).collect();
    let called = |mac: &str| devices.iter().find(|device| device.mac == mac).map(Device::called);
    let name_of = |mac: &str| called(mac).unwrap_or_else(|| mac.to_owned());
    if devices.is_empty() {
        if stats.is_seen() {
            ask.nothing_there("access points", "the site has none");
        }
        return Diagnosis::unknown(format!(
            "No access point of {site_name} could be seen, so nothing is known about its Wi-Fi."
        ));
    }
    let is_known = devices.iter().any(|device| device.connected.is_some());
    let connected = connected(ask, &devices);
    if radios.is_empty() {
        let why =
            if connected.is_empty() { "no access point is connected" } else { "the statistics have none" };
        ask.nothing_there("radios", why);
    }
    let settings_source = at_site("device settings", "listSiteDevices").with("type", "ap");
    let off_source = (rules::lacks_a_band(&radios) || radios.is_empty())
        .then(|| settings_source.clone().with("limit", ROWS));
    let (signals, off) =
        join!(neighbor_signals(ask, site, &radios, band), switched_off(ask, off_source.as_ref()));
    let wanted = |own: &str| band.is_none_or(|band| band == own);
    let nowhere: Vec<_> = ["24", "5"]
        .into_iter()
        .filter(|band| wanted(band) && !radios.is_empty())
        .filter(|band| !radios.iter().any(|radio| radio.band == **band && !radio.disabled))
        .collect();
    let template_source = (!nowhere.is_empty()).then(|| at_site("RF template", "listSiteRfTemplateDerived"));
    let template = ask.rows_if(template_source.as_ref()).await;
    let in_band: Vec<_> = radios.iter().filter(|radio| wanted(&radio.band)).cloned().collect();
    let rogues = foreign(&honeypots, &on_lan, band);
    let clients: Vec<_> = client_rows.iter().filter_map(|row| Client::of(row, Medium::Wireless)).collect();

    let (crowds, explained) = rules::co_channel(&in_band, &signals);
    let mut found = shown_by(crowds, &stats_source);
    found.extend(shown_by(rules::utilization(&in_band, &explained), &stats_source));
    found.extend(shown_by(rules::noise(&in_band), &stats_source));
    found.extend(shown_by(rules::disabled(&radios, &connected, &off), &settings_source));
    if let (Some(row), Some(source)) = (template.first(), &template_source) {
        found.extend(shown_by(off_by_template(&nowhere, row, &connected), source));
    }
    let (from_events, from_rrm) = (rules::radar_hits(&radar, band), rules::radar_hits(&rrm, band));
    let shown = |list: usize, ap: &str, first: i64| match list {
        0 => evidence::events_of_ap(site, ap, "AP_RADAR_DETECTED", first),
        _ => rrm_source.clone(),
    };
    found.extend(rules::radar([&from_events, &from_rrm], shown, name_of, ask.now()));
    found.extend(shown_by(rules::coverage(&clients, band, Some(site), name_of), &clients_source));
    found.extend(of_rogues(&rogues, name_of, [&honeypot_source, &lan_source]));
    found.extend(shown_by(reported(&alarm_rows, &devices, &found, band, ask.now()), &alarms_source));

    let at_band = band.map_or(String::new(), |band| format!(" at {}", band_name(band)));
    let diagnosis = Diagnosis::about(format!("The Wi-Fi of {site_name}{at_band}"))
        .narrowed_by([("band", band.is_some())])
        .fact("access_points", devices.len())
        .fact("connected", is_known.then_some(connected.len()))
        .fact("clients", client_rows.if_whole(clients.len()))
        .fact("foreign_access_points", Some(rogues.len()).filter(|rogues| *rogues > 0))
        .fact("bands", bands(&in_band))
        .view("radios", shown_radios(&in_band, &found))
        .view("rogues", shown_rogues(&rogues, name_of))
        .view("events", shown_events(&rrm, name_of, band));
    if radios.is_empty() && found.is_empty() {
        return Diagnosis::unknown(format!(
            "No radio of {site_name} could be seen, so nothing is known about its Wi-Fi."
        ));
    }
    diagnosis.findings(found)
}

/// MAC address, name and model of the access points that are connected. Those of which this is not known stand in `not_seen`.
fn connected(ask: &Inquiry, devices: &[Device]) -> Vec<(String, String, Option<String>)> {
    locate::note_unknown_states(ask, devices);
    let up = devices.iter().filter(|device| device.connected == Some(true));
    let called = |device: &Device| device.name.clone().unwrap_or_else(|| device.mac.clone());
    up.map(|device| (device.mac.clone(), called(device), device.model.clone())).collect()
}

/// The bands of `nowhere` that the RF template switches off.
fn off_by_template(
    nowhere: &[&str],
    template: Row<'_>,
    connected: &[(String, String, Option<String>)],
) -> Vec<Finding> {
    let off = nowhere.iter().filter(|band| template.flag(&format!("band_{band}.disabled")) == Some(true));
    let called = template.text_or("name", "without a name");
    off.map(|band| rules::off_by_template(band, &called, connected)).collect()
}

/// Foreign access points that may be in a band.
fn foreign(honeypots: &Rows, on_lan: &Rows, band: Option<&str>) -> Vec<Rogue> {
    let mut rogues: Vec<_> = honeypots.iter().filter_map(|row| Rogue::of(row, "honeypot")).collect();
    rogues.extend(on_lan.iter().filter_map(|row| Rogue::of(row, "rogue")));
    rogues.retain(|rogue| band.is_none_or(|band| rogue.may_be_in(band)));
    rogues
}

/// The levels at which radios receive each other, in the bands where channels are shared.
async fn neighbor_signals(
    ask: &Inquiry,
    site: &str,
    radios: &[Radio],
    band: Option<&str>,
) -> NeighborSignals {
    let source = |own: &'static str| {
        let shared = radios.iter().enumerate().any(|(place, radio)| {
            radio.band == own
                && radios[..place].iter().any(|other| other.ap != radio.ap && other.overlaps(radio))
        });
        (band.is_none_or(|band| band == own) && shared).then(|| {
            DataSource::new(neighbors(own), "listSiteCurrentRrmNeighbors")
                .with("site_id", site)
                .with("band", own)
                .with("limit", ROWS)
        })
    };
    let [low, middle, high] = BANDS.map(source);
    let (middle, low, high) =
        join!(ask.rows_if(middle.as_ref()), ask.rows_if(low.as_ref()), ask.rows_if(high.as_ref()));
    let mut signals = NeighborSignals::default();
    for (band, rows) in BANDS.into_iter().zip([low, middle, high]) {
        signals.add(band, &rows);
        if signals.is_of_others(band, radios) {
            ask.not_seen(&neighbors(band), "its rows are of no radio that is known here");
        }
    }
    signals
}

/// What the neighbors in a band are called in `not_seen`.
fn neighbors(band: &str) -> String {
    format!("neighbors at {}", band_name(band))
}

/// Radios that the settings of their access points switch off. Only asked for where a radio is missing.
async fn switched_off(ask: &Inquiry, source: Option<&DataSource>) -> Vec<rules::RadioKey> {
    let rows = ask.rows_if(source).await;
    let off = rows.iter().flat_map(|row| {
        BANDS.into_iter().filter_map(move |band| {
            let radio = row.at("radio_config").at(&format!("band_{band}"));
            (radio.flag("disabled") == Some(true)).then(|| Some((row.mac("mac")?, band.to_owned()))).flatten()
        })
    });
    off.collect()
}

/// Findings about foreign access points, each shown by the list that it is in: honeypots, or rogues.
fn of_rogues(rogues: &[Rogue], name_of: impl Fn(&str) -> String, lists: [&DataSource; 2]) -> Vec<Finding> {
    let found = rogues.iter().flat_map(|rogue| {
        let source = lists[usize::from(rogue.kind != "honeypot")];
        shown_by(rules::rogues(std::slice::from_ref(rogue), &name_of), source)
    });
    found.collect()
}

/// Alarms and Marvis actions of radios that no rule has found itself.
fn reported(
    rows: &Rows,
    devices: &[Device],
    found: &[Finding],
    band: Option<&str>,
    now: i64,
) -> Vec<Finding> {
    let all: Vec<_> = rows.iter().filter_map(Alarm::of).collect();
    let ours: Vec<_> = alarms::active(&all, &[])
        .into_iter()
        .filter(|alarm| {
            let cause = alarms::cause_of(&alarm.kind).map(|(cause, ..)| cause);
            // An alarm has no band.
            cause.is_some_and(|cause| {
                FINDS.concat().iter().any(|known| known.name == cause.name)
                    && (band.is_none() || cause.group == "radio")
            })
        })
        .collect();
    alarms::findings(&ours, devices, |_| None, now)
        .into_iter()
        .filter(|finding| {
            let device = |device: &&Device| finding.is_on(&device.called());
            let known = |other: &Finding| {
                alarms::is_shown_by(finding.cause(), other.cause())
                    && devices.iter().filter(device).any(|device| other.is_on(&device.called()))
            };
            !found.iter().any(known)
        })
        .map(|finding| {
            // Foreign access points that are no longer received matter less.
            let weight = if finding.cause().group == "radio" { 60 } else { 45 };
            finding.weight(weight)
        })
        .collect()
}
