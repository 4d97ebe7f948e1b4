use mistmcp::{Choice, Id, MacFilter, MacPattern, NameFilter, ParamGroup, SearchPage, Several, TimeWindow};

/// How NAC knows a client.
#[derive(ParamGroup)]
pub struct NacIdentityFilter {
    /// Authentication type, such as `eap-tls`, `eap-peap` or `mab`.
    #[brief = "eap-tls, mab, …"]
    pub auth_type: Option<String>,
    /// Identity provider, by id.
    #[brief = "Identity provider"]
    pub idp_id: Option<Id>,
    /// Whether a NAC rule matched.
    #[brief = "A rule matched"]
    pub nacrule_matched: Option<bool>,
}

/// What NAC clients are counted by: the last that was seen of each.
#[derive(ParamGroup)]
pub struct LastNacFilter {
    /// How NAC knows the client.
    #[flatten]
    pub identity: NacIdentityFilter,
    /// MAC address.
    #[brief = "MAC"]
    pub mac: Option<MacFilter>,
    /// MAC address of the access point that it used last.
    #[brief = "Access point's MAC"]
    pub last_ap: Option<MacFilter>,
    /// NAC rule that matched last, by id.
    #[brief = "NAC rule"]
    pub last_nacrule_id: Option<String>,
    /// Manufacturer of the device that asked last (NAS).
    #[brief = "NAS vendor"]
    pub last_nas_vendor: Option<String>,
    /// SSID.
    pub last_ssid: Option<String>,
    /// Last outcome: `permitted`, `denied` or `session_ended`.
    #[brief = "permitted, denied, session_ended"]
    pub last_status: Option<String>,
    /// User name that was seen last.
    #[brief = "User"]
    pub last_username: Option<String>,
    /// VLAN that was used last, by number.
    #[brief = "VLAN"]
    pub last_vlan_id: Option<String>,
    /// Verdict of the mobile device management: `compliant` or `not compliant`.
    #[brief = "compliant or not compliant"]
    pub mdm_compliance_status: Option<String>,
    /// Mobile device management (MDM), such as `intune`.
    #[brief = "MDM: intune, …"]
    pub mdm_provider: Option<String>,
    /// Connection of the client, such as `wired` or `wireless`.
    #[brief = "wired, …"]
    pub r#type: Option<String>,
}

/// Where and as whom a client asked NAC for access.
#[derive(ParamGroup)]
pub struct NacAccessFilter {
    /// How NAC knows the client.
    #[flatten]
    pub identity: NacIdentityFilter,
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    pub ap: Option<MacFilter>,
    /// VLAN that was asked for.
    #[brief = "VLAN asked for"]
    pub ingress_vlan: Option<String>,
    /// NAC rule, by id; several with commas.
    #[brief = "NAC rule"]
    pub nacrule_id: Option<Several<Id>>,
    /// IP address of the device that asked (NAS).
    #[brief = "NAS IP"]
    pub nas_ip: Option<String>,
    /// Manufacturer of the device that asked (NAS).
    #[brief = "NAS vendor"]
    pub nas_vendor: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// Text in the MAC address or the user name.
    #[brief = "In MAC or user"]
    pub text: Option<NameFilter>,
    /// User name.
    #[brief = "User"]
    pub username: Option<String>,
}

/// What NAC clients are searched by.
#[derive(ParamGroup)]
pub struct NacClientFilter {
    /// Where and as whom it asked.
    #[flatten]
    pub access: NacAccessFilter,
    /// MAC address, or a part of it with `*`, such as `5c5b35*`.
    #[brief = "MAC"]
    pub mac: Option<MacPattern>,
    /// Certificate ends within this time, such as `7d`.
    #[brief = "Ends within: 7d"]
    pub cert_expiry_duration: Option<String>,
    /// Endpoint detection and response (EDR) is installed.
    #[brief = "Has EDR"]
    pub edr_managed: Option<bool>,
    /// EDR verdict.
    pub edr_status: Option<EdrStatus>,
    /// Device family; `*` stands for any letters.
    #[brief = "Family; * matches"]
    pub family: Option<NameFilter>,
    /// Host name; `*` stands for any letters.
    #[brief = "Host name"]
    pub hostname: Option<NameFilter>,
    /// Verdict of the mobile device management: `compliant` or `not compliant`.
    #[brief = "compliant or not compliant"]
    pub mdm_compliance: Option<String>,
    /// Mobile device management (MDM) is installed.
    #[brief = "Has MDM"]
    pub mdm_managed: Option<bool>,
    /// Mobile device management (MDM), such as `intune`.
    #[brief = "MDM: intune, …"]
    pub mdm_provider: Option<String>,
    /// Manufacturer of the client; `*` stands for any letters.
    #[brief = "Maker; * matches"]
    pub mfg: Option<NameFilter>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Name of the NAC rule.
    #[brief = "Rule name"]
    pub nacrule_name: Option<String>,
    /// Operating system of the client.
    #[brief = "Operating system"]
    pub os: Option<String>,
    /// Outcome.
    pub status: Option<NacStatus>,
    /// Connection of the client, such as `wired` or `wireless`.
    #[brief = "wired, …"]
    pub r#type: Option<String>,
    /// Labels of the client.
    #[brief = "Labels"]
    pub usermac_label: Option<Vec<String>>,
    /// VLAN, by number.
    #[brief = "VLAN"]
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
    /// MAC address.
    #[brief = "MAC"]
    pub mac: Option<MacFilter>,
    /// BSSID.
    pub bssid: Option<String>,
    /// NAC rule that runs dry, by id.
    #[brief = "Dry-run rule"]
    pub dryrun_nacrule_id: Option<String>,
    /// The rule that runs dry matched.
    #[brief = "Dry-run rule matched"]
    pub dryrun_nacrule_matched: Option<bool>,
    /// Role that the identity provider gave.
    #[brief = "Role"]
    pub idp_role: Option<String>,
    /// User name at the identity provider.
    #[brief = "User"]
    pub idp_username: Option<String>,
    /// The client uses a random MAC address.
    #[brief = "Randomized MAC"]
    pub random_mac: Option<bool>,
    /// Attributes in the answer of RADIUS.
    #[brief = "RADIUS answer"]
    pub resp_attrs: Option<Vec<String>>,
    /// Type of event, as in `listNacEventsDefinitions`.
    #[brief = "As in listNacEventsDefinitions"]
    pub r#type: Option<String>,
    /// Label of the client.
    #[brief = "Label"]
    pub usermac_label: Option<String>,
    /// VLAN, by number; several with commas.
    #[brief = "VLAN"]
    pub vlan: Option<Several<i64>>,
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
    /// Field to sort by; with `-` before it, in descending order.
    #[brief = "Sort field; -: descending"]
    #[default = "wxid"]
    pub sort: Option<String>,
    /// The page.
    #[flatten]
    pub page: SearchPage,
}

/// Field to count by.
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

/// Endpoint detection and response (EDR).
#[derive(Clone, Copy, Choice)]
#[brief = "EDR"]
pub enum EdrProvider {
    /// `CrowdStrike` Falcon
    Crowdstrike,
    /// `SentinelOne` Singularity
    Sentinelone,
}

/// Verdict of the endpoint detection and response (EDR).
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "a provider and its verdict or severity each")]
#[brief = "EDR's verdict"]
pub enum EdrStatus {
    SentineloneHealthy,
    SentineloneInfected,
    CrowdstrikeLow,
    CrowdstrikeMedium,
    CrowdstrikeHigh,
    CrowdstrikeCritical,
    CrowdstrikeInformational,
}

/// Outcome of the access.
#[derive(Clone, Copy, Choice)]
#[brief = "Access"]
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
