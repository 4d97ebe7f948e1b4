//! WxLAN tunnels of an organization.

use mistmcp::{Id, OrgId, PageNumber, mist_tool};

mistmcp::category! {
    /// Configuration of WxLAN (L2TPv3) tunnels.
    extended orgs_wxtunnels
}

/// WxLAN tunnels (L2TPv3) as configured, or one of them: peers, sessions, IPsec. For their state use
/// `searchOrgTunnelsStats`.
#[mist_tool(category = "orgs_wxtunnels", get = "/api/v1/orgs/{org_id}/wxtunnels/{wxtunnel_id?}")]
pub async fn list_org_wx_tunnels(
    org_id: OrgId,
    /// Only this tunnel, by id.
    #[brief = "Only this one"]
    wxtunnel_id: Option<Id>,
    #[flatten] page: PageNumber,
);
