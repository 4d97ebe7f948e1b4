//! `troubleshootAuthentication`: why a client or user does not get in.

use mistmcp::answers::{Cause, DataSource, Diagnosis, Finding, Inquiry, Rows, Window, answer, join, name};
use mistmcp::{Call, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::{Client, Event, Medium};
use super::locate_client::{self, Search};
use super::rules::{client, nac};
use super::troubleshoot_client::{client_facts, disabled_wlan, events_of_others, rule_names};
use super::{causes as c, sources};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] =
    &[c::SIGN_IN, &[&c::POSTURE_FAILED, &c::CAPTIVE_PORTAL_FAILURE, &c::WLAN_OFF, &c::NEVER_SEEN]];

/// Why a client or user does not get in: rule, certificate, password, device management, RADIUS server, passphrase.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn troubleshoot_authentication(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    /// The client or user: MAC address, user, certificate name or host name.
    #[brief = "MAC, user, certificate or host name"]
    who: String,
    site_id: Option<SiteId>,
    #[flatten] window: TimeWindow,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let window = Window::of(&window, &ask)?;
        let site = site_id.as_ref().map(SiteId::as_str);
        let search = Search::new(&ask, org_id.as_str(), site, ("who", &who));
        Ok(match locate(&ask, &search, &who).await {
            Ok(found) => find(&ask, org_id.as_str(), site, &found, &window).await,
            Err(unknown) => unknown,
        })
    })
    .await
}

/// The kinds of clients that sign in.
const KINDS: [Medium; 3] = [Medium::Nac, Medium::Wireless, Medium::Wired];

/// Finds the client among NAC and wireless clients, or else among the wired ones.
async fn locate(ask: &Inquiry, search: &Search, who: &str) -> Result<Client, Diagnosis> {
    let (nac, wireless) = join!(search.rows(ask, Medium::Nac), search.rows(ask, Medium::Wireless));
    let mut found = search.fitting(&[(&wireless, Medium::Wireless), (&nac, Medium::Nac)]);
    let mut wired = Rows::default();
    if found.is_empty() {
        wired = search.rows(ask, Medium::Wired).await;
        found = search.fitting(&[(&wired, Medium::Wired)]);
    }
    if found.is_empty() && !(nac.is_seen() && wireless.is_seen() && wired.is_seen()) {
        let called = name(who);
        return Err(Diagnosis::unknown(format!(
            "{called} was not found, but not every kind of client could be looked at, so nothing is known."
        )));
    }
    if found.is_empty()
        && let Some(elsewhere) = locate_client::seen_elsewhere(ask, search, &KINDS).await
    {
        return Err(elsewhere);
    }
    // A user with several devices: the one that failed last is meant.
    if found.len() > 1
        && found
            .iter()
            .all(|client| client.user.as_deref().is_some_and(|user| user.eq_ignore_ascii_case(who.trim())))
    {
        let denied =
            |client: &&Client| client.auth_state.as_deref().is_some_and(|state| state.contains("den"));
        let meant = found.iter().find(denied).or_else(|| found.first()).cloned();
        found = meant.into_iter().collect();
    }
    locate_client::single_client(ask, search, &found, &[&nac, &wireless, &wired])
}

async fn find(
    ask: &Inquiry,
    org: &str,
    asked_site: Option<&str>,
    found: &Client,
    window: &Window,
) -> Diagnosis {
    let mac = found.mac.as_str();
    let site = asked_site.or(found.site.as_deref());
    let wireless = site.filter(|_| found.medium != Medium::Wired);
    let nac_source = sources::nac_events(org, mac, window);
    let events_source = wireless.map(|site| sources::events_of_client(site, mac, window));
    let others_source = wireless.map(|site| sources::events_of_other_clients(site, window));
    let devices_source = site.map(|site| sources::device_events(site, window));
    let rules_source = sources::nac_rules(org);
    let macs_source = DataSource::new("user MAC addresses", "searchOrgUserMacs")
        .of_names()
        .with("org_id", org)
        .with("mac", mac)
        .with("limit", 10);
    let wlans_source = wireless
        .map(|site| DataSource::new("WLANs", "listSiteWlanDerived").with("site_id", site).list().of_things());
    let (nac_rows, events, others, devices, rules, macs, wlans) = join!(
        ask.rows(&nac_source),
        ask.rows_if(events_source.as_ref()),
        ask.rows_if(others_source.as_ref()),
        ask.rows_if(devices_source.as_ref()),
        ask.rows(&rules_source),
        ask.rows(&macs_source),
        ask.rows_if(wlans_source.as_ref()),
    );
    let own: Vec<_> = events.iter().filter_map(Event::of).collect();
    let others = events_of_others(&others, &own, mac);
    let nac_events: Vec<_> = nac_rows.iter().filter_map(Event::of).collect();
    let devices: Vec<_> = devices.iter().filter_map(Event::of).collect();
    let called = found.called();
    let who = nac::Subject { called: &called, client: Some(found), now: ask.now() };
    let refused = nac::refused(&nac_events, &who, rule_names(&rules)).map(|finding| finding.see(&nac_source));
    // What access control answered, it has said.
    let unreachable = nac::server_unreachable(&own, &others, &devices, &who).filter(|_| refused.is_none());
    let case = client::ClientCase {
        client: found,
        events: &own,
        others: &others,
        ap: None,
        now: ask.now(),
        end: window.end,
    };
    let mut findings: Vec<Finding> = Vec::new();
    if refused.is_none() && unreachable.is_none() {
        findings.extend(client::authorization(&case));
    }
    findings.extend(
        client::stages(&case, true)
            .into_iter()
            .filter(|finding| finding.cause().name == c::CAPTIVE_PORTAL_FAILURE.name),
    );
    // A wired client signs in through its switch, which has no events of clients.
    let switch = found.device.as_deref().filter(|_| found.medium == Medium::Wired);
    let admitted =
        nac_events.iter().filter(|event| nac::was_admitted(&event.kind)).map(|event| event.time).max();
    let silent = switch.and_then(|mac| nac::switch_without_server(&devices, mac, &who, admitted));
    findings.extend(silent.filter(|_| refused.is_none()));
    findings.extend(unreachable);
    let shown = findings
        .into_iter()
        .map(|finding| events_source.as_ref().map_or(finding.clone(), |source| finding.see_or(source)));
    let findings: Vec<_> = shown.chain(refused).collect();
    if nac_events.is_empty() && own.is_empty() && nac_rows.is_seen() {
        ask.nothing_there("sign-ins", "there is no event of this client in this time");
    }
    let off = disabled_wlan(&wlans, wlans_source.as_ref(), found);
    // Several WLANs may have one SSID.
    let mut of_ssid: Vec<_> = found
        .ssid
        .as_deref()
        .map_or_else(Vec::new, |ssid| wlans.iter().filter(|row| row.is("ssid", ssid)).collect());
    of_ssid.sort_by_key(|row| row.flag("enabled") == Some(false));
    let wlan = of_ssid.first();
    let servers =
        wlan.map(|row| row.rows("auth_servers").filter_map(|server| server.text("host")).collect::<Vec<_>>());
    let last = nac_events.iter().max_by_key(|event| event.time);
    client_facts(Diagnosis::about(format!("The sign-in of {called}")), found)
        .fact("last_nac_event", last.map(|event| event.kind.clone()))
        .fact(
            "rule",
            last.and_then(|event| event.rule.as_deref())
                .and_then(rule_names(&rules))
                .or_else(|| found.rule.clone()),
        )
        .fact("labels", macs.first().map(|row| row.texts("labels")))
        .fact("wlan_auth", wlan.and_then(|row| row.text("auth.type")))
        .fact("auth_servers", servers)
        .findings(findings)
        .findings(off)
}
