//! Audit logs of the organization.

use crate::engine::{Collection, Route};

use super::self_account::{LOGS, org_logs};

pub(super) const ROUTES: &[Route] = &[
    Route::paged_search_with_total("/api/v1/orgs/{org_id}/logs/search", &ORG_LOGS),
    Route::count("/api/v1/orgs/{org_id}/logs/count", &LOGS, "admin_name admin_id message site_id"),
];

static ORG_LOGS: Collection = Collection::timed("org audit logs", org_logs);
