use mistmcp::{Choice, Id, MacFilter, NameFilter, ParamGroup, Several};

use super::ClientBand;

/// What wireless clients are counted and searched by.
#[derive(ParamGroup)]
pub struct WirelessClientFilter {
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    pub ap: Option<MacFilter>,
    /// Kind of device, such as `iPhone` or `Printer`.
    #[brief = "iPhone, …"]
    pub device: Option<String>,
    /// Host name; `*` stands for any letters.
    #[brief = "Host name"]
    pub hostname: Option<NameFilter>,
    /// IP address.
    #[brief = "IP"]
    pub ip: Option<String>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Operating system of the client.
    #[brief = "Operating system"]
    pub os: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// VLAN, by number.
    #[brief = "VLAN"]
    pub vlan: Option<String>,
}

/// What wireless clients are searched by.
#[derive(ParamGroup)]
pub struct WirelessClientSearch {
    /// What they are counted by, too.
    #[flatten]
    pub client: WirelessClientFilter,
    /// Radio band: `24`, `5` or `6`; several with commas mean either.
    #[brief = "24,5: either"]
    pub band: Option<Several<ClientBand>>,
    /// The key.
    #[flatten]
    pub psk: ClientPsk,
    /// Text in the MAC address, the IP address or a name.
    #[brief = "In MAC, IP or a name"]
    pub text: Option<NameFilter>,
    /// User name; `*` stands for any letters.
    #[brief = "User; * matches"]
    pub username: Option<NameFilter>,
}

/// Which of a WLAN's keys a client used.
#[derive(ParamGroup)]
pub struct ClientPsk {
    /// Pre-shared key, by id.
    #[brief = "PSK id"]
    pub psk_id: Option<String>,
    /// Pre-shared key, by name.
    #[brief = "PSK name"]
    pub psk_name: Option<String>,
}

/// What sessions of wireless clients are counted and searched by.
#[derive(ParamGroup)]
pub struct SessionFilter {
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    pub ap: Option<MacFilter>,
    /// Family of the device, such as `iPhone`.
    #[brief = "iPhone, …"]
    pub client_family: Option<String>,
    /// Manufacturer of the client.
    #[brief = "Maker"]
    pub client_manufacture: Option<String>,
    /// Model of the client.
    #[brief = "Model"]
    pub client_model: Option<String>,
    /// Operating system of the client.
    #[brief = "Operating system"]
    pub client_os: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// WLAN, by id.
    #[brief = "WLAN"]
    pub wlan_id: Option<Id>,
}

/// What sessions of wireless clients are searched by.
#[derive(ParamGroup)]
pub struct SessionSearch {
    /// What they are counted by, too.
    #[flatten]
    pub session: SessionFilter,
    /// User name of the client.
    #[brief = "User"]
    pub client_username: Option<String>,
    /// The key.
    #[flatten]
    pub psk: ClientPsk,
}

/// What events of wireless clients are about.
#[derive(ParamGroup)]
pub struct WirelessEventFilter {
    /// Type of event, as in `listClientEventsDefinitions`.
    #[brief = "As in listClientEventsDefinitions"]
    pub r#type: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// WLAN, by id.
    #[brief = "WLAN"]
    pub wlan_id: Option<Id>,
}

/// Field to count by.
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
