//! The common shape of all lists: [`List`].

mod render;

use serde_json::{Map, Value};

#[cfg(feature = "query")]
use super::empty_fields::EmptyFields;
use super::link::Link;
#[cfg(feature = "query")]
use super::prune::redact_and_prune;
#[cfg(feature = "query")]
use super::request_facts::WINDOW_ASKED;
use super::request_facts::{Expected, RequestFacts};
use super::source::{Offset, Source};
use super::{field_mask, page, window};
use crate::Result;
#[cfg(feature = "query")]
use crate::call::RowPage;
use crate::mist::api::list_shape::FoundRows;
use crate::mist::api::paging::{DEFAULT_LIMIT, MAX_LIMIT, SEARCH_AFTER};
use crate::mist::{CURSOR, MergedPage, Page};

/// Remark on a page without rows that has a link to another one.
pub(crate) const EMPTY_PAGE: &str = "This page is empty: what Mist says is behind it is not asked for.";

/// The common shape of all lists: rows, total, and the arguments of the next page.
#[derive(Debug)]
pub(crate) struct List {
    rows: Vec<Value>,
    total: Option<Value>,
    next: Option<Map<String, Value>>,
    /// The arguments of the page that Mist's link leads to from a page without rows.
    behind_empty: Option<Map<String, Value>>,
    /// Other fields of the list, such as its window.
    about: Map<String, Value>,
    page: Option<Page>,
    /// The page, if it was merged from the answers of accounts.
    merged: Option<Box<MergedPage>>,
    /// Arguments used in place of those of the call.
    instead: Map<String, Value>,
    /// Number of rows in the answer.
    count: usize,
    /// The arguments that give another page the same window.
    window: Map<String, Value>,
    /// Remarks for the reader about an unusual or incomplete answer.
    remarks: Vec<String>,
    /// Number of invalid rows in Mist's answer.
    dropped: usize,
    /// Whether Mist's answer was truncated.
    truncated: bool,
    /// Whether there are rows that nothing leads to, such as those of an account that failed.
    has_more: bool,
    /// Position of the rows, if the tool made the list.
    offset: Option<Offset>,
    /// Whether the rows are of another page than the one that was asked for.
    is_other_page: bool,
}

impl List {
    /// Parses any of Mist's list shapes; `Err` returns a value that is not a list.
    pub(super) fn read(value: Value, source: &Source, facts: &RequestFacts) -> Result<Self, Value> {
        let FoundRows { rows, mut about, remark } = FoundRows::of(value, facts.expected == Expected::List)?;
        // The header counts where neither the answer nor another header tells the end.
        let is_told = source.page.total().is_some() || about.contains_key("total") || source.merged.is_some();
        let header = || source.next_link.clone().filter(|_| !is_told).map(Value::from);
        let next = about.shift_remove("next").or_else(header);
        let mut link = Link::read(next.as_ref(), source.url.as_deref(), facts);
        if let Some(position) = about.shift_remove(SEARCH_AFTER).filter(|_| link == Link::Missing) {
            // The last page may have a position, too.
            let total = about.get("total").and_then(Value::as_u64);
            let came = rows.len() as u64;
            let is_last = came == 0 || page::is_first(facts) && total.is_some_and(|total| total <= came);
            if !is_last {
                link = Link::of_position(&position, facts);
            }
        }
        let window = window::fixed(&about, source.date, facts);
        let omitted = source.omitted.iter().filter(|(name, _)| !about.contains_key(*name));
        let count = rows.len() + omitted.map(|(_, count)| count).sum::<usize>();
        let page = page::of_answer(source.page, &about, count + source.repairs.dropped, facts);
        let page = page.filter(|_| source.merged.is_none());
        let mut list = Self {
            count,
            rows,
            total: None,
            next: None,
            behind_empty: None,
            page: None,
            merged: source.merged.clone(),
            window,
            remarks: source.remarks().chain(remark).collect(),
            dropped: source.repairs.dropped,
            truncated: source.repairs.truncated,
            has_more: false,
            instead: facts.instead.clone(),
            about,
            offset: source.offset,
            is_other_page: count > 0 && page.is_some_and(|page| page::is_other(page, facts)),
        };
        match &source.merged {
            Some(merged) => list.set_next_of_merged(merged, facts),
            None => list.set_next(&link, page, facts),
        }
        if let Some(offset) = list.offset {
            list.next = (offset.left(list.count) > 0).then(|| offset.after(list.count));
        }
        let counted =
            ["total", "total_count"].iter().find(|key| list.about.get(**key).is_some_and(Value::is_u64));
        let total = counted.and_then(|key| list.about.shift_remove(*key));
        list.total = total.or_else(|| page?.total.map(Value::from));
        list.note_rows_beyond(page, facts);
        for key in ["limit", "page"] {
            list.about.shift_remove(key);
        }
        Ok(list)
    }

    /// Notes rows that nothing leads to: there are more than came, or may be, and Mist does not say where they start.
    fn note_rows_beyond(&mut self, page: Option<Page>, facts: &RequestFacts) {
        if self.has_more
            || self.next.is_some()
            || self.offset.is_some()
            || self.merged.is_some()
            || self.truncated
        {
            return;
        }
        let came = (self.count + self.dropped) as u64;
        if came == 0 {
            self.note_absent_rows(page, facts);
        }
        if !page::is_first(facts) {
            return;
        }
        let limit =
            facts.takes("limit").then(|| facts.number("limit").unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT));
        let has_pages = ["page", SEARCH_AFTER].iter().any(|name| facts.takes(name));
        let Some(total) = self.total.as_ref().and_then(Value::as_u64) else {
            if let Some(limit) = limit.filter(|limit| came > 0 && came == *limit)
                && !has_pages
                && self.about.is_empty()
            {
                let higher =
                    if limit < MAX_LIMIT && facts.takes_limit() { "set a higher `limit`, or " } else { "" };
                self.remarks.push(format!(
                    "There may be more rows than these {came}: Mist tells no total, and the list has no pages: {higher}{}.",
                    facts.ways_to_other_rows()
                ));
            }
            return;
        };
        // The total of a count is not always that of its rows.
        let may_be_all = self.about.contains_key("distinct") && limit.is_none_or(|limit| came < limit);
        if came == 0 || total <= came || may_be_all {
            return;
        }
        let higher = match limit {
            Some(limit) if limit < MAX_LIMIT && came >= limit && facts.takes_limit() => {
                format!("set `limit` to {}, or ", total.min(MAX_LIMIT))
            }
            _ => String::new(),
        };
        let why =
            if has_pages { "Mist does not say where the others start" } else { "The list has no pages" };
        self.has_more = true;
        self.remarks.push(format!(
            "There are {total} rows, and these are {came} of them. {why}: {higher}{}.",
            facts.ways_to_other_rows()
        ));
    }

    /// Notes that a page has no rows although Mist counts some.
    fn note_absent_rows(&mut self, page: Option<Page>, facts: &RequestFacts) {
        let total = self.total.as_ref().and_then(Value::as_u64).unwrap_or(0);
        if total == 0 || !self.remarks.is_empty() {
            return;
        }
        let rows = if total == 1 { "1 row".to_owned() } else { format!("{total} rows") };
        let last = page.map(|page| total.div_ceil(page.limit.max(1)));
        match (facts.asked_page(), last) {
            (Some(asked), Some(last)) if asked > last => self
                .remarks
                .push(format!("There is no page {asked}: the list has {rows}, and its last page is {last}.")),
            (asked, last) if page::is_first(facts) || asked.and(last).is_some() => {
                self.has_more = true;
                self.remarks.push(format!("Mist counts {rows}, but its answer has none of them."));
            }
            _ => {}
        }
    }

    /// Sets the arguments of the next page.
    fn set_next(&mut self, link: &Link, page: Option<Page>, facts: &RequestFacts) {
        // With a position, or a cursor that is none of a page number, the number of pages before this one is unknown.
        let is_unnumbered = |name: &str| match name {
            CURSOR => facts.asked_page().is_none(),
            _ => true,
        };
        let by_cursor = [CURSOR, SEARCH_AFTER].iter().any(|name| {
            facts.given(name).is_some() && is_unnumbered(name)
                || matches!(link, Link::To(arguments) if arguments.contains_key(*name))
        });
        let page = page.filter(|_| !by_cursor);
        let next = match link {
            _ if self.truncated => {
                self.remarks.push(format!(
                    "Mist's answer broke off, and these are the rows before that. Repeat the call{}.",
                    if facts.takes_limit() { " with a smaller `limit`" } else { "" }
                ));
                None
            }
            // An empty page has no next page.
            Link::To(_) | Link::Unusable if self.count == 0 => {
                self.remarks.push(EMPTY_PAGE.to_owned());
                if let Link::To(arguments) = link
                    && !facts.asks_for(arguments)
                {
                    self.behind_empty = Some(self.in_window(arguments.clone()));
                }
                None
            }
            _ if self.is_other_page => {
                self.has_more = true;
                let (asked, answered) = (facts.asked_page().unwrap_or(1), page.map_or(1, |page| page.number));
                self.remarks.push(other_page_remark(asked, answered, facts));
                None
            }
            Link::To(arguments) => Some(arguments.clone()),
            Link::Missing | Link::Unusable => page::next(page, self.count + self.dropped, facts),
        };
        let leads_here = next.as_ref().is_some_and(|next| facts.asks_for(next));
        if leads_here {
            self.has_more = true;
            self.remarks.push(format!(
                "There may be more rows: Mist's `next` leads to this page again, and is left out. To get them, {}.",
                facts.ways_to_other_rows()
            ));
        }
        let next = next.filter(|_| !leads_here);
        if *link == Link::Unusable && next.is_none() && self.count > 0 && !self.truncated {
            self.has_more = true;
            self.remarks.push(unreachable_rows_remark(facts));
        }
        self.next = next.map(|next| self.in_window(next));
        let counts_in_pages = |page: &Page| {
            let takes_page = facts.takes("page") || facts.asked_page().is_some();
            takes_page && facts.takes("limit") && self.count as u64 <= page.limit
        };
        self.page = page.filter(counts_in_pages);
    }

    /// Sets the arguments of the page after a merged one. A page may be empty although rows follow: all of its rows may be
    /// of organizations that the accounts are not used for.
    fn set_next_of_merged(&mut self, merged: &MergedPage, facts: &RequestFacts) {
        self.remarks.extend(merged.missing.clone());
        self.has_more |= merged.missing.is_some();
        match page::after_merged(merged, facts) {
            Ok(next) => self.next = next.map(|next| self.in_window(next)),
            Err(()) => {
                self.has_more = true;
                self.remarks.push(unreachable_rows_remark(facts));
            }
        }
        if self.next.is_some() && self.count == 0 {
            self.remarks.push(
                "No row so far is of an organization that the accounts are used for: `next` leads to later rows."
                    .to_owned(),
            );
        }
    }

    /// Adds this page's window to the arguments of another page.
    fn in_window(&self, mut arguments: Map<String, Value>) -> Map<String, Value> {
        arguments.extend(self.window.clone());
        arguments
    }

    /// The window of the rows, if the call has not chosen one.
    #[cfg(feature = "query")]
    fn window_not_asked(&self, facts: &RequestFacts) -> Map<String, Value> {
        match facts.window() {
            Some((name, _)) if name == WINDOW_ASKED => Map::new(),
            window if self.about.contains_key("start") => {
                let of_answer =
                    ["start", "end"].into_iter().filter_map(|name| self.about.get_key_value(name));
                let of_answer = of_answer
                    .filter(|(_, value)| value.is_number())
                    .map(|(name, value)| (name.clone(), value.clone()));
                if window.is_some() || facts.takes("start") { of_answer.collect() } else { Map::new() }
            }
            window => window.into_iter().collect(),
        }
    }

    /// The rows, pruned and redacted but not truncated, and what leads to the next page.
    #[cfg(feature = "query")]
    pub(super) fn into_page(mut self, show_secrets: bool, facts: &RequestFacts) -> RowPage {
        let mut notes = Vec::new();
        if let Some(fields) = &facts.fields {
            let unknown = field_mask::unknown(&self.rows, fields, show_secrets);
            notes.extend((!unknown.is_empty()).then(|| unknown_in_words(&unknown)));
        }
        if self.count == self.rows.len() {
            put_times_into_rows(&mut self.rows, &self.about);
        }
        // What a tool says about its rows.
        notes.extend(self.about.get("note").and_then(Value::as_str).map(str::to_owned));
        let mut empty = EmptyFields::default();
        for row in &mut self.rows {
            redact_and_prune(row, facts.fields.as_ref(), show_secrets, |row| empty.of_row(row));
        }
        let window = self.window_not_asked(facts);
        let is_doubtful = self.behind_empty.is_some();
        if is_doubtful {
            self.remarks.retain(|remark| remark != EMPTY_PAGE);
        }
        let is_broken = self.truncated || self.dropped > 0 || !self.remarks.is_empty();
        let omitted = self.count - self.rows.len();
        // The table has these rows already.
        let other_page = self.is_other_page.then(|| {
            self.rows.clear();
            self.remarks.join(" ")
        });
        let next = self.next.or(self.behind_empty).map(|mut next| {
            next.extend(self.instead);
            next
        });
        RowPage {
            omitted,
            rows: self.rows,
            total: self.total.as_ref().and_then(Value::as_u64),
            page_size: self.page.map(|page| page.limit),
            next,
            is_doubtful,
            broken: is_broken.then(|| self.remarks.join(" ")),
            missing: other_page.or_else(|| self.merged.and_then(|merged| merged.missing)),
            window,
            empty_fields: empty.paths.into_iter().collect(),
            notes,
            digest: None,
        }
    }
}

/// Puts the times of samples, which some answers have beside them (`rt`), into their rows.
#[cfg(any(feature = "query", feature = "cli"))]
pub(crate) fn put_times_into_rows(rows: &mut [Value], about: &Map<String, Value>) {
    let Some(Value::Array(times)) = about.get("rt") else { return };
    if times.len() != rows.len() {
        return;
    }
    for (row, time) in rows.iter_mut().zip(times) {
        if !row.is_object() {
            *row = Value::Object(Map::from_iter([("value".to_owned(), row.take())]));
        }
        if let Value::Object(fields) = row {
            fields.entry("rt").or_insert_with(|| time.clone());
        }
    }
}

/// Which of the `fields` no row has, and those that rows have.
#[cfg(feature = "query")]
fn unknown_in_words(unknown: &Map<String, Value>) -> String {
    if !unknown.contains_key("unknown_fields") {
        return field_mask::NO_NAMES.to_owned();
    }
    let names = |key: &str| {
        let names = unknown.get(key).and_then(Value::as_array).into_iter().flatten();
        names.filter_map(Value::as_str).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let more = unknown.get("more_known_fields").map(|more| format!(" and {more} more")).unwrap_or_default();
    format!("no row has {}; there are {}{more}", names("unknown_fields"), names("known_fields"))
}

fn other_page_remark(asked: u64, answered: u64, facts: &RequestFacts) -> String {
    let advice = if facts.is_for_client() { ": do not ask for other pages of this list" } else { "" };
    format!(
        "Mist answered page {answered} in place of page {asked}, so that later rows cannot be reached{advice}."
    )
}

fn unreachable_rows_remark(facts: &RequestFacts) -> String {
    format!("There are more rows than these, and `next` cannot lead to them: {}.", facts.ways_to_other_rows())
}

#[cfg(test)]
mod tests;
