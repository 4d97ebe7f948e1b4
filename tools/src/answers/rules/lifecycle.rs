//! Rules for what grows old: firmware, contracts, licenses, certificates and advisories.

use std::collections::BTreeMap;

use mistmcp::answers::{Finding, Object, Severity, count, is, listed, name};
use mistmcp::serde_json::Value;

use crate::answers::facts::Device;
use crate::answers::facts::lifecycle::{Certificate, Contract, License, Notice, Offered, Version};
use crate::answers::thresholds as t;
use crate::answers::{causes as c, sources};

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
fn pressing(ends: i64, now: i64, expired: u8) -> Option<(Severity, u8)> {
    match ends - now {
        ..=0 => Some((Severity::Warning, expired)),
        1..=t::EXPIRES_SOON => Some((Severity::Warning, expired.saturating_sub(3))),
        left if left <= t::EXPIRES => Some((Severity::Info, 38)),
        _ => None,
    }
}

/// Firmware that is behind that of the siblings, or behind the suggested one; a finding for each model. `all` are versions
/// by model of the whole organization, for models of which the site has few.
pub(in crate::answers) fn firmware(
    devices: &[Device],
    offered: &[Offered],
    contracts: &[Contract],
) -> Vec<Finding> {
    let mut models: BTreeMap<&str, Vec<(&Device, Version)>> = BTreeMap::new();
    for device in devices {
        if let (Some(model), Some(version)) = (device.model.as_deref(), device.version.as_deref()) {
            models.entry(model).or_default().push((device, Version::new(version)));
        }
    }
    models.into_iter().filter_map(|(model, own)| behind(model, own, offered, contracts)).collect()
}

fn behind(
    model: &str,
    mut own: Vec<(&Device, Version)>,
    offered: &[Offered],
    contracts: &[Contract],
) -> Option<Finding> {
    let suggested = suggested(model, own.first()?.0, offered, contracts);
    let usual = usual(model, &own, contracts);
    let target = match (&suggested, &usual) {
        (Some(suggested), Some(usual)) if usual.is_before(suggested) => suggested,
        (None, Some(usual)) => usual,
        (Some(suggested), _) => suggested,
        (None, None) => return None,
    };
    let total = own.len();
    let is_outlier = |version: &Version| usual.as_ref().is_some_and(|usual| version.is_before(usual));
    own.retain(|(_, version)| is_outlier(version) || version.is_before(target));
    own.sort_by(|(_, one), (_, other)| one.is_before(other).cmp(&other.is_before(one)).reverse());
    let (first, oldest) = own.first().cloned()?;
    let outliers: Vec<_> = own.iter().filter(|(_, version)| is_outlier(version)).collect();
    let names: Vec<_> = own.iter().map(|(device, _)| device.called()).collect();
    let (severity, weight, summary) = match (&usual, outliers.len()) {
        (Some(usual), 1..) => {
            let names: Vec<_> = outliers.iter().map(|(device, _)| device.called()).collect();
            let verb = if names.len() == 1 { "runs" } else { "run" };
            (
                Severity::Warning,
                66,
                format!(
                    "{} {verb} {}, while most {} run {}.",
                    listed(&names, 4),
                    name(oldest.as_str()),
                    name(model),
                    name(usual.as_str())
                ),
            )
        }
        _ => (
            Severity::Info,
            52,
            format!(
                "{} of {} ({}) {} behind the suggested version {}: {}.",
                own.len(),
                count(total, "device"),
                name(model),
                is(own.len()),
                name(target.as_str()),
                listed(&names, 4)
            ),
        ),
    };
    let mut finding = Finding::new(&c::FIRMWARE_BEHIND, severity, summary)
        .weight(weight)
        .evidence("model", model)
        .evidence("version", oldest.as_str())
        .evidence("suggested", suggested.as_ref().map(Version::as_str))
        .evidence("most_run", usual.as_ref().map(Version::as_str))
        .evidence("behind", own.len())
        .evidence("devices", total)
        .see(&sources::stats(first))
        .on(first.object());
    for (device, _) in own {
        finding = finding.on(device.object());
    }
    Some(finding)
}

/// The version that Mist, or else Juniper, suggests for a model.
fn suggested(model: &str, device: &Device, offered: &[Offered], contracts: &[Contract]) -> Option<Version> {
    let of_model =
        |wanted: &Option<String>| wanted.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(model));
    let newest = |all: Vec<Version>| {
        all.into_iter().reduce(|best, next| if best.is_before(&next) { next } else { best })
    };
    let by_mist = offered.iter().filter(|offered| offered.is_suggested && of_model(&offered.model));
    newest(by_mist.map(|offered| offered.version.clone()).collect())
        .or_else(|| {
            // The list of SSR has no models.
            let of_ssr = offered.iter().filter(|offered| offered.is_suggested && offered.model.is_none());
            let is_ssr = device.kind == "gateway" && model.to_uppercase().starts_with("SSR");
            newest(of_ssr.filter(|_| is_ssr).map(|offered| offered.version.clone()).collect())
        })
        .or_else(|| {
            let by_juniper = contracts.iter().filter(|contract| of_model(&contract.model));
            newest(
                by_juniper.filter_map(|contract| contract.suggested.as_deref().map(Version::new)).collect(),
            )
        })
}

/// The version that most devices of a model run, where there are at least three.
fn usual(model: &str, own: &[(&Device, Version)], contracts: &[Contract]) -> Option<Version> {
    let mut versions: Vec<String> = own.iter().map(|(_, version)| version.as_str().to_owned()).collect();
    if versions.len() < 3 {
        // Too few here: those of the whole organization, as Juniper knows them, but for the own ones.
        let others = contracts.iter().filter(|contract| {
            contract.model.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(model))
                && !own.iter().any(|(device, _)| contract.is_of(device))
        });
        versions.extend(others.filter_map(|contract| contract.version.clone()));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for version in &versions {
        *counts.entry(version).or_default() += 1;
    }
    let (most, used) = counts.into_iter().max_by_key(|(_, used)| *used)?;
    (versions.len() >= 3 && used * 2 > versions.len()).then(|| Version::new(most))
}

/// Devices whose support has ended, and those whose support ends soon.
pub(in crate::answers) fn support(devices: &[Device], contracts: &[Contract], now: i64) -> Vec<Finding> {
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
        let (severity, weight) = if is_over { (Severity::Warning, 64) } else { pressing(first, now, 48)? };
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
            .see(&sources::contract(oldest));
        let reasons = all.iter().map(|(_, device, why)| Value::from(format!("{}: {why}", device.called())));
        finding = finding.evidence("reasons", reasons.collect::<Value>());
        for (_, device, _) in &all {
            finding = finding.on(device.object());
        }
        Some(finding)
    };
    finding(ended, true).into_iter().chain(finding(soon, false)).collect()
}

/// A number of licenses with its verb: `8 licenses are`.
fn licenses_are(number: i64) -> String {
    let number = usize::try_from(number).unwrap_or(0);
    format!("{} {}", count(number, "license"), is(number))
}

/// Licenses that have expired, expire soon, or are exceeded. `used` and `entitled` count by type.
pub(in crate::answers) fn licenses(
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
        let needed = used.get(kind).copied().unwrap_or(0);
        let lasts = |until: i64| -> i64 {
            let valid = own.iter().filter(|license| license.ends.is_none_or(|ends| ends > until));
            valid.map(|license| license.quantity).fold(0, i64::saturating_add)
        };
        let mut ending: Vec<_> = own.iter().filter_map(|license| Some((license.ends?, *license))).collect();
        ending.sort_by_key(|(ends, _)| *ends);
        // The first end after which there are too few.
        let short = ending.iter().find(|(ends, _)| lasts(*ends) < needed.max(1));
        if let Some((ends, license)) = short
            && let Some((severity, weight)) = pressing(*ends, now, 70)
        {
            found.push(
                Finding::new(
                    &c::LICENSE_EXPIRING,
                    severity,
                    format!(
                        "The subscription {} {}; {} in use, and {} valid after it.",
                        name(kind),
                        expiry(*ends, now),
                        licenses_are(needed),
                        licenses_are(lasts(*ends))
                    ),
                )
                .on(Object::license(kind))
                .weight(weight)
                .since(Some(*ends).filter(|ends| *ends <= now))
                .evidence("ends", *ends)
                .evidence("quantity", license.quantity)
                .evidence("in_use", needed)
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
pub(in crate::answers) fn certificates(certificates: &[Certificate], now: i64) -> Vec<Finding> {
    let mut ending: Vec<_> = certificates
        .iter()
        .filter_map(|certificate| Some((certificate, pressing(certificate.ends, now, 71)?)))
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
        .see(certificate.device.as_ref().map(sources::stats).as_ref())
    });
    found.collect()
}

/// Advisories and notices that apply to devices.
pub(in crate::answers) fn advisories(notices: &[Notice], devices: &[Device], now: i64) -> Vec<Finding> {
    let found = notices.iter().filter_map(|notice| {
        let hit: Vec<_> = devices.iter().filter(|device| notice.applies_to(device)).collect();
        let first = hit.first()?;
        let serious = ["critical", "high"].contains(&notice.severity.as_str());
        let severity = if notice.is_security && serious { Severity::Warning } else { Severity::Info };
        let recent = notice.updated.is_some_and(|updated| now - updated <= t::EXPIRES_SOON);
        let weight = match (notice.is_security, notice.severity.as_str()) {
            (true, "critical") => 48,
            (true, "high") => 46,
            (true, _) => 30,
            (false, "critical" | "major") => 27,
            (false, _) => 18,
        } + if recent { 3 } else { 0 };
        let noun = if notice.is_security { "security advisory" } else { "problem notice" };
        let how =
            if notice.severity.is_empty() { String::new() } else { format!(" ({})", name(&notice.severity)) };
        let names: Vec<_> = hit.iter().map(|device| device.called()).collect();
        let mut finding = Finding::new(
            &c::ADVISORY,
            severity,
            format!(
                "The {noun} {}{how} applies to {}: {}.",
                name(&notice.id),
                count(hit.len(), "device"),
                listed(&names, 4)
            ),
        )
        .weight(weight)
        // One device can have several.
        .on(Object::rule(&notice.id))
        .evidence("id", notice.id.clone())
        .evidence("severity", notice.severity.clone())
        .evidence("cvss", notice.score)
        .evidence("title", notice.title.clone())
        .evidence("solution", notice.solution.clone())
        .evidence("updated", notice.updated)
        .evidence("version", first.version.clone())
        .see(&sources::notice(notice));
        for device in hit.iter().take(6) {
            finding = finding.on(device.object());
        }
        Some(finding)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn device(number: u8, model: &str, version: &str) -> Device {
        let row = json!({ "mac": format!("5c5b350000{number:02}"), "name": format!("D-{number}"), "serial": format!("S{number}"), "model": model, "version": version });
        Device::of(Row::of(&row)).unwrap()
    }

    fn offered(model: &str, version: &str) -> Offered {
        Offered { model: Some(model.into()), version: Version::new(version), is_suggested: true }
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn contract(number: u8, row: Value) -> Contract {
        let mut all = json!({ "serial": format!("S{number}"), "device_name": format!("D-{number}"), "has_support": true });
        for (name, value) in row.as_object().unwrap() {
            all[name] = value.clone();
        }
        Contract::of(Row::of(&all)).unwrap()
    }

    #[test]
    fn one_device_behind_its_siblings_is_a_warning() {
        let devices = [
            device(1, "AP45", "0.14.2"),
            device(2, "AP45", "0.14.2"),
            device(3, "AP45", "0.10.1"),
            device(4, "AP34", "0.9.1"),
        ];
        let found = firmware(&devices, &[offered("AP45", "0.14.2")], &[]);
        assert_eq!(found.len(), 1, "of the AP34, nothing is known: {found:?}");
        assert!(found[0].severity() == Severity::Warning && found[0].starts_on("D-3"), "{found:?}");
        assert!(!found[0].is_on("D-1"));
    }

    #[test]
    fn devices_that_are_all_behind_the_suggested_version_are_worth_a_line() {
        let devices = [device(1, "AP45", "0.14.2"), device(2, "AP45", "0.14.2"), device(3, "AP45", "0.14.2")];
        let found = firmware(&devices, &[offered("AP45", "0.14.9")], &[]);
        assert_eq!((found.len(), found[0].severity()), (1, Severity::Info));
        assert!(firmware(&devices, &[offered("AP45", "0.12.0")], &[]).is_empty(), "they are ahead of it");
        assert!(firmware(&devices, &[], &[]).is_empty());
        let by_juniper =
            [contract(1, json!({ "model": "AP45", "version": "0.14.2", "suggested_version": "0.15.0" }))];
        assert_eq!(firmware(&devices, &[], &by_juniper).len(), 1);
    }

    #[test]
    fn a_lone_device_is_compared_with_its_model_in_the_organization() {
        let contracts: Vec<_> = (5..8)
            .map(|number| contract(number, json!({ "model": "SRX320", "version": "23.4R2" })))
            .collect();
        let found = firmware(&[device(1, "SRX320", "21.2R3")], &[], &contracts);
        assert!(found.len() == 1 && found[0].summary().contains("23.4R2"), "{found:?}");
    }

    #[test]
    fn ended_support_is_reported_by_its_reason_and_the_longest_ago_first() {
        let devices = [
            device(1, "SRX320", "1"),
            device(2, "SRX320", "1"),
            device(3, "SRX320", "1"),
            device(4, "SRX320", "1"),
        ];
        let contracts = [
            contract(1, json!({ "contract_end_date": "2026-12-01" })),
            contract(2, json!({ "contract_end_date": "2023-12-31", "has_support": false })),
            contract(3, json!({ "contract_end_date": "2029-12-31" })),
            contract(4, json!({ "contract_end_date": "2027-01-20" })),
        ];
        let found = support(&devices, &contracts, NOW);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_on("D-2") && found[0].is_on("D-1") && !found[0].is_on("D-3"), "{found:?}");
        assert!(found[1].starts_on("D-4") && found[1].explains() < found[0].explains());
        assert!(support(&devices, &[], NOW).is_empty());
    }

    fn license(kind: &str, quantity: i64, days: i64) -> License {
        License { kind: kind.into(), quantity, ends: Some(NOW + days * t::DAY), subscription: None }
    }

    #[test]
    fn a_license_matters_when_too_few_remain() {
        let used = |count| BTreeMap::from([("SUB-EX48".to_owned(), count)]);
        let found = |all: &[License], count| licenses(all, &used(count), &BTreeMap::new(), NOW);
        let expired = found(&[license("SUB-EX48", 18, -100)], 8);
        assert!(
            expired[0].summary().contains("expired 100 days ago") && expired[0].is_on("SUB-EX48"),
            "{expired:?}"
        );
        assert!(
            found(&[license("SUB-EX48", 18, -100), license("SUB-EX48", 18, 900)], 8).is_empty(),
            "renewed"
        );
        assert_eq!(found(&[license("SUB-EX48", 18, 20)], 8)[0].severity(), Severity::Warning);
        assert_eq!(found(&[license("SUB-EX48", 18, 80)], 8)[0].severity(), Severity::Info);
        assert!(found(&[license("SUB-EX48", 18, 400)], 8).is_empty());
        assert!(found(&[license("SUB-EX48", 5, 400)], 8)[0].summary().contains("5 were bought"));
    }

    #[test]
    fn certificates_are_reported_by_their_end() {
        let certificate = |days: i64| Certificate {
            device: Some(device(1, "AP45", "1")),
            name: "radsec.crt".into(),
            ends: NOW + days * t::DAY,
        };
        let found = certificates(&[certificate(20), certificate(-3), certificate(500)], NOW);
        assert_eq!(found.len(), 2);
        assert!(
            found[0].summary().contains("expired 3 days ago")
                && found[1].summary().contains("expires in 20 days")
        );
    }

    #[test]
    fn an_advisory_names_the_devices_that_it_hits() {
        let notice = |id: &str, severity: &str, is_security| {
            let row =
                json!({ "id": id, "models": ["SRX320"], "severity": severity, "title": "A crafted packet" });
            Notice::of(Row::of(&row), is_security).unwrap()
        };
        let devices = [device(1, "SRX320", "1"), device(2, "AP45", "1")];
        let found =
            advisories(&[notice("JSA1", "Critical", true), notice("PR1", "Minor", false)], &devices, NOW);
        assert!(found[0].is_on("D-1") && !found[0].is_on("D-2") && found[0].severity() == Severity::Warning);
        assert!(!found[0].summary().contains("crafted"), "free text is evidence only");
        assert_eq!(found[1].severity(), Severity::Info);
        assert!(advisories(&[notice("JSA1", "High", true)], &devices[1..], NOW).is_empty());
    }
}
