use mistmcp::{Choice, Id, MacFilter, NameFilter, ParamGroup, Several};

/// Kind of device.
#[derive(Clone, Copy, Choice)]
pub enum DeviceType {
    /// An access point
    Ap,
    /// A gateway
    Gateway,
    /// A switch
    Switch,
}

/// Kind of device, or all of them.
#[derive(Clone, Copy, Choice)]
pub enum AnyDeviceType {
    /// An access point
    Ap,
    /// A switch
    Switch,
    /// A gateway
    Gateway,
    /// A router
    Router,
    /// Devices of all kinds
    All,
}

/// Kind of device.
#[derive(Clone, Copy, Choice)]
pub enum ConfiguredType {
    /// An access point
    Ap,
    /// A gateway
    Gateway,
    /// A switch
    Switch,
    /// A Mist Edge
    #[mist("mxedge")]
    MxEdge,
}

/// Properties that devices are searched by, at a site and in the whole organization.
#[derive(ParamGroup)]
pub struct DeviceFilter {
    /// What it is and where it is connected.
    #[flatten]
    pub device: ConnectedDevice,
    /// 2.4 GHz channel; several with commas.
    #[brief = "2.4 GHz channel"]
    pub band_24_channel: Option<Several<i64>>,
    /// 5 GHz channel; several with commas.
    #[brief = "5 GHz channel"]
    pub band_5_channel: Option<Several<i64>>,
    /// 6 GHz channel; several with commas.
    #[brief = "6 GHz channel"]
    pub band_6_channel: Option<Several<i64>>,
    /// 2.4 GHz width, MHz; several with commas.
    #[brief = "2.4 GHz width, MHz"]
    pub band_24_bandwidth: Option<Several<i64>>,
    /// 5 GHz width, MHz; several with commas.
    #[brief = "5 GHz width, MHz"]
    pub band_5_bandwidth: Option<Several<i64>>,
    /// 6 GHz width, MHz; several with commas.
    #[brief = "6 GHz width, MHz"]
    pub band_6_bandwidth: Option<Several<i64>>,
    /// 2.4 GHz power, dBm; several with commas.
    #[brief = "2.4 GHz power, dBm"]
    pub band_24_power: Option<Several<i64>>,
    /// 5 GHz power, dBm; several with commas.
    #[brief = "5 GHz power, dBm"]
    pub band_5_power: Option<Several<i64>>,
    /// 6 GHz power, dBm; several with commas.
    #[brief = "6 GHz power, dBm"]
    pub band_6_power: Option<Several<i64>>,
    /// Gateway in a cluster.
    pub clustered: Option<bool>,
    /// Speed of the port eth0, in Mbps; several with commas.
    #[brief = "Mbps"]
    pub eth0_port_speed: Option<Several<i64>>,
    /// EVPN topology.
    pub evpntopo_id: Option<Id>,
    /// Public IP.
    pub ext_ip: Option<String>,
    /// Outcome of the last configuration; switches and gateways only.
    #[brief = "Switch, gateway"]
    pub last_config_status: Option<String>,
    /// Last host name.
    pub last_hostname: Option<String>,
    /// Mist Edge that it tunnels to, by id; several with commas.
    #[brief = "Mist Edge it tunnels to"]
    pub mxedge_id: Option<Several<Id>>,
    /// Ids of Mist Edges, with commas between them.
    #[brief = "Ids, with commas"]
    pub mxedge_ids: Option<String>,
    /// Node of a gateway cluster: `node0` or `node1`.
    #[brief = "Cluster node"]
    pub node: Option<Node>,
    /// MAC of node 0.
    pub node0_mac: Option<MacFilter>,
    /// MAC of node 1.
    pub node1_mac: Option<MacFilter>,
    /// The device gets too little power over PoE.
    #[brief = "Too little PoE"]
    pub power_constrained: Option<bool>,
    /// RADIUS servers' state.
    pub radius_stats: Option<String>,
    /// Adds the state that the device reports.
    #[brief = "Adds state"]
    #[default = false]
    pub stats: Option<bool>,
    /// Version of the SSR agent.
    #[brief = "SSR agent"]
    pub t128agent_version: Option<String>,
}

/// What a device is, and where it is connected.
#[derive(ParamGroup)]
pub struct ConnectedDevice {
    /// What it is.
    #[flatten]
    pub identity: DeviceIdentity,
    /// IP address.
    #[brief = "IP"]
    pub ip: Option<String>,
    /// State of the tunnel to the Mist Edge.
    #[brief = "Tunnel to Mist Edge"]
    pub mxtunnel_status: Option<TunnelStatus>,
    /// Type, as the rows name it.
    #[brief = "Type"]
    #[default = "ap"]
    pub r#type: Option<DeviceType>,
}

/// What a device is, and the switch it is plugged into.
#[derive(ParamGroup)]
pub struct DeviceIdentity {
    /// Host name; `*` stands for any letters.
    #[brief = "Host name"]
    pub hostname: Option<NameFilter>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<NameFilter>,
    /// Firmware version.
    #[brief = "Firmware"]
    pub version: Option<String>,
    /// Its neighbor.
    #[flatten]
    pub neighbor: LldpNeighbor,
}

/// What a device hears of the switch that it is plugged into.
#[derive(ParamGroup)]
pub struct LldpNeighbor {
    /// Neighbor's address.
    pub lldp_mgmt_addr: Option<String>,
    /// Neighbor's port.
    pub lldp_port_id: Option<NameFilter>,
    /// Neighbor's description.
    pub lldp_system_desc: Option<NameFilter>,
    /// Neighbor's name.
    pub lldp_system_name: Option<NameFilter>,
}

/// State of a tunnel.
#[derive(Clone, Copy, Choice)]
pub enum TunnelStatus {
    /// It is down
    Down,
    /// It is up
    Up,
}

/// Half of a gateway cluster.
#[derive(Clone, Copy, Choice)]
pub enum Node {
    /// The first
    Node0,
    /// The second
    Node1,
}

/// Events of devices.
#[derive(ParamGroup)]
pub struct DeviceEventFilter {
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Text of the event.
    #[brief = "Event text"]
    pub text: Option<String>,
    /// Type of event, from `listDeviceEventsDefinitions`.
    #[brief = "From listDeviceEventsDefinitions"]
    pub r#type: Option<String>,
    /// What to add: `ext_tunnel` adds the events of tunnels to other networks.
    #[brief = "ext_tunnel adds tunnel events"]
    pub includes: Option<String>,
}

/// Configurations that devices received last.
#[derive(ParamGroup)]
pub struct LastConfigFilter {
    /// Certificate ends within: `1d`.
    pub cert_expiry_duration: Option<String>,
    /// Kind of device.
    #[default = "ap"]
    pub device_type: Option<ConfiguredType>,
    /// Name, as the rows show it.
    #[brief = "Name"]
    pub name: Option<String>,
    /// Firmware version.
    #[brief = "Firmware"]
    pub version: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a configuration")]
pub enum LastConfigField {
    Mac,
    Name,
    SiteId,
    Version,
}
