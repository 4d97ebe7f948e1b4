//! Bluetooth assets of all sites.

use super::sites_assets::{ASSETS, FILTERS, STATS};
use crate::engine::Route;

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/assets", &ASSETS),
    Route::one("/api/v1/orgs/{org_id}/assets/{asset_id}", &ASSETS),
    Route::pages("/api/v1/orgs/{org_id}/assetfilters", &FILTERS),
    Route::one("/api/v1/orgs/{org_id}/assetfilters/{assetfilter_id}", &FILTERS),
    Route::pages("/api/v1/orgs/{org_id}/stats/assets", &STATS),
    Route::search("/api/v1/orgs/{org_id}/stats/assets/search", &STATS),
    Route::count(
        "/api/v1/orgs/{org_id}/stats/assets/count",
        &STATS,
        "map_id ibeacon_major ibeacon_minor ibeacon_uuid mac site_id",
    ),
];
