//! `troubleshootClient`: why a client has trouble.

use mistmcp::answers::{Cause, Diagnosis, Finding, Inquiry, Part, Row, Rows, Window, answer, join, name};
use mistmcp::serde_json::Value;
use mistmcp::{Call, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{Alarm, Client, Device, Event, Medium, Port};
use super::locate_client::{self, Search};
use super::rules::tree::Tree;
use super::rules::{alarms, client, device, nac, ports, ports::Around, starting};
use super::{causes as c, locate, parts, views};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[
    c::OUTAGES,
    c::POWER,
    c::PORTS,
    c::DEVICES,
    c::SIGN_IN,
    c::ADDRESSES,
    &[
        &c::WEAK_SIGNAL,
        &c::RADIO_CONGESTED,
        &c::ROAMING_FAILURE,
        &c::POSTURE_FAILED,
        &c::CAPTIVE_PORTAL_FAILURE,
        &c::ASSOCIATION_REFUSED,
        &c::CLIENT_ALONE,
        &c::NEVER_SEEN,
        &c::NOT_ASSIGNED,
        &c::LOOP,
        &c::MISSING_VLAN,
    ],
];

/// Why a wireless or wired client has trouble: signal, roaming, sign-in, DHCP, DNS, gateway, its access point or port.
#[mist_tool(category = "answers", hints(read_only), view = "client-timeline")]
pub async fn troubleshoot_client(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    /// The client, by its MAC address, host name, user or IP address.
    #[brief = "MAC, host name, user or IP"]
    client: String,
    site_id: Option<SiteId>,
    #[flatten] window: TimeWindow,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let window = Window::of(&window, &ask)?;
        let site = site_id.as_ref().map(SiteId::as_str);
        let search = Search::new(&ask, org_id.as_str(), site, &client);
        let found = match locate_client::client(&ask, &search).await {
            Ok(found) => found,
            Err(unknown) => return Ok(unknown),
        };
        Ok(match (found.medium, found.site.clone()) {
            (_, None) => {
                ask.nothing_there("site", "the client has none");
                facts(Diagnosis::about(found.called()), &found)
            }
            (Medium::Wired, Some(site)) => wired(&ask, org_id.as_str(), &site, found, &window).await,
            (_, Some(site)) => wireless(&ask, org_id.as_str(), &site, found, &window).await,
        })
    })
    .await
}

/// The own path of an access point's statistics.
fn stats_of(site: &str, mac: &str, what: &'static str) -> Part {
    Part::new(what, "getSiteDeviceStats")
        .with("site_id", site)
        .with("device_id", format!("00000000-0000-0000-1000-{mac}"))
}

/// NAC events of one client, the latest first.
pub(super) fn nac_events(org: &str, mac: &str, window: &Window) -> Part {
    let part = Part::new("NAC events", "searchOrgNacClientEvents").with("org_id", org).with("mac", mac);
    window.on(part.with("limit", parts::ROWS).with("sort", "-timestamp"))
}

/// Events of one wireless client.
pub(super) fn client_events(site: &str, mac: &str, window: &Window) -> Part {
    let part =
        Part::new("client events", "getSiteEventsForClient").with("site_id", site).with("client_mac", mac);
    window.on(part.with("limit", parts::ROWS))
}

/// Events of all wireless clients of a site, the latest first.
pub(super) fn site_client_events(site: &str, window: &Window) -> Part {
    let part = Part::new("events of other clients", "searchSiteWirelessClientEvents").with("site_id", site);
    window.on(part.with("limit", parts::ROWS).with("sort", "-timestamp"))
}

/// The NAC rules with their names.
pub(super) fn nac_rules(org: &str) -> Part {
    Part::new("NAC rules", "listOrgNacRules").with("org_id", org).with("limit", parts::ROWS)
}

/// Events of other clients: those of a site without the client's own.
pub(super) fn without_own(all: &Rows, own: &[Event], mac: &str) -> Vec<Event> {
    let events = all.iter().filter_map(Event::of);
    let is_own = |event: &Event| {
        event.mac.as_deref() == Some(mac)
            || (event.mac.is_none()
                && own.iter().any(|known| {
                    known.kind == event.kind && known.time == event.time && known.ap == event.ap
                }))
    };
    events.filter(|event| !is_own(event)).collect()
}

/// Names a rule by its id.
pub(super) fn rule_names(rules: &Rows) -> impl Fn(&str) -> Option<String> {
    move |id| rules.iter().find(|row| row.is("id", id)).and_then(|row| row.text("name"))
}

async fn wireless(ask: &Inquiry, org: &str, site: &str, mut found: Client, window: &Window) -> Diagnosis {
    let mac = found.mac.clone();
    let events_part = client_events(site, &mac, window);
    let stats_part = Part::new("client statistics", "listSiteWirelessClientsStats")
        .with("site_id", site)
        .with("client_mac", mac.as_str())
        .or_none();
    let (nac_part, others_part) = (nac_events(org, &mac, window), site_client_events(site, window));
    let ap_part = found.device.as_deref().map(|ap| stats_of(site, ap, "access point"));
    let port_part = found.device.as_deref().map(|ap| {
        Part::new("port of the access point", "searchSiteSwOrGwPorts")
            .with("site_id", site)
            .with("neighbor_mac", ap)
            .with("limit", 10)
    });
    let ap_events_part = found.device.as_deref().map(|ap| parts::events_of(site, ap, "access point", window));
    let (events, stats, nac_rows, others, ap_rows, port_rows, ap_events) = join!(
        ask.rows(&events_part),
        ask.rows(&stats_part),
        ask.rows(&nac_part),
        ask.rows(&others_part),
        ask.rows_if(ap_part.as_ref()),
        ask.rows_if(port_part.as_ref()),
        ask.rows_if(ap_events_part.as_ref()),
    );
    if let Some(now) =
        stats.iter().find_map(|row| Client::of(row, Medium::Wireless)).filter(|now| now.mac == mac)
    {
        found = now.with(&found);
    }
    let own: Vec<_> = events.iter().filter_map(Event::of).collect();
    let others = without_own(&others, &own, &mac);
    let nac_events: Vec<_> = nac_rows.iter().filter_map(Event::of).collect();
    let (ap, called) = (ap_rows.first().and_then(Device::of), found.called());
    let who = nac::Who { called: &called, client: Some(&found), now: ask.now() };
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let mut refused = nac::refused(&nac_events, &who, |_| None);
    let is_denied = refused.as_ref().is_some_and(|finding| finding.cause().name == c::AUTH_DENIED.name);
    let is_ap_down = ap.as_ref().is_some_and(Device::is_down);
    let rules_part = is_denied.then(|| nac_rules(org));
    let alarms_part = (!is_denied && !is_ap_down).then(|| parts::alarms(site, window));
    // The devices of the site name the switch and the other access points.
    let is_asked = !is_ap_down && ask.calls_left() > 1 && has_nameless(ap.as_ref(), &ports, &own);
    let names_part = is_asked.then(|| site_inventory(org, site));
    let (rules, alarm_rows, names) = join!(
        ask.rows_if(rules_part.as_ref()),
        ask.rows_if(alarms_part.as_ref()),
        ask.rows_if(names_part.as_ref())
    );
    let mut named = locate::devices_of(&names);
    if is_denied {
        refused = nac::refused(&nac_events, &who, rule_names(&rules));
    }
    // What is around an access point that is down tells why.
    let around = match &ap {
        Some(ap) if ap.is_down() => site_of(ask, site).await,
        _ => (Vec::new(), String::new()),
    };
    named.extend(around.0.iter().cloned());
    let case =
        client::Case { client: &found, events: &own, others: &others, ap: ap.as_ref(), now: ask.now() };
    let unreachable = nac::server_unreachable(&own, &others, &[], &who).filter(|_| refused.is_none());
    let explained = refused.clone().or(unreachable);
    let see = |part: &Part| {
        let part = part.clone();
        move |finding: Finding| finding.see_or(&part)
    };
    let mut findings: Vec<_> =
        client::stages(&case, explained.is_some()).into_iter().map(see(&events_part)).collect();
    findings.extend(
        explained.map(
            |finding| if refused.is_some() { finding.see(&nac_part) } else { finding.see(&events_part) },
        ),
    );
    // A client that is not connected has no statistics.
    let signal_part = if stats.is_empty() { &events_part } else { &stats_part };
    findings.extend(client::signal(&case).map(see(signal_part)));
    let ap_row = ap_rows.first().map_or(Value::Null, |row| row.value().clone());
    findings
        .extend(ap_part.as_ref().and_then(|part| Some(client::radio(&case, Row::of(&ap_row))?.see(part))));
    if let Some(ap) = &ap {
        let switch = heard_switch(ap, &ports, &named);
        findings.extend(missing_vlan(ap, switch.as_ref(), &ports, &alarm_rows, &found, ask.now()));
        findings.extend(access_point(ap, (around, switch), &ports, &ap_events, &found, ask.now()));
    }
    findings.extend(client::alone(&case, &findings).map(see(&events_part)));
    if own.is_empty() && events.is_seen() {
        ask.nothing_there("client events", "there are none in this time");
    }
    let subject = match (stats.is_empty(), found.last_seen) {
        (false, _) => format!("{called} is connected"),
        (true, Some(seen)) if stats.is_seen() => {
            format!("{called} is not connected and was last seen {}", ask.ago(seen))
        }
        _ => called.clone(),
    };
    facts(Diagnosis::about(subject), &found)
        .fact("access_point", ap.as_ref().map(Device::called))
        .view("client", views::client(&found, ap.as_ref()))
        .view("timeline", views::timeline(own.iter().chain(&nac_events), ap.iter().chain(&named)))
        .view("signal", views::signal(&own))
        .findings(findings)
}

/// The inventory of a site.
fn site_inventory(org: &str, site: &str) -> Part {
    parts::inventory(org).with("site_id", site).pages(1)
}

/// Whether ports or events of a client show a device whose name is not known: a switch that its access point does not
/// name, or another access point.
fn has_nameless(ap: Option<&Device>, ports: &[Port], events: &[Event]) -> bool {
    let is_other = |mac: &str| ap.is_none_or(|ap| !ap.has_mac(mac));
    let is_switch_nameless = ap.is_some_and(|ap| ap.uplink.0.is_none()) && !ports.is_empty();
    is_switch_nameless || events.iter().filter_map(|event| event.ap.as_deref()).any(is_other)
}

/// The VLAN of a client that its access point's port lacks, as an alarm says.
fn missing_vlan(
    ap: &Device,
    switch: Option<&Device>,
    ports: &[Port],
    alarm_rows: &Rows,
    found: &Client,
    now: i64,
) -> Vec<Finding> {
    let devices: Vec<_> = std::iter::once(ap).chain(switch).cloned().collect();
    let vlan = found.vlan.map(|vlan| vlan.to_string());
    let of_client =
        |vlans: &[String]| vlans.is_empty() || vlan.as_ref().is_none_or(|vlan| vlans.contains(vlan));
    let alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    let of_path: Vec<_> = alarms::holding(&alarms, &[])
        .iter()
        .filter(|alarm| {
            alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.name == c::MISSING_VLAN.name)
        })
        .filter(|alarm| of_client(&alarm.vlans))
        .filter(|alarm| {
            alarm.devices.contains(&ap.mac)
                || ports
                    .iter()
                    .any(|port| alarm.devices.contains(&port.device) && alarm.ports.contains(&port.id))
        })
        .copied()
        .collect();
    alarms::findings(&of_path, &devices, |_| None, now)
        .into_iter()
        .map(|finding| finding.weight(90).on(ap.object()).on(found.object()))
        .collect()
}

/// The devices of a site, and its name.
async fn site_of(ask: &Inquiry, site: &str) -> (Vec<Device>, String) {
    let stats = parts::device_stats(site);
    let resolved = ask.resolved_name(site);
    let about = (resolved.is_none() && ask.calls_left() > 1).then(|| parts::site(site));
    let (stats, about) = join!(ask.rows(&stats), ask.rows_if(about.as_ref()));
    let called = resolved.or_else(|| about.first()?.text("name"));
    (locate::devices_at(site, &stats), called.unwrap_or_else(|| format!("site {site}")))
}

/// The switch above an access point, with the name that the inventory or the access point has for it.
fn heard_switch(ap: &Device, ports: &[Port], named: &[Device]) -> Option<Device> {
    let port = ports.iter().find(|port| port.leads_to(&ap.mac, ap.name.as_deref()))?;
    let known = named.iter().find(|device| device.has_mac(&port.device));
    let name = known.and_then(|device| device.name.clone()).or_else(|| ap.uplink.0.clone())?;
    Some(Device {
        mac: port.device.clone(),
        name: Some(name),
        kind: "switch".to_owned(),
        ..Device::default()
    })
}

/// What is wrong with the access point of a client, as far as it explains the client's trouble. Around it are the devices
/// of the site and its name, where they were read, and its switch.
fn access_point(
    ap: &Device,
    ((mut site, site_name), switch): ((Vec<Device>, String), Option<Device>),
    ports: &[Port],
    events: &Rows,
    found: &Client,
    now: i64,
) -> Vec<Finding> {
    let is_site_known = !site.is_empty();
    if !site.iter().any(|device| device.mac == ap.mac) {
        site.push(ap.clone());
    }
    if !is_site_known {
        site.extend(switch);
    }
    let events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let around = Around::new(now, &site, ports, &events);
    let case = device::Case {
        device: ap,
        site: &site,
        site_name: &site_name,
        events: &events,
        ports,
        around: &around,
    };
    // An access point alone says nothing of its site.
    let findings = device::device(&case)
        .into_iter()
        .filter(|finding| is_site_known || finding.cause().name != c::SITE_DOWN.name);
    let mut findings: Vec<_> = findings
        .filter(|finding| {
            finding.cause().name != c::MISSING_VLAN.name
                || found.vlan.is_some_and(|vlan| ap.missing_vlans.contains(&vlan.to_string()))
        })
        .map(|finding| {
            if finding.cause().name == c::MISSING_VLAN.name {
                return finding.weight(91);
            }
            let weight =
                if ap.is_down() { finding.explains() } else { finding.explains().min(70).saturating_sub(8) };
            finding.weight(weight)
        })
        .filter(|finding| finding.explains() >= 50)
        .collect();
    if ap.is_down() && findings.is_empty() {
        findings.push(device::single_down(ap, &site, now).weight(90));
    }
    findings.into_iter().map(|finding| finding.on(found.object())).collect()
}

async fn wired(ask: &Inquiry, org: &str, site: &str, found: Client, window: &Window) -> Diagnosis {
    let switch = found.device.clone();
    let ports_part =
        Part::new("ports", "searchSiteSwOrGwPorts").with("site_id", site).with("limit", parts::ROWS);
    let ports_part = match &switch {
        Some(mac) => ports_part.with("mac", mac.as_str()),
        None => ports_part.with("neighbor_mac", found.mac.as_str()),
    };
    let switch_events = switch.as_deref().map(|mac| parts::events_of(site, mac, "switch", window));
    let (nac_part, alarms_part, inventory_part) =
        (nac_events(org, &found.mac, window), parts::alarms(site, window), parts::inventory(org));
    let (port_rows, events, nac_rows, alarm_rows, inventory) = join!(
        ask.rows(&ports_part),
        ask.rows_if(switch_events.as_ref()),
        ask.rows(&nac_part),
        ask.rows(&alarms_part),
        ask.rows(&inventory_part),
    );
    let devices = locate::devices_of(&inventory);
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let nac_events: Vec<_> = nac_rows.iter().filter_map(Event::of).collect();
    let around = Around::new(ask.now(), &devices, &ports, &events);
    let own = ports.iter().find(|port| {
        found.port.as_deref().map_or_else(
            || port.leads_to(&found.mac, None),
            |id| port.id == id && switch.as_deref().is_none_or(|mac| port.device == mac),
        )
    });
    let called = found.called();
    let who = nac::Who { called: &called, client: Some(&found), now: ask.now() };
    let mut refused = nac::refused(&nac_events, &who, |_| None);
    if refused.as_ref().is_some_and(|finding| finding.cause().name == c::AUTH_DENIED.name) {
        let rules = ask.rows(&nac_rules(org)).await;
        refused = nac::refused(&nac_events, &who, rule_names(&rules));
    }
    let device = devices.iter().find(|device| switch.as_deref().is_some_and(|mac| device.has_mac(mac)));
    let mut findings: Vec<Finding> = Vec::new();
    if let Some(device) = device.filter(|device| device.is_down()) {
        let here: Vec<_> =
            devices.iter().filter(|other| other.site.as_deref() == Some(site)).cloned().collect();
        findings.extend(device::site_down(&here, site, ask.now()));
        let tree = Tree::of(&here, &ports);
        let behind = tree.place(&device.mac).map(|place| tree.behind(place)).unwrap_or_default();
        findings.push(match starting::upgrade(device, &events, ask.now()) {
            Some(upgrade) => upgrade.finding(&behind, ask.now()).weight(95),
            None => device::upstream_outage(device, &behind, &here, ask.now()).weight(95),
        });
    }
    if let Some(port) = own {
        findings.extend(ports::port(port, &around).into_iter().map(|finding| {
            let weight = finding.explains().saturating_add(18).min(90);
            finding.weight(weight).on(found.object())
        }));
    } else if port_rows.is_seen() {
        ask.nothing_there("port of the client", "no port is known for it");
    }
    let held = ["held", "failed", "denied", "rejected", "unauthenticated"];
    let held = found.auth_state.as_deref().filter(|state| held.contains(state));
    let is_known = findings.iter().any(|finding| finding.cause().name == c::PORT_AUTH_FAILED.name);
    if let (Some(state), false) = (held, is_known) {
        let summary =
            format!("{called} fails the authentication of its switch port (802.1X state: {state}).");
        findings.push(
            Finding::new(&c::PORT_AUTH_FAILED, mistmcp::answers::Severity::Critical, summary)
                .on(found.object())
                .weight(88)
                .evidence("auth_state", state)
                .see(&wired_client(org, site, &found.mac)),
        );
    }
    findings.extend(refused.map(|finding| finding.see(&nac_part)));
    let alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    let of_port: Vec<_> = alarms::holding(&alarms, &events)
        .iter()
        .filter(|alarm| {
            own.is_some_and(|port| alarm.devices.contains(&port.device) && alarm.ports.contains(&port.id))
        })
        .copied()
        .collect();
    findings.extend(
        alarms::findings(&of_port, &devices, |_| None, ask.now())
            .into_iter()
            .map(|finding| finding.weight(76)),
    );
    let state = match found.last_seen {
        Some(seen) => format!("{called} was last seen {}", ask.ago(seen)),
        None => called.clone(),
    };
    facts(Diagnosis::about(state), &found)
        .fact("switch", device.map(Device::called))
        .fact("port_up", own.and_then(|port| port.up))
        .fact("port_speed", own.and_then(|port| port.speed))
        .view("client", views::client(&found, device))
        .view("timeline", views::timeline(&nac_events, &devices))
        .findings(findings)
}

/// A wired client in the search.
fn wired_client(org: &str, site: &str, mac: &str) -> Part {
    Part::new("wired clients", "searchOrgWiredClients")
        .with("org_id", org)
        .with("site_id", site)
        .with("mac", mac)
}

pub(super) fn facts(diagnosis: Diagnosis, found: &Client) -> Diagnosis {
    let medium = match found.medium {
        Medium::Wireless => "wireless",
        Medium::Wired => "wired",
        Medium::Wan => "wan",
        Medium::Nac => "nac",
    };
    diagnosis
        .fact("client", found.called())
        .fact("type", medium)
        .fact("mac", found.mac.clone())
        .fact("user", found.user.as_deref().map(name))
        .fact("ip", found.ip.clone())
        .fact("ssid", found.ssid.as_deref().map(name))
        .fact("vlan", found.vlan)
        .fact("band", found.band.clone())
        .fact("rssi", found.rssi)
        .fact("snr", found.snr)
        .fact("auth", found.auth.clone())
        .fact("port", found.port.clone())
        .fact("model", found.model.as_deref().map(name))
        .fact("last_seen", found.last_seen)
}
