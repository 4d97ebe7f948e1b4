//! The input of the rules for ports beside the port itself: [`PortContext`].

use std::collections::{HashMap, HashSet};

use crate::facts::{Device, Event, Port, by_mac, open};

/// Ports of a device that go down at one time, from which on nobody has unplugged them one by one.
const TOGETHER: usize = 3;

/// Seconds within which ports go down by one cause: a line card, a controller of power, a breaker.
const AT_ONE_TIME: i64 = 15;

/// The devices, events and other ports that the rules compare a port with.
#[derive(Clone, Debug, Default)]
pub(crate) struct PortContext<'a> {
    pub(crate) now: i64,
    /// The end of the time that is judged, which may be before now: what is recent is so at this time.
    pub(crate) end: i64,
    /// Devices by MAC address.
    pub(crate) devices: HashMap<&'a str, &'a Device>,
    pub(crate) events: &'a [Event],
    /// The events that nothing has closed, with how often each happened. They are found once for all ports.
    pub(super) open: Vec<(&'a Event, usize)>,
    /// The usual speed of ports with access points, in Mb/s.
    pub(crate) ap_speed: Option<i64>,
    /// Links of each device that lead upstream or to a provider and are up.
    links_up: HashMap<String, usize>,
}

impl<'a> PortContext<'a> {
    pub(crate) fn new(now: i64, devices: &'a [Device], ports: &[Port], events: &'a [Event]) -> Self {
        let by_mac = by_mac(devices);
        let is_ap = |mac: &str| by_mac.get(mac).is_some_and(|device| device.kind == "ap");
        let mut speeds: Vec<_> = ports
            .iter()
            .filter(|port| port.up == Some(true) && port.is_ap_port(is_ap))
            .filter_map(|port| port.speed)
            .collect();
        speeds.sort_unstable();
        let ap_speed = speeds.get(speeds.len() / 2).copied();
        let mut links_up: HashMap<String, usize> = HashMap::new();
        for port in ports.iter().filter(|port| port.is_wan() && port.up == Some(true)) {
            *links_up.entry(port.device.clone()).or_default() += 1;
        }
        Self { now, end: now, devices: by_mac, events, open: open(events), ap_speed, links_up }
    }

    /// The same for a time that ended before now.
    pub(crate) fn until(self, end: i64) -> Self {
        Self { end, ..self }
    }

    /// Whether another link upstream of the device of a port is up.
    pub(super) fn has_other_uplink(&self, port: &Port) -> bool {
        let own = usize::from(port.is_wan() && port.up == Some(true));
        self.links_up.get(&port.device).is_some_and(|up| *up > own)
    }

    /// Whether a device is an access point whose neighbors take over its clients.
    pub(super) fn is_covered(&self, device: &Device) -> bool {
        device.is_covered(self.devices.values().copied())
    }

    /// The device that a port belongs to.
    pub(crate) fn device(&self, port: &Port) -> Option<&'a Device> {
        self.devices.get(port.device.as_str()).copied()
    }

    /// The name of the device that a port belongs to.
    pub(super) fn device_of(&self, port: &Port) -> String {
        self.device(port).map_or_else(|| port.device.clone(), Device::called)
    }

    /// The device behind a port.
    pub(super) fn neighbor(&self, port: &Port) -> Option<&'a Device> {
        let by_name = || {
            let name = port.neighbor_name.as_deref()?;
            self.devices.values().find(|device| device.name.as_deref() == Some(name))
        };
        port.neighbor_mac.as_deref().and_then(|mac| self.devices.get(mac)).or_else(by_name).copied()
    }

    /// The event of a port that nothing has closed, with how often it happened.
    pub(super) fn open_event(&self, port: &Port, kind: &str) -> Option<(&'a Event, usize)> {
        self.open.iter().copied().find(|(event, _)| {
            event.short() == kind
                && event.port.as_deref() == Some(port.id.as_str())
                && self.is_of_device(event, port)
        })
    }

    /// The MAC address of the device that an address belongs to: that of a member of a virtual chassis is its chassis'.
    pub(super) fn device_mac<'m>(&self, mac: &'m str) -> &'m str
    where
        'a: 'm,
    {
        self.devices.get(mac).map_or(mac, |device| device.mac.as_str())
    }

    /// Whether an event may be of the device of a port.
    pub(super) fn is_of_device(&self, event: &Event, port: &Port) -> bool {
        let own = self.device_mac(&port.device);
        event.mac.as_deref().is_none_or(|mac| self.device_mac(mac) == own)
    }

    /// Since when a port is down, as its events say.
    pub(super) fn down_since(&self, port: &Port) -> Option<i64> {
        self.open_event(port, "PORT_DOWN").map(|(event, _)| event.time)
    }

    /// Whether several ports of its device went down at the same time as a port, and stay down.
    pub(super) fn went_down_with_others(&self, port: &Port) -> bool {
        let Some(since) = self.down_since(port) else { return false };
        let together = self.open.iter().map(|(event, _)| *event).filter(|event| {
            event.short() == "PORT_DOWN"
                && event.port.is_some()
                && self.is_of_device(event, port)
                && (event.time - since).abs() <= AT_ONE_TIME
        });
        together.map(|event| event.port.as_deref()).collect::<HashSet<_>>().len() >= TOGETHER
    }

    /// Events of a port, the latest first.
    pub(super) fn events_of(&self, port: &Port, kinds: &[&str]) -> Vec<&'a Event> {
        let of_port = |event: &&Event| {
            event.port.as_deref() == Some(port.id.as_str())
                && self.is_of_device(event, port)
                && kinds.contains(&event.short())
        };
        let mut events: Vec<_> = self.events.iter().filter(of_port).collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.time));
        events
    }
}
