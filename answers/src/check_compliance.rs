//! `checkCompliance`: firmware, licenses, certificates, contracts and advisories.

use std::collections::BTreeMap;

use mistmcp::answers::{Cause, DataSource, Diagnosis, Inquiry, Row, Rows, answer, join, name};
use mistmcp::{Call, Mist, Reply, Result, SiteId, mist_tool};

use super::arguments::Organization;
use super::facts::Device;
use super::facts::lifecycle::{Certificate, Contract, License, Notice, OfferedVersion};
use super::rules::lifecycle as rules;
use super::site_state::site_name;
use super::sources::shown_by;
use super::{causes as c, locate, sources};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[&[
    &c::FIRMWARE_BEHIND,
    &c::LICENSE_EXPIRING,
    &c::CERTIFICATE_EXPIRING,
    &c::SUPPORT_ENDED,
    &c::ADVISORY,
]];

/// Most requests of an answer about one site, and about an organization, whose devices take several pages.
const CALLS: [usize; 2] = [12, 18];

/// What is out of date or expires: firmware against suggested and usual versions, licenses, certificates, support, advisories.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn check_compliance(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: Option<SiteId>,
) -> Result<Reply> {
    let calls = if site_id.is_some() { CALLS[0] } else { CALLS[1] };
    answer(mist, call, calls, move |ask| async move {
        Ok(find(&ask, org_id.as_str(), site_id.as_ref().map(SiteId::as_str)).await)
    })
    .await
}

/// Why certificates of users are not read, with the call that shows them where the session has it.
fn users_not_read(ask: &Inquiry) -> &'static str {
    if ask.may_call("searchOrgNacClients") {
        "not looked at; searchOrgNacClients with cert_expiry_duration lists those that expire"
    } else {
        "not looked at"
    }
}

async fn find(ask: &Inquiry, org: &str, site: Option<&str>) -> Diagnosis {
    let of_org = |name, tool| DataSource::new(name, tool).with("org_id", org);
    let stats_source = match site {
        Some(site) => sources::device_stats(site),
        None => of_org("device statistics", "listOrgDevicesStats")
            .of_things()
            .with("type", "all")
            .with("limit", sources::ROWS)
            .pages(6),
    };
    let versions = |name, kind: &str| {
        let source = match site {
            Some(site) => DataSource::new(name, "listSiteAvailableDeviceVersions").with("site_id", site),
            None => of_org(name, "listOrgAvailableDeviceVersions"),
        };
        source.with("type", kind).list().of_names()
    };
    let ap_source = versions("versions of access points", "ap");
    let switch_source = versions("versions of switches", "switch");
    let gateway_source = versions("versions of gateways", "gateway");
    let license_source = of_org("licenses", "getOrgLicensesSummary");
    let contract_source = of_org("contracts", "searchOrgJsiAssetsAndContracts")
        .with("limit", sources::ROWS)
        .pages(if site.is_some() { 1 } else { 4 });
    let advisory_source = of_org("security advisories", "searchOrgJsiSirt").with("limit", sources::ROWS);
    let notice_source = of_org("problem notices", "searchOrgJsiPbn").with("limit", sources::ROWS);
    let certificate_source = of_org("certificates of the organization", "listOrgCertificates").or_none();
    let site_name = async {
        match site {
            Some(site) => Some(site_name(ask, site).await),
            None => None,
        }
    };
    let (
        stats,
        aps,
        switches,
        gateways,
        license_rows,
        contract_rows,
        advisories,
        notices,
        org_certificates,
        site_name,
    ) = join!(
        ask.rows(&stats_source),
        ask.rows(&ap_source),
        ask.rows(&switch_source),
        ask.rows(&gateway_source),
        ask.rows(&license_source),
        ask.rows(&contract_source),
        ask.rows(&advisory_source),
        ask.rows(&notice_source),
        ask.rows(&certificate_source),
        site_name,
    );
    let devices = locate::devices_of(&stats);
    let ssr_source = devices
        .iter()
        .any(|device| device.model.as_deref().is_some_and(|model| model.to_uppercase().starts_with("SSR")))
        .then(|| of_org("versions of SSR", "listOrgAvailableSsrVersions").of_names());
    let ssr = ask.rows_if(ssr_source.as_ref()).await;
    let offered: Vec<_> = [&aps, &switches, &gateways, &ssr]
        .into_iter()
        .flat_map(Rows::iter)
        .filter_map(OfferedVersion::of)
        .collect();
    let contracts: Vec<_> = contract_rows.iter().filter_map(Contract::of).collect();
    let mut notices: Vec<_> = notices.iter().filter_map(|row| Notice::of(row, false)).collect();
    notices.extend(advisories.iter().filter_map(|row| Notice::of(row, true)));
    let mut certificates: Vec<_> = stats.iter().flat_map(Certificate::all_of).collect();
    certificates.extend(org_certificates.iter().flat_map(Certificate::of_org));
    if devices.is_empty() && stats.is_seen() {
        ask.nothing_there(
            "devices",
            if site.is_some() { "the site has none" } else { "the organization has none" },
        );
    }

    // Only access control shows them, by a search for each time that is left.
    ask.nothing_there("certificates of users", users_not_read(ask));
    let mut found = shown_by(rules::firmware(&devices, &offered, &contracts), &stats_source);
    found.extend(shown_by(rules::support(&devices, &contracts, ask.now()), &contract_source));
    found.extend(shown_by(licenses(&license_rows, ask.now()), &license_source));
    found.extend(shown_by(rules::certificates(&certificates, ask.now()), &certificate_source));
    let (security, bugs): (Vec<_>, Vec<_>) = notices.into_iter().partition(|notice| notice.is_security);
    found.extend(shown_by(rules::advisories(&security, &devices, ask.now()), &advisory_source));
    found.extend(shown_by(rules::advisories(&bugs, &devices, ask.now()), &notice_source));

    let subject = site_name.as_deref().map_or_else(|| "the organization".to_owned(), name);
    if devices.is_empty() && found.is_empty() {
        return Diagnosis::unknown(format!(
            "No device of {subject} could be seen, so nothing is known about its firmware and support."
        ));
    }
    Diagnosis::about(format!("The compliance of {subject}"))
        .narrowed_by([("site_id", site.is_some())])
        .fact("devices", stats.if_whole(devices.len()))
        .fact("versions", versions_of(&devices))
        .fact("contracts", counted(&contract_rows, &contracts, site.map(|_| devices.as_slice())))
        .findings(found)
}

/// Number of contracts, of the devices of a site or all of them, if all rows were read and there are any.
fn counted(rows: &Rows, contracts: &[Contract], devices: Option<&[Device]>) -> Option<usize> {
    let is_here = |contract: &&Contract| {
        devices.is_none_or(|devices| devices.iter().any(|device| contract.is_of(device)))
    };
    rows.if_whole(contracts.iter().filter(is_here).count()).filter(|contracts| *contracts > 0)
}

fn licenses(rows: &Rows, now: i64) -> Vec<mistmcp::answers::Finding> {
    let Some(row) = rows.first() else { return Vec::new() };
    let counts = |field: &str| -> BTreeMap<String, i64> {
        row.fields(field).filter_map(|(kind, count)| Some((kind.to_owned(), count.integer("")?))).collect()
    };
    let mut used = counts("usages");
    if used.is_empty() {
        used = counts("summary");
    }
    let all = row.rows("licenses").chain(row.rows("amendments"));
    let all: Vec<_> = all.filter_map(|license: Row<'_>| License::of(license)).collect();
    rules::licenses(&all, &used, &counts("entitled"), now)
}

/// How many devices of each model run which version.
fn versions_of(devices: &[Device]) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for device in devices {
        if let (Some(model), Some(version)) = (device.model.as_deref(), device.version.as_deref()) {
            *counts.entry((model, version)).or_default() += 1;
        }
    }
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all.into_iter().map(|((model, version), count)| format!("{count} {model} with {version}")).collect()
}
