//! Facts of the life cycle: firmware versions ([`Version`]), contracts ([`Contract`]), licenses ([`License`]), advisories
//! ([`Notice`]) and certificates ([`Certificate`]).

use std::cmp::Ordering;

use mistmcp::answers::Row;
use mistmcp::serde_json::json;

use super::Device;

/// A firmware version, compared by its numbers: `23.4R2-S4.11`, `0.14.29676`, `6.3.4-7.r2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version(String);

impl Version {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn numbers(&self) -> Vec<u64> {
        self.of_junos().unwrap_or_else(|| numbers_in(&self.0))
    }

    /// The numbers of a version of Junos, such as `23.4R2-S4.11`: the number of its service release goes before that of its
    /// build, and is 0 where it has none, as in `23.4R2.13`.
    fn of_junos(&self) -> Option<Vec<u64>> {
        let (base, rest) = self.0.split_once('R')?;
        let (release, build) = rest.split_once('.').unwrap_or((rest, ""));
        let (release, service) = release.split_once("-S").unwrap_or((release, ""));
        let is_number = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
        let release = release.split('-').next().filter(|release| is_number(release))?;
        base.split('.').all(is_number).then(|| {
            let service = numbers_in(service).first().copied().unwrap_or(0);
            [numbers_in(base), numbers_in(release), vec![service], numbers_in(build)].concat()
        })
    }

    /// Whether it is older than another one. Versions that are written in another way are not compared.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        let (own, others) = (self.numbers(), other.numbers());
        !own.is_empty() && !others.is_empty() && own.cmp(&others) == Ordering::Less
    }
}

/// The numbers in a text. One of more than 19 digits is no version.
fn numbers_in(text: &str) -> Vec<u64> {
    let digits = text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty());
    digits.map(|digits| digits.parse().unwrap_or(u64::MAX)).collect()
}

/// A version that Mist offers for a model, and whether it is the one that it suggests: from
/// `listOrgAvailableDeviceVersions`, `listSiteAvailableDeviceVersions` or `listOrgAvailableSsrVersions`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OfferedVersion {
    /// `None` for all models of a kind.
    pub(crate) model: Option<String>,
    pub(crate) version: Version,
    pub(crate) is_suggested: bool,
}

impl OfferedVersion {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let mut tags = row.texts("tag");
        tags.extend(row.texts("tags"));
        let suggests = |tag: &String| {
            let tag = tag.to_lowercase();
            tag.contains("suggested") || tag == "stable"
        };
        Some(Self {
            model: row.text("model"),
            version: Version::new(&row.text("version")?),
            is_suggested: tags.iter().any(suggests) || row.flag("default") == Some(true),
        })
    }
}

/// Contract, warranty and end of support of a device that was bought from Juniper, from
/// `searchOrgJsiAssetsAndContracts`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Contract {
    pub(crate) device: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) suggested: Option<String>,
    pub(crate) has_support: Option<bool>,
    /// Epoch seconds: end of the contract, of support for the model, and of support for the version.
    pub(crate) ends: Option<i64>,
    pub(crate) model_ends: Option<i64>,
    pub(crate) version_ends: Option<i64>,
}

impl Contract {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let (device, serial) = (row.text("device_name"), row.text("serial"));
        if device.is_none() && serial.is_none() {
            return None;
        }
        Some(Self {
            device,
            serial,
            model: row.text("model"),
            version: row.text("version"),
            suggested: row.text("suggested_version"),
            has_support: row.flag("has_support"),
            ends: date(row, "contract_end_date"),
            model_ends: date(row, "eos_time").or_else(|| date(row, "end_of_service_time")),
            version_ends: date(row, "version_eos_time"),
        })
    }

    /// Whether it is the contract of a device.
    pub(crate) fn is_of(&self, device: &Device) -> bool {
        match (&self.serial, &device.serial) {
            (Some(own), Some(serial)) => own.eq_ignore_ascii_case(serial),
            _ => self.device.is_some() && self.device == device.name,
        }
    }
}

/// A time, also from a date without one.
fn date(row: Row<'_>, field: &str) -> Option<i64> {
    row.time(field).or_else(|| {
        let day = json!(format!("{}T00:00:00Z", row.text(field)?));
        Row::of(&day).time("")
    })
}

/// A subscription, from `getOrgLicensesSummary`. Its end is in epoch seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct License {
    pub(crate) kind: String,
    pub(crate) quantity: i64,
    pub(crate) ends: Option<i64>,
    pub(crate) subscription: Option<String>,
}

impl License {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        Some(Self {
            kind: row.text("type")?,
            quantity: row.integer("quantity").unwrap_or(0),
            ends: row.time("end_time"),
            subscription: row.text("subscription_id"),
        })
    }
}

/// A security advisory (`searchOrgJsiSirt`), or a notice of a bug (`searchOrgJsiPbn`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) is_security: bool,
    /// `critical`, `high`, `major` and so on.
    pub(crate) severity: String,
    pub(crate) title: Option<String>,
    pub(crate) score: Option<f64>,
    pub(crate) solution: Option<String>,
    pub(crate) updated: Option<i64>,
    models: Vec<String>,
    versions: Vec<String>,
}

impl Notice {
    pub(crate) fn of(row: Row<'_>, is_security: bool) -> Option<Self> {
        let severity = row.text("severity").or_else(|| row.text("customer_risk"));
        let lower = |texts: Vec<String>| texts.into_iter().map(|text| text.to_lowercase()).collect();
        let solution =
            row.text("solution").or_else(|| row.text("fixed_in").map(|fixed| format!("Fixed in {fixed}")));
        Some(Self {
            id: row.text("id")?,
            is_security,
            severity: severity.unwrap_or_default().to_lowercase(),
            title: row.text("title"),
            score: row.number("cvss_score"),
            solution: solution.or_else(|| row.text("workaround")),
            updated: row.time("updated_date").or_else(|| row.time("published_date")),
            models: lower(row.texts("models")),
            versions: lower(row.texts("versions")),
        })
    }

    /// Whether it applies to a device: by its model, and by its version where the notice names some.
    pub(crate) fn applies_to(&self, device: &Device) -> bool {
        let is = |known: &[String], own: &Option<String>| {
            own.as_ref().is_some_and(|own| known.contains(&own.to_lowercase()))
        };
        is(&self.models, &device.model) && (self.versions.is_empty() || is(&self.versions, &device.version))
    }
}

/// A certificate with its end in epoch seconds, from the statistics of its device or from `listOrgCertificates`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Certificate {
    /// The device that has it; `None` for the organization.
    pub(crate) device: Option<Device>,
    pub(crate) name: String,
    pub(crate) ends: i64,
}

impl Certificate {
    /// The certificates of a device, from its row in the statistics.
    pub(crate) fn all_of(row: Row<'_>) -> Vec<Self> {
        let Some(device) = Device::of(row) else { return Vec::new() };
        let of = |name: &str, ends| Self { device: Some(device.clone()), name: name.to_owned(), ends };
        let mut found: Vec<_> =
            row.fields("expiring_certs").filter_map(|(name, ends)| Some(of(name, ends.time("")?))).collect();
        if let Some(ends) =
            row.time("cert_expiry").filter(|ends| !found.iter().any(|known| known.ends == *ends))
        {
            found.push(of("device certificate", ends));
        }
        found
    }

    /// The certificates of an organization whose end is known.
    pub(crate) fn of_org(row: Row<'_>) -> Vec<Self> {
        let fields = [
            ("cert_expiry", "organization certificate"),
            ("pending_cert_expiry", "pending organization certificate"),
        ];
        let ends = fields.into_iter().filter_map(|(field, name)| Some((row.time(field)?, name)));
        ends.map(|(ends, name)| Self { device: None, name: name.to_owned(), ends }).collect()
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::{Value, json};

    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (one, other, before) in [
            ("0.10.24111", "0.14.29676", true),
            ("0.14.29676", "0.14.29676", false),
            ("23.4R2-S3.9", "23.4R2-S4.11", true),
            ("23.4R2", "23.4R2-S4.11", true),
            ("24.2R1", "23.4R2-S4.11", false),
            // The 13th build of the release is older than its fourth service release.
            ("23.4R2.13", "23.4R2-S4.11", true),
            ("23.4R2-S4.11", "23.4R2.13", false),
            ("23.4R2.9", "23.4R2.13", true),
            ("23.4R2-S9", "23.4R2-S10.3", true),
            ("22.3R1.12-EVO", "22.3R1-S1.3-EVO", true),
            ("23.4R2-S4.11", "24.2R1.9", true),
            ("6.3.4-7.r2", "6.3.4-10.r1", true),
            ("", "1.0", false),
            ("unknown", "1.0", false),
            ("99999999999999999999999", "1", false),
        ] {
            assert_eq!(Version::new(one).is_before(&Version::new(other)), before, "{one} {other}");
        }
    }

    #[test]
    fn suggested_versions_are_reported_in_several_ways() {
        let suggested = |row: Value| OfferedVersion::of(Row::of(&row)).map(|offered| offered.is_suggested);
        assert_eq!(suggested(json!({ "version": "1", "tag": "junos_suggested" })), Some(true));
        assert_eq!(suggested(json!({ "version": "1", "tag": "stable" })), Some(true));
        assert_eq!(suggested(json!({ "version": "1", "tag": "beta" })), Some(false));
        assert_eq!(suggested(json!({ "version": "1", "default": true, "tags": [] })), Some(true));
        assert_eq!(suggested(json!({ "tag": "stable" })), None);
    }

    #[test]
    fn dates_of_contracts_are_read_with_and_without_a_time() {
        let ends = |value: Value| {
            Contract::of(Row::of(&json!({ "serial": "S", "contract_end_date": value }))).unwrap().ends
        };
        assert_eq!(ends(json!("2023-12-31")), Some(1_703_980_800));
        assert_eq!(ends(json!(1_703_980_800_000_i64)), Some(1_703_980_800));
        assert_eq!(ends(json!("soon")), None);
        assert_eq!(Contract::of(Row::of(&json!({ "model": "AP45" }))), None);
    }

    #[test]
    fn a_notice_applies_by_model_and_version() {
        let device = |model: &str, version: &str| {
            Device::of(Row::of(&json!({ "mac": "5c5b35000001", "model": model, "version": version })))
                .unwrap()
        };
        let row =
            json!({ "id": "JSA1", "models": ["SRX320"], "versions": ["23.4R2-S3.9"], "severity": "High" });
        let notice = Notice::of(Row::of(&row), true).unwrap();
        assert!(notice.applies_to(&device("srx320", "23.4R2-S3.9")));
        assert!(
            !notice.applies_to(&device("SRX320", "24.2R1"))
                && !notice.applies_to(&device("SRX345", "23.4R2-S3.9"))
        );
    }

    #[test]
    fn a_certificate_is_reported_once() {
        let row = json!({ "mac": "5c5b35000001", "cert_expiry": 1_704_067_200, "expiring_certs": { "radsec.crt": 1_704_067_200, "x": null } });
        let found = Certificate::all_of(Row::of(&row));
        assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["radsec.crt"]);
    }
}
