//! The applications that Mist's devices tell apart.

use mistmcp::{Fields, mist_tool};

mistmcp::category! {
    /// Applications that devices recognize: names, categories, traffic types.
    extended constants_applications
}

/// Categories of applications and websites, with the filters that each stands for on gateways.
#[mist_tool(category = "constants_applications", get = "/api/v1/const/app_categories")]
pub async fn list_app_category_definitions(fields: Option<Fields>);

/// Subcategories of applications, with the traffic type of each.
#[mist_tool(category = "constants_applications", get = "/api/v1/const/app_subcategories")]
pub async fn list_app_sub_category_definitions(fields: Option<Fields>);

/// Applications that Mist's devices recognize: key, name, category, and how each is recognized.
#[mist_tool(category = "constants_applications", get = "/api/v1/const/applications")]
pub async fn list_applications(fields: Option<Fields>);

/// Applications that gateways recognize: key, name, and whether SSR knows them.
#[mist_tool(category = "constants_applications", get = "/api/v1/const/gateway_applications")]
pub async fn list_gateway_applications(fields: Option<Fields>);

/// Traffic types of services on a WAN: DSCP, class, limits of latency, jitter and loss, failover.
#[mist_tool(category = "constants_applications", get = "/api/v1/const/traffic_types")]
pub async fn list_traffic_types(fields: Option<Fields>);
