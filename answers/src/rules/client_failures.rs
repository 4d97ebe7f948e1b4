//! Rules for connections that fail for many clients, by WLAN and stage: [`Failures`].

mod over;

use std::collections::{BTreeMap, BTreeSet};

use mistmcp::answers::{Cause, DataSource, Finding, Object, Rows, Severity, ago, count, listed, name, span};

use super::nac;
use crate::facts::{Event, Stage, stage_of};
use crate::thresholds as t;
use crate::{causes as c, evidence};

use over::LASTING;
pub(crate) use over::{ended, over};

/// Failures of one cause on one WLAN.
#[derive(Clone, Debug)]
pub(crate) struct Failures<'a> {
    pub(crate) cause: &'static Cause,
    pub(crate) ssid: Option<String>,
    pub(crate) failed: usize,
    /// Exchanges of the same stage on the same WLAN that went well.
    pub(crate) passed: usize,
    pub(crate) clients: BTreeSet<&'a str>,
    pub(crate) aps: BTreeSet<&'a str>,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) text: Option<&'a str>,
    kinds: BTreeSet<&'a str>,
    /// The event of access control that names the cause.
    nac_event: Option<String>,
    /// Whether older rows, which were not read, may show that they began earlier.
    is_cut: bool,
}

/// The events of clients, the latest first. Near the end of the rows that were read of a longer list, an exchange is known by its
/// failure alone: these events are left out.
pub(crate) fn settled(rows: &Rows) -> Vec<Event> {
    let mut events: Vec<_> = rows.iter().filter_map(Event::of).collect();
    let times = || events.iter().map(|event| event.time);
    if let Some((first, last)) = times().min().zip(times().max()).filter(|_| rows.is_cut()) {
        let margin = t::OUTAGE_WINDOW.min((last - first) / 4);
        events.retain(|event| event.time > first + margin);
    }
    events
}

/// Marks failures that go back to the first of the events, where older ones were not read.
pub(crate) fn mark_cut(all: &mut [Failures<'_>], events: &[Event]) {
    let first = events.iter().map(|event| event.time).min();
    for failures in all {
        failures.is_cut = first.is_some_and(|first| failures.first <= first + t::OUTAGE_WINDOW);
    }
}

/// The cause that a failed event of a client stands for.
pub(crate) fn cause_of(event: &Event) -> Option<&'static Cause> {
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
            } else if nac::says_unreachable(&text) || says(&["unreachable", "no response", "did not answer"])
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

/// Whether clients fail, of those that these failures are of: one failure of one or two clients is a chance. Rows without a
/// client count by their access point.
pub(crate) fn any_fails<'a>(failures: impl Iterator<Item = &'a Event>) -> bool {
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    for event in failures {
        *times.entry(event.mac.as_deref().or(event.ap.as_deref())).or_default() += 1;
    }
    times.len() >= 3 || times.values().any(|times| *times >= t::MIN_FAILURES)
}

/// Counts the failures in the last hours before `end`, by cause and WLAN, the most frequent first.
pub(crate) fn failures(events: &[Event], end: i64) -> Vec<Failures<'_>> {
    let recent = || events.iter().filter(|event| (0..=t::RECENT).contains(&(end - event.time)));
    let mut found: BTreeMap<(&str, Option<&str>), Failures<'_>> = BTreeMap::new();
    let mut passed: BTreeMap<(Stage, Option<&str>), usize> = BTreeMap::new();
    for event in recent() {
        if let Some((stage, true)) = stage_of(&event.kind) {
            *passed.entry((stage, event.ssid.as_deref())).or_default() += 1;
        }
        let Some(cause) = cause_of(event) else { continue };
        let key = (cause.name, event.ssid.as_deref());
        found.entry(key).or_insert_with(|| Failures::none(cause, event)).add(event);
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

/// When failures that still go on began: the first one that no pause separates from the next. A pause is much longer than
/// the usual time between two failures, since every network has one now and then, and longer than that after which a client
/// tries again.
fn onset(events: &[Event], failures: &Failures<'_>) -> i64 {
    let own = events.iter().filter(|event| {
        event.time <= failures.last
            && event.ssid == failures.ssid
            && cause_of(event).is_some_and(|cause| cause.name == failures.cause.name)
    });
    let mut own: Vec<_> = own.collect();
    own.sort_unstable_by_key(|event| std::cmp::Reverse(event.time));
    let gaps = || own.windows(2).map(|pair| pair[0].time - pair[1].time);
    let usual = median(gaps().take(failures.failed.saturating_sub(1)).collect());
    let pause = usual.saturating_mul(PAUSE).clamp(t::OUTAGE_WINDOW, t::SHORTLY_BEFORE);
    let pause = pause.max(retry_pause(own.iter().take(failures.failed).copied()));
    let lasting = gaps().take_while(|gap| *gap <= pause).count();
    own.get(lasting).map_or(failures.first, |event| event.time)
}

/// The time without a failure that is a pause, by how often one client tries again: clients that fail together do so in
/// bursts.
fn retry_pause<'e>(failures: impl Iterator<Item = &'e Event>) -> i64 {
    let mut of_client: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for event in failures {
        if let Some(mac) = event.mac.as_deref() {
            of_client.entry(mac).or_default().push(event.time);
        }
    }
    let mut gaps = Vec::new();
    for times in of_client.values_mut() {
        times.sort_unstable();
        gaps.extend(times.windows(2).map(|pair| pair[1] - pair[0]));
    }
    median(gaps).saturating_mul(2).min(t::RECENT)
}

fn median(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// How much longer than the usual time between two failures a pause is.
const PAUSE: i64 = 20;

/// Whether clients fail to sign in on a WLAN and their events do not say why, so that those of access control are worth a
/// request.
pub(crate) fn lacks_a_reason(events: &[Event], now: i64) -> bool {
    failures(events, now).iter().any(|failures| failures.lacks_a_reason() && failures.is_trouble(now))
}

/// Gives failures to sign in the cause that access control names for the same clients and time.
pub(crate) fn explain(all: &mut [Failures<'_>], nac: &[Event]) {
    for failures in all.iter_mut().filter(|failures| failures.lacks_a_reason()) {
        let is_own = |event: &&Event| {
            let is_on_wlan = event.ssid.is_some() && event.ssid == failures.ssid;
            let is_client = event.mac.as_deref().is_some_and(|mac| failures.clients.contains(mac));
            // Those of wired clients have a port.
            event.time >= failures.first - t::MINUTE
                && event.port.is_none()
                && if failures.clients.is_empty() { is_on_wlan } else { is_client }
                && (event.ssid.is_none() || is_on_wlan)
        };
        let own: Vec<_> = nac.iter().filter(is_own).collect();
        let mut causes: BTreeMap<&str, (usize, &'static Cause, &str)> = BTreeMap::new();
        for (event, cause) in own.iter().filter_map(|event| Some((event, nac::cause_of(&event.kind)?.0))) {
            causes.entry(cause.name).or_insert((0, cause, &event.kind)).0 += 1;
        }
        // A denial follows from what failed right before it.
        if causes.len() > 1 {
            causes.remove(c::AUTH_DENIED.name);
        }
        let most = causes.into_values().max_by_key(|(times, ..)| *times);
        if let Some((_, cause, kind)) = most.filter(|(times, ..)| *times >= t::MIN_FAILURES) {
            failures.cause = cause;
            failures.nac_event = Some(kind.to_owned());
        }
    }
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

/// The WLANs of failures, each once: access control may give two kinds of failures one cause.
fn ssids_of<'f>(own: &[&&'f Failures<'_>]) -> Vec<&'f str> {
    let ssids: BTreeSet<_> = own.iter().filter_map(|failures| failures.ssid.as_deref()).collect();
    ssids.into_iter().collect()
}

impl Failures<'_> {
    /// The stage at which they happened.
    fn stage(&self) -> Option<Stage> {
        self.kinds.iter().find_map(|kind| stage_of(kind)).map(|(stage, _)| stage)
    }

    /// No failures yet, on the WLAN of an event.
    fn none<'a>(cause: &'static Cause, event: &'a Event) -> Failures<'a> {
        Failures {
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
            nac_event: None,
            is_cut: false,
        }
    }

    /// Whether a finding of [`findings`] is about them.
    pub(crate) fn is_of(&self, finding: &Finding) -> bool {
        self.cause.name == finding.cause().name
            && finding.has_evidence("failures")
            && !finding.has_evidence("ended")
    }

    /// Whether a server that does not answer may be what they are about.
    pub(crate) fn is_about_a_server(&self) -> bool {
        (self.lacks_a_reason() && self.nac_event.is_none())
            || self.cause.name == c::AUTH_SERVER_UNREACHABLE.name
    }

    /// Whether they are failures to sign in of which nothing says why.
    fn lacks_a_reason(&self) -> bool {
        self.cause.name == c::AUTH_IDENTITY.name
    }

    /// Whether this is more than the few failures that every network has: many, still going on, and not outweighed by
    /// exchanges that went well.
    pub(crate) fn is_trouble(&self, end: i64) -> bool {
        let one_client = self.clients.len() == 1 && self.failed < 10 * t::MANY_FAILURES;
        self.failed >= t::MANY_FAILURES
            && self.failed > self.passed
            && end - self.last <= t::SHORTLY_BEFORE
            && !one_client
    }
}

impl<'a> Failures<'a> {
    fn add(&mut self, event: &'a Event) {
        self.failed += 1;
        self.kinds.insert(&event.kind);
        self.clients.extend(event.mac.as_deref());
        self.aps.extend(event.ap.as_deref());
        self.first = self.first.min(event.time);
        self.last = self.last.max(event.time);
    }
}

/// A finding for each cause at a site, by its id and name, of failures that go on at `end`: on its WLAN, or on the site
/// where several WLANs are hit.
pub(crate) fn findings(
    all: &[Failures<'_>],
    (id, site): (&str, &str),
    (now, end): (i64, i64),
) -> Vec<Finding> {
    let troubles: Vec<_> = all.iter().filter(|failures| failures.is_trouble(end)).collect();
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
    // Failures of one stage on one WLAN have the same successes.
    let passed: BTreeMap<_, _> =
        own.iter().map(|failures| ((failures.stage(), failures.ssid.as_deref()), failures.passed)).collect();
    let passed: usize = passed.into_values().sum();
    let first = own.iter().map(|failures| failures.first).min();
    let clients: BTreeSet<_> = own.iter().flat_map(|failures| failures.clients.iter()).collect();
    let ssids = ssids_of(&own);
    let whose = match clients.len() {
        0 => "Clients".to_owned(),
        clients => count(clients, "client"),
    };
    let place = match ssids.as_slice() {
        [] => format!("at {}", name(site)),
        ssids => format!("on {} at {}", listed(ssids, 2), name(site)),
    };
    let is_cut = own.iter().any(|failures| failures.is_cut);
    let since = first.map_or(String::new(), |first| match now - first {
        seconds if is_cut && seconds < LASTING => String::new(),
        seconds if is_cut => format!(", for at least {}", span(seconds)),
        _ => format!(", first {}", ago(first, now)),
    });
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
        .since(first.filter(|_| !is_cut))
        .evidence("failures", failed)
        .evidence("successes", passed)
        .evidence("clients", Some(clients.len()).filter(|clients| *clients > 0))
        .evidence("access_points", Some(aps.len()).filter(|aps| *aps > 0))
        .evidence("nac_event", own.iter().find_map(|failures| failures.nac_event.clone()))
        .evidence("text", own.first().and_then(|failures| failures.text))
        .see(shown(&own, id, first).as_ref())
}

/// The call that shows the failures of a cause.
fn shown(own: &[&&Failures<'_>], site: &str, first: Option<i64>) -> Option<DataSource> {
    let kinds: BTreeSet<_> = own.iter().flat_map(|failures| failures.kinds.iter().copied()).collect();
    let ssids = ssids_of(own);
    Some(evidence::client_events(site, &kinds.into_iter().collect::<Vec<_>>(), &ssids, first?))
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
            "cannot sign in, because the authentication server does not answer",
            "cannot sign in, because the authentication server does not answer",
        ),
        "auth_certificate" => {
            ("cannot sign in because of a certificate", "cannot sign in because of a certificate")
        }
        "posture_failed" => ("is not accepted by device management", "are not accepted by device management"),
        _ => ("fails to sign in", "fail to sign in"),
    };
    if clients == 1 { one } else { several }
}

#[cfg(test)]
mod tests;
