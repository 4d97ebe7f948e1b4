//! Names of fields in Mist's answers, and acronyms in the names of its endpoints.

/// Acronyms, which are written in capitals.
pub(crate) const ACRONYMS: [&str; 29] = [
    "Ap", "Api", "Bgp", "Bssid", "Ecmp", "Id", "Ip", "Lan", "Led", "Mac", "Mcp", "Mx", "Nac", "Ospf", "Poe",
    "Pma", "Psk", "Rf", "Rrm", "Sdk", "Sle", "Ssid", "Ssr", "Url", "Usb", "Vlan", "Vpn", "Wan", "Wlan",
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
    "enabled",
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
        "hostnames",
        "username",
    ],
    &["status", "severity", "connected", "state", "up", "result"],
    &["type", "event", "reason", "text", "model", "mac", "ssid", "ip", "band", "channel", "version"],
    &["timestamp", "when", "num_clients", "count", "last_seen", "last_hostname"],
    &[],
];
