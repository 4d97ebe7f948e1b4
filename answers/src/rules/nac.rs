//! Rules for authentication: NAC events, rules, and servers that do not answer.

use mistmcp::answers::{Cause, Finding, Object, Severity, ago, name, times as often};

use super::client_failures::any_fails;
use super::device;
use crate::causes as c;
use crate::facts::{Client, Device, Event, Stage, open, stage_of};
use crate::thresholds as t;

/// What a NAC event that failed says, the most specific first: a part of its type, its cause, and words for it.
const FAILURES: &[(&[&str], &Cause, &str)] = &[
    (
        &["IDP_UNREACHABLE", "SERVER_UNREACHABLE", "PROXY_FAILURE"],
        &c::AUTH_SERVER_UNREACHABLE,
        "the identity provider does not answer",
    ),
    (&["SERVER_CERT"], &c::AUTH_CERTIFICATE, "the client does not trust the certificate of the server"),
    (&["CERT_EXPIRED"], &c::AUTH_CERTIFICATE, "its certificate has expired"),
    (&["CERT_REVOKED"], &c::AUTH_CERTIFICATE, "its certificate has been revoked"),
    (&["CERT"], &c::AUTH_CERTIFICATE, "its certificate is rejected"),
    (&["USER_DISABLED"], &c::AUTH_IDENTITY, "the user is disabled"),
    (&["AUTHC_FAILURE"], &c::AUTH_IDENTITY, "the identity provider rejects the user name or password"),
    (&["USER_LOOKUP"], &c::AUTH_IDENTITY, "the identity provider does not know the user"),
    (&["GROUPS_LOOKUP"], &c::AUTH_IDENTITY, "the groups of the user cannot be read"),
    (&["IDP_UNKNOWN", "IDP_"], &c::AUTH_IDENTITY, "the identity provider rejects the user"),
    (&["NOT_ENROLLED"], &c::POSTURE_FAILED, "the client is not enrolled in device management"),
    (&["MDM", "EDR", "COMPLIAN"], &c::POSTURE_FAILED, "device management does not accept the client"),
    (&["PPSK", "PSK"], &c::WRONG_KEY, "its personal pre-shared key is unknown"),
    (&["GUEST"], &c::CAPTIVE_PORTAL_FAILURE, "the guest login failed"),
    (&["DENY"], &c::AUTH_DENIED, "a rule denies it"),
];

/// Whether a NAC event says that something failed.
fn has_failed(kind: &str) -> bool {
    let bad = [
        "FAIL",
        "DENY",
        "EXPIRED",
        "REVOKED",
        "UNREACHABLE",
        "UNKNOWN",
        "DISABLED",
        "NOT_ENROLLED",
        "NOT_FOUND",
        "NON_COMPLIANT",
        "NONCOMPLIANT",
    ];
    kind.starts_with("NAC_") && bad.iter().any(|word| kind.contains(word))
}

/// Whether a NAC event says that the client got access.
pub(crate) fn was_admitted(kind: &str) -> bool {
    ["NAC_CLIENT_PERMIT", "NAC_SESSION_STARTED", "NAC_CLIENT_IP_ASSIGNED", "NAC_CLIENT_PPSK_KEY_FOUND"]
        .contains(&kind)
}

pub(crate) fn cause_of(kind: &str) -> Option<(&'static Cause, &'static str)> {
    let known = FAILURES.iter().find(|(parts, ..)| parts.iter().any(|part| kind.contains(part)));
    known.filter(|_| has_failed(kind)).map(|(_, cause, words)| (*cause, *words))
}

/// Who is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) called: &'a str,
    pub(crate) client: Option<&'a Client>,
    pub(crate) now: i64,
}

impl Subject<'_> {
    fn finding(&self, cause: &'static Cause, severity: Severity, summary: String) -> Finding {
        let client = self.client.map_or_else(|| Object::user(self.called), Client::object);
        let finding = Finding::new(cause, severity, summary).on(client);
        match self.client.and_then(|client| client.user.as_deref()) {
            Some(user) => finding.on(Object::user(user)),
            None => finding,
        }
    }
}

/// Why NAC refused a client last. `rule_name` names a rule by its id.
pub(crate) fn refused(
    events: &[Event],
    who: &Subject<'_>,
    rule_name: impl Fn(&str) -> Option<String>,
) -> Option<Finding> {
    let admitted =
        events.iter().filter(|event| was_admitted(&event.kind)).map(|event| event.time).max().unwrap_or(0);
    let failed = |event: &&Event| event.time > admitted && has_failed(&event.kind);
    let mut failures: Vec<_> = events.iter().filter(failed).collect();
    failures.sort_by_key(|event| std::cmp::Reverse(event.time));
    let last = failures.first()?;
    // A denial follows from what failed right before it.
    let around = failures.iter().filter(|event| last.time - event.time <= t::MINUTE);
    let rank = |event: &&&Event| {
        FAILURES
            .iter()
            .position(|(parts, ..)| parts.iter().any(|part| event.kind.contains(part)))
            .unwrap_or(usize::MAX)
    };
    let event = around.min_by_key(|event| rank(event))?;
    let (cause, words) = cause_of(&event.kind)?;
    let times = failures.iter().filter(|other| other.kind == event.kind).count();
    let denial = failures.iter().find(|other| other.kind.contains("DENY"));
    let rule = denial
        .and_then(|denial| denial.rule_name.clone().or_else(|| denial.rule.as_deref().and_then(&rule_name)));
    let by_rule = rule.as_deref().filter(|_| cause.name == c::AUTH_DENIED.name);
    let what = match by_rule {
        Some(rule) => format!("the rule {} denies it", name(rule)),
        None => words.to_owned(),
    };
    let first = failures.iter().filter(|other| other.kind == event.kind).map(|other| other.time).min();
    let mut finding = who
        .finding(
            cause,
            Severity::Critical,
            format!(
                "{} gets no access: {what} ({}, last {}).",
                name(who.called),
                often(times),
                ago(last.time, who.now)
            ),
        )
        .weight(92)
        .since(first)
        .evidence("event", event.kind.clone())
        .evidence("times", times)
        .evidence("last", last.time)
        .evidence("text", event.text.clone())
        .evidence("rule", rule.clone())
        .evidence("auth_type", who.client.and_then(|client| client.auth.clone()));
    if let Some(rule) = rule.filter(|_| cause.name == c::AUTH_DENIED.name) {
        finding = finding.on(Object::rule(&rule));
    }
    if let Some(ssid) = event.ssid.as_deref().or_else(|| who.client.and_then(|client| client.ssid.as_deref()))
    {
        finding = finding.on(Object::wlan(ssid));
    }
    if let Some(user) = &event.user {
        finding = finding.on(Object::user(user));
    }
    Some(finding)
}

/// Whether the text of an event says that a server did not answer.
pub(crate) fn says_unreachable(text: &str) -> bool {
    let text = text.to_lowercase();
    let server = ["radius", "server", "radsec", "aaa"].iter().any(|word| text.contains(word));
    let silent = [
        "did not answer",
        "does not answer",
        "not respond",
        "no response",
        "no reply",
        "timed out",
        "timeout",
        "time out",
        "unreachable",
        "not reachable",
    ];
    server && silent.iter().any(|words| text.contains(words))
}

/// A RADIUS server or identity provider that does not answer: from texts of the client's failures, or from failures of
/// 802.1X and events of the devices.
pub(crate) fn server_unreachable(
    own: &[Event],
    others: &[Event],
    devices: &[Event],
    who: &Subject<'_>,
) -> Option<Finding> {
    let authorization = |event: &&Event| {
        stage_of(&event.kind).is_some_and(|(stage, good)| stage == Stage::Authorization && !good)
    };
    let admitted = own
        .iter()
        .filter(|event| matches!(stage_of(&event.kind), Some((Stage::Authorization | Stage::Dhcp, true))))
        .map(|event| event.time)
        .max()
        .unwrap_or(0);
    let silent = |event: &&Event| event.text.as_deref().is_some_and(says_unreachable);
    let own: Vec<_> = own.iter().filter(authorization).filter(|event| event.time > admitted).collect();
    let last = own.iter().map(|event| event.time).max()?;
    let told: Vec<_> = own.iter().filter(|event| silent(event)).collect();
    let recent = |event: &&Event| (last - event.time).abs() <= 6 * t::OUTAGE_WINDOW;
    let open = open(devices);
    // That a server answers again is only known of RadSec.
    let is_open = |event: &&Event| {
        !event.kind.contains("RADSEC")
            || open.iter().any(|(first, _)| {
                (&first.kind, &first.mac) == (&event.kind, &event.mac) && first.time <= event.time
            })
    };
    let device = devices
        .iter()
        .filter(|event| {
            event.kind.contains("RADIUS_SERVER_UNREACHABLE")
                || event.kind.contains("RADSEC_FAILURE")
                || event.kind.contains("RADIUS_UNREACHABLE")
        })
        .filter(recent)
        .filter(is_open)
        .max_by_key(|event| event.time);
    let others: Vec<_> = others.iter().filter(authorization).filter(recent).collect();
    let enterprise = own.iter().any(|event| event.reason == Some(23));
    // Failures of many without a reason may as well follow from a certificate or a rule.
    if told.is_empty() && !(enterprise && device.is_some()) {
        return None;
    }
    let ssid = own.first().and_then(|event| event.ssid.clone()).or_else(|| who.client?.ssid.clone());
    let scope = if any_fails(others.iter().copied()) { ", and other clients fail as well" } else { "" };
    let text = told.first().and_then(|event| event.text.clone());
    let mut finding = who
        .finding(
            &c::AUTH_SERVER_UNREACHABLE,
            Severity::Critical,
            format!("The authentication server does not answer requests for {}{scope}.", name(who.called)),
        )
        .weight(94)
        .since(own.iter().map(|event| event.time).min())
        .evidence("failures", own.len())
        .evidence("failures_of_others", others.len())
        .evidence("device_event", device.map(|event| event.kind.clone()))
        .evidence("text", text);
    if let Some(ssid) = &ssid {
        finding = finding.on(Object::wlan(ssid));
    }
    if let Some(event) = device {
        let called = event.device_name.as_deref().or(event.mac.as_deref()).unwrap_or_default();
        let kind = if event.kind.starts_with("SW_") { "switch" } else { "ap" };
        finding = finding.on(Object::device(kind, called).mac(event.mac.clone()));
    }
    Some(finding)
}

/// The switch of a wired client that cannot reach its RADIUS server, unless the client was admitted since.
pub(crate) fn switch_without_server(
    events: &[Event],
    mac: &str,
    who: &Subject<'_>,
    admitted: Option<i64>,
) -> Option<Finding> {
    let own: Vec<_> = events.iter().filter(|event| event.mac.as_deref() == Some(mac)).cloned().collect();
    let called = own.iter().find_map(|event| event.device_name.clone());
    let switch = Device {
        mac: mac.to_owned(),
        name: called.or_else(|| who.client?.device_name.clone()),
        kind: "switch".to_owned(),
        ..Device::default()
    };
    let is_unreachable =
        |event: &&Event| ["RADIUS_SERVER_UNREACHABLE", "RADSEC_FAILURE"].contains(&event.short());
    let last = own.iter().filter(is_unreachable).map(|event| event.time).max();
    let finding = device::radius(&switch, &own, &[], who.now)?;
    let is_over = last.zip(admitted).is_some_and(|(last, admitted)| admitted > last);
    (!is_over).then(|| match who.client {
        Some(client) => finding.on(client.object()).weight(93),
        None => finding.weight(93),
    })
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    fn event(kind: &str, time: i64, text: &str) -> Event {
        Event::of(Row::of(
            &json!({ "type": kind, "timestamp": time, "text": text, "ssid": "Staff", "nacrule_id": "r1" }),
        ))
        .unwrap()
    }

    fn who() -> Subject<'static> {
        Subject { called: "laptop-1", client: None, now: 10_000 }
    }

    fn cause(events: &[Event]) -> Option<&'static str> {
        refused(events, &who(), |id| (id == "r1").then(|| "Everybody else".to_owned()))
            .map(|finding| finding.cause().name)
    }

    #[test]
    fn what_failed_before_a_denial_is_its_cause() {
        for (kind, wanted) in [
            ("NAC_CLIENT_CERT_EXPIRED", "auth_certificate"),
            ("NAC_USER_CERT_REVOKED", "auth_certificate"),
            ("NAC_SERVER_CERT_VALIDATION_FAILURE", "auth_certificate"),
            ("NAC_IDP_UNREACHABLE", "auth_server_unreachable"),
            ("NAC_IDP_AUTHC_FAILURE", "auth_identity"),
            ("NAC_IDP_USER_DISABLED", "auth_identity"),
            ("NAC_MDM_DEVICE_NOT_ENROLLED", "posture_failed"),
            ("NAC_CLIENT_PPSK_KEY_NOT_FOUND", "wrong_key"),
            ("NAC_CLIENT_GUEST_LOGIN_ATTEMPT_FAILURE", "captive_portal_failure"),
        ] {
            assert_eq!(
                cause(&[event(kind, 100, ""), event("NAC_CLIENT_DENY", 101, "")]),
                Some(wanted),
                "{kind}"
            );
        }
    }

    #[test]
    fn a_denial_by_itself_names_its_rule() {
        let found = refused(
            &[event("NAC_CLIENT_CERT_CHECK_SUCCESS", 99, ""), event("NAC_CLIENT_DENY", 100, "")],
            &who(),
            |_| Some("Everybody else".to_owned()),
        );
        let found = found.unwrap();
        assert_eq!(found.cause().name, "auth_denied");
        assert!(found.is_on("Everybody else") && found.is_on("laptop-1") && found.is_on("Staff"));
    }

    #[test]
    fn a_client_that_was_admitted_later_is_not_refused() {
        assert_eq!(cause(&[event("NAC_CLIENT_DENY", 100, ""), event("NAC_CLIENT_PERMIT", 200, "")]), None);
        assert_eq!(
            cause(&[event("NAC_CLIENT_DENY", 300, ""), event("NAC_CLIENT_PERMIT", 200, "")]),
            Some("auth_denied")
        );
        assert_eq!(cause(&[event("NAC_SOMETHING_NEW", 300, "")]), None);
        assert_eq!(cause(&[]), None);
    }

    #[test]
    fn a_server_that_does_not_answer_is_reported_by_texts_or_by_devices() {
        let fail = |time, text: &str| {
            let mut event = event("MARVIS_EVENT_CLIENT_AUTH_FAILURE", time, text);
            event.reason = Some(23);
            event
        };
        let silent = "RADIUS server 10.0.0.5:1812 did not answer, reason code 23";
        let found =
            |own: &[Event], devices: &[Event]| server_unreachable(own, &[], devices, &who()).is_some();
        assert!(found(&[fail(100, silent)], &[]));
        assert!(!found(&[fail(100, silent), event("CLIENT_AUTHENTICATED", 200, "")], &[]), "it works again");
        assert!(!found(&[fail(100, "Access-Reject")], &[]));
        let others: Vec<_> = (0..40).map(|step| fail(100 + step, "")).collect();
        assert!(server_unreachable(&[fail(100, "")], &others, &[], &who()).is_none(), "nothing says why");
        assert!(found(&[fail(100, "")], &[event("SW_RADIUS_SERVER_UNREACHABLE", 90, "")]));
        assert!(!found(&[fail(100_000, "")], &[event("SW_RADIUS_SERVER_UNREACHABLE", 90, "")]), "long ago");
        let of = |kind: &str, time, mac: &str| {
            let mut event = event(kind, time, "");
            event.mac = Some(mac.to_owned());
            event
        };
        let other =
            [of("AP_RADSEC_FAILURE", 90, "5c5b35000002"), of("AP_RADSEC_RECOVERY", 95, "5c5b35000002")];
        assert!(!found(&[fail(100, "")], &other), "its server answers again");
        let all = [&other[..], &[of("AP_RADSEC_FAILURE", 80, "5c5b35000001")]].concat();
        let still = server_unreachable(&[fail(100, "")], &[], &all, &who()).unwrap();
        assert!(still.is_on("5c5b35000001") && !still.is_on("5c5b35000002"), "{still:?}");
    }
}
