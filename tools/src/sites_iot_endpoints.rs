//! IoT endpoints at a site, such as Zigbee devices.

use mistmcp::{Buckets, Choice, MacFilter, SiteId, mist_tool};

use crate::shared::Rows;

mistmcp::category! {
    /// IoT endpoints at a site, such as Zigbee locks.
    extended sites_iot_endpoints
}

/// How many IoT endpoints a site has by a field. Rows: `searchSiteIotEndpoints`.
#[mist_tool(category = "sites_iot_endpoints", get = "/api/v1/sites/{site_id}/iotendpoints/count")]
pub async fn count_site_iot_endpoints(
    site_id: SiteId,
    #[default = "site_id"] distinct: Option<IotEndpointField>,
    #[flatten] buckets: Buckets,
);

/// IoT endpoints that access points of a site hear: address, maker, access point, link quality.
#[mist_tool(category = "sites_iot_endpoints", get = "/api/v1/sites/{site_id}/iotendpoints/search")]
pub async fn search_site_iot_endpoints(
    site_id: SiteId,
    /// MAC address of the access point that hears the endpoint.
    #[brief = "Access point's MAC"]
    ap_mac: Option<MacFilter>,
    /// Address of the endpoint, such as `63f9e299182b63f9`.
    #[brief = "Endpoint's address"]
    mac: Option<String>,
    r#type: Option<IotTechnology>,
    /// Manufacturer of the endpoint.
    #[brief = "Maker"]
    mfg: Option<String>,
    #[flatten] rows: Rows,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an IoT endpoint")]
pub enum IotEndpointField {
    ApMac,
    Mac,
    SiteId,
    Type,
}

/// Radio technology.
#[derive(Clone, Copy, Choice)]
pub enum IotTechnology {
    /// Zigbee
    Zigbee,
}
