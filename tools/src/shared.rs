//! Parameters that tools of several categories share.

mod country;
mod device;
mod radio;

pub use country::Country;
pub use device::{ConfiguredType, DeviceFilter, DeviceType, LldpNeighbor, Node, TunnelStatus};
pub use radio::Band;
