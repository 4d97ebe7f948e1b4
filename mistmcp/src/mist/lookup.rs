//! What people call things, turned into Mist's ids. Each look-up is one call, remembered for some minutes.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use serde_json::{Map, Value};

use super::{Connection, Request};
use crate::argument::{Id, Lookup, Mac};
use crate::error::ErrorKind;
use crate::suggestion::nearest;
use crate::{Error, Result};

const REMEMBERED: Duration = Duration::from_mins(5);
const LISTS: u64 = 256;
/// The most that Mist lists in one answer.
const ROWS: u32 = 1_000;
const SHOWN: usize = 10;

/// What has been looked up lately: a list of names for each path that was asked for them.
#[derive(Debug)]
pub(super) struct Names(Cache<String, Arc<[Named]>>);

/// An object that people call by a name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    id: String,
    name: String,
    mac: Option<String>,
    /// What tells it from another of that name.
    detail: String,
}

impl Default for Names {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(LISTS).time_to_live(REMEMBERED).build())
    }
}

impl Connection {
    /// Makes the argument `name` an id, if it is not one yet.
    pub(super) async fn look_up(
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
                let sites = self.names(&format!("/api/v1/orgs/{org}/sites")).await?;
                pick(&sites, &written, name, "site", "`searchOrgSites` lists them")?
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
        let devices = self.names(&path).await?;
        let mac = Mac::parse(written);
        let by_mac =
            mac.and_then(|mac| devices.iter().find(|device| device.mac.as_deref() == Some(mac.as_str())));
        match by_mac {
            Some(device) => Ok(device.id.clone()),
            None => pick(&devices, written, name, "device", "`searchOrgInventory` lists them"),
        }
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
        if written.is_empty()
            && let Some(org_id) = &self.org_id
        {
            return Ok(org_id.clone());
        }
        let orgs = self.names("/api/v1/self").await?;
        match &*orgs {
            _ if !written.is_empty() => {
                pick(&orgs, written, "org_id", "organization", "`getSelf` lists them")
            }
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

    async fn names(&self, path: &str) -> Result<Arc<[Named]>> {
        let asked = async {
            let request = Request::get(path);
            let request = match path {
                "/api/v1/self" => request,
                path if path.ends_with("/devices") => {
                    request.query("type", "all".to_owned()).query("limit", ROWS)
                }
                _ => request.query("limit", ROWS),
            };
            let answer = self.send(&request).await?.json()?;
            Ok::<_, Error>(named(&answer))
        };
        // Those who ask for the same list at once share one request.
        self.names.0.try_get_with_by_ref(path, asked).await.map_err(|error| Error::clone(&error))
    }
}

/// The named objects in an answer: rows of a list, or the organizations among one's privileges.
fn named(answer: &Value) -> Arc<[Named]> {
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut found: Vec<Named> = Vec::new();
    if let Some(privileges) = answer.get("privileges").and_then(Value::as_array) {
        for privilege in privileges {
            let Some(id) = text(privilege, "org_id") else { continue };
            if found.iter().all(|known| known.id != id) {
                let name =
                    text(privilege, "org_name").or_else(|| text(privilege, "name")).unwrap_or_default();
                found.push(Named { id, name, mac: None, detail: String::new() });
            }
        }
    }
    for row in answer.as_array().into_iter().flatten() {
        let (Some(id), Some(name)) = (text(row, "id"), text(row, "name")) else { continue };
        let mac = text(row, "mac");
        let detail = ["type", "model", "mac", "address", "country_code"];
        let detail: Vec<_> = detail.iter().filter_map(|key| text(row, key)).collect();
        found.push(Named { id, name, mac, detail: detail.join(" ") });
    }
    found.into()
}

/// The one object that is called `written`; else an error that lists those that it may be.
fn pick(named: &[Named], written: &str, parameter: &str, kind: &str, how: &str) -> Result<String> {
    let exact: Vec<_> = named.iter().filter(|object| object.name == written).collect();
    let loose = || -> Vec<_> {
        named.iter().filter(|object| object.name.to_lowercase() == written.to_lowercase()).collect()
    };
    let fitting = if exact.is_empty() { loose() } else { exact };
    let problem = match fitting.as_slice() {
        [only] => return Ok(only.id.clone()),
        [] => {
            let near = nearest(written, named.iter().map(|object| object.name.as_str()), 5);
            let near =
                if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
            format!("`{parameter}`: no {kind} is called \"{written}\"{near}. {how}.")
        }
        several => format!(
            "`{parameter}`: \"{written}\" is the name of {} {kind}s. Give the id of one: {}.",
            several.len(),
            listed(several.iter().copied())
        ),
    };
    Err(Error::new(ErrorKind::Arguments, problem))
}

fn listed<'a>(named: impl ExactSizeIterator<Item = &'a Named>) -> String {
    let more = named.len().saturating_sub(SHOWN);
    let mut entries: Vec<_> = named
        .take(SHOWN)
        .map(|object| {
            let words = format!("{} {}", object.name, object.detail);
            format!("{} ({})", object.id, words.trim())
        })
        .collect();
    if more > 0 {
        entries.push(format!("{more} more"));
    }
    entries.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sites() -> Arc<[Named]> {
        named(&json!([
            { "id": "1", "name": "Berlin", "country_code": "DE" },
            { "id": "2", "name": "Lyon", "address": "Rue 1" },
            { "id": "3", "name": "Lyon", "address": "Rue 2" },
        ]))
    }

    #[test]
    fn a_name_is_found_in_any_letter_case() {
        assert_eq!(pick(&sites(), "berlin", "site_id", "site", ""), Ok("1".into()));
    }

    #[test]
    fn a_name_of_several_lists_them_with_what_tells_them_apart() {
        let error = pick(&sites(), "Lyon", "site_id", "site", "").unwrap_err().to_string();
        assert!(error.contains("2 (Lyon Rue 1), 3 (Lyon Rue 2)"), "{error}");
    }

    #[test]
    fn an_unknown_name_brings_near_ones() {
        let error = pick(&sites(), "Berlim", "site_id", "site", "`searchOrgSites` lists them");
        let error = error.unwrap_err().to_string();
        assert!(error.contains("there is \"Berlin\"") && error.contains("searchOrgSites"), "{error}");
    }

    #[test]
    fn organizations_come_from_privileges_each_once() {
        let orgs = named(&json!({ "privileges": [
            { "scope": "org", "org_id": "a", "org_name": "Acme" },
            { "scope": "site", "org_id": "a", "site_id": "s" },
            { "scope": "msp", "msp_id": "m" },
        ] }));
        assert_eq!(orgs.len(), 1);
        assert_eq!((orgs[0].id.as_str(), orgs[0].name.as_str()), ("a", "Acme"));
    }
}
