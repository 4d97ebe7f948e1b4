//! Alarms of group `marvis`, which are answered in place of Marvis actions ([`Alarms`]).

use mistmcp::serde_json::Value;
use mistmcp::{KeptRows, Mist, OrgId, Reply, Request, Result};

use super::filter::ActionFilter;
use super::{Asked, ROWS, page_of, rows_of};

/// Alarms of the last days. None if Mist answered them in another form.
pub(super) struct Alarms {
    rows: Option<Vec<Value>>,
    /// Number of all of these alarms, if Mist sends it.
    total: Option<u64>,
}

impl Alarms {
    /// Reads the newest alarms.
    pub(super) async fn read(mist: &Mist, org_id: &OrgId, filter: &ActionFilter) -> Result<Self> {
        let alarms =
            Request::get("/api/v1/orgs").segment(org_id.as_str()).segment("alarms").segment("search");
        let alarms = alarms.query("group", "marvis").query("duration", "7d").query("limit", ROWS);
        let answer = mist.send(alarms.query("site_id", filter.site_id.clone())).await?.json()?;
        Ok(Self { rows: rows_of(&answer), total: answer["total"].as_u64() })
    }

    /// The alarms that fit the filter, with notes: why they are answered, and what of the filter they do not have.
    pub(super) fn reply(self, why: &str, filter: &ActionFilter, asked: &Asked) -> Result<Reply> {
        let mut notes = vec![format!(
            "Mist gave no Marvis actions ({why}). These are alarms of group `marvis` of the last seven days in their \
             place; most actions have no alarm."
        )];
        if filter.has_category() {
            let ignored = "They have no category, so that one was not looked for: see `type`.";
            notes.push(ignored.to_owned());
        }
        notes.extend(filter.status_of_alarms());
        notes.extend(self.rest());
        let rows = self.rows.unwrap_or_default().into_iter().filter(|row| filter.alarm(row));
        page_of(&KeptRows::new(&rows.collect::<Vec<_>>(), notes), asked)
    }

    /// What is missing among the alarms.
    fn rest(&self) -> Option<String> {
        let Some(rows) = &self.rows else {
            return Some("Mist answered these in another form too.".to_owned());
        };
        let came = rows.len();
        let beyond = self.total.filter(|total| *total > came as u64);
        if came == 0 {
            return Some("There are none of these either.".to_owned());
        }
        if beyond.is_none() && (came < ROWS || self.total.is_some()) {
            return None;
        }
        let of = beyond.map(|total| format!(" of {total}")).unwrap_or_default();
        Some(format!(
            "Only the {came} newest{of} alarms were looked at: narrow them by `site_id`, or search for alarms with \
             `group` set to `marvis`, which has all pages."
        ))
    }
}
