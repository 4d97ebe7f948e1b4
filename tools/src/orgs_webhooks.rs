//! The webhooks of an organization.

use mistmcp::{Buckets, Id, OrgId, PageNumber, Search, mist_tool};

use crate::shared::{DeliveryField, WebhookDelivery};

mistmcp::category! {
    /// Webhooks and their deliveries.
    orgs_webhooks
}

/// The organization's webhooks: address, topics.
#[mist_tool(category = "orgs_webhooks", get = "/api/v1/orgs/{org_id}/webhooks/{webhook_id?}")]
pub async fn list_org_webhooks(
    org_id: OrgId,
    /// Only this webhook, by id.
    #[brief = "Only this one"]
    webhook_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// How often an organization's webhook delivered, by outcome or topic. Rows: `searchOrgWebhooksDeliveries`.
#[mist_tool(category = "orgs_webhooks", get = "/api/v1/orgs/{org_id}/webhooks/{webhook_id}/events/count")]
pub async fn count_org_webhooks_deliveries(
    org_id: OrgId,
    #[flatten] delivery: WebhookDelivery,
    distinct: Option<DeliveryField>,
    #[flatten] buckets: Buckets,
);

/// What an organization's webhook sent, and how the receiver answered.
#[mist_tool(category = "orgs_webhooks", get = "/api/v1/orgs/{org_id}/webhooks/{webhook_id}/events/search")]
pub async fn search_org_webhooks_deliveries(
    org_id: OrgId,
    #[flatten] delivery: WebhookDelivery,
    #[flatten] search: Search,
);
