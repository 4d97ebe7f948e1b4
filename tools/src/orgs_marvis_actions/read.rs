//! Reading of Marvis actions, page by page ([`Actions`]). Nothing documents the pages: Mist may cap them, answer the same
//! one again, or send no total.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use mistmcp::serde_json::Value;
use mistmcp::{Error, ErrorKind, Mist, Request, Result};

use super::ROWS;

/// Pages that one call reads at most.
const PAGES: usize = 10;

/// Why alarms are answered in place of actions.
pub(super) const NOT_THERE: &str = "404: its endpoint is undocumented, and not there";
pub(super) const NOT_OPEN: &str =
    "403: Marvis, or its undocumented endpoint, may not be open to this API token";
pub(super) const REFUSED: &str = "its endpoint is undocumented, and refused the request";
pub(super) const OTHER_FORM: &str = "its endpoint is undocumented, and answered in another form";

/// Why no actions were read.
#[derive(Debug)]
pub(super) enum Unread {
    /// Mist has no such endpoint, or another one than is known here.
    Absent(&'static str),
    /// The token may not use the endpoint, or may not see the organization.
    Barred(Error),
    Failed(Error),
}

/// Actions as Mist answered them.
#[derive(Debug, Default)]
pub(super) struct Actions {
    pub(super) rows: Vec<Value>,
    /// Number of all actions, if Mist sends it.
    pub(super) total: Option<usize>,
    /// What is missing, and why.
    pub(super) missing: Vec<String>,
    /// Whether there may be other actions than these.
    pub(super) is_partial: bool,
    /// Whether a page could not be read, which another try may read.
    pub(super) has_failed: bool,
}

/// One of Mist's pages.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    /// Rows that are no actions or cannot be read.
    unreadable: usize,
    pub(super) total: Option<usize>,
    /// The page size that the answer states.
    pub(super) limit: Option<usize>,
}

impl Actions {
    /// Reads all actions, as far as the calls allow it.
    pub(super) async fn read(mist: &Mist, request: &Request) -> Result<Self, Unread> {
        let mut actions = Self::default();
        let (mut known, mut unreadable) = (HashSet::new(), 0);
        for number in 1..=PAGES {
            if number > 1 && !mist.take_call() {
                return Err(Unread::Failed(actions.too_many_calls(number)));
            }
            let page = match Page::read(mist, request, ROWS, number).await {
                Ok(page) => page,
                Err(unread) if number == 1 => return Err(unread),
                Err(Unread::Failed(error)) if error.kind() == ErrorKind::Cancelled => {
                    return Err(Unread::Failed(error));
                }
                Err(unread) => {
                    actions.has_failed = true;
                    actions.ends_early(&match unread {
                        Unread::Absent(_) => format!("page {number} was not answered as the first one"),
                        Unread::Barred(error) | Unread::Failed(error) => {
                            format!("page {number} failed: {error}")
                        }
                    });
                    break;
                }
            };
            actions.total = page.total.or(actions.total);
            unreadable += page.unreadable;
            let hashes: Vec<_> = page.rows.iter().map(hash).collect();
            let new = page.rows.into_iter().zip(&hashes).filter(|(_, hash)| !known.contains(*hash));
            let before = actions.rows.len();
            actions.rows.extend(new.map(|(row, _)| row));
            known.extend(hashes);
            // An empty page, or one that was there before.
            let is_over = actions.rows.len() == before;
            let seen = actions.rows.len() + unreadable;
            // Without a total only an empty page tells: Mist may answer smaller pages than it says.
            let is_last = actions.total.is_some_and(|total| seen >= total);
            match actions.total {
                _ if is_last => break,
                Some(_) if is_over => {
                    actions.ends_early("Mist answered no others");
                    break;
                }
                None if is_over => break,
                _ if number == PAGES => {
                    actions.ends_early(&format!(
                        "one call reads {PAGES} pages at most. With `status` set to `all` and no other filter, `next` \
                         leads through all of them"
                    ));
                }
                _ => {}
            }
        }
        actions.missing.extend(unreadable_rows(unreadable));
        Ok(actions)
    }

    /// The actions of one page.
    pub(super) fn of_page(page: Page) -> Self {
        let missing = unreadable_rows(page.unreadable).into_iter().collect();
        Self { rows: page.rows, total: page.total, missing, ..Self::default() }
    }

    /// Notes that these are not all.
    fn ends_early(&mut self, why: &str) {
        self.is_partial = true;
        let of = self.total.filter(|total| *total > self.rows.len());
        let of = of.map(|total| format!(" of {total}")).unwrap_or_default();
        let note = format!("Only the first {}{of} actions were looked at: {why}.", self.rows.len());
        self.missing.push(note.replace("..", "."));
    }

    /// A query that may send fewer requests than all pages take.
    pub(super) fn too_many_calls(&self, number: usize) -> Error {
        let size = self.rows.len().div_ceil(number - 1).max(1);
        let needed = self.total.map(|total| total.div_ceil(size).clamp(number, PAGES));
        let (at_least, needed) = match needed {
            Some(needed) => ("", needed),
            None => ("at least ", number),
        };
        Error::advice(format!(
            "These actions take {at_least}{needed} calls of Mist's API, more than are left of `max_calls`: set it to \
             {needed} or more, or read them with `status` set to `all` and no other filter, one call a page."
        ))
    }
}

impl Page {
    /// Reads one page.
    pub(super) async fn read(
        mist: &Mist,
        request: &Request,
        limit: usize,
        number: usize,
    ) -> Result<Self, Unread> {
        let answer = mist.send(request.clone().query("limit", limit).query("page", number)).await;
        let answer = answer.map_err(|error| match error.kind() {
            ErrorKind::Missing => Unread::Absent(NOT_THERE),
            ErrorKind::Request => Unread::Absent(REFUSED),
            ErrorKind::Permission => Unread::Barred(error),
            _ => Unread::Failed(error),
        })?;
        let (answer, dropped) = answer.readable_json().await.map_err(|error| match error.kind() {
            ErrorKind::Cloud => Unread::Absent(OTHER_FORM),
            _ => Unread::Failed(error),
        })?;
        let total = number_of(&answer["total"]);
        let rows = match answer.get("results").unwrap_or(&answer) {
            Value::Array(rows) => rows.as_slice(),
            // As in place of every empty list.
            Value::Null if total.is_none_or(|total| total == 0) => &[],
            _ => return Err(Unread::Absent(OTHER_FORM)),
        };
        let actions: Vec<_> = rows.iter().filter(|row| is_action(row)).cloned().collect();
        if actions.is_empty() && !rows.is_empty() {
            return Err(Unread::Absent(OTHER_FORM));
        }
        Ok(Self {
            unreadable: rows.len() - actions.len() + dropped,
            rows: actions,
            total,
            limit: number_of(&answer["limit"]).filter(|limit| *limit > 0),
        })
    }

    /// Rows that came, those that cannot be read included.
    pub(super) fn came(&self) -> usize {
        self.rows.len() + self.unreadable
    }
}

/// Whether a row has what tells an action.
fn is_action(row: &Value) -> bool {
    ["uuid", "row_key", "symptom", "category"].iter().any(|name| !row[*name].is_null())
}

fn unreadable_rows(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 row of Mist's answer cannot be read and is left out.".to_owned()),
        count => Some(format!("{count} rows of Mist's answer cannot be read and are left out.")),
    }
}

/// A number, also where it is written as text.
fn number_of(value: &Value) -> Option<usize> {
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
    usize::try_from(number).ok()
}

fn hash(row: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.to_string().hash(&mut hasher);
    hasher.finish()
}
