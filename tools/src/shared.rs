//! Parameters that tools of several categories share.

mod audit;
mod connection;
mod country;
mod device;
mod for_site;
mod guest;
mod metric;
mod mxedge;
mod nac;
mod ospf;
mod port;
mod psk;
mod radio;
mod range;
mod release;
mod rows;
mod wan_client;
mod webhook;
mod wired_client;
mod wireless_client;

pub use audit::AuditLogSort;
pub use connection::ConnectionStatus;
pub use country::Country;
pub use device::{
    AnyDeviceType, ConfiguredType, ConnectedDevice, DeviceEventFilter, DeviceFilter, DeviceIdentity,
    DeviceType, LastConfigField, LastConfigFilter, LldpNeighbor, Node, TunnelStatus,
};
pub use for_site::ForSite;
pub use guest::{GuestField, GuestFilter};
pub use metric::{InsightMetric, SleClassifier, SleMetric};
pub(crate) use mistmcp_answers::marvis_action::{is_closed_marvis_action, marvis_action_state};
pub use mxedge::{MxEdgeEventField, MxEdgeEventFilter};
pub use nac::{
    EdrProvider, EdrStatus, LastNacFilter, NacAccessFilter, NacClientFilter, NacEventField, NacEventFilter,
    NacIdentityFilter, NacSearch, NacStatus,
};
pub use ospf::{OspfBuckets, OspfField, OspfSearch};
pub use port::{
    AuthState, PoePriority, PortAddresses, PortDevice, PortField, PortFilter, PortHardware, PortTraffic,
    StpRole, StpState,
};
pub use psk::PreSharedKeyFilter;
pub use radio::{Band, ClientBand};
pub use range::TimeRange;
pub use release::ReleaseChannel;
pub use rows::Rows;
pub use wan_client::{WanClientEventField, WanClientEventFilter, WanClientFilter, WanClientIdentity};
pub use webhook::{DeliveryField, DeliveryStatus, DeliveryTopic, WebhookDelivery};
pub use wired_client::{ClientPortFilter, DhcpFilter, WiredClientFilter};
pub use wireless_client::{
    ClientPsk, SessionFilter, SessionSearch, WirelessClientFilter, WirelessClientSearch, WirelessEventFilter,
    WirelessField,
};
