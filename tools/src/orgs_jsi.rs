//! Juniper Support Insights (JSI): purchased devices, contracts, bugs, security advisories.

use std::num::NonZero;

use mistmcp::{Choice, MacFilter, OrgId, PageNumber, ParamGroup, SearchPage, SortField, mist_tool};

use crate::shared::{ConnectionStatus, TimeRange};

mistmcp::category! {
    /// Juniper Support Insights (JSI): contracts, warranty, end of support, bugs, security advisories.
    extended orgs_jsi
}

/// Devices connected to Juniper Support Insights (JSI): model, serial, last seen.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/devices")]
pub async fn list_org_jsi_devices(
    org_id: OrgId,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    /// Serial number.
    #[brief = "Serial"]
    serial: Option<String>,
    mac: Option<MacFilter>,
    #[flatten] page: PageNumber,
);

/// Juniper devices bought by the accounts of the organization: contract, warranty, end of sale and support. With
/// filters: `searchOrgJsiAssetsAndContracts`.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/inventory")]
pub async fn list_org_jsi_past_purchases(
    org_id: OrgId,
    /// Model; several with commas.
    #[brief = "Model"]
    model: Option<String>,
    /// Serial number.
    #[brief = "Serial"]
    serial: Option<String>,
    #[flatten] page: PageNumber,
);

/// How many purchased Juniper devices there are by a field. Rows: `searchOrgJsiAssetsAndContracts`.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/inventory/count")]
pub async fn count_org_jsi_assets_and_contracts(
    org_id: OrgId,
    distinct: Option<JsiAssetField>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Purchased Juniper devices by support contract, warranty, end of sale or support, or the advisory that affects
/// them.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/inventory/search")]
pub async fn search_org_jsi_assets_and_contracts(
    org_id: OrgId,
    #[flatten] asset: JsiAssetFilter,
    #[flatten] contract: JsiContractFilter,
    #[flatten] end: JsiEndFilter,
    /// Security advisory (SIRT) that affects the device, such as `JSA100053`.
    #[brief = "Advisory: JSA100053"]
    sirt_id: Option<String>,
    /// Problem bug notification (PBN) that affects the device, by id.
    #[brief = "PBN"]
    pbn_id: Option<String>,
    /// Text in any field.
    text: Option<String>,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// How many problem bug notifications (PBN) there are by a field. Rows: `searchOrgJsiPbn`.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/pbn/count")]
pub async fn count_org_jsi_pbn(
    org_id: OrgId,
    distinct: PbnField,
    #[flatten] range: TimeRange,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Problem bug notifications (PBN) for Juniper devices: models, versions, risk, workaround, fix.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/pbn/search")]
pub async fn search_org_jsi_pbn(
    org_id: OrgId,
    #[flatten] affected: AffectedFilter,
    customer_risk: Option<CustomerRisk>,
    /// Number of the bug, such as `1403338`.
    #[brief = "Bug number"]
    id: Option<String>,
    bug_type: Option<BugType>,
    #[flatten] search: AdvisorySearch,
);

/// How many security advisories (SIRT) there are by a field. Rows: `searchOrgJsiSirt`.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/sirt/count")]
pub async fn count_org_jsi_sirt(
    org_id: OrgId,
    distinct: SirtField,
    #[flatten] range: TimeRange,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Juniper security advisories (SIRT, JSA) for the organization's devices: severity, CVSS, models, solution.
#[mist_tool(category = "orgs_jsi", get = "/api/v1/orgs/{org_id}/jsi/sirt/search")]
pub async fn search_org_jsi_sirt(
    org_id: OrgId,
    severity: Option<SirtSeverity>,
    /// Number of the advisory, such as `JSA100053`.
    #[brief = "JSA100053"]
    id: Option<String>,
    /// Updated after this date.
    updated_after: Option<String>,
    /// Updated before this date.
    updated_before: Option<String>,
    /// Published after this date.
    published_after: Option<String>,
    /// Published before this date.
    published_before: Option<String>,
    #[flatten] affected: AffectedFilter,
    #[flatten] search: AdvisorySearch,
);

/// The device itself.
#[derive(ParamGroup)]
pub struct JsiAssetFilter {
    /// With `true`, only claimed devices; with `false`, all.
    #[brief = "true: claimed ones only"]
    pub claimed: Option<bool>,
    /// Model; several with commas.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Serial number; several with commas.
    #[brief = "Serial"]
    pub serial: Option<String>,
    /// Product number (SKU); several with commas.
    #[brief = "SKU"]
    pub sku: Option<String>,
    /// State of the connection to Mist.
    #[brief = "State"]
    #[default = "all"]
    pub status: Option<ConnectionStatus>,
    /// Warranty.
    pub warranty_type: Option<Warranty>,
}

/// The support contract of a device.
#[derive(ParamGroup)]
pub struct JsiContractFilter {
    /// Contract ends before this date.
    pub contract_end_before: Option<String>,
    /// Contract ends after this date.
    pub contract_end_after: Option<String>,
    /// Type of the contract.
    #[brief = "Contract type"]
    pub contract_type: Option<String>,
    /// Product number (SKU) of the contract.
    #[brief = "Contract SKU"]
    pub contract_sku: Option<String>,
    /// State of the support contract.
    pub support_contract_status: Option<ContractStatus>,
    /// An active support contract covers the device.
    #[brief = "Under contract"]
    pub has_support: Option<bool>,
}

/// When sale, service and support of a device end.
#[derive(ParamGroup)]
pub struct JsiEndFilter {
    /// End of sale after this date.
    pub end_of_sale_after: Option<String>,
    /// End of sale before this date.
    pub end_of_sale_before: Option<String>,
    /// End of support (EOS) after this date.
    pub eos_after: Option<String>,
    /// End of support (EOS) before this date.
    pub eos_before: Option<String>,
    /// End of support of the firmware version after this date.
    #[brief = "Version's end of support after"]
    pub version_eos_after: Option<String>,
    /// End of support of the firmware version before this date.
    #[brief = "Version's end of support before"]
    pub version_eos_before: Option<String>,
    /// End of service.
    pub end_of_service_time: Option<String>,
}

/// What an advisory affects.
#[derive(ParamGroup)]
pub struct AffectedFilter {
    /// Affected firmware versions.
    #[brief = "Affected versions"]
    pub versions: Option<String>,
    /// Affected models.
    pub models: Option<String>,
    /// Text in the models, versions, number or severity.
    #[brief = "Text"]
    pub text: Option<String>,
}

/// Window, order and page of a search for advisories.
#[derive(ParamGroup)]
pub struct AdvisorySearch {
    /// The time window.
    #[flatten]
    pub range: TimeRange,
    /// The order.
    #[flatten]
    pub sort: SortField,
    /// Number of the page, from 1.
    #[brief = "Page number"]
    #[default = 1]
    pub page: Option<NonZero<u32>>,
    /// The page.
    #[flatten]
    pub next: SearchPage,
}

/// Risk for the customer.
#[derive(Clone, Copy, Choice)]
#[brief = "Risk"]
#[expect(missing_docs, reason = "the names are Juniper's own")]
pub enum CustomerRisk {
    #[mist("Critical")]
    Critical,
    #[mist("Major")]
    Major,
    #[mist("Minor")]
    Minor,
}

/// Warranty.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Juniper's own")]
#[brief = "Warranty"]
pub enum Warranty {
    #[mist("Standard Hardware Warranty")]
    StandardHardware,
    #[mist("Enhanced Hardware Warranty")]
    EnhancedHardware,
    #[mist("Dead On Arrival Warranty")]
    DeadOnArrival,
    #[mist("Limited Lifetime Warranty")]
    LimitedLifetime,
    #[mist("Software Warranty")]
    Software,
    #[mist("Limited Lifetime Warranty for WLA")]
    LimitedLifetimeWla,
    #[mist("Warranty-JCPO EOL (DOA Not Included)")]
    JcpoEol,
    #[mist("MIST Enhanced Hardware Warranty")]
    MistEnhancedHardware,
    #[mist("MIST Standard Warranty")]
    MistStandard,
    #[mist("Determine Lifetime warranty")]
    DetermineLifetime,
}

/// State of the support contract.
#[derive(Clone, Copy, Choice)]
#[brief = "Contract's state"]
pub enum ContractStatus {
    /// Under contract
    #[mist("Active")]
    Active,
    /// Support was declined
    #[mist("Declined")]
    Declined,
    /// End of life
    #[mist("EOL")]
    Eol,
    /// A contract can be bought
    #[mist("Service Available")]
    ServiceAvailable,
}

/// Kind of bug.
#[derive(Clone, Copy, Choice)]
pub enum BugType {
    /// Present since the first release
    #[mist("Day-1")]
    DayOne,
    /// Introduced by a later release
    #[mist("Regression")]
    Regression,
}

/// Severity.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names explain themselves")]
pub enum SirtSeverity {
    #[mist("Critical")]
    Critical,
    #[mist("High")]
    High,
    #[mist("Low")]
    Low,
    #[mist("Medium")]
    Medium,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a purchased device")]
pub enum JsiAssetField {
    AccountId,
    Claimed,
    EndOfSaleTime,
    EosTime,
    HasSupport,
    Model,
    Sku,
    Status,
    Type,
    Version,
    VersionTime,
    WarrantyType,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a bug notification")]
pub enum PbnField {
    BugType,
    CustomerRisk,
    Models,
    Versions,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a security advisory")]
pub enum SirtField {
    JsaUpdatedDate,
    Models,
    Severity,
    Versions,
}
