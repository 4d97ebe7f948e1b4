//! What failing clients of a site follow from: a DHCP pool, a server, the WAN, or the default gateway.

use mistmcp::answers::{Finding, Severity};

use super::SiteCase;
use crate::causes as c;
use crate::facts::{Device, Port};
use crate::rules::client_failures::Failures;
use crate::rules::recovered::is_past;
use crate::thresholds as t;

/// The findings of a site, those about failing clients with what they follow from.
pub(super) fn with_roots(
    mut found: Vec<Finding>,
    failures: &[Failures<'_>],
    case: &SiteCase<'_>,
) -> Vec<Finding> {
    let failures: Vec<_> = failures.iter().filter(|failures| failures.is_trouble(case.context.end)).collect();
    let (gateways, ports) = case.gateways();
    let network = Network { case, failures: &failures, found: &found, gateways: &gateways, ports: &ports };
    let roots: Vec<_> = (0..found.len()).map(|place| network.root(&found[place]).cloned()).collect();
    for (finding, root) in found.iter_mut().zip(roots) {
        if let Some(root) = root {
            *finding = finding.clone().because_of(&root);
        }
    }
    found
}

/// What the failures of clients may follow from.
struct Network<'a> {
    case: &'a SiteCase<'a>,
    failures: &'a [&'a Failures<'a>],
    found: &'a [Finding],
    gateways: &'a [Device],
    ports: &'a [Port],
}

impl Network<'_> {
    /// The nearest root of a finding: it may have one itself.
    fn root(&self, symptom: &Finding) -> Option<&Finding> {
        let is_ongoing = symptom.severity() > Severity::Info;
        let own: Vec<_> = self.failures.iter().copied().filter(|failures| failures.is_of(symptom)).collect();
        let of_device = own.is_empty() && symptom.cause().name == c::AUTH_SERVER_UNREACHABLE.name;
        if !is_ongoing || (own.is_empty() && !of_device) {
            return None;
        }
        let is_past = is_past(self.case.now(), self.case.context.end);
        let is_later = |root: &Finding| {
            // The present state says nothing of a time in the past.
            if is_past && root.began().is_none() {
                return false;
            }
            symptom.began().zip(root.began()).is_none_or(|(own, root)| own >= root - t::OUTAGE_WINDOW)
        };
        let explains: [&dyn Fn(&Finding) -> bool; 4] = [
            &|root| self.is_full_pool_of(root, symptom, &own),
            &|root| is_silent_server_of(root, &own),
            &|root| self.is_silent_gateway_of(root, symptom, &own),
            &|root| needs_wan(symptom, &own) && self.is_cut_off_by(root),
        ];
        explains.iter().find_map(|explains| {
            let roots = self.found.iter().filter(|root| explains(root) && is_later(root));
            roots.max_by_key(|root| root.relevance())
        })
    }

    /// Whether clients that get no address ask a DHCP pool without a free one: the only pool that is known, or the one whose
    /// network is in the names of their WLANs.
    fn is_full_pool_of(&self, root: &Finding, symptom: &Finding, own: &[&Failures<'_>]) -> bool {
        let is_full =
            root.cause().name == c::DHCP_POOL_EXHAUSTED.name && root.severity() == Severity::Critical;
        if !is_full || symptom.cause().name != c::DHCP_FAILURE.name {
            return false;
        }
        let pools = self.case.pools;
        let asks = |ssid: &str| {
            let mut named = pools.iter().filter(|pool| has_words(ssid, &pool.network));
            named.any(|pool| pool.leased >= pool.size && root.is_on(&pool.network))
        };
        pools.len() == 1 || own.iter().all(|failures| failures.ssid.as_deref().is_some_and(asks))
    }

    /// Whether the default gateway that does not answer is that of the same WLANs.
    fn is_silent_gateway_of(&self, root: &Finding, symptom: &Finding, own: &[&Failures<'_>]) -> bool {
        let beyond = [c::DNS_FAILURE.name, c::CAPTIVE_PORTAL_FAILURE.name];
        let is_same = |failures: &&Failures<'_>| {
            self.failures.iter().any(|other| other.is_of(root) && other.ssid == failures.ssid)
        };
        root.cause().name == c::GATEWAY_ARP_FAILURE.name
            && beyond.contains(&symptom.cause().name)
            && own.iter().all(is_same)
    }

    /// Whether a trouble of the WAN links cuts the site off: no other link is left that works. A tunnel, path or neighbor that
    /// is down does not: what clients need may go another way.
    fn is_cut_off_by(&self, root: &Finding) -> bool {
        match root.cause().name {
            "wan_link_down" | "wan_link_degraded" => {
                let links = self.ports.iter().filter(|port| port.is_wan() && !port.disabled);
                let mut links = links.peekable();
                let is_known = links.peek().is_some();
                links.all(|link| self.is_lost(link)) && (is_known || root.severity() == Severity::Critical)
            }
            _ => false,
        }
    }

    /// Whether a WAN link does not carry what clients need.
    fn is_lost(&self, link: &Port) -> bool {
        let gateway = self.gateways.iter().find(|gateway| gateway.has_mac(&link.device));
        let called = gateway.map(Device::called);
        let of_gateway =
            self.ports.iter().filter(|port| port.device == link.device && port.is_wan() && !port.disabled);
        let is_only = of_gateway.count() == 1;
        let says = |finding: &Finding| {
            let is_bad = match finding.cause().name {
                "wan_link_down" => true,
                "wan_link_degraded" => finding.severity() == Severity::Critical,
                _ => false,
            };
            let is_there = called.as_deref().is_some_and(|called| finding.is_on(called));
            is_bad && is_there && (is_only || finding.is_on(&link.id))
        };
        link.up == Some(false) || self.found.iter().any(says)
    }
}

/// Whether clients that fail to sign in, and of whose events none says why, ask a RADIUS server that a device cannot reach.
fn is_silent_server_of(root: &Finding, own: &[&Failures<'_>]) -> bool {
    root.cause().name == c::AUTH_SERVER_UNREACHABLE.name
        && !own.is_empty()
        && own.iter().all(|failures| failures.is_about_a_server() && !failures.is_of(root))
}

/// Whether what fails needs the WAN.
fn needs_wan(symptom: &Finding, own: &[&Failures<'_>]) -> bool {
    match symptom.cause().name {
        "dns_failure" | "captive_portal_failure" | "auth_server_unreachable" => true,
        "auth_identity" => own.iter().all(|failures| failures.is_about_a_server()),
        _ => false,
    }
}

/// Whether a name has the words of another one, side by side and in any letter case: `Pine-IoT` those of `iot`, and `Biotech` not.
fn has_words(text: &str, part: &str) -> bool {
    let words = |text: &str| {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    let (text, part) = (words(text), words(part));
    !part.is_empty() && text.windows(part.len()).any(|words| words == part)
}

#[cfg(test)]
mod tests;
