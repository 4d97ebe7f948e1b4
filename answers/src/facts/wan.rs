//! Facts of the WAN: VPN paths, tunnels, routing neighbors, DHCP pools and gateway clusters.

use mistmcp::answers::Row;

/// A VPN path from a gateway to a peer, from `searchOrgPeerPathStats`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VpnPath {
    /// MAC address of the gateway.
    pub(crate) gateway: String,
    /// The WAN port, or the name of the WAN.
    pub(crate) port: String,
    /// The name of the WAN.
    pub(crate) wan: Option<String>,
    pub(crate) peer: String,
    pub(crate) peer_mac: Option<String>,
    pub(crate) up: Option<bool>,
    /// In percent, milliseconds and milliseconds.
    pub(crate) loss: Option<f64>,
    pub(crate) latency: Option<f64>,
    pub(crate) jitter: Option<f64>,
}

impl VpnPath {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let peer_mac = row.mac("peer_mac");
        Some(Self {
            gateway: row.mac("mac")?,
            port: row.text("port_id").or_else(|| row.text("wan_name")).unwrap_or_else(|| "wan".to_owned()),
            wan: row.text("wan_name"),
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

    /// The names of the link that it is over: its port and its WAN.
    pub(crate) fn links(&self) -> impl Iterator<Item = &str> {
        [Some(self.port.as_str()), self.wan.as_deref()].into_iter().flatten()
    }

    pub(crate) fn is_over(&self, name: &str) -> bool {
        self.links().any(|link| link == name)
    }
}

/// A tunnel of a gateway to a service, such as cloud security, from `searchOrgTunnelsStats`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tunnel {
    pub(crate) gateway: String,
    pub(crate) name: String,
    pub(crate) port: Option<String>,
    pub(crate) peer: Option<String>,
    pub(crate) up: Option<bool>,
    pub(crate) last_event: Option<String>,
    pub(crate) priority: Option<String>,
}

impl Tunnel {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
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
pub(crate) struct RoutingNeighbor {
    /// MAC address of the gateway or switch.
    pub(crate) device: String,
    /// `BGP` or `OSPF`.
    pub(crate) protocol: &'static str,
    pub(crate) address: String,
    /// MAC address of a neighbor in the own network.
    pub(crate) mac: Option<String>,
    pub(crate) asn: Option<String>,
    pub(crate) is_up: bool,
    pub(crate) state: Option<String>,
    pub(crate) vrf: Option<String>,
}

impl RoutingNeighbor {
    pub(crate) fn of_bgp(row: Row<'_>) -> Option<Self> {
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

    pub(crate) fn of_ospf(row: Row<'_>) -> Option<Self> {
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
pub(crate) struct DhcpPool {
    pub(crate) gateway: String,
    pub(crate) network: String,
    pub(crate) leased: i64,
    pub(crate) size: i64,
}

impl DhcpPool {
    /// The pools of a gateway, from its row in the statistics.
    pub(crate) fn all_of(row: Row<'_>) -> Vec<Self> {
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
pub(crate) struct GatewayCluster {
    pub(crate) gateway: String,
    pub(crate) is_cluster: bool,
    /// Parts of the cluster that are not in order, with their state.
    pub(crate) troubles: Vec<String>,
}

impl GatewayCluster {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
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
