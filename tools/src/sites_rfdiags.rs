//! Recordings of the radio environment (RF Glass) at a site.

use mistmcp::{Fields, Id, PageNumber, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Recordings of how a site hears one client or asset.
    sites_rfdiags
}

/// The recordings made at a site: of which client or asset, when, and whether they are ready.
#[mist_tool(category = "sites_rfdiags", get = "/api/v1/sites/{site_id}/rfdiags")]
pub async fn get_site_site_rfdiag_recording(
    site_id: SiteId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// One recording, with links to its frames.
#[mist_tool(category = "sites_rfdiags", get = "/api/v1/sites/{site_id}/rfdiags/{rfdiag_id}")]
pub async fn get_site_rfdiag_recording(
    site_id: SiteId,
    /// Id of the recording.
    #[brief = "The recording"]
    rfdiag_id: Id,
    fields: Option<Fields>,
);

/// The raw events of one recording, as a binary file.
#[mist_tool(category = "sites_rfdiags", get = "/api/v1/sites/{site_id}/rfdiags/{rfdiag_id}/download")]
pub async fn download_site_rfdiag_recording(
    site_id: SiteId,
    /// Id of the recording.
    #[brief = "The recording"]
    rfdiag_id: Id,
);
