use mistmcp::{Choice, MacFilter, ParamGroup};

/// Kind of device.
#[derive(Clone, Copy, Choice)]
pub enum PortDevice {
    /// Switches and gateways
    All,
    /// Gateways
    Gateway,
    /// Switches
    Switch,
}

/// Addresses at both ends of a port's link.
#[derive(ParamGroup)]
pub struct PortAddresses {
    /// MAC address of the neighbor.
    #[brief = "Neighbor's MAC"]
    pub neighbor_mac: Option<MacFilter>,
    /// MAC address of the port.
    #[brief = "Port's MAC"]
    pub port_mac: Option<MacFilter>,
}

/// Properties that a port of a switch or gateway is searched by.
#[derive(ParamGroup)]
pub struct PortFilter {
    /// 802.1X.
    pub auth_state: Option<AuthState>,
    /// Full duplex.
    pub full_duplex: Option<bool>,
    /// Neighbor's port.
    pub neighbor_port_desc: Option<String>,
    /// Neighbor's name.
    pub neighbor_system_name: Option<String>,
    /// PoE is off.
    pub poe_disabled: Option<bool>,
    /// PoE standard, such as `802.3at`.
    #[brief = "PoE: 802.3at"]
    pub poe_mode: Option<String>,
    /// The port gives power (PoE).
    #[brief = "Gives PoE"]
    pub poe_on: Option<bool>,
    /// Port, such as `ge-0/0/1`.
    #[brief = "Port: ge-0/0/1"]
    pub port_id: Option<String>,
    /// Speed of the port, in Mbps.
    #[brief = "Mbps"]
    pub speed: Option<i64>,
    /// Role in STP.
    pub stp_role: Option<StpRole>,
    /// State in STP.
    pub stp_state: Option<StpState>,
    /// Link is up.
    pub up: Option<bool>,
}

/// Hardware of a port that it is searched by: LTE modem, PoE priority and optic.
#[derive(ParamGroup)]
pub struct PortHardware {
    /// Number of the LTE subscriber (IMSI).
    #[brief = "LTE subscriber"]
    pub lte_imsi: Option<String>,
    /// Number of the LTE SIM card (ICCID).
    #[brief = "LTE SIM"]
    pub lte_iccid: Option<String>,
    /// Number of the LTE modem (IMEI).
    #[brief = "LTE modem"]
    pub lte_imei: Option<String>,
    /// PoE priority.
    pub poe_priority: Option<PoePriority>,
    /// Part number of the optic.
    #[brief = "Optic"]
    pub xcvr_part_number: Option<String>,
}

/// Counters that a port is filtered by.
#[derive(ParamGroup)]
pub struct PortTraffic {
    /// PoE power drawn from the port, in watts.
    #[brief = "Watts"]
    pub power_draw: Option<f64>,
    /// Packets sent.
    #[brief = "Sent"]
    pub tx_pkts: Option<i64>,
    /// Packets received.
    #[brief = "Received"]
    pub rx_pkts: Option<i64>,
    /// Bytes received.
    #[brief = "Received"]
    pub rx_bytes: Option<i64>,
    /// Bits sent per second.
    #[brief = "Sent"]
    pub tx_bps: Option<i64>,
    /// Bits received per second.
    #[brief = "Received"]
    pub rx_bps: Option<i64>,
    /// Multicast packets sent.
    #[brief = "Multicast sent"]
    pub tx_mcast_pkts: Option<i64>,
    /// Broadcast packets sent.
    #[brief = "Broadcast sent"]
    pub tx_bcast_pkts: Option<i64>,
    /// Multicast packets received.
    #[brief = "Multicast received"]
    pub rx_mcast_pkts: Option<i64>,
    /// Broadcast packets received.
    #[brief = "Broadcast received"]
    pub rx_bcast_pkts: Option<i64>,
}

/// State of 802.1X.
#[derive(Clone, Copy, Choice)]
#[brief = "802.1X"]
pub enum AuthState {
    /// The port does not authenticate
    #[mist("")]
    None,
    /// It let the client in
    Authenticated,
    /// It is asking the client
    Authenticating,
    /// It keeps the client out
    Held,
    /// It begins
    Init,
}

/// State in STP.
#[derive(Clone, Copy, Choice)]
pub enum StpState {
    /// The port takes no part
    #[mist("")]
    None,
    /// It passes nothing on
    Blocking,
    /// It is off
    Disabled,
    /// It passes frames on
    Forwarding,
    /// It learns addresses
    Learning,
    /// It waits for other bridges
    Listening,
}

/// Role in STP.
#[derive(Clone, Copy, Choice)]
pub enum StpRole {
    /// The port takes no part
    #[mist("")]
    None,
    /// Another way to the root
    Alternate,
    /// Another way to the segment
    Backup,
    /// The segment's way to the root
    Designated,
    /// It is off
    Disabled,
    /// The bridge's way to the root
    Root,
    /// It must not become the way to the root
    #[mist("root-prevented")]
    RootPrevented,
}

/// PoE priority.
#[derive(Clone, Copy, Choice)]
pub enum PoePriority {
    /// Is switched off first
    Low,
    /// Is switched off last
    High,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a port")]
pub enum PortField {
    FullDuplex,
    Mac,
    NeighborMac,
    NeighborPortDesc,
    NeighborSystemName,
    PoeDisabled,
    PoeMode,
    PoeOn,
    PortId,
    PortMac,
    Speed,
    Up,
}
