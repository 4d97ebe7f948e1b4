//! Packet captures of an organization.

use mistmcp::{OrgId, PageNumber, TimeWindow, mist_tool};

mistmcp::category! {
    /// Packet captures of the organization: files, and the capture under way.
    extended orgs_pcaps
}

/// Packet captures of the organization, such as on its Mist Edges: when, why they ended, where to download them. The
/// links are cut, since their signatures are secret: the files are in Mist's portal. One site: `listSitePacketCaptures`.
#[mist_tool(category = "orgs_pcaps", get = "/api/v1/orgs/{org_id}/pcaps")]
pub async fn list_org_packet_captures(
    org_id: OrgId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// The packet capture that runs in the organization now: devices, filter, packets, end.
#[mist_tool(category = "orgs_pcaps", get = "/api/v1/orgs/{org_id}/pcaps/capture")]
pub async fn get_org_capturing_status(org_id: OrgId);
