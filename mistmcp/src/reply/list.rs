use serde_json::{Map, Value, json};

use super::cut::{length, to_fit};
use super::{Content, Rendered, Rules, page, write};
use crate::Result;
use crate::mist::Page;

/// The one shape of all lists: rows, how many there are in all, and where the next ones are.
#[derive(Debug)]
pub(crate) struct List {
    rows: Vec<Value>,
    total: Option<Value>,
    next: Option<Map<String, Value>>,
    /// What else Mist says of the list, such as the window that it covers.
    about: Map<String, Value>,
    page: Option<Page>,
    /// The list goes on with `search_after`, and its size can be asked for.
    searched: bool,
    narrowable: bool,
}

impl List {
    /// Reads a list out of Mist's forms; what is none comes back as it was.
    pub(super) fn read(
        value: Value,
        page: Option<Page>,
        takes: impl Fn(&str) -> bool,
        arguments: &Map<String, Value>,
    ) -> Result<Self, Value> {
        let searched = takes("search_after") && takes("limit");
        let narrowable = takes("limit");
        match value {
            Value::Array(rows) => {
                let next = page::next(page, rows.len(), None, &takes);
                let total = page.and_then(|page| page.total).map(Value::from);
                let page = page.filter(|_| takes("page") && takes("limit"));
                Ok(Self { rows, total, next, about: Map::new(), page, searched, narrowable })
            }
            Value::Object(mut about) if matches!(about.get("results"), Some(Value::Array(_))) => {
                let rows = match about.remove("results") {
                    Some(Value::Array(rows)) => rows,
                    _ => Vec::new(),
                };
                let link = about.remove("next");
                let page = page.or_else(|| page::of_object(&about, arguments, &takes));
                let next = page::next(page, rows.len(), link.as_ref().and_then(Value::as_str), &takes);
                let total = about.remove("total");
                for key in ["limit", "page"] {
                    about.remove(key);
                }
                Ok(Self { rows, total, next, about, page, searched, narrowable })
            }
            other => Err(other),
        }
    }

    /// Writes the list, cut between rows where it is too long.
    pub(super) fn render(mut self, rules: &Rules, arguments: &Map<String, Value>) -> Result<Rendered> {
        let whole = write(&self.value(None), rules.format)?;
        if whole.len() <= rules.max_bytes {
            return Ok(Rendered { content: Content::Text(whole), ask_again_for: None });
        }
        let count = self.rows.len();
        let mut kept = self.fitting(rules.max_bytes);
        let mut ask_again_for = None;
        if let Some(page) = self.page {
            if let Some((size, next)) = page::after_cut(page, kept as u64) {
                kept = usize::try_from(size).unwrap_or(kept);
                self.next = Some(next);
            }
        } else if self.searched {
            ask_again_for = Some(kept as u64);
            let asked = arguments.get("limit").and_then(Value::as_u64);
            self.next =
                (asked != Some(kept as u64)).then(|| Map::from_iter([("limit".to_owned(), json!(kept))]));
        }
        self.rows.truncate(kept);
        if kept == 1 {
            // One row alone may be more than all there is room for.
            let room = rules.max_bytes.saturating_sub(self.frame());
            self.rows = self.rows.into_iter().map(|row| to_fit(row, room)).collect();
        }
        let left_out = count - kept;
        let text = write(&self.value(Some((left_out, rules.max_bytes))), rules.format)?;
        Ok(Rendered { content: Content::Text(text), ask_again_for })
    }

    /// How many rows fit, at least one.
    fn fitting(&self, budget: usize) -> usize {
        let mut used = self.frame();
        let fitting = self.rows.iter().take_while(|row| {
            used += length(row) + 1;
            used <= budget
        });
        fitting.count().max(1)
    }

    /// What is needed around the rows, with room for the note of a cut.
    fn frame(&self) -> usize {
        const NOTE: usize = 400;
        length(&Value::Object(self.about.clone())) + NOTE
    }

    fn value(&self, cut: Option<(usize, usize)>) -> Value {
        let mut value = Map::new();
        if let Some(total) = &self.total {
            value.insert("total".into(), total.clone());
        }
        if let Some((left_out, budget)) = cut {
            let how = if self.next.is_some() {
                "follow `next`"
            } else if self.narrowable {
                "ask for fewer with `limit`"
            } else {
                "ask for one by its id"
            };
            value.insert("left_out".into(), left_out.into());
            value.insert(
                "note".into(),
                format!(
                    "{left_out} of {} rows left out to keep within {budget} bytes: {how}, or narrow by a filter \
                     or a smaller window.",
                    left_out + self.rows.len()
                )
                .into(),
            );
        }
        if let Some(next) = &self.next {
            value.insert("next".into(), Value::Object(next.clone()));
        }
        value.extend(self.about.clone());
        value.insert("results".into(), Value::Array(self.rows.clone()));
        Value::Object(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::{Format, Reply};

    const RULES: Rules = Rules { max_bytes: 4_000, format: Format::Json, show_secrets: false };

    fn render(value: Value, page: Option<Page>, takes: &[&str]) -> (Value, Option<u64>) {
        let reply = Reply { body: super::super::Body::Data { value, page } };
        let rendered = reply.render(&RULES, |name| takes.contains(&name), &Map::new()).unwrap();
        let Content::Text(text) = rendered.content else { panic!("no text") };
        assert!(text.len() <= RULES.max_bytes, "{} bytes", text.len());
        (serde_json::from_str(&text).unwrap(), rendered.ask_again_for)
    }

    fn rows(count: usize) -> Vec<Value> {
        (0..count).map(|number| json!({ "id": number, "name": "x".repeat(60) })).collect()
    }

    #[test]
    fn every_form_of_a_list_becomes_one_shape() {
        let page = Some(Page { number: 1, limit: 2, total: Some(3) });
        assert_eq!(
            render(json!([1, 2]), page, &["page", "limit"]).0,
            json!({ "total": 3, "next": { "page": 2 }, "results": [1, 2] })
        );
        let searched = json!({ "results": [1], "total": 9, "limit": 1, "start": 5, "end": 6, "next": "/api/v1/x?search_after=%5B1%5D" });
        assert_eq!(
            render(searched, None, &["search_after", "limit"]).0,
            json!({ "total": 9, "next": { "search_after": "[1]" }, "start": 5, "end": 6, "results": [1] })
        );
        assert_eq!(render(json!([]), None, &[]).0, json!({ "results": [] }));
        assert_eq!(render(json!({ "a": 1 }), None, &[]).0, json!({ "a": 1 }));
    }

    #[test]
    fn an_object_that_is_paged_by_number_has_a_next_too() {
        let object = json!({ "results": [1, 2], "start": 5, "limit": 2 });
        assert_eq!(
            render(object, None, &["page", "limit"]).0,
            json!({ "next": { "page": 2 }, "start": 5, "results": [1, 2] })
        );
    }

    #[test]
    fn a_next_that_the_tool_cannot_take_is_dropped() {
        let counts = json!({ "results": [1], "next": "/api/v1/x?page=2" });
        assert_eq!(render(counts, None, &["limit"]).0, json!({ "results": [1] }));
        let page = Some(Page { number: 1, limit: 1, total: Some(3) });
        assert_eq!(render(json!([1]), page, &[]).0, json!({ "total": 3, "results": [1] }));
    }

    #[test]
    fn a_long_page_is_cut_between_rows_and_next_goes_on_with_the_first_left_out() {
        let page = Some(Page { number: 3, limit: 100, total: Some(1_000) });
        let (value, _) = render(Value::Array(rows(100)), page, &["page", "limit"]);
        let kept = value["results"].as_array().unwrap().len() as u64;
        let next = &value["next"];
        assert_eq!(value["left_out"], json!(100 - kept));
        assert_eq!((next["page"].as_u64().unwrap() - 1) * next["limit"].as_u64().unwrap(), 200 + kept);
    }

    #[test]
    fn a_long_search_is_to_be_asked_anew_for_what_fits() {
        let value = json!({ "results": rows(100), "next": "/api/v1/x?search_after=%5B100%5D" });
        let (value, again) = render(value, None, &["search_after", "limit"]);
        let kept = value["results"].as_array().unwrap().len() as u64;
        assert_eq!(again, Some(kept));
        assert_eq!(value["next"], json!({ "limit": kept }));
    }

    #[test]
    fn one_row_too_long_by_itself_is_cut_inside() {
        let (value, _) = render(json!([{ "id": 1, "big": vec!["y".repeat(90); 100] }]), None, &[]);
        assert_eq!(value["results"][0]["id"], json!(1));
    }
}
