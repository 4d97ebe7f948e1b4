//! Spectrum analysis at a site.

use mistmcp::{Fields, SiteId, Time, mist_tool};

use crate::shared::{Band, Rows};

mistmcp::category! {
    /// Spectrum at a site: analyses that run and ran, how clean each channel is.
    extended sites_spectrum
}

/// The spectrum analysis that runs at a site now: access point, band, channels, length, start; nothing where none runs.
#[mist_tool(category = "sites_spectrum", get = "/api/v1/sites/{site_id}/analyze_spectrum")]
pub async fn get_site_running_spectrum_analysis(site_id: SiteId);

/// Earlier spectrum analyses at a site: use of each channel by Wi-Fi and others, noise, samples by frequency.
#[mist_tool(category = "sites_spectrum", get = "/api/v1/sites/{site_id}/stats/analyze_spectrum")]
pub async fn list_site_spectrum_analysis(site_id: SiteId, #[flatten] rows: Rows);

/// How clean each channel of a band is at a site, from 0 (clean) to 1, by cause: noise, non-Wi-Fi, other networks,
/// radar.
#[mist_tool(
    category = "sites_spectrum",
    get = "/api/v1/sites/{site_id}/rrm/channel_scores/band/{band}",
    answers = "list"
)]
pub async fn get_site_channel_scores(
    site_id: SiteId,
    band: Band,
    /// Start of the window: a distance from now such as `-1d`, ISO 8601, or epoch seconds.
    #[brief = "Window start: -1d"]
    start: Option<Time>,
    /// End of the window, in the forms that `start` takes; now, if it is left out.
    #[brief = "End of the window"]
    end: Option<Time>,
    fields: Option<Fields>,
);
