//! Rules for the life cycle: firmware, support, licenses, certificates and advisories.

mod advisories;
mod expiry;
mod firmware;

pub(crate) use advisories::advisories;
pub(crate) use expiry::{certificates, licenses, support};
pub(crate) use firmware::firmware;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mistmcp::answers::{Row, Severity};
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::facts::Device;
    use crate::facts::lifecycle::{Certificate, Contract, License, Notice, OfferedVersion, Version};
    use crate::facts::test_rows::merge;
    use crate::thresholds as t;

    const NOW: i64 = 1_800_000_000;

    fn device(number: u8, model: &str, version: &str) -> Device {
        let row = json!({ "mac": format!("5c5b350000{number:02}"), "name": format!("D-{number}"), "serial": format!("S{number}"), "model": model, "version": version });
        Device::of(Row::of(&row)).unwrap()
    }

    fn offered(model: &str, version: &str) -> OfferedVersion {
        OfferedVersion { model: Some(model.into()), version: Version::new(version), is_suggested: true }
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn contract(number: u8, row: Value) -> Contract {
        let mut all = json!({ "serial": format!("S{number}"), "device_name": format!("D-{number}"), "has_support": true });
        merge(&mut all, &row);
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
        assert!(found[1].starts_on("D-4") && found[1].relevance() < found[0].relevance());
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
            expired[0]
                .summary()
                .contains("expired 100 days ago; 8 licenses are in use, and no licenses are valid")
                && expired[0].is_on("SUB-EX48"),
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
    fn a_license_that_nothing_uses_is_no_trouble() {
        let found = |days: i64, used: &[(&str, i64)]| {
            let used = used.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
            let found = licenses(&[license("SUB-VNA", 10, days)], &used, &BTreeMap::new(), NOW);
            found.first().map(|finding| (finding.severity(), finding.summary().to_owned()))
        };
        for used in [&[("SUB-VNA", 0)][..], &[("SUB-EX48", 0)]] {
            assert_eq!(found(-764, used), None, "{used:?}");
            let (severity, summary) = found(20, used).unwrap();
            assert_eq!(severity, Severity::Info);
            assert!(summary.contains("expires in 20 days; no licenses are in use"), "{summary}");
            assert_eq!(found(400, used), None);
        }
        // Where the use is not known, it may be used.
        let (severity, summary) = found(-764, &[]).unwrap();
        assert_eq!(severity, Severity::Warning);
        assert!(summary.ends_with("expired 764 days ago; no licenses are valid after it."), "{summary}");
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
