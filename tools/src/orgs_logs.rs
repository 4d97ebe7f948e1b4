//! The audit log of an organization.

use mistmcp::{Buckets, Choice, Id, OrgId, PageNumber, ParamGroup, SiteId, SiteIds, TimeWindow, mist_tool};

use crate::shared::AuditLogSort;

mistmcp::category! {
    /// Audit log: who changed what, and when.
    orgs_logs
}

/// Who changed what in the organization, where and when.
#[mist_tool(category = "orgs_logs", get = "/api/v1/orgs/{org_id}/logs/search")]
pub async fn list_org_audit_logs(
    org_id: OrgId,
    /// Site, by its id or name; several with commas.
    #[brief = "Id or name"]
    site_id: Option<SiteIds>,
    #[flatten] entry: AuditLogFilter,
    sort: Option<AuditLogSort>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// How many changes there were, by who made them or where. Rows: `listOrgAuditLogs`.
#[mist_tool(category = "orgs_logs", get = "/api/v1/orgs/{org_id}/logs/count")]
pub async fn count_org_audit_logs(
    org_id: OrgId,
    #[default = "admin_name"] distinct: Option<AuditLogField>,
    /// Administrator, by id.
    #[brief = "Administrator"]
    admin_id: Option<Id>,
    /// Site, by its id or name.
    #[brief = "Id or name"]
    site_id: Option<SiteId>,
    #[flatten] entry: AuditLogFilter,
    #[flatten] buckets: Buckets,
);

/// What entries of an audit log are found by.
#[derive(ParamGroup)]
pub struct AuditLogFilter {
    /// Name or email address of the administrator.
    #[brief = "Name or email"]
    pub admin_name: Option<String>,
    /// Text in the message of the entry.
    #[brief = "Text in the message"]
    pub message: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an audit log")]
pub enum AuditLogField {
    AdminId,
    AdminName,
    Message,
    SiteId,
}
