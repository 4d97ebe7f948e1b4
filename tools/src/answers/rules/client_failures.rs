//! Rules for connections that fail for many clients, by WLAN and stage: [`Failures`].

use std::collections::{BTreeMap, BTreeSet};

use mistmcp::answers::{Cause, Finding, Object, Part, Severity, ago, count, listed, name};

use crate::answers::facts::{Event, Stage, stage_of};
use crate::answers::thresholds as t;
use crate::answers::{causes as c, sources};

/// Failures of one cause on one WLAN.
#[derive(Clone, Debug)]
pub(in crate::answers) struct Failures<'a> {
    pub(in crate::answers) cause: &'static Cause,
    pub(in crate::answers) ssid: Option<String>,
    pub(in crate::answers) failed: usize,
    /// Exchanges of the same stage on the same WLAN that went well.
    pub(in crate::answers) passed: usize,
    pub(in crate::answers) clients: BTreeSet<&'a str>,
    pub(in crate::answers) aps: BTreeSet<&'a str>,
    pub(in crate::answers) first: i64,
    pub(in crate::answers) last: i64,
    pub(in crate::answers) text: Option<&'a str>,
    kinds: BTreeSet<&'a str>,
}

/// The cause that a failed event of a client stands for.
pub(in crate::answers) fn cause_of(event: &Event) -> Option<&'static Cause> {
    let (stage, passed) = stage_of(&event.kind)?;
    if passed {
        return None;
    }
    let text = event.text.as_deref().unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    Some(match stage {
        Stage::Association => &c::ASSOCIATION_REFUSED,
        Stage::Roaming => &c::ROAMING_FAILURE,
        Stage::Dhcp => &c::DHCP_FAILURE,
        Stage::Arp => &c::GATEWAY_ARP_FAILURE,
        Stage::Dns => &c::DNS_FAILURE,
        Stage::Portal => &c::CAPTIVE_PORTAL_FAILURE,
        Stage::Disconnect => return None,
        Stage::Authorization => {
            if event.kind.contains("DENIED") || event.kind.contains("MAC_AUTH") {
                &c::AUTH_DENIED
            } else if event.reason == Some(HANDSHAKE_TIMEOUT)
                || event.kind.contains("SAE")
                || event.kind.contains("PPSK")
                || says(&["4-way", "handshake", "passphrase", "psk", "sae "])
            {
                &c::WRONG_KEY
            } else if says(&["unreachable", "no response", "did not answer", "not respond", "server timeout"])
            {
                &c::AUTH_SERVER_UNREACHABLE
            } else if says(&["certificate"]) {
                &c::AUTH_CERTIFICATE
            } else {
                &c::AUTH_IDENTITY
            }
        }
    })
}

/// IEEE 802.11 reason code 15: the four-way handshake timed out.
const HANDSHAKE_TIMEOUT: i64 = 15;

/// Counts the failures in the last hours before `end`, by cause and WLAN, the most frequent first.
pub(in crate::answers) fn failures(events: &[Event], end: i64) -> Vec<Failures<'_>> {
    let recent = || events.iter().filter(|event| (0..=t::RECENT).contains(&(end - event.time)));
    let mut found: BTreeMap<(&str, Option<&str>), Failures<'_>> = BTreeMap::new();
    let mut passed: BTreeMap<(Stage, Option<&str>), usize> = BTreeMap::new();
    for event in recent() {
        if let Some((stage, true)) = stage_of(&event.kind) {
            *passed.entry((stage, event.ssid.as_deref())).or_default() += 1;
        }
        let Some(cause) = cause_of(event) else { continue };
        let entry = found.entry((cause.name, event.ssid.as_deref())).or_insert_with(|| Failures {
            cause,
            ssid: event.ssid.clone(),
            failed: 0,
            passed: 0,
            clients: BTreeSet::new(),
            aps: BTreeSet::new(),
            first: event.time,
            last: event.time,
            text: event.text.as_deref(),
            kinds: BTreeSet::new(),
        });
        entry.failed += 1;
        entry.kinds.insert(&event.kind);
        entry.clients.extend(event.mac.as_deref());
        entry.aps.extend(event.ap.as_deref());
        entry.first = entry.first.min(event.time);
        entry.last = entry.last.max(event.time);
    }
    let mut found: Vec<_> = found.into_values().collect();
    for failures in &mut found {
        let stages = passed.iter().filter(|((stage, ssid), _)| {
            *ssid == failures.ssid.as_deref() && stage_of_cause(failures.cause) == Some(*stage)
        });
        failures.passed = stages.map(|(_, passed)| passed).sum();
        failures.first = onset(events, failures);
    }
    found.sort_by_key(|failures| std::cmp::Reverse(failures.failed));
    found
}

/// When failures that still go on began: the first one that no half hour separates from the next.
fn onset(events: &[Event], failures: &Failures<'_>) -> i64 {
    let earlier = events.iter().filter(|event| {
        event.time < failures.first
            && event.ssid == failures.ssid
            && cause_of(event).is_some_and(|cause| cause.name == failures.cause.name)
    });
    let mut earlier: Vec<_> = earlier.map(|event| event.time).collect();
    earlier.sort_unstable_by_key(|time| std::cmp::Reverse(*time));
    let mut first = failures.first;
    for time in earlier {
        if first - time > t::SHORTLY_BEFORE {
            break;
        }
        first = time;
    }
    first
}

fn stage_of_cause(cause: &Cause) -> Option<Stage> {
    Some(match cause.name {
        "association_refused" => Stage::Association,
        "roaming_failure" => Stage::Roaming,
        "dhcp_failure" => Stage::Dhcp,
        "gateway_arp_failure" => Stage::Arp,
        "dns_failure" => Stage::Dns,
        "captive_portal_failure" => Stage::Portal,
        "auth_denied" | "wrong_key" | "auth_server_unreachable" | "auth_certificate" | "auth_identity" => {
            Stage::Authorization
        }
        _ => return None,
    })
}

impl Failures<'_> {
    /// Whether this is more than the few failures that every network has: many, still going on, and not outweighed by
    /// exchanges that went well.
    pub(in crate::answers) fn is_trouble(&self, end: i64) -> bool {
        let one_client = self.clients.len() == 1 && self.failed < 10 * t::MANY_FAILURES;
        self.failed >= t::MANY_FAILURES
            && self.failed > self.passed
            && end - self.last <= t::SHORTLY_BEFORE
            && !one_client
    }
}

/// A finding for each cause at a site, by its id and name: on its WLAN, or on the site where several WLANs are hit.
pub(in crate::answers) fn findings(all: &[Failures<'_>], (id, site): (&str, &str), now: i64) -> Vec<Finding> {
    let troubles: Vec<_> = all.iter().filter(|failures| failures.is_trouble(now)).collect();
    let mut causes: Vec<&'static Cause> = Vec::new();
    for failures in &troubles {
        if !causes.iter().any(|cause| cause.name == failures.cause.name) {
            causes.push(failures.cause);
        }
    }
    causes.into_iter().map(|cause| finding(cause, &troubles, (id, site), now)).collect()
}

fn finding(cause: &'static Cause, troubles: &[&Failures<'_>], (id, site): (&str, &str), now: i64) -> Finding {
    let own: Vec<_> = troubles.iter().filter(|failures| failures.cause.name == cause.name).collect();
    let failed: usize = own.iter().map(|failures| failures.failed).sum();
    let passed: usize = own.iter().map(|failures| failures.passed).sum();
    let first = own.iter().map(|failures| failures.first).min();
    let clients: BTreeSet<_> = own.iter().flat_map(|failures| failures.clients.iter()).collect();
    let ssids: Vec<_> = own.iter().filter_map(|failures| failures.ssid.as_deref()).collect();
    let whose = match clients.len() {
        0 => "Clients".to_owned(),
        clients => count(clients, "client"),
    };
    let place = match ssids.as_slice() {
        [] => format!("at {}", name(site)),
        ssids => format!("on {} at {}", listed(ssids, 2), name(site)),
    };
    let since = first.map_or(String::new(), |first| format!(", first {}", ago(first, now)));
    let what = symptom(cause, clients.len());
    let summary = format!(
        "{whose} {place} {what}: {} and {}{since}.",
        count(failed, "failure"),
        count(passed, "success")
    );
    let aps: BTreeSet<_> = own.iter().flat_map(|failures| failures.aps.iter()).collect();
    // Rows without the client's address could all be of one client, which stays at one access point.
    let several = clients.len() >= 3 || (clients.is_empty() && aps.len() >= 2);
    let (severity, weight) = if several { (Severity::Critical, 87) } else { (Severity::Warning, 67) };
    let mut finding = Finding::new(cause, severity, summary).weight(weight);
    if ssids.len() != 1 {
        finding = finding.on(Object::site(site));
    }
    for ssid in ssids.iter().take(3) {
        finding = finding.on(Object::wlan(ssid).at_site(site));
    }
    finding
        .on(Object::site(site))
        .since(first)
        .evidence("failures", failed)
        .evidence("successes", passed)
        .evidence("clients", Some(clients.len()).filter(|clients| *clients > 0))
        .evidence("access_points", Some(aps.len()).filter(|aps| *aps > 0))
        .evidence("text", own.first().and_then(|failures| failures.text))
        .see(shown(&own, id, first).as_ref())
}

/// The call that shows the failures of a cause.
fn shown(own: &[&&Failures<'_>], site: &str, first: Option<i64>) -> Option<Part> {
    let kinds: BTreeSet<_> = own.iter().flat_map(|failures| failures.kinds.iter().copied()).collect();
    let ssids: Vec<_> = own.iter().filter_map(|failures| failures.ssid.as_deref()).collect();
    Some(sources::client_events(site, &kinds.into_iter().collect::<Vec<_>>(), &ssids, first?))
}

/// What so many clients with a cause have in common, after their number.
fn symptom(cause: &Cause, clients: usize) -> &'static str {
    let (one, several) = match cause.name {
        "association_refused" => ("is refused by the access point", "are refused by the access point"),
        "roaming_failure" => ("fails when it roams", "fail when they roam"),
        "dhcp_failure" => ("gets no IP address by DHCP", "get no IP address by DHCP"),
        "gateway_arp_failure" => {
            ("gets no ARP reply from its default gateway", "get no ARP reply from their default gateway")
        }
        "dns_failure" => ("gets no answer from the DNS server", "get no answer from the DNS server"),
        "captive_portal_failure" => ("fails at the guest portal", "fail at the guest portal"),
        "wrong_key" => ("fails the key exchange", "fail the key exchange"),
        "auth_denied" => ("is denied by a rule", "are denied by a rule"),
        "auth_server_unreachable" => (
            "cannot sign in, because the RADIUS server does not answer",
            "cannot sign in, because the RADIUS server does not answer",
        ),
        "auth_certificate" => {
            ("cannot sign in because of a certificate", "cannot sign in because of a certificate")
        }
        _ => ("fails to sign in", "fail to sign in"),
    };
    if clients == 1 { one } else { several }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_890_000;

    fn event(kind: &str, ago: i64, ssid: &str, client: u32, reason: i64) -> Event {
        Event::of(Row::of(&json!({
            "type": kind, "timestamp": NOW - ago, "ssid": ssid, "mac": format!("5c5b3500{client:04x}"), "reason_code": reason,
            "ap": "5c5b35000001",
        })))
        .unwrap()
    }

    fn causes(events: &[Event]) -> Vec<(&'static str, Vec<&'static str>)> {
        let found = findings(&failures(events, NOW), ("s", "Leeds"), NOW);
        let objects = |finding: &Finding| {
            ["Guest", "Staff", "Leeds"].into_iter().filter(|name| finding.is_on(name)).collect()
        };
        found.iter().map(|finding| (finding.cause().name, objects(finding))).collect()
    }

    #[test]
    fn many_failures_of_several_clients_are_a_finding_on_their_wlan() {
        let dhcp: Vec<_> = (0..12)
            .map(|number| {
                event("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 60 * i64::from(number), "Guest", number % 4, 0)
            })
            .collect();
        assert_eq!(causes(&dhcp), [("dhcp_failure", vec!["Guest", "Leeds"])]);
    }

    #[test]
    fn failures_on_several_wlans_are_one_finding_on_the_site() {
        let dns: Vec<_> = (0..24)
            .map(|number| {
                event(
                    "MARVIS_DNS_FAILURE",
                    30 * i64::from(number),
                    if number % 2 == 0 { "Guest" } else { "Staff" },
                    number,
                    0,
                )
            })
            .collect();
        assert_eq!(causes(&dns), [("dns_failure", vec!["Guest", "Staff", "Leeds"])]);
    }

    #[test]
    fn a_few_failures_old_ones_and_those_of_one_client_are_none() {
        let of = |count: u32, ago: i64, clients: u32| -> Vec<_> {
            (0..count)
                .map(|number| {
                    event("CLIENT_GW_ARP_FAILURE", ago + i64::from(number), "Guest", number % clients, 0)
                })
                .collect()
        };
        assert!(causes(&of(3, 60, 3)).is_empty(), "few");
        assert!(causes(&of(20, 5_400, 5)).is_empty(), "over");
        assert!(causes(&of(20, 60, 1)).is_empty(), "one client");
        assert_eq!(causes(&of(20, 60, 5)).len(), 1);
    }

    #[test]
    fn failures_began_with_the_first_that_no_pause_separates_from_the_next() {
        let failures: Vec<_> = (0..40)
            .map(|number| event("MARVIS_DNS_FAILURE", 300 * i64::from(number), "Guest", number % 5, 0))
            .chain([event("MARVIS_DNS_FAILURE", 40_000, "Guest", 1, 0)])
            .collect();
        let found = findings(&super::failures(&failures, NOW), ("s", "Leeds"), NOW);
        assert_eq!(found[0].began(), Some(NOW - 300 * 39), "long before the last two hours");
    }

    #[test]
    fn failures_among_more_successes_are_none() {
        let mut events: Vec<_> =
            (0..10).map(|number| event("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 60, "Guest", number, 0)).collect();
        events.extend((0..30).map(|number| event("CLIENT_IP_ASSIGNED", 60, "Guest", number, 0)));
        assert!(causes(&events).is_empty());
    }

    #[test]
    fn failed_authentication_is_distinguished_by_reason_and_type() {
        let cause =
            |kind: &str, reason: i64| cause_of(&event(kind, 1, "Guest", 1, reason)).map(|cause| cause.name);
        assert_eq!(cause("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 15), Some("wrong_key"));
        assert_eq!(cause("MARVIS_EVENT_SAE_AUTH_FAILURE", 0), Some("wrong_key"));
        assert_eq!(cause("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 23), Some("auth_identity"));
        assert_eq!(cause("MARVIS_EVENT_CLIENT_MAC_AUTH_FAILURE", 0), Some("auth_denied"));
        assert_eq!(cause("CLIENT_IP_ASSIGNED", 0), None);
        assert_eq!(cause("SOMETHING_NEW", 0), None);
    }
}
