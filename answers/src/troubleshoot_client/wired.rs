//! Why a wired client has trouble.

use mistmcp::answers::{DataSource, Diagnosis, Finding, Inquiry, Severity, Window, join};

use super::{client_facts, rule_names, uplinks};
use crate::facts::{Alarm, Client, Device, Event, Port};
use crate::rules::ports::{self, PortContext};
use crate::rules::tree::DeviceTree;
use crate::rules::{alarms, device, nac, upgrading};
use crate::site_state::site_name;
use crate::{causes as c, locate, sources, views};

/// Reads the client's switch port and the events and alarms there, and applies the rules.
pub(super) async fn wired(ask: &Inquiry, org: &str, site: &str, found: Client, window: &Window) -> Diagnosis {
    let switch = found.device.clone();
    let ports_source =
        DataSource::new("ports", "searchSiteSwOrGwPorts").with("site_id", site).with("limit", sources::ROWS);
    let ports_source = match &switch {
        Some(mac) => ports_source.with("mac", mac.as_str()),
        None => ports_source.with("neighbor_mac", found.mac.as_str()),
    };
    let switch_events = switch.as_deref().map(|mac| sources::events_of(site, mac, "switch", window));
    let nac_source = sources::nac_events(org, &found.mac, window);
    let alarms_source = sources::alarms(site, window);
    let inventory_source = sources::inventory(org).with("site_id", site);
    let (port_rows, events, nac_rows, alarm_rows, inventory) = join!(
        ask.rows(&ports_source),
        ask.rows_if(switch_events.as_ref()),
        ask.rows(&nac_source),
        ask.rows(&alarms_source),
        ask.rows(&inventory_source),
    );
    let devices = locate::devices_of(&inventory);
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let events: Vec<_> = events.iter().filter_map(Event::of).collect();
    let nac_events: Vec<_> = nac_rows.iter().filter_map(Event::of).collect();
    let context = PortContext::new(ask.now(), &devices, &ports, &events);
    let own = ports.iter().find(|port| {
        found.port.as_deref().map_or_else(
            || port.has_neighbor(&found.mac, None),
            |id| port.id == id && switch.as_deref().is_none_or(|mac| port.device == mac),
        )
    });
    let called = found.called();
    let who = nac::Subject { called: &called, client: Some(&found), now: ask.now() };
    let mut refused = nac::refused(&nac_events, &who, |_| None);
    if refused.as_ref().is_some_and(|finding| finding.cause().name == c::AUTH_DENIED.name) {
        let rules = ask.rows(&sources::nac_rules(org)).await;
        refused = nac::refused(&nac_events, &who, rule_names(&rules));
    }
    let device = devices.iter().find(|device| switch.as_deref().is_some_and(|mac| device.has_mac(mac)));
    let mut findings: Vec<Finding> = Vec::new();
    if let Some(device) = device.filter(|device| device.is_down()) {
        let here: Vec<_> =
            devices.iter().filter(|other| other.site.as_deref() == Some(site)).cloned().collect();
        if device::site_down(&here, site, ask.now()).is_some() {
            findings.extend(device::site_down(&here, &site_name(ask, site).await, ask.now()));
        }
        let tree = DeviceTree::of(&here, &ports);
        let behind = tree.behind(device);
        findings.push(match upgrading::upgrade(device, &events, ask.now()) {
            Some(upgrade) => upgrade.finding(&behind, ask.now()).weight(95),
            None => device::upstream_outage(device, &behind, &here, ask.now()).weight(95),
        });
    }
    if let Some(port) = own {
        findings.extend(ports::port(&of_client(port, &found), &context).into_iter().map(|finding| {
            let weight = finding.relevance().saturating_add(18).min(90);
            finding.weight(weight).on(found.object())
        }));
    } else if port_rows.is_seen() {
        ask.nothing_there("port of the client", "no port is known for it");
    }
    findings.extend(uplinks(&ports, &context, own, &found));
    findings.extend(without_server(device, own, &found, &events, ask.now()));
    if !findings.iter().any(|finding| finding.cause().name == c::PORT_AUTH_FAILED.name) {
        findings
            .extend(unauthenticated(&found).map(|finding| finding.see(&wired_client(org, site, &found.mac))));
    }
    findings.extend(refused.map(|finding| finding.see(&nac_source)));
    let alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    let of_port: Vec<_> = alarms::active(&alarms, &events)
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
    client_facts(Diagnosis::about(state), &found)
        .fact("switch", device.map(Device::called))
        .fact("port_up", own.and_then(|port| port.up))
        .fact("port_speed", own.and_then(|port| port.speed))
        .view("client", views::client(&found, device))
        .view("timeline", views::timeline(&nac_events, &devices))
        .findings(findings)
}

/// A port with the client as what is connected to it, also where the port has never heard of it.
fn of_client(port: &Port, client: &Client) -> Port {
    let neighbor = port.neighbor_mac.clone().unwrap_or_else(|| client.mac.clone());
    Port { neighbor_mac: Some(neighbor), ..port.clone() }
}

/// A client that its switch port does not authenticate, by its own row.
fn unauthenticated(client: &Client) -> Option<Finding> {
    // One that is connecting may yet get in.
    let state =
        client.auth_state.as_deref().filter(|state| ports::is_refused(state) && *state != "connecting")?;
    let summary =
        format!("{} fails the authentication of its switch port (802.1X state: {state}).", client.called());
    let finding = Finding::new(&c::PORT_AUTH_FAILED, Severity::Critical, summary).on(client.object());
    Some(finding.weight(88).evidence("auth_state", state))
}

/// The switch of a client that is not authenticated, where it cannot reach its RADIUS server.
fn without_server(
    switch: Option<&Device>,
    own: Option<&Port>,
    found: &Client,
    events: &[Event],
    now: i64,
) -> Option<Finding> {
    let is_refused =
        own.is_some_and(ports::is_held) || found.auth_state.as_deref().is_some_and(ports::is_refused);
    let finding = device::radius(switch.filter(|_| is_refused)?, events, &[], now)?;
    let port = own.map(|port| format!("{} {}", port.device, port.id));
    Some(finding.on(found.object()).affects(port).affects([found.mac.as_str()]).weight(93))
}

/// A wired client in the search.
fn wired_client(org: &str, site: &str, mac: &str) -> DataSource {
    DataSource::new("wired clients", "searchOrgWiredClients")
        .with("org_id", org)
        .with("site_id", site)
        .with("mac", mac)
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;
    use crate::facts::Medium;

    #[test]
    fn a_client_fails_in_the_states_in_which_its_port_lets_nothing_through() {
        let is_found = |state: &str| {
            let row = json!({ "mac": "3c5282000001", "dhcp_hostname": "till-1", "auth_state": state });
            unauthenticated(&Client::of(Row::of(&row), Medium::Wired).unwrap()).is_some()
        };
        for state in ["held", "Unauthorized", "unauthenticated", "rejected", "denied", "failed"] {
            assert!(is_found(state), "{state}");
        }
        for state in ["authenticated", "connecting", "permit", ""] {
            assert!(!is_found(state), "{state}");
        }
    }
}
