//! What a service level impacts: access points, WLANs, switches, gateways and clients, with their share of the bad user
//! minutes.

use mistmcp::answers::{Finding, Object, Row, Rows, name};
use mistmcp::serde_json::{Value, json};

use crate::facts::Device;
use crate::thresholds as t;

/// Something that a service level impacts, with its bad minutes.
pub(super) struct Impacted {
    pub(super) kind: &'static str,
    pub(super) called: String,
    pub(super) mac: Option<String>,
    pub(super) bad: f64,
    pub(super) share: Option<f64>,
}

impl Impacted {
    pub(super) fn row(&self) -> Value {
        json!({ "kind": self.kind, "name": self.called, "mac": self.mac, "share": self.share })
    }
}

/// Most rows of what is impacted.
const MAX_IMPACTED: usize = 200;

/// What is impacted, the worst first in each kind.
pub(super) fn impacted(impact: &Rows, clients: &Rows) -> Vec<Impacted> {
    let kinds = [
        ("ap", "ap", "ap_mac"),
        ("wlan", "wlan", "wlan_id"),
        ("switch", "switch", "switch_mac"),
        ("gateway", "gateway", "gateway_mac"),
    ];
    let mut found = Vec::new();
    let read = |row: Row<'_>, kind: &'static str, id: &str| {
        let mac = row.mac(id);
        let called = row.text("name").or_else(|| mac.clone()).or_else(|| row.text(id))?;
        Some(Impacted {
            kind,
            called: name(&called),
            mac,
            bad: row.number("degraded").unwrap_or(0.0).max(0.0),
            share: None,
        })
    };
    if let Some(row) = impact.first() {
        for (field, kind, id) in kinds {
            found.extend(with_shares(
                row.rows(field).take(MAX_IMPACTED).filter_map(|row| read(row, kind, id)).collect(),
            ));
        }
    }
    if let Some(row) = clients.first() {
        let rows = row.rows("users").chain(row.rows("clients")).take(MAX_IMPACTED);
        found.extend(with_shares(rows.filter_map(|row| read(row, "client", "mac")).collect()));
    }
    found
}

/// Rows with the names of devices that have only their MAC address.
pub(super) fn with_names(mut found: Vec<Impacted>, devices: &[Device]) -> Vec<Impacted> {
    for item in found.iter_mut().filter(|item| item.mac.as_ref() == Some(&item.called)) {
        let device = devices.iter().find(|device| device.has_mac(&item.called));
        item.called = device.map_or_else(|| item.called.clone(), Device::called);
    }
    found
}

/// Rows of one kind with their share of the bad minutes, the largest first.
fn with_shares(mut found: Vec<Impacted>) -> Vec<Impacted> {
    let all: f64 = found.iter().map(|item| item.bad).sum();
    for item in &mut found {
        item.share = (all > 0.0).then(|| item.bad / all);
    }
    found.retain(|item| item.bad > 0.0);
    found.sort_by(|one, other| other.bad.total_cmp(&one.bad));
    found
}

/// The thing of a kind that has most of the bad minutes, among several.
pub(super) fn concentrated<'a>(impacted: &'a [Impacted], kind: &str) -> Option<&'a Impacted> {
    let mut of_kind = impacted.iter().filter(|item| item.kind == kind);
    let first = of_kind.next()?;
    of_kind.next()?;
    Some(first).filter(|first| first.share.is_some_and(|share| share >= t::CONCENTRATED_SHARE))
}

/// A finding with the access point, device and WLAN that have most of the bad minutes.
pub(super) fn with_objects(finding: Finding, impacted: &[Impacted]) -> Finding {
    let mut finding = finding;
    for kind in ["ap", "switch", "gateway", "wlan"] {
        if let Some(one) = concentrated(impacted, kind) {
            let object = match kind {
                "wlan" => Object::wlan(&one.called),
                kind => Object::device(kind, &one.called).mac(one.mac.clone()),
            };
            finding = finding.on(object);
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_most_of_the_bad_minutes_is_named_only_among_several() {
        let impact = json!({ "ap": [
            { "ap_mac": "5c5b35000001", "name": "AP-1", "degraded": 90 }, { "ap_mac": "5c5b35000002", "degraded": "10" }, null,
        ], "wlan": [{ "wlan_id": "x", "name": "Guest", "degraded": 5 }] });
        let found = impacted(
            &Rows::of(impact),
            &Rows::of(json!({ "users": [{ "mac": "5c5b35000009", "degraded": 1 }, {}] })),
        );
        assert_eq!(concentrated(&found, "ap").map(|item| item.called.as_str()), Some("AP-1"));
        assert!(concentrated(&found, "wlan").is_none() && found.iter().any(|item| item.kind == "client"));
        assert!(impacted(&Rows::of(json!(null)), &Rows::default()).is_empty());
    }
}
