//! A data source of an answer, [`DataSource`]: the tool call that reads one part of the network.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Rows, See};
use crate::{Request, Result};

/// A data source: its name in `not_seen`, and the tool and arguments that read it.
#[derive(Clone, Debug)]
pub struct DataSource {
    pub(super) name: Cow<'static, str>,
    tool: &'static str,
    arguments: Map<String, Value>,
    pub(super) pages: usize,
    pub(super) or_none: bool,
    pub(super) shows: Shows,
    is_list: bool,
    needed_since: Option<i64>,
    pub(super) also_read_by: Option<&'static str>,
    request: Option<Request>,
}

/// What a data source shows of troubles: whether an answer that has read it has looked for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// It has a row for each trouble, so that no rows say that there is none.
    Reports,
    /// It has a row for each thing that may have a trouble, so that no rows say nothing.
    Things,
    /// It has no trouble in it: names, or what explains a trouble that another source shows.
    Names,
}

impl Shows {
    /// Whether so many rows are something that was looked at.
    pub(super) fn is_looked_at(self, rows: usize) -> bool {
        match self {
            Self::Reports => true,
            Self::Things => rows > 0,
            Self::Names => false,
        }
    }
}

/// How a list is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paging {
    /// By the number of the page.
    Numbered,
    /// By a link to the next page.
    Linked,
    /// It has a limit and no pages.
    Limited,
    /// It has no limit.
    Whole,
}

impl DataSource {
    /// A data source that `tool` reads. The tool must have an endpoint.
    pub fn new(name: impl Into<Cow<'static, str>>, tool: &'static str) -> Self {
        Self {
            name: name.into(),
            tool,
            arguments: Map::new(),
            pages: 1,
            or_none: false,
            shows: Shows::Reports,
            is_list: false,
            needed_since: None,
            also_read_by: None,
            request: None,
        }
    }

    /// Adds an argument of the tool. `null` adds nothing.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.arguments.insert(name.to_owned(), value);
        }
        self
    }

    /// Reads up to that many pages. Each is a request.
    pub fn pages(mut self, pages: usize) -> Self {
        self.pages = pages.max(1);
        self
    }

    /// Takes 404 for "there is none", as for the statistics of a client that is not connected.
    pub fn or_none(mut self) -> Self {
        self.or_none = true;
        self
    }

    /// Says that its rows are the things that may have a trouble, such as devices: without rows, nothing was looked at.
    pub fn of_things(mut self) -> Self {
        self.shows = Shows::Things;
        self
    }

    /// Says that no trouble can be found in it, such as in a list of names: an answer that read nothing else has looked at
    /// nothing.
    pub fn of_names(mut self) -> Self {
        self.shows = Shows::Names;
        self
    }

    /// Says that the answer is a list, where the tool takes no page and no limit: an object in its place cannot be read.
    pub fn list(mut self) -> Self {
        self.is_list = true;
        self
    }

    /// Says that of a list with the latest row first, those before a time are a bonus: where only they are cut, nothing is missing.
    pub fn needed_since(mut self, time: i64) -> Self {
        self.needed_since = Some(time);
        self
    }

    /// Names another tool that reads it, for `not_seen` of an answer that has no request left for it.
    pub fn also_read_by(mut self, tool: &'static str) -> Self {
        self.also_read_by = Some(tool);
        self
    }

    /// Whether pages that are not all have what is needed: their last row is from before the time.
    pub(super) fn is_enough(&self, pages: &[Value]) -> bool {
        let Some(last) = pages.last().cloned().map(Rows::of) else { return false };
        let time = last.iter().next_back().and_then(|row| row.time("timestamp"));
        self.needed_since.zip(time).is_some_and(|(needed, time)| time < needed)
    }

    /// Sends this request in place of the tool's: for a tool with a body, or an endpoint that is no tool.
    pub fn requesting(mut self, request: Request) -> Self {
        self.request = Some(request);
        self
    }

    /// The tool that reads it.
    pub fn tool(&self) -> &'static str {
        self.tool
    }

    /// The call that shows its rows.
    pub fn see(&self) -> See {
        let mut arguments = self.arguments.clone();
        // A model reads fewer rows than the engine.
        arguments.remove("limit");
        See { tool: self.tool, arguments }
    }

    /// The organization that it names.
    pub(super) fn org(&self) -> Option<&str> {
        self.arguments.get("org_id").and_then(Value::as_str)
    }

    /// Whether the answer has to be a list.
    pub(super) fn is_list(&self) -> bool {
        let is_one = self.request.is_none() && crate::catalog::answers_one(self.tool, &self.arguments);
        self.is_list || (self.paging() != Paging::Whole && !is_one)
    }

    /// How it is paged.
    pub(super) fn paging(&self) -> Paging {
        let takes = |name: &str| match &self.request {
            Some(request) => request.query.iter().any(|(known, _)| known == name),
            None => crate::catalog::takes(self.tool, name),
        };
        match () {
            () if takes("search_after") => Paging::Linked,
            () if takes("page") => Paging::Numbered,
            () if takes("limit") => Paging::Limited,
            () => Paging::Whole,
        }
    }

    pub(super) fn request(&self) -> Result<Request> {
        match &self.request {
            Some(request) => Ok(request.clone()),
            None => crate::catalog::request_of(self.tool, self.arguments.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cut_list_is_enough_where_its_last_row_is_from_before_what_is_needed() {
        let pages = [json!({ "results": [{ "timestamp": 900 }, { "timestamp": 300 }] })];
        let enough = |needed: i64| {
            DataSource::new("alarms", "searchSiteAlarms").needed_since(needed).is_enough(&pages)
        };
        assert!(enough(400) && !enough(200));
        assert!(!DataSource::new("alarms", "searchSiteAlarms").is_enough(&pages), "all is needed");
    }
}
