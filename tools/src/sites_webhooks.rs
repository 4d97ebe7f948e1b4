//! The webhooks of a site.

use mistmcp::{Buckets, Id, PageNumber, Search, SiteId, mist_tool};

use crate::shared::{DeliveryField, WebhookDelivery};

mistmcp::category! {
    /// A site's webhooks.
    sites_webhooks
}

/// A site's own webhooks, without the organization's.
#[mist_tool(category = "sites_webhooks", get = "/api/v1/sites/{site_id}/webhooks/{webhook_id?}")]
pub async fn list_site_webhooks(
    site_id: SiteId,
    /// Only this webhook, by id.
    #[brief = "Only this one"]
    webhook_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// How often a site's webhook delivered, by outcome or topic. Rows: `searchSiteWebhooksDeliveries`.
#[mist_tool(category = "sites_webhooks", get = "/api/v1/sites/{site_id}/webhooks/{webhook_id}/events/count")]
pub async fn count_site_webhooks_deliveries(
    site_id: SiteId,
    #[flatten] delivery: WebhookDelivery,
    distinct: Option<DeliveryField>,
    #[flatten] buckets: Buckets,
);

/// What a site's webhook sent, and how the receiver answered.
#[mist_tool(category = "sites_webhooks", get = "/api/v1/sites/{site_id}/webhooks/{webhook_id}/events/search")]
pub async fn search_site_webhooks_deliveries(
    site_id: SiteId,
    #[flatten] delivery: WebhookDelivery,
    #[flatten] search: Search,
);
