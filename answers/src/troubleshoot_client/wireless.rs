//! Why a wireless client has trouble.

use mistmcp::answers::{
    DataSource, Diagnosis, Finding, Inquiry, Object, Row, Rows, Severity, Window, join, name,
};
use mistmcp::serde_json::Value;

use super::{client_facts, events_of_others, rule_names, uplinks};
use crate::facts::{Alarm, Client, Device, Event, Medium, Port, device_id};
use crate::rules::ports::PortContext;
use crate::rules::{alarms, client, device, nac};
use crate::site_state::name_of_site;
use crate::{causes as c, locate, sources, views};

/// The statistics of an access point, by the id that Mist makes of its MAC address.
fn ap_stats(site: &str, mac: &str, what: &'static str) -> DataSource {
    DataSource::new(what, "getSiteDeviceStats").with("site_id", site).with("device_id", device_id(mac))
}

/// Reads the client, its access point and port, and the other clients of its site, and applies the rules.
pub(super) async fn wireless(
    ask: &Inquiry,
    org: &str,
    site: &str,
    mut found: Client,
    window: &Window,
) -> Diagnosis {
    let mac = found.mac.clone();
    let events_source = sources::events_of_client(site, &mac, window);
    let stats_source = DataSource::new("client statistics", "listSiteWirelessClientsStats")
        .with("site_id", site)
        .with("client_mac", mac.as_str())
        .or_none();
    let (nac_source, others_source) =
        (sources::nac_events(org, &mac, window), sources::events_of_other_clients(site, window));
    let ap_source = found.device.as_deref().map(|ap| ap_stats(site, ap, "access point"));
    let port_source = found.device.as_deref().map(|ap| {
        DataSource::new("port of the access point", "searchSiteSwOrGwPorts")
            .with("site_id", site)
            .with("neighbor_mac", ap)
            .with("limit", 10)
    });
    let ap_events_source =
        found.device.as_deref().map(|ap| sources::events_of(site, ap, "access point", window));
    let (events, stats, nac_rows, others, ap_rows, port_rows, ap_events) = join!(
        ask.rows(&events_source),
        ask.rows(&stats_source),
        ask.rows(&nac_source),
        ask.rows(&others_source),
        ask.rows_if(ap_source.as_ref()),
        ask.rows_if(port_source.as_ref()),
        ask.rows_if(ap_events_source.as_ref()),
    );
    if let Some(now) =
        stats.iter().find_map(|row| Client::of(row, Medium::Wireless)).filter(|now| now.mac == mac)
    {
        found = now.with(&found);
    }
    let own: Vec<_> = events.iter().filter_map(Event::of).collect();
    let others = events_of_others(&others, &own, &mac);
    let nac_events: Vec<_> = nac_rows.iter().filter_map(Event::of).collect();
    let (ap, called) = (ap_rows.first().and_then(Device::of), found.called());
    let who = nac::Subject { called: &called, client: Some(&found), now: ask.now() };
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let mut refused = nac::refused(&nac_events, &who, |_| None);
    let is_denied = refused.as_ref().is_some_and(|finding| finding.cause().name == c::AUTH_DENIED.name);
    let is_ap_down = ap.as_ref().is_some_and(Device::is_down);
    let rules_source = is_denied.then(|| sources::nac_rules(org));
    let alarms_source = (!is_denied && !is_ap_down).then(|| sources::alarms(site, window));
    // The devices of the site name the switch and the other access points.
    let is_asked = !is_ap_down && ask.calls_left() > 1 && has_unnamed_device(ap.as_ref(), &ports, &own);
    let names_source = is_asked.then(|| sources::site_inventory(org, site).of_names());
    let taken = [rules_source.is_some(), alarms_source.is_some(), is_asked].map(usize::from);
    let more_source =
        MoreSources::of(ask, (site, window), taken.iter().sum(), &found, &stats, &ports, is_ap_down);
    let (rules, alarm_rows, names, more) = join!(
        ask.rows_if(rules_source.as_ref()),
        ask.rows_if(alarms_source.as_ref()),
        ask.rows_if(names_source.as_ref()),
        more_source.read(ask)
    );
    let mut named = locate::devices_of(&names);
    if is_denied {
        refused = nac::refused(&nac_events, &who, rule_names(&rules));
    }
    // Why an access point is down follows from the other devices of the site.
    let site_known = match &ap {
        Some(ap) if ap.is_down() => site_devices(ask, site).await,
        _ => (Vec::new(), String::new()),
    };
    named.extend(site_known.0.iter().cloned());
    let (ap_of, now, end) = (ap.as_ref(), ask.now(), window.end);
    let case = client::ClientCase { client: &found, events: &own, others: &others, ap: ap_of, now, end };
    let unreachable = nac::server_unreachable(&own, &others, &[], &who).filter(|_| refused.is_none());
    let explained = refused.clone().or(unreachable);
    let see = |source: &DataSource| {
        let source = source.clone();
        move |finding: Finding| finding.see_or(&source)
    };
    let mut findings: Vec<_> =
        client::stages(&case, explained.is_some()).into_iter().map(see(&events_source)).collect();
    findings.extend(explained.map(|finding| {
        if refused.is_some() { finding.see(&nac_source) } else { finding.see(&events_source) }
    }));
    // A client that is not connected has no statistics.
    let signal_source = if stats.is_empty() { &events_source } else { &stats_source };
    findings.extend(client::signal(&case).map(see(signal_source)));
    let ap_row = ap_rows.first().map_or(Value::Null, |row| row.value().clone());
    findings.extend(
        ap_source.as_ref().and_then(|source| Some(client::radio(&case, Row::of(&ap_row))?.see(source))),
    );
    let switch = ap.as_ref().and_then(|ap| upstream_switch(ap, &ports, &named));
    findings.extend(more.findings(&more_source, (&named, switch.as_ref()), ask.now(), &found));
    if let Some(ap) = &ap {
        findings.extend(missing_vlan(ap, switch.as_ref(), &ports, &alarm_rows, &found, ask.now()));
        findings.extend(access_point(ap, (site_known, switch), &ports, &ap_events, &found, ask.now()));
    }
    findings.extend(client::alone(&case, &findings).map(see(&events_source)));
    if own.is_empty() && events.is_seen() {
        ask.nothing_there("client events", "there are none in this time");
    }
    client_facts(Diagnosis::about(connection_state(&found, &stats, ask)), &found)
        .fact("access_point", ap.as_ref().map(Device::called))
        .view("client", views::client(&found, ap.as_ref()))
        .view("timeline", views::timeline(own.iter().chain(&nac_events), ap.iter().chain(&named)))
        .view("sessions", views::sessions(&own, ap.iter().chain(&named)))
        .view("signal", views::signal(&own))
        .findings(findings)
}

/// What is read of a client's surroundings as far as requests remain: its WLAN, where it is not connected, and the ports and
/// events of the switch above its access point.
struct MoreSources {
    wlans: Option<DataSource>,
    ports: Option<DataSource>,
    events: Option<DataSource>,
}

/// What was read by them.
struct More {
    wlans: Rows,
    ports: Vec<Port>,
    events: Vec<Event>,
}

impl MoreSources {
    fn of(
        ask: &Inquiry,
        (site, window): (&str, &Window),
        taken: usize,
        found: &Client,
        stats: &Rows,
        ports: &[Port],
        is_ap_down: bool,
    ) -> Self {
        let mut left = ask.calls_left().saturating_sub(taken);
        let is_away = stats.is_seen() && stats.is_empty() && found.ssid.is_some();
        let wlans = DataSource::new("WLANs", "listSiteWlanDerived").with("site_id", site).list().of_things();
        let wlans = is_away.then(|| ask.within(&mut left, wlans)).flatten();
        // Why an access point is down follows from the devices of its site, which are read then.
        let switch = ports.first().filter(|_| !is_ap_down).map(|port| port.device.as_str());
        let ports = switch.and_then(|mac| {
            let source =
                DataSource::new("ports of the switch", "searchSiteSwOrGwPorts").with("site_id", site);
            ask.within(&mut left, source.with("mac", mac).with("limit", sources::ROWS).of_things())
        });
        let events =
            switch.and_then(|mac| ask.within(&mut left, sources::events_of(site, mac, "switch", window)));
        Self { wlans, ports, events }
    }

    async fn read(&self, ask: &Inquiry) -> More {
        let (wlans, ports, events) = join!(
            ask.rows_if(self.wlans.as_ref()),
            ask.rows_if(self.ports.as_ref()),
            ask.rows_if(self.events.as_ref())
        );
        More {
            wlans,
            ports: ports.iter().filter_map(Port::of).collect(),
            events: events.iter().filter_map(Event::of).collect(),
        }
    }
}

impl More {
    /// What is wrong with the WLAN, and with the uplinks of the switch: these are less likely the reason than what is near the
    /// client.
    fn findings(
        &self,
        sources: &MoreSources,
        (named, switch): (&[Device], Option<&Device>),
        now: i64,
        found: &Client,
    ) -> Vec<Finding> {
        let known: Vec<_> = named.iter().chain(switch).cloned().collect();
        let context = PortContext::new(now, &known, &self.ports, &self.events);
        let lowered = |finding: Finding| {
            let weight = finding.relevance().min(70).saturating_sub(8);
            finding.weight(weight)
        };
        let uplinks = uplinks(&self.ports, &context, None, found).into_iter().map(lowered);
        uplinks.chain(disabled_wlan(&self.wlans, sources.wlans.as_ref(), found)).collect()
    }
}

/// The WLAN of a client that is not connected, where it is disabled.
pub(crate) fn disabled_wlan(wlans: &Rows, source: Option<&DataSource>, found: &Client) -> Option<Finding> {
    let ssid = found.ssid.as_deref()?;
    let mut own = wlans.iter().filter(|row| row.is("ssid", ssid)).peekable();
    own.peek()?;
    // Several WLANs may have one SSID.
    own.all(|row| row.flag("enabled") == Some(false)).then(|| {
        Finding::new(&c::WLAN_OFF, Severity::Critical, format!("The WLAN {} is disabled.", name(ssid)))
            .on(Object::wlan(ssid))
            .on(found.object())
            .weight(95)
            .evidence("enabled", false)
            .see(source)
    })
}

/// Whether a client is connected, as the beginning of the verdict.
fn connection_state(found: &Client, stats: &Rows, ask: &Inquiry) -> String {
    let called = found.called();
    match (stats.is_empty(), found.last_seen) {
        (false, _) => format!("{called} is connected"),
        // Wireless statistics say nothing of a client of access control, which may be behind a switch.
        (true, Some(seen)) if found.medium != Medium::Wireless => {
            format!("{called} was last seen {}", ask.ago(seen))
        }
        (true, Some(seen)) if stats.is_seen() => {
            format!("{called} is not connected and was last seen {}", ask.ago(seen))
        }
        _ => called,
    }
}

/// Whether ports or events of a client show a device whose name is not known: a switch that its access point does not
/// name, or another access point.
fn has_unnamed_device(ap: Option<&Device>, ports: &[Port], events: &[Event]) -> bool {
    let is_other = |mac: &str| ap.is_none_or(|ap| !ap.has_mac(mac));
    let is_switch_nameless = ap.is_some_and(|ap| ap.lldp_neighbor.name.is_none()) && !ports.is_empty();
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
    let of_path: Vec<_> = alarms::active(&alarms, &[])
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
        .map(|alarm| alarm.led_by(|mac| ap.has_mac(mac)))
        .collect();
    let of_path: Vec<_> = of_path.iter().collect();
    alarms::findings(&of_path, &devices, |_| None, now)
        .into_iter()
        .map(|finding| finding.weight(90).on(ap.object()).on(found.object()))
        .collect()
}

/// The devices of a site, and its name.
async fn site_devices(ask: &Inquiry, site: &str) -> (Vec<Device>, String) {
    let stats = sources::device_stats(site);
    let is_nameless = ask.resolved_name(site).is_none();
    let about = (is_nameless && ask.calls_left() > 1).then(|| sources::site(site));
    let (stats, about) = join!(ask.rows(&stats), ask.rows_if(about.as_ref()));
    (locate::devices_at(site, &stats), name_of_site(ask, &about, site))
}

/// The switch above an access point, with the name that the inventory or the access point has for it.
fn upstream_switch(ap: &Device, ports: &[Port], named: &[Device]) -> Option<Device> {
    let port = ports.iter().find(|port| port.has_neighbor(&ap.mac, ap.name.as_deref()))?;
    let known = named.iter().find(|device| device.has_mac(&port.device));
    let name = known.and_then(|device| device.name.clone()).or_else(|| ap.lldp_neighbor.name.clone())?;
    Some(Device {
        mac: port.device.clone(),
        name: Some(name),
        kind: "switch".to_owned(),
        ..Device::default()
    })
}

/// What is wrong with the access point of a client, as far as it explains the client's trouble. With it come the devices
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
    let context = PortContext::new(now, &site, ports, &events);
    let case = device::DeviceCase {
        device: ap,
        site: &site,
        site_name: &site_name,
        events: &events,
        ports,
        context: &context,
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
            let weight = if ap.is_down() {
                finding.relevance()
            } else {
                finding.relevance().min(70).saturating_sub(8)
            };
            finding.weight(weight)
        })
        .filter(|finding| finding.relevance() >= 50)
        .collect();
    if ap.is_down() && findings.is_empty() {
        findings.push(device::single_outage(ap, &site, now).weight(90));
    }
    findings.into_iter().map(|finding| finding.on(found.object())).collect()
}
