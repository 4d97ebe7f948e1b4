//! Resolution of object names to Mist ids. Each name list is cached for some minutes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::api::paths::{SELF, inventory, sites};
use super::dispatch::Dispatcher;
use super::names::{Listing, MSP, Named, Picked, Wanted, listed, named};
use super::routing::{MOST_ORGS, Route, is_of_object, not_asked};
use super::survey::{Extent, survey};
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
/// How long the lists of sites of several organizations may take.
const LISTS_PATIENCE: Duration = Duration::from_secs(5);
/// Maximum pages read of one list: 10,000 rows where Mist returns 100 per page.
const PAGES: u32 = 100;

impl Mist {
    /// Resolves the argument `name` to an id, unless it is one. Returns a note for the answer where the match was
    /// not exact. An `optional` argument that is absent is not resolved.
    pub(super) async fn lookup_one(
        &self,
        (lookup, optional, partial, takes_org): (Lookup, bool, bool, bool),
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
        let takes_org = takes_org || matches!(lookup, Lookup::Org | Lookup::Msp);
        let wanted =
            Wanted { written: &written, parameter: name, kind, listers, partial, disclosed, takes_org };
        let Picked { id, note } = match lookup {
            Lookup::Org | Lookup::Msp => self.of_token(&wanted).await?,
            Lookup::Site => self.site(&wanted, arguments).await?,
            Lookup::Device => self.device(&wanted, arguments).await?,
        };
        arguments.insert(name.to_owned(), id.into());
        Ok(note)
    }

    async fn device(&self, wanted: &Wanted<'_>, arguments: &Map<String, Value>) -> Result<Picked> {
        let site = arguments.get("site_id").and_then(Value::as_str);
        let path = match site {
            Some(site) => format!("/api/v1/sites/{site}/devices"),
            None => inventory(&self.org_of(wanted, arguments).await?),
        };
        let mac = Mac::parse(wanted.written);
        let by_mac = |devices: &Listing| wanted.by_mac(mac.as_ref()?, devices);
        let pick = |devices: &Listing| by_mac(devices).map_or_else(|| wanted.pick(devices), Ok);
        let chosen = self.choose(&path, pick).await;
        if chosen.is_err() && site.is_some() && mac.is_some()
            // Members of a virtual chassis are listed in the inventory only. An error there says nothing about the
            // device.
            && let Ok(org) = self.org_of(wanted, arguments).await
            && let Ok(inventory) = self.names(&inventory(&org), None).await
        {
            let wanted = Wanted { disclosed: self.discloses(INVENTORY), ..*wanted };
            if let Some(picked) = mac.as_ref().and_then(|mac| wanted.by_mac(mac, &inventory)) {
                return Ok(picked);
            }
        }
        chosen
    }

    /// A site by its name: in the organization of the call's arguments, or else in all that are seen.
    async fn site(&self, wanted: &Wanted<'_>, arguments: &Map<String, Value>) -> Result<Picked> {
        let is_named = arguments.get("org_id").and_then(Value::as_str).is_some_and(|org| !org.is_empty());
        let one =
            if is_named { Some(self.org_of(wanted, arguments).await?) } else { self.default_org().await };
        let orgs = match one {
            Some(org) => vec![Named::unnamed(&org)],
            None => {
                let seen = self.orgs(None, |_| false).await?;
                let orgs: Vec<_> = seen.rows.iter().filter(|row| !row.is_msp()).cloned().collect();
                match (orgs.is_empty(), &seen.unasked) {
                    (true, Some(unasked)) => return Err(unasked.clone()),
                    (true, None) => return Err(self.unnamed_org(wanted, &[])),
                    (false, None) if orgs.len() == 1 => orgs,
                    // The rows of several organizations are told apart by the names of these.
                    _ if !self.discloses(ORGANIZATIONS) => {
                        let seen: Vec<_> = orgs.iter().collect();
                        return Err(self.unnamed_org(wanted, &seen));
                    }
                    (false, _) => return self.site_among(wanted, &orgs, seen.unasked.as_ref()).await,
                }
            }
        };
        self.choose(&sites(&orgs[0].id), |sites| wanted.pick(sites)).await
    }

    /// A site by its name in several organizations.
    async fn site_among(
        &self,
        wanted: &Wanted<'_>,
        orgs: &[Named],
        unasked: Option<&Error>,
    ) -> Result<Picked> {
        let begun = Instant::now();
        let mut all = self.sites_among(orgs, None).await?;
        all.unasked = all.unasked.or(unasked.cloned());
        let mut picked = wanted.pick(&all);
        if picked.is_err() && all.requested_at < begun {
            all = self.sites_among(orgs, Some(begun)).await?;
            all.unasked = all.unasked.or(unasked.cloned());
            picked = wanted.pick(&all);
        }
        picked
    }

    /// The sites of several organizations, each with the names of its organization and account.
    async fn sites_among(&self, orgs: &[Named], since: Option<Instant>) -> Result<Listing> {
        let most = self.time_left().mul_f64(0.8);
        let most = if self.routes().is_some() { most.min(LISTS_PATIENCE) } else { most };
        let list = async |org: &Named| {
            let path = sites(&org.id);
            match tokio::time::timeout(most, self.names(&path, since)).await {
                Ok(listing) => listing,
                Err(_) => Err(Error::new(ErrorKind::Deadline, "Its cloud is too slow now. Try again later.")),
            }
        };
        let mut all = Listing::empty();
        all.complete = orgs.len() <= MOST_ORGS;
        let searched = &orgs[..orgs.len().min(MOST_ORGS)];
        for (org, listing) in searched.iter().zip(join_all(searched.iter().map(list)).await) {
            match listing {
                Ok(listing) => {
                    all.requested_at = all.requested_at.min(listing.requested_at);
                    all.complete &= listing.complete;
                    all.rows.extend(listing.rows.iter().map(|site| site.in_org(org)));
                }
                Err(error) if is_of_object(&error) => {}
                Err(error) => {
                    let of =
                        if org.account.is_empty() { String::new() } else { format!(" ({})", org.account) };
                    let words = format!("The sites of the organization {}{of} cannot be listed: ", org.id);
                    all.unasked.get_or_insert(Error::new(error.kind(), words).with(error));
                }
            }
        }
        Ok(all)
    }

    /// The organization of the call's arguments, or the default or only one.
    async fn org_of(&self, of: &Wanted<'_>, arguments: &Map<String, Value>) -> Result<String> {
        let written = arguments.get("org_id").and_then(Value::as_str).unwrap_or_default();
        let parameter = if of.takes_org { "org_id" } else { of.parameter };
        let wanted = Wanted { written, parameter, ..self.wanted_org(of.takes_org) };
        self.of_token(&wanted).await.map(|picked| picked.id)
    }

    fn wanted_org(&self, takes_org: bool) -> Wanted<'static> {
        let disclosed = self.discloses(ORGANIZATIONS);
        Wanted {
            written: "",
            parameter: "org_id",
            kind: ORGANIZATION,
            listers: ORGANIZATIONS,
            partial: false,
            disclosed,
            takes_org,
        }
    }

    /// The operator's default organization, if the client sees it.
    async fn default_org(&self) -> Option<String> {
        let org_id = self.connection.org_id.as_ref()?;
        // It may be none of the accounts of this client.
        let is_seen = match self.routes() {
            Some(routes) => self.route_of_org(routes, org_id).await.is_ok(),
            None => true,
        };
        is_seen.then(|| org_id.clone())
    }

    /// An organization or MSP by id or name; without either, the operator's default organization or the only one.
    async fn of_token(&self, wanted: &Wanted<'_>) -> Result<Picked> {
        let id = |id: &str| Ok(Picked { id: id.to_owned(), note: None });
        if let Some(written) = Id::parse(wanted.written) {
            return id(written.as_str());
        }
        if !wanted.written.is_empty() {
            let begun = Instant::now();
            let seen = self.orgs(None, |seen| wanted.is_exact(seen)).await?;
            return match wanted.pick(&seen) {
                Err(_) if seen.requested_at < begun => {
                    wanted.pick(&*self.orgs(Some(begun), |seen| wanted.is_exact(seen)).await?)
                }
                picked => picked,
            };
        }
        if wanted.kind == ORGANIZATION
            && let Some(default) = self.default_org().await
        {
            return id(&default);
        }
        let seen = self.orgs(None, |_| false).await?;
        let of_kind: Vec<_> = seen.rows.iter().filter(|row| row.is_of(wanted.kind)).collect();
        match (of_kind.as_slice(), &seen.unasked) {
            ([only], None) => id(&only.id),
            ([], Some(unasked)) => Err(unasked.clone()),
            (several, None) => Err(self.unnamed_org(wanted, several)),
            // Another account may be meant.
            (several, Some(unasked)) => Err(self.unnamed_org(wanted, several).and(" ").with(unasked.clone())),
        }
    }

    /// The error for a call that names no organization or MSP where it is open which one is meant, or there is none.
    fn unnamed_org(&self, wanted: &Wanted<'_>, seen: &[&Named]) -> Error {
        let Wanted { parameter, kind, takes_org, .. } = wanted;
        let (subject, verb, has) = match self.routes() {
            None => ("the API token".to_owned(), "sees", "has"),
            Some([only]) => (format!("your account `{}`", only.account.name), "sees", "has"),
            Some(_) => ("your accounts".to_owned(), "see", "have"),
        };
        let is_missing = if *takes_org {
            format!("`{parameter}` is missing, and {subject}")
        } else {
            format!("`{parameter}`: a name cannot be looked up here, since {subject}")
        };
        let list = || listed(seen.iter().copied());
        let count = match seen.len() {
            1 => format!("1 {kind}"),
            count => format!("{count} {kind}s"),
        };
        let words = match seen {
            [] if *kind == MSP => format!("{is_missing} {has} no role in an MSP. Ask the user for the id."),
            [] => format!("{is_missing} {verb} no {kind} by itself. Ask the user for the id."),
            _ if !takes_org => format!("{is_missing} {verb} several {kind}s. Give the id."),
            _ if !wanted.disclosed => {
                format!("{is_missing} {verb} several {kind}s. Give the id or the exact name of one.")
            }
            _ => format!("{is_missing} {verb} {count}. Name one of: {}.", list()),
        };
        Error::new(ErrorKind::Arguments, words)
    }

    /// Names of the sites of the default organization, or of all that are seen. Empty where the session may not list
    /// sites.
    pub(crate) async fn site_names(&self) -> Result<Vec<String>> {
        if !self.discloses(SITES) {
            return Ok(Vec::new());
        }
        let orgs = match self.default_org().await {
            Some(org) => vec![Named::unnamed(&org)],
            None => {
                let seen = self.orgs(None, |_| false).await?;
                seen.rows.iter().filter(|row| !row.is_msp()).cloned().collect()
            }
        };
        let all = self.sites_among(&orgs, None).await?;
        Ok(all.rows.into_iter().map(|site| site.name).collect())
    }

    /// Names of all sites by id, or of all devices by id and by MAC address.
    pub(crate) async fn names_of(&self, lookup: Lookup, org_id: &str) -> Result<HashMap<String, String>> {
        let arguments = Map::from_iter([("org_id".to_owned(), org_id.into())]);
        let org = self.org_of(&self.wanted_org(true), &arguments).await?;
        let listing = match lookup {
            Lookup::Org | Lookup::Msp => self.orgs(None, |_| false).await?,
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
        let dispatcher = self.dispatcher_for(&Request::get(path)).await?;
        self.names_at(dispatcher, path, since).await
    }

    /// The organizations and MSPs that are seen. Accounts are not waited for once the list of one is certain to have
    /// what is wanted.
    async fn orgs(
        &self,
        since: Option<Instant>,
        is_certain: impl Fn(&Listing) -> bool,
    ) -> Result<Arc<Listing>> {
        match self.routes() {
            Some(routes) => self.orgs_of_all(routes, since, is_certain).await,
            None => self.names(SELF, since).await,
        }
    }

    /// The organizations and MSPs that an account is used for, each with the account's name.
    pub(super) async fn orgs_of(&self, route: &Route, since: Option<Instant>) -> Result<Arc<Listing>> {
        let listing = self.names_at(&route.dispatcher, SELF, since).await?;
        let account = &route.account;
        let is_used =
            |row: &&Named| if row.is_msp() { account.orgs.is_none() } else { account.permits(&row.id) };
        let mut rows: Vec<_> = listing.rows.iter().filter(is_used).cloned().collect();
        for org in account.orgs.iter().flat_map(|orgs| orgs.iter()) {
            // The privileges of a provider do not name its organizations.
            if rows.iter().all(|row| row.id != *org) {
                rows.push(Named::unnamed(org));
            }
        }
        for row in &mut rows {
            row.account = format!("account `{}`", account.name);
        }
        Ok(Arc::new(Listing {
            rows,
            requested_at: listing.requested_at,
            complete: listing.complete,
            unasked: None,
        }))
    }

    /// The same of all accounts, and the error for those that could not be asked.
    ///
    /// # Errors
    /// None could be asked.
    async fn orgs_of_all(
        &self,
        routes: &[Route],
        since: Option<Instant>,
        is_certain: impl Fn(&Listing) -> bool,
    ) -> Result<Arc<Listing>> {
        let asking = routes.iter().map(|route| (route, self.orgs_of(route, since)));
        let surveyed = survey(asking, Extent::All, self.time_left(), |_, seen| is_certain(seen)).await;
        let mut all = Listing::empty();
        let has_answer = !surveyed.answers.is_empty();
        for (_, listing) in surveyed.answers {
            all.requested_at = all.requested_at.min(listing.requested_at);
            all.complete &= listing.complete;
            for row in &listing.rows {
                match all.rows.iter_mut().find(|known| known.id == row.id) {
                    Some(known) => known.account = format!("{}, {}", known.account, row.account),
                    None => all.rows.push(row.clone()),
                }
            }
        }
        all.unasked = not_asked(surveyed.failures);
        match all.unasked {
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
        let listing = Arc::new(Listing { rows, requested_at, complete, unasked: None });
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
            let listing = Arc::new(Listing { rows: named(&value), requested_at, ..Listing::empty() });
            dispatcher.pool.cache.keep_names(&dispatcher.ids, SELF, listing);
        }
    }
}
