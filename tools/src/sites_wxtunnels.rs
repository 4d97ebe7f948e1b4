//! WxLAN tunnels of a site.

use mistmcp::{Id, PageNumber, SiteId, mist_tool};

mistmcp::category! {
    /// WxLAN tunnels (L2TPv3, DMVPN) configured at a site.
    extended sites_wxtunnels
}

/// WxLAN tunnels (L2TPv3, DMVPN) of a site's access points, or one: peers, sessions, IPsec. For state use
/// `searchOrgTunnelsStats`.
#[mist_tool(category = "sites_wxtunnels", get = "/api/v1/sites/{site_id}/wxtunnels/{wxtunnel_id?}")]
pub async fn list_site_wx_tunnels(
    site_id: SiteId,
    /// Only this tunnel, by id.
    #[brief = "Only this one"]
    wxtunnel_id: Option<Id>,
    #[flatten] page: PageNumber,
);
