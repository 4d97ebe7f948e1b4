//! Fetching of name lists, which are cached for some minutes ([`Mist::names`]).

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::api::paging::{DEFAULT_LIMIT, MAX_LIMIT};
use super::api::paths::{SELF, msp_orgs};
use super::dispatch::Dispatcher;
use super::fan_out::{WaitFor, fan_out};
use super::name_list::{NameList, NamedObject, parse};
use super::routing::{Route, is_of_object, not_asked};
use super::{Answer, Mist, Request};
use crate::{Error, Result};

/// Maximum pages read of one list: 10,000 rows where Mist returns 100 per page.
const PAGES: u64 = 100;
/// The most MSPs of a token whose organizations are listed.
const MOST_MSPS: usize = 10;

impl Mist {
    /// The names at `path`, from the cache unless requested before `since`.
    pub(super) async fn names(&self, path: &str, since: Option<Instant>) -> Result<Arc<NameList>> {
        let dispatcher = self.dispatcher_for(&Request::get(path)).await?;
        self.names_at(dispatcher, path, since).await
    }

    /// The organizations and MSPs that are seen. Accounts are not waited for once the list of one is certain to have
    /// what is wanted.
    pub(super) async fn orgs(
        &self,
        since: Option<Instant>,
        is_certain: impl Fn(&NameList) -> bool,
    ) -> Result<Arc<NameList>> {
        match self.routes() {
            Some(routes) => self.orgs_of_all(routes, since, is_certain).await,
            None => self.names(SELF, since).await,
        }
    }

    /// The organizations and MSPs that an account is used for, each with the account's name.
    pub(super) async fn orgs_of(&self, route: &Route, since: Option<Instant>) -> Result<Arc<NameList>> {
        let listing = self.names_at(&route.dispatcher, SELF, since).await?;
        let account = &route.account;
        let is_used =
            |row: &&NamedObject| if row.is_msp() { account.orgs.is_none() } else { account.permits(&row.id) };
        let mut rows: Vec<_> = listing.rows.iter().filter(is_used).cloned().collect();
        for org in account.orgs.iter().flat_map(|orgs| orgs.iter()) {
            // The privileges of a provider do not name its organizations.
            if rows.iter().all(|row| row.id != *org) {
                rows.push(NamedObject::unnamed(org));
            }
        }
        for row in &mut rows {
            row.account = format!("account `{}`", account.name);
        }
        Ok(Arc::new(NameList {
            rows,
            requested_at: listing.requested_at,
            complete: listing.complete,
            ..NameList::empty()
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
        is_certain: impl Fn(&NameList) -> bool,
    ) -> Result<Arc<NameList>> {
        let asking = routes.iter().map(|route| (route, self.orgs_of(route, since)));
        let responses = fan_out(asking, WaitFor::All, self.time_left(), |_, seen| is_certain(seen)).await;
        let mut all = NameList::empty();
        let has_answer = !responses.answers.is_empty();
        for (_, listing) in responses.answers {
            all.add(&listing);
        }
        all.unasked = not_asked(responses.failures);
        match all.unasked {
            Some(error) if !has_answer => Err(error),
            _ => Ok(Arc::new(all)),
        }
    }

    /// What is seen, with the organizations of the MSPs that are seen: the privileges of a provider do not name these. It
    /// takes one request for each MSP.
    pub(super) async fn with_orgs_of_msps(&self, seen: &NameList, since: Option<Instant>) -> Arc<NameList> {
        let mut all = NameList {
            rows: seen.rows.clone(),
            requested_at: seen.requested_at,
            complete: seen.complete,
            unasked: seen.unasked.clone(),
            has_msp_orgs: false,
        };
        let Some(routes) = self.routes() else {
            let found = self.orgs_of_msps(&self.connection.dispatcher, &seen.msps(), since).await;
            all.add_msp_orgs(found);
            return Arc::new(all);
        };
        let is_named = |id: &String| seen.rows.iter().any(|row| row.id == *id && !row.name.is_empty());
        let ask = async |route: &Route| {
            if route.account.orgs.as_ref().is_some_and(|orgs| orgs.iter().all(is_named)) {
                return Ok(NameList::empty());
            }
            let listing = self.names_at(&route.dispatcher, SELF, None).await?;
            let mut found = self.orgs_of_msps(&route.dispatcher, &listing.msps(), since).await;
            found.rows.retain(|org| route.account.permits(&org.id));
            for org in &mut found.rows {
                org.account = format!("account `{}`", route.account.name);
            }
            Ok(found)
        };
        let asking = routes.iter().map(|route| (route, ask(route)));
        let responses = fan_out(asking, WaitFor::All, self.time_left(), |_, _| false).await;
        for (_, found) in responses.answers {
            all.add_msp_orgs(found);
        }
        if all.unasked.is_none() {
            all.unasked = not_asked(responses.failures);
        }
        Arc::new(all)
    }

    /// The organizations of MSPs, as one account sees them.
    async fn orgs_of_msps(
        &self,
        dispatcher: &Dispatcher,
        msps: &[&NamedObject],
        since: Option<Instant>,
    ) -> NameList {
        let mut all = NameList { complete: msps.len() <= MOST_MSPS, ..NameList::empty() };
        let list = async |msp: &NamedObject| self.names_at(dispatcher, &msp_orgs(&msp.id), since).await;
        let msps = &msps[..msps.len().min(MOST_MSPS)];
        for (msp, listing) in msps.iter().zip(join_all(msps.iter().map(|msp| list(msp))).await) {
            match listing {
                Ok(listing) => {
                    all.requested_at = all.requested_at.min(listing.requested_at);
                    all.complete &= listing.complete;
                    all.rows.extend(listing.rows.iter().cloned());
                }
                Err(error) if is_of_object(&error) => {}
                Err(error) => {
                    let words = format!("The organizations of the MSP {} cannot be listed: ", msp.id);
                    all.unasked.get_or_insert(Error::new(error.kind(), words).append_error(error));
                }
            }
        }
        all
    }

    /// The names at `path`, from the cache or as one request has them.
    pub(super) async fn names_of_one_page(&self, path: &str) -> Result<Arc<NameList>> {
        let dispatcher = self.dispatcher_for(&Request::get(path)).await?;
        self.names_of_pages(dispatcher, path, None, 1).await
    }

    /// The names at `path` for one account, from the cache unless requested before `since`.
    pub(super) async fn names_at(
        &self,
        dispatcher: &Dispatcher,
        path: &str,
        since: Option<Instant>,
    ) -> Result<Arc<NameList>> {
        self.names_of_pages(dispatcher, path, since, PAGES).await
    }

    async fn names_of_pages(
        &self,
        dispatcher: &Dispatcher,
        path: &str,
        since: Option<Instant>,
        pages: u64,
    ) -> Result<Arc<NameList>> {
        let new_enough = |listing: &Arc<NameList>| since.is_none_or(|since| listing.requested_at >= since);
        if dispatcher.is_not_refused()
            && let Some(listing) = dispatcher.pool.cache.names(&dispatcher.ids, path).filter(new_enough)
        {
            self.call.trace().cache_hit(path);
            self.name_lists.lock().push(Arc::clone(&listing));
            return Ok(listing);
        }
        let requested_at = Instant::now();
        let (rows, complete) = self.list(dispatcher, path, pages).await?;
        let listing = Arc::new(NameList { rows, requested_at, complete, ..NameList::empty() });
        if complete || pages == PAGES {
            dispatcher.pool.cache.keep_names(&dispatcher.ids, path, Arc::clone(&listing));
        }
        self.name_lists.lock().push(Arc::clone(&listing));
        Ok(listing)
    }

    /// The name of an object, if a list that was read to resolve the names of this call has it.
    pub(crate) fn resolved_name(&self, id: &str) -> Option<String> {
        let lists = self.name_lists.lock();
        let mut rows = lists.iter().flat_map(|list| &list.rows);
        rows.find(|row| row.id == id && !row.name.is_empty()).map(|row| row.name.to_string())
    }

    /// Fetches a name list page by page, up to a number of pages. Returns whether it is complete.
    async fn list(
        &self,
        dispatcher: &Dispatcher,
        path: &str,
        pages: u64,
    ) -> Result<(Vec<NamedObject>, bool)> {
        let (mut rows, mut ids, mut limit, mut seen) = (Vec::new(), HashSet::new(), MAX_LIMIT, 0);
        for number in 1..=pages {
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
            let said = answer.page();
            let value = answer.parsed().await?;
            let (came, before) = (value.as_array().map_or(0, Vec::len) as u64, ids.len());
            seen += came;
            for row in parse(&value) {
                if ids.insert(row.id.clone()) {
                    rows.push(row);
                }
            }
            // Without the header, the number of rows received is the page size.
            let given = said.limit().or_else(|| said.total().map(|_| came)).filter(|given| *given > 0);
            limit = given.unwrap_or(limit).min(limit);
            // Without headers, a page cut to Mist's default size may not be the last one.
            let full = said.limit().map_or(DEFAULT_LIMIT, |_| limit);
            let more = said.total().map_or(came >= full || said.has_next_link(), |total| total > seen);
            if path == SELF || !more {
                return Ok((rows, true));
            }
            // A page without new rows is the last one. Where the total counts more, the list has broken off.
            if ids.len() == before {
                return Ok((rows, said.total().is_none() && !said.has_next_link()));
            }
        }
        Ok((rows, false))
    }

    /// Updates the cached organizations from the answer to a `/self` request of the user.
    pub(super) fn remember_self(dispatcher: &Dispatcher, answer: &Answer, requested_at: Instant) {
        if !answer.is_large()
            && let Ok(value) = answer.json()
        {
            let listing = Arc::new(NameList { rows: parse(&value), requested_at, ..NameList::empty() });
            dispatcher.pool.cache.keep_names(&dispatcher.ids, SELF, listing);
        }
    }
}
