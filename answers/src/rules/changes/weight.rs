//! How well a change explains a trouble: points for what it touched, how shortly before it was, and what fails since then.

use super::ChangeCase;
use crate::facts::{Change, Device, Event, Target};
use crate::rules::client_failures::Failures;
use crate::thresholds as t;

/// How well a change explains the trouble.
pub(super) fn weight(change: &Change, configured: &[&str], case: &ChangeCase<'_>) -> u8 {
    if change.is_cosmetic() {
        return 12;
    }
    let mut points = match change.target {
        Target::SiteSettings | Target::Wlan | Target::Access | Target::Template => 44,
        Target::Upgrade => 42,
        Target::Device | Target::Restart => 40,
        Target::Other => 30,
        Target::Site => 26,
        Target::Account => 5,
    };
    points += case.recency_points(change.time);
    points += if change.has_difference() { 8 } else { 0 };
    points += if configured.is_empty() { 0 } else { 5 };
    points += failure_points(change, case.failures) + device_points(change, case);
    if let Some(device) = case.device {
        let is_own = device.name.as_deref().is_some_and(|own| change.names(own))
            || change.message.contains(&device.mac);
        let is_elsewhere =
            matches!(change.target, Target::Device | Target::Restart | Target::Upgrade) && !is_own;
        points += if is_own { 14 } else { 0 } - if is_elsewhere { 20 } else { 0 };
    }
    u8::try_from(points.clamp(5, 96)).unwrap_or(50)
}

/// What each failure follows from: targets, and words in the names of fields.
pub(super) const CAUSING_CHANGES: &[(&[&str], &[Target], &[&str])] = &[
    (
        &["wrong_key", "auth_denied", "auth_identity", "auth_certificate", "auth_server_unreachable"],
        &[Target::Access, Target::Wlan, Target::Template],
        &["psk", "passphrase", "auth", "radius", "key", "nac", "rule", "cert"],
    ),
    (
        &["dhcp_failure", "gateway_arp_failure"],
        &[Target::SiteSettings, Target::Template, Target::Device, Target::Wlan, Target::Restart],
        &["dhcp", "vlan", "network", "ip_config", "port", "gateway", "subnet", "vars"],
    ),
    (
        &["dns_failure"],
        &[Target::SiteSettings, Target::Template, Target::Device],
        &["dns", "dhcp", "network", "vars"],
    ),
    (
        &["association_refused", "roaming_failure"],
        &[Target::Wlan, Target::Template, Target::SiteSettings],
        &["rate", "roam", "limit", "min_rssi", "band", "wpa3", "auth", "radio", "rf"],
    ),
    (&["captive_portal_failure"], &[Target::Wlan, Target::Access], &["portal", "wall", "guest", "dns"]),
];

/// Points for a change of what clients fail at since then.
fn failure_points(change: &Change, failures: &[Failures<'_>]) -> i32 {
    let Some(worst) = failures
        .iter()
        .find(|failures| failures.failed >= t::MANY_FAILURES && failures.failed > failures.passed)
    else {
        return 0;
    };
    let Some((_, targets, words)) =
        CAUSING_CHANGES.iter().find(|(causes, ..)| causes.contains(&worst.cause.name))
    else {
        return 0;
    };
    let fields = change.before.keys().chain(change.after.keys());
    let mut fields = fields.map(|field| field.to_lowercase());
    let names_it = fields.any(|field| words.iter().any(|word| field.contains(word)));
    let is_wlan = worst.ssid.as_deref().is_some_and(|ssid| change.names(ssid));
    i32::from(targets.contains(&change.target)) * 6 + i32::from(names_it) * 10 + i32::from(is_wlan) * 8
}

/// Points for a change after which its device went down or failed to apply it.
fn device_points(change: &Change, case: &ChangeCase<'_>) -> i32 {
    let kinds =
        ["DISCONNECTED", "CONFIG_FAILED", "UPGRADE_FAILED", "PORT_DOWN", "VPN_PATH_DOWN", "TUNNEL_DOWN"];
    let failed = case.events.iter().filter(|event| kinds.contains(&event.short()));
    let mut after = failed.filter(|event| (0..=t::SHORTLY_BEFORE).contains(&(event.time - change.time)));
    let is_its = |event: &Event| {
        Device::of_event(case.devices, event)
            .and_then(|device| device.name.as_deref())
            .is_some_and(|called| change.names(called))
    };
    i32::from(after.any(is_its)) * 10
}
