use mistmcp::{Choice, ParamGroup};

/// How a guest came onto the network.
#[derive(ParamGroup)]
pub struct GuestFilter {
    /// `passphrase`, …
    pub auth_method: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// WLAN.
    pub wlan_id: Option<String>,
}

/// By.
#[derive(Clone, Copy, Choice)]
pub enum GuestField {
    /// How the guest signed in
    AuthMethod,
    /// The guest's company
    Company,
    /// The network
    Ssid,
}
