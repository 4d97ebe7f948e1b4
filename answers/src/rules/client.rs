//! Rules for clients: the stage of the connection that fails, the signal, and the radio.

mod stages;

use mistmcp::answers::{Cause, DataSource, Finding, Object, Row, Severity, count, name, times};

use crate::facts::{Client, Device, Event, Stage, stage_of};
use crate::thresholds as t;
use crate::{causes as c, evidence};

pub(crate) use stages::{authorization, stages};

/// The input of the rules for a client.
#[derive(Clone, Debug)]
pub(crate) struct ClientCase<'a> {
    pub(crate) client: &'a Client,
    /// Its own events in the window.
    pub(crate) events: &'a [Event],
    /// Events of the other clients of its site.
    pub(crate) others: &'a [Event],
    pub(crate) ap: Option<&'a Device>,
    pub(crate) now: i64,
    pub(crate) end: i64,
}

impl ClientCase<'_> {
    fn called(&self) -> String {
        self.client.called()
    }

    /// A finding with the client, its WLAN and its access point.
    fn finding(&self, cause: &'static Cause, severity: Severity, summary: String) -> Finding {
        let mut finding = Finding::new(cause, severity, summary).on(self.client.object());
        let ssid = self.latest().and_then(|event| event.ssid.clone()).or_else(|| self.client.ssid.clone());
        if let Some(ssid) = ssid {
            finding = finding.on(Object::wlan(&ssid));
        }
        if let Some(ap) = self.ap {
            finding = finding.on(ap.object());
        }
        match self.client.vlan {
            Some(vlan) => finding.on(Object::vlan(&vlan.to_string())),
            None => finding,
        }
    }

    /// The call that shows events of the client.
    fn shown_by(&self, events: &[&Event]) -> Option<DataSource> {
        evidence::events_of_client(self.client.site.as_deref()?, &self.client.mac, events)
    }

    fn latest(&self) -> Option<&Event> {
        self.events.iter().max_by_key(|event| event.time)
    }

    fn is_wireless_key(&self, events: &[&Event]) -> bool {
        let psk = self.client.auth.as_deref().is_some_and(|auth| {
            let auth = auth.to_lowercase();
            auth.contains("psk") || auth.contains("sae")
        });
        let handshake = |event: &&Event| {
            event.reason == Some(15)
                || event.kind.contains("SAE")
                || event.text.as_deref().is_some_and(|text| {
                    let text = text.to_lowercase();
                    text.contains("4-way")
                        || text.contains("four-way")
                        || text.contains("handshake")
                        || text.contains("mic ")
                })
        };
        let enterprise = events.iter().any(|event| event.reason == Some(23));
        events.iter().any(handshake) || (psk && !enterprise)
    }
}

/// A client that its access point receives too weakly, now or when it was last here.
pub(crate) fn signal(case: &ClientCase<'_>) -> Option<Finding> {
    let client = case.client;
    let mut heard: Vec<_> = case.events.iter().filter_map(|event| event.rssi).collect();
    heard.sort_by(f64::total_cmp);
    let rssi = client
        .rssi
        .or_else(|| heard.get(heard.len() / 2).copied().filter(|_| heard.len() >= t::MIN_FAILURES));
    let weak = rssi.is_some_and(|rssi| rssi < t::WEAK_RSSI);
    let noisy = client.snr.is_some_and(|snr| snr > 0.0 && snr < t::WEAK_SNR);
    if !weak && !noisy {
        return None;
    }
    let unusable = rssi.is_some_and(|rssi| rssi < t::UNUSABLE_RSSI)
        || client.snr.is_some_and(|snr| snr > 0.0 && snr < t::WEAK_SNR / 1.5);
    let ap = case
        .ap
        .map_or_else(|| "Its access point".to_owned(), |ap| format!("The access point {}", ap.called()));
    let level = match (rssi.filter(|_| weak), client.snr) {
        (Some(rssi), _) if client.rssi.is_some() => format!("at only {rssi} dBm"),
        (Some(rssi), _) => format!("at only {rssi} dBm, the median of its events"),
        (None, snr) => format!("with an SNR of only {} dB", snr.unwrap_or_default()),
    };
    Some(
        case.finding(&c::WEAK_SIGNAL, Severity::Warning, format!("{ap} receives {} {level}.", case.called()))
            .weight(if unusable { 78 } else { 64 })
            .evidence("rssi", rssi)
            .evidence("snr", client.snr)
            .evidence("band", client.band.clone())
            .evidence("channel", client.channel),
    )
}

/// The radio of a client that is busy. `stats` is the row of its access point.
pub(crate) fn radio(case: &ClientCase<'_>, stats: Row<'_>) -> Option<Finding> {
    let band = case.client.band.as_deref().or_else(|| case.latest()?.band.as_deref())?;
    let radio = stats.at(&format!("radio_stat.band_{band}"));
    let used = radio.number("util_all");
    let clients = radio.integer("num_clients");
    let busy = used.is_some_and(|used| used >= t::BUSY_CHANNEL);
    let crowded = clients.is_some_and(|clients| clients >= t::MANY_CLIENTS);
    if !busy && !crowded {
        return None;
    }
    let ap = case.ap?;
    let band_name = match band {
        "24" => "2.4",
        other => other,
    };
    let what = match used.filter(|_| busy) {
        Some(used) => format!("is busy {used:.0}% of the time"),
        None => format!("has {}", count(usize::try_from(clients.unwrap_or_default()).unwrap_or(0), "client")),
    };
    Some(
        Finding::new(
            &c::RADIO_CONGESTED,
            Severity::Warning,
            format!("The {band_name} GHz radio of {} {what}.", ap.called()),
        )
        .on(ap.object())
        .on(case.client.object())
        .weight(74)
        .evidence("util_all", used)
        .evidence("util_non_wifi", radio.number("util_non_wifi"))
        .evidence("num_clients", clients)
        .evidence("channel", radio.integer("channel")),
    )
}

/// A client that has trouble, or leaves again and again, while nothing around it explains that.
pub(crate) fn alone(case: &ClientCase<'_>, others: &[Finding]) -> Option<Finding> {
    if others.iter().any(|finding| finding.relevance() >= 64) {
        return None;
    }
    let leaves =
        case.events.iter().filter(|event| matches!(stage_of(&event.kind), Some((Stage::Disconnect, _))));
    let leaves: Vec<_> = leaves.collect();
    let failures = case
        .events
        .iter()
        .filter(|event| matches!(stage_of(&event.kind), Some((_, false))))
        .filter(|event| !has_passed_since(case.events, event))
        .count();
    if leaves.len() < t::MANY_REASSOCIATIONS && failures < 2 * t::MIN_FAILURES {
        return None;
    }
    let around = case.others.iter().filter(|event| matches!(stage_of(&event.kind), Some((_, false)))).count();
    let what = if leaves.len() >= t::MANY_REASSOCIATIONS {
        format!("disconnected {} by itself", times(leaves.len()))
    } else {
        format!("failed to connect {}", times(failures))
    };
    Some(
        case.finding(
            &c::CLIENT_ALONE,
            Severity::Warning,
            format!(
                "{} {what}, and nothing around it explains that: check the client itself.",
                case.called()
            ),
        )
        .weight(62)
        .since(leaves.iter().map(|event| event.time).min())
        .evidence("leaves", leaves.len())
        .evidence("failures", failures)
        .evidence("failures_of_others", around)
        .evidence("reason_code", leaves.first().and_then(|event| event.reason))
        .see(case.shown_by(&leaves).as_ref()),
    )
}

/// Whether the stage that an event failed at was passed later.
fn has_passed_since(events: &[Event], failure: &Event) -> bool {
    let stage = stage_of(&failure.kind).map(|(stage, _)| stage);
    events.iter().any(|event| {
        event.time > failure.time
            && stage_of(&event.kind).is_some_and(|(other, good)| good && Some(other) == stage)
    })
}

/// A client that is in no list of clients.
pub(crate) fn never_seen(text: &str, days: i64) -> Finding {
    let called = name(text);
    Finding::new(
        &c::NEVER_SEEN,
        Severity::Warning,
        format!(
            "No client with the name, user, IP address or MAC address {called} was seen in the last {days} days."
        ),
    )
    .on(Object::client(&called))
}

/// A text that fits no client, device or site.
pub(crate) fn nothing_fits(text: &str, days: i64) -> Finding {
    let called = name(text);
    Finding::new(
        &c::NEVER_SEEN,
        Severity::Warning,
        format!(
            "No client of the last {days} days, no device and no site has the name, user, IP address, MAC address or serial \
             number {called}."
        ),
    )
    .on(Object::client(&called))
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::facts::Medium;
    use crate::facts::test_rows::merge;

    fn client(more: &Value) -> Client {
        let mut row = json!({ "mac": "8c8caa000001", "hostname": "laptop-1", "ssid": "Staff", "band": "5" });
        merge(&mut row, more);
        Client::of(Row::of(&row), Medium::Wireless).unwrap()
    }

    fn event(kind: &str, time: i64, more: &Value) -> Event {
        let mut row = json!({ "type": kind, "timestamp": time, "ssid": "Staff" });
        merge(&mut row, more);
        Event::of(Row::of(&row)).unwrap()
    }

    fn all(kinds: &[(&str, i64)]) -> Vec<Event> {
        kinds.iter().map(|(kind, time)| event(kind, *time, &json!({}))).collect()
    }

    fn case<'a>(client: &'a Client, events: &'a [Event], others: &'a [Event], now: i64) -> ClientCase<'a> {
        ClientCase { client, events, others, ap: None, now, end: now }
    }

    fn causes(events: &[Event], more: &Value) -> Vec<&'static str> {
        let client = client(more);
        let case = case(&client, events, &[], 1_000);
        let mut found = stages(&case, false);
        found.extend(signal(&case));
        found.extend(alone(&case, &found));
        found.iter().map(|finding| finding.cause().name).collect()
    }

    #[test]
    fn the_stage_that_fails_is_the_cause() {
        for (kind, cause) in [
            ("CLIENT_ASSOCIATION_FAILURE", "association_refused"),
            ("MARVIS_EVENT_CLIENT_DHCP_FAILURE", "dhcp_failure"),
            ("CLIENT_GW_ARP_FAILURE", "gateway_arp_failure"),
            ("MARVIS_DNS_FAILURE", "dns_failure"),
            ("MARVIS_EVENT_CAPTIVE_PORTAL_FAILURE", "captive_portal_failure"),
            ("MARVIS_EVENT_CLIENT_FBT_FAILURE", "roaming_failure"),
            ("MARVIS_EVENT_SAE_AUTH_FAILURE", "wrong_key"),
            ("MARVIS_EVENT_CLIENT_AUTH_DENIED", "auth_denied"),
        ] {
            assert_eq!(causes(&all(&[(kind, 800), (kind, 900)]), &json!({})), [cause], "{kind}");
        }
    }

    #[test]
    fn that_no_other_client_fails_is_told_only_where_none_does() {
        let events =
            all(&[("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 800), ("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 900)]);
        let words = |others: u32| {
            let other = |number: u32| {
                let mac = json!({ "mac": format!("8c8caa0001{number:02}") });
                event("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 850, &mac)
            };
            let others: Vec<_> = (0..others).map(other).collect();
            let client = client(&json!({}));
            let case = case(&client, &events, &others, 1_000);
            let found = stages(&case, false);
            let found = found.first().unwrap().summary();
            (found.contains("no other client"), found.contains("other clients of the site fail as well"))
        };
        assert_eq!([words(0), words(1), words(4)], [(true, false), (false, false), (false, true)]);
    }

    #[test]
    fn a_stage_that_was_passed_since_is_no_cause() {
        for events in [
            all(&[("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 800), ("CLIENT_IP_ASSIGNED", 900)]),
            all(&[
                ("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 700),
                ("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 800),
                ("CLIENT_IP_ASSIGNED", 900),
            ]),
            all(&[("MARVIS_EVENT_CLIENT_DHCPV6_STUCK", 800), ("MARVIS_EVENT_CLIENT_DHCPV6_STUCK", 900)]),
            all(&[("SOMETHING_NEW", 900)]),
        ] {
            assert!(causes(&events, &json!({})).is_empty(), "{events:?}");
        }
    }

    #[test]
    fn a_trouble_that_is_over_is_no_cause_and_one_that_comes_again_and_again_is() {
        for (failure, success) in [
            ("CLIENT_ASSOCIATION_FAILURE", "CLIENT_ASSOCIATION"),
            ("MARVIS_EVENT_CLIENT_DHCP_FAILURE", "CLIENT_IP_ASSIGNED"),
            ("CLIENT_GW_ARP_FAILURE", "CLIENT_GW_ARP_OK"),
            ("MARVIS_DNS_FAILURE", "CLIENT_DNS_OK"),
            ("MARVIS_EVENT_CAPTIVE_PORTAL_FAILURE", "MARVIS_EVENT_CAPTIVE_PORTAL_AUTHORIZED"),
            ("MARVIS_EVENT_CLIENT_FBT_FAILURE", "MARVIS_EVENT_CLIENT_FBT_SUCCESS"),
        ] {
            let failures = [(failure, 500), (failure, 520), (failure, 540), (failure, 560)];
            let over: Vec<_> = failures.into_iter().chain([(success, 700)]).collect();
            assert!(causes(&all(&over), &json!({})).is_empty(), "{failure}");
            assert!(!causes(&all(&failures), &json!({})).is_empty(), "{failure}");
        }
        let dhcp: Vec<_> = (0..5)
            .flat_map(|step| {
                [
                    ("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 500 + step * 60),
                    ("CLIENT_IP_ASSIGNED", 520 + step * 60),
                ]
            })
            .collect();
        assert_eq!(causes(&all(&dhcp), &json!({})), ["dhcp_failure"]);
    }

    #[test]
    fn others_fail_as_well_where_they_do_so_at_the_same_time_and_more_than_once() {
        let client = client(&json!({}));
        let own = all(&[
            ("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 90_000),
            ("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 90_100),
        ]);
        let summary = |times: &[i64]| {
            let of = |time: &i64| {
                event("MARVIS_EVENT_CLIENT_DHCP_FAILURE", *time, &json!({ "mac": "8c8caa000009" }))
            };
            let others: Vec<_> = times.iter().map(of).collect();
            let case = case(&client, &own, &others, 90_200);
            stages(&case, false)[0].summary().to_owned()
        };
        assert!(summary(&[90_050, 90_150]).ends_with("; other clients of the site fail as well."));
        assert!(summary(&[10_000, 10_050]).ends_with("no other client of the site fails like this."));
        assert!(!summary(&[90_050]).contains("other client"), "one failure says neither");
    }

    #[test]
    fn a_handshake_that_times_out_is_a_wrong_key() {
        let fail = |reason| event("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 900, &json!({ "reason_code": reason }));
        assert_eq!(causes(&[fail(15)], &json!({})), ["wrong_key"]);
        assert_eq!(causes(&[fail(23)], &json!({})), ["auth_identity"], "nothing shows a rule that denies it");
        let mac_auth = event("MARVIS_EVENT_CLIENT_MAC_AUTH_FAILURE", 900, &json!({}));
        assert_eq!(causes(&[mac_auth], &json!({ "key_mgmt": "WPA2-PSK/CCMP" })), ["auth_denied"]);
        assert_eq!(causes(&[fail(0)], &json!({ "key_mgmt": "WPA2-PSK/CCMP" })), ["wrong_key"]);
    }

    #[test]
    fn signal_is_judged_now_or_by_the_last_events() {
        assert_eq!(causes(&[], &json!({ "rssi": -84, "snr": 9 })), ["weak_signal"]);
        assert_eq!(causes(&[], &json!({ "rssi": "-84" })), ["weak_signal"]);
        assert!(causes(&[], &json!({ "rssi": -60, "snr": 30 })).is_empty());
        assert!(causes(&[], &json!({ "rssi": 0, "snr": 0 })).is_empty(), "zero is unknown");
        let weak = |time| event("CLIENT_REASSOCIATION", time, &json!({ "rssi": -82 }));
        assert_eq!(causes(&[weak(900), weak(950)], &json!({})), ["weak_signal"]);
    }

    #[test]
    fn a_client_that_leaves_without_a_reason_around_it_is_alone() {
        let leaves: Vec<_> = (1..10)
            .map(|step| event("CLIENT_DEAUTHENTICATION", step * 100, &json!({ "reason_code": 3 })))
            .collect();
        assert_eq!(causes(&leaves, &json!({})), ["client_alone"]);
        assert!(causes(&leaves[..3], &json!({})).is_empty());
    }

    #[test]
    fn a_busy_radio_is_that_of_the_client() {
        let client = client(&json!({}));
        let ap = Device::of(Row::of(&json!({ "mac": "5c5b35000001", "name": "AP-1" }))).unwrap();
        let case = ClientCase { ap: Some(&ap), ..case(&client, &[], &[], 1_000) };
        let busy = |value: Value| radio(&case, Row::of(&value)).is_some();
        assert!(busy(json!({ "radio_stat": { "band_5": { "util_all": "93" } } })));
        assert!(!busy(
            json!({ "radio_stat": { "band_24": { "util_all": 93 }, "band_5": { "util_all": 12 } } })
        ));
        assert!(!busy(json!({ "radio_stat": null })) && !busy(json!({})));
    }
}
