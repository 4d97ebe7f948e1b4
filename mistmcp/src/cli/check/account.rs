//! Account of a token, for `mistmcp check`.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Account and privileges of a token: the answer of `/api/v1/self`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Account {
    email: Option<String>,
    /// Of an organization's token.
    name: Option<String>,
    privileges: Vec<Privilege>,
}

#[derive(Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(default)]
struct Privilege {
    scope: String,
    role: String,
    name: Option<String>,
    org_id: Option<String>,
    org_name: Option<String>,
    site_id: Option<String>,
    msp_id: Option<String>,
}

impl Account {
    /// Whose it is.
    pub(super) fn owner(&self) -> String {
        match (&self.email, &self.name) {
            (Some(email), _) if !email.is_empty() => format!("a personal token of {email}"),
            (_, Some(name)) if !name.is_empty() => format!("a token of an organization, named {name:?}"),
            _ => "a token without the name of its owner".to_owned(),
        }
    }

    /// What it may see, with the role for each.
    pub(super) fn privileges(&self) -> String {
        const SHOWN: usize = 5;
        let mut shown: Vec<_> = self.privileges.iter().take(SHOWN).map(Privilege::words).collect();
        if self.privileges.len() > SHOWN {
            shown.push(format!("{} more", self.privileges.len() - SHOWN));
        }
        if shown.is_empty() { "sees nothing".to_owned() } else { format!("sees {}", shown.join(", ")) }
    }

    /// Roles that may do more than read.
    pub(super) fn roles_beyond_reading(&self) -> BTreeSet<&str> {
        self.privileges
            .iter()
            .map(|privilege| privilege.role.as_str())
            .filter(|role| *role != "read")
            .collect()
    }

    /// The organizations that it names.
    pub(super) fn orgs(&self) -> BTreeSet<&str> {
        self.privileges.iter().filter_map(|privilege| privilege.org_id.as_deref()).collect()
    }

    /// Whether it may see organizations that it does not name: those of a provider, or of a group.
    pub(super) fn can_see_unnamed_orgs(&self) -> bool {
        self.privileges.iter().any(|privilege| matches!(privilege.scope.as_str(), "msp" | "orggroup"))
    }

    /// Whether both may see the same.
    pub(super) fn can_see_same(&self, other: &Self) -> bool {
        let sorted =
            |account: &'_ Self| account.privileges.iter().map(Privilege::words).collect::<BTreeSet<_>>();
        sorted(self) == sorted(other)
    }
}

impl Privilege {
    fn words(&self) -> String {
        let id = match self.scope.as_str() {
            "site" => &self.site_id,
            "msp" => &self.msp_id,
            _ => &self.org_id,
        };
        let of_org = match (&self.org_name, self.scope.as_str()) {
            (Some(org), scope) if scope != "org" => format!(" of {org:?}"),
            _ => String::new(),
        };
        let name =
            self.name.as_ref().or(self.org_name.as_ref()).map_or(String::new(), |name| format!(" {name:?}"));
        let id = id.as_ref().map_or(String::new(), |id| format!(" {id}"));
        format!("{}{name}{id}{of_org} (role {})", self.scope, self.role)
    }
}

/// Usage of a token in this hour: the answer of `/api/v1/self/usage`.
#[derive(Debug, Deserialize)]
pub(super) struct Usage {
    requests: u64,
    request_limit: u64,
}

impl Usage {
    /// Calls that are left, of how many.
    pub(super) fn left(&self) -> (u64, u64) {
        (self.request_limit.saturating_sub(self.requests), self.request_limit)
    }
}
