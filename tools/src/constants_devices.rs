//! Versions, events and default configurations of devices and of the Marvis Client.

use mistmcp::{Fields, mist_tool};

mistmcp::category! {
    /// ESL firmware, Marvis Client versions and events, gateway defaults.
    extended constants_devices
}

/// Versions of the electronic shelf label (ESL) firmware, by model of access point.
#[mist_tool(category = "constants_devices", get = "/api/v1/const/ap_esl_versions")]
pub async fn list_ap_l_esl_versions(fields: Option<Fields>);

/// The configuration that a gateway model starts with: ports, networks, DHCP, policies.
#[mist_tool(category = "constants_devices", get = "/api/v1/const/default_gateway_config")]
pub async fn get_gateway_default_config(
    /// Model of the gateway, such as `SRX320`.
    #[brief = "Model: SRX320"]
    model: String,
    /// With `true`, for a high availability (HA) pair.
    #[brief = "true: for an HA pair"]
    ha: Option<String>,
);

/// Kinds of events that the Marvis Client reports: `type` of `searchOrgMarvisClientEvents`.
#[mist_tool(category = "constants_devices", get = "/api/v1/const/marvisclient_events")]
pub async fn list_marvis_client_events_definitions(fields: Option<Fields>);

/// Versions of the Marvis Client application by system, with a link to each installer.
#[mist_tool(category = "constants_devices", get = "/api/v1/const/marvisclient_versions")]
pub async fn list_marvis_client_versions(fields: Option<Fields>);
