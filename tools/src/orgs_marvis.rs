//! Marvis, Mist's assistant.

use mistmcp::{Choice, Fields, Mac, OrgId, SiteId, Time, mist_tool};

mistmcp::category! {
    /// Marvis: what is wrong with a site, device or client.
    orgs_marvis
}

/// What Marvis finds wrong with a site, device or client, and what to do. Needs a Marvis license.
#[mist_tool(category = "orgs_marvis", get = "/api/v1/orgs/{org_id}/troubleshoot", answers = "list")]
pub async fn troubleshoot_org(
    org_id: OrgId,
    /// Device or client.
    mac: Option<Mac>,
    /// Site.
    site_id: Option<SiteId>,
    /// At most `-7d`.
    start: Option<Time>,
    /// Until.
    end: Option<Time>,
    r#type: Option<NetworkType>,
    fields: Option<Fields>,
);

/// The site's network.
#[derive(Clone, Copy, Choice)]
pub enum NetworkType {
    /// Gateways and their uplinks
    Wan,
    /// Switches
    Wired,
    /// Access points
    Wireless,
}
