//! A reply as rows for a query: [`Reply::into_rows`].

use serde_json::Value;

use super::list::List;
use super::request_facts::{ReplyUse, RequestFacts};
use super::source::CUT_LINKS;
use super::{Body, Reply, has_cut_links};
use crate::call::RowPage;
use crate::error::ErrorKind;
use crate::text::shortened;
use crate::{Error, Result};

impl Reply {
    /// The rows of the reply, pruned and redacted but not truncated. An object is one row.
    ///
    /// # Errors
    /// The reply is a file or text.
    pub(crate) fn into_rows(self, show_secrets: bool, mut facts: RequestFacts) -> Result<RowPage> {
        (facts.instead, facts.reply_use) = (self.instead, ReplyUse::Query);
        let Body::Data { value, source } = self.body else { return Err(no_rows("a file or a text")) };
        let has_cut_links = !show_secrets && has_cut_links(&value, &facts);
        let mut page = match List::read(value, &source, &facts) {
            Ok(list) => list.into_page(show_secrets, &facts),
            Err(object @ Value::Object(_)) => {
                let inner = lists_in_object(&object);
                let list = List::read(Value::Array(vec![object]), &source, &facts);
                let list = list.map_err(|_| no_rows("an object"))?;
                let mut page = RowPage { next: None, total: None, ..list.into_page(show_secrets, &facts) };
                page.notes.extend(inner);
                page
            }
            Err(_) => return Err(no_rows("a single value")),
        };
        page.notes.splice(0..0, self.notes);
        page.notes.extend(has_cut_links.then(|| CUT_LINKS.to_owned()));
        Ok(page)
    }
}

/// A note on the lists in an object, which is one row of a table.
fn lists_in_object(object: &Value) -> Option<String> {
    let fields = object.as_object()?;
    if fields.len() > 1 && fields.values().all(Value::is_object) {
        return Some(
            "the answer is one object, so one row, whose columns begin with the names of its members"
                .to_owned(),
        );
    }
    let has_rows = |value: &Value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
    let lists = fields.iter().filter(|(_, value)| has_rows(value));
    let lists: Vec<_> =
        lists.take(3).map(|(name, _)| format!("`json_each(\"{}\")`", shortened(name, 60))).collect();
    (!lists.is_empty()).then(|| {
        format!("the answer is one object, so one row; {} makes rows of a list in it", lists.join(" or "))
    })
}

fn no_rows(what: &str) -> Error {
    Error::new(
        ErrorKind::Arguments,
        format!("It answers {what} and no rows. Take a tool that lists, searches or counts."),
    )
}
