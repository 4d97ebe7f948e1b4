//! Administrators of managed service providers (MSP), and what they changed.

use mistmcp::{Choice, Fields, Id, MspId, PageNumber, TimeWindow, mist_tool};

use crate::shared::AuditLogSort;

mistmcp::category! {
    /// Administrators of a managed service provider (MSP), and its audit log.
    extended msps_admins
}

/// Administrators of an MSP and its organizations, or one: email, roles, two-factor login.
#[mist_tool(category = "msps_admins", get = "/api/v1/msps/{msp_id}/admins/{admin_id?}")]
pub async fn list_msp_admins(
    msp_id: MspId,
    /// Only this administrator, by id.
    #[brief = "Only this one"]
    admin_id: Option<Id>,
    fields: Option<Fields>,
);

/// Who changed what at an MSP, and when. For one organization use `listOrgAuditLogs`.
#[mist_tool(category = "msps_admins", get = "/api/v1/msps/{msp_id}/logs")]
pub async fn list_msp_audit_logs(
    msp_id: MspId,
    /// Site, by its id: an MSP has sites of many organizations, so that a name does not do.
    #[brief = "Site's id, not its name"]
    site_id: Option<Id>,
    /// Name or email address of the administrator.
    #[brief = "Name or email"]
    admin_name: Option<String>,
    /// Text in the message of the entry.
    #[brief = "Text in the message"]
    message: Option<String>,
    sort: Option<AuditLogSort>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// How many changes there were at an MSP, by who made them or in which organization. Rows: `listMspAuditLogs`.
#[mist_tool(category = "msps_admins", get = "/api/v1/msps/{msp_id}/logs/count")]
pub async fn count_msp_audit_logs(
    msp_id: MspId,
    #[default = "admin_name"] distinct: Option<MspAuditLogField>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an audit log")]
pub enum MspAuditLogField {
    AdminId,
    AdminName,
    Message,
    OrgId,
}
