//! Other reasons why a site is ranked: each is a [`Finding`] with its score.

use mistmcp::answers::{Finding, Severity, name};

use super::super::recovered::{self, Past};
use super::super::wan::{self, Wan};
use super::super::{alarms, service_levels};
use super::SiteRow;
use crate::causes as c;
use crate::thresholds as t;

/// Outages that are over, in a time window of the past.
pub(super) fn over(site: &SiteRow, (now, end): (i64, i64)) -> Vec<(u32, Finding)> {
    let (devices, ports, events) = (&site.devices, &site.ports, &site.events);
    let past = Past { site: Some(&site.name), devices, ports, events, now, end };
    let found = recovered::outages(&past);
    let scored = found.into_iter().map(|finding| {
        let score = match (past.is_past(), finding.relevance()) {
            (true, 97..) => 9_000,
            (true, 82..) => 2_400,
            (true, _) => 650,
            (false, 54..) => 260,
            (false, _) => 10,
        };
        (score, with_site_name(site, finding))
    });
    scored.filter(|(score, _)| *score > 10).collect()
}

/// WAN links of gateways that are connected.
pub(super) fn links(site: &SiteRow, now: i64) -> Vec<(u32, Finding)> {
    let gateways: Vec<_> =
        site.devices.iter().filter(|device| device.kind == "gateway" && !device.is_down()).cloned().collect();
    let ports: Vec<_> = site
        .ports
        .iter()
        .filter(|port| gateways.iter().any(|gateway| gateway.has_mac(&port.device)))
        .cloned()
        .collect();
    let wan = Wan {
        devices: &site.devices,
        gateways: &gateways,
        ports: &ports,
        paths: &[],
        tunnels: &[],
        neighbors: &[],
        events: &site.events,
        alarms: &site.alarms,
        now,
    };
    let down = wan::links_down(&wan)
        .into_iter()
        .filter(|finding| finding.severity() > Severity::Info)
        .map(|finding| (if finding.severity() == Severity::Critical { 3_500 } else { 900 }, finding));
    let degraded = wan::links_degraded(&wan)
        .into_iter()
        .map(|finding| (if finding.severity() == Severity::Critical { 1_900 } else { 1_000 }, finding));
    down.chain(degraded).map(|(score, finding)| (score, with_site_name(site, finding))).collect()
}

/// A finding with its site in the summary.
fn with_site_name(site: &SiteRow, finding: Finding) -> Finding {
    let words = format!("{}: {}", name(&site.name), finding.summary());
    finding.with_summary(words)
}

/// The worst open alarms, but for those of devices that are down: their state shows that, but for Mist Edges.
pub(super) fn reported(site: &SiteRow, now: i64) -> Vec<(u32, Finding)> {
    let open = alarms::active(&site.alarms, &site.events);
    let mut found: Vec<(u32, Finding)> = Vec::new();
    for alarm in open {
        let findings = alarms::findings(&[alarm], &site.devices, |_| Some(site.name.clone()), now);
        let is_edge = alarm.device_kind == Some("mxedge");
        let is_listed = |finding: &Finding| finding.cause().name != c::DEVICE_DOWN.name || is_edge;
        for finding in findings.into_iter().filter(is_listed) {
            let score = match finding.relevance() {
                // More than an access point that is down.
                68.. => 1_100,
                57.. => 350,
                48.. => 300,
                20.. => 150,
                _ => 20,
            };
            found.push((score, with_site_name(site, finding)));
        }
    }
    found
}

/// The lowest service level, by how far it is below what users accept.
pub(super) fn level(site: &SiteRow) -> Option<(u32, Finding)> {
    let lowest = service_levels::lowest(&site.levels)?;
    let reported = alarms::active(&site.alarms, &site.events);
    let reported: Vec<_> =
        reported.iter().filter_map(|alarm| Some(alarms::cause_of(&alarm.kind)?.0)).collect();
    let finding = service_levels::low(lowest, &site.name, &reported);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 3,000")]
    let score = ((t::LOW_LEVEL - lowest.value).clamp(0.0, 1.0) * 3_000.0) as u32;
    // A site without clients matters less.
    let score = if site.clients == Some(0) { score / 4 } else { score };
    Some((score.max(50), finding))
}
