//! The alarms that the token's own account is told of.

use mistmcp::{Fields, mist_tool};

mistmcp::category! {
    /// Alarms that one's own account has subscribed to.
    extended self_alarms
}

/// The organizations whose alarms one's own account gets by mail. The alarms are in `searchOrgAlarms`.
#[mist_tool(category = "self_alarms", get = "/api/v1/self/subscriptions")]
pub async fn list_alarm_subscriptions(fields: Option<Fields>);
