use mistmcp::{MacFilter, ParamGroup};

/// Where a wired client is plugged in.
#[derive(ParamGroup)]
pub struct ClientPortFilter {
    /// Switch's MAC.
    pub device_mac: Option<MacFilter>,
    /// MAC; `*` matches.
    pub mac: Option<MacFilter>,
    /// Port.
    pub port_id: Option<String>,
    /// VLAN.
    pub vlan: Option<String>,
}

/// What wired clients are searched by.
#[derive(ParamGroup)]
pub struct WiredClientFilter {
    /// Where it is plugged in.
    #[flatten]
    pub port: ClientPortFilter,
    /// What it told DHCP.
    #[flatten]
    pub dhcp: DhcpFilter,
    /// IP.
    pub ip: Option<String>,
    /// Maker.
    pub manufacture: Option<String>,
    /// NAC rule.
    pub nacrule_id: Option<String>,
    /// In MAC or a name.
    pub text: Option<String>,
}

/// What a client tells DHCP of itself.
#[derive(ParamGroup)]
pub struct DhcpFilter {
    /// Option 61.
    pub dhcp_client_identifier: Option<String>,
    /// Option 81.
    pub dhcp_fqdn: Option<String>,
    /// Option 12.
    pub dhcp_hostname: Option<String>,
    /// Option 55.
    pub dhcp_request_params: Option<String>,
    /// Option 60.
    pub dhcp_vendor_class_identifier: Option<String>,
}
