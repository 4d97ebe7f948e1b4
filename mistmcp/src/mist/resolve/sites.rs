//! Resolution of the names of sites, in one organization or in all that are seen.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::super::api::paths::sites;
use super::super::name_list::{NameList, NamedObject};
use super::super::name_query::{NameQuery, ResolvedObject};
use super::super::routing::{MOST_ORGS, is_of_object};
use super::super::{Mist, Request};
use super::{ORGANIZATIONS, SITES};
use crate::error::ErrorKind;
use crate::{Error, Result};

/// How long the lists of sites of several organizations may take.
const LISTS_TIMEOUT: Duration = Duration::from_secs(5);

impl Mist {
    /// A site by its name: in the organization of the call's arguments, or else in all that are seen.
    pub(super) async fn site(
        &self,
        query: &NameQuery<'_>,
        arguments: &Map<String, Value>,
    ) -> Result<ResolvedObject> {
        let is_named = arguments.get("org_id").and_then(Value::as_str).is_some_and(|org| !org.is_empty());
        let one = if is_named {
            Some(self.org_of(query, arguments).await?)
        } else {
            self.take_default_org().await?
        };
        if let Some(org) = one {
            return self.site_in(query, &[NamedObject::unnamed(&org)], None).await;
        }
        let seen = self.orgs(None, |_| false).await?;
        let orgs = seen.orgs();
        let found = match (orgs.is_empty(), &seen.unasked) {
            (true, Some(unasked)) => Err(unasked.clone()),
            (true, None) => {
                let parameter = if query.takes_org { "org_id" } else { query.parameter };
                Err(self.unnamed_org(&NameQuery { parameter, ..self.org_query(query.takes_org) }, &[]))
            }
            (false, unasked) => self.site_in(query, &orgs, unasked.as_ref()).await,
        };
        match found {
            Err(error) if query.is_trial && !orgs.is_empty() => Err(error),
            // The site may be of an organization of an MSP.
            Err(error)
                if matches!(error.kind(), ErrorKind::Arguments | ErrorKind::Name | ErrorKind::Missing) =>
            {
                let all = self.with_orgs_of_msps(&seen, None).await;
                let all_orgs = all.orgs();
                if all_orgs.len() == orgs.len() {
                    return Err(error);
                }
                let query = self.among(query, &all);
                self.site_in(&query, &all_orgs, all.unasked.as_ref()).await
            }
            found => found,
        }
    }

    /// A site by its name in one organization, or in several.
    async fn site_in(
        &self,
        query: &NameQuery<'_>,
        orgs: &[NamedObject],
        unasked: Option<&Error>,
    ) -> Result<ResolvedObject> {
        let ([only], None) = (orgs, unasked) else {
            // The rows of several organizations are told apart by the names of these.
            let disclosed = query.disclosed && self.discloses(ORGANIZATIONS);
            let query = NameQuery { disclosed, ..*query };
            return self.site_among(&query, orgs, unasked).await;
        };
        let path = sites(&only.id);
        let picked = self.pick(query, |since| self.names(&path, since), |sites| query.pick(sites)).await?;
        self.keep_site(&picked.id, &only.id).await;
        Ok(picked)
    }

    /// Remembers the organization of a site that its list has.
    async fn keep_site(&self, id: &str, org_id: &str) {
        if let Ok(dispatcher) = self.dispatcher_for(&Request::get(&sites(org_id))).await {
            dispatcher.pool.cache.keep_site(&dispatcher.ids, id, Some(org_id));
        }
    }

    /// A site by its name in several organizations.
    async fn site_among(
        &self,
        query: &NameQuery<'_>,
        orgs: &[NamedObject],
        unasked: Option<&Error>,
    ) -> Result<ResolvedObject> {
        let fetch = async |since: Option<Instant>| {
            let mut all = self.sites_among(orgs, since).await?;
            all.unasked = all.unasked.or_else(|| unasked.cloned());
            Ok(Arc::new(all))
        };
        let pick = |sites: &NameList| {
            let picked = query.pick(sites)?;
            let org_id = sites.rows.iter().find(|site| site.id == picked.id).map(|site| site.org_id.clone());
            Ok::<_, Error>((picked, org_id))
        };
        let (picked, org_id) = self.pick(query, fetch, pick).await?;
        if let Some(org_id) = org_id {
            self.keep_site(&picked.id, &org_id).await;
        }
        Ok(picked)
    }

    /// The sites of several organizations, each with the names of its organization and account.
    async fn sites_among(&self, orgs: &[NamedObject], since: Option<Instant>) -> Result<NameList> {
        let most = self.time_left().mul_f64(0.8);
        let most = if self.routes().is_some() { most.min(LISTS_TIMEOUT) } else { most };
        let list = async |org: &NamedObject| {
            let path = sites(&org.id);
            match tokio::time::timeout(most, self.names(&path, since)).await {
                Ok(listing) => listing,
                Err(_) => Err(Error::new(
                    ErrorKind::Deadline,
                    "Its cloud is too slow now, or cannot be reached. Try again later.",
                )),
            }
        };
        let mut all = NameList::empty();
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
                    all.unasked.get_or_insert(Error::new(error.kind(), words).append_error(error));
                }
            }
        }
        Ok(all)
    }

    /// Names of the sites of the default organization, or of all that are seen. Empty where the session may not list
    /// sites.
    pub(crate) async fn site_names(&self) -> Result<Vec<String>> {
        if !self.discloses(SITES) {
            return Ok(Vec::new());
        }
        let orgs = match self.default_org().await? {
            Some(org) => vec![NamedObject::unnamed(&org)],
            None => self.orgs(None, |_| false).await?.orgs(),
        };
        let all = self.sites_among(&orgs, None).await?;
        Ok(all.rows.into_iter().map(|site| site.name.to_string()).collect())
    }
}
