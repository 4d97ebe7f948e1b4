//! Counts of wireless client events and client labels in an organization.

use mistmcp::{Buckets, Choice, OrgId, SiteId, mist_tool};

use crate::shared::TimeRange;
use crate::sites_clients::{SiteEventFilter, WirelessEventField};

mistmcp::category! {
    /// Counts over all sites: wireless client events, client labels.
    extended orgs_clients_counts
}

/// How many events wireless clients of all sites had by a field. Rows: `searchOrgWirelessClientEvents`.
#[mist_tool(category = "orgs_clients_counts", get = "/api/v1/orgs/{org_id}/clients/events/count")]
pub async fn count_org_wireless_client_events(
    org_id: OrgId,
    distinct: Option<WirelessEventField>,
    site_id: Option<SiteId>,
    #[flatten] event: SiteEventFilter,
    #[flatten] buckets: Buckets,
);

/// How many labelled clients (user MACs) there are: `total`, with the clients as rows.
#[mist_tool(category = "orgs_clients_counts", get = "/api/v1/orgs/{org_id}/usermacs/count")]
pub async fn count_org_user_macs(
    org_id: OrgId,
    distinct: UserMacField,
    #[flatten] range: TimeRange,
    /// Number of clients in the answer.
    #[brief = "Number of clients"]
    #[default = 100]
    limit: Option<u32>,
);

/// Field of the clients.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a labelled client")]
pub enum UserMacField {
    Labels,
    Mac,
    Name,
    OrgId,
}
