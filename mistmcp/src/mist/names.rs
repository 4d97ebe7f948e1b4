//! Lists of what people call things.

use serde_json::Value;
use tokio::time::Instant;

use crate::error::{ErrorKind, shortened};
use crate::suggestion::nearest;
use crate::{Error, Result};

const SHOWN: usize = 10;

/// A list of names, and when it was asked for.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) rows: Vec<Named>,
    pub(super) asked: Instant,
}

/// An object that people call by a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) mac: Option<String>,
    /// What tells it from another of that name.
    detail: String,
}

impl Listing {
    /// What it takes to keep it, in bytes.
    pub(super) fn weight(&self) -> usize {
        let text = |row: &Named| {
            row.id.len() + row.name.len() + row.mac.as_ref().map_or(0, String::len) + row.detail.len()
        };
        self.rows.iter().map(|row| size_of::<Named>() + text(row)).sum()
    }
}

/// The named objects in an answer: rows of a list, or the organizations among one's privileges.
pub(super) fn named(answer: &Value) -> Vec<Named> {
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
        let Some(id) = text(row, "id") else { continue };
        let name = text(row, "name").unwrap_or_default();
        let mac = text(row, "mac");
        let detail = ["type", "model", "mac", "address", "country_code"];
        let detail: Vec<_> = detail.iter().filter_map(|key| text(row, key)).collect();
        found.push(Named { id, name, mac, detail: detail.join(" ") });
    }
    found
}

/// The one object that is called `written`; else an error that lists those that it may be.
pub(super) fn pick(named: &[Named], written: &str, parameter: &str, kind: &str, how: &str) -> Result<String> {
    let exact: Vec<_> = named.iter().filter(|object| object.name == written).collect();
    let loose = || -> Vec<_> {
        let written = written.to_lowercase();
        named.iter().filter(|object| object.name.to_lowercase() == written).collect()
    };
    let fitting = if exact.is_empty() { loose() } else { exact };
    let problem = match fitting.as_slice() {
        [only] => return Ok(only.id.clone()),
        [] => {
            let near = nearest(written, named.iter().map(|object| object.name.as_str()), 5);
            let near =
                if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
            let written = shortened(written, 200);
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

pub(super) fn listed<'a>(named: impl ExactSizeIterator<Item = &'a Named>) -> String {
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

    fn sites() -> Vec<Named> {
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
