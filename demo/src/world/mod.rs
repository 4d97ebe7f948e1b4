//! The demo network: its organization, sites, devices and clients ([`World`]).

mod client;
mod clock;
mod device;
mod identity;
mod plan;
mod radio;
mod random;
mod site;
mod wlan;

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

pub(crate) use client::{Client, WiredClient};
pub(crate) use clock::{Current, UNTOUCHED, now, written};
pub(crate) use device::{Device, Kind};
pub(crate) use identity::{mac, uuid};
pub(crate) use radio::{Radio, channels};
pub(crate) use random::Random;
pub(crate) use site::Site;
pub(crate) use wlan::{Wlan, wlan_named};

use crate::{
    engine::{Collection, Row},
    overlay::{Overlay, Population},
};

/// The id of the demo's one organization.
pub const ORG_ID: &str = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";

pub(crate) const ORG_NAME: &str = "Harbour & Pine";

/// The id of the managed service provider that the organization belongs to.
pub(crate) const MSP_ID: &str = "b3e0d7c2-5a16-4f8b-9c41-27d95e60a183";

pub(crate) const MSP_NAME: &str = "Skelton Networks";

/// Everything there is at one moment.
#[derive(Debug)]
pub(crate) struct World {
    /// The moment, in epoch seconds, that all time stamps and relative times count from.
    pub(crate) now: i64,
    pub(crate) sites: Vec<Site>,
    pub(crate) wlans: Vec<Wlan>,
    pub(crate) devices: Vec<Device>,
    pub(crate) clients: Vec<Client>,
    pub(crate) wired: Vec<WiredClient>,
    /// Rows by the name of their collection, made when they are first asked for.
    made: Mutex<HashMap<&'static str, Arc<[Row]>>>,
    /// What is laid over the rows.
    pub(crate) overlay: Overlay,
}

impl World {
    pub(crate) fn new(now: i64, overlay: &Overlay) -> World {
        let sites = if overlay.population() == Population::Nothing { Vec::new() } else { site::sites() };
        let mut world = World {
            now,
            sites,
            wlans: Vec::new(),
            devices: Vec::new(),
            clients: Vec::new(),
            wired: Vec::new(),
            made: Mutex::default(),
            overlay: overlay.clone(),
        };
        if overlay.population() == Population::All {
            world.wlans = wlan::wlans(&world.sites);
            world.devices = device::devices(&world.sites);
            world.clients = client::wireless(&world.sites, &world.devices, &world.wlans);
            world.wired = client::wired(&world.sites, &world.devices);
            for (device, seconds) in overlay.offline() {
                world.take_down(device, seconds);
            }
        }
        world
    }

    /// Takes a device down, and the clients on it with it. Devices behind it stay as they are.
    fn take_down(&mut self, name: &str, seconds: i64) {
        let Some(down) = self.devices.iter().position(|device| device.is_called(name)) else { return };
        let device = &mut self.devices[down];
        (device.connected, device.silent) = (false, seconds);
        for client in self.clients.iter_mut().filter(|client| client.ap == down) {
            client.silent = client.silent.max(seconds.max(client::GONE));
        }
        for client in self.wired.iter_mut().filter(|client| client.switch == down) {
            client.silent = client.silent.max(seconds);
        }
    }

    /// A moment ago, in epoch seconds.
    pub(crate) fn ago(&self, seconds: i64) -> i64 {
        self.now.saturating_sub(seconds)
    }

    pub(crate) fn rows(&self, collection: &Collection) -> Arc<[Row]> {
        let made = || self.made.lock();
        if let Some(rows) = made().get(collection.name) {
            return Arc::clone(rows);
        }
        // Built outside the lock: rows of one collection may be made from those of another.
        let rows: Arc<[Row]> = collection.build(self).into();
        Arc::clone(made().entry(collection.name).or_insert(rows))
    }

    pub(crate) fn site_of(&self, device: &Device) -> &Site {
        &self.sites[device.site]
    }

    /// The devices of one kind, everywhere.
    pub(crate) fn kind(&self, kind: Kind) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(move |device| device.kind == kind)
    }

    /// The access points of one site.
    pub(crate) fn access_points(&self, site: usize) -> impl Iterator<Item = &Device> {
        self.kind(Kind::AccessPoint).filter(move |device| device.site == site)
    }

    /// How many wireless clients a site has, connected or not.
    pub(crate) fn clients_at(&self, site: &Site) -> usize {
        self.clients.iter().filter(|client| client.site == site.index).count()
    }

    /// The site of a path's `site_id`.
    pub(crate) fn site(&self, id: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }
}
