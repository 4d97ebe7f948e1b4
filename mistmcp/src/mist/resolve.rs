//! Resolution of object names to Mist ids. Each name list is cached for some minutes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::future::{join_all, try_join_all};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::api::paths::{SELF, inventory, sites};
use super::dispatch::Dispatcher;
use super::names::{Listing, MSP, Named, Picked, Wanted, listed, named};
use super::routing::{MOST_ORGS, Route};
use super::{Answer, Mist, Request};
use crate::argument::{Id, Lookup, Mac};
use crate::error::ErrorKind;
use crate::{Error, Result};

/// What an organization is called in errors.
const ORGANIZATION: &str = "organization";

/// The tools that list organizations, sites and devices.
const ORGANIZATIONS: &[&str] = &["getSelf"];
const SITES: &[&str] = &["searchOrgSites"];
const INVENTORY: &[&str] = &["getOrgInventory"];
/// The inventory includes the devices of every site.
const DEVICES_OF_SITE: &[&str] = &["getOrgInventory", "listSiteDevices"];

/// Page size of requests. Mist may return fewer rows.
const ROWS: u32 = 1_000;
/// Mist's default page size.
const DEFAULT_LIMIT: u64 = 100;
/// Maximum pages read of one list: 10,000 rows where Mist returns 100 per page.
const PAGES: u32 = 100;

impl Mist {
    /// Resolves the argument `name` to an id, unless it is one. Returns a note for the answer where the match was
    /// not exact. An `optional` argument that is absent is not resolved.
    pub(super) async fn lookup_one(
        &self,
        (lookup, optional, partial): (Lookup, bool, bool),
        name: &str,
        arguments: &mut Map<String, Value>,
    ) -> Result<Option<String>> {
        let written = match arguments.get(name) {
            Some(Value::String(text)) => text.trim().to_owned(),
            _ => String::new(),
        };
        if let Some(id) = Id::parse(&written) {
            arguments.insert(name.to_owned(), id.as_str().into());
            return Ok(None);
        }
        if written.is_empty() && (optional || !matches!(lookup, Lookup::Org | Lookup::Msp)) {
            return Ok(None);
        }
        let (kind, listers) = match lookup {
            Lookup::Org => (ORGANIZATION, ORGANIZATIONS),
            Lookup::Msp => (MSP, ORGANIZATIONS),
            Lookup::Site => ("site", SITES),
            Lookup::Device if arguments.contains_key("site_id") => ("device", DEVICES_OF_SITE),
            Lookup::Device => ("device", INVENTORY),
        };
        let disclosed = self.discloses(listers);
        let wanted = Wanted { written: &written, parameter: name, kind, listers, partial, disclosed };
        let Picked { id, note } = match lookup {
            Lookup::Org | Lookup::Msp => self.of_token(&wanted).await?,
            Lookup::Site => match self.org_of(arguments).await {
                Ok(org) => self.choose(&sites(&org), |sites| wanted.pick(sites)).await?,
                Err(open) if arguments.contains_key("org_id") => return Err(open),
                Err(open) => self.site_of_any_org(&wanted, open).await?,
            },
            Lookup::Device => self.device(&wanted, arguments).await?,
        };
        arguments.insert(name.to_owned(), id.into());
        Ok(note)
    }

    /// A site among those of all organizations that the tokens see, where no organization is named.
    ///
    /// # Errors
    /// No site or several have the name, a list cannot be read, or `open`: there are too many organizations.
    async fn site_of_any_org(&self, wanted: &Wanted<'_>, open: Error) -> Result<Picked> {
        let seen = self.names(SELF, None).await?;
        let orgs: Vec<_> = seen.rows.iter().filter(|row| row.is_of(ORGANIZATION)).collect();
        if orgs.len() < 2 || orgs.len() > MOST_ORGS || !self.discloses(ORGANIZATIONS) {
            return Err(open);
        }
        let begun = Instant::now();
        let mut picked = Err(open);
        for since in [None, Some(begun)] {
            let paths: Vec<_> = orgs.iter().map(|org| sites(&org.id)).collect();
            let lists = try_join_all(paths.iter().map(|path| self.names(path, since))).await?;
            let mut all = Listing { rows: Vec::new(), requested_at: Instant::now(), complete: true };
            for (org, list) in orgs.iter().zip(lists) {
                all.complete &= list.complete;
                all.requested_at = all.requested_at.min(list.requested_at);
                let detail = format!("of {} {}", org.name, org.detail).trim().to_owned();
                all.rows.extend(list.rows.iter().cloned().map(|mut site| {
                    site.detail.clone_from(&detail);
                    site
                }));
            }
            picked = wanted.pick(&all);
            if picked.is_ok() || all.requested_at >= begun {
                break;
            }
        }
        picked
    }

    async fn device(&self, wanted: &Wanted<'_>, arguments: &Map<String, Value>) -> Result<Picked> {
        let site = arguments.get("site_id").and_then(Value::as_str);
        let path = match site {
            Some(site) => format!("/api/v1/sites/{site}/devices"),
            None => inventory(&self.org_of(arguments).await?),
        };
        let mac = Mac::parse(wanted.written);
        let by_mac = |devices: &Listing| wanted.by_mac(mac.as_ref()?, devices);
        let pick = |devices: &Listing| by_mac(devices).map_or_else(|| wanted.pick(devices), Ok);
        let chosen = self.choose(&path, pick).await;
        if chosen.is_err() && site.is_some() && mac.is_some()
            // Members of a virtual chassis are listed in the inventory only. An error there says nothing about the
            // device.
            && let Ok(org) = self.org_of(arguments).await
            && let Ok(inventory) = self.names(&inventory(&org), None).await
        {
            let wanted = Wanted { disclosed: self.discloses(INVENTORY), ..*wanted };
            if let Some(picked) = mac.as_ref().and_then(|mac| wanted.by_mac(mac, &inventory)) {
                return Ok(picked);
            }
        }
        chosen
    }

    /// The organization of the call's arguments, or the default one.
    async fn org_of(&self, arguments: &Map<String, Value>) -> Result<String> {
        let written = arguments.get("org_id").and_then(Value::as_str).unwrap_or_default();
        let wanted = Wanted {
            written,
            parameter: "org_id",
            kind: ORGANIZATION,
            listers: ORGANIZATIONS,
            partial: false,
            disclosed: self.discloses(ORGANIZATIONS),
        };
        self.of_token(&wanted).await.map(|picked| picked.id)
    }

    /// An organization or MSP by id or name; without either, the operator's default organization or the only one.
    async fn of_token(&self, wanted: &Wanted<'_>) -> Result<Picked> {
        let id = |id: &str| Ok(Picked { id: id.to_owned(), note: None });
        if let Some(written) = Id::parse(wanted.written) {
            return id(written.as_str());
        }
        if !wanted.written.is_empty() {
            return self.choose(SELF, |seen| wanted.pick(seen)).await;
        }
        if let Some(org_id) = self.connection.org_id.as_ref().filter(|_| wanted.kind == ORGANIZATION) {
            // The operator's default organization may be none of the accounts of this client.
            let is_seen = match self.routes() {
                Some(routes) => self.route_of_org(routes, org_id).await.is_ok(),
                None => true,
            };
            if is_seen {
                return id(org_id);
            }
        }
        let Wanted { parameter, kind, .. } = wanted;
        let seen = self.names(SELF, None).await?;
        let words = match seen.rows.iter().filter(|row| row.is_of(kind)).collect::<Vec<_>>().as_slice() {
            [only] => return id(&only.id),
            [] if *kind == MSP => {
                format!(
                    "`{parameter}` is missing, and the API token has no role in an MSP. Ask the user for the id."
                )
            }
            [] => format!(
                "`{parameter}` is missing, and the API token sees no {kind} by itself. Ask the user for the id."
            ),
            _ if !wanted.disclosed => format!(
                "`{parameter}` is missing, and the API token sees several {kind}s. Give the id or the exact name of one."
            ),
            several => format!(
                "`{parameter}` is missing, and the API token sees {} {kind}s. Name one of: {}.",
                several.len(),
                listed(several.iter().copied())
            ),
        };
        Err(Error::new(ErrorKind::Arguments, words))
    }

    /// Names of the sites of the default organization. Empty where the session may not list sites.
    pub(crate) async fn site_names(&self) -> Result<Vec<String>> {
        if !self.discloses(SITES) {
            return Ok(Vec::new());
        }
        let org = self.org_of(&Map::new()).await?;
        let sites = self.names(&sites(&org), None).await?;
        Ok(sites.rows.iter().map(|site| site.name.clone()).collect())
    }

    /// Names of all sites by id, or of all devices by id and by MAC address.
    pub(crate) async fn names_of(&self, lookup: Lookup, org_id: &str) -> Result<HashMap<String, String>> {
        let org = self.org_of(&Map::from_iter([("org_id".to_owned(), org_id.into())])).await?;
        let listing = match lookup {
            Lookup::Org | Lookup::Msp => self.names(SELF, None).await?,
            Lookup::Site => self.names(&sites(&org), None).await?,
            Lookup::Device => self.names(&inventory(&org), None).await?,
        };
        let named = listing.rows.iter().filter(|row| !row.name.is_empty());
        let keys =
            |row: &Named| [Some(row.id.clone()), row.mac.clone()].into_iter().flatten().collect::<Vec<_>>();
        Ok(named.flat_map(|row| keys(row).into_iter().map(|key| (key, row.name.clone()))).collect())
    }

    /// Matches against the cached list, and against a new one if that fails.
    async fn choose(&self, path: &str, choose: impl Fn(&Listing) -> Result<Picked>) -> Result<Picked> {
        let begun = Instant::now();
        let listing = self.names(path, None).await?;
        match choose(&listing) {
            Err(_) if listing.requested_at < begun => choose(&*self.names(path, Some(begun)).await?),
            chosen => chosen,
        }
    }

    /// The names at `path`, from the cache unless requested before `since`.
    async fn names(&self, path: &str, since: Option<Instant>) -> Result<Arc<Listing>> {
        match self.routes() {
            Some(routes) if path == SELF => self.orgs_of_all(routes, since).await,
            _ => {
                let dispatcher = self.dispatcher_for(&Request::get(path)).await?;
                self.names_at(dispatcher, path, since).await
            }
        }
    }

    /// The organizations and MSPs that an account is used for, each with the account's name.
    pub(super) async fn orgs_of(&self, route: &Route, since: Option<Instant>) -> Result<Arc<Listing>> {
        let listing = self.names_at(&route.dispatcher, SELF, since).await?;
        let account = &route.account;
        let is_used =
            |row: &&Named| if row.is_msp() { account.orgs.is_none() } else { account.permits(&row.id) };
        let detail = format!("account {}", account.name);
        let mut rows: Vec<_> = listing.rows.iter().filter(is_used).cloned().collect();
        for org in account.orgs.iter().flat_map(|orgs| orgs.iter()) {
            // The privileges of a provider do not name its organizations.
            if rows.iter().all(|row| row.id != *org) {
                rows.push(Named::unnamed(org));
            }
        }
        for row in &mut rows {
            row.detail.clone_from(&detail);
        }
        Ok(Arc::new(Listing { rows, requested_at: listing.requested_at, complete: listing.complete }))
    }

    /// The same of all accounts. An account that cannot be asked is left out, unless none can.
    async fn orgs_of_all(&self, routes: &[Route], since: Option<Instant>) -> Result<Arc<Listing>> {
        let (mut all, mut error) =
            (Listing { rows: Vec::new(), requested_at: Instant::now(), complete: true }, None);
        let mut has_answer = false;
        for listing in join_all(routes.iter().map(|route| self.orgs_of(route, since))).await {
            match listing {
                Ok(listing) => {
                    has_answer = true;
                    all.requested_at = all.requested_at.min(listing.requested_at);
                    for row in &listing.rows {
                        match all.rows.iter_mut().find(|known| known.id == row.id) {
                            Some(known) => known.detail = format!("{}, {}", known.detail, row.detail),
                            None => all.rows.push(row.clone()),
                        }
                    }
                }
                Err(failure) => {
                    all.complete = false;
                    error.get_or_insert(failure);
                }
            }
        }
        match error {
            Some(error) if !has_answer => Err(error),
            _ => Ok(Arc::new(all)),
        }
    }

    /// The names at `path` for one account, from the cache unless requested before `since`.
    pub(super) async fn names_at(
        &self,
        dispatcher: &Dispatcher,
        path: &str,
        since: Option<Instant>,
    ) -> Result<Arc<Listing>> {
        let new_enough = |listing: &Arc<Listing>| since.is_none_or(|since| listing.requested_at >= since);
        if dispatcher.is_accepted()
            && let Some(listing) = dispatcher.pool.cache.names(&dispatcher.ids, path).filter(new_enough)
        {
            self.call.trace().cache_hit(path);
            return Ok(listing);
        }
        let requested_at = Instant::now();
        let (rows, complete) = self.list(dispatcher, path).await?;
        let listing = Arc::new(Listing { rows, requested_at, complete });
        dispatcher.pool.cache.keep_names(&dispatcher.ids, path, Arc::clone(&listing));
        Ok(listing)
    }

    /// Fetches a name list page by page. Returns whether it is complete.
    async fn list(&self, dispatcher: &Dispatcher, path: &str) -> Result<(Vec<Named>, bool)> {
        let (mut rows, mut ids, mut limit, mut seen) = (Vec::new(), HashSet::new(), ROWS, 0);
        for number in 1..=PAGES {
            let mut request = Request::get(path);
            if path != SELF {
                request = request.query("limit", limit).query("page", number);
            }
            if path.ends_with("/devices") {
                request = request.query("type", "all".to_owned());
            }
            if path.ends_with("/inventory") {
                request = request.query("vc", true);
            }
            let answer = self.send_to(dispatcher, &request).await?;
            let (total, page_limit) = (answer.rows_in_all(), answer.page_limit());
            let value = answer.parsed().await?;
            let (came, before) = (value.as_array().map_or(0, Vec::len) as u64, ids.len());
            seen += came;
            for row in named(&value) {
                if ids.insert(row.id.clone()) {
                    rows.push(row);
                }
            }
            // Without the header, the number of rows received is the page size.
            let given = page_limit.or_else(|| total.map(|_| came)).filter(|given| *given > 0);
            limit = given.and_then(|given| u32::try_from(given).ok()).unwrap_or(limit).min(limit);
            // Without headers, a page cut to Mist's default size may not be the last one.
            let full = page_limit.map_or(DEFAULT_LIMIT, |_| limit.into());
            let more = total.map_or(came >= full, |total| total > seen);
            // A page without new rows is the last one, whatever its headers say.
            if path == SELF || !more || ids.len() == before {
                return Ok((rows, true));
            }
        }
        Ok((rows, false))
    }

    /// Updates the cached organizations from the answer to a `/self` request of the user.
    pub(super) fn remember_self(dispatcher: &Dispatcher, answer: &Answer, requested_at: Instant) {
        if !answer.is_large()
            && let Ok(value) = answer.json()
        {
            let listing = Arc::new(Listing { rows: named(&value), requested_at, complete: true });
            dispatcher.pool.cache.keep_names(&dispatcher.ids, SELF, listing);
        }
    }
}
