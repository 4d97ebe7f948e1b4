//! Rules for WLANs that are off, that no access point carries, or whose template is applied nowhere.

use std::collections::HashMap;

use mistmcp::answers::{Finding, Object, Severity, ago, name};

use crate::causes as c;
use crate::facts::config::Wlan;
use crate::thresholds as t;

/// The place of a WLAN, with a space before it.
fn at(place: Option<&str>) -> String {
    place.map_or(String::new(), |place| format!(" at {}", name(place)))
}

/// Who switched a WLAN off, and when.
pub(crate) type SwitchedOff = (i64, String);

/// WLANs that are off. `changes` are the changes of the audit log that switched one off, by SSID.
pub(crate) fn wlans_off(
    wlans: &[Wlan],
    changes: &HashMap<String, SwitchedOff>,
    place: Option<&str>,
    now: i64,
) -> Vec<Finding> {
    let off = wlans.iter().filter(|wlan| !wlan.enabled);
    off.map(|wlan| {
        let change = changes.get(&wlan.ssid);
        // Any change sets the time of the last one.
        let since = change.map(|(time, _)| *time);
        let recent = wlan.modified.is_some_and(|since| now - since < 7 * t::DAY);
        let (severity, weight) = match change {
            Some(_) => (Severity::Warning, 66),
            None if recent => (Severity::Warning, 58),
            None => (Severity::Info, 45),
        };
        let by = match change {
            Some((time, who)) => format!(": {} disabled it {}", name(who), ago(*time, now)),
            None => String::new(),
        };
        let mut finding = Finding::new(
            &c::WLAN_OFF,
            severity,
            format!("The WLAN {}{} is disabled{by}.", name(&wlan.ssid), at(place)),
        )
        .on(Object::wlan(&wlan.ssid))
        .weight(weight)
        .since(since)
        .evidence("enabled", false)
        .evidence("wlan_id", wlan.id.clone())
        .evidence("template_id", wlan.template.clone());
        if let Some(place) = place {
            finding = finding.on(Object::site(place));
        }
        finding
    })
    .collect()
}

/// WLANs that are on, and that no access point carries. `aps` are the ids of the access points there, if known.
pub(crate) fn not_carried(wlans: &[Wlan], aps: Option<&[String]>, place: Option<&str>) -> Vec<Finding> {
    let on = wlans.iter().filter(|wlan| wlan.enabled);
    on.filter_map(|wlan| {
        let here = |id: &String| aps.is_none_or(|aps| aps.iter().any(|ap| ap.eq_ignore_ascii_case(id)));
        let why = match wlan.apply_to.as_str() {
            "aps" if wlan.aps.is_empty() => "its list of access points is empty",
            "aps" if !wlan.aps.iter().any(here) => "none of the access points in its list is there",
            "wxtags" if wlan.tags.is_empty() => "its list of labels is empty",
            _ if wlan.without_bands => "it is enabled on no band",
            _ => return None,
        };
        let mut finding = Finding::new(
            &c::WLAN_NOT_CARRIED,
            Severity::Warning,
            format!("No access point{} carries the WLAN {}: {why}.", at(place), name(&wlan.ssid)),
        )
        .on(Object::wlan(&wlan.ssid))
        .weight(62)
        .evidence("apply_to", wlan.apply_to.clone())
        .evidence("access_points", wlan.aps.len())
        .evidence("labels", wlan.tags.len())
        .evidence("wlan_id", wlan.id.clone());
        if let Some(place) = place {
            finding = finding.on(Object::site(place));
        }
        Some(finding)
    })
    .collect()
}

/// WLANs of a template that is applied nowhere.
pub(crate) fn applied_nowhere(wlans: &[Wlan], unapplied: &[String]) -> Vec<Finding> {
    let on = wlans.iter().filter(|wlan| {
        wlan.enabled && wlan.template.as_ref().is_some_and(|template| unapplied.contains(template))
    });
    on.map(|wlan| {
        Finding::new(
            &c::WLAN_NOT_CARRIED,
            Severity::Info,
            format!("No site has the WLAN {}: its template is applied to no site.", name(&wlan.ssid)),
        )
        .on(Object::wlan(&wlan.ssid))
        .weight(48)
        .evidence("template_id", wlan.template.clone())
    })
    .collect()
}
