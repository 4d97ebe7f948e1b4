//! What people call things, turned into Mist's ids. Each look-up is one call, remembered for some minutes.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::time::Instant;

use super::names::{Listing, Named, listed, named, pick};
use super::{Answer, Mist, Request};
use crate::argument::{Id, Lookup, Mac};
use crate::error::ErrorKind;
use crate::{Error, Result};

const SELF: &str = "/api/v1/self";
/// The most that Mist lists in one answer.
const ROWS: u32 = 1_000;

impl Mist {
    /// Makes the argument `name` an id, if it is not one yet.
    pub(super) async fn look_up_one(
        &self,
        lookup: Lookup,
        name: &str,
        arguments: &mut Map<String, Value>,
    ) -> Result<()> {
        let written = match arguments.get(name) {
            Some(Value::String(text)) => text.trim().to_owned(),
            _ => String::new(),
        };
        if let Some(id) = Id::parse(&written) {
            arguments.insert(name.to_owned(), id.as_str().into());
            return Ok(());
        }
        let found = match lookup {
            Lookup::Org => self.org(&written).await?,
            _ if written.is_empty() => return Ok(()),
            Lookup::Site => {
                let org = self.org_of(arguments).await?;
                self.choose(&format!("/api/v1/orgs/{org}/sites"), |sites| {
                    pick(sites, &written, name, "site", "`searchOrgSites` lists them")
                })
                .await?
            }
            Lookup::Device => self.device(&written, name, arguments).await?,
        };
        arguments.insert(name.to_owned(), found.into());
        Ok(())
    }

    async fn device(&self, written: &str, name: &str, arguments: &Map<String, Value>) -> Result<String> {
        let path = match arguments.get("site_id").and_then(Value::as_str) {
            Some(site) => format!("/api/v1/sites/{site}/devices"),
            None => format!("/api/v1/orgs/{}/inventory", self.org_of(arguments).await?),
        };
        let mac = Mac::parse(written);
        self.choose(&path, |devices| {
            let by_mac = mac
                .as_ref()
                .and_then(|mac| devices.iter().find(|device| device.mac.as_deref() == Some(mac.as_str())));
            match by_mac {
                Some(device) => Ok(device.id.clone()),
                None => pick(devices, written, name, "device", "`searchOrgInventory` lists them"),
            }
        })
        .await
    }

    /// The organization that the call itself names, or the default one.
    async fn org_of(&self, arguments: &Map<String, Value>) -> Result<String> {
        self.org(arguments.get("org_id").and_then(Value::as_str).unwrap_or_default()).await
    }

    /// An organization by id or name; for nothing, the operator's or the only one.
    async fn org(&self, written: &str) -> Result<String> {
        if let Some(id) = Id::parse(written) {
            return Ok(id.as_str().to_owned());
        }
        if !written.is_empty() {
            let choose =
                |orgs: &[Named]| pick(orgs, written, "org_id", "organization", "`getSelf` lists them");
            return self.choose(SELF, choose).await;
        }
        if let Some(org_id) = &self.connection.org_id {
            return Ok(org_id.clone());
        }
        match self.names(SELF, None).await?.rows.as_slice() {
            [only] => Ok(only.id.clone()),
            [] => Err(Error::new(
                ErrorKind::Arguments,
                "`org_id` is missing, and the API token sees no organization by itself. Ask the user for the id.",
            )),
            several => Err(Error::new(
                ErrorKind::Arguments,
                format!(
                    "`org_id` is missing, and the API token sees {} organizations. Name one of: {}.",
                    several.len(),
                    listed(several.iter())
                ),
            )),
        }
    }

    /// What the sites are called, of the default organization or the only one.
    pub(crate) async fn site_names(&self) -> Result<Vec<String>> {
        let org = self.org("").await?;
        let sites = self.names(&format!("/api/v1/orgs/{org}/sites"), None).await?;
        Ok(sites.rows.iter().map(|site| site.name.clone()).collect())
    }

    /// Chooses from a list of names. What is not in a remembered one is looked for in a new one.
    async fn choose(&self, path: &str, choose: impl Fn(&[Named]) -> Result<String>) -> Result<String> {
        let begun = Instant::now();
        let listing = self.names(path, None).await?;
        match choose(&listing.rows) {
            Err(_) if listing.asked < begun => choose(&self.names(path, Some(begun)).await?.rows),
            chosen => chosen,
        }
    }

    /// The names at `path`: remembered ones, unless they have to be asked for at `since` or later.
    async fn names(&self, path: &str, since: Option<Instant>) -> Result<Arc<Listing>> {
        let line = &self.connection.line;
        let new_enough = |listing: &Arc<Listing>| since.is_none_or(|since| listing.asked >= since);
        if line.is_accepted()
            && let Some(listing) = line.pool.memory.names(&line.ids, path).filter(new_enough)
        {
            self.call.trace().remembered(path);
            return Ok(listing);
        }
        let asked = Instant::now();
        let listing = Arc::new(Listing { rows: self.list(path).await?, asked });
        line.pool.memory.keep_names(&line.ids, path, Arc::clone(&listing));
        Ok(listing)
    }

    /// Asks for a list of names, however many pages it has.
    async fn list(&self, path: &str) -> Result<Vec<Named>> {
        let mut rows = Vec::new();
        for page in 1_u32.. {
            let mut request = Request::get(path);
            if path != SELF {
                request = request.query("limit", ROWS).query("page", page);
            }
            if path.ends_with("/devices") {
                request = request.query("type", "all".to_owned());
            }
            let answer = self.ask(&request).await?;
            rows.extend(named(&answer.json()?));
            let seen = u64::from(ROWS) * u64::from(page);
            if answer.page().is_none_or(|page| page.total.is_none_or(|total| total <= seen)) {
                break;
            }
        }
        Ok(rows)
    }

    /// What the user asks about the token is what look-ups go by from now on.
    pub(super) fn remember_self(&self, answer: &Answer, asked: Instant) {
        let line = &self.connection.line;
        if let Ok(value) = answer.json() {
            let listing = Arc::new(Listing { rows: named(&value), asked });
            line.pool.memory.keep_names(&line.ids, SELF, listing);
        }
    }
}
