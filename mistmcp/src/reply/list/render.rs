//! Rendering of a list within a limit of bytes: it is cut between rows, or inside the first row.

use serde_json::{Map, Value, json};

use super::super::measure::length;
use super::super::parts::{in_parts, less};
use super::super::prune::{prune_and_redact_object, prune_and_redact_row};
use super::super::request_facts::RequestFacts;
use super::super::row_buffer::{FRAME, RowBuffer};
use super::super::source::{OFFSET, Offset};
use super::super::{Content, Format, Rendered, Rules, field_mask, page, truncate, write};
use super::{List, unreachable_rows_remark};
use crate::Result;
use crate::mist::CURSOR;

/// Bytes reserved at first for the note of a truncated list.
const NOTE: usize = 500;

/// Truncation of a list.
#[derive(Debug)]
struct Cut {
    kept: usize,
    left_out: usize,
    next: Option<Map<String, Value>>,
    ask_again_with: Option<Map<String, Value>>,
    note: String,
}

impl List {
    /// Renders the list, truncated between rows if it is too long.
    pub(in crate::reply) fn render(mut self, rules: &Rules, facts: &RequestFacts) -> Result<Rendered> {
        prune_and_redact_object(&mut self.about, rules.show_secrets);
        if self.next.as_ref().is_some_and(|next| length(next) > rules.max_bytes / 4) {
            self.next = None;
            self.has_more = true;
            self.remarks.push(unreachable_rows_remark(facts));
        }
        let mut about = Map::new();
        if let Some(fields) = &facts.fields {
            about = field_mask::unknown(&self.rows, fields, rules.show_secrets);
        }
        if !self.about.contains_key("start") {
            about.extend(facts.window());
        }
        about.extend(std::mem::take(&mut self.about));
        self.about = about;
        let ready = |row: &mut Value| prune_and_redact_row(row, facts.fields.as_ref(), rules.show_secrets);
        match rules.format {
            Format::Json => self.json(rules.max_bytes, facts, ready),
            Format::Toon => self.toon(rules.max_bytes, facts, ready),
        }
    }

    /// Prepares and serializes rows until the budget is reached.
    fn json(mut self, budget: usize, facts: &RequestFacts, ready: impl Fn(&mut Value)) -> Result<Rendered> {
        let room = budget.saturating_sub(length(&self.head(None)) + FRAME);
        let mut written = RowBuffer::of(&mut self.rows, &ready, room);
        if written.ends.len() == self.count {
            let text = written.in_frame(&self.head(None), self.count)?;
            if text.len() <= budget {
                return rendered(text, None);
            }
        }
        if self.slim(budget, Format::Json)? {
            written = RowBuffer::of(&mut self.rows, &ready, budget);
        }
        let around = length(&self.head(None)) + FRAME + NOTE;
        let mut kept = written.ends.partition_point(|end| end + around <= budget);
        while kept > 0 {
            let cut = self.cut(kept, budget, facts);
            let text = written.in_frame(&self.head(Some(&cut)), cut.kept)?;
            if text.len() <= budget {
                return rendered(text, cut.ask_again_with);
            }
            kept = cut.kept - 1;
        }
        self.cut_row(budget, Format::Json, facts)
    }

    fn toon(mut self, budget: usize, facts: &RequestFacts, ready: impl Fn(&mut Value)) -> Result<Rendered> {
        // A TOON table takes a fraction of its JSON's size, but hardly less than a fourth.
        let mut kept = RowBuffer::of(&mut self.rows, &ready, budget.saturating_mul(4)).ends.len();
        if kept == self.count {
            let text = self.in_toon(None)?;
            if text.len() <= budget {
                return rendered(text, None);
            }
        }
        self.slim(budget, Format::Toon)?;
        while kept > 0 {
            let cut = self.cut(kept, budget, facts);
            self.rows.truncate(cut.kept);
            let text = self.in_toon(Some(&cut))?;
            if text.len() <= budget {
                return rendered(text, cut.ask_again_with);
            }
            kept = (cut.kept * budget / text.len()).min(cut.kept - 1);
        }
        self.cut_row(budget, Format::Toon, facts)
    }

    fn in_toon(&mut self, cut: Option<&Cut>) -> Result<String> {
        let mut value = self.head(cut);
        value.insert("results".into(), Value::Array(std::mem::take(&mut self.rows)));
        let value = Value::Object(value);
        let text = write(&value, Format::Toon);
        if let Value::Object(mut value) = value
            && let Some(Value::Array(rows)) = value.shift_remove("results")
        {
            self.rows = rows;
        }
        text
    }

    /// Renders a list whose first row alone exceeds the budget, or that has no rows.
    fn cut_row(mut self, budget: usize, format: Format, facts: &RequestFacts) -> Result<Rendered> {
        let cut = self.cut(self.count.min(1), budget, facts);
        let Some(row) = self.rows.drain(..).next() else {
            let mut value = self.head(Some(&cut));
            value.insert("results".into(), json!([]));
            return rendered(write(&value, format)?, None);
        };
        let text = in_parts(&row, budget, format, |row, parts| {
            let mut note = facts.ways_to_parts(parts);
            if cut.left_out > 0 {
                note = format!("{} {note}", cut.note);
            }
            let next = cut.next.clone();
            let mut value = self.head(Some(&Cut { note, next, ask_again_with: None, ..cut }));
            value.insert("results".into(), json!([row]));
            Value::Object(value)
        })?;
        rendered(text, cut.ask_again_with)
    }

    /// Truncation after at most `kept` rows: the note, and how many rows to keep so that the next page can follow
    /// them.
    fn cut(&self, mut kept: usize, budget: usize, facts: &RequestFacts) -> Cut {
        let (mut next, mut ask_again_with) = (None, None);
        if kept == self.count {
            next.clone_from(&self.next);
        } else if let Some(offset) = self.offset {
            next = Some(offset.after(kept));
        } else if let Some(merged) = &self.merged {
            ask_again_with = page::smaller(merged, (kept, self.count), facts);
            next = ask_again_with.clone().map(|fewer| self.in_window(fewer)).or_else(|| self.next.clone());
        } else if let Some(page) = self.page {
            if let Some((size, after)) = page::after_cut(page, kept as u64, facts) {
                kept = usize::try_from(size).unwrap_or(kept);
                next = Some(self.in_window(after));
            }
        } else if facts.takes("limit")
            && (facts.takes("search_after") || self.pages_by_cursor(facts))
            && facts.number("limit") != Some(kept as u64)
        {
            let fewer = Map::from_iter([("limit".to_owned(), json!(kept))]);
            next = Some(self.in_window(fewer.clone()));
            ask_again_with = Some(fewer);
        }
        let (count, left_out) = match self.offset {
            Some(offset) => (offset.total, offset.left(kept)),
            None => (self.count, self.count - kept),
        };
        let ways = facts.ways_to_rows(next.is_some());
        let note = match left_out {
            0 => format!("What stands beside the rows is cut to keep within {budget} bytes."),
            _ => format!("{left_out} of {count} rows left out to keep within {budget} bytes: {ways}."),
        };
        Cut { kept, left_out, next, ask_again_with, note }
    }

    fn pages_by_cursor(&self, facts: &RequestFacts) -> bool {
        facts.given(CURSOR).is_some() || self.next.as_ref().is_some_and(|next| next.contains_key(CURSOR))
    }

    /// All fields but the rows.
    fn head(&self, cut: Option<&Cut>) -> Map<String, Value> {
        let mut head = Map::new();
        head.extend(self.total.iter().map(|total| ("total".to_owned(), total.clone())));
        let mut next = &self.next;
        // What a tool says of its rows comes before what is said of the answer.
        let of_tool = self.about.get("note").and_then(Value::as_str);
        let mut note: Vec<&str> =
            of_tool.into_iter().chain(self.remarks.iter().map(String::as_str)).collect();
        if self.truncated || self.dropped > 0 || self.has_more {
            head.insert("incomplete".into(), true.into());
        }
        if let Some(cut) = cut {
            if cut.left_out > 0 {
                head.insert("left_out".into(), cut.left_out.into());
            }
            note.push(&cut.note);
            next = &cut.next;
        }
        if !note.is_empty() {
            head.insert("note".into(), note.join(" ").into());
        }
        if let Some(mut next) = next.clone() {
            next.extend(self.instead.clone());
            head.insert("next".to_owned(), next.into());
        }
        for (name, value) in &self.about {
            if !head.contains_key(name) {
                head.insert(name.clone(), value.clone());
            }
        }
        head
    }

    /// Truncates the fields beside the rows if they are too large. Returns whether it did.
    fn slim(&mut self, budget: usize, format: Format) -> Result<bool> {
        let most = budget / 4;
        let whole = Value::Object(std::mem::take(&mut self.about));
        let mut room = most;
        loop {
            let mut part = whole.clone();
            truncate::within_limit(&mut part, room);
            let size = write(&part, format)?.len();
            let is_cut = part != whole;
            match part {
                Value::Object(part) if size <= most => {
                    self.about = part;
                    return Ok(is_cut);
                }
                // It cannot be reduced further.
                _ if room == 0 => return Ok(true),
                _ => room = less(room, most, size),
            }
        }
    }
}

impl Offset {
    /// Rows after the first `kept` of these.
    pub(super) fn left(self, kept: usize) -> usize {
        self.total.saturating_sub(self.start + kept)
    }

    /// The arguments for what follows the first `kept` of these rows.
    pub(super) fn after(self, kept: usize) -> Map<String, Value> {
        Map::from_iter([(OFFSET.to_owned(), json!(self.start + kept))])
    }
}

#[expect(clippy::unnecessary_wraps, reason = "callers return it directly")]
fn rendered(text: String, ask_again_with: Option<Map<String, Value>>) -> Result<Rendered> {
    Ok(Rendered { content: Content::Text(text), ask_again_with })
}
