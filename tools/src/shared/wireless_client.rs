use mistmcp::{Choice, Id, MacFilter, ParamGroup};

/// What wireless clients are counted and searched by.
#[derive(ParamGroup)]
pub struct WirelessClientFilter {
    /// MAC.
    pub ap: Option<MacFilter>,
    /// `iPhone`, …
    pub device: Option<String>,
    /// Name.
    pub hostname: Option<String>,
    /// IP.
    pub ip: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// System.
    pub os: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// VLAN.
    pub vlan: Option<String>,
}

/// What wireless clients are searched by.
#[derive(ParamGroup)]
pub struct WirelessClientSearch {
    /// What they are counted by, too.
    #[flatten]
    pub client: WirelessClientFilter,
    /// `24,5`: either.
    pub band: Option<String>,
    /// MAC; `*` matches.
    pub mac: Option<MacFilter>,
    /// The key.
    #[flatten]
    pub psk: ClientPsk,
    /// In MAC, IP or a name.
    pub text: Option<String>,
    /// User; `*` matches.
    pub username: Option<String>,
}

/// Which of a WLAN's keys a client used.
#[derive(ParamGroup)]
pub struct ClientPsk {
    /// PSK.
    pub psk_id: Option<String>,
    /// PSK.
    pub psk_name: Option<String>,
}

/// What sessions of wireless clients are counted and searched by.
#[derive(ParamGroup)]
pub struct SessionFilter {
    /// MAC.
    pub ap: Option<MacFilter>,
    /// `iPhone`, …
    pub client_family: Option<String>,
    /// Maker.
    pub client_manufacture: Option<String>,
    /// Model.
    pub client_model: Option<String>,
    /// System.
    pub client_os: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// WLAN.
    pub wlan_id: Option<Id>,
}

/// What sessions of wireless clients are searched by.
#[derive(ParamGroup)]
pub struct SessionSearch {
    /// What they are counted by, too.
    #[flatten]
    pub session: SessionFilter,
    /// User.
    pub client_username: Option<String>,
    /// The key.
    #[flatten]
    pub psk: ClientPsk,
}

/// What events of wireless clients are about.
#[derive(ParamGroup)]
pub struct WirelessEventFilter {
    /// As in `listClientEventsDefinitions`.
    pub r#type: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// WLAN.
    pub wlan_id: Option<Id>,
}

/// By.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a wireless client")]
pub enum WirelessField {
    Ap,
    Device,
    Hostname,
    Ip,
    Model,
    Os,
    Ssid,
    Vlan,
}
