//! Resolution of organizations and MSPs: by name, by the site of a call, the default one, or the only one.

use serde_json::{Map, Value};

use super::super::Mist;
use super::super::api::paths::{msp_orgs, sites};
use super::super::name_list::{MSP, NameList, NamedObject, listed};
use super::super::name_query::{NameQuery, ResolvedObject};
use super::super::routing::is_of_object;
use super::{ORGANIZATION, ORGANIZATIONS, ORGANIZATIONS_AND_OF_MSP, ORGANIZATIONS_OF_MSP};
use crate::argument::Id;
use crate::error::ErrorKind;
use crate::text::shortened;
use crate::{Error, Result};

/// The most sites of a call that are asked for one by one.
const MOST_SITES: usize = 8;

impl Mist {
    /// An organization by its name among those of an MSP.
    pub(super) async fn org_of_msp(&self, query: &NameQuery<'_>, msp_id: &str) -> Result<ResolvedObject> {
        let path = msp_orgs(msp_id);
        self.pick(query, |since| self.names(&path, since), |orgs| query.pick(orgs)).await
    }

    /// The organization of a call that names sites and none: that of the sites, whose ids are separated by commas. None
    /// if Mist does not say it.
    ///
    /// # Errors
    /// As those of a request for a site, and sites of several organizations, since a request is about one.
    pub(in crate::mist) async fn org_by_sites(&self, parameter: &str, ids: &str) -> Result<Option<String>> {
        // A call that names a site is not about the default organization.
        let default = self.default_org().await.ok().flatten();
        // With one organization there is nothing to ask.
        if default.is_none() && self.routes().is_none() {
            let seen = self.orgs(None, |_| false).await?;
            if let [only] = seen.rows.as_slice()
                && !only.is_msp()
            {
                return Ok(Some(only.id.clone()));
            }
        }
        let (first, others) = ids.split_once(',').unwrap_or((ids, ""));
        let org = self.org_by_site(first, default.as_ref()).await?;
        let others: Vec<_> = others.split(',').filter(|id| !id.is_empty()).collect();
        if let Some(own) = org.as_ref().or(default.as_ref()) {
            self.check_same_org(parameter, (first, own), &others, default.as_ref()).await?;
        }
        Ok(org)
    }

    async fn org_by_site(&self, id: &str, default: Option<&String>) -> Result<Option<String>> {
        match self.org_of_site(id).await {
            // With one account there is no other customer whose rows could take the place of the default organization's.
            Err(error) if default.is_some() && (self.routes().is_none() || is_of_object(&error)) => Ok(None),
            org => org,
        }
    }

    /// Checks that sites are of the same organization as the first one, as far as Mist says it with a bounded number of
    /// requests.
    async fn check_same_org(
        &self,
        parameter: &str,
        (first, own): (&str, &String),
        others: &[&str],
        default: Option<&String>,
    ) -> Result<()> {
        if others.is_empty() {
            return Ok(());
        }
        // One request tells the most of them.
        let mut listed = self.names_of_one_page(&sites(own)).await.ok();
        let is_in = |list: &NameList, id: &str| list.rows.iter().any(|site| site.id == id);
        if let Some(page) = &listed
            && !page.complete
            && others.iter().filter(|id| !is_in(page, id)).count() > MOST_SITES
        {
            listed = self.names(&sites(own), None).await.ok().or(listed);
        }
        let is_listed = |id: &str| listed.iter().any(|list| is_in(list, id));
        let mut asked = 0;
        let mut ids_by_org = vec![(own.clone(), vec![first])];
        for id in others {
            let mut org = None;
            if !is_listed(id) && asked < MOST_SITES {
                asked += 1;
                org = match self.org_by_site(id, default).await {
                    // Mist says nothing of one site: the call may be answered about the others.
                    Err(error) if is_of_object(&error) => None,
                    org => org?,
                };
            }
            let org = org.unwrap_or_else(|| own.clone());
            match ids_by_org.iter_mut().find(|(known, _)| *known == org) {
                Some((_, ids)) => ids.push(id),
                None => ids_by_org.push((org, vec![id])),
            }
        }
        if ids_by_org.len() == 1 {
            return Ok(());
        }
        let shown =
            ids_by_org.iter().map(|(org, ids)| format!("{} of {org}", shortened(&ids.join(","), 400)));
        let shown = shown.collect::<Vec<_>>().join("; ");
        let words = format!(
            "`{parameter}`: the sites are of several organizations. Call once for the sites of each: {shown}."
        );
        Err(Error::new(ErrorKind::Arguments, words))
    }

    /// The organization of the call's arguments, or the default or only one.
    pub(super) async fn org_of(&self, of: &NameQuery<'_>, arguments: &Map<String, Value>) -> Result<String> {
        let written = arguments.get("org_id").and_then(Value::as_str).unwrap_or_default();
        let parameter = if of.takes_org { "org_id" } else { of.parameter };
        let query = NameQuery { written, parameter, ..self.org_query(of.takes_org) };
        self.of_token(&query).await.map(|picked| picked.id)
    }

    pub(super) fn org_query(&self, takes_org: bool) -> NameQuery<'static> {
        let disclosed = self.discloses(ORGANIZATIONS);
        NameQuery {
            written: "",
            parameter: "org_id",
            kind: ORGANIZATION,
            listers: ORGANIZATIONS,
            partial: false,
            is_trial: false,
            disclosed,
            takes_org,
            place: "",
        }
    }

    /// An organization or MSP by id or name; without either, the operator's default organization or the only one.
    pub(super) async fn of_token(&self, query: &NameQuery<'_>) -> Result<ResolvedObject> {
        let id = |id: &str| Ok(ResolvedObject { id: id.to_owned(), note: None });
        if let Some(written) = Id::parse(query.written) {
            return id(written.as_str());
        }
        if !query.written.is_empty() {
            let fetch = async |since| {
                let seen = self.orgs(since, |seen| query.is_exact(seen)).await?;
                if query.kind == MSP || query.is_exact(&seen) {
                    return Ok(seen);
                }
                Ok(self.with_orgs_of_msps(&seen, since).await)
            };
            return self.pick(query, fetch, |seen| self.among(query, seen).pick(seen)).await;
        }
        if query.kind == ORGANIZATION
            && let Some(default) = self.take_default_org().await?
        {
            return id(&default);
        }
        let mut seen = self.orgs(None, |_| false).await?;
        let count = seen.rows.iter().filter(|row| row.is_of(query.kind)).count();
        if query.kind == ORGANIZATION && count != 1 {
            seen = self.with_orgs_of_msps(&seen, None).await;
        }
        let query = &self.among(query, &seen);
        let of_kind: Vec<_> = seen.rows.iter().filter(|row| row.is_of(query.kind)).collect();
        match (of_kind.as_slice(), &seen.unasked) {
            ([only], None) => id(&only.id),
            ([], Some(unasked)) => Err(unasked.clone()),
            (several, None) => Err(self.unnamed_org(query, several)),
            // Another account may be meant.
            (several, Some(unasked)) => {
                Err(self.unnamed_org(query, several).append(" ").append_error(unasked.clone()))
            }
        }
    }

    /// The query for a list that may have organizations of MSPs, or objects of these.
    pub(super) fn among<'q>(&self, query: &NameQuery<'q>, seen: &NameList) -> NameQuery<'q> {
        if !seen.has_msp_orgs {
            return *query;
        }
        let disclosed = query.disclosed && self.discloses(ORGANIZATIONS_OF_MSP);
        let listers = if query.kind == ORGANIZATION { ORGANIZATIONS_AND_OF_MSP } else { query.listers };
        NameQuery { listers, disclosed, ..*query }
    }

    /// The error for a call that names no organization or MSP where it is open which one is meant, or there is none.
    pub(super) fn unnamed_org(&self, query: &NameQuery<'_>, seen: &[&NamedObject]) -> Error {
        let NameQuery { written, parameter, kind, takes_org, .. } = query;
        let (subject, verb, has) = match self.routes() {
            None => ("the API token".to_owned(), "sees", "has"),
            Some([only]) => (format!("your account `{}`", only.account.name), "sees", "has"),
            Some(_) => ("your accounts".to_owned(), "see", "have"),
        };
        let is_missing = if *takes_org && written.is_empty() {
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
            [] if *kind == MSP => format!(
                "{is_missing} {has} no role in any MSP (managed service provider), so that tools of MSPs have nothing to \
                 answer. If an MSP is known, give its id."
            ),
            [] => format!("{is_missing} {verb} no {kind} by itself. Ask the user for the id."),
            _ if !takes_org => format!("{is_missing} {verb} several {kind}s. Give the id."),
            _ if !query.disclosed => {
                format!("{is_missing} {verb} several {kind}s. Give the id or the exact name of one.")
            }
            _ => format!("{is_missing} {verb} {count}. Name one of: {}.", list()),
        };
        let error = Error::new(ErrorKind::Arguments, words);
        if query.listers != ORGANIZATIONS_AND_OF_MSP {
            return error;
        }
        error.hint([("listMspOrgs", " `listMspOrgs` lists them.")], "")
    }
}
