//! The API token itself.

use mistmcp::{PageNumber, TimeWindow, mist_tool};

use crate::shared::AuditLogSort;

mistmcp::category! {
    /// The API token: what it can see, its audit log, calls left.
    self_account
}

/// Whose API token this is, and the organizations and sites that it can see with their ids and roles. Call it first.
#[mist_tool(category = "self_account", get = "/api/v1/self", essential)]
pub async fn get_self();

/// Calls of the Mist API made in this hour, the limit, and the seconds until it is counted anew.
#[mist_tool(category = "self_account", get = "/api/v1/self/usage")]
pub async fn get_self_api_usage();

/// Failed logins of the token's own account: when and from where.
#[mist_tool(category = "self_account", get = "/api/v1/self/login_failures")]
pub async fn get_self_login_failures();

/// What the token's own account changed, newest first. For the changes of everybody use `listOrgAuditLogs`.
#[mist_tool(category = "self_account", get = "/api/v1/self/logs")]
pub async fn list_self_audit_logs(
    /// Text that the entry's message holds.
    message: Option<String>,
    sort: Option<AuditLogSort>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);
