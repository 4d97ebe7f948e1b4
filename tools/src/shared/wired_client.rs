use mistmcp::{NameFilter, ParamGroup};

/// Where a wired client is plugged in.
#[derive(ParamGroup)]
pub struct ClientPortFilter {
    /// Port.
    pub port_id: Option<String>,
    /// VLAN, by number.
    #[brief = "VLAN"]
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
    /// IP address.
    #[brief = "IP"]
    pub ip: Option<String>,
    /// Manufacturer of the client.
    #[brief = "Maker"]
    pub manufacture: Option<String>,
    /// NAC rule, by id.
    #[brief = "NAC rule"]
    pub nacrule_id: Option<String>,
    /// Text in the MAC address or a name.
    #[brief = "In MAC or a name"]
    pub text: Option<NameFilter>,
}

/// What a client tells DHCP of itself.
#[derive(ParamGroup)]
pub struct DhcpFilter {
    /// Client identifier in its DHCP request (option 61).
    #[brief = "Option 61"]
    pub dhcp_client_identifier: Option<String>,
    /// Full name in its DHCP request (option 81).
    #[brief = "Option 81"]
    pub dhcp_fqdn: Option<String>,
    /// Host name in its DHCP request (option 12).
    #[brief = "Option 12"]
    pub dhcp_hostname: Option<String>,
    /// Parameter list in its DHCP request (option 55).
    #[brief = "Option 55"]
    pub dhcp_request_params: Option<String>,
    /// Vendor class in its DHCP request (option 60).
    #[brief = "Option 60"]
    pub dhcp_vendor_class_identifier: Option<String>,
}
