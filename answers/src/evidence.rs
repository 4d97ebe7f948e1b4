//! Calls that show the rows behind a finding: of one device, port, client or alarm, from when its evidence begins. They have
//! no end, because rows move on while a trouble lasts.

use mistmcp::answers::DataSource;
use mistmcp::serde_json::Value;

use super::facts::lifecycle::Notice;
use super::facts::{Alarm, Device, Event, Port};

/// Seconds before the first row of the evidence.
const MARGIN: i64 = 60;

/// The statistics of a device.
pub(super) fn stats(device: &Device) -> DataSource {
    stats_of(device.site.as_deref(), &device.mac, &device.kind)
}

/// The same by site, MAC address and kind.
pub(super) fn stats_of(site: Option<&str>, mac: &str, kind: &str) -> DataSource {
    match (site, kind) {
        (Some(site), "mxedge") => DataSource::new("Mist Edges", "listSiteMxEdgesStats").with("site_id", site),
        (Some(site), _) => DataSource::new("device statistics", "getSiteDeviceStats")
            .with("site_id", site)
            .with("device_id", mac),
        (None, _) => {
            DataSource::new("device statistics", "listOrgDevicesStats").with("type", "all").with("mac", mac)
        }
    }
}

/// The devices of a site that are not connected.
pub(super) fn disconnected(site: &str) -> DataSource {
    DataSource::new("device statistics", "listSiteDevicesStats")
        .with("site_id", site)
        .with("type", "all")
        .with("status", "disconnected")
}

/// A device in the inventory.
pub(super) fn inventory(device: &Device) -> DataSource {
    DataSource::new("inventory", "getOrgInventory").with("mac", device.mac.as_str())
}

/// A port.
pub(super) fn port(port: &Port) -> DataSource {
    let source = match port.site.as_deref() {
        Some(site) => DataSource::new("ports", "searchSiteSwOrGwPorts").with("site_id", site),
        None => DataSource::new("ports", "searchOrgSwOrGwPorts"),
    };
    source.with("mac", port.device.as_str()).with("port_id", port.unit_id.as_deref().unwrap_or(&port.id))
}

/// Events of one device, if there is any: of their types, from the first on.
pub(super) fn device_events<'a>(of_device: impl IntoIterator<Item = &'a Event>) -> Option<DataSource> {
    let of_device: Vec<_> = of_device.into_iter().collect();
    (!of_device.is_empty()).then(|| events(of_device))
}

/// Events of several devices: of their types, from the first on, and of one site or device if all are.
pub(super) fn events<'a>(events: impl IntoIterator<Item = &'a Event>) -> DataSource {
    let events: Vec<_> = events.into_iter().collect();
    let only = |of: fn(&Event) -> Option<&str>| {
        let first = of(events.first()?)?;
        events.iter().all(|event| of(event) == Some(first)).then_some(first)
    };
    let source = match only(|event| event.site.as_deref()) {
        Some(site) => DataSource::new("device events", "searchSiteDeviceEvents").with("site_id", site),
        None => DataSource::new("device events", "searchOrgDeviceEvents").with("device_type", "all"),
    };
    source
        .with("mac", only(|event| event.mac.as_deref()))
        .with("type", types(events.iter().map(|event| event.kind.as_str())))
        .with("start", events.iter().map(|event| event.time).min().map(from))
}

/// Events of wireless clients at a site: of a type if there is one, of a WLAN if all are of one, from a time on.
pub(super) fn client_events(site: &str, kinds: &[&str], ssids: &[&str], first: i64) -> DataSource {
    let only = |values: &[&str]| match values {
        [one] => Value::from(*one),
        _ => Value::Null,
    };
    DataSource::new("client events", "searchSiteWirelessClientEvents")
        .with("site_id", site)
        .with("type", types(kinds.iter().copied()))
        .with("ssid", only(ssids))
        .with("start", from(first))
}

/// Events of one wireless client: of their type if all have one, from the first on.
pub(super) fn events_of_client(site: &str, mac: &str, events: &[&Event]) -> Option<DataSource> {
    let first = events.iter().min_by_key(|event| event.time)?;
    let is_one_kind = events.iter().all(|event| event.kind == first.kind);
    Some(
        DataSource::new("client events", "getSiteEventsForClient")
            .with("site_id", site)
            .with("client_mac", mac)
            .with("type", Some(first.kind.as_str()).filter(|_| is_one_kind))
            .with("start", from(first.time)),
    )
}

/// The wireless clients of an access point.
pub(super) fn clients_of(site: &str, ap: &str) -> DataSource {
    DataSource::new("clients of the access point", "getSiteAllClientsStatsByDevice")
        .with("site_id", site)
        .with("device_id", ap)
}

/// Events of a type of one access point, from a time on.
pub(super) fn events_of_ap(site: &str, ap: &str, kind: &str, first: i64) -> DataSource {
    DataSource::new("device events", "searchSiteDeviceEvents")
        .with("site_id", site)
        .with("mac", ap)
        .with("type", kind)
        .with("start", from(first))
}

/// Alarms of the type and site of this one, from when it was raised; or the open actions of Marvis.
pub(super) fn alarm(alarm: &Alarm) -> DataSource {
    let site = alarm.site.as_deref();
    if alarm.is_action {
        return DataSource::new("Marvis actions", "listOrgMarvisActions").with("site_id", site);
    }
    let tool = if site.is_some() { "searchSiteAlarms" } else { "searchOrgAlarms" };
    DataSource::new("alarms", tool)
        .with("site_id", site)
        .with("type", alarm.kind.as_str())
        .with("start", alarm.time.map(from))
}

/// The contract of a device.
pub(super) fn contract(device: &Device) -> DataSource {
    DataSource::new("contracts", "searchOrgJsiAssetsAndContracts").with("serial", device.serial.as_deref())
}

/// A security advisory or problem notice.
pub(super) fn notice(notice: &Notice) -> DataSource {
    let tool = if notice.is_security { "searchOrgJsiSirt" } else { "searchOrgJsiPbn" };
    DataSource::new("notices", tool).with("id", notice.id.as_str())
}

/// Entries of the audit log from one on.
pub(super) fn audit_log(org: &str, time: i64) -> DataSource {
    DataSource::new("audit log", "listOrgAuditLogs").with("org_id", org).with("start", from(time))
}

fn from(time: i64) -> String {
    (time - MARGIN).to_string()
}

/// Types, each once, with commas between them.
fn types<'a>(kinds: impl Iterator<Item = &'a str>) -> String {
    let mut kinds: Vec<_> = kinds.collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.join(",")
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn event(row: Value) -> Event {
        Event::of(Row::of(&row)).unwrap()
    }

    #[test]
    fn events_are_shown_by_their_device_types_and_first_time() {
        let down = event(
            json!({ "type": "SW_PORT_DOWN", "timestamp": 1_000, "mac": "5c4527000001", "site_id": "s" }),
        );
        let up =
            event(json!({ "type": "SW_PORT_UP", "timestamp": 900, "mac": "5c4527000001", "site_id": "s" }));
        let source = format!("{:?}", device_events([&down, &up]).unwrap().see());
        for word in ["searchSiteDeviceEvents", "SW_PORT_DOWN,SW_PORT_UP", "\"840\"", "5c4527000001"] {
            assert!(source.contains(word), "{word}: {source}");
        }
        assert!(device_events([]).is_none());
        let nowhere = event(json!({ "type": "AP_RESTARTED", "timestamp": 1_000, "mac": "5c5b35000001" }));
        assert!(format!("{:?}", device_events([&nowhere]).unwrap().see()).contains("searchOrgDeviceEvents"));
    }

    #[test]
    fn a_device_without_a_site_is_shown_by_the_organization() {
        assert_eq!(stats_of(Some("s"), "5c5b35000001", "ap").tool(), "getSiteDeviceStats");
        assert_eq!(stats_of(Some("s"), "5c5b35000001", "mxedge").tool(), "listSiteMxEdgesStats");
        assert_eq!(stats_of(None, "5c5b35000001", "ap").tool(), "listOrgDevicesStats");
    }
}
