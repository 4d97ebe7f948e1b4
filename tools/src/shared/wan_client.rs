use mistmcp::{Choice, MacFilter, ParamGroup};

/// Who a client behind a gateway is.
#[derive(ParamGroup)]
pub struct WanClientIdentity {
    /// Name.
    pub hostname: Option<String>,
    /// IP.
    pub ip: Option<String>,
    /// MAC; `*` matches.
    pub mac: Option<MacFilter>,
    /// Maker.
    pub mfg: Option<String>,
}

/// What WAN clients are searched by.
#[derive(ParamGroup)]
pub struct WanClientFilter {
    /// Who it is.
    #[flatten]
    pub client: WanClientIdentity,
    /// Source IP.
    pub ip_src: Option<String>,
    /// Name; `*` matches.
    pub network: Option<String>,
}

/// What events of WAN clients are searched by.
#[derive(ParamGroup)]
pub struct WanClientEventFilter {
    /// Who it is.
    #[flatten]
    pub client: WanClientIdentity,
    /// NAC rule.
    pub nacrule_id: Option<String>,
    /// `CLIENT_IP_ASSIGNED`, …
    pub r#type: Option<String>,
}

/// By.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a WAN client's event")]
pub enum WanClientEventField {
    Hostname,
    Ip,
    Mac,
    Mfg,
    Type,
}
