use serde_json::{Map, Value, json};

use super::link::Link;
use super::measure::length;
use super::parts::{in_parts, less};
use super::prune::{tidy, tidy_object};
use super::request_facts::{Expected, RequestFacts};
use super::row_buffer::{FRAME, Written};
use super::rows::Found;
use super::source::{OFFSET, Offset, Source};
use super::{Content, Format, Rendered, Rules, field_mask, page, truncate, window, write};
use crate::Result;
#[cfg(feature = "query")]
use crate::call::RowPage;
use crate::mist::{CURSOR, Page};

/// Bytes reserved at first for the note of a truncated list.
const NOTE: usize = 500;

/// The common shape of all lists: rows, total, and the arguments of the next page.
#[derive(Debug)]
pub(crate) struct List {
    rows: Vec<Value>,
    total: Option<Value>,
    next: Option<Map<String, Value>>,
    /// Other fields of the list, such as its window.
    about: Map<String, Value>,
    page: Option<Page>,
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
    /// Position of the rows, if the tool made the list.
    offset: Option<Offset>,
}

/// Truncation of a list.
#[derive(Debug)]
struct Cut {
    kept: usize,
    left_out: usize,
    next: Option<Map<String, Value>>,
    ask_again_for: Option<u64>,
    note: String,
}

impl List {
    /// Parses any of Mist's list shapes; `Err` returns a value that is not a list.
    pub(super) fn read(value: Value, source: &Source, facts: &RequestFacts) -> Result<Self, Value> {
        let Found { rows, mut about, remark } = Found::of(value, facts.expected == Expected::List)?;
        let link = Link::read(about.shift_remove("next").as_ref(), source.url.as_deref(), facts);
        let page = source.page.or_else(|| page::of_answer(&about, facts));
        let window = window::fixed(&about, source.date, facts);
        let omitted = source.omitted.iter().filter(|(name, _)| !about.contains_key(*name));
        let mut list = Self {
            count: rows.len() + omitted.map(|(_, count)| count).sum::<usize>(),
            rows,
            total: None,
            next: None,
            page: None,
            window,
            remarks: source.remarks().chain(remark).collect(),
            dropped: source.repairs.dropped,
            truncated: source.repairs.truncated,
            instead: facts.instead.clone(),
            about,
            offset: source.offset,
        };
        list.set_next(&link, page, facts);
        if let Some(offset) = list.offset {
            list.next = offset.more.then(|| offset.after(list.count));
            if offset.more {
                list.remarks.push(format!("There are more rows: {}.", facts.ways_to_rows(true)));
            }
        }
        let counted =
            ["total", "total_count"].iter().find(|key| list.about.get(**key).is_some_and(Value::is_u64));
        let total = counted.and_then(|key| list.about.shift_remove(*key));
        list.total = total.or_else(|| page?.total.map(Value::from));
        for key in ["limit", "page"] {
            list.about.shift_remove(key);
        }
        Ok(list)
    }

    /// Sets the arguments of the next page.
    fn set_next(&mut self, link: &Link, page: Option<Page>, facts: &RequestFacts) {
        // With a cursor, the number of pages before this one is unknown.
        let by_cursor = facts.given(CURSOR).is_some()
            || matches!(link, Link::To(arguments) if arguments.contains_key(CURSOR));
        let page = page.filter(|_| !by_cursor);
        let next = match link {
            _ if self.truncated => {
                self.remarks.push(format!(
                    "Mist's answer broke off, and these are the rows before that. Repeat the call{}.",
                    if facts.takes("limit") { " with a smaller `limit`" } else { "" }
                ));
                None
            }
            // An empty page has no next page.
            Link::To(_) | Link::Unusable if self.count == 0 => {
                self.remarks
                    .push("This page is empty: what Mist says is behind it is not asked for.".to_owned());
                None
            }
            Link::To(arguments) => Some(arguments.clone()),
            Link::Missing | Link::Unusable => page::next(page, self.count + self.dropped, facts),
        };
        if *link == Link::Unusable && next.is_none() && self.count > 0 && !self.truncated {
            self.remarks.push(unreachable_rows_remark(facts));
        }
        self.next = next.map(|next| self.in_window(next));
        let counts_in_pages =
            |page: &Page| facts.takes("page") && facts.takes("limit") && self.count as u64 <= page.limit;
        self.page = page.filter(counts_in_pages);
    }

    /// Adds this page's window to the arguments of another page.
    fn in_window(&self, mut arguments: Map<String, Value>) -> Map<String, Value> {
        arguments.extend(self.window.clone());
        arguments
    }

    /// The rows, pruned and redacted but not truncated, and what leads to the next page.
    #[cfg(feature = "query")]
    pub(super) fn into_page(mut self, show_secrets: bool, facts: &RequestFacts) -> RowPage {
        let mut notes = Vec::new();
        if let Some(fields) = &facts.fields {
            let unknown = field_mask::unknown(&self.rows, fields);
            notes.extend((!unknown.is_empty()).then(|| Value::Object(unknown).to_string()));
        }
        for row in &mut self.rows {
            if let Some(fields) = &facts.fields {
                field_mask::keep(row, fields);
            }
            tidy(row, show_secrets);
        }
        let is_broken = self.truncated || self.dropped > 0 || !self.remarks.is_empty();
        let next = self.next.map(|mut next| {
            next.extend(self.instead);
            next
        });
        RowPage {
            omitted: self.count - self.rows.len(),
            rows: self.rows,
            total: self.total.as_ref().and_then(Value::as_u64),
            page_size: self.page.map(|page| page.limit),
            next,
            broken: is_broken.then(|| self.remarks.join(" ")),
            notes,
        }
    }

    /// Renders the list, truncated between rows if it is too long.
    pub(super) fn render(mut self, rules: &Rules, facts: &RequestFacts) -> Result<Rendered> {
        tidy_object(&mut self.about, rules.show_secrets);
        if self.next.as_ref().is_some_and(|next| length(next) > rules.max_bytes / 4) {
            self.next = None;
            self.remarks.push(unreachable_rows_remark(facts));
        }
        let mut about = Map::new();
        if let Some(fields) = &facts.fields {
            about = field_mask::unknown(&self.rows, fields);
        }
        if !self.about.contains_key("start") {
            about.extend(facts.window());
        }
        about.extend(std::mem::take(&mut self.about));
        self.about = about;
        let ready = |row: &mut Value| {
            if let Some(fields) = &facts.fields {
                field_mask::keep(row, fields);
            }
            tidy(row, rules.show_secrets);
        };
        match rules.format {
            Format::Json => self.json(rules.max_bytes, facts, ready),
            Format::Toon => self.toon(rules.max_bytes, facts, ready),
        }
    }

    /// Prepares and serializes rows until the budget is reached.
    fn json(mut self, budget: usize, facts: &RequestFacts, ready: impl Fn(&mut Value)) -> Result<Rendered> {
        let room = budget.saturating_sub(length(&self.head(None)) + FRAME);
        let mut written = Written::of(&mut self.rows, &ready, room);
        if written.ends.len() == self.count {
            let text = written.in_frame(&self.head(None), self.count)?;
            if text.len() <= budget {
                return rendered(text, None);
            }
        }
        if self.slim(budget, Format::Json)? {
            written = Written::of(&mut self.rows, &ready, budget);
        }
        let around = length(&self.head(None)) + FRAME + NOTE;
        let mut kept = written.ends.partition_point(|end| end + around <= budget);
        while kept > 0 {
            let cut = self.cut(kept, budget, facts);
            let text = written.in_frame(&self.head(Some(&cut)), cut.kept)?;
            if text.len() <= budget {
                return rendered(text, cut.ask_again_for);
            }
            kept = cut.kept - 1;
        }
        self.cut_row(budget, Format::Json, facts)
    }

    fn toon(mut self, budget: usize, facts: &RequestFacts, ready: impl Fn(&mut Value)) -> Result<Rendered> {
        // A TOON table takes a fraction of its JSON's size, but hardly less than a fourth.
        let mut kept = Written::of(&mut self.rows, &ready, budget.saturating_mul(4)).ends.len();
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
                return rendered(text, cut.ask_again_for);
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
            let mut value = self.head(Some(&Cut { note, next: cut.next.clone(), ..cut }));
            value.insert("results".into(), json!([row]));
            Value::Object(value)
        })?;
        rendered(text, cut.ask_again_for)
    }

    /// Truncation after at most `kept` rows: the note, and how many rows to keep so that the next page can follow
    /// them.
    fn cut(&self, mut kept: usize, budget: usize, facts: &RequestFacts) -> Cut {
        let (mut next, mut ask_again_for) = (None, None);
        if kept == self.count {
            next.clone_from(&self.next);
        } else if let Some(offset) = self.offset {
            next = Some(offset.after(kept));
        } else if let Some(page) = self.page {
            if let Some((size, after)) = page::after_cut(page, kept as u64) {
                kept = usize::try_from(size).unwrap_or(kept);
                next = Some(self.in_window(after));
            }
        } else if facts.takes("limit")
            && (facts.takes("search_after") || self.pages_by_cursor(facts))
            && facts.number("limit") != Some(kept as u64)
        {
            ask_again_for = Some(kept as u64);
            next = Some(self.in_window(Map::from_iter([("limit".to_owned(), json!(kept))])));
        }
        let left_out = self.count - kept;
        let ways = facts.ways_to_rows(next.is_some());
        let note = match left_out {
            0 => format!("What stands beside the rows is cut to keep within {budget} bytes."),
            _ => format!("{left_out} of {} rows left out to keep within {budget} bytes: {ways}.", self.count),
        };
        Cut { kept, left_out, next, ask_again_for, note }
    }

    fn pages_by_cursor(&self, facts: &RequestFacts) -> bool {
        facts.given(CURSOR).is_some() || self.next.as_ref().is_some_and(|next| next.contains_key(CURSOR))
    }

    /// All fields but the rows.
    fn head(&self, cut: Option<&Cut>) -> Map<String, Value> {
        let mut head = Map::new();
        head.extend(self.total.iter().map(|total| ("total".to_owned(), total.clone())));
        let mut next = &self.next;
        let mut note: Vec<&str> = self.remarks.iter().map(String::as_str).collect();
        if self.truncated || self.dropped > 0 {
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
    /// The arguments for what follows the first `kept` of these rows.
    fn after(self, kept: usize) -> Map<String, Value> {
        Map::from_iter([(OFFSET.to_owned(), json!(self.start + kept))])
    }
}

fn unreachable_rows_remark(facts: &RequestFacts) -> String {
    format!("There are more rows than these, and `next` cannot lead to them: {}.", facts.ways_to_rows(false))
}

#[expect(clippy::unnecessary_wraps, reason = "the last thing that those who call it do")]
fn rendered(text: String, ask_again_for: Option<u64>) -> Result<Rendered> {
    Ok(Rendered { content: Content::Text(text), ask_again_for })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mist::Repairs;
    use crate::reply::{Body, Reply};

    const RULES: Rules = Rules { max_bytes: 4_000, format: Format::Json, show_secrets: false };

    fn render(
        value: Value,
        page: Option<Page>,
        takes: &[&'static str],
        given: Value,
    ) -> (Value, Option<u64>) {
        let source = Source { page, ..Source::default() };
        let reply = Reply::of(Body::Data { value, source });
        let rendered = reply.render(&RULES, &RequestFacts::test(takes, given)).unwrap();
        let Content::Text(text) = rendered.content else { panic!("no text") };
        assert!(text.len() <= RULES.max_bytes, "{} bytes", text.len());
        (serde_json::from_str(&text).unwrap(), rendered.ask_again_for)
    }

    fn shape(value: Value, page: Option<Page>, takes: &[&'static str]) -> Value {
        render(value, page, takes, json!({})).0
    }

    fn rows(count: usize) -> Vec<Value> {
        (0..count).map(|number| json!({ "id": number, "name": "x".repeat(60) })).collect()
    }

    #[test]
    fn every_form_of_a_list_becomes_one_shape() {
        let page = Some(Page { number: 1, limit: 2, total: Some(3) });
        assert_eq!(
            shape(json!([1, 2]), page, &["page", "limit"]),
            json!({ "total": 3, "next": { "page": 2 }, "results": [1, 2] })
        );
        let searched = json!({ "results": [1], "total": 9, "limit": 1, "start": 5, "end": 6, "next": "/api/v1/x?search_after=%5B1%5D" });
        assert_eq!(
            shape(searched, None, &["search_after", "limit"]),
            json!({ "total": 9, "next": { "search_after": "[1]" }, "start": 5, "end": 6, "results": [1] })
        );
        let counted = json!({ "distinct": "type", "results": [{ "count": 2, "type": "ap" }], "total": 1, "limit": 100 });
        assert_eq!(
            shape(counted, None, &["limit"]),
            json!({ "total": 1, "distinct": "type", "results": [{ "count": 2, "type": "ap" }] })
        );
        let impacted =
            json!({ "total_count": 1, "metric": "coverage", "start": 5, "aps": [{ "ap_mac": "aa" }] });
        assert_eq!(
            shape(impacted, None, &[]),
            json!({ "total": 1, "metric": "coverage", "start": 5, "results": [{ "ap_mac": "aa" }] })
        );
        assert_eq!(shape(json!([]), None, &[]), json!({ "results": [] }));
        assert_eq!(shape(json!({ "a": 1, "list": [1] }), None, &[]), json!({ "a": 1, "list": [1] }));
    }

    #[test]
    fn an_object_that_is_paged_by_number_has_a_next_too() {
        let object = json!({ "results": [1, 2], "start": 5, "limit": 2 });
        assert_eq!(
            shape(object, None, &["page", "limit"]),
            json!({ "next": { "page": 2 }, "start": 5, "results": [1, 2] })
        );
    }

    #[test]
    fn a_next_that_the_tool_lacks_a_parameter_for_is_a_cursor() {
        let counts = json!({ "results": [1], "next": "/api/v1/x?page=2" });
        assert_eq!(
            shape(counts, None, &["limit"]),
            json!({ "next": { "cursor": "page=2" }, "results": [1] })
        );
        let page = Some(Page { number: 1, limit: 1, total: Some(3) });
        assert_eq!(
            shape(json!([1]), page, &[]),
            json!({ "total": 3, "next": { "cursor": "page=2" }, "results": [1] })
        );
    }

    #[test]
    fn a_next_that_cannot_be_followed_says_that_there_is_more() {
        for next in [json!("https://evil.example/api/v1/x?token=a"), json!("/admin?token=a"), json!(7)] {
            let value = shape(json!({ "results": [1], "next": next }), None, &["start", "limit", "ssid"]);
            let note = value["note"].as_str().unwrap();
            assert!(note.contains("more rows") && note.contains("smaller window"), "{note}");
            assert_eq!((value.get("next"), &value["results"]), (None, &json!([1])));
        }
        let value = shape(json!({ "results": [], "next": "/api/v1/x?token=a" }), None, &["limit"]);
        assert!(value["note"].as_str().unwrap().contains("empty"), "{value}");
        assert_eq!(value.get("next"), None);
    }

    #[test]
    fn a_next_page_has_the_window_of_this_one_also_after_a_cut() {
        let takes = ["start", "end", "duration", "search_after", "page", "limit"];
        let searched = json!({ "results": [1], "start": 5, "end": 9, "next": "/api/v1/x?search_after=7" });
        let (value, _) = render(searched, None, &takes, json!({ "duration": "1d" }));
        assert_eq!(value["next"], json!({ "search_after": "7", "start": 5, "end": 9, "duration": "" }));
        let long = json!({ "results": rows(100), "start": 5, "end": 9, "limit": 100 });
        let (value, _) = render(long, None, &["start", "end", "page", "limit"], json!({}));
        assert_eq!((&value["next"]["start"], &value["next"]["end"]), (&json!(5), &json!(9)));
        assert!(value["next"]["page"].is_u64(), "{value}");
    }

    #[test]
    fn a_long_list_with_a_cursor_is_refetched_with_fewer_rows() {
        let value = json!({ "results": rows(100), "next": "/api/v1/x?token=a" });
        let (value, again) = render(value, None, &["limit"], json!({}));
        let kept = value["results"].as_array().unwrap().len() as u64;
        assert_eq!((again, &value["next"]), (Some(kept), &json!({ "limit": kept })));
    }

    #[test]
    fn a_cursor_is_not_mixed_with_page_numbers() {
        let value = json!({ "results": rows(100), "limit": 100, "next": "/api/v1/x?token=b" });
        let (value, again) = render(value, None, &["page", "limit"], json!({ "cursor": "token=a" }));
        assert!(again.is_some() && value["next"].get("page").is_none(), "{value}");
    }

    #[test]
    fn a_truncated_answer_says_so_and_has_no_next() {
        let source = Source {
            repairs: Repairs { replaced: 2, truncated: true, ..Repairs::default() },
            ..Source::default()
        };
        let value = json!({ "results": [1, 2], "next": "/api/v1/x?search_after=7" });
        let reply = Reply::of(Body::Data { value, source });
        let content =
            reply.render(&RULES, &RequestFacts::test(&["search_after", "limit"], json!({}))).unwrap().content;
        let Content::Text(text) = content else { panic!("no text") };
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&value["incomplete"], value.get("next")), (&json!(true), None));
        let note = value["note"].as_str().unwrap();
        assert!(
            note.contains("2 places") && note.contains("broke off") && note.contains("`limit`"),
            "{note}"
        );
    }

    #[test]
    fn the_window_of_a_list_is_that_of_the_answer_or_of_the_call() {
        let takes = ["start", "end", "duration"];
        let window = |value, given| render(value, None, &takes, given).0;
        assert_eq!(window(json!([1]), json!({}))["window_default"], json!({ "duration": "1d" }));
        assert_eq!(window(json!([1]), json!({ "start": "-7d" }))["window_asked"], json!({ "start": "-7d" }));
        let given_window = json!({ "results": [], "start": 5, "end": 6 });
        assert_eq!(
            window(given_window, json!({ "start": "-7d" })),
            json!({ "start": 5, "end": 6, "results": [] })
        );
    }

    #[test]
    fn a_long_page_is_cut_between_rows_and_next_goes_on_with_the_first_left_out() {
        let page = Some(Page { number: 3, limit: 100, total: Some(1_000) });
        let value = shape(Value::Array(rows(100)), page, &["page", "limit", "fields"]);
        let kept = value["results"].as_array().unwrap().len() as u64;
        let next = &value["next"];
        assert_eq!(value["left_out"], json!(100 - kept));
        assert_eq!((next["page"].as_u64().unwrap() - 1) * next["limit"].as_u64().unwrap(), 200 + kept);
        let note = value["note"].as_str().unwrap();
        assert!(note.contains("follow `next`") && note.contains("`fields`"), "{note}");
    }

    #[test]
    fn a_long_search_is_refetched_with_fewer_rows() {
        let value = json!({ "results": rows(100), "next": "/api/v1/x?search_after=%5B100%5D" });
        let (value, again) = render(value, None, &["search_after", "limit"], json!({}));
        let kept = value["results"].as_array().unwrap().len() as u64;
        assert_eq!(again, Some(kept));
        assert_eq!(value["next"], json!({ "limit": kept }));
    }

    #[test]
    fn fields_are_kept_before_the_cut_so_that_more_rows_fit() {
        let takes = ["fields"];
        let (whole, _) = render(Value::Array(rows(100)), None, &takes, json!({}));
        let (picked, _) = render(Value::Array(rows(100)), None, &takes, json!({ "fields": "id,nam" }));
        assert!(whole["results"].as_array().unwrap().len() < 100);
        assert_eq!(picked["results"].as_array().unwrap().len(), 100);
        assert_eq!(picked["results"][7], json!({ "id": 7 }));
        assert_eq!(picked["unknown_fields"], json!(["nam"]));
        assert_eq!(picked["known_fields"][0], "name");
    }

    #[test]
    fn a_single_row_that_is_too_long_is_cut_inside_and_next_follows_it() {
        let value = json!({ "results": [{ "id": 1, "big": vec!["y".repeat(90); 100] }], "next": "/api/v1/x?search_after=7" });
        let (value, again) = render(value, None, &["search_after", "limit", "fields"], json!({ "limit": 1 }));
        assert_eq!((&value["results"][0]["id"], again), (&json!(1), None));
        assert_eq!(value["next"], json!({ "search_after": "7" }));
        let note = value["note"].as_str().unwrap();
        assert!(note.contains("`big`") && note.contains("`fields`"), "{note}");
    }

    #[test]
    fn the_other_fields_of_an_empty_list_are_cut() {
        let value = json!({ "results": [], "total": [5e-324], "rt": vec!["2026-11-22T20:00:00Z"; 400] });
        let (value, _) = render(value, None, &[], json!({}));
        assert_eq!(value["results"], json!([]));
        assert!(value["rt"].as_array().unwrap().len() < 100);
    }

    #[test]
    fn other_fields_are_cut_if_they_leave_no_room_for_rows() {
        let value = json!({ "results": rows(10), "rt": vec!["2026-11-22T20:00:00Z"; 400] });
        let (value, _) = render(value, None, &[], json!({}));
        assert_eq!(value["results"].as_array().unwrap().len(), 10);
        assert!(value["rt"].as_array().unwrap().len() < 100);
    }
}
