//! Packet captures at a site.

use mistmcp::{Mac, PageNumber, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Packet captures at one site: files, and the capture under way.
    extended sites_pcaps
}

/// Packet captures of a site: when, of what, why they ended, and where to download them. The links are cut,
/// since their signatures are secret: the files are in Mist's portal.
#[mist_tool(category = "sites_pcaps", get = "/api/v1/sites/{site_id}/pcaps")]
pub async fn list_site_packet_captures(
    site_id: SiteId,
    client_mac: Option<Mac>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// The packet capture that runs at a site now: devices, filter, packets, end.
#[mist_tool(category = "sites_pcaps", get = "/api/v1/sites/{site_id}/pcaps/capture")]
pub async fn get_site_capturing_status(site_id: SiteId);
