//! Rules for the stages of a connection: which one fails, and whether others fail there as well.

use mistmcp::answers::{Cause, Finding, Object, Severity, ago, count, span, times};

use super::ClientCase;
use crate::causes as c;
use crate::facts::{Event, Stage, stage_of};
use crate::rules::client_failures::any_fails;
use crate::rules::nac;
use crate::thresholds as t;

/// A stage that fails, and has not been passed since.
#[derive(Clone, Debug)]
struct Failing<'a> {
    failures: Vec<&'a Event>,
    last: i64,
}

/// The failures of a stage since a client last passed it. Reaching a later stage passes the earlier ones.
fn failing(events: &[Event], wanted: Stage) -> Option<Failing<'_>> {
    let passed = events
        .iter()
        .filter_map(|event| stage_of(&event.kind).map(|(stage, good)| (stage, good, event.time)))
        .filter(|(stage, good, _)| {
            (*stage == wanted && *good)
                || (*stage > wanted && *stage != Stage::Disconnect && *stage != Stage::Roaming)
        })
        .map(|(.., time)| time)
        .max()
        .unwrap_or(i64::MIN);
    let failures: Vec<_> = events
        .iter()
        .filter(|event| event.time > passed && stage_of(&event.kind) == Some((wanted, false)))
        .collect();
    let last = failures.iter().map(|event| event.time).max()?;
    Some(Failing { failures, last })
}

/// Failures of a stage that come again and again, although each is passed in the end: it failed anew after it had been passed,
/// and did so lately. One trouble that is over is history.
fn recurring(events: &[Event], wanted: Stage, now: i64) -> Option<Failing<'_>> {
    let mut of_stage: Vec<_> = events
        .iter()
        .filter_map(|event| {
            let (stage, good) = stage_of(&event.kind)?;
            (stage == wanted).then_some((event, good))
        })
        .collect();
    of_stage.sort_by_key(|(event, _)| event.time);
    let failures: Vec<_> = of_stage.iter().filter(|(_, good)| !good).map(|(event, _)| *event).collect();
    let passed = of_stage.len() - failures.len();
    let relapses = of_stage.windows(2).filter(|pair| pair[0].1 && !pair[1].1).count();
    let last = failures.last()?.time;
    let is_trouble = failures.len() >= 4 && failures.len() * 2 > passed;
    (is_trouble && relapses >= t::MIN_RELAPSES && now - last <= t::RECENT)
        .then_some(Failing { failures, last })
}

/// Why a client does not get as far as it should: the earliest stage that fails. With `explained`, why its authorization
/// fails is known already.
pub(crate) fn stages(case: &ClientCase<'_>, explained: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(roaming(case));
    for (stage, cause, severity, words, weight) in [
        (
            Stage::Association,
            &c::ASSOCIATION_REFUSED,
            Severity::Critical,
            "is refused by its access point",
            88,
        ),
        (Stage::Dhcp, &c::DHCP_FAILURE, Severity::Critical, "gets no IP address by DHCP", 87),
        (
            Stage::Arp,
            &c::GATEWAY_ARP_FAILURE,
            Severity::Critical,
            "gets no ARP reply from its default gateway",
            86,
        ),
        (Stage::Dns, &c::DNS_FAILURE, Severity::Critical, "gets no answer from its DNS server", 85),
        (Stage::Portal, &c::CAPTIVE_PORTAL_FAILURE, Severity::Warning, "fails at the guest portal", 84),
    ] {
        let now_failing = failing(case.events, stage);
        let is_open = now_failing.is_some();
        let Some(failing) = now_failing.or_else(|| recurring(case.events, stage, case.now)) else { continue };
        // One lost exchange is a chance.
        if failing.failures.len() < t::MIN_FAILURES
            && !(is_open && case.now - failing.last < t::SHORTLY_BEFORE)
        {
            continue;
        }
        let (severity, weight) = if is_open { (severity, weight) } else { (Severity::Warning, weight - 15) };
        found.push(stage_finding(case, &failing, stage, (cause, severity, words), weight));
    }
    if !explained {
        found.extend(authorization(case));
    }
    found
}

fn stage_finding(
    case: &ClientCase<'_>,
    failing: &Failing<'_>,
    stage: Stage,
    (kind, severity, words): (&'static Cause, Severity, &str),
    weight: u8,
) -> Finding {
    let others = others_failing(case, stage, &failing.failures);
    let fail = any_fails(others.iter().copied());
    let scope = if fail {
        "; other clients of the site fail as well"
    } else if others.is_empty() {
        "; no other client of the site fails like this"
    } else {
        ""
    };
    let first = failing.failures.iter().map(|event| event.time).min();
    let sample = failing.failures.iter().max_by_key(|event| event.time);
    let status = sample.and_then(|event| event.status);
    let full = status == Some(17) || sample.is_some_and(|event| event.reason == Some(5));
    let words =
        if full { "is refused, because its access point has reached its limit of clients" } else { words };
    let words = sample.and_then(|event| words_of(&event.kind)).unwrap_or(words);
    let times = failing.failures.len();
    let finding = case
        .finding(
            kind,
            severity,
            format!(
                "{} {words}: {}, last {}{scope}.",
                case.called(),
                count(times, "failure"),
                ago(failing.last, case.now)
            ),
        )
        .weight(weight)
        .since(first)
        .evidence("event", sample.map(|event| event.kind.clone()))
        .evidence("failures", times)
        .evidence("last", failing.last)
        .evidence("failures_of_others", others.len())
        .evidence("status_code", status)
        .evidence("reason_code", sample.and_then(|event| event.reason))
        .evidence("text", sample.and_then(|event| event.text.clone()))
        .see(case.shown_by(&failing.failures).as_ref());
    match sample.and_then(|event| event.vlan) {
        Some(vlan) => finding.on(Object::vlan(&vlan.to_string())),
        None => finding,
    }
}

/// What types of events say that their stage does not.
fn words_of(kind: &str) -> Option<&'static str> {
    let words = [
        ("STATIC_IP", "is blocked, because it uses a static IP address that the WLAN does not allow"),
        ("EXCESSIVE_ARP", "sends too many ARP requests, as if nothing answered them"),
        ("BAD_IP", "uses an IP address that does not belong to its network"),
        ("SPOOFING", "receives the address of the default gateway from another device"),
    ];
    words.iter().find(|(part, _)| kind.contains(part)).map(|(_, words)| *words)
}

/// Failures of a stage by other clients of the site around those of the client: on the same WLAN where that is known.
fn others_failing<'a>(case: &ClientCase<'a>, stage: Stage, own: &[&Event]) -> Vec<&'a Event> {
    let times = || own.iter().map(|event| event.time);
    let (first, last) = (times().min().unwrap_or(case.now), times().max().unwrap_or(case.now));
    let around = (first - t::SHORTLY_BEFORE)..=(last + t::SHORTLY_BEFORE);
    let same = |event: &&Event| match (&event.ssid, &case.client.ssid) {
        (Some(theirs), Some(own)) => theirs == own,
        _ => true,
    };
    case.others
        .iter()
        .filter(same)
        .filter(|event| around.contains(&event.time))
        .filter(|event| stage_of(&event.kind) == Some((stage, false)))
        .collect()
}

fn roaming(case: &ClientCase<'_>) -> Option<Finding> {
    // A full sign-in follows each failed transition. A fast one since shows that it works.
    let passed = case
        .events
        .iter()
        .filter(|event| {
            let stage = stage_of(&event.kind);
            stage == Some((Stage::Roaming, true))
                || (event.kind.ends_with("_11R") && stage.is_some_and(|(_, good)| good))
        })
        .map(|event| event.time)
        .max();
    let failures: Vec<_> = case
        .events
        .iter()
        .filter(|event| stage_of(&event.kind) == Some((Stage::Roaming, false)))
        .filter(|event| passed.is_none_or(|passed| event.time > passed))
        .collect();
    let moves: Vec<_> = case.events.iter().filter(|event| event.kind.contains("REASSOCIATION")).collect();
    let last = failures.iter().map(|event| event.time).max().filter(|_| failures.len() >= t::MIN_FAILURES);
    let (what, weight, since) = match last {
        Some(last) => {
            let failed = count(failures.len(), "failed transition");
            let what = format!(
                "fails at fast roaming between access points: {failed}, last {}",
                ago(last, case.now)
            );
            (what, 80, failures.iter().map(|event| event.time).min())
        }
        None => too_many_moves(&moves, case.end)?,
    };
    let sample = failures.iter().max_by_key(|event| event.time);
    Some(
        case.finding(&c::ROAMING_FAILURE, Severity::Warning, format!("{} {what}.", case.called()))
            .weight(weight)
            .since(since)
            .evidence("event", sample.map(|event| event.kind.clone()))
            .evidence("failures", failures.len())
            .evidence("reassociations", moves.len())
            .evidence("text", sample.and_then(|event| event.text.clone()))
            .see(case.shown_by(if failures.is_empty() { &moves } else { &failures }).as_ref()),
    )
}

/// What a client that moves too often does, with the weight of that and its begin.
fn too_many_moves(moves: &[&Event], end: i64) -> Option<(String, u8, Option<i64>)> {
    let last = moves.iter().map(|event| event.time).max()?;
    let last_moves = moves.iter().filter(|event| last - event.time <= t::OUTAGE_WINDOW).count();
    if last_moves >= t::MANY_REASSOCIATIONS {
        let what = format!("moves between access points too often: {} within ten minutes", times(last_moves));
        return Some((what, 66, None));
    }
    let (returns, first) = returns(moves, end)?;
    let what =
        format!("goes back and forth between access points: {} within {}", times(returns), span(t::RECENT));
    Some((what, 64, Some(first)))
}

/// How often a client went back to the access point that it came from in the hours before its last move, if that is too often and
/// it did so lately; with the time of the first of these moves.
fn returns(moves: &[&Event], end: i64) -> Option<(usize, i64)> {
    let last = moves.iter().map(|event| event.time).max().filter(|last| end - last <= t::RECENT)?;
    let mut late: Vec<_> = moves.iter().filter(|event| last - event.time <= t::RECENT).collect();
    late.sort_by_key(|event| event.time);
    let first = late.first()?.time;
    let aps: Vec<_> = late.iter().filter_map(|event| event.ap.as_deref()).collect();
    let returns = aps.windows(3).filter(|aps| aps[0] == aps[2] && aps[0] != aps[1]).count();
    Some((returns, first)).filter(|(returns, _)| *returns >= t::MANY_RETURNS)
}

/// Why the authorization of a client fails, where NAC says nothing.
pub(crate) fn authorization(case: &ClientCase<'_>) -> Option<Finding> {
    let failing = failing(case.events, Stage::Authorization)?;
    let sample = failing.failures.iter().max_by_key(|event| event.time)?;
    if failing.failures.len() < t::MIN_FAILURES && case.now - failing.last > t::SHORTLY_BEFORE {
        return None;
    }
    let others = others_failing(case, Stage::Authorization, &failing.failures);
    let fail = any_fails(others.iter().copied());
    let by_server = |event: &&&Event| event.text.as_deref().is_some_and(nac::says_unreachable);
    let (kind, words) = if failing.failures.iter().any(|event| by_server(&event)) {
        (&c::AUTH_SERVER_UNREACHABLE, "gets no answer from the authentication server")
    } else if failing.failures.iter().any(|event| event.kind.contains("MAC_AUTH")) {
        // The address of the client is refused, whatever key the WLAN has.
        (&c::AUTH_DENIED, "is denied: its MAC address is not accepted")
    } else if case.is_wireless_key(&failing.failures) {
        (&c::WRONG_KEY, "uses a wrong passphrase")
    } else if failing.failures.iter().any(|event| event.kind.contains("DENIED")) {
        (&c::AUTH_DENIED, "is denied by the authentication server")
    } else if !fail && !case.others.is_empty() {
        let words = match others.len() {
            0 => "fails 802.1X authentication, and no other client of the site does",
            _ => "fails 802.1X authentication",
        };
        (&c::CLIENT_ALONE, words)
    } else {
        (&c::AUTH_IDENTITY, "fails 802.1X authentication")
    };
    let times = failing.failures.len();
    Some(
        case.finding(
            kind,
            Severity::Critical,
            format!(
                "{} {words}: {}, last {}.",
                case.called(),
                count(times, "failure"),
                ago(failing.last, case.now)
            ),
        )
        .weight(89)
        .since(failing.failures.iter().map(|event| event.time).min())
        .evidence("event", sample.kind.clone())
        .evidence("failures", times)
        .evidence("failures_of_others", others.len())
        .evidence("reason_code", sample.reason)
        .evidence("text", sample.text.clone())
        .see(case.shown_by(&failing.failures).as_ref()),
    )
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn a_client_that_goes_back_and_forth_for_an_hour_is_told_and_one_that_walks_is_not() {
        let moves = |number: i64, seconds: i64, aps: i64| -> Vec<Event> {
            let event = |step: i64| {
                let row = json!({
                    "type": "CLIENT_AUTH_REASSOCIATION", "timestamp": 100_000 - step * seconds,
                    "ap": format!("5c5b350000{:02}", step % aps),
                });
                Event::of(Row::of(&row)).unwrap()
            };
            (0..number).map(event).collect()
        };
        let until = |events: &[Event], end: i64| returns(&events.iter().collect::<Vec<_>>(), end);
        let told = |events: &[Event]| until(events, 100_000);
        assert_eq!(told(&moves(41, 120, 2)), Some((39, 95_200)));
        assert_eq!(until(&moves(41, 120, 2), 107_201), None, "it has stayed since");
        assert_eq!(told(&moves(41, 120, 1)), None, "it stays at one access point");
        assert_eq!(told(&moves(41, 120, 5)), None, "it walks through the building");
        assert_eq!(told(&moves(41, 1_200, 2)), None, "over many hours");
        assert_eq!(told(&[]), None);
    }
}
