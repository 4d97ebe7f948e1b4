//! Lists of named objects of Mist: sites, devices, organizations and MSPs ([`NameList`]).

use std::collections::HashMap;

use serde_json::Value;
use tokio::time::Instant;

use super::name_match::Name;
use crate::Error;
use crate::argument::Mac;

/// What an MSP is called in errors.
pub(super) const MSP: &str = "MSP";

/// Maximum names in an error.
pub(super) const SHOWN: usize = 10;

/// A list of names, and when it was requested.
#[derive(Debug)]
pub(super) struct NameList {
    pub(super) rows: Vec<NamedObject>,
    pub(super) requested_at: Instant,
    /// Whether all rows of Mist were read.
    pub(super) complete: bool,
    /// The error for accounts and organizations that could not be asked.
    pub(super) unasked: Option<Error>,
    /// Whether it has organizations of MSPs, which the privileges of the token do not name.
    pub(super) has_msp_orgs: bool,
}

/// An object with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NamedObject {
    pub(super) id: String,
    pub(super) name: Name,
    pub(super) mac: Option<String>,
    /// MAC address of the virtual chassis or cluster that it belongs to.
    pub(super) chassis: Option<String>,
    /// MAC addresses of its members, if it is a virtual chassis or a cluster.
    pub(super) members: Vec<String>,
    /// Distinguishes it from others with the same name.
    pub(super) detail: String,
    /// The accounts that see it, where there are several.
    pub(super) account: String,
    /// Its organization, where it is one of the sites of several.
    pub(super) org_id: String,
    /// Its site, if it is a device of the inventory that is at one.
    pub(super) site_id: String,
    /// Whether it is an MSP: the privileges of a token name MSPs and organizations.
    is_msp: bool,
}

impl NameList {
    /// A complete list without rows.
    pub(super) fn empty() -> Self {
        Self {
            rows: Vec::new(),
            requested_at: Instant::now(),
            complete: true,
            unasked: None,
            has_msp_orgs: false,
        }
    }

    /// The organizations among privileges, without MSPs.
    pub(super) fn orgs(&self) -> Vec<NamedObject> {
        self.rows.iter().filter(|row| !row.is_msp()).cloned().collect()
    }

    /// The MSPs among privileges.
    pub(super) fn msps(&self) -> Vec<&NamedObject> {
        self.rows.iter().filter(|row| row.is_msp()).collect()
    }

    /// Adds the rows of `other` that are not in it yet. Of the others, it takes the accounts, and the names that it lacks.
    pub(super) fn add(&mut self, other: &Self) {
        self.requested_at = self.requested_at.min(other.requested_at);
        self.complete &= other.complete;
        let ids = self.rows.iter().map(|row| row.id.clone());
        let mut places: HashMap<String, usize> = ids.zip(0..).collect();
        for row in &other.rows {
            let Some(place) = places.get(&row.id).copied() else {
                places.insert(row.id.clone(), self.rows.len());
                self.rows.push(row.clone());
                continue;
            };
            let known = &mut self.rows[place];
            if known.name.is_empty() {
                known.name.clone_from(&row.name);
            }
            if !known.account.contains(&row.account) {
                known.account = format!("{}, {}", known.account, row.account);
            }
        }
    }

    /// Adds organizations of MSPs, as [`add`](Self::add) does.
    pub(super) fn add_msp_orgs(&mut self, other: Self) {
        self.add(&other);
        self.has_msp_orgs |= !other.rows.is_empty();
        if self.unasked.is_none() {
            self.unasked = other.unasked;
        }
    }

    /// Bytes that caching it takes.
    pub(super) fn weight(&self) -> usize {
        let text = |row: &NamedObject| {
            let members: usize = row.members.iter().map(|member| size_of::<String>() + member.len()).sum();
            let macs = [&row.mac, &row.chassis].into_iter().flatten().map(String::len).sum::<usize>();
            let texts = [&row.id, &row.detail, &row.account, &row.org_id, &row.site_id];
            texts.iter().map(|text| text.len()).sum::<usize>() + row.name.weight() + macs + members
        };
        self.rows.iter().map(|row| size_of::<NamedObject>() + text(row)).sum()
    }
}

impl NamedObject {
    /// An organization of which only the id is known.
    pub(super) fn unnamed(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    /// The same with its organization, to tell it from those of others.
    pub(super) fn in_org(&self, org: &Self) -> Self {
        let name: &str = if org.name.is_empty() { &org.id } else { &org.name };
        Self {
            detail: format!("of {name}"),
            account: org.account.clone(),
            org_id: org.id.clone(),
            ..self.clone()
        }
    }

    /// Whether it is of a kind of object, as [`NameQuery::kind`](super::name_query::NameQuery::kind) has it.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.is_msp == (kind == MSP)
    }

    pub(super) fn is_msp(&self) -> bool {
        self.is_msp
    }

    /// Whether it is a member of a virtual chassis or cluster, and not to be found by its name.
    pub(super) fn is_member(&self) -> bool {
        self.chassis.is_some() && self.chassis != self.mac
    }
}

/// The named objects of an answer: rows of a list, or the organizations and MSPs of the token's privileges.
pub(super) fn parse(answer: &Value) -> Vec<NamedObject> {
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut found: Vec<NamedObject> = Vec::new();
    if let Some(privileges) = answer.get("privileges").and_then(Value::as_array) {
        for privilege in privileges {
            let scope = text(privilege, "scope").unwrap_or_default();
            // A group is of organizations of an MSP, which the privileges do not name either.
            let is_msp = matches!(scope.as_str(), "msp" | "orggroup");
            let (id, name) = if is_msp { ("msp_id", "msp_name") } else { ("org_id", "org_name") };
            let Some(id) = text(privilege, id) else { continue };
            // That of a privilege for a part is the name of the part.
            let is_whole = ["msp", "org", ""].contains(&scope.as_str());
            let own = || text(privilege, "name").filter(|_| is_whole);
            let name: Name = text(privilege, name).or_else(own).unwrap_or_default().as_str().into();
            match found.iter_mut().find(|known| known.id == id) {
                Some(known) if known.name.is_empty() => known.name = name,
                Some(_) => {}
                None => found.push(NamedObject { id, name, is_msp, ..NamedObject::default() }),
            }
        }
    }
    for row in answer.as_array().into_iter().flatten() {
        let Some(id) = text(row, "id") else { continue };
        let name = text(row, "name").unwrap_or_default().as_str().into();
        let mac =
            |row: &Value, key: &str| Mac::parse(row.get(key)?.as_str()?).map(|mac| mac.as_str().to_owned());
        let (own, chassis) = (mac(row, "mac"), mac(row, "vc_mac"));
        let parts = ["/virtual_chassis/members", "/module_stat", "/module2_stat"];
        let parts = parts.iter().filter_map(|path| row.pointer(path)?.as_array()).flatten();
        let parts = parts.filter_map(|part| mac(part, "mac"));
        let named = ["chassis_mac", "node0_mac", "node1_mac"].iter().filter_map(|key| mac(row, key));
        let members = named.chain(parts).filter(|member| own.as_ref() != Some(member)).collect();
        let detail = ["type", "model", "mac", "address", "country_code"];
        let detail: Vec<_> = detail.iter().filter_map(|key| text(row, key)).collect();
        let detail = detail.join(" ");
        let site_id = text(row, "site_id").unwrap_or_default();
        found.push(NamedObject {
            id,
            name,
            mac: own,
            chassis,
            members,
            detail,
            site_id,
            ..NamedObject::default()
        });
    }
    found
}

/// Ids, names and details of objects, as many as an error has room for.
pub(super) fn listed<'a>(named: impl ExactSizeIterator<Item = &'a NamedObject>) -> String {
    let more = named.len().saturating_sub(SHOWN);
    let mut entries: Vec<_> = named
        .take(SHOWN)
        .map(|object| {
            let words = format!("{} {}", object.name, object.detail);
            let words = [words.trim(), object.account.as_str()];
            let words: Vec<_> = words.into_iter().filter(|words| !words.is_empty()).collect();
            if words.is_empty() { object.id.clone() } else { format!("{} ({})", object.id, words.join(", ")) }
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

    #[test]
    fn an_object_without_a_name_is_listed_by_its_id() {
        let objects =
            parse(&json!([{ "id": "a", "name": "" }, { "id": "b" }, { "id": "c", "name": "Calder" }]));
        assert_eq!(listed(objects.iter()), "a, b, c (Calder)");
    }

    #[test]
    fn rows_of_several_accounts_are_joined_by_their_ids() {
        let row = |id: &str, name: &str, account: &str| NamedObject {
            id: id.to_owned(),
            name: name.into(),
            account: account.to_owned(),
            ..NamedObject::default()
        };
        let list = |rows: &[NamedObject]| NameList { rows: rows.to_vec(), ..NameList::empty() };
        let mut all = list(&[row("a", "Acme", "account `one`"), row("b", "", "account `one`")]);
        let found = [
            row("b", "Birch", "account `two`"),
            row("c", "", "account `two`"),
            row("c", "Cedar", "account `two`"),
        ];
        all.add(&NameList { complete: false, ..list(&found) });
        let joined = row("b", "Birch", "account `one`, account `two`");
        assert_eq!(all.rows, [row("a", "Acme", "account `one`"), joined, row("c", "Cedar", "account `two`")]);
        assert!(!all.complete && !all.has_msp_orgs);
        let rows = all.rows.clone();
        all.add_msp_orgs(list(&found));
        assert!(all.rows == rows && all.has_msp_orgs, "{rows:?}");
    }

    #[test]
    fn organizations_and_msps_come_from_privileges_each_once() {
        let orgs = parse(&json!({ "privileges": [
            { "scope": "org", "org_id": "a", "org_name": "Acme" },
            { "scope": "site", "org_id": "a", "site_id": "s" },
            { "scope": "msp", "msp_id": "m" },
            { "scope": "site", "org_id": "b", "site_id": "t", "name": "Leeds" },
            { "scope": "orggroup", "msp_id": "n", "orggroup_ids": ["g"], "name": "Schools" },
            { "scope": "orggroup", "msp_id": "m", "orggroup_ids": ["h"], "msp_name": "Partners" },
            { "scope": "orggroup", "msp_id": "n", "orggroup_ids": ["i"], "name": "Shops" },
            { "scope": "orggroup", "orggroup_ids": ["j"], "name": "Banks" },
            { "scope": "org", "org_id": "b", "name": "Birch" },
        ] }));
        let found: Vec<_> = orgs.iter().map(|it| (it.id.as_str(), &*it.name, it.is_msp)).collect();
        assert_eq!(
            found,
            [("a", "Acme", false), ("m", "Partners", true), ("b", "Birch", false), ("n", "", true)]
        );
    }
}
