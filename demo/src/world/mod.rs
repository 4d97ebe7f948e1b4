//! The invented company: what there is, and how it hangs together.

mod client;
mod device;
mod identity;
mod moment;
mod place;
mod plan;
mod radio;
mod random;
mod wlan;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

pub(crate) use client::{Client, WiredClient};
pub(crate) use device::{Device, Kind};
pub(crate) use identity::{mac, uuid};
pub(crate) use moment::{current, written};
pub(crate) use place::Site;
pub(crate) use radio::{Radio, channels};
pub(crate) use random::Random;
pub(crate) use wlan::{Wlan, wlan_named};

use crate::engine::{Collection, Row};

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
}

impl World {
    fn at(now: i64) -> World {
        let sites = place::sites();
        let wlans = wlan::wlans(&sites);
        let devices = device::devices(&sites);
        let clients = client::wireless(&sites, &devices, &wlans);
        let wired = client::wired(&sites, &devices);
        World { now, sites, wlans, devices, clients, wired, made: Mutex::default() }
    }

    /// A moment ago, in epoch seconds.
    pub(crate) fn ago(&self, seconds: i64) -> i64 {
        self.now - seconds
    }

    pub(crate) fn rows(&self, collection: &Collection) -> Arc<[Row]> {
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// The site of a path's `site_id`.
    pub(crate) fn site(&self, id: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }
}
