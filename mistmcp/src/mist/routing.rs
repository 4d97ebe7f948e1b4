//! Routing of requests among the accounts of a connection: a request goes to the account that sees the organization,
//! the site or the MSP in its path. No tool has a parameter for the account.

mod choice;

use std::sync::Arc;

use serde_json::Value;

use super::accounts::Account;
use super::api::paths::{SELF, organization, site, sites};
use super::dispatch::Dispatcher;
use super::fan_out::{Responses, WaitFor, fan_out};
use super::name_list::{NameList, NamedObject};
use super::{Mist, Request};
use crate::argument::Id;
use crate::error::ErrorKind;
use crate::{Error, Result};
pub(super) use choice::not_asked;
use choice::{named_for, one, preferred, seeing, unnamed};

/// An account, and the dispatcher of its requests.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) account: Arc<Account>,
    pub(super) dispatcher: Dispatcher,
}

/// What the path of a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathSubject<'a> {
    Org(&'a str),
    Site(&'a str),
    Msp(&'a str),
    /// The token itself.
    Token,
    Constants,
    Nothing,
}

/// The most organizations of an account whose sites are listed to find one.
pub(super) const MOST_ORGS: usize = 25;

impl<'a> PathSubject<'a> {
    fn of(request: &'a Request) -> Self {
        let segments = request.segments();
        match segments {
            [_, _, kind, ..] if kind == "self" => return Self::Token,
            [_, _, kind, ..] if kind == "const" => return Self::Constants,
            _ => {}
        }
        let named = segments.windows(2).find_map(|pair| match (pair[0].as_str(), &pair[1]) {
            ("orgs", id) => Some(Self::Org(id)),
            ("sites", id) => Some(Self::Site(id)),
            ("msps", id) => Some(Self::Msp(id)),
            _ => None,
        });
        named.unwrap_or(Self::Nothing)
    }
}

impl Route {
    /// Whether a site of this organization may be used by the account.
    fn has_site_of(&self, org_id: Option<&str>) -> bool {
        org_id.map_or(self.account.orgs.is_none(), |org_id| self.account.permits(org_id))
    }

    fn sees_org(&self, listing: &NameList, id: &str) -> bool {
        self.account.permits(id) && listing.rows.iter().any(|row| row.id == id && !row.is_msp())
    }

    /// Whether its cloud was slow a moment ago.
    pub(super) fn is_slow(&self) -> bool {
        self.dispatcher.pool.cache.is_slow(&self.dispatcher.ids)
    }

    pub(super) fn note_speed(&self, is_slow: bool) {
        self.dispatcher.pool.cache.note_speed(&self.dispatcher.ids, is_slow);
    }
}

impl Mist {
    /// The accounts of the connection, where a request has to be routed: there are several, or one that is only used for
    /// some organizations.
    pub(super) fn routes(&self) -> Option<&[Route]> {
        self.connection.routes.as_deref()
    }

    /// The dispatcher of the account that a request is for.
    ///
    /// # Errors
    /// No account sees what the request names, or several do.
    pub(super) async fn dispatcher_for(&self, request: &Request) -> Result<&Dispatcher> {
        let Some(routes) = self.routes() else {
            self.note(self.connection.account.as_ref());
            return Ok(&self.connection.dispatcher);
        };
        let route = self.route(routes, PathSubject::of(request)).await?;
        self.note(Some(&route.account));
        Ok(&route.dispatcher)
    }

    /// An error that is about an account or its cloud, with the name of the account if there are several.
    pub(super) fn of_account(&self, dispatcher: &Dispatcher, error: Error) -> Error {
        let route = self.routes().filter(|routes| routes.len() > 1).and_then(|routes| {
            routes.iter().find(|route| std::ptr::eq(&raw const route.dispatcher, dispatcher))
        });
        let is_about_account = matches!(
            error.kind(),
            ErrorKind::Token
                | ErrorKind::Permission
                | ErrorKind::RateLimit
                | ErrorKind::Cloud
                | ErrorKind::Network
                | ErrorKind::Deadline
        );
        match route.filter(|_| is_about_account) {
            Some(route) => {
                Error::new(error.kind(), format!("Account `{}`: ", route.account.name)).append_error(error)
            }
            None => error,
        }
    }

    /// Notes that the account of a dispatcher is asked, where there are several.
    pub(super) fn note_asked(&self, dispatcher: &Dispatcher) {
        let is_its = |route: &&Route| std::ptr::eq(&raw const route.dispatcher, dispatcher);
        let route = self.routes().into_iter().flatten().find(is_its);
        self.note(route.map(|route| &route.account));
    }

    pub(super) fn note(&self, account: Option<&Arc<Account>>) {
        if let Some(account) = account {
            self.call.record().uses(&account.name);
        }
    }

    async fn route<'r>(&self, routes: &'r [Route], subject: PathSubject<'_>) -> Result<&'r Route> {
        match subject {
            PathSubject::Org(id) => self.route_of_org(routes, id).await,
            PathSubject::Site(id) => self.route_of_site(routes, id).await,
            PathSubject::Msp(id) => {
                let open: Vec<_> = routes.iter().filter(|route| route.account.orgs.is_none()).collect();
                let sees = |listing: &NameList| listing.rows.iter().any(|row| row.id == id && row.is_msp());
                let responses = self.self_listings(&open, |_, listing| sees(listing)).await;
                one("MSP", id, &seeing(&responses, |_, listing| sees(listing)), routes, responses.failures)
            }
            PathSubject::Constants => {
                let accepted = routes.iter().find(|route| route.dispatcher.is_not_refused());
                accepted.or(routes.first()).ok_or_else(|| unnamed(routes))
            }
            PathSubject::Token | PathSubject::Nothing => match routes {
                [only] => Ok(only),
                _ => Err(unnamed(routes)),
            },
        }
    }

    pub(super) async fn route_of_org<'r>(&self, routes: &'r [Route], id: &str) -> Result<&'r Route> {
        let explicit = named_for(routes, id);
        if !explicit.is_empty() {
            return one("organization", id, &explicit, routes, Vec::new());
        }
        let open: Vec<_> = routes.iter().filter(|route| route.account.orgs.is_none()).collect();
        let mut responses = self.self_listings(&open, |route, listing| route.sees_org(listing, id)).await;
        let mut seen = seeing(&responses, |route, listing| route.sees_org(listing, id));
        if seen.is_empty() {
            // The privileges of a provider do not name its organizations.
            let providers = seeing(&responses, |_, listing| listing.rows.iter().any(NamedObject::is_msp));
            seen = match providers.as_slice() {
                [_] if responses.failures.is_empty() => providers,
                _ => {
                    let answered =
                        self.objects_at(&providers, &organization(id), |_, org| org["id"] == id).await;
                    responses.failures.extend(answered.failures);
                    let seen = answered.answers.iter().filter(|(_, org)| org.is_some());
                    seen.map(|(route, _)| *route).collect()
                }
            };
        }
        one("organization", id, &seen, routes, responses.failures)
    }

    async fn route_of_site<'r>(&self, routes: &'r [Route], id: &str) -> Result<&'r Route> {
        if Id::parse(id).is_none() {
            return one("site", id, &[], routes, Vec::new());
        }
        let all: Vec<_> = routes.iter().collect();
        let cache = &self.connection.dispatcher.pool.cache;
        // What is known of a token may be of an organization that this account is not used for.
        let known = |route: &'r Route| {
            let org = cache.site(&route.dispatcher.ids, id)?;
            route.has_site_of(org.as_deref()).then_some((route, org))
        };
        let known: Vec<_> = routes.iter().filter_map(known).collect();
        if !known.is_empty() {
            return one("site", id, &preferred(routes, &known), routes, Vec::new());
        }
        let path = site(id);
        let is_own = |route: &Route, site: &Value| {
            let org = site["org_id"].as_str();
            route.has_site_of(org) && (org.is_some() || site["id"] == id)
        };
        let answered = self.objects_at(&all, &path, is_own).await;
        let (mut seen, mut failures) = (Vec::new(), answered.failures);
        for (route, site) in &answered.answers {
            if let Some(site) = site {
                let org = site["org_id"].as_str().map(Arc::from);
                cache.keep_site(&route.dispatcher.ids, id, org.as_deref());
                seen.push((*route, org));
            }
        }
        if seen.is_empty() {
            let asked: Vec<_> = answered.answers.iter().map(|(route, _)| *route).collect();
            let lists = asked.iter().map(|route| (*route, self.org_that_lists(route, id)));
            let responses = fan_out(lists, WaitFor::One, self.time_left(), |_, org| org.is_some()).await;
            failures.extend(responses.failures);
            for (route, org) in responses.answers {
                if let Some(org) = org {
                    cache.keep_site(&route.dispatcher.ids, id, Some(&org));
                    seen.push((route, Some(org.into())));
                }
            }
        }
        one("site", id, &preferred(routes, &seen), routes, failures)
    }

    /// The organization of a site, if Mist says it.
    ///
    /// # Errors
    /// No account sees the site, several do, or Mist does not answer.
    pub(super) async fn org_of_site(&self, id: &str) -> Result<Option<String>> {
        let request = Request::get(&site(id));
        let dispatcher = self.dispatcher_for(&request).await?;
        let cache = &dispatcher.pool.cache;
        if let Some(Some(org)) = cache.site(&dispatcher.ids, id).filter(|_| dispatcher.is_not_refused()) {
            return Ok(Some(org.as_ref().to_owned()));
        }
        let site = self.send_to(dispatcher, &request).await?.parsed().await?;
        let org = site["org_id"].as_str();
        if org.is_some() {
            cache.keep_site(&dispatcher.ids, id, org);
        }
        Ok(org.map(str::to_owned))
    }

    /// The organization of the account whose list of sites has a site.
    async fn org_that_lists(&self, route: &Route, id: &str) -> Result<Option<String>> {
        let orgs = self.orgs_of(route, None).await?;
        let mut failure = None;
        for org in orgs.rows.iter().filter(|row| !row.is_msp()).take(MOST_ORGS) {
            match self.names_at(&route.dispatcher, &sites(&org.id), None).await {
                Ok(listed) if listed.rows.iter().any(|site| site.id == id) => {
                    return Ok(Some(org.id.clone()));
                }
                Ok(_) => {}
                Err(error) if is_of_object(&error) => {}
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    /// What accounts see by their tokens, until one is certain to be the wanted one.
    async fn self_listings<'r>(
        &self,
        routes: &[&'r Route],
        is_certain: impl Fn(&Route, &NameList) -> bool,
    ) -> Responses<'r, Arc<NameList>> {
        let asking = routes.iter().map(|route| (*route, self.names_at(&route.dispatcher, SELF, None)));
        fan_out(asking, WaitFor::One, self.time_left(), |route, listing| is_certain(route, listing)).await
    }

    /// The object at a path as accounts see it; none if Mist says that an account does not see it, or it is not wanted.
    async fn objects_at<'r>(
        &self,
        routes: &[&'r Route],
        path: &str,
        is_wanted: impl Fn(&Route, &Value) -> bool,
    ) -> Responses<'r, Option<Value>> {
        let ask = async |route: &'r Route| {
            let request = Request::get(path);
            let answer = match self.send_to(&route.dispatcher, &request).await {
                Err(error) if is_of_object(&error) => return Ok(None),
                answer => answer?,
            };
            let object = answer.parsed().await?;
            Ok(is_wanted(route, &object).then_some(object))
        };
        let asking = routes.iter().map(|route| (*route, ask(route)));
        fan_out(asking, WaitFor::One, self.time_left(), |_, object| object.is_some()).await
    }
}

/// Whether an error says that the account does not see the object, and not that it could not be asked.
pub(super) fn is_of_object(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Missing | ErrorKind::Permission | ErrorKind::Request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_of_a_path_is_the_first_object_in_it() {
        for (path, wanted) in [
            ("/api/v1/orgs/a/sites/b", PathSubject::Org("a")),
            ("/api/v1/sites/b/stats/devices", PathSubject::Site("b")),
            ("/api/v1/msps/m/orgs/a", PathSubject::Msp("m")),
            ("/api/v1/installer/orgs/a/sites", PathSubject::Org("a")),
            ("/api/v1/self/usage", PathSubject::Token),
            ("/api/v1/const/countries", PathSubject::Constants),
            ("/api/v1/orgs", PathSubject::Nothing),
            ("/api/v1/utils/ping", PathSubject::Nothing),
        ] {
            assert_eq!(PathSubject::of(&Request::get(path)), wanted, "{path}");
        }
    }
}
