//! The devices of a site as a tree, from the gateway down: [`DeviceTree`].

use mistmcp::answers::Rows;

use crate::answers::facts::{Device, Port, Topology};

/// The devices of a site with what is upstream of each, in time linear in devices and ports.
pub(in crate::answers) struct DeviceTree<'a> {
    devices: &'a [Device],
    topology: Topology,
}

impl<'a> DeviceTree<'a> {
    pub(in crate::answers) fn of(devices: &'a [Device], ports: &[Port]) -> Self {
        // A node has the place of its device.
        Self { devices, topology: Topology::of(devices, ports, &Rows::default()) }
    }

    /// The place of a device.
    pub(in crate::answers) fn place(&self, mac: &str) -> Option<usize> {
        self.topology.place(mac)
    }

    /// The device upstream of the one at a place.
    pub(in crate::answers) fn upstream(&self, place: usize) -> Option<&'a Device> {
        self.parent(place).and_then(|parent| self.devices.get(parent))
    }

    fn parent(&self, place: usize) -> Option<usize> {
        self.topology.upstream.get(place).copied().flatten()
    }

    /// Whether a device and one upstream of it are down, so that its outage follows from that one.
    pub(in crate::answers) fn is_below_an_outage(&self, place: usize) -> bool {
        let is_down = |place: usize| self.devices.get(place).is_some_and(Device::is_down);
        // Nothing is upstream of itself.
        let mut above = std::iter::successors(self.parent(place), |parent| self.parent(*parent));
        is_down(place) && above.any(is_down)
    }

    /// The devices downstream of one, directly or not.
    pub(in crate::answers) fn downstream(&self, root: usize) -> Vec<&'a Device> {
        self.topology.downstream(root).into_iter().filter_map(|place| self.devices.get(place)).collect()
    }
}
