//! `troubleshootClient`: why a client has trouble.

mod wired;
mod wireless;

use mistmcp::answers::{Cause, Diagnosis, Finding, Inquiry, Rows, Window, answer, name};
use mistmcp::{Call, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::causes as c;
use super::facts::{Client, Event, Medium, Port};
use super::locate_client::{self, Search};
use super::rules::ports::{self, PortContext};

use wired::wired;
pub(super) use wireless::disabled_wlan;
use wireless::wireless;

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
        &c::WLAN_OFF,
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
        let search = Search::new(&ask, org_id.as_str(), site, ("client", &client));
        let found = match locate_client::find_client(&ask, &search).await {
            Ok(found) => found,
            Err(unknown) => return Ok(unknown),
        };
        Ok(match (found.medium, found.site.clone()) {
            (_, None) => {
                ask.nothing_there("site", "the client has none");
                client_facts(Diagnosis::about(found.called()), &found)
            }
            (Medium::Wan, Some(_)) => behind_gateway(&ask, &found),
            (Medium::Wired, Some(site)) => wired(&ask, org_id.as_str(), &site, found, &window).await,
            (_, Some(site)) => wireless(&ask, org_id.as_str(), &site, found, &window).await,
        })
    })
    .await
}

/// A client that only a WAN gateway sees: nothing tells of its trouble.
fn behind_gateway(ask: &Inquiry, found: &Client) -> Diagnosis {
    let called = found.called();
    ask.nothing_there("wireless and wired client", "only a WAN gateway sees it");
    let seen = found.last_seen.map_or(String::new(), |seen| format!(" and was last seen {}", ask.ago(seen)));
    let words = format!(
        "{called} is a client behind a WAN gateway{seen}. No access point and no switch sees it, so nothing is known about \
         its trouble."
    );
    client_facts(Diagnosis::unknown(words), found)
}

/// Events of other clients: those of a site without the client's own.
pub(super) fn events_of_others(all: &Rows, own: &[Event], mac: &str) -> Vec<Event> {
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

/// What is wrong with the uplinks of a client's switch, other than its own port. Those of a dead switch have no current state.
fn uplinks(ports: &[Port], context: &PortContext<'_>, own: Option<&Port>, client: &Client) -> Vec<Finding> {
    let uplinks = ports.iter().filter(|port| port.uplink && own.is_none_or(|own| own.id != port.id));
    let uplinks = uplinks.filter(|port| context.device(port).is_none_or(|device| !device.is_down()));
    let found = uplinks.flat_map(|port| ports::port(port, context));
    found.map(|finding| finding.on(client.object())).collect()
}

/// Names a rule by its id.
pub(super) fn rule_names(rules: &Rows) -> impl Fn(&str) -> Option<String> {
    move |id| rules.iter().find(|row| row.is("id", id)).and_then(|row| row.text("name"))
}

/// The facts about a client.
pub(super) fn client_facts(diagnosis: Diagnosis, found: &Client) -> Diagnosis {
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
