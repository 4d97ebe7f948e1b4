//! The devices of a site as a tree, from the gateway down: [`DeviceTree`].

use crate::facts::{Device, Port, Topology};

/// The devices of a site with what is upstream of each, in time linear in devices and ports.
pub(crate) struct DeviceTree<'a> {
    devices: &'a [Device],
    topology: Topology,
}

impl<'a> DeviceTree<'a> {
    pub(crate) fn of(devices: &'a [Device], ports: &[Port]) -> Self {
        // A node has the place of its device.
        Self { devices, topology: Topology::of(devices, ports) }
    }

    /// The place of a device.
    pub(crate) fn place(&self, mac: &str) -> Option<usize> {
        self.topology.place(mac)
    }

    fn parent(&self, place: usize) -> Option<usize> {
        self.topology.upstream.get(place).copied().flatten()
    }

    /// Whether a device and one upstream of it are down, so that its outage follows from that one.
    pub(crate) fn is_below_an_outage(&self, place: usize) -> bool {
        self.devices.get(place).is_some_and(Device::is_down) && self.above(place).any(Device::is_down)
    }

    /// The devices upstream of the one at a place, directly or not, from the nearest on.
    pub(crate) fn above(&self, place: usize) -> impl Iterator<Item = &'a Device> {
        // Nothing is upstream of itself.
        let parents = std::iter::successors(self.parent(place), |parent| self.parent(*parent));
        parents.filter_map(|parent| self.devices.get(parent))
    }

    /// The devices downstream of the one at a place, directly or not.
    pub(crate) fn downstream(&self, root: usize) -> Vec<&'a Device> {
        self.topology.downstream(root).into_iter().filter_map(|place| self.devices.get(place)).collect()
    }

    /// The devices downstream of this one; none if the tree does not have it.
    pub(crate) fn behind(&self, root: &Device) -> Vec<&'a Device> {
        self.place(&root.mac).map(|place| self.downstream(place)).unwrap_or_default()
    }
}
