//! Rules for firmware: devices behind the version that is suggested, or that most of their model run.

use std::collections::BTreeMap;

use mistmcp::answers::{Finding, Severity, count, is, listed, name};

use crate::facts::Device;
use crate::facts::lifecycle::{Contract, OfferedVersion, Version};
use crate::{causes as c, evidence};

/// Firmware that is behind that of most devices of the model, or behind the suggested one; a finding for each model. `contracts` have the
/// versions of the whole organization, for models of which the site has few.
pub(crate) fn firmware(
    devices: &[Device],
    offered: &[OfferedVersion],
    contracts: &[Contract],
) -> Vec<Finding> {
    let mut models: BTreeMap<&str, Vec<(&Device, Version)>> = BTreeMap::new();
    for device in devices {
        if let (Some(model), Some(version)) = (device.model.as_deref(), device.version.as_deref()) {
            models.entry(model).or_default().push((device, Version::new(version)));
        }
    }
    models.into_iter().filter_map(|(model, own)| outdated(model, own, offered, contracts)).collect()
}

fn outdated(
    model: &str,
    mut own: Vec<(&Device, Version)>,
    offered: &[OfferedVersion],
    contracts: &[Contract],
) -> Option<Finding> {
    let suggested = suggested_version(model, own.first()?.0, offered, contracts);
    let usual = majority_version(model, &own, contracts);
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
        .see(&evidence::stats(first))
        .on(first.object());
    for (device, _) in own {
        finding = finding.on(device.object());
    }
    Some(finding)
}

/// The version that Mist, or else Juniper, suggests for a model.
fn suggested_version(
    model: &str,
    device: &Device,
    offered: &[OfferedVersion],
    contracts: &[Contract],
) -> Option<Version> {
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
fn majority_version(model: &str, own: &[(&Device, Version)], contracts: &[Contract]) -> Option<Version> {
    let mut versions: Vec<String> = own.iter().map(|(_, version)| version.as_str().to_owned()).collect();
    if versions.len() < 3 {
        // Too few here: those of the other devices of the organization, from their contracts.
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
