//! Names of fields in Mist's answers, and acronyms in the names of its endpoints.

/// Acronyms, which are written in capitals.
pub(crate) const ACRONYMS: [&str; 51] = [
    "Aamw", "Ap", "Api", "Atp", "Bgp", "Bssid", "Crl", "Dhcp", "Dns", "Ecmp", "Esl", "Evpn", "Ha", "Id",
    "Idp", "Iot", "Ip", "Jse", "Jsi", "Lan", "Led", "Mac", "Mcp", "Msp", "Mx", "Nac", "Ospf", "Pbn", "Plf",
    "Pma", "Poe", "Psk", "Rf", "Rrm", "Rssi", "Saml", "Scep", "Sdk", "Sirt", "Sle", "Ssid", "Ssl", "Sso",
    "Ssr", "Ui", "Url", "Usb", "Vlan", "Vpn", "Wan", "Wlan",
];

/// Fields that hold the MAC address or the id of a device, alone or as a list.
#[cfg(feature = "cli")]
pub(crate) const DEVICE_FIELDS: [&str; 12] = [
    "ap",
    "ap_mac",
    "last_ap",
    "aps",
    "device_mac",
    "device_id",
    "switch",
    "switch_mac",
    "switches",
    "gateway",
    "gateway_mac",
    "gateways",
];

/// Order of columns in a table, by the last part of the name: identity, state, time, other fields, nested fields, ids.
#[cfg(feature = "cli")]
pub(crate) const COLUMN_ORDER: [&[&str]; 5] = [
    &[
        "site",
        "name",
        "hostname",
        "device_name",
        "device",
        "ap_name",
        "ap",
        "switch",
        "gateway",
        "router_name",
        "peer_router_name",
        "hostnames",
        "admin_name",
        "port_id",
    ],
    &["status", "severity", "connected", "state", "up", "result"],
    &[
        "speed", "type", "event", "category", "symptom", "reason", "text", "message", "username", "model",
        "mac", "ssid", "ip", "band", "channel", "version",
    ],
    &["timestamp", "when", "num_clients", "count", "last_seen", "last_hostname"],
    &[],
];

/// Fields of a table that come last, with the ids: positions on a map, keys of a row, and what only programs ask for.
#[cfg(feature = "cli")]
pub(crate) const LAST_COLUMNS: [&str; 10] =
    ["x", "y", "x_m", "y_m", "height", "orientation", "uuid", "row_key", "src_ip", "for_site"];
