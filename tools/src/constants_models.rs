//! The models of devices that Mist knows.

use mistmcp::{Fields, mist_tool};

mistmcp::category! {
    /// Hardware models, and what each can do.
    constants_models
}

/// The models of access points, switches and gateways, and what each can do.
#[mist_tool(category = "constants_models", get = "/api/v1/const/device_models")]
pub async fn list_device_models(fields: Option<Fields>);

/// The models of Mist Edges and their ports.
#[mist_tool(category = "constants_models", get = "/api/v1/const/mxedge_models")]
pub async fn list_mx_edge_models(fields: Option<Fields>);

/// The third-party devices that Mist can watch, by vendor and model.
#[mist_tool(category = "constants_models", get = "/api/v1/const/otherdevice_models")]
pub async fn list_supported_other_device_models(fields: Option<Fields>);
