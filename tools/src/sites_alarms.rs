//! The alarms of one site.

use mistmcp::{Buckets, Choice, ParamGroup, Search, SiteId, mist_tool};

mistmcp::category! {
    /// Alarms of one site: what is wrong there now, and counts.
    extended sites_alarms
}

/// How many alarms a site has by type, severity, group or acknowledgment. Rows: `searchSiteAlarms`.
#[mist_tool(category = "sites_alarms", get = "/api/v1/sites/{site_id}/alarms/count")]
pub async fn count_site_alarms(
    site_id: SiteId,
    #[default = "type"] distinct: Option<AlarmField>,
    /// Group of the alarm: `infrastructure`, `security`, `marvis` or `certificate_expiry`; several with commas.
    #[brief = "infrastructure, security, marvis, certificate_expiry"]
    group: Option<String>,
    /// Severity: `critical`, `warn` or `info`; several with commas.
    #[brief = "critical, warn, info"]
    severity: Option<String>,
    #[flatten] alarm: AlarmFilter,
    #[flatten] buckets: Buckets,
);

/// Alarms of one site: type, severity, devices, first and last time, acknowledged or not. All sites:
/// `searchOrgAlarms`.
#[mist_tool(category = "sites_alarms", get = "/api/v1/sites/{site_id}/alarms/search")]
pub async fn search_site_alarms(
    site_id: SiteId,
    group: Option<AlarmGroup>,
    severity: Option<AlarmSeverity>,
    #[flatten] alarm: AlarmFilter,
    #[flatten] search: Search,
);

/// Filters of alarms.
#[derive(ParamGroup)]
pub struct AlarmFilter {
    /// Type of alarm, from `listAlarmDefinitions`; several with commas.
    #[brief = "From listAlarmDefinitions"]
    pub r#type: Option<String>,
    /// Administrator who acknowledged the alarm, by name; several with commas.
    #[brief = "Acknowledged by"]
    pub ack_admin_name: Option<String>,
    /// With `true`, only acknowledged alarms; with `false`, only the others.
    #[brief = "Acknowledged"]
    pub acked: Option<bool>,
}

/// Group of the alarm.
#[derive(Clone, Copy, Choice)]
#[brief = "Group"]
pub enum AlarmGroup {
    /// Certificates that end soon
    CertificateExpiry,
    /// Devices, links and services of the network
    Infrastructure,
    /// Problems that Marvis found
    Marvis,
    /// Rogue access points and attacks
    Security,
}

/// Severity.
#[derive(Clone, Copy, Choice)]
pub enum AlarmSeverity {
    /// Needs attention now
    Critical,
    /// For information
    Info,
    /// May need attention
    Warn,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an alarm")]
pub enum AlarmField {
    Acked,
    Group,
    Severity,
    Type,
}
