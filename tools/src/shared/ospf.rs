use mistmcp::{Choice, MacFilter, ParamGroup, SearchPage, SortField};

use super::TimeRange;

/// Filters and page of a search for OSPF neighbors.
#[derive(ParamGroup)]
pub struct OspfSearch {
    /// MAC address of the switch or gateway.
    #[brief = "Switch or gateway MAC"]
    pub mac: Option<MacFilter>,
    /// IP address of the neighbor.
    #[brief = "Neighbor's IP"]
    pub peer_ip: Option<String>,
    /// Routing instance (VRF), by name.
    #[brief = "VRF"]
    pub vrf_name: Option<String>,
    /// The time window.
    #[flatten]
    pub range: TimeRange,
    /// The order.
    #[flatten]
    pub sort: SortField,
    /// The page.
    #[flatten]
    pub page: SearchPage,
}

/// Buckets of a count of OSPF neighbors.
#[derive(ParamGroup)]
pub struct OspfBuckets {
    /// Field to count by.
    pub distinct: Option<OspfField>,
    /// The time window.
    #[flatten]
    pub range: TimeRange,
    /// The order.
    #[flatten]
    pub sort: SortField,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    pub limit: Option<u32>,
    /// Where the next page starts: `search_after` of `next` in the answer before.
    #[brief = "From next of the last answer"]
    pub search_after: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an OSPF neighbor")]
pub enum OspfField {
    Mac,
    OrgId,
    PeerIp,
    PortId,
    SiteId,
    State,
    VrfName,
}
