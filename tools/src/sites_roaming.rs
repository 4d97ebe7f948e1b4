//! Roaming of wireless clients at a site.

use mistmcp::{Choice, SiteId, mist_tool};

use crate::shared::Rows;

mistmcp::category! {
    /// Roaming between the access points of a site.
    extended sites_roaming
}

/// Roams between access points of a site: client, from which to which, latency, fast or not.
#[mist_tool(category = "sites_roaming", get = "/api/v1/sites/{site_id}/events/fast_roam")]
pub async fn list_site_roaming_events(site_id: SiteId, r#type: Option<RoamOutcome>, #[flatten] rows: Rows);

/// Outcome of the roam.
#[derive(Clone, Copy, Choice)]
#[brief = "Outcome"]
pub enum RoamOutcome {
    /// The client failed to roam
    Fail,
    /// No fast roaming
    None,
    /// The client roamed
    Success,
}
