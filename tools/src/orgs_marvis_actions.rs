//! Marvis actions, which Mist's document does not have: their endpoints may change without notice, so that alarms stand in
//! for them where they do.

mod alarms;
mod filter;
mod read;

use mistmcp::serde_json::{Value, json};
use mistmcp::{
    Call, Choice, ErrorKind, Fields, KeptRows, Mist, OrgId, PageNumber, Reply, Request, Result, SiteId,
    mist_tool,
};

use alarms::Alarms;
use filter::ActionFilter;
use read::{Actions, NOT_OPEN, NOT_THERE, OTHER_FORM, Page, REFUSED, Unread};

mistmcp::category! {
    /// Marvis actions: what Marvis found wrong in the network, and what it recommends.
    extended orgs_marvis_actions
}

/// What Marvis found wrong in the organization and recommends to do: category, symptom, suggestion, status, severity, what
/// is affected, and times in epoch milliseconds. Undocumented by Mist: where it answers none, alarms of group `marvis` are
/// answered, and `note` says so.
#[mist_tool(category = "orgs_marvis_actions", hints(read_only))]
pub async fn list_org_marvis_actions(
    mist: &Mist,
    call: &Call,
    org_id: OrgId,
    /// State of the actions. `open` takes all that are not closed, also those in progress and those that reoccurred; `all`
    /// takes closed ones as well.
    #[brief = "open: all but closed ones, in progress too"]
    #[default = "open"]
    status: Option<MarvisActionStatus>,
    /// Category of the action, such as `ap`, `switch` or `gateway`, in any letter case; a part of it will do.
    #[brief = "Category, such as ap or switch, or part of it"]
    category: Option<String>,
    site_id: Option<SiteId>,
    #[flatten] page: PageNumber,
) -> Result<Reply> {
    let status = status.unwrap_or(MarvisActionStatus::Open);
    let filter = ActionFilter::new(status, category.as_deref(), site_id);
    let request = Request::get("/api/v1/labs/orgs").segment(org_id.as_str()).segment("suggestion");
    let request = request.query("query", "get_suggestion").query("resolve_wcid", true);
    let asked = Asked::of(&page, call);
    let key = filter.key(&org_id);
    if asked.number > 1
        && let Some(kept) = mist.kept_rows(&key)
    {
        return page_of(&kept, &asked);
    }
    let read = if filter.takes_all() {
        unfiltered(mist, &request, &asked).await
    } else {
        Actions::read(mist, &request).await.map(Answered::Whole)
    };
    match read {
        Ok(Answered::Page(actions, asked)) => {
            let total = actions.total;
            reply(actions.rows, total, &asked, &actions.missing)
        }
        Ok(Answered::Whole(actions)) => {
            let (mut notes, has_failed) = (actions.missing.clone(), actions.has_failed);
            let (rows, without) = filter.of(actions)?;
            notes.extend(without);
            let rows = KeptRows::new(&rows, notes);
            let reply = page_of(&rows, &asked);
            // What could not be read now may be there for the next page.
            if !has_failed {
                mist.keep_rows(&key, rows);
            }
            reply
        }
        Err(Unread::Failed(error)) => Err(error),
        Err(Unread::Absent(why)) => Alarms::read(mist, &org_id, &filter).await?.reply(why, &filter, &asked),
        Err(Unread::Barred(error)) => match Alarms::read(mist, &org_id, &filter).await {
            Ok(alarms) => alarms.reply(NOT_OPEN, &filter, &asked),
            // The token does not see the organization at all.
            Err(_) => Err(error),
        },
    }
}

/// The kinds of Marvis actions, with what Marvis recommends for each. Undocumented by Mist: where it answers none, the
/// definitions of alarms of group `marvis` are answered, and `note` says so.
#[mist_tool(category = "orgs_marvis_actions", hints(read_only))]
pub async fn list_marvis_action_kinds(mist: &Mist, fields: Option<Fields>) -> Result<Reply> {
    // The rows are picked from where all answers are.
    drop(fields);
    let asked = mist.send(Request::get("/api/v1/labs/suggestions_schema")).await;
    let why = match asked.map(|answer| answer.json()) {
        Ok(Ok(answer)) => match kinds_of(&answer) {
            Some(kinds) => return Reply::json(json!({ "results": kinds })),
            None => OTHER_FORM,
        },
        Ok(Err(_)) => OTHER_FORM,
        Err(error) if error.kind() == ErrorKind::Missing => NOT_THERE,
        Err(error) if error.kind() == ErrorKind::Request => REFUSED,
        Err(error) if error.kind() == ErrorKind::Permission => NOT_OPEN,
        Err(error) => return Err(error),
    };
    let alarms = mist.get("/api/v1/const/alarm_defs").await?;
    let rows = rows_of(&alarms).unwrap_or_default().into_iter().filter(|row| row["group"] == "marvis");
    let rows: Vec<_> = rows.collect();
    let rest = if rows.is_empty() { " There are none of these either." } else { "" };
    let note = format!(
        "Mist gave no kinds of Marvis actions ({why}). These are alarms of group `marvis` in their place.{rest}"
    );
    Reply::json(json!({ "note": note, "results": rows }))
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

/// The page that the caller asks for.
struct Asked {
    limit: usize,
    number: usize,
    /// Whether all rows are answered at once, as far as they were read at once.
    is_for_table: bool,
}

impl Asked {
    fn of(page: &PageNumber, call: &Call) -> Self {
        Self {
            limit: page.limit.map_or(100, |limit| limit as usize).clamp(1, ROWS),
            number: page.page.map_or(1, |page| page.get() as usize),
            is_for_table: call.is_for_table(),
        }
    }

    /// Rows before the page.
    fn before(&self) -> usize {
        (self.number - 1).saturating_mul(self.limit)
    }
}

/// What was read.
enum Answered {
    /// The page that was asked for, as Mist pages it.
    Page(Actions, Asked),
    /// All actions, as far as they were looked at.
    Whole(Actions),
}

/// The page of actions that Mist answers, where none has to be left out. If its answer does not tell how it is paged, all
/// actions are read.
async fn unfiltered(mist: &Mist, request: &Request, asked: &Asked) -> Result<Answered, Unread> {
    let page = Page::read(mist, request, asked.limit, asked.number).await?;
    let limit = asked.limit;
    let came = page.came();
    // Mist may answer smaller pages than it is asked for, and say so or not.
    let size = page.limit.filter(|size| *size <= limit).unwrap_or(limit);
    let until = |size: usize| (asked.number - 1).saturating_mul(size).saturating_add(came);
    // A total that is less than the rows until the end of the page tells nothing.
    let is_total = |total: &usize| came == 0 || *total >= until(size.min(came));
    let Some(total) = page.total.filter(is_total).filter(|_| came <= limit) else {
        if !mist.take_call() {
            return Err(Unread::Failed(Actions::default().too_many_calls(2)));
        }
        return Actions::read(mist, request).await.map(Answered::Whole);
    };
    let is_capped = came > 0 && came < size && until(size) != total;
    let asked = Asked { limit: if is_capped { came } else { size }, ..*asked };
    Ok(Answered::Page(Actions::of_page(page), asked))
}

/// The rows of an answer: a list of objects, by itself or as `results`; none where Mist answers null in its place.
fn rows_of(answer: &Value) -> Option<Vec<Value>> {
    match answer.get("results").unwrap_or(answer) {
        Value::Array(rows) => rows.iter().all(Value::is_object).then(|| rows.clone()),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

/// The kinds in an answer, each a row: those of a list, or of an object of objects or lists, whose names are `kind`. None
/// where there is none, or an error.
fn kinds_of(answer: &Value) -> Option<Vec<Value>> {
    let named = |name: Option<&str>, value: &Value| {
        let fields = value.as_object().filter(|fields| !fields.is_empty())?;
        let kind = name.map(|name| ("kind".to_owned(), Value::from(name)));
        Some(Value::Object(kind.into_iter().chain(fields.clone()).collect()))
    };
    let in_list = |name: Option<&str>, rows: &[Value]| {
        rows.iter().filter_map(|row| named(name, row)).collect::<Vec<_>>()
    };
    let kinds: Vec<_> = match answer.get("results").unwrap_or(answer) {
        Value::Array(rows) => in_list(None, rows),
        Value::Object(fields)
            if ["error", "errors", "detail"].iter().any(|name| fields.contains_key(*name)) =>
        {
            return None;
        }
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::Array(rows) => in_list(Some(name), rows),
                value => named(Some(name), value).into_iter().collect(),
            })
            .collect(),
        _ => return None,
    };
    Some(kinds).filter(|kinds| !kinds.is_empty())
}

/// One page of the rows.
fn page_of(rows: &KeptRows, asked: &Asked) -> Result<Reply> {
    let total = rows.total();
    // A later page of a table follows one that Mist has paged.
    let is_whole = asked.is_for_table && asked.number == 1;
    let limit = if is_whole { total.max(1) } else { asked.limit };
    let asked = Asked { limit, ..*asked };
    reply(rows.page(asked.before(), limit), Some(total), &asked, rows.notes())
}

fn reply(rows: Vec<Value>, total: Option<usize>, asked: &Asked, notes: &[String]) -> Result<Reply> {
    let mut answer = json!({ "total": total, "limit": asked.limit, "page": asked.number });
    answer["results"] = rows.into();
    if !notes.is_empty() {
        answer["note"] = notes.join(" ").into();
    }
    Reply::json(answer)
}
