//! Filter of Marvis actions ([`ActionFilter`]), which Mist's endpoint does not have.

use std::collections::BTreeSet;

use mistmcp::serde_json::Value;
use mistmcp::{Choice as _, Error, OrgId, Result, SiteId};

use super::MarvisActionStatus as Status;
use super::read::Actions;
use crate::shared::{is_closed_marvis_action, marvis_action_state};

/// What is looked for.
pub(super) struct ActionFilter {
    pub(super) status: Status,
    category: Option<String>,
    pub(super) site_id: Option<SiteId>,
}

/// Whether a row fits a filter. It is not known where the row lacks the field.
#[derive(Clone, Copy, PartialEq)]
enum Fit {
    Yes,
    No,
    Unknown,
}

impl From<bool> for Fit {
    fn from(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

impl ActionFilter {
    pub(super) fn new(status: Status, category: Option<&str>, site_id: Option<SiteId>) -> Self {
        let category = category.map(|text| text.trim_matches(['*', ' ']).to_lowercase());
        Self { status, category: category.filter(|text| !text.is_empty()), site_id }
    }

    /// The key of the rows that fit, among those that are kept for the pages after the first one.
    pub(super) fn key(&self, org_id: &OrgId) -> String {
        let Self { status, category, site_id } = self;
        format!("listOrgMarvisActions {} {status:?} {category:?} {site_id:?}", org_id.as_str())
    }

    /// Whether every action fits.
    pub(super) fn takes_all(&self) -> bool {
        self.status == Status::All && self.category.is_none() && self.site_id.is_none()
    }

    pub(super) fn has_category(&self) -> bool {
        self.category.is_some()
    }

    /// The actions that fit, and how many are left out because they lack a field.
    ///
    /// # Errors
    /// None of the actions, whatever their state and site, has the category.
    pub(super) fn of(&self, actions: Actions) -> Result<(Vec<Value>, Vec<String>)> {
        self.check_category(&actions)?;
        let (mut kept, mut without) = (Vec::new(), [("status", 0), ("category", 0), ("site", 0)]);
        for row in actions.rows {
            let fits = [self.status(&row), self.category(&row), self.site(&row)];
            if fits.contains(&Fit::No) {
                continue;
            }
            match fits.iter().position(|fit| *fit == Fit::Unknown) {
                Some(place) => without[place].1 += 1,
                None => kept.push(row),
            }
        }
        let notes = without.into_iter().filter(|(_, count)| *count > 0).map(|(field, count)| {
            let (rows, are, they) =
                if count == 1 { ("action has", "is", "it") } else { ("actions have", "are", "they") };
            format!("{count} {rows} no {field}, and {are} left out: {they} may be meant too.")
        });
        Ok((kept, notes.collect()))
    }

    /// Refuses a category that none of the actions has.
    fn check_category(&self, actions: &Actions) -> Result<()> {
        let Some(category) = &self.category else { return Ok(()) };
        let rows = &actions.rows;
        let categories: BTreeSet<_> = rows.iter().filter_map(category_of).collect();
        let is_there = categories.iter().any(|name| name.to_lowercase().contains(category));
        if categories.is_empty() || is_there {
            return Ok(());
        }
        let looked = if actions.is_partial {
            format!("none of the {} Marvis actions that were looked at", rows.len())
        } else {
            "no Marvis action".to_owned()
        };
        let names: Vec<_> = categories.into_iter().take(20).map(|name| format!("`{name}`")).collect();
        let words = format!("`category`: {looked} has this one; there are {}.", names.join(", "));
        let sentences: Vec<_> = std::iter::once(words).chain(actions.missing.iter().cloned()).collect();
        Err(Error::advice(sentences.join(" ")))
    }

    fn status(&self, row: &Value) -> Fit {
        let status = row["status"].as_str().map(marvis_action_state).filter(|status| !status.is_empty());
        match (self.status, status) {
            (Status::All, _) | (Status::Open, None) => Fit::Yes,
            (Status::Open, Some(status)) => (!is_closed_marvis_action(&status)).into(),
            (_, None) => Fit::Unknown,
            (one, Some(status)) => {
                let mut spellings = Status::VALUES.iter().filter(|(_, value)| *value == one);
                spellings.any(|(spelling, _)| marvis_action_state(spelling) == status).into()
            }
        }
    }

    fn category(&self, row: &Value) -> Fit {
        match (&self.category, category_of(row)) {
            (None, _) => Fit::Yes,
            (Some(_), None) => Fit::Unknown,
            (Some(wanted), Some(category)) => category.to_lowercase().contains(wanted).into(),
        }
    }

    fn site(&self, row: &Value) -> Fit {
        match &self.site_id {
            None => Fit::Yes,
            Some(site) if names(row, site.as_str()) => Fit::Yes,
            Some(_) if has_site(row) => Fit::No,
            Some(_) => Fit::Unknown,
        }
    }

    /// A note where alarms do not have the status that is looked for: those that are answered in its place.
    pub(super) fn status_of_alarms(&self) -> Option<String> {
        let answered = match self.status {
            Status::All | Status::Open | Status::Resolved => return None,
            Status::InProgress | Status::Reoccurred => "open",
            Status::Validated | Status::MarvisSelfDriven | Status::Expired => "resolved",
        };
        let (wanted, _) = Status::VALUES.iter().find(|(_, value)| *value == self.status)?;
        Some(format!(
            "Alarms are only `open` or `resolved`, and have no status `{wanted}`: all that are `{answered}` are \
             answered, and which of them are `{wanted}` is not known."
        ))
    }

    /// Whether an alarm fits, which has states of its own and no category.
    pub(super) fn alarm(&self, row: &Value) -> bool {
        let is_resolved = row["status"].as_str().is_some_and(is_closed_marvis_action);
        match self.status {
            Status::All => true,
            Status::Open | Status::InProgress | Status::Reoccurred => !is_resolved,
            Status::Resolved | Status::Validated | Status::MarvisSelfDriven | Status::Expired => is_resolved,
        }
    }
}

fn category_of(row: &Value) -> Option<&str> {
    row["category"].as_str().map(str::trim).filter(|category| !category.is_empty())
}

/// Whether an id stands anywhere in a row. Which field names the site depends on the kind of action.
fn names(row: &Value, id: &str) -> bool {
    match row {
        Value::String(text) => text.eq_ignore_ascii_case(id),
        Value::Array(items) => items.iter().any(|item| names(item, id)),
        Value::Object(fields) => fields.values().any(|value| names(value, id)),
        _ => false,
    }
}

/// Whether a row names any site.
fn has_site(row: &Value) -> bool {
    let is_filled = |value: &Value| match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    match row {
        Value::Array(items) => items.iter().any(has_site),
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            ["site_id", "site", "site_ids", "sites"].contains(&name.as_str()) && is_filled(value)
                || has_site(value)
        }),
        _ => false,
    }
}
