use mistmcp::{Choice, MacPattern, NameFilter, ParamGroup};

/// Who a client behind a gateway is.
#[derive(ParamGroup)]
pub struct WanClientIdentity {
    /// Host name; `*` stands for any letters.
    #[brief = "Host name"]
    pub hostname: Option<NameFilter>,
    /// IP address.
    #[brief = "IP"]
    pub ip: Option<String>,
    /// Manufacturer of the client.
    #[brief = "Maker"]
    pub mfg: Option<NameFilter>,
}

/// What WAN clients are searched by.
#[derive(ParamGroup)]
pub struct WanClientFilter {
    /// Who it is.
    #[flatten]
    pub client: WanClientIdentity,
    /// Source IP.
    pub ip_src: Option<String>,
    /// Name of the network; `*` stands for any letters.
    #[brief = "Name; * matches"]
    pub network: Option<NameFilter>,
}

/// What events of WAN clients are searched by.
#[derive(ParamGroup)]
pub struct WanClientEventFilter {
    /// Who it is.
    #[flatten]
    pub client: WanClientIdentity,
    /// MAC address, or a part of it with `*`, such as `5c5b35*`.
    #[brief = "MAC; * matches"]
    pub mac: Option<MacPattern>,
    /// NAC rule, by id.
    #[brief = "NAC rule"]
    pub nacrule_id: Option<String>,
    /// Type of event, such as `CLIENT_IP_ASSIGNED`.
    #[brief = "CLIENT_IP_ASSIGNED, …"]
    pub r#type: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a WAN client's event")]
pub enum WanClientEventField {
    Hostname,
    Ip,
    Mac,
    Mfg,
    Type,
}
