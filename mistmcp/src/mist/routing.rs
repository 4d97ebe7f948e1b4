//! Routing of requests among the accounts of a connection: a request goes to the account that sees the organization,
//! the site or the MSP in its path. No tool has a parameter for the account.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::accounts::Account;
use super::api::paths::SELF;
use super::dispatch::Dispatcher;
use super::names::{Listing, Named};
use super::{Answer, Mist, Request};
use crate::argument::Id;
use crate::error::ErrorKind;
use crate::suggestion::listed;
use crate::text::shortened;
use crate::{Error, Result};

/// An account, and the dispatcher of its requests.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) account: Arc<Account>,
    pub(super) dispatcher: Dispatcher,
}

/// What the path of a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope<'a> {
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

impl<'a> Scope<'a> {
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
    /// The key of a site that the account sees. Accounts with one token may be used for different organizations.
    fn site_key(&self, id: &str) -> String {
        let orgs = self.account.orgs.iter().flat_map(|orgs| orgs.iter().map(String::as_str));
        orgs.chain([id]).collect::<Vec<_>>().join(" ")
    }

    fn sees_org(&self, listing: &Listing, id: &str) -> bool {
        self.account.permits(id) && listing.rows.iter().any(|row| row.id == id && !row.is_msp())
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
        let route = self.route(routes, Scope::of(request)).await?;
        self.note(Some(&route.account));
        Ok(&route.dispatcher)
    }

    fn note(&self, account: Option<&Arc<Account>>) {
        if let Some(account) = account {
            self.call.record().uses(&account.name);
        }
    }

    async fn route<'r>(&self, routes: &'r [Route], scope: Scope<'_>) -> Result<&'r Route> {
        match scope {
            Scope::Org(id) => self.route_of_org(routes, id).await,
            Scope::Site(id) => self.route_of_site(routes, id).await,
            Scope::Msp(id) => {
                let open: Vec<_> = routes.iter().filter(|route| route.account.orgs.is_none()).collect();
                let listings = self.self_listings(&open).await;
                let sees = |listing: &Listing| listing.rows.iter().any(|row| row.id == id && row.is_msp());
                one(
                    "MSP",
                    id,
                    &seeing(&open, &listings, |_, listing| sees(listing)),
                    routes,
                    failure(listings),
                )
            }
            Scope::Constants => {
                let accepted = routes.iter().find(|route| route.dispatcher.is_accepted());
                accepted.or(routes.first()).ok_or_else(|| unnamed(routes))
            }
            Scope::Token | Scope::Nothing => match routes {
                [only] => Ok(only),
                _ => Err(unnamed(routes)),
            },
        }
    }

    pub(super) async fn route_of_org<'r>(&self, routes: &'r [Route], id: &str) -> Result<&'r Route> {
        let is_for_org = |route: &&Route| route.account.orgs.as_ref().is_some_and(|orgs| orgs.contains(id));
        let explicit: Vec<_> = routes.iter().filter(is_for_org).collect();
        if !explicit.is_empty() {
            return one("organization", id, &explicit, routes, None);
        }
        let open: Vec<_> = routes.iter().filter(|route| route.account.orgs.is_none()).collect();
        let listings = self.self_listings(&open).await;
        let mut seen = seeing(&open, &listings, |route, listing| route.sees_org(listing, id));
        if seen.is_empty() {
            // The privileges of a provider do not name its organizations.
            let providers = seeing(&open, &listings, |_, listing| listing.rows.iter().any(Named::is_msp));
            seen = match providers.as_slice() {
                [_] => providers,
                _ => self.answering(&providers, &format!("/api/v1/orgs/{id}"), |org| org["id"] == id).await,
            };
        }
        one("organization", id, &seen, routes, failure(listings))
    }

    async fn route_of_site<'r>(&self, routes: &'r [Route], id: &str) -> Result<&'r Route> {
        if Id::parse(id).is_none() {
            return one("site", id, &[], routes, None);
        }
        let all: Vec<_> = routes.iter().collect();
        let cache = &self.connection.dispatcher.pool.cache;
        let is_known = |route: &&&Route| cache.has_site(&route.dispatcher.ids, &route.site_key(id));
        let known: Vec<_> = all.iter().filter(is_known).copied().collect();
        if !known.is_empty() {
            return one("site", id, &known, routes, None);
        }
        let mut seen = Vec::new();
        let path = format!("/api/v1/sites/{id}");
        let answers = join_all(all.iter().map(|route| self.value_at(&route.dispatcher, &path))).await;
        for (route, answer) in all.iter().zip(answers) {
            let Ok(site) = answer else { continue };
            let org = site["org_id"].as_str();
            // The sites of organizations that the account is not used for are not its own.
            let is_own = org
                .map_or(route.account.orgs.is_none() && site["id"] == id, |org| route.account.permits(org));
            if is_own {
                seen.push(*route);
            }
        }
        if seen.is_empty() {
            let lists = join_all(all.iter().map(|route| self.lists_site(route, id))).await;
            seen = all.iter().zip(lists).filter(|(_, lists)| *lists).map(|(route, _)| *route).collect();
        }
        for route in &seen {
            cache.keep_site(&route.dispatcher.ids, &route.site_key(id));
        }
        one("site", id, &seen, routes, None)
    }

    /// Whether a site is in a list of the sites of the account's organizations.
    async fn lists_site(&self, route: &Route, id: &str) -> bool {
        let Ok(orgs) = self.orgs_of(route, None).await else { return false };
        for org in orgs.rows.iter().filter(|row| !row.is_msp()).take(MOST_ORGS) {
            let path = format!("/api/v1/orgs/{}/sites", org.id);
            let sites = self.names_at(&route.dispatcher, &path, None).await;
            if sites.is_ok_and(|sites| sites.rows.iter().any(|site| site.id == id)) {
                return true;
            }
        }
        false
    }

    async fn self_listings(&self, routes: &[&Route]) -> Vec<Result<Arc<Listing>>> {
        join_all(routes.iter().map(|route| self.names_at(&route.dispatcher, SELF, None))).await
    }

    /// The accounts whose answer at a path is as wanted.
    async fn answering<'r>(
        &self,
        routes: &[&'r Route],
        path: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Vec<&'r Route> {
        let answers = join_all(routes.iter().map(|route| self.value_at(&route.dispatcher, path))).await;
        let answering = routes.iter().zip(answers).filter(|(_, answer)| answer.as_ref().is_ok_and(&wanted));
        answering.map(|(route, _)| *route).collect()
    }

    async fn value_at(&self, dispatcher: &Dispatcher, path: &str) -> Result<Value> {
        self.send_to(dispatcher, &Request::get(path)).await?.parsed().await
    }

    /// The answers of all accounts to a request about the token itself, as one.
    ///
    /// # Errors
    /// No account has an answer.
    pub(super) async fn of_all_accounts(&self, routes: &[Route], request: &Request) -> Result<Answer> {
        let ask = async |route: &Route| {
            self.note(Some(&route.account));
            self.send_to(&route.dispatcher, request).await
        };
        let asked = Instant::now();
        let mut merged = Merged::default();
        for (route, answer) in routes.iter().zip(join_all(routes.iter().map(ask)).await) {
            let value = match answer {
                Ok(answer) => {
                    if request.is_for_self() {
                        Self::remember_self(&route.dispatcher, &answer, asked);
                    }
                    answer.parsed().await
                }
                Err(error) => Err(error),
            };
            merged.add(&route.account, value);
        }
        let body = merged.body()?;
        let cloud = routes.first().map_or(&self.connection.dispatcher.cloud, |route| &route.account.cloud);
        Ok(Answer::new(HeaderMap::new(), body, &request.url(cloud)?))
    }
}

/// The answers of several accounts as one.
#[derive(Default)]
struct Merged {
    accounts: Vec<Value>,
    privileges: Vec<Value>,
    rows: Option<Vec<Value>>,
    error: Option<Error>,
    has_answer: bool,
}

impl Merged {
    fn add(&mut self, account: &Account, value: Result<Value>) {
        let mut entry = Map::new();
        entry.insert("account".into(), (*account.name).into());
        entry.insert("cloud".into(), account.cloud.to_string().into());
        let of_account = |row: Value| match row {
            Value::Object(row) => {
                let mut with_account = Map::from_iter([("account".to_owned(), (*account.name).into())]);
                with_account.extend(row);
                Value::Object(with_account)
            }
            other => other,
        };
        self.has_answer |= value.is_ok();
        match value {
            Ok(Value::Array(rows)) => {
                self.rows.get_or_insert_default().extend(rows.into_iter().map(of_account));
            }
            Ok(Value::Object(mut object)) => {
                if let Some(Value::Array(rows)) = object.remove("results") {
                    self.rows.get_or_insert_default().extend(rows.into_iter().map(of_account));
                    return;
                }
                if let Some(Value::Array(privileges)) = object.remove("privileges") {
                    let is_used = |privilege: &Value| match privilege["org_id"].as_str() {
                        Some(org) => account.permits(org),
                        None => account.orgs.is_none(),
                    };
                    self.privileges.extend(privileges.into_iter().filter(is_used).map(of_account));
                }
                entry.extend(object);
                self.accounts.push(Value::Object(entry));
            }
            Ok(_) => self.accounts.push(Value::Object(entry)),
            Err(error) => {
                entry.insert("error".into(), error.to_string().into());
                self.error.get_or_insert(error);
                self.accounts.push(Value::Object(entry));
            }
        }
    }

    fn body(self) -> Result<Bytes> {
        if let (false, Some(error)) = (self.has_answer, self.error) {
            return Err(error);
        }
        let mut object = Map::new();
        if let Some(rows) = self.rows {
            object.insert("total".into(), rows.len().into());
            object.insert("results".into(), rows.into());
        }
        if !self.accounts.is_empty() {
            object.insert("accounts".into(), self.accounts.into());
        }
        if !self.privileges.is_empty() {
            object.insert("privileges".into(), self.privileges.into());
        }
        Ok(Value::Object(object).to_string().into())
    }
}

/// The routes whose listing is as wanted.
fn seeing<'r>(
    routes: &[&'r Route],
    listings: &[Result<Arc<Listing>>],
    wanted: impl Fn(&Route, &Listing) -> bool,
) -> Vec<&'r Route> {
    let sees = |(route, listing): (&&'r Route, &Result<Arc<Listing>>)| {
        listing.as_ref().is_ok_and(|listing| wanted(route, listing)).then_some(*route)
    };
    routes.iter().zip(listings).filter_map(sees).collect()
}

fn failure(listings: Vec<Result<Arc<Listing>>>) -> Option<Error> {
    listings.into_iter().find_map(Result::err)
}

/// The only account that sees an object.
///
/// # Errors
/// None does, or several do. If an account could not be asked, `failure` says so.
fn one<'r>(
    kind: &str,
    id: &str,
    seen: &[&'r Route],
    routes: &[Route],
    failure: Option<Error>,
) -> Result<&'r Route> {
    let id = shortened(id, 60);
    match (seen, failure) {
        ([only], _) => Ok(only),
        ([], Some(failure)) => Err(failure),
        ([], None) => {
            let words =
                format!("No account sees the {kind} `{id}`; the accounts are {}.", names(routes.iter()));
            let hint = [("getSelf", " `getSelf` shows what each of them sees.")];
            Err(Error::new(ErrorKind::Missing, words).hint(hint, ""))
        }
        (several, _) => Err(Error::new(
            ErrorKind::Arguments,
            format!(
                "Several accounts see the {kind} `{id}`: {}. Tell the user that `orgs` in the accounts file has to say \
                 which one is used for it.",
                names(several.iter().copied())
            ),
        )),
    }
}

/// The error for a request that names nothing by which an account could be chosen.
fn unnamed(routes: &[Route]) -> Error {
    Error::new(
        ErrorKind::Arguments,
        format!(
            "This request names no organization and no site, so that it is open which account is meant: {}. Name an \
             organization or a site, or use another tool.",
            names(routes.iter())
        ),
    )
}

fn names<'r>(routes: impl Iterator<Item = &'r Route>) -> String {
    let names: Vec<_> =
        routes.map(|Route { account, .. }| format!("`{}` ({})", account.name, account.cloud)).collect();
    listed(names.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_of_a_request_is_the_first_object_in_its_path() {
        for (path, wanted) in [
            ("/api/v1/orgs/a/sites/b", Scope::Org("a")),
            ("/api/v1/sites/b/stats/devices", Scope::Site("b")),
            ("/api/v1/msps/m/orgs/a", Scope::Msp("m")),
            ("/api/v1/installer/orgs/a/sites", Scope::Org("a")),
            ("/api/v1/self/usage", Scope::Token),
            ("/api/v1/const/countries", Scope::Constants),
            ("/api/v1/orgs", Scope::Nothing),
            ("/api/v1/utils/ping", Scope::Nothing),
        ] {
            assert_eq!(Scope::of(&Request::get(path)), wanted, "{path}");
        }
    }
}
