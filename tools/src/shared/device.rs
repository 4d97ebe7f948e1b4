use mistmcp::{Choice, Id, MacFilter, ParamGroup};

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
    /// 2.4 GHz channel.
    pub band_24_channel: Option<i64>,
    /// 5 GHz channel.
    pub band_5_channel: Option<i64>,
    /// 6 GHz channel.
    pub band_6_channel: Option<i64>,
    /// 2.4 GHz width, MHz.
    pub band_24_bandwidth: Option<i64>,
    /// 5 GHz width, MHz.
    pub band_5_bandwidth: Option<i64>,
    /// 6 GHz width, MHz.
    pub band_6_bandwidth: Option<i64>,
    /// 2.4 GHz power, dBm.
    pub band_24_power: Option<i64>,
    /// 5 GHz power, dBm.
    pub band_5_power: Option<i64>,
    /// 6 GHz power, dBm.
    pub band_6_power: Option<i64>,
    /// Gateway in a cluster.
    pub clustered: Option<bool>,
    /// Mbps.
    pub eth0_port_speed: Option<i64>,
    /// EVPN topology.
    pub evpntopo_id: Option<Id>,
    /// Public IP.
    pub ext_ip: Option<String>,
    /// Host name.
    pub hostname: Option<String>,
    /// IP.
    pub ip: Option<String>,
    /// Switch, gateway.
    pub last_config_status: Option<String>,
    /// Last host name.
    pub last_hostname: Option<String>,
    /// Its neighbor.
    #[flatten]
    pub neighbor: LldpNeighbor,
    /// Its address.
    pub mac: Option<MacFilter>,
    /// Model.
    pub model: Option<String>,
    /// Mist Edge it tunnels to.
    pub mxedge_id: Option<Id>,
    /// Several, with commas.
    pub mxedge_ids: Option<String>,
    /// Tunnel to Mist Edge.
    pub mxtunnel_status: Option<TunnelStatus>,
    /// Cluster node.
    pub node: Option<Node>,
    /// MAC of node 0.
    pub node0_mac: Option<MacFilter>,
    /// MAC of node 1.
    pub node1_mac: Option<MacFilter>,
    /// Too little PoE.
    pub power_constrained: Option<bool>,
    /// RADIUS servers' state.
    pub radius_stats: Option<String>,
    /// Adds state.
    #[default = false]
    pub stats: Option<bool>,
    /// SSR agent.
    pub t128agent_version: Option<String>,
    /// Kind.
    #[default = "ap"]
    pub r#type: Option<DeviceType>,
    /// Firmware.
    pub version: Option<String>,
}

/// What a device hears of the switch that it is plugged into.
#[derive(ParamGroup)]
pub struct LldpNeighbor {
    /// Neighbor's address.
    pub lldp_mgmt_addr: Option<String>,
    /// Neighbor's port.
    pub lldp_port_id: Option<String>,
    /// Neighbor's description.
    pub lldp_system_desc: Option<String>,
    /// Neighbor's name.
    pub lldp_system_name: Option<String>,
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
