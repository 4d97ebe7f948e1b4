//! An alarm or a Marvis action: [`Alarm`].

use mistmcp::answers::{Inquiry, Row, Rows};

use super::port::interface;
use crate::marvis_action::is_closed_marvis_action;

/// A trouble that Mist reports by itself: an alarm (`searchOrgAlarms`, `searchSiteAlarms`), or a Marvis action
/// (`listOrgMarvisActions`). Times are epoch seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alarm {
    /// Type of the alarm, or symptom of the action, in lower case.
    pub(crate) kind: String,
    pub(crate) id: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) severity: Option<String>,
    /// When it was raised first, and last.
    pub(crate) time: Option<i64>,
    pub(crate) last_seen: Option<i64>,
    pub(crate) count: i64,
    pub(crate) is_open: bool,
    /// Whether its status says that it is open. Those of Marvis have one that is kept; others have none, whatever became of them.
    pub(crate) says_open: bool,
    /// The kind of its devices, where the alarm shows it.
    pub(crate) device_kind: Option<&'static str>,
    /// MAC addresses of the devices, and their names.
    pub(crate) devices: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) ports: Vec<String>,
    pub(crate) vlans: Vec<String>,
    pub(crate) ssids: Vec<String>,
    pub(crate) suggestion: Option<String>,
    pub(crate) is_action: bool,
}

impl Alarm {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let status = row.text("status").unwrap_or_default().to_lowercase();
        let closed = ["resolved", "closed", "cleared"].contains(&status.as_str()) || row.has("resolved_time");
        let macs = ["aps", "switches", "gateways", "mxedges", "device_mac", "mac"];
        let mut devices: Vec<_> = macs.iter().flat_map(|name| row.macs(name)).collect();
        devices.dedup();
        let kind = row.text("type")?.to_lowercase();
        let lists = [("aps", "ap"), ("switches", "switch"), ("gateways", "gateway"), ("mxedges", "mxedge")];
        let device_kind = lists.iter().find(|(list, _)| !row.macs(list).is_empty()).map(|(_, kind)| *kind);
        Some(Self {
            device_kind: device_kind.or(kind.starts_with("mist_edge").then_some("mxedge")),
            kind,
            id: row.text("id"),
            site: row.text("site_id"),
            severity: row.text("severity").map(|severity| severity.to_lowercase()),
            time: row.time("timestamp"),
            last_seen: row.time("last_seen"),
            count: row.integer("count").unwrap_or(1),
            is_open: !closed,
            says_open: !closed && status == "open" && row.text("group").as_deref() == Some("marvis"),
            devices,
            names: row.texts("hostnames"),
            ports: ports(row),
            vlans: row.texts("vlans").into_iter().chain(row.texts("vlan")).collect(),
            ssids: row.texts("ssids").into_iter().chain(row.texts("ssid")).collect(),
            suggestion: None,
            is_action: false,
        })
    }

    /// Adds the actions of a site, or of all, that no alarm stands for. They come without a time window: those of a later time
    /// are left out.
    pub(crate) fn add_actions(ask: &Inquiry, alarms: &mut Vec<Self>, rows: &Rows, site: Option<&str>) {
        let here = |action: &Self| {
            site.is_none_or(|site| action.site.as_deref() == Some(site)) && ask.is_in_time(action.time)
        };
        let actions = rows.iter().filter_map(Self::of_action).filter(here);
        let new: Vec<_> = actions
            .filter(|action| action.id.is_none() || !alarms.iter().any(|alarm| alarm.id == action.id))
            .collect();
        alarms.extend(new);
    }

    /// An action of Marvis.
    pub(crate) fn of_action(row: Row<'_>) -> Option<Self> {
        let status = row.text("status").unwrap_or_default();
        let tuple = row.at("details.impacted_tuple");
        let macs = ["mac", "device_mac", "ap", "ap_mac", "switch_mac", "gateway_mac"];
        let mut devices: Vec<_> = macs.iter().flat_map(|name| tuple.macs(name)).collect();
        devices.dedup();
        Some(Self {
            kind: row.text("symptom").or_else(|| row.text("type"))?.to_lowercase().replace(' ', "_"),
            id: row.text("uuid").or_else(|| row.text("row_key")),
            site: row.text("site_id").or_else(|| tuple.text("site_id")),
            severity: row.text("severity"),
            time: row.time("start_time").or_else(|| row.time("timestamp")),
            last_seen: row.time("last_seen"),
            count: row.integer("count").unwrap_or(1),
            is_open: !is_closed_marvis_action(&status),
            says_open: !is_closed_marvis_action(&status),
            devices,
            names: tuple.texts("name").into_iter().chain(tuple.texts("display_name")).collect(),
            ports: ports(tuple),
            vlans: tuple.texts("vlan").into_iter().chain(tuple.texts("vlans")).collect(),
            ssids: tuple.texts("ssid").into_iter().chain(tuple.texts("ssids")).collect(),
            suggestion: row.text("suggestion"),
            device_kind: None,
            is_action: true,
        })
    }
}

/// The names of its ports.
fn ports(row: Row<'_>) -> Vec<String> {
    let written = ["port_ids", "port_id"].into_iter().flat_map(|name| row.texts(name));
    written.map(|port| interface(&port)).collect()
}
