//! The kinds of events and alarms that there are.

use mistmcp::{Fields, mist_tool};

mistmcp::category! {
    /// Kinds of alarms and events: the values of `type` in searches.
    constants_events
}

/// The kinds of alarms, with group and severity: `type` in `searchOrgAlarms`.
#[mist_tool(category = "constants_events", get = "/api/v1/const/alarm_defs")]
pub async fn list_alarm_definitions(fields: Option<Fields>);

/// The kinds of events of wireless clients.
#[mist_tool(category = "constants_events", get = "/api/v1/const/client_events")]
pub async fn list_client_events_definitions(fields: Option<Fields>);

/// The kinds of events of access points, switches and gateways.
#[mist_tool(category = "constants_events", get = "/api/v1/const/device_events")]
pub async fn list_device_events_definitions(fields: Option<Fields>);

/// The kinds of events of Mist Edges.
#[mist_tool(category = "constants_events", get = "/api/v1/const/mxedge_events")]
pub async fn list_mx_edge_events_definitions(fields: Option<Fields>);

/// The kinds of events of NAC clients.
#[mist_tool(category = "constants_events", get = "/api/v1/const/nac_events")]
pub async fn list_nac_events_definitions(fields: Option<Fields>);

/// The kinds of events of third-party devices.
#[mist_tool(category = "constants_events", get = "/api/v1/const/otherdevice_events")]
pub async fn list_other_device_events_definitions(fields: Option<Fields>);

/// The kinds of system events: `type` in `searchOrgSystemEvents`.
#[mist_tool(category = "constants_events", get = "/api/v1/const/system_events")]
pub async fn list_system_events_definitions(fields: Option<Fields>);
