//! Facts of the WAN: VPN paths, tunnels, routing neighbors, DHCP pools and gateway clusters.

use mistmcp::answers::Row;

/// A VPN path from a gateway to a peer, from `searchOrgPeerPathStats`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::answers) struct VpnPath {
    /// MAC address of the gateway.
    pub(in crate::answers) gateway: String,
    /// The WAN port, or the name of the WAN.
    pub(in crate::answers) port: String,
    pub(in crate::answers) peer: String,
    pub(in crate::answers) peer_mac: Option<String>,
    pub(in crate::answers) up: Option<bool>,
    /// In percent, milliseconds and milliseconds.
    pub(in crate::answers) loss: Option<f64>,
    pub(in crate::answers) latency: Option<f64>,
    pub(in crate::answers) jitter: Option<f64>,
}

impl VpnPath {
    pub(in crate::answers) fn of(row: Row<'_>) -> Option<Self> {
        let peer_mac = row.mac("peer_mac");
        Some(Self {
            gateway: row.mac("mac")?,
            port: row.text("port_id").or_else(|| row.text("wan_name")).unwrap_or_else(|| "wan".to_owned()),
            peer: row
                .text("peer_router_name")
                .or_else(|| peer_mac.clone())
                .unwrap_or_else(|| "an unknown peer".to_owned()),
            peer_mac,
            up: row.flag("up"),
            loss: row.number("loss"),
            latency: row.number("latency"),
            jitter: row.number("jitter"),
        })
    }
}

/// A tunnel of a gateway to a service, such as cloud security, from `searchOrgTunnelsStats`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::answers) struct Tunnel {
    pub(in crate::answers) gateway: String,
    pub(in crate::answers) name: String,
    pub(in crate::answers) port: Option<String>,
    pub(in crate::answers) peer: Option<String>,
    pub(in crate::answers) up: Option<bool>,
    pub(in crate::answers) last_event: Option<String>,
    pub(in crate::answers) priority: Option<String>,
}

impl Tunnel {
    pub(in crate::answers) fn of(row: Row<'_>) -> Option<Self> {
        Some(Self {
            gateway: row.mac("mac")?,
            name: row.text("tunnel_name").unwrap_or_else(|| "tunnel".to_owned()),
            port: row.text("wan_name").or_else(|| row.text("port_id")),
            peer: row.text("peer_host").or_else(|| row.text("peer_ip")),
            up: row.flag("up"),
            last_event: row.text("last_event"),
            priority: row.text("priority"),
        })
    }
}

/// A routing neighbor by BGP (`searchSiteBgpStats`) or OSPF (`searchSiteOspfStats`).
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::answers) struct RoutingNeighbor {
    /// MAC address of the gateway or switch.
    pub(in crate::answers) device: String,
    /// `BGP` or `OSPF`.
    pub(in crate::answers) protocol: &'static str,
    pub(in crate::answers) address: String,
    /// MAC address of a neighbor in the own network.
    pub(in crate::answers) mac: Option<String>,
    pub(in crate::answers) asn: Option<String>,
    pub(in crate::answers) is_up: bool,
    pub(in crate::answers) state: Option<String>,
    pub(in crate::answers) vrf: Option<String>,
}

impl RoutingNeighbor {
    pub(in crate::answers) fn of_bgp(row: Row<'_>) -> Option<Self> {
        let state = row.text("state").map(|state| state.to_lowercase());
        let by_state = state.as_deref().map(|state| state == "established");
        Some(Self {
            device: row.mac("mac")?,
            protocol: "BGP",
            address: row.text("neighbor").unwrap_or_else(|| "an unknown address".to_owned()),
            mac: row.mac("neighbor_mac"),
            asn: row.text("neighbor_as"),
            is_up: row.flag("up").or(by_state)?,
            state,
            vrf: row.text("vrf_name"),
        })
    }

    pub(in crate::answers) fn of_ospf(row: Row<'_>) -> Option<Self> {
        let state = row.text("state").map(|state| state.to_lowercase());
        // Two routers of a LAN that are not its designated ones stay at 2-way.
        let by_state = state.as_deref().map(|state| ["full", "2way", "2-way", "two-way"].contains(&state));
        Some(Self {
            device: row.mac("mac")?,
            protocol: "OSPF",
            address: row.text("peer_ip").unwrap_or_else(|| "an unknown address".to_owned()),
            mac: None,
            asn: None,
            is_up: by_state.or_else(|| row.flag("up"))?,
            state,
            vrf: row.text("vrf_name"),
        })
    }
}

/// A DHCP pool of a gateway, with its numbers of addresses, from `dhcpd_stat` in the statistics of the gateway.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::answers) struct DhcpPool {
    pub(in crate::answers) gateway: String,
    pub(in crate::answers) network: String,
    pub(in crate::answers) leased: i64,
    pub(in crate::answers) size: i64,
}

impl DhcpPool {
    /// The pools of a gateway, from its row in the statistics.
    pub(in crate::answers) fn all_of(row: Row<'_>) -> Vec<Self> {
        let Some(gateway) = row.mac("mac") else { return Vec::new() };
        let pools = ["dhcpd_stat", "dhcpd2_stat"].into_iter().flat_map(|field| row.fields(field));
        pools
            .filter_map(|(network, pool)| {
                let size = pool.integer("num_ips").filter(|size| *size > 0)?;
                let leased = pool.integer("num_leased")?.max(0);
                Some(Self { gateway: gateway.clone(), network: network.to_owned(), leased, size })
            })
            .collect()
    }
}

/// The state of a gateway cluster, from the statistics of its gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::answers) struct GatewayCluster {
    pub(in crate::answers) gateway: String,
    pub(in crate::answers) is_cluster: bool,
    /// Parts of the cluster that are not in order, with their state.
    pub(in crate::answers) troubles: Vec<String>,
}

impl GatewayCluster {
    pub(in crate::answers) fn of(row: Row<'_>) -> Option<Self> {
        let gateway = row.mac("mac")?;
        let config = row.at("cluster_config");
        let mut troubles = Vec::new();
        let good =
            ["up", "healthy", "ok", "green", "online", "enabled", "normal", "primary", "secondary", "good"];
        for (path, what) in [
            ("control_link_info.status", "control link"),
            ("fabric_link_info.Status", "fabric link"),
            ("primary_node_health", "primary node"),
            ("secondary_node_health", "secondary node"),
            ("status", "cluster"),
        ] {
            if let Some(state) = config.text(path)
                && !good.contains(&state.to_lowercase().as_str())
            {
                troubles.push(format!("{what} {state}"));
            }
        }
        let state = row.text("cluster_stat.state").unwrap_or_default().to_lowercase();
        if ["lost", "disabled", "degraded", "ineligible", "hold", "failed"]
            .iter()
            .any(|bad| state.contains(bad))
        {
            troubles.push(state);
        }
        let is_cluster = row.flag("is_ha") == Some(true)
            || config.value().is_object()
            || row.has("cluster_stat.state")
            || row.rows("module2_stat").count() > 0;
        Some(Self { gateway, is_cluster, troubles })
    }
}
