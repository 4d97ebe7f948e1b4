//! Marvis actions, which Mist's document does not have: their endpoints may change without notice, so that alarms stand in
//! for them where they do.

use std::collections::BTreeSet;

use mistmcp::serde_json::{Value, json};
use mistmcp::{Choice, Error, ErrorKind, Mist, OrgId, PageNumber, Reply, Request, Result, SiteId, mist_tool};

mistmcp::category! {
    /// Marvis actions: what Marvis found wrong in the network, and what it recommends.
    extended orgs_marvis_actions
}

/// What Marvis found wrong in the organization and recommends to do: category, symptom, suggestion, status, severity, what
/// is affected, and times in epoch milliseconds. Open actions if no status is named. Undocumented by Mist: where it answers
/// none, alarms of group `marvis` are answered, and `note` says so.
#[mist_tool(category = "orgs_marvis_actions", hints(read_only))]
pub async fn list_org_marvis_actions(
    mist: &Mist,
    org_id: OrgId,
    status: Option<MarvisActionStatus>,
    /// Category of the action, such as `ap`, `switch` or `gateway`, in any letter case; a part of it will do.
    #[brief = "Category, such as ap or switch, or part of it"]
    category: Option<String>,
    site_id: Option<SiteId>,
    #[flatten] page: PageNumber,
) -> Result<Reply> {
    let filter = ActionFilter { status: status.unwrap_or(MarvisActionStatus::Open), category, site_id };
    let path = Request::get("/api/v1/labs/orgs").segment(org_id.as_str()).segment("suggestion");
    let path = path.query("query", "get_suggestion").query("resolve_wcid", true);
    match actions(mist, &path).await? {
        Ok((rows, complete)) => {
            filter.check_category(&rows)?;
            let rows = rows.into_iter().filter(|row| filter.action(row)).collect();
            let note =
                (!complete).then(|| format!("Only the first {} actions were looked at.", PAGES * ROWS));
            page_of(rows, &page, note)
        }
        Err(why) => {
            let alarms =
                Request::get("/api/v1/orgs").segment(org_id.as_str()).segment("alarms").segment("search");
            let alarms = alarms.query("group", "marvis").query("duration", "7d").query("limit", ROWS);
            let answer = mist.send(alarms.query("site_id", filter.site_id.clone())).await?.json()?;
            let rows = rows_of(&answer).unwrap_or_default();
            let partial = if rows.len() < ROWS { "" } else { " Older ones were not looked at." };
            let ignored = match &filter.category {
                Some(_) => " They have no category, so that one was not looked for: see `type`.",
                None => "",
            };
            let note = format!(
                "Mist gave no Marvis actions ({why}). These are alarms of group `marvis` of the last seven days in their \
                 place; most actions have no alarm.{ignored}{partial}"
            );
            let rows = rows.into_iter().filter(|row| filter.alarm(row)).collect();
            page_of(rows, &page, Some(note))
        }
    }
}

/// The kinds of Marvis actions, with what Marvis recommends for each. Undocumented by Mist: where it answers none, the
/// definitions of alarms of group `marvis` are answered, and `note` says so.
#[mist_tool(category = "orgs_marvis_actions", hints(read_only))]
pub async fn list_marvis_action_kinds(mist: &Mist) -> Result<Reply> {
    let asked = mist.send(Request::get("/api/v1/labs/suggestions_schema")).await;
    let why = match asked.map(|answer| answer.json()) {
        Ok(Ok(answer)) if has_kinds(&answer) => return Reply::json(answer),
        Ok(_) => OTHER_FORM,
        Err(error) if error.kind() == ErrorKind::Missing => NOT_THERE,
        Err(error) => return Err(error),
    };
    let alarms = mist.get("/api/v1/const/alarm_defs").await?;
    let rows = rows_of(&alarms).unwrap_or_default().into_iter().filter(|row| row["group"] == "marvis");
    let note = format!(
        "Mist gave no kinds of Marvis actions ({why}). These are alarms of group `marvis` in their place."
    );
    Reply::json(json!({ "note": note, "results": rows.collect::<Vec<_>>() }))
}

/// State of the actions.
#[derive(Clone, Copy, Choice, Debug, PartialEq, Eq)]
pub enum MarvisActionStatus {
    /// Open, in progress or come again
    Open,
    /// Somebody works on it
    #[mist("inprogress")]
    InProgress,
    /// Come again after it was resolved
    #[mist("reoccured")]
    Reoccurred,
    /// Resolved
    Resolved,
    /// Resolved, and Marvis has seen that it is
    Validated,
    /// Mended by Marvis itself
    MarvisSelfDriven,
    /// No longer to be done
    #[mist("expired action")]
    Expired,
    /// In any state
    All,
}

/// Rows that are asked for at once.
const ROWS: usize = 1_000;
/// Pages of actions that are read at most.
const PAGES: usize = 10;

/// Why alarms are answered in place of actions.
const NOT_THERE: &str = "404: its endpoint is undocumented, and not there";
const OTHER_FORM: &str = "its endpoint is undocumented, and answered in another form";

/// All actions and whether these are all, or why Mist gives none.
async fn actions(
    mist: &Mist,
    path: &Request,
) -> Result<std::result::Result<(Vec<Value>, bool), &'static str>> {
    let mut rows = Vec::new();
    for page in 1..=PAGES {
        let asked = mist.send(path.clone().query("limit", ROWS).query("page", page)).await;
        let answer = match asked.map(|answer| answer.json()) {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => return Ok(Err(OTHER_FORM)),
            Err(error) if error.kind() == ErrorKind::Missing => return Ok(Err(NOT_THERE)),
            Err(error) => return Err(error),
        };
        let Some(found) = answer.get("results").and_then(|_| rows_of(&answer)) else {
            return Ok(Err(OTHER_FORM));
        };
        if found.iter().any(|row| row["uuid"].is_null() && row["row_key"].is_null()) {
            return Ok(Err(OTHER_FORM));
        }
        let came = found.len();
        rows.extend(found);
        let more = match answer["total"].as_u64().and_then(|total| usize::try_from(total).ok()) {
            Some(total) => rows.len() < total,
            None => came >= ROWS,
        };
        if came == 0 || !more {
            return Ok(Ok((rows, true)));
        }
    }
    Ok(Ok((rows, false)))
}

/// The rows of an answer: a list of objects, by itself or as `results`.
fn rows_of(answer: &Value) -> Option<Vec<Value>> {
    let rows = answer.get("results").unwrap_or(answer).as_array()?;
    rows.iter().all(Value::is_object).then(|| rows.clone())
}

/// Whether an answer has anything in it that kinds can be.
fn has_kinds(answer: &Value) -> bool {
    match answer {
        Value::Array(rows) => !rows.is_empty(),
        Value::Object(fields) => fields.values().any(|value| value.is_object() || value.is_array()),
        _ => false,
    }
}

/// What is looked for.
struct ActionFilter {
    status: MarvisActionStatus,
    category: Option<String>,
    site_id: Option<SiteId>,
}

impl ActionFilter {
    /// Refuses a category that none of the actions has, whatever their state and site.
    fn check_category(&self, rows: &[Value]) -> Result<()> {
        let Some(category) = &self.category else { return Ok(()) };
        let filter = category.trim().to_lowercase();
        let categories: BTreeSet<_> = rows.iter().filter_map(|row| row["category"].as_str()).collect();
        if categories.is_empty()
            || categories.iter().any(|category| category.to_lowercase().contains(&filter))
        {
            return Ok(());
        }
        let names: Vec<_> = categories.into_iter().take(20).map(|name| format!("`{name}`")).collect();
        Err(Error::advice(format!(
            "`category`: no Marvis action has this one; there are {}.",
            names.join(", ")
        )))
    }

    fn action(&self, row: &Value) -> bool {
        use MarvisActionStatus as Status;
        let status = row["status"].as_str().unwrap_or_default();
        let of_status = match self.status {
            Status::All => true,
            Status::Open => ["open", "inprogress", "reoccured"].contains(&status),
            one => Status::VALUES.iter().any(|(spelling, value)| *value == one && *spelling == status),
        };
        let category = row["category"].as_str().unwrap_or_default().to_lowercase();
        of_status
            && self.category.as_ref().is_none_or(|filter| category.contains(&filter.trim().to_lowercase()))
            && self.site_id.as_ref().is_none_or(|site| names(row, site.as_str()))
    }

    fn alarm(&self, row: &Value) -> bool {
        use MarvisActionStatus as Status;
        let resolved = row["status"] == "resolved";
        match self.status {
            Status::All => true,
            Status::Open | Status::InProgress | Status::Reoccurred => !resolved,
            Status::Resolved | Status::Validated | Status::MarvisSelfDriven | Status::Expired => resolved,
        }
    }
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

/// One page of the rows.
fn page_of(rows: Vec<Value>, page: &PageNumber, note: Option<String>) -> Result<Reply> {
    let limit = page.limit.map_or(100, |limit| limit as usize).clamp(1, ROWS);
    let number = page.page.map_or(1, |page| page.get() as usize);
    let total = rows.len();
    let rows: Vec<_> = rows.into_iter().skip((number - 1).saturating_mul(limit)).take(limit).collect();
    let mut answer = json!({ "results": rows, "total": total, "limit": limit, "page": number });
    if let Some(note) = note {
        answer["note"] = note.into();
    }
    Reply::json(answer)
}
