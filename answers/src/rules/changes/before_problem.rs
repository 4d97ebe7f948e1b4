//! The rule for the change that may have caused the worst problem of a site.

use mistmcp::answers::{Cause, Finding, Severity, ago, name};

use super::action;
use super::weight::CAUSING_CHANGES;
use crate::causes as c;
use crate::facts::{Change, Device, Port, Target};
use crate::rules::tree::DeviceTree;
use crate::thresholds as t;

/// The change shortly before the worst trouble of a site began, that may be its cause, with its time. What is upstream of
/// the devices of the trouble follows from the devices and ports of the site.
pub(crate) fn change_before(
    changes: &[Change],
    found: &[Finding],
    (devices, ports): (&[Device], &[Port]),
    now: i64,
) -> Option<(Finding, i64)> {
    // What follows from another trouble began by that one.
    let serious = found.iter().filter(|finding| {
        finding.relevance() >= 60 && finding.severity() > Severity::Info && !finding.has_root()
    });
    let (began, trouble) = serious
        .filter_map(|finding| Some((finding.began()?, finding)))
        .max_by_key(|(_, finding)| finding.relevance())?;
    let shortly = changes.iter().filter(|change| {
        (0..=t::SHORTLY_BEFORE).contains(&(began - change.time))
            && !change.is_cosmetic()
            && !matches!(change.target, Target::Account | Target::Site)
    });
    let above = upstream_of(trouble, devices, ports);
    let fitting = shortly.filter_map(|change| Some((fit(change, trouble, &above)?, change)));
    let (_, change) = fitting.max_by_key(|(fit, change)| (*fit, change.time))?;
    let what = name(change.called.as_deref().unwrap_or("the configuration"));
    let words = format!(
        "{} {} {what} {}, shortly before the trouble began.",
        change.by(),
        action(change),
        ago(change.time, now)
    );
    let finding = Finding::new(&c::CHANGED_BEFORE, Severity::Warning, words)
        .on(change.object())
        .weight(58)
        .since(change.time)
        .evidence("who", change.who.clone())
        .evidence("message", change.message.clone());
    Some((finding, change.time))
}

/// The devices upstream of those that a trouble of devices, ports or the WAN is on.
fn upstream_of<'a>(trouble: &Finding, devices: &'a [Device], ports: &[Port]) -> Vec<&'a Device> {
    if !["device", "ports", "WAN"].contains(&trouble.cause().group) {
        return Vec::new();
    }
    let tree = DeviceTree::of(devices, ports);
    let hit = devices.iter().enumerate().filter(|(_, device)| trouble.is_on(&device.called()));
    hit.flat_map(|(place, _)| tree.above(place)).collect()
}

/// Words in the names of fields by which a network reaches its devices.
const NETWORK_FIELDS: &[&str] = &[
    "vlan",
    "network",
    "port",
    "ip_config",
    "dns",
    "dhcp",
    "route",
    "gateway",
    "vars",
    "vpn",
    "wan",
    "switch",
    "mgmt",
    "bgp",
];

/// How well a change can be the cause of a trouble: best if it is of the very thing that has it, then if fields differ that the
/// trouble follows from. `None` if it cannot be.
fn fit(change: &Change, trouble: &Finding, above: &[&Device]) -> Option<(bool, bool)> {
    let of_device = matches!(change.target, Target::Device | Target::Restart | Target::Upgrade);
    let is_on = change.called.as_deref().is_some_and(|called| trouble.is_on(called));
    let is_above = above.iter().any(|device| {
        let (Some(called), Some(name)) = (&change.called, &device.name) else { return false };
        called.eq_ignore_ascii_case(name)
    });
    // A change of another device is no cause, unless the trouble hangs from it.
    if of_device && !is_on && !is_above {
        return None;
    }
    let cause = trouble.cause();
    let of_clients = CAUSING_CHANGES.iter().find(|(causes, ..)| causes.contains(&cause.name));
    let is_of_wlan = matches!(change.target, Target::Wlan | Target::Access);
    let (targets, words) = match (of_clients, cause.group) {
        (Some((_, targets, words)), _) => (Some(*targets), *words),
        (None, "client" | "radio" | "configuration") => (None, &[][..]),
        // What breaks by itself.
        _ if BREAKS.iter().any(|broken| broken.name == cause.name) => return None,
        // A WLAN needs neither cables nor power.
        _ if is_of_wlan && cause.name != c::MISSING_VLAN.name => return None,
        _ => (None, NETWORK_FIELDS),
    };
    let fields = change.before.keys().chain(change.after.keys());
    let mut fields = fields.map(|field| field.to_lowercase());
    let is_known = change.has_difference();
    let fits = fields.any(|field| words.iter().any(|word| field.contains(word)));
    let is_target = of_device || targets.is_none_or(|targets| targets.contains(&change.target));
    let is_of_site = change.target == Target::SiteSettings;
    // Settings of a site are of many things: those that differ tell of which.
    let is_other = !fits && (!is_target || (is_of_site && is_known && !words.is_empty()));
    (!is_other).then_some((is_on && !is_of_site, fits))
}

/// Troubles that no change of the configuration makes.
static BREAKS: &[&Cause] =
    &[&c::HARDWARE_ALARM, &c::CABLE_FAULT, &c::NEVER_CONNECTED, &c::PORT_ERRORS, &c::REPORTED_TROUBLE];

#[cfg(test)]
mod tests {
    use mistmcp::answers::{Object, Row};
    use mistmcp::serde_json::json;

    use super::super::tests::{NOW, change};
    use super::*;

    #[test]
    fn the_worst_problem_of_a_site_follows_from_a_change_shortly_before_it() {
        let trouble = Finding::new(&c::DNS_FAILURE, Severity::Critical, "x")
            .on(Object::site("Leeds"))
            .since(NOW - 1_000)
            .weight(87);
        let before = |change: Change| {
            usize::from(change_before(&[change], std::slice::from_ref(&trouble), (&[], &[]), NOW).is_some())
        };
        assert_eq!(before(change("Update Site Settings \"Leeds\"", 1_100, &json!({}))), 1);
        assert_eq!(before(change("Update Site Settings \"Leeds\"", 900, &json!({}))), 0, "after it");
        assert_eq!(before(change("Update Site Settings \"Leeds\"", 9_000, &json!({}))), 0, "long before");
        assert_eq!(before(change("Restart Device \"SW-1\"", 1_100, &json!({}))), 0, "another thing");
    }

    #[test]
    fn the_trouble_is_the_root_and_not_what_follows_from_it() {
        let root = Finding::new(&c::WAN_LINK_DOWN, Severity::Critical, "x").on(Object::gateway("GW"));
        let root = root.since(NOW - 1_000).weight(85);
        let dns = Finding::new(&c::DNS_FAILURE, Severity::Critical, "x").on(Object::site("Leeds"));
        let dns = dns.since(NOW - 900).weight(87).because_of(&root);
        let changes = [
            change("Update Device \"GW\"", 1_120, &json!({})),
            change("Update WLAN \"Guest\"", 1_200, &json!({ "dns": "a" })),
        ];
        let (found, _) = change_before(&changes, &[root, dns], (&[], &[]), NOW).unwrap();
        assert!(found.is_on("GW"), "{found:?}");
    }

    #[test]
    fn the_change_of_the_very_thing_goes_before_a_later_one() {
        let trouble = Finding::new(&c::WRONG_KEY, Severity::Critical, "x")
            .on(Object::wlan("Scanners"))
            .on(Object::site("Leeds"))
            .since(NOW - 1_000)
            .weight(87);
        let own = change("Update WLAN \"Scanners\"", 1_300, &json!({ "auth": { "psk": "a" } }));
        for other in [
            change("Update Site Settings \"Leeds\"", 1_100, &json!({ "led": { "enabled": false } })),
            change("Update WLAN \"Guest\"", 1_100, &json!({ "auth": { "psk": "a" } })),
        ] {
            let found = change_before(&[other, own.clone()], std::slice::from_ref(&trouble), (&[], &[]), NOW);
            assert!(found.unwrap().0.is_on("Scanners"));
        }
    }

    #[test]
    fn a_change_of_a_device_upstream_may_be_the_cause_and_one_of_another_device_is_not() {
        let device = |mac: &str, name: &str| {
            Device::of(Row::of(&json!({ "mac": mac, "name": name, "type": "switch" }))).unwrap()
        };
        let devices = [
            device("5c4527000001", "core"),
            device("5c4527000002", "access"),
            device("5c4527000003", "other"),
        ];
        let port = |mac: &str, neighbor: &str| {
            let uplink = mac.ends_with('2');
            let row =
                json!({ "mac": mac, "port_id": "xe-0/2/0", "neighbor_mac": neighbor, "uplink": uplink });
            Port::of(Row::of(&row)).unwrap()
        };
        let ports = [port("5c4527000001", "5c4527000002"), port("5c4527000002", "5c4527000001")];
        let blamed = |cause, message: &str| {
            let trouble = Finding::new(cause, Severity::Critical, "x").on(Object::switch("access"));
            let trouble = trouble.since(NOW - 1_000).weight(87);
            change_before(&[change(message, 1_100, &json!({}))], &[trouble], (&devices, &ports), NOW)
                .is_some()
        };
        assert!(blamed(&c::UPSTREAM_DOWN, "Update Device \"core\""));
        assert!(blamed(&c::DEVICE_DOWN, "Restart Device \"core\""));
        assert!(blamed(&c::UPSTREAM_DOWN, "Update Device \"access\""));
        assert!(!blamed(&c::UPSTREAM_DOWN, "Update Device \"other\""));
        assert!(!blamed(&c::DNS_FAILURE, "Update Device \"core\""));
    }

    #[test]
    fn a_change_that_cannot_make_the_trouble_is_not_blamed() {
        let blamed = |cause, message: &str| {
            let trouble = Finding::new(cause, Severity::Critical, "x").on(Object::switch("SW-1"));
            let trouble = trouble.on(Object::site("Leeds")).since(NOW - 1_000).weight(87);
            change_before(&[change(message, 1_100, &json!({}))], &[trouble], (&[], &[]), NOW).is_some()
        };
        assert!(!blamed(&c::UPSTREAM_DOWN, "Update WLAN \"Guest\""));
        assert!(!blamed(&c::SITE_DOWN, "Update PSK \"Guest\""));
        assert!(!blamed(&c::HARDWARE_ALARM, "Update WLAN \"Guest\""));
        assert!(!blamed(&c::HARDWARE_ALARM, "Update Device \"SW-1\""));
        assert!(blamed(&c::UPSTREAM_DOWN, "Update Device \"SW-1\""));
        assert!(blamed(&c::UPSTREAM_DOWN, "Update Switch Template \"Stores\""));
    }
}
