//! Resolution of object names to Mist ids ([`Mist::lookup_one`]).

mod organizations;
mod sites;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;

use super::Mist;
use super::api::paths::{inventory, sites};
use super::name_list::{MSP, NameList, NamedObject};
use super::name_query::{NameQuery, ResolvedObject};
use crate::argument::{Id, Lookup, Mac};
use crate::error::ErrorKind;
use crate::text::{restored, shortened};
use crate::{Error, Result};

/// What an organization is called in errors.
const ORGANIZATION: &str = "organization";

/// A list of more rows takes several requests. For a name that is not in it, it is read again after [`REREAD_INTERVAL`] only, so that
/// misspelled names do not use up the calls of an hour.
const ROWS_OF_SHORT_LIST: usize = 1_000;
const REREAD_INTERVAL: Duration = Duration::from_mins(1);
/// The most names or ids in one argument.
const MOST_NAMES: usize = 100;

/// The tools that list organizations, sites and devices.
const ORGANIZATIONS: &[&str] = &["getSelf"];
const ORGANIZATIONS_OF_MSP: &[&str] = &["listMspOrgs"];
const ORGANIZATIONS_AND_OF_MSP: &[&str] = &["listMspOrgs", "getSelf"];
const SITES: &[&str] = &["searchOrgSites"];
const INVENTORY: &[&str] = &["getOrgInventory"];
/// The inventory includes the devices of every site.
const DEVICES_OF_SITE: &[&str] = &["getOrgInventory", "listSiteDevices"];

/// How an argument is resolved.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(super) struct LookupRules {
    pub(super) lookup: Lookup,
    /// Whether the argument may be absent.
    pub(super) optional: bool,
    /// As [`NameQuery::partial`].
    pub(super) partial: bool,
    /// As [`NameQuery::takes_org`].
    pub(super) takes_org: bool,
    /// As [`NameQuery::is_trial`].
    pub(super) is_trial: bool,
}

impl Mist {
    /// Resolves the argument `name` to an id, unless it is one. Returns a note for the answer where the match was
    /// not exact. An `optional` argument that is absent is not resolved.
    pub(super) async fn lookup_one(
        &self,
        LookupRules { lookup, optional, partial, takes_org, is_trial }: LookupRules,
        name: &str,
        arguments: &mut Map<String, Value>,
    ) -> Result<Option<String>> {
        let written = match arguments.get(name) {
            Some(Value::String(text)) => restored(text).trim().to_owned(),
            _ => String::new(),
        };
        if let Some(id) = Id::parse(&written) {
            arguments.insert(name.to_owned(), id.as_str().into());
            return Ok(None);
        }
        if written.is_empty() && (optional || !matches!(lookup, Lookup::Org | Lookup::Msp)) {
            return Ok(None);
        }
        let msp = arguments.get("msp_id").and_then(Value::as_str).filter(|_| !written.is_empty());
        let (kind, listers) = match lookup {
            Lookup::Org if msp.is_some() => (ORGANIZATION, ORGANIZATIONS_OF_MSP),
            Lookup::Org => (ORGANIZATION, ORGANIZATIONS),
            Lookup::Msp => (MSP, ORGANIZATIONS),
            Lookup::Site => ("site", SITES),
            Lookup::Device if arguments.contains_key("site_id") => ("device", DEVICES_OF_SITE),
            Lookup::Device => ("device", INVENTORY),
        };
        let disclosed = self.discloses(listers);
        let takes_org = takes_org || matches!(lookup, Lookup::Org | Lookup::Msp);
        let is_at_site = lookup == Lookup::Device && arguments.contains_key("site_id");
        let place = if is_at_site { " at this site" } else { "" };
        let query = NameQuery {
            written: &written,
            parameter: name,
            kind,
            listers,
            partial,
            is_trial,
            disclosed,
            takes_org,
            place,
        };
        let ResolvedObject { id, note } = match (lookup, msp) {
            (Lookup::Org, Some(msp)) => self.org_of_msp(&query, msp).await?,
            (Lookup::Org | Lookup::Msp, _) => self.of_token(&query).await?,
            (Lookup::Site, _) => self.site(&query, arguments).await?,
            (Lookup::Device, _) => self.device(&query, arguments).await?,
        };
        arguments.insert(name.to_owned(), id.into());
        Ok(note)
    }

    /// Resolves an argument with several names or ids, separated by commas, to ids. One name may have commas itself:
    /// the whole text is tried first.
    pub(super) async fn lookup_several(
        &self,
        how: LookupRules,
        name: &str,
        arguments: &mut Map<String, Value>,
    ) -> Result<Vec<String>> {
        let written = arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (mut ids, mut notes) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        let names = written.split(',').map(str::trim).filter(|name| !name.is_empty() && seen.insert(*name));
        let names: Vec<_> = names.collect();
        if written.contains(',') && !names.iter().all(|name| Id::parse(name).is_some()) {
            match self.lookup_one(LookupRules { is_trial: true, ..how }, name, arguments).await {
                Ok(note) => return Ok(note.into_iter().collect()),
                Err(error) if error.kind() != ErrorKind::Missing => return Err(error),
                Err(_) => {}
            }
        }
        if names.len() > MOST_NAMES {
            let count = names.len();
            let words = format!(
                "`{name}`: {count} names or ids are too many for one call. Give at most {MOST_NAMES}, and the others in \
                 further calls."
            );
            return Err(Error::new(ErrorKind::Arguments, words));
        }
        for one in names {
            // Each look-up compares all names of a list.
            tokio::task::yield_now().await;
            arguments.insert(name.to_owned(), one.into());
            match self.lookup_one(how, name, arguments).await {
                Ok(note) => notes.extend(note),
                Err(error) => {
                    arguments.insert(name.to_owned(), written.clone().into());
                    return match self.lookup_one(how, name, arguments).await {
                        Ok(note) if written.contains(',') => Ok(note.into_iter().collect()),
                        _ => Err(error),
                    };
                }
            }
            let id = arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if !ids.is_empty() {
            arguments.insert(name.to_owned(), ids.join(",").into());
        }
        Ok(notes)
    }

    async fn device(&self, query: &NameQuery<'_>, arguments: &Map<String, Value>) -> Result<ResolvedObject> {
        let site = arguments.get("site_id").and_then(Value::as_str);
        let path = match site {
            Some(site) => format!("/api/v1/sites/{site}/devices"),
            None => inventory(&self.org_of(query, arguments).await?),
        };
        let mac = Mac::parse(query.written);
        let by_mac = |devices: &NameList| query.by_mac(mac.as_ref()?, devices);
        let pick = |devices: &NameList| by_mac(devices).map_or_else(|| query.pick(devices), Ok);
        let chosen = self.pick(query, |since| self.names(&path, since), pick).await;
        let (Err(error), Some(site)) = (&chosen, site) else { return chosen };
        // Members of a virtual chassis are listed in the inventory only, and devices of other sites. An error there says
        // nothing about the device.
        if mac.is_none() && !matches!(error.kind(), ErrorKind::Arguments | ErrorKind::Name) {
            return chosen;
        }
        let Some(inventory) = self.inventory_around(query, arguments, site, mac.is_some()).await else {
            return chosen;
        };
        let query = NameQuery { disclosed: self.discloses(INVENTORY), ..*query };
        let of_mac = mac.as_ref().and_then(|mac| query.by_mac(mac, &inventory));
        let elsewhere: Vec<_> = match &of_mac {
            Some(picked) => inventory.rows.iter().filter(|device| device.id == picked.id).collect(),
            None if mac.is_some() => Vec::new(),
            None => query.same_name(&inventory),
        };
        let is_elsewhere = |device: &&NamedObject| device.site_id != site;
        match of_mac {
            // Where the inventory does not say the site, Mist decides.
            Some(picked)
                if !elsewhere.iter().any(|device| is_elsewhere(device) && !device.site_id.is_empty()) =>
            {
                Ok(picked)
            }
            _ if !query.disclosed => chosen,
            _ => {
                let places: Vec<_> =
                    elsewhere.into_iter().filter(is_elsewhere).map(|device| self.place_of(device)).collect();
                chosen.map_err(|error| match places.as_slice() {
                    [] => error,
                    [place] => error.append(format!(" In the organization's inventory it is {place}.")),
                    several => {
                        let places = shortened(&several.join(", "), 200);
                        error.append(format!(
                            " In the organization's inventory, devices of this name are {places}."
                        ))
                    }
                })
            }
        }
    }

    /// The inventory of the organization of a site, to tell a device that is not at the site: for a name, only if it is
    /// known or takes one request.
    async fn inventory_around(
        &self,
        query: &NameQuery<'_>,
        arguments: &Map<String, Value>,
        site: &str,
        is_mac: bool,
    ) -> Option<Arc<NameList>> {
        if is_mac {
            let org = self.org_of(query, arguments).await.ok()?;
            return self.names(&inventory(&org), None).await.ok();
        }
        if !self.discloses(INVENTORY) {
            return None;
        }
        let org = self.org_of_site(site).await.ok()??;
        self.names_of_one_page(&inventory(&org)).await.ok()
    }

    /// Where a device is, in words.
    fn place_of(&self, device: &NamedObject) -> String {
        let NamedObject { site_id, .. } = device;
        match self.resolved_name(site_id) {
            _ if site_id.is_empty() => "at no site".to_owned(),
            Some(name) if self.discloses(SITES) => format!("at the site \"{name}\" ({site_id})"),
            _ => format!("at the site {site_id}"),
        }
    }

    /// Names of all sites by id, or of all devices by id and by MAC address.
    pub(crate) async fn names_of(&self, lookup: Lookup, org_id: &str) -> Result<HashMap<String, String>> {
        let arguments = Map::from_iter([("org_id".to_owned(), org_id.into())]);
        let org = self.org_of(&self.org_query(true), &arguments).await?;
        let listing = match lookup {
            Lookup::Org | Lookup::Msp => self.orgs(None, |_| false).await?,
            Lookup::Site => self.names(&sites(&org), None).await?,
            Lookup::Device => self.names(&inventory(&org), None).await?,
        };
        let named = listing.rows.iter().filter(|row| !row.name.is_empty());
        let keys = |row: &NamedObject| {
            [Some(row.id.clone()), row.mac.clone()].into_iter().flatten().collect::<Vec<_>>()
        };
        Ok(named.flat_map(|row| keys(row).into_iter().map(|key| (key, row.name.to_string()))).collect())
    }

    /// Picks from the cached list, and from a new one if that fails, unless it is a trial.
    async fn pick<T, Fetching: Future<Output = Result<Arc<NameList>>>>(
        &self,
        query: &NameQuery<'_>,
        fetch: impl Fn(Option<Instant>) -> Fetching,
        pick: impl Fn(&NameList) -> Result<T>,
    ) -> Result<T> {
        let begun = Instant::now();
        let listing = fetch(None).await?;
        let is_short = listing.rows.len() <= ROWS_OF_SHORT_LIST;
        let interval = if is_short { Duration::ZERO } else { REREAD_INTERVAL };
        match pick(&listing) {
            Err(_) if !query.is_trial && listing.requested_at + interval < begun => {
                pick(&*fetch(Some(begun)).await?)
            }
            picked => picked,
        }
    }
}
