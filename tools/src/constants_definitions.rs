//! What is the same for everybody: channels, LED codes, metrics, topics.

use mistmcp::{Fields, mist_tool};

use crate::shared::Country;

mistmcp::category! {
    /// Channels, LED codes, insight metrics, licenses, webhook topics.
    constants_definitions
}

/// The Wi-Fi channels, widths and power limits that a country allows.
#[mist_tool(category = "constants_definitions", get = "/api/v1/const/ap_channels", answers = "object")]
pub async fn list_ap_channels(country_code: Option<Country>);

/// What the blinking of an access point's LED means.
#[mist_tool(category = "constants_definitions", get = "/api/v1/const/ap_led_status")]
pub async fn list_ap_led_definition(fields: Option<Fields>);

/// The device families, models and systems that client fingerprints tell apart.
#[mist_tool(category = "constants_definitions", get = "/api/v1/const/fingerprint_types", answers = "object")]
pub async fn list_fingerprint_types(fields: Option<Fields>);

/// The metrics that the insight tools take: name, unit, intervals, and what each is measured for.
#[mist_tool(category = "constants_definitions", get = "/api/v1/const/insight_metrics", answers = "object")]
pub async fn list_insight_metrics(fields: Option<Fields>);

/// The kinds of licenses, their names and what they cover. Those an organization owns are in `getOrgLicensesSummary`.
#[mist_tool(category = "constants_definitions", get = "/api/v1/const/license_types")]
pub async fn list_license_types(fields: Option<Fields>);

/// The topics that a webhook can subscribe to.
#[mist_tool(category = "constants_definitions", get = "/api/v1/const/webhook_topics")]
pub async fn list_webhook_topics(fields: Option<Fields>);
