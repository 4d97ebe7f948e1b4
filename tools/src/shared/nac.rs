use mistmcp::{Choice, Id, MacFilter, ParamGroup, SearchPage, TimeWindow};

/// How NAC knows a client.
#[derive(ParamGroup)]
pub struct NacIdentityFilter {
    /// `eap-tls`, `mab`, …
    pub auth_type: Option<String>,
    /// Identity provider.
    pub idp_id: Option<Id>,
    /// MAC.
    pub mac: Option<MacFilter>,
    /// A rule matched.
    pub nacrule_matched: Option<bool>,
}

/// What NAC clients are counted by: the last that was seen of each.
#[derive(ParamGroup)]
pub struct LastNacFilter {
    /// How NAC knows the client.
    #[flatten]
    pub identity: NacIdentityFilter,
    /// MAC.
    pub last_ap: Option<String>,
    /// NAC rule.
    pub last_nacrule_id: Option<String>,
    /// Vendor.
    pub last_nas_vendor: Option<String>,
    /// SSID.
    pub last_ssid: Option<String>,
    /// `permitted`, `denied`, `session_ended`.
    pub last_status: Option<String>,
    /// User.
    pub last_username: Option<String>,
    /// VLAN.
    pub last_vlan_id: Option<String>,
    /// `compliant` or `not compliant`.
    pub mdm_compliance_status: Option<String>,
    /// `intune`, …
    pub mdm_provider: Option<String>,
    /// `wired`, …
    pub r#type: Option<String>,
}

/// Where and as whom a client asked NAC for access.
#[derive(ParamGroup)]
pub struct NacAccessFilter {
    /// How NAC knows the client.
    #[flatten]
    pub identity: NacIdentityFilter,
    /// MAC.
    pub ap: Option<MacFilter>,
    /// VLAN asked for.
    pub ingress_vlan: Option<String>,
    /// NAC rule.
    pub nacrule_id: Option<Id>,
    /// IP.
    pub nas_ip: Option<String>,
    /// Vendor.
    pub nas_vendor: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// In MAC or user.
    pub text: Option<String>,
    /// User.
    pub username: Option<String>,
}

/// What NAC clients are searched by.
#[derive(ParamGroup)]
pub struct NacClientFilter {
    /// Where and as whom it asked.
    #[flatten]
    pub access: NacAccessFilter,
    /// Within: `7d`.
    pub cert_expiry_duration: Option<String>,
    /// Has EDR.
    pub edr_managed: Option<bool>,
    /// EDR verdict.
    pub edr_status: Option<EdrStatus>,
    /// Family; `*` matches.
    pub family: Option<String>,
    /// Name.
    pub hostname: Option<String>,
    /// `compliant` or `not compliant`.
    pub mdm_compliance: Option<String>,
    /// Has MDM.
    pub mdm_managed: Option<bool>,
    /// `intune`, …
    pub mdm_provider: Option<String>,
    /// Maker; `*` matches.
    pub mfg: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Name.
    pub nacrule_name: Option<String>,
    /// System.
    pub os: Option<String>,
    /// Outcome.
    pub status: Option<NacStatus>,
    /// `wired`, …
    pub r#type: Option<String>,
    /// Labels.
    pub usermac_label: Option<Vec<String>>,
    /// VLAN.
    pub vlan: Option<String>,
    /// The rows.
    #[flatten]
    pub search: NacSearch,
}

/// What events of NAC clients are searched by.
#[derive(ParamGroup)]
pub struct NacEventFilter {
    /// Where and as whom it asked.
    #[flatten]
    pub access: NacAccessFilter,
    /// BSSID.
    pub bssid: Option<String>,
    /// Dry-run rule.
    pub dryrun_nacrule_id: Option<String>,
    /// It matched.
    pub dryrun_nacrule_matched: Option<bool>,
    /// Role.
    pub idp_role: Option<String>,
    /// User.
    pub idp_username: Option<String>,
    /// Randomized MAC.
    pub random_mac: Option<bool>,
    /// RADIUS answer.
    pub resp_attrs: Option<Vec<String>>,
    /// As in `listNacEventsDefinitions`.
    pub r#type: Option<String>,
    /// Label.
    pub usermac_label: Option<String>,
    /// VLAN.
    pub vlan: Option<i64>,
    /// The rows.
    #[flatten]
    pub search: NacSearch,
}

/// A search over time, as others have it but in the order of NAC's own identifier.
#[derive(ParamGroup)]
pub struct NacSearch {
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
    /// Field; `-`: descending.
    #[default = "wxid"]
    pub sort: Option<String>,
    /// The page.
    #[flatten]
    pub page: SearchPage,
}

/// By.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a NAC event")]
pub enum NacEventField {
    Ap,
    AuthType,
    DryrunNacruleId,
    Mac,
    NacruleId,
    NasVendor,
    Ssid,
    Type,
    Username,
    Vlan,
}

/// EDR.
#[derive(Clone, Copy, Choice)]
pub enum EdrProvider {
    /// `CrowdStrike` Falcon
    Crowdstrike,
    /// `SentinelOne` Singularity
    Sentinelone,
}

/// EDR's verdict.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "a provider and its verdict or severity each")]
pub enum EdrStatus {
    SentineloneHealthy,
    SentineloneInfected,
    CrowdstrikeLow,
    CrowdstrikeMedium,
    CrowdstrikeHigh,
    CrowdstrikeCritical,
    CrowdstrikeInformational,
}

/// Access.
#[derive(Clone, Copy, Choice)]
pub enum NacStatus {
    /// It was let in
    Permitted,
    /// It is in, and accounting began
    SessionStarted,
    /// It has left
    SessionStopped,
    /// It was refused
    Denied,
}
