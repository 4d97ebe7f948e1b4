//! Rules for what ends: support, licenses and certificates.

use std::collections::BTreeMap;

use mistmcp::answers::{Finding, Object, Severity, count, is, name};
use mistmcp::serde_json::Value;

use crate::facts::Device;
use crate::facts::lifecycle::{Certificate, Contract, License};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// A date in words: `expired 12 days ago`, `expires in 3 days`.
fn expiry(ends: i64, now: i64) -> String {
    let days = (ends - now).abs() / t::DAY;
    let span = match days {
        0 => "today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    match (ends <= now, days) {
        (true, 0) => "expired today".to_owned(),
        (true, _) => format!("expired {span} ago"),
        (false, 0) => "expires today".to_owned(),
        (false, _) => format!("expires in {span}"),
    }
}

/// How pressing an end is: severity and weight; `None` while it is far away.
fn urgency(ends: i64, now: i64, expired: u8) -> Option<(Severity, u8)> {
    match ends - now {
        ..=0 => Some((Severity::Warning, expired)),
        1..=t::EXPIRES_SOON => Some((Severity::Warning, expired.saturating_sub(3))),
        left if left <= t::EXPIRES => Some((Severity::Info, 38)),
        _ => None,
    }
}

/// Devices whose support has ended, and those whose support ends soon.
pub(crate) fn support(devices: &[Device], contracts: &[Contract], now: i64) -> Vec<Finding> {
    let mut ended: Vec<(i64, &Device, String)> = Vec::new();
    let mut soon: Vec<(i64, &Device, String)> = Vec::new();
    for device in devices {
        let Some(contract) = contracts.iter().find(|contract| contract.is_of(device)) else { continue };
        let ends = [
            (contract.model_ends, "support of the model"),
            (contract.ends, "contract"),
            (contract.version_ends, "support of the version"),
        ];
        let known: Vec<_> = ends.iter().filter_map(|(time, what)| Some(((*time)?, *what))).collect();
        let past: Vec<_> = known.iter().filter(|(time, _)| *time <= now).collect();
        let words = |all: &[&(i64, &str)]| {
            let all: Vec<_> =
                all.iter().map(|(time, what)| format!("{what} {}", expiry(*time, now))).collect();
            all.join(", ")
        };
        if let Some(first) = past.iter().map(|(time, _)| *time).min() {
            ended.push((first, device, words(&past)));
        } else if contract.has_support == Some(false) {
            ended.push((now, device, "no support contract".to_owned()));
        } else {
            let next: Vec<_> = known.iter().filter(|(time, _)| *time - now <= t::EXPIRES).collect();
            if let Some(first) = next.iter().map(|(time, _)| *time).min() {
                soon.push((first, device, words(&next)));
            }
        }
    }
    let finding = |mut all: Vec<(i64, &Device, String)>, is_over: bool| {
        all.sort_by_key(|(time, device, _)| (*time, device.name.clone()));
        let (first, oldest, why) = all.first().cloned()?;
        let (severity, weight) = if is_over { (Severity::Warning, 64) } else { urgency(first, now, 48)? };
        let summary = match all.len() {
            1 if is_over => format!("{} is out of support: {why}.", oldest.called()),
            1 => format!("The support of {} ends soon: {why}.", oldest.called()),
            several if is_over => {
                format!("{several} devices are out of support, first {} ({why}).", oldest.called())
            }
            several => {
                format!(
                    "The support of {several} devices ends soon, first that of {} ({why}).",
                    oldest.called()
                )
            }
        };
        let mut finding = Finding::new(&c::SUPPORT_ENDED, severity, summary)
            .weight(weight)
            .since(Some(first).filter(|first| *first < now))
            .evidence("ends", first)
            .evidence("model", oldest.model.clone())
            .evidence("devices", all.len())
            .see(&evidence::contract(oldest));
        let reasons = all.iter().map(|(_, device, why)| Value::from(format!("{}: {why}", device.called())));
        finding = finding.evidence("reasons", reasons.collect::<Value>());
        for (_, device, _) in &all {
            finding = finding.on(device.object());
        }
        Some(finding)
    };
    finding(ended, true).into_iter().chain(finding(soon, false)).collect()
}

/// A number of licenses with its verb: `8 licenses are`, `no licenses are`.
fn licenses_are(number: i64) -> String {
    let number = usize::try_from(number).unwrap_or(0);
    match number {
        0 => "no licenses are".to_owned(),
        some => format!("{} {}", count(some, "license"), is(some)),
    }
}

/// Licenses that have expired, expire soon, or are exceeded. `used` and `entitled` count by type; where nothing is known of use,
/// all licenses may be in use.
pub(crate) fn licenses(
    licenses: &[License],
    used: &BTreeMap<String, i64>,
    entitled: &BTreeMap<String, i64>,
    now: i64,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut kinds: Vec<_> =
        licenses.iter().map(|license| license.kind.as_str()).chain(used.keys().map(String::as_str)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let own: Vec<_> = licenses.iter().filter(|license| license.kind == kind).collect();
        let in_use = (!used.is_empty()).then(|| used.get(kind).copied().unwrap_or(0));
        let needed = in_use.unwrap_or(0);
        let lasts = |until: i64| -> i64 {
            let valid = own.iter().filter(|license| license.ends.is_none_or(|ends| ends > until));
            valid.map(|license| license.quantity).fold(0, i64::saturating_add)
        };
        let mut ending: Vec<_> = own.iter().filter_map(|license| Some((license.ends?, *license))).collect();
        ending.sort_by_key(|(ends, _)| *ends);
        // The first end after which there are too few.
        let short = ending.iter().find(|(ends, _)| lasts(*ends) < needed.max(1));
        let short = short.and_then(|(ends, license)| Some((ends, license, urgency(*ends, now, 70)?)));
        // One that nothing uses is worth a line until it ends.
        let is_idle = in_use == Some(0);
        if let Some((ends, license, (severity, weight))) = short.filter(|(ends, ..)| !is_idle || **ends > now)
        {
            let use_ =
                in_use.map_or(String::new(), |in_use| format!(" {} in use, and", licenses_are(in_use)));
            let summary = format!(
                "The subscription {} {};{use_} {} valid after it.",
                name(kind),
                expiry(*ends, now),
                licenses_are(lasts(*ends))
            );
            let (severity, weight) = if is_idle { (Severity::Info, 38) } else { (severity, weight) };
            found.push(
                Finding::new(&c::LICENSE_EXPIRING, severity, summary)
                    .on(Object::license(kind))
                    .weight(weight)
                    .since(Some(*ends).filter(|ends| *ends <= now))
                    .evidence("ends", *ends)
                    .evidence("quantity", license.quantity)
                    .evidence("in_use", in_use)
                    .evidence("subscription", license.subscription.clone()),
            );
            continue;
        }
        let allowed = entitled.get(kind).copied().unwrap_or_else(|| lasts(now));
        if needed > allowed {
            found.push(
                Finding::new(
                    &c::LICENSE_EXPIRING,
                    Severity::Warning,
                    format!(
                        "Of {}, {} in use, but only {allowed} were bought.",
                        name(kind),
                        licenses_are(needed)
                    ),
                )
                .on(Object::license(kind))
                .weight(65)
                .evidence("in_use", needed)
                .evidence("entitled", allowed),
            );
        }
    }
    found
}

/// Certificates that have expired or expire soon.
pub(crate) fn certificates(certificates: &[Certificate], now: i64) -> Vec<Finding> {
    let mut ending: Vec<_> = certificates
        .iter()
        .filter_map(|certificate| Some((certificate, urgency(certificate.ends, now, 71)?)))
        .collect();
    ending.sort_by_key(|(certificate, _)| certificate.ends);
    let found = ending.into_iter().map(|(certificate, (severity, weight))| {
        let (whose, object) = match &certificate.device {
            Some(device) => (device.called(), device.object()),
            None => ("the organization".to_owned(), Object::org("organization")),
        };
        let called = name(&certificate.name);
        let noun = if called.to_lowercase().contains("certificate") { "" } else { "certificate " };
        Finding::new(
            &c::CERTIFICATE_EXPIRING,
            severity,
            format!("The {noun}{called} of {whose} {}.", expiry(certificate.ends, now)),
        )
        .on(object)
        .weight(weight)
        .since(Some(certificate.ends).filter(|ends| *ends <= now))
        .evidence("certificate", certificate.name.clone())
        .evidence("ends", certificate.ends)
        .item(certificate.name.clone())
        .see(certificate.device.as_ref().map(evidence::stats).as_ref())
    });
    found.collect()
}
