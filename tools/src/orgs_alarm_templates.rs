//! The alarm templates of an organization.

use mistmcp::{Choice, Fields, Id, OrgId, PageNumber, mist_tool};

mistmcp::category! {
    /// Which alarms are on and who is told; suppressed alarms.
    orgs_alarm_templates
}

/// Alarm templates: which alarms are on and who is told.
#[mist_tool(category = "orgs_alarm_templates", get = "/api/v1/orgs/{org_id}/alarmtemplates")]
pub async fn list_org_alarm_templates(org_id: OrgId, #[flatten] page: PageNumber);

/// Where alarms are suppressed, and until when.
#[mist_tool(category = "orgs_alarm_templates", get = "/api/v1/orgs/{org_id}/alarmtemplates/suppress")]
pub async fn list_org_suppressed_alarms(
    org_id: OrgId,
    #[default = "site"] scope: Option<SuppressionScope>,
    fields: Option<Fields>,
);

/// One alarm template.
#[mist_tool(
    category = "orgs_alarm_templates",
    get = "/api/v1/orgs/{org_id}/alarmtemplates/{alarmtemplate_id}"
)]
pub async fn get_org_alarm_template(
    org_id: OrgId,
    /// Id of the alarm template.
    #[brief = "Template"]
    alarmtemplate_id: Id,
);

/// What the alarms are suppressed for.
#[derive(Clone, Copy, Choice)]
#[brief = "Suppressed for"]
pub enum SuppressionScope {
    /// The whole organization
    Org,
    /// Single sites
    Site,
}
