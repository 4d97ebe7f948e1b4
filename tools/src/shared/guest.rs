use mistmcp::{Choice, ParamGroup};

/// How a guest came onto the network.
#[derive(ParamGroup)]
pub struct GuestFilter {
    /// How guests sign in, such as `passphrase`, `email` or `sms`.
    #[brief = "passphrase, …"]
    pub auth_method: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// WLAN, by id.
    #[brief = "WLAN"]
    pub wlan_id: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
pub enum GuestField {
    /// How the guest signed in
    AuthMethod,
    /// The guest's company
    Company,
    /// The network
    Ssid,
}
