//! Failures of many clients that are over: [`over`] finds the times at which nearly all exchanges failed.

use std::collections::BTreeMap;

use mistmcp::answers::{Finding, Object, Severity, ago, count, name, span};

use super::{Failures, cause_of, explain, retry_pause, shown, stage_of_cause};
use crate::facts::{Event, Stage, stage_of};
use crate::rules::recovered::is_past;
use crate::thresholds as t;

/// Seconds that failures last at least, where it is worth saying.
pub(super) const LASTING: i64 = 2 * t::MINUTE;

/// The failures of three or more clients, by cause and WLAN, that no longer pause separates and that ended before `end`. Those
/// that go on are among `current`.
pub(crate) fn over<'a>(
    events: &'a [Event],
    nac: &[Event],
    current: &[Failures<'_>],
    end: i64,
) -> Vec<Failures<'a>> {
    let mut of_kind: BTreeMap<(&str, Option<&str>), Vec<(&'a Event, _)>> = BTreeMap::new();
    for (event, cause) in events.iter().filter_map(|event| Some((event, cause_of(event)?))) {
        of_kind.entry((cause.name, event.ssid.as_deref())).or_default().push((event, cause));
    }
    let mut found = Vec::new();
    for mut failed in of_kind.into_values() {
        failed.sort_by_key(|(event, _)| event.time);
        let pause = t::OUTAGE_WINDOW.max(retry_pause(failed.iter().map(|(event, _)| *event)));
        let runs = failed.chunk_by(|(one, _), (next, _)| next.time - one.time <= pause);
        found.extend(runs.map(|run| {
            let mut all = Failures::none(run[0].1, run[0].0);
            for (event, _) in run {
                all.add(event);
            }
            all.passed = passed(events, &all);
            all
        }));
    }
    let goes_on = |failures: &Failures<'_>| {
        current
            .iter()
            .any(|known| known.is_trouble(end) && known.ssid == failures.ssid && known.first <= failures.last)
    };
    found.retain(|failures| {
        let several = failures.clients.len() >= 3 || (failures.clients.is_empty() && failures.aps.len() >= 2);
        let is_dense = failures.failed >= t::MANY_FAILURES && failures.failed > failures.passed;
        several && is_dense && end - failures.last > t::OUTAGE_WINDOW && !goes_on(failures)
    });
    explain(&mut found, nac);
    found
}

/// Exchanges that went well while others failed.
fn passed(events: &[Event], failures: &Failures<'_>) -> usize {
    let stage = stage_of_cause(failures.cause);
    let well = events.iter().filter(|event| {
        (failures.first..=failures.last).contains(&event.time)
            && event.ssid == failures.ssid
            && stage_of(&event.kind).is_some_and(|(of, passed)| passed && Some(of) == stage)
    });
    well.count()
}

/// A finding for each of these failures at a site, by its id and name: a trouble of a window that ended in the past, and worth
/// knowing until now.
pub(crate) fn ended(all: &[Failures<'_>], (id, site): (&str, &str), (now, end): (i64, i64)) -> Vec<Finding> {
    let (severity, weight) = if is_past(now, end) { (Severity::Critical, 86) } else { (Severity::Info, 24) };
    let found = all.iter().map(|failures| {
        let whose = match failures.clients.len() {
            0 => "Clients".to_owned(),
            clients => count(clients, "client"),
        };
        let on = failures.ssid.as_deref().map_or(String::new(), |ssid| format!("on {} ", name(ssid)));
        let words = format!(
            "{whose} {on}at {} failed {}{}, until {}: {} and {}.",
            name(site),
            purpose(failures.stage()),
            duration(failures),
            ago(failures.last, now),
            count(failures.failed, "failure"),
            count(failures.passed, "success")
        );
        let mut finding = Finding::new(failures.cause, severity, words).weight(weight);
        if let Some(ssid) = &failures.ssid {
            finding = finding.on(Object::wlan(ssid).at_site(site));
        }
        finding
            .on(Object::site(site))
            .since(Some(failures.first).filter(|_| !failures.is_cut))
            .evidence("ended", failures.last)
            .evidence("failures", failures.failed)
            .evidence("successes", failures.passed)
            .evidence("clients", Some(failures.clients.len()).filter(|clients| *clients > 0))
            .evidence("nac_event", failures.nac_event.clone())
            .evidence("text", failures.text)
            .see(shown(&[&failures], id, Some(failures.first)).as_ref())
    });
    found.collect()
}

/// How long failures lasted, after what failed.
fn duration(failures: &Failures<'_>) -> String {
    match failures.last - failures.first {
        seconds if failures.is_cut && seconds < LASTING => String::new(),
        seconds if failures.is_cut => format!(" for at least {}", span(seconds)),
        seconds => format!(" for {}", span(seconds)),
    }
}

/// What clients fail to do at a stage.
fn purpose(stage: Option<Stage>) -> &'static str {
    match stage {
        Some(Stage::Association) => "to associate",
        Some(Stage::Roaming) => "to roam",
        Some(Stage::Dhcp) => "to get an IP address by DHCP",
        Some(Stage::Arp) => "to reach their default gateway by ARP",
        Some(Stage::Dns) => "to resolve names",
        Some(Stage::Portal) => "at the guest portal",
        _ => "to sign in",
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_890_000;

    /// Events of five clients in turn, one a minute, the last so many minutes ago.
    fn events(kind: &str, times: i64, last: i64) -> Vec<Event> {
        let event = |number: i64| {
            let row = json!({
                "type": kind, "timestamp": NOW - (last + number) * 60, "ssid": "Guest",
                "mac": format!("5c5b3500000{}", number % 5),
            });
            Event::of(Row::of(&row)).unwrap()
        };
        (0..times).map(event).collect()
    }

    fn found(events: &[Event], end: i64) -> Vec<(&'static str, Severity, Option<i64>)> {
        let current = super::super::failures(events, end);
        let over = over(events, &[], &current, end);
        let ended = ended(&over, ("s", "Leeds"), (NOW, end));
        ended.iter().map(|finding| (finding.cause().name, finding.severity(), finding.began())).collect()
    }

    #[test]
    fn failures_that_ended_are_told_with_their_time() {
        let failures = events("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 40, 300);
        let good = events("CLIENT_IP_ASSIGNED", 200, 2);
        let all = [failures.clone(), good].concat();
        let began = Some(NOW - 339 * 60);
        assert_eq!(found(&all, NOW), [("dhcp_failure", Severity::Info, began)]);
        assert_eq!(found(&all, NOW - 200 * 60), [("dhcp_failure", Severity::Critical, began)]);
        let mixed = [failures, events("CLIENT_IP_ASSIGNED", 60, 290)].concat();
        assert_eq!(found(&mixed, NOW), [], "most exchanges went well");
    }

    #[test]
    fn failures_in_bursts_are_one_time_of_failures() {
        let bursts = (0..6).flat_map(|burst| {
            (0..8).map(move |client| {
                let row = json!({
                    "type": "MARVIS_DNS_FAILURE", "timestamp": NOW - 20_000 - burst * 1_000 - client, "ssid": "Guest",
                    "mac": format!("5c5b3500000{client}"),
                });
                Event::of(Row::of(&row)).unwrap()
            })
        });
        let began = Some(NOW - 25_007);
        assert_eq!(found(&bursts.collect::<Vec<_>>(), NOW), [("dns_failure", Severity::Info, began)]);
    }

    #[test]
    fn failures_that_go_on_are_told_as_such_alone() {
        assert_eq!(found(&events("MARVIS_DNS_FAILURE", 40, 1), NOW), []);
        assert_eq!(found(&events("MARVIS_DNS_FAILURE", 40, 20), NOW), []);
    }
}
