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
    /// MAC address of a device or a client.
    #[brief = "Device or client MAC"]
    mac: Option<Mac>,
    /// Site, by its id or name.
    #[brief = "Site"]
    site_id: Option<SiteId>,
    /// Start of the window: at most seven days ago (`-7d`).
    #[brief = "Start; at most -7d"]
    start: Option<Time>,
    /// End of the window, in the forms that `start` takes; now, if it is left out.
    #[brief = "End of the window"]
    end: Option<Time>,
    r#type: Option<NetworkType>,
    fields: Option<Fields>,
);

/// Which of the site's networks.
#[derive(Clone, Copy, Choice)]
#[brief = "The site's network"]
pub enum NetworkType {
    /// Gateways and their uplinks
    Wan,
    /// Switches
    Wired,
    /// Access points
    Wireless,
}
